"""Reads the worked cases: what a case says, and who and where its aliases are.

What belongs here: the YAML of a case as plain data classes, and the made-up BSNs, dwellings and
buurten behind its aliases. What does not: files of the registers (``landing``), and judging what
came of them (``tests/integration/test_cases.py``). The format is described in README.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

import yaml

CASES = Path(__file__).resolve().parent
GEMEENTE = "GM0518"
#: The wijk of the cases of each mart; within it every case has a buurt of its own.
WIJKEN = {"achtergrond": "90", "armoede": "01", "scheefwonen": "02", "rmc": "03"}
#: Every month that some case is about: few, because a month costs.
EVERY_MONTH = "alle"

_KEYS = {"naam", "mart", "regel", "bron", "maanden", "personen", "leveringen", "berekening"}
_OPTIONAL = {"verwacht"}

Row = Mapping[str, str]


class CaseError(ValueError):
    """A case that cannot be read; says which and what is wrong with it."""


@dataclass(frozen=True)
class Person:
    """Someone of a case, under an alias that only this case knows; a BSN is never shown."""

    alias: str
    bsn: str = field(repr=False)
    born: str
    sex: str
    dwelling: str
    facts: Mapping[str, Any]


@dataclass(frozen=True)
class Delivery:
    """What one register delivers in one month about the persons of a case: rows per object."""

    name: str
    months: tuple[str, ...]
    objects: Mapping[str, Sequence[Mapping[str, Any]]]


@dataclass(frozen=True)
class Expected:
    """What one row of a published dataset must say."""

    dataset: str
    who: str
    month: str
    rows: int
    columns: Row

    def __str__(self) -> str:
        return f"{self.dataset} van {self.who} in {self.month}"


@dataclass(frozen=True)
class Case:
    """A worked case: who, what is delivered, and what must come of it."""

    name: str
    mart: str
    months: tuple[str, ...]
    persons: Mapping[str, Person]
    dwellings: Mapping[str, str]
    deliveries: Sequence[Delivery]
    expected: Sequence[Expected]
    buurt: str


def bsns() -> Iterator[str]:
    """The BSNs of the official test range 999 that pass the 11-test, beyond ``support``'s."""
    for stem in count(99_910_000):
        weighed = sum(w * int(d) for w, d in zip(range(9, 1, -1), str(stem), strict=True))
        if weighed % 11 < 10:
            yield f"{stem}{weighed % 11}"


@cache
def read_cases() -> tuple[Case, ...]:
    """Every case, by name; each person, dwelling and buurt of them is nobody else's."""
    numbers, dwellings = bsns(), count(1)
    per_mart = {mart: count(1) for mart in WIJKEN}
    found = []
    for path in sorted(CASES.glob("*.yaml")):
        # Everything stays text: an amount is exact to the cent, and a code keeps its zeros.
        said = yaml.load(path.read_text(encoding="utf-8"), yaml.BaseLoader)
        found.append(_case(path, said, numbers, dwellings, per_mart))
    return tuple(found)


def case_months(cases: Sequence[Case]) -> list[str]:
    """The months that any case is about, in order."""
    return sorted({month for case in cases for month in case.months})


def _case(
    path: Path,
    said: Mapping[str, Any],
    numbers: Iterator[str],
    dwellings: Iterator[int],
    per_mart: Mapping[str, Iterator[int]],
) -> Case:
    wrong = (_KEYS - set(said)) | (set(said) - _KEYS - _OPTIONAL)
    if wrong or said["naam"] != path.stem or said["mart"] not in WIJKEN:
        raise CaseError(f"{path.name}: {', '.join(sorted(wrong)) or 'naam or mart'}")
    places: dict[str, str] = {}
    persons = {}
    for told in said["personen"]:
        facts = dict(told)
        alias, place = facts.pop("naam"), facts.pop("adres")
        if place not in places:
            places[place] = f"0518010000{next(dwellings):06d}"
        person = Person(
            alias, next(numbers), facts.pop("geboren"), facts.pop("geslacht"), places[place], facts
        )
        persons[alias] = person
    return Case(
        name=said["naam"],
        mart=said["mart"],
        months=tuple(said["maanden"]),
        persons=persons,
        dwellings=places,
        deliveries=[_delivery(told) for told in said["leveringen"]],
        expected=list(_expected(path, said.get("verwacht") or {}, persons, said["maanden"])),
        buurt=f"BU0518{WIJKEN[said['mart']]}{next(per_mart[said['mart']]):02d}",
    )


def _delivery(told: Mapping[str, Any]) -> Delivery:
    objects = dict(told)
    name, months = objects.pop("levering"), objects.pop("levermaand")
    return Delivery(name, (months,) if isinstance(months, str) else tuple(months), objects)


def _expected(
    path: Path,
    told: Mapping[str, Sequence[Mapping[str, str]]],
    persons: Mapping[str, Person],
    months: Sequence[str],
) -> Iterator[Expected]:
    for dataset, rows in told.items():
        for row in rows:
            columns = dict(row)
            who, month = columns.pop("van"), columns.pop("maand")
            if who not in (*persons, "buurt") or month not in months:
                raise CaseError(f"{path.name}: {dataset} expects {who} in {month}")
            yield Expected(dataset, who, month, int(columns.pop("rijen", "1")), columns)
