"""A month of the synthetic gemeente as its parts look at it: who is there, how old, with whom.

What belongs here: what several parts of life ask of the population at the end of a month, worked
out once. What does not: any fact that is kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from demo.population import NEVER, YEAR, Numbers, Population, draw, first_day, last_day


@dataclass(frozen=True)
class Moment:
    """The state at the end of a month; arrays have one value per person.

    ``rank`` is the welfare of the household of origin, from 0 (poor) to 1, and ``tenure`` that of
    the home. Draws of a month are independent of those of another.
    """

    population: Population
    month: np.datetime64
    rank: NDArray[np.float64]
    tenure: Numbers

    @cached_property
    def first(self) -> int:
        """The first day of the month."""
        return first_day(self.month)

    @cached_property
    def last(self) -> int:
        """The last day of the month."""
        return last_day(self.month)

    @property
    def persons(self) -> Numbers:
        """The records of all persons."""
        return self.population.persons

    @property
    def size(self) -> int:
        """How many persons there are, dead and gone included."""
        return len(self.population.persons)

    @cached_property
    def age(self) -> NDArray[np.float64]:
        """Age in years on the last day."""
        years: NDArray[np.float64] = (self.last - self.persons["birth"]) / YEAR
        return years

    @cached_property
    def home(self) -> Numbers:
        """The home of who lives in the gemeente, else -1."""
        return self.persons["home"]

    @cached_property
    def resident(self) -> Numbers:
        """Who lives in the gemeente."""
        there: Numbers = self.home >= 0
        return there

    @cached_property
    def partner(self) -> Numbers:
        """The partner with whom a person lives in one home, married or not; else -1."""
        partner = self.persons["partner"]
        together = (partner >= 0) & self.resident & (self.persons["divorced"] == NEVER)
        together &= self.home[partner] == self.home
        return np.where(together, partner, -1)

    @cached_property
    def members(self) -> Numbers:
        """Per home how many live there."""
        return self._count(self.resident)

    @cached_property
    def sharers(self) -> Numbers:
        """Per home how many of 27 or older live there."""
        return self._count(self.resident & (self.age >= 27))

    @cached_property
    def minors(self) -> Numbers:
        """Per home how many children live there."""
        return self._count(self.resident & (self.age < 18))

    @cached_property
    def with_parent(self) -> Numbers:
        """Who lives in one home with a parent."""
        parent = self.persons["parent1"]
        together: Numbers = self.resident & (parent >= 0) & (self.home[parent] == self.home)
        return together

    @cached_property
    def gone(self) -> Numbers:
        """Who died or left in this month: the day, else NEVER."""
        day = np.where(self.persons["died"] >= self.first, self.persons["died"], NEVER)
        rows = self.population.residences
        rows = rows[(rows["begin"] >= self.first) & (rows["gemeente"] != self.population.gemeente)]
        rows = rows[~self.resident[rows["person"]]]
        day[rows["person"]] = np.minimum(day[rows["person"]], rows["begin"])
        return day

    def rng(self, subject: str) -> np.random.Generator:
        """The generator of one part of life in this month."""
        word = np.frombuffer(subject.encode(), np.uint8)
        return np.random.default_rng([self.population.seed, self.first, *word.tolist()])

    def draw(self, subject: str, persons: Numbers) -> NDArray[np.float64]:
        """Fractions that belong to persons for good."""
        return draw(self.population.seed, subject, persons)

    def days(self, rng: np.random.Generator, count: int) -> Numbers:
        """Days in this month."""
        return rng.integers(self.first, self.last + 1, count)

    def _count(self, who: Numbers) -> Numbers:
        return np.bincount(self.home[who], minlength=self.population.stock)


def choose(rng: np.random.Generator, weight: NDArray[np.float64], count: int) -> Numbers:
    """Places of ``count`` drawn without replacement in proportion to their weight."""
    able = np.flatnonzero(weight > 0)
    count = min(count, len(able))
    if not count:
        return able[:0]
    # The largest of exponential clocks: the same as drawing one by one, and fast.
    clock = rng.exponential(size=len(able)) / weight[able]
    chosen: Numbers = np.sort(able[np.argpartition(clock, count - 1)[:count]])
    return chosen


def grown(array: Numbers, size: int, fill: int = -1) -> Numbers:
    """The array with room for ``size`` persons."""
    if len(array) >= size:
        return array
    return np.concatenate([array, np.full(size - len(array), fill, array.dtype)])
