"""What was measured, as plain figures: rows, parts of a run, three ways beside each other, targets.

What belongs here: setting down, looking up, and how a cost grows. What does not: measuring
(``measure``) and writing it up (``report``).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from benchmarks.measure import Cost

OURS, FLOOR, ANALYST = "datapakhuis", "floor", "analyst"
#: Below this a cost is the clock's and the machine's: how it grows means nothing.
_LEAST_SECONDS = 0.1


@dataclass(frozen=True)
class Row:
    """One thing measured, at one number of persons (0 where that does not matter)."""

    what: str
    persons: int
    cost: Cost


@dataclass(frozen=True)
class Side:
    """One way of doing the month of work; without a cost it was not run, and ``note`` says why.

    ``whole`` is the process from its start to its end, ``start`` the seconds before its work began.
    """

    persons: int
    way: str
    whole: Cost | None = None
    start: float = 0.0
    placed: int = 0
    note: str = ""

    @property
    def work(self) -> float | None:
        """The seconds without the start."""
        return self.whole.wall - self.start if self.whole else None


@dataclass(frozen=True)
class Verdict:
    """A figure, and what it may be at most."""

    what: str
    figure: float
    most: float
    unit: str

    @property
    def met(self) -> bool:
        """Whether the figure is within its bound."""
        return self.figure <= self.most


@dataclass
class Table:
    """What was measured so far."""

    rows: list[Row] = field(default_factory=list)
    months: list[Row] = field(default_factory=list)
    #: Of each run (by its label) the parts, in order.
    parts: dict[str, list[Row]] = field(default_factory=dict)
    sides: list[Side] = field(default_factory=list)
    verdicts: list[Verdict] = field(default_factory=list)
    #: What could not be measured, in words.
    broken: list[str] = field(default_factory=list)

    def add(self, what: str, persons: int, cost: Cost) -> Cost:
        """Set down what something cost."""
        self.rows.append(Row(what, persons, cost))
        return cost

    def hold(self, what: str, figure: float, most: float, unit: str = "") -> None:
        """Hold a figure to what it may be at most."""
        self.verdicts.append(Verdict(what, figure, most, unit))

    def costs(self, what: str) -> dict[int, Cost]:
        """What one thing cost, by the number of persons."""
        return {row.persons: row.cost for row in self.rows if row.what == what}

    def side(self, persons: int, way: str) -> Side | None:
        """One way at one size, if it was run."""
        found = (s for s in self.sides if (s.persons, s.way) == (persons, way) and s.whole)
        return next(found, None)


@dataclass(frozen=True)
class Growth:
    """How one thing grows between two sizes; ``seconds`` is None where it is too short to tell."""

    what: str
    smaller: int
    larger: int
    seconds: float | None
    memory: float | None


def growth(rows: Sequence[Row]) -> list[Growth]:
    """Between each two neighbouring sizes of each thing, in the order in which they were met."""
    by_name: dict[str, dict[int, Cost]] = {}
    for row in rows:
        if row.persons:
            by_name.setdefault(row.what, {})[row.persons] = row.cost
    return [
        Growth(
            what,
            smaller,
            larger,
            _slope({n: costs[n].cpu for n in (smaller, larger)}, _LEAST_SECONDS),
            _slope({n: costs[n].peak_mb for n in (smaller, larger)}, 1),
        )
        for what, costs in by_name.items()
        for smaller, larger in pairwise(sorted(costs))
    ]


def _slope(costs: Mapping[int, float], least: float) -> float | None:
    return slope(costs) if min(costs.values()) >= least else None


def slope(costs: Mapping[int, float]) -> float:
    """The exponent of growth between the two largest sizes: 1 is linear."""
    before, last = sorted(costs)[-2:]
    return math.log(costs[last] / costs[before]) / math.log(last / before)
