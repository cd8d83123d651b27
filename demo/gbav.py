"""Writes the BRP delivery: records of persons as GBA-V exports them, one column per LO3 element.

What belongs here: the layout, and how persons, residences and relations become its rows. What
does not: who the persons are. The layout is `;`, UTF-8 with a byte order mark, CRLF, 257 columns.
A row whose first column is empty continues the person above: an older occurrence of a category,
or the next child. A category's last column (``08.H``) announces what the *next* row holds for
that category (58: an older occurrence; 09: another child) and says nothing of its own row.

Rows are made in blocks of persons, each column a whole array, and joined to lines by Arrow, whose
value buffer is the text of the file.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from demo.addresses import HOUSES_PER_POSTCODE, PAIRS, STREETS, Addresses, Written
from demo.injection import ACCEPTED, QUARANTINED, Injection
from demo.lives import Lives
from demo.population import (
    FIXED,
    NETHERLANDS,
    NEVER,
    OTHER_GEMEENTEN,
    RNI,
    YEAR,
    Numbers,
    Population,
    bsns,
    draw,
    first_day,
    last_day,
    numbers_on,
)

#: An array of text (``pyarrow.StringArray``), null where the column stays empty.
Text: TypeAlias = Any

#: Persons whose rows are made at once, and how many blocks side by side.
BLOCK = 20_000
_WORKERS = 2

#: Per category its elements; the last column of each category is ``<category>.H``.
_LAYOUT = """
01 01.10 01.20 02.10 02.20 02.30 02.40 03.10 03.20 03.30 04.10 20.10 20.20 61.10 81.10 81.20 82.10
   82.20 82.30 83.10 83.20 83.30 84.10 85.10 86.10 88.10 88.20
02 01.10 01.20 02.10 02.20 02.30 02.40 03.10 03.20 03.30 04.10 62.10 81.10 81.20 82.10 82.20 82.30
   83.10 83.20 83.30 84.10 85.10 86.10
03 01.10 01.20 02.10 02.20 02.30 02.40 03.10 03.20 03.30 04.10 62.10 81.10 81.20 82.10 82.20 82.30
   83.10 83.20 83.30 84.10 85.10 86.10
04 05.10 63.10 64.10 65.10 73.10 82.10 82.20 82.30 83.10 83.20 83.30 84.10 85.10 86.10 88.10 88.20
05 01.10 01.20 02.10 02.20 02.30 02.40 03.10 03.20 03.30 04.10 06.10 06.20 06.30 07.10 07.20 07.30
   07.40 15.10 81.10 81.20 82.10 82.20 82.30 83.10 83.20 83.30 84.10 85.10 86.10
06 08.10 08.20 08.30 81.10 81.20 82.10 82.20 82.30 83.10 83.20 83.30 84.10 85.10 86.10 88.10 88.10
07 66.20 67.10 67.20 68.10 69.10 70.10 71.10 71.20 80.10 80.20 87.10 88.10 88.20
08 09.10 09.20 10.10 10.20 10.30 11.10 11.15 11.20 11.30 11.40 11.50 11.60 11.70 11.80 11.90 12.10
   13.10 13.20 13.30 13.40 13.50 14.10 14.20 72.10 75.10 83.10 83.20 83.30 84.10 85.10 86.10 88.10
   88.20
09 01.10 01.20 02.10 02.20 02.30 02.40 03.10 03.20 03.30 81.10 81.20 82.10 82.20 82.30 83.10 83.20
   83.30 84.10 85.10 86.10 89.10
10 39.10 39.20 39.30 83.10 83.20 83.30 84.10 85.10 86.10
11 32.10 33.10 82.10 82.20 82.30 83.10 83.20 83.30 84.10 85.10 86.10
12 35.10 35.20 35.30 35.40 35.50 35.60 35.70 36.10 82.10 82.20 82.30 83.10 83.20 83.30 85.10 86.10
13 31.10 31.20 31.30 38.10 38.20 82.10 82.20 82.30
"""


def _header() -> tuple[str, ...]:
    columns: list[str] = [""]
    category = ""
    for word in _LAYOUT.split():
        if len(word) == 2:
            columns += [f"{category}.H"] if category else []
            category = word
        else:
            columns.append(f"{category}.{word}")
    return (*columns, f"{category}.H", "")


#: The 257 column names. Two are double: ``06.88.10`` and the empty name, first and last.
HEADER = _header()


def _names(first: str, middle: str, last: str) -> Text:
    """Invented names: every combination of the syllables."""
    syllables = (part.split(",") for part in (first, middle, last))
    return pa.array(["".join(name) for name in product(*syllables)])


_GIVEN = (
    _names(
        "Aren,Bal,Dirm,Fen,Ger,Hil,Joran,Kas,Lem,Mer,Noë,Pie,Rün,Sjo,Tor,Wie", "a,e,i,o", "n,rd,k"
    ),
    _names(
        "An,Bri,Dor,El,Fem,Gré,Iris,Jo,Kat,Lie,Maï,Nel,Ro,San,Tré,Wil", "ne,li,ma,de", "ke,tje,a"
    ),
)
_SURNAMES = _names(
    "Aal,Boer,Dijk,Eik,Gras,Heu,Kalver,Lin,Meer,Noord,Oever,Pol,Riet,Sluis,Veen,Zaag",
    "en,er,el,ing",
    "stra,man,huis,beek,kamp,veld,gaard,môr,vliet,zwëer",
)
_PREFIXES = pa.array(["van", "de", "van der", "ten"])
_STREETS = pa.array(STREETS)
_ABROAD = pa.array(["1 Example Street", "22 Rue de l'Exemple", "7 Musterweg"])
_MOORINGS = pa.array([f"Woonboot ligplaats {number}" for number in range(1, 60)])
_NATIONALITY = {6043: 339, 5022: 131, 5007: 263, 7028: 72, 9089: 55}
_LETTERS = pa.array(PAIRS)

_EARLIEST = np.datetime64("1850-01-01").astype(int)
_CALENDAR = np.arange("1850-01-01", "2101-01-01", dtype="datetime64[D]")
_DATES = pa.array([str(day).replace("-", "") for day in _CALENDAR])

_GBA_BEGIN = np.datetime64("1994-10-01").astype(int)


EXTENSION = "csv"
DELIVERY = "brp_personen"


def write(
    path: Path,
    lives: Lives,
    month: np.datetime64,
    injection: Injection,
    *,
    late: int = 0,
    version: int = 1,
    changed_only: bool = False,
) -> None:
    """Write the state at the end of ``month`` as it was known ``late`` days after it.

    ``changed_only`` leaves out of whom nothing became known in the month: no state at all.
    """
    month_end = last_day(month)
    stand = _Stand(lives.population, lives.addresses, month_end, month_end + late)
    if changed_only:
        stand.ids = stand.ids[
            stand.residences["known"][stand.newest[stand.ids]] >= first_day(month)
        ]
    spoils = _Errors(stand, month, injection, version).spoils
    with path.open("wb") as file:
        file.write(b"\xef\xbb\xbf" + ";".join(HEADER).encode() + b"\r\n")
        blocks = np.array_split(stand.ids, max(1, -(-len(stand.ids) // BLOCK)))
        # Two at a time: nearly all the work is Arrow's, which lets go of the lock.
        with ThreadPoolExecutor(_WORKERS) as workers:
            for start in range(0, len(blocks), _WORKERS):
                made = workers.map(
                    lambda ids: _Block(stand, ids).lines(spoils), blocks[start : start + _WORKERS]
                )
                for lines in made:
                    file.write(memoryview(lines.buffers()[2]))


class _Stand:
    """What is known of all persons on a day: the arrays that every block draws from."""

    def __init__(
        self, population: Population, addresses: Addresses, month_end: int, known_on: int
    ) -> None:
        persons = population.persons
        self.seed = population.seed
        self.gemeente = population.gemeente
        self.persons = persons
        self.month_end = month_end
        self.numbers = numbers_on(persons, month_end)
        self.bsn = _text(self.numbers)
        self.former = _text(bsns(len(persons)))
        number = np.arange(len(persons), dtype=np.int64) * 2_654_435_761
        self.a_number = _text(number % 9_000_000_000 + 1_000_000_000)
        present = (persons["appears"] <= known_on) & (persons["leaves"] > known_on)
        self.ids = np.flatnonzero(present)

        self.died = np.where(persons["died_known"] <= known_on, persons["died"], NEVER)
        partner = persons["partner"]
        widowed = np.where(partner >= 0, self.died[partner], NEVER)
        wed = persons["married"] <= month_end
        self.ended = np.where(wed, np.minimum(persons["divorced"], widowed), NEVER)
        self._residences(population.residences, known_on)
        self._children(known_on)
        self._write_down(addresses.written(month_end))

    def _write_down(self, written: Written) -> None:
        """Per element of category 08 its text for every address of the gemeente."""
        self.addresses: dict[str, Text] = {
            element: pa.array(texts, pa.string())
            for element, texts in (
                ("11.10", written.street),
                ("11.20", written.number),
                ("11.30", written.letter),
                ("11.40", written.addition),
                ("11.60", written.postcode),
                ("11.70", written.town),
                ("11.80", written.object_id),
                ("11.90", written.number_id),
                ("12.10", written.description),
            )
        }

    def _residences(self, residences: Numbers, known_on: int) -> None:
        """Known residences per person, the newest first; since when in that gemeente."""
        rows = residences[residences["known"] <= known_on]
        rows = rows[np.lexsort((rows["begin"], rows["person"]))]
        person, gemeente = rows["person"], rows["gemeente"]
        arrived = np.ones(len(rows), dtype=bool)
        arrived[1:] = (person[1:] != person[:-1]) | (gemeente[1:] != gemeente[:-1])
        first = np.maximum.accumulate(np.where(arrived, np.arange(len(rows)), 0))
        since = rows["begin"][first]
        bounds = np.searchsorted(person, np.arange(len(self.persons) + 1))
        self.residence_count = np.diff(bounds)
        self.newest = bounds[1:] - 1
        self.residences, self.enrolled = rows, since

    def letter(self, who: Numbers, rows: Numbers) -> Numbers:
        """Which residences are a briefadres."""
        adult = rows["begin"] - self.persons["birth"][who] > 18 * YEAR
        chosen: Numbers = adult & (draw(self.seed, "letter", who, rows["address"]) < 0.008)
        return chosen

    def _children(self, known_on: int) -> None:
        """Children per parent, the eldest first."""
        persons = self.persons
        born = np.flatnonzero(persons["appears"] <= known_on)
        parents = np.concatenate([persons["parent1"][born], persons["parent2"][born]])
        children = np.concatenate([born, born])[parents >= 0]
        parents = parents[parents >= 0]
        order = np.lexsort((children, persons["birth"][children], parents))
        self.children = children[order]
        bounds = np.searchsorted(parents[order], np.arange(len(persons) + 1))
        self.child_count, self.eldest = np.diff(bounds), bounds[:-1]


@dataclass(frozen=True)
class _Spoil:
    """A wrong value in an element of one person's head row."""

    person: int
    element: str
    value: str


class _Errors:
    """The errors of one file: wrong values, and what is hard and yet right."""

    def __init__(
        self,
        stand: _Stand,
        month: np.datetime64,
        injection: Injection,
        version: int,
    ) -> None:
        self.stand = stand
        self.month, self.injection, self.version = month, injection, version
        self.spoils: list[_Spoil] = []
        self.able = stand.ids[stand.ids >= FIXED]
        if injection.rate:
            self._wrong_numbers()
            self._wrong_fields()
            self._hard_but_right()

    def _wrong_numbers(self) -> None:
        """E01: numbers that are none, and one that is somebody else's."""
        given = self.injection.bsns(
            DELIVERY, self.month, self.able, element="01.01.20", of="person", version=self.version
        )
        self.spoils += [_Spoil(person, "01.01.20", value) for person, value in given.items()]
        two = self._pick("E01", self.able, subject="double")[:2]
        if len(two) == 2:
            taken, victim = (int(person) for person in two)
            self.spoils.append(_Spoil(taken, "01.01.20", str(self.stand.numbers[victim])))
            self._note("E01", "01.01.20", QUARANTINED, two, "sleutel_dubbel")

    def _wrong_fields(self) -> None:
        """Values that set a person apart, and values that only that element loses."""
        wrong = (
            ("E08", "01.03.10", "19850231", QUARANTINED, "datum_ongeldig"),
            ("E14", "01.04.10", "X", QUARANTINED, "code_onbekend"),
            ("E01", "02.01.20", "999000002", ACCEPTED, "relatie_ongeldig"),
            ("E02", "08.11.60", "15011AA", ACCEPTED, "patroon"),
        )
        for code, element, value, outcome, reason in wrong:
            persons = self._pick(code, self.able, at_least=1, subject=element)
            self.spoils += [_Spoil(int(person), element, value) for person in persons]
            if len(persons):
                self._note(code, element, outcome, persons, reason)

    def _hard_but_right(self) -> None:
        """E02, E04, E07, E08, E10 as life has them, among those who are not set apart."""
        stand, persons = self.stand, self.stand.persons
        apart = [spoil.person for spoil in self.spoils]
        ids = stand.ids[~np.isin(stand.ids, apart)]
        row = stand.residences[stand.newest[ids]]
        lives_here = (row["gemeente"] == stand.gemeente) & (stand.died[ids] == NEVER)
        here, row = ids[lives_here], row[lives_here]
        known = [stand.addresses[element].is_null() for element in ("11.80", "11.90")]
        without = pc.and_(*known).to_numpy(zero_copy_only=False)
        vague = without[row["address"]]
        first = first_day(self.month)
        since = stand.residences["known"][stand.newest[ids]]
        late = (stand.residences["begin"][stand.newest[ids]] < first) & (since >= first)
        death = stand.died[ids]
        late |= (death < first) & (persons["died_known"][ids] >= first)
        moved = (row["begin"] >= first) & (stand.residence_count[here] > 1)
        for code, element, where, reason in (
            ("E02", "08.11.80", here[vague], "zonder_bag_id"),
            ("E04", "08.86.10", ids[late], "nagekomen"),
            ("E07", "08.10.10", here[stand.letter(here, row)], "briefadres"),
            ("E08", "01.03.10", ids[persons["partial"][ids] > 0], "geboortedatum_onvolledig"),
            ("E10", "08.10.30", here[moved], "verhuisd"),
            ("I02", "01.01.20", ids[persons["renumbered"][ids] <= stand.month_end], "gewijzigd"),
        ):
            if len(where) and code in self.injection.codes:
                self._note(code, element, ACCEPTED, where, reason)

    def _pick(self, code: str, persons: Numbers, at_least: int = 2, subject: str = "") -> Numbers:
        return self.injection.pick(
            code,
            DELIVERY,
            self.month,
            persons,
            at_least=at_least,
            subject=subject,
            version=self.version,
        )

    def _note(self, code: str, element: str, outcome: str, where: Numbers, reason: str) -> None:
        self.injection.note(
            code,
            DELIVERY,
            self.month,
            element=element,
            outcome=outcome,
            units=len(where),
            reason=reason,
            of="person",
            where=where.tolist(),
            version=self.version,
        )


class _Block:
    """The rows of some persons: a head row each, and continuations as many as needed."""

    def __init__(self, stand: _Stand, ids: Numbers) -> None:
        self.stand = stand
        self.seed = stand.seed
        self.persons = stand.persons
        residences, children = stand.residence_count[ids], stand.child_count[ids]
        married = self.persons["married"][ids] <= stand.month_end
        marriages = married * (1 + (stand.ended[ids] < NEVER))
        renumbered = self.persons["renumbered"][ids] <= stand.month_end
        height = np.maximum.reduce([residences, children, marriages, 1 + renumbered])
        self.heads = np.cumsum(height) - height
        self.who = np.repeat(ids, height)
        self.step = np.arange(len(self.who)) - np.repeat(self.heads, height)
        self.head = self.step == 0
        self.columns: dict[str, Text] = {}
        self._person()
        self._parent("02", "parent1")
        self._parent("03", "parent2")
        self._nationality()
        self._marriage(np.repeat(marriages, height))
        self._death_and_suspension()
        self._residence(np.repeat(residences, height))
        self._child(np.repeat(children, height))

    def lines(self, spoils: Sequence[_Spoil]) -> Text:
        """The rows as text, line ends included."""
        for element in sorted({spoil.element for spoil in spoils}):
            values = {spoil.person: spoil.value for spoil in spoils if spoil.element == element}
            persons = np.array(sorted(values))
            place = np.searchsorted(persons, self.who).clip(max=len(persons) - 1)
            row = (persons[place] == self.who) & self.head
            texts = pa.array([values[person] for person in persons.tolist()])
            wrong = pc.take(texts, pa.array(place))
            self.columns[element] = pc.if_else(pa.array(row), wrong, self.columns[element])
        parts: list[Text] = [_text(self.who + 1, self.head, before="Lg01_")]
        gap = ""
        for name in HEADER[1:]:
            gap += ";"
            if name in self.columns:
                parts += [pa.scalar(gap), self.columns[name]]
                gap = ""
        parts.append(pa.scalar(gap + "\r\n"))
        return pc.binary_join_element_wise(*parts, "", null_handling="replace", null_replacement="")

    def _person(self) -> None:
        persons, who, head, put = self.persons, self.who, self.head, self.columns
        birth = persons["birth"][who]
        former = (self.step == 1) & (persons["renumbered"][who] <= self.stand.month_end)
        self._identity("01", who, head | former)
        own = pc.if_else(
            pa.array(former),
            _pick(self.stand.former, who, former),
            _pick(self.stand.bsn, who, head),
        )
        put["01.01.20"] = own
        put["01.04.10"] = _pick(pa.array(["M", "V", "O"]), persons["sex"][who], head)
        put["01.61.10"] = _constant("E", head)
        put["01.81.10"] = _text(np.full(len(who), self.stand.gemeente), head, width=4)
        put["01.81.20"] = _text(who % 9000 + 1000, head, before="1AA")
        changed = head & (persons["renumbered"][who] <= self.stand.month_end)
        since = _date(np.where(changed, persons["renumbered"][who], 0), changed)
        put["01.85.10"] = pc.coalesce(since, self._birth_date(who, head | former))
        known = np.where(changed, persons["renumbered"][who], np.maximum(birth + 2, _GBA_BEGIN))
        put["01.86.10"] = _date(known, head | former)
        put["01.H"] = _constant("51", changed)

    def _parent(self, category: str, field: str) -> None:
        """A parent in the gemeente with a BSN; other people's parents by name and country only."""
        persons, who, put = self.persons, self.who, self.columns
        parent = persons[field][who]
        linked = self.head & (parent >= 0)
        minor = (persons["parent1"][who] >= 0) & (parent < 0)
        named = self.head & (parent < 0) & ~minor
        self._identity(category, parent, linked)
        sex = np.full(len(who), 1 if field == "parent1" else 0)
        own = persons["country"][who]
        second_generation = self._draw(f"{category} country", who) < 0.08
        guess = np.where(second_generation & (own == NETHERLANDS), 6043, own)
        birth = persons["birth"][who] - int(29 * YEAR)
        country = np.where(parent >= 0, persons["country"][parent], guess)
        for element, invented in (
            ("02.10", self._given(who, sex, named, subject=category)),
            ("02.40", _pick(_SURNAMES, persons["surname"][who] + 1 - sex, named)),
            ("03.10", _date(birth, named)),
        ):
            put[f"{category}.{element}"] = pc.coalesce(put[f"{category}.{element}"], invented)
        put[f"{category}.03.30"] = _text(country, linked | named, width=4)
        sexes = np.where(parent >= 0, persons["sex"][parent], sex)
        put[f"{category}.04.10"] = _pick(pa.array(["M", "V", "O"]), sexes, linked | named)
        for element in ("62.10", "85.10"):
            put[f"{category}.{element}"] = self._birth_date(who, linked | named)

    def _nationality(self) -> None:
        who, put = self.who, self.columns
        country = self.persons["country"][who]
        foreign = np.zeros(len(who), dtype=np.int64)
        for code, nationality in _NATIONALITY.items():
            foreign[country == code] = nationality
        dutch = (country == NETHERLANDS) | (self._draw("nationality", who) < 0.5)
        put["04.05.10"] = _text(np.where(dutch, 1, foreign), self.head, width=4)
        put["04.63.10"] = _text(np.where(dutch, 1, 301), self.head, width=3)
        put["04.85.10"] = self._birth_date(who, self.head)

    def _marriage(self, count: Numbers) -> None:
        """The marriage; once ended its end comes first and its beginning on the next row."""
        persons, who, put = self.persons, self.who, self.columns
        there = self.step < count
        ended = self.stand.ended[who]
        ending = there & self.head & (ended < NEVER)
        wedding = there & ~ending
        married = persons["married"][who]
        self._identity("05", persons["partner"][who], there)
        put["05.04.10"] = _pick(
            pa.array(["M", "V", "O"]), persons["sex"][persons["partner"][who]], there
        )
        for group, day, rows in (("06", married, wedding), ("07", ended, ending)):
            put[f"05.{group}.10"] = _date(day, rows)
            put[f"05.{group}.20"] = _text(np.full(len(who), self.stand.gemeente), rows, width=4)
            put[f"05.{group}.30"] = _text(np.full(len(who), NETHERLANDS), rows, width=4)
        by_death = (ended < persons["divorced"][who]).astype(int)
        put["05.07.40"] = _pick(pa.array(["S", "O"]), by_death, ending)
        # Drawn by the day, which both partners share.
        registered = self._draw("bond", married) < 0.1
        put["05.15.10"] = _pick(pa.array(["H", "P"]), registered.astype(int), there)
        put["05.85.10"] = _date(np.where(ending, ended, married), there)
        put["05.86.10"] = _date(np.where(ending, ended, married), there)
        put["05.H"] = _constant("55", self.head & (count > 1))

    def _death_and_suspension(self) -> None:
        who, put, stand = self.who, self.columns, self.stand
        died = stand.died[who]
        dead = self.head & (died < NEVER)
        newest = stand.residences[stand.newest[who]]
        gone = self.head & ~dead & (newest["gemeente"] == RNI)
        put["06.08.10"] = _date(died, dead)
        put["06.08.20"] = _text(np.full(len(who), stand.gemeente), dead, width=4)
        put["06.08.30"] = _text(np.full(len(who), NETHERLANDS), dead, width=4)
        put["06.85.10"] = _date(died, dead)
        put["06.86.10"] = _date(self.persons["died_known"][who], dead)
        put["07.67.10"] = _date(np.where(dead, died, newest["begin"]), dead | gone)
        put["07.67.20"] = _pick(pa.array(["E", "O"]), dead.astype(int), dead | gone)
        first = np.maximum(self.persons["birth"][who] + 2, _GBA_BEGIN)
        put["07.68.10"] = _date(first, self.head)
        put["07.69.10"] = _text(np.full(len(who), stand.gemeente), self.head, width=4)
        secret = (self._draw("secret", who) < 0.01) * 7
        put["07.70.10"] = _text(secret, self.head)
        put["07.80.10"] = _constant("0001", self.head)
        changed = _date(np.where(dead, self.persons["died_known"][who], newest["known"]), self.head)
        put["07.80.20"] = _join(changed, "120000000")
        put["07.87.10"] = _constant("P", self.head)

    def _residence(self, count: Numbers) -> None:
        """Residences, the newest first: an address in a gemeente, or a country."""
        who, put, stand = self.who, self.columns, self.stand
        there = self.step < count
        at = np.where(there, stand.newest[who] - self.step, 0)
        rows = stand.residences[at]
        begin, gemeente = rows["begin"], rows["gemeente"]
        inland = there & (gemeente != RNI)
        abroad = there & (gemeente == RNI)

        put["08.09.10"] = _text(gemeente, there, width=4)
        put["08.09.20"] = _date(stand.enrolled[at], there)
        letter = stand.letter(who, rows)
        put["08.10.10"] = _pick(pa.array(["W", "B"]), letter.astype(int), inland)
        vague = (begin < _GBA_BEGIN) & (self._draw("vague", who) < 0.05)
        put["08.10.30"] = pc.if_else(
            pa.array(vague), _join(_year(begin, inland), "0000"), _date(begin, inland)
        )
        self._address(rows["address"], gemeente, inland)
        put["08.13.10"] = _text(rows["country"], abroad, width=4)
        put["08.13.20"] = _date(begin, abroad)
        put["08.13.30"] = _pick(_ABROAD, who, abroad)
        origin = self.persons["country"][who]
        oldest = stand.residences["begin"][stand.newest[who] - stand.residence_count[who] + 1]
        came = inland & (origin != NETHERLANDS)
        put["08.14.10"] = _text(origin, came, width=4)
        put["08.14.20"] = _date(oldest, came)
        declared = np.searchsorted([0.8, 0.9, 0.97], self._draw("declared", who, begin))
        put["08.72.10"] = _pick(pa.array(["I", "K", "A", "P"]), declared, there)
        self._investigation(rows, inland)
        withdrawn = there & ~self.head & (self._draw("withdrawn", who, begin) < 0.001)
        put["08.84.10"] = _constant("O", withdrawn)
        put["08.85.10"] = _date(begin, there)
        put["08.86.10"] = _date(rows["known"], there)
        put["08.H"] = _constant("58", self.step + 1 < count)

    def _address(self, address: Numbers, gemeente: Numbers, inland: Numbers) -> None:
        """Where it is: in the gemeente an address of the BAG, elsewhere one that is made up."""
        here = inland & (gemeente == self.stand.gemeente)
        elsewhere = self._elsewhere(address, gemeente, inland & ~here)
        for element, texts in self.stand.addresses.items():
            own = pc.take(texts, pa.array(np.where(here, address, 0), mask=~here))
            self.columns[f"08.{element}"] = pc.coalesce(own, elsewhere[element])
        self.columns["08.11.15"] = self.columns["08.11.10"]

    def _elsewhere(self, address: Numbers, gemeente: Numbers, there: Numbers) -> dict[str, Text]:
        """An address in another gemeente, or for one in 400 a mooring without one."""
        mooring = there & (address % 400 == 399)
        built = there & ~mooring
        block = address // HOUSES_PER_POSTCODE
        digits = np.zeros(len(address), dtype=np.int64)
        for code, postcode in OTHER_GEMEENTEN.items():
            digits[gemeente == code] = postcode
        town = _text(gemeente, built, width=4)
        number = _text(address + 1, built, width=10)
        return {
            "11.10": _pick(_STREETS, block // 2, built),
            "11.20": _text(address % (2 * HOUSES_PER_POSTCODE) * 2 + 1, built),
            "11.30": _pick(pa.array(["A", "B"]), address // 17, built & (address % 17 == 0)),
            "11.40": _text(address % 3 + 1, built & (address % 23 == 0)),
            "11.60": _join(
                _text(digits + block // len(_LETTERS), built), _pick(_LETTERS, block, built)
            ),
            "11.70": _text(gemeente, built, before="Voorbeeldstad ", width=4),
            "11.80": _join(town, "01", number),
            "11.90": _join(town, "20", number),
            "12.10": _pick(_MOORINGS, address // 400, mooring),
        }

    def _investigation(self, rows: Numbers, inland: Numbers) -> None:
        """Few current addresses are doubted; in some cases it is certain nobody lives there."""
        put, who = self.columns, self.who
        chance = self._draw("investigation", who, rows["begin"])
        since = rows["begin"] + 60 + (chance * 1e5).astype(int) % 400
        absent = chance > 0.004
        doubted = self.head & inland & (chance < 0.005) & (since <= self.stand.month_end)
        put["08.83.10"] = _pick(pa.array(["080000", "089999"]), absent.astype(int), doubted)
        put["08.83.20"] = _date(since, doubted)
        closed = doubted & (chance < 0.0012) & (since + 90 <= self.stand.month_end)
        put["08.83.30"] = _date(since + 90, closed)

    def _child(self, count: Numbers) -> None:
        stand = self.stand
        there = self.step < count
        child = np.zeros(len(self.who), dtype=np.int64)
        child[there] = stand.children[(stand.eldest[self.who] + self.step)[there]]
        self._identity("09", child, there)
        self.columns["09.85.10"] = _date(self.persons["birth"][child], there)
        appears = np.maximum(self.persons["birth"][child] + 2, _GBA_BEGIN)
        self.columns["09.86.10"] = _date(appears, there)
        self.columns["09.H"] = _constant("09", self.step + 1 < count)

    def _identity(self, category: str, person: Numbers, there: Numbers) -> None:
        """Numbers, names and birth of a person or relative: the elements that categories share."""
        put, persons = self.columns, self.persons
        surname = persons["surname"][person]
        prefixed = there & (surname % 5 == 0)
        put[f"{category}.01.10"] = _pick(self.stand.a_number, person, there)
        put[f"{category}.01.20"] = _pick(self.stand.bsn, person, there)
        put[f"{category}.02.10"] = self._given(person, persons["sex"][person], there)
        put[f"{category}.02.30"] = _pick(_PREFIXES, surname // 5, prefixed)
        put[f"{category}.02.40"] = _pick(_SURNAMES, surname, there)
        put[f"{category}.03.10"] = self._birth_date(person, there)
        native = there & (persons["country"][person] == NETHERLANDS)
        put[f"{category}.03.20"] = _text(np.full(len(person), self.stand.gemeente), native, width=4)
        put[f"{category}.03.30"] = _text(persons["country"][person], there, width=4)

    def _given(self, person: Numbers, sex: Numbers, there: Numbers, subject: str = "given") -> Text:
        choice = (self._draw(subject, person) * (1 << 20)).astype(np.int64)
        men, women = (_pick(names, choice, there) for names in _GIVEN)
        return pc.if_else(pa.array(sex == 0), men, women)

    def _birth_date(self, person: Numbers, there: Numbers) -> Text:
        """Birth dates, incomplete where only the year is known, zeros where nothing is."""
        birth, partial = self.persons["birth"][person], self.persons["partial"][person]
        if not partial.any():
            return _date(birth, there)
        year = _join(_year(birth, there), "0000")
        unsure = pc.if_else(pa.array(partial == 1), year, _constant("00000000", there))
        return pc.if_else(pa.array(partial == 0), _date(birth, there), unsure)

    def _draw(self, subject: str, *keys: Numbers) -> Numbers:
        return draw(self.seed, subject, *keys)


def _text(
    values: Numbers, there: Numbers | None = None, *, before: str = "", width: int = 0
) -> Text:
    """Numbers as text, null where not ``there``, zero-padded to ``width``."""
    numbers = pa.array(values, mask=None if there is None else ~there)
    text = pc.cast(numbers, pa.string())
    if width:
        text = pc.utf8_lpad(text, width, "0")
    return _join(pa.scalar(before), text) if before else text


def _pick(words: Text, choice: Numbers, there: Numbers) -> Text:
    """Words by number, counted around; null where not ``there``."""
    return pc.take(words, pa.array(choice % len(words), mask=~there))


def _constant(word: str, there: Numbers) -> Text:
    return pc.if_else(pa.array(there), word, pa.scalar(None, pa.string()))


def _date(day: Numbers, there: Numbers) -> Text:
    """Days since 1970 as YYYYMMDD."""
    return pc.take(_DATES, pa.array(np.where(there, day - _EARLIEST, 0), mask=~there))


def _year(day: Numbers, there: Numbers) -> Text:
    return pc.utf8_slice_codeunits(_date(day, there), 0, 4)


def _join(*parts: Text) -> Text:
    return pc.binary_join_element_wise(*parts, "")
