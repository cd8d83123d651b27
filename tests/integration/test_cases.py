"""The worked cases: a few persons each, through the whole way, against what was worked out by hand.

Every case of ``tests/cases`` lands in one home and goes through one run; a test reads the rows of
its own persons back as an analyst would. What belongs here: that all that was delivered arrived,
and that each row says what the case expects. What does not: the definitions and the arithmetic,
which stand in the cases.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any

import pyarrow as pa
import pytest

from tests.cases.case import Case, Expected, case_months, read_cases
from tests.cases.landing import landed
from tests.conftest import MakeHome
from tests.support import Result, datapakhuis, drop, versions
from warehouse.client import Client
from warehouse.home import Home, parse_month
from warehouse.keys import KERN, KeySet, bsn_messages
from warehouse.ledger import State, Version
from warehouse.publication import DOMAINS, GESLOTEN, manifest_paths

CASES = {case.name: case for case in read_cases()}
WORKED = [case for case in CASES.values() if case.expected]
#: The columns by which a row is found rather than judged: what a dataset has more of per household.
SELECTORS = ("profiel", "armoede_definitie", "regeling", "kenmerk", "waarde")
TOKEN, HOUSEHOLD = "bsn_versleuteld", "huishouden_sleutel"
UNKNOWN = "null"

Row = Mapping[str, Any]


@dataclass(repr=False)
class Lived:
    """The home after the run, as an analyst reads it; a failing test does not print it."""

    home: Home
    keys: KeySet
    result: Result
    versions: list[Version]
    tables: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def rows(self, dataset: str) -> list[dict[str, Any]]:
        """Every row of a dataset, read once."""
        if dataset not in self.tables:
            client = Client(self.home.path, self.domain_of[dataset])
            self.tables[dataset] = client.get(dataset).to_pylist()
        return self.tables[dataset]

    @cached_property
    def domain_of(self) -> dict[str, str]:
        """For what each dataset is published."""
        return {
            info.name: domain
            for domain in DOMAINS
            if manifest_paths(self.home.publication, domain)
            for info in Client(self.home.path, domain).datasets()
        }

    @cached_property
    def tokens(self) -> dict[tuple[str, str], str]:
        """The published token of every BSN, by domain."""
        numbers = [who.bsn for case in CASES.values() for who in case.persons.values()]
        messages, _ = bsn_messages(pa.array(numbers))
        internal = self.keys.tokeniser(KERN, "bsn").encrypt(messages)
        return {
            (domain, number): token
            for domain in DOMAINS
            for number, token in zip(
                numbers, self.keys.republish(internal, domain).to_pylist(), strict=True
            )
        }

    @cached_property
    def households(self) -> dict[tuple[str, Any], str]:
        """The household of every token and month."""
        return {(row[TOKEN], row["maand"]): row[HOUSEHOLD] for row in self.rows("huishoudens")}

    def found(self, case: Case, expected: Expected) -> list[dict[str, Any]]:
        """The rows that the case speaks of."""
        rows, month = self.rows(expected.dataset), parse_month(expected.month)
        wanted: dict[str, Any] = {
            name: expected.columns[name] for name in SELECTORS if name in expected.columns
        }
        if expected.who == "buurt":
            wanted["buurt" if rows and "buurt" in rows[0] else "gebied"] = case.buurt
        else:
            domain = self.domain_of[expected.dataset]
            token = self.tokens[domain, case.persons[expected.who].bsn]
            if rows and TOKEN in rows[0]:
                wanted[TOKEN] = token
            else:
                wanted[HOUSEHOLD] = self.households.get((token, month))
        return [
            row
            for row in rows
            if row["maand"] == month and all(row[name] == value for name, value in wanted.items())
        ]


@pytest.fixture(scope="module")
def lived(new_home: MakeHome, keys: KeySet) -> Lived:
    home = new_home(["GM0518"], case_months(read_cases())[0])
    for name, content in landed(read_cases()).items():
        drop(home, name, content)
    result = datapakhuis("run", "--home", home.path)
    return Lived(home, keys, result, versions(home))


def test_there_are_enough_cases_for_each_mart():
    counts = Counter(case.mart for case in WORKED)

    assert counts["armoede"] >= 18, counts
    assert counts["scheefwonen"] >= 11, counts
    assert counts["rmc"] >= 14, counts


def test_all_that_was_delivered_is_used_and_nothing_is_in_quarantine(lived):
    assert lived.result.code == 0, lived.result
    assert {version.state for version in lived.versions} == {State.ACCEPTED}, lived.result
    apart = {
        f"{version.delivery} {version.month}": version.counts
        for version in lived.versions
        if version.counts and version.counts.accepted != version.counts.source
    }
    assert not apart


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_everyone_of_a_case_lives_in_its_buurt(lived, case):
    found = {(row[TOKEN], row["maand"]): row["buurt"] for row in lived.rows("personen")}

    for who in case.persons.values():
        for month in case.months:
            if who.born[:7] <= month and "overleden" not in who.facts:
                place = found.get((lived.tokens[GESLOTEN, who.bsn], parse_month(month)))
                assert place == case.buurt, (who.alias, month)


@pytest.mark.parametrize("case", WORKED, ids=[case.name for case in WORKED])
def test_the_marts_say_what_was_worked_out_by_hand(lived, case):
    wrong = [line for expected in case.expected for line in judged(lived, case, expected)]

    assert not wrong, "\n".join(["", *wrong])


def test_everyone_of_the_datasets_is_in_the_marts_once(lived):
    def rows_per_month(dataset: str) -> Counter[Any]:
        return Counter(row["maand"] for row in lived.rows(dataset))

    households = {(row["maand"], row[HOUSEHOLD]) for row in lived.rows("huishoudens")}
    youths = [row["maand"] for row in lived.rows("personen") if 12 <= row["leeftijd"] < 27]

    assert rows_per_month("armoede_personen") == rows_per_month("personen")
    assert rows_per_month("armoede_huishoudens") == Counter(month for month, _ in households)
    assert rows_per_month("rmc_jongeren") == Counter(youths)


@pytest.mark.parametrize("mart", ["armoede", "scheefwonen", "rmc"])
def test_what_is_counted_per_buurt_adds_up_to_the_gemeente(lived, mart):
    totals = []
    for level in ("buurt", "wijk", "gemeente"):
        found: Counter[Any] = Counter()
        for row in lived.rows(f"{mart}_{level}"):
            group = tuple(row[name] for name in ("maand", *SELECTORS) if name in row)
            for name, value in row.items():
                if type(value) is int and not name.startswith("drempel"):
                    found[*group, name] += value
        totals.append(found)

    assert totals[2], mart
    assert +totals[0] == +totals[1] == +totals[2]


@pytest.mark.parametrize("dataset", ["rmc_jongeren", "rmc_werkvoorraad"])
def test_of_what_others_know_the_rmc_reads_yes_or_no_and_nothing_more(lived, dataset):
    named = ("wmo", "jeugd", "schuld", "signalen", "minima", "bijstand", "netto", "bedrag")

    rows = lived.rows(dataset)
    assert not [column for column in rows[0] if any(word in column for word in named)]
    assert {type(row["bekend_elders"]) for row in rows} <= {bool, type(None)}


def judged(lived: Lived, case: Case, expected: Expected) -> Iterable[str]:
    """A line per column that says something else than the case expects; never a BSN."""
    if expected.dataset not in lived.domain_of:
        yield f"{expected.dataset} is not published"
        return
    rows = lived.found(case, expected)
    if len(rows) != expected.rows:
        yield f"{expected}: {len(rows)} rows, expected {expected.rows}"
    for row in rows:
        for name, value in expected.columns.items():
            if name not in row:
                yield f"{expected}: there is no column {name}"
            elif not is_as(row[name], value):
                yield f"{expected}: {name} is {row[name]}, expected {value}"


def is_as(got: Any, text: str) -> bool:
    """Whether a value is what the case says in text; an amount to the cent."""
    if text == UNKNOWN or got is None:
        return got is None and text == UNKNOWN
    if isinstance(got, bool):
        return text == str(got).lower()
    if isinstance(got, int | float | Decimal):
        return Decimal(text) == round(Decimal(str(got)), 2)
    return text == str(got)
