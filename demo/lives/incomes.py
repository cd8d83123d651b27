"""The income of households over a year, as CBS and the Belastingdienst would know it.

What belongs here: disposable and taxable income, main source, welfare and assets of a household.
What does not: the relations of income (``work``) and bijstand (``assistance``) they follow from.
Taxes and allowances are rough: what is left of a gross income is a smooth curve.
"""

from __future__ import annotations

import numpy as np

from demo.lives.facts import INCOME
from demo.lives.levels import couple_norm
from demo.lives.moment import Moment
from demo.population import Numbers, draw

#: Code lists of main sources, in the order of ``facts.SOURCES``.
_WAGE, _PROFIT, _UNEMPLOYED, _DISABLED, _AID, _PENSION, _STUDY = range(7)
_ASSET_BOUNDS = np.array([0, 5_000, 10_000, 20_000, 50_000, 100_000, 200_000, 500_000, 1_000_000])


def household_incomes(
    moment: Moment,
    relations: Numbers,
    rights: Numbers,
    student: Numbers,
    year: int,
    eve: int,
) -> Numbers:
    """One row per resident at ``moment`` with the income of the household over ``year``.

    What ran on the last day of the year counts as if it ran the whole year. Where that day is
    before ``eve``, or before a person came to live here, it is what runs first after it.
    """
    seed, size = moment.population.seed, moment.size
    close = max(int(np.datetime64(f"{year + 1}-01-01").astype(np.int64)) - 1, eve)
    later = moment.persons["appears"] > close
    on: Numbers = np.where(later, moment.last, min(close, moment.last))
    day = on[relations["person"]]
    runs = relations[(relations["begin"] <= day) & (relations["end"] >= day)]
    gross = np.zeros((4, size))
    for place, kinds in enumerate(((11, 15, 31), (33,), (37, 39, 40), (21, 22))):
        chosen = runs[np.isin(runs["kind"], kinds)]
        np.add.at(gross[place], chosen["person"], chosen["monthly"] * 12 / 100)
    everyone = np.arange(size)
    key = np.array([year])
    adult = (moment.age >= 18) & (moment.age < 68)
    # A self-employed person has no relation of income that UWV knows.
    idle = adult & (gross.sum(0) == 0) & ~student
    self_employed = adult & (
        (draw(seed, "zzp", everyone) < 0.06) | (idle & (draw(seed, "zzp", everyone) < 0.5))
    )
    aided = np.zeros(size, bool)
    day = on[rights["person"]]
    open_ = rights[(rights["begin"] <= day) & (rights["end"] >= day)]
    aided[open_["person"]] = True
    there = open_["partner"] >= 0
    aided[open_["partner"][there]] = True
    self_employed &= ~aided
    vary = 0.6 + 0.8 * draw(seed, "profit", everyone, key)
    profit = np.where(self_employed, (9_000 + 75_000 * moment.rank**1.5) * vary, 0)
    study = np.where(student & (moment.age >= 18), 4_500, 0)

    norm = couple_norm(int(on.min())) * 12 / 100
    aid = np.zeros(size)
    aid[open_["person"]] = np.where(there, norm, 0.7 * norm)
    taxable = gross.sum(0) + profit
    net = _net(taxable) + aid + study
    home = np.where(moment.resident, moment.home, 0)
    stock = moment.population.stock

    def summed(values: Numbers) -> Numbers:
        return np.bincount(home[moment.resident], values[moment.resident], minlength=stock)

    children = moment.minors
    disposable = summed(net) + children * 1_350
    # Allowances fill up the lowest incomes: health, rent, children.
    disposable += np.clip(26_000 - disposable, 0, 14_000) * 0.12
    parts = np.array(
        [summed(v) for v in (gross[0], profit, gross[1], gross[2], aid, gross[3], study)]
    )
    adults = np.bincount(home[moment.resident & (moment.age >= 18)], minlength=stock)
    scale = _equivalence(adults, children)
    standard = disposable / scale
    lived = np.flatnonzero(moment.members > 0)
    order = np.argsort(np.argsort(standard[lived], kind="stable"), kind="stable")
    quintile = np.zeros(stock, int)
    quintile[lived] = order * 5 // max(1, len(lived)) + 1
    wealth = 200 * np.exp(6.5 * _household(moment.rank, home, moment.resident, stock))
    wealth = wealth * (0.3 + 1.4 * draw(seed, "assets", np.arange(stock)))

    who = np.flatnonzero(moment.resident)
    rows = np.zeros(len(who), INCOME)
    rows["person"], rows["home"] = who, home[who]
    rows["disposable"] = np.rint(disposable[home[who]])
    rows["taxable"] = np.rint(summed(taxable + aid)[home[who]])
    rows["source"] = np.argmax(parts, axis=0)[home[who]]
    rows["quintile"] = quintile[home[who]]
    rows["assets"] = np.searchsorted(_ASSET_BOUNDS, wealth[home[who]], side="right")
    return rows


def iah_of(incomes: Numbers, members: Numbers) -> Numbers:
    """Per home its IAH category by taxable income (limits of 2025); one in twenty unknown."""
    taxable = np.zeros(len(members))
    taxable[incomes["home"]] = incomes["taxable"]
    single = members <= 1
    low = np.where(single, 56_513, 65_366)
    high = np.where(single, 66_500, 88_600)
    category = np.select([taxable <= low, taxable <= high], [1, 2], 3)
    unknown = draw(0, "iah", np.arange(len(members))) < 0.05
    return np.where(unknown | (members == 0), 0, category)


def equivalence(adults: Numbers, children: Numbers) -> Numbers:
    """How many single persons a household counts for (CBS, approximately: domain 2.8)."""
    return _equivalence(adults, children)


def _equivalence(adults: Numbers, children: Numbers) -> Numbers:
    extra: Numbers = 1.0 + 0.38 * np.maximum(adults - 1, 0) + 0.26 * children
    return extra


def _net(gross: Numbers) -> Numbers:
    """What is left of a gross income of a year, in euro."""
    left: Numbers = np.interp(
        gross,
        [0, 12_000, 25_000, 40_000, 60_000, 90_000, 200_000],
        [0, 11_700, 22_500, 32_500, 43_500, 58_500, 113_000],
    )
    return left


def _household(values: Numbers, home: Numbers, there: Numbers, stock: int) -> Numbers:
    """Per home the highest value of who lives there."""
    highest = np.zeros(stock)
    np.maximum.at(highest, home[there], values[there])
    return highest
