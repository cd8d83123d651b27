"""DUO's enrolments and diplomas: CSV, or SuwiML responses of DUODossierPersoonGSD.

What a delivery is in is told by its content. One response holds both a person's enrolments and his
results; a contract takes the half that it is about. The unit is the participation in a programme,
or the result of one. An agreement without a participation is an enrolment too, and a response that
has nothing for the contract is a unit of its own: that somebody was asked is a fact.

Elements outside the contract are passed over: half of the responses break their own schema.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import IO, Any, BinaryIO, NamedTuple

from lxml import etree

from warehouse.contracts import Contract
from warehouse.readers import archive
from warehouse.readers.base import Broken, Chunk, Place, Reader, Refused
from warehouse.readers.forms import Forms, begins_as_xml
from warehouse.readers.markup import UNREADABLE, Elements, Told, gather, local, pattern, plan, scan
from warehouse.readers.rows import Rows
from warehouse.readers.table import TableReader

SERVICE = "DUODossierPersoonGSD"
RESPONSE = "DUOPersoonsInfoResponse"
CLIENT = "ClientSuwi"
AGREEMENT, PARTICIPATION = "Onderwijsovereenkomst", "DeelnameOpleidingGeregistrDuo"
RESULT = "ResultaatOpleidingGeregistrDuo"
RESPONSES_PER_CHUNK = 4_000
_COUNTED = (RESPONSE, AGREEMENT, PARTICIPATION, RESULT)

_OF_PERSON = plan(
    {
        "bsn": "Burgerservicenr",
        "indicatie_startkwalificatie": "IndStartkwalificatieDuo",
    }
)
_OF_AGREEMENT = plan(
    {
        "brin": "Brin/BrinNr",
        "datum_inschrijving": "DatInschrijvingOpleiding",
        "datum_uitschrijving": "DatUitschrijvingOpleiding",
    }
)
_OF_PARTICIPATION = plan(
    {
        "niveau_opleiding": "InhoudDeelnameOpleidingDuo/CdNiveauOpleidingDuo",
        "leerweg": "CdLeerwegMbo",
        "leerjaar": "AanduidingLeerjaar",
        "datum_aanvang_deelname": "DatBDeelnameOpleiding",
        "datum_einde_deelname": "DatEDeelnameOpleiding",
    }
)
_OF_RESULT = plan(
    {
        "brin": "Brin/BrinNr",
        "niveau_opleiding": "InhoudResultaatOpleidingDuo/CdNiveauOpleidingDuo",
        "opleiding": "InhoudResultaatOpleidingDuo/NaamOpleidingKortDuo",
        "datum_aanvang": "ResultaatExamen/DatResultaatExamen",
        "examenjaar": "ResultaatExamen/JaarAfgelegdExamen",
        "uitslag": "ResultaatExamen/CdResultaatExamen",
    }
)
_FAULT = pattern("FWI/Fout")
_NO_DATE = ("", "00000000")


class DuoReader(Forms):
    """Reads a delivery of DUO in whichever form it comes."""

    def __init__(self, contract: Contract) -> None:
        super().__init__(contract)
        self._responses = _Responses(contract)
        self._tables = TableReader(contract)

    def of(self, source: BinaryIO) -> Reader:
        """Responses in XML, or tables."""
        return self._responses if begins_as_xml(source) else self._tables


@dataclass(frozen=True)
class _Half:
    """The half of a response that a contract is about, and the tables that it becomes."""

    enrolments: bool
    table: str
    nothing: str

    @staticmethod
    def of(contract: Contract) -> _Half:
        enrolments = contract.counts == "inschrijving"
        return _Half(enrolments, contract.counts, f"antwoord_zonder_{contract.counts}")

    def anywhere(self, response: Any) -> bool:
        """Whether there is an element of a unit at all, in its place or not."""
        names = (AGREEMENT, PARTICIPATION) if self.enrolments else (RESULT,)
        return next(response.iter(*(f"{{*}}{name}" for name in names)), None) is not None

    def units(self, response: Any) -> list[Any]:
        """The elements that are a unit, in order; none when the response is one itself."""
        client = _client(response)
        if client is None:
            return []
        if not self.enrolments:
            return list(client.iterchildren(f"{{*}}{RESULT}"))
        found: list[Any] = []
        for agreement in client.iterchildren(f"{{*}}{AGREEMENT}"):
            found += list(agreement.iterchildren(f"{{*}}{PARTICIPATION}")) or [agreement]
        return found


def _client(response: Any) -> Any:
    """Who a response is about, as it says first; None when it does not."""
    return next(response.iterchildren(f"{{*}}{CLIENT}"), None)


class _Response(NamedTuple):
    """One response: its message, its first unit, the elements of its units."""

    message: int
    element: Any
    first: int
    units: list[Any]

    def places(self) -> list[Place]:
        """Where each of its units stands."""
        found = self.units or [self.element]
        return [
            Place(self.message, self.first + number, element.sourceline or 0)
            for number, element in enumerate(found)
        ]


class _Responses(Reader):
    """Reads responses, one message at a time."""

    def __init__(self, contract: Contract) -> None:
        super().__init__(contract)
        self._half = _Half.of(contract)

    def count(self, source: BinaryIO) -> int:
        told = Told(_COUNTED)
        return sum(
            _count(number, stream, told, enrolments=self._half.enrolments)
            for number, stream in archive.messages(source)
        )

    def read(self, source: BinaryIO) -> Iterator[Chunk]:
        chunk, held = Rows(self.contract), 0
        for response in self._responses(source):
            self._add(chunk, response)
            held += 1
            if held >= RESPONSES_PER_CHUNK:
                yield chunk.finish()
                chunk, held = Rows(self.contract), 0
        yield chunk.finish()

    def extract(self, source: BinaryIO, places: Sequence[Place]) -> Iterator[tuple[Place, bytes]]:
        wanted = {place.unit: place for place in places}
        for response in self._responses(source):
            for index, place in enumerate(response.places()):
                if place.unit in wanted:
                    yield wanted[place.unit], self._alone(response, index)

    def _responses(self, source: BinaryIO) -> Iterator[_Response]:
        unit, elements = 0, Elements(RESPONSE)
        for number, stream in archive.messages(source):
            for element in elements.of(number, stream):
                units = self._half.units(element)
                yield _Response(number, element, unit + 1, units)
                unit += max(len(units), 1)

    def _add(self, chunk: Rows, response: _Response) -> None:
        places = response.places()
        # What stands elsewhere than the service says is not read, and so must not be counted.
        lost = not response.units and self._half.anywhere(response.element)
        chunk.records += 0 if lost else len(places)
        if response.element.find(_FAULT) is not None:
            chunk.broken += [Broken(place, "antwoord_met_fout") for place in places]
            return
        client = _client(response.element)
        person = {} if client is None else gather(client, _OF_PERSON)
        if not response.units:
            chunk.add(self._half.nothing, person, places[0])
        rows = (_enrolments if self._half.enrolments else _results)(response.units)
        for values, place in zip(rows, places, strict=False):
            chunk.add(self._half.table, person | values, place)

    def _alone(self, response: _Response, index: int) -> bytes:
        """The response with only one of its units, and nothing of the other half."""
        element = copy.deepcopy(response.element)
        kept = self._half.units(element)[index : index + 1]
        around = {kept[0], *kept[0].iterancestors()} if kept else set()
        for name in (PARTICIPATION, AGREEMENT, RESULT):
            for found in list(element.iter(f"{{*}}{name}")):
                if found not in around:
                    found.getparent().remove(found)
        return etree.tostring(element, with_tail=False)


def _enrolments(units: Sequence[Any]) -> Iterator[dict[str, str]]:
    """Participations, each with the agreement around it; of one without any the level is open."""
    around, told = None, {}
    for element in units:
        alone = local(element) == AGREEMENT
        agreement = element if alone else element.getparent()
        if agreement is not around:
            around, told = agreement, gather(agreement, _OF_AGREEMENT)
        yield told if alone else told | gather(element, _OF_PARTICIPATION)


def _results(units: Sequence[Any]) -> Iterator[dict[str, str]]:
    """Results; one of which only the year is told, was there by the last day of that year."""
    for element in units:
        values = gather(element, _OF_RESULT)
        if values.get("datum_aanvang", "") in _NO_DATE and (year := values.get("examenjaar")):
            values["datum_aanvang"] = f"{year}1231"
        values["uitslag"] = values.get("uitslag") or UNREADABLE
        yield values


def _count(number: int, stream: IO[bytes], told: Told, *, enrolments: bool) -> int:
    """Count a message's units with expat; refuse other messages."""
    units, responses = 0, 0
    of_response, of_agreement = 0, 0

    def start(namespace: str, name: str) -> None:
        nonlocal responses, of_response, of_agreement
        if name == RESPONSE and SERVICE in namespace:
            responses += 1
            of_response = 0
        elif name == AGREEMENT:
            of_agreement = 0
        elif name == PARTICIPATION:
            of_agreement += enrolments
        elif name == RESULT:
            of_response += not enrolments

    def end(_namespace: str, name: str) -> None:
        nonlocal units, of_response
        if name == AGREEMENT and enrolments:
            of_response += max(of_agreement, 1)
        elif name == RESPONSE:
            units += max(of_response, 1)

    scan(number, stream, told, start, end)
    if not responses:
        raise Refused("xml_ander_bericht", f"message {number}" if number else "")
    return units
