"""XML from outside: without document types, entities or network, in memory that stays bounded.

What belongs here: the one way in which readers parse XML, and the one in which they look at it a
second time with another parser. What does not: what the elements of a message mean.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import IO, Any
from xml.parsers import expat

from lxml import etree

from warehouse.readers.base import Refused, Sink

BLOCK = 1 << 20
#: A parser keeps what lies between two units: more than this cannot belong to any message.
MOST_BETWEEN = 64 << 20
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


def elements(number: int, stream: IO[bytes], *names: str) -> Iterator[Any]:
    """The elements of those local names, whole; each is emptied when the next one is asked for.

    Raises:
        Refused: when the XML is not well formed, or goes on for ever without such an element.
    """
    paced = _Paced(number, stream)
    try:
        tags = [f"{{*}}{name}" for name in names]
        events = etree.iterparse(paced, events=("end",), tag=tags, **_SAFELY)
        for _, element in events:
            yield element
            paced.passed = 0
            _forget(element)
    except etree.XMLSyntaxError as error:
        raise Refused("xml_onleesbaar", place(number, error.lineno)) from None


def parser() -> etree.XMLParser:
    """A parser for a whole message."""
    return etree.XMLParser(**_SAFELY)


def scan(number: int, stream: IO[bytes], start: Handler, end: Handler) -> None:
    """Look at every element with expat; ``start`` and ``end`` get its namespace and local name.

    Raises:
        Refused: when the XML is not well formed, says that it is in an encoding that nobody
            knows, or declares a document type or entities.
    """
    parser = expat.ParserCreate(namespace_separator=" ")

    def started(name: str, _attributes: object) -> None:
        namespace, _, local_name = name.rpartition(" ")
        start(namespace, local_name)

    def ended(name: str) -> None:
        namespace, _, local_name = name.rpartition(" ")
        end(namespace, local_name)

    def doctype(*_: object) -> None:
        raise Refused("xml_dtd", place(number, parser.CurrentLineNumber))

    parser.StartElementHandler = started
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


def text(element: Any, path: str) -> str:
    """The text of the one element at a path: empty when there is none, unreadable when several."""
    found = [] if element is None else element.findall(pattern(path))
    if len(found) > 1:
        return UNREADABLE
    return (found[0].text or "").strip() if found else ""


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
    """A stream that ends when too much of it passes by without a unit."""

    def __init__(self, number: int, stream: IO[bytes]) -> None:
        self._number = number
        self._stream = stream
        self.passed = 0

    def read(self, size: int = -1) -> bytes:
        data = self._stream.read(size)
        self.passed += len(data)
        if self.passed > MOST_BETWEEN:
            raise Refused("xml_ander_bericht", f"message {self._number}" if self._number else "")
        return data
