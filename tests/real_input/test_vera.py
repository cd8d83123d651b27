"""The codes of the rents against the reference data of VERA."""

import csv
from collections.abc import Mapping
from pathlib import Path

import pytest

from warehouse.contracts import Contract

pytestmark = pytest.mark.real_input

#: The field of the contract, and the kind of reference data that it takes its codes from.
KINDS = {
    "eenheidstatus": "EENHEIDSTATUS",
    "woningwaarderingstelsel": "WONINGWAARDERINGSTELSEL",
}


@pytest.fixture(scope="module")
def vera(real_input: Path) -> list[dict[str, str]]:
    path = real_input / "vera" / "Referentiedata.csv"
    with path.open(encoding="utf-8-sig", newline="") as source:
        return list(csv.DictReader(source, delimiter=";"))


def current(vera: list[dict[str, str]], kind: str) -> dict[str, str]:
    """The codes of a kind that have not ended, with their names."""
    return {
        row["Code"]: row["Naam"] for row in vera if row["Soort"] == kind and not row["Einddatum"]
    }


@pytest.mark.parametrize(("field", "kind"), KINDS.items())
def test_the_contract_has_the_codes_that_hold(vera, contracts: Mapping[str, Contract], field, kind):
    codes = contracts["corporatie_huren"].by_name["eenheid"].by_name[field].codes

    assert set(codes) == set(current(vera, kind))


def test_the_kinds_of_contract_are_those_of_a_home_that_is_let(vera, contracts):
    """All under huurovereenkomst but that of business premises."""
    field = contracts["corporatie_huren"].by_name["eenheid"].by_name["overeenkomstdetailsoort"]
    let = {
        row["Code"]: row["Naam"]
        for row in vera
        if row["Soort"] == "OVEREENKOMSTDETAILSOORT"
        and row["Parent"] == "OVEREENKOMSTSOORT.HUU"
        and not row["Einddatum"]
    }
    seed = Path(__file__).parents[2] / "dbt_project" / "seeds" / "huurcontractsoorten.csv"
    with seed.open(encoding="utf-8", newline="") as source:
        stated = {row["code"]: row["naam"] for row in csv.DictReader(source)}

    assert set(let) - set(field.codes) <= {"BOG"}
    assert stated == {code: let[code] for code in field.codes}
