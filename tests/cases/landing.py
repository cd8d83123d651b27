"""Writes what the cases deliver as the registers would: one file per delivery and month.

What belongs here: the layout of each register for a few rows, and what a case leaves out because it
does not matter to it. What does not: which rows (the cases), and what comes of them.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, TypeAlias

from demo import bijstand_bus, corporatie_huren
from tests.cases.case import EVERY_MONTH, GEMEENTE, Case, Person, case_months
from tests.support import (
    amount,
    collection,
    feature,
    gbav,
    person,
    relation,
    response,
    square,
    zipped,
)
from warehouse.home import add_months

Row: TypeAlias = dict[str, Any]
#: Per object the rows of one delivery, aliases replaced.
Objects: TypeAlias = Mapping[str, Sequence[Row]]

CORNER = 80_000, 455_000
#: Addresses and areas are delivered once, in the first month, and hold for all.
ONCE = ("bag_adressen", "cbs_gebieden")
_NUMBERS = {
    *("Burgerservicenr", "bsn", "bsn_aanvrager", "BURGERSERVICENUMMER", "Burgerservicenummer"),
    "Bsn",
}
_DWELLING = "bag_verblijfsobject"
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_EMPLOYER = "123456789L01"


def landed(cases: Sequence[Case]) -> dict[str, bytes]:
    """The content of every file, by its name in landing."""
    months = case_months(cases)
    files = {
        f"brp_personen_{GEMEENTE}_{month}.csv": _persons(cases, _last_day(month))
        for month in months
    }
    files |= {
        f"bag_adressen_{GEMEENTE}_{months[0]}.csv": _addresses(cases),
        f"cbs_gebieden_{GEMEENTE}_{months[0]}.geojson": _areas(cases, months[0][:4]),
    }
    for (name, month), objects in sorted(_together(cases, months).items()):
        extension, write = WRITERS[name]
        files[f"{name}_{GEMEENTE}_{month}.{extension}"] = write(month, objects)
    return files


def _together(
    cases: Sequence[Case], months: Sequence[str]
) -> dict[tuple[str, str], dict[str, list[Row]]]:
    """Of each delivery and month the rows of all cases."""
    found: dict[tuple[str, str], dict[str, list[Row]]] = defaultdict(lambda: defaultdict(list))
    for case in cases:
        for delivery in case.deliveries:
            for month in months if EVERY_MONTH in delivery.months else delivery.months:
                rows = found[delivery.name, month]
                for name, told in delivery.objects.items():
                    rows[name] += [_of(case, row) for row in told]
    return found


def _of(case: Case, row: Mapping[str, Any]) -> Row:
    """A row with its aliases replaced: of persons, and of dwellings."""
    made: Row = {}
    for column, value in row.items():
        if column in _NUMBERS and value:
            who = case.persons[value]
            made[column] = who.bsn
            made.setdefault("_born", who.born)
        elif column == _DWELLING and value:
            made[column] = case.dwellings[value]
        else:
            made[column] = value
    return made


# --- who lives where --------------------------------------------------------------------------


def _persons(cases: Sequence[Case], on: date) -> bytes:
    """Everybody who is born by then."""
    lines = [
        _person(case, who)
        for case in cases
        for who in case.persons.values()
        if date.fromisoformat(who.born) <= on
    ]
    return gbav(*lines)


def _person(case: Case, who: Person) -> str:
    facts = who.facts
    more = {
        "01.03.30": facts.get("geboorteland", "6030"),
        "08.11.80": who.dwelling,
        "08.11.60": "2511AA",
    }
    for number, parent in enumerate(facts.get("ouders", ()), 2):
        more[f"0{number}.01.20"] = case.persons[parent].bsn
    for number, land in enumerate(facts.get("geboortelanden_ouders", ()), 2):
        more[f"0{number}.03.30"] = land
    if partner := facts.get("partner"):
        more |= {
            "05.01.20": case.persons[partner].bsn,
            "05.06.10": _plain(facts.get("gehuwd_op", "2012-05-01")),
            "05.15.10": "H",
        }
    if died := facts.get("overleden"):
        more |= {"06.08.10": _plain(died), "07.67.10": _plain(died), "07.67.20": "O"}
    return person(
        who.bsn,
        birth=_plain(who.born),
        sex=who.sex,
        gemeente=GEMEENTE[2:],
        since=_plain(facts.get("sinds", max("2010-01-01", who.born))),
        **{f"e{name.replace('.', '_')}": value for name, value in more.items()},
    )


def _places(cases: Sequence[Case]) -> list[tuple[str, tuple[int, int], list[str]]]:
    """Of each case its buurt, the corner of it, and its dwellings."""
    return [
        (case.buurt, (CORNER[0] + 100 * place, CORNER[1]), list(case.dwellings.values()))
        for place, case in enumerate(cases)
    ]


def _addresses(cases: Sequence[Case]) -> bytes:
    header = "adresseerbaar_object;nummeraanduiding;postcode;huisnummer;huisletter;"
    header += "huisnummertoevoeging;x;y;gebruiksdoelen"
    rows = [
        f"{dwelling};{dwelling[:4]}20{dwelling[6:]};2511AA;{int(dwelling[10:])};;;"
        f"{x + 50};{y + 50};woonfunctie"
        for _, (x, y), dwellings in _places(cases)
        for dwelling in dwellings
    ]
    return "\r\n".join([header, *rows, ""]).encode()


def _areas(cases: Sequence[Case], year: str) -> bytes:
    return collection(
        *(
            feature(
                square(x, y),
                bu_code=buurt,
                bu_naam=f"Buurt {buurt[-4:]}",
                wk_code=f"WK{buurt[2:8]}",
                gm_code=GEMEENTE,
                water="NEE",
                jaar=int(year),
            )
            for buurt, (x, y), _ in _places(cases)
        )
    )


# --- the registers ----------------------------------------------------------------------------


def _ib(month: str, objects: Objects) -> bytes:
    """Who was asked, and what was found; found or not follows from that."""
    told = objects.get("inkomstenopgave", ())
    found = {row["Burgerservicenr"] for row in told}
    asked = [
        {
            "Burgerservicenr": row["Burgerservicenr"],
            "Geboortedat": row["_born"],
            "Resultaat": "gevonden" if row["Burgerservicenr"] in found else "niets_gevonden",
        }
        | row
        for row in objects["bevraging"]
    ]
    usual = {
        "SrtMelding": "nieuwe_loonperiode",
        "Loonheffingennr": _EMPLOYER,
        "VolgnrIkv": "1",
        "DatBIkv": "2015-01-01",
        "DatEIkv": "",
        "CdSrtIkv": "15",
        "IndLoonheffingskortingToegepast": "1",
        "AantVerloondeUrenIko": "0",
    }
    statements = [usual | row for row in told]
    columns = (
        *("Burgerservicenr", *usual, "DatBIko", "DatEIko", "BedrBrutoloonSv"),
        *("BedrLoonLbPremieVolksverz", "BedrIngehoudenLbPremieVolksverz"),
        *("BedrVakantietoeslag", "BedrOpgbRechtVakantietoeslag", "BedrNetto"),
    )
    return zipped(
        _csv(("Burgerservicenr", "Geboortedat", "PeriodeVan", "PeriodeTot", "Resultaat"), asked),
        _csv(columns, statements),
        names=["bevraging.csv", "inkomstenopgave.csv"],
    )


def _suwinet(month: str, objects: Objects) -> bytes:
    """An answer per person: one relation with its statements, in cents."""
    answers = []
    for asked in objects["antwoord"]:
        told = [
            row
            for row in objects.get("inkomstenopgave", ())
            if row["Burgerservicenr"] == asked["Burgerservicenr"]
        ]
        statements = [
            "<Inkomstenopgave>"
            f"<DatBIko>{_plain(row['DatBIko'])}</DatBIko><DatEIko>{_plain(row['DatEIko'])}</DatEIko>"
            + "".join(
                amount(name, row[name].replace(".", ""))
                for name in (
                    "BedrBrutoloonSv",
                    "BedrLoonLbPremieVolksverz",
                    "BedrIngehoudenLbPremieVolksverz",
                )
                if name in row
            )
            + "</Inkomstenopgave>"
            for row in told
        ]
        period = tuple(_plain(asked[name]) for name in ("DatBPeriode", "DatEPeriode"))
        found = [relation(*statements)] if statements else []
        answers.append(response(asked["Burgerservicenr"], *found, answered=(period[0], period[1])))
    return zipped(*answers)


def _bus(month: str, objects: Objects) -> bytes:
    year, number = month.split("-")
    usual = {
        **{"STATISTIEKJAAR": year, "STATISTIEKMAAND": number},
        **{"BERICHTGEVERCODE": GEMEENTE[2:], "GEMEENTECODE": GEMEENTE[2:]},
        **{"NAAM SOFTWAREPAKKET": "and", "RELEASE-/VERSIENUMMER SOFTWAREPAKKET": "1.0"},
        **{"STATISTIEKCODE": "01", "HUISVESTING": "1", "LEEFVORM": "1"},
        **{"ONTHEFFING ARBEIDSVERPLICHTING VAN TOEPASSING": "2", "UITVOERING TEGENPRESTATIE": "2"},
    }
    rows = [usual | {"GEBOORTEDATUM": row["_born"]} | row for row in objects["persoon"]]
    return _csv(bijstand_bus.COLUMNS, rows)


def _rents(month: str, objects: Objects) -> bytes:
    """The reference date is the last day of the month; service costs do not matter."""
    usual = {
        **{"corporatie_id": "L0001", "peildatum": _last_day(month).isoformat()},
        **{"eenheidstatus": "VEH", "woningwaarderingstelsel": "ZEL", "wws_punten": "150"},
        **{"servicekosten_subsidiabel": "0.00", "datum_ingang": "2012-01-01"},
        **{"overeenkomstdetailsoort": "ONB", "tak": "DAEB", "iah_categorie": "onbekend"},
    }
    rows = []
    for number, row in enumerate(objects["eenheid"], 1):
        rent = {"rekenhuur": row.get("netto_huur", "")}
        rows.append(usual | {"eenheidnummer": f"VHE-{number}"} | rent | row)
    return _csv(corporatie_huren.HEADER, rows)


def _flat(name: str, columns: Sequence[str], **usual: str) -> Callable[[str, Objects], bytes]:
    """A register that is one CSV; ``usual`` is what a row says when a case leaves it out."""

    def write(month: str, objects: Objects) -> bytes:
        rows = [usual | {"geboortedatum": row["_born"]} | row for row in objects.get(name, ())]
        return _csv(columns, rows)

    return write


def _dossiers(month: str, objects: Objects) -> bytes:
    usual = {"soort_dossier": "vsv_nieuw", "meldingsbron": "duo", "fase": "gesignaleerd"}
    usual |= {"weigering": "N", "contactpogingen": "0"}
    columns = (
        *("bsn", "geboortedatum", "dossiernummer", "soort_dossier", "meldingsbron"),
        *("datum_melding", "datum_eerste_contact", "contactpogingen", "fase"),
        *("start_begeleiding", "oorzaak_uitval", "verklarende_reden", "herinneringsdatum"),
        *("weigering", "ingeschreven_werkzoekende", "resultaat", "einddatum"),
    )
    rows = [
        usual | {"geboortedatum": row["_born"], "dossiernummer": f"RMC-{number}"} | row
        for number, row in enumerate(objects.get("dossier", ()), 1)
    ]
    return _csv(columns, rows)


def _school(month: str, objects: Objects) -> bytes:
    """The enrolments, and the exemptions from compulsory education if there are any."""
    enrolled = _flat(
        "inschrijving",
        (
            *("bsn", "geboortedatum", "brin", "niveau", "leerweg", "leerjaar", "bekostigd"),
            *("datum_inschrijving", "datum_uitschrijving", "reden_uitschrijving"),
        ),
        brin="00AA",
        bekostigd="J",
    )
    exempt = _flat(
        "vrijstelling",
        ("bsn", "geboortedatum", "soort_vrijstelling", "datum_aanvang", "datum_einde"),
    )
    members = [enrolled(month, objects)]
    if objects.get("vrijstelling"):
        members.append(exempt(month, objects))
    names = ["inschrijving.csv", "vrijstelling.csv"]
    return zipped(*members, names=names[: len(members)])


def _debts(month: str, objects: Objects) -> bytes:
    """The trajecten in the JSON of DDAS 1.0."""
    told = []
    for row in objects.get("schuldhulptraject", ()):
        said = {name: value for name, value in row.items() if name[0] != "_"}
        number = said.pop("Burgerservicenummer")
        said["client"] = [{"Burgerservicenummer": number, "Geboortedatum": row["_born"]}]
        told.append({"gemeentecode": GEMEENTE} | said)
    return _ddas(
        month,
        {"(Statutaire) Naam": "Schuldhulp Voorbeeld", "KvK-nummer": "90000001"},
        {"schuldhulptrajecten": told},
    )


def _ddas(month: str, organisation: Mapping[str, str], arrays: Mapping[str, Any]) -> bytes:
    delivery = {"teller": 1, "aanleverende_organisatie": organisation, **arrays}
    said = {
        "startdatumLevering": f"{month}-01",
        "einddatumLevering": _last_day(month).isoformat(),
        "aanleverdatumEnTijd": f"{_last_day(month).isoformat()}T08:00:00Z",
        "codeGegevensleverancier": "CASUS",
        "leveringen": [delivery],
    }
    return json.dumps(said).encode()


def _wmo(month: str, objects: Objects) -> bytes:
    """A message 301 for each product that is allocated."""
    base = "http://www.istandaarden.nl/iwmo/3_2"
    texts = []
    for number, row in enumerate(objects["toegewezen_product"], 1):
        end = f"<m:Einddatum>{row['Einddatum']}</m:Einddatum>" if "Einddatum" in row else ""
        texts.append(
            f'<m:Bericht xmlns:b="{base}/basisschema/schema" xmlns:m="{base}/wmo301/schema">'
            "<m:Header><m:BerichtCode>414</m:BerichtCode><m:BerichtVersie>3</m:BerichtVersie>"
            f"<m:BerichtSubversie>2</m:BerichtSubversie><m:Afzender>{GEMEENTE[2:]}</m:Afzender>"
            "<m:Ontvanger>98000001</m:Ontvanger><m:BerichtIdentificatie>"
            f"<b:Identificatie>{month}-{number}</b:Identificatie>"
            f"<b:Dagtekening>{_last_day(month).isoformat()}</b:Dagtekening>"
            "</m:BerichtIdentificatie></m:Header>"
            f"<m:Client><m:Bsn>{row['Bsn']}</m:Bsn>"
            f"<m:Geboortedatum><b:Datum>{row['_born']}</b:Datum></m:Geboortedatum>"
            "<m:ToegewezenProducten><m:ToegewezenProduct>"
            f"<m:ToewijzingNummer>{number}</m:ToewijzingNummer><m:Product>"
            f"<b:Categorie>{row['Categorie']}</b:Categorie><b:Code>02A01</b:Code></m:Product>"
            f"<m:Toewijzingsdatum>{row['Ingangsdatum']}</m:Toewijzingsdatum>"
            "<m:Toewijzingstijd>10:00:00</m:Toewijzingstijd>"
            f"<m:Ingangsdatum>{row['Ingangsdatum']}</m:Ingangsdatum>{end}"
            "</m:ToegewezenProduct></m:ToegewezenProducten></m:Client></m:Bericht>"
        )
    return zipped(*texts)


#: Per delivery the extension of its file, and what writes it.
WRITERS: dict[str, tuple[str, Callable[[str, Objects], bytes]]] = {
    "ib_inkomsten": ("zip", _ib),
    "suwinet_inkomsten": ("zip", _suwinet),
    "bijstand_bus": ("csv", _bus),
    "corporatie_huren": ("csv", _rents),
    "inkomen_huishouden": (
        "csv",
        _flat(
            "inkomen",
            (
                *("bsn", "geboortedatum", "inkomensjaar", "verzamelinkomen_huishouden"),
                *("besteedbaar_inkomen_huishouden", "inkomensbron", "welvaart_kwintiel"),
                "vermogensklasse",
            ),
        ),
    ),
    "minimaregelingen": (
        "csv",
        _flat(
            "toekenning",
            (
                *("bsn", "bsn_aanvrager", "geboortedatum", "regeling_code", "datum_toekenning"),
                *("datum_start", "datum_eind", "bedrag", "vorm", "ambtshalve"),
            ),
            vorm="pas",
            ambtshalve="N",
        ),
    ),
    "duo_inschrijvingen": ("zip", _school),
    "duo_diplomas": (
        "csv",
        _flat(
            "diploma",
            (
                *("bsn", "geboortedatum", "brin", "niveau", "datum_diploma", "uitslag"),
                "indicatie_startkwalificatie",
            ),
            brin="00AA",
            uitslag="G",
        ),
    ),
    "rmc_trajecten": ("csv", _dossiers),
    "schuldhulp_ddas": ("json", _debts),
    "wmo_berichten": ("zip", _wmo),
}


# --- text -------------------------------------------------------------------------------------


def _csv(columns: Iterable[str], rows: Iterable[Mapping[str, str]]) -> bytes:
    """Semicolons and a header; what a row does not say stays empty, what no column has is wrong."""
    columns = list(columns)
    lines = [";".join(columns)]
    for row in rows:
        unknown = {name for name in row if name[0] != "_"} - set(columns) - {"geboortedatum"}
        if unknown:
            raise ValueError(f"no such column: {', '.join(sorted(unknown))}")
        lines.append(";".join(_plain(row.get(name, "")) for name in columns))
    return "\r\n".join([*lines, ""]).encode()


def _plain(text: str) -> str:
    """A day without its dashes; anything else as it is."""
    return text.replace("-", "") if _DATE.fullmatch(text) else text


def _last_day(month: str) -> date:
    return add_months(date.fromisoformat(f"{month}-01"), 1) - timedelta(days=1)
