"""SuwiML UWVDossierInkomstenGSD: one response per person, one XML or a zip of many.

The unit is the Inkomstenopgave; a response without any counts as one unit, so that it too is
accepted or set apart. Elements outside the contract are passed over: that a response breaks its
own schema there is no reason to refuse a person's income.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import IO, Any, BinaryIO, cast

from lxml import etree

from warehouse.contracts import Contract, Field, Table
from warehouse.readers import archive, markup
from warehouse.readers.base import (
    HOLDER,
    Broken,
    Chunk,
    Place,
    Reader,
    Refused,
    Sink,
    Unmendable,
)
from warehouse.readers.markup import UNREADABLE, elements, local, pattern, scan
from warehouse.readers.rows import Rows

SERVICE = "UWVDossierInkomstenGSD"
RESPONSE = "UWVPersoonsIkvInfoResponse"
CLIENT, RELATION, STATEMENT, PERIOD = (
    "ClientSuwi",
    "Inkomstenverhouding",
    "Inkomstenopgave",
    "Inkomstenperiode",
)
RESPONSES_PER_CHUNK = 4_000


class SuwimlReader(Reader):
    """Reads income responses, one message at a time."""

    def __init__(self, contract: Contract) -> None:
        super().__init__(contract)
        self._person = _Layout.of(contract.head, CLIENT)
        self._tables = {
            element: _Layout.of(contract.by_name[element.lower()], f"{CLIENT}/{RELATION}/{element}")
            for element in (PERIOD, STATEMENT)
        }

    def count(self, source: BinaryIO) -> int:
        """Inkomstenopgaven, and responses without one, counted by another XML parser."""
        return sum(_count(number, stream) for number, stream in archive.messages(source))

    def read(self, source: BinaryIO) -> Iterator[Chunk]:
        """Responses as rows; a chunk holds whole responses."""
        chunk = Rows(self.contract)
        for response in self._responses(source):
            self._add(chunk, response)
            if chunk.heads >= RESPONSES_PER_CHUNK:
                yield chunk.finish()
                chunk = Rows(self.contract)
        yield chunk.finish()

    def _responses(self, source: BinaryIO) -> Iterator[_Response]:
        unit = 0
        for number, stream in archive.messages(source):
            for element in elements(number, stream, RESPONSE):
                statements = list(element.iter(f"{{*}}{STATEMENT}"))
                yield _Response(number, element, unit + 1, statements)
                unit += max(len(statements), 1)

    def _add(self, chunk: Rows, response: _Response) -> None:
        if _child(response.element, "FWI/Fout") is not None:
            chunk.broken += [Broken(place, "antwoord_met_fout") for place in response.places()]
            chunk.records += len(response.places())
            return
        client = _child(response.element, CLIENT)
        holder = chunk.heads
        row = self._person.values(client, response.element)
        row |= _period(response)
        first = response.places()[0]
        chunk.add(self.contract.head.name, row, first)
        places = iter(response.places())
        taken = 0
        for relation in () if client is None else client.iterfind(f"{{*}}{RELATION}"):
            for element in relation:
                layout = self._tables.get(local(element))
                if layout is None:
                    continue
                place = next(places) if local(element) == STATEMENT else first
                at = Place(place.message, place.unit, element.sourceline or 0)
                values = layout.values(element, relation)
                chunk.add(layout.table.name, values, at, **{HOLDER: holder})
                taken += local(element) == STATEMENT
        # A statement elsewhere than the contract says is not read, and so must not be counted.
        chunk.records += taken if response.statements else 1

    def extract(self, source: BinaryIO, places: Sequence[Place]) -> Iterator[tuple[Place, bytes]]:
        """Each unit as a response of its own: the person, the relation, the one statement."""
        wanted = {place.unit: place for place in places}
        for response in self._responses(source):
            for index, place in enumerate(response.places()):
                if place.unit in wanted:
                    yield wanted[place.unit], response.alone(index)

    def splice(self, source: BinaryIO, mended: Mapping[Place, bytes], target: Sink) -> None:
        """Each mended statement in its own place in its own response.

        What stands around a statement belongs to others too. Where that was mended (the BSN, the
        employer), the statements that agree on it go together in a response or relation of their
        own, beside the one they came from.
        """
        units = {place.unit: (place, unit) for place, unit in mended.items()}
        touched = {place.message for place in mended}
        unit = 0

        def change(number: int, stream: IO[bytes], out: Sink) -> None:
            nonlocal unit
            if number not in touched:
                unit += _count(number, cast("IO[bytes]", markup.Copying(stream, out)))
                return
            tree = etree.parse(stream, markup.parser())
            for element in list(tree.iter(f"{{*}}{RESPONSE}")):
                statements = list(element.iter(f"{{*}}{STATEMENT}"))
                response = _Response(number, element, unit + 1, statements)
                unit += len(response.places())
                here = {
                    index: units[place.unit]
                    for index, place in enumerate(response.places())
                    if place.unit in units
                }
                if here:
                    _put_back(tree, response, here)
            out.write(etree.tostring(tree, xml_declaration=True, encoding="UTF-8"))

        try:
            archive.rewrite(source, target, change)
        except etree.XMLSyntaxError as error:
            raise Refused("xml_onleesbaar", markup.place(0, error.lineno)) from None


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
                own[pattern(item.source.removeprefix(f"{path}/"))] = item
            elif item.source.startswith(f"{parent}/" if parent else ""):
                around[pattern(item.source.removeprefix(f"{parent}/"))] = item
        return _Layout(table, own, around)

    def values(self, element: Any, parent: Any) -> dict[str, str]:
        """The text of every field; empty when its element is not there."""
        values = {item.name: _text(element, where, item) for where, item in self.own.items()}
        values |= {item.name: _text(parent, where, item) for where, item in self.around.items()}
        return values


class _Mending:
    """One response of a message, and where its mended statements go.

    Without its statements a relation is a shell, and without its relations a response is an
    envelope. A statement goes into the shell and the envelope that its mended unit shows: those it
    came from as long as nothing in them was mended.
    """

    def __init__(self, response: _Response) -> None:
        self._response = response.element
        self._own = response.statements
        self._relations = list(self._response.iter(f"{{*}}{RELATION}"))
        self._told = [r for r in self._relations if r.find(f"{{*}}{STATEMENT}") is not None]
        envelope = _without(self._response, RELATION)
        self._responses = {envelope: self._response}
        self._shells = {
            (envelope, number, _without(relation, STATEMENT)): relation
            for number, relation in enumerate(self._relations)
        }

    def put_back(self, index: int, place: Place, whole: Any) -> None:
        """Put the statement of a mended unit in the place of the ``index``-th one."""
        found = list(whole.iter(f"{{*}}{STATEMENT}"))
        relations = list(whole.iter(f"{{*}}{RELATION}"))
        if len(found) != 1 or relations != [found[0].getparent()]:
            raise Unmendable(
                place,
                f"a mended unit must hold one {STATEMENT} in one {RELATION}, as it was exported",
                "Mend the export itself, and leave out what was not mended.",
            )
        (statement,), (shell,), own = found, relations, self._own[index]
        number = self._relations.index(own.getparent())
        envelope = _without(whole, RELATION)
        key = (envelope, number, _without(shell, STATEMENT))
        if self._shells.get(key) is own.getparent():
            statement.tail = own.tail
            own.getparent().replace(own, statement)
            return
        own.getparent().remove(own)
        if key in self._shells:
            self._shells[key].append(statement)
            return
        self._shells[key] = shell
        if envelope in self._responses:
            last = list(self._responses[envelope].iter(f"{{*}}{RELATION}"))[-1]
            last.addnext(shell)
        else:
            self._responses[envelope] = whole

    def finish(self) -> list[Any]:
        """The responses that come of it: first the original, unless nothing is left of it."""
        for relation in self._told:
            if relation.find(f"{{*}}{STATEMENT}") is None:
                relation.getparent().remove(relation)
        original, *others = self._responses.values()
        if next(original.iter(f"{{*}}{STATEMENT}"), None) is not None:
            return [original, *others]
        # What else was said about the person goes with the statements.
        for silent in original.iter(f"{{*}}{RELATION}"):
            list(others[0].iter(f"{{*}}{RELATION}"))[-1].addnext(copy.deepcopy(silent))
        return others


def _without(element: Any, name: str) -> bytes:
    """What an element says without some of those in it, however it is laid out."""
    rest = copy.deepcopy(element)
    rest.tail = None
    for inner in list(rest.iter(f"{{*}}{name}")):
        inner.getparent().remove(inner)
    for inner in rest.iter():
        inner.text = (inner.text or "").strip()
        inner.tail = (inner.tail or "").strip()
    return etree.tostring(rest, method="c14n", exclusive=True)


def _mended(place: Place, unit: bytes) -> Any:
    try:
        whole = etree.fromstring(unit, markup.parser())
    except etree.XMLSyntaxError as error:
        text = f"a mended unit is no XML that can be read (its line {error.lineno})"
        raise Unmendable(place, text, "Mend the export itself.") from None
    if local(whole) != RESPONSE:
        raise Unmendable(place, f"a mended unit must be one {RESPONSE}", "Mend the export itself.")
    return whole


def _put_back(tree: Any, response: _Response, mended: Mapping[int, tuple[Place, bytes]]) -> None:
    """Put the mended units of one response, by their index in it, into its message."""
    wholes = {index: (place, _mended(place, unit)) for index, (place, unit) in mended.items()}
    if not response.statements:
        _replace(tree, response.element, [whole for _, whole in wholes.values()])
        return
    mending = _Mending(response)
    for index, (place, whole) in wholes.items():
        mending.put_back(index, place, whole)
    _replace(tree, response.element, mending.finish())


def _replace(tree: Any, old: Any, new: list[Any]) -> None:
    parent = old.getparent()
    if parent is not None:
        index = parent.index(old)
        parent[index : index + 1] = new
    elif len(new) == 1:
        tree._setroot(new[0])
    else:
        root = etree.Element("Antwoorden")
        tree._setroot(root)
        root.extend(new)


def _child(element: Any, path: str) -> Any:
    return element.find(pattern(path))


def _text(element: Any, where: str, item: Field) -> str:
    if element is None:
        return ""
    found = element.findall(where)
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


def _count(number: int, stream: IO[bytes]) -> int:
    """Count a message's units with expat; refuse other messages."""
    units, inside, responses = 0, 0, 0

    def start(namespace: str, name: str) -> None:
        nonlocal units, inside, responses
        if name == STATEMENT:
            units += 1
            inside += 1
        elif name == RESPONSE and SERVICE in namespace:
            responses += 1
            inside = 0

    def end(_namespace: str, name: str) -> None:
        nonlocal units
        if name == RESPONSE and not inside:
            units += 1

    scan(number, stream, start, end)
    if not responses:
        raise Refused("xml_ander_bericht", f"message {number}" if number else "")
    return units
