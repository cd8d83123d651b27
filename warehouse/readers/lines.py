"""A text file seen as lines, before anything parses it: the independent look at every CSV.

It counts lines, finds the empty ones, and refuses what a CSV parser would let pass or choke on:
NUL bytes, other encodings, endless lines.
"""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, BinaryIO

import numpy as np

from warehouse.readers.base import Refused

BLOCK = 1 << 20
LONGEST_LINE = 1 << 20
MOST_EMPTY_LINES = 10_000
_UTF16_32 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE)
_NEWLINE, _RETURN = b"\n\r"


@dataclass(frozen=True)
class Lines:
    """How many lines a file has, which are empty, whether the last one was finished, and the first.

    ``first`` is the first line as it stands, its end included.
    """

    number: int
    empty: tuple[int, ...]
    finished: bool
    first: bytes


def inspect(source: BinaryIO) -> Lines:
    """Look at every byte of a file once; see ``look``."""
    source.seek(0)
    return look(source)


def look(source: IO[bytes], message: int = 0) -> Lines:
    """Look at every byte of a stream once; ``message`` is its number within a zip.

    Raises:
        Refused: ``leeg_bestand``, ``codering``, ``nul_byte``, ``regel_te_lang``, or ``afgekapt``
            for a file that ends within a character.
    """
    try:
        return _look(source)
    except Refused as refused:
        if not message:
            raise
        place = f"message {message}" + (f", {refused.place}" if refused.place else "")
        raise Refused(refused.code, place) from None


def _look(source: IO[bytes]) -> Lines:
    first = bytearray()
    decoder = codecs.getincrementaldecoder("utf-8")()
    number, length, last = 0, 0, 0
    empty: list[int] = []
    while block := source.read(BLOCK):
        if not first.endswith(b"\n"):
            first += block[: block.find(b"\n") + 1 or len(block)]
        if number == 0 and length == 0 and block.startswith(_UTF16_32):
            raise Refused("codering", "line 1")
        if b"\0" in block:
            raise Refused("nul_byte", f"line {_line_of(number, block, block.index(bytes(1)))}")
        try:
            decoder.decode(block)
        except UnicodeDecodeError as error:
            raise Refused("codering", f"line {_line_of(number, block, error.start)}") from None
        characters = np.frombuffer(block, np.uint8)
        ends = np.flatnonzero(characters == _NEWLINE)
        # Of the lines that end in this block, and of the one that goes on in the next.
        lengths = np.diff(ends, prepend=-1 - length, append=len(block)) - 1
        before = np.where(ends > 0, characters[ends - 1], last)
        bare = (lengths[:-1] == 0) | (lengths[:-1] == 1) & (before == _RETURN)
        empty += (number + 1 + np.flatnonzero(bare)).tolist()
        if len(empty) > MOST_EMPTY_LINES:
            raise Refused("telling_wijkt_af", f"more than {MOST_EMPTY_LINES} empty lines")
        endless = np.flatnonzero(lengths > LONGEST_LINE)
        if len(endless):
            raise Refused("regel_te_lang", f"line {number + 1 + endless[0]}")
        number, length, last = number + len(ends), int(lengths[-1]), block[-1]
    if number == 0 and length == 0:
        raise Refused("leeg_bestand")
    if decoder.getstate()[0]:
        raise Refused("afgekapt", f"line {number + 1}")
    finished = length == 0
    return Lines(number + (not finished), tuple(empty), finished, bytes(first))


def _line_of(before: int, block: bytes, position: int) -> int:
    return before + block.count(b"\n", 0, max(position, 0)) + 1


def header(source: BinaryIO, delimiters: str) -> tuple[list[str], str]:
    """The names on the first line, and which of the delimiters stands between them.

    Raises:
        Refused: when a carriage return stands within the line, which then is none.
    """
    source.seek(0)
    return names(source.readline(), delimiters)


def names(line: bytes, delimiters: str) -> tuple[list[str], str]:
    """The names on a line, and which of the delimiters stands between them; see ``header``."""
    text = line.decode("utf-8-sig").rstrip("\r\n")
    delimiter = next((mark for mark in delimiters if mark in text), delimiters[0])
    try:
        return next(csv.reader([text], delimiter=delimiter), []), delimiter
    except csv.Error:
        raise Refused("telling_wijkt_af", "line 1") from None


def each(stream: IO[bytes]) -> Iterator[bytes]:
    """The lines of a stream that may be one that is only read on, each with its end."""
    rest = b""
    while block := stream.read(BLOCK):
        *whole, rest = (rest + block).split(b"\n")
        for line in whole:
            yield line + b"\n"
    if rest:
        yield rest


def first_open_quote(stream: IO[bytes]) -> int | None:
    """The first line on which a quote is opened and not closed."""
    if stream.seekable():
        stream.seek(0)
    for number, line in enumerate(each(stream), 1):
        if line.count(b'"') % 2:
            return number
    return None
