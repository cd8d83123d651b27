"""What the writers of tables share: days and numbers as text, and a CSV of columns.

What belongs here: how any register of the synthetic gemeente writes a day, a birth, a BSN. What
does not: the columns of one register.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
from numpy.typing import NDArray

from demo.lives import Lives
from demo.population import NEVER, Numbers

Texts = NDArray[Any]


def dates(days: Numbers) -> Texts:
    """Days since 1970 as YYYY-MM-DD; empty for a day that has not come."""
    values, where = np.unique(days, return_inverse=True)
    texts = [str(np.datetime64(int(day), "D")) if day < NEVER else "" for day in values]
    return np.array(texts, dtype=object)[where]


def births(lives: Lives, delivery: str, persons: Numbers) -> Texts:
    """Days of birth as YYYY-MM-DD, with zeros for what is not known of them."""
    texts = dates(lives.births(delivery)[persons])
    partial = lives.persons["partial"][persons]
    for place in np.flatnonzero(partial).tolist():
        whole = texts[place]
        texts[place] = f"{whole[:7]}-00" if partial[place] == 1 else f"{whole[:4]}-00-00"
    return texts


def numbers(lives: Lives, delivery: str, persons: Numbers) -> Texts:
    """The BSN of each person in a delivery."""
    return np.array([str(bsn) for bsn in lives.bsns(delivery)[persons].tolist()], dtype=object)


def yes(truths: Numbers) -> Texts:
    """J or N."""
    return np.where(truths, "J", "N").astype(object)


def euros(cents: Numbers) -> Texts:
    """Cents as euros with a comma; empty for nothing."""
    values, where = np.unique(cents, return_inverse=True)
    texts = [f"{value // 100},{value % 100:02d}" if value else "" for value in values.tolist()]
    return np.array(texts, dtype=object)[where]


def chosen(words: tuple[str, ...], places: Numbers) -> Texts:
    """Words by their places."""
    return np.array(words, dtype=object)[places]


def write(path: Path, columns: Mapping[str, Texts]) -> None:
    """A CSV with semicolons, unquoted: no value holds one."""
    table = pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()})
    options = pa.csv.WriteOptions(delimiter=";", quoting_style="none", include_header=False)
    empty = {name: pc.fill_null(table[name], "") for name in table.column_names}
    with path.open("wb") as target:
        target.write((";".join(columns) + "\n").encode())
        pa.csv.write_csv(pa.table(empty), target, options)
