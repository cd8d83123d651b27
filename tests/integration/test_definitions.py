"""What Dagster sees: a snapshot of the asset graph, and definitions that refuse to load.

The snapshot is typed by hand. When it differs, either the change was meant and belongs in it, or
something moved that nobody looked at.
"""

import json
import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any
from unittest import mock

import dagster as dg
import pytest

from assets.deliveries import partition_key
from assets.jobs import CALENDAR_JOB, MONTH_JOB
from sensors.settings import automation
from tests.conftest import MakeHome
from warehouse.catalogue import CatalogueError
from warehouse.contracts import CONTRACTS, Contract, ContractError, load_contracts
from warehouse.definitions import BUILD_JOB, DELIVERY_JOB, LANDING_JOB, build_definitions
from warehouse.home import Home

WERK, BURGERZAKEN, PAKHUIS = "team:werk_en_inkomen", "team:burgerzaken", "team:datapakhuis"
GEO, ONDERZOEK = "team:geo-informatie", "team:onderzoek_en_statistiek"
LEERPLICHT = "team:leerplicht_en_doorstroompunt"
WMO, JEUGD = "team:wmo", "team:jeugd"
SCHULDHULP = "team:schuldhulpverlening"
GRID, DESCRIBED = "gemeente x levermaand", "beschreven maanden"

REFERENCES = {"leveringen/bag_adressen", "leveringen/cbs_gebieden"}
#: What says who a row is about, and where that person lives.
WHO = {
    *("datasets/personen", "staging/stg_bsn_nu"),
    *("grootboek/leveringen", "grootboek/open_maanden"),
}
#: What the ladder of places climbs on, besides the addresses that are asked.
LADDER = {
    *("geografie/ligging", "grootboek/referenties", "staging/stg_indelingen"),
    *("staging/stg_bag_adresseerbare_objecten", "staging/stg_bag_adressen_van_objecten"),
    "staging/stg_bag_nummeraanduidingen",
}
#: Key, group, owner, partitions, and what it is made from.
GRAPH: dict[str, tuple[str, str, str, set[str]]] = {
    "landing": ("landing", PAKHUIS, "", set()),
    "leveringen/bag_adressen": ("wonen", GEO, GRID, set()),
    "leveringen/brp_personen": ("bevolking", BURGERZAKEN, GRID, set()),
    "leveringen/cbs_gebieden": ("wonen", GEO, GRID, set()),
    "leveringen/bijstand_bus": ("werk_en_inkomen", WERK, GRID, set()),
    "leveringen/ib_inkomsten": ("werk_en_inkomen", WERK, GRID, set()),
    "leveringen/inkomen_huishouden": ("werk_en_inkomen", ONDERZOEK, GRID, set()),
    "leveringen/suwinet_inkomsten": ("werk_en_inkomen", WERK, GRID, set()),
    "leveringen/corporatie_huren": ("wonen", "team:wonen", GRID, set()),
    "leveringen/woz_stufcap": ("wonen", "team:belastingen", GRID, set()),
    "leveringen/wmo_berichten": ("zorg", WMO, GRID, set()),
    "leveringen/jeugd_berichten": ("zorg", JEUGD, GRID, set()),
    "grootboek/contracten": ("grootboek", PAKHUIS, "", set()),
    "grootboek/gemeenten": ("grootboek", PAKHUIS, "", set()),
    "grootboek/leveringen": ("grootboek", PAKHUIS, "", set()),
    "grootboek/open_maanden": ("grootboek", PAKHUIS, "", set()),
    "grootboek/referenties": ("grootboek", PAKHUIS, "", set()),
    "geografie/ligging": ("geografie", PAKHUIS, "", REFERENCES),
    "geografie/vertaling": ("geografie", PAKHUIS, "", REFERENCES),
    "parameters/aow_leeftijd": ("parameters", PAKHUIS, "", set()),
    "parameters/bus_codes": ("parameters", PAKHUIS, "", set()),
    "parameters/oorzaak_bijstandsafhankelijkheid": ("parameters", PAKHUIS, "", set()),
    "parameters/huurcontractsoorten": ("parameters", PAKHUIS, "", set()),
    "parameters/woz_gebruikscodes": ("parameters", PAKHUIS, "", set()),
    "staging/stg_cbs_gebieden": (
        *("staging", PAKHUIS, ""),
        {"grootboek/leveringen", "leveringen/cbs_gebieden"},
    ),
    "staging/stg_indelingen": (
        *("staging", PAKHUIS, ""),
        {"grootboek/open_maanden", "staging/stg_cbs_gebieden"},
    ),
    "staging/stg_bag_panden": ("staging", PAKHUIS, "", {"leveringen/bag_adressen"}),
    "staging/stg_bag_panden_van_objecten": ("staging", PAKHUIS, "", {"leveringen/bag_adressen"}),
    "staging/stg_woz_objecten": (
        *("staging", PAKHUIS, ""),
        {"leveringen/woz_stufcap", "grootboek/referenties"},
    ),
    "staging/stg_woz_adres_vragen": ("staging", PAKHUIS, "", {"staging/stg_woz_objecten"}),
    "staging/stg_woz_adres_buurten": (
        *("staging", PAKHUIS, ""),
        LADDER | {"staging/stg_woz_adres_vragen"},
    ),
    "staging/stg_corporatie_eenheden": (
        *("staging", PAKHUIS, ""),
        {"leveringen/corporatie_huren", "grootboek/referenties"},
    ),
    "staging/stg_corporatie_adres_vragen": (
        *("staging", PAKHUIS, ""),
        {"staging/stg_corporatie_eenheden"},
    ),
    "staging/stg_geleverde_buurten": (
        *("staging", PAKHUIS, ""),
        {
            *("staging/stg_corporatie_eenheden", "geografie/vertaling"),
            *("staging/stg_indelingen", "staging/stg_cbs_gebieden"),
        },
    ),
    "staging/stg_corporatie_adres_buurten": (
        *("staging", PAKHUIS, ""),
        LADDER | {"staging/stg_corporatie_adres_vragen", "staging/stg_geleverde_buurten"},
    ),
    "datasets/woningen": (
        *("wonen", "team:belastingen", ""),
        {
            *("staging/stg_woz_objecten", "staging/stg_woz_adres_buurten"),
            *("staging/stg_bag_adresseerbare_objecten", "staging/stg_bag_panden"),
            *("staging/stg_bag_panden_van_objecten", "parameters/woz_gebruikscodes"),
            "grootboek/open_maanden",
        },
    ),
    "publicatie/woningen": ("wonen", "team:belastingen", "", {"datasets/woningen"}),
    "beschreven_maanden/woningen": (
        *("wonen", "team:belastingen", DESCRIBED),
        {"publicatie/woningen"},
    ),
    "datasets/huurwoningen": (
        *("wonen", "team:wonen", ""),
        {
            *("staging/stg_corporatie_eenheden", "staging/stg_corporatie_adres_buurten"),
            *("staging/stg_geleverde_buurten", "parameters/huurcontractsoorten"),
            *("datasets/personen", "staging/stg_huishoudens"),
            *("grootboek/open_maanden", "grootboek/leveringen"),
        },
    ),
    "grootboek/beschreven_maanden": ("grootboek", PAKHUIS, "", set()),
    "datasets/volledigheid": (
        *("bevolking", PAKHUIS, ""),
        {
            *("grootboek/beschreven_maanden", "grootboek/contracten", "grootboek/gemeenten"),
            *("grootboek/leveringen", "grootboek/open_maanden", "grootboek/referenties"),
        },
    ),
    "publicatie/volledigheid": ("bevolking", PAKHUIS, "", {"datasets/volledigheid"}),
    "beschreven_maanden/volledigheid": (
        *("bevolking", PAKHUIS, DESCRIBED),
        {"publicatie/volledigheid"},
    ),
    "publicatie/huurwoningen": ("wonen", "team:wonen", "", {"datasets/huurwoningen"}),
    "beschreven_maanden/huurwoningen": (
        *("wonen", "team:wonen", DESCRIBED),
        {"publicatie/huurwoningen"},
    ),
    "staging/stg_bag_nummeraanduidingen": (
        *("staging", PAKHUIS, ""),
        {"leveringen/bag_adressen"},
    ),
    "staging/stg_bag_adresseerbare_objecten": (
        *("staging", PAKHUIS, ""),
        {"leveringen/bag_adressen"},
    ),
    "staging/stg_bag_adressen_van_objecten": (
        *("staging", PAKHUIS, ""),
        {"leveringen/bag_adressen", "staging/stg_bag_adresseerbare_objecten"},
    ),
    "staging/stg_adres_vragen": (
        *("staging", PAKHUIS, ""),
        {"grootboek/open_maanden", "staging/stg_brp_verblijfplaatsen"},
    ),
    "staging/stg_adres_buurten": (
        *("staging", PAKHUIS, ""),
        {
            "geografie/ligging",
            "grootboek/referenties",
            "staging/stg_adres_vragen",
            "staging/stg_bag_adresseerbare_objecten",
            "staging/stg_bag_adressen_van_objecten",
            "staging/stg_bag_nummeraanduidingen",
            "staging/stg_indelingen",
        },
    ),
    "staging/stg_brp_personen": (
        *("staging", PAKHUIS, ""),
        {"grootboek/leveringen", "leveringen/brp_personen"},
    ),
    "staging/stg_brp_verblijfplaatsen": (
        *("staging", PAKHUIS, ""),
        {"grootboek/leveringen", "leveringen/brp_personen"},
    ),
    "staging/stg_brp_persoon_historie": (
        *("staging", PAKHUIS, ""),
        {"grootboek/leveringen", "leveringen/brp_personen"},
    ),
    "staging/stg_bsn_wijzigingen": (
        *("staging", PAKHUIS, ""),
        {"staging/stg_brp_personen", "staging/stg_brp_persoon_historie"},
    ),
    "staging/stg_brp_huwelijken": (
        *("staging", PAKHUIS, ""),
        {"grootboek/leveringen", "leveringen/brp_personen"},
    ),
    "staging/stg_brp_kinderen": (
        *("staging", PAKHUIS, ""),
        {"grootboek/leveringen", "leveringen/brp_personen"},
    ),
    "staging/stg_brp_adreswisselingen": (
        *("staging", PAKHUIS, ""),
        {
            *("grootboek/open_maanden", "staging/stg_brp_personen"),
            "staging/stg_brp_verblijfplaatsen",
        },
    ),
    "staging/stg_brp_relaties": (
        *("staging", PAKHUIS, ""),
        {
            "grootboek/open_maanden",
            "staging/stg_brp_huwelijken",
            "staging/stg_brp_kinderen",
            "staging/stg_brp_personen",
            "staging/stg_bsn_nu",
        },
    ),
    "staging/stg_huishouden_personen": (
        *("staging", PAKHUIS, ""),
        {"datasets/personen", "grootboek/open_maanden", "staging/stg_brp_personen"},
    ),
    "staging/stg_huishouden_banden": (
        *("staging", PAKHUIS, ""),
        {"staging/stg_brp_relaties", "staging/stg_huishouden_personen"},
    ),
    "staging/stg_huishouden_paren": (
        *("staging", PAKHUIS, ""),
        {"staging/stg_huishouden_banden"},
    ),
    "staging/stg_huishouden_groepen": (
        *("staging", PAKHUIS, ""),
        {"staging/stg_brp_relaties", "staging/stg_huishouden_personen"},
    ),
    "staging/stg_huishouden_kinderen": (
        *("staging", PAKHUIS, ""),
        {"staging/stg_huishouden_banden", "staging/stg_huishouden_paren"},
    ),
    "staging/stg_huishouden_eenheden": (
        *("staging", PAKHUIS, ""),
        {
            "staging/stg_huishouden_groepen",
            "staging/stg_huishouden_kinderen",
            "staging/stg_huishouden_paren",
            "staging/stg_huishouden_personen",
        },
    ),
    "staging/stg_bsn_nu": (
        *("staging", PAKHUIS, ""),
        {"grootboek/open_maanden", "staging/stg_brp_personen", "staging/stg_bsn_wijzigingen"},
    ),
    "staging/stg_suwinet_antwoorden": (
        *("staging", PAKHUIS, ""),
        {"grootboek/leveringen", "leveringen/suwinet_inkomsten"},
    ),
    "staging/stg_suwinet_inkomstenopgaven": (
        *("staging", PAKHUIS, ""),
        {"grootboek/leveringen", "leveringen/suwinet_inkomsten"},
    ),
    "staging/stg_suwinet_inkomstenperioden": (
        *("staging", PAKHUIS, ""),
        {"grootboek/leveringen", "leveringen/suwinet_inkomsten"},
    ),
    "staging/stg_ib_bevragingen": (
        *("staging", PAKHUIS, ""),
        {"grootboek/leveringen", "leveringen/ib_inkomsten"},
    ),
    "staging/stg_ib_inkomstenopgaven": (
        *("staging", PAKHUIS, ""),
        {"grootboek/leveringen", "leveringen/ib_inkomsten"},
    ),
    "staging/stg_inkomen_huishouden": (
        *("staging", PAKHUIS, ""),
        {"grootboek/referenties", "leveringen/inkomen_huishouden"},
    ),
    "staging/stg_inkomsten_antwoorden": (
        *("staging", PAKHUIS, ""),
        {"staging/stg_ib_bevragingen", "staging/stg_suwinet_antwoorden"},
    ),
    "staging/stg_inkomstenopgaven": (
        *("staging", PAKHUIS, ""),
        {"staging/stg_ib_inkomstenopgaven", "staging/stg_suwinet_inkomstenopgaven"},
    ),
    "staging/stg_inkomsten_opgave_maanden": (
        *("staging", PAKHUIS, ""),
        {"grootboek/open_maanden", "staging/stg_inkomstenopgaven"},
    ),
    "staging/stg_inkomsten_identiteiten": (
        *("staging", PAKHUIS, ""),
        {"grootboek/open_maanden", "staging/stg_inkomsten_antwoorden"},
    ),
    "staging/stg_inkomsten_geldende_leveringen": (
        *("staging", PAKHUIS, ""),
        {
            "grootboek/open_maanden",
            "staging/stg_inkomsten_antwoorden",
            "staging/stg_inkomsten_opgave_maanden",
        },
    ),
    "staging/stg_inkomsten_geldende_opgaven": (
        *("staging", PAKHUIS, ""),
        {
            "staging/stg_inkomsten_geldende_leveringen",
            "staging/stg_inkomsten_opgave_maanden",
            "staging/stg_suwinet_inkomstenperioden",
        },
    ),
    "parameters/istandaarden_codes": ("parameters", PAKHUIS, "", set()),
    "parameters/wmo_categorieen": ("parameters", PAKHUIS, "", set()),
    "parameters/jeugd_categorieen": ("parameters", PAKHUIS, "", set()),
    **{
        f"staging/stg_{law}_{what}": (
            *("staging", PAKHUIS, ""),
            {"grootboek/leveringen", f"leveringen/{law}_berichten"},
        )
        for law in ("wmo", "jeugd")
        for what in ("mutaties", "overige_berichten")
    },
    "datasets/wmo": (
        *("zorg", WMO, ""),
        {
            *WHO,
            *("parameters/istandaarden_codes", "parameters/wmo_categorieen"),
            "staging/stg_wmo_mutaties",
        },
    ),
    "publicatie/wmo": ("zorg", WMO, "", {"datasets/wmo"}),
    "beschreven_maanden/wmo": ("zorg", WMO, DESCRIBED, {"publicatie/wmo"}),
    "datasets/jeugdhulp": (
        *("zorg", JEUGD, ""),
        {
            *WHO,
            *("parameters/istandaarden_codes", "parameters/jeugd_categorieen"),
            "staging/stg_jeugd_mutaties",
        },
    ),
    "publicatie/jeugdhulp": ("zorg", JEUGD, "", {"datasets/jeugdhulp"}),
    "beschreven_maanden/jeugdhulp": ("zorg", JEUGD, DESCRIBED, {"publicatie/jeugdhulp"}),
    "staging/stg_bijstand_rechten": (
        *("staging", PAKHUIS, ""),
        {"grootboek/leveringen", "leveringen/bijstand_bus"},
    ),
    "staging/stg_bijstand_rechten_per_maand": (
        *("staging", PAKHUIS, ""),
        {
            *("grootboek/contracten", "grootboek/leveringen", "grootboek/open_maanden"),
            *("datasets/bsn_wijzigingen", "staging/stg_bijstand_rechten"),
        },
    ),
    "staging/stg_bijstand_perioden": (
        *("staging", PAKHUIS, ""),
        {"staging/stg_bijstand_rechten_per_maand"},
    ),
    "staging/stg_bijstand_persoon_maanden": (
        *("staging", PAKHUIS, ""),
        {"staging/stg_bijstand_perioden", "staging/stg_bijstand_rechten_per_maand"},
    ),
    "datasets/personen": (
        *("bevolking", BURGERZAKEN, ""),
        {
            "grootboek/gemeenten",
            "grootboek/open_maanden",
            "parameters/aow_leeftijd",
            "staging/stg_adres_buurten",
            "staging/stg_brp_personen",
            "staging/stg_brp_verblijfplaatsen",
        },
    ),
    "datasets/bsn_wijzigingen": (
        *("bevolking", BURGERZAKEN, ""),
        {*WHO, "staging/stg_bsn_wijzigingen"},
    ),
    "staging/stg_huishoudens": (
        *("staging", PAKHUIS, ""),
        {
            "staging/stg_huishouden_eenheden",
            "staging/stg_huishouden_groepen",
            "staging/stg_huishouden_kinderen",
            "staging/stg_huishouden_paren",
            "staging/stg_huishouden_personen",
        },
    ),
    "datasets/huishoudens": (
        *("bevolking", BURGERZAKEN, ""),
        {
            *("datasets/personen", "grootboek/open_maanden"),
            *("staging/stg_huishoudens", "staging/stg_huishoudinkomens"),
            "staging/stg_adres_eigendom",
        },
    ),
    "staging/stg_adres_eigendom": (
        *("staging", PAKHUIS, ""),
        {
            *("datasets/woningen", "grootboek/open_maanden", "grootboek/referenties"),
            *("staging/stg_corporatie_adres_buurten", "staging/stg_corporatie_eenheden"),
        },
    ),
    "staging/stg_huishoudinkomens": (
        *("staging", PAKHUIS, ""),
        {
            *("staging/stg_bsn_nu", "staging/stg_huishoudens"),
            "staging/stg_inkomen_huishouden",
        },
    ),
    "datasets/verhuizingen": (
        *("bevolking", BURGERZAKEN, ""),
        {
            *WHO,
            "staging/stg_adres_buurten",
            "staging/stg_brp_adreswisselingen",
            "staging/stg_brp_personen",
        },
    ),
    "datasets/identiteit_conflicten": (
        *("bevolking", BURGERZAKEN, ""),
        {
            *WHO,
            "staging/stg_inkomen_huishouden",
            "datasets/bijstand",
            "datasets/inkomsten",
            "datasets/inkomsten_bevraging",
            "datasets/jeugdhulp",
            "datasets/minimaregelingen",
            "datasets/onderwijs",
            "datasets/rmc_trajecten",
            "datasets/schuldhulp",
            "datasets/startkwalificaties",
            "datasets/verzuim",
            "datasets/vroegsignalen",
            "datasets/wmo",
        },
    ),
    "datasets/gebieden": (
        *("wonen", GEO, ""),
        {"staging/stg_cbs_gebieden", "staging/stg_indelingen"},
    ),
    "datasets/gebied_vertaling": (
        *("wonen", GEO, ""),
        {"geografie/vertaling", "staging/stg_indelingen"},
    ),
    "datasets/inkomsten_bevraging": (
        *("werk_en_inkomen", WERK, ""),
        {
            *WHO,
            "grootboek/contracten",
            "staging/stg_inkomsten_geldende_leveringen",
            "staging/stg_inkomsten_identiteiten",
        },
    ),
    "datasets/inkomsten": (
        *("werk_en_inkomen", WERK, ""),
        {
            *WHO,
            "staging/stg_inkomsten_geldende_opgaven",
            "staging/stg_inkomsten_identiteiten",
        },
    ),
    "datasets/bijstand": (
        *("werk_en_inkomen", WERK, ""),
        {
            *WHO,
            *("parameters/bus_codes", "parameters/oorzaak_bijstandsafhankelijkheid"),
            "staging/stg_bijstand_persoon_maanden",
        },
    ),
    "publicatie/bijstand": ("werk_en_inkomen", WERK, "", {"datasets/bijstand"}),
    # --- onderwijs
    **{
        f"leveringen/{name}": ("onderwijs", LEERPLICHT, GRID, set())
        for name in ("duo_diplomas", "duo_inschrijvingen", "duo_verzuim")
    },
    "parameters/opleidingsniveaus": ("parameters", PAKHUIS, "", set()),
    "staging/stg_duo_inschrijvingen": (
        *("staging", PAKHUIS, ""),
        {
            *("grootboek/leveringen", "leveringen/duo_inschrijvingen"),
            "parameters/opleidingsniveaus",
        },
    ),
    **{
        f"staging/stg_duo_{name}": (
            *("staging", PAKHUIS, ""),
            {"grootboek/leveringen", f"leveringen/{delivery}"},
        )
        for name, delivery in (
            ("totalen", "duo_inschrijvingen"),
            ("verzuimmeldingen", "duo_verzuim"),
            ("vrijstellingen", "duo_inschrijvingen"),
            ("zonder_diploma", "duo_diplomas"),
            ("zonder_inschrijving", "duo_inschrijvingen"),
        )
    },
    "staging/stg_duo_diplomas": (
        *("staging", PAKHUIS, ""),
        {
            *("grootboek/contracten", "grootboek/leveringen", "grootboek/open_maanden"),
            *("leveringen/duo_diplomas", "parameters/opleidingsniveaus"),
        },
    ),
    "datasets/onderwijs": (
        *("onderwijs", LEERPLICHT, ""),
        {
            *WHO,
            *("staging/stg_duo_inschrijvingen", "staging/stg_duo_vrijstellingen"),
            "staging/stg_duo_zonder_inschrijving",
        },
    ),
    "datasets/startkwalificaties": (
        *("onderwijs", LEERPLICHT, ""),
        {*WHO, "staging/stg_duo_diplomas", "staging/stg_duo_zonder_diploma"},
    ),
    "datasets/verzuim": (
        *("onderwijs", LEERPLICHT, ""),
        {*WHO, "staging/stg_duo_verzuimmeldingen"},
    ),
    "datasets/duo_totalen": (
        *("onderwijs", LEERPLICHT, ""),
        {"grootboek/open_maanden", "staging/stg_duo_totalen"},
    ),
    **{
        f"publicatie/{name}": ("onderwijs", LEERPLICHT, "", {f"datasets/{name}"})
        for name in ("duo_totalen", "onderwijs", "startkwalificaties", "verzuim")
    },
    **{
        f"beschreven_maanden/{name}": (
            *("onderwijs", LEERPLICHT, DESCRIBED),
            {f"publicatie/{name}"},
        )
        for name in ("duo_totalen", "onderwijs", "startkwalificaties", "verzuim")
    },
    # --- schulden, regelingen, jongeren
    "leveringen/minimaregelingen": ("werk_en_inkomen", WERK, GRID, set()),
    "leveringen/rmc_trajecten": ("onderwijs", LEERPLICHT, GRID, set()),
    "leveringen/schuldhulp_ddas": ("schulden", SCHULDHULP, GRID, set()),
    "leveringen/vroegsignalen": ("schulden", SCHULDHULP, GRID, set()),
    "parameters/regelingen": ("parameters", PAKHUIS, "", set()),
    **{
        f"staging/stg_{name}": (
            *("staging", PAKHUIS, ""),
            {"grootboek/leveringen", f"leveringen/{delivery}"},
        )
        for name, delivery in (
            ("minimaregelingen", "minimaregelingen"),
            ("rmc_dossiers", "rmc_trajecten"),
            ("schuldhulp_begeleidingen", "schuldhulp_ddas"),
            ("schuldhulp_beschermingen", "schuldhulp_ddas"),
            ("schuldhulp_deelnames", "schuldhulp_ddas"),
            ("schuldhulp_schulden", "schuldhulp_ddas"),
            ("vroegsignaal_contactpogingen", "vroegsignalen"),
            ("vroegsignaal_zaken", "vroegsignalen"),
            ("vroegsignalen", "vroegsignalen"),
        )
    },
    "datasets/minimaregelingen": (
        *("werk_en_inkomen", WERK, ""),
        {*WHO, "parameters/regelingen", "staging/stg_minimaregelingen"},
    ),
    "datasets/rmc_trajecten": ("onderwijs", LEERPLICHT, "", {*WHO, "staging/stg_rmc_dossiers"}),
    "datasets/schuldhulp": (
        *("schulden", SCHULDHULP, ""),
        {
            *WHO,
            *("staging/stg_schuldhulp_begeleidingen", "staging/stg_schuldhulp_beschermingen"),
            *("staging/stg_schuldhulp_deelnames", "staging/stg_schuldhulp_schulden"),
        },
    ),
    "datasets/vroegsignalen": (
        *("schulden", SCHULDHULP, ""),
        {
            *WHO,
            *("staging/stg_vroegsignaal_contactpogingen", "staging/stg_vroegsignaal_zaken"),
            "staging/stg_vroegsignalen",
        },
    ),
    **{
        f"{kind}/{name}": (theme, owner, partitioned, {f"{before}/{name}"})
        for name, theme, owner in (
            ("minimaregelingen", "werk_en_inkomen", WERK),
            ("rmc_trajecten", "onderwijs", LEERPLICHT),
            ("schuldhulp", "schulden", SCHULDHULP),
            ("vroegsignalen", "schulden", SCHULDHULP),
        )
        for kind, before, partitioned in (
            ("publicatie", "datasets", ""),
            ("beschreven_maanden", "publicatie", DESCRIBED),
        )
    },
    # --- publicatie
    "publicatie/personen": ("bevolking", BURGERZAKEN, "", {"datasets/personen"}),
    "publicatie/bsn_wijzigingen": (
        *("bevolking", BURGERZAKEN, ""),
        {"datasets/bsn_wijzigingen"},
    ),
    "publicatie/huishoudens": ("bevolking", BURGERZAKEN, "", {"datasets/huishoudens"}),
    "publicatie/verhuizingen": ("bevolking", BURGERZAKEN, "", {"datasets/verhuizingen"}),
    "publicatie/identiteit_conflicten": (
        *("bevolking", BURGERZAKEN, ""),
        {"datasets/identiteit_conflicten"},
    ),
    "publicatie/inkomsten": ("werk_en_inkomen", WERK, "", {"datasets/inkomsten"}),
    "publicatie/inkomsten_bevraging": (
        *("werk_en_inkomen", WERK, ""),
        {"datasets/inkomsten_bevraging"},
    ),
    "publicatie/gebieden": ("wonen", GEO, "", {"datasets/gebieden"}),
    "publicatie/gebied_vertaling": ("wonen", GEO, "", {"datasets/gebied_vertaling"}),
    "beschreven_maanden/gebieden": ("wonen", GEO, DESCRIBED, {"publicatie/gebieden"}),
    "beschreven_maanden/gebied_vertaling": (
        *("wonen", GEO, DESCRIBED),
        {"publicatie/gebied_vertaling"},
    ),
    "beschreven_maanden/personen": ("bevolking", BURGERZAKEN, DESCRIBED, {"publicatie/personen"}),
    "beschreven_maanden/bsn_wijzigingen": (
        *("bevolking", BURGERZAKEN, DESCRIBED),
        {"publicatie/bsn_wijzigingen"},
    ),
    "beschreven_maanden/huishoudens": (
        *("bevolking", BURGERZAKEN, DESCRIBED),
        {"publicatie/huishoudens"},
    ),
    "beschreven_maanden/verhuizingen": (
        *("bevolking", BURGERZAKEN, DESCRIBED),
        {"publicatie/verhuizingen"},
    ),
    "beschreven_maanden/bijstand": (
        *("werk_en_inkomen", WERK, DESCRIBED),
        {"publicatie/bijstand"},
    ),
    "beschreven_maanden/identiteit_conflicten": (
        *("bevolking", BURGERZAKEN, DESCRIBED),
        {"publicatie/identiteit_conflicten"},
    ),
    "beschreven_maanden/inkomsten": (
        *("werk_en_inkomen", WERK, DESCRIBED),
        {"publicatie/inkomsten"},
    ),
    "beschreven_maanden/inkomsten_bevraging": (
        *("werk_en_inkomen", WERK, DESCRIBED),
        {"publicatie/inkomsten_bevraging"},
    ),
}
#: The checks of messages, and of the provisions that follow from them, of either law.
MESSAGES = {
    *("levering_niet_leeg", "volume_vorige_maand", "volume_daling", "geen_stand_maar_mutaties"),
    *("quarantaine_aandeel", "reden_aandeel_stijging", "bekend_in_brp"),
    *("levering_van_deze_gemeente", "overgeslagen_berichten", "leveringen_op_tijd"),
}
PROVISIONS = {
    *("rijen_per_maand", "sleutel_uniek", "van_inwoners", "toegewezen_aandeel"),
    "categorie_gevuld",
}
#: The checks that judge a delivery or a dataset as a whole; those of dbt stand beside its models.
CHECKS = {
    "landing": {"bestandsnamen"},
    "leveringen/bag_adressen": {
        *("levering_niet_leeg", "volume_vorige_maand", "quarantaine_aandeel"),
        *("reden_aandeel_stijging", "leveringen_op_tijd"),
    },
    "leveringen/cbs_gebieden": {
        *("levering_niet_leeg", "geen_gebied_in_quarantaine", "leveringen_op_tijd"),
    },
    "leveringen/corporatie_huren": {
        *("levering_niet_leeg", "volume_vorige_maand", "quarantaine_aandeel"),
        *("reden_aandeel_stijging", "huur_gevuld", "gevuld_aandeel_daling", "leveringen_op_tijd"),
    },
    "leveringen/woz_stufcap": {
        *("levering_niet_leeg", "volume_vorige_maand", "quarantaine_aandeel"),
        *("reden_aandeel_stijging", "belastingjaar_van_nu", "leveringen_op_tijd"),
    },
    "leveringen/brp_personen": {
        *("levering_niet_leeg", "volume_vorige_maand", "quarantaine_aandeel"),
        *("reden_aandeel_stijging", "gevuld_aandeel_daling", "rijen_per_onderdeel"),
        *("onvolledige_geboortedatum", "geen_mutaties_maar_stand", "leveringen_op_tijd"),
    },
    "leveringen/bijstand_bus": {
        *("levering_niet_leeg", "volume_vorige_maand", "quarantaine_aandeel"),
        *("reden_aandeel_stijging", "gevuld_aandeel_daling", "bekend_in_brp"),
        *("levering_van_deze_gemeente", "statistiekmaand_is_die_van_het_bestand"),
        *("geen_mutaties_maar_stand", "leveringen_op_tijd"),
    },
    "leveringen/vroegsignalen": {
        *("volume_vorige_maand", "quarantaine_aandeel", "reden_aandeel_stijging"),
        *("gevuld_aandeel_daling", "bekend_in_brp", "levering_van_deze_gemeente"),
        "leveringen_op_tijd",
    },
    **{
        f"leveringen/{name}": {
            *("volume_vorige_maand", "geen_mutaties_maar_stand", "quarantaine_aandeel"),
            *("reden_aandeel_stijging", "gevuld_aandeel_daling", "bekend_in_brp"),
            *("levering_van_deze_gemeente", "leveringen_op_tijd"),
        }
        for name in ("minimaregelingen", "rmc_trajecten", "schuldhulp_ddas")
    },
    "publicatie/minimaregelingen": {"rijen_per_maand", "sleutel_uniek", "regeling_bekend"},
    "publicatie/rmc_trajecten": {"rijen_per_maand", "sleutel_uniek"},
    "publicatie/schuldhulp": {
        *("rijen_per_maand", "sleutel_uniek", "periode_dekt_de_maand"),
        "schuldbedrag_geloofwaardig",
    },
    "publicatie/vroegsignalen": {
        *("rijen_per_maand", "sleutel_uniek", "periode_dekt_de_maand"),
        "bedrag_geloofwaardig",
    },
    "leveringen/ib_inkomsten": {
        *("levering_niet_leeg", "volume_vorige_maand", "quarantaine_aandeel"),
        *("reden_aandeel_stijging", "gevuld_aandeel_daling", "bekend_in_brp", "ongevraagd"),
        *("levering_van_deze_gemeente", "jongste_maand", "leveringen_op_tijd"),
    },
    "leveringen/inkomen_huishouden": {
        *("levering_niet_leeg", "volume_vorige_maand", "quarantaine_aandeel"),
        *("reden_aandeel_stijging", "gevuld_aandeel_daling", "levering_van_deze_gemeente"),
        "leveringen_op_tijd",
    },
    "leveringen/suwinet_inkomsten": {
        *("levering_niet_leeg", "volume_vorige_maand", "quarantaine_aandeel"),
        *("reden_aandeel_stijging", "gevuld_aandeel_daling", "bekend_in_brp"),
        *("levering_van_deze_gemeente", "jongste_maand", "leveringen_op_tijd"),
    },
    "leveringen/wmo_berichten": MESSAGES,
    "leveringen/jeugd_berichten": MESSAGES,
    "publicatie/wmo": PROVISIONS,
    "publicatie/jeugdhulp": PROVISIONS,
    "publicatie/bijstand": {
        *("rijen_per_maand", "sleutel_uniek", "norm_geloofwaardig"),
        "betaald_bedrag_geloofwaardig",
    },
    "leveringen/duo_inschrijvingen": {
        *("levering_niet_leeg", "volume_vorige_maand", "geen_mutaties_maar_stand"),
        *("quarantaine_aandeel", "reden_aandeel_stijging", "gevuld_aandeel_daling"),
        *("bekend_in_brp", "levering_van_deze_gemeente", "leveringen_op_tijd"),
    },
    "leveringen/duo_diplomas": {
        *("levering_niet_leeg", "volume_vorige_maand", "geen_mutaties_maar_stand"),
        *("quarantaine_aandeel", "reden_aandeel_stijging", "gevuld_aandeel_daling"),
        *("levering_van_deze_gemeente", "leveringen_op_tijd"),
    },
    "leveringen/duo_verzuim": {
        *("volume_vorige_maand", "geen_mutaties_maar_stand"),
        *("quarantaine_aandeel", "reden_aandeel_stijging", "levering_van_deze_gemeente"),
        "leveringen_op_tijd",
    },
    "publicatie/duo_totalen": {"rijen_per_maand", "sleutel_uniek"},
    "publicatie/onderwijs": {
        *("rijen_per_maand", "sleutel_uniek", "dubbel_aandeel"),
        "aantal_inschrijvingen_geloofwaardig",
    },
    "publicatie/startkwalificaties": {"rijen_per_maand", "sleutel_uniek"},
    "publicatie/verzuim": {"rijen_per_maand", "sleutel_uniek"},
    "publicatie/personen": {
        *("rijen_per_maand", "sleutel_uniek", "leeftijd_geloofwaardig", "geslacht_gevuld"),
        *("buurt_dekking", "onbekend_gebied_stijging"),
    },
    "publicatie/bsn_wijzigingen": {"rijen_per_maand", "sleutel_uniek"},
    "publicatie/huishoudens": {
        *("rijen_per_maand", "sleutel_uniek", "aandeel_referentiepersonen"),
    },
    "publicatie/verhuizingen": {"rijen_per_maand", "sleutel_uniek"},
    "publicatie/volledigheid": {"sleutel_uniek"},
    "publicatie/identiteit_conflicten": {"rijen_per_maand", "sleutel_uniek"},
    "publicatie/woningen": {
        *("rijen_per_maand", "sleutel_uniek", "in_bag", "onbekend_gebied_stijging"),
        *("waarde_geloofwaardig", "oppervlakte_geloofwaardig", "bouwjaar_geloofwaardig"),
    },
    "publicatie/huurwoningen": {
        *("rijen_per_maand", "sleutel_uniek", "buurt_dekking", "buurtcode_vertaald"),
        *("huur_geloofwaardig", "rekenhuur_klopt"),
    },
    "publicatie/gebieden": {"sleutel_uniek"},
    "publicatie/gebied_vertaling": {"sleutel_uniek", "vertaling_volledig"},
    "publicatie/inkomsten": {
        *("rijen_per_maand", "sleutel_uniek", "negatief_aandeel", "bedrag_geloofwaardig"),
        "elke_rij_bevraagd",
    },
    "publicatie/inkomsten_bevraging": {"rijen_per_maand", "sleutel_uniek"},
}


@pytest.fixture(scope="module")
def home(new_home: MakeHome) -> Home:
    return new_home(["GM0518", "GM0479"], "2022-01")


@pytest.fixture(scope="module")
def definitions(home: Home) -> dg.Definitions:
    with mock.patch.dict(os.environ):
        return build_definitions(home)


@pytest.fixture(scope="module")
def nodes(definitions: dg.Definitions) -> dict[str, Any]:
    graph = definitions.resolve_asset_graph()
    return {key.to_user_string(): graph.get(key) for key in graph.get_all_asset_keys()}


def partitions(node: Any) -> str:
    found = node.partitions_def
    if found is None:
        return ""
    if isinstance(found, dg.MultiPartitionsDefinition):
        return " x ".join(dimension.name for dimension in found.partitions_defs)
    assert found.name == f"maanden_{node.key.path[-1]}"
    return DESCRIBED


def test_the_graph_is_the_one_that_was_looked_at(nodes):
    assert {
        name: (
            node.group_name,
            *node.owners,
            partitions(node),
            {parent.to_user_string() for parent in node.parent_keys},
        )
        for name, node in nodes.items()
    } == GRAPH


def test_every_asset_says_what_it_is_and_of_what_kind(nodes):
    for name, node in nodes.items():
        assert node.description, name
        assert node.kinds, name


def test_whatever_opens_the_working_database_waits_its_turn(nodes):
    """One writer process excludes all readers; what only writes Parquet needs no turn."""
    waiting = {name for name, node in nodes.items() if not node.is_external and node.pools}

    assert waiting == {
        name
        for name in GRAPH
        if name.partition("/")[0] in ("parameters", "staging", "datasets", "publicatie")
    }
    assert {pool for name in waiting for pool in nodes[name].pools} == {"duckdb_writer"}


def test_what_is_published_is_closed_and_states_why_it_may_be_there(nodes):
    for name, node in nodes.items():
        room = name.partition("/")[0]
        if room in ("leveringen", "datasets", "publicatie", "landing"):
            assert node.tags["openheid"] == "gesloten", name
        if room in ("leveringen", "publicatie"):
            assert {"doelen", "grondslag", "bewaartermijn_jaren"} <= node.metadata.keys(), name
            columns = node.metadata["dagster/column_schema"]
            assert columns.columns, name


def test_the_checks_of_deliveries_and_datasets_are_those_of_their_suites(definitions):
    keys = definitions.resolve_asset_graph().asset_check_keys
    found: dict[str, set[str]] = {}
    for key in keys:
        found.setdefault(key.asset_key.to_user_string(), set()).add(key.name)

    assert {name: found[name] for name in CHECKS} == CHECKS
    assert {name.partition("/")[0] for name in set(found) - set(CHECKS)} == {
        *("datasets", "parameters", "staging"),
    }


def test_a_delivery_has_a_partition_per_gemeente_and_month_from_the_first_to_this_one(nodes, home):
    keys = set(nodes["leveringen/brp_personen"].partitions_def.get_partition_keys())
    months = (home.last_month().year - 2022) * 12 + home.last_month().month

    assert len(keys) == 2 * months
    assert partition_key("GM0518", date(2022, 1, 1)) in keys
    assert partition_key("GM0479", home.last_month()) in keys


#: What asks for a run, of which job, and how often it looks.
WATCHING = {
    **{
        f"landing_{delivery}_{gemeente}": ("levering", 30)
        for delivery in load_contracts()
        for gemeente in ("gm0518", "gm0479")
    },
    "landing_onbekend": ("landing_opruimen", 30),
    "open_maanden": ("bouwen", 30),
    "herstel": ("", 30),
    "mislukte_runs": ("", 30),
}
SCHEDULES = {
    "kalender_dagelijks": ("kalender", "0 7 * * *"),
    "maandafsluiting_maandelijks": ("maandafsluiting", "0 6 16 * *"),
}


def test_the_sensors_and_schedules_are_those_that_were_looked_at(definitions):
    assert {
        sensor.name: (
            next((target.job_name for target in sensor.targets), ""),
            sensor.minimum_interval_seconds,
        )
        for sensor in definitions.sensors
    } == WATCHING
    assert {s.name: (s.job_name, s.cron_schedule) for s in definitions.schedules} == SCHEDULES
    assert {s.execution_timezone for s in definitions.schedules} == {"Europe/Amsterdam"}
    assert all(s.description for s in (*definitions.sensors, *definitions.schedules))


def test_nothing_runs_by_itself_until_someone_switches_it_on(definitions, home):
    watching = [*definitions.sensors, *definitions.schedules]
    assert {str(each.default_status.value) for each in watching} == {"STOPPED"}

    switched = build_definitions(home, automation=automation({"DATAPAKHUIS_AUTOMATION": "on"}))

    watching = [*(switched.sensors or ()), *(switched.schedules or ())]
    assert {str(each.default_status.value) for each in watching} == {"RUNNING"}


def test_every_sensor_and_schedule_stands_in_the_reference_with_its_reason():
    text = (CONTRACTS.parent / "docs" / "reference" / "automation.md").read_text(encoding="utf-8")

    for name in ("landing_<levering>_<gemeente>", *WATCHING, *SCHEDULES):
        if not name.endswith(("gm0518", "gm0479")):
            assert f"| `{name}` |" in text, name


def test_the_month_is_closed_on_the_day_after_the_last_that_is_due(contracts):
    last = max(c.cadence.day for c in contracts.values() if c.cadence.months == 1)

    assert SCHEDULES["maandafsluiting_maandelijks"][1].split()[2] == str(last + 1)


def test_every_job_says_what_it_does(definitions):
    for name in (LANDING_JOB, DELIVERY_JOB, BUILD_JOB, CALENDAR_JOB, MONTH_JOB):
        job = definitions.resolve_job_def(name)
        assert job.description
    built = {
        key.to_user_string()
        for key in definitions.resolve_job_def(BUILD_JOB).asset_layer.executable_asset_keys
    }
    assert built == {
        name
        for name in GRAPH
        if name.partition("/")[0]
        in ("geografie", "parameters", "staging", "datasets", "publicatie")
    }


def test_the_module_that_dagster_loads_is_the_home_of_the_environment(home):
    import warehouse.definitions

    with mock.patch.dict(os.environ, {"DATAPAKHUIS_HOME": str(home.path)}):
        assert isinstance(warehouse.definitions.defs, dg.Definitions)
    with pytest.raises(AttributeError):
        warehouse.definitions.zomaar  # noqa: B018 - the attribute is what is asked


# --- definitions refuse to load ---------------------------------------------------------------

Change = Callable[[dict[str, Any]], object]


@pytest.fixture
def manifest(parsed: Path, tmp_path: Path) -> Callable[[Change], Path]:
    """The dbt manifest after a change to the model of `inkomsten`."""

    def changed(change: Change) -> Path:
        document = json.loads((parsed / "manifest.json").read_text(encoding="utf-8"))
        change(document["nodes"]["model.datapakhuis.inkomsten"])
        path = tmp_path / "manifest.json"
        path.write_text(json.dumps(document), encoding="utf-8")
        return path

    return changed


def no_meta(name: str) -> Change:
    def change(node: dict[str, Any]) -> None:
        for place in (node, node["config"]):
            place.get("meta", {}).pop(name, None)

    return change


@pytest.mark.parametrize(
    "name",
    [
        *("thema", "doelen", "grondslag", "bewaartermijn_jaren"),
        *("eigenaar", "openheid", "leveringen", "sleutel"),
    ],
)
def test_a_dataset_that_does_not_state_what_must_be_proved_does_not_load(home, manifest, name):
    with pytest.raises(CatalogueError, match=f"inkomsten does not state {name}"):
        build_definitions(home, manifest=manifest(no_meta(name)))


def test_a_dataset_for_a_purpose_its_delivery_forbids_does_not_load(home, manifest):
    def for_the_rmc(node: dict[str, Any]) -> None:
        node["config"]["meta"]["doelen"] = ["rmc"]

    with pytest.raises(CatalogueError, match="serves rmc, for which suwinet_inkomsten may not"):
        build_definitions(home, manifest=manifest(for_the_rmc))


def test_a_contract_that_allows_less_keeps_every_dataset_on_it_from_loading(
    home, contracts: Mapping[str, Contract]
):
    narrow = replace(contracts["brp_personen"], purposes=("scheefwonen",))

    with pytest.raises(CatalogueError, match="for which brp_personen may not be used"):
        build_definitions(home, contracts={**contracts, "brp_personen": narrow})


def test_a_dataset_on_a_delivery_without_contract_does_not_load(
    home, contracts: Mapping[str, Contract]
):
    with pytest.raises(CatalogueError, match="which has no contract"):
        build_definitions(home, {"suwinet_inkomsten": contracts["suwinet_inkomsten"]})


@pytest.mark.parametrize("name", ["retention", "doelen", "grondslag", "eigenaar"])
def test_a_contract_that_does_not_state_what_must_be_proved_does_not_load(tmp_path, name):
    folder = shutil.copytree(CONTRACTS, tmp_path / "contracts")
    path = folder / "brp_personen.yaml"
    document = path.read_text(encoding="utf-8")
    assert f"property: {name}" in document
    path.write_text(document.replace(f"property: {name}", "property: iets"), encoding="utf-8")

    with pytest.raises(ContractError, match=name):
        load_contracts(folder)
