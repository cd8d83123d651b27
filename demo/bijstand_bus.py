"""Writes the bijstand of a month in the attributes of the CBS BUS, as CSV or as XML, in a zip.

What belongs here: the layout, and which rights a month's file holds. What does not: who has a right
and what is paid on it (``lives``). A gemeente whose code is odd delivers CSV, with the columns that
BUS lacks; one whose code is even delivers XML.
"""

from __future__ import annotations

import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from xml.sax.saxutils import escape

import numpy as np

from demo.injection import ACCEPTED, AMOUNT_FAULTS, BSN_FAULTS, Injection
from demo.lives import Lives, as_known
from demo.lives.facts import PAYMENT
from demo.population import NEVER, Numbers, first_day, last_day

EXTENSION = "zip"
DELIVERY = "bijstand_bus"

#: The attributes as the regulation names them: of the delivery, of the uitkering, of the person.
OF_DELIVERY = (
    "STATISTIEKJAAR",
    "STATISTIEKMAAND",
    "BERICHTGEVERCODE",
    "GEMEENTECODE",
    "NAAM SOFTWAREPAKKET",
    "RELEASE-/VERSIENUMMER SOFTWAREPAKKET",
)
OF_BENEFIT = (
    "REGISTRATIENUMMER UITKERING",
    "STATISTIEKCODE",
    "NADERE CLASSIFICATIE BBZ",
    "LEEFVORM",
    "AANTAL KOSTENDELERS",
    "BEDRAG BIJSTANDSNORM/GRONDSLAG (incl. vt)",
    "BEDRAG VERMINDERING UITKERING N.A.V. AFSTEMMING (incl. vt)",
    "BEDRAG INKOMSTEN UITKERING (incl. vt)",
    "BETAALBAAR GESTELD BEDRAG UITKERING (excl. vt)",
    "Datum invoering administratie",
    "CLUSTER BIJZONDERE BIJSTAND",
)
OF_PERSON = (
    "BURGERSERVICENUMMER",
    "GEBOORTEDATUM",
    "GESLACHT",
    "HUISVESTING",
    "AANVANGSDATUM UITKERING PERSOON",
    "EINDDATUM UITKERING PERSOON",
    "ONTHEFFING ARBEIDSVERPLICHTING VAN TOEPASSING",
    "EINDDATUM ONTHEFFING",
    "REDEN BEËINDIGING ONTHEFFING OF OPSCHORTING",
    "UITVOERING TEGENPRESTATIE",
    "REDEN VERMINDERING N.A.V. AFSTEMMING",
    "AANVANGSDATUM VERMINDERING",
    "EINDDATUM VERMINDERING",
    "SOORT INKOMSTEN",
    "BEDRAG INKOMSTEN PERSOON, incl. vt",
    "VRIJLATING INKOMSTEN (per inkomstensoort)",
    "REDEN BEËINDIGING UITKERING PERSOON",
)
ADDED = ("OORZAAK BIJSTANDSAFHANKELIJKHEID", "VRIJWILLIGERSWERK")
COLUMNS = (*OF_DELIVERY, *OF_BENEFIT, *OF_PERSON, *ADDED)
_NUMBER, _PAID = OF_BENEFIT[0], OF_BENEFIT[8]
_BSN, _BEGIN, _END = OF_PERSON[0], OF_PERSON[4], OF_PERSON[5]
#: What tells a second file of the same person from the first.
_SECOND = 5_000_000

_Row = dict[str, str]


def write(path: Path, lives: Lives, month: np.datetime64, injection: Injection) -> None:
    """Write the delivery of ``month`` from what was known at its end."""
    rows = _Rights(lives, month).rows(injection)
    is_csv = lives.gemeente % 2 == 1
    content = _csv(rows) if is_csv else _xml(rows)
    member = zipfile.ZipInfo("bus.csv" if is_csv else "bus.xml")
    member.compress_type = zipfile.ZIP_DEFLATED
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as archive:
        archive.writestr(member, content)


class _Rights:
    """The rights of a month's file: those that ran in it, and those of which news came in it."""

    def __init__(self, lives: Lives, month: np.datetime64) -> None:
        self.lives, self.month = lives, month
        self.first, self.last = first_day(month), last_day(month)
        known = as_known(lives.assistance, self.last)
        place = np.flatnonzero(lives.assistance["known"] <= self.last)
        end_known = lives.assistance["end_known"][place]
        news = (known["known"] >= self.first) | (
            (end_known >= self.first) & (end_known <= self.last)
        )
        self.ended_before = known["end"] < self.first
        chosen = (known["begin"] <= self.last) & (~self.ended_before | news)
        self.rights = known[chosen]
        self.ended_before = self.ended_before[chosen]
        self.entered = lives.assistance["known"][place][chosen]
        self.pay = np.zeros(len(self.rights), PAYMENT)
        payments = lives.payments(month, self.last)
        order = np.searchsorted(place[chosen], payments["right"])
        self.pay[order] = payments
        self.paid = np.zeros(len(self.rights), bool)
        self.paid[order] = True

    def rows(self, injection: Injection) -> list[_Row]:
        """A row per person, with the errors of this file; noted."""
        right = np.repeat(np.arange(len(self.rights)), 2)
        person = np.column_stack([self.rights["person"], self.rights["partner"]]).ravel()
        there = person >= 0
        right, person = right[there], person[there]
        rows = self._written(right, person)
        if injection.rate:
            self._inject(rows, right, person, injection)
        return rows

    def _written(self, right: Numbers, person: Numbers) -> list[_Row]:
        shared = [self._benefit(place) for place in range(len(self.rights))]
        bsn = self.lives.bsns(DELIVERY)[person].tolist()
        births = self._births(person)
        sex = self.lives.persons["sex"][person].tolist()
        return [
            shared[place]
            | {
                _BSN: f"{bsn[at]:09d}",
                "GEBOORTEDATUM": births[at],
                "GESLACHT": ("1", "2", "")[sex[at]],
            }
            for at, place in enumerate(right.tolist())
        ]

    def _benefit(self, place: int) -> _Row:
        """What all persons of a right share."""
        right, pay = self.rights[place], self.pay[place]
        year, number = str(self.month).split("-")
        ended = right["end"] < NEVER
        row = {
            "STATISTIEKJAAR": year,
            "STATISTIEKMAAND": number,
            "BERICHTGEVERCODE": f"{self.lives.gemeente:04d}",
            "GEMEENTECODE": f"{self.lives.gemeente:04d}",
            "NAAM SOFTWAREPAKKET": "and",
            "RELEASE-/VERSIENUMMER SOFTWAREPAKKET": "1.0",
            _NUMBER: str(right["number"]),
            "STATISTIEKCODE": f"{right['regime']:02d}",
            "NADERE CLASSIFICATIE BBZ": "5" if right["regime"] == 14 else "",
            "LEEFVORM": str(right["household"]),
            "Datum invoering administratie": _date(int(self.entered[place])),
            "HUISVESTING": str(right["housing"]),
            _BEGIN: _date(int(right["begin"])),
            _END: _date(int(right["end"])) if ended else "",
            "ONTHEFFING ARBEIDSVERPLICHTING VAN TOEPASSING": str(right["exempt"]),
            "UITVOERING TEGENPRESTATIE": "1" if right["volunteers"] else "2",
            "REDEN BEËINDIGING UITKERING PERSOON": f"{right['end_reason']:02d}" if ended else "",
            "OORZAAK BIJSTANDSAFHANKELIJKHEID": str(right["cause"]),
            "VRIJWILLIGERSWERK": "1" if right["volunteers"] else "2",
        }
        if self.paid[place]:
            norm, cut, income, paid = (
                round(int(pay[name]) / 100) for name in ("norm", "reduction", "income", "paid")
            )
            row |= {
                "AANTAL KOSTENDELERS": str(pay["sharers"]),
                OF_BENEFIT[5]: str(norm),
                OF_BENEFIT[6]: f"+{cut:04d}" if cut else "",
                OF_BENEFIT[7]: f"+{income:04d}" if income else "",
                _PAID: str(paid),
            }
        return row

    def _births(self, person: Numbers) -> list[str]:
        """Days of birth; of some only the year is known, or nothing."""
        days = [_date(day) for day in self.lives.births(DELIVERY)[person].tolist()]
        partial = self.lives.persons["partial"][person].tolist()
        return [
            (day, f"{day[:4]}0000", "00000000")[known]
            for day, known in zip(days, partial, strict=True)
        ]

    def _inject(
        self, rows: list[_Row], right: Numbers, person: Numbers, injection: Injection
    ) -> None:
        """E01, E09 and E13 by choice; E04, E06, I01 and I02 where lives brought them about."""
        lives, month = self.lives, self.month
        numbers = np.arange(1, len(rows) + 1)
        # In a small file every kind would be more than a register gets wrong.
        kinds = max(1, len(rows) // 60)
        wrong = injection.bsns(
            DELIVERY, month, numbers, element=_BSN, of="row", faults=BSN_FAULTS[:kinds]
        )
        for number, bsn in wrong.items():
            rows[number - 1][_BSN] = bsn
        paid = numbers[self.paid[right]]
        unread = injection.amounts(
            DELIVERY, month, paid, element=_PAID, of="row", faults=AMOUNT_FAULTS[:kinds]
        )
        for number, amount in unread.items():
            rows[number - 1][_PAID] = amount
        self._second_files(rows, right, injection)
        runs = self.rights["end"][right] > self.last
        former = lives.bsns(DELIVERY) != lives.bsns("brp_personen")
        accepted = ~np.isin(numbers, [*wrong, *unread])
        for code, element, reason, carries in (
            ("E04", _END, "achteraf_beeindigd", self.ended_before[right]),
            ("E06", _END, "geen_inwoner", runs & ~lives.moment.resident[person]),
            ("I01", "GEBOORTEDATUM", "identiteit_conflict", person == lives.conflicted),
            ("I02", _BSN, "bsn_vertaald", former[person]),
        ):
            where = numbers[carries & accepted]
            if len(where):
                injection.note(
                    code,
                    DELIVERY,
                    month,
                    element=element,
                    outcome=ACCEPTED,
                    units=len(where),
                    reason=reason,
                    of="row",
                    where=where,
                )

    def _second_files(self, rows: list[_Row], right: Numbers, injection: Injection) -> None:
        """E09: a second file of someone who has one, over the first days of the month."""
        rights = self.rights
        alone = (rights["partner"] < 0) & self.paid & (rights["begin"] < self.first)
        able = np.flatnonzero(alone[right]) + 1
        picked = injection.pick("E09", DELIVERY, self.month, able).tolist()
        for number in picked:
            first = rows[number - 1]
            rows.append(
                first
                | {
                    _NUMBER: str(int(first[_NUMBER]) + _SECOND),
                    _BEGIN: _date(self.first),
                    _END: _date(self.first + 9),
                    "REDEN BEËINDIGING UITKERING PERSOON": "98",
                    _PAID: "100",
                }
            )
        if picked:
            injection.note(
                "E09",
                DELIVERY,
                self.month,
                element=_NUMBER,
                outcome=ACCEPTED,
                units=2 * len(picked),
                reason="samengevoegd",
                of="row",
                where=picked,
            )


def _csv(rows: Sequence[_Row]) -> bytes:
    lines = [";".join(COLUMNS)]
    lines += [";".join(row.get(name, "") for name in COLUMNS) for row in rows]
    return "\r\n".join([*lines, ""]).encode("utf-8-sig")


def _xml(rows: Sequence[_Row]) -> bytes:
    """One levering; the persons of an uitkering stand together in it."""
    told = ["<bus>\n<levering>", *_elements(rows[0] if rows else {}, OF_DELIVERY), "\n"]
    open_, before = False, ""
    for row in rows:
        # An amount that cannot be read is one person's: it gets an uitkering of its own.
        benefit = "".join(_elements(row, OF_BENEFIT))
        if not open_ or benefit != before:
            told.append(f"{'</uitkering>' if open_ else ''}\n<uitkering>{benefit}")
            open_, before = True, benefit
        told += ["\n<persoon>", *_elements(row, OF_PERSON), "</persoon>"]
    told.append(f"{'</uitkering>' if open_ else ''}\n</levering>\n</bus>\n")
    return "".join(told).encode()


def _elements(row: Mapping[str, str], names: Sequence[str]) -> list[str]:
    return [
        f"<{_TAGS[name]}>{escape(row[name])}</{_TAGS[name]}>" for name in names if row.get(name)
    ]


def _tag(name: str) -> str:
    """The name of an attribute as an element can have it: bedrag_inkomsten_uitkering."""
    plain = name.lower().replace("incl. vt", "").replace("excl. vt", "")
    return "_".join("".join(c if c.isalnum() else " " for c in plain).split())


_TAGS = {name: _tag(name) for name in COLUMNS}


def _date(day: int) -> str:
    return str(np.datetime64(day, "D")).replace("-", "")
