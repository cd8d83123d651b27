"""Education: enrolments, diplomas, absence, exemptions, and who leaves too early.

What belongs here: the way through school, from four to the mid-twenties, and what goes wrong on
it. What does not: the trajectories of who left (``trajectories``), and DUO's layout.

A person has a track for good (practical, special, vmbo by level, havo or vwo, with what follows
it), and is a year late or not. A school year ends on 31 July; who goes on begins on 1 August,
some a month later: the summer gap.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from demo.lives.facts import (
    ABSENCE,
    BRINS,
    DIPLOMA,
    ENROLMENT,
    EXEMPTION,
    School,
    empty,
)
from demo.lives.moment import Moment, grown
from demo.population import NEVER, Numbers, draw, first_day

_NO_SCHOOL = 99
_PROGRAMME = np.array(
    [10_000, 11_000, 12_000, 13_000, 14_000, 15_000, 25_000, 16_000, 34_000, 50_000]
)


@dataclass(frozen=True)
class _Stage:
    """One school of a track: its kind and level, and the ages at which it begins and ends."""

    school: School
    level: int
    begins: int
    years: int


_PRIMARY = _Stage(School.PO, 0, 4, 8)
#: Tracks with the upper bound of the chance that leads to each.
_TRACKS: tuple[tuple[float, tuple[_Stage, ...]], ...] = (
    (0.030, (_PRIMARY, _Stage(School.PRO, 0, 12, 6), _Stage(School.MBO, 1, 18, 1))),
    (0.050, (_PRIMARY, _Stage(School.VSO, 0, 12, 7))),
    (
        0.080,
        (
            _PRIMARY,
            _Stage(School.VMBO, 1, 12, 4),
            _Stage(School.MBO, 1, 16, 1),
            _Stage(School.MBO, 2, 17, 2),
        ),
    ),
    (0.180, (_PRIMARY, _Stage(School.VMBO, 1, 12, 4), _Stage(School.MBO, 2, 16, 2))),
    (0.310, (_PRIMARY, _Stage(School.VMBO, 2, 12, 4), _Stage(School.MBO, 3, 16, 3))),
    (0.350, (_PRIMARY, _Stage(School.VMBO, 3, 12, 4), _Stage(School.MBO, 4, 16, 4))),
    (0.500, (_PRIMARY, _Stage(School.VMBO, 4, 12, 4), _Stage(School.MBO, 4, 16, 4))),
    (
        0.570,
        (
            _PRIMARY,
            _Stage(School.VMBO, 4, 12, 4),
            _Stage(School.MBO, 4, 16, 3),
            _Stage(School.HBO, 0, 19, 4),
        ),
    ),
    (0.760, (_PRIMARY, _Stage(School.HAVO, 0, 12, 5), _Stage(School.HBO, 0, 17, 4))),
    (1.001, (_PRIMARY, _Stage(School.VWO, 0, 12, 6), _Stage(School.WO, 0, 18, 4))),
)
_BOUNDS = np.array([bound for bound, _ in _TRACKS])
_STAGES = 4


def _table(field: str) -> Numbers:
    rows = [
        [int(getattr(stage, field)) for stage in track] + [_NO_SCHOOL] * (_STAGES - len(track))
        for _, track in _TRACKS
    ]
    return np.array(rows)


_SCHOOL, _LEVEL, _BEGINS, _YEARS = (_table(f) for f in ("school", "level", "begins", "years"))
#: Chance per month to leave without a diploma, by kind of school; for the mbo by level.
_LEAVE = np.array([0, 0.005, 0.0006, 0.0008, 0.0005, 0.005, 0, 0.012, 0.004, 0.002])
_LEAVE_MBO = np.array([0, 0.026, 0.016, 0.010, 0.0075])
_BACK = 0.02
_ABSENT = np.array([0.0002, 0.008, 0.006, 0.003, 0.002, 0.006, 0.009, 0.004, 0, 0])
#: What counts as a startkwalificatie: havo, vwo, mbo from level 2, and higher.
_QUALIFIES = (School.HAVO, School.VWO, School.HBO, School.WO)


class Schools:
    """Enrolments and what follows; ``at`` gives per person the running one, else -1."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.enrolments = empty(ENROLMENT)
        self.diplomas = np.zeros(0, DIPLOMA)
        self.exemptions = empty(EXEMPTION)
        self.absences = empty(ABSENCE)
        self.at = np.empty(0, np.int64)
        self.qualified = np.empty(0, np.int8)  # 1: has a startkwalificatie
        self.dropped = np.empty(0, np.int64)  # day on which a person left too early, else NEVER
        self._stage = np.empty(0, np.int8)  # of the track; _STAGES: through with it
        self._finish = np.empty(0, np.int32)  # the year in which the running enrolment ends

    @property
    def student(self) -> Numbers:
        """Who is enrolled full time and so no full-time worker: all but the BBL."""
        running = self.at >= 0
        routes = self.enrolments["route"][np.maximum(self.at, 0)] if len(self.enrolments) else 0
        student: Numbers = running & (routes != 2)
        return student

    def found(self, moment: Moment) -> None:
        """Who goes where on the eve of the first month, and what was obtained before."""
        self._grow(moment.size)
        who = np.flatnonzero(moment.resident & (moment.age >= 4) & (moment.age < 30))
        self._place(moment, who, moment.rng("schools found"), found=True)
        self._miss_school(moment, moment.rng("absence found"), months=12)

    def advance(self, moment: Moment) -> None:
        """Live through a month of school."""
        size = len(self.at)
        self._grow(moment.size)
        rng = moment.rng("schools")
        self._stop_with_life(moment)
        month = int(moment.month.astype(int)) % 12 + 1
        year = int(moment.month.astype(int)) // 12 + 1970
        new = np.flatnonzero(moment.resident & (np.arange(moment.size) >= size) & (moment.age >= 4))
        self._place(moment, new[moment.age[new] < 30], rng, found=False)
        self._enter_primary(moment, rng)
        if month == 8:
            self._turn_of_year(moment, year, rng)
        elif month in (9, 10, 11, 12, 1, 2, 3, 4, 5, 6):
            self._drop_out(moment, rng)
        self._return(moment, month, rng)
        self._miss_school(moment, rng)
        self._exempt(moment, rng)

    def track(self, moment: Moment, who: Numbers) -> Numbers:
        """The track of persons: by talent and a little by welfare."""
        talent = 0.75 * draw(self.seed, "talent", who) + 0.25 * moment.rank[who]
        # The sum of the two leans to the middle: stretch it so that all tracks get their share.
        talent = np.clip((talent - 0.5) * 1.12 + 0.5, 0, 1)
        place: Numbers = np.searchsorted(_BOUNDS, talent, side="right")
        return np.minimum(place, len(_TRACKS) - 1)

    # Placing

    def _school_age(self, moment: Moment, who: Numbers) -> tuple[Numbers, int]:
        """Age on 1 October of the school year, a year less for who is late; and that year."""
        index = int(moment.month.astype(int))
        year = index // 12 + 1970 - (index % 12 < 7)
        october = first_day(np.datetime64(f"{year}-10", "M"))
        age = ((october - moment.persons["birth"][who]) / 365.25).astype(int)
        late = draw(self.seed, "late at school", who) < 0.22
        return age - (late & (age > 8)), year

    def _place(self, moment: Moment, who: Numbers, rng: np.random.Generator, found: bool) -> None:
        """Put persons where their age and track say, with the diplomas they have by then."""
        if not len(who):
            return
        track = self.track(moment, who)
        age, year = self._school_age(moment, who)
        day = first_day(np.datetime64(f"{year}-08", "M"))
        bbl = draw(self.seed, "bbl", who) < 0.24
        for stage in range(_STAGES):
            school, level = _SCHOOL[track, stage], _LEVEL[track, stage]
            begins, years = _BEGINS[track, stage], _YEARS[track, stage]
            there = (school != _NO_SCHOOL) & (age >= begins) & (age < begins + years)
            past = (school != _NO_SCHOOL) & (age >= begins + years)
            gave_up = draw(self.seed, f"gave up {stage}", who)
            # Who gave up an earlier school did not go on, but for a few.
            left = (self.dropped[who] < NEVER) & (self.qualified[who] == 0)
            chance = np.where(school == School.MBO, 0.16 - 0.025 * level, 0.02)
            chance = np.where(np.isin(school, (School.PO,)), 0, chance)
            fails = (gave_up < chance) & (there | past) & ~left
            gone = fails & (past | (gave_up < chance * 0.5))
            when = day - 365 * np.maximum(age - begins - years + 1, 0)
            when = when - rng.integers(30, 330, len(who))
            self.dropped[who[gone]] = when[gone]
            done = (
                past
                & ~fails
                & ~left
                & (school != School.PO)
                & ~np.isin(school, (School.PRO, School.VSO))
            )
            obtained = day - 25 - 365 * (age - begins - years)
            seen = obtained + 40 if found else np.maximum(obtained + 40, moment.first)
            self._graduate(who[done], school[done], level[done], obtained[done], seen[done])
            self._stage[who[past]] = stage + 1
            here = there & ~gone & ~left
            self._stage[who[there]] = stage
            first = day - 365 * (age - begins)
            begin = first[here]
            known = np.maximum(begin + 14, moment.persons["appears"][who[here]])
            if not found:
                begin = np.maximum(begin, np.minimum(known, moment.last))
            self._enrol(
                who[here],
                school[here],
                level[here],
                np.where(
                    bbl[here] & (school[here] == School.MBO), 2, 1 * (school[here] == School.MBO)
                ),
                1 + (age - begins)[here] * (not found),
                begin,
                known,
                year + 1 + (begins + years - 1 - age)[here],
            )

    def _enter_primary(self, moment: Moment, rng: np.random.Generator) -> None:
        """Children of four go to school."""
        four = moment.resident & (moment.age >= 4) & (moment.age < 4.6) & (self.at < 0)
        who = np.flatnonzero(four)
        day = np.clip(moment.persons["birth"][who] + 1461, moment.first, moment.last)
        age, year = self._school_age(moment, who)
        zero = np.zeros(len(who), int)
        finish = year + 1 + np.maximum(11 - age, 0)
        self._stage[who] = 0
        self._enrol(who, zero, zero, zero, zero + 1, day, day + 10, finish)

    def _turn_of_year(self, moment: Moment, year: int, rng: np.random.Generator) -> None:
        """On 1 August: who is ready goes on, with a diploma or without."""
        who = np.flatnonzero((self.at >= 0) & (self._finish <= year))
        rows = self.enrolments[self.at[who]]
        school, level = rows["school"], rows["level"]
        passes = rng.random(len(who)) < np.where(school == School.MBO, 0.93, 0.97)
        lasts = ~passes & (rng.random(len(who)) < 0.75)  # Another year.
        self._finish[who[lasts]] = year + 1
        ready = ~lasts
        who, school, level, passes = who[ready], school[ready], level[ready], passes[ready]
        end = moment.first - 1
        known = end + rng.integers(3, 40, len(who))
        with_diploma = passes & ~np.isin(school, (School.PO, School.PRO, School.VSO))
        reason = np.select([with_diploma, np.isin(school, (School.PO,)), passes], [1, 2, 2], 3)
        self._end(who, np.full(len(who), end), known, reason)
        obtained = end - rng.integers(10, 40, len(who))
        late = rng.random(len(who)) < 0.03
        when = np.where(late, end + rng.integers(75, 140, len(who)), known)
        self._graduate(
            who[with_diploma],
            school[with_diploma],
            level[with_diploma],
            obtained[with_diploma],
            when[with_diploma],
        )
        self._stage[who] += 1
        track = self.track(moment, who)
        stage = np.minimum(self._stage[who], _STAGES - 1)
        coming = _SCHOOL[track, stage]
        # Not everyone goes on after a diploma that is enough.
        stops = rng.random(len(who)) < np.where(self.qualified[who] == 1, 0.12, 0.03)
        goes = (self._stage[who] < _STAGES) & (coming != _NO_SCHOOL) & passes & ~stops
        away = ~goes & (self.qualified[who] == 0) & ~np.isin(school, (School.PO,))
        self.dropped[who[away]] = end
        next_, at = who[goes], stage[goes]
        track = track[goes]
        late = rng.random(len(next_)) < 0.15
        begin = np.where(late, moment.first + 31, moment.first)
        bbl = draw(self.seed, "bbl", next_) < 0.24
        self._enrol(
            next_,
            _SCHOOL[track, at],
            _LEVEL[track, at],
            np.where(_SCHOOL[track, at] == School.MBO, np.where(bbl, 2, 1), 0),
            np.ones(len(next_), int),
            begin,
            begin + rng.integers(5, 45, len(next_)),
            year + _YEARS[track, at],
        )

    def _drop_out(self, moment: Moment, rng: np.random.Generator) -> None:
        """Some leave in the middle of a year."""
        who = np.flatnonzero((self.at >= 0) & (moment.age >= 15))
        rows = self.enrolments[self.at[who]]
        hazard = np.where(
            rows["school"] == School.MBO, _LEAVE_MBO[rows["level"]], _LEAVE[rows["school"]]
        )
        hazard = hazard * (1.6 - 1.2 * moment.rank[who]) * np.where(moment.age[who] < 16.5, 0.3, 1)
        leaves = rng.random(len(who)) < hazard
        who = who[leaves]
        day = moment.days(rng, len(who))
        slow = rng.random(len(who)) < 0.05
        known = day + np.where(slow, rng.integers(60, 110, len(who)), rng.integers(3, 30, len(who)))
        self._end(who, day, known, np.full(len(who), 3))
        early = self.qualified[who] == 0
        self.dropped[who[early]] = day[early]

    def _return(self, moment: Moment, month: int, rng: np.random.Generator) -> None:
        """Some who left come back, most in September and February; often to the mbo."""
        able = moment.resident & (self.at < 0) & (self.dropped < NEVER) & (self.qualified == 0)
        able &= (moment.age >= 16) & (moment.age < 23)
        hazard = _BACK * (4 if month == 9 else 3 if month == 2 else 0.6)
        who = np.flatnonzero(able & (rng.random(moment.size) < hazard))
        # A person left in this very month stays away for the time being.
        who = who[self.dropped[who] < moment.first - 20]
        day = moment.days(rng, len(who))
        level = rng.choice([1, 2, 3], len(who), p=[0.3, 0.55, 0.15])
        self.dropped[who] = NEVER
        year = int(moment.month.astype(int)) // 12 + 1970
        route = np.where(rng.random(len(who)) < 0.35, 2, 1)
        self._enrol(
            who,
            np.full(len(who), School.MBO),
            level,
            route,
            np.ones(len(who), int),
            day,
            day + rng.integers(3, 35, len(who)),
            np.full(len(who), year + 1) + (level > 1),
        )
        self._stage[who] = _STAGES

    # Absence and exemption

    def _miss_school(self, moment: Moment, rng: np.random.Generator, months: int = 1) -> None:
        """Reports of absence of this month, or of the last so many."""
        who = np.flatnonzero((self.at >= 0) & (moment.age >= 5) & (moment.age < 23))
        rows = self.enrolments[self.at[who]]
        hazard = _ABSENT[rows["school"]] * (1.7 - 1.4 * moment.rank[who])
        absent = rng.random(len(who)) < hazard * months
        who, rows = who[absent], rows[absent]
        count = len(who)
        made = empty(ABSENCE, count)
        made["number"] = 700_001 + len(self.absences) + np.arange(count)
        made["person"], made["brin"] = who, rows["brin"]
        made["kind"] = rng.choice(5, count, p=[0.72, 0.08, 0.13, 0.06, 0.01])
        made["begin"] = moment.days(rng, count) - 30 * rng.integers(0, months, count)
        made["known"] = made["begin"] + rng.integers(0, 12, count)
        made["end"] = made["begin"] + rng.integers(5, 60, count)
        made["end_known"] = np.maximum(made["end"] + rng.integers(0, 15, count), made["known"])
        made["final"] = rng.choice([2, 3, 4], count, p=[0.72, 0.12, 0.16])
        self.absences = np.concatenate([self.absences, made])

    def _exempt(self, moment: Moment, rng: np.random.Generator) -> None:
        who = np.flatnonzero((self.at >= 0) & (moment.age >= 5) & (moment.age < 18))
        who = who[rng.random(len(who)) < 0.0002]
        if not len(who):
            return
        made = empty(EXEMPTION, len(who))
        made["person"] = who
        made["kind"] = rng.choice(4, len(who), p=[0.55, 0.2, 0.15, 0.1])
        made["begin"] = moment.days(rng, len(who))
        made["known"] = made["begin"] + 10
        made["end"] = made["begin"] + 365
        made["end_known"] = made["known"]
        self.exemptions = np.concatenate([self.exemptions, made])
        self._end(who, made["begin"] - 1, made["known"], np.zeros(len(who), int))

    def _stop_with_life(self, moment: Moment) -> None:
        gone = np.flatnonzero((self.at >= 0) & ~moment.resident)
        died = moment.persons["died"][gone] < NEVER
        day = np.where(moment.gone[gone] < NEVER, moment.gone[gone], moment.first)
        self._end(gone, day, day + 25, np.where(died, 5, 4))

    # The record

    def _enrol(
        self,
        who: Numbers,
        school: Numbers,
        level: Numbers,
        route: Numbers,
        year: Numbers,
        begin: Numbers,
        known: Numbers,
        finish: Numbers,
    ) -> None:
        rows = empty(ENROLMENT, len(who))
        rows["person"], rows["school"], rows["level"] = who, school, level
        rows["route"], rows["year"] = route, year
        per_kind = len(BRINS) // len(School)
        pick = (draw(self.seed, "brin", who) * per_kind).astype(int)
        rows["brin"] = np.asarray(school) * per_kind + pick
        rows["programme"] = _PROGRAMME[school] + np.asarray(level) * 100 + pick
        rows["begin"], rows["known"] = begin, known
        funded = draw(self.seed, "funded", who) >= 0.012
        rows["funded"] = funded
        places = np.arange(len(self.enrolments), len(self.enrolments) + len(who))
        self.enrolments = np.concatenate([self.enrolments, rows])
        self.at[who] = places
        self._finish[who] = finish

    def _end(self, who: Numbers, day: Numbers, known: Numbers, reason: Numbers) -> None:
        rows, at = self.enrolments, self.at[who]
        rows["end"][at] = np.maximum(day, rows["begin"][at])
        rows["end_known"][at] = np.maximum(known, rows["known"][at])
        rows["end_reason"][at] = reason
        self.at[who] = -1

    def _graduate(
        self, who: Numbers, school: Numbers, level: Numbers, day: Numbers, known: Numbers
    ) -> None:
        rows = np.zeros(len(who), DIPLOMA)
        rows["person"], rows["school"], rows["level"] = who, school, level
        per_kind = len(BRINS) // len(School)
        pick = (draw(self.seed, "brin", who) * per_kind).astype(int)
        rows["brin"] = np.asarray(school) * per_kind + pick
        rows["programme"] = _PROGRAMME[school] + np.asarray(level) * 100 + pick
        rows["obtained"], rows["known"] = day, known
        self.diplomas = np.concatenate([self.diplomas, rows])
        enough = np.isin(school, _QUALIFIES) | ((school == School.MBO) & (level >= 2))
        self.qualified[who[enough]] = 1

    def _grow(self, size: int) -> None:
        self.at = grown(self.at, size)
        self.qualified = grown(self.qualified, size, 0)
        self.dropped = grown(self.dropped, size, NEVER)
        self._stage = grown(self._stage, size, 0)
        self._finish = grown(self._finish, size, 0)
