"""Writes the bulk delivery of the Inlichtingenbureau: a zip with who was asked and what was found.

What belongs here: who is asked, over which months, and the two CSV files that say so. What does
not: what the incomes are (``lives``). A delivery of month M answers about M-2 and M-1 for everyone
of working age, and corrects a few wage periods of M-4, which nobody asked about again. The same
statements are in Suwinet, for the few who are asked there.
"""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv

from demo.injection import ACCEPTED, QUARANTINED, Injection
from demo.lives import Lives
from demo.lives.statements import Statements, statements
from demo.population import YEAR, Numbers, draw, first_day, last_day
from demo.suwiml import EMPLOYERS

EXTENSION = "zip"
DELIVERY = "ib_inkomsten"
MONTHS_ASKED = 2
#: Wage periods of so many months ago that are corrected, and how many of them.
_BACK, _CORRECTED = 4, 0.001
_YOUNGEST, _OLDEST = 16, 67
_LABELS = np.array(["nieuwe_ikv", "nieuwe_loonperiode", "gecorrigeerde_loonperiode"])
#: 2.500,00 of which the mark was lost.
_MARK_LOST = "250000"
_AMOUNTS = {
    "BedrBrutoloonSv": "sv",
    "BedrLoonLbPremieVolksverz": "lb",
    "BedrIngehoudenLbPremieVolksverz": "withheld",
    "BedrVakantietoeslag": "holiday",
    "BedrOpgbRechtVakantietoeslag": "holiday_right",
}


def write(path: Path, lives: Lives, month: np.datetime64, injection: Injection) -> None:
    """Write the delivery of ``month``."""
    persons = asked(lives)
    mask = np.zeros(len(lives.persons), bool)
    mask[persons] = True
    made = statements(lives.relations, lives.seed, month, described=MONTHS_ASKED, persons=mask)
    told = _Told(lives, month, [made, _corrections(lives, month, mask)])
    told.inject(injection)
    found = np.zeros(len(lives.persons), bool)
    found[told.person] = True
    files = {
        "bevraging.csv": _asked(lives, month, persons, found),
        "inkomstenopgave.csv": told.table(),
    }
    options = pacsv.WriteOptions(delimiter=";", quoting_style="none")
    # Not packed: that would take as long as all the rest.
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for name, table in files.items():
            buffer = pa.BufferOutputStream()
            pacsv.write_csv(table, buffer, options)
            archive.writestr(zipfile.ZipInfo(name), buffer.getvalue().to_pybytes())


def asked(lives: Lives) -> Numbers:
    """The persons asked: residents old enough to work, and not yet entitled to AOW."""
    persons = lives.persons
    age = (lives.last - persons["birth"]) / YEAR
    return np.flatnonzero((persons["home"] >= 0) & (age >= _YOUNGEST) & (age < _OLDEST))


def _corrections(lives: Lives, month: np.datetime64, persons: Numbers) -> Statements:
    """Monthly wages of months ago that turn out a tenth lower (E04)."""
    begin = first_day(month - _BACK)
    key = np.array([begin])
    chance = draw(lives.seed, "corrected by ib", np.arange(len(persons)), key)
    few = persons & (chance < _CORRECTED)
    old = statements(lives.relations, lives.seed, month, described=_BACK, persons=few)
    of = old.relations[old.rows["relation"]]
    chosen = (old.rows["end"] <= last_day(month - _BACK)) & (old.rows["begin"] >= begin)
    rows = old.rows[chosen & ~of["four_weekly"] & ~old.rows["repaid"]]
    for name in ("sv", "lb", "withheld", "holiday", "holiday_right"):
        rows[name] = rows[name] * 9 // 10
    rows["corrected"] = True
    return Statements(old.relations, rows)


def _asked(lives: Lives, month: np.datetime64, persons: Numbers, found: Numbers) -> pa.Table:
    """The list of who was asked."""
    birth = _dates(lives.births(DELIVERY)[persons]).to_numpy(zero_copy_only=False)
    partial = lives.persons["partial"][persons]
    year_only, nothing = partial == 1, partial == 2
    birth[year_only] = [f"{text[:4]}0000" for text in birth[year_only]]
    birth[nothing] = "00000000"
    return pa.table(
        {
            "Burgerservicenr": _numbers(lives.bsns(DELIVERY)[persons]),
            "Geboortedat": pa.array(birth),
            "PeriodeVan": pa.repeat(str(month - MONTHS_ASKED), len(persons)),
            "PeriodeTot": pa.repeat(str(month - 1), len(persons)),
            "Resultaat": np.where(found[persons], "gevonden", "niets_gevonden"),
        }
    )


class _Told:
    """The statements of a delivery, line by line."""

    def __init__(self, lives: Lives, month: np.datetime64, parts: list[Statements]) -> None:
        self.month = month
        self.rows = np.concatenate([part.rows for part in parts])
        self.of = np.concatenate([part.relations[part.rows["relation"]] for part in parts])
        self.person = self.of["person"]
        self.bsn = lives.bsns(DELIVERY)[self.person]
        self._bsns: dict[int, str] = {}
        self._wages: dict[int, str] = {}

    def inject(self, injection: Injection) -> None:
        """E01 in a BSN, E13 in a wage; and note what is hard and yet right (E04, E11, E13)."""
        month, lines = self.month, np.arange(2, len(self.rows) + 2)
        self._bsns = injection.bsns(DELIVERY, month, lines, element="Burgerservicenr")
        self._wages = injection.amounts(DELIVERY, month, lines, element="BedrBrutoloonSv")
        lost = injection.pick("E13", DELIVERY, month, lines, subject="mark")
        if len(lost):
            self._wages |= dict.fromkeys(lost.tolist(), _MARK_LOST)
            injection.note(
                *("E13", DELIVERY, month),
                element="BedrBrutoloonSv",
                outcome=QUARANTINED,
                units=len(lost),
                reason="waarde_ongeloofwaardig",
                where=lost.tolist(),
            )
        apart = np.isin(lines, [*self._bsns, *self._wages])
        for code, element, which, reason in (
            ("E04", "SrtMelding", self.rows["corrected"], "gecorrigeerd"),
            ("E11", "DatBIko", self.of["four_weekly"], "vierwekelijks"),
            ("E13", "BedrBrutoloonSv", self.rows["sv"] < 0, "negatief"),
        ):
            where = lines[which & ~apart]
            if injection.rate and len(where):
                injection.note(
                    *(code, DELIVERY, month),
                    element=element,
                    outcome=ACCEPTED,
                    units=len(where),
                    reason=reason,
                    where=where.tolist() if code == "E04" else (),
                )

    def table(self) -> pa.Table:
        """The statements as text."""
        of, rows = self.of, self.rows
        numbers = pa.array([f"{employer.number}L01" for employer in EMPLOYERS])
        ended = np.where(of["end"] <= last_day(self.month), of["end"], -1)
        label = np.select([rows["corrected"], rows["begin"] == of["begin"]], [2, 0], 1)
        columns = {
            "Burgerservicenr": _with(_numbers(self.bsn), self._bsns),
            "SrtMelding": pa.array(_LABELS[label]),
            "Loonheffingennr": numbers.take(pa.array(of["payer"])),
            "VolgnrIkv": pa.array(of["number"]).cast(pa.string()),
            "DatBIkv": _dates(of["begin"]),
            "DatEIkv": pc.if_else(pa.array(ended >= 0), _dates(np.maximum(ended, 0)), ""),
            "CdSrtIkv": pa.array(of["kind"]).cast(pa.string()),
            "IndLoonheffingskortingToegepast": np.where(of["credit"], "1", "2"),
            "DatBIko": _dates(rows["begin"]),
            "DatEIko": _dates(rows["end"]),
            "AantVerloondeUrenIko": pa.array(rows["hours"]).cast(pa.string()),
        }
        columns |= {element: _euros(rows[name]) for element, name in _AMOUNTS.items()}
        columns["BedrBrutoloonSv"] = _with(columns["BedrBrutoloonSv"], self._wages)
        return pa.table(columns)


def _with(column: pa.Array, spoiled: dict[int, str]) -> pa.Array:
    """A column with other values on some lines; the first row is line 2."""
    values = column.to_numpy(zero_copy_only=False).copy()
    for line, value in spoiled.items():
        values[line - 2] = value
    return pa.array(values, pa.string())


def _euros(cents: Numbers) -> pa.Array:
    """Euros with a comma."""
    whole, part = np.divmod(np.abs(cents), 100)
    sign = pa.array(np.where(cents < 0, "-", ""))
    euros, rest = (pa.array(value).cast(pa.string()) for value in (whole, part))
    return pc.binary_join_element_wise(sign, euros, ",", pc.utf8_lpad(rest, 2, "0"), "")


def _dates(days: Numbers) -> pa.Array:
    """Days as YYYYMMDD; each is written once, for there are far fewer than rows."""
    known, place = np.unique(days, return_inverse=True)
    texts = [str(day).replace("-", "") for day in known.astype("datetime64[D]")]
    return pa.array(texts, pa.string()).take(pa.array(place))


def _numbers(bsns: Numbers) -> pa.Array:
    return pc.utf8_lpad(pa.array(bsns).cast(pa.string()), 9, "0")
