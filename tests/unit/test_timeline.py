"""Which months a version describes, and that it opens only those in which something changed."""

import io
from collections.abc import Callable
from dataclasses import fields
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support import (
    ANNA,
    BRAM,
    CEES,
    amount,
    continuation,
    gbav,
    person,
    relation,
    response,
    statement,
    zipped,
)
from warehouse.gate import pass_through
from warehouse.ledger import Version
from warehouse.timeline import (
    Known,
    changed,
    described,
    holding,
    late_facts,
    mended,
    reopened,
)

Take = Callable[..., Known]


def month(text: str) -> date:
    return date.fromisoformat(f"{text}-01")


def months(found: list[date]) -> list[str]:
    return [f"{one:%Y-%m}" for one in found]


@pytest.fixture
def take(contracts: Any, keys: Any, tmp_path: Path) -> Take:
    """Sends content through the gate, as the next version."""
    versions: list[Known] = []

    def through(content: bytes, delivered: str, delivery: str = "suwinet_inkomsten") -> Known:
        order = len(versions) + 1
        folder = tmp_path / str(order)
        pass_through(contracts[delivery], io.BytesIO(content), keys, f"v{order}", folder)
        versions.append(Known(order, f"v{order}", month(delivered), folder))
        return versions[-1]

    return through


# --- a full state -----------------------------------------------------------------------------


@pytest.fixture
def brp(contracts):
    return contracts["brp_personen"]


def test_a_full_state_describes_and_opens_its_own_month(brp, take):
    version = take(gbav(person(ANNA)), "2026-01", "brp_personen")

    assert months(described(brp, version.folder, version.month)) == ["2026-01"]
    assert months(changed(brp, version, [])) == ["2026-01"]


def test_the_same_rows_in_another_order_open_nothing(brp, take):
    first = take(gbav(person(ANNA), person(BRAM)), "2026-01", "brp_personen")
    again = take(
        gbav(person(BRAM, label="Q"), person(ANNA, e01_02_40="A name that is not read")),
        "2026-01",
        "brp_personen",
    )

    assert changed(brp, again, [first]) == []


@pytest.mark.parametrize(
    "content",
    [
        gbav(person(ANNA)),
        gbav(person(ANNA), person(BRAM), person(CEES)),
        gbav(person(ANNA), person(BRAM, gemeente="0479")),
        gbav(person(ANNA), person(BRAM), continuation(e08_09_10="0479")),
        gbav(person(ANNA), person(BRAM, e06_08_10="20260131")),
    ],
    ids=["one less", "one more", "moved", "a former address", "died"],
)
def test_other_rows_open_the_month_again(brp, take, content):
    first = take(gbav(person(ANNA), person(BRAM)), "2026-01", "brp_personen")
    other_month = take(content, "2026-02", "brp_personen")
    correction = take(content, "2026-01", "brp_personen")

    assert months(changed(brp, correction, [first, other_month])) == ["2026-01"]


def test_a_state_is_compared_with_the_last_one_only(brp, take):
    states = [
        take(gbav(person(who)), "2026-01", "brp_personen") for who in (ANNA, BRAM, ANNA, ANNA)
    ]

    assert months(changed(brp, states[2], states[:2])) == ["2026-01"]
    assert changed(brp, states[3], states[:3]) == []


# --- facts that come late ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("february", "late"),
    [
        ([person(ANNA), person(BRAM)], 0),
        ([person(ANNA, e06_08_10="20260115"), person(BRAM)], 1),
        ([person(ANNA, e06_08_10="20260131"), person(BRAM)], 1),
        # In the month itself it is on time.
        ([person(ANNA, e06_08_10="20260201"), person(BRAM)], 0),
        ([person(ANNA, e07_67_10="20260115", e07_67_20="E"), person(BRAM)], 1),
        ([person(ANNA, since="20260115"), person(BRAM, since="20260116")], 2),
        # The day is not known, but the month is.
        ([person(ANNA, e06_08_10="20260100"), person(BRAM)], 1),
        ([person(ANNA, e06_08_10="00000000"), person(BRAM)], 0),
        # Who comes to live here brings an address and a history; only the first can be late.
        ([person(ANNA), person(BRAM), person(CEES), continuation(e08_10_30="20050101")], 1),
        ([person(ANNA), person(BRAM), person(CEES, since="20260203")], 0),
        ([person(ANNA), continuation(e08_10_30="20050101"), person(BRAM)], 1),
        # Who is no longer delivered brings no facts.
        ([person(ANNA)], 0),
    ],
)
def test_facts_about_earlier_months_that_were_not_known_are_counted(brp, take, february, late):
    before = take(gbav(person(ANNA), person(BRAM)), "2026-01", "brp_personen")
    after = take(gbav(*february), "2026-02", "brp_personen")

    assert late_facts(brp, after, before) == late


# --- references -------------------------------------------------------------------------------


def reference(order: int, delivered: str) -> Version:
    """A version of a reference, of which only place and month matter."""
    nothing = dict.fromkeys(field.name for field in fields(Version))
    return Version(**{**nothing, "order": order, "month": month(delivered)})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("described", "held"),
    [
        ("2025-06", 1),
        ("2025-12", 1),
        ("2026-01", 1),
        ("2026-02", 1),
        ("2026-03", 3),
        ("2027-01", 3),
    ],
)
def test_a_reference_carries_forward_and_the_first_reaches_back(described, held):
    versions = [reference(1, "2026-01"), reference(2, "2026-03"), reference(3, "2026-03")]

    found = holding(versions, month(described))

    assert found is not None
    assert found.order == held
    assert holding([], month(described)) is None


def test_a_new_version_of_addresses_opens_the_months_for_which_it_is_looked_up(contracts):
    described_months = [month(f"2026-0{number}") for number in range(1, 7)]
    known = [reference(1, "2026-02"), reference(2, "2026-05")]
    opened = {
        delivered: months(
            reopened(contracts["bag_adressen"], reference(3, delivered), known, described_months)
        )
        for delivered in ("2026-01", "2026-03", "2026-05", "2026-07")
    }

    assert opened == {
        # Before the first, history reaches back to the new first.
        "2026-01": ["2026-01"],
        "2026-03": ["2026-03", "2026-04"],
        "2026-05": ["2026-05", "2026-06"],
        "2026-07": [],
    }


def test_a_new_division_opens_every_month(contracts):
    described_months = [month("2025-01"), month("2026-01")]
    new = reference(2, "2026-01")

    opened = reopened(contracts["cbs_gebieden"], new, [reference(1, "2025-01")], described_months)

    assert opened == described_months


# --- by key and period ------------------------------------------------------------------------


@pytest.fixture
def suwinet(contracts):
    return contracts["suwinet_inkomsten"]


def wage(text: str, cents: int, **more: str) -> str:
    last = {"02": "28", "04": "30", "06": "30", "09": "30", "11": "30"}.get(text[5:], "31")
    return statement(text.replace("-", "") + "01", text.replace("-", "") + last, cents, **more)


def test_a_response_describes_the_months_from_its_first_to_its_last_statement(suwinet, take):
    version = take(
        zipped(
            response(ANNA, relation(wage("2025-11", 1), wage("2026-01", 1))),
            response(BRAM, relation(statement("20250215", "20250314", 1))),
        ),
        "2026-03",
    )

    assert months(described(suwinet, version.folder, version.month)) == [
        *("2025-02", "2025-03"),
        *("2025-11", "2025-12", "2026-01"),
    ]
    assert months(changed(suwinet, version, [])) == [
        *("2025-02", "2025-03"),
        *("2025-11", "2025-12", "2026-01"),
    ]


def test_an_answer_of_nothing_describes_what_it_says_or_else_its_month_of_delivery(suwinet, take):
    said = take(response(ANNA, answered=("20251001", "20251231")).encode(), "2026-03")
    silent = take(response(ANNA).encode(), "2026-03")

    assert months(changed(suwinet, said, [])) == ["2025-10", "2025-11", "2025-12"]
    assert months(changed(suwinet, silent, [said])) == ["2026-03"]


def test_a_response_that_repeats_ten_known_years_opens_none_of_them(suwinet, take):
    years = [
        wage(f"{year}-{number:02}", year + number)
        for year in range(2015, 2025)
        for number in range(1, 13)
        if number != 2
    ]
    first = take(response(ANNA, relation(*years)).encode(), "2026-03")
    again = take(zipped(response(ANNA, relation(*reversed(years)))), "2026-04")

    assert len(changed(suwinet, first, [])) == 120
    assert changed(suwinet, again, [first]) == []


@pytest.mark.parametrize(
    ("statements", "opens"),
    [
        ([wage("2025-10", 1), wage("2025-11", 3), wage("2025-12", 1)], ["2025-11"]),
        ([wage("2025-10", 1), wage("2025-12", 1)], ["2025-11"]),
        ([wage("2025-10", 1), wage("2025-11", 2), wage("2025-12", 1)], []),
        (
            [wage("2025-10", 1), wage("2025-11", 2), wage("2025-12", 1), wage("2026-01", 1)],
            ["2026-01"],
        ),
        ([wage("2025-11", 3)], ["2025-11"]),
        (
            [
                wage("2025-10", 1),
                wage("2025-11", 2, more=amount("BedrVakantietoeslag", 1)),
                wage("2025-12", 1),
            ],
            ["2025-11"],
        ),
    ],
    ids=["other amount", "gone", "the same", "a month more", "only that month", "another amount"],
)
def test_only_the_months_that_differ_are_opened(suwinet, take, statements, opens):
    first = take(
        zipped(
            response(ANNA, relation(wage("2025-10", 1), wage("2025-11", 2), wage("2025-12", 1))),
            response(BRAM, relation(wage("2025-12", 9))),
        ),
        "2026-03",
    )

    again = take(response(ANNA, relation(*statements)).encode(), "2026-03")

    assert months(changed(suwinet, again, [first])) == opens


def test_an_answer_of_nothing_empties_the_months_it_covers(suwinet, take):
    first = take(
        response(ANNA, relation(wage("2025-11", 2), wage("2025-12", 1))).encode(), "2026-03"
    )
    nothing = take(response(ANNA, answered=("20251201", "20260131")).encode(), "2026-03")

    assert months(changed(suwinet, nothing, [first])) == ["2025-12", "2026-01"]


def test_it_is_compared_with_the_newest_answer_that_covers_the_month(suwinet, take):
    versions = [
        take(response(ANNA, relation(*statements)).encode(), "2026-03")
        for statements in (
            [wage("2025-11", 1), wage("2025-12", 1)],
            [wage("2025-12", 2)],
            [wage("2025-11", 1), wage("2025-12", 1)],
        )
    ]

    assert months(changed(suwinet, versions[2], versions[:2])) == ["2025-12"]


def test_what_is_told_of_another_person_opens_nothing_of_the_first(suwinet, take):
    first = take(response(ANNA, relation(wage("2025-11", 1))).encode(), "2026-03")
    other = take(response(BRAM, relation(wage("2025-12", 1))).encode(), "2026-03")

    assert months(changed(suwinet, other, [first])) == ["2025-12"]


def test_a_month_that_becomes_complete_is_opened_once(suwinet, take):
    """Statements come in up to two months late: until then a month is not complete."""
    content = response(ANNA, relation(wage("2026-01", 1), wage("2026-02", 1)))
    early = take(content.encode(), "2026-02")
    later = take(zipped(content), "2026-03")
    last = take(zipped(content, names=["b.xml"]), "2026-04")
    again = take(zipped(content, names=["c.xml"]), "2026-05")

    assert months(changed(suwinet, later, [early])) == ["2026-01"]
    assert months(changed(suwinet, last, [early, later])) == ["2026-02"]
    assert changed(suwinet, again, [early, later, last]) == []


def test_a_statement_set_apart_makes_its_months_incomplete_and_so_opens_them(suwinet, take):
    whole = take(response(ANNA, relation(wage("2025-11", 1))).encode(), "2026-03")
    broken = take(
        response(
            ANNA,
            relation(wage("2025-11", 1)),
            relation(statement("20251101", "20251130", "1.50"), sequence="2"),
        ).encode(),
        "2026-03",
    )

    assert months(changed(suwinet, broken, [whole])) == ["2025-11"]


def test_a_statement_that_ends_before_it_begins_belongs_to_the_month_it_begins_in(suwinet, take):
    first, again = (
        take(
            response(
                ANNA, relation(wage("2025-10", 1), statement("20251101", "20251030", cents))
            ).encode(),
            "2026-03",
        )
        for cents in (1, 2)
    )

    assert months(changed(suwinet, again, [first])) == ["2025-11"]


def test_the_end_of_a_relation_stands_on_every_statement_and_opens_none(suwinet, take):
    running = response(ANNA, relation(wage("2025-11", 1)))
    first = take(running.encode(), "2026-03")
    end = "<DatEIkv>20260228</DatEIkv>"
    ended = running.replace("<AdministratieveEenheid>", f"{end}<AdministratieveEenheid>")

    assert end in ended
    assert changed(suwinet, take(ended.encode(), "2026-03"), [first]) == []


def test_another_kind_of_income_opens_the_months_for_which_it_holds(suwinet, take):
    statements = [wage("2025-11", 1), wage("2025-12", 1)]
    first = take(response(ANNA, relation(*statements)).encode(), "2026-03")
    other = take(response(ANNA, relation(*statements, kind="33")).encode(), "2026-03")

    assert months(changed(suwinet, other, [first])) == ["2025-11", "2025-12"]


# What is known of a person in a month, by the definition: what the answer of the latest month of
# delivery says that covers the month, and whether that can be all.

_STATEMENTS = st.lists(
    st.tuples(st.integers(1, 6), st.integers(0, 1), st.sampled_from(["1", "2", "x"])),
    max_size=3,
    unique_by=lambda one: one[0],
)
_ANSWERS = st.tuples(st.sampled_from([ANNA, BRAM]), _STATEMENTS, st.integers(1, 6))
_VERSIONS = st.lists(
    st.tuples(st.lists(_ANSWERS, min_size=1, max_size=3), st.integers(4, 9)),
    min_size=2,
    max_size=3,
)
Known_of = dict[tuple[str, int], object]


def written(answers: list[tuple[str, list[tuple[int, int, str]], int]]) -> bytes:
    """Answers of 2025: statements of a month, or of that and the next; else of a month nothing."""
    messages = []
    for number, (who, statements, empty) in enumerate(answers):
        wages = [
            statement(f"2025{first:02}01", f"2025{first + longer:02}28", cents)
            for first, longer, cents in statements
        ]
        relations = [relation(*wages, sequence=str(number), kind="")] if wages else []
        asked = None if wages else (f"2025{empty:02}01", f"2025{empty:02}28")
        messages.append(response(who, *relations, answered=asked))
    return zipped(*messages)


def told(versions: list[tuple[list[tuple[str, list[tuple[int, int, str]], int]], int]]) -> Known_of:
    """What is known after these versions, per person and month of 2025.

    They speak in the order of their months of delivery, and within one of their arrival.
    """
    known: Known_of = {}
    for answers, delivered in sorted(versions, key=lambda version: version[1]):
        here: dict[tuple[str, int], tuple[list[object], bool]] = {}
        for number, (who, statements, empty) in enumerate(answers):
            months = [m for first, longer, _ in statements for m in (first, first + longer)]
            complete = all(cents != "x" for _, _, cents in statements)
            for one in range(min(months, default=empty), max(months, default=empty) + 1):
                rows, whole = here.setdefault((who, one), ([], True))
                rows += [
                    (number, first, longer, cents)
                    for first, longer, cents in statements
                    if first <= one <= first + longer and cents != "x"
                ]
                here[who, one] = (rows, whole and complete and delivered >= one + 2)
        known |= {key: (sorted(map(str, rows)), whole) for key, (rows, whole) in here.items()}
    return known


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(versions=_VERSIONS)
def test_just_the_months_are_opened_in_which_something_else_is_known(suwinet, take, versions):
    taken = [take(written(answers), f"2025-{month:02}") for answers, month in versions]

    before, after = told(versions[:-1]), told(versions)

    assert [one.month for one in changed(suwinet, taken[-1], taken[:-1])] == sorted(
        {one for (who, one), state in after.items() if before.get((who, one)) != state}
    )


# --- a full state that corrects the months before ----------------------------------------------


@pytest.fixture
def bus(contracts):
    return contracts["bijstand_bus"]


Rights = Callable[..., Known]


@pytest.fixture
def rights(bus, take) -> Rights:
    """Delivers rights, each a person with a begin, an end and what was paid."""
    columns = {f.name: f.source for f in bus.by_name["recht"].fields if f.source}

    def deliver(delivered: str, *given: tuple[str, str, str, str]) -> Known:
        lines = [";".join(columns.values())]
        for who, begin, end, paid in given:
            row = {
                "registratienummer": f"U{who}",
                "statistiekcode": "01",
                "bsn": who,
                "datum_aanvang": begin,
                "datum_einde": end,
                "betaald_bedrag": paid,
            }
            lines.append(";".join(row.get(name, "") for name in columns))
        known: Known = take("\n".join([*lines, ""]).encode(), delivered, "bijstand_bus")
        return known

    return deliver


def test_a_right_that_goes_on_opens_only_the_month_of_its_state(bus, rights):
    states = [rights(f"2026-0{n}", (ANNA, "20240101", "", f"10{n}")) for n in range(1, 5)]

    assert months(changed(bus, states[3], states[:3])) == ["2026-04"]


@pytest.mark.parametrize(
    ("end", "opened"),
    [
        ("20260331", ["2026-03", "2026-04", "2026-05"]),
        ("20260301", ["2026-03", "2026-04", "2026-05"]),
        ("20260228", ["2026-02", "2026-03", "2026-04", "2026-05"]),
        ("20240630", ["2026-01", "2026-02", "2026-03", "2026-04", "2026-05"]),
    ],
)
def test_an_end_told_afterwards_opens_the_month_it_falls_in_and_those_after_it(
    bus, rights, end, opened
):
    before = [rights(f"2026-0{n}", (ANNA, "20240101", "", "100")) for n in range(1, 5)]
    late = rights("2026-05", (ANNA, "20240101", end, "0"), (BRAM, "20260501", "", "1"))

    assert months(changed(bus, late, before)) == opened


def test_a_right_granted_or_withdrawn_afterwards_opens_the_months_in_which_it_runs(bus, rights):
    before = [rights(f"2026-0{n}", (ANNA, "20240101", "", "100")) for n in range(1, 4)]
    grants = rights("2026-04", (ANNA, "20240101", "", "1"), (BRAM, "20260228", "20260301", "9"))
    withdraws = rights("2026-05", (ANNA, "20240101", "20231231", "0"))

    assert months(changed(bus, grants, before)) == ["2026-02", "2026-03", "2026-04"]
    assert months(changed(bus, withdraws, [*before, grants])) == [
        *("2026-01", "2026-02", "2026-03", "2026-04", "2026-05"),
    ]


def test_who_was_missing_from_a_state_is_there_when_a_later_one_says_that_the_right_ran(
    bus, rights
):
    january = rights("2026-01", (ANNA, "20240101", "", "100"), (BRAM, "20240101", "", "1"))
    february = rights("2026-02", (ANNA, "20240101", "", "100"))
    march = rights("2026-03", (ANNA, "20240101", "", "100"), (BRAM, "20240101", "", "1"))

    assert months(changed(bus, march, [january, february])) == ["2026-02", "2026-03"]
    assert months(changed(bus, february, [january, march])) == ["2026-02"]


def test_a_month_that_nobody_delivered_is_not_opened_by_a_later_one(bus, rights):
    january = rights("2026-01", (ANNA, "20240101", "", "100"))
    march = rights("2026-03", (ANNA, "20240101", "", "100"), (BRAM, "20240101", "", "1"))

    assert months(changed(bus, march, [january])) == ["2026-01", "2026-03"]


def test_beyond_twelve_months_nothing_is_opened(bus, rights):
    old = rights("2025-01", (ANNA, "20240101", "", "100"))
    year = rights("2025-02", (ANNA, "20240101", "", "100"))
    late = rights("2026-02", (ANNA, "20240101", "20241231", "0"))

    assert months(changed(bus, late, [old, year])) == ["2025-02", "2026-02"]


def test_a_state_delivered_again_takes_back_what_the_first_one_corrected(bus, rights):
    january = rights("2026-01", (ANNA, "20240101", "", "100"))
    first = rights("2026-02", (ANNA, "20240101", "", "1"), (BRAM, "20240101", "", "1"))
    again = rights("2026-02", (ANNA, "20240101", "", "1"), (CEES, "20260201", "", "1"))
    same = rights("2026-02", (CEES, "20260201", "", "1"), (ANNA, "20240101", "", "1"))

    assert months(changed(bus, again, [january, first])) == ["2026-01", "2026-02"]
    assert changed(bus, same, [january, first, again]) == []


def test_what_was_mended_corrects_the_months_before_as_well(bus, rights):
    january = rights("2026-01", (ANNA, "20240101", "", "100"))
    base = rights("2026-02", (ANNA, "20240101", "", "1"))
    whole = rights("2026-02", (ANNA, "20240101", "", "1"), (BRAM, "20240101", "", "1"))

    assert months(mended(bus, whole, base, [january])) == ["2026-01", "2026-02"]
