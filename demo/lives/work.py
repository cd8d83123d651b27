"""Work and benefits: relations of income that begin and end.

What belongs here: jobs won and lost, WW, ZW, WIA, Wajong, AOW and pensions, and the income that
bijstand is, as relations of income. What does not: the statements per period that follow from
them (``statements``) and the rights to bijstand (``assistance``).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from demo.lives.facts import RELATION, empty
from demo.lives.moment import Moment, grown
from demo.population import NEVER, YEAR, Numbers

EMPLOYER_COUNT = 300
_UWV, _PENSIONS, _GEMEENTE = EMPLOYER_COUNT, EMPLOYER_COUNT + 1, EMPLOYER_COUNT + 2

AOW_AGE = 67.0
_AOW = 152_000
#: What one of the persons who are out of work or ill gets, by age and chance.
_JOB_LOSS, _JOB_LOSS_FLEX = 0.009, 0.035
_HIRED, _HIRED_FROM_WW = 0.03, 0.09
_DISABLED = 0.0005
_ILL = 0.003


def _works(rank: NDArray[np.float64]) -> NDArray[np.float64]:
    """The chance of an adult without bijstand who is no student to have a job."""
    return np.clip(0.57 + 0.44 * rank, 0, 0.93)


class Work:
    """The relations of income of all persons; ``at`` gives the running one of each kind."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.relations = empty(RELATION)
        self.count = np.empty(0, np.int32)
        self.job = np.empty(0, np.int64)  # place in relations, -1 where none runs
        self.second = np.empty(0, np.int64)
        self.benefit = np.empty(0, np.int64)
        self._paid = np.empty((0, 2), np.int64)  # rights and relations of bijstand that run

    def found(self, moment: Moment, student: Numbers, assisted: Numbers) -> None:
        """Who works and who gets what on the eve of the first month."""
        self._grow(moment.size)
        rng = moment.rng("work found")
        age, rank = moment.age, moment.rank
        here = moment.resident & ~assisted
        chance = rng.random(moment.size)
        old = here & (age >= AOW_AGE)
        since = moment.persons["birth"] + int(AOW_AGE * YEAR)
        self._retire(np.flatnonzero(old), since[old], since[old] + 10, rank, rng)

        adult = here & (age >= 18) & ~old & ~student
        works = adult & (chance < _works(rank))
        side = here & student & (age >= 16) & (age < 30) & (chance < 0.5)
        back = self._back(moment, np.flatnonzero(works | side), rng)
        self._hire(np.flatnonzero(works | side), back, back + 20, student, moment, rng)
        both = np.flatnonzero(works & (rng.random(moment.size) < 0.04))
        back = self._back(moment, both, rng)
        self._hire(both, back, back + 20, student, moment, rng, second=True)

        rest = adult & ~works
        kind = np.select(
            [chance > 0.985, (chance > 0.90) & (age < 62), chance > 0.82],
            [31, np.where(age < 45, 37, 39), 40],
            0,
        )
        kind = np.where((chance > 0.76) & (chance <= 0.82), 33, kind)
        which = np.flatnonzero(rest & (kind > 0))
        back = self._back(moment, which, rng)
        short = np.isin(kind[which], (31, 33))
        back = np.where(short, moment.last - rng.integers(5, 300, len(which)), back)
        self._benefit(which, kind[which], back, back + 25, moment, rng)

    def advance(
        self, moment: Moment, student: Numbers, assisted: Numbers, hired: Numbers
    ) -> Numbers:
        """Live through a month; ``hired`` are days (NEVER for most) on which assistance ends.

        Returns who lost an income in this month and got nothing in its place.
        """
        known = len(self.job)
        self._grow(moment.size)
        rng = moment.rng("work")
        self._end_with_life(moment)
        self._arrive(moment, known, student, rng)
        self._reach_pension(moment, rng)
        lost = self._lose(moment, rng)
        self._recover(moment, rng)
        self._win(moment, student, assisted, hired, rng)
        return lost

    def pay(self, rights: Numbers, places: Numbers, monthly: Numbers) -> None:
        """Bijstand is a relation of income too (43), of the applicant, from these rights on."""
        new = rights[places]
        opened = self._open(new["person"], 43, _GEMEENTE, new["begin"], new["known"], 0, monthly)
        self._paid = np.concatenate([self._paid, np.column_stack([places, opened])])

    def stop_paying(self, rights: Numbers) -> None:
        """End the relation of each right that has ended."""
        ended = rights["end"][self._paid[:, 0]] < NEVER
        right, relation = self._paid[ended].T
        self._close(relation, rights["end"][right], rights["end_known"][right])
        self._paid = self._paid[~ended]

    def stop(self, who: Numbers, day: Numbers, known: Numbers) -> None:
        """End whatever work and benefits these persons have."""
        for running in (self.job, self.second, self.benefit):
            at = running[who]
            there = at >= 0
            self._close(at[there], day[there], known[there])
            running[who] = -1

    # The parts of a month

    def _end_with_life(self, moment: Moment) -> None:
        dead = np.flatnonzero(moment.persons["died"] < NEVER)
        dead = dead[(self.job[dead] >= 0) | (self.benefit[dead] >= 0) | (self.second[dead] >= 0)]
        day = moment.persons["died"][dead]
        self.stop(dead, day, moment.persons["died_known"][dead] + 20)
        rows = self.relations
        left = np.flatnonzero((rows["end"] == NEVER) & (rows["kind"] != 43))
        left = left[moment.persons["died"][rows["person"][left]] < NEVER]
        day = moment.persons["died"][rows["person"][left]]
        self._close(left, day, day + 20)

    def _arrive(
        self, moment: Moment, known: int, student: Numbers, rng: np.random.Generator
    ) -> None:
        """Most who come to live here have a job already, the old a pension."""
        new = np.flatnonzero(moment.resident & (np.arange(moment.size) >= known))
        adult = new[(moment.age[new] >= 18) & (moment.age[new] < AOW_AGE) & ~student[new]]
        works = adult[rng.random(len(adult)) < _works(moment.rank[adult])]
        back = self._back(moment, works, rng)
        self._hire(works, back, np.full(len(works), moment.first), student, moment, rng)
        old = new[moment.age[new] >= AOW_AGE]
        since = moment.persons["birth"][old] + int(AOW_AGE * YEAR)
        self._retire(old, since, np.full(len(old), moment.first), moment.rank, rng)

    def _reach_pension(self, moment: Moment, rng: np.random.Generator) -> None:
        reached = moment.resident & (moment.age >= AOW_AGE)
        reached &= moment.age < AOW_AGE + 1 / 12
        who = np.flatnonzero(reached)
        day = moment.persons["birth"][who] + int(AOW_AGE * YEAR)
        day = np.clip(day, moment.first, moment.last)
        self.stop(who, day - 1, day + 20)
        self._retire(who, day, day + 5, moment.rank, rng)

    def _lose(self, moment: Moment, rng: np.random.Generator) -> Numbers:
        """Jobs end: into another job, WW, illness, or nothing."""
        who = np.flatnonzero(self.job >= 0)
        flex = moment.draw("flex", who) < np.where(moment.age[who] < 27, 0.5, 0.18)
        ends = rng.random(len(who)) < np.where(flex, _JOB_LOSS_FLEX, _JOB_LOSS)
        ill = rng.random(len(who)) < _ILL
        who, flex, ill = who[ends | ill], flex[ends | ill], (ill & ~ends)[ends | ill]
        day = moment.days(rng, len(who))
        at = self.job[who]
        self._close(at, day, day + rng.integers(15, 45, len(who)))
        self.job[who] = -1
        fate = rng.random(len(who))
        aged = moment.age[who] >= 21
        student = moment.age[who] < 21
        sick = ill & (self.benefit[who] < 0)
        self._benefit(
            who[sick], np.full(sick.sum(), 31), day[sick] + 1, day[sick] + 30, moment, rng
        )
        again = ~ill & (fate < 0.5)
        start = day[again] + rng.integers(1, 25, int(again.sum()))
        none = np.zeros(moment.size, bool)
        none[who[student]] = True
        self._hire(who[again], start, start + 20, none, moment, rng)
        idle = ~ill & ~again & aged & (fate < 0.85) & (self.benefit[who] < 0)
        self._benefit(
            who[idle], np.full(idle.sum(), 33), day[idle] + 1, day[idle] + 25, moment, rng
        )
        lost = ~ill & ~again & ~idle
        return who[lost]

    def _recover(self, moment: Moment, rng: np.random.Generator) -> None:
        """WW and illness end: into work (see ``_win``), disability, or nothing."""
        who = np.flatnonzero(self.benefit >= 0)
        kind = self.relations["kind"][self.benefit[who]]
        hazard = np.select([kind == 33, kind == 31, kind == 40], [0.07, 0.22, 0.006], 0.0005)
        ends = rng.random(len(who)) < hazard
        who, kind = who[ends], kind[ends]
        day = moment.days(rng, len(who))
        self._close(self.benefit[who], day, day + rng.integers(10, 40, len(who)))
        self.benefit[who] = -1
        disabled = (kind == 31) & (rng.random(len(who)) < 0.12)
        self._benefit(
            who[disabled],
            np.where(rng.random(disabled.sum()) < 0.25, 39, 40),
            day[disabled] + 1,
            day[disabled] + 40,
            moment,
            rng,
        )
        back = (kind == 31) & ~disabled & (self.job[who] < 0) & (rng.random(len(who)) < 0.7)
        none = np.zeros(moment.size, bool)
        self._hire(who[back], day[back] + 1, day[back] + 21, none, moment, rng)

    def _win(
        self,
        moment: Moment,
        student: Numbers,
        assisted: Numbers,
        hired: Numbers,
        rng: np.random.Generator,
    ) -> None:
        """Who has no job gets one."""
        free = moment.resident & (self.job < 0) & (moment.age >= 16) & (moment.age < AOW_AGE)
        free &= ~assisted | (hired < NEVER)
        kind = np.where(self.benefit >= 0, self.relations["kind"][self.benefit], 0)
        base = np.select(
            [hired < NEVER, kind == 33, kind > 0, student],
            [1.0, _HIRED_FROM_WW, 0.002, 0.04],
            _HIRED * (0.3 + moment.rank) * np.where(moment.age < 27, 3.5, 1.0),
        )
        minor = (moment.age < 18) & ~student
        who = np.flatnonzero(free & ~minor & (rng.random(moment.size) < base))
        day = moment.days(rng, len(who))
        day = np.where(hired[who] < NEVER, hired[who], day)
        ww = kind[who] == 33
        at = self.benefit[who[ww]]
        self._close(at, day[ww] - 1, day[ww] + 20)
        self.benefit[who[ww]] = -1
        self._hire(who, day, day + rng.integers(5, 35, len(who)), student, moment, rng)

    # Opening and closing

    def _hire(
        self,
        who: Numbers,
        begin: Numbers,
        known: Numbers,
        student: Numbers,
        moment: Moment,
        rng: np.random.Generator,
        second: bool = False,
    ) -> None:
        hours = rng.choice([160, 152, 128, 104, 80], len(who), p=[0.4, 0.15, 0.2, 0.13, 0.12])
        hours = np.where(student[who], rng.integers(20, 60, len(who)), hours)
        if second:
            hours = rng.integers(20, 70, len(who))
        young = np.clip((moment.age[who] - 16) / 12, 0.35, 1.0)
        rank = moment.rank[who]
        hourly = 1540 + 3300 * rank**2.2 * young + 250 * rng.random(len(who))
        hourly *= np.where(moment.age[who] < 21, 0.65, 1.0)
        payer = rng.integers(0, EMPLOYER_COUNT, len(who))
        kind = np.where(rng.random(len(who)) < 0.08, 11, 15)
        rows = self._open(who, kind, payer, begin, known, hours, (hours * hourly).astype(int))
        self.relations["four_weekly"][rows] = payer % 100 < 15
        (self.second if second else self.job)[who] = rows

    def _benefit(
        self,
        who: Numbers,
        kind: Numbers,
        begin: Numbers,
        known: Numbers,
        moment: Moment,
        rng: np.random.Generator,
    ) -> None:
        base = np.select(
            [kind == 37, np.isin(kind, (39, 40))],
            [130_000, 140_000 + 130_000 * moment.rank[who]],
            120_000 + 190_000 * moment.rank[who],
        )
        monthly = (base * (0.9 + 0.2 * rng.random(len(who)))).astype(int)
        self.benefit[who] = self._open(who, kind, _UWV, begin, known, 0, monthly)

    def _retire(
        self,
        who: Numbers,
        begin: Numbers,
        known: Numbers,
        rank: NDArray[np.float64],
        rng: np.random.Generator,
    ) -> None:
        self._open(who, 22, _UWV, begin, known, 0, np.full(len(who), _AOW))
        also = rng.random(len(who)) < 0.9
        extra = (8_000 + 260_000 * rank[who] ** 1.6 * rng.uniform(0.4, 1.1, len(who))).astype(int)
        self._open(who[also], 21, _PENSIONS, begin[also], known[also] + 5, 0, extra[also])

    def _open(
        self,
        who: Numbers,
        kind: Numbers | int,
        payer: Numbers | int,
        begin: Numbers,
        known: Numbers,
        hours: Numbers | int,
        monthly: Numbers,
    ) -> Numbers:
        """Append relations, one per person; returns their places."""
        rows = empty(RELATION, len(who))
        self.count[who] += 1
        rows["person"], rows["number"] = who, self.count[who]
        rows["kind"], rows["payer"] = kind, payer
        rows["begin"], rows["known"] = begin, known
        rows["hours"], rows["monthly"] = hours, monthly
        rows["credit"] = rows["number"] == 1
        places = np.arange(len(self.relations), len(self.relations) + len(rows))
        self.relations = np.concatenate([self.relations, rows])
        return places

    def _close(self, at: Numbers, day: Numbers, known: Numbers) -> None:
        rows = self.relations
        rows["end"][at] = np.maximum(day, rows["begin"][at])
        rows["end_known"][at] = np.maximum(known, rows["known"][at])

    def _back(self, moment: Moment, who: Numbers, rng: np.random.Generator) -> Numbers:
        """Days in the past on which something began, not before a person was sixteen."""
        day = moment.last - 30 - rng.exponential(1100, len(who)).astype(int)
        adult = moment.persons["birth"][who] + int(16 * YEAR)
        back: Numbers = np.minimum(np.maximum(day, adult), moment.last - 5)
        return back

    def _grow(self, size: int) -> None:
        self.count = grown(self.count, size, 0)
        self.job, self.second = grown(self.job, size), grown(self.second, size)
        self.benefit = grown(self.benefit, size)
