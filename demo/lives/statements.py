"""Statements of income: what an employer or payer reported of a relation over a period.

What belongs here: the periods, amounts, hours and days that follow from relations of income, which
of them come late and which are corrected. What does not: who is asked, and any format (SuwiML, the
bulk file of the Inlichtingenbureau).

A statement depends only on relation and period, so that the next delivery repeats it to the cent,
but for the few that come late and the few that are corrected. A monthly period is a calendar
month; one of four weeks belongs to the month in which it ends (E11).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from demo.lives.facts import WAGES, as_known
from demo.population import Numbers, draw, first_day, last_day

#: The first day of a four-week period, from which the others are counted.
FOUR_WEEKS_FROM = int(np.datetime64("2024-12-30").astype(np.int64))
_NOT_INSURED = (21, 22, 43)
_LATE, _CORRECTED, _REPAID = 0.05, 0.02, 0.01
_ALWAYS_PLAIN = 20

STATEMENT = np.dtype(
    [
        ("relation", "i4"),  # place in the relations given
        ("begin", "i4"),
        ("end", "i4"),
        ("days", "i4"),
        ("hours", "i4"),
        ("sv", "i8"),  # all amounts in cents
        ("lb", "i8"),
        ("withheld", "i8"),
        ("holiday", "i8"),
        ("holiday_right", "i8"),
        ("travel", "i8"),
        ("late", "?"),  # not in the delivery that could have held it first
        ("corrected", "?"),  # the first delivery held another amount
        ("repaid", "?"),  # wage paid back: negative
    ]
)


@dataclass(frozen=True)
class Statements:
    """The relations known in a delivery (ordered by person and number) and their statements."""

    relations: Numbers
    rows: Numbers


def statements(
    relations: Numbers,
    seed: int,
    month: np.datetime64,
    *,
    described: int,
    persons: Numbers | None = None,
) -> Statements:
    """What a delivery of ``month`` holds on the ``described`` months before it.

    ``persons`` bounds it to some persons (a mask per person). Relations and statements are those
    known at the end of ``month``.
    """
    begin, end = first_day(month - described), last_day(month - 1)
    known = as_known(relations, last_day(month))
    known = known[(known["end"] >= begin - 27) & (known["begin"] <= end)]
    if persons is not None:
        known = known[persons[known["person"]]]
    known = known[np.lexsort((known["number"], known["person"]))]
    maker = _Maker(known, seed, month)
    months = [month - back for back in range(described, 0, -1)]
    rows = [maker.period(first_day(m), last_day(m), ~known["four_weekly"]) for m in months]
    start = FOUR_WEEKS_FROM + (begin - FOUR_WEEKS_FROM) // 28 * 28
    for day in range(start, end - 26, 28):
        if day + 27 >= begin:
            rows.append(maker.period(day, day + 27, known["four_weekly"]))
    table = np.concatenate(rows)
    return Statements(known, table[np.lexsort((table["begin"], table["relation"]))])


class _Maker:
    """Makes the statements of one delivery."""

    def __init__(self, relations: Numbers, seed: int, month: np.datetime64) -> None:
        self.relations = relations
        self.seed = seed
        self.month = month
        self.wage = np.isin(relations["kind"], WAGES)
        # Who carries nothing odd: the first persons of all.
        self.plain = relations["person"] < _ALWAYS_PLAIN

    def period(self, begin: int, end: int, mask: Numbers) -> Numbers:
        """The statements of one period."""
        relations, key = self.relations, np.array([begin])
        delivered_before = end < first_day(self.month - 1)
        runs = mask & (relations["begin"] <= end) & (relations["end"] >= begin)
        at = np.flatnonzero(runs)
        late = (self._draw("late", at, key) < _LATE) & ~self.plain[at]
        at, late = at[delivered_before | ~late], late[delivered_before | ~late]
        row = relations[at]
        wage = self.wage[at]
        first, last = np.maximum(row["begin"], begin), np.minimum(row["end"], end)
        share = (last - first + 1) / (end - begin + 1)
        share = share * np.where(row["four_weekly"], 12 / 13, 1.0)
        vary = np.where(wage, 0.96 + self._draw("vary", at, key) * 0.08, 1.0)
        amount = row["monthly"] * vary * share
        # First reported too high; the next delivery holds the right amount.
        corrected = (self._draw("corrected", at, key) < _CORRECTED) & ~self.plain[at]
        amount = np.where(corrected & (not delivered_before), amount * 1.12, amount)
        repaid = wage & (self._draw("repaid", at, key) < _REPAID) & ~self.plain[at]
        amount = np.where(repaid, -0.15 * amount, amount).astype(np.int64)

        made = np.zeros(len(at), STATEMENT)
        made["relation"], made["begin"], made["end"] = at, first, last
        worked = wage & ~repaid
        made["hours"] = np.where(worked, np.maximum(row["hours"] * share, 1), 0)
        made["days"] = np.where(worked, working_days(first, last), 0)
        may = np.datetime64(end, "D").astype("datetime64[M]").astype(int) % 12 == 4
        made["holiday"] = np.where(may & ~repaid, row["monthly"].astype(np.int64) * 96 // 100, 0)
        # Holiday allowance that is paid is part of the wage.
        made["lb"] = amount + made["holiday"]
        made["sv"] = np.where(np.isin(row["kind"], _NOT_INSURED), 0, made["lb"])
        tax = np.maximum(made["lb"] * 36 // 100 - np.where(row["credit"], 25_000, 0), 0)
        made["withheld"] = tax
        made["holiday_right"] = amount * 8 // 100
        travels = worked & (self._draw("travel", at) < 0.3)
        made["travel"] = np.where(travels, 4_600, 0)
        made["late"], made["corrected"], made["repaid"] = late, corrected, repaid
        return made

    def _draw(self, subject: str, at: Numbers, *keys: Numbers) -> NDArray[np.float64]:
        row = self.relations[at]
        return draw(self.seed, subject, row["person"], row["number"], *keys)


def working_days(first: Numbers, last: Numbers) -> Numbers:
    """Working days from one day to another, both counted."""
    days: Numbers = np.busday_count(
        first.astype("datetime64[D]"), (last + 1).astype("datetime64[D]")
    )
    return days
