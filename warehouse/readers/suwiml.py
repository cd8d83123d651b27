"""SuwiML, the answers of Suwinet about one person each: one XML, or a zip of many.

Three services answer about the same people. UWV tells incomes (Inkomstenopgave), the SVB tells
benefits (Uitkeringsperiode), which are read as statements of income, and the BRP only who someone
is: its birth date. The unit is the statement; a response without any counts as one unit, so that
it too is accepted or set apart. Elements outside the contract are passed over: that a response
breaks its own schema there is no reason to refuse a person's income.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import IO, Any, BinaryIO, NamedTuple, cast

from lxml import etree

from warehouse.contracts import Contract, Field
from warehouse.readers import archive, markup
from warehouse.readers.base import (
    Broken,
    Chunk,
    Place,
    Reader,
    Refused,
    Sink,
    Unmendable,
)
from warehouse.readers.markup import UNREADABLE, Elements, Plan, Told, local, pattern, scan
from warehouse.readers.rows import Rows

CLIENT = "ClientSuwi"
BSN = "bsn"
#: The tables of the contract that hold what stands in a relation.
STATEMENTS, PERIODS = "inkomstenopgave", "inkomstenperiode"
RESPONSES_PER_CHUNK = 4_000


@dataclass(frozen=True)
class Service:
    """A service of Suwinet, and what its messages call things.

    ``statement`` stands in a ``relation``, and ``period`` says what does not change there. Amounts
    of a service that is not ``signed`` are positive where they carry no sign.
    """

    name: str
    namespace: str
    response: str
    relation: str = ""
    statement: str = ""
    period: str = ""
    signed: bool = True


SERVICES = {
    service.response: service
    for service in (
        Service(
            "UWV",
            "UWVDossierInkomstenGSD",
            "UWVPersoonsIkvInfoResponse",
            "Inkomstenverhouding",
            "Inkomstenopgave",
            "Inkomstenperiode",
        ),
        Service(
            "SVB",
            "SVBDossierPersoonGSD",
            "SVBPersoonsInfoResponse",
            "Uitkeringsverhouding",
            "Uitkeringsperiode",
            signed=False,
        ),
        Service("BRP", "BRPDossierPersoonGSD", "AanvraagPersoonResponse"),
    )
}
_STATEMENTS = frozenset(service.statement for service in SERVICES.values()) - {""}
_COUNTED = frozenset({*SERVICES, *_STATEMENTS})

#: What an amount's sign puts before it; without any, only where the service is not signed.
_SIGNS = {"+": "", "-": "-", None: ""}

#: What is looked for in a response, and in an amount.
_PARTS = Plan({"FWI": "FWI", CLIENT: CLIENT})
_OF_AMOUNT = Plan({"WaardeBedr": "value", "CdPositiefNegatief": "sign"})

#: Names of elements, nested as they are; at the end a field's name and whether it is an amount.
_Meanings = dict[str, Any]
_Values = dict[str, str]


class SuwimlReader(Reader):
    """Reads the responses of Suwinet, one message at a time."""

    def __init__(self, contract: Contract) -> None:
        super().__init__(contract)
        self._layouts = {name: _Layout.of(contract, item) for name, item in SERVICES.items()}

    def count(self, source: BinaryIO) -> int:
        """Statements, and responses without one, counted by another XML parser."""
        told = Told(_COUNTED)
        return sum(_count(number, stream, told) for number, stream in archive.messages(source))

    def read(self, source: BinaryIO) -> Iterator[Chunk]:
        """Responses as rows; a chunk holds whole responses."""
        chunk = Rows(self.contract)
        for response in _responses(source):
            self._add(chunk, response)
            if chunk.heads >= RESPONSES_PER_CHUNK:
                yield chunk.finish()
                chunk = Rows(self.contract)
        yield chunk.finish()

    def _add(self, chunk: Rows, response: _Response) -> None:
        names = [_PARTS[part.tag] for part in response.element]
        if "FWI" in names and _child(response.element, "FWI/Fout") is not None:
            chunk.broken += [Broken(place, "antwoord_met_fout") for place in response.places()]
            chunk.records += len(response.places())
            return
        clients = [
            part for part, name in zip(response.element, names, strict=True) if name == CLIENT
        ]
        service = response.service
        layout = self._layouts[service.response]
        values = _person(clients, layout.person)
        first, *_ = places = response.places()
        holder, taken = chunk.heads, 0
        months = []
        rows: list[tuple[str, _Values, Place]] = []
        for relation in clients[0] if clients else ():
            plan = layout.relations[relation.tag]
            if plan is None:
                continue
            # Kept, for an element that nobody holds is made anew each time it is met.
            within = list(relation)
            around = _gather(within, plan, signed=service.signed)
            for element in within:
                found = layout.rows[element.tag]
                if found is None:
                    continue
                table, plan = found
                row = around | _gather(element, plan, signed=service.signed)
                if table == STATEMENTS:
                    at, taken = places[taken], taken + 1
                    months += [_month(row.get("datum_aanvang", ""))]
                    months += [_month(row.get("datum_einde", ""))]
                else:
                    at = Place(first.message, first.unit, element.sourceline or 0)
                rows.append((table, row, at))
        values |= _period(response, [month for month in months if month])
        chunk.add(self.contract.head.name, values | {"dienst": service.name}, first)
        for table, row, at in rows:
            chunk.add(table, row, at, holder)
        # A statement elsewhere than the contract says is not read, and so must not be counted.
        chunk.records += taken if response.statements else 1

    def extract(self, source: BinaryIO, places: Sequence[Place]) -> Iterator[tuple[Place, bytes]]:
        """Each unit as a response of its own: the person, the relation, the one statement."""
        wanted = {place.unit: place for place in places}
        for response in _responses(source):
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
        unit, told = 0, Told(_COUNTED)

        def change(number: int, stream: IO[bytes], out: Sink) -> None:
            nonlocal unit
            if number not in touched:
                unit += _count(number, cast("IO[bytes]", markup.Copying(stream, out)), told)
                return
            tree = etree.parse(stream, markup.parser())
            for element in list(tree.iter(*(f"{{*}}{name}" for name in SERVICES))):
                response = _Response.of(number, element, unit + 1)
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


class _Response(NamedTuple):
    """One response: its message, its first unit, its statements."""

    message: int
    element: Any
    first: int
    service: Service
    statements: list[Any]

    @staticmethod
    def of(message: int, element: Any, first: int) -> _Response:
        service = SERVICES[local(element)]
        found = list(element.iter(f"{{*}}{service.statement}")) if service.statement else []
        return _Response(message, element, first, service, found)

    def places(self) -> list[Place]:
        """Where each of its units stands."""
        elements = self.statements or [self.element]
        lines = [element.sourceline or 0 for element in elements]
        return [Place(self.message, self.first + i, line) for i, line in enumerate(lines)]

    def alone(self, index: int) -> bytes:
        """The response with only one of its statements."""
        element = copy.deepcopy(self.element)
        if not self.statements:
            return etree.tostring(element)
        name = f"{{*}}{self.service.statement}"
        for position, statement in enumerate(list(element.iter(name))):
            if position != index:
                statement.getparent().remove(statement)
        for relation in list(element.iter(f"{{*}}{self.service.relation}")):
            if relation.find(name) is None:
                relation.getparent().remove(relation)
        return etree.tostring(element)


@dataclass(frozen=True)
class _Layout:
    """Where the fields of each table stand in a service's response.

    ``person`` is seen from the client, and so are the ``relations``, each with the plan of what
    it says itself; ``rows`` from the relation: what becomes a row, with its table and its plan.
    """

    person: Plan
    relations: Plan
    rows: Plan

    @staticmethod
    def of(contract: Contract, service: Service) -> _Layout:
        person: _Meanings = {}
        for item in contract.head.read_fields:
            _put(person, _paths(item, f"{CLIENT}/"), item)
        relation: _Meanings = {}
        rows: _Meanings = {}
        for element, table in ((service.statement, STATEMENTS), (service.period, PERIODS)):
            if not element:
                continue
            row: _Meanings = {}
            around = f"{CLIENT}/{service.relation}/"
            for item in contract.by_name[table].read_fields:
                own = _paths(item, f"{around}{element}/")
                _put(row, own, item)
                if not own:
                    _put(relation, _paths(item, around), item)
            rows[element] = table, Plan(row)
        relations = {service.relation: relation} if service.relation else {}
        return _Layout(Plan(person), Plan(relations), Plan(rows))


def _paths(item: Field, under: str) -> list[str]:
    """The places of a field under an element; a contract may name one for each service."""
    paths = [path.strip() for path in item.source.split("|")]
    return [path.removeprefix(under) for path in paths if path and path.startswith(under)]


def _put(plan: _Meanings, paths: Sequence[str], item: Field) -> None:
    for path in paths:
        *around, name = path.split("/")
        inner = plan
        for step in around:
            inner = inner.setdefault(step, {})
        inner[name] = item.name, item.kind == "bedrag_cent"


def _person(clients: Sequence[Any], plan: Plan) -> _Values:
    """Who a response is about; of one that says it twice, both must say the same."""
    first, *others = [_gather(client, plan, signed=True) for client in clients] or [{}]
    return first if all(other == first for other in others) else {BSN: UNREADABLE}


def _gather(within: Iterable[Any], plan: Plan, *, signed: bool) -> _Values:
    """The text of every field within an element; what the plan does not know is passed by."""
    values: _Values = {}
    waiting = [(within, plan)]
    while waiting:
        around, known = waiting.pop()
        for child in around:
            meaning = known[child.tag]
            if meaning is None:
                continue
            if isinstance(meaning, Plan):
                waiting.append((child, meaning))
                continue
            name, is_amount = meaning
            if name in values:
                values[name] = UNREADABLE
            elif is_amount:
                values[name] = _cents(child, signed=signed)
            else:
                values[name] = (child.text or "").strip()
    return values


def _cents(amount: Any, *, signed: bool) -> str:
    """An amount with its sign; one without a readable sign is no amount."""
    value, mark = "", None
    for part in amount:
        meaning = _OF_AMOUNT[part.tag]
        if meaning == "value":
            value = value or (part.text or "").strip()
        elif meaning == "sign" and mark is None:
            mark = (part.text or "").strip()
    if not value:
        return ""
    sign = _SIGNS.get("" if mark is None and signed else mark)
    return UNREADABLE if sign is None or value.startswith("-") else sign + value


def _responses(source: BinaryIO) -> Iterator[_Response]:
    unit, elements = 0, Elements(*SERVICES)
    for number, stream in archive.messages(source):
        for element in elements.of(number, stream):
            response = _Response.of(number, element, unit + 1)
            yield response
            unit += max(len(response.statements), 1)


class _Mending:
    """One response of a message, and where its mended statements go.

    Without its statements a relation is a shell, and without its relations a response is an
    envelope. A statement goes into the shell and the envelope that its mended unit shows: those it
    came from as long as nothing in them was mended.
    """

    def __init__(self, response: _Response) -> None:
        self._response = response.element
        self._relation, self._statement = response.service.relation, response.service.statement
        self._own = response.statements
        self._relations = list(self._response.iter(f"{{*}}{self._relation}"))
        self._told = [r for r in self._relations if r.find(f"{{*}}{self._statement}") is not None]
        envelope = _without(self._response, self._relation)
        self._responses = {envelope: self._response}
        self._shells = {
            (envelope, number, _without(relation, self._statement)): relation
            for number, relation in enumerate(self._relations)
        }

    def put_back(self, index: int, place: Place, whole: Any) -> None:
        """Put the statement of a mended unit in the place of the ``index``-th one."""
        found = list(whole.iter(f"{{*}}{self._statement}"))
        relations = list(whole.iter(f"{{*}}{self._relation}"))
        if len(found) != 1 or relations != [found[0].getparent()]:
            raise Unmendable(
                place,
                f"a mended unit must hold one {self._statement} in one {self._relation},"
                " as it was exported",
                "Mend the export itself, and leave out what was not mended.",
            )
        (statement,), (shell,), own = found, relations, self._own[index]
        number = self._relations.index(own.getparent())
        envelope = _without(whole, self._relation)
        key = (envelope, number, _without(shell, self._statement))
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
            last = list(self._responses[envelope].iter(f"{{*}}{self._relation}"))[-1]
            last.addnext(shell)
        else:
            self._responses[envelope] = whole

    def finish(self) -> list[Any]:
        """The responses that come of it: first the original, unless nothing is left of it."""
        for relation in self._told:
            if relation.find(f"{{*}}{self._statement}") is None:
                relation.getparent().remove(relation)
        original, *others = self._responses.values()
        if next(original.iter(f"{{*}}{self._statement}"), None) is not None:
            return [original, *others]
        # What else was said about the person goes with the statements.
        for silent in original.iter(f"{{*}}{self._relation}"):
            list(others[0].iter(f"{{*}}{self._relation}"))[-1].addnext(copy.deepcopy(silent))
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


def _mended(place: Place, unit: bytes, kind: str) -> Any:
    try:
        whole = etree.fromstring(unit, markup.parser())
    except etree.XMLSyntaxError as error:
        text = f"a mended unit is no XML that can be read (its line {error.lineno})"
        raise Unmendable(place, text, "Mend the export itself.") from None
    if local(whole) != kind:
        raise Unmendable(place, f"a mended unit must be one {kind}", "Mend the export itself.")
    return whole


def _put_back(tree: Any, response: _Response, mended: Mapping[int, tuple[Place, bytes]]) -> None:
    """Put the mended units of one response, by their index in it, into its message."""
    kind = response.service.response
    wholes = {i: (place, _mended(place, unit, kind)) for i, (place, unit) in mended.items()}
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


def _period(response: _Response, months: list[str]) -> _Values:
    """The months a response covers: from its first to its last statement.

    Without a statement it covers the period it says it answers for; what it says beyond that is
    left open (empty): the delivery's own month.
    """
    if not response.statements:
        answered = _child(response.element, "PeriodeGegevensleveringIko")
        if answered is not None:
            begin, end = (
                _month((answered.findtext(f"{{*}}Dat{x}Periode") or "").strip()) for x in "BE"
            )
            months = [begin, end] if begin and end and begin <= end else []
    return {
        "periode_van": min(months, default=""),
        "periode_tot": max(months, default=""),
        "aantal_opgaven": str(len(response.statements)),
    }


@lru_cache(maxsize=10_000)
def _month(digits: str) -> str:
    """The month of a date YYYYMMDD; nothing when it is none."""
    try:
        day = date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return ""
    return f"{day:%Y-%m}" if 1900 <= day.year < 2200 and len(digits) == 8 else ""


def _count(number: int, stream: IO[bytes], told: Told) -> int:
    """Count a message's units with expat; refuse other messages."""
    units, inside, responses = 0, 0, 0

    def start(namespace: str, name: str) -> None:
        nonlocal units, inside, responses
        if name in _STATEMENTS:
            units += 1
            inside += 1
        elif SERVICES[name].namespace in namespace:
            responses += 1
            inside = 0

    def end(_namespace: str, name: str) -> None:
        nonlocal units
        if name in SERVICES and not inside:
            units += 1

    scan(number, stream, told, start, end)
    if not responses:
        raise Refused("xml_ander_bericht", f"message {number}" if number else "")
    return units
