"""Bijstand: the CBS BUS as XML or as CSV, and what Suwinet answers on Bijstandsregelingen.

The unit is a right: a person with an uitkering. Of what form a file is shows in its first bytes and
in the names of its elements. The XML of BUS has no public names for its elements: they are the
names that the regulation gives the attributes, of which only letters and digits count, and an
attribute may be called without its "incl. vt".

What a SuwiML answer says of rights is a Uitkeringsverhouding, and a payment of bijzondere bijstand,
which is a right on that day. Its amounts hold for periods of other lengths than a month, and a
decision on an application does not say for how long: neither is read.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import IO, Any, BinaryIO, NamedTuple, cast

from lxml import etree

from warehouse.contracts import Contract
from warehouse.readers import archive, markup
from warehouse.readers.base import Broken, Chunk, Place, Reader, Refused, Sink, Unmendable
from warehouse.readers.forms import Forms, begins_as_xml
from warehouse.readers.markup import UNREADABLE, Elements, Told, local, pattern, scan
from warehouse.readers.rows import Rows
from warehouse.readers.table import TableReader
from warehouse.readers.values import DATES, compact_date

ROWS_PER_CHUNK = 20_000
DELIVERY, BENEFIT, PERSON = "levering", "uitkering", "persoon"
SERVICE = "Bijstandsregelingen"
RESPONSE, CLIENT = "BijstandsregelingenInfoResponse", "ClientSuwi"
RELATION, PAYMENT = "Uitkeringsverhouding", "SpecifiekeGegevensBijzBijstand"
#: The element that holds a person's partner in a right.
PARTNERS = {RELATION: "PartnerUitkeringsverhouding", PAYMENT: "PartnerBijzBijstand"}
#: How Suwinet calls a law, and the statistiekcode under which BUS counts it. Algemene bijstand
#: kept the code of the law it once stood in; what CBS counts as one is paid once.
LAWS = {
    "ABW": "01",
    "WWB": "01",
    "PW": "01",
    "IOAW": "02",
    "IOAZ": "03",
    "BB": "12",
    "BBZ": "14",
}
PAID_ONCE = "12"

#: The element that tells why an answer holds nothing.
FAULT = "Fout"


def _in_letters(name: str) -> frozenset[str]:
    """A name in the letters in which registers may write it."""
    return frozenset({name, name.title(), name.upper()})


_BENEFITS, _PERSONS = _in_letters(BENEFIT), _in_letters(PERSON)
_COUNTED = frozenset({RESPONSE, FAULT}) | _BENEFITS | _PERSONS | _in_letters(DELIVERY) | {*PARTNERS}
#: A date without dashes is no longer than this.
_LENGTH_OF_DATE = 8
#: What holds units, and what must be left out to see what else it says.
_CONTAINERS = (*sorted(_BENEFITS), RESPONSE)
_INNER = frozenset({BENEFIT, PERSON, RELATION.lower(), PAYMENT.lower()})

_Values = dict[str, str]


class BusReader(Forms):
    """Reads BUS in any of its forms."""

    def __init__(self, contract: Contract) -> None:
        super().__init__(contract)
        self._messages = _Messages(contract)
        self._table = TableReader(contract)

    def of(self, source: BinaryIO) -> Reader:
        """Messages in XML, or a table."""
        return self._messages if begins_as_xml(source) else self._table


class _Unit(NamedTuple):
    """A right where it stands: its element, those around it from the outside in, and its values.

    ``broken`` is the reason why no right is in it.
    """

    place: Place
    around: tuple[Any, ...]
    element: Any
    values: _Values
    broken: str = ""


@dataclass(frozen=True)
class _Delivery:
    """The levering around an uitkering, without its uitkeringen, and what it says itself."""

    element: Any = None
    values: _Values = field(default_factory=dict)


class _Names(dict[Any, str | None]):
    """The field that an element is by its tag, if it is one; a person is ``PERSON``."""

    def __init__(self, known: Mapping[str, str]) -> None:
        super().__init__()
        self._known = known

    def __missing__(self, tag: Any) -> str | None:
        name = tag.rpartition("}")[2] if isinstance(tag, str) else ""
        self[tag] = PERSON if name in _PERSONS else self._known.get(_attribute(name))
        return self[tag]


class _Messages(Reader):
    """Reads rights out of XML, one message at a time."""

    def __init__(self, contract: Contract) -> None:
        super().__init__(contract)
        fields = [field for field in contract.head.read_fields if field.source]
        self._names = _Names({_attribute(field.source): field.name for field in fields})
        self._dates = [field.name for field in fields if field.kind in DATES]

    def count(self, source: BinaryIO) -> int:
        told = Told(_COUNTED)
        return sum(_count(number, stream, told) for number, stream in archive.messages(source))

    def read(self, source: BinaryIO) -> Iterator[Chunk]:
        rows = Rows(self.contract)
        for unit in self._units(source):
            rows.records += 1
            if unit.broken:
                rows.broken.append(Broken(unit.place, unit.broken))
            else:
                rows.add(self.contract.head.name, unit.values, unit.place)
            if rows.records >= ROWS_PER_CHUNK:
                yield rows.finish()
                rows = Rows(self.contract)
        yield rows.finish()

    def extract(self, source: BinaryIO, places: Sequence[Place]) -> Iterator[tuple[Place, bytes]]:
        wanted = {place.unit: place for place in places}
        for unit in self._units(source):
            if unit.place.unit in wanted:
                yield wanted[unit.place.unit], _alone(unit)

    def splice(self, source: BinaryIO, mended: Mapping[Place, bytes], target: Sink) -> None:
        """Each mended right in its own place in its own message.

        What stands around a right belongs to others too. Where that was mended, the right goes with
        it beside what it came from.
        """
        units = {place.unit: (place, unit) for place, unit in mended.items()}
        touched = {place.message for place in mended}
        before, told = 0, Told(_COUNTED)

        def change(number: int, stream: IO[bytes], out: Sink) -> None:
            nonlocal before
            if number not in touched:
                before += _count(number, cast("IO[bytes]", markup.Copying(stream, out)), told)
                return
            tree = etree.parse(stream, markup.parser())
            found = self._found(tree)
            for index, unit in enumerate(found, before + 1):
                if index in units:
                    self._put_back(tree, unit, *units[index])
            before += len(found)
            out.write(etree.tostring(tree, xml_declaration=True, encoding="UTF-8"))

        try:
            archive.rewrite(source, target, change)
        except etree.XMLSyntaxError as error:
            raise Refused("xml_onleesbaar", markup.place(0, error.lineno)) from None

    def _units(self, source: BinaryIO) -> Iterator[_Unit]:
        """The units in order; what is said of a delivery is remembered when it has passed by."""
        passed, elements = 0, Elements(*_CONTAINERS)
        for number, stream in archive.messages(source):
            parent: Any = None
            delivery = _Delivery()
            for container in elements.of(number, stream):
                if container.getparent() is not parent:
                    parent = container.getparent()
                    delivery = self._delivery(_shell(parent))
                for unit in self._within(container, delivery, number, passed):
                    passed += 1
                    yield unit

    def _found(self, tree: Any) -> list[_Unit]:
        """The units of a message as a whole."""
        containers = list(tree.iter(*(f"{{*}}{name}" for name in _CONTAINERS)))
        return [
            unit
            for each in containers
            for unit in self._within(each, self._delivery(each.getparent()), 0, 0)
        ]

    def _delivery(self, element: Any) -> _Delivery:
        if element is None or _plain(local(element)) != DELIVERY:
            return _Delivery()
        return _Delivery(element, self._own(element))

    def _within(
        self, container: Any, delivery: _Delivery, number: int, passed: int
    ) -> Iterator[_Unit]:
        """The units of an element that holds them: an uitkering, or a whole answer."""
        if container.tag.endswith(RESPONSE):
            yield from _answer(container, number, passed)
        elif delivery.element is not None:
            outer = (delivery.element, container)
            persons: list[Any] = []
            around = delivery.values | self._own(container, persons)
            if not persons:
                place = Place(number, passed + 1, container.sourceline or 0)
                yield _Unit(place, outer[:1], container, {}, "uitkering_zonder_persoon")
            for person in persons:
                passed += 1
                values = around | self._own(person)
                for name in self._dates:
                    value = values.get(name)
                    if value and len(value) > _LENGTH_OF_DATE:
                        values[name] = compact_date(value)
                yield _Unit(Place(number, passed, person.sourceline or 0), outer, person, values)

    def _own(self, element: Any, persons: list[Any] | None = None) -> _Values:
        """What stands in an element itself; what it says twice cannot be read.

        The persons in it are added to ``persons``.
        """
        values: _Values = {}
        names = self._names
        for child in element:
            name = names[child.tag]
            if name is None:
                continue
            if name is PERSON:
                if persons is not None:
                    persons.append(child)
                continue
            text = child.text
            if name in values:
                text = UNREADABLE
            values[name] = text.strip() if text else ""
        return values

    def _put_back(self, tree: Any, unit: _Unit, place: Place, mended: bytes) -> None:
        """Put a mended right where it was, or with what is around it beside what it came from."""
        chain = self._mended(unit, place, mended)
        for ours, theirs in zip(unit.around, chain, strict=False):
            if _said(ours) != _said(theirs):
                _beside(tree, ours, theirs)
                _remove(unit)
                return
        element = chain[len(unit.around)]
        parent = unit.element.getparent()
        if parent is None:
            tree._setroot(element)
        else:
            element.tail = unit.element.tail
            parent.replace(unit.element, element)

    def _mended(self, unit: _Unit, place: Place, mended: bytes) -> tuple[Any, ...]:
        """The one right of a mended message, from the outside in."""
        try:
            whole = etree.fromstring(mended, markup.parser())
        except etree.XMLSyntaxError as error:
            text = f"a mended unit is no XML that can be read (its line {error.lineno})"
            raise Unmendable(place, text, "Mend the export itself.") from None
        found = self._found(whole.getroottree())
        chain = (*found[0].around, found[0].element) if len(found) == 1 else ()
        depth = len(unit.around) + 1
        named = [_plain(local(element)) for element in chain[:depth]]
        if named != [_plain(local(element)) for element in (*unit.around, unit.element)]:
            raise Unmendable(
                place,
                "a mended unit must be the one right that was exported, in a message of its own",
                "Mend the export itself, and leave out what was not mended.",
            )
        return chain


def _answer(response: Any, number: int, passed: int) -> Iterator[_Unit]:
    """The rights that an answer names; one with an error is one unit."""
    if next(response.iter(f"{{*}}{FAULT}"), None) is not None:
        place = Place(number, passed + 1, response.sourceline or 0)
        yield _Unit(place, (), response, {}, "antwoord_met_fout")
        return
    client = response.find(pattern(CLIENT))
    for element in () if client is None else client:
        if local(element) in PARTNERS:
            passed += 1
            place = Place(number, passed, element.sourceline or 0)
            yield _Unit(place, (response, client), element, _right(client, element))


def _right(client: Any, element: Any) -> _Values:
    """What an answer says of one right."""
    law = _text(element, "SzWet/CdSzWet").upper()
    values = {
        "bsn": _text(client, "Burgerservicenr"),
        "geboortedatum": _text(client, "Geboortedat"),
    }
    if local(element) == RELATION:
        values["statistiekcode"] = LAWS.get(law, law)
        values["datum_aanvang"] = _text(element, "DatBUitkeringsverhouding")
        values["datum_einde"] = _text(element, "DatEUitkeringsverhouding")
        given = "SpecifiekeGegevensBijstandUitk/AantKostendelers"
        values["aantal_kostendelers"] = _text(element, given)
    else:
        values["statistiekcode"] = PAID_ONCE
        values["datum_aanvang"] = values["datum_einde"] = _text(
            element, "DatBetaalbaarBijzBijstand"
        )
        values["cluster_bijzondere_bijstand"] = _text(element, "CdClusterBijzBijstand")
    return values | {"registratienummer": _registration(values, element)}


def _registration(values: _Values, element: Any) -> str:
    """What tells a right from others, the same for both partners: Suwinet has no number for it."""
    partner = _text(element, f"{PARTNERS[local(element)]}/Burgerservicenr")
    cluster = values.get("cluster_bijzondere_bijstand", "")
    persons = sorted({values["bsn"], partner})
    said = [values["statistiekcode"], values["datum_aanvang"], cluster, *persons]
    return " ".join(["suwinet", *filter(None, said)])


def _text(element: Any, path: str) -> str:
    found = element.findall(pattern(path))
    if len(found) > 1:
        return UNREADABLE
    return (found[0].text or "").strip() if found else ""


def _plain(name: str) -> str:
    """A name of which only letters and digits count, in small letters."""
    return "".join(character for character in name.lower() if character.isalnum())


def _attribute(name: str) -> str:
    """The name of an attribute, without what it says of the holiday allowance."""
    return _plain(name).removesuffix("inclvt").removesuffix("exclvt")


def _shell(element: Any) -> Any:
    """A copy of an element without the units in it."""
    if element is None:
        return None
    shell = etree.Element(element.tag, element.attrib, nsmap=element.nsmap)
    shell.extend(copy.deepcopy(child) for child in element if _plain(local(child)) not in _INNER)
    return shell


def _said(element: Any) -> bytes:
    """What an element says besides its units, however it is laid out."""
    said = copy.deepcopy(element)
    said.tail = None
    for inner in [each for each in said.iter() if _plain(local(each)) in _INNER]:
        if inner is not said:
            inner.getparent().remove(inner)
    for inner in said.iter():
        inner.text = (inner.text or "").strip()
        inner.tail = (inner.tail or "").strip()
    return etree.tostring(said, method="c14n", exclusive=True)


def _alone(unit: _Unit) -> bytes:
    """A message of one unit: what is around it, without the other units."""
    if not unit.around:
        return etree.tostring(unit.element, with_tail=False)
    outer, *inner = unit.around
    whole = around = _shell(outer)
    for element in inner:
        kept = around.find(element.tag)
        # A client is part of what an answer says; an uitkering stands apart.
        shell = _shell(element)
        if kept is None:
            around.append(shell)
        else:
            around.replace(kept, shell)
        around = shell
    around.append(copy.deepcopy(unit.element))
    return etree.tostring(whole)


def _beside(tree: Any, ours: Any, theirs: Any) -> None:
    if ours.getparent() is not None:
        ours.addnext(theirs)
        return
    root = etree.Element("berichten")
    tree._setroot(root)
    root.extend([ours, theirs])


def _remove(unit: _Unit) -> None:
    """Take a unit away; an uitkering of which nobody is left goes with it."""
    container = unit.element.getparent()
    if container is None:
        return
    container.remove(unit.element)
    if _plain(local(container)) == BENEFIT and not any(
        _plain(local(child)) == PERSON for child in container
    ):
        container.getparent().remove(container)


def _count(number: int, stream: IO[bytes], told: Told) -> int:
    """Count a message's units with expat; refuse other messages.

    Where elements begin is enough: an uitkering in which no person began before the next one is a
    unit by itself, and so is an answer with an error.
    """
    messages, persons, rights = 0, 0, 0
    benefits, inhabited, failed = 0, 0, 0
    empty, faulty = False, False

    def start(namespace: str, name: str) -> None:
        nonlocal messages, persons, rights, benefits, inhabited, failed, empty, faulty
        if name in _PERSONS:
            persons += 1
            inhabited += empty
            empty = False
        elif name in _BENEFITS:
            benefits += 1
            empty = True
        elif name in PARTNERS:
            rights += not faulty
        elif name == FAULT:
            failed += 1
            faulty = True
        elif name != RESPONSE or SERVICE in namespace:
            messages += 1
            faulty = False

    scan(number, stream, told, start)
    if not messages:
        raise Refused("xml_ander_bericht", f"message {number}" if number else "")
    return persons + benefits - inhabited + rights + failed
