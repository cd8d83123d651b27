"""What the tests of suites share: one check, one figure, and the verdict on it.

What belongs here: putting a figure before a check. What does not: which figures; those stand in
each test, worked out by hand from the bound.
"""

from __future__ import annotations

import math

import pandas as pd

from expectations.bridge import Check, Outcome, Suite, judge
from warehouse.profile import COLUMNS

#: A figure as the profile has it, but for its measure: part, value, previous and basis.
Row = tuple[str, float, float, float]


def row(value: float, previous: float = math.nan, basis: float = 1000, part: str = "") -> Row:
    return (part, value, previous, basis)


def frame(*rows: tuple[object, ...]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=list(COLUMNS))


def one(check: Check, profile: pd.DataFrame) -> Outcome:
    (outcome,) = judge(Suite("proef", "proef", (check,)), profile)
    return outcome


def measured(profile: pd.DataFrame, measure: str, part: str = "") -> tuple[float, float, float]:
    row = profile[(profile["maat"] == measure) & (profile["onderdeel"] == part)]
    assert len(row) == 1
    return row["waarde"].item(), row["vorige"].item(), row["basis"].item()


def assert_two_sides(check: Check, within: Row, beyond: Row) -> None:
    """The check lets ``within`` pass and fails on ``beyond``, which holds if it is that severe.

    A row that names no part is about the part that the check is about.
    """
    passed, failed = (
        one(check, frame((check.measure, part or check.part or "", *figures)))
        for part, *figures in (within, beyond)
    )
    assert passed.uitkomst in {"geslaagd", "niet_van_toepassing"}
    assert failed.uitkomst == "gezakt"
    assert failed.holds == (check.severity == "fout")
