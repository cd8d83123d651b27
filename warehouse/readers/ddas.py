"""DDAS exchange files: schuldhulptrajecten and vroegsignalen as JSON, in every form of their names.

Version 1.0 writes `Burgerservicenummer`, `KvK-nummer` and `startdatum_matchtingperiode`; later
versions write them in lower camel case and renamed some values. `canonical` and `WORDS` are the
one place that knows: behind it there is a single form, that of the contract. A name that the
contract does not know refuses the file, as the standard's own schema does.

The unit of debt help is a person in a traject: the client, or the partner who shares it. The unit
of early signalling is the signal; a zaak that names no signal of its file is a unit too, for
nobody would miss it otherwise.
"""

from __future__ import annotations

import json
import re
from abc import abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache, partial
from itertools import count
from typing import IO, Any, BinaryIO

from warehouse.contracts import Contract, Field, Table
from warehouse.readers import archive
from warehouse.readers.base import (
    Broken,
    Chunk,
    Place,
    Reader,
    Refused,
    Sink,
    Unmendable,
)
from warehouse.readers.jsontext import UNFIT, Cursor, Message, paths, whole
from warehouse.readers.rows import Rows
from warehouse.readers.values import DATES

#: Ten times what the largest gemeente has in trajecten, all of it in one file.
MOST_BYTES = 64 << 20
LIMITS = archive.Limits(members=1_000, size=256 << 20, of_a_member=MOST_BYTES)
UNITS_PER_CHUNK = 4_000
#: What stands in a field that cannot be read; no rule of a contract lets it pass.
UNREADABLE = "?"
LONGEST_VALUE = 200

DELIVERIES = "leveringen"
TRAJECTS, CLIENT = "schuldhulptrajecten", "client"
SIGNALS, CASES, ATTEMPTS = "vroegsignalen", "vroegsignaalzaken", "contactpogingen"
IDENTIFIER = "id"
#: What a file may say of itself, as the official examples do.
_OF_THE_FILE = ("schema", "id", "title")
_ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_FOUR_DIGITS = re.compile(r"[0-9]{4}")

#: Names that changed by more than their capitals and marks.
_NAMES = {
    "statutairenaam": "naam",
    "contactpersoonen": "contactpersonen",
    "startdatummatchtingperiode": "startdatummatchingperiode",
}
#: Values that were renamed, by the field: the old word and that of the newest version. Those of
#: the traject were never in a schema; the official examples of version 1.0 hold them.
WORDS = {
    "resultaat": {
        "Verwijzing zonder contact": "Verwijzing zonder tussenkomst inwoner",
        "Verwijzing zonder toestemming": "Verwijzing zonder tussenkomst inwoner",
        "Inwoner hoeft geen hulp vanuit vroegsignalering": (
            "Inwoner regelt het zelf/hoeft geen hulp vanuit vroegsignalering"
        ),
    },
    "beschikkingssoort": {"Toewijzingsbeschikking": "Toelatingsbeschikking"},
    "reden_uitstroom": {"Zelfstandig verder": "Zelf"},
}

Path = tuple[str, ...]


@lru_cache(maxsize=1024)
def canonical(name: str) -> str:
    """A name as every version writes it: letters and digits only, in lower case."""
    bare = re.sub("[^a-z0-9]", "", name.lower())
    return _NAMES.get(bare, bare)


def path_of(source: str) -> Path:
    """The path that a contract states as ``physicalName``, in canonical names."""
    return tuple(canonical(name) for name in source.split("/"))


class DdasReader(Reader):
    """Reads exchange files: one message in memory as text, and one of its objects at a time."""

    #: The arrays of a levering in which the units lie.
    arrays: tuple[str, ...]
    #: The paths of the objects that are physical records.
    records: frozenset[Path]

    def __init__(self, contract: Contract) -> None:
        super().__init__(contract)
        self._layouts = {table.name: _Layout(table) for table in contract.raw_tables}
        self._head = self._layouts[contract.head.name]
        stated = [path_of(f.source) for t in contract.tables for f in t.fields if f.source]
        self._known = frozenset(p[:depth] for p in stated for depth in range(1, len(p) + 1))

    def count(self, source: BinaryIO) -> int:
        """The objects that are records, counted by brackets, without decoding the JSON."""
        records = 0
        for message in _messages(source):
            deliveries = 0
            for path in paths(message):
                known = tuple(map(canonical, path))
                deliveries += known == (DELIVERIES,)
                records += known in self.records
            if not deliveries:
                raise Refused("json_onleesbaar", message.place())
        if not records and not self.contract.may_be_empty:
            raise Refused("alleen_kopregel", "no records")
        return records

    def read(self, source: BinaryIO) -> Iterator[Chunk]:
        """Units as rows; a chunk holds whole units."""
        rows = Rows(self.contract)
        for unit in self._all(source):
            rows.records += unit.records
            if unit.reason:
                rows.broken.append(Broken(unit.place, unit.reason))
            holder = rows.heads
            for table, values in unit.rows:
                held = None if table == self.contract.head.name else holder
                rows.add(table, values, unit.place, held)
            if rows.heads + len(rows.broken) >= UNITS_PER_CHUNK:
                yield rows.finish()
                rows = Rows(self.contract)
        yield rows.finish()

    def extract(self, source: BinaryIO, places: Sequence[Place]) -> Iterator[tuple[Place, bytes]]:
        """Each unit as a file of its own: what is said of it, and nothing of another."""
        wanted = {place.unit: place for place in places}
        for unit in self._all(source):
            if (unit.rows or unit.reason) and unit.place.unit in wanted:
                yield wanted[unit.place.unit], unit.alone().encode()

    def splice(self, source: BinaryIO, mended: Mapping[Place, bytes], target: Sink) -> None:
        """Each mended unit in its own place; what stands around it must be as it was.

        A traject that was mended for one of its clients stands beside the one it came from, which
        keeps the others.
        """
        units = {place.unit: (place, unit) for place, unit in mended.items()}
        numbers = count(1)

        def change(number: int, stream: IO[bytes], out: Sink) -> None:
            opened = self._open(Message(number, whole(stream, MOST_BYTES)))
            changes: dict[int, str] = {}
            for delivery in opened.deliveries:
                found = [
                    (unit, *units[unit.place.unit])
                    for unit in self._units(opened, delivery, numbers)
                    if unit.place.unit in units
                ]
                pieces = [
                    _Mended(unit, place, self._alone(opened, delivery, place, text))
                    for unit, place, text in found
                ]
                changes |= self._changes(opened, pieces)
            out.write(_changed(opened, changes).encode() if changes else opened.message.data)

        archive.rewrite(source, target, change, limits=LIMITS, suffix="json")

    def _alone(self, opened: _Opened, delivery: _Delivery, place: Place, text: bytes) -> _Opened:
        """A mended unit, of which the file and the levering are those that it came from."""
        alone = self._open(Message(0, text))
        here = (opened.root, delivery.said)
        if [(alone.root, one.said) for one in alone.deliveries] != [here]:
            raise Unmendable(
                place,
                "what a file and a levering say of themselves is not one unit's",
                "Mend the unit itself, or have the whole file corrected and deliver it again.",
            )
        return alone

    @abstractmethod
    def _changes(self, opened: _Opened, pieces: Sequence[_Mended]) -> dict[int, str]:
        """What comes in the place of which objects, by where they begin."""

    def _open(self, message: Message) -> _Opened:
        return _Opened(message, self.arrays, self._known)

    def _all(self, source: BinaryIO) -> Iterator[_Unit]:
        numbers = count(1)
        for message in _messages(source):
            opened = self._open(message)
            for delivery in opened.deliveries:
                yield from self._units(opened, delivery, numbers)

    @abstractmethod
    def _units(
        self, opened: _Opened, delivery: _Delivery, numbers: Iterator[int]
    ) -> Iterator[_Unit]:
        """The units of one levering of a message, each with the next of the numbers."""


class SchuldhulpReader(DdasReader):
    """Reads schuldhulptrajecten: a unit for each client, so also for the partner who shares one."""

    arrays = (TRAJECTS,)
    path = (DELIVERIES, TRAJECTS)
    records = frozenset({path, (*path, CLIENT)})
    roles = ("client", "partner")
    #: The steps with which a traject can begin; the first of them that has a date dates it.
    begins = tuple(
        path_of(name)
        for name in (
            "aanmelding/startdatum",
            "startdatum",
            "informatieEnAdvies/startdatum",
            "intake/startdatum",
            "toekenningsdatum",
        )
    )

    def _units(
        self, opened: _Opened, delivery: _Delivery, numbers: Iterator[int]
    ) -> Iterator[_Unit]:
        for begin in delivery.objects[TRAJECTS]:
            traject = opened.take(begin, self.path)
            whole_traject = isinstance(traject, dict)
            clients = _list(traject.get(CLIENT)) if whole_traject else []
            # A traject without a client is a unit too, of which the person is missing.
            for index, client in enumerate(clients or [None]):
                yield _Unit(
                    Place(opened.message.number, next(numbers), opened.line(begin)),
                    (begin, index),
                    partial(_traject_alone, opened, delivery, begin, index),
                    records=(index == 0 and whole_traject) + isinstance(client, dict),
                    rows=self._rows(opened, delivery, traject, index) if client else [],
                    reason="" if client else "bsn_ontbreekt" if whole_traject else "patroon",
                )

    def _rows(
        self, opened: _Opened, delivery: _Delivery, traject: dict[str, Any], index: int
    ) -> list[tuple[str, dict[str, str]]]:
        clients = _list(traject.get(CLIENT))
        around = [*opened.scopes(delivery), _Scope(self.path, traject)]
        scopes = [*around, _Scope((*self.path, CLIENT), clients[index])]
        values = self._head.values(scopes)
        values["rol"] = self.roles[index] if index < len(self.roles) else UNREADABLE
        values["aanvang"] = next(
            (date for step in self.begins if (date := _date(_within(traject, step)))), ""
        )
        if len(clients) == len(self.roles):
            other = _Scope(scopes[-1].path, clients[1 - index])
            values["andere_bsn"] = self._head.values([*around, other])["bsn"]
        rows = [(self.contract.head.name, values)]
        for name, layout in self._layouts.items():
            if layout is not self._head:
                inner = layout.path[len(self.path) :]
                for item in _list(_within(traject, inner)):
                    rows.append((name, layout.values([*around, _Scope(layout.path, item)])))
        return rows

    def _changes(self, opened: _Opened, pieces: Sequence[_Mended]) -> dict[int, str]:
        by_traject: dict[int, list[_Mended]] = {}
        for piece in pieces:
            by_traject.setdefault(piece.unit.at[0], []).append(piece)
        return {
            begin: self._put_back(opened, begin, mended) for begin, mended in by_traject.items()
        }

    def _put_back(self, opened: _Opened, begin: int, pieces: Sequence[_Mended]) -> str:
        """The trajecten that come of one: those who agree on what it says stay together."""
        clients = dict(enumerate(_clients(opened, begin)))
        around = _around(opened, begin)
        trajects = {json.dumps(around): (opened, begin, clients)}
        for piece in pieces:
            places = piece.alone.deliveries[0].objects[TRAJECTS]
            found = _clients(piece.alone, places[0]) if len(places) == 1 else []
            if len(found) != 1:
                raise Unmendable(
                    piece.place,
                    "a mended unit must hold one traject with one client, as it was exported",
                    "Mend the export itself, and leave out what was not mended.",
                )
            clients.pop(piece.unit.at[1], None)
            key = json.dumps(_around(piece.alone, places[0]))
            _, _, theirs = trajects.setdefault(key, (piece.alone, places[0], {}))
            theirs[piece.unit.at[1]] = found[0]
        return ",\n".join(
            _with_clients(of, at, [theirs[place] for place in sorted(theirs)])
            for of, at, theirs in trajects.values()
            if theirs
        )


class VroegsignalenReader(DdasReader):
    """Reads vroegsignalen, each with the zaken that it was handled in."""

    arrays = (SIGNALS, CASES)
    signal_path, case_path = (DELIVERIES, SIGNALS), (DELIVERIES, CASES)
    records = frozenset({signal_path, case_path})

    def _units(
        self, opened: _Opened, delivery: _Delivery, numbers: Iterator[int]
    ) -> Iterator[_Unit]:
        message = opened.message.number
        cases = [(begin, opened.take(begin, self.case_path)) for begin in delivery.objects[CASES]]
        by_signal: dict[str, list[int]] = {}
        for index, (_, case) in enumerate(cases):
            for identifier in _identifiers(case):
                by_signal.setdefault(identifier, []).append(index)
        seen = set()
        for begin in delivery.objects[SIGNALS]:
            signal = opened.take(begin, self.signal_path)
            is_object = isinstance(signal, dict)
            identifier = _plain(signal.get(IDENTIFIER)) if is_object else ""
            seen.add(identifier)
            handled = [cases[index] for index in by_signal.get(identifier, ())]
            yield _Unit(
                Place(message, next(numbers), opened.line(begin)),
                (begin, *(place for place, _ in handled)),
                partial(_signal_alone, opened, delivery, begin, [b for b, _ in handled]),
                records=is_object,
                rows=self._rows(opened, delivery, signal, handled) if is_object else [],
                reason="" if is_object else "patroon",
            )
        for begin, case in cases:
            if not isinstance(case, dict):
                reason = "patroon"
            else:
                reason = "" if seen.intersection(_identifiers(case)) else "zaak_zonder_signaal"
            yield _Unit(
                Place(message, next(numbers) if reason else 0, opened.line(begin)),
                (begin,),
                partial(_signal_alone, opened, delivery, None, [begin]),
                records=isinstance(case, dict),
                reason=reason,
            )

    def _rows(
        self,
        opened: _Opened,
        delivery: _Delivery,
        signal: dict[str, Any],
        handled: Sequence[tuple[int, dict[str, Any]]],
    ) -> list[tuple[str, dict[str, str]]]:
        around = opened.scopes(delivery)
        rows = [
            (
                self.contract.head.name,
                self._head.values([*around, _Scope(self.signal_path, signal)]),
            )
        ]
        for number, (_, case) in enumerate(handled, 1):
            scopes = [*around, _Scope(self.case_path, case)]
            own = {"zaak": str(number)}
            rows.append(("zaak", self._layouts["zaak"].values(scopes) | own))
            layout = self._layouts["contactpoging"]
            for attempt in _list(case.get(ATTEMPTS)):
                values = layout.values([*scopes, _Scope(layout.path, attempt)])
                rows.append(("contactpoging", values | own))
        return rows

    def _changes(self, opened: _Opened, pieces: Sequence[_Mended]) -> dict[int, str]:
        """Signals and their zaken, each in its place; a zaak that two mended must agree."""
        changes: dict[int, str] = {}
        for piece in pieces:
            objects = piece.alone.deliveries[0].objects
            places = [*objects[SIGNALS], *objects[CASES]]
            if len(places) != len(piece.unit.at):
                raise Unmendable(
                    piece.place,
                    "a mended unit must hold as many zaken as it was exported with",
                    "Mend the export itself, and leave out what was not mended.",
                )
            for begin, text in zip(piece.unit.at, map(piece.alone.slice, places), strict=True):
                if changes.setdefault(begin, text) != text:
                    raise Unmendable(
                        piece.place,
                        "a zaak of several signals was mended in two ways",
                        "Mend it alike with each of its signals.",
                    )
        return changes


# --- a file while it is read ------------------------------------------------------------------


@dataclass
class _Unit:
    """One unit, or (without rows and reason) a record that belongs to the units before it."""

    place: Place
    #: Where its objects begin; of a traject, which of the clients it is.
    at: tuple[int, ...]
    alone: Callable[[], str]
    records: int
    rows: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    reason: str = ""


@dataclass(frozen=True)
class _Mended:
    """A unit, and the file of it alone as it was mended."""

    unit: _Unit
    place: Place
    alone: _Opened


@dataclass(frozen=True)
class _Scope:
    """An object and its path, from which the fields below that path are read."""

    path: Path
    value: Any


@dataclass
class _Delivery:
    """One of the leveringen of a file: what it says of itself, and where its objects begin."""

    said: dict[str, Any]
    spans: list[tuple[str, int, int]]
    objects: dict[str, list[int]]


class _Opened:
    """A message of which everything was seen once, and nothing kept but where it stands."""

    def __init__(self, message: Message, arrays: Sequence[str], known: frozenset[Path]) -> None:
        self.message = message
        self.text = message.text()
        self.root: dict[str, Any] = {}
        self.spans: list[tuple[str, int, int]] = []
        self.deliveries: list[_Delivery] = []
        self._known = known
        self._counted = (0, 1)
        with self._judging():
            self._outline(arrays)
        self._check(self.root, (), 0)

    def scopes(self, delivery: _Delivery) -> list[_Scope]:
        """What the file and one of its leveringen say of themselves."""
        return [_Scope((), self.root), _Scope((DELIVERIES,), delivery.said)]

    def take(self, begin: int, path: Path) -> Any:
        """The object that begins there.

        Raises:
            Refused: when it holds a name that the contract does not know.
        """
        with self._judging():
            value = Cursor(self.text, _DECODER, begin).take()
        self._check(value, path, begin)
        return value

    def slice(self, begin: int) -> str:
        """The text of the value that begins there."""
        return self.text[begin : _end(self.text, begin)]

    def line(self, begin: int) -> int:
        """The line on which a position stands."""
        at, line = self._counted if self._counted[0] <= begin else (0, 1)
        line += self.text.count("\n", at, begin)
        self._counted = (begin, line)
        return line

    def _outline(self, arrays: Sequence[str]) -> None:
        cursor = Cursor(self.text, _DECODER)
        for name in cursor.members():
            key = canonical(name)
            if key == DELIVERIES and not self.deliveries:
                for begin in cursor.elements():
                    self.deliveries.append(self._delivery(cursor, arrays, begin))
            elif key in self.root or key == DELIVERIES:
                raise _DoubleNameError
            else:
                begin = cursor.at
                value = cursor.take()
                self.spans.append((name, begin, cursor.at))
                if key not in _OF_THE_FILE:
                    self.root[key] = value
        cursor.end()

    def _delivery(self, cursor: Cursor, arrays: Sequence[str], start: int) -> _Delivery:
        delivery = _Delivery({}, [], {})
        for name in cursor.members():
            key = canonical(name)
            if key in delivery.said or key in delivery.objects:
                raise _DoubleNameError
            if key in arrays:
                delivery.objects[key] = []
                for begin in cursor.elements():
                    delivery.objects[key].append(begin)
                    cursor.leap()
            else:
                begin = cursor.at
                delivery.said[key] = cursor.take()
                delivery.spans.append((name, begin, cursor.at))
        for key in arrays:
            delivery.objects.setdefault(key, [])
        self._check(delivery.said, (DELIVERIES,), start)
        return delivery

    def _check(self, value: Any, path: Path, begin: int) -> None:
        """Refuse what the contract has no name for."""
        if isinstance(value, dict):
            for name, inner in value.items():
                if (below := (*path, name)) not in self._known:
                    raise Refused("kolom_onbekend", self.message.place(self.line(begin)))
                self._check(inner, below, begin)
        elif isinstance(value, list):
            for inner in value:
                self._check(inner, path, begin)

    @contextmanager
    def _judging(self) -> Iterator[None]:
        line: int | None = None
        try:
            yield
        except _DoubleNameError:
            code = "kolom_dubbel"
        except json.JSONDecodeError as error:
            code, line = "json_onleesbaar", error.lineno
        except (ValueError, RecursionError):
            code = "json_onleesbaar"
        else:
            return
        raise Refused(code, self.message.place(line))


def _messages(source: BinaryIO) -> Iterator[Message]:
    for number, stream in archive.messages(source, LIMITS):
        yield Message(number, whole(stream, MOST_BYTES))


# --- a unit by itself -------------------------------------------------------------------------


def _traject_alone(opened: _Opened, delivery: _Delivery, begin: int, index: int) -> str:
    """A file of one traject, with only one of its clients."""
    clients = _clients(opened, begin)[index : index + 1]
    return _alone(opened, delivery, {TRAJECTS: [_with_clients(opened, begin, clients)]})


def _around(opened: _Opened, begin: int) -> Any:
    """What a traject says, but for who is in it."""
    traject = Cursor(opened.text, _DECODER, begin).take()
    if isinstance(traject, dict):
        traject.pop(CLIENT, None)
    return traject


def _clients(opened: _Opened, begin: int) -> list[str]:
    """The clients of a traject, each as it is written."""
    cursor = Cursor(opened.text, _DECODER, begin)
    if opened.text[begin] == "{":
        for name in cursor.members():
            if canonical(name) != CLIENT:
                cursor.take()
            elif opened.text[cursor.at] == "[":
                found = []
                for at in cursor.elements():
                    cursor.leap()
                    found.append(opened.text[at : cursor.at])
                return found
            else:
                return [opened.slice(cursor.at)]
    return []


def _with_clients(opened: _Opened, begin: int, clients: Sequence[str]) -> str:
    """A traject as it is written, with these clients; what is no object stays as it is."""
    if opened.text[begin] != "{":
        return opened.slice(begin)
    cursor = Cursor(opened.text, _DECODER, begin)
    parts, written = [], False
    for name in cursor.members():
        start = cursor.at
        cursor.take()
        if canonical(name) == CLIENT:
            parts.append(_member(name, f"[{','.join(clients)}]"))
            written = True
        else:
            parts.append(_member(name, opened.text[start : cursor.at]))
    if clients and not written:
        parts.append(_member(CLIENT, f"[{','.join(clients)}]"))
    return f"{{{','.join(parts)}}}"


def _changed(opened: _Opened, changes: Mapping[int, str]) -> str:
    """The text of a message with other objects in the places of some."""
    parts, at = [], 0
    for begin, text in sorted(changes.items()):
        parts += [opened.text[at:begin], text]
        at = _end(opened.text, begin)
    return "".join([*parts, opened.text[at:]])


def _signal_alone(
    opened: _Opened, delivery: _Delivery, signal: int | None, cases: Sequence[int]
) -> str:
    """A file of one signal with its zaken, or of one zaak without a signal."""
    cut = {
        key: [opened.text[begin : _end(opened.text, begin)] for begin in begins]
        for key, begins in ((SIGNALS, [] if signal is None else [signal]), (CASES, cases))
    }
    return _alone(opened, delivery, cut)


def _alone(opened: _Opened, delivery: _Delivery, arrays: dict[str, list[str]]) -> str:
    """A file of one levering, which holds these objects as they are written."""
    own = [_member(name, opened.text[begin:end]) for name, begin, end in delivery.spans]
    own += [_member(name, f"[{','.join(objects)}]") for name, objects in arrays.items()]
    file = [_member(name, opened.text[begin:end]) for name, begin, end in opened.spans]
    return f"{{{','.join([*file, _member(DELIVERIES, f'[{{{chr(44).join(own)}}}]')])}}}\n"


def _member(name: str, value: str) -> str:
    return f"{json.dumps(name, ensure_ascii=False)}:{value}"


def _end(text: str, begin: int) -> int:
    cursor = Cursor(text, _DECODER, begin)
    cursor.leap()
    return cursor.at


# --- values -----------------------------------------------------------------------------------


class _Layout:
    """Where the fields of one table stand."""

    def __init__(self, table: Table) -> None:
        self._fields = [(item, path_of(item.source)) for item in table.read_fields if item.source]
        self._places: list[tuple[Field, int, Path]] = []
        #: The path of the object that is a row: that of its last field.
        self.path = max((path[:-1] for _, path in self._fields), key=len)

    def values(self, scopes: Sequence[_Scope]) -> dict[str, str]:
        """The text of every field, from the nearest object in which it can lie.

        The objects around a row of this table have the same paths for every row.
        """
        if not self._places:
            self._places = [(item, *self._nearest(path, scopes)) for item, path in self._fields]
        values = {}
        for item, depth, below in self._places:
            value = _within(scopes[depth].value, below)
            values[item.name] = "" if value is None else _text(value, item)
        return values

    @staticmethod
    def _nearest(path: Path, scopes: Sequence[_Scope]) -> tuple[int, Path]:
        paths = [scope.path for scope in scopes]
        depth = max(n for n, around in enumerate(paths) if path[: len(around)] == around)
        return depth, path[len(paths[depth]) :]


class _DoubleNameError(ValueError):
    """One name twice in one object."""


class _Number(str):
    """A number as it is written: no amount is rounded, and none is too long to be read."""

    __slots__ = ()


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = {canonical(name): value for name, value in pairs}
    if len(made) != len(pairs):
        raise _DoubleNameError
    return made


def _no_number(_: str) -> Any:
    raise ValueError("not a number")


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object, parse_int=_Number, parse_float=_Number, parse_constant=_no_number
)


def _within(value: Any, path: Path) -> Any:
    """What stands at a path below an object: nothing, a value, or what cannot be read."""
    for name in path:
        if value is None:
            return None
        value = value.get(name) if isinstance(value, dict) else UNREADABLE
    return value


def _list(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _identifiers(case: Any) -> list[str]:
    """The signals that a zaak names."""
    named = _list(case.get(SIGNALS)) if isinstance(case, dict) else []
    return [_plain(_within(item, (IDENTIFIER,))) for item in named]


def _text(value: Any, item: Field) -> str:
    """A value as the contract has it; ``UNREADABLE`` where it is none."""
    text = _date(value) if item.kind in DATES else _plain(value)
    if item.name == "gemeentecode" and _FOUR_DIGITS.fullmatch(text):
        return f"GM{text}"
    return WORDS.get(item.name, {}).get(text, text)


def _date(value: Any) -> str:
    """An ISO date as YYYYMMDD."""
    text = _plain(value)
    iso = _ISO.fullmatch(text)
    return "".join(iso.groups()) if iso else text and UNREADABLE


def _plain(value: Any) -> str:
    """Text; J or N for what is true or false."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "J" if value else "N"
    if not isinstance(value, str) or len(value) > LONGEST_VALUE or UNFIT.search(value):
        return UNREADABLE
    return value.strip()
