"""The contracts: what they must state, and that the two of this release state it."""

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from demo.gbav import HEADER
from warehouse.contracts import (
    CLASSES,
    CONTRACTS,
    DROPPED,
    Contract,
    ContractError,
    load_contract,
    load_contracts,
)
from warehouse.readers import reader_for

Change = Callable[[dict[str, Any]], object]


@pytest.fixture
def altered(tmp_path: Path) -> Callable[..., Contract]:
    """Loads a contract after a change to its document."""

    def load(change: Change, name: str = "suwinet_inkomsten") -> Contract:
        document = yaml.safe_load((CONTRACTS / f"{name}.yaml").read_text(encoding="utf-8"))
        change(document)
        path = tmp_path / f"{name}.yaml"
        path.write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")
        return load_contract(path)

    return load


def custom(document: dict[str, Any], name: str) -> dict[str, Any]:
    [found] = [item for item in document["customProperties"] if item["property"] == name]
    return dict(found)


def without(name: str) -> Change:
    def change(document: dict[str, Any]) -> None:
        document["customProperties"] = [
            item for item in document["customProperties"] if item["property"] != name
        ]

    return change


def with_value(name: str, value: object) -> Change:
    def change(document: dict[str, Any]) -> None:
        without(name)(document)
        document["customProperties"].append({"property": name, "value": value})

    return change


def of_field(table: str, field: str, **values: object) -> Change:
    def change(document: dict[str, Any]) -> None:
        [place] = [item for item in document["schema"] if item["name"] == table]
        [found] = [item for item in place["properties"] if item["name"] == field]
        found.update(values)

    return change


def test_a_change_that_changes_nothing_is_still_the_contract(altered, contracts):
    assert altered(lambda _: None) == contracts["suwinet_inkomsten"]


@pytest.mark.parametrize(
    "name",
    [
        *("leverwijze", "formaat", "extensies", "telt", "sleutel", "geldig_maanden"),
        *("doelen", "grondslag", "eigenaar"),
    ],
)
def test_a_contract_that_leaves_out_what_must_be_proved_is_refused(altered, name):
    with pytest.raises(ContractError, match=name):
        altered(without(name))
    with pytest.raises(ContractError, match=name):
        altered(with_value(name, ""))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda d: d.pop("domain"), "theme"),
        (lambda d: d.update(slaProperties=d["slaProperties"][:1]), "retention"),
        (with_value("leverwijze", "soms"), "leverwijze is one of"),
        (with_value("telt", "onbekend"), "counts an object"),
        (of_field("antwoord", "bsn", classification="gewoon"), "no object holds"),
        (of_field("inkomstenopgave", "uren", classification="bsn"), "antwoord does not state"),
        (of_field("inkomstenperiode", "datum_aanvang", classification="bsn"), "states its sleutel"),
        (of_field("inkomstenopgave", "uren", classification="geheim"), "identification class"),
        (of_field("inkomstenopgave", "uren", classification=None), "identification class"),
        (of_field("inkomstenopgave", "uren", description=""), "description"),
        (
            of_field(
                "inkomstenopgave",
                "uren",
                customProperties=[{"property": "bij_fout", "value": "raden"}],
            ),
            "bij_fout",
        ),
        (
            of_field("inkomstenopgave", "inkomstenverhouding", customProperties=[]),
            "domein and van",
        ),
        (
            of_field(
                "inkomstenopgave",
                "inkomstenverhouding",
                customProperties=[
                    {"property": "domein", "value": "adres"},
                    {"property": "van", "value": [["bestaat_niet"]]},
                ],
            ),
            "bestaat_niet",
        ),
    ],
)
def test_a_contract_whose_parts_do_not_fit_is_refused_with_the_reason(altered, change, says):
    with pytest.raises(ContractError, match=says) as refused:
        altered(change)

    assert "suwinet_inkomsten" in str(refused.value)


def test_what_is_no_contract_is_a_sentence_without_its_content(tmp_path):
    path = tmp_path / "vreemd.yaml"
    path.write_text("kind: [999000007\n")

    with pytest.raises(ContractError, match=r"vreemd\.yaml is not a contract") as refused:
        load_contract(path)

    assert "999000007" not in str(refused.value)


def test_an_unknown_format_has_no_reader(altered):
    with pytest.raises(ContractError, match="unknown format"):
        reader_for(altered(with_value("formaat", "fax")))


def test_this_release_knows_these_deliveries(contracts):
    assert {
        name: (contract.mode, contract.counts, contract.extensions)
        for name, contract in contracts.items()
    } == {
        "bag_adressen": ("stand", "bag_object", ("zip", "xml", "csv")),
        "bijstand_bus": ("stand", "recht", ("csv", "xml", "zip")),
        "brp_personen": ("stand", "persoonslijst", ("csv",)),
        "cbs_gebieden": ("stand", "gebied", ("geojson", "json", "zip")),
        "duo_diplomas": ("stand", "diploma", ("csv", "zip", "xml")),
        "duo_inschrijvingen": ("stand", "inschrijving", ("csv", "zip", "xml")),
        "duo_verzuim": ("stand", "verzuimmelding", ("csv", "zip")),
        "corporatie_huren": ("stand", "eenheid", ("csv", "zip")),
        "ib_inkomsten": ("sleutel", "inkomstenopgave", ("zip",)),
        "inkomen_huishouden": ("stand", "inkomen", ("csv",)),
        "suwinet_inkomsten": ("sleutel", "inkomstenopgave", ("xml", "zip")),
        "woz_stufcap": ("stand", "woz_object", ("txt", "dat")),
        "jeugd_berichten": ("mutatie", "product", ("xml", "zip")),
        "wmo_berichten": ("mutatie", "product", ("xml", "zip")),
        "minimaregelingen": ("stand", "toekenning", ("csv", "zip")),
        "rmc_trajecten": ("stand", "dossier", ("csv", "zip")),
        "schuldhulp_ddas": ("stand", "deelname", ("json", "zip")),
        "vroegsignalen": ("stand", "signaal", ("json", "zip")),
    }
    assert contracts == load_contracts()


def test_suwinet_may_not_be_used_for_the_rmc(contracts):
    assert "rmc" in contracts["brp_personen"].purposes
    assert "rmc" not in contracts["suwinet_inkomsten"].purposes


@pytest.mark.parametrize("name", ["brp_personen", "suwinet_inkomsten"])
def test_every_field_has_a_class_and_a_dutch_description(contracts, name):
    for table in contracts[name].tables:
        assert table.description
        assert len(table.by_name) == len(table.fields)
        for field in table.fields:
            assert field.classification in CLASSES
            assert field.description.endswith("."), field.name
            if field.classification in DROPPED:
                assert field.raw_columns == {}


def test_every_column_of_the_layout_stands_in_the_contract_just_once(contracts):
    """But for what is read of a person's history too: that is category 01 once more."""
    tables = contracts["brp_personen"].by_name
    again = {field.source for field in tables["persoon_historie"].fields if field.source}
    sources = [
        field.source
        for table in tables.values()
        for field in table.fields
        if field.source and table.name != "persoon_historie"
    ]
    named = ["(leeg)", *HEADER[1:-1], "(leeg)#2"]
    second = len(named) - 1 - named[::-1].index("06.88.10")
    named[second] = "06.88.10#2"

    assert sorted(sources) == sorted(named)
    assert again == {"01.01.20", "01.84.10", "01.85.10"}


@pytest.mark.real_input
def test_the_layout_is_that_of_the_register(contracts, real_input):
    path = real_input / "brp" / "gbav_persoonslijsten.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        assert tuple(next(csv.reader(file, delimiter=";"))) == HEADER


@pytest.mark.parametrize(
    ("delivery", "table", "columns"),
    [
        ("brp_personen", "persoonslijst", {"bsn_versleuteld", "ouder1_bsn_versleuteld"}),
        ("brp_personen", "persoonslijst", {"geboorteland", "ouder1_geboorteland"}),
        ("brp_personen", "persoonslijst", {"ouder2_bsn_versleuteld", "ouder2_geboorteland"}),
        ("brp_personen", "persoon_historie", {"vorig_bsn_versleuteld", "ingangsdatum_geldigheid"}),
        ("brp_personen", "huwelijk", {"partner_bsn_versleuteld"}),
        ("brp_personen", "huwelijk", {"datum_aanvang", "datum_ontbinding"}),
        ("brp_personen", "kind", {"kind_bsn_versleuteld"}),
        ("brp_personen", "verblijfplaats", {"aangifte_adreshouding", "postcode", "huisnummer"}),
        ("brp_personen", "verblijfplaats", {"adresseerbaar_object", "nummeraanduiding"}),
        ("suwinet_inkomsten", "inkomstenopgave", {"inkomstenverhouding", "loon_sv"}),
    ],
)
def test_what_later_datasets_need_is_kept(contracts, delivery, table, columns):
    assert columns <= contracts[delivery].by_name[table].raw_columns.keys()


def test_a_reference_is_about_nobody(contracts):
    references = {name for name, contract in contracts.items() if contract.reference}
    assert references == {"bag_adressen", "cbs_gebieden"}
    for name in references:
        for table in contracts[name].raw_tables:
            assert not [column for column in table.raw_columns if "bsn" in column]


@pytest.mark.parametrize("word", ["a_nummer", "naam", "fiscaal", "loonheffingennummer"])
def test_what_identifies_beside_the_bsn_is_not_kept(contracts, word):
    kept = {
        column
        for contract in contracts.values()
        if not contract.reference
        for table in contract.raw_tables
        for column in table.raw_columns
    }
    assert not [column for column in kept if word in column]
