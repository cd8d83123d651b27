"""Writes the yearly delivery of household incomes: one CSV, one row per resident.

What belongs here: the layout, and what the CBS leaves out. What does not: the incomes themselves
(``lives``). The income is that of two years before, the newest that is final.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv

from demo.injection import Injection
from demo.lives import Lives
from demo.population import Numbers, draw

EXTENSION = "csv"
DELIVERY = "inkomen_huishouden"
#: CBS codes of the main sources, in the order of ``demo.lives.facts.SOURCES``.
_SOURCES = np.array(["11", "13", "21", "24", "22", "25", "26"])
#: Share of the homes of which the CBS gives no income, and of those without assets.
_UNKNOWN, _NO_ASSETS = 0.02, 0.05


def write(path: Path, lives: Lives, month: np.datetime64, injection: Injection) -> None:
    """Write the delivery of ``month``."""
    year = int(str(month)[:4]) - 2
    rows = lives.incomes(year)
    lines, key = np.arange(2, len(rows) + 2), np.array([year])
    wrong = injection.bsns(DELIVERY, month, lines, element="bsn")
    spoiled = injection.amounts(DELIVERY, month, lines, element="verzamelinkomen_huishouden")
    known = draw(lives.seed, "income known", rows["home"], key) >= _UNKNOWN
    assets = known & (draw(lives.seed, "assets known", rows["home"], key) >= _NO_ASSETS)
    bsn = pc.utf8_lpad(pa.array(lives.bsns(DELIVERY)[rows["person"]]).cast(pa.string()), 9, "0")
    table = pa.table(
        {
            "bsn": _with(bsn, wrong),
            "inkomensjaar": pa.repeat(str(year), len(rows)),
            "verzamelinkomen_huishouden": _with(_where(known, rows["taxable"]), spoiled),
            "besteedbaar_inkomen_huishouden": _where(known, rows["disposable"]),
            "inkomensbron": pa.array(np.where(known, _SOURCES[rows["source"]], "")),
            "welvaart_kwintiel": _where(known, rows["quintile"]),
            "vermogensklasse": _where(assets, rows["assets"] + 1),
        }
    )
    with path.open("wb") as target:
        options = pacsv.WriteOptions(delimiter=";", quoting_style="none")
        pacsv.write_csv(table, target, options)


def _where(known: Numbers, values: Numbers) -> pa.Array:
    """Numbers as text; empty where they are not known."""
    return pc.if_else(pa.array(known), pa.array(values).cast(pa.string()), "")


def _with(column: pa.Array, spoiled: dict[int, str]) -> pa.Array:
    """A column with other values on some lines; the first row is line 2."""
    values = column.to_numpy(zero_copy_only=False).copy()
    for line, value in spoiled.items():
        values[line - 2] = value
    return pa.array(values, pa.string())
