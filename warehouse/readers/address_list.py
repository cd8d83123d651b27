"""A list of addresses with their places, as CSV: for who has no extract of the BAG.

A row is an address and its place in one. Which columns a list may have is stated here; a column
that is not known refuses the list, for a house letter under another name would be lost in silence.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from typing import BinaryIO

from warehouse.readers import lines, rd
from warehouse.readers.base import Broken, Chunk, Place, Reader, Refused
from warehouse.readers.rows import Rows

NEEDED = ("postcode", "huisnummer")
PLACES = (("x", "y"), ("lon", "lat"))
OPTIONAL = (
    "adresseerbaar_object",
    "nummeraanduiding",
    "huisletter",
    "huisnummertoevoeging",
    "begin_geldigheid",
    "eind_geldigheid",
    "gebruiksdoelen",
    "oppervlakte",
    "bouwjaar",
)
KNOWN = frozenset({*NEEDED, *OPTIONAL, *(name for pair in PLACES for name in pair)})
#: What goes into a field of the same name as it stands.
_AS_GIVEN = (
    *("huisnummer", "huisletter", "huisnummertoevoeging"),
    *("gebruiksdoelen", "oppervlakte", "bouwjaar"),
)
ROWS_PER_CHUNK = 20_000

_Address = dict[str, str]


class AddressList(Reader):
    """Reads a list; the unit is the line."""

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

    def read(self, source: BinaryIO) -> Iterator[Chunk]:
        """Addresses, each with its place in metres."""
        names, delimiter = self._header(source)
        chunk: list[tuple[int, _Address]] = []
        broken: list[Broken] = []
        for number, row in self._rows(source, delimiter):
            if len(row) == len(names):
                address = dict(zip(names, (text.strip() for text in row), strict=True))
                chunk.append((number, address))
            elif number == self._lines.number and not self._lines.finished:
                raise Refused("afgekapt", f"line {number}")
            else:
                reason = "aantal_velden" if row else "lege_regel"
                broken.append(Broken(Place(0, number, number), reason))
            if len(chunk) + len(broken) >= ROWS_PER_CHUNK:
                yield self._chunk(chunk, broken)
                chunk, broken = [], []
        yield self._chunk(chunk, broken)

    def extract(self, source: BinaryIO, places: Sequence[Place]) -> Iterator[tuple[Place, bytes]]:
        """The lines themselves."""
        wanted = {place.line: place for place in places}
        source.seek(0)
        for number, line in enumerate(source, 1):
            if number in wanted:
                yield wanted[number], line

    def _header(self, source: BinaryIO) -> tuple[list[str], str]:
        """The name of each column, and what stands between them; the source is left below it.

        A name that is not known may be data (a list without a header): it is told by its position
        and never echoed.
        """
        given, delimiter = lines.header(source, ";,")
        names = [name.strip().lower() for name in given]
        for position, name in enumerate(names, 1):
            if name in KNOWN and name in names[: position - 1]:
                raise Refused("kolom_dubbel", f"column {position}: {name}")
        present = set(names)
        halves = [pair for pair in PLACES if not present.isdisjoint(pair)]
        needed = [*NEEDED, *(name for pair in halves for name in pair)]
        missing = [name for name in needed if name not in present]
        if not halves:
            missing.append("x and y, or lon and lat")
        if missing:
            raise Refused("kolom_ontbreekt", f"{len(missing)} missing: {', '.join(missing)}")
        unknown = [str(position) for position, name in enumerate(names, 1) if name not in KNOWN]
        if unknown:
            raise Refused("kolom_onbekend", f"column {', '.join(unknown[:5])}")
        return names, delimiter

    def _rows(self, source: BinaryIO, delimiter: str) -> Iterator[tuple[int, list[str]]]:
        """The rows with their line; a row that goes on on a next line was never closed."""
        reader = csv.reader((line.decode() for line in source), delimiter=delimiter)
        number = 1
        try:
            for row in reader:
                number += 1
                if reader.line_num + 1 != number:
                    raise self.mismatch(source)
                yield number, row
        except csv.Error:
            raise self.mismatch(source) from None

    def _chunk(self, addresses: Sequence[tuple[int, _Address]], broken: list[Broken]) -> Chunk:
        rows = Rows(self.contract)
        rows.broken, rows.records = broken, len(addresses) + len(broken)
        places = _places([address for _, address in addresses])
        for (number, address), (x, y) in zip(addresses, places, strict=True):
            values = _values(address) | {"x": x, "y": y}
            rows.add(self.contract.head.name, values, Place(0, number, number))
        return rows.finish()


def _values(address: _Address) -> dict[str, str]:
    postcode = address["postcode"].replace(" ", "").upper()
    object_id = address.get("adresseerbaar_object", "")
    number_id = address.get("nummeraanduiding", "")
    return {
        "objecttype": "ADR",
        "identificatie": object_id or number_id or _written(postcode, address),
        "voorkomen": "1",
        "hoofdadres": number_id,
        "postcode": postcode,
        "begin_geldigheid": address.get("begin_geldigheid", "").replace("-", ""),
        "eind_geldigheid": address.get("eind_geldigheid", "").replace("-", ""),
    } | {name: address.get(name, "") for name in _AS_GIVEN}


def _written(postcode: str, address: _Address) -> str:
    """The address itself: 1521NE 61A-2; nothing when it is none."""
    if not postcode or not address["huisnummer"]:
        return ""
    addition = address.get("huisnummertoevoeging", "")
    number = address["huisnummer"] + address.get("huisletter", "")
    return f"{postcode} {number}-{addition}" if addition else f"{postcode} {number}"


def _places(addresses: Sequence[_Address]) -> list[rd.Place]:
    """The place of each address: in metres where it is given so, else from degrees."""
    x, y, lon, lat = (
        [address.get(name, "").replace(",", ".") for address in addresses]
        for pair in PLACES
        for name in pair
    )
    converted = rd.from_degrees(lon, lat) if any(lon) or any(lat) else [("", "")] * len(addresses)
    return [
        rd.checked(east, north) if east or north else other
        for east, north, other in zip(x, y, converted, strict=True)
    ]
