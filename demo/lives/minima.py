"""Provisions for low incomes: who is granted what.

What belongs here: grants with their beneficiaries, begin, end and amount. What does not: bijstand
itself (``assistance``), and the layout of the delivery.
"""

from __future__ import annotations

import numpy as np

from demo.lives.facts import GRANT, PROVISIONS, empty
from demo.lives.moment import Moment
from demo.population import NEVER, Numbers

_PLACE = {code: place for place, (code, *_) in enumerate(PROVISIONS)}
#: Chance of a household in reach to have a provision, with bijstand and with another low income.
_REACH = {
    "stadspas": (0.86, 0.50),
    "iit": (0.50, 0.20),
    "czm": (0.58, 0.25),
    "kindpakket": (0.80, 0.45),
    "bijzondere_bijstand": (0.02, 0.008),  # per month
    "kwijtschelding": (0.75, 0.38),
    "vrij_reizen": (0.42, 0.20),
}


class Minima:
    """The grants."""

    def __init__(self) -> None:
        self.grants = empty(GRANT)

    def found(self, moment: Moment, assisted: Numbers, low: Numbers) -> None:
        """The grants of the year in which the first month lies."""
        year = int(str(moment.month + 1)[:4])
        self._grant_year(moment, year, assisted, low, moment.rng("minima found"))

    def advance(self, moment: Moment, assisted: Numbers, low: Numbers) -> None:
        """In January the grants of the year; every month those who come in, and single grants."""
        rng = moment.rng("minima")
        month = int(moment.month.astype(int)) % 12 + 1
        year = int(moment.month.astype(int)) // 12 + 1970
        if month == 1 and np.any(self.grants["begin"] < _day(year)):
            self._grant_year(moment, year, assisted, low, rng)
        self._grant_entrants(moment, year, assisted, low, rng)
        head = self._heads(moment) & (assisted | low)
        once, other = _REACH["bijzondere_bijstand"]
        chance = np.where(assisted, once, other)
        who = np.flatnonzero(head & (rng.random(moment.size) < chance))
        day = moment.days(rng, len(who))
        self._grant(who, who, "bijzondere_bijstand", day, day, rng)
        self._end_with_life(moment)

    def _grant_year(
        self, moment: Moment, year: int, assisted: Numbers, low: Numbers, rng: np.random.Generator
    ) -> None:
        begin, end = _day(year), _day(year + 1) - 1
        for code in ("stadspas", "iit", "czm", "kindpakket", "kwijtschelding", "vrij_reizen"):
            self._hand_out(moment, code, begin, end, assisted, low, rng, np.ones(moment.size))

    def _grant_entrants(
        self, moment: Moment, year: int, assisted: Numbers, low: Numbers, rng: np.random.Generator
    ) -> None:
        """Who has nothing yet may come in during the year."""
        has = np.zeros(moment.size, bool)
        has[self.grants["person"][self.grants["end"] >= moment.first]] = True
        share = np.where(has, 0.0, 0.04)
        self._hand_out(
            moment, "stadspas", moment.first + 9, _day(year + 1) - 1, assisted, low, rng, share
        )

    def _hand_out(
        self,
        moment: Moment,
        code: str,
        begin: int,
        end: int,
        assisted: Numbers,
        low: Numbers,
        rng: np.random.Generator,
        share: Numbers,
    ) -> None:
        with_aid, without = _REACH[code]
        head = self._heads(moment)
        chance = np.where(assisted, with_aid, np.where(low, without, 0.0)) * share
        # Who takes one provision takes another: one half of the chance belongs to the person.
        taste = 0.5 * moment.draw("minima", np.arange(moment.size)) + 0.5 * rng.random(moment.size)
        who = np.flatnonzero(head & (taste < chance))
        if code == "kindpakket":
            children = np.flatnonzero(moment.resident & (moment.age >= 4) & (moment.age < 18))
            parent = moment.persons["parent1"][children]
            fits = np.isin(parent, who)
            who, child = parent[fits], children[fits]
        else:
            child = who
        known = np.maximum(begin - 20 + rng.integers(0, 60, len(who)), begin - 15)
        day = np.full(len(who), begin)
        self._grant(who, child, code, day, known, rng, end)

    def _heads(self, moment: Moment) -> Numbers:
        """Adults who may apply: of a couple the first."""
        number = np.arange(moment.size)
        first = (moment.partner < 0) | (number < moment.partner)
        heads: Numbers = moment.resident & (moment.age >= 18) & first & ~moment.with_parent
        return heads

    def _grant(
        self,
        who: Numbers,
        beneficiary: Numbers,
        code: str,
        begin: Numbers,
        known: Numbers,
        rng: np.random.Generator,
        end: int | None = None,
    ) -> None:
        count = len(who)
        rows = empty(GRANT, count)
        place = _PLACE[code]
        rows["number"] = 900_001 + len(self.grants) + np.arange(count)
        rows["person"], rows["beneficiary"], rows["provision"] = who, beneficiary, place
        rows["granted"] = known
        rows["begin"], rows["known"] = begin, known
        rows["end"] = begin if end is None else end
        rows["end_known"] = known
        amount = PROVISIONS[place][3]
        vary = rng.uniform(0.4, 2.2, count) if code == "bijzondere_bijstand" else np.ones(count)
        rows["amount"] = (amount * vary).astype(int)
        rows["unasked"] = rng.random(count) < (
            0.5 if code in ("kwijtschelding", "stadspas") else 0.1
        )
        self.grants = np.concatenate([self.grants, rows])

    def _end_with_life(self, moment: Moment) -> None:
        rows = self.grants
        day = moment.gone[rows["person"]]
        ends = (day < NEVER) & (rows["begin"] < day) & (rows["end"] > day)
        # A pass is taken in when somebody notices.
        rows["end"][ends] = day[ends]
        rows["end_known"][ends] = day[ends] + 45


def _day(year: int) -> int:
    return int(np.datetime64(f"{year}-01-01").astype(np.int64))
