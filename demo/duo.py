"""What the deliveries of DUO share: about whom they are, how they write a level, a date, a table.

What belongs here: the selection of persons, codes and columns of text. What does not: which facts
a delivery holds (the module named after it).
"""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from demo.lives import Lives
from demo.lives.facts import BRINS, School
from demo.population import NEVER, YEAR, Numbers

#: A column of text.
Text: TypeAlias = Any

_VMBO = ("", "VO-VMBO-BB", "VO-VMBO-KB", "VO-VMBO-GL", "VO-VMBO-TL")
_MBO = ("", "MBO-1", "MBO-2", "MBO-3", "MBO-4")
_OTHERS = {
    School.PO: "PO",
    School.PRO: "VO-PRO",
    School.HAVO: "VO-HAVO",
    School.VWO: "VO-VWO",
    School.VSO: "VSO",
    School.VAVO: "VAVO-HAVO",
    School.HBO: "HBO-BA",
    School.WO: "WO-BA",
}
#: Per kind of education and level DUO's code.
_CODES = np.array(
    [
        _VMBO if kind == School.VMBO else _MBO if kind == School.MBO else [_OTHERS[kind]] * 5
        for kind in School
    ]
)
#: What counts as a startkwalificatie (domain 2.10).
_ENOUGH = (School.HAVO, School.VWO, School.HBO, School.WO)
_YEAR_ONLY, _NOTHING = 1, 2


def codes(facts: Numbers) -> Text:
    """The level of each enrolment or diploma."""
    return pa.array(_CODES[facts["school"], facts["level"]])


def brins(facts: Numbers) -> Text:
    """The school of each fact: four characters, made up."""
    return pa.array(np.array(BRINS)[facts["brin"]])


def enough(facts: Numbers) -> Numbers:
    """Which diplomas give a startkwalificatie."""
    found: Numbers = np.isin(facts["school"], _ENOUGH) | (
        (facts["school"] == School.MBO) & (facts["level"] >= 2)
    )
    return found


def dates(days: Numbers) -> Text:
    """Days as YYYYMMDD, empty where they have not come."""
    there = np.asarray(days) < NEVER
    whole = np.where(there, days, 0).astype("datetime64[D]")
    text = pc.replace_substring(pa.array(np.datetime_as_string(whole)), "-", "")
    return pc.if_else(pa.array(there), text, "")


def births(lives: Lives, delivery: str, persons: Numbers) -> Text:
    """Days of birth as the register has them, some of which are not wholly known."""
    days, partial = lives.births(delivery)[persons], lives.persons["partial"][persons]
    text = dates(days)
    year = pc.binary_join_element_wise(pc.utf8_slice_codeunits(text, 0, 4), "0000", "")
    text = pc.if_else(pa.array(partial == _YEAR_ONLY), year, text)
    return pc.if_else(pa.array(partial == _NOTHING), "00000000", text)


def numbers(lives: Lives, delivery: str, persons: Numbers) -> Text:
    """The BSN of each person, with its leading zeros."""
    return pc.utf8_lpad(
        pc.cast(pa.array(lives.bsns(delivery)[persons]), pa.string()), width=9, padding="0"
    )


def aged(lives: Lives, youngest: int, oldest: int) -> Numbers:
    """Whether each person lives in the gemeente and is of an age, both ends included."""
    age = (lives.last - lives.persons["birth"]) / YEAR
    there: Numbers = (lives.persons["home"] >= 0) & (age >= youngest) & (age < oldest + 1)
    return there


def spoiled(column: Text, values: Mapping[int, str]) -> Text:
    """The column with other values on some lines, as a file numbers them: 1 is the header."""
    if not values:
        return column
    mask = np.zeros(len(column), bool)
    mask[[line - 2 for line in values]] = True
    new = pa.array([values[line] for line in sorted(values)], pa.string())
    return pc.replace_with_mask(column, pa.array(mask), new)


def table(columns: Mapping[str, Text]) -> bytes:
    """A CSV as DUO writes it: semicolons, a header, nothing quoted."""
    sink = pa.BufferOutputStream()
    options = csv.WriteOptions(delimiter=";", quoting_style="none", quoting_header="none")
    csv.write_csv(pa.table(dict(columns)), sink, options)
    content: bytes = sink.getvalue().to_pybytes()
    return content


def zipped(path: Path, members: Mapping[str, bytes]) -> None:
    """Write a zip in which no member carries a moment."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as archive:
        for name, content in members.items():
            member = zipfile.ZipInfo(name)
            member.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(member, content)
