"""Messages in one file or in a zip of many, within limits that no true delivery exceeds."""

from __future__ import annotations

import stat
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import IO, BinaryIO, cast

from warehouse.readers.base import Refused

MOST_MEMBERS = 500_000
MOST_BYTES = 8 << 30
MOST_OF_A_MEMBER = 256 << 20
#: True messages compress ten- to thirtyfold; a zip bomb a thousandfold.
HIGHEST_RATIO = 200
SMALL_MEMBER = 64 << 10
_ZIP = b"PK\x03\x04"


def messages(source: BinaryIO) -> Iterator[tuple[int, IO[bytes]]]:
    """The messages with their number: 0 for a plain file, from 1 within a zip.

    A member's name is judged, never used: it may hold a BSN or a path.

    Raises:
        Refused: for a zip that is damaged, hostile, nested or empty.
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
        with zipfile.ZipFile(source) as archive:
            members = [m for m in archive.infolist() if not m.is_dir()]
            _judge(members)
            for number, member in enumerate(members, 1):
                with archive.open(member) as stream:
                    yield number, cast("IO[bytes]", _Bounded(stream, member.file_size, number))
    except (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, EOFError):
        raise Refused("zip_onleesbaar") from None


def _judge(members: list[zipfile.ZipInfo]) -> None:
    if not members:
        raise Refused("zip_leeg")
    if len(members) > MOST_MEMBERS or sum(m.file_size for m in members) > MOST_BYTES:
        raise Refused("zip_te_groot")
    for number, member in enumerate(members, 1):
        place = f"message {number}"
        path = PurePosixPath(member.filename.replace("\\", "/"))
        linked = stat.S_ISLNK(member.external_attr >> 16)
        if path.is_absolute() or ".." in path.parts or ":" in member.filename or linked:
            raise Refused("zip_pad", place)
        if path.suffix.lower() == ".zip":
            raise Refused("zip_genest", place)
        if member.flag_bits & 0x1:
            raise Refused("zip_onleesbaar", f"{place} is encrypted")
        ratio = member.file_size / max(member.compress_size, 1)
        if member.file_size > SMALL_MEMBER and ratio > HIGHEST_RATIO:
            raise Refused("zip_bom", place)
        if member.file_size > MOST_OF_A_MEMBER:
            raise Refused("zip_te_groot", place)


class _Bounded:
    """A member that may not turn out larger than it said, nor be a zip itself."""

    def __init__(self, stream: IO[bytes], size: int, number: int) -> None:
        self._stream = stream
        self._left = size
        self._place = f"message {number}"
        self._first = True

    def read(self, size: int = -1) -> bytes:
        try:
            data = self._stream.read(size)
        except (zipfile.BadZipFile, zlib.error, EOFError):
            raise Refused("zip_onleesbaar", self._place) from None
        if self._first and data.startswith(_ZIP):
            raise Refused("zip_genest", self._place)
        self._first = False
        self._left -= len(data)
        if self._left < 0:
            raise Refused("zip_bom", self._place)
        return data
