"""The rules of a contract, applied to whole columns at once.

A rule answers one question about one column of text: on which rows does the field break its
contract, and under which reason. What happens then is the gate's business.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from warehouse.contracts import Field

Mask = npt.NDArray[np.bool_]
AMOUNT = "^-?[0-9]{1,12}$"
#: Euros with a comma or point before the cents; a mark for thousands would make a thousand of one.
EUROS = r"^[+-]?[0-9]{1,10}([.,][0-9]{1,2})?$"
#: Ways in which a register writes an end that is not known yet.
OPEN_END = frozenset({"00000000", "99991230", "99991231"})


@dataclass(frozen=True)
class Rule:
    """One rule: ``breaks`` gives a mask of the rows that break it."""

    reason: str
    breaks: Callable[[pa.ChunkedArray], Mask]


def rules_of(field: Field, gemeente: str = "") -> Iterator[Rule]:
    """The rules of one field, in the order in which they are judged.

    ``gemeente`` is the one that delivers; without it nothing is another's.
    """
    if field.required:
        yield Rule("verplicht_leeg", lambda column: _mask(pc.equal(column, "")))
    if field.kind in _DATES:
        yield Rule("datum_ongeldig", _each(_DATES[field.kind]))
    if field.kind == "bedrag_cent":
        yield Rule("bedrag_ongeldig", _matching(AMOUNT))
    if field.kind == "bedrag_euro":
        yield Rule("bedrag_ongeldig", _matching(EUROS))
    if field.kind == "leverende_gemeente" and gemeente:
        yield Rule("gemeente_anders", _matching(f"^{gemeente}$"))
    if field.codes:
        codes = pa.array(["", *field.codes])
        yield Rule("code_onbekend", lambda column: ~_mask(pc.is_in(column, value_set=codes)))
    if field.pattern:
        yield Rule("patroon", _matching(field.pattern))
    if field.lowest is not None or field.highest is not None:
        yield Rule("waarde_ongeloofwaardig", _outside(field.lowest, field.highest))


def _mask(values: pa.ChunkedArray) -> Mask:
    return np.asarray(values.to_numpy(), dtype=bool)


def _matching(pattern: str) -> Callable[[pa.ChunkedArray], Mask]:
    def breaks(column: pa.ChunkedArray) -> Mask:
        matches = pc.match_substring_regex(column, pattern)
        return ~_mask(pc.or_(matches, pc.equal(column, "")))

    return breaks


def _outside(lowest: float | None, highest: float | None) -> Callable[[pa.ChunkedArray], Mask]:
    """Rows whose number lies outside the bounds; what is no number is for other rules."""

    def breaks(column: pa.ChunkedArray) -> Mask:
        points = pc.replace_substring(column, ",", ".")
        is_number = pc.match_substring_regex(points, r"^[+-]?[0-9]+(\.[0-9]+)?$")
        values = pc.cast(pc.if_else(is_number, pc.utf8_ltrim(points, "+"), None), pa.float64())
        numbers = np.asarray(values.to_numpy(zero_copy_only=False), dtype=float)
        low = np.full(len(numbers), False) if lowest is None else numbers < lowest
        return low if highest is None else low | (numbers > highest)

    return breaks


def _each(valid: Callable[[str], bool]) -> Callable[[pa.ChunkedArray], Mask]:
    """Judge every distinct value once: dates repeat."""

    def breaks(column: pa.ChunkedArray) -> Mask:
        encoded = column.combine_chunks().dictionary_encode()
        verdicts = np.array([not valid(text) for text in encoded.dictionary.to_pylist()], bool)
        return verdicts[encoded.indices.to_numpy()] if len(verdicts) else np.zeros(0, bool)

    return breaks


@lru_cache(maxsize=200_000)
def is_lo3_date(text: str) -> bool:
    """Whether a text is a date as LO3 writes it: YYYYMMDD, of which the end may be unknown (00)."""
    if text == "":
        return True
    if len(text) != 8 or not (text.isascii() and text.isdigit()):
        return False
    year, month, day = int(text[:4]), int(text[4:6]), int(text[6:])
    if year == 0 or month == 0:
        return month == 0 and day == 0
    return _exists(year, month, day or 1)


@lru_cache(maxsize=200_000)
def is_date(text: str) -> bool:
    """Whether a text is a whole date, YYYYMMDD, between 1900 and 2100; empty passes."""
    return text == "" or (1900 <= _year(text) < 2100 and is_old_date(text))


@lru_cache(maxsize=200_000)
def is_old_date(text: str) -> bool:
    """Whether a text is a whole date, YYYYMMDD, of any year: buildings are older than people."""
    if text == "":
        return True
    year = _year(text)
    return 0 < year < 2100 and _exists(year, int(text[4:6]), int(text[6:]))


def _year(text: str) -> int:
    """The year of YYYYMMDD; 0 when it is none."""
    whole = len(text) == 8 and text.isascii() and text.isdigit()
    return int(text[:4]) if whole else 0


def _is_open_date(text: str) -> bool:
    return text in OPEN_END or is_date(text)


def _exists(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


_DATES: dict[str | None, Callable[[str], bool]] = {
    "lo3_datum": is_lo3_date,
    "datum": is_date,
    "datum_oud": is_old_date,
    "datum_open": _is_open_date,
}
