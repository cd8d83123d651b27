"""The layout of STUF-CAP as the law prints it, against that of the contract and the reader."""

import csv
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.unit.test_stufcap import closing, leading, record
from warehouse.contracts import Contract
from warehouse.readers import stufcap

pytestmark = pytest.mark.real_input

#: What the law calls an element, and what the contract does: its number.
_NUMBERED = re.compile(r"^(\d\.\d) ")
#: Positions, length, type, number and name.
_ROW = re.compile(r"^\| (\d+)–(\d+) +\| (\d+) +\| (\w) +\| ([\d.]+|–|---) +\| ([^|]+?) +\|")
Layout = dict[str, tuple[int, int, str, str]]


@pytest.fixture(scope="module")
def printed(real_input: Path) -> dict[str, Layout]:
    """Per kind of record, as printed in bijlage 2: per element its positions, type and name."""
    text = (real_input / "wetten" / "BWBR0029813.md").read_text(encoding="utf-8")
    text = text[text.index("####Leveringsformaat voor het leveringsbestand") :]
    layouts: dict[str, Layout] = {}
    current: Layout = {}
    for line in text.splitlines():
        if line.strip() in ("Voorlooprecord", "Gegevensrecord", "Sluitrecord"):
            current = layouts.setdefault(line.strip().lower(), {})
        found = _ROW.match(line)
        if found:
            begin, end, length, kind, number, name = found.groups()
            key = number if number[0].isdigit() else name
            current[key] = (int(begin), int(end), f"{kind}{length}", name)
    return layouts


@pytest.fixture(scope="module")
def contract(contracts: Mapping[str, Contract]) -> Contract:
    return contracts["woz_stufcap"]


def test_each_record_of_the_law_fills_80_positions(printed):
    assert {kind: len(layout) for kind, layout in printed.items()} == {
        "voorlooprecord": 8,
        "gegevensrecord": 15,
        "sluitrecord": 6,
    }
    for layout in printed.values():
        reached = 0
        for begin, end, _, _ in layout.values():
            assert begin == reached + 1
            reached = end
        assert reached == stufcap.WIDTH


def test_the_length_that_the_law_prints_is_that_of_the_positions_but_for_one_misprint(printed):
    wrong = {
        key: (begin, end, kind)
        for layout in printed.values()
        for key, (begin, end, kind, _) in layout.items()
        if int(kind[1:]) != end - begin + 1
    }

    assert wrong == {"2.1": (32, 42, "N1")}


def test_the_contract_has_every_element_on_its_positions(printed, contract):
    stated: dict[str, Any] = {}
    for table in contract.tables:
        for field in table.fields:
            number = _NUMBERED.match(field.description)
            if number:
                stated[number[1]] = field.source
    expected = {
        number: f"{kind} {begin}-{end}"
        for kind in ("voorlooprecord", "gegevensrecord")
        for number, (begin, end, _, _) in printed[kind].items()
        if number[0].isdigit() and number != "9.1"
    }

    assert stated == expected


def test_the_reader_counts_where_the_law_says(printed):
    spans = {key: (begin - 1, end) for key, (begin, end, _, _) in printed["sluitrecord"].items()}
    data = {
        number: (begin - 1, end) for number, (begin, end, _, _) in printed["gegevensrecord"].items()
    }

    assert spans["Totaal aantal gegevensrecords"] == stufcap.NUMBER
    assert {
        data[number]: spans[name]
        for number, name in (
            ("2.1", "Totaaltelling 2.1 (WOZ-waarde)"),
            ("2.3", "Totaaltelling 2.3 (OZB-waarde)"),
            ("2.8", "Totaaltelling 2.8 (OZB-waarde gebruikers)"),
        )
    } == stufcap.SUMMED


def test_the_records_that_tests_and_demo_write_have_the_kinds_of_the_law(printed):
    """A numeric element holds digits, an alphanumeric one none but its own text."""
    text = record(letter="A", addition="bis", beside="to", users=12)
    for written, kind in (
        (leading(), "voorlooprecord"),
        (text, "gegevensrecord"),
        (closing(text), "sluitrecord"),
    ):
        for begin, end, form, _ in printed[kind].values():
            if form[0] in "ND":
                assert written[begin - 1 : end].isdigit()


def test_the_codes_of_the_contract_are_those_of_the_law(real_input, contract):
    text = (real_input / "wetten" / "BWBR0029813.md").read_text(encoding="utf-8")
    uses = text[text.index("Gegevensnummer:  | 2.4") : text.index("*Waardepeildatum*")]
    blocked = text[text.index("Gegevensnummer:  | 2.7") : text.index("*OZB-waarde gebruikers*")]
    fields = contract.by_name["woz_object"].by_name

    assert set(fields["gebruikscode"].codes) == set(re.findall(r"\b(\d\d) \(= ", uses))
    assert set(fields["code_blokkeren"].codes) == set(re.findall(r"\b(0\d) \(", blocked))


def test_the_seed_words_the_codes_as_the_law_does(real_input):
    text = (real_input / "wetten" / "BWBR0029813.md").read_text(encoding="utf-8")
    uses = text[text.index("Gegevensnummer:  | 2.4") : text.index("*Waardepeildatum*")]
    seeds = Path(__file__).parents[2] / "dbt_project" / "seeds" / "woz_gebruikscodes.csv"
    with seeds.open(encoding="utf-8", newline="") as source:
        stated = {row["code"]: row["omschrijving"] for row in csv.DictReader(source)}

    assert stated == dict(re.findall(r"\b(\d\d) \(= ([^)]+)\)", uses))
