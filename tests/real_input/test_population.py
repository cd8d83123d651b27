"""Households, moves and changed numbers of the register's own test persons; figures by other code.

The file is given as the state of five months, of which four are so long ago that people were
born, died or moved in them. What must come out is worked out here from the rows of the file, person
by person, from what the datasets say they are.
"""

import calendar
import io
import os
import xml.etree.ElementTree as ET
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from tests.building import NO_TESTS, run_dbt
from tests.real_input.test_den_haag import (
    earliest,
    has_happened,
    lives_in,
    passes_eleven_test,
    persons_file,
    records,
)
from tests.support import zipped
from warehouse.gate import pass_through
from warehouse.keys import KERN, KeySet, bsn_messages
from warehouse.ledger import EVERYTHING
from warehouse.reach import plan, read_reach
from warehouse.workspace import lay_out

pytestmark = [
    pytest.mark.real_input,
    # dbt leaves its log file to the garbage collector.
    pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning"),
]

MONTHS = [date(*m, 1) for m in ((1999, 7), (2003, 3), (2010, 8), (2016, 8), (2022, 5))]
DATASETS = (
    *("personen", "huishoudens", "verhuizingen", "bsn_wijzigingen"),
    *("inkomsten_bevraging", "identiteit_conflicten"),
)
Record = list[dict[str, str]]


@dataclass(frozen=True)
class Built:
    """The datasets as they were built, with BSNs again for tokens: they are of nobody."""

    rows: dict[str, list[dict[str, Any]]]
    token: dict[str, str]


@pytest.fixture(scope="module")
def built(
    real_input: Path,
    keys: KeySet,
    contracts: Any,
    tmp_path_factory: pytest.TempPathFactory,
    parsed: Path,
) -> Iterator[Built]:
    folder = tmp_path_factory.mktemp("population")
    content = persons_file(real_input).read_bytes()
    persons = {f"{month:%Y-%m}": content for month in MONTHS}
    answers = {"answers": zipped(*(path.read_bytes() for path in answered(real_input)))}
    given = {"brp_personen": persons, "suwinet_inkomsten": answers}
    for delivery, versions in given.items():
        for name, content in versions.items():
            source = io.BytesIO(content)
            pass_through(contracts[delivery], source, keys, name, folder / name)
    database = folder / "warehouse.duckdb"
    with duckdb.connect(str(database)) as sql:
        files = {
            (delivery, table.name): [folder / name / f"{table.name}.parquet" for name in versions]
            for delivery, versions in given.items()
            for table in contracts[delivery].raw_tables
        }
        everything = {month: {EVERYTHING} for month in MONTHS}
        work = plan(read_reach(parsed / "manifest.json"), everything, MONTHS)
        lay_out(sql, contracts, plan=work, gemeenten=["GM0518"], files=files)
        sql.executemany(
            "insert into grootboek.leveringen values (?, 'brp_personen', 'GM0518', ?, 1)",
            [(f"{month:%Y-%m}", month) for month in MONTHS],
        )
        sql.execute(
            "insert into grootboek.leveringen values"
            " ('answers', 'suwinet_inkomsten', 'GM0518', date '2026-06-01', 2)"
        )
    chosen = ("--select", *(f"+{dataset}" for dataset in DATASETS))
    outcome = run_dbt(database, folder / "target", parsed, "build", *NO_TESTS, *chosen)
    assert outcome.success, outcome.exception
    numbers = _numbers(keys, real_input)
    with duckdb.connect(str(database), read_only=True) as sql:
        rows = {
            dataset: [
                {name: numbers.get(value, value) for name, value in row.items()}
                for row in sql.sql(f"from datasets.{dataset}").to_arrow_table().to_pylist()
            ]
            for dataset in DATASETS
        }
    yield Built(rows, {number: token for token, number in numbers.items()})
    os.unlink(database)


def _numbers(keys: KeySet, real_input: Path) -> dict[str, str]:
    """The BSN of each token."""
    found = {row["01.01.20"] for record in records(real_input) for row in record}
    ordered = sorted(number for number in found if passes_eleven_test(number))
    messages, _ = bsn_messages(pa.array(ordered))
    return dict(
        zip(keys.tokeniser(KERN, "bsn").encrypt(messages).to_pylist(), ordered, strict=True)
    )


def last_day(month: date) -> date:
    return month.replace(day=calendar.monthrange(month.year, month.month)[1])


def accepted(real_input: Path) -> dict[str, Record]:
    """The persoonslijsten that pass the gate, by BSN."""
    everyone = records(real_input)
    holders = Counter(record[0]["01.01.20"] for record in everyone)
    return {
        record[0]["01.01.20"]: record
        for record in everyone
        if passes_eleven_test(record[0]["01.01.20"]) and holders[record[0]["01.01.20"]] == 1
    }


def occurrences(record: Record, category: str) -> Iterator[dict[str, str]]:
    """The rows that hold something of a category and are neither of the past nor wrong."""
    mark = str(int(category) + 50)
    before = ""
    for row in record:
        filled = any(
            text
            for name, text in row.items()
            if name.startswith(f"{category}.") and name != f"{category}.H"
        )
        if filled and before != mark and row[f"{category}.84.10"] != "O":
            yield row
        before = row[f"{category}.H"]


# --- changed numbers --------------------------------------------------------------------------


def former(people: dict[str, Record]) -> set[tuple[str, str]]:
    """Who has which former number, of those whose persoonslijst still counts."""
    return {
        (number, row["01.01.20"])
        for number, record in people.items()
        if record[0]["07.67.20"] not in ("F", "W")
        for row in record[1:]
        if row["01.01.20"] not in ("", number) and row["01.84.10"] != "O"
    }


def test_who_had_another_number_is_told_and_a_number_of_another_is_not_translated(
    built, real_input
):
    people = accepted(real_input)
    changes = former(people)

    rows = [row for row in built.rows["bsn_wijzigingen"] if row["maand"] == MONTHS[-1]]

    assert len(changes) == 2
    assert {(row["bsn_versleuteld"], row["bsn_oud_versleuteld"]) for row in rows} == changes
    # The one is nobody's number now, the other is that of another persoonslijst.
    assert {row["bsn_oud_versleuteld"]: row["uitkomst"] for row in rows} == {
        old: "van_een_ander" if old in people else "vertaald" for _, old in changes
    }
    assert {row["uitkomst"] for row in rows} == {"van_een_ander", "vertaald"}
    assert {row["bsn_versleuteld"]: row["datum"] for row in rows} == {
        number: earliest(people[number][0]["01.85.10"]) for number, _ in changes
    }


# --- one number, two persons -------------------------------------------------------------------


def answered(real_input: Path) -> list[Path]:
    """The answers about income, of every service."""
    folder = real_input / "suwinet" / "berichten"
    return [
        path
        for service in ("UWVDossierInkomstenGSD", "SVBDossierPersoonGSD")
        for path in sorted(folder.glob(f"{service}_*.xml"))
    ]


def test_who_has_another_birth_date_in_suwinet_is_reported_and_nobody_else(built, real_input):
    """999997051 is a man born in 1959 to the BRP, and a woman born in 1963 to the SVB."""
    people = accepted(real_input)
    others = set()
    for path in answered(real_input):
        for client in (one for one in ET.parse(path).iter() if one.tag.endswith("ClientSuwi")):
            told = {one.tag.rpartition("}")[2]: (one.text or "").strip() for one in client}
            number, born = told.get("Burgerservicenr", ""), told.get("Geboortedat", "")
            if born and number in people and people[number][0]["01.03.10"] != born:
                others.add(number)

    asked = {(row["bsn_versleuteld"], row["maand"]) for row in built.rows["inkomsten_bevraging"]}
    reported = {
        (row["bsn_versleuteld"], row["maand"]) for row in built.rows["identiteit_conflicten"]
    }

    assert others == {"999997051"}
    assert reported == {(number, month) for number, month in asked if number in others}
    assert ("999997051", MONTHS[-1]) in reported
    assert {row["bron"] for row in built.rows["identiteit_conflicten"]} == {"suwinet_inkomsten"}
    # Reported, and kept apart from nobody: the row stands where it stood.
    assert all(
        row["identiteit_conflict"]
        for row in built.rows["inkomsten_bevraging"]
        if (row["bsn_versleuteld"], row["maand"]) in reported
    )


# --- households -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Person:
    """A resident as a household sees them."""

    number: str
    token: str
    born: str
    minor: bool
    address: tuple[str, ...]
    partners: frozenset[str]
    children: frozenset[str]
    parents: frozenset[str]

    @property
    def age_rank(self) -> tuple[bool, str, str]:
        """Who is older comes first; of who were born on one day, whose token does."""
        return (self.born.startswith("0000"), _whole(self.born), self.token)


def _whole(born: str) -> str:
    year, month, day = born[:4], born[4:6], born[6:]
    return year + ("0701" if month == "00" else month + ("15" if day == "00" else day))


def _home(record: Record, on: date) -> dict[str, str]:
    """The newest address that had begun."""
    for row in record:
        filled = any(text for name, text in row.items() if name[:3] == "08." and name != "08.H")
        begin = earliest(row["08.10.30"] or row["08.13.20"])
        if filled and row["08.84.10"] != "O" and not (begin and begin > on):
            return row
    raise AssertionError("a resident has an address")


def _address(row: dict[str, str], number: str) -> tuple[str, ...]:
    for names in (
        ("08.11.80",),
        ("08.11.90",),
        ("08.11.60", "08.11.20", "08.11.30", "08.11.40", "08.11.50"),
        ("08.12.10",),
    ):
        if row[names[0]]:
            return (row["08.10.10"], *(row[name] for name in names))
    return ("unknown", number)


def _relatives(record: Record, on: date, now: dict[str, str]) -> tuple[set[str], ...]:
    """Partners, children and parents, each under the number of now."""
    partners = set()
    for row in occurrences(record, "05"):
        begun = not row["05.06.10"] or has_happened(row["05.06.10"], on)
        ended = row["05.07.10"] and has_happened(row["05.07.10"], on)
        if begun and not ended:
            partners.add(row["05.01.20"])
    children = {row["09.01.20"] for row in occurrences(record, "09")}
    parents = {record[0]["02.01.20"], record[0]["03.01.20"]}
    return tuple(
        {now.get(number, number) for number in found if passes_eleven_test(number)}
        for found in (partners, children, parents)
    )


def residents(real_input: Path, month: date, token: dict[str, str]) -> dict[str, Person]:
    on = last_day(month)
    people = accepted(real_input)
    now = {old: number for number, old in former(people) if old not in people}
    found = {}
    for number, record in people.items():
        if not lives_in(record, "0518", on):
            continue
        partners, children, parents = _relatives(record, on, now)
        born = record[0]["01.03.10"]
        whole = _whole(born)
        come_of_age = str(int(whole[:4]) + 18) + whole[4:]
        found[number] = Person(
            number,
            token[number],
            born,
            not born.startswith("0000") and come_of_age > f"{on:%Y%m%d}",
            _address(_home(record, on), number),
            frozenset(partners),
            frozenset(children),
            frozenset(parents),
        )
    return found


def households(people: dict[str, Person]) -> list[list[Person]]:
    """Who live at one address and have a person in common, directly or through others."""
    found = []
    at: dict[tuple[str, ...], list[Person]] = defaultdict(list)
    for person in people.values():
        at[person.address].append(person)
    for group in at.values():
        waiting = sorted(group, key=lambda person: person.age_rank)
        while waiting:
            household = [waiting.pop(0)]
            known = _circle(household[0])
            while near := [person for person in waiting if _circle(person) & known]:
                household += near
                for person in near:
                    waiting.remove(person)
                    known |= _circle(person)
            found.append(household)
    return found


def _circle(person: Person) -> set[str]:
    return {person.number, *person.partners, *person.children, *person.parents}


def _parent_of(one: Person, other: Person) -> bool:
    return other.number in one.children or one.number in other.parents


def _couples(members: list[Person], people: dict[str, Person]) -> dict[str, tuple[str, bool]]:
    """The partner of each, and whether they are married; the file holds no rivals."""
    found: dict[str, tuple[str, bool]] = {}
    for one in members:
        for other in members:
            if one is other:
                continue
            married = other.number in one.partners or one.number in other.partners
            shared = one.children & other.children or any(
                {one.number, other.number} <= child.parents for child in people.values()
            )
            if married or (shared and one.number not in found and other.number not in found):
                found[one.number] = (other.number, married)
                found[other.number] = (one.number, married)
    return found


def judged(members: list[Person], people: dict[str, Person]) -> tuple[int | None, dict[str, str]]:
    """The type of a household, and the place of each member in it."""
    couples = _couples(members, people)
    at_home = {
        child.number: {parent.number for parent in members if _parent_of(parent, child)}
        for child in members
        if child.number not in couples
        and not any(_parent_of(child, other) for other in members)
        and any(_parent_of(parent, child) for parent in members)
    }
    eldest = sorted(members, key=lambda person: person.age_rank)
    heads = [person.number for person in eldest if person.number in couples]
    parents = [p.number for p in eldest if any(p.number in found for found in at_home.values())]
    if members[0].address[0] == "unknown":
        return None, {members[0].number: "onbekend"}
    if len(members) == 1:
        return 1, {members[0].number: "alleenstaande"}
    if heads:
        core, married = {heads[0], couples[heads[0]][0]}, couples[heads[0]][1]
    else:
        core, married = set(parents[:1]), False
    children = {child for child, found in at_home.items() if found & core} - core
    places = dict.fromkeys((person.number for person in members), "overig lid")
    places |= dict.fromkeys(children, "thuiswonend kind")
    if heads:
        places |= dict.fromkeys(core, "partner")
        return 2 + married + 2 * bool(children), places
    if core:
        places |= dict.fromkeys(core, "ouder in eenouderhuishouden")
        return 6, places
    adults = [person for person in eldest if not person.minor] or eldest
    places[adults[0].number] = "referentiepersoon in overig huishouden"
    return 7, places


@pytest.mark.parametrize("month", MONTHS)
def test_households_are_those_that_address_and_relations_make(built, real_input, month):
    people = residents(real_input, month, built.token)
    expected = {}
    for members in households(people):
        kind, places = judged(members, people)
        for person in members:
            expected[person.number] = (
                frozenset(member.number for member in members),
                kind,
                places[person.number],
                sum(not member.minor for member in members),
            )

    rows = [row for row in built.rows["huishoudens"] if row["maand"] == month]

    together = defaultdict(set)
    for row in rows:
        together[row["huishouden_sleutel"]].add(row["bsn_versleuteld"])
    assert {
        row["bsn_versleuteld"]: (
            frozenset(together[row["huishouden_sleutel"]]),
            row["huishouden_type"],
            row["plaats"],
            row["aantal_volwassenen"],
        )
        for row in rows
    } == expected
    assert len(rows) == len(people)
    assert Counter(row["referentiepersoon"] for row in rows)[True] == len(together)
    assert {1, 3, 5} <= {row["huishouden_type"] for row in rows}


# --- moves ------------------------------------------------------------------------------------


def moves(real_input: Path, month: date) -> Counter[tuple[str, str]]:
    """Who came, went or moved within in a month, by the day the stay began.

    Rows that began on the same day tell of one stay, of which the first in the file is the newest.
    """
    found: Counter[tuple[str, str]] = Counter()
    for number, record in accepted(real_input).items():
        if record[0]["07.67.20"] in ("F", "W"):
            continue
        stays: dict[date | None, dict[str, str]] = {}
        for row in record:
            filled = any(text for name, text in row.items() if name[:3] == "08." and name != "08.H")
            if filled and row["08.84.10"] != "O":
                stays.setdefault(earliest(row["08.10.30"] or row["08.13.20"]), row)
        kept = list(stays.values())
        for place, row in enumerate(kept):
            before = kept[place + 1] if place + 1 < len(kept) else None
            text = row["08.10.30"] or row["08.13.20"]
            if text[:6] != f"{month:%Y%m}" or text[6:] == "00":
                continue
            here = row["08.09.10"] == "0518"
            was_here = before is not None and before["08.09.10"] == "0518"
            only_paper = row["08.72.10"] in ("W", "T", "H")
            if here and was_here:
                same = before is not None and _address(row, "")[1:] == _address(before, "")[1:]
                if not only_paper and not same:
                    found[number, "binnen"] += 1
            elif here and before is None and text == record[0]["01.03.10"]:
                found[number, "geboorte"] += 1
            elif here and not only_paper:
                found[number, "vestiging"] += 1
            elif was_here and (not only_paper or row["08.13.10"]):
                found[number, "vertrek"] += 1
        if kept and kept[0]["08.09.10"] == "0518":
            died, reason = record[0]["06.08.10"], record[0]["07.67.20"]
            if died[6:] not in ("", "00"):
                found[number, "overlijden"] += died[:6] == f"{month:%Y%m}"
            elif reason in ("E", "M") and record[0]["07.67.10"][:6] == f"{month:%Y%m}":
                found[number, "vertrek"] += 1
    return +found


@pytest.mark.parametrize("month", MONTHS)
def test_who_moved_is_told_in_the_month_of_the_day(built, real_input, month):
    rows = [row for row in built.rows["verhuizingen"] if row["maand"] == month]

    assert Counter((row["bsn_versleuteld"], row["soort"]) for row in rows) == moves(
        real_input, month
    )


def test_people_came_and_went_in_the_months_that_were_chosen(built):
    assert Counter(row["soort"] for row in built.rows["verhuizingen"]) == {
        "binnen": 13,
        "vertrek": 3,
        "vestiging": 3,
        "geboorte": 4,
        "overlijden": 1,
    }
    assert all(row["datum"].replace(day=1) == row["maand"] for row in built.rows["verhuizingen"])
