"""iWmo and iJw 3.2: the messages between gemeente and aanbieder, one XML or a zip of many.

The unit is the product in an allocation (301), start (305) or stop (307). The return messages,
requests, answers and declarations that a month's traffic holds as well are known and passed over:
each is one unit of ``overig_bericht``, so that it is counted and told, and nothing in it is read.
What is no message of the standard at all refuses the file.

Where a field stands is in its contract (``physicalName``): a path, or per message ``301/Header/...
| 305/Header/...``. What belongs here besides are the few facts that a message says without an
element for it: that an allocation which is withdrawn says so by its reason, and what an
allocation without a number is known by.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import IO, Any, BinaryIO, NamedTuple

from lxml import etree

from warehouse.contracts import Contract, Table
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
from warehouse.readers.markup import UNREADABLE, Plan, local, plan
from warehouse.readers.rows import Rows
from warehouse.readers.values import DATES, compact_date

VERSION = "3_2"
OTHER = "overig_bericht"
UNITS_PER_CHUNK = 20_000
#: The mail of the standard takes no larger message.
LARGEST_MESSAGE = 32 << 20
_LIMITS = replace(archive.MESSAGES, of_a_member=LARGEST_MESSAGE)

#: BerichtCode (COD002-VEKTIS) of every message of a standard, and its number.
CODES: Mapping[str, Mapping[str, str]] = {
    "iwmo": {
        **{"414": "301", "415": "302", "418": "305", "419": "306", "420": "307", "421": "308"},
        **{"444": "315", "445": "316", "480": "317", "481": "318", "482": "319", "483": "320"},
        **{"484": "323", "485": "325"},
    },
    "ijw": {
        **{"436": "301", "437": "302", "438": "305", "439": "306", "440": "307", "441": "308"},
        **{"446": "315", "447": "316", "486": "317", "487": "318", "488": "319", "489": "320"},
        **{"490": "323", "491": "325"},
    },
}
#: The messages that are read: their products, and what the standard requires of each (1..1).
PRODUCTS = {"301": "ToegewezenProduct", "305": "StartProduct", "307": "StopProduct"}
_GROUPS = {kind: re.sub("t$", "ten", product) for kind, product in PRODUCTS.items()}
_REQUIRED = {
    kind: tuple(f"{PRODUCTS[kind]}/{element}" for element in elements)
    for kind, elements in {
        "301": ("ToewijzingNummer", "Toewijzingsdatum", "Toewijzingstijd", "Ingangsdatum"),
        "305": ("Begindatum", "StatusAanlevering"),
        "307": ("Begindatum", "Einddatum", "RedenBeeindiging", "StatusAanlevering"),
    }.items()
}
_DATED = "Header/BerichtIdentificatie/Dagtekening"
#: What a start or stop without a number of its allocation is known by, beside the aanbieder.
_WITHOUT_NUMBER = ("Product/Categorie", "Product/Code", "ToewijzingIngangsdatum")
#: How many digits of a birth date are known, by DatumGebruik (COD170).
_KNOWN_OF_BIRTH = {"": 8, "1": 6, "2": 4, "3": 0}
#: Reasons that say what no element does: an allocation is withdrawn (WMO002, JZ002), a delivery has
#: stopped for a while (WMO588, JZ588).
_WITHDRAWN, _TEMPORARILY = "13", "20"

_ROOT = re.compile(
    r"\{http://www\.istandaarden\.nl/(iwmo|ijw)/([0-9]+_[0-9]+)/(?:wmo|jw)([0-9]{3})/schema\}"
    "Bericht"
)
_SCHEMA = re.compile(rb"/(?:wmo|jw)([0-9]{3})/schema[\"']")
_TAGS = {
    kind: re.compile(rb"<(?:[\w.-]+:)?" + product.encode() + rb"[\s/>]")
    for kind, product in PRODUCTS.items()
}
_DECLARED = re.compile(rb"<\?xml[^>]*?encoding\s*=\s*[\"']([^\"']*)[\"']")


class IStandaardenReader(Reader):
    """Reads the messages of one of the two standards: the one the contract's format names."""

    def __init__(self, contract: Contract) -> None:
        super().__init__(contract)
        self._layouts = {kind: _Layout.of(contract.head, kind) for kind in PRODUCTS}

    def count(self, source: BinaryIO) -> int:
        """Products, and messages without one, counted by their tags: no XML parser looks here."""
        return sum(_count(message) for message in _messages(source))

    def read(self, source: BinaryIO) -> Iterator[Chunk]:
        """Products as rows; a chunk holds whole messages."""
        chunk, unit = Rows(self.contract), 0
        for message in self._parsed(source):
            places = message.places(unit + 1)
            self._add(chunk, message, places)
            unit += len(places)
            chunk.records += len(places)
            if chunk.records >= UNITS_PER_CHUNK:
                yield chunk.finish()
                chunk = Rows(self.contract)
        yield chunk.finish()

    def _parsed(self, source: BinaryIO) -> Iterator[_Message]:
        parser = markup.parser(laid_out=False)
        for raw in _messages(source):
            yield _Message.of(raw, self.contract.format, parser)

    def _add(self, chunk: Rows, message: _Message, places: Sequence[Place]) -> None:
        if message.kind not in PRODUCTS:
            values = {
                "berichtnummer": str(max(message.number, 1)),
                "soort_bericht": message.kind,
                "dagtekening": compact_date(message.header.get(_DATED, "")),
            }
            chunk.add(OTHER, values, places[0])
            return
        if message.version != VERSION or not message.products:
            reason = "verplicht_leeg" if message.version == VERSION else "bericht_versie"
            chunk.broken += [Broken(place, reason) for place in places]
            return
        layout, required = self._layouts[message.kind], _REQUIRED[message.kind]
        known, told = None, {}
        for (client, product), place in zip(message.products, places, strict=True):
            if client is not known:
                known, told = client, {**message.header, **_texts(client, _OF_CLIENT)}
            whole = told | _texts(product, layout.product)
            if all(map(whole.get, required)):
                chunk.add(self.contract.head.name, layout.values(whole), place)
            else:
                chunk.broken.append(Broken(place, "verplicht_leeg"))

    def extract(self, source: BinaryIO, places: Sequence[Place]) -> Iterator[tuple[Place, bytes]]:
        """Each unit as a message of its own: the header, the client, the one product."""
        wanted = {place.unit: place for place in places}
        unit = 0
        for message in self._parsed(source):
            for index in range(message.units):
                unit += 1
                if unit in wanted:
                    yield wanted[unit], message.alone(index)

    def splice(self, source: BinaryIO, mended: Mapping[Place, bytes], target: Sink) -> None:
        """Each mended product in its own place in its own message.

        Where what stands around it was mended (the BSN, the birth date), the product goes with a
        client of its own, beside the one it came from. The header is everybody's: it changes only
        when every product of the message was mended and says the same.
        """
        units = {place.unit: (place, content) for place, content in mended.items()}
        unit = 0

        def change(number: int, stream: IO[bytes], out: Sink) -> None:
            nonlocal unit
            raw = _Raw(number, _whole(number, stream))
            message = _Message.of(raw, self.contract.format, markup.parser())
            here = {
                index: units[unit + index + 1]
                for index in range(message.units)
                if unit + index + 1 in units
            }
            unit += message.units
            out.write(_put_back(message, here) if here else raw.data)

        archive.rewrite(source, target, change)


class _Raw(NamedTuple):
    """A message as it came: its number (0 in a plain file) and its bytes."""

    number: int
    data: bytes

    def refused(self, code: str, line: int | None = 1) -> Refused:
        return Refused(code, markup.place(self.number, line))


def _messages(source: BinaryIO) -> Iterator[_Raw]:
    """The messages, after a look at their bytes: UTF-8, and nothing declared."""
    for number, stream in archive.messages(source, _LIMITS):
        raw = _Raw(number, _whole(number, stream))
        declared = _DECLARED.match(raw.data[:200].removeprefix(b"\xef\xbb\xbf"))
        if b"\0" in raw.data or (
            declared and declared[1].decode("latin-1").lower() not in ("utf-8", "us-ascii")
        ):
            raise raw.refused("codering")
        if b"<!DOCTYPE" in raw.data or b"<!ENTITY" in raw.data:
            raise raw.refused("xml_dtd")
        yield raw


def _whole(number: int, stream: IO[bytes]) -> bytes:
    if number:  # The archive bounds its members.
        return stream.read()
    blocks, size = [], 0
    while block := stream.read(LARGEST_MESSAGE + 1 - size):
        blocks.append(block)
        size += len(block)
        if size > LARGEST_MESSAGE:
            raise Refused("zip_te_groot")
    return b"".join(blocks)


def _count(message: _Raw) -> int:
    named = _SCHEMA.search(message.data)
    tag = _TAGS.get(named[1].decode()) if named else None
    return max(len(tag.findall(message.data)), 1) if tag else 1


class _Message(NamedTuple):
    """A message of the standard: which one, its header as texts by path, and its products.

    Each product comes with its client.
    """

    number: int
    kind: str
    version: str
    root: Any
    header: Mapping[str, str]
    products: Sequence[tuple[Any, Any]]

    @staticmethod
    def of(raw: _Raw, standard: str, parser: etree.XMLParser) -> _Message:
        """A message as it was parsed.

        Raises:
            Refused: when it cannot be parsed, or is no message of this standard.
        """
        try:
            root = etree.fromstring(raw.data, parser)
        except etree.XMLSyntaxError as error:
            line, code = error.lineno, "xml_onleesbaar"
        else:
            return _Message._of(raw, root, standard)
        try:
            raw.data.decode()
        except UnicodeDecodeError:
            code = "codering"
        raise raw.refused(code, line)

    @staticmethod
    def _of(raw: _Raw, root: Any, standard: str) -> _Message:
        first = next((child for child in root if child.tag.endswith("}Header")), ())
        header = _texts(first, _OF_HEADER)
        kind = CODES[standard].get(header.get("Header/BerichtCode", ""), "")
        named, version, number = _of_namespace(root.tag)
        if (named, number) != (standard, kind):
            raise raw.refused("xml_ander_bericht", root.sourceline)
        stated = (
            f"{header.get('Header/BerichtVersie', '')}_{header.get('Header/BerichtSubversie', '')}"
        )
        version = version if stated == VERSION else stated
        return _Message(raw.number, kind, version, root, header, _products(root, kind))

    @property
    def units(self) -> int:
        """How many units it is: its products; one when it has none."""
        return max(len(self.products), 1)

    def places(self, first: int) -> list[Place]:
        """Where each of its units stands; ``first`` is the number of the first."""
        elements = [product for _, product in self.products] or [self.root]
        return [
            Place(self.number, unit, element.sourceline or 0)
            for unit, element in enumerate(elements, first)
        ]

    def alone(self, index: int) -> bytes:
        """The message with only one of its products."""
        root = copy.deepcopy(self.root)
        products = _products(root, self.kind)
        for position, (_, product) in enumerate(products):
            if position != index:
                product.getparent().remove(product)
        for client in _children(root, "Client") if products else ():
            if client is not products[index][0]:
                root.remove(client)
        return etree.tostring(root)


@lru_cache(maxsize=64)
def _of_namespace(tag: str) -> tuple[str, str, str]:
    """The standard, version and number of the message whose root this is; empty when none."""
    found = _ROOT.fullmatch(tag)
    return (found[1], found[2], found[3]) if found else ("", "", "")


def _products(root: Any, kind: str) -> list[tuple[Any, Any]]:
    """The products of a message, each with its client; none of a message that is passed over."""
    found: list[tuple[Any, Any]] = []
    if kind not in PRODUCTS:
        return found
    group_name, name = f"}}{_GROUPS[kind]}", f"}}{PRODUCTS[kind]}"
    for client in root:
        if not client.tag.endswith("}Client"):
            continue
        for group in client.iterchildren(reversed=True):  # The products stand last.
            if not group.tag.endswith(group_name):
                break
            found[len(found) :] = [
                (client, product) for product in group if product.tag.endswith(name)
            ]
    return found


def _under(element: str, paths: Iterable[str]) -> Plan:
    """The plan, seen from an element, of those paths that begin with it."""
    begin = f"{element}/"
    return plan({path: path.removeprefix(begin) for path in paths if path.startswith(begin)})


_OF_HEADER = _under(
    "Header",
    [
        *("Header/BerichtCode", "Header/BerichtVersie", "Header/BerichtSubversie", _DATED),
        *("Header/Afzender", "Header/Ontvanger"),
    ],
)
_OF_CLIENT = _under(
    "Client", ["Client/Bsn", "Client/Geboortedatum/Datum", "Client/Geboortedatum/DatumGebruik"]
)


@dataclass(frozen=True)
class _Layout:
    """Where the fields of a product stand in one kind of message, and which of them are dates.

    ``product`` is all that is read of the product itself.
    """

    kind: str
    product: Plan
    paths: Sequence[tuple[str, str]]
    dates: Sequence[str]

    @staticmethod
    def of(table: Table, kind: str) -> _Layout:
        """The paths that the contract gives for this kind of message."""
        parts = ("Header", "Client", PRODUCTS[kind])
        paths = [
            (item.name, path)
            for item in table.read_fields
            for option in item.source.split(" | ")
            if (path := option.removeprefix(f"{kind}/")).partition("/")[0] in parts
        ]
        here = {name for name, _ in paths}
        dates = [f.name for f in table.read_fields if f.kind in DATES and f.name in here]
        known_by = (f"{PRODUCTS[kind]}/{element}" for element in _WITHOUT_NUMBER)
        product = _under(
            PRODUCTS[kind], [*(path for _, path in paths), *_REQUIRED[kind], *known_by]
        )
        return _Layout(kind, product, paths, dates)

    def values(self, told: Mapping[str, str]) -> dict[str, str]:
        """The text of every field that its message can have; empty when it is not there."""
        values = {name: told.get(path, "") for name, path in self.paths}
        for name in self.dates:
            if value := values[name]:
                values[name] = compact_date(value)
        values["soort_bericht"] = self.kind
        values["geboortedatum"] = _birth(values["geboortedatum"], told)
        if self.kind == "301":
            values["status"] = "3" if values["reden_wijziging"] == _WITHDRAWN else "1"
        if self.kind == "307":
            values["tijdelijk"] = "ja" if values["reden_beeindiging"] == _TEMPORARILY else "nee"
        if not values["toewijzingnummer"]:
            parts = (f"{PRODUCTS[self.kind]}/{element}" for element in _WITHOUT_NUMBER)
            known_by = (values["aanbieder"], *(told.get(part, "") for part in parts))
            values["toewijzingnummer"] = "zonder nummer: " + " ".join(known_by)
        return values


def _birth(birth: str, told: Mapping[str, str]) -> str:
    """The birth date as the BRP writes it: zeros for what DatumGebruik says is not known."""
    use = told.get("Client/Geboortedatum/DatumGebruik", "")
    known = _KNOWN_OF_BIRTH.get(use)
    if known is None or len(birth) != 8:
        return birth and UNREADABLE
    return birth[:known].ljust(8, "0")


def _texts(element: Any, fields: Plan) -> dict[str, str]:
    """The texts in an element, two deep, by path; what is double is unreadable."""
    texts: dict[str, str] = {}
    for child in element:
        known = fields[child.tag]
        if known is None:
            continue
        if isinstance(known, Plan):
            for inner in child:
                path = known[inner.tag]
                if path is not None:
                    texts[path] = UNREADABLE if path in texts else (inner.text or "").strip()
        elif not len(child):
            texts[known] = UNREADABLE if known in texts else (child.text or "").strip()
    return texts


def _children(element: Any, name: str) -> list[Any]:
    ending = f"}}{name}"
    return [child for child in element if child.tag.endswith(ending)]


# --- mended -----------------------------------------------------------------------------------


def _put_back(message: _Message, mended: Mapping[int, tuple[Place, bytes]]) -> bytes:
    """The message with the mended units, by their index in it, in their places."""
    wholes = {
        index: (place, _mended(message, place, text)) for index, (place, text) in mended.items()
    }
    if not message.products:
        [(_, (whole, _, _))] = wholes.values()
        return etree.tostring(whole, xml_declaration=True, encoding="UTF-8")
    _change_header(message, wholes)
    clients = _children(message.root, "Client")
    envelopes = {
        (number, _without_products(client)): client for number, client in enumerate(clients)
    }
    for index, (_, (_, theirs, product)) in wholes.items():
        client, own = message.products[index]
        key = (clients.index(client), _without_products(theirs))
        if envelopes.get(key) is client:
            product.tail = own.tail
            own.getparent().replace(own, product)
            continue
        own.getparent().remove(own)
        if key in envelopes:
            _children(envelopes[key], _GROUPS[message.kind])[0].append(product)
        else:
            envelopes[key] = theirs
            client.addnext(theirs)
    for client in clients:
        if not any(len(group) for group in _children(client, _GROUPS[message.kind])):
            message.root.remove(client)
    return etree.tostring(message.root, xml_declaration=True, encoding="UTF-8")


def _mended(message: _Message, place: Place, unit: bytes) -> tuple[Any, Any, Any]:
    """A mended unit: the whole, its client and its one product (both None when it has none)."""
    try:
        whole = etree.fromstring(unit, markup.parser())
    except etree.XMLSyntaxError as error:
        text = f"a mended unit is no XML that can be read (its line {error.lineno})"
        raise Unmendable(place, text, "Mend the export itself.") from None
    found = _products(whole, message.kind)
    if whole.tag != message.root.tag or (message.products and len(found) != 1):
        raise Unmendable(
            place,
            f"a mended unit must be one message {message.kind} with one product, as exported",
            "Mend the export itself, and leave out what was not mended.",
        )
    return (whole, *found[0]) if found else (whole, None, None)


def _change_header(
    message: _Message, wholes: Mapping[int, tuple[Place, tuple[Any, Any, Any]]]
) -> None:
    """Take over a mended header; it is everybody's, so everybody must say the same."""
    [own] = _children(message.root, "Header")
    headers = {
        index: next(iter(_children(whole, "Header")), None)
        for index, (_, (whole, _, _)) in wholes.items()
    }
    said = {index: b"" if head is None else _canonical(head) for index, head in headers.items()}
    changed = [index for index, header in said.items() if header != _canonical(own)]
    if not changed:
        return
    if len(set(said.values())) > 1 or len(said) < len(message.products) or not all(said.values()):
        raise Unmendable(
            wholes[changed[0]][0],
            "the header was mended, and it is that of other products too",
            "Have the message corrected at the source and deliver the file again.",
        )
    message.root.replace(own, headers[changed[0]])


def _without_products(client: Any) -> bytes:
    """What a client says without its products."""
    rest = copy.deepcopy(client)
    for group in list(rest):
        if local(group) in _GROUPS.values():
            rest.remove(group)
    return _canonical(rest)


def _canonical(element: Any) -> bytes:
    """What an element says, however it is laid out."""
    rest = copy.deepcopy(element)
    rest.tail = None
    for inner in rest.iter():
        inner.text = (inner.text or "").strip()
        inner.tail = (inner.tail or "").strip()
    return etree.tostring(rest, method="c14n", exclusive=True)
