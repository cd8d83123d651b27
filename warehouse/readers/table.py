"""Tables as CSV: one file, or a zip of files, each line a unit of the object that its header names.

Which object a file holds follows from its header alone: a member's name may be anything. What a
contract calls its columns is compared without case. An export of a unit is the header and its line,
so that who mends it sees what stands where.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import IO, BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from warehouse.contracts import Contract, Table
from warehouse.readers import archive, delimited, lines
from warehouse.readers.base import (
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
from warehouse.readers.values import DATES, compact_dates

DELIMITERS = ";\t,"
#: One register in one file: larger than a message, and few.
LIMITS = archive.Limits(members=1_000, of_a_member=4 << 30)


@dataclass(frozen=True)
class _Layout:
    """A file as its header says it is: its object, and the position of each of its columns."""

    table: Table
    positions: Mapping[str, str]
    width: int
    delimiter: str


@dataclass
class _Member:
    """A file of the delivery, and how its units are numbered: from those of the files before."""

    layout: _Layout
    lines: lines.Lines
    before: int

    @property
    def rows(self) -> int:
        """The lines below the header."""
        return self.lines.number - 1


@dataclass
class _Seen:
    members: dict[int, _Member] = field(default_factory=dict)
    total: int = 0


class TableReader(Reader):
    """Reads CSV files in memory bounded by the block size."""

    def __init__(self, contract: Contract) -> None:
        super().__init__(contract)
        self._seen = _Seen()

    def count(self, source: BinaryIO) -> int:
        """The lines below the headers, the empty ones included."""
        self._seen = _Seen()
        for number, stream in archive.messages(source, LIMITS):
            looked = lines.look(stream, number)
            layout = self._layout(looked.first, number)
            self._seen.members[number] = _Member(layout, looked, self._seen.total)
            self._seen.total += looked.number - 1
        present = {member.layout.table.name for member in self._seen.members.values()}
        missing = [t.name for t in self.contract.raw_tables if not t.optional | (t.name in present)]
        if missing:
            raise Refused("bestand_ontbreekt", f"missing: {', '.join(missing)}")
        if not self._seen.total and not self.contract.may_be_empty:
            raise Refused("alleen_kopregel")
        return self._seen.total

    def mismatch(self, source: BinaryIO) -> Refused:
        """An open quote swallows rows: say on which line it stands."""
        for number, stream in archive.messages(source, LIMITS):
            if line := lines.first_open_quote(stream):
                return Refused("aanhalingsteken_open", _where(number, line))
        return super().mismatch(source)

    def read(self, source: BinaryIO) -> Iterator[Chunk]:
        """The rows of every file in chunks, each of one object; the others are empty in it."""
        if not self._seen.members:
            self.count(source)
        for number, stream in archive.messages(source, LIMITS):
            member = self._seen.members[number]
            layout = member.layout
            if not member.rows:
                continue
            wanted = tuple(sorted(set(layout.positions.values()), key=int))
            form = delimited.Form(layout.delimiter, layout.width, wanted)
            try:
                for rows in delimited.numbered(stream, form, member.lines.empty):
                    self._not_cut_off(member, rows, number)
                    yield self._chunk(member, rows, number)
            except pa.ArrowException:
                raise self.mismatch(source) from None

    def extract(self, source: BinaryIO, places: Sequence[Place]) -> Iterator[tuple[Place, bytes]]:
        """Each unit as a file of its own: the header and its line."""
        wanted = {(place.message, place.line): place for place in places}
        for number, stream in archive.messages(source, LIMITS):
            header = b""
            for line, text in enumerate(lines.each(stream), 1):
                header = header or text
                if (number, line) in wanted:
                    yield wanted[number, line], header + text

    def splice(self, source: BinaryIO, mended: Mapping[Place, bytes], target: Sink) -> None:
        """Each mended line where the one set apart stood."""
        units = {(place.message, place.line): (place, unit) for place, unit in mended.items()}

        def change(number: int, stream: IO[bytes], out: Sink) -> None:
            header = b""
            for line, text in enumerate(lines.each(stream), 1):
                header = header or text
                found = units.get((number, line))
                out.write(_mended(*found, header) if found else text)

        archive.rewrite(source, target, change, limits=LIMITS, suffix="csv")

    def _layout(self, header: bytes, number: int) -> _Layout:
        """Which object a file holds.

        A name that the contract does not know may be data (a file without a header), so it is told
        by its position and never echoed.
        """
        given, delimiter = lines.names(header, DELIMITERS)
        names = [name.strip().lower() for name in given]
        table = min(self.contract.raw_tables, key=lambda table: _strangeness(table, names))
        known = {f.source.lower() for f in table.fields if f.source}
        for position, name in enumerate(names, 1):
            if name in known and name in names[: position - 1]:
                raise Refused("kolom_dubbel", _where(number, 1, f"column {position}: {name}"))
        lacking = [source for source in _needed(table) if source not in names]
        if lacking:
            shown = ", ".join(lacking[:5]) + (", …" if len(lacking) > 5 else "")
            raise Refused("kolom_ontbreekt", _where(number, 1, f"{len(lacking)} missing: {shown}"))
        unknown = [str(at) for at, name in enumerate(names, 1) if name not in known]
        if unknown:
            where = _where(number, 1, f"column {', '.join(unknown[:5])}")
            raise Refused("kolom_onbekend", where)
        positions = {
            f.name: str(names.index(f.source.lower()))
            for f in table.read_fields
            if f.source and f.source.lower() in names
        }
        return _Layout(table, positions, len(names), delimiter)

    def _not_cut_off(self, member: _Member, rows: delimited.Rows, number: int) -> None:
        """A last line that does not end, and is too short, was cut off."""
        last = int(rows.line[-1]) if len(rows) and rows.wrong[-1] else 0
        if last == member.lines.number and not member.lines.finished:
            raise Refused("afgekapt", _where(number, last))

    def _chunk(self, member: _Member, rows: delimited.Rows, number: int) -> Chunk:
        broken = [self._broken(member, number, line, "lege_regel") for line in rows.empty]
        wrong = rows.line[rows.wrong]
        broken += [self._broken(member, number, line, "aantal_velden") for line in wrong]
        good = np.flatnonzero(~rows.wrong)
        tables = {
            table.name: self._take(table, member, rows, good, number)
            for table in self.contract.raw_tables
        }
        return Chunk(tables=tables, records=rows.records, broken=broken)

    @staticmethod
    def _broken(member: _Member, number: int, line: int, reason: str) -> Broken:
        return Broken(Place(number, member.before + int(line), int(line)), reason)

    @staticmethod
    def _take(
        table: Table, member: _Member, rows: delimited.Rows, good: np.ndarray, number: int
    ) -> pa.Table:
        mine = table is member.layout.table
        index = good if mine else good[:0]
        numbers = rows.line[index].astype(np.int64)
        columns: dict[str, pa.Array | pa.ChunkedArray] = {
            UNIT: pa.array(numbers + member.before),
            LINE: pa.array(numbers),
            MESSAGE: pa.array(np.full(len(index), number, dtype=np.int64)),
        }
        taken = rows.table.take(pa.array(index)) if mine else None
        for item in table.read_fields:
            position = member.layout.positions.get(item.name)
            if taken is None or position is None:
                columns[item.name] = pa.chunked_array([pa.array([""] * len(index), pa.string())])
                continue
            column = pc.utf8_trim_whitespace(taken.column(position))
            columns[item.name] = compact_dates(column) if item.kind in DATES else column
        return pa.table(columns)


def _needed(table: Table) -> list[str]:
    return [f.source.lower() for f in table.fields if f.source and not f.optional]


def _strangeness(table: Table, names: Sequence[str]) -> int:
    """How many columns a header lacks of an object, and has that are none of its."""
    known = {f.source.lower() for f in table.fields if f.source}
    missing = sum(source not in names for source in _needed(table))
    return missing + sum(name not in known for name in names)


def _where(number: int, line: int, detail: str = "") -> str:
    place = f"message {number}, line {line}" if number else f"line {line}"
    return f"{place}, {detail}" if detail else place


def _mended(place: Place, unit: bytes, header: bytes) -> bytes:
    """The line of a mended unit, which still stands below its header."""
    first, _, line = unit.partition(b"\n")
    if first.rstrip(b"\r") != header.rstrip(b"\r\n"):
        raise Unmendable(
            place,
            "a mended unit begins with the header of its file, as it was exported",
            "Mend the line below the header, and leave the header as it is.",
        )
    text = line.rstrip(b"\r\n")
    if not text or b"\n" in text or b"\r" in text:
        raise Unmendable(
            place,
            "a mended unit is one line below its header",
            "Give one line, or leave the unit out: then it stays in quarantine.",
        )
    end = b"\r\n" if header.endswith(b"\r\n") else b"\n"
    return text + end
