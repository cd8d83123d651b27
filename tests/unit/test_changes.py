"""Changes (`mutatie`): which months a version opens, held against what a month says, by other code.

The deliveries are messages of the Wmo. What must be true of a month is written down here anew, as
the description of dataset `wmo` has it: not in SQL, and without the timeline.
"""

import io
from calendar import monthrange
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support import ANNA, zipped
from tests.unit.test_istandaarden import allocated, client, message, started, stopped
from warehouse.gate import pass_through
from warehouse.timeline import Known, changed, described

Take = Callable[..., Known]
MONTHS = [date(2026, number, 1) for number in range(1, 7)]


@pytest.fixture
def take(contracts: Any, keys: Any, tmp_path: Path) -> Take:
    """Sends messages through the gate, as the next version."""
    counter = iter(range(1, 10_000))

    def through(delivered: str, *messages: str) -> Known:
        order = next(counter)
        folder = tmp_path / str(order)
        source = io.BytesIO(zipped(*messages))
        pass_through(contracts["wmo_berichten"], source, keys, f"v{order}", folder)
        return Known(order, f"v{order}", date.fromisoformat(f"{delivered}-01"), folder)

    return through


@pytest.fixture
def opens(contracts: Any) -> Callable[..., list[str]]:
    def found(new: Known, *others: Known) -> list[str]:
        return [f"{m:%Y-%m}" for m in changed(contracts["wmo_berichten"], new, others)]

    return found


def allocation(*, dated: str = "2026-01-09", **elements: str) -> str:
    return message("301", client(allocated(1, **elements)), dated=dated)


def test_a_first_delivery_describes_its_own_month(take, opens, contracts):
    first = take("2026-03", allocation(Ingangsdatum="2020-01-01"))

    assert described(contracts["wmo_berichten"], first.folder, first.month) == [first.month]
    assert opens(first) == ["2026-03"]


def test_months_that_nobody_delivered_in_between_are_described_too(take, opens):
    first = take("2026-01", allocation())
    later = take("2026-04", message("305", client(started(2, Begindatum="2026-04-02"))))

    assert opens(later, first) == ["2026-02", "2026-03", "2026-04"]


def test_an_end_that_becomes_known_opens_the_months_from_then_on(take, opens):
    first = take("2026-01", allocation())
    second = take("2026-02", message("302"))
    third = take("2026-03", message("302"))
    ended = take("2026-04", allocation(dated="2026-04-03", Einddatum="2026-02-15"))

    assert opens(ended, first, second, third) == ["2026-02", "2026-03", "2026-04"]


def test_another_begin_opens_every_month_that_tells_it(take, opens):
    first = take("2026-01", allocation())
    second = take("2026-02", message("302"))
    corrected = take("2026-03", allocation(dated="2026-03-03", Ingangsdatum="2025-12-01"))

    assert opens(corrected, first, second) == ["2026-01", "2026-02", "2026-03"]


def test_an_allocation_sent_again_as_it_was_opens_its_own_month_only(take, opens):
    first = take("2026-01", allocation())
    again = take("2026-02", allocation(dated="2026-02-03", Toewijzingsdatum="2026-02-02"))

    assert opens(again, first) == ["2026-02"]
    assert opens(take("2026-01", allocation(dated="2026-01-20")), first) == []


def test_what_is_withdrawn_opens_the_months_in_which_it_held(take, opens):
    first = take("2026-01", allocation(Einddatum="2026-02-28"))
    second = take("2026-02", message("302"))
    withdrawn = take(
        "2026-03", allocation(dated="2026-03-03", Einddatum="2026-01-01", RedenWijziging="13")
    )

    assert opens(withdrawn, first, second) == ["2026-01", "2026-02", "2026-03"]


def test_status_9_changes_nothing(take, opens):
    first = take("2026-01", message("305", client(started(1))))
    again = take(
        "2026-01",
        message("305", client(started(1, StatusAanlevering="9")), dated="2026-01-20"),
    )

    assert opens(again, first) == []


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_start_removed_and_sent_again_on_one_day_is_still_there(take, opens, order):
    first = take("2026-01", message("305", client(started(1))))
    second = take("2026-02", message("302"))
    both = [
        message("305", client(started(1, StatusAanlevering=status)), dated="2026-03-03")
        for status in ("3", "1")
    ]
    corrected = take("2026-03", *(both[place] for place in order))

    assert opens(corrected, first, second) == ["2026-03"]


# What a month says, and whether it is opened when that changes


@dataclass(frozen=True)
class Sent:
    """One message on allocation 1 of Anna."""

    kind: str
    dated: int
    status: str
    begin: date
    end: date | None = None
    temporarily: bool = False

    @property
    def text(self) -> str:
        dated = date(2026, 1, 1).replace(month=1 + self.dated % 6, day=1 + self.dated).isoformat()
        begin = self.begin.isoformat()
        end = self.end.isoformat() if self.end else ""
        reason = "20" if self.temporarily else "19"
        product = {
            "301": lambda: allocated(
                1,
                Ingangsdatum=begin,
                Einddatum=end,
                Toewijzingsdatum=dated,
                RedenWijziging="13" if self.status == "3" else "",
            ),
            "305": lambda: started(1, Begindatum=begin, StatusAanlevering=self.status),
            "307": lambda: stopped(
                1,
                Begindatum=begin,
                Einddatum=end,
                RedenBeeindiging=reason,
                StatusAanlevering=self.status,
            ),
        }[self.kind]()
        return message(self.kind, client(product, bsn=ANNA), dated=dated)

    @property
    def key(self) -> tuple[object, ...]:
        if self.kind == "301":
            return (self.kind,)
        return (self.kind, self.begin, self.temporarily and self.kind == "307")

    @property
    def moment(self) -> tuple[int, int, bool, str]:
        return (1 + self.dated % 6, self.dated, self.status != "3", self.status)


def holding(versions: Sequence[tuple[date, Sequence[Sent]]]) -> list[Sent]:
    """The last change of every key, without what was removed."""
    last: dict[tuple[object, ...], Sent] = {}
    for _, sent in sorted(versions, key=lambda version: version[0]):
        for one in sorted(sent, key=lambda one: one.moment):
            if one.status != "9":
                last[one.key] = one
    return [one for one in last.values() if one.status != "3"]


def state(versions: Sequence[tuple[date, Sequence[Sent]]], month: date) -> tuple[object, ...]:
    """The row of a month: what is allocated, begun and stopped, with their days."""
    delivered = [delivery for delivery, _ in versions]
    if not min(delivered) <= month <= max(delivered):
        return ()
    last = month.replace(day=monthrange(month.year, month.month)[1])
    messages = holding(versions)
    runs = [m.begin for m in messages if m.kind == "301" and m.begin <= last <= (m.end or last)]
    begun = [m.begin for m in messages if m.kind == "305" and m.begin <= last]
    begin = max(begun, default=None)
    stops = [
        (m.end, not m.temporarily)
        for m in messages
        if m.kind == "307" and m.end and m.end < last and (begin is None or m.begin >= begin)
    ]
    stop = max(stops, default=None)
    return (runs, begin, stop) if runs or (begin and not stop) else ()


DAYS = st.builds(date, st.just(2026), st.integers(1, 6), st.sampled_from([1, 2, 27, 28]))
SENT = st.one_of(
    st.builds(
        Sent,
        st.just("301"),
        st.integers(0, 27),
        st.sampled_from("113"),
        DAYS,
        st.one_of(st.none(), DAYS),
    ),
    st.builds(Sent, st.just("305"), st.integers(0, 27), st.sampled_from("11239"), DAYS),
    st.builds(
        Sent, st.just("307"), st.integers(0, 27), st.sampled_from("1139"), DAYS, DAYS, st.booleans()
    ),
)
VERSION = st.tuples(
    st.sampled_from(MONTHS), st.lists(SENT, min_size=1, max_size=4, unique_by=lambda m: m.moment)
)


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(versions=st.lists(VERSION, min_size=2, max_size=3))
def test_every_month_that_says_something_else_is_opened(take, contracts, versions):
    known: list[Known] = []
    told: list[tuple[date, Sequence[Sent]]] = []
    before: dict[date, tuple[object, ...]] = {}
    for month, sent in versions:
        new = take(f"{month:%Y-%m}", *(one.text for one in sent))
        told.append((month, sent))
        now = {each: state(told, each) for each in MONTHS}
        different = {each for each in MONTHS if now[each] != before.get(each, ())}

        assert different <= set(changed(contracts["wmo_berichten"], new, known))

        known.append(new)
        before = now
