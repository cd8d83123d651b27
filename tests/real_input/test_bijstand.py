"""The regulation's own list of attributes against the contract, and Suwinet's own answers.

What must come out is read here from the law text line by line, and from the answers with
`xml.etree`.
"""

import csv
import io
import re
import xml.etree.ElementTree as ET
from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
import yaml

from demo import bijstand_bus
from tests.support import zipped
from warehouse.contracts import CONTRACTS
from warehouse.gate import pass_through

pytestmark = pytest.mark.real_input

SEED = Path(__file__).resolve().parents[2] / "dbt_project" / "seeds" / "bus_codes.csv"
Attributes = dict[int, tuple[str, str, dict[str, str]]]


@pytest.fixture(scope="module")
def regulation(real_input: Path) -> Attributes:
    """Per number the name of the attribute, its form, and its codes with what they mean."""
    text = (real_input / "wetten" / "BWBR0031830.md").read_text(encoding="utf-8")
    annex = text[text.index("### Bijlage  1") : text.index("### Bijlage  2")]
    found: Attributes = {}
    number = 0
    for line in annex.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if cells[0].isdigit():
            number = int(cells[0])
            found[number] = (cells[1], cells[3], {})
        elif number and len(cells) == 4 and re.fullmatch("[0-9a-z]{1,3}", cells[3]):
            codes = found[number][2]
            codes[cells[3]] = codes.get(cells[3], "") + cells[1]
    return found


@pytest.fixture(scope="module")
def fields() -> dict[int, dict[str, Any]]:
    """The fields of the contract by the number of their attribute."""
    contract = yaml.safe_load((CONTRACTS / "bijstand_bus.yaml").read_text(encoding="utf-8"))
    numbered = {}
    for field in contract["schema"][0]["properties"]:
        custom = {c["property"]: c["value"] for c in field.get("customProperties", ())}
        if "kenmerk" in custom:
            numbered[custom["kenmerk"]] = field | {"custom": custom}
    return numbered


def test_the_contract_has_the_thirty_four_attributes_by_their_names(regulation, fields):
    names = {number: name for number, (name, _, _) in regulation.items()}

    assert list(names) == list(range(1, 35))
    assert {number: field["physicalName"] for number, field in fields.items()} == names


def test_the_demo_writes_them_under_the_same_names_and_in_the_same_order(regulation):
    ours = (*bijstand_bus.OF_DELIVERY, *bijstand_bus.OF_BENEFIT, *bijstand_bus.OF_PERSON)

    assert list(ours) == [name for name, _, _ in regulation.values()]


def test_the_forms_of_the_contract_are_those_of_the_regulation(regulation, fields):
    for number, (_, form, codes) in regulation.items():
        if form.startswith(("[", "(")):
            assert fields[number]["physicalType"] == form, number
        else:
            assert codes or number in (4, 5), number


def test_the_codes_of_the_contract_are_those_of_the_regulation(regulation, fields):
    listed = {
        n: set(f["custom"]["codelijst"]) for n, f in fields.items() if "codelijst" in f["custom"]
    }
    printed = {number: set(regulation[number][2]) for number in listed}

    # A misprint: yes and no have the same code, as if nobody could say no.
    assert printed.pop(27) == {"1"}
    assert listed.pop(27) == {"1", "2"}
    assert listed == printed


def test_the_texts_of_the_codes_are_those_of_the_regulation(regulation):
    with SEED.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for number in (8, 34):
        ours = {row["code"]: row["omschrijving"] for row in rows if int(row["kenmerk"]) == number}
        assert ours == regulation[number][2]
    assert {int(row["kenmerk"]) for row in rows} == {8, 34}


def test_the_answers_of_suwinet_give_the_rights_they_name(real_input, contracts, keys, tmp_path):
    """Six answers: payments of bijzondere bijstand, decisions, claims, and one error."""
    paths = sorted((real_input / "suwinet" / "berichten").glob("Bijstandsregelingen_*.xml"))
    expected, failed, decisions = [], 0, 0
    for path in paths:
        root = ET.parse(path).getroot()
        failed += sum(1 for element in root.iter() if element.tag.endswith("Fout"))
        decisions += sum(1 for element in root.iter("AanvraagUitkering"))
        assert not list(root.iter("Uitkeringsverhouding"))
        expected += [
            (
                payment.findtext("DatBetaalbaarBijzBijstand"),
                payment.findtext("CdClusterBijzBijstand"),
            )
            for payment in root.iter("SpecifiekeGegevensBijzBijstand")
        ]
    assert (len(paths), len(expected), failed, decisions) == (6, 9, 1, 13)
    content = zipped(*(path.read_bytes() for path in paths))

    result = pass_through(
        contracts["bijstand_bus"], io.BytesIO(content), keys, "id", tmp_path / "raw"
    )

    assert (result.counts.source, result.counts.accepted, result.counts.quarantined) == (10, 9, 1)
    assert [apart.reason for apart in result.apart] == ["antwoord_met_fout"]
    rows = pq.read_table(tmp_path / "raw" / "recht.parquet").to_pylist()
    told = [(row["datum_aanvang"], row["cluster_bijzondere_bijstand"]) for row in rows]
    assert Counter(told) == Counter(expected)
    assert {row["statistiekcode"] for row in rows} == {"12"}
    assert {(row["norm"], row["betaald_bedrag"]) for row in rows} == {(None, None)}
    assert all(row["datum_einde"] == row["datum_aanvang"] for row in rows)


def test_partners_in_the_answers_of_suwinet_share_what_both_were_told(
    real_input, contracts, keys, tmp_path
):
    folder = real_input / "suwinet" / "berichten"
    both = [
        (folder / f"Bijstandsregelingen_BijstandsregelingenInfo_{number}.xml").read_bytes()
        for number in ("999991954", "999993549")
    ]
    pass_through(contracts["bijstand_bus"], io.BytesIO(zipped(*both)), keys, "id", tmp_path / "raw")

    rows = pq.read_table(tmp_path / "raw" / "recht.parquet").to_pylist()
    shared = Counter(row["uitkering"] for row in rows)
    same_day = Counter((r["datum_aanvang"], r["cluster_bijzondere_bijstand"]) for r in rows)
    assert sorted(shared.values()) == sorted(same_day.values())
