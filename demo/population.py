"""The persons of the synthetic gemeente and what happens to them, month after month.

What belongs here: who lives, with whom, where, since when, and when the register knew. What does
not: how a register writes it down. Persons and residences are numpy records that only grow; a
fact carries the day it happened and the day it became known, so that a delivery is a view of the
facts known on a day. Each month draws from a generator of its own: a longer run begins with
exactly the months of a shorter one.
"""

from __future__ import annotations

import zlib
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[Any]

#: A day that never comes.
NEVER = np.iinfo(np.int32).max
YEAR = 365.25

#: The first persons are single adults who stay where they are: faults keep their places.
FIXED = 20
SMALLEST = 100

#: Country codes of Tabel 34: the Netherlands, Turkey, Morocco, Suriname, Poland, Germany, unknown.
NETHERLANDS = 6030
ELSEWHERE = np.array([6043, 5022, 5007, 7028, 9089, 0])
ELSEWHERE_SHARES = [0.27, 0.20, 0.15, 0.20, 0.16, 0.02]

#: Codes of Tabel 33 with the postcodes that the demo uses there; 1999 is the RNI.
OTHER_GEMEENTEN = {361: 1811, 363: 1011, 392: 2011, 453: 1941, 599: 3011}
RNI = 1999
ADDRESSES_ELSEWHERE = 10_000

#: So many of the official test numbers are given to persons.
_FROM_TEST_RANGE = 90_000

PERSON = np.dtype(
    [
        ("birth", "i4"),
        ("partial", "i1"),  # 1: only the year is known, 2: nothing is known
        ("sex", "i1"),  # 0 man, 1 woman, 2 unknown
        ("country", "i4"),
        ("parent1", "i4"),
        ("parent2", "i4"),
        ("partner", "i4"),  # with or without marriage; also the former partner
        ("married", "i4"),
        ("divorced", "i4"),
        ("died", "i4"),
        ("died_known", "i4"),
        ("appears", "i4"),  # first day in the gemeente's deliveries
        ("leaves", "i4"),  # first day no longer in them
        ("household", "i4"),  # of origin; who is asked for income goes by it
        ("surname", "i4"),
        ("home", "i4"),  # address in the gemeente, -1 for who does not live there
        ("renumbered", "i4"),  # day on which the BSN changed
    ]
)
RESIDENCE = np.dtype(
    [
        ("person", "i4"),
        ("begin", "i4"),
        ("known", "i4"),
        ("address", "i4"),
        ("gemeente", "i4"),
        ("country", "i4"),  # only for the RNI
    ]
)


def draw(seed: int, subject: str, *keys: Numbers) -> NDArray[np.float64]:
    """Fractions in [0, 1) that depend on nothing but the seed, the subject and the keys."""
    state = np.array([(seed << 32) ^ zlib.crc32(subject.encode())], dtype=np.uint64)
    for key in keys:
        # The finaliser of splitmix64; uint64 arrays wrap around, as it needs.
        state = state + key.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
        state = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        state = (state ^ (state >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        state = state ^ (state >> np.uint64(31))
    return (state >> np.uint64(11)).astype(np.float64) * 2.0**-53


def bsns(count: int) -> NDArray[np.int64]:
    """The numbers of generated persons: the official test range 999 first, then from 900 on.

    Every number passes the 11-test. The last 909 of the test range are for who gets another.
    """
    return np.concatenate([_test_range()[:_FROM_TEST_RANGE], _beyond(count - _FROM_TEST_RANGE)])[
        :count
    ]


def numbers_on(persons: Numbers, day: int) -> NDArray[np.int64]:
    """The BSN of each person on a day: another one from the day on which it changed."""
    numbers = bsns(len(persons))
    changed = np.flatnonzero(persons["renumbered"] <= day)
    changed = changed[np.lexsort((changed, persons["renumbered"][changed]))]
    spare = _test_range()[_FROM_TEST_RANGE:]
    numbers[changed] = spare[np.arange(len(changed)) % len(spare)]
    return numbers


@cache
def _test_range() -> NDArray[np.int64]:
    return _numbers(np.arange(99_900_000, 100_000_000))


def _beyond(count: int) -> NDArray[np.int64]:
    return _numbers(np.arange(90_000_000, 90_000_010 + int(max(0, count) * 1.1)))


def _numbers(stems: NDArray[np.int64]) -> NDArray[np.int64]:
    """The numbers that begin with these eight digits and pass the 11-test."""
    weighted = sum(stems // 10 ** (8 - place) % 10 * (10 - place) for place in range(1, 9))
    check = np.asarray(weighted) % 11
    numbers: NDArray[np.int64] = (stems * 10 + check)[check < 10]
    return numbers


def first_day(month: np.datetime64) -> int:
    """The first day of a month, in days since 1970."""
    return int(month.astype("datetime64[D]").astype(np.int64))


def last_day(month: np.datetime64) -> int:
    """The last day of a month, in days since 1970."""
    return first_day(month + 1) - 1


class Population:
    """A gemeente at the end of ``month``; ``advance`` lives through the next one.

    Made as it is on the eve of ``first_month``, with ``size`` records of persons, among them some
    who died or left not long ago.
    """

    def __init__(self, size: int, gemeente: int, first_month: str, seed: int) -> None:
        if size < SMALLEST:
            raise ValueError(f"a synthetic gemeente has at least {SMALLEST} persons")
        self.gemeente = gemeente
        self.seed = seed
        self.month = np.datetime64(first_month, "M") - 1
        self.elsewhere = np.array([code for code in OTHER_GEMEENTEN if code != gemeente])
        self.residences = np.empty(0, RESIDENCE)
        rng = np.random.default_rng([seed, 0])
        self._found(size, rng)

    def advance(self) -> None:
        """Live through the next month: about one person in a hundred sees something change.

        Whatever the size, two deaths and one move happen that are known only a month later.
        """
        self.month += 1
        first, last = first_day(self.month), last_day(self.month)
        rng = np.random.default_rng([self.seed, first])
        self._die(rng, first, last)
        before = self.persons["home"].copy()
        self._move(rng, first, last)
        self._marry(rng, first, last)
        self._give_birth(rng, first, last, before)
        self._settle(rng, first, last)

    # The beginning

    def _found(self, size: int, rng: np.random.Generator) -> None:
        """Households first, then their members, couples, children and past addresses."""
        eve = last_day(self.month)
        adults, members, head_age = _households(size, rng)
        start = np.cumsum(members) - members
        household = np.repeat(np.arange(len(members)), members)
        role = np.arange(size) - start[household]
        self.stock = int(len(members) * 1.06) + 100
        homes = np.arange(self.stock)
        rng.shuffle(homes[FIXED:])

        persons = _blank(size)
        age = _ages(role, adults[household], head_age[household], rng)
        persons["birth"] = eve - (age * YEAR).astype(np.int64)
        persons["household"] = household
        persons["home"] = homes[household]
        persons["surname"] = rng.integers(0, 1 << 30, size)
        persons["sex"] = rng.integers(0, 2, size)
        foreign = rng.random(size) < np.where(role < adults[household], 0.18, 0.04)
        persons["country"][foreign] = rng.choice(ELSEWHERE, int(foreign.sum()), p=ELSEWHERE_SHARES)
        self.persons = persons

        self._pair(start[(adults == 2) & (members > 1)], eve, rng)
        self._divorce(start[(members == 1) & (head_age > 35)], eve, rng)
        child = role >= adults[household]
        self._raise(np.flatnonzero(child), start[household[child]], adults[household[child]])
        self._grow_up(start[(adults <= 2) & (members <= 2) & (head_age > 45)], rng)
        unsure = (persons["country"] != NETHERLANDS) & (rng.random(size) < 0.03)
        persons["partial"] = np.where(unsure, np.where(rng.random(size) < 0.9, 1, 2), 0)
        persons["sex"][FIXED:][rng.random(size - FIXED) < 0.0005] = 2
        self._remember(rng, eve)
        self._lose(rng, eve, start[members == 1])

    def _pair(self, heads: Numbers, eve: int, rng: np.random.Generator) -> None:
        """Make couples of these persons and the next ones; most are married."""
        persons, partners = self.persons, heads + 1
        persons["partner"][heads], persons["partner"][partners] = partners, heads
        other_sex = rng.random(len(heads)) < 0.97
        persons["sex"][partners] = persons["sex"][heads] ^ other_sex
        adult = np.maximum(persons["birth"][heads], persons["birth"][partners]) + int(20 * YEAR)
        wed = adult + (rng.random(len(heads)) * (eve - adult)).astype(np.int64)
        married = (rng.random(len(heads)) < 0.7) & (adult < eve)
        for side in (heads, partners):
            persons["married"][side] = np.where(married, wed, NEVER)

    def _divorce(self, singles: Numbers, eve: int, rng: np.random.Generator) -> None:
        """A quarter of these persons were once married, to each other."""
        persons = self.persons
        once = rng.permutation(singles[(singles >= FIXED) & (rng.random(len(singles)) < 0.25)])
        one, other = once[: len(once) // 2], once[len(once) // 2 : len(once) // 2 * 2]
        adult = np.maximum(persons["birth"][one], persons["birth"][other]) + int(20 * YEAR)
        share = np.sort(rng.random((2, len(one))), axis=0) * (eve - adult)
        for side, partner in ((one, other), (other, one)):
            persons["partner"][side] = partner
            persons["married"][side] = adult + share[0].astype(np.int64)
            persons["divorced"][side] = adult + share[1].astype(np.int64)

    def _raise(self, children: Numbers, heads: Numbers, adults: Numbers) -> None:
        """Give children the adults of their household for parents, and the first one's name."""
        self.persons["parent1"][children] = heads
        self.persons["parent2"][children] = np.where(adults == 2, heads + 1, -1)
        self.persons["surname"][children] = self.persons["surname"][heads]

    def _grow_up(self, heads: Numbers, rng: np.random.Generator) -> None:
        """Give older persons grown-up children who live elsewhere in the gemeente."""
        persons = self.persons
        heads = np.repeat(heads, rng.choice(4, len(heads), p=[0.3, 0.25, 0.3, 0.15]))
        heads = heads[heads >= FIXED]
        wanted = persons["birth"][heads] + (rng.uniform(21, 36, len(heads)) * YEAR).astype(int)
        orphans = np.flatnonzero((persons["parent1"] < 0) & (persons["country"] == NETHERLANDS))
        orphans = orphans[orphans >= FIXED]
        orphans = orphans[np.argsort(persons["birth"][orphans], kind="stable")]
        place = np.searchsorted(persons["birth"][orphans], wanted)
        place, first = np.unique(place, return_index=True)
        first = first[place < len(orphans)]
        child, parent = orphans[place[place < len(orphans)]], heads[first]
        # The nearest birth may lie many years later when the person sought does not exist.
        near = persons["birth"][child] - wanted[first] < YEAR
        child, parent = child[near], parent[near]
        persons["parent1"][child] = parent
        together = persons["divorced"][parent] == NEVER
        persons["parent2"][child] = np.where(together, persons["partner"][parent], -1)

    def _remember(self, rng: np.random.Generator, eve: int) -> None:
        """Write where everyone lives and lived: up to two older addresses per household."""
        persons, household = self.persons, self.persons["household"]
        count = int(household[-1]) + 1
        until = np.full(len(persons), eve + 1)
        lived = np.ones(count, dtype=bool)
        begin = np.full(count, eve)
        for step, share in enumerate((1.0, 0.6, 0.35)):
            lived &= rng.random(count) < share
            begin = begin - 60 - rng.exponential(6 * YEAR, count).astype(np.int64)
            there = np.flatnonzero(lived[household] & (persons["birth"] < until))
            since = np.maximum(begin[household[there]], persons["birth"][there])
            address, gemeente = self._somewhere(rng, count)
            if step == 0:
                self._record(there, since, since + 2, persons["home"][there], self.gemeente)
            else:
                at = household[there]
                self._record(there, since, since + 2, address[at], gemeente[at])
            until = begin[household]

    def _lose(self, rng: np.random.Generator, eve: int, singles: Numbers) -> None:
        """Some died, emigrated or moved to another gemeente in the two years before."""
        persons = self.persons
        everyone = np.arange(FIXED, len(persons))
        old = everyone[eve - persons["birth"][FIXED:] > 65 * YEAR]
        dead = old[rng.random(len(old)) < 0.025]
        persons["died"][dead] = eve - rng.integers(10, 700, len(dead))
        persons["died_known"][dead] = persons["died"][dead] + 3
        persons["home"][dead] = -1
        # Who came to live here only lately has not left before.
        rooted = singles[(singles >= FIXED) & (persons["home"][singles] >= 0)]
        arrived = np.full(len(persons), -NEVER)
        np.maximum.at(arrived, self.residences["person"], self.residences["begin"])
        rooted = rooted[arrived[rooted] < eve - 800]
        gone = rooted[rng.random(len(rooted)) < 0.02]
        day = eve - rng.integers(10, 700, len(gone))
        self._depart(gone, day, day + 3, rng.random(len(gone)) < 0.4, rng)

    # A month

    def _die(self, rng: np.random.Generator, first: int, last: int) -> None:
        persons = self.persons
        alive = np.flatnonzero(persons["home"] >= 0)[FIXED:]
        risk = np.exp(0.09 * (first - persons["birth"][alive]) / YEAR)
        count = 2 + rng.poisson(len(alive) * 0.0008)
        dead = rng.choice(alive, count, replace=False, p=risk / risk.sum())
        day = rng.integers(first, last + 1, count)
        persons["died"][dead] = day
        persons["died_known"][dead] = _known(rng, day, last, late=2)
        persons["home"][dead] = -1

    def _move(self, rng: np.random.Generator, first: int, last: int) -> None:
        """Young adults leave home; whole addresses move within, out of, or abroad."""
        persons = self.persons
        occupied = np.unique(persons["home"][persons["home"] >= 0])[FIXED:]
        self._leave_home(rng, first, last)

        count = 1 + rng.poisson(len(occupied) * 0.006)
        chosen = rng.choice(occupied, count, replace=False)
        spot = np.full(self.stock, -1)
        spot[chosen] = np.arange(count)
        movers = np.flatnonzero(persons["home"] >= 0)
        movers = movers[spot[persons["home"][movers]] >= 0]
        at = spot[persons["home"][movers]]
        day = rng.integers(first, last + 1, count)
        known = _known(rng, day, last, late=1)
        fate = rng.random(count)
        fate[0] = 0  # The late one stays in the gemeente.
        vacant = self._vacant(rng)
        within = fate < 0.62
        within &= np.cumsum(within) <= len(vacant)
        target = np.full(count, -1)
        target[within] = vacant[: within.sum()]

        stay = within[at]
        inside, where = movers[stay], at[stay]
        self._record(inside, day[where], known[where], target[where], self.gemeente)
        persons["home"][inside] = target[where]
        outside, where = movers[~stay], at[~stay]
        self._depart(outside, day[where], known[where], fate[where] > 0.92, rng)

    def _leave_home(self, rng: np.random.Generator, first: int, last: int) -> None:
        persons = self.persons
        age = (first - persons["birth"]) / YEAR
        at_home = (persons["home"] >= 0) & (persons["parent1"] >= 0)
        at_home &= persons["home"] == persons["home"][persons["parent1"]]
        grown = np.flatnonzero(at_home & (age > 18) & (age < 30))
        leavers = grown[rng.random(len(grown)) < 0.012]
        vacant = self._vacant(rng)
        leavers = leavers[: len(vacant)]
        vacant = vacant[: len(leavers)]
        day = rng.integers(first, last + 1, len(leavers))
        self._record(leavers, day, _known(rng, day, last, late=0), vacant, self.gemeente)
        persons["home"][leavers] = vacant

    def _marry(self, rng: np.random.Generator, first: int, last: int) -> None:
        persons = self.persons
        one = np.flatnonzero(persons["partner"] > np.arange(len(persons)))
        other = persons["partner"][one]
        free = (persons["married"][one] == NEVER) & (persons["home"][one] >= 0)
        free &= persons["home"][one] == persons["home"][other]
        wed = free & (rng.random(len(one)) < 0.004)
        day = rng.integers(first, last + 1, int(wed.sum()))
        for side in (one, other):
            persons["married"][side[wed]] = day

    def _give_birth(self, rng: np.random.Generator, first: int, last: int, before: Numbers) -> None:
        """Children come to women who did not move this month."""
        persons = self.persons
        age = (first - persons["birth"]) / YEAR
        able = (persons["sex"] == 1) & (age > 20) & (age < 42)
        able &= (persons["home"] >= 0) & (persons["home"] == before)
        mothers = np.flatnonzero(able)
        mothers = mothers[(mothers >= FIXED) & (rng.random(len(mothers)) < 0.006)]
        partner = persons["partner"][mothers]
        present = (partner >= 0) & (persons["home"][partner] == persons["home"][mothers])
        children = _blank(len(mothers))
        children["birth"] = rng.integers(first, last + 1, len(mothers))
        children["sex"] = rng.integers(0, 2, len(mothers))
        children["parent1"] = mothers
        children["parent2"] = np.where(present, partner, -1)
        for field in ("home", "household", "surname"):
            children[field] = persons[field][mothers]
        children["appears"] = np.minimum(children["birth"] + 3, last)
        born = self._add(children)
        birth, known = children["birth"], children["appears"]
        self._record(born, birth, known, children["home"], self.gemeente)

    def _settle(self, rng: np.random.Generator, first: int, last: int) -> None:
        """Single persons and couples come from another gemeente or from abroad."""
        vacant = self._vacant(rng)
        resident = int((self.persons["home"] >= 0).sum())
        count = min(len(vacant), rng.poisson(resident * 0.0022))
        pairs = rng.random(count) < 0.4
        household = np.repeat(np.arange(count), 1 + pairs)
        size = len(household)
        day = rng.integers(first, last + 1, count)[household]
        abroad = (rng.random(count) < 0.45)[household]
        arrivals = _blank(size)
        arrivals["birth"] = first - (rng.uniform(20, 60, size) * YEAR).astype(np.int64)
        arrivals["sex"] = rng.integers(0, 2, size)
        countries = rng.choice(ELSEWHERE, size, p=ELSEWHERE_SHARES)
        arrivals["country"] = np.where(abroad, countries, NETHERLANDS)
        arrivals["surname"] = rng.integers(0, 1 << 30, size)
        arrivals["home"] = vacant[household]
        arrivals["household"] = self.persons["household"].max() + 1 + household
        arrivals["appears"] = np.minimum(day + 4, last)
        ids = self._add(arrivals)
        one = ids[np.flatnonzero(np.diff(household, prepend=-1) == 0) - 1]
        self.persons["partner"][one], self.persons["partner"][one + 1] = one + 1, one

        known = arrivals["appears"]
        inland = ~abroad
        address, gemeente = self._elsewhere(rng, size)
        past = day - rng.integers(100, 3000, size)
        self._record(ids[inland], past[inland], past[inland] + 2, address[inland], gemeente[inland])
        self._record(ids, day, known, arrivals["home"], self.gemeente)

    # The record

    def _add(self, persons: Numbers) -> Numbers:
        """Append persons; returns their numbers."""
        ids = np.arange(len(self.persons), len(self.persons) + len(persons))
        self.persons = np.concatenate([self.persons, persons])
        return ids

    def _record(
        self,
        who: Numbers,
        begin: Numbers,
        known: Numbers,
        address: Numbers,
        gemeente: Numbers | int,
        country: Numbers | int = 0,
    ) -> None:
        """Append residences."""
        rows = np.empty(len(who), RESIDENCE)
        rows["person"], rows["begin"], rows["known"] = who, begin, known
        rows["address"], rows["gemeente"], rows["country"] = address, gemeente, country
        self.residences = np.concatenate([self.residences, rows])

    def _depart(
        self, who: Numbers, day: Numbers, known: Numbers, abroad: Numbers, rng: np.random.Generator
    ) -> None:
        """Let persons go: abroad, or to another gemeente, whence half are no longer delivered."""
        address, gemeente = self._elsewhere(rng, len(who))
        country = np.where(abroad, rng.choice(ELSEWHERE[:-1], len(who)), 0)
        self._record(who, day, known, address, np.where(abroad, RNI, gemeente), country)
        unseen = ~abroad & (self.persons["household"][who] % 2 == 0)
        self.persons["leaves"][who[unseen]] = known[unseen]
        self.persons["home"][who] = -1

    def _vacant(self, rng: np.random.Generator) -> Numbers:
        """Addresses where nobody lives, in random order."""
        homes = self.persons["home"]
        return rng.permutation(
            np.flatnonzero(np.bincount(homes[homes >= 0], minlength=self.stock) == 0)
        )

    def _elsewhere(self, rng: np.random.Generator, count: int) -> tuple[Numbers, Numbers]:
        """Addresses in other gemeenten."""
        return rng.integers(0, ADDRESSES_ELSEWHERE, count), rng.choice(self.elsewhere, count)

    def _somewhere(self, rng: np.random.Generator, count: int) -> tuple[Numbers, Numbers]:
        """Addresses, most of them in this gemeente."""
        address, gemeente = self._elsewhere(rng, count)
        here = rng.random(count) < 0.6
        local = rng.integers(FIXED, self.stock, count)
        return np.where(here, local, address), np.where(here, self.gemeente, gemeente)


def _blank(count: int) -> Numbers:
    """Persons of whom nothing is known yet, born in the Netherlands."""
    persons = np.zeros(count, PERSON)
    persons["country"] = NETHERLANDS
    for field in ("parent1", "parent2", "partner", "home"):
        persons[field] = -1
    for field in ("married", "divorced", "died", "died_known", "leaves", "renumbered"):
        persons[field] = NEVER
    persons["appears"] = -NEVER
    return persons


def _households(size: int, rng: np.random.Generator) -> tuple[Numbers, Numbers, Numbers]:
    """Adults, members and the age of the first adult, of households of ``size`` persons."""
    count = size  # More than enough: no household is empty.
    kind = rng.choice(5, count, p=[0.36, 0.265, 0.285, 0.075, 0.015])
    kind[:FIXED] = 0
    adults = np.array([1, 2, 2, 1, 3])[kind]
    with_two = rng.choice([1, 2, 3], count, p=[0.35, 0.45, 0.2])
    with_one = rng.choice([1, 2], count, p=[0.6, 0.4])
    children = np.where(kind == 2, with_two, np.where(kind == 3, with_one, 0))
    youngest = np.array([20, 22, 25, 25, 20])[kind]
    oldest = np.array([95, 88, 56, 56, 45])[kind]
    # Couples without children are often old, and so are those who live alone.
    age = youngest + (oldest - youngest) * rng.beta(
        np.array([1.6, 2.3, 1.5, 1.5, 1.5])[kind], np.array([1.4, 1.25, 1.7, 1.7, 1.7])[kind]
    )
    age[:FIXED] = rng.uniform(30, 60, FIXED)
    members = adults + children
    last = int(np.searchsorted(np.cumsum(members), size))
    members[last] -= np.cumsum(members)[last] - size
    return adults[: last + 1], members[: last + 1], age[: last + 1]


def _ages(role: Numbers, adults: Numbers, head_age: Numbers, rng: np.random.Generator) -> Numbers:
    """Ages of the members: partners near the head's, children a generation younger."""
    size = len(role)
    beside = np.clip(head_age + rng.normal(-1, 3, size), 18.5, None)
    below = np.clip(head_age - rng.uniform(22, 36, size), 0.02, 24)
    return np.where(role == 0, head_age, np.where(role < adults, beside, below))


def _known(rng: np.random.Generator, day: Numbers, last: int, late: int) -> Numbers:
    """When events become known: within days, but the first ``late`` and a few in the next month."""
    known = np.minimum(day + rng.integers(0, 6, len(day)), last)
    slow = rng.random(len(day)) < 0.02
    slow[:late] = True
    return np.where(slow, last + rng.integers(5, 26, len(day)), known)
