"""Writes the Suwinet delivery: one SuwiML response per person asked, all in one zip.

What belongs here: who is asked, and the message that says which incomes they have. What does not:
who the persons are, and what their incomes are (``lives``). A delivery of month M describes the
months M-3 to M-1. Amounts are in cents, with the sign in an element of its own.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from xml.sax.saxutils import escape

import numpy as np

from demo.injection import ACCEPTED, BSN_FAULTS, QUARANTINED, Injection
from demo.lives import Lives
from demo.lives.facts import WAGES
from demo.lives.statements import Statements, statements
from demo.population import FIXED, YEAR, Numbers, draw, first_day, last_day

EXTENSION = "zip"
DELIVERY = "suwinet_inkomsten"
NAMESPACE = "http://bkwi.nl/SuwiML/Diensten/UWVDossierInkomstenGSD/v0200"

MONTHS_DESCRIBED = 3

#: Share of the poorer households that are asked every month, beside those with bijstand.
ASKED = 0.07

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
_PAYERS = [employer.xml() for employer in EMPLOYERS]


def write(path: Path, lives: Lives, month: np.datetime64, injection: Injection) -> None:
    """Write the delivery of ``month``: a zip of responses, numbered, without a BSN in a name."""
    persons = asked(lives, month)
    mask = np.zeros(len(lives.persons), bool)
    mask[persons] = True
    made = statements(lives.relations, lives.seed, month, described=MONTHS_DESCRIBED, persons=mask)
    responses = _Responses(lives, persons, made, month, injection)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as archive:
        for number, text in enumerate(responses, 1):
            member = zipfile.ZipInfo(f"antwoord_{number:06d}.xml")
            member.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(member, text.encode())


def asked(lives: Lives, month: np.datetime64) -> Numbers:
    """The persons asked: adult residents with bijstand, or of a household that lives near it."""
    persons = lives.persons
    near = draw(lives.seed, "asked", persons["household"]) < ASKED
    near &= lives.moment.rank < 0.6
    rights = lives.assistance
    recent = rights[rights["end"] > first_day(month - 6)]
    near[recent["person"]] = True
    near[recent["partner"][recent["partner"] >= 0]] = True
    adult = last_day(month) - persons["birth"] > 18 * YEAR
    near &= adult & (persons["home"] >= 0)
    near[:FIXED] = False
    return np.flatnonzero(near)


class _Responses:
    """The messages, one per person asked, in the order of persons."""

    def __init__(
        self,
        lives: Lives,
        persons: Numbers,
        made: Statements,
        month: np.datetime64,
        injection: Injection,
    ) -> None:
        self.month = month
        self.asked = persons
        self.made = made
        self.bsn = lives.bsns(DELIVERY)[persons]
        relations = made.relations["person"]
        self.bounds = np.searchsorted(relations, np.append(persons, len(lives.persons)))
        self.rows = np.searchsorted(made.rows["relation"], np.arange(len(relations) + 1))
        self.counts = self.rows[self.bounds[1:]] - self.rows[self.bounds[:-1]]
        # Of some of those without income the source says that it found nothing.
        self.nothing = (self.counts == 0) & (draw(lives.seed, "nothing", persons) < 0.1)
        self._inject(injection)

    def _inject(self, injection: Injection) -> None:
        """E01 in the BSN of a response, E13 in the amount of its first statement."""
        month = self.month
        # A response without a BSN is about nobody: that has to do with who was asked, not with
        # the number, and a response that found nothing is one.
        able = (self.counts > 0) & ~self.nothing
        self.spoiled_bsn = injection.bsns(
            DELIVERY,
            month,
            self.asked[able],
            element="Burgerservicenr",
            units=self.counts[able],
            of="person",
            faults=[fault for fault in BSN_FAULTS if fault[0]],
        )
        self.spoiled_amount = injection.amounts(
            DELIVERY,
            month,
            self.asked[able],
            element="WaardeBedr",
            of="person",
            faults=("12.50", "1 250", "12,5", "EUR", "1e3"),
        )
        rows = self.made.rows
        four_weekly = self.made.relations["four_weekly"][rows["relation"]]
        corrected = rows["corrected"] & (rows["end"] < first_day(month - 1))
        for code, element, where, reason in (
            ("E04", "WaardeBedr", corrected, "gecorrigeerd"),
            ("E11", "DatBIko", four_weekly, "vierwekelijks"),
            ("E13", "WaardeBedr", rows["repaid"], "negatief"),
        ):
            persons = self.made.relations["person"][rows["relation"][where]]
            carried = ~np.isin(persons, list(self.spoiled_bsn) + list(self.spoiled_amount))
            if injection.rate and carried.any():
                injection.note(
                    code,
                    DELIVERY,
                    month,
                    element=element,
                    outcome=ACCEPTED,
                    units=int(carried.sum()),
                    reason=reason,
                    of="person",
                    where=np.unique(persons[carried]),
                )
        empty = int(self.nothing.sum())
        if injection.rate and empty:
            injection.note(
                "E01",
                DELIVERY,
                month,
                element="NietsGevonden",
                outcome=QUARANTINED,
                units=empty,
                reason="bsn_ontbreekt",
                of="person",
                where=self.asked[self.nothing],
            )

    def __iter__(self) -> Iterator[str]:
        """Each response as text."""
        month, rows = self.month, self.rows.tolist()
        texts = _statements(self.made.rows)
        period = (
            f"<PeriodeGegevensleveringIko><DatBPeriode>"
            f"{_date(first_day(month - MONTHS_DESCRIBED))}"
            f"</DatBPeriode><DatEPeriode>{_date(last_day(month - 1))}</DatEPeriode>"
            "</PeriodeGegevensleveringIko>"
        )
        bounds = self.bounds.tolist()
        for place, person in enumerate(self.asked.tolist()):
            if self.nothing[place]:
                yield _message("<NietsGevonden/>")
                continue
            income = "".join(
                self._relation(relation, texts[rows[relation] : rows[relation + 1]])
                for relation in range(bounds[place], bounds[place + 1])
                if rows[relation] < rows[relation + 1]
            )
            if person in self.spoiled_amount:
                income = _spoil(income, "WaardeBedr", self.spoiled_amount[person])
            bsn = self.spoiled_bsn.get(person, str(self.bsn[place]))
            yield _message(
                f"<ClientSuwi><Burgerservicenr>{bsn}</Burgerservicenr>{income}</ClientSuwi>{period}"
            )

    def _relation(self, at: int, statements: list[str]) -> str:
        """One Inkomstenverhouding with its period and statements."""
        relation = self.made.relations[at]
        kind, end = int(relation["kind"]), int(relation["end"])
        begin = _date(int(relation["begin"]))
        wage = kind in WAGES
        ended = _date(end) if end <= last_day(self.month) else ""
        contract = "O" if wage else "U"
        credit = 1 if relation["credit"] else 2
        return (
            f"<Inkomstenverhouding><VolgnrIkv>{relation['number']}</VolgnrIkv>"
            f"<DatBIkv>{begin}</DatBIkv>{_optional('DatEIkv', ended)}"
            f"{_PAYERS[relation['payer']]}"
            f"<Inkomstenperiode><DatBIkp>{begin}</DatBIkp>{_optional('DatEIkp', ended)}"
            f"<CdSrtIkv>{kind}</CdSrtIkv><CdTypeArbeidscontract>{contract}</CdTypeArbeidscontract>"
            f"<IndLoonheffingskortingToegepast>{credit}</IndLoonheffingskortingToegepast>"
            f"<CdAardIkv>{12 if wage else 13}</CdAardIkv></Inkomstenperiode>\n"
            f"{''.join(statements)}</Inkomstenverhouding>\n"
        )


def _message(content: str) -> str:
    return (
        f'<smls:UWVPersoonsIkvInfoResponse xmlns:smls="{NAMESPACE}">\n'
        f"{content}\n</smls:UWVPersoonsIkvInfoResponse>\n"
    )


def _statements(rows: Numbers) -> list[str]:
    """Each Inkomstenopgave; amounts of zero are left out, but the two wages are always there."""
    amounts = [
        [_amount(element, cents) if cents or field in ("sv", "lb") else "" for cents in column]
        for element, field in _AMOUNTS
        for column in [rows[field].tolist()]
    ]
    columns = (rows[field].tolist() for field in ("begin", "end", "days", "hours"))
    return [
        f"<Inkomstenopgave><DatBIko>{_date(begin)}</DatBIko>"
        f"<DatEIko>{_date(end)}</DatEIko><AantSvDagenIko>{days}</AantSvDagenIko>"
        f"<AantVerloondeUrenIko>{hours}</AantVerloondeUrenIko>{''.join(parts)}"
        "</Inkomstenopgave>\n"
        for begin, end, days, hours, *parts in zip(*columns, *amounts, strict=True)
    ]


def _amount(element: str, cents: int) -> str:
    sign = "-" if cents < 0 else "+"
    return (
        f"<{element}><CdMunteenheid>EUR</CdMunteenheid><CdPositiefNegatief>{sign}"
        f"</CdPositiefNegatief><WaardeBedr>{abs(cents)}</WaardeBedr></{element}>"
    )


def _spoil(text: str, element: str, value: str) -> str:
    """Put a value in the first element of a name."""
    opening = f"<{element}>"
    before, rest = text.split(opening, 1)
    return before + opening + value + rest[rest.index("<") :]


def _optional(element: str, value: str) -> str:
    return f"<{element}>{value}</{element}>" if value else ""


@cache
def _date(day: int) -> str:
    return str(np.datetime64(day, "D")).replace("-", "")
