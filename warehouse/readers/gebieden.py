"""Areas as GeoJSON: wijken, buurten and gemeenten of one or more years, and changed codes as CSV.

One FeatureCollection, or a zip of several, among which may be tables of changed codes. The unit is
the Feature, or a line of such a table. Shapes leave here as WKT in RD (EPSG:28992), in metres to
the millimetre; a height is dropped, and what stands in WGS84 is converted, without the network.
Properties that the contract does not know are passed over: the map of CBS has a hundred figures.
"""

from __future__ import annotations

import codecs
import csv
import io
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import shapely

from warehouse.readers import archive, lines, rd
from warehouse.readers.base import LINE, MESSAGE, UNIT, Broken, Chunk, Place, Reader, Refused
from warehouse.readers.jsontext import UNFIT, Cursor, Message, whole

#: A message is read as a whole; the wijken and buurten of all gemeenten together take 100 MB.
MOST_BYTES = archive.MESSAGES.of_a_member
#: Characters of shapes after which a chunk is full.
FULL = 32 << 20
#: What stands in a field that cannot be read; no rule of a contract lets it pass.
UNREADABLE = "?"

#: The kinds of area, each with the stems of the names under which CBS gives its code and name.
KINDS = {"buurt": ("bu", "buurt"), "wijk": ("wk", "wijk"), "gemeente": ("gm", "gemeente")}
KIND_OF = {"BU": "buurt", "WK": "wijk", "GM": "gemeente"}
SHAPED = frozenset({"buurt", "wijk"})
CHANGE = "wijziging"
YEARS = ("jaar", "indelingsjaar")
OLD, NEW = "oude_code", "nieuwe_code"
WATER = ("water", "h2o")
#: A year in the id of a feature, as in ``cbs_buurten_2017.1``.
_YEAR_IN_ID = re.compile(r"_((?:19|20)[0-9]{2})(?=[._]|$)")

#: Where Dutch territory lies in RD, wide: what falls outside is not RD, or not here.
EAST, NORTH = (-100_000.0, 400_000.0), (200_000.0, 750_000.0)
_EPSG = re.compile(r"EPSG[:/]+(?:[0-9.]*[:/]+)?([0-9]+)$")

#: Strings and braces: all of JSON that counting takes. A string may be a key, or be cut off.
_TOKENS = re.compile(rb'"((?:[^"\\]++|\\.)*+)(?:"\s*(:)?|\\?\Z)|[{}]', re.DOTALL)
_DECODER = json.JSONDecoder()

Positions = npt.NDArray[np.float64]
System = Callable[[Positions], Positions]


class GebiedenReader(Reader):
    """Reads areas and changes of codes, one message in memory at a time."""

    def count(self, source: BinaryIO) -> int:
        """Features and lines, the former counted by braces, without parsing the JSON."""
        features = table_lines = 0
        for message in _messages(source):
            if message.is_table:
                table_lines += lines.inspect(io.BytesIO(message.data)).number - 1
            else:
                features += _count(message)
        if message.number and not features:
            raise Refused("alleen_kopregel", "no areas")
        return features + table_lines

    def mismatch(self, source: BinaryIO) -> Refused:
        """An open quote swallows the lines of a table: say where it stands."""
        for message in _messages(source):
            if message.is_table and (line := lines.first_open_quote(io.BytesIO(message.data))):
                return Refused("aanhalingsteken_open", message.place(line))
        return super().mismatch(source)

    def read(self, source: BinaryIO) -> Iterator[Chunk]:
        """Areas and changes as rows of one table."""
        names = [item.name for item in self.contract.head.read_fields]
        rows, numbers = _Rows(names), count(1)
        for message in _messages(source):
            units = self._changes(source, message) if message.is_table else _areas(message)
            for line, found in units:
                rows.add(Place(message.number, next(numbers), line), found)
                if rows.size > FULL:
                    yield rows.finish(self.contract.head.name)
                    rows = _Rows(names)
        yield rows.finish(self.contract.head.name)

    def _changes(self, source: BinaryIO, message: _Message) -> Iterator[_Unit]:
        """The lines of a table of changed codes."""
        try:
            yield from _changes(message)
        except csv.Error:
            raise self.mismatch(source) from None

    def extract(self, source: BinaryIO, places: Sequence[Place]) -> Iterator[tuple[Place, bytes]]:
        """Each unit as a file of its own: a collection of one, or a line below its header."""
        wanted = {place.unit: place for place in places}
        numbers = count(1)
        for message in _messages(source):
            alone = _lines_alone(message) if message.is_table else _features_alone(message)
            for content in alone:
                if (unit := next(numbers)) in wanted:
                    yield wanted[unit], content.encode()


#: A unit: the line on which it begins, and its fields, or the reason why it has none.
_Unit = tuple[int, dict[str, str] | str]


@dataclass
class _Rows:
    """The rows of a chunk while they are gathered."""

    names: Sequence[str]
    size: int = 0
    places: list[Place] = field(default_factory=list)
    values: list[dict[str, str]] = field(default_factory=list)
    broken: list[Broken] = field(default_factory=list)

    def add(self, place: Place, found: dict[str, str] | str) -> None:
        """A unit, as its fields or as the reason why it is broken."""
        if isinstance(found, str):
            self.broken.append(Broken(place, found))
            return
        self.places.append(place)
        self.values.append(found)
        self.size += len(found.get("vlak", ""))

    def finish(self, table: str) -> Chunk:
        """The chunk."""
        columns = {
            UNIT: pa.array([place.unit for place in self.places], pa.int64()),
            LINE: pa.array([place.line for place in self.places], pa.int64()),
            MESSAGE: pa.array([place.message for place in self.places], pa.int64()),
        }
        for name in self.names:
            columns[name] = pa.array([row.get(name, "") for row in self.values], pa.string())
        return Chunk({table: pa.table(columns)}, len(self.places) + len(self.broken), self.broken)


# --- messages ---------------------------------------------------------------------------------


class _Message(Message):
    """A file of areas, or of changed codes."""

    @property
    def is_table(self) -> bool:
        """Whether this is a table of changed codes; whatever else it is, must be GeoJSON."""
        head = self.data[:4096].removeprefix(codecs.BOM_UTF8).lstrip()
        return head[:1] not in (b"{", b"[") and OLD.encode() in head.split(b"\n")[0].lower()


def _messages(source: BinaryIO) -> Iterator[_Message]:
    for number, stream in archive.messages(source):
        yield _Message(number, whole(stream, MOST_BYTES))


# --- changed codes ----------------------------------------------------------------------------


def _changes(message: _Message) -> Iterator[_Unit]:
    """Every line below the header; that a field holds no line break, the count sees to."""
    text = message.text()
    delimiter = ";" if ";" in text.partition("\n")[0] else ","
    table = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    header = [name.strip().lower() for name in next(table)]
    columns = {}
    for field_name, options in ((OLD, (OLD,)), (NEW, (NEW,)), (YEARS[1], YEARS)):
        found = [position for position, name in enumerate(header) if name in options]
        if len(found) != 1:
            code = "kolom_dubbel" if found else "kolom_ontbreekt"
            raise Refused(code, f"{message.place(1)}: {' or '.join(options)}")
        columns[field_name] = found[0]
    for row in table:
        if not row:
            yield table.line_num, "lege_regel"
        elif len(row) != len(header):
            yield table.line_num, "aantal_velden"
        else:
            said = {name: row[position].strip() for name, position in columns.items()}
            yield (
                table.line_num,
                {
                    "soort": CHANGE,
                    "indelingsjaar": said[YEARS[1]],
                    "code": said[OLD],
                    "nieuwe_code": said[NEW],
                },
            )


def _lines_alone(message: _Message) -> Iterator[str]:
    header, *rows = message.text().removesuffix("\n").split("\n")
    for row in rows:
        yield f"{header}\n{row}\n"


# --- areas ------------------------------------------------------------------------------------


def _count(message: _Message) -> int:
    """The objects among the features of a collection.

    Braces and strings are all that is looked at, so no text within a feature can pass for one.
    """
    message.text()
    depth, features, member, seen, cut = 0, 0, b"", False, False
    for token in _TOKENS.finditer(message.data):
        mark = token[0]
        if mark == b"{":
            features += depth == 1 and member == b"features"
            depth += 1
        elif mark == b"}":
            depth -= 1
        elif depth == 1 and token[2]:
            member = token[1]
            seen |= member == b"features"
        cut = mark[:1] == b'"' and token.end() == len(message.data)
    if depth > 0 and message.data.removeprefix(codecs.BOM_UTF8).lstrip()[:1] == b"{":
        raise Refused("afgekapt", message.place(message.data.count(b"\n") + 1))
    if depth or cut or not seen:
        raise Refused("json_onleesbaar", message.place())
    if not features:
        raise Refused("alleen_kopregel", message.place())
    return features


@dataclass(frozen=True)
class _Member:
    """A member of the collection, or one of its features, and where it stands in the text."""

    name: str
    begin: int
    end: int
    value: Any


def _members(message: _Message, text: str) -> Iterator[_Member]:
    """The members of the outermost object; of ``features`` every element apart.

    Only one of them is in memory as objects: those of a whole map take six times its text.

    Raises:
        Refused: for what is not JSON, or nested beyond what any shape is.
    """
    try:
        yield from _walk(text)
    except json.JSONDecodeError as error:
        line: int | None = error.lineno
    except (ValueError, RecursionError):
        line = None
    else:
        return
    raise Refused("json_onleesbaar", message.place(line))


def _walk(text: str) -> Iterator[_Member]:
    cursor = Cursor(text, _DECODER)
    for name in cursor.members():
        if name == "features":
            for begin in cursor.elements():
                value = cursor.take()
                yield _Member("feature", begin, cursor.at, value)
        else:
            begin = cursor.at
            value = cursor.take()
            yield _Member(name, begin, cursor.at, value)
    cursor.end()


def _areas(message: _Message) -> Iterator[_Unit]:
    """Every feature of a collection. What its coordinates are in, may stand at its end."""
    text = message.text()
    system = _system(message, text)
    line, counted = 1, 0
    for member in _members(message, text):
        if member.name == "feature":
            line += text.count("\n", counted, member.begin)
            counted = member.begin
            yield line, _area(member.value, system)


def _features_alone(message: _Message) -> Iterator[str]:
    text = message.text()
    crs = [m for m in _members(message, text) if m.name == "crs"]
    begin = '{"type":"FeatureCollection",'
    begin += "".join(f'"crs":{text[member.begin : member.end]},' for member in crs[-1:])
    for member in _members(message, text):
        if member.name == "feature":
            yield f'{begin}"features":[{text[member.begin : member.end]}]}}\n'


def _area(feature: Any, system: System) -> dict[str, str] | str:
    """The fields of one feature, or why it has none."""
    if not isinstance(feature, dict) or feature.get("type") != "Feature":
        return "patroon"
    given = feature.get("properties")
    given = given if isinstance(given, dict) else {}
    said = {name.lower(): _said(value) for name, value in given.items() if name.lower() in READ}
    kind, code = _kind(said)
    if KIND_OF.get(code[:2], kind) != kind:
        return "patroon"
    try:
        shape = _shape(feature.get("geometry"), system)
    except (ValueError, TypeError, shapely.errors.ShapelyError):
        return "patroon"
    if not shape and kind in SHAPED:
        return "verplicht_leeg"
    return {
        "soort": kind,
        "indelingsjaar": _year(said, feature.get("id")),
        "code": code,
        "naam": _first(said, names_of(kind, "naam")),
        "wijk": _first(said, names_of("wijk", "code")[:2]) if kind == "buurt" else "",
        "water": _first(said, WATER),
        "vlak": shape,
    }


def names_of(kind: str, what: str) -> tuple[str, ...]:
    """The names under which CBS gives the ``code`` or ``naam`` of a kind of area."""
    if kind not in KINDS:
        return (f"stat{what}",)
    short, long = KINDS[kind]
    return (f"{short}_{what}", f"{long}{what}", f"stat{what}")


#: Every property that is looked at.
READ = frozenset(
    {name for kind in KINDS for what in ("code", "naam") for name in names_of(kind, what)}
    | {*YEARS, *WATER, "jrstatcode"}
)


def _said(value: Any) -> str:
    """A property as text; what is no text and no number cannot be read."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, str | int):
        return UNREADABLE
    text = str(value).strip()
    return UNREADABLE if UNFIT.search(text) else text


def _first(said: Mapping[str, str], names: Sequence[str]) -> str:
    return next((said[name] for name in names if said.get(name)), "")


def _kind(said: Mapping[str, str]) -> tuple[str, str]:
    """What kind of area this is, and its code: of what it says, the smallest.

    A buurt names its wijk and gemeente too; a ``statcode`` is the area's own, whatever else it
    names.
    """
    own = _first(said, ("statcode",)) or said.get("jrstatcode", "")[4:]
    smallest = _first(said, names_of("buurt", "code")[:2])
    if own and not smallest:
        return KIND_OF.get(own[:2], UNREADABLE), own
    for kind in KINDS:
        if code := _first(said, names_of(kind, "code")[:2]):
            return kind, code
    return "", ""


def _year(said: Mapping[str, str], identifier: Any) -> str:
    """The year that an area says itself, in a property or in its id."""
    if told := _first(said, YEARS) or said.get("jrstatcode", "")[:4]:
        return told
    found = _YEAR_IN_ID.search(identifier) if isinstance(identifier, str) else None
    return found[1] if found else ""


# --- shapes -----------------------------------------------------------------------------------


def _shape(geometry: Any, system: System) -> str:
    """The WKT of a polygon or of several; empty where there is none.

    Raises:
        ValueError: for another kind of geometry, or one that is no shape in Dutch territory.
    """
    if geometry is None:
        return ""
    if not isinstance(geometry, dict) or geometry.get("type") not in ("Polygon", "MultiPolygon"):
        raise ValueError("another kind of geometry")
    coordinates = geometry.get("coordinates")
    if not coordinates:
        return ""
    if geometry["type"] == "Polygon":
        shape = _polygon(coordinates, system)
    else:
        shape = shapely.MultiPolygon([_polygon(rings, system) for rings in coordinates])
    wkt: str = shapely.to_wkt(shape, rounding_precision=3)
    return wkt


def _polygon(rings: Any, system: System) -> Any:
    if not isinstance(rings, list) or not rings:
        raise ValueError("no rings")
    shell, *holes = (_ring(ring, system) for ring in rings)
    return shapely.Polygon(shell, holes)


def _ring(ring: Any, system: System) -> Positions:
    positions = system(_positions(ring))
    if len(positions) < 4 or not np.array_equal(positions[0], positions[-1]):
        raise ValueError("a ring is not closed")
    if not _in_the_netherlands(positions):
        raise ValueError("a position lies elsewhere, or nowhere")
    return positions


def _positions(given: Any) -> Positions:
    """Positions as two columns; ``ValueError`` when one is not of numbers."""
    positions = np.asarray(given)
    if positions.ndim != 2 or positions.dtype.kind not in "if" or positions.shape[1] not in (2, 3):
        raise ValueError("not positions")
    return positions[:, :2].astype(np.float64)


def _in_the_netherlands(positions: Positions) -> bool:
    """Whether all positions, in RD, lie where Dutch territory does; what is not finite does not."""
    x, y = positions.T
    return bool(((EAST[0] <= x) & (x <= EAST[1]) & (NORTH[0] <= y) & (y <= NORTH[1])).all())


def _system(message: _Message, text: str) -> System:
    """How to come to RD from what the coordinates of this collection are in.

    The collection's ``crs`` says so. Without one GeoJSON is in WGS84, but RD is delivered like
    that too: what cannot be degrees, is metres. The first position is the proof of either.

    Raises:
        Refused: ``crs_onbekend`` for anything else; ``json_onleesbaar`` for another message.
    """
    kind: Any = None
    crs: Any = None
    first: Positions | None = None
    for member in _members(message, text):
        if member.name == "feature":
            first = _first_position(member.value) if first is None else first
        elif member.name == "type":
            kind = member.value
        elif member.name == "crs":
            crs = member.value
    if kind != "FeatureCollection":
        raise Refused("json_onleesbaar", message.place())
    if crs is None:
        degrees = first is None or bool((np.abs(first) <= (180, 90)).all())
    else:
        degrees = _names_wgs84(crs, message)
    system = _from_wgs84 if degrees else _as_it_is
    if first is not None and not _in_the_netherlands(system(first)):
        raise Refused("crs_onbekend", message.place())
    return system


def _first_position(feature: Any) -> Positions | None:
    """The first position of a feature, as one row; none when it has none that can be read."""
    geometry = feature.get("geometry") if isinstance(feature, dict) else None
    inner = geometry.get("coordinates") if isinstance(geometry, dict) else None
    while isinstance(inner, list) and inner and isinstance(inner[0], list):
        inner = inner[0]
    try:
        return _positions([inner])
    except ValueError:
        return None


def _names_wgs84(crs: Any, message: _Message) -> bool:
    """Whether a ``crs`` names WGS84; false when it names RD."""
    given = crs.get("properties") if isinstance(crs, dict) else None
    said = given.get("name") or f"EPSG:{given.get('code')}" if isinstance(given, dict) else ""
    name = said.upper() if isinstance(said, str) else ""
    if name.endswith("CRS84"):
        return True
    epsg = _EPSG.search(name)
    if epsg is None or epsg[1] not in ("4326", "28992"):
        raise Refused("crs_onbekend", message.place())
    return epsg[1] == "4326"


def _as_it_is(positions: Positions) -> Positions:
    return positions


def _from_wgs84(positions: Positions) -> Positions:
    """Longitude and latitude in degrees to RD; infinite where that cannot be."""
    x, y = rd.transformer().transform(positions[:, 0], positions[:, 1])
    return np.column_stack([x, y])
