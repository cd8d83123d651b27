"""The check figures that the synthetic gemeente keeps to, each with its source, and norms.

What belongs here: shares and amounts that were published, and how far a gemeente may lie from
them. What does not: how lives are drawn so that they come out (the modules beside this one).

``LEVELS`` is tested: a gemeente of 20,000 persons lies within the tolerance, seed by seed. Where
the book of the domain gives no figure of Zaanstad it is the national one; "gk" is general
knowledge that nobody confirmed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from demo.gebieden import Division
from demo.population import draw


@dataclass(frozen=True)
class Level:
    """A share that was published, how far off the synthetic gemeente may be, and the source."""

    share: float
    tolerance: float
    what: str
    source: str


LEVELS = {
    "assistance": Level(
        0.027,
        0.006,
        "personen in de bijstand (aanvrager en partner) van alle inwoners",
        "domein 5: 456.820 in december 2017, op 17,1 mln inwoners (StatLine 83759NED)",
    ),
    "low_income": Level(
        0.079,
        0.025,
        "huishoudens onder de lage-inkomensgrens",
        "domein 1.1: 584.000 van bijna 7,4 mln huishoudens in 2018 (CBS)",
    ),
    "up_to_110": Level(
        0.11,
        0.035,
        "huishoudens met een inkomen tot 110 % van het sociaal minimum",
        "domein 1.1: landelijk 11 % (Vlaardingen 13,1 %), Kenniscentrum MVS 2019",
    ),
    "social_rent": Level(
        0.33,
        0.03,
        "corporatiewoningen van alle woningen",
        "gk: Zaanstad omstreeks een derde; te bevestigen in Kerncijfers wijken en buurten",
    ),
    "cheap_for_income": Level(
        0.30,
        0.10,
        "sociale huurwoningen met een huishouden boven de inkomensgrens",
        "domein 1.2: 17.200 van 57.300 (CBS maatwerk 2019/05)",
    ),
    "dropouts": Level(
        0.022,
        0.009,
        "nieuwe voortijdig schoolverlaters per schooljaar, van de deelnemers van 12 tot 23",
        "domein 1.3: 30.200 van 1.351.780 in 2017/'18 (StatLine 71294ned)",
    ),
    "wmo": Level(
        0.064,
        0.015,
        "personen met een maatwerkvoorziening Wmo, van alle inwoners",
        "domein 3.4/5: ruim 1,1 mln clienten in 2019 (CBS 2020/19), op 17,3 mln inwoners",
    ),
    "youth_care": Level(
        0.08,
        0.02,
        "jeugdigen onder 18 met jeugdhulp op een dag",
        "gk: ongeveer een op de tien per jaar (CBS Jeugdhulp); op een dag minder; te bevestigen",
    ),
    "child_in_assistance": Level(
        0.057,
        0.025,
        "kinderen onder 18 in een huishouden met bijstand",
        "domein 1.10: 186.400, 5,7 % van de kinderen onder 18 in 2022 (CBS Jeugdmonitor)",
    ),
    "reach": Level(
        0.63,
        0.12,
        "huishoudens met laag inkomen die een minimaregeling gebruiken",
        "domein 1.9: Leiden 63 % in 2015 (CBS maatwerk 2018/17)",
    ),
}

SOCIAL_RENT_SHARE = LEVELS["social_rent"].share

#: Gehuwdennorm of 21 and older per month in cents, holiday allowance included, from that day
#: (domain 2.5). The others follow from it; what comes after the last is not known.
_COUPLE_NORM = {
    "2022-07-01": 157_403,
    "2023-01-01": 170_808,
    "2023-07-01": 173_802,
    "2024-01-01": 183_404,
    "2024-07-01": 186_921,
    "2025-01-01": 192_207,
    "2025-07-01": 195_580,
    "2026-01-01": 200_213,
}
_NORM_DAYS = np.array(list(_COUPLE_NORM), dtype="datetime64[D]").astype(np.int64)
_NORMS = np.array(list(_COUPLE_NORM.values()))


def couple_norm(day: int) -> int:
    """The norm of a couple per month on a day, in cents."""
    return int(_NORMS[max(0, int(np.searchsorted(_NORM_DAYS, day, side="right")) - 1)])


#: Wijken of Zaanstad where more homes are social rent and incomes are lower (gk), from 0 to 1.
_POORER = {
    "WK047911": 0.75,
    "WK047912": 1.0,
    "WK047913": 0.95,
    "WK047914": 0.7,
    "WK047915": 0.8,
    "WK047941": 0.35,
    "WK047942": 0.55,
    "WK047951": 0.5,
    "WK047961": 0.45,
    "WK047971": 0.2,
    "WK047972": 0.05,
    "WK047981": 0.1,
}


def poverty(division: Division) -> NDArray[np.float64]:
    """Per buurt how poor it is beside the others, from 0 to 1; buurten of a wijk are alike."""
    number = np.arange(len(division.buurten))
    codes = [buurt.wijk for buurt in division.buurten]
    wijk = np.array([sorted(set(codes)).index(code) for code in codes]) + 1000 * division.gemeente
    drawn = draw(0, "poverty wijk", wijk)
    known = np.array([_POORER.get(code, share) for code, share in zip(codes, drawn, strict=True)])
    own = draw(0, "poverty", number + 1000 * division.gemeente)
    ranks: NDArray[np.float64] = np.argsort(np.argsort(0.75 * known + 0.25 * own)) / max(
        1, len(number) - 1
    )
    return ranks


def social_share(division: Division) -> NDArray[np.float64]:
    """Per buurt the share of its homes that a corporation owns; over all homes a third."""
    weights = np.array([buurt.households for buurt in division.buurten], dtype=float)
    raw = 0.05 + 0.75 * poverty(division) ** 1.3
    return np.clip(raw * SOCIAL_RENT_SHARE / np.average(raw, weights=weights), 0.01, 0.85)
