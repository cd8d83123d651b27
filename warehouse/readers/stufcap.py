"""STUF-CAP: WOZ values as records of 80 positions (Regeling belastingcapaciteit 2011, bijlage 2).

A file holds one voorlooprecord, gegevensrecords and one sluitrecord, or several such files one
after another. The unit is the gegevensrecord. Which element stands on which positions is in the
contract. What belongs here beside that: the order of records, and the totals of the sluitrecord,
which must agree or nothing of the file is taken in: a record that was lost shows nowhere else.

A position is one byte: ASCII, or Latin-1 where a name or an addition has a diacritic. UTF-8 would
shift every position behind one, so a record that is longer for it is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import BinaryIO, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from warehouse.contracts import Contract, ContractError, Field
from warehouse.readers.base import (
    LINE,
    MESSAGE,
    UNIT,
    Chunk,
    Place,
    Reader,
    Refused,
    Sink,
    Unmendable,
)

WIDTH = 80
RECORDS_PER_CHUNK = 50_000
LEADING, DATA, CLOSING = b"0", b"1", b"2"
_LINE_ENDS = b"\r\n"

Characters = npt.NDArray[np.uint8]
Integers = npt.NDArray[np.int64]


class Span(NamedTuple):
    """Positions within a record, counted from zero; the end is not in it."""

    begin: int
    end: int


#: What the sluitrecord counts: the amounts of a gegevensrecord (elements 2.1, 2.3 and 2.8), and
#: where their totals stand. The number of records comes before them.
NUMBER = Span(1, 10)
SUMMED = {
    Span(31, 42): Span(10, 25),
    Span(43, 54): Span(25, 40),
    Span(69, 80): Span(40, 55),
}


class StufcapReader(Reader):
    """Reads records of fixed width, whole columns at once."""

    def __init__(self, contract: Contract) -> None:
        super().__init__(contract)
        places = {field.name: _place(field) for field in contract.head.read_fields}
        self._own = {name: span for name, (kind, span) in places.items() if kind == DATA}
        self._leading = {name: span for name, (kind, span) in places.items() if kind == LEADING}

    def count(self, source: BinaryIO) -> int:
        """The gegevensrecords, line by line; every line is looked at as a line."""
        source.seek(0)
        number = found = 0
        while line := source.readline(WIDTH + 3):
            number += 1
            if b"\0" in line:
                raise Refused("nul_byte", f"line {number}")
            if len(line.rstrip(_LINE_ENDS)) != WIDTH:
                raise Refused("record_lengte", f"line {number}")
            found += line.startswith(DATA)
        if not number:
            raise Refused("leeg_bestand")
        return found

    def read(self, source: BinaryIO) -> Iterator[Chunk]:
        """The gegevensrecords, each with what the voorlooprecord above it says."""
        source.seek(0)
        stride = len(source.readline(WIDTH + 2))
        source.seek(0)
        order = _Order()
        while block := source.read(stride * RECORDS_PER_CHUNK):
            # The last record may lack its end of line.
            block += b"\n" * (-len(block) % stride)
            records = np.frombuffer(block, np.uint8).reshape(-1, stride)
            ends = np.isin(records[:, WIDTH:], np.frombuffer(_LINE_ENDS, np.uint8)).all(axis=1)
            if not ends.all():
                raise Refused("record_lengte", f"line {order.line + int(np.argmin(ends)) + 1}")
            first = order.line + 1
            leading, of_record = order.follow(records[:, :WIDTH])
            rows = np.flatnonzero(of_record >= 0)
            yield self._chunk(records[rows], leading[of_record[rows]], first + rows)
        order.finish()

    def _chunk(self, records: Characters, leading: Characters, lines: Integers) -> Chunk:
        columns = {
            UNIT: pa.array(lines, pa.int64()),
            LINE: pa.array(lines, pa.int64()),
            MESSAGE: pa.array(np.zeros(len(lines), dtype=np.int64)),
        }
        columns |= {name: _texts(records, span) for name, span in self._own.items()}
        columns |= {name: _texts(leading, span) for name, span in self._leading.items()}
        # As other registers write it, so that the same address is the same text.
        columns["huisnummer"] = pc.utf8_ltrim(columns["huisnummer"], "0")
        return Chunk({self.contract.head.name: pa.table(columns)}, len(lines))

    def extract(self, source: BinaryIO, places: Sequence[Place]) -> Iterator[tuple[Place, bytes]]:
        """The records themselves."""
        wanted = {place.line: place for place in places}
        source.seek(0)
        for number, line in enumerate(source, 1):
            if number in wanted:
                yield wanted[number], line

    def splice(self, source: BinaryIO, mended: Mapping[Place, bytes], target: Sink) -> None:
        """Each mended record in its place; the sluitrecord counts what then stands above it."""
        wanted = {place.line: (place, unit) for place, unit in mended.items()}
        above: list[bytes] = []
        changed = False
        source.seek(0)
        for number, given in enumerate(source, 1):
            line = given
            if number in wanted:
                line, changed = _mended(*wanted[number]), True
            if line.startswith(LEADING):
                above = []
            elif line.startswith(DATA):
                above.append(line)
            elif changed:
                line, changed = _closing(above, line), False
            target.write(line)

    def alone(self, source: BinaryIO, unit: bytes) -> bytes:
        """The first voorlooprecord, the one record, and a sluitrecord over it."""
        source.seek(0)
        leading = source.readline()
        record = _ended(unit)
        closing = CLOSING.ljust(WIDTH) + _end_of(leading)
        return leading + record + _closing([record], closing)


class _Order:
    """Which record may follow which, and what the sluitrecord must say when it comes."""

    def __init__(self) -> None:
        self.line = 0
        self._leading: Characters | None = None
        self._totals: list[int] = []
        self._closed = False

    def follow(self, records: Characters) -> tuple[Characters, Integers]:
        """The voorlooprecords that records stand under, and which of them is each record's.

        -1 for a record that is no gegevensrecord.
        """
        kinds = records[:, 0]
        leading = [] if self._leading is None else [self._leading]
        of_record = np.full(len(records), -1)
        begin = 0
        for at in np.flatnonzero(kinds != DATA[0]).tolist():
            self._add(records, begin, at, of_record, len(leading) - 1)
            if kinds[at] == LEADING[0] and self._leading is None:
                self._leading, self._totals = records[at], [0] * (1 + len(SUMMED))
                leading.append(self._leading)
            elif kinds[at] == CLOSING[0] and self._leading is not None:
                self._close(records[at : at + 1], self.line + at + 1)
            else:
                raise Refused("record_volgorde", f"line {self.line + at + 1}")
            begin = at + 1
        self._add(records, begin, len(records), of_record, len(leading) - 1)
        self.line += len(records)
        return np.stack(leading) if leading else records[:0], of_record

    def finish(self) -> None:
        """The file ends here: was it closed?"""
        if self._leading is not None or not self._closed:
            raise Refused("record_volgorde", f"line {self.line}")

    def _add(
        self, records: Characters, begin: int, end: int, of_record: Integers, leading: int
    ) -> None:
        if begin == end:
            return
        if self._leading is None:
            raise Refused("record_volgorde", f"line {self.line + begin + 1}")
        of_record[begin:end] = leading
        here = records[begin:end]
        counted = [end - begin, *(int(_numbers(here, span).sum()) for span in SUMMED)]
        self._totals = [a + b for a, b in zip(self._totals, counted, strict=True)]

    def _close(self, closing: Characters, line: int) -> None:
        stated = [int(_numbers(closing, span)[0]) for span in (NUMBER, *SUMMED.values())]
        if stated != self._totals:
            raise Refused("controletelling", f"line {line}")
        self._leading, self._closed = None, True


def _place(field: Field) -> tuple[bytes, Span]:
    """The kind of record and the positions that a contract gives a field."""
    known = re.fullmatch(r"(voorloop|gegevens)record ([0-9]+)-([0-9]+)", field.source)
    if known is None:
        raise ContractError(f"field {field.name} does not state its record and positions")
    kind = LEADING if known[1] == "voorloop" else DATA
    return kind, Span(int(known[2]) - 1, int(known[3]))


def _numbers(records: Characters, span: Span) -> Integers:
    """The numbers on some positions; what is no number counts as nothing."""
    digits = records[:, span.begin : span.end].astype(np.int64) - ord("0")
    whole = ((digits >= 0) & (digits <= 9)).all(axis=1)
    powers = 10 ** np.arange(span.end - span.begin - 1, -1, -1, dtype=np.int64)
    values: Integers = np.where(whole, digits @ powers, 0)
    return values


def _texts(records: Characters, span: Span) -> pa.Array:
    """What stands on some positions, without the blanks around it."""
    characters = np.ascontiguousarray(records[:, span.begin : span.end])
    if (characters > 127).any():
        return pa.array([bytes(row).decode("latin-1").strip(" ") for row in characters])
    fixed = pa.FixedSizeBinaryArray.from_buffers(
        pa.binary(span.end - span.begin), len(characters), [None, pa.py_buffer(characters)]
    )
    return pc.utf8_trim(fixed.cast(pa.binary()).cast(pa.string()), " ")


def _closing(above: Sequence[bytes], closing: bytes) -> bytes:
    """A sluitrecord with the totals of the records above it."""
    records = np.frombuffer(b"".join(line[:WIDTH] for line in above), np.uint8).reshape(-1, WIDTH)
    totals = [len(above), *(int(_numbers(records, span).sum()) for span in SUMMED)]
    spans = (NUMBER, *SUMMED.values())
    written = [f"{n:0{s.end - s.begin}d}" for n, s in zip(totals, spans, strict=True)]
    return CLOSING + "".join(written).encode() + closing[spans[-1].end :]


def _mended(place: Place, unit: bytes) -> bytes:
    record = unit.rstrip(_LINE_ENDS)
    if len(record) != WIDTH or not record.startswith(DATA) or b"\n" in record:
        raise Unmendable(
            place,
            "a mended gegevensrecord has 80 positions, of which the first is 1",
            "Give the whole record; the totals of the sluitrecord are counted anew.",
        )
    return _ended(unit)


def _ended(unit: bytes) -> bytes:
    return unit if unit.endswith(b"\n") else unit + b"\r\n"


def _end_of(line: bytes) -> bytes:
    return line[WIDTH:] or b"\r\n"
