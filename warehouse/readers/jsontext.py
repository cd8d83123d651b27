"""JSON as text that is walked, so that only one of its many objects is in memory at a time.

What belongs here: refusing what is no UTF-8, the steps of a walk over objects and arrays, and the
look at brackets alone that counts what a walk should find. What does not: what a message means.
The standard library suffices for that (docs/decisions/0017): a message is bounded in size, and
its objects, once decoded one by one, are not kept.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any

from warehouse.readers.base import Refused

#: What JSON can escape and no text can hold.
UNFIT = re.compile("[\0\ud800-\udfff]")
#: Deeper than any message of a register goes.
DEEPEST = 32
_SPACE = re.compile(r"[ \t\r\n]*")
_UTF16_32 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE)
#: Strings and brackets. A string may be a key, or be cut off.
_TOKENS = re.compile(rb'"((?:[^"\\]++|\\.)*+)(?:"\s*(:)?|\\?\Z)|[{}\[\]]', re.DOTALL)
_OPENS = {b"}": b"{", b"]": b"["}


@dataclass(frozen=True)
class Message:
    """One file of a delivery: number 0 when it is the delivery itself."""

    number: int
    data: bytes

    def place(self, line: int | None = None) -> str:
        """Where a line stands, for an error."""
        message = f"message {self.number}" if self.number else ""
        return ", ".join(filter(None, (message, f"line {line}" if line else "")))

    def text(self) -> str:
        """The content as text.

        Raises:
            Refused: when it is not UTF-8, or ends within a character.
        """
        if self.data.startswith(_UTF16_32):
            raise Refused("codering", self.place())
        if (at := self.data.find(b"\0")) >= 0:
            raise Refused("nul_byte", self.place(self.data.count(b"\n", 0, at) + 1))
        try:
            return self.data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            cut = error.reason == "unexpected end of data"
            line = self.data.count(b"\n", 0, error.start) + 1
        raise Refused("afgekapt" if cut else "codering", self.place(line))


def whole(stream: IO[bytes], most: int) -> bytes:
    """Everything of a stream; ``Refused`` when that is more than ``most`` bytes."""
    data = stream.read(most + 1)
    if len(data) > most:
        raise Refused("zip_te_groot")
    return data


#: Numbers stay text: one of a million digits would take minutes to become a number.
_SYNTAX = json.JSONDecoder(parse_int=str, parse_float=str)


# --- a walk -----------------------------------------------------------------------------------


class Cursor:
    """A place in a text of JSON, from which one value at a time is taken.

    ``members`` and ``elements`` stop before each value of an object or array; whoever walks takes
    that value, or walks it in turn, before going on.

    Every step raises ``ValueError`` for what is no JSON, and ``RecursionError`` for what is nested
    beyond measure.
    """

    def __init__(self, text: str, decoder: json.JSONDecoder, at: int = 0) -> None:
        self.text = text
        self.at = at
        self._decoder = decoder

    def members(self) -> Iterator[str]:
        """The names of an object's members, each with the cursor before its value."""
        for _ in self._inside("{", "}"):
            if self.text[self.at : self.at + 1] != '"':
                raise json.JSONDecodeError("a name was expected", self.text, self.at)
            name = self.take()
            self._expect(":")
            self.skip()
            yield name

    def elements(self) -> Iterator[int]:
        """Where each element of an array begins, which is where the cursor stands."""
        yield from self._inside("[", "]")

    def take(self) -> Any:
        """The value at the cursor, which then stands behind it."""
        value, self.at = self._decoder.raw_decode(self.text, self.at)
        return value

    def leap(self) -> None:
        """Go behind the value at the cursor, looking no further into it than its syntax."""
        _, self.at = _SYNTAX.raw_decode(self.text, self.at)

    def end(self) -> None:
        """Nothing but white space may follow."""
        self.skip()
        if self.at != len(self.text):
            raise json.JSONDecodeError("something follows", self.text, self.at)

    def skip(self) -> None:
        """Go on to what is no white space."""
        found = _SPACE.match(self.text, self.at)
        self.at = found.end() if found else self.at

    def _inside(self, opening: str, closing: str) -> Iterator[int]:
        self._expect(opening)
        self.skip()
        if self.text[self.at : self.at + 1] == closing:
            self.at += 1
            return
        mark = ","
        while mark == ",":
            self.skip()
            yield self.at
            mark = self._expect("," + closing)

    def _expect(self, allowed: str) -> str:
        """The next character, which must be one of a few; the cursor goes behind it."""
        self.skip()
        if self.at == len(self.text) or self.text[self.at] not in allowed:
            raise json.JSONDecodeError("another mark was expected", self.text, self.at)
        self.at += 1
        return self.text[self.at - 1]


# --- brackets alone ---------------------------------------------------------------------------


def paths(message: Message) -> Iterator[tuple[str, ...]]:
    """The path of every object in a message: the names of the members it lies in.

    Brackets and strings are all that is looked at: no text can pass for an object, and nothing of
    a value is decoded. The objects in an array have the path of the array.

    Raises:
        Refused: for what is cut off, nested beyond measure, or closes what it did not open.
    """
    message.text()
    opened: list[tuple[bytes, tuple[str, ...]]] = []
    name, cut = "", False
    for token in _TOKENS.finditer(message.data):
        mark = token[0]
        if mark in (b"{", b"["):
            path: tuple[str, ...] = ()
            if opened:
                around, path = opened[-1]
                path = path if around == b"[" else (*path, name)
            if mark == b"{":
                yield path
            opened.append((mark, path))
            if len(opened) > DEEPEST:
                raise Refused("json_onleesbaar", message.place())
        elif mark in _OPENS:
            if not opened or opened.pop()[0] != _OPENS[mark]:
                raise Refused("json_onleesbaar", message.place())
        else:
            name = token[1].decode() if token[2] else name
            cut = token.end() == len(message.data)
    if opened:
        raise Refused("afgekapt", message.place(message.data.count(b"\n") + 1))
    if cut:
        raise Refused("json_onleesbaar", message.place())
