"""Writes `duo_verzuim`: the reports of absence of the last twelve months, as one CSV.

What belongs here: the reports as they stand at the end of a month, and their errors.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa

from demo import duo
from demo.injection import QUARANTINED, Injection
from demo.lives import Lives
from demo.lives.facts import ABSENCE_KINDS, ABSENCE_STATES, as_known
from demo.population import NEVER, YEAR

DELIVERY = "duo_verzuim"
EXTENSION = "csv"
_REGISTERED, _BEING_HANDLED = 0, 1
#: Days after which a gemeente has begun on a report.
_UNTOUCHED = 7
#: In a smaller file two errors are more than any register makes.
_ENOUGH_FOR_ERRORS = 100


def write(path: Path, lives: Lives, month: np.datetime64, injection: Injection) -> None:
    """Write the state of ``month``: who is of school age and lives in the gemeente."""
    rows = as_known(lives.absences, lives.last)
    rows = rows[(rows["end"] >= lives.last - YEAR) & duo.aged(lives, 5, 22)[rows["person"]]]
    lines = np.arange(len(rows)) + 2
    able = lines if len(lines) >= _ENOUGH_FOR_ERRORS else lines[:0]
    wrong = injection.bsns(DELIVERY, month, able, element="bsn")
    new = injection.pick("E14", DELIVERY, month, able)
    if len(new):
        injection.note(
            *("E14", DELIVERY, month),
            element="soort_verzuim",
            outcome=QUARANTINED,
            units=len(new),
            reason="code_onbekend",
            where=new.tolist(),
        )
    begun = np.where(lives.last - rows["known"] > _UNTOUCHED, _BEING_HANDLED, _REGISTERED)
    # Of a report whose end is not known yet, the last word has not been said either.
    state = np.where(rows["end"] < NEVER, rows["final"], begun)
    kinds = pa.array(np.array(ABSENCE_KINDS)[rows["kind"]])
    content = duo.table(
        {
            "bsn": duo.spoiled(duo.numbers(lives, DELIVERY, rows["person"]), wrong),
            "geboortedatum": duo.births(lives, DELIVERY, rows["person"]),
            "meldingsnummer": pa.array(rows["number"].astype(str)),
            "brin": duo.brins(rows),
            "soort_verzuim": duo.spoiled(kinds, dict.fromkeys(new.tolist(), "ongeoorloofd")),
            "status": pa.array(np.array(ABSENCE_STATES)[state]),
            "datum_melding": duo.dates(rows["known"]),
            "datum_aanvang": duo.dates(rows["begin"]),
            "datum_einde": duo.dates(rows["end"]),
        }
    )
    path.write_bytes(content)
