"""What readers share: the shape of what they yield, and the one way in which they refuse."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO, NamedTuple, Protocol

import pyarrow as pa
import pyarrow.compute as pc

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


class Place(NamedTuple):
    """Where a unit stands: its message (0 in a plain file), its number and its first line."""

    message: int
    unit: int
    line: int


class Unmendable(DatapakhuisError):  # noqa: N818 - a verdict, not a fault
    """A mended unit that cannot take the place of the one set apart: which one and why."""

    def __init__(self, place: Place, message: str, remedy: str = "") -> None:
        self.place = place
        super().__init__(message, remedy)


class Sink(Protocol):
    """What bytes are written to, one after another."""

    def write(self, data: bytes, /) -> object:
        """Add some bytes."""


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

    def splice(self, source: BinaryIO, mended: Mapping[Place, bytes], target: Sink) -> None:
        """Write the source to ``target``, with mended units in the places of those set apart.

        The inverse of ``extract``: what it gave, put back as it was, makes a file of the same
        units. Written again, it gives the same bytes.

        Raises:
            Unmendable: when a mended unit cannot take its place.
            DatapakhuisError: when this format has no such way.
        """
        del source, mended, target
        raise DatapakhuisError(
            f"units of {self.contract.name} cannot be offered again one by one",
            "Have them corrected at the source and deliver the corrected file again.",
        )

    def alone(self, source: BinaryIO, unit: bytes) -> bytes:
        """A file of this format that holds one unit, as ``extract`` gives it, and no other."""
        del source
        return unit

    def units(self, source: BinaryIO) -> int:
        """The number of units, as the gate will count them.

        Raises:
            Refused: when the file as a whole cannot be taken in.
        """
        expected, records, units = self.count(source), 0, 0
        for chunk in self.read(source):
            records += chunk.records
            units += len(chunk.broken) + self._counted(chunk)
        if records != expected:
            raise self.mismatch(source)
        return units

    def _counted(self, chunk: Chunk) -> int:
        """Rows of the counted tables; a person without any is a unit too."""
        units = sum(int(chunk.tables[table.name].num_rows) for table in self.contract.units)
        if self.contract.head.key:
            return units
        persons = chunk.tables[self.contract.head.name]
        holders = pc.count_distinct(chunk.tables[self.contract.counts].column(HOLDER)).as_py()
        return units + int(persons.num_rows - holders)

    def mismatch(self, source: BinaryIO) -> Refused:
        """Why the independent count may differ from what was read."""
        del source
        return Refused("telling_wijkt_af")
