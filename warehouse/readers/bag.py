"""The BAG: the extract as Kadaster ships it (zips in a zip), unpacked, or a list of addresses.

The unit of an extract is the occurrence (voorkomen) of an object, as a ``bagObject`` holds it;
its history is kept as it was given. What an extract is in is told by its content, for a file's
name says only that it is a zip, an XML or a CSV.

Three kinds of members of an extract are not opened: what is under investigation (no objects), what
was never valid (inactive, or no BAG object), and the relation of woonplaatsen to gemeenten. An
occurrence that says of itself that it was never valid is marked, wherever it stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import IO, Any, BinaryIO

from lxml import etree

from warehouse.contracts import Contract
from warehouse.readers import archive, rd
from warehouse.readers.address_list import AddressList
from warehouse.readers.archive import Limits
from warehouse.readers.base import Chunk, Place, Reader, Refused
from warehouse.readers.forms import Forms, begins_as_xml
from warehouse.readers.markup import UNREADABLE, Elements, Plan, Told, scan
from warehouse.readers.rows import Rows

OCCURRENCE = "bagObject"
#: An extract, and one of its occurrences as the quarantine gives it back.
ROOTS = frozenset({"bagStand", OCCURRENCE})
#: What lies beside the objects in an extract.
BESIDE = frozenset({"BAG-Extract-Levering", "BAG-GWR-Deelbestand-LVC"})
PASSED_OVER = re.compile("InOnderzoek|Inactief|NietBag|GEM-WPL-RELATIE", re.IGNORECASE)
#: The whole country is some 3 GB of zips that unpack to a hundred; its files hold 10,000 objects
#: each, tens of MB. Twice the one, and far more than the other.
LIMITS = Limits(
    members=100_000, size=256 << 30, of_a_member=1 << 30, nested=True, passed_over=PASSED_OVER
)
ROWS_PER_CHUNK = 20_000

OBJECTS = {
    "Nummeraanduiding": "NUM",
    "Verblijfsobject": "VBO",
    "Ligplaats": "LIG",
    "Standplaats": "STA",
    "OpenbareRuimte": "OPR",
    "Woonplaats": "WPL",
    "Pand": "PND",
}
_KINDS = Plan(OBJECTS)
#: Of these a place is read; of the others the geometry is not.
PLACED = frozenset({"VBO", "LIG", "STA"})
#: Where the rows of a child table stand.
CHILDREN = {"nevenadres": "heeftAlsNevenadres", "pand_van_object": "maaktDeelUitVan"}
#: An occurrence with one of these was never valid.
NEVER_VALID = ("tijdstipInactief", "tijdstipInactiefLV", "tijdstipNietBagLV")

_Values = dict[str, str]


class BagReader(Forms):
    """Reads an extract of the BAG, or a list of addresses."""

    def __init__(self, contract: Contract) -> None:
        super().__init__(contract)
        self._extract = _Extract(contract)
        self._list = AddressList(contract)

    def of(self, source: BinaryIO) -> Reader:
        """An extract, zipped or not, or a list."""
        source.seek(0)
        zipped = source.read(2) == b"PK"
        return self._extract if zipped or begins_as_xml(source) else self._list


class _Extract(Reader):
    """Reads occurrences out of XML."""

    def __init__(self, contract: Contract) -> None:
        super().__init__(contract)
        self._plan = _plan(contract)
        self._dates = [f.name for f in contract.head.read_fields if f.kind == "datum_oud"]

    def count(self, source: BinaryIO) -> int:
        told = Told([OCCURRENCE], with_root=True)
        found = [
            _count(number, stream, told) for number, stream in archive.messages(source, LIMITS)
        ]
        if not found:
            raise Refused("zip_leeg")
        if not sum(found):
            raise Refused("xml_ander_bericht")
        return sum(found)

    def read(self, source: BinaryIO) -> Iterator[Chunk]:
        rows = Rows(self.contract)
        for place, element in _occurrences(source):
            self._add(rows, place, element)
            if rows.heads >= ROWS_PER_CHUNK:
                yield rows.finish()
                rows = Rows(self.contract)
        yield rows.finish()

    def extract(self, source: BinaryIO, places: Sequence[Place]) -> Iterator[tuple[Place, bytes]]:
        wanted = {place.unit: place for place in places}
        for place, element in _occurrences(source):
            if not wanted:
                return
            if place.unit in wanted:
                yield wanted.pop(place.unit), etree.tostring(element, with_tail=False)

    def _add(self, rows: Rows, place: Place, element: Any) -> None:
        holder = rows.heads
        values: _Values = {}
        children: list[tuple[str, _Values]] = []
        if len(element) == 1:
            kind = _KINDS[element[0].tag] or UNREADABLE
            self._gather(element[0], self._plan, values, children, placed=kind in PLACED)
            values["objecttype"] = kind
        for name in self._dates:
            values[name] = _day(values.get(name, ""))
        if "gebruiksdoelen" in values:
            values["gebruiksdoelen"] = ",".join(sorted(values["gebruiksdoelen"].split(",")))
        rows.add(self.contract.head.name, values, place)
        for table, row in children:
            rows.add(table, row, place, holder)
        rows.records += 1

    def _gather(
        self,
        element: Any,
        plan: Plan,
        values: _Values,
        children: list[tuple[str, _Values]],
        *,
        placed: bool,
    ) -> None:
        """The fields within an element; what the plan does not know is not descended into."""
        for child in element:
            known = plan[child.tag]
            if known is None:
                continue
            if isinstance(known, Plan):
                self._gather(child, known, values, children, placed=placed)
            elif isinstance(known, tuple):
                table, name = known
                children.append((table, {name: _text(child)}))
            elif known == "geometrie":
                if placed:
                    again = "x" in values
                    values["x"], values["y"] = rd.NOWHERE if again else rd.of_gml(child)
            elif known == "niet_actief":
                values[known] = "1" if _text(child) else values.get(known, "")
            elif known in values:
                many = known == "gebruiksdoelen"
                values[known] = f"{values[known]},{_text(child)}" if many else UNREADABLE
            else:
                values[known] = _text(child)


def _plan(contract: Contract) -> Plan:
    """Where each field stands: element names, nested as they are, down to a field's name.

    A child table's field is a pair: its table and its name.
    """
    plan: dict[str, Any] = {}
    for field in contract.head.read_fields:
        if field.source == "geometrie":
            plan["geometrie"] = "geometrie"
        elif field.source:
            _put(plan, field.source, field.name)
    for table, around in CHILDREN.items():
        for field in contract.by_name[table].read_fields:
            _put(plan, f"{around}/{field.source}", (table, field.name))
    inside = plan.setdefault("Voorkomen", {})
    inside |= dict.fromkeys(NEVER_VALID, "niet_actief")
    inside["BeschikbaarLV"] = dict.fromkeys(NEVER_VALID, "niet_actief")
    plan["voorkomen"] = {"Voorkomen": inside}
    return Plan(plan)


def _put(plan: dict[str, Any], path: str, meaning: str | tuple[str, str]) -> None:
    *around, name = path.split("/")
    for step in around:
        plan = plan.setdefault(step, {})
    plan[name] = meaning


def _occurrences(source: BinaryIO) -> Iterator[tuple[Place, Any]]:
    unit, elements = 0, Elements(OCCURRENCE)
    for number, stream in archive.messages(source, LIMITS):
        for element in elements.of(number, stream):
            unit += 1
            yield Place(number, unit, element.sourceline or 0), element


def _count(number: int, stream: IO[bytes], told: Told) -> int:
    """Count a message's occurrences with expat; refuse what is no part of an extract."""
    found, root = 0, ""

    def start(_namespace: str, name: str) -> None:
        nonlocal found, root
        if not root:
            root = name
            if name not in ROOTS | BESIDE:
                raise Refused("xml_ander_bericht", f"message {number}" if number else "")
        found += name == OCCURRENCE

    scan(number, stream, told, start)
    return found


def _text(element: Any) -> str:
    return (element.text or "").strip()


def _day(text: str) -> str:
    """YYYY-MM-DD as YYYYMMDD; anything else as it is, for the rules to judge."""
    parts = text.split("-")
    return "".join(parts) if [len(part) for part in parts] == [4, 2, 2] else text
