"""What readers share: the shape of what they yield, and the one way in which they refuse."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO

import pyarrow as pa

from warehouse.contracts import Contract
from warehouse.errors import DatapakhuisError
from warehouse.reasons import REFUSALS

#: Columns that a reader adds to every table of a chunk.
UNIT, LINE, MESSAGE = "eenheid", "regel", "bericht"
#: On every table but the person's: the person's row in the chunk.
HOLDER = "houder"


class Refused(DatapakhuisError):  # noqa: N818 - a verdict, not a fault
    """The whole file is refused: a reason code, a place, never content."""

    def __init__(self, code: str, place: str = "") -> None:
        self.code = code
        self.place = place
        known = REFUSALS[code]
        where = f" ({place})" if place else ""
        super().__init__(f"{known.text}{where}", known.remedy)


@dataclass(frozen=True)
class Place:
    """Where a unit stands: its message (0 in a plain file), its number and its first line."""

    message: int
    unit: int
    line: int


@dataclass(frozen=True)
class Broken:
    """A unit whose structure is broken: there is nothing to check its fields on."""

    place: Place
    reason: str


@dataclass
class Chunk:
    """Whole units, as tables of text by object name.

    Every table has ``eenheid``, ``regel`` and ``bericht`` (int64) and a text column per field
    that the contract reads. All but the person's table have ``houder``: the row of the person in
    this chunk's person table. ``records`` is the number of physical records
    that the chunk holds, to be held against the independent count.
    """

    tables: dict[str, pa.Table]
    records: int
    broken: list[Broken] = field(default_factory=list)


class Reader(ABC):
    """Reads one format, as a stream of whole units."""

    def __init__(self, contract: Contract) -> None:
        self.contract = contract

    @abstractmethod
    def count(self, source: BinaryIO) -> int:
        """The number of physical records, counted by other code than ``read``.

        Raises:
            Refused: when the file cannot be a delivery of this contract.
        """

    @abstractmethod
    def read(self, source: BinaryIO) -> Iterator[Chunk]:
        """The units, in order, in chunks of bounded size; ``Refused`` when the structure breaks."""

    @abstractmethod
    def extract(self, source: BinaryIO, places: Sequence[Place]) -> Iterator[tuple[Place, bytes]]:
        """The bytes of some units, for the sealed quarantine."""

    def mismatch(self, source: BinaryIO) -> Refused:
        """Why the independent count may differ from what was read."""
        del source
        return Refused("telling_wijkt_af")
