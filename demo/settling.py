"""Who lives where: households are spread over the buurten as CBS counts them there.

What belongs here: giving the founded households homes in such a way that each buurt gets its share
of those who live alone, without and with children, and of the old. What does not: how many homes a
buurt has (``gebieden``, ``addresses``), and who moves later (``population``).
"""

from __future__ import annotations

import numpy as np

from demo.addresses import Addresses
from demo.population import FIXED, YEAR, Numbers, Population, draw, last_day

#: Kinds: alone and young, alone and old, pair and young, pair and old, with children.
_KINDS = 5
_ROUNDS = 30


def settle(population: Population, addresses: Addresses) -> None:
    """Exchange the homes of a population that has not advanced yet; vacant homes stay vacant."""
    persons = population.persons
    here = np.flatnonzero((persons["home"] >= FIXED) & (np.arange(len(persons)) >= FIXED))
    homes, first = np.unique(persons["home"][here], return_index=True)
    head = here[first]
    kind = _kinds(population, homes, head)
    buurt = addresses.buurt[homes]
    wanted = _quota(addresses, buurt, np.bincount(kind, minlength=_KINDS))
    new = _assign(wanted, kind, buurt, population.seed)

    moved = np.arange(population.stock)
    moved[homes] = homes[new]
    for table, field in ((persons, "home"), (population.residences, "address")):
        own = table[field] >= 0
        if field == "address":
            own &= table["gemeente"] == population.gemeente
        table[field][own] = moved[table[field][own]]


def _kinds(population: Population, homes: Numbers, head: Numbers) -> Numbers:
    """The kind of household in each home."""
    persons = population.persons
    there = persons["home"] >= 0
    members = np.bincount(persons["home"][there], minlength=population.stock)[homes]
    child = there & (persons["parent1"] >= 0)
    child &= persons["home"] == persons["home"][np.maximum(persons["parent1"], 0)]
    children = np.bincount(persons["home"][child], minlength=population.stock)[homes]
    old = last_day(population.month) - persons["birth"][head] > 65 * YEAR
    return np.select([children > 0, members == 1], [4, old], 2 + old)


def _quota(addresses: Addresses, buurt: Numbers, totals: Numbers) -> Numbers:
    """Per buurt and kind how many households should live there: both sums are as they are."""
    buurten = addresses.division.buurten
    mix = np.array([b.mix for b in buurten])
    aged = np.array([b.aged for b in buurten])[:, np.newaxis] ** 1.4
    shares = np.column_stack(
        [
            mix[:, :1] * (0.6 - aged),
            mix[:, :1] * aged * 3,
            mix[:, 1:2] * (0.6 - aged),
            mix[:, 1:2] * aged * 3,
            mix[:, 2:],
        ]
    ).clip(0.001)
    rows = np.bincount(buurt, minlength=len(buurten))[:, np.newaxis]
    wanted: Numbers = shares * rows
    for _ in range(_ROUNDS):
        wanted *= totals / np.maximum(wanted.sum(axis=0), 1e-9)
        wanted *= rows / np.maximum(wanted.sum(axis=1, keepdims=True), 1e-9)
    return wanted


def _assign(wanted: Numbers, kind: Numbers, buurt: Numbers, seed: int) -> Numbers:
    """Per household the place of its new home, all homes given out once."""
    count = len(kind)
    place = np.arange(count)
    free = np.argsort(buurt + draw(seed, "home order", place) * 0.5, kind="stable")
    # Each home gets a kind in proportion to what its buurt wants; then kinds find their homes.
    share = np.cumsum(wanted / np.maximum(wanted.sum(axis=1, keepdims=True), 1e-9), axis=1)
    at = buurt[free]
    start = np.searchsorted(at, at)
    size = np.bincount(at)[at]
    order = (np.arange(count) - start + 0.5) / np.maximum(size, 1)
    home_kind = (order[:, np.newaxis] > share[at]).sum(axis=1).clip(max=_KINDS - 1)
    homes = free[np.argsort(home_kind + draw(seed, "home kind", free) * 0.5, kind="stable")]
    households = np.argsort(kind + draw(seed, "household", place) * 0.5, kind="stable")
    new = np.empty(count, dtype=np.int64)
    new[households] = homes
    return new
