"""Care under the Wmo and the Jeugdwet: provisions, and the messages that go out about them.

What belongs here: what is assigned, begun, changed, stopped and deleted, and when a message says
so. What does not: the messages' XML. Of a provision paid as pgb no message goes out. When a person
dies or leaves, the stop is sometimes known only months later (E06).
"""

from __future__ import annotations

import numpy as np

from demo.lives.facts import CARE, MESSAGE, SUPPLIERS, Law, empty
from demo.lives.levels import LEVELS
from demo.lives.moment import Moment, choose
from demo.population import FIXED, NEVER, Numbers

#: Product categories with their shares; youth as in code list JZ020.
_WMO = np.array([1, 2, 7, 12, 13, 11, 8, 3, 4, 15, 16])
_WMO_SHARES = [0.37, 0.20, 0.08, 0.10, 0.06, 0.08, 0.04, 0.01, 0.01, 0.04, 0.01]
_YOUTH = np.array([45, 54, 43, 44, 41, 48, 47, 46, 50, 40])
_YOUTH_SHARES = [0.50, 0.20, 0.03, 0.06, 0.05, 0.07, 0.02, 0.02, 0.03, 0.02]
#: Share of the provisions that stop each month, by law; provisions per person.
_OUTFLOW = (0.022, 0.055)
_PER_PERSON = (1.28, 1.12)


class Care:
    """Provisions of both laws and their messages."""

    def __init__(self) -> None:
        self.care = empty(CARE)
        self.messages = np.zeros(0, MESSAGE)

    def found(self, moment: Moment) -> None:
        """What runs on the eve of the first month, with the messages sent before."""
        for law in Law:
            rng = moment.rng(f"care found {law}")
            weight, level = self._weight(moment, law)
            count = int(level * _PER_PERSON[law])
            who = choose(rng, weight, int(level))
            more = rng.choice(who, min(len(who), max(0, count - len(who))), replace=False)
            who = np.concatenate([who, more])
            age = rng.exponential(500, len(who)).astype(int) + 20
            begin = np.maximum(moment.last - age, moment.persons["birth"][who] + 5)
            self._assign(moment, law, who, begin, rng, ran=moment.last)

    def advance(self, moment: Moment) -> None:
        """Stop, change, delete, and assign anew."""
        for law in Law:
            rng = moment.rng(f"care {law}")
            self._stop(moment, law, rng)
            self._revise(moment, law, rng)
            weight, level = self._weight(moment, law)
            running = np.unique(self.care["person"][self._open(law)])
            weight[running] *= 2.0
            now = np.count_nonzero(self._open(law, as_mask=True))
            wanted = level * _PER_PERSON[law]
            rate = max(0.0, wanted * _OUTFLOW[law] * 0.5 + 0.5 * (wanted - now))
            who = choose(rng, weight, max(1, int(rng.poisson(rate))))
            self._assign(moment, law, who, moment.days(rng, len(who)), rng)

    def messages_of(self, first: int, last: int) -> Numbers:
        """The messages sent from one day to another, in the order in which they were sent."""
        sent = self.messages["known"]
        rows = self.messages[(sent >= first) & (sent <= last)]
        return rows[np.lexsort((rows["kind"], rows["care"], rows["known"]))]

    def _weight(self, moment: Moment, law: Law) -> tuple[Numbers, float]:
        """How likely each person is to need care, and how many do."""
        age, rank = moment.age, moment.rank
        here = moment.resident & (np.arange(moment.size) >= FIXED)
        if law is Law.WMO:
            able = here & (age >= 18)
            weight = np.interp(age, [18, 40, 65, 75, 85, 95], [0.6, 1.0, 2.5, 7, 20, 30])
            weight = weight * (1.5 - rank)
            level = LEVELS["wmo"].share * moment.resident.sum()
        else:
            able = here & (age < 18.5)
            weight = np.interp(age, [0, 4, 8, 14, 17, 18.5], [0.3, 0.8, 1.6, 1.6, 1.2, 0.3])
            weight = weight * (1.6 - rank)
            level = LEVELS["youth_care"].share * (here & (age < 18)).sum()
        return np.where(able, weight, 0.0), float(level)

    def _open(self, law: Law, as_mask: bool = False) -> Numbers:
        rows = self.care
        mask = (rows["law"] == law) & (rows["stopped"] == NEVER) & (rows["withdrawn"] == NEVER)
        return mask if as_mask else np.flatnonzero(mask)

    def _assign(
        self,
        moment: Moment,
        law: Law,
        who: Numbers,
        begin: Numbers,
        rng: np.random.Generator,
        ran: int | None = None,
    ) -> None:
        """Assign provisions; ``ran`` is the day until which they have run, for those of before."""
        count = len(who)
        rows = empty(CARE, count)
        rows["law"] = law
        rows["number"] = 1001 + np.count_nonzero(self.care["law"] == law) + np.arange(count)
        rows["person"] = who
        codes, shares = (_WMO, _WMO_SHARES) if law is Law.WMO else (_YOUTH, _YOUTH_SHARES)
        rows["category"] = rng.choice(codes, count, p=np.array(shares) / sum(shares))
        rows["code"] = rows["category"].astype(int) * 1000 + rng.integers(1, 10, count)
        rows["supplier"] = rng.integers(0, len(SUPPLIERS), count)
        rows["in_kind"] = rng.random(count) > (0.06 if law is Law.WMO else 0.0)
        rows["begin"] = begin
        rows["known"] = begin + rng.integers(-10, 25, count)
        years = rng.integers(1, 6 if law is Law.WMO else 3, count)
        forever = rng.random(count) < (0.3 if law is Law.WMO else 0.05)
        end = begin + years * 365 - 1
        if ran is not None:
            end = np.maximum(end, ran + rng.integers(30, 700, count))
            rows["known"] = np.minimum(rows["known"], ran - 1)
        rows["end"] = np.where(forever, NEVER, end)
        rows["end_known"] = rows["known"]
        starts = rng.random(count) < 0.96
        rows["started"] = np.where(starts, begin + rng.integers(0, 20, count), NEVER)
        rows["started_known"] = np.where(
            starts, np.maximum(rows["started"] + rng.integers(1, 20, count), rows["known"]), NEVER
        )
        rows["referrer"] = rng.choice([1, 2, 3, 4, 5, 8], count) if law is Law.YOUTH else 0
        hours = rng.integers(1, 9, count)
        rows["volume"] = np.where(rows["category"] >= 11, 1, hours * 60)
        rows["unit"] = np.where(rows["category"] >= 11, 82, 1)
        rows["frequency"] = np.where(rows["category"] >= 11, 6, 2)
        if law is Law.YOUTH:
            rows["volume"], rows["unit"], rows["frequency"] = hours * 60, 1, 2
        rows["withdrawn"] = NEVER
        place = np.arange(len(self.care), len(self.care) + count)
        self.care = np.concatenate([self.care, rows])
        self._send(301, place, 1, rows["known"])
        begun = place[starts]
        self._send(305, begun, 1, rows["started_known"][starts])
        # A few 305s were wrong, and are replaced.
        again = begun[rng.random(len(begun)) < 0.01]
        self._send(305, again, 2, self.care["started_known"][again] + 12)

    def _stop(self, moment: Moment, law: Law, rng: np.random.Generator) -> None:
        open_ = self._open(law)
        rows = self.care[open_]
        person = rows["person"]
        gone = moment.gone[person]
        died = moment.persons["died"][person] < NEVER
        left = ~moment.resident[person]
        ended = rows["end"] <= moment.last
        grown_up = (law is Law.YOUTH) & (moment.age[person] >= 18) & (rng.random(len(open_)) < 0.3)
        chance = rng.random(len(open_)) < _OUTFLOW[law] * 0.6
        stops = left | ended | grown_up | chance
        day = np.select(
            [left, ended],
            [np.where(gone < NEVER, gone, moment.first), rows["end"]],
            moment.days(rng, len(open_)),
        )
        day = np.maximum(day, rows["begin"])
        reason = np.select([died, left, ended, grown_up], [2, 31, 19, 39], 20)
        at, day, reason, left = open_[stops], day[stops], reason[stops], left[stops]
        slow = left & (rng.random(len(at)) < 0.25)
        first_left = np.flatnonzero(left)[:1]
        slow[first_left] = True
        known = day + np.where(slow, rng.integers(70, 140, len(at)), rng.integers(1, 30, len(at)))
        table = self.care
        known = np.maximum(known, table["known"][at] + 1)
        table["stopped"][at], table["stopped_known"][at] = day, known
        table["stop_reason"][at] = reason
        early = at[table["end"][at] > day]
        table["end"][early] = table["stopped"][early]
        table["end_known"][early] = table["stopped_known"][early] + 2
        started = table["started"][at] <= day
        self._send(
            307, at[started], 1, table["stopped_known"][at[started]], day[started], reason[started]
        )
        why = np.select(
            [table["stop_reason"][early] == 2, table["stop_reason"][early] == 31], [2, 7], 5
        )
        self._send(301, early, 2, table["end_known"][early], table["end"][early], why)

    def _revise(self, moment: Moment, law: Law, rng: np.random.Generator) -> None:
        """Assignments that were sent by mistake are deleted, others get another end."""
        open_ = self._open(law)
        open_ = open_[self.care["known"][open_] < moment.first]
        chance = rng.random(len(open_))
        table = self.care
        wrong = open_[(chance < 0.0012) & (table["started"][open_] == NEVER)]
        day = moment.days(rng, len(wrong))
        table["withdrawn"][wrong] = day
        self._send(301, wrong, 3, day)
        longer = open_[(chance > 0.994) & (table["end"][open_] < NEVER)]
        day = moment.days(rng, len(longer))
        table["end"][longer] += 180
        table["end_known"][longer] = day
        self._send(301, longer, 2, day, table["end"][longer], np.full(len(longer), 4))

    def _send(
        self,
        kind: int,
        place: Numbers,
        status: int,
        known: Numbers,
        end: Numbers | None = None,
        reason: Numbers | int = 0,
    ) -> None:
        """Send a message on each provision that is not a pgb."""
        rows = np.zeros(len(place), MESSAGE)
        care = self.care[place]
        rows["kind"], rows["care"], rows["law"], rows["status"] = kind, place, care["law"], status
        rows["begin"] = care["begin"] if kind == 301 else care["started"]
        rows["end"] = care["end"] if end is None else end
        if kind == 305:
            rows["end"] = NEVER
        rows["known"], rows["reason"] = known, reason
        self.messages = np.concatenate([self.messages, rows[care["in_kind"]]])
