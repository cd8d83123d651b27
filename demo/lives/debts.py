"""Debts: signals of arrears, and the way through debt help.

What belongs here: vroegsignalen and what came of them, and cases with their phases in the words of
DDAS. What does not: its JSON.
"""

from __future__ import annotations

import numpy as np

from demo.lives.facts import DEBT_CASE, DEBT_PHASES, SIGNAL, empty
from demo.lives.moment import Moment, choose, grown
from demo.population import FIXED, NEVER, Numbers

#: Applications per adult and month, and signals.
_APPLIES, _SIGNALLED = 0.0006, 0.0030


class Debts:
    """Cases of debt help and signals; ``case`` gives per person the running one, else -1."""

    def __init__(self) -> None:
        self.debt_cases = empty(DEBT_CASE)
        self.signals = np.zeros(0, SIGNAL)
        self.case = np.empty(0, np.int64)

    def found(self, moment: Moment) -> None:
        """The cases of the three years before the first month."""
        self.case = grown(self.case, moment.size)
        rng = moment.rng("debts found")
        weight = self._weight(moment)
        count = int((weight > 0).sum() * _APPLIES * 30)
        who = choose(rng, weight, max(1, count))
        self._apply(moment, who, moment.last - rng.integers(1, 1100, len(who)), rng)
        self._settle(moment)

    def advance(self, moment: Moment) -> None:
        """Signals arrive, some ask for help, cases end with their persons."""
        self.case = grown(self.case, moment.size)
        rng = moment.rng("debts")
        self._end_with_life(moment)
        weight = self._weight(moment)
        adults = (weight > 0).sum()
        who = choose(rng, weight, max(1, int(rng.poisson(adults * _SIGNALLED))))
        self._signal(moment, who, rng)
        recent = self.signals["person"][self.signals["known"] > moment.first - 120]
        weight[recent] *= 6
        weight[self.case >= 0] = 0
        who = choose(rng, weight, max(1, int(rng.poisson(adults * _APPLIES))))
        self._apply(moment, who, moment.days(rng, len(who)), rng)
        self._settle(moment)

    def _weight(self, moment: Moment) -> Numbers:
        able = moment.resident & (moment.age >= 18) & (moment.age < 80)
        able &= np.arange(moment.size) >= FIXED
        weight = np.exp(-4.5 * moment.rank) * np.where(moment.age < 30, 1.4, 1.0)
        return np.where(able, weight, 0.0)

    def _signal(self, moment: Moment, who: Numbers, rng: np.random.Generator) -> None:
        """One case per person, with one to three signals."""
        count = len(who)
        each = rng.choice([1, 2, 3], count, p=[0.72, 0.22, 0.06])
        at = np.repeat(np.arange(count), each)
        total = len(at)
        rows = np.zeros(total, SIGNAL)
        base = int(self.signals["case"].max()) if len(self.signals) else 400_000
        rows["number"] = 600_001 + len(self.signals) + np.arange(total)
        rows["case"] = base + 1 + at
        rows["person"] = who[at]
        rows["partner_kind"] = rng.choice(7, total, p=[0.26, 0.22, 0.03, 0.31, 0.06, 0.10, 0.02])
        rows["amount"] = (15_000 + rng.exponential(45_000, total)).astype(int)
        rows["known"] = moment.days(rng, count)[at]
        rows["arose"] = rows["known"] - rng.integers(30, 100, total)
        taken = rng.random(count) < 0.75
        day = moment.days(rng, count) + rng.integers(3, 30, count)
        rows["taken_up"] = np.where(taken, day, NEVER)[at]
        rows["taken_up"] = np.where(
            rows["taken_up"] < NEVER, np.maximum(rows["taken_up"], rows["known"] + 1), NEVER
        )
        rows["attempts"] = np.where(taken, rng.integers(1, 4, count), 0)[at]
        rows["reached"] = (taken & (rng.random(count) < 0.5))[at]
        known = self.case[who] >= 0
        result = np.where(known, 2, rng.choice([1, 3, 4, 5], count, p=[0.42, 0.2, 0.18, 0.2]))
        rows["result"] = np.where(taken, result, 0)[at]
        rows["reached"] &= rows["result"] != 1
        rows["result_known"] = np.where(
            rows["taken_up"] < NEVER, rows["taken_up"] + rng.integers(7, 60, count)[at], NEVER
        )
        rows["crisis"] = rng.random(total) < 0.02
        self.signals = np.concatenate([self.signals, rows])

    def _apply(self, moment: Moment, who: Numbers, day: Numbers, rng: np.random.Generator) -> None:
        """Cases with all their phases; what is still to come shows as it comes (``lag``)."""
        count = len(who)
        rows = np.zeros(count, DEBT_CASE)
        for field in [f"{p}_{side}" for p in DEBT_PHASES for side in ("begin", "end")]:
            rows[field] = NEVER
        rows["number"] = 800_001 + len(self.debt_cases) + np.arange(count)
        rows["person"] = who
        partner = moment.partner[who]
        rows["partner"] = np.where(rng.random(count) < 0.7, partner, -1)
        chance = rng.random(count)
        rows["crisis"] = rng.random(count) < 0.06
        when = day.astype(np.int64)
        outflow = np.full(count, NEVER)
        reason = np.zeros(count, np.int64)
        alive = np.ones(count, bool)
        rows["application_begin"] = when
        when = when + rng.integers(3, 30, count)
        rows["application_end"] = when
        # At each phase some stop: (share, reasons) of the outflow.
        alive = self._stop(rng, alive, 0.10, (2, 3), when, outflow, reason)
        for phase, low, high, share, reasons in (
            ("intake", 14, 60, 0.14, (2, 3, 4, 5)),
            ("plan", 7, 40, 0.04, (3, 4)),
            ("stabilisation", 60, 200, 0.10, (2, 3, 7)),
            ("settlement", 40, 150, 0.10, (3, 5, 8)),
            ("solution", 400, 1000, 0.10, (3, 5)),
        ):
            begin = when + rng.integers(1, 10, count)
            end = begin + rng.integers(low, high, count)
            if phase == "plan":
                begin = end
            rows[f"{phase}_begin"] = np.where(alive, begin, NEVER)
            rows[f"{phase}_end"] = np.where(alive, end, NEVER)
            when = np.where(alive, end, when)
            alive = self._stop(rng, alive, share, reasons, when, outflow, reason)
        rows["admitted"] = rows["plan_begin"] < NEVER
        rows["settled"] = rows["solution_begin"] < NEVER
        rows["forced"] = rows["settled"] & (chance < 0.03)
        outflow[alive] = when[alive]
        reason[alive] = 6
        guided = (rows["stabilisation_begin"] < NEVER) & (rng.random(count) < 0.6)
        rows["guidance_begin"] = np.where(guided, rows["stabilisation_begin"], NEVER)
        rows["guidance_end"] = np.where(guided, outflow, NEVER)
        rows["solution_kind"] = rng.choice(5, count, p=[0.12, 0.08, 0.45, 0.30, 0.05])
        rows["guidance_kind"] = rng.choice(5, count, p=[0.25, 0.35, 0.2, 0.05, 0.15])
        rows["outflow"], rows["outflow_reason"] = outflow, reason
        rows["debt"] = (4_000 + rng.gamma(2.0, 16_000, count)).astype(int)
        rows["creditors"] = rng.integers(2, 25, count)
        rows["lag"] = rng.integers(0, 12, count)
        places = np.arange(len(self.debt_cases), len(self.debt_cases) + count)
        self.debt_cases = np.concatenate([self.debt_cases, rows])
        self.case[who] = places

    @staticmethod
    def _stop(
        rng: np.random.Generator,
        alive: Numbers,
        share: float,
        reasons: tuple[int, ...],
        when: Numbers,
        outflow: Numbers,
        reason: Numbers,
    ) -> Numbers:
        """Let a share of the cases end here; returns which go on."""
        ends = alive & (rng.random(len(alive)) < share)
        outflow[ends] = when[ends]
        reason[ends] = rng.choice(reasons, int(ends.sum()))
        return alive & ~ends

    def _end_with_life(self, moment: Moment) -> None:
        """Who dies or leaves: the case ends there, whatever was to come."""
        rows = self.debt_cases
        at = np.flatnonzero(
            (rows["outflow"] > moment.first) & (rows["application_begin"] < moment.first)
        )
        person = rows["person"][at]
        day = moment.gone[person]
        ends = day < rows["outflow"][at]
        at, day, person = at[ends], day[ends], person[ends]
        died = moment.persons["died"][person] < NEVER
        rows["outflow"][at] = day
        rows["outflow_reason"][at] = np.where(died, 0, 1)
        for field in [f"{p}_{side}" for p in DEBT_PHASES for side in ("begin", "end")]:
            if field == "application_begin":
                continue
            column = rows[field]
            column[at] = np.where(column[at] > day, NEVER, column[at])

    def _settle(self, moment: Moment) -> None:
        """Whose case has ended has none any more."""
        rows = self.debt_cases
        over = rows["outflow"] <= moment.last
        running = np.full(len(self.case), -1)
        running[rows["person"][~over]] = np.flatnonzero(~over)
        self.case = running
