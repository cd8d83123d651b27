"""The GBA-V layout: CSV with LO3 elements as columns, and continuation rows.

A row whose first column is filled begins a persoonslijst; a row whose first column is empty
continues the one above it with older occurrences or a next child. The record with all its
continuation rows is one unit, named by the line it begins on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from warehouse.contracts import Table
from warehouse.readers import lines
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

#: PyArrow reads thirty-two of these ahead.
BLOCK = 4 << 20
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
        wrong: list[pa.csv.InvalidRow] = []

        def set_apart(row: pa.csv.InvalidRow) -> str:
            wrong.append(row)
            return "skip"

        source.seek(0)
        wanted = sorted({"0"} | {positions[s] for s in self._sources()}, key=int)
        try:
            batches = pa.csv.open_csv(
                source,
                read_options=pa.csv.ReadOptions(
                    use_threads=False,
                    skip_rows=1,
                    column_names=[str(i) for i in range(width)],
                    block_size=BLOCK,
                ),
                parse_options=pa.csv.ParseOptions(
                    delimiter=";", invalid_row_handler=set_apart, ignore_empty_lines=False
                ),
                convert_options=pa.csv.ConvertOptions(
                    include_columns=wanted,
                    column_types={name: pa.string() for name in wanted},
                    strings_can_be_null=False,
                ),
            )
            yield from self._chunks(_numbered(batches, wrong, self._lines.empty), positions)
        except pa.ArrowException:
            raise self.mismatch(source) from None

    def _sources(self) -> set[str]:
        fields = [f.source for t in self.contract.raw_tables for f in t.read_fields if f.source]
        return set(fields)

    def _chunks(self, batches: Iterator[_Rows], positions: dict[str, str]) -> Iterator[Chunk]:
        rest: _Rows | None = None
        for batch in batches:
            rows = batch if rest is None else _Rows.concat(rest, batch)
            heads = np.flatnonzero(rows.head)
            cut = int(heads[-1]) if len(heads) else 0
            if len(rows) - cut > MOST_ROWS_OF_A_PERSON:
                raise Refused("eenheid_te_groot", f"line {rows.line[cut]}")
            rest = rows.slice(cut, len(rows))
            yield self._chunk(rows.slice(0, cut), positions, batch)
        if rest is not None and len(rest):
            if rest.wrong[-1] and not self._lines.finished:
                raise Refused("afgekapt", f"line {rest.line[-1]}")
            yield self._chunk(rest, positions, None)

    def _chunk(self, rows: _Rows, positions: dict[str, str], batch: _Rows | None) -> Chunk:
        heads = np.flatnonzero(rows.head)
        unit_of = np.cumsum(rows.head) - 1
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

    def _filled(self, table: Table, rows: _Rows, positions: dict[str, str]) -> np.ndarray:
        """The rows on which an occurrence of this table's category stands."""
        filled = np.zeros(len(rows), dtype=bool)
        for field in table.read_fields:
            if field.source and not field.source.endswith(".H"):
                column = rows.table.column(positions[field.source])
                filled |= pc.not_equal(column, "").to_numpy()
        return filled

    def _take(
        self,
        table: Table,
        rows: _Rows,
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
    def _history(table: Table, rows: _Rows, position: str) -> pa.Array:
        """Whether a row holds an occurrence of the past: the H of the row before announces it."""
        mark = str(int(table.categories[0]) + HISTORY)
        announced = np.asarray(pc.equal(rows.table.column(position), mark).to_numpy(), bool)
        return pa.array(np.append(False, announced[:-1]) & ~rows.head)

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


@dataclass
class _Rows:
    """Physical rows with their line numbers; ``wrong`` ones have a wrong number of fields."""

    table: pa.Table
    line: np.ndarray
    wrong: np.ndarray
    empty: np.ndarray
    records: int

    def __len__(self) -> int:
        return len(self.line)

    @property
    def head(self) -> np.ndarray:
        """Whether a row begins a persoonslijst."""
        return np.asarray(pc.not_equal(self.table.column("0"), "").to_numpy())

    def slice(self, start: int, stop: int) -> _Rows:
        table = self.table.slice(start, stop - start)
        return _Rows(table, self.line[start:stop], self.wrong[start:stop], self.empty[:0], 0)

    @staticmethod
    def concat(first: _Rows, second: _Rows) -> _Rows:
        return _Rows(
            pa.concat_tables([first.table, second.table]).combine_chunks(),
            np.concatenate([first.line, second.line]),
            np.concatenate([first.wrong, second.wrong]),
            second.empty,
            second.records,
        )


def _numbered(
    batches: Iterator[pa.RecordBatch], wrong: list[pa.csv.InvalidRow], empty: Sequence[int]
) -> Iterator[_Rows]:
    """Give every row its line, put rows of a wrong width back in their place, drop empty lines.

    The parser runs ahead: ``wrong`` may hold rows of later batches, and grows while we read.
    """
    line = 2
    none = np.asarray(empty, dtype=np.int64)
    schema: pa.Schema | None = None
    for batch in batches:
        schema = batch.schema
        apart = [row for row in wrong if row.number >= line]
        numbers = np.setdiff1d(
            np.arange(line, line + batch.num_rows + len(apart)), [row.number for row in apart]
        )[: batch.num_rows]
        until = int(numbers[-1]) + 1 if len(numbers) else line
        here = [row for row in apart if row.number < until]
        yield _merge(pa.Table.from_batches([batch]), numbers, here, none)
        line = until
    late = [row for row in wrong if row.number >= line]
    if late and schema is not None:
        yield _merge(schema.empty_table(), np.empty(0, dtype=np.int64), late, none)


def _merge(
    table: pa.Table, numbers: np.ndarray, apart: list[pa.csv.InvalidRow], none: np.ndarray
) -> _Rows:
    records = len(numbers) + len(apart)
    wrong = np.zeros(len(numbers), dtype=bool)
    if apart:
        begins = ["" if (row.text or ";").startswith(";") else "?" for row in apart]
        blank = {name: begins if name == "0" else [""] * len(apart) for name in table.column_names}
        table = pa.concat_tables([table, pa.table(blank, schema=table.schema)])
        numbers = np.concatenate([numbers, [row.number for row in apart]])
        wrong = np.concatenate([wrong, np.ones(len(apart), dtype=bool)])
        order = np.argsort(numbers, kind="stable")
        table, numbers, wrong = table.take(pa.array(order)), numbers[order], wrong[order]
    is_empty = np.isin(numbers, none)
    if is_empty.any():
        kept = np.flatnonzero(~is_empty)
        table, found = table.take(pa.array(kept)), numbers[is_empty]
        return _Rows(table, numbers[kept], wrong[kept], found, records)
    return _Rows(table, numbers, wrong, numbers[:0], records)
