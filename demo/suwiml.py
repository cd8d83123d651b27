"""Writes the Suwinet delivery: one SuwiML response per person asked, all in one zip.

What belongs here: who is asked, which incomes they have, and the message that says so. What does
not: who the persons are. A delivery of month M describes the months M-3 to M-1. A statement
depends only on person, income relation and period, so that the next delivery repeats it to the
cent, but for the few that come late and the few that are corrected. Amounts are in cents, with
the sign in an element of its own.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import numpy as np
from numpy.typing import NDArray

from demo.faults import Fault
from demo.population import (
    FIXED,
    YEAR,
    Numbers,
    Population,
    bsns,
    draw,
    first_day,
    last_day,
)

NAMESPACE = "http://bkwi.nl/SuwiML/Diensten/UWVDossierInkomstenGSD/v0200"

MONTHS_DESCRIBED = 3

#: Share of the households that live near social assistance and are asked every month.
ASKED = 0.05
#: Fixed persons who are asked too, each with one plain monthly wage: they carry the faults.
PLAIN = (15, 16)

#: Kinds of income relation (CdSrtIkv): wages, ZW, IVA, WGA, WW, Wajong, Pw; pension and AOW.
_KINDS = np.array([15, 11, 31, 39, 40, 33, 37, 43])
_KIND_SHARES = np.cumsum([0.47, 0.04, 0.04, 0.02, 0.04, 0.08, 0.06])
_WAGES = (11, 15)
_NOT_INSURED = (21, 22, 43)

#: The first day of a four-week period, from which the others are counted.
_FOUR_WEEKS_FROM = int(np.datetime64("2024-12-30").astype(np.int64))
_RETIRED_BORN_BEFORE = int(np.datetime64("1958-01-01").astype(np.int64))
_EPOCH_OF_WORK = int(np.datetime64("2015-01-01").astype(np.int64))

STATEMENT = np.dtype(
    [
        ("relation", "i4"),
        ("begin", "i4"),
        ("end", "i4"),
        ("days", "i4"),
        ("hours", "i4"),
        ("sv", "i8"),
        ("lb", "i8"),
        ("withheld", "i8"),
        ("holiday", "i8"),
        ("holiday_right", "i8"),
        ("travel", "i8"),
    ]
)
_AMOUNTS = (
    ("BedrBrutoloonSv", "sv"),
    ("BedrLoonLbPremieVolksverz", "lb"),
    ("BedrIngehoudenLbPremieVolksverz", "withheld"),
    ("BedrVakantietoeslag", "holiday"),
    ("BedrOpgbRechtVakantietoeslag", "holiday_right"),
    ("BedrVergoedingReiskostenOnbelast", "travel"),
)


@dataclass(frozen=True)
class Employer:
    """Who pays: a number that fails the 11-test on purpose, a name and an address."""

    number: str
    name: str

    def xml(self) -> str:
        """The AdministratieveEenheid of an income relation."""
        name = escape(self.name)
        return (
            f"<AdministratieveEenheid><NaamAdministratieveEenheid>{name}"
            f"</NaamAdministratieveEenheid><Loonheffingennr>{self.number}L01</Loonheffingennr>"
            f"<RechtspersoonAdministratieveEenh><FiNr>{self.number}</FiNr>"
            f"<NaamRechtspersoon>{name} B.V.</NaamRechtspersoon>"
            "</RechtspersoonAdministratieveEenh><FeitelijkAdresAeh><Straatadres>"
            "<Postcd>9999ZZ</Postcd><Woonplaatsnaam>Voorbeeldstad</Woonplaatsnaam>"
            "<Straatnaam>Werkweg</Straatnaam><Huisnr>1</Huisnr>"
            "</Straatadres></FeitelijkAdresAeh></AdministratieveEenheid>"
        )


def _employers() -> list[Employer]:
    """Three hundred invented firms, then the payers of benefits."""
    trades = ["Bakkerij", "Transport", "Schoonmaak", "Bouw", "Zorg & Co", "Uitzendbureau"]
    firms = [f"{trades[i % 6]} {chr(65 + i % 26)}{i}" for i in range(300)]
    names = [*firms, "Uitkerend Orgaan", "Pensioenuitvoerder", "Gemeente Voorbeeldstad"]
    return [Employer(_invalid_number(i), name.upper()) for i, name in enumerate(names)]


def _invalid_number(index: int) -> str:
    """A number of nine digits that fails the 11-test, so that it can be nobody's BSN."""
    stem = f"1234{index:04d}"
    check = sum((9 - place) * int(digit) for place, digit in enumerate(stem)) % 11
    return f"{stem}{(check + 1) % 10}"


EMPLOYERS = _employers()
_BENEFITS, _PENSIONS, _GEMEENTE = (len(EMPLOYERS) - 3 + place for place in range(3))


def write(
    path: Path, population: Population, *, month: np.datetime64, faults: Sequence[Fault] = ()
) -> None:
    """Write the delivery of ``month``: a zip of responses, numbered, without a BSN in a name."""
    persons = asked(population, last_day(month))
    relations = _Relations(population, persons)
    statements = relations.statements(month)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as archive:
        for number, text in enumerate(_responses(relations, statements, month, faults), 1):
            member = zipfile.ZipInfo(f"antwoord_{number:06d}.xml")
            member.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(member, text.encode())


def asked(population: Population, on: int) -> Numbers:
    """The persons asked: adult residents of the households near social assistance."""
    persons = population.persons
    near = draw(population.seed, "asked", persons["household"]) < ASKED
    adult = on - persons["birth"] > 18 * YEAR
    near &= adult & (persons["home"] >= 0)
    near[:FIXED] = False
    near[list(PLAIN)] = True
    return np.flatnonzero(near)


class _Relations:
    """The income relations of the persons asked, none to two each, ordered by person."""

    def __init__(self, population: Population, persons: Numbers) -> None:
        self.seed = seed = population.seed
        self.asked = persons
        self.bsn = bsns(len(population.persons))[persons]
        count = 1 + (draw(seed, "relations", persons) < 0.18)
        count[draw(seed, "income", persons) < 0.12] = 0
        count[np.isin(persons, PLAIN)] = 1
        self.place = np.repeat(np.arange(len(persons)), count)
        self.person = persons[self.place]
        self.number = np.arange(len(self.place)) - np.repeat(np.cumsum(count) - count, count) + 1
        plain = np.isin(self.person, PLAIN)

        share = np.where(plain, 0, self._draw("kind"))
        kind = _KINDS[np.searchsorted(_KIND_SHARES, share, side="right")]
        retired = population.persons["birth"][self.person] < _RETIRED_BORN_BEFORE
        kind[retired] = np.where(self.number == 1, 22, 21)[retired]
        self.kind = kind
        self.wage = np.isin(kind, _WAGES)
        firm = (self._draw("employer") * (len(EMPLOYERS) - 3)).astype(int)
        payer = np.select(
            [self.wage, kind == 43, kind == 21], [firm, _GEMEENTE, _PENSIONS], _BENEFITS
        )
        self.employer = payer
        self.four_weekly = self.wage & (self._draw("four-weekly") < 0.15) & ~plain
        self.credit = (self._draw("credit") < 0.8) & (self.number == 1)
        self.begin = _EPOCH_OF_WORK + (self._draw("begin") * 3600).astype(int)
        ends = (self._draw("ends") < 0.2) & ~plain
        last = _EPOCH_OF_WORK + 3600 + (self._draw("last") * 900).astype(int)
        self.end = np.where(ends, last, np.iinfo(np.int32).max)
        self.hours = 32 + (self._draw("hours") * 120).astype(int)
        wage = self.hours * (1450 + self._draw("pay") * 1100)
        benefit = 70_000 + self._draw("benefit") * 110_000
        self.monthly = np.where(self.wage, wage, benefit).astype(np.int64)

    def _draw(self, subject: str, *keys: Numbers) -> NDArray[np.float64]:
        return draw(self.seed, subject, self.person, self.number, *keys)

    def statements(self, month: np.datetime64) -> Numbers:
        """The statements that a delivery of ``month`` holds, ordered by relation and period."""
        begin, end = first_day(month - MONTHS_DESCRIBED), last_day(month - 1)
        months = [month - back for back in range(MONTHS_DESCRIBED, 0, -1)]
        rows = [self._period(first_day(m), last_day(m), ~self.four_weekly, month) for m in months]
        # A four-week period belongs to the month in which it ends.
        start = _FOUR_WEEKS_FROM + (begin - _FOUR_WEEKS_FROM) // 28 * 28
        for day in range(start, end - 26, 28):
            rows.append(self._period(day, day + 27, self.four_weekly, month))
        table = np.concatenate(rows)
        return table[np.lexsort((table["begin"], table["relation"]))]

    def _period(self, begin: int, end: int, mask: Numbers, month: np.datetime64) -> Numbers:
        """The statements of one period, as known in the delivery of ``month``."""
        period = np.array([begin])
        delivered_before = end < first_day(month - 1)
        running = mask & (self.begin <= begin) & (self.end >= end)
        plain = np.isin(self.person, PLAIN)
        late = (self._draw("late", period) < 0.05) & ~plain
        at = np.flatnonzero(running & (delivered_before | ~late))
        part = np.where(self.four_weekly, 12 / 13, 1.0)
        vary = np.where(self.wage, 0.96 + self._draw("vary", period) * 0.08, 1.0)
        amount = self.monthly * vary * part
        # First reported too high; the next delivery holds the right amount.
        corrected = (self._draw("corrected", period) < 0.02) & ~plain
        amount = np.where(corrected & (not delivered_before), amount * 1.12, amount)
        # Wage paid back: the statement is negative.
        repaid = self.wage & (self._draw("repaid", period) < 0.01) & ~plain
        amount = np.where(repaid, -0.15 * amount, amount).astype(np.int64)

        rows = np.zeros(len(at), STATEMENT)
        rows["relation"], rows["begin"], rows["end"] = at, begin, end
        worked = (self.wage & ~repaid)[at]
        rows["hours"] = np.where(worked, (self.hours * part)[at], 0)
        rows["days"] = np.where(worked, _working_days(begin, end), 0)
        rows["lb"] = amount[at]
        rows["sv"] = np.where(np.isin(self.kind[at], _NOT_INSURED), 0, amount[at])
        tax = np.maximum(amount * 36 // 100 - np.where(self.credit, 25_000, 0), 0)
        rows["withheld"] = tax[at]
        rows["holiday_right"] = rows["lb"] * 8 // 100
        may = np.datetime64(end, "D").astype("datetime64[M]").astype(int) % 12 == 4
        rows["holiday"] = np.where(may & ~repaid[at], self.monthly[at] * 96 // 100, 0)
        travels = worked & (self._draw("travel")[at] < 0.3)
        rows["travel"] = np.where(travels, 4_600, 0)
        return rows


def _responses(
    relations: _Relations, statements: Numbers, month: np.datetime64, faults: Sequence[Fault]
) -> Iterator[str]:
    """The messages, one per person asked."""
    period = (
        f"<PeriodeGegevensleveringIko><DatBPeriode>{_date(first_day(month - MONTHS_DESCRIBED))}"
        f"</DatBPeriode><DatEPeriode>{_date(last_day(month - 1))}</DatEPeriode>"
        "</PeriodeGegevensleveringIko>"
    )
    bounds = np.searchsorted(relations.place, np.arange(len(relations.asked) + 1)).tolist()
    rows = np.searchsorted(statements["relation"], np.arange(len(relations.place) + 1)).tolist()
    nothing = draw(relations.seed, "nothing", relations.asked) < 0.1
    spoiled = {fault.person: fault for fault in faults}
    for place, person in enumerate(relations.asked.tolist()):
        income = "".join(
            _relation(relations, relation, statements[rows[relation] : rows[relation + 1]], month)
            for relation in range(bounds[place], bounds[place + 1])
            if rows[relation] < rows[relation + 1]
        )
        if not income and nothing[place]:
            yield _message("<NietsGevonden/>")
            continue
        bsn = str(relations.bsn[place])
        text = _message(
            f"<ClientSuwi><Burgerservicenr>{bsn}</Burgerservicenr>{income}</ClientSuwi>{period}"
        )
        yield _spoil(text, spoiled[person]) if person in spoiled else text


def _message(content: str) -> str:
    return (
        f'<smls:UWVPersoonsIkvInfoResponse xmlns:smls="{NAMESPACE}">\n'
        f"{content}\n</smls:UWVPersoonsIkvInfoResponse>\n"
    )


def _relation(relations: _Relations, at: int, statements: Numbers, month: np.datetime64) -> str:
    """One Inkomstenverhouding with its period and statements."""
    kind, end = int(relations.kind[at]), int(relations.end[at])
    begin = _date(int(relations.begin[at]))
    wage = bool(relations.wage[at])
    ended = _date(end) if end <= last_day(month) else ""
    contract = "O" if wage else "U"
    credit = 1 if relations.credit[at] else 2
    return (
        f"<Inkomstenverhouding><VolgnrIkv>{relations.number[at]}</VolgnrIkv>"
        f"<DatBIkv>{begin}</DatBIkv>{_optional('DatEIkv', ended)}"
        f"{EMPLOYERS[relations.employer[at]].xml()}"
        f"<Inkomstenperiode><DatBIkp>{begin}</DatBIkp>{_optional('DatEIkp', ended)}"
        f"<CdSrtIkv>{kind}</CdSrtIkv><CdTypeArbeidscontract>{contract}</CdTypeArbeidscontract>"
        f"<IndLoonheffingskortingToegepast>{credit}</IndLoonheffingskortingToegepast>"
        f"<CdAardIkv>{12 if wage else 13}</CdAardIkv></Inkomstenperiode>\n"
        f"{''.join(map(_statement, statements))}</Inkomstenverhouding>\n"
    )


def _statement(row: Any) -> str:
    """One Inkomstenopgave; amounts of zero are left out, but the two wages are always there."""
    amounts = "".join(
        _amount(element, int(row[field]))
        for element, field in _AMOUNTS
        if row[field] or field in ("sv", "lb")
    )
    return (
        f"<Inkomstenopgave><DatBIko>{_date(row['begin'])}</DatBIko>"
        f"<DatEIko>{_date(row['end'])}</DatEIko><AantSvDagenIko>{row['days']}</AantSvDagenIko>"
        f"<AantVerloondeUrenIko>{row['hours']}</AantVerloondeUrenIko>{amounts}"
        "</Inkomstenopgave>\n"
    )


def _amount(element: str, cents: int) -> str:
    sign = "-" if cents < 0 else "+"
    return (
        f"<{element}><CdMunteenheid>EUR</CdMunteenheid><CdPositiefNegatief>{sign}"
        f"</CdPositiefNegatief><WaardeBedr>{abs(cents)}</WaardeBedr></{element}>"
    )


def _spoil(text: str, fault: Fault) -> str:
    """Put the fault in the first element of its name."""
    opening = f"<{fault.element}>"
    before, rest = text.split(opening, 1)
    return before + opening + fault.value + rest[rest.index("<") :]


def _optional(element: str, value: str) -> str:
    return f"<{element}>{value}</{element}>" if value else ""


def _working_days(begin: int, end: int) -> int:
    return int(np.busday_count(np.datetime64(begin, "D"), np.datetime64(end + 1, "D")))


def _date(day: int) -> str:
    return str(np.datetime64(int(day), "D")).replace("-", "")
