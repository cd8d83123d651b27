"""The registers' own example files, the whole way; the expected figures by other code.

What must come out is computed here from the files themselves, with `csv` and `xml.etree`, from the
definitions of the datasets. Only the names of persons are made with the key set, as any publication
must: a BSN becomes an internal token, and that a published one.
"""

import calendar
import csv
import json
import re
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from tests.conftest import MakeHome
from tests.support import Result, datapakhuis, drop, versions, zipped
from warehouse.client import Client
from warehouse.home import Home
from warehouse.keys import KERN, KeySet
from warehouse.ledger import State

pytestmark = pytest.mark.real_input

MAY = date(2022, 5, 31)
PERSONS = "brp_personen_GM0518_2022-05.csv"
INCOME = "suwinet_inkomsten_GM0518_2026-06.zip"


@dataclass(frozen=True)
class DenHaag:
    """A home into which the example files were delivered, and what was said."""

    home: Home
    result: Result
    client: Client


@pytest.fixture(scope="module")
def den_haag(new_home: MakeHome, real_input: Path) -> DenHaag:
    home = new_home(["GM0518"], "2022-05")
    drop(home, PERSONS, persons_file(real_input).read_bytes())
    drop(home, INCOME, zipped(*(path.read_bytes() for path in messages(real_input))))
    result = datapakhuis("run", "--home", home.path)
    return DenHaag(home, result, Client(home.path))


def persons_file(real_input: Path) -> Path:
    return real_input / "brp" / "gbav_persoonslijsten.csv"


def messages(real_input: Path) -> list[Path]:
    return sorted((real_input / "suwinet" / "berichten").glob("UWVDossierInkomstenGSD_*.xml"))


def published(keys: KeySet, numbers: Iterable[str]) -> dict[str, str]:
    """The published name of each BSN."""
    ordered = sorted(set(numbers))
    digits = pa.array([list(number.encode()) for number in ordered], pa.list_(pa.uint8(), 9))
    matrix = digits.flatten().to_numpy().reshape(-1, 9)
    internal = keys.tokeniser(KERN, "bsn").encrypt(matrix)
    return dict(zip(ordered, keys.republish(internal).to_pylist(), strict=True))


def passes_eleven_test(number: str) -> bool:
    if not re.fullmatch("[0-9]{9}", number) or number in ("000000000", "999999999"):
        return False
    weights = (9, 8, 7, 6, 5, 4, 3, 2, -1)
    return sum(w * int(d) for w, d in zip(weights, number, strict=True)) % 11 == 0


# --- persons ----------------------------------------------------------------------------------


def records(real_input: Path) -> list[list[dict[str, str]]]:
    """Every persoonslijst: its row, and the rows that continue it."""
    with persons_file(real_input).open(encoding="utf-8-sig", newline="") as file:
        rows = csv.reader(file, delimiter=";")
        header = next(rows)
        found: list[list[dict[str, str]]] = []
        for row in rows:
            named = dict(zip(header[1:-1], row[1:-1], strict=True))
            if row[0]:
                found.append([])
            found[-1].append(named)
    return found


def earliest(text: str) -> date | None:
    """The first day that a date with unknown parts can have been; None when the year is."""
    year, month, day = int(text[:4] or 0), int(text[4:6] or 0), int(text[6:] or 0)
    return date(year, month or 1, day or 1) if year else None


def has_happened(text: str, on: date) -> bool:
    """Whether a death or a suspension that is written down had happened by a day."""
    day = earliest(text)
    return day is None or day <= on


def lives_in(record: list[dict[str, str]], gemeente: str, on: date) -> bool:
    """Whether a person was a resident of a gemeente on a day.

    Not dead and not suspended by then, never registered in the RNI; and the newest address that
    had begun by then, and was not withdrawn as wrong, is a residential or a letter address there.
    """
    head = record[0]
    if head["06.08.10"] and has_happened(head["06.08.10"], on):
        return False
    reason = head["07.67.20"]
    if reason in ("R", "F") or (reason and has_happened(head["07.67.10"], on)):
        return False
    born = earliest(head["01.03.10"])
    if born and born > on:
        return False
    for place in record:
        if not any(text for name, text in place.items() if name[:3] == "08." and name != "08.H"):
            continue
        begin = earliest(place["08.10.30"] or place["08.13.20"])
        if place["08.84.10"] == "O" or (begin and begin > on):
            continue
        return place["08.09.10"] == gemeente and place["08.10.10"] in ("W", "B")
    return False


def test_personen_are_exactly_the_residents_with_a_bsn_of_their_own(den_haag, keys, real_input):
    everyone = records(real_input)
    holders = Counter(record[0]["01.01.20"] for record in everyone)
    residents = {
        record[0]["01.01.20"]: record
        for record in everyone
        if passes_eleven_test(record[0]["01.01.20"])
        and holders[record[0]["01.01.20"]] == 1
        and lives_in(record, "0518", MAY)
    }
    tokens = published(keys, residents)

    rows = den_haag.client.get("personen").to_pylist()

    assert len(residents) == 161
    assert {row["bsn_versleuteld"] for row in rows} == set(tokens.values())
    assert len(rows) == 161
    assert {row["maand"] for row in rows} == {date(2022, 5, 1)}
    sexes = {tokens[number]: record[0]["01.04.10"] for number, record in residents.items()}
    assert {row["bsn_versleuteld"]: row["geslacht"] for row in rows} == sexes


def test_the_age_is_that_on_the_last_day_of_the_month(den_haag, keys, real_input):
    """Of those whose birth date is complete."""
    tokens = published(keys, [r[0]["01.01.20"] for r in records(real_input) if _bsn(r)])
    ages = {}
    for record in records(real_input):
        born = record[0]["01.03.10"]
        if _bsn(record) and re.fullmatch("(?!0000)[0-9]{4}(?!00)[0-9]{2}(?!00)[0-9]{2}", born):
            birthday_past = (int(born[4:6]), int(born[6:])) <= (MAY.month, MAY.day)
            age = MAY.year - int(born[:4]) - (not birthday_past)
            ages[tokens[record[0]["01.01.20"]]] = age

    rows = den_haag.client.get("personen").to_pylist()

    complete = [row for row in rows if not row["geboortedatum_onvolledig"]]
    assert len(complete) > 100
    assert {r["bsn_versleuteld"]: r["leeftijd"] for r in complete} == {
        r["bsn_versleuteld"]: ages[r["bsn_versleuteld"]] for r in complete
    }


def _bsn(record: list[dict[str, str]]) -> bool:
    return passes_eleven_test(record[0]["01.01.20"])


def test_every_record_is_accepted_or_in_quarantine(den_haag, real_input):
    """Two without BSN, and each of the records that share one."""
    everyone = records(real_input)
    holders = Counter(record[0]["01.01.20"] for record in everyone)
    without = holders.pop("", 0)
    shared = sum(count for count in holders.values() if count > 1)
    invalid = sum(not passes_eleven_test(number) for number in holders)
    [version] = [v for v in versions(den_haag.home) if v.delivery == "brp_personen"]

    said = json.loads(datapakhuis("quarantine", "list", "--json", "--home", den_haag.home.path).out)

    assert version.counts
    assert version.counts.source == len(everyone) == 668
    assert Counter(row["reden"] for row in said)["bsn_ontbreekt"] == without == 2
    assert Counter(row["reden"] for row in said)["sleutel_dubbel"] == shared
    assert version.counts.quarantined == len(said) >= without + shared + invalid
    assert version.counts.accepted + version.counts.quarantined == version.counts.source


# --- income -----------------------------------------------------------------------------------


def local(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2]


def child(element: ET.Element, name: str) -> ET.Element | None:
    return next((one for one in element if local(one) == name), None)


def text(element: ET.Element, name: str) -> str:
    found = child(element, name)
    return (found.text or "").strip() if found is not None else ""


def cents(statement: ET.Element, name: str) -> int:
    amount = child(statement, name)
    if amount is None:
        return 0
    return int(text(amount, "WaardeBedr")) * {"+": 1, "-": -1}[text(amount, "CdPositiefNegatief")]


def shares(statement: ET.Element) -> dict[date, int]:
    """The SV wage of a statement in cents, by month.

    A statement that runs over several months is divided by days: each month but the last gets its
    share truncated toward zero, the last what is left.
    """
    whole = cents(statement, "BedrBrutoloonSv")
    begin = date.fromisoformat(text(statement, "DatBIko"))
    end = date.fromisoformat(text(statement, "DatEIko"))
    days = (end - begin).days + 1
    found: dict[date, int] = {}
    first = begin.replace(day=1)
    while first <= end:
        last = first.replace(day=calendar.monthrange(first.year, first.month)[1])
        part = (min(end, last) - max(begin, first)).days + 1
        if last >= end:
            found[first] = whole - sum(found.values())
        else:
            found[first] = abs(whole) * part // days * (1 if whole >= 0 else -1)
        first = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    return found


def wages(real_input: Path) -> Counter[tuple[str, tuple[str, str, str], date]]:
    """Cents by person, income relation (employer, number, begin) and month."""
    found: Counter[Any] = Counter()
    for path in messages(real_input):
        for client in ET.parse(path).iter():
            if local(client) != "ClientSuwi":
                continue
            number = text(client, "Burgerservicenr")
            for relation in (one for one in client if local(one) == "Inkomstenverhouding"):
                employer = child(relation, "AdministratieveEenheid")
                assert employer is not None
                key = (
                    text(employer, "Loonheffingennr"),
                    text(relation, "VolgnrIkv"),
                    text(relation, "DatBIkv"),
                )
                for statement in (one for one in relation if local(one) == "Inkomstenopgave"):
                    for month, part in shares(statement).items():
                        found[number, key, month] += part
    return found


def test_income_is_equal_to_the_cent_by_person_month_and_relation(den_haag, keys, real_input):
    expected = wages(real_input)
    tokens = published(keys, {number for number, _, _ in expected})

    rows = den_haag.client.get("inkomsten").to_pylist()

    assert len(messages(real_input)) == 7
    assert sum(expected.values()) == 60_983_980
    assert sum(row["bedrag"] for row in rows) == Decimal("609839.80")
    # Which token is which relation is not for the reader to know: so per person the sets of
    # (month, amount) of one relation must be the same.
    assert _by_relation(
        (row["bsn_versleuteld"], row["inkomstenverhouding"], row["maand"], row["bedrag"])
        for row in rows
    ) == _by_relation(
        (tokens[number], key, month, Decimal(amount) / 100)
        for (number, key, month), amount in expected.items()
    )


def _by_relation(rows: Iterable[tuple[str, Any, date, Decimal]]) -> Counter[Any]:
    found: dict[Any, set[tuple[date, Decimal]]] = {}
    for person, relation, month, amount in rows:
        known = found.setdefault((person, relation), set())
        assert month not in {one for one, _ in known}
        known.add((month, amount))
    return Counter((person, frozenset(months)) for (person, _), months in found.items())


def test_two_relations_that_share_employer_and_number_stay_apart(den_haag, keys, real_input):
    number = "999991954"
    keyed = {key for person, key, _ in wages(real_input) if person == number}
    pairs = Counter(key[:2] for key in keyed)

    relations = {
        row["inkomstenverhouding"]
        for row in den_haag.client.get("inkomsten").to_pylist()
        if row["bsn_versleuteld"] == published(keys, [number])[number]
    }

    assert max(pairs.values()) == 2
    assert len(relations) == len(keyed)


def test_who_was_asked_in_a_month_is_told_also_where_nothing_was_found(den_haag, real_input):
    """A response covers the months from its first to its last statement."""
    asked, found = set(), set()
    for number, _, month in wages(real_input):
        found.add((number, month))
    for number in {number for number, _ in found}:
        months = sorted(month for person, month in found if person == number)
        month = months[0]
        while month <= months[-1]:
            asked.add((number, month))
            month = date(month.year + month.month // 12, month.month % 12 + 1, 1)

    rows = den_haag.client.get("inkomsten_bevraging").to_pylist()

    assert len(rows) == len(asked)
    assert Counter(row["uitkomst"] for row in rows) == Counter(
        "gevonden" if one in found else "niets_gevonden" for one in asked
    )


# --- as a whole -------------------------------------------------------------------------------


def test_nothing_holds_on_a_first_delivery(den_haag):
    assert den_haag.result.code == 0, den_haag.result
    assert {version.state for version in versions(den_haag.home)} == {State.ACCEPTED}
    assert "held" not in den_haag.result.out


def test_a_resident_with_income_is_known_as_such(den_haag):
    """In May 2022 the BRP tells who is a resident; in other months nobody knows."""
    rows = den_haag.client.get("inkomsten_bevraging").to_pylist()
    residents = {row["bsn_versleuteld"] for row in den_haag.client.get("personen").to_pylist()}

    for row in rows:
        known = row["maand"] == date(2022, 5, 1)
        assert row["inwoner"] == (row["bsn_versleuteld"] in residents if known else None)
