"""The report: what was measured, as Markdown that is read as well in a terminal.

What belongs here: columns, units, ratios, and the words around them. What does not: measuring, and
which targets there are. It names no host and no path: it is kept in the repository.
"""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from pathlib import Path

from benchmarks.measure import Cost
from benchmarks.table import ANALYST, FLOOR, OURS, Row, Side, Table, growth

WORDS = Path(__file__).with_name("where_time_goes.md")
_PACKAGES = ("duckdb", "pyarrow", "pandas", "dagster", "dbt-core", "great-expectations")
_LARGEST_PARTS = 4


@dataclass(frozen=True)
class Machine:
    """What the figures were measured on."""

    cores: int
    memory_gb: float
    python: str
    packages: tuple[tuple[str, str], ...]

    @staticmethod
    def this() -> Machine:
        """The machine that runs this."""
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / (1 << 30)
        packages = tuple((name, version(name)) for name in _PACKAGES)
        return Machine(os.cpu_count() or 0, memory, platform.python_version(), packages)

    def __str__(self) -> str:
        packages = ", ".join(f"{name} {number}" for name, number in self.packages)
        return (
            f"{self.cores} cores, {self.memory_gb:.0f} GB of memory,"
            f" Python {self.python}, {packages}"
        )


@dataclass
class Report:
    """Where the report goes; written after every section, so that what is measured stays."""

    table: Table
    machine: Machine
    day: date
    path: Path | None = None

    def write(self, *, finished: bool) -> None:
        """Write what there is so far, whole or not at all."""
        if self.path:
            partial = self.path.with_name(f".{self.path.name}.part")
            partial.write_text(self.text(finished=finished), encoding="utf-8")
            partial.replace(self.path)

    def text(self, *, finished: bool) -> str:
        """The whole report."""
        words = WORDS.read_text(encoding="utf-8").strip() if WORDS.exists() else ""
        sections = [
            ("", [f"{self.day:%Y-%m-%d}; {self.machine}.", _HOW]),
            ("", _unfinished(self.table, finished=finished)),
            ("Stations", _stations(self.table.rows)),
            ("Growth", _growth(self.table)),
            ("The same month, three ways", _sides(self.table)),
            ("The run taken apart", _parts(self.table)),
            ("Month after month", _months(self.table.months)),
            ("Targets", _targets(self.table)),
            ("Where the time goes", [*_largest(self.table), words]),
        ]
        blocks = ["# What it costs", "Written by `make bench`; not by hand."]
        for title, paragraphs in sections:
            there = [paragraph for paragraph in paragraphs if paragraph]
            blocks += [f"## {title}"] if there and title else []
            blocks += there
        return "\n\n".join(blocks) + "\n"


_HOW = (
    "Each row is a process of its own. CPU seconds include all its children; a peak is the resident"
    " memory of the largest process. Bytes are those of the file as delivered (a zip: packed), rows"
    " its lines, or the units that the gate counts in a zip. Slopes are exponents between two sizes"
    " (log-log): 1 is linear, 0 is constant."
)


def aligned(rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table, first column to the left and the others to the right, in even columns."""
    head, *body = [list(row) for row in rows]
    widths = [max(len(row[place]) for row in (head, *body)) for place in range(len(head))]
    widths = [max(width, 3) for width in widths]

    def line(row: Sequence[str]) -> str:
        cells = [
            cell.rjust(width) if place else cell.ljust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        return f"| {' | '.join(cells)} |"

    rule = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]
    return "\n".join(line(row) for row in (head, rule, *body))


def _unfinished(table: Table, *, finished: bool) -> list[str]:
    said = [] if finished else ["**Not finished**: what follows is what was measured so far."]
    if table.broken:
        said.append("**Not measured**:\n\n" + "\n".join(f"- {what}" for what in table.broken))
    return said


def _stations(rows: Sequence[Row]) -> list[str]:
    if not rows:
        return []
    head = ("station", "persons", "rows", "MB", "s", "CPU s", "rows/s", "MB/s", "peak MB")
    return [aligned([head, *map(_station, rows)])]


def _station(row: Row) -> tuple[str, ...]:
    cost = row.cost
    megabytes = cost.bytes / 1e6
    return (
        row.what,
        _count(row.persons),
        _count(cost.rows),
        f"{megabytes:,.1f}" if cost.bytes else "",
        f"{cost.wall:,.2f}",
        f"{cost.cpu:,.2f}",
        f"{cost.rows / cost.wall:,.0f}" if cost.rows and cost.wall else "",
        f"{megabytes / cost.wall:,.1f}" if cost.bytes and cost.wall else "",
        _count(round(cost.peak_mb)),
    )


def _growth(table: Table) -> list[str]:
    steps = [
        Row(f"{label}: {row.what}", row.persons, row.cost)
        for label, rows in table.parts.items()
        for row in rows
    ]
    grown = growth([*table.rows, *steps])
    if not grown:
        return []
    head = ("station", "from", "to", "slope of CPU s", "slope of peak MB")
    body = [
        (
            each.what,
            f"{each.smaller:,}",
            f"{each.larger:,}",
            "" if each.seconds is None else f"{each.seconds:.2f}",
            "" if each.memory is None else f"{each.memory:.2f}",
        )
        for each in grown
    ]
    return [aligned([head, *body])]


_SIDES = (
    "One gemeente, one month of deliveries, the same definitions. The three wrote the same number"
    " of persons, ages, incomes, money and months asked, or there is no figure. The *analyst* is a"
    " plain pandas script (`benchmarks/analyst.py`), the *floor* one DuckDB script"
    " (`benchmarks/floor.sql`, read by `floor.py`). Neither judges a delivery, keeps what it"
    " refuses, seals an original, knows a version or another month, or publishes under tokens of"
    " its own; both leave out AOW, investigations and relatives, which our datasets have, and look"
    " an address up by the numbers of its object alone, not by postcode. Work is the time after"
    " start-up: imports, and for us definitions and dbt's parse as well."
)


def _sides(table: Table) -> list[str]:
    if not table.sides:
        return []
    head = (
        *("way", "persons", "s", "start-up s", "work s", "CPU s", "peak MB"),
        *("ours / this, s", "ours / this, work", "ours / this, CPU", "in a buurt"),
    )
    body = [_side(side, table.side(side.persons, OURS)) for side in table.sides]
    notes = [f"{s.way}, {s.persons:,} persons: {s.note}." for s in table.sides if s.note]
    return [_SIDES, aligned([head, *body]), "\n".join(f"- {note}" for note in notes)]


def _side(side: Side, ours: Side | None) -> tuple[str, ...]:
    if not side.whole:
        return (side.way, f"{side.persons:,}", "not run", *[""] * 8)
    whole, work = side.whole, side.whole.wall - side.start
    ratios = ["", "", ""]
    if ours and ours.whole and side.way != OURS:
        ratios = [
            _times(ours.whole.wall, whole.wall),
            _times(ours.whole.wall - ours.start, work),
            _times(ours.whole.cpu, whole.cpu),
        ]
    return (
        side.way,
        f"{side.persons:,}",
        f"{whole.wall:,.2f}",
        f"{side.start:,.2f}",
        f"{work:,.2f}",
        f"{whole.cpu:,.2f}",
        f"{whole.peak_mb:,.0f}",
        *ratios,
        f"{side.placed:,}",
    )


def _times(ours: float, other: float) -> str:
    return f"{ours / other:,.1f}" if other > 0 else ""


_PARTS = (
    "From what Dagster kept of its steps, and looks at the process and its children while it ran:"
    " a peak is that of all of them together."
)


def _parts(table: Table) -> list[str]:
    head = ("part", "persons", "s", "CPU s", "peak MB", "share")
    told = []
    for label, rows in table.parts.items():
        whole = {
            persons: sum(row.cost.wall for row in rows if row.persons == persons)
            for persons in {row.persons for row in rows}
        }
        body = [
            (
                row.what,
                f"{row.persons:,}",
                f"{row.cost.wall:,.2f}",
                f"{row.cost.cpu:,.2f}" if row.cost.cpu else "",
                _count(round(row.cost.peak_mb)),
                f"{row.cost.wall / whole[row.persons]:.0%}",
            )
            for row in rows
        ]
        told += [f"{label[:1].upper()}{label[1:]}:", aligned([head, *body])]
    return [_PARTS, *told] if told else []


def _months(rows: Sequence[Row]) -> list[str]:
    if not rows:
        return []
    head = ("month", "persons", "s", "CPU s", "peak MB")
    return [
        "Without start-up: each run is forked from a process in which everything is imported.",
        aligned([head, *(_month(row.what, row.persons, row.cost) for row in rows)]),
    ]


def _month(what: str, persons: int, cost: Cost) -> tuple[str, ...]:
    return (what, f"{persons:,}", f"{cost.wall:.2f}", f"{cost.cpu:.2f}", f"{cost.peak_mb:,.0f}")


def _targets(table: Table) -> list[str]:
    if not table.verdicts:
        return []
    body = [
        (
            verdict.what,
            f"{verdict.figure:,.2f}{verdict.unit}",
            f"at most {verdict.most:,g}{verdict.unit}",
            "met" if verdict.met else "NOT MET",
        )
        for verdict in table.verdicts
    ]
    return [aligned([("target", "figure", "bound", ""), *body])]


def _largest(table: Table) -> list[str]:
    """The largest parts of the first run at the largest size, and what the ways beside it say."""
    if not table.parts:
        return []
    label, rows = next(iter(table.parts.items()))
    persons = max(row.persons for row in rows)
    mine = [row for row in rows if row.persons == persons]
    whole = sum(row.cost.wall for row in mine)
    first = sorted(mine, key=lambda row: -row.cost.wall)[:_LARGEST_PARTS]
    parts = ", ".join(f"{row.what} {row.cost.wall / whole:.0%}" for row in first)
    said = f"Of the {whole:,.1f} s of the {label} with {persons:,} persons: {parts}."
    ours = table.side(persons, OURS)
    times = [
        f"{ours.work / other.work:,.1f} times that of the {way}"
        for way in (FLOOR, ANALYST)
        if (other := table.side(persons, way)) and other.work and ours and ours.work
    ]
    return [f"{said} Its work is {' and '.join(times)}." if times else said]


def _count(number: int) -> str:
    return f"{number:,}" if number else ""
