"""Writes the WOZ delivery: STUF-CAP, a record of 80 positions per object, with its totals.

What belongs here: which objects there are, and the records that say so. What does not: which homes
there are and what they are worth (``lives.homes``), and addresses (``addresses``). Every address of
the BAG is an object: homes with their gebruikscode, institutions and places where nobody lives as
no home. A mooring that no register of addresses knows is none.

Errors: an address that is not found or is that of a whole block (E02), and amounts that cannot be
read or be true (E13). What cannot be read is in no total.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np

from demo.injection import ACCEPTED, QUARANTINED, Injection
from demo.lives import Lives
from demo.population import Numbers, draw, first_day

EXTENSION = "txt"
DELIVERY = "woz_stufcap"
#: Day of the month on which the file is made.
MADE_ON = 20
#: Gebruikscode of what is no home, and what that is worth in euro.
_NO_HOME, _LOWEST, _RANGE = 30, 60_000, 900_000
_UNKNOWN = ("9998ZZ", 20_000)
#: Amounts of eleven positions that are no number, and one that no object is worth.
_UNREADABLE = (" 250.000,00", "0000250000-", "EUR00250000")
_INCREDIBLE = 99_999_999_999
#: The leading record is the first line.
_FIRST_LINE = 2


def write(path: Path, lives: Lives, month: np.datetime64, injection: Injection) -> None:
    """Write the objects of the year of a month, in the order of their numbers."""
    file = _File(lives, month, injection)
    records = file.records()
    totals = [len(records), *file.totals(records)]
    closing = "2" + "".join(
        f"{total:0{width}d}" for total, width in zip(totals, (9, 15, 15, 15), strict=True)
    )
    lines = [file.leading(), *records, f"{closing:<80}"]
    path.write_bytes("".join(f"{line}\r\n" for line in lines).encode("ascii"))


class _File:
    """The file of one year."""

    def __init__(self, lives: Lives, month: np.datetime64, injection: Injection) -> None:
        self.lives, self.month, self.injection = lives, month, injection
        self.addresses = lives.addresses
        self.year = int(str(month)[:4])
        self.day = first_day(month) + MADE_ON - 1
        in_use = dict.fromkeys(address for address, *_ in self.addresses.active(self.day))
        self.objects = np.array(sorted(in_use))
        lines = np.arange(len(self.objects)) + _FIRST_LINE
        self.uses, self.values = self._worth()
        homes = self.uses != _NO_HOME
        self.unfound = self._pick("E02", lines[homes], "onvindbaar", "buurt_onbekend")
        self.blocks = self._pick(
            "E02", lines[self._in_blocks() & homes], "complex", "complexwaarde"
        )
        self.unreadable = injection.amounts(
            DELIVERY,
            month,
            lines[homes],
            element="2.1",
            faults=_UNREADABLE,
            reason="patroon",
        )
        self.incredible = self._pick(
            "E13", lines[homes], "ongeloofwaardig", "waarde_ongeloofwaardig", outcome=QUARANTINED
        )

    def leading(self) -> str:
        """The voorlooprecord."""
        made = str(np.datetime64(self.day, "D")).replace("-", "")
        contact = f"{'Team Belastingen':<40}{'14 000':<20}"
        return f"0{self.lives.gemeente:04d}{contact}{made}{self.year:04d}V01"

    def records(self) -> list[str]:
        """A gegevensrecord per object."""
        addresses, gemeente = self.addresses, self.lives.gemeente
        postcodes = addresses.postcode_on(self.day)
        date = f"{self.year - 1:04d}0101"
        rows = []
        numbered = zip(self.objects.tolist(), self.uses.tolist(), self.values.tolist(), strict=True)
        for line, (address, use, value) in enumerate(numbered, _FIRST_LINE):
            postcode, house = postcodes[address], addresses.house[address]
            letter, addition = addresses.letter[address], addresses.addition[address]
            if line in self.unfound:
                postcode, house, letter, addition = _UNKNOWN[0], _UNKNOWN[1] + address, "", ""
                house %= 100_000
            elif line in self.blocks:
                letter = addition = ""
            amount = f"{_INCREDIBLE if line in self.incredible else value:011d}"
            rows.append(
                f"1{gemeente:04d}{address:08d}{house:05d}{letter:1}{addition:<4}  {postcode:<6}"
                f"{self.unreadable.get(line, amount)}0{amount}{use:02d}{date}   00"
                f"{0 if use != _NO_HOME else value:011d}"
            )
        return rows

    @staticmethod
    def totals(records: list[str]) -> list[int]:
        """The totals of elements 2.1, 2.3 and 2.8."""
        spans = (slice(31, 42), slice(43, 54), slice(69, 80))
        return [
            sum(int(record[span]) for record in records if record[span].isdigit()) for span in spans
        ]

    def _worth(self) -> tuple[Numbers, Numbers]:
        """The gebruikscode and the value of each object."""
        addresses, objects = self.addresses, self.objects
        lived = objects < addresses.homes
        at = np.where(lived, objects, 0)
        home = lived & ~np.where(lived, addresses.institution[objects], False)
        other = _LOWEST + (draw(self.lives.seed, "woz", objects) * _RANGE).astype(int)
        uses = np.where(home, self.lives.homes["use"][at], _NO_HOME)
        values = np.where(home, self.lives.valuations(self.year)["value"][at], other // 1000 * 1000)
        return uses, values

    def _in_blocks(self) -> Numbers:
        """The first object of each house number that has several, all with an addition."""
        addresses = self.addresses
        # Where the houses of a number lie in two buurten, the number says nothing.
        areas: dict[tuple[str, int], set[int]] = {}
        count: Counter[tuple[str, int]] = Counter()
        bare: set[tuple[str, int]] = set()
        first: dict[tuple[str, int], int] = {}
        for address, postcode, house, addition in addresses.active(self.day):
            number = (postcode, house)
            count[number] += 1
            first.setdefault(number, address)
            areas.setdefault(number, set()).add(int(addresses.buurt[address]))
            if not addition:
                bare.add(number)
        chosen = {
            first[number]
            for number, several in count.items()
            if several > 1 and number not in bare and len(areas[number]) == 1
        }
        return np.isin(self.objects, np.fromiter(chosen, np.int64, len(chosen)))

    def _pick(
        self, code: str, lines: Numbers, subject: str, reason: str, outcome: str = ACCEPTED
    ) -> frozenset[int]:
        """The lines with one kind of error, noted."""
        picked = self.injection.pick(code, DELIVERY, self.month, lines, subject=subject)
        if len(picked):
            self.injection.note(
                code,
                DELIVERY,
                self.month,
                element="2.1" if outcome == QUARANTINED else "1.2",
                outcome=outcome,
                units=len(picked),
                reason=reason,
                where=picked.tolist(),
            )
        return frozenset(picked.tolist())
