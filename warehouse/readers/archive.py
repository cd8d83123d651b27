"""Messages in one file or in a zip of many, within limits that no true delivery exceeds."""

from __future__ import annotations

import io
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import pairwise
from typing import IO, BinaryIO, cast

from warehouse.readers.base import Refused, Sink

#: True messages compress ten- to fiftyfold; a zip bomb a thousandfold.
HIGHEST_RATIO = 200
SMALL_MEMBER = 64 << 10
#: Small members are unpacked in runs of so many bytes. One by one, turn about with parsing, each
#: would push the other out of the processor's cache, which costs a tenth of reading them.
RUN = 1 << 20
_ZIP = b"PK\x03\x04"
#: Before a member's bytes: of all that stands there, only the lengths of its name and extra field.
_LOCAL_HEADER = struct.Struct("<26x2H")
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
#: What a damaged or hostile zip makes ``zipfile`` raise; a name that is no UTF-8 a ValueError.
_DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    RuntimeError,
    ValueError,
    EOFError,
)


@dataclass(frozen=True)
class Limits:
    """What a delivery may hold, over all its zips together; sizes in bytes, unpacked.

    ``nested`` allows zips within the zip, one level deep. Members whose name matches
    ``passed_over`` are judged like all others, and not opened.
    """

    members: int = 500_000
    size: int = 8 << 30
    of_a_member: int = 256 << 20
    nested: bool = False
    passed_over: re.Pattern[str] | None = None


#: A register's answers: many, and small.
MESSAGES = Limits()


def messages(source: BinaryIO, limits: Limits = MESSAGES) -> Iterator[tuple[int, IO[bytes]]]:
    """The messages with their number: 0 for a plain file, from 1 within a zip.

    A member's name is judged, never told: it may hold a BSN or a path.

    Raises:
        Refused: for a zip that is damaged, hostile, nested deeper than it may be, or empty.
    """
    source.seek(0)
    begin = source.read(4)
    source.seek(0)
    if begin == b"":
        raise Refused("leeg_bestand")
    if begin != _ZIP:
        if begin.startswith(b"PK"):
            raise Refused("zip_leeg" if begin == b"PK\x05\x06" else "zip_onleesbaar")
        yield 0, source
        return
    try:
        yield from enumerate(_Opened(limits).streams(source), 1)
    except _DAMAGED:
        raise Refused("zip_onleesbaar") from None


def rewrite(
    source: BinaryIO,
    target: Sink,
    change: Callable[[int, IO[bytes], Sink], None],
    *,
    limits: Limits = MESSAGES,
    suffix: str = "xml",
) -> None:
    """Write a file of messages anew, plain or as a zip, each as ``change`` writes it.

    The members of the zip are called by their numbers, and carry no moment: twice the same is the
    same bytes, and no name is used that another thought of.
    """
    with ExitStack() as stack:
        archive: zipfile.ZipFile | None = None
        for number, stream in messages(source, limits):
            if number == 0:
                change(number, stream, target)
                return
            if archive is None:
                whole = cast("IO[bytes]", _Stream(target))
                archive = stack.enter_context(zipfile.ZipFile(whole, "w"))
            member = zipfile.ZipInfo(f"{number}.{suffix}")
            member.compress_type = zipfile.ZIP_DEFLATED
            with archive.open(member, "w") as written:
                change(number, stream, written)


class _Stream:
    """What a zip is written to: from beginning to end, without looking back."""

    def __init__(self, target: Sink) -> None:
        self._target = target

    def write(self, data: bytes) -> int:
        self._target.write(data)
        return len(data)

    def flush(self) -> None:
        pass


class _Opened:
    """A zip while it is read, and what was met in it and in the zips it holds."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._members = 0
        self._size = 0

    def streams(self, source: IO[bytes], within: str = "", packed: int = 0) -> Iterator[IO[bytes]]:
        """The messages of a zip; ``within`` is empty for the delivery, else the nested zip.

        A nested zip is read where it stands, as a stream that begins anew when it is sought
        backwards: so nothing of it is written to disk, and its members are read in the order in
        which they lie.
        """
        with zipfile.ZipFile(source) as archive:
            found = [member for member in archive.infolist() if not member.is_dir()]
            found.sort(key=lambda member: member.header_offset)
            self._judge(found, within, packed)
            run: list[tuple[zipfile.ZipInfo, str]] = []
            size = 0
            for number, member in enumerate(found, 1):
                if self._passed_over(member):
                    continue
                place = f"{within}message {number}"
                small = not within and member.file_size <= SMALL_MEMBER and not _is_zip(member)
                if small:
                    run.append((member, place))
                    size += member.file_size
                if run and (not small or size >= RUN):
                    yield from _unpacked(source, run)
                    run, size = [], 0
                if small:
                    continue
                with archive.open(member) as stream:
                    if _is_zip(member):
                        yield from self.streams(stream, f"zip {number}, ", member.compress_size)
                    else:
                        yield cast("IO[bytes]", _Bounded(stream, member.file_size, place))
            yield from _unpacked(source, run)

    def _passed_over(self, member: zipfile.ZipInfo) -> bool:
        known = self._limits.passed_over
        return known is not None and known.search(member.filename) is not None

    def _judge(self, members: list[zipfile.ZipInfo], within: str, packed: int) -> None:
        if not members:
            raise Refused("zip_leeg", within.rstrip(", "))
        size = sum(member.file_size for member in members)
        self._members += len(members)
        self._size += size
        if self._members > self._limits.members or self._size > self._limits.size:
            raise Refused("zip_te_groot", within.rstrip(", "))
        # Two true ratios, one within the other, would multiply to that of a bomb.
        if within and size > max(SMALL_MEMBER, HIGHEST_RATIO * packed):
            raise Refused("zip_bom", within.rstrip(", "))
        for number, member in enumerate(members, 1):
            self._judge_one(member, f"{within}message {number}", nested=bool(within))
        for number, (one, next_one) in enumerate(pairwise(members), 2):
            if one.header_offset + one.compress_size > next_one.header_offset:
                raise Refused("zip_bom", f"{within}message {number} overlaps")

    def _judge_one(self, member: zipfile.ZipInfo, place: str, *, nested: bool) -> None:
        path = member.filename.replace("\\", "/")
        linked = stat.S_ISLNK(member.external_attr >> 16)
        if path.startswith("/") or ".." in path.split("/") or ":" in path or linked:
            raise Refused("zip_pad", place)
        if _is_zip(member) and (nested or not self._limits.nested):
            raise Refused("zip_genest", place)
        if member.flag_bits & 0x1:
            raise Refused("zip_onleesbaar", f"{place} is encrypted")
        if member.compress_type not in _METHODS:
            raise Refused("zip_onleesbaar", f"{place} is packed in an unknown way")
        ratio = member.file_size / max(member.compress_size, 1)
        if member.file_size > SMALL_MEMBER and ratio > HIGHEST_RATIO:
            raise Refused("zip_bom", place)
        if member.file_size > self._limits.of_a_member and not _is_zip(member):
            raise Refused("zip_te_groot", place)


def _is_zip(member: zipfile.ZipInfo) -> bool:
    return member.filename.lower().endswith(".zip")


def _unpacked(source: IO[bytes], run: list[tuple[zipfile.ZipInfo, str]]) -> Iterator[IO[bytes]]:
    """A run of small members; one that is damaged is told when those before it were given."""
    unpacked: list[bytes] = []
    damage: Exception | None = None
    try:
        for member, place in run:
            unpacked.append(_small(source, member, place))
    except (Refused, *_DAMAGED) as error:
        damage = error
    for data in unpacked:
        yield io.BytesIO(data)
    if damage:
        raise damage


def _small(source: IO[bytes], member: zipfile.ZipInfo, place: str) -> bytes:
    """A small member, whole: of many small ones, opening each costs twice what reading does."""
    source.seek(member.header_offset)
    head = source.read(_LOCAL_HEADER.size)
    if len(head) < _LOCAL_HEADER.size or not head.startswith(_ZIP):
        raise Refused("zip_onleesbaar", place)
    source.seek(member.header_offset + len(head) + sum(_LOCAL_HEADER.unpack(head)))
    data = source.read(member.compress_size)
    if member.compress_type == zipfile.ZIP_DEFLATED:
        try:
            most = max(member.file_size, 1)  # Zero would be no bound.
            data = zlib.decompressobj(-zlib.MAX_WBITS).decompress(data, most)
        except zlib.error:
            raise Refused("zip_onleesbaar", place) from None
    if len(data) != member.file_size or zlib.crc32(data) != member.CRC:
        raise Refused("zip_onleesbaar", place)
    if data.startswith(_ZIP):
        raise Refused("zip_genest", place)
    return data


class _Bounded:
    """A member that may not turn out larger than it said, nor be a zip itself."""

    closed = False

    def __init__(self, stream: IO[bytes], size: int, place: str) -> None:
        self._stream = stream
        self._left = size
        self._place = place
        self._first = True

    @staticmethod
    def seekable() -> bool:
        return False

    def read(self, size: int = -1) -> bytes:
        try:
            data = self._stream.read(size)
        except _DAMAGED:
            raise Refused("zip_onleesbaar", self._place) from None
        if self._first and data.startswith(_ZIP):
            raise Refused("zip_genest", self._place)
        self._first = False
        self._left -= len(data)
        if self._left < 0:
            raise Refused("zip_bom", self._place)
        return data
