"""A delivery that comes in more than one form, each with a reader of its own.

What belongs here: choosing who reads a file, by how it begins, and asking that one everything. What
does not: any form itself.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from typing import BinaryIO

from warehouse.readers import archive
from warehouse.readers.base import Chunk, Place, Reader, Refused, Sink

_LOOKED_AT = 64
#: A byte order mark, white space and the zeros of UTF-16 may come before the first element.
_BEFORE_XML = b"\xef\xbb\xbf\xff\xfe\0 \t\r\n"


class Forms(Reader):
    """Reads a delivery in whichever form it comes; ``of`` says who does."""

    @abstractmethod
    def of(self, source: BinaryIO) -> Reader:
        """The reader of the form in which this file comes."""

    def count(self, source: BinaryIO) -> int:
        """As the reader of this form counts."""
        return self.of(source).count(source)

    def read(self, source: BinaryIO) -> Iterator[Chunk]:
        """As the reader of this form reads."""
        return self.of(source).read(source)

    def extract(self, source: BinaryIO, places: Sequence[Place]) -> Iterator[tuple[Place, bytes]]:
        """Units as the reader of this form gives them."""
        return self.of(source).extract(source, places)

    def splice(self, source: BinaryIO, mended: Mapping[Place, bytes], target: Sink) -> None:
        """Mended units in their places, where this form has such a way."""
        self.of(source).splice(source, mended, target)

    def alone(self, source: BinaryIO, unit: bytes) -> bytes:
        """A file of this form with one unit."""
        return self.of(source).alone(source, unit)

    def mismatch(self, source: BinaryIO) -> Refused:
        """Why the counts may differ in this form."""
        return self.of(source).mismatch(source)


def begins_as_xml(source: BinaryIO) -> bool:
    """Whether a file, or the first in a zip, begins as XML does."""
    begin = b""
    for _, stream in archive.messages(source):
        begin = stream.read(_LOOKED_AT)
        break
    source.seek(0)
    return begin.translate(None, _BEFORE_XML).startswith(b"<")
