"""Writes minimaregelingen: the grants of a month as CSV, a line for each beneficiary.

What belongs here: the columns, and the errors of this register. What does not: who is granted what
(``lives.minima``).
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from demo import tables
from demo.injection import Injection
from demo.lives import Lives, as_known
from demo.lives.facts import PROVISIONS

EXTENSION = "csv"
DELIVERY = "minimaregelingen"
#: The codes of the table of schemes (dbt seed ``regelingen``), where the lives use a shorter one.
_CODES = {
    "iit": "individuele_inkomenstoeslag",
    "czm": "collectieve_zorgverzekering",
    "vrij_reizen": "vrij_reizen_minima",
}


def write(path: Path, lives: Lives, month: np.datetime64, injection: Injection) -> None:
    """Write every grant that is known at the end of the month and held on a day of it."""
    rows = as_known(lives.grants, lives.last)
    rows = rows[(rows["begin"] <= lives.last) & (rows["end"] >= lives.first)]
    lines = np.arange(2, len(rows) + 2)
    bsn = tables.numbers(lives, DELIVERY, rows["beneficiary"])
    amount = tables.euros(rows["amount"])
    wrong = injection.bsns(DELIVERY, month, lines, element="bsn")
    unreadable = injection.amounts(DELIVERY, month, lines[rows["amount"] > 0], element="bedrag")
    for column, faults in ((bsn, wrong), (amount, unreadable)):
        for line, text in faults.items():
            column[line - 2] = text
    good = ~np.isin(lines, [*wrong, *unreadable])
    injection.persons(DELIVERY, month, lives, rows["beneficiary"][good])
    codes = tuple(_CODES.get(code, code) for code, *_ in PROVISIONS)
    forms = tuple(form for *_, form in PROVISIONS)
    tables.write(
        path,
        {
            "bsn": bsn,
            "bsn_aanvrager": tables.numbers(lives, DELIVERY, rows["person"]),
            "geboortedatum": tables.births(lives, DELIVERY, rows["beneficiary"]),
            "regeling_code": tables.chosen(codes, rows["provision"]),
            "datum_toekenning": tables.dates(rows["granted"]),
            "datum_start": tables.dates(rows["begin"]),
            "datum_eind": tables.dates(rows["end"]),
            "bedrag": amount,
            "vorm": tables.chosen(forms, rows["provision"]),
            "ambtshalve": tables.yes(rows["unasked"]),
        },
    )
