"""Writes `duo_inschrijvingen`: enrolments, exemptions and DUO's own totals, three CSVs in a zip.

What belongs here: the state as it is known at the end of a month, with who is enrolled twice (E03)
or by an education number only, and the totals A01, A02 and A04 as DUO would count them. What does
not: who goes to school (``lives.schools``).
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from demo import duo
from demo.injection import ACCEPTED, QUARANTINED, Injection
from demo.lives import Lives
from demo.lives.facts import BRINS, EXEMPTIONS, LEAVING, School, as_known, running
from demo.population import NEVER, YEAR, Numbers, last_day

DELIVERY = "duo_inschrijvingen"
EXTENSION = "zip"
_MOVED, _DIED = LEAVING.index("verhuisd"), LEAVING.index("overleden")
_ROUTES = np.array(["", "BOL", "BBL"])
#: Education numbers begin with a 1 and are no BSN.
_EDUCATION_NUMBER = 100_000_001


def write(path: Path, lives: Lives, month: np.datetime64, injection: Injection) -> None:
    """Write the state of ``month``: who is 4 to 22 and lives in the gemeente."""
    known = as_known(lives.enrolments, lives.last)
    there = duo.aged(lives, 4, 22)
    # Who has left is on the list as long as the school has not been heard of it.
    gone = (lives.moment.gone < NEVER) & (lives.persons["died"] == NEVER)
    still = gone[known["person"]] & (known["end"] == NEVER)
    rows = known[(there[known["person"]] | still) & (known["end"] >= lives.last - YEAR)]
    rows = rows[np.lexsort((rows["begin"], rows["person"]))]
    exempt = as_known(lives.exemptions, lives.last)
    exempt = exempt[there[exempt["person"]] & (exempt["end"] >= lives.last - YEAR)]
    duo.zipped(
        path,
        {
            "inschrijvingen.csv": _enrolments(lives, month, injection, rows, there),
            "vrijstellingen.csv": duo.table(
                {
                    "bsn": duo.numbers(lives, DELIVERY, exempt["person"]),
                    "geboortedatum": duo.births(lives, DELIVERY, exempt["person"]),
                    "soort_vrijstelling": pa.array(np.array(EXEMPTIONS)[exempt["kind"]]),
                    "datum_aanvang": duo.dates(exempt["begin"]),
                    "datum_einde": duo.dates(exempt["end"]),
                }
            ),
            "totalen.csv": duo.table(
                {
                    "rapportage": pa.array(["A01", "A02", "A04"]),
                    "aantal": pa.array([str(count) for count in totals(lives, month)]),
                }
            ),
        },
    )


def totals(lives: Lives, month: np.datetime64) -> tuple[int, int, int]:
    """Who left without a startkwalificatie, who came back, and who is out since 1 October.

    Held are funded enrolments at the end of a month against those at the end of the month before,
    each as they were known then, of who is 13 to 22; who moved away or died did not leave school.
    """
    number = int(month.astype("datetime64[M]").astype(int))
    october = month - (number % 12 - 9) % 12
    out = np.zeros(len(lives.persons), bool)
    left = back = out
    before, _ = _funded(lives, last_day(october - 1))
    for each in np.arange(october, month + 1):
        day = last_day(each)
        now, excused = _funded(lives, day)
        age = (day - lives.persons["birth"]) / YEAR
        diplomas = lives.diplomas[(lives.diplomas["known"] <= day) & duo.enough(lives.diplomas)]
        qualified = np.zeros(len(now), bool)
        qualified[diplomas["person"]] = True
        left = before & ~now & ~excused & ~qualified & (age >= 13) & (age < 23)
        back = out & now
        out = (out | left) & ~back
        before = now
    return int(left.sum()), int(back.sum()), int(out.sum())


def _funded(lives: Lives, day: int) -> tuple[Numbers, Numbers]:
    """Per person whether enrolled on a day, as known then, and whether moved away or dead."""
    known = as_known(lives.enrolments, day)
    enrolled, excused = np.zeros((2, len(lives.persons)), bool)
    at = running(known, day)
    enrolled[at["person"][at["funded"]]] = True
    excused[known["person"][np.isin(known["end_reason"], (_MOVED, _DIED))]] = True
    return enrolled, excused


def _enrolments(
    lives: Lives, month: np.datetime64, injection: Injection, rows: Numbers, there: Numbers
) -> bytes:
    lines = np.arange(len(rows)) + 2
    runs = (rows["end"] == NEVER) & (rows["begin"] <= lives.last)
    of_age = np.isin(rows["school"], (School.HAVO, School.VWO, School.MBO))
    once = np.ones(len(rows), bool)
    once[1:] = rows["person"][1:] != rows["person"][:-1]
    once[:-1] &= rows["person"][1:] != rows["person"][:-1]
    able = lines[runs & of_age & once & there[rows["person"]]]
    twice = injection.pick("E03", DELIVERY, month, able)
    nameless = injection.pick("E01", DELIVERY, month, able, subject="onderwijsnummer")
    wrong = injection.bsns(DELIVERY, month, lines, element="bsn")
    new = injection.pick("E14", DELIVERY, month, lines)
    impossible = injection.pick("E08", DELIVERY, month, lines)
    added = rows[np.concatenate([twice, nameless]) - 2].copy()
    # The second of two is of a lower level, so that it is known which one is the main.
    added["school"], added["level"], added["route"] = School.MBO, 1, 1
    added["brin"] = (added["brin"] + 1) % len(BRINS)
    whole = np.concatenate([rows, added])
    second = len(rows) + 2 + np.arange(len(added))
    apart = second[len(twice) :]
    for code, element, outcome, reason, where in (
        ("E03", "brin", ACCEPTED, "dubbel", second[: len(twice)]),
        ("E01", "onderwijsnummer", QUARANTINED, "bsn_ontbreekt", apart),
        ("E14", "niveau", QUARANTINED, "code_onbekend", new),
        ("E08", "datum_inschrijving", QUARANTINED, "datum_ongeldig", impossible),
        ("E06", "bsn", ACCEPTED, "geen_inwoner", _elsewhere(lines, rows, there, injection)),
    ):
        if len(where):
            injection.note(
                *(code, DELIVERY, month),
                element=element,
                outcome=outcome,
                units=len(where),
                reason=reason,
                where=where.tolist(),
            )
    education = np.full(len(whole), "", dtype="U9")
    education[apart - 2] = (_EDUCATION_NUMBER + apart).astype(str)
    numbers = duo.spoiled(duo.numbers(lives, DELIVERY, whole["person"]), wrong)
    begins = duo.dates(whole["begin"])
    return duo.table(
        {
            "bsn": duo.spoiled(numbers, dict.fromkeys(apart.tolist(), "")),
            "onderwijsnummer": pa.array(education),
            "geboortedatum": duo.births(lives, DELIVERY, whole["person"]),
            "brin": duo.brins(whole),
            "opleidingscode": pa.array(whole["programme"].astype(str)),
            "niveau": duo.spoiled(duo.codes(whole), dict.fromkeys(new.tolist(), "MBO-5")),
            "leerweg": pa.array(_ROUTES[whole["route"]]),
            "leerjaar": pc.cast(pa.array(whole["year"]), pa.string()),
            "bekostigd": pa.array(np.where(whole["funded"], "J", "N")),
            "datum_inschrijving": duo.spoiled(
                begins, dict.fromkeys(impossible.tolist(), "20250230")
            ),
            "datum_uitschrijving": duo.dates(whole["end"]),
            "reden_uitschrijving": pa.array(np.array(LEAVING)[whole["end_reason"]]),
        }
    )


def _elsewhere(lines: Numbers, rows: Numbers, there: Numbers, injection: Injection) -> Numbers:
    """The lines of who has left the gemeente and is still enrolled, as life has them."""
    if not injection.rate or "E06" not in injection.codes:
        return lines[:0]
    found: Numbers = lines[~there[rows["person"]]]
    return found
