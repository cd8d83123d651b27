"""Where a point lies, and what became of an area: buurten of several years and their shapes.

What belongs here: reading divisions from the raw Parquet of ``cbs_gebieden``, placing points in
them, and translating the codes of one into those of another. What does not: which delivery is
current (the ledger), which address a person had (dbt), and areas above the buurt: a buurt's code
holds those of its wijk and gemeente. Nothing here knows a key, a person or a run.

All coordinates are metres in RD (EPSG:28992), all areas square metres, all years the year of a
division.
"""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import shapely

from warehouse.scratch import scratch

BATCH = 1 << 17
#: The share of an area that must lie in another for the two to be the same: maps of different
#: years differ a little along their borders, though nothing changed.
SAME = 0.99
WATER_ONLY = "JA"
UNCHANGED, RENUMBERED, MERGED, SPLIT, GONE = (
    "ongewijzigd",
    "hernummerd",
    "samengevoegd",
    "gesplitst",
    "vervallen",
)
DELIVERED, DERIVED = "geleverd", "afgeleid"
PLACED = pa.schema([("eenheid", pa.int64()), ("indelingsjaar", pa.int32()), ("buurt", pa.string())])
TRANSLATED = pa.schema(
    [
        ("van_jaar", pa.int32()),
        ("naar_jaar", pa.int32()),
        ("oude_code", pa.string()),
        ("nieuwe_code", pa.string()),
        ("soort", pa.string()),
        ("bron", pa.string()),
        ("aandeel", pa.float64()),
    ]
)

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
#: Codes or shapes: strings, None, or geometries of shapely.
Objects = npt.NDArray[np.object_]


# --- divisions --------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Division:
    """The buurten of one gemeente in one year: their codes, and each one's shape beside it.

    They stand in the order in which they claim a point: land before what is water only, then by
    code. Make one with ``of``.
    """

    year: int
    codes: Objects
    geometries: Objects

    @staticmethod
    def of(year: int, buurten: Iterable[tuple[str, str, bool]]) -> Division:
        """A division of buurten, given as code, WKT, and whether it is water only.

        A shape that crosses itself is made valid; shapes of one code are one buurt together.
        """
        shapes: dict[str, list[Any]] = defaultdict(list)
        land = set()
        for code, wkt, water in buurten:
            shapes[code].append(_valid(shapely.from_wkt(wkt)))
            land |= set() if water else {code}
        ordered = sorted(shapes, key=lambda code: (code not in land, code))
        codes, geometries = np.empty((2, len(ordered)), dtype=object)
        codes[:] = ordered
        geometries[:] = [
            shapes[code][0] if len(shapes[code]) == 1 else shapely.union_all(shapes[code])
            for code in ordered
        ]
        return Division(year, codes, geometries)

    @cached_property
    def _tree(self) -> Any:
        # Preparing changes nothing in a shape but the speed of asking it.
        shapely.prepare(self.geometries)
        return shapely.STRtree(self.geometries)

    def index_of(self, x: Floats, y: Floats) -> Integers:
        """For each point the place of its buurt in ``codes``; -1 where it lies in none."""
        index = np.full(len(x), -1, dtype=np.int64)
        finite = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
        if not len(finite) or not len(self.codes):
            return index
        x, y = x[finite], y[finite]
        found = np.full(len(x), -1, dtype=np.int64)
        for buurt, near in _by_first(*self._tree.query(shapely.points(x, y))[::-1]):
            near = near[found[near] < 0]
            inside = shapely.intersects_xy(self.geometries[buurt], x[near], y[near])
            found[near[inside]] = buurt
        index[finite] = found
        return index


def _valid(shape: Any) -> Any:
    if shapely.is_valid(shape):
        return shape
    return shapely.make_valid(shape, method="structure", keep_collapsed=False)


def _by_first(first: Integers, second: Integers) -> Iterator[tuple[int, Integers]]:
    """Pairs as each first with all its seconds, in order of the first."""
    order = np.argsort(first, kind="stable")
    each, begins = np.unique(first[order], return_index=True)
    for one, begin, end in zip(each, begins, [*begins[1:], len(first)], strict=False):
        yield int(one), second[order[begin:end]]


@dataclass(frozen=True)
class Change:
    """A changed code as it was delivered: none is new when the old one has no single successor."""

    year: int
    old: str
    new: str | None


def divisions(files: Iterable[tuple[Path, int]], gemeente: str) -> list[Division]:
    """The divisions of a gemeente, oldest first.

    Args:
        files: raw Parquet of ``gebied``, each with the year that holds for areas that name none:
            the year of its delivery. Of a year that several tell of, the last one tells.
        gemeente: the gemeente's code, such as ``GM0479``.
    """
    found: dict[int, Division] = {}
    for path, fallback in files:
        years: dict[int, list[tuple[str, str, bool]]] = defaultdict(list)
        for year, code, _, shape, water in _rows(path, fallback, "buurt"):
            if shape and code.startswith(_buurten_of(gemeente)):
                years[year].append((code, shape, water == WATER_ONLY))
        found |= {year: Division.of(year, buurten) for year, buurten in years.items()}
    return [found[year] for year in sorted(found)]


def changes(files: Iterable[tuple[Path, int]], gemeente: str) -> list[Change]:
    """The changed codes of buurten of a gemeente, in order; of a line given twice, one."""
    prefix = _buurten_of(gemeente)
    given = {
        Change(year, old, new or None)
        for path, fallback in files
        for year, old, new, _, _ in _rows(path, fallback, "wijziging")
        if old.startswith(prefix) or (new or "").startswith(prefix)
    }
    return sorted(given, key=lambda change: (change.year, change.old, change.new or ""))


def _buurten_of(gemeente: str) -> str:
    return gemeente.replace("GM", "BU", 1)


def _rows(
    path: Path, fallback: int, kind: str
) -> list[tuple[int, str, str | None, str | None, str | None]]:
    """Year, code, new code, shape and water of the rows of one kind in a raw file."""
    with closing(scratch()) as connection:
        return connection.execute(
            """
            select
                coalesce(cast(indelingsjaar as integer), ?), code, nieuwe_code, vlak, water
            from read_parquet(?)
            where soort = ?
            order by eenheid
            """,
            [fallback, str(path), kind],
        ).fetchall()


# --- points -----------------------------------------------------------------------------------


def place(x: Floats, y: Floats, division: Division) -> Objects:
    """The code of the buurt in which each point lies; None outside and where there is no point.

    Land goes before what is water only; of the buurten on whose common border a point lies, it
    belongs to the one with the lowest code.
    """
    codes: Objects = np.array([*division.codes, None], dtype=object)
    return codes[division.index_of(x, y)]


@dataclass(frozen=True)
class Coverage:
    """How many objects with a coordinate a division placed, and how many lie outside it."""

    year: int
    inside: int
    outside: int


def placed(bag_objects: Path, divisions: Sequence[Division], target: Path) -> list[Coverage]:
    """Write in which buurt of each division every object of the BAG lies.

    Reads ``eenheid``, ``x`` and ``y`` of raw ``bag_object``, a batch at a time; writes ``eenheid``,
    ``indelingsjaar`` and ``buurt`` for every object with a coordinate, buurt empty where it lies
    outside. The target is there wholly or not at all, and the same input gives the same bytes.
    """
    counted: Counter[tuple[int, bool]] = Counter()

    def batches() -> Iterator[pa.Table]:
        with pq.ParquetFile(bag_objects) as source:
            for batch in source.iter_batches(BATCH, columns=["eenheid", "x", "y"]):
                units, points, of_unit = _points(batch)
                for division in divisions:
                    index = division.index_of(points.real, points.imag)[of_unit]
                    counted[division.year, False] += int((index < 0).sum())
                    counted[division.year, True] += int((index >= 0).sum())
                    yield _placed(units, division, index)

    _write(target, PLACED, batches())
    return [
        Coverage(division.year, counted[division.year, True], counted[division.year, False])
        for division in divisions
    ]


def _points(batch: pa.RecordBatch) -> tuple[pa.Array, npt.NDArray[np.complex128], Integers]:
    """The objects with a coordinate, the different points, and which of these is each object's.

    Dwellings of one building, and one dwelling through its history, share their point.
    """
    there = pc.and_(pc.is_valid(batch["x"]), pc.is_valid(batch["y"]))
    batch = batch.filter(there)
    x, y = (pc.cast(batch[name], pa.float64()).to_numpy(zero_copy_only=False) for name in "xy")
    points, of_unit = np.unique(x + 1j * y, return_inverse=True)
    return batch["eenheid"], points, of_unit


def _placed(units: pa.Array, division: Division, index: Integers) -> pa.Table:
    codes = pa.array(division.codes, pa.string())
    taken = codes.take(pa.array(index, mask=index < 0))
    year = pa.repeat(pa.scalar(division.year, pa.int32()), len(units))
    return pa.table([units, year, taken], schema=PLACED)


# --- codes ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Translation:
    """What became of one buurt between two divisions.

    ``nieuwe_code`` is None where the buurt has no single successor; ``aandeel`` is the share of
    its area that lies in the successor or, without one, in the new buurt that holds most of it.
    """

    van_jaar: int
    naar_jaar: int
    oude_code: str
    nieuwe_code: str | None
    soort: str
    bron: str
    aandeel: float


def translated(old: Division, new: Division, given: Iterable[Change] = ()) -> list[Translation]:
    """What became of every buurt of the old division, in order of its code.

    A delivered change prevails, if it leads to a buurt that the new division has; several in a row
    are followed year by year. Otherwise the shapes tell: a buurt that lies for 99 % in one new
    buurt has become that one. What a successor is called follows from what it consists of:

    - ``ongewijzigd``: the same code, the same area, and no other buurt went into it;
    - ``hernummerd``: the same, with another code;
    - ``samengevoegd``: it consists of more than this buurt;
    - ``gesplitst``: there is none, the buurt lies in several (or partly beyond the division);
    - ``vervallen``: there is none, nothing of the buurt lies in the new division, or its change
      was delivered without a new code and it was not split.

    A buurt that only the new division has is no translation of anything, and is not listed.
    """
    shares = _shares(old, new)
    delivered = _followed(old, new, given)
    successor: dict[str, str | None] = {}
    for code in old.codes:
        best = _best(shares[code])
        derived = best if best and shares[code][best][0] >= SAME else None
        successor[code] = delivered.get(code, derived)
    parts = Counter(code for code in successor.values() if code is not None)
    result = []
    for code in sorted(old.codes):
        told, chosen = code in delivered, successor[code]
        share = shares[code].get(chosen or _best(shares[code]) or "", (0.0, 0.0))
        if chosen is None:
            kind = _without(shares[code], told=told)
        elif parts[chosen] > 1 or (share[1] < SAME and not told):
            kind = MERGED
        else:
            kind = UNCHANGED if chosen == code else RENUMBERED
        source = DELIVERED if told else DERIVED
        result.append(
            Translation(old.year, new.year, code, chosen, kind, source, round(share[0], 6))
        )
    return result


#: Of each new buurt that an old one overlaps: the share of the old, and the share of the new.
_Shares = Mapping[str, tuple[float, float]]


def _best(shares: _Shares) -> str | None:
    """The new buurt that holds most of an old one; of equals the lowest code."""
    return min(shares, key=lambda code: (-shares[code][0], code), default=None)


def _without(shares: _Shares, *, told: bool) -> str:
    """What a buurt without successor is called."""
    pieces = sum(share[0] > 1 - SAME for share in shares.values())
    return SPLIT if pieces > 1 or (pieces and not told) else GONE


def _shares(old: Division, new: Division) -> dict[str, dict[str, tuple[float, float]]]:
    """How much of each other the buurten of two divisions hold, where they do."""
    shares: dict[str, dict[str, tuple[float, float]]] = {code: {} for code in old.codes}
    tree = shapely.STRtree(new.geometries)
    of_old, of_new = tree.query(old.geometries, predicate="intersects")
    before, after = old.geometries.take(of_old), new.geometries.take(of_new)
    old_areas, new_areas = shapely.area(old.geometries), shapely.area(new.geometries)
    # What did not change is itself, however thin: an intersection of slivers may come to nothing.
    common = np.where(
        shapely.equals_exact(before, after),
        old_areas[of_old],
        shapely.area(shapely.intersection(before, after)),
    )
    for i, j, area in zip(of_old, of_new, common, strict=True):
        if area > 0:
            share = (float(area / old_areas[i]), float(area / new_areas[j]))
            shares[old.codes[i]][new.codes[j]] = share
    return shares


def _followed(old: Division, new: Division, given: Iterable[Change]) -> dict[str, str | None]:
    """Where the delivered changes lead the codes of the old division; None: to no single one.

    A code that no change names keeps itself, and a code may be used anew: so all changes of one
    year happen at once.
    """
    by_year: dict[int, dict[str, set[str | None]]] = defaultdict(lambda: defaultdict(set))
    for change in given:
        if old.year < change.year <= new.year:
            by_year[change.year][change.old].add(change.new)
    followed: dict[str, str | None] = {}
    for code in old.codes:
        now, told = code, False
        for year in sorted(by_year):
            if now is not None and now in by_year[year]:
                successors = by_year[year][now]
                now, told = (next(iter(successors)) if len(successors) == 1 else None), True
        if told and (now is None or now in set(new.codes)):
            followed[code] = now
    return followed


def translations(
    divisions: Sequence[Division], given: Sequence[Change], target: Path
) -> list[Translation]:
    """Write what became of the buurten of every division in the newest, and return it."""
    *older, newest = sorted(divisions, key=lambda division: division.year)
    rows = [row for division in older for row in translated(division, newest, given)]
    _write(target, TRANSLATED, [pa.Table.from_pylist(list(map(asdict, rows)), TRANSLATED)])
    return rows


# --- files ------------------------------------------------------------------------------------


def _write(target: Path, schema: pa.Schema, tables: Iterable[pa.Table]) -> None:
    """Write Parquet that is there wholly or not at all."""
    temporary = target.with_name(f".{target.name}.partial")
    try:
        with pq.ParquetWriter(temporary, schema, compression="zstd") as writer:
            for table in tables:
                writer.write_table(table)
        with temporary.open("rb") as written:
            os.fsync(written.fileno())
        os.replace(temporary, target)
    finally:
        temporary.unlink(missing_ok=True)
