"""Writes `duo_diplomas`: the diplomas of who is 12 to 26 and lives in the gemeente, as one CSV.

What belongs here: the list as it is known at the end of a month, and its errors. Who a diploma is
reported late for is the business of the life model (A07).
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa

from demo import duo
from demo.injection import QUARANTINED, Injection
from demo.lives import Lives
from demo.population import first_day

DELIVERY = "duo_diplomas"
EXTENSION = "csv"


def write(path: Path, lives: Lives, month: np.datetime64, injection: Injection) -> None:
    """Write the list of ``month``: every diploma that is known by its end."""
    rows = lives.diplomas[lives.diplomas["known"] <= lives.last]
    rows = rows[duo.aged(lives, 12, 26)[rows["person"]]]
    rows = rows[np.lexsort((rows["obtained"], rows["person"]))]
    qualified = np.zeros(len(lives.persons), bool)
    qualified[rows["person"][duo.enough(rows)]] = True
    lines = np.arange(len(rows)) + 2
    wrong = injection.bsns(DELIVERY, month, lines, element="bsn")
    new = injection.pick("E14", DELIVERY, month, lines)
    if len(new):
        injection.note(
            *("E14", DELIVERY, month),
            element="niveau",
            outcome=QUARANTINED,
            units=len(new),
            reason="code_onbekend",
            where=new.tolist(),
        )
    late = lines[(rows["obtained"] < first_day(month)) & (rows["known"] >= first_day(month))]
    late = late[~np.isin(late, [*wrong, *new.tolist()])]
    if len(late) and "E04" in injection.codes and injection.rate:
        injection.note(
            *("E04", DELIVERY, month),
            element="datum_diploma",
            outcome="accepted",
            units=len(late),
            reason="nagekomen",
            where=late.tolist(),
        )
    content = duo.table(
        {
            "bsn": duo.spoiled(duo.numbers(lives, DELIVERY, rows["person"]), wrong),
            "geboortedatum": duo.births(lives, DELIVERY, rows["person"]),
            "brin": duo.brins(rows),
            "opleidingscode": pa.array(rows["programme"].astype(str)),
            "niveau": duo.spoiled(duo.codes(rows), dict.fromkeys(new.tolist(), "MBO-5")),
            "datum_diploma": duo.dates(rows["obtained"]),
            "uitslag": pa.array(np.full(len(rows), "G")),
            "indicatie_startkwalificatie": pa.array(np.where(qualified[rows["person"]], "1", "2")),
        }
    )
    path.write_bytes(content)
