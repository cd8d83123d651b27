"""Values as the warehouse writes them, whatever the register's own way.

What belongs here: one way of writing for what registers write in several. What does not: whether a
value is right (``rules``).
"""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

_ISO = r"^([0-9]{4})-([0-9]{2})-([0-9]{2})$"
#: Kinds of fields that hold a date.
DATES = frozenset({"lo3_datum", "datum", "datum_oud", "datum_open"})


def compact_date(text: str) -> str:
    """A date as YYYYMMDD: without the dashes of ISO 8601; any other text as it is."""
    if len(text) == 10 and text[4] == "-" == text[7]:
        return text[:4] + text[5:7] + text[8:]
    return text


def compact_dates(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """A column of dates as YYYYMMDD."""
    return pc.replace_substring_regex(column, _ISO, r"\1\2\3")
