"""The GBA-V layout: CSV with LO3 elements as columns, and continuation rows.

A row whose first column is filled begins a persoonslijst; a row whose first column is empty
continues the one above it with older occurrences or a next child. The record with all its
continuation rows is one unit, named by the line it begins on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from warehouse.contracts import Table
from warehouse.readers import delimited, lines
from warehouse.readers.base import (
    HOLDER,
    LINE,
    MESSAGE,
    UNIT,
    Broken,
    Chunk,
    Place,
    Reader,
    Refused,
    Sink,
    Unmendable,
)

MOST_ROWS_OF_A_PERSON = 10_000
UNNAMED = "(leeg)"
#: The number of a category plus 50 in its H column: the next occurrence is one of the past.
HISTORY = 50
#: How the line of a continuation row begins: with an empty first column.
_CONTINUES = (b";", b'"";')
_EMPTY = (b"\n", b"\r\n")


class GbavReader(Reader):
    """Reads persoonslijsten in the GBA-V layout, in memory bounded by the block size."""

    def count(self, source: BinaryIO) -> int:
        """The lines below the header, the empty ones included."""
        self._lines = lines.inspect(source)
        self._header(source)
        if self._lines.number == 1:
            raise Refused("alleen_kopregel")
        return self._lines.number - 1

    def mismatch(self, source: BinaryIO) -> Refused:
        """An open quote swallows rows: say on which line it stands."""
        line = lines.first_open_quote(source)
        return Refused("aanhalingsteken_open", f"line {line}") if line else super().mismatch(source)

    def _header(self, source: BinaryIO) -> list[str]:
        """The contract's name of each column, by position.

        A name that the contract does not know may be data (a file without a header), so it is
        told by its position and never echoed.
        """
        names, seen, unknown = [], dict[str, int](), list[int]()
        known = {field.source for table in self.contract.tables for field in table.fields}
        for position, name in enumerate(lines.header(source, ";")[0], 1):
            base = name or UNNAMED
            seen[base] = seen.get(base, 0) + 1
            full = base if seen[base] == 1 else f"{base}#{seen[base]}"
            if seen[base] > 1 and full not in known:
                if base in known:
                    raise Refused("kolom_dubbel", f"column {position}: {base}")
                raise Refused("kolom_dubbel", f"column {position}")
            if full not in known:
                unknown.append(position)
            names.append(full)
        missing = sorted(known - set(names) - {""})
        if missing:
            shown = ", ".join(missing[:5]) + (", …" if len(missing) > 5 else "")
            raise Refused("kolom_ontbreekt", f"{len(missing)} missing: {shown}")
        if unknown:
            raise Refused("kolom_onbekend", f"column {', '.join(map(str, unknown[:5]))}")
        if names[0] != UNNAMED:
            raise Refused("kolom_ontbreekt", "column 1 must be the unnamed one")
        return names

    def read(self, source: BinaryIO) -> Iterator[Chunk]:
        """Persoonslijsten in chunks; a unit never spans two chunks."""
        positions = {name: str(i) for i, name in enumerate(self._header(source))}
        width = len(positions)
        source.seek(0)
        wanted = sorted({"0"} | {positions[s] for s in self._sources()}, key=int)
        form = delimited.Form(";", width, tuple(wanted))
        try:
            rows = delimited.numbered(source, form, self._lines.empty)
            yield from self._chunks(rows, positions)
        except pa.ArrowException:
            raise self.mismatch(source) from None

    def _sources(self) -> set[str]:
        fields = [f.source for t in self.contract.raw_tables for f in t.read_fields if f.source]
        return set(fields)

    def _chunks(
        self, batches: Iterator[delimited.Rows], positions: dict[str, str]
    ) -> Iterator[Chunk]:
        rest: delimited.Rows | None = None
        for batch in batches:
            rows = batch if rest is None else delimited.Rows.concat(rest, batch)
            heads = np.flatnonzero(_head(rows))
            cut = int(heads[-1]) if len(heads) else 0
            if len(rows) - cut > MOST_ROWS_OF_A_PERSON:
                raise Refused("eenheid_te_groot", f"line {rows.line[cut]}")
            rest = rows.slice(cut, len(rows))
            yield self._chunk(rows.slice(0, cut), positions, batch)
        if rest is not None and len(rest):
            if rest.wrong[-1] and not self._lines.finished:
                raise Refused("afgekapt", f"line {rest.line[-1]}")
            yield self._chunk(rest, positions, None)

    def _chunk(
        self, rows: delimited.Rows, positions: dict[str, str], batch: delimited.Rows | None
    ) -> Chunk:
        heads = np.flatnonzero(_head(rows))
        unit_of = np.cumsum(_head(rows)) - 1
        broken = [] if batch is None else [_alone(int(n), "lege_regel") for n in batch.empty]
        orphans = rows.line[unit_of < 0]
        broken += [_alone(int(n), "vervolgregel_zonder_hoofd") for n in orphans]
        damaged = np.zeros(len(heads), dtype=bool)
        damaged[unit_of[rows.wrong & (unit_of >= 0)]] = True
        broken += [_alone(int(n), "aantal_velden") for n in rows.line[heads[damaged]]]
        whole = np.flatnonzero(~damaged)
        holder = np.full(len(heads), -1)
        holder[whole] = np.arange(len(whole))
        tables = {}
        for table in self.contract.raw_tables:
            if table is self.contract.head:
                taken = heads[whole]
                extra: dict[str, np.ndarray] = {}
            else:
                belongs = np.full(len(rows), -1)
                belongs[unit_of >= 0] = holder[unit_of[unit_of >= 0]]
                taken = np.flatnonzero((belongs >= 0) & self._filled(table, rows, positions))
                extra = {HOLDER: belongs[taken]}
            tables[table.name] = self._take(table, rows, taken, positions, extra, heads, unit_of)
        records = 0 if batch is None else batch.records
        return Chunk(tables=tables, records=records, broken=broken)

    def _filled(self, table: Table, rows: delimited.Rows, positions: dict[str, str]) -> np.ndarray:
        """The rows on which an occurrence of this table's category stands."""
        filled = np.zeros(len(rows), dtype=bool)
        for field in table.read_fields:
            if field.source and not field.source.endswith(".H"):
                column = rows.table.column(positions[field.source])
                filled |= pc.not_equal(column, "").to_numpy()
        if set(table.categories) <= set(self.contract.head.categories):
            # The first occurrence is the person; below it stands who that person was before.
            filled &= ~_head(rows)
        return filled

    def _take(
        self,
        table: Table,
        rows: delimited.Rows,
        taken: np.ndarray,
        positions: dict[str, str],
        extra: dict[str, np.ndarray],
        heads: np.ndarray,
        unit_of: np.ndarray,
    ) -> pa.Table:
        index = pa.array(taken, pa.int64())
        head = heads[unit_of[taken]] if len(taken) else taken
        columns: dict[str, pa.Array | pa.ChunkedArray] = {
            UNIT: pa.array(rows.line[head], pa.int64()),
            LINE: pa.array(rows.line[taken], pa.int64()),
            MESSAGE: pa.array(np.zeros(len(taken), dtype=np.int64)),
        }
        columns |= {name: pa.array(values, pa.int64()) for name, values in extra.items()}
        for field in table.read_fields:
            if field.name == "volgorde":
                columns[field.name] = pa.array(taken - head, pa.int64())
            elif field.name == "historisch":
                history = self._history(table, rows, positions[field.source])
                columns[field.name] = history.take(index)
            elif field.source:
                columns[field.name] = rows.table.column(positions[field.source]).take(index)
        return pa.table(columns)

    @staticmethod
    def _history(table: Table, rows: delimited.Rows, position: str) -> pa.Array:
        """Whether a row holds an occurrence of the past: the H of the row before announces it."""
        mark = str(int(table.categories[0]) + HISTORY)
        announced = np.asarray(pc.equal(rows.table.column(position), mark).to_numpy(), bool)
        return pa.array(np.append(False, announced[:-1]) & ~_head(rows))

    def extract(self, source: BinaryIO, places: Sequence[Place]) -> Iterator[tuple[Place, bytes]]:
        """The lines of some units, each with its continuation rows."""
        wanted = {place.line: place for place in places}
        place, text = None, b""
        source.seek(0)
        for number, line in enumerate(source, 1):
            if line in _EMPTY:
                # A unit of its own; the person above goes on below it.
                if number in wanted:
                    yield wanted[number], line
                continue
            if number not in wanted and line.startswith(_CONTINUES):
                text += line if place else b""
                continue
            if place:
                yield place, text
            place, text = wanted.get(number), line
        if place:
            yield place, text

    def splice(self, source: BinaryIO, mended: Mapping[Place, bytes], target: Sink) -> None:
        """Each mended persoonslijst where its first line stood; its other lines go with it."""
        wanted = {place.line: (place, _lines_of(place, unit)) for place, unit in mended.items()}
        replaced = False
        source.seek(0)
        for number, line in enumerate(source, 1):
            if number in wanted:
                place, unit = wanted[number]
                if line in _EMPTY:
                    # What stands below it belongs to the person above it.
                    raise Unmendable(
                        place,
                        "an empty line holds nothing to mend",
                        "Leave it out of the mended file: it stays in quarantine.",
                    )
                # A row without its person is a unit by itself, and so is the one below it.
                replaced = not line.startswith(_CONTINUES)
                target.write(unit)
            elif line in _EMPTY:
                target.write(line)
            elif not (replaced and line.startswith(_CONTINUES)):
                replaced = False
                target.write(line)

    def alone(self, source: BinaryIO, unit: bytes) -> bytes:
        """The header, and the lines of the one unit."""
        source.seek(0)
        return source.readline() + _ended(unit)


def _head(rows: delimited.Rows) -> np.ndarray:
    """Whether a row begins a persoonslijst."""
    return np.asarray(pc.not_equal(rows.table.column("0"), "").to_numpy())


def _lines_of(place: Place, unit: bytes) -> bytes:
    """The lines of a mended unit: a person, and rows that continue it; the last line ends."""
    first, *others = unit.splitlines(keepends=True) or [b""]
    if not first.strip() or first.startswith(_CONTINUES) or b"\r" in unit.replace(b"\r\n", b""):
        raise Unmendable(
            place,
            "a mended persoonslijst begins with a row whose first column is filled",
            "Give the whole row, or leave the line out: then the unit stays in quarantine.",
        )
    if not all(line.startswith(_CONTINUES) for line in others):
        raise Unmendable(
            place,
            "a mended persoonslijst holds one person: its other rows have an empty first column",
            "Put only rows of this person in `inhoud`.",
        )
    return _ended(unit)


def _ended(unit: bytes) -> bytes:
    return unit if unit.endswith(b"\n") else unit + b"\r\n"


def _alone(line: int, reason: str) -> Broken:
    return Broken(Place(0, line, line), reason)
