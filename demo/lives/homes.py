"""The homes of the synthetic gemeente: who owns them, what they are worth and what they cost.

What belongs here: tenure, area, year, WOZ value, rents and contracts. What does not: where a home
lies (``demo.addresses``) and who lives there (``demo.population``).
"""

from __future__ import annotations

import numpy as np

from demo.addresses import Addresses
from demo.lives.facts import CORPORATIONS, HOME, RENT, VALUATION, Tenure
from demo.lives.levels import SOCIAL_RENT_SHARE, social_share
from demo.lives.moment import Moment
from demo.population import NEVER, Numbers, draw

#: Rents rise each first of July by so much; homes rise in value each year.
_RENT_RISE = {2022: 1.023, 2023: 1.031, 2024: 1.053, 2025: 1.045, 2026: 1.041}
_VALUE_RISE = 1.05
_VALUE_YEAR = 2024


class Homes:
    """The homes, as far as they do not change, and what they cost and are worth on a day."""

    def __init__(self, addresses: Addresses, seed: int) -> None:
        self.seed = seed
        self.addresses = addresses
        number = np.arange(addresses.homes)
        buurten = addresses.division.buurten
        share = social_share(addresses.division)[addresses.buurt[number]]
        self.homes = homes = np.zeros(addresses.homes, HOME)
        chance = self._draw("tenure", number)
        private = share + 0.10
        homes["tenure"] = np.select(
            [chance < share, chance < private], [Tenure.SOCIAL, Tenure.PRIVATE], Tenure.OWNED
        )
        social = homes["tenure"] == Tenure.SOCIAL
        # A corporation has its own parts of the gemeente, and a few homes elsewhere.
        own = addresses.buurt[number] // max(1, len(buurten) // len(CORPORATIONS))
        stray = self._draw("stray", number) < 0.2
        homes["corporation"] = np.where(
            social, np.where(stray, number, own) % len(CORPORATIONS), -1
        )
        homes["unit"] = np.where(social, 100_001 + number, 0)
        roomy = self._draw("area", number)
        base = np.select(
            [social, homes["tenure"] == Tenure.PRIVATE], [48 + 55 * roomy, 40 + 70 * roomy], 70
        )
        homes["area"] = np.where(homes["tenure"] == Tenure.OWNED, 62 + 130 * roomy**1.6, base)
        homes["built"] = 1900 + (self._draw("year", number) ** 0.6 * 122).astype(int)
        homes["use"] = np.select(
            [self._draw("use", number) < 0.004, self._draw("use", number) < 0.012], [12, 11], 10
        )
        homes["self_contained"] = ~(social & (self._draw("room", number) < 0.015))
        homes["points"] = np.clip(
            homes["area"] * 1.3 + (homes["built"] - 1900) * 0.35 + 18, 60, 260
        )
        price = 3300 - 1500 * (share - SOCIAL_RENT_SHARE) + 500 * self._draw("price", number)
        homes["value"] = (homes["area"] * price * (1 - 0.12 * social) / 1000).astype(int) * 1000
        level = np.where(social, 330 + 4.2 * (homes["points"] - 60), 0)
        # Some homes of a corporation are let above the limit of social rent.
        liberal = social & (self._draw("liberal", number) < 0.05)
        rent = np.where(liberal, 960 + 350 * roomy, np.clip(level, 300, 870))
        rent = rent * (0.94 + 0.1 * self._draw("rent", number))
        private_rent = np.where(homes["tenure"] == Tenure.PRIVATE, 880 + 9 * homes["area"], 0)
        homes["rent"] = (np.where(social, rent, private_rent) * 100).astype(int)

    def rents(self, moment: Moment, iah: Numbers) -> Numbers:
        """The homes of corporations at the end of a month; ``iah`` gives per home its category."""
        at = np.flatnonzero(self.homes["tenure"] == Tenure.SOCIAL)
        homes = self.homes[at]
        tenant, begin = self.tenants(moment)
        rows = np.zeros(len(at), RENT)
        rows["home"], rows["person"] = at, tenant[at]
        rows["vacant"] = tenant[at] < 0
        rows["contract_begin"] = np.where(rows["vacant"], NEVER, begin[at])
        # Who came after the rise of 2024 pays the rent of a new contract.
        new = (rows["contract_begin"] > _day(2024, 7)) & ~rows["vacant"]
        harmonised = np.where(new, 1.06, 1.0)
        rows["net_rent"] = homes["rent"] * harmonised * self._risen(moment.last)
        rows["service"] = (
            np.minimum(self._draw("service", at) * 6000, 4800).astype(int) // 100 * 100
        )
        rows["max_rent"] = homes["points"].astype(int) * 610
        rows["daeb"] = homes["rent"] < 87_966
        young = np.where(rows["person"] >= 0, moment.age[rows["person"]] < 28, False)
        chance = self._draw("contract", at)
        rows["contract_kind"] = np.select(
            [young & (chance < 0.25), young & (chance < 0.32), chance > 0.985], [1, 2, 3], 0
        )
        rows["iah"] = np.where(rows["vacant"], 0, iah[at])
        return rows

    def valuations(self, year: int) -> Numbers:
        """The WOZ values decided for a year: those of 1 January of the year before."""
        at = np.arange(len(self.homes))
        rows = np.zeros(len(at), VALUATION)
        grown = _VALUE_RISE ** (year - 1 - _VALUE_YEAR)
        vary = 0.98 + 0.04 * draw(self.seed, "value", at, np.array([year]))
        rows["home"] = at
        rows["value"] = (self.homes["value"] * grown * vary / 1000).astype(int) * 1000
        rows["value_date"] = _day(year - 1, 1)
        rows["known"] = _day(year, 1) + 27
        return rows

    def tenants(self, moment: Moment) -> tuple[Numbers, Numbers]:
        """Per home its eldest adult, or -1, and since when one of its adults lives there."""
        count = len(self.homes)
        newest = np.full(moment.size, -1)
        residences = moment.population.residences
        newest[residences["person"]] = np.arange(len(residences))
        adult = np.flatnonzero(moment.resident & (moment.age >= 18))
        adult = adult[np.argsort(-moment.persons["birth"][adult], kind="stable")]
        tenant = np.full(count, -1)
        tenant[moment.home[adult]] = adult
        begin = np.full(count, NEVER)
        np.minimum.at(begin, moment.home[adult], residences["begin"][newest[adult]])
        return tenant, begin

    def _draw(self, subject: str, number: Numbers) -> Numbers:
        return draw(self.seed, f"home {subject}", number)

    def _risen(self, day: int) -> float:
        """How much rents have risen by a day since that of 1 July 2024."""
        level = 1.0
        for year, rise in _RENT_RISE.items():
            if _day(year, 7) > _day(2024, 7) and day >= _day(year, 7):
                level *= rise
        return level


def _day(year: int, month: int) -> int:
    return int(np.datetime64(f"{year}-{month:02d}-01").astype(np.int64))
