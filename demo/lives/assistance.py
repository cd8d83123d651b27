"""Bijstand: rights that begin and end, what is paid, and when the administration knew.

What belongs here: rights of persons and partners with their way of living, norm and income, and
the reason of their end. What does not: the layout of CBS-BUS, and other benefits (``work``).
A decision comes weeks after the day from which it holds; a few ends are found out four months
late, and until then the right goes on in the administration (E04, E06).
"""

from __future__ import annotations

import numpy as np

from demo.lives.facts import ASSISTANCE, PAYMENT, Tenure, as_known, empty
from demo.lives.levels import LEVELS, couple_norm
from demo.lives.moment import Moment, choose, grown
from demo.population import FIXED, NEVER, Numbers, draw, first_day, last_day

#: Share of the rights that end each month, and of the ends that are found out late.
_OUTFLOW, _LATE = 0.016, 0.05
_REASONS = np.array([11, 11, 11, 2, 31, 98, 19, 14, 1, 35])
_REASON_SHARES = [0.30, 0.10, 0.05, 0.06, 0.14, 0.13, 0.08, 0.06, 0.04, 0.04]
_CAUSES = np.array([11, 14, 13, 1, 2, 43, 39, 15, 19, 40])
_CAUSE_SHARES = [0.30, 0.18, 0.06, 0.08, 0.12, 0.08, 0.08, 0.03, 0.05, 0.02]
#: Persons per right, applicant and partner.
_PER_RIGHT = 1.19


class Assistance:
    """Rights to bijstand; ``right`` gives per person the place of the running one, else -1."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.assistance = empty(ASSISTANCE)
        self.right = np.empty(0, np.int64)
        self._members: list[tuple[int, Numbers, Numbers]] = []

    @property
    def assisted(self) -> Numbers:
        """Who has a running right, as applicant or as partner."""
        running: Numbers = self.right >= 0
        return running

    def found(self, moment: Moment, student: Numbers) -> None:
        """The rights on the eve of the first month, begun over the years before."""
        self.right = grown(self.right, moment.size)
        rng = moment.rng("assistance found")
        nobody = np.zeros(moment.size, bool)
        weight = self._weight(moment, student, nobody)
        wanted = LEVELS["assistance"].share * moment.resident.sum() / _PER_RIGHT
        who = choose(rng, weight, max(1, int(wanted)))
        begin = moment.last - 20 - rng.exponential(1500, len(who)).astype(int)
        adult = moment.persons["birth"][who] + int(18 * 365.25) + 30
        begin = np.minimum(np.maximum(begin, adult), moment.last - 1)
        known = np.minimum(begin + rng.integers(15, 56, len(who)), moment.last)
        self._grant(moment, who, begin, known, rng)
        self._remember(moment)

    def advance(self, moment: Moment, student: Numbers) -> Numbers:
        """End rights; returns per person the day on which work ended one, NEVER for most."""
        self.right = grown(self.right, moment.size)
        rng = moment.rng("assistance")
        rows = self.assistance
        open_ = np.flatnonzero(rows["end"] == NEVER)
        applicant = rows["person"][open_]
        day = moment.days(rng, len(open_))
        ends = rng.random(len(open_)) < _OUTFLOW
        reason = rng.choice(_REASONS, len(open_), p=_REASON_SHARES)
        gone = moment.gone[applicant]
        died = moment.persons["died"][applicant] < NEVER
        left = ~died & ~moment.resident[applicant]
        old = moment.age[applicant] >= 67
        forced = died | left | old
        day = np.select(
            [died | left, old],
            [np.where(gone < NEVER, gone, moment.first), moment.first],
            day,
        )
        reason = np.select([died, left, old], [4, 32, 3], reason)
        ends |= forced
        at, day, reason = open_[ends], day[ends], reason[ends]
        forced = (died | left)[ends]
        slow = rng.random(len(at)) < np.where(forced, 0.15, _LATE)
        # Whatever the size, one end is found out four months late.
        slow[:1] = True
        prompt = np.minimum(day + rng.integers(1, 25, len(at)), np.maximum(moment.last, day))
        known = np.where(slow, day + rng.integers(95, 130, len(at)), prompt)
        rows["end"][at] = np.maximum(day, rows["begin"][at])
        rows["end_known"][at] = np.maximum(known, rows["known"][at])
        rows["end_reason"][at] = reason
        hired = np.full(moment.size, NEVER)
        for side in ("person", "partner"):
            who = rows[side][at]
            there = who >= 0
            self.right[who[there]] = -1
        works = reason == 11
        hired[rows["person"][at[works]]] = day[works]
        return hired

    def enter(self, moment: Moment, student: Numbers, provided: Numbers, lost: Numbers) -> Numbers:
        """Grant new rights, first to some who lost their income; returns who got one."""
        rng = moment.rng("assistance enter")
        rows = self.assistance
        weight = self._weight(moment, student, provided)
        # Whose right ended in this month does not ask again in it.
        ended = rows[rows["end"] >= moment.first]
        ended = ended[ended["end"] < NEVER]
        weight[ended["person"]] = 0
        weight[ended["partner"][ended["partner"] >= 0]] = 0
        able = lost[weight[lost] > 0]
        weight[able] *= 12
        level = LEVELS["assistance"].share * moment.resident.sum() / _PER_RIGHT
        short = level - np.count_nonzero(rows["end"] == NEVER)
        count = max(1, int(rng.poisson(max(0.0, level * _OUTFLOW * 0.5 + 0.5 * short))))
        who = choose(rng, weight, count)
        begin = moment.days(rng, len(who))
        known = begin + rng.integers(14, 56, len(who))
        self._grant(moment, who, begin, known, rng)
        self._remember(moment)
        return np.flatnonzero(self.assisted)

    def payments(self, month: np.datetime64, on: int) -> Numbers:
        """What is paid for a month, as known on a day: one per right that runs in it.

        The month is the newest one lived through, or one before it.
        """
        first, last = first_day(month), last_day(month)
        known = as_known(self.assistance, on)
        place = np.flatnonzero(self.assistance["known"] <= on)
        runs = (known["begin"] <= last) & (known["end"] >= first)
        place, rows = place[runs], known[runs]
        sharers = self._sharers(month)[rows["person"]]
        pay = np.zeros(len(rows), PAYMENT)
        pay["right"] = place
        couple = rows["partner"] >= 0
        lowest = np.where(couple, 2, 1)
        pay["sharers"] = np.maximum(sharers, lowest)
        full = couple_norm(first)
        each = (0.40 + 0.30 * pay["sharers"]) / pay["sharers"] * full
        pay["norm"] = np.rint(np.where(couple, 2 * each, each))
        young = np.isin(place, self._young)
        pay["norm"] = np.where(young & ~couple, np.rint(0.1728 * full), pay["norm"])
        key = np.array([first])
        cut = draw(self.seed, "reduction", place, key) < 0.006
        pay["reduction"] = np.where(cut, pay["norm"] * 30 // 100, 0)
        pay["income"] = np.minimum(rows["earns"], pay["norm"] - pay["reduction"])
        days = np.minimum(rows["end"], last) - np.maximum(rows["begin"], first) + 1
        part = days / (last - first + 1)
        due = (pay["norm"] - pay["reduction"] - pay["income"]) * 0.95 * part
        blocked = draw(self.seed, "blocked", place, key) < 0.004
        pay["paid"] = np.where(blocked, 0, np.maximum(due, 0)).astype(int)
        return pay

    def _weight(self, moment: Moment, student: Numbers, provided: Numbers) -> Numbers:
        """How likely each person is to ask for bijstand; 0 for who cannot."""
        age, partner = moment.age, moment.partner
        able = moment.resident & (age >= 18) & (age < 66.5) & ~student & ~self.assisted & ~provided
        number = np.arange(moment.size)
        able &= number >= FIXED
        # Of a couple the first applies, and only if the other has no income either.
        able &= (partner < 0) | ((number < partner) & ~provided[partner] & ~self.assisted[partner])
        able &= (partner < 0) | ((age[partner] < 66) & ~student[partner])
        weight = np.exp(-7.5 * moment.rank)
        weight *= np.choose(np.maximum(moment.tenure, 0), [0.25, 1.0, 0.6])
        weight *= np.where(partner >= 0, 0.45, 1.0)
        alone_with_children = (partner < 0) & (moment.minors[moment.home] > 0) & ~moment.with_parent
        weight *= np.where(alone_with_children, 1.9, 1.0)
        weight *= np.where(moment.with_parent, 0.18, 1.0)
        weight *= np.where(age < 27, 0.7, 1.0)
        return np.where(able, weight, 0.0)

    def _grant(
        self, moment: Moment, who: Numbers, begin: Numbers, known: Numbers, rng: np.random.Generator
    ) -> None:
        count = len(who)
        rows = empty(ASSISTANCE, count)
        partner = moment.partner[who]
        rows["number"] = 200_001 + len(self.assistance) + np.arange(count)
        rows["person"], rows["partner"] = who, partner
        age = moment.age[who]
        chance = rng.random(count)
        rows["regime"] = np.select(
            [(age > 55) & (chance < 0.08), chance > 0.992, (age > 55) & (chance < 0.09)],
            [2, 14, 3],
            1,
        )
        children = (moment.minors[moment.home[who]] > 0) & ~moment.with_parent[who]
        rows["household"] = np.select([partner >= 0, children], [3, 2], 1)
        letter = rng.random(count) < 0.02
        rows["housing"] = np.select(
            [letter, moment.with_parent[who], moment.tenure[who] == Tenure.OWNED], [5, 3, 2], 1
        )
        rows["cause"] = rng.choice(_CAUSES, count, p=_CAUSE_SHARES)
        rows["begin"], rows["known"] = begin, known
        earns = rng.random(count) < 0.08
        rows["earns"] = np.where(earns, rng.integers(15_000, 70_000, count), 0)
        rows["volunteers"] = rng.random(count) < 0.12
        rows["exempt"] = rng.choice([2, 4, 5, 6], count, p=[0.82, 0.04, 0.04, 0.10])
        places = np.arange(len(self.assistance), len(self.assistance) + count)
        self.assistance = np.concatenate([self.assistance, rows])
        self.right[who] = places
        there = partner >= 0
        self.right[partner[there]] = places[there]

    def _remember(self, moment: Moment) -> None:
        """Keep who shares costs with whom in this month: the norm of a month depends on it."""
        home = np.maximum(moment.home, 0)
        sharers = np.where(moment.resident, np.clip(moment.sharers[home], 1, 12), 1)
        self._members = [*self._members[-30:], (int(moment.month.astype(int)), sharers, moment.age)]

    def _sharers(self, month: np.datetime64) -> Numbers:
        wanted = int(month.astype(int))
        found = [kept for kept in self._members if kept[0] == wanted]
        _, sharers, age = found[0] if found else self._members[0]
        newest = len(self._members[-1][1])
        self._young = np.flatnonzero(age_of(self.assistance, age) < 21)
        return grown(sharers, newest, 1)


def age_of(rights: Numbers, age: Numbers) -> Numbers:
    """The age of each applicant; of who was not there yet it does not matter."""
    person = rights["person"]
    known = person < len(age)
    return np.where(known, age[np.minimum(person, len(age) - 1)], 99)
