"""XML from outside: without document types, entities or network, in memory that stays bounded.

What belongs here: the one way in which readers parse XML, and the one in which they look at it a
second time with another parser. What does not: what the elements of a message mean.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import IO, Any
from xml.parsers import expat

from lxml import etree

from warehouse.readers.base import Refused, Sink

BLOCK = 1 << 20
#: A parser keeps what lies between two units: more than this cannot belong to any message.
MOST_BETWEEN = 64 << 20
#: A true message knows a few hundred names of elements; more are not remembered.
MOST_NAMES = 1_000
#: What stands in a field that cannot be read; no rule of a contract lets it pass.
UNREADABLE = "?"

#: How lxml reads: nothing from elsewhere, nothing without bound, nothing that is no content.
_SAFELY: dict[str, Any] = {
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "huge_tree": False,
    "remove_comments": True,
    "remove_pis": True,
}

Handler = Callable[[str, str], None]
#: Names of fields by the names of elements, nested as these are.
Plan = dict[str, Any]


def elements(number: int, stream: IO[bytes], *names: str) -> Iterator[Any]:
    """The elements of those local names, whole; each may be empty when the next one is asked for.

    A message that fits in a block is parsed at once, which for small ones is twice as fast as
    event by event.

    Raises:
        Refused: when the XML is not well formed, or goes on for ever without such an element.
    """
    tags = [f"{{*}}{name}" for name in names]
    begin = stream.read(BLOCK)
    try:
        if len(begin) < min(BLOCK, MOST_BETWEEN):
            yield from etree.fromstring(begin, parser()).iter(*tags)
            return
        paced = _Paced(number, stream, begin)
        for _, element in etree.iterparse(paced, events=("end",), tag=tags, **_SAFELY):
            yield element
            paced.passed = 0
            _forget(element)
    except etree.XMLSyntaxError as error:
        raise Refused("xml_onleesbaar", place(number, error.lineno)) from None


def parser(*, laid_out: bool = True) -> etree.XMLParser:
    """A parser for a whole message; not ``laid_out`` is without the space between elements."""
    return etree.XMLParser(**_SAFELY, remove_blank_text=not laid_out, collect_ids=laid_out)


def scan(
    number: int,
    stream: IO[bytes],
    start: Handler,
    end: Handler | None,
    names: frozenset[str] | None = None,
) -> None:
    """Look at every element with expat; ``start`` and ``end`` get its namespace and local name.

    Where ``names`` are given, only the elements of those local names are told.

    Raises:
        Refused: when the XML is not well formed, says that it is in an encoding that nobody
            knows, or declares a document type or entities.
    """
    parser = expat.ParserCreate(namespace_separator=" ")
    passed_by: set[str] = set()

    def started(name: str, _attributes: object) -> None:
        if name in passed_by:
            return
        namespace, _, local_name = name.rpartition(" ")
        if names is None or local_name in names:
            start(namespace, local_name)
        elif len(passed_by) < MOST_NAMES:
            passed_by.add(name)

    def ended(name: str) -> None:
        if name in passed_by:
            return
        namespace, _, local_name = name.rpartition(" ")
        if end and (names is None or local_name in names):
            end(namespace, local_name)

    def doctype(*_: object) -> None:
        raise Refused("xml_dtd", place(number, parser.CurrentLineNumber))

    parser.StartElementHandler = started
    if end:
        parser.EndElementHandler = ended
    parser.StartDoctypeDeclHandler = doctype
    parser.EntityDeclHandler = doctype
    try:
        while block := stream.read(BLOCK):
            parser.Parse(block, False)
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise Refused("xml_onleesbaar", place(number, error.lineno)) from None
    except (LookupError, ValueError):
        raise Refused("codering", place(number, 1)) from None


def place(number: int, line: int | None) -> str:
    """A line of a message, or of the file when it is no zip."""
    return f"message {number}, line {line}" if number else f"line {line}"


def local(element: Any) -> str:
    """An element's name without its namespace; empty for what is no element."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def pattern(path: str) -> str:
    """A path of element names, of whatever namespace."""
    return "/".join(f"{{*}}{name}" for name in path.split("/"))


def plan(paths: Mapping[str, str]) -> Plan:
    """Where fields stand, by name: element names as they are nested, down to a field's name."""
    made: Plan = {}
    for field, path in paths.items():
        *around, name = path.split("/")
        inner: Any = made
        for step in around:
            inner = inner.setdefault(step, {})
        inner[name] = field
    return made


def gather(element: Any, fields: Plan) -> dict[str, str]:
    """The texts of fields within an element, in one pass: unreadable what stands there twice."""
    values: dict[str, str] = {}
    _gather(element, fields, values)
    return values


def _gather(element: Any, fields: Plan, values: dict[str, str]) -> None:
    for child in element:
        known = fields.get(_local(child.tag))
        if isinstance(known, dict):
            _gather(child, known, values)
        elif known is not None:
            values[known] = UNREADABLE if known in values else (child.text or "").strip()


@lru_cache(maxsize=1_000)
def _local(tag: object) -> str:
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


class Copying:
    """A message that is read, and copied as it is."""

    def __init__(self, stream: IO[bytes], target: Sink) -> None:
        self._stream = stream
        self._target = target

    def read(self, size: int = -1) -> bytes:
        """The next bytes, which are copied as well."""
        data = self._stream.read(size)
        self._target.write(data)
        return data


def _forget(element: Any) -> None:
    """Empty an element, and remove what lies before it and before the one around it."""
    element.clear()
    for node in (element, element.getparent()):
        around = None if node is None else node.getparent()
        if around is None:
            continue
        while node.getprevious() is not None:
            del around[0]


class _Paced:
    """A stream that ends when too much of it passes by without a unit.

    What was read of it before comes first.
    """

    def __init__(self, number: int, stream: IO[bytes], begin: bytes) -> None:
        self._number = number
        self._stream = stream
        self._begin = begin
        self.passed = 0

    def read(self, size: int = -1) -> bytes:
        data, self._begin = self._begin[:size], self._begin[size:]
        data = data or self._stream.read(size)
        self.passed += len(data)
        if self.passed > MOST_BETWEEN:
            raise Refused("xml_ander_bericht", f"message {self._number}" if self._number else "")
        return data
