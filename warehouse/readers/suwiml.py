"""SuwiML UWVDossierInkomstenGSD: one response per person, one XML or a zip of many.

The unit is the Inkomstenopgave; a response without any counts as one unit, so that it too is
accepted or set apart. Elements outside the contract are passed over: that a response breaks its
own schema there is no reason to refuse a person's income.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import IO, Any, BinaryIO
from xml.parsers import expat

import pyarrow as pa
from lxml import etree

from warehouse.contracts import Contract, Field, Table
from warehouse.readers import archive
from warehouse.readers.base import (
    HOLDER,
    LINE,
    MESSAGE,
    UNIT,
    Broken,
    Chunk,
    Place,
    Reader,
    Refused,
)

SERVICE = "UWVDossierInkomstenGSD"
RESPONSE = "UWVPersoonsIkvInfoResponse"
CLIENT, RELATION, STATEMENT, PERIOD = (
    "ClientSuwi",
    "Inkomstenverhouding",
    "Inkomstenopgave",
    "Inkomstenperiode",
)
RESPONSES_PER_CHUNK = 4_000
#: What stands in a field that cannot be read; no rule of a contract lets it pass.
UNREADABLE = "?"


class SuwimlReader(Reader):
    """Reads income responses, one message at a time."""

    def __init__(self, contract: Contract) -> None:
        super().__init__(contract)
        self._person = _Layout.of(contract.person, CLIENT)
        self._tables = {
            element: _Layout.of(contract.by_name[element.lower()], f"{CLIENT}/{RELATION}/{element}")
            for element in (PERIOD, STATEMENT)
        }

    def count(self, source: BinaryIO) -> int:
        """Inkomstenopgaven, and responses without one, counted by another XML parser."""
        return sum(_count(number, stream) for number, stream in archive.messages(source))

    def read(self, source: BinaryIO) -> Iterator[Chunk]:
        """Responses as rows; a chunk holds whole responses."""
        chunk = _Rows(self.contract)
        for response in self._responses(source):
            self._add(chunk, response)
            if chunk.responses >= RESPONSES_PER_CHUNK:
                yield chunk.finish()
                chunk = _Rows(self.contract)
        yield chunk.finish()

    def _responses(self, source: BinaryIO) -> Iterator[_Response]:
        unit = 0
        for number, stream in archive.messages(source):
            for element in _parse(number, stream):
                statements = list(element.iter(f"{{*}}{STATEMENT}"))
                yield _Response(number, element, unit + 1, statements)
                unit += max(len(statements), 1)
                element.clear()

    def _add(self, chunk: _Rows, response: _Response) -> None:
        if _child(response.element, "FWI/Fout") is not None:
            chunk.broken += [Broken(place, "antwoord_met_fout") for place in response.places()]
            chunk.records += len(response.places())
            return
        client = _child(response.element, CLIENT)
        holder = chunk.responses
        row = self._person.values(client, response.element)
        row |= _period(response)
        first = response.places()[0]
        chunk.add(self.contract.person.name, row, first)
        places = iter(response.places())
        taken = 0
        for relation in () if client is None else client.iterfind(f"{{*}}{RELATION}"):
            for element in relation:
                layout = self._tables.get(_local(element))
                if layout is None:
                    continue
                place = next(places) if _local(element) == STATEMENT else first
                at = Place(place.message, place.unit, element.sourceline or 0)
                values = layout.values(element, relation)
                chunk.add(layout.table.name, values, at, **{HOLDER: holder})
                taken += _local(element) == STATEMENT
        # A statement elsewhere than the contract says is not read, and so must not be counted.
        chunk.records += taken if response.statements else 1

    def extract(self, source: BinaryIO, places: Sequence[Place]) -> Iterator[tuple[Place, bytes]]:
        """Each unit as a response of its own: the person, the relation, the one statement."""
        wanted = {place.unit: place for place in places}
        for response in self._responses(source):
            for index, place in enumerate(response.places()):
                if place.unit in wanted:
                    yield wanted[place.unit], response.alone(index)


@dataclass(frozen=True)
class _Response:
    """One response: its message, its first unit, its statements."""

    message: int
    element: Any
    first: int
    statements: list[Any]

    def places(self) -> list[Place]:
        """Where each of its units stands."""
        elements = self.statements or [self.element]
        lines = [element.sourceline or 0 for element in elements]
        return [Place(self.message, self.first + i, line) for i, line in enumerate(lines)]

    def alone(self, index: int) -> bytes:
        """The response with only one of its statements."""
        element = copy.deepcopy(self.element)
        for position, statement in enumerate(list(element.iter(f"{{*}}{STATEMENT}"))):
            if position != index:
                statement.getparent().remove(statement)
        for relation in list(element.iter(f"{{*}}{RELATION}")):
            if self.statements and relation.find(f"{{*}}{STATEMENT}") is None:
                relation.getparent().remove(relation)
        return etree.tostring(element)


@dataclass(frozen=True)
class _Layout:
    """Where the fields of a table stand: in the element itself, or in the one around it."""

    table: Table
    own: dict[str, Field]
    around: dict[str, Field]

    @staticmethod
    def of(table: Table, path: str) -> _Layout:
        own, around = {}, {}
        parent = path.rpartition("/")[0]
        for item in table.read_fields:
            if not item.source:
                continue
            if item.source.startswith(f"{path}/"):
                own[_pattern(item.source.removeprefix(f"{path}/"))] = item
            elif item.source.startswith(f"{parent}/" if parent else ""):
                around[_pattern(item.source.removeprefix(f"{parent}/"))] = item
        return _Layout(table, own, around)

    def values(self, element: Any, parent: Any) -> dict[str, str]:
        """The text of every field; empty when its element is not there."""
        values = {item.name: _text(element, pattern, item) for pattern, item in self.own.items()}
        values |= {item.name: _text(parent, pattern, item) for pattern, item in self.around.items()}
        return values


@dataclass
class _Rows:
    """The rows of a chunk while they are gathered."""

    contract: Contract
    responses: int = 0
    records: int = 0
    broken: list[Broken] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._columns: dict[str, dict[str, list[Any]]] = {}
        for table in self.contract.raw_tables:
            own = [] if table is self.contract.person else [HOLDER]
            names = [UNIT, LINE, MESSAGE, *own, *(f.name for f in table.read_fields)]
            self._columns[table.name] = {name: [] for name in names}

    def add(self, table: str, values: dict[str, str], place: Place, **numbers: int) -> None:
        """One row of one table."""
        row = {UNIT: place.unit, LINE: place.line, MESSAGE: place.message, **numbers}
        for name, column in self._columns[table].items():
            column.append(row[name] if name in row else values.get(name, ""))
        if table == self.contract.person.name:
            self.responses += 1

    def finish(self) -> Chunk:
        """The chunk."""
        numbers = (UNIT, LINE, MESSAGE, HOLDER)
        tables = {
            name: pa.table(
                {
                    column: pa.array(values, pa.int64() if column in numbers else pa.string())
                    for column, values in columns.items()
                }
            )
            for name, columns in self._columns.items()
        }
        return Chunk(tables, self.records, self.broken)


def _local(element: Any) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _pattern(path: str) -> str:
    """A path of element names, of whatever namespace."""
    return "/".join(f"{{*}}{name}" for name in path.split("/"))


def _child(element: Any, path: str) -> Any:
    return element.find(_pattern(path))


def _text(element: Any, pattern: str, item: Field) -> str:
    if element is None:
        return ""
    found = element.findall(pattern)
    if not found:
        return ""
    if len(found) > 1:
        return UNREADABLE
    if item.kind == "bedrag_cent":
        return _cents(found[0])
    return (found[0].text or "").strip()


def _cents(amount: Any) -> str:
    """An amount with its sign; an amount without a readable sign is no amount."""
    value = (amount.findtext("{*}WaardeBedr") or "").strip()
    if not value:
        return ""
    sign = {"+": "", "-": "-"}.get((amount.findtext("{*}CdPositiefNegatief") or "").strip())
    return UNREADABLE if sign is None or value.startswith("-") else sign + value


def _period(response: _Response) -> dict[str, str]:
    """The months a response covers: from its first to its last statement.

    Without a statement it covers the period it says it answers for; what it says beyond that is
    left open (empty): the delivery's own month.
    """
    months = [
        month
        for statement in response.statements
        for name in ("DatBIko", "DatEIko")
        if (month := _month(statement.findtext(f"{{*}}{name}")))
    ]
    if not response.statements:
        answered = _child(response.element, "PeriodeGegevensleveringIko")
        if answered is not None:
            begin, end = (_month(answered.findtext(f"{{*}}Dat{x}Periode")) for x in "BE")
            months = [begin, end] if begin and end and begin <= end else []
    return {
        "periode_van": min(months, default=""),
        "periode_tot": max(months, default=""),
        "aantal_opgaven": str(len(response.statements)),
    }


def _month(text: str | None) -> str:
    digits = (text or "").strip()
    try:
        day = date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return ""
    return f"{day:%Y-%m}" if 1900 <= day.year < 2200 and len(digits) == 8 else ""


def _parse(number: int, stream: IO[bytes]) -> Iterator[Any]:
    try:
        events = etree.iterparse(
            stream,
            events=("end",),
            tag=f"{{*}}{RESPONSE}",
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            huge_tree=False,
            remove_comments=True,
            remove_pis=True,
        )
        for _, element in events:
            yield element
    except etree.XMLSyntaxError as error:
        raise Refused("xml_onleesbaar", _place(number, error.lineno)) from None


def _place(number: int, line: int | None) -> str:
    return f"message {number}, line {line}" if number else f"line {line}"


def _count(number: int, stream: IO[bytes]) -> int:
    """Count a message's units with expat; refuse document types, entities and other messages."""
    parser = expat.ParserCreate(namespace_separator=" ")
    units, inside, responses = 0, 0, 0

    def start(name: str, _attributes: object) -> None:
        nonlocal units, inside, responses
        namespace, _, local = name.rpartition(" ")
        if local == STATEMENT:
            units += 1
            inside += 1
        elif local == RESPONSE and SERVICE in namespace:
            responses += 1
            inside = 0

    def end(name: str) -> None:
        nonlocal units
        if name.rpartition(" ")[2] == RESPONSE and not inside:
            units += 1

    def doctype(*_: object) -> None:
        raise Refused("xml_dtd", _place(number, parser.CurrentLineNumber))

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.StartDoctypeDeclHandler = doctype
    parser.EntityDeclHandler = doctype
    try:
        while block := stream.read(1 << 20):
            parser.Parse(block, False)
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise Refused("xml_onleesbaar", _place(number, error.lineno)) from None
    if not responses:
        raise Refused("xml_ander_bericht", f"message {number}" if number else "")
    return units
