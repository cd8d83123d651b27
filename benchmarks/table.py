"""The table: a row per thing measured, and below it the targets that the figures are held to."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from benchmarks.measure import Cost

_COLUMNS = ("what", "persons", "rows", "seconds", "CPU s", "rows/s", "peak MB")


@dataclass
class Table:
    """What was measured so far."""

    rows: list[tuple[str, int, Cost]] = field(default_factory=list)
    parts: list[tuple[str, float]] = field(default_factory=list)
    verdicts: list[tuple[str, str, str, bool]] = field(default_factory=list)

    def add(self, what: str, persons: int, cost: Cost) -> Cost:
        """Set down what something cost."""
        self.rows.append((what, persons, cost))
        return cost

    def hold(self, what: str, figure: float, most: float, unit: str = "") -> None:
        """Hold a figure to what it may be at most."""
        met = figure <= most
        self.verdicts.append((what, f"{figure:,.2f}{unit}", f"at most {most:,g}{unit}", met))

    def __str__(self) -> str:
        """Everything, in columns."""
        body = [
            (
                what,
                f"{persons:,}",
                f"{cost.rows:,}" if cost.rows else "",
                f"{cost.wall:.2f}",
                f"{cost.cpu:.2f}",
                f"{cost.rows / cost.wall:,.0f}" if cost.rows else "",
                f"{cost.peak_mb:,.0f}" if cost.peak_mb else "",
            )
            for what, persons, cost in self.rows
        ]
        parts = [(what, f"{seconds:.1f}") for what, seconds in self.parts]
        verdicts = [
            (what, figure, most, "met" if met else "MISSED")
            for what, figure, most, met in self.verdicts
        ]
        return "\n\n".join(
            _columns(part)
            for part in (
                [_COLUMNS, *body],
                [("of the run", "seconds"), *parts],
                [("target", "figure", "bound", ""), *verdicts],
            )
        )


def slope(costs: Mapping[int, float]) -> float:
    """The exponent of growth between the two largest sizes: 1 is linear."""
    before, last = sorted(costs)[-2:]
    return math.log(costs[last] / costs[before]) / math.log(last / before)


def _columns(rows: Iterable[tuple[str, ...]]) -> str:
    rows = list(rows)
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if number else cell.ljust(width)
            for number, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )
