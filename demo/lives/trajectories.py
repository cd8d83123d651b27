"""RMC: who is noticed after leaving school too early, and what the Doorstroompunt does.

What belongs here: trajectories with their contacts, guidance, result and explanation. What does
not: leaving school itself (``schools``).
"""

from __future__ import annotations

import numpy as np

from demo.lives.facts import RMC_RESULTS, TRAJECTORY, empty
from demo.lives.moment import Moment, grown
from demo.lives.schools import Schools
from demo.population import NEVER, Numbers

_CLOSED = 0.07


class Trajectories:
    """The trajectories; ``at`` gives per person the running one, else -1."""

    def __init__(self) -> None:
        self.trajectories = empty(TRAJECTORY)
        self.at = np.empty(0, np.int64)

    def found(self, moment: Moment, schools: Schools) -> None:
        """Those who are followed on the eve of the first month."""
        self.at = grown(self.at, moment.size)
        rng = moment.rng("rmc found")
        who = np.flatnonzero(self._early(moment, schools) & (rng.random(moment.size) < 0.42))
        since = np.maximum(schools.dropped[who] + 20, moment.last - rng.integers(20, 500, len(who)))
        self._open(moment, who, np.minimum(since, moment.last - 3), schools, rng)

    def advance(self, moment: Moment, schools: Schools, works: Numbers, assisted: Numbers) -> None:
        """Notice who left, and close what has come to an end."""
        self.at = grown(self.at, moment.size)
        rng = moment.rng("rmc")
        self._close(moment, schools, works, assisted, rng)
        early = self._early(moment, schools) & (self.at < 0)
        fresh = schools.dropped >= moment.first - 45
        threatened = (schools.at >= 0) & (moment.age >= 16) & (moment.age < 23)
        threatened &= (schools.qualified == 0) & moment.resident & (self.at < 0)
        chance = np.select([early & fresh, early, threatened], [0.55, 0.03, 0.0012], 0.0)
        older = moment.resident & (moment.age >= 23) & (moment.age < 27) & (schools.at < 0)
        older &= (schools.qualified == 0) & ~works & ~assisted & (self.at < 0)
        chance = np.where(older, 0.02, chance)
        who = np.flatnonzero(rng.random(moment.size) < chance)
        self._open(moment, who, moment.days(rng, len(who)), schools, rng)

    def _early(self, moment: Moment, schools: Schools) -> Numbers:
        """Who left without a startkwalificatie, is not back, and is not yet 23."""
        early: Numbers = moment.resident & (schools.dropped < NEVER) & (schools.at < 0)
        early &= (schools.qualified == 0) & (moment.age >= 16) & (moment.age < 23)
        return early

    def _open(
        self, moment: Moment, who: Numbers, day: Numbers, schools: Schools, rng: np.random.Generator
    ) -> None:
        count = len(who)
        rows = empty(TRAJECTORY, count)
        rows["number"] = 500_001 + len(self.trajectories) + np.arange(count)
        rows["person"] = who
        age = moment.age[who]
        enrolled = schools.at[who] >= 0
        track = schools.track(moment, who)
        special = track <= 1
        rows["dossier"] = np.select(
            [age >= 23, enrolled & (age < 18), enrolled, special, schools.dropped[who] < day - 300],
            [5, 4, 3, 2, 1],
            0,
        )
        rows["reporter"] = rng.choice(4, count, p=[0.6, 0.2, 0.15, 0.05])
        rows["begin"] = day
        rows["known"] = day + rng.integers(0, 10, count)
        rows["contact"] = np.where(
            rng.random(count) < 0.85, day + rng.integers(4, 50, count), NEVER
        )
        guided = (rows["contact"] < NEVER) & (rng.random(count) < 0.6)
        rows["guided"] = np.where(guided, rows["contact"] + rng.integers(5, 60, count), NEVER)
        rows["cause"] = rng.choice(
            9, count, p=[0.24, 0.2, 0.12, 0.08, 0.12, 0.05, 0.02, 0.03, 0.14]
        )
        explained = rng.random(count) < 0.12
        rows["explained"] = np.where(
            explained & ~enrolled, rng.choice([1, 2, 3, 4], count, p=[0.4, 0.2, 0.15, 0.25]), 0
        )
        rows["reminder"] = np.where(rows["explained"] > 0, day + 180, NEVER)
        rows["refused"] = ~guided & (rng.random(count) < 0.12)
        rows["seeks_work"] = ~enrolled & (rng.random(count) < 0.22)
        places = np.arange(len(self.trajectories), len(self.trajectories) + count)
        self.trajectories = np.concatenate([self.trajectories, rows])
        self.at[who] = places

    def _close(
        self,
        moment: Moment,
        schools: Schools,
        works: Numbers,
        assisted: Numbers,
        rng: np.random.Generator,
    ) -> None:
        who = np.flatnonzero(self.at >= 0)
        rows = self.trajectories[self.at[who]]
        died = moment.persons["died"][who] < NEVER
        moved = ~moment.resident[who] & ~died
        limit = np.where(rows["dossier"] == 5, 27, 23)
        old = moment.age[who] >= limit
        back = (schools.at[who] >= 0) & ~np.isin(rows["dossier"], (3, 4))
        bbl = back & (schools.enrolments["route"][np.maximum(schools.at[who], 0)] == 2)
        chance = rng.random(len(who))
        job = works[who] & (chance < 0.12)
        aid = assisted[who] & (chance < 0.10)
        other = chance > 1 - _CLOSED / 3
        free = rng.choice([4, 5, 8, 9, 11], len(who), p=[0.2, 0.25, 0.3, 0.2, 0.05])
        names = {name: place for place, name in enumerate(RMC_RESULTS)}
        result = np.select(
            [died, moved, old, bbl, back, job, aid, other],
            [
                names["overleden"],
                names["verhuisd"],
                names["23_geworden"],
                names["BBL_leerwerk"],
                names["herplaatst_onderwijs"],
                names["werk"],
                names["uitkering_Pw"],
                free,
            ],
            0,
        )
        ends = result > 0
        who, result = who[ends], result[ends]
        at = self.at[who]
        day = moment.days(rng, len(who))
        table = self.trajectories
        table["end"][at] = np.maximum(day, table["begin"][at])
        table["end_known"][at] = np.maximum(day + rng.integers(0, 20, len(who)), table["known"][at])
        table["result"][at] = result
        table["handed_over"][at] = np.isin(result, (4, 5)) & (rng.random(len(who)) < 0.5)
        for field in ("contact", "guided"):
            never = table[field][at] > table["end"][at]
            table[field][at[never]] = NEVER
        self.at[who] = -1
