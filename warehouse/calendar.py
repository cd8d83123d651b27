"""The calendar: which deliveries should have been here by now, and which are.

A freshness policy of Dagster knows no partitions: an old month that is loaded again turns it
green. So this is a pure function of the contracts, the home, the ledger's versions and a day. What
belongs here: what is expected when, and what became of it. What does not: showing or repairing it.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from warehouse.contracts import REGISTER, Cadence, Contract
from warehouse.home import AMSTERDAM, Home, add_months, month_text
from warehouse.ledger import VISIBLE, CheckResult, State, Version

CHECK = "leveringen_op_tijd"
WARNING = "waarschuwing"


class Timeliness(StrEnum):
    """What became of one expected delivery."""

    ON_TIME = "op_tijd"
    LATE = "te_laat"
    EXPECTED = "verwacht"
    HELD = "vastgehouden"
    REFUSED = "geweigerd"
    MISSING = "ontbreekt"
    NOT_EXPECTED = "niet_verwacht"


@dataclass(frozen=True)
class Due:
    """One delivery of one gemeente that the contract's cadence asks for.

    ``month`` and ``last`` bound the months of delivery it may carry: one month, or more where it
    comes by the quarter or the year. ``overdue``: nothing usable is here, and its day has passed.
    """

    gemeente: str
    delivery: str
    month: date
    last: date
    due: date
    state: Timeliness
    overdue: bool

    @property
    def period(self) -> str:
        """The months of delivery, as people write them."""
        if self.month == self.last:
            return month_text(self.month)
        if add_months(self.month, 11) == self.last:
            return f"{self.month:%Y}"
        return f"{month_text(self.month)} t/m {month_text(self.last)}"


def expected(
    contracts: Mapping[str, Contract], home: Home, versions: Sequence[Version], today: date
) -> list[Due]:
    """What each contract asks of each gemeente, up to and including the period of ``today``.

    Not expected is a period that began before the home's first month; a delivery before the period
    in which it was first taken in, of any gemeente, since registers are joined one by one (but for
    that of persons); a reference (areas, addresses) before that of the gemeente itself, which may
    do without; and anything of a demo, whose deliveries end where its generator did.
    """
    return [
        due
        for contract in contracts.values()
        for gemeente in home.gemeenten
        for due in _of(
            contract,
            gemeente,
            home,
            [version for version in versions if version.delivery == contract.name],
            today,
        )
    ]


def _of(
    contract: Contract, gemeente: str, home: Home, versions: Sequence[Version], today: date
) -> Iterator[Due]:
    joined = [
        v.month
        for v in versions
        if v.month and v.state in VISIBLE and (v.gemeente == gemeente or not contract.reference)
    ]
    versions = [version for version in versions if version.gemeente == gemeente]
    for month, last in _periods(contract.cadence, home.first_month, today):
        due = due_date(contract.cadence, last)
        mine = [v for v in versions if v.month and month <= v.month <= last]
        wanted = (
            not home.demo
            and month >= home.first_month
            and (contract.name == REGISTER or any(first <= last for first in joined))
        )
        state = _state(mine, due, today, wanted=wanted)
        there = state in (Timeliness.ON_TIME, Timeliness.LATE)
        overdue = wanted and not there and today > due
        yield Due(gemeente, contract.name, month, last, due, state, overdue)


def _periods(cadence: Cadence, first: date, today: date) -> Iterator[tuple[date, date]]:
    """The first and last month of every period of the calendar that ``first`` to today touch."""
    month = first.replace(month=(first.month - 1) // cadence.months * cadence.months + 1)
    while month <= today:
        following = add_months(month, cadence.months)
        yield month, add_months(following, -1)
        month = following


def due_date(cadence: Cadence, last: date) -> date:
    """The last day on which the delivery of a period that ends in month ``last`` is on time."""
    month = add_months(last, cadence.after)
    return month.replace(day=min(cadence.day, calendar.monthrange(month.year, month.month)[1]))


def _state(versions: Sequence[Version], due: date, today: date, *, wanted: bool) -> Timeliness:
    usable = [_arrived(version) for version in versions if version.state in VISIBLE]
    if usable:
        return Timeliness.ON_TIME if min(usable) <= due else Timeliness.LATE
    if not wanted:
        return Timeliness.NOT_EXPECTED
    newest = max(versions, key=lambda version: version.order, default=None)
    if newest and newest.state is State.HELD:
        return Timeliness.HELD
    if newest and newest.state is State.REFUSED:
        return Timeliness.REFUSED
    return Timeliness.EXPECTED if today <= due else Timeliness.MISSING


def _arrived(version: Version) -> date:
    """The day a version came in, by the Dutch clock; the ledger writes UTC."""
    return datetime.fromisoformat(version.received_at).astimezone(AMSTERDAM).date()


def judged(rows: Sequence[Due]) -> CheckResult:
    """The outcome of the check ``leveringen_op_tijd`` over the rows of one delivery."""
    counts = {state.value: sum(row.state is state for row in rows) for state in Timeliness}
    overdue = sum(row.overdue for row in rows)
    if overdue:
        outcome, text = "gezakt", "Er is niets bruikbaars van leveringen waarvan de dag voorbij is."
    elif any(row.state is not Timeliness.NOT_EXPECTED for row in rows):
        outcome, text = "geslaagd", "Wat er nu moet zijn, is er."
    else:
        outcome, text = "niet_van_toepassing", "Niet van toepassing: er wordt niets verwacht."
    return CheckResult(CHECK, outcome, WARNING, text, {"over_datum": overdue, **counts})


def gaps(rows: Sequence[Due]) -> list[str]:
    """A line about each stretch of periods in which the same is missing."""
    stretches: list[list[Due]] = []
    for row in rows:
        last = stretches[-1][-1] if stretches else None
        if last and _line(last) == _line(row) and add_months(last.last, 1) == row.month:
            stretches[-1].append(row)
        else:
            stretches.append([row])
    return [_told(stretch) for stretch in stretches]


def _line(row: Due) -> tuple[str, str, Timeliness]:
    return row.delivery, row.gemeente, row.state


def _told(stretch: Sequence[Due]) -> str:
    first, last = stretch[0], stretch[-1]
    what = f"{first.delivery} {first.gemeente} {first.period}"
    if first is not last:
        what += f" … {last.period} ({len(stretch)} times)"
    return f"{what}: {last.state}, due {last.due}"
