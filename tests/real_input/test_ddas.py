"""The official examples of DDAS through the gate, against counts by other code.

Their numbers were made up: whether each passes the 11-test is worked out here once more, from the
JSON as the standard library reads it.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from warehouse.contracts import Contract
from warehouse.gate import GateResult, pass_through
from warehouse.keys import KeySet
from warehouse.readers import reader_for

pytestmark = pytest.mark.real_input

DEBTS = (
    "UitgebreidMeervoudigVoorbeeld",
    "enkelvoudigVoorbeeld",
    "meerdereLeveringenVoorbeeld",
    "meervoudigVoorbeeld",
    "samenloopVoorbeeldDeel1",
    "samenloopVoorbeeldDeel2",
)
EARLY = ("enkelvoudigVoorbeeld", "meervoudigVoorbeeld")


def numbers(document: Any) -> Iterator[str]:
    """Every Burgerservicenummer, wherever it stands."""
    if isinstance(document, dict):
        for name, inner in document.items():
            if name.lower() == "burgerservicenummer":
                yield inner
            yield from numbers(inner)
    elif isinstance(document, list):
        for inner in document:
            yield from numbers(inner)


def wrong(number: str) -> bool:
    """Whether nine digits fail the 11-test."""
    weights = (9, 8, 7, 6, 5, 4, 3, 2, -1)
    return sum(w * int(d) for w, d in zip(weights, number, strict=True)) % 11 != 0


def taken(
    contract: Contract, path: Path, keys: KeySet, folder: Path, gemeente: str = ""
) -> GateResult:
    with path.open("rb") as source:
        return pass_through(contract, source, keys, "id", folder, gemeente=gemeente)


@pytest.mark.parametrize(
    ("delivery", "folder", "name"),
    [("schuldhulp_ddas", "schuldhulp_ddas", name) for name in DEBTS]
    + [("vroegsignalen", "vroegsignalering", name) for name in EARLY],
)
def test_each_invalid_number_is_set_apart_for_that_reason(
    contracts: Mapping[str, Contract],
    keys: KeySet,
    real_input: Path,
    tmp_path: Path,
    delivery: str,
    folder: str,
    name: str,
) -> None:
    path = real_input / folder / f"{name}.json"
    persons = list(numbers(json.loads(path.read_text(encoding="utf-8"))))
    invalid = sum(map(wrong, persons))

    result = taken(contracts[delivery], path, keys, tmp_path / "raw")

    assert Counter(apart.reason for apart in result.apart) == +Counter(bsn_elfproef=invalid)
    counts = result.counts
    assert (counts.source, counts.quarantined) == (len(persons), invalid)
    assert counts.accepted + counts.quarantined + counts.duplicate == counts.source
    assert counts.duplicate == 0
    assert not result.emptied


@pytest.mark.parametrize("name", DEBTS)
def test_with_true_numbers_the_examples_pass_but_for_the_gemeente(
    contracts: Mapping[str, Contract], keys: KeySet, real_input: Path, tmp_path: Path, name: str
) -> None:
    """Each number gets a check digit that fits; the gemeenten in the examples do not exist."""
    from tests.support import bsn

    text = (real_input / "schuldhulp_ddas" / f"{name}.json").read_text(encoding="utf-8")
    persons = list(numbers(json.loads(text)))
    for place, number in enumerate(dict.fromkeys(persons)):
        text = text.replace(f'"{number}"', f'"{bsn(place)}"')
    path = tmp_path / "mended.json"
    path.write_text(text, encoding="utf-8")
    contract = contracts["schuldhulp_ddas"]

    assert taken(contract, path, keys, tmp_path / "raw").counts.accepted == len(persons)
    elsewhere = taken(contract, path, keys, tmp_path / "elsewhere", "GM0479")
    assert Counter(apart.reason for apart in elsewhere.apart) == Counter(
        gemeente_anders=len(persons)
    )


@pytest.mark.parametrize(
    ("delivery", "folder"),
    [("schuldhulp_ddas", "schuldhulp_ddas"), ("vroegsignalen", "vroegsignalering")],
)
def test_the_contract_names_every_property_of_the_schema(
    contracts: Mapping[str, Contract], real_input: Path, delivery: str, folder: str
) -> None:
    from warehouse.readers.ddas import path_of

    path = real_input / folder / "json_schema_Uitwisselmodel.json"
    schema = json.loads(path.read_text(encoding="utf-8"))

    def leaves(node: Any, place: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
        node = node.get("items", node)
        inner = node.get("properties")
        if not inner:
            yield path_of("/".join(place))
        for name, value in (inner or {}).items():
            yield from leaves(value, (*place, name))

    stated = {
        path_of(field.source)
        for table in contracts[delivery].tables
        for field in table.fields
        if field.source
    }
    assert set(leaves(schema, ())) <= stated
    assert reader_for(contracts[delivery]) is not None


@pytest.mark.parametrize(
    ("delivery", "folder"),
    [("schuldhulp_ddas", "schuldhulp_ddas"), ("vroegsignalen", "vroegsignalering")],
)
def test_every_value_of_the_schema_is_a_code_or_became_one(
    contracts: Mapping[str, Contract], real_input: Path, delivery: str, folder: str
) -> None:
    from warehouse.readers.ddas import WORDS

    path = real_input / folder / "json_schema_Uitwisselmodel.json"
    definitions = json.loads(path.read_text(encoding="utf-8"))["$defs"]
    renamed = {old: new for words in WORDS.values() for old, new in words.items()}
    codes = {code for t in contracts[delivery].tables for f in t.fields for code in f.codes}
    lists = {name: d["enum"] for name, d in definitions.items() if name.startswith("Enum")}

    assert lists
    for values in lists.values():
        assert {renamed.get(value, value) for value in values} <= codes
