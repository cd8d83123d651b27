"""XML from outside: without document types, entities or network, in memory that stays bounded.

What belongs here: the one way in which readers parse XML, and the one in which they look at it a
second time with another parser. What does not: what the elements of a message mean.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
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


class Elements:
    """The elements of some local names, out of one message after another."""

    def __init__(self, *names: str) -> None:
        self._tags = [f"{{*}}{name}" for name in names]
        # One for all: a parser of its own is a tenth of what parsing a message of a few kB costs.
        self._parser = parser()

    def of(self, number: int, stream: IO[bytes]) -> Iterator[Any]:
        """The elements of a message, whole; each may be empty when the next one is asked for.

        A message that fits in a block is parsed at once, which for small ones is twice as fast as
        event by event.

        Raises:
            Refused: when the XML is not well formed, or goes on for ever without such an element.
        """
        begin = stream.read(BLOCK)
        try:
            if len(begin) < min(BLOCK, MOST_BETWEEN):
                yield from etree.fromstring(begin, self._parser).iter(*self._tags)
                return
            paced = _Paced(number, stream, begin)
            for _, element in etree.iterparse(paced, events=("end",), tag=self._tags, **_SAFELY):
                yield element
                paced.passed = 0
                _forget(element)
        except etree.XMLSyntaxError as error:
            raise Refused("xml_onleesbaar", place(number, error.lineno)) from None


def parser(*, laid_out: bool = True) -> etree.XMLParser:
    """A parser for a whole message; not ``laid_out`` is without the space between elements."""
    return etree.XMLParser(**_SAFELY, remove_blank_text=not laid_out, collect_ids=laid_out)


class Told(dict[str, "tuple[str, str] | None"]):
    """The elements that are told, as namespace and local name, by the name that expat gives them.

    Those of other local names are none, and nor is the root unless ``with_root``. What was met in
    one message is known in the next.
    """

    def __init__(self, names: Iterable[str], *, with_root: bool = False) -> None:
        super().__init__()
        self._names = frozenset(names)
        self.with_root = with_root

    def __missing__(self, name: str) -> tuple[str, str] | None:
        namespace, _, local_name = name.rpartition(" ")
        told = (namespace, local_name) if local_name in self._names else None
        if len(self) < MOST_NAMES:
            self[name] = told
        return told


def scan(
    number: int, stream: IO[bytes], told: Told, start: Handler, end: Handler | None = None
) -> None:
    """Look at every element with expat; ``start`` and ``end`` hear of those that are told.

    Raises:
        Refused: when the XML is not well formed, says that it is in an encoding that nobody
            knows, or declares a document type or entities.
    """
    parser = expat.ParserCreate(namespace_separator=" ")

    def begun(name: str, _attributes: object) -> None:
        namespace, _, local_name = name.rpartition(" ")
        start(namespace, local_name)
        parser.StartElementHandler = started

    def started(name: str, _attributes: object) -> None:
        known = told[name]
        if known is not None:
            start(*known)

    def ended(name: str) -> None:
        known = told[name]
        if known is not None and end:
            end(*known)

    def doctype(*_: object) -> None:
        raise Refused("xml_dtd", place(number, parser.CurrentLineNumber))

    parser.StartElementHandler = begun if told.with_root else started
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


class Plan(dict[Any, Any]):
    """What elements mean by their tag: a plan of what lies in it, or anything else; none is None.

    It is made of the meanings of local names, nested as the elements are, and knows a tag once it
    was met: taking its name apart costs more than what is then done with most elements.
    """

    def __init__(self, meanings: Mapping[str, Any]) -> None:
        super().__init__()
        self._meanings = {
            name: Plan(meaning) if isinstance(meaning, dict) else meaning
            for name, meaning in meanings.items()
        }

    def __missing__(self, tag: Any) -> Any:
        name = tag.rpartition("}")[2] if isinstance(tag, str) else ""
        meaning = self._meanings.get(name)
        if len(self) < MOST_NAMES:
            self[tag] = meaning
        return meaning


def plan(paths: Mapping[Any, str]) -> Plan:
    """A plan of paths: the names of elements as they are nested, down to what is asked for."""
    made: dict[str, Any] = {}
    for meaning, path in paths.items():
        *around, name = path.split("/")
        inner = made
        for step in around:
            inner = inner.setdefault(step, {})
        inner[name] = meaning
    return Plan(made)


def gather(element: Any, fields: Plan) -> dict[str, str]:
    """The texts of fields within an element, in one pass: unreadable what stands there twice."""
    values: dict[str, str] = {}
    _gather(element, fields, values)
    return values


def _gather(element: Any, fields: Plan, values: dict[str, str]) -> None:
    for child in element:
        known = fields[child.tag]
        if known is None:
            continue
        if isinstance(known, Plan):
            _gather(child, known, values)
        else:
            values[known] = UNREADABLE if known in values else (child.text or "").strip()


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
