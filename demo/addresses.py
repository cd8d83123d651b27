"""The addresses of the synthetic gemeente: where each lies, how it is written, what happened to it.

What belongs here: which addresses there are, in which buurt and on which spot, their identifiers
and their past; how the BRP writes each of them down; and where a reader should find it. What does
not: the formats themselves (``bag``, ``gbav``), and who lives there (``population``).

The first ``homes`` addresses are those of the population, by its numbers; after them come places
where nobody lives. One in 400 is a mooring that no register of addresses knows. In a few fixed
places the BRP says too little, and a few addresses carry a trap: two occurrences, a number that
was given out before, a place that was never valid, a postcode in two buurten. Nothing follows from
the first four digits of an identifier: part of the objects was born in a gemeente now gone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import IntEnum
from functools import cached_property

import numpy as np
import shapely

from demo.gebieden import Division
from demo.population import FIXED, Numbers, draw, first_day

#: Addresses of one postcode, or more where a gemeente would run out of letters.
HOUSES_PER_POSTCODE = 20
_MOST_POSTCODES = 400
_LETTERS = "ABCDEFGHJKLMNPRSTUVWXZ"
#: The letters of postcodes; a Y is for addresses that get another one.
PAIRS = [a + b for a in _LETTERS for b in _LETTERS if a + b != "SS"]
_IN_A_STREET = 3  # postcodes
_IN_A_FLAT = 4  # addresses with one house number
_LONGEST_STRETCH = 240
_FROM_THE_EDGE = 30

#: Who was merged into another gemeente in 2022: the first digits of every twelfth postcode's ids.
_GONE = (416, 398)
_UNKNOWN_POSTCODE = "9998ZZ"
_UNKNOWN_NUMBER = 20_000
_NO_OBJECT = 8_000_000

#: Days before the first month: addresses came to be between these, and numbers were given out
#: again on the last.
_FIRST_BUILT, _LAST_BUILT, _SECOND_USE = 5200, 1900, 1750

STREETS = [
    first + middle + last
    for first in (
        *("Akker", "Beuken", "Duin", "Esdoorn", "Gele", "Hout"),
        *("Kaas", "Molen", "Papier", "Rode", "Verf", "Wilgen"),
    )
    for middle in ("horst", "kade", "lint", "polder", "werf")
    for last in ("straat", "laan", "pad", "weg", "hof")
]


class Kind(IntEnum):
    """What an address points to; the value is the object's type in its identifier."""

    VERBLIJFSOBJECT = 1
    LIGPLAATS = 2
    STANDPLAATS = 3


class Form(IntEnum):
    """How much the BRP says of an address."""

    WHOLE = 0
    NUMBER_ID = 1  # 11.90 without an 11.80 that is known
    TEXT = 2  # postcode, number and addition
    NO_ADDITION = 3  # postcode and number
    OTHER_NUMBER = 4  # the postcode is known, the number is not
    UNKNOWN = 5  # nothing of it is known
    MOORING = 6  # a description


_FORM_SHARES = np.cumsum([0.962, 0.015, 0.012, 0.006, 0.003])
#: Addresses of persons who never move (and carry no fault in the BRP) that are a case each.
_CASES = {
    10: Form.NUMBER_ID,
    11: Form.TEXT,
    12: Form.NO_ADDITION,
    13: Form.OTHER_NUMBER,
    14: Form.UNKNOWN,
}
_CASE_LIGPLAATS, _CASE_STANDPLAATS, _CASE_INSTITUTION = 17, 18, 19


@dataclass(frozen=True)
class Written:
    """What the BRP has of each address of the population: a text per element, or None."""

    street: list[str | None]  # 11.10
    number: list[str | None]  # 11.20
    letter: list[str | None]  # 11.30
    addition: list[str | None]  # 11.40
    postcode: list[str | None]  # 11.60
    town: list[str | None]  # 11.70
    object_id: list[str | None]  # 11.80
    number_id: list[str | None]  # 11.90
    description: list[str | None]  # 12.10


@dataclass(frozen=True)
class ExpectedArea:
    """Where an address of the population lies by what the BRP says of it.

    ``written`` is that, as the elements 11.80, 11.90, 11.60, 11.20, 11.30 and 11.40 with empty
    text for what is not there: no two addresses that lie apart share it. ``buurt`` and ``wijk``
    are None where ``methode`` is onbekend. A person with a briefadres there is placed as
    briefadres, whatever the address.
    """

    address: int
    written: tuple[str, str, str, str, str, str]
    buurt: str | None
    wijk: str | None
    methode: str
    institutioneel: bool


class Addresses:
    """All addresses of a gemeente, each an index into the arrays.

    The population's addresses are ``0`` to ``homes``; ``registered`` says which the BAG knows.
    ``begin`` is the day on which an address came to be, ``withdrawn`` the day on which it ceased
    (-1: not yet). The texts of an address are those of now; its past is in ``was``, ``recoded``
    (a postcode from a day after the first month), ``misplaced`` (a place that was never valid) and
    ``copies`` (whose text it bore, in vain or before).
    """

    def __init__(self, division: Division, homes: int, seed: int, first_month: str) -> None:
        self.division = division
        self.homes = homes
        self.seed = seed
        self.first_day = first_day(np.datetime64(first_month, "M"))
        self.size = homes + homes // 15 + 12
        self.number = np.arange(self.size)
        rng = np.random.default_rng([seed, division.gemeente, 1])
        self._fates()
        self._spread(rng)
        self._name()
        self._place(rng)
        self._identify()
        self._past()

    @property
    def registered(self) -> Numbers:
        """Which addresses the BAG knows."""
        known: Numbers = self.form != Form.MOORING
        return known

    def postcode_on(self, day: int) -> list[str]:
        """Per address its postcode on a day."""
        texts = list(self.postcode)
        for address, (since, postcode) in self.recoded.items():
            if day >= since:
                texts[address] = postcode
        return texts

    def written(self, day: int) -> Written:
        """How the BRP writes the population's addresses on a day."""
        postcode = list(self._texts.postcode)
        for address, (since, recoded) in self.recoded.items():
            if day >= since:
                postcode[address] = recoded
        return replace(self._texts, postcode=postcode)

    @cached_property
    def _texts(self) -> Written:
        """How the BRP wrote them on the first day of all."""
        rows = [self._written(address) for address in range(self.homes)]
        return Written(*(list(column) for column in zip(*rows, strict=True)))

    # Making them

    def _fates(self) -> None:
        """What each address is, how the BRP writes it, and what is odd about it."""
        number, homes = self.number, self.homes
        lived = number < homes
        form = np.searchsorted(_FORM_SHARES, draw(self.seed, "form", number), side="right")
        self.form = np.where(lived & (number >= FIXED), form, Form.WHOLE)
        self.form[lived & (number % 400 == 399)] = Form.MOORING
        self.kind = np.full(self.size, int(Kind.VERBLIJFSOBJECT))
        self.kind[lived & (number % 300 == 150)] = Kind.LIGPLAATS
        self.kind[lived & (number % 300 == 210)] = Kind.STANDPLAATS
        self.institution = lived & (number % 250 == 125)
        self.form[list(_CASES)] = list(_CASES.values())
        self.kind[_CASE_LIGPLAATS] = Kind.LIGPLAATS
        self.kind[_CASE_STANDPLAATS] = Kind.STANDPLAATS
        self.institution[_CASE_INSTITUTION] = True
        self.form[self.institution] = Form.WHOLE
        self._forms: list[int] = self.form.tolist()

    def _spread(self, rng: np.random.Generator) -> None:
        """A buurt for each address, and its place in the row of addresses that share a street."""
        parts = [
            rng.permutation(np.repeat(np.arange(len(allotted)), allotted))
            for allotted in (
                self.division.allot(self.homes),
                self.division.allot(self.size - self.homes),
            )
        ]
        self.buurt = np.concatenate(parts)
        order = np.lexsort((rng.random(self.size), self.buurt))
        areas = self.buurt[order]
        postcodes = np.array([buurt.postcode for buurt in self.division.buurten])
        most = np.bincount(postcodes[areas]).max()
        self._most_in_block = max(HOUSES_PER_POSTCODE, -(-int(most) // _MOST_POSTCODES))

        enters = np.flatnonzero(np.diff(areas, prepend=-1))
        rank = np.arange(self.size) - np.repeat(enters, np.diff(enters, append=self.size))
        # A few postcodes go on across the border: their last houses lie in the next buurt.
        before = np.concatenate([[-1], areas[enters][:-1]])
        crossing = (areas[enters] % 3 == 1) & (before >= 0)
        crossing &= postcodes[before] == postcodes[areas[enters]]
        crosses = np.repeat(crossing, np.diff(enters, append=self.size))
        shift = np.where(crosses, self._most_in_block - 6, 0)
        begins = ((rank + shift) % self._most_in_block == 0) | ((rank == 0) & ~crosses)
        block = np.cumsum(begins) - 1
        starts = np.flatnonzero(begins)
        place = np.arange(self.size) - starts[block]

        self._block_buurt = areas[starts]
        spot = np.empty(self.size, dtype=int)
        spot[order] = np.arange(self.size)
        self._settle_cases(spot, areas, block, place)
        self.buurt, self.block, self.place = areas[spot], block[spot], place[spot]

    def _settle_cases(self, spot: Numbers, areas: Numbers, block: Numbers, place: Numbers) -> None:
        """Exchange spots, so that the cases without an addition or a number lie where they can.

        That is where all houses of the postcode lie in one buurt, the former in a flat. An address
        that has to make room is of the same buurt where there is one, so that shares stay.
        """
        low = np.full(block[-1] + 1, len(self.division.buurten))
        high = np.full(block[-1] + 1, -1)
        np.minimum.at(low, block, areas)
        np.maximum.at(high, block, areas)
        self._whole_block = low == high
        undivided = self._whole_block[block]
        flat = undivided & (_flat(block) > 0) & (np.bincount(block)[block] > 1)
        taken = set(spot[:FIXED].tolist())
        for address, fits in ((12, flat & (place < _IN_A_FLAT)), (13, undivided)):
            if not fits[spot[address]]:
                free = [int(at) for at in np.flatnonzero(fits) if int(at) not in taken]
                same = [at for at in free if areas[at] == areas[spot[address]]]
                if not free:
                    continue
                there = (same or free)[0]
                other = int(np.flatnonzero(spot == there)[0])
                spot[address], spot[other] = spot[other], spot[address]
                taken.add(there)

    def _name(self) -> None:
        """Postcodes, house numbers, letters and additions; streets, and towns by wijk."""
        buurten = self.division.buurten
        seen: dict[int, int] = defaultdict(int)
        self.block_postcode: list[str] = []
        self.block_street: list[int] = []
        self.street_buurt: list[int] = []
        within = 0
        houses: list[int] = []
        for block, area in enumerate(self._block_buurt):
            digits = buurten[area].postcode
            self.block_postcode.append(f"{digits}{PAIRS[seen[digits]]}")
            seen[digits] += 1
            fresh = block == 0 or area != self._block_buurt[block - 1]
            within = 0 if fresh else within + 1
            if within % _IN_A_STREET == 0:
                self.street_buurt.append(int(area))
            self.block_street.append(len(self.street_buurt) - 1)
            houses.append(within % _IN_A_STREET * self._most_in_block)
        flat = _flat(self.block)
        shared = np.where(flat > 0, self.place // _IN_A_FLAT, self.place)
        self.house = (1 + 2 * (shared + np.array(houses)[self.block])).tolist()
        nth = (self.place % _IN_A_FLAT).tolist()
        self.letter = ["ABCD"[n] if f == 1 else "" for n, f in zip(nth, flat, strict=True)]
        self.addition = [str(n + 1) if f == 2 else "" for n, f in zip(nth, flat, strict=True)]
        self.postcode = [self.block_postcode[block] for block in self.block]
        self.street = [self.block_street[block] for block in self.block]
        # Flats are one pand, and so is every other house.
        self.pand = (self.block * 2 * self._most_in_block + shared).tolist()

    def _place(self, rng: np.random.Generator) -> None:
        """A spot for each address: along a line within its buurt, away from the edge."""
        stretch, at = np.unique(
            self.block * len(self.division.buurten) + self.buurt, return_inverse=True
        )
        area = stretch % len(self.division.buurten)
        ends = np.empty((2, len(stretch), 2))
        for number, buurt in enumerate(self.division.buurten):
            here = area == number
            for end in ends:
                end[here] = _spots(buurt.shape, int(here.sum()), rng)
        line = ends[1] - ends[0]
        length = np.maximum(np.hypot(line[:, 0], line[:, 1]), 1)
        line *= np.minimum(1, _LONGEST_STRETCH / length)[:, np.newaxis]
        house = np.where(_flat(self.block) > 0, self.place // _IN_A_FLAT, self.place)
        along = (house + 0.5) / self._most_in_block
        spots = ends[0][at] + line[at] * along[:, np.newaxis]
        spots[:, 0] += self.place % _IN_A_FLAT * 1.5
        self.spot = np.round(spots, 3)

    def _identify(self) -> None:
        """Identifiers; the digits after the type say nothing of the address."""
        gemeente = self.division.gemeente
        gone = next(code for code in _GONE if code != gemeente)
        born = np.where(self.block % 12 == 5, gone, gemeente).tolist()
        rows = list(zip(born, self.kind.tolist(), range(self.size), strict=True))
        self.object_id = [_identifier(first, kind, gemeente, n) for first, kind, n in rows]
        self.number_id = [_identifier(first, 20, gemeente, 2 * n) for first, _, n in rows]
        self.pand_id = [
            _identifier(first, 10, gemeente, pand)
            for first, pand in zip(born, self.pand, strict=True)
        ]
        self.street_id = [
            _identifier(gemeente, 30, gemeente, street) for street in range(len(self.street_buurt))
        ]

    def _past(self) -> None:
        """When addresses came and went, and the traps."""
        number = self.number
        age = draw(self.seed, "built", number) * (_FIRST_BUILT - _LAST_BUILT)
        self.begin = self.first_day - _FIRST_BUILT + age.astype(int)
        self.second_use = self.first_day - _SECOND_USE
        self.withdrawn = np.full(self.size, -1)
        whole = (self.form == Form.WHOLE) & (number >= FIXED)
        lived = number < self.homes
        # People may still be registered where an object was withdrawn.
        old = lived & whole & (number % 350 == 275)
        extra = np.flatnonzero(~lived)
        old[extra[::6]] = True
        self.withdrawn[old] = self.second_use

        #: Addresses whose number is given out a second time, and who bore it before or in vain.
        texts = np.flatnonzero(self.form == Form.TEXT)
        self.begin[texts] = self.second_use
        bearers = np.concatenate(
            [extra[::6], extra[3::12], np.flatnonzero(whole & ~old & (number % 60 == 31))]
        )
        self.copies: dict[int, int] = {}
        for address, text in zip(bearers.tolist(), texts.tolist(), strict=False):
            if self.buurt[address] != self.buurt[text]:
                self.copies[address] = text
        self.never_valid = {int(address) for address in extra[3::12]}
        #: Renumbered: the house number before ``second_use``; even ones are never in use.
        self.was = {
            int(address): self.house[address] + 1
            for address in np.flatnonzero(whole & ~old & (number % 150 == 47))
            if int(address) not in self.copies
        }
        self.misplaced = set(np.flatnonzero(whole & lived & (number % 300 == 83)).tolist())
        self.second_number = {
            int(address): self._second_number(int(address))
            for address in np.flatnonzero(
                (lived & whole & ~old & (number % 130 == 61))
                | (self.form == Form.NUMBER_ID)
                | (number == _CASE_STANDPLAATS)
            )
        }
        self._recode(whole & ~old & lived)

    def _second_number(self, address: int) -> tuple[str, int]:
        """A further address of the object, at the back: its identifier and house number."""
        # Beyond every first number of the street, and another for each address.
        beyond = 2 * self._most_in_block * (_IN_A_STREET + 1)
        house = beyond + 2 * int(self.place[address])
        return _renumbered(self.number_id[address], 2 * address + 1), house

    def _recode(self, may: Numbers) -> None:
        """Eight addresses get a postcode of their own, in the third and the eighth month."""
        plain = may & self._whole_block[self.block] & (_flat(self.block) == 0)
        busy = self.copies.keys() | self.was.keys() | self.second_number.keys()
        chosen = [int(a) for a in np.flatnonzero(plain) if int(a) not in busy][:8]
        month = np.datetime64(self.first_day, "D").astype("datetime64[M]")
        days = (first_day(month + 2) + 9, first_day(month + 7) + 9)
        self.recoded = {
            address: (days[nth % 2], f"{self.postcode[address][:4]}Y{_LETTERS[nth]}")
            for nth, address in enumerate(chosen)
        }

    # How the BRP writes them

    def _written(self, address: int) -> tuple[str | None, ...]:
        form, postcode = self._forms[address], self.postcode[address]
        if form == Form.MOORING:
            return (*(None,) * 8, f"Woonboot ligplaats {address // 400 % 59 + 1}")
        house: int | None = self.house[address]
        letter, addition = self.letter[address], self.addition[address]
        object_id, number_id = self.object_id[address], self.number_id[address]
        if form == Form.NUMBER_ID:
            object_id, number_id, house = self._by_number(address)
        elif form in (Form.TEXT, Form.NO_ADDITION, Form.OTHER_NUMBER):
            object_id = number_id = ""
        if form == Form.TEXT:
            # As a clerk may type it: the same address to whoever compares well.
            letter, addition = letter.lower(), addition and f"0{addition}"
        if form in (Form.NO_ADDITION, Form.OTHER_NUMBER, Form.UNKNOWN):
            letter = addition = ""
        if form == Form.OTHER_NUMBER:
            house = _UNKNOWN_NUMBER + address % 1000
        elif form == Form.UNKNOWN:
            postcode, house = _UNKNOWN_POSTCODE, _UNKNOWN_NUMBER + address % 70_000
            object_id = _renumbered(object_id, _NO_OBJECT + address)
            number_id = _renumbered(number_id, _NO_OBJECT + address)
        street = self.street[address]
        return (
            STREETS[street % len(STREETS)],
            str(house),
            letter or None,
            addition or None,
            postcode,
            self.town(self.street_buurt[street])[1],
            object_id or None,
            number_id or None,
            None,
        )

    def _by_number(self, address: int) -> tuple[str, str, int]:
        """Three ways to say no more than 11.90: none, an unknown 11.80, the second address."""
        object_id, number_id, house = "", self.number_id[address], self.house[address]
        if address % 3 == 2:
            object_id = _renumbered(self.object_id[address], _NO_OBJECT + address)
        elif address % 3 == 0:
            number_id, house = self.second_number[address]
        return object_id, number_id, house

    def town(self, buurt: int) -> tuple[str, str]:
        """The woonplaats in which a buurt lies: its identifier, made up, and its name."""
        wijk = self.division.buurten[buurt].wijk
        part = int(wijk[6])
        names = _TOWNS.get(self.division.gemeente)
        return (f"99{part:02d}", names[part]) if names else ("9900", self.division.name)

    # Where they should be found

    def active(self, day: int) -> Iterator[tuple[int, str, int, str]]:
        """Addresses in use on a day, with their postcode, number and addition; seconds included."""
        postcodes = self.postcode_on(day)
        ended = (self.withdrawn >= 0) & (self.withdrawn <= day)
        for address in np.flatnonzero(self.registered & ~ended).tolist():
            if address in self.never_valid:
                continue
            addition = self.letter[address] + self.addition[address]
            yield address, postcodes[address], self.house[address], addition
            if address in self.second_number:
                house = self.second_number[address][1]
                yield address, postcodes[address], house, addition


#: Woonplaatsen by the first digit of the wijk.
_ZAANSTAD_TOWNS = {
    1: "Zaandam",
    2: "Zaandam",
    3: "Koog aan de Zaan",
    4: "Zaandijk",
    5: "Wormerveer",
    6: "Krommenie",
    7: "Assendelft",
    8: "Westzaan",
}
_TOWNS = {479: _ZAANSTAD_TOWNS}


def expected_areas(addresses: Addresses, day: int) -> list[ExpectedArea]:
    """Per address of the population where it lies on a day, and by which rung it is found.

    The rungs are those of the domain book, 4.2: vbo, num, pchn, pchn_zonder_toev, pc6, onbekend.
    The day must be one of the generated months or later.
    """
    by_postcode: dict[str, set[int]] = defaultdict(set)
    by_house: dict[tuple[str, int], set[int]] = defaultdict(set)
    by_text: dict[tuple[str, int, str], int] = defaultdict(int)
    areas = addresses.buurt.tolist()
    for address, postcode, house, addition in addresses.active(day):
        buurt = areas[address]
        by_postcode[postcode].add(buurt)
        by_house[postcode, house].add(buurt)
        by_text[postcode, house, addition] += 1

    def rung(address: int, postcode: str) -> str:
        form, house = addresses.form[address], addresses.house[address]
        addition = addresses.letter[address] + addresses.addition[address]
        if form == Form.WHOLE:
            return "vbo"
        if form == Form.NUMBER_ID:
            return "num"
        if form == Form.NO_ADDITION:
            addition = ""
        if form in (Form.TEXT, Form.NO_ADDITION):
            if by_text.get((postcode, house, addition)) == 1:
                return "pchn"
            if len(by_house[postcode, house]) == 1:
                return "pchn_zonder_toev"
        known = form in (Form.TEXT, Form.NO_ADDITION, Form.OTHER_NUMBER)
        return "pc6" if known and len(by_postcode[postcode]) == 1 else "onbekend"

    postcodes = addresses.postcode_on(day)
    texts = addresses.written(day)
    columns = (
        *(texts.object_id, texts.number_id, texts.postcode),
        *(texts.number, texts.letter, texts.addition),
    )
    expected = []
    for address in range(addresses.homes):
        methode = rung(address, postcodes[address])
        buurt = addresses.division.buurten[areas[address]]
        found = methode != "onbekend"
        expected.append(
            ExpectedArea(
                address=address,
                written=tuple(column[address] or "" for column in columns),  # type: ignore[arg-type]
                buurt=buurt.code if found else None,
                wijk=buurt.wijk if found else None,
                methode=methode,
                institutioneel=bool(addresses.institution[address]),
            )
        )
    return expected


def _identifier(born: int, kind: int, gemeente: int, number: int) -> str:
    """An identifier of the BAG, which no other generated gemeente has either."""
    return f"{born:04d}{kind:02d}{gemeente % 1000:03d}{number:07d}"


def _renumbered(identifier: str, number: int) -> str:
    return f"{identifier[:9]}{number:07d}"


def _flat(block: Numbers) -> Numbers:
    """Per postcode: 0 houses with a number each, 1 flats with letters, 2 flats with additions."""
    flats: Numbers = np.array([0, 1, 0, 2, 0])[block % 5]
    return flats


def _spots(shape: object, count: int, rng: np.random.Generator) -> Numbers:
    """Random spots within a convex shape, away from its edge."""
    corners = shapely.get_coordinates(shapely.buffer(shape, -_FROM_THE_EDGE))[:-1]
    first, second, third = corners[0], corners[1:-1], corners[2:]
    sides = second - first, third - first
    area = np.abs(sides[0][:, 0] * sides[1][:, 1] - sides[0][:, 1] * sides[1][:, 0])
    triangle = rng.choice(len(area), count, p=area / area.sum())
    weights = rng.random((2, count, 1))
    over = weights.sum(axis=0) > 1
    weights = np.where(over, 1 - weights, weights)
    spots: Numbers = first + weights[0] * sides[0][triangle] + weights[1] * sides[1][triangle]
    return spots
