"""What should have been here by now, by hand: on both sides of every boundary."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warehouse.calendar import Due, Timeliness, due_date, expected, gaps, judged
from warehouse.contracts import CONTRACTS, Cadence, ContractError, load_contract
from warehouse.home import Home
from warehouse.ledger import Counts, State, Version

BRP, BAG, CBS = "brp_personen", "bag_adressen", "cbs_gebieden"
NOVEMBER, DECEMBER, JANUARY = date(2025, 11, 1), date(2025, 12, 1), date(2026, 1, 1)
#: The state of December is due on 8 January; late in the evening of that day, and an hour later,
#: by the Dutch clock, which is one hour ahead of the ledger's in winter.
IN_TIME, TOO_LATE = "2026-01-08T22:59:59.000000+00:00", "2026-01-08T23:00:00.000000+00:00"


def home(first: date = NOVEMBER, **more: object) -> Home:
    made = Home(Path("home"), ("GM0518",), first, "check", Path("keys"))
    return replace(made, **more)  # type: ignore[arg-type]


def version(
    delivery: str = BRP,
    month: date = DECEMBER,
    state: State = State.ACCEPTED,
    received: str = IN_TIME,
    order: int = 1,
    gemeente: str = "GM0518",
) -> Version:
    return Version(
        *(order, f"v{order}", delivery, gemeente, month, "file", "sha", 1, received, None, None),
        *(state, None, None, Counts(1, 1, 0, 0), None, "key", "0", "1.0.0", None),
    )


def rows(contracts, today: date, *versions: Version, delivery: str = BRP, of: Home | None = None):
    """The state and due date of each period of one delivery, and whether it is missing."""
    found = expected({delivery: contracts[delivery]}, of or home(), versions, today)
    return {row.period: (row.state.value, row.due, row.overdue) for row in found}


# --- a delivery by the month, due on the 8th of the next ---------------------------------------


def test_what_is_not_there_is_expected_up_to_its_day_and_missing_from_the_day_after(contracts):
    due = date(2026, 1, 8)

    assert rows(contracts, due)["2025-12"] == ("verwacht", due, False)
    assert rows(contracts, date(2026, 1, 9))["2025-12"] == ("ontbreekt", due, True)


def test_what_came_in_on_its_day_by_the_dutch_clock_is_in_time_and_an_hour_later_it_is_not(
    contracts,
):
    today, due = date(2026, 1, 20), date(2026, 1, 8)

    assert rows(contracts, today, version())["2025-12"] == ("op_tijd", due, False)
    late = version(received=TOO_LATE)
    assert rows(contracts, today, late)["2025-12"] == ("te_laat", due, False)


def test_in_summer_the_dutch_clock_is_two_hours_ahead(contracts):
    june, today = date(2026, 6, 1), date(2026, 7, 9)
    first = home(june)
    in_time = version(month=june, received="2026-07-08T21:59:59.000000+00:00")
    late = version(month=june, received="2026-07-08T22:00:00.000000+00:00")

    assert rows(contracts, today, in_time, of=first)["2026-06"][0] == "op_tijd"
    assert rows(contracts, today, late, of=first)["2026-06"][0] == "te_laat"


def test_the_months_run_from_the_first_of_the_home_to_the_present_one(contracts):
    assert list(rows(contracts, date(2026, 1, 1))) == ["2025-11", "2025-12", "2026-01"]
    assert list(rows(contracts, date(2025, 12, 31))) == ["2025-11", "2025-12"]
    assert rows(contracts, date(2025, 10, 31)) == {}


@pytest.mark.parametrize(
    ("state", "word"), [(State.HELD, "vastgehouden"), (State.REFUSED, "geweigerd")]
)
def test_a_held_or_refused_version_says_so_and_is_missing_once_its_day_has_passed(
    contracts, state, word
):
    given_version = version(state=state)

    assert rows(contracts, date(2026, 1, 8), given_version)["2025-12"][::2] == (word, False)
    assert rows(contracts, date(2026, 1, 9), given_version)["2025-12"][::2] == (word, True)


def test_a_held_version_that_was_released_came_in_when_it_came_in(contracts):
    released = version(state=State.RELEASED)

    assert rows(contracts, date(2026, 2, 1), released)["2025-12"][0] == "op_tijd"


def test_a_late_correction_makes_nothing_late_and_one_that_is_held_takes_nothing_away(contracts):
    first = replace(version(), current_until="2026-02-01T00:00:00+00:00")
    correction = version(received=TOO_LATE, order=2)
    held = version(state=State.HELD, received=TOO_LATE, order=3)

    found = rows(contracts, date(2026, 3, 1), first, correction, held)["2025-12"]

    assert found[::2] == ("op_tijd", False)


def test_the_newest_of_what_is_not_usable_is_told(contracts):
    refused, held = version(state=State.REFUSED, order=1), version(state=State.HELD, order=2)

    assert rows(contracts, date(2026, 1, 9), refused, held)["2025-12"][0] == "vastgehouden"


def test_what_is_on_its_way_is_not_there_yet(contracts):
    pending = version(state=State.PROCESSED)

    assert rows(contracts, date(2026, 1, 8), pending)["2025-12"][0] == "verwacht"
    assert rows(contracts, date(2026, 1, 9), pending)["2025-12"][0] == "ontbreekt"


def test_another_gemeente_or_month_does_not_count(contracts):
    others = (version(gemeente="GM0479"), version(month=NOVEMBER))

    assert rows(contracts, date(2026, 1, 9), *others)["2025-12"][0] == "ontbreekt"


def test_of_a_demo_nothing_is_expected(contracts):
    found = rows(contracts, date(2026, 6, 1), version(), of=home(demo=True))

    assert {state for state, _, _ in found.values()} == {"op_tijd", "niet_verwacht"}
    assert not any(overdue for _, _, overdue in found.values())


# --- references, and a delivery by the year ----------------------------------------------------


def test_a_reference_is_not_expected_until_it_was_taken_in_once_and_then_every_period(contracts):
    refused = version(BAG, NOVEMBER, State.REFUSED)
    first = version(BAG, DECEMBER, received="2025-12-15T12:00:00.000000+00:00", order=2)
    today = date(2026, 1, 16)

    assert {s for s, _, _ in rows(contracts, today, refused, delivery=BAG).values()} == {
        "niet_verwacht"
    }
    assert rows(contracts, today, refused, first, delivery=BAG) == {
        "2025-11": ("niet_verwacht", date(2025, 11, 15), False),
        "2025-12": ("op_tijd", date(2025, 12, 15), False),
        "2026-01": ("ontbreekt", date(2026, 1, 15), True),
    }


def test_of_a_year_any_month_will_do_until_its_last_day(contracts):
    first = version(CBS, date(2024, 3, 1), received="2024-03-10T12:00:00.000000+00:00")
    second = version(CBS, date(2025, 10, 1), received="2025-12-31T22:59:59.000000+00:00", order=2)
    since = home(date(2024, 1, 1))

    def states(today: date):
        return rows(contracts, today, first, second, delivery=CBS, of=since)

    assert states(date(2026, 12, 31)) == {
        "2024": ("op_tijd", date(2024, 12, 31), False),
        "2025": ("op_tijd", date(2025, 12, 31), False),
        "2026": ("verwacht", date(2026, 12, 31), False),
    }
    assert states(date(2027, 1, 1))["2026"] == ("ontbreekt", date(2026, 12, 31), True)


def test_a_year_that_began_before_the_home_is_not_expected(contracts):
    first = version(CBS, date(2025, 12, 1))
    late = rows(contracts, date(2027, 1, 1), delivery=CBS, of=home())

    assert late["2025"][0] == "niet_verwacht"
    # What came all the same is shown.
    assert rows(contracts, date(2026, 1, 2), first, delivery=CBS)["2025"][0] == "te_laat"


# --- days --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cadence", "last", "due"),
    [
        (Cadence(1, 8, 1), date(2025, 12, 1), date(2026, 1, 8)),
        (Cadence(1, 31, 1), date(2026, 1, 1), date(2026, 2, 28)),
        (Cadence(1, 31, 1), date(2028, 1, 1), date(2028, 2, 29)),
        (Cadence(1, 31, 0), date(2026, 4, 1), date(2026, 4, 30)),
        (Cadence(3, 15, 2), date(2025, 12, 1), date(2026, 2, 15)),
    ],
)
def test_a_day_that_a_month_has_not_is_its_last(cadence, last, due):
    assert due_date(cadence, last) == due


def test_a_quarter_is_named_by_its_months(contracts):
    quarterly = replace(contracts[BRP], cadence=Cadence(3, 15, 1))

    found = expected({BRP: quarterly}, home(date(2026, 1, 1)), [], date(2026, 4, 16))

    assert [(row.period, row.state.value, row.overdue) for row in found] == [
        ("2026-01 t/m 2026-03", "ontbreekt", True),
        ("2026-04 t/m 2026-06", "verwacht", False),
    ]


@given(
    today=st.dates(date(2020, 1, 1), date(2030, 1, 1)),
    first=st.dates(date(2019, 1, 1), date(2030, 1, 1)).map(lambda day: day.replace(day=1)),
    months=st.sampled_from([1, 3, 12]),
    day=st.integers(1, 31),
    after=st.integers(0, 3),
)
def test_periods_follow_each_other_and_what_is_missing_never_becomes_expected_again(
    contracts, today, first, months, day, after
):
    contract = replace(contracts[BRP], cadence=Cadence(months, day, after))

    def at(moment: date) -> list[Due]:
        return expected({BRP: contract}, home(first), [], moment)

    now, later = at(today), at(date(2030, 6, 1))
    assert [r.month for r in now] == [r.month for r in later[: len(now)]]
    assert all(row.month <= row.last for row in now)
    assert all(
        then.overdue and then.state is row.state
        for row, then in zip(now, later, strict=False)
        if row.overdue
    )
    assert not any(row.overdue for row in now if row.month < first)


# --- the check, and what is told ---------------------------------------------------------------


def due(period: date, state: Timeliness, *, overdue: bool = False) -> Due:
    return Due("GM0518", BRP, period, period, date(2026, 1, 8), state, overdue)


def test_the_check_fails_only_when_something_is_missing():
    passed = judged([due(DECEMBER, Timeliness.LATE), due(JANUARY, Timeliness.EXPECTED)])
    failed = judged([due(DECEMBER, Timeliness.HELD, overdue=True)])

    assert (passed.outcome, failed.outcome) == ("geslaagd", "gezakt")
    assert (failed.counts["over_datum"], failed.counts["vastgehouden"]) == (1, 1)
    assert not failed.holds


def test_where_nothing_is_expected_the_check_does_not_apply():
    assert judged([]).outcome == "niet_van_toepassing"
    assert judged([due(JANUARY, Timeliness.NOT_EXPECTED)]).outcome == "niet_van_toepassing"


def test_what_is_missing_month_after_month_is_told_in_one_line():
    rows = [
        due(NOVEMBER, Timeliness.MISSING, overdue=True),
        due(DECEMBER, Timeliness.MISSING, overdue=True),
        due(JANUARY, Timeliness.HELD, overdue=True),
        due(date(2026, 4, 1), Timeliness.HELD, overdue=True),
    ]

    assert gaps(rows) == [
        "brp_personen GM0518 2025-11 … 2025-12 (2 times): ontbreekt, due 2026-01-08",
        "brp_personen GM0518 2026-01: vastgehouden, due 2026-01-08",
        "brp_personen GM0518 2026-04: vastgehouden, due 2026-01-08",
    ]


# --- contracts ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("property: frequency", "property: iets", "frequency"),
        ("value: 1, unit: month", "value: 5, unit: month", "frequency"),
        ("value: 1, unit: month", "value: 1, unit: week", "frequency"),
        ("property: verwacht_op_dag", "property: iets", "verwacht_op_dag"),
        ("verwacht_op_dag, value: 8", "verwacht_op_dag, value: 32", "1 to 31"),
    ],
)
def test_a_contract_that_does_not_state_when_it_comes_does_not_load(tmp_path, old, new, what):
    text = (CONTRACTS / "brp_personen.yaml").read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "brp_personen.yaml"
    path.write_text(text.replace(old, new), encoding="utf-8")

    with pytest.raises(ContractError, match=what):
        load_contract(path)
