"""What a synthetic gemeente comes to, beside the published figures it should keep to.

What belongs here: counting the shares of ``levels.LEVELS`` in lives. What does not: the figures
themselves.
"""

from __future__ import annotations

import numpy as np

from demo.lives.facts import Law, Tenure, running
from demo.lives.incomes import equivalence
from demo.lives.levels import couple_norm
from demo.lives.life import LOW_INCOME, Lives
from demo.population import NEVER, Numbers, first_day

#: Limits of 2025 above which a household earns too much for social rent (domain 2.2).
_LIMIT_SINGLE, _LIMIT_MORE = 49_669, 54_847
#: What of a household's income is for its children, beside the norm.
_PER_CHILD = 1_350


def measured(lives: Lives) -> dict[str, float]:
    """Each share of ``LEVELS`` as it is at the end of the month lived through last."""
    moment = lives.moment
    inhabitants = int(moment.resident.sum())
    minor = np.flatnonzero(moment.resident & (moment.age < 18))
    rights = running(lives.assistance, lives.last)
    partners = rights["partner"][rights["partner"] >= 0]
    aided = np.concatenate([rights["person"], partners])

    incomes = lives.incomes(int(str(lives.month)[:4]) - 1)
    homes, first = np.unique(incomes["home"], return_index=True)
    income = incomes[first]
    children = moment.minors[homes]
    adults = moment.members[homes] - children
    low = income["disposable"] / equivalence(adults, children) < LOW_INCOME
    couple = couple_norm(lives.last) * 12 / 100
    norm = np.where(adults >= 2, couple, 0.7 * couple)
    social = lives.homes["tenure"][homes] == Tenure.SOCIAL
    limit = np.where(moment.members[homes] > 1, _LIMIT_MORE, _LIMIT_SINGLE)

    provided = _at_home(lives, running(lives.grants, lives.last)["person"])
    return {
        "assistance": len(aided) / inhabitants,
        "low_income": float(low.mean()),
        "up_to_110": float((income["disposable"] - children * _PER_CHILD <= 1.1 * norm).mean()),
        "social_rent": float((lives.homes["tenure"] == Tenure.SOCIAL).mean()),
        "cheap_for_income": float((income["taxable"][social] > limit[social]).mean()),
        "dropouts": _dropouts(lives),
        "wmo": len(np.unique(_in_care(lives, Law.WMO))) / inhabitants,
        "youth_care": float(np.isin(minor, _in_care(lives, Law.YOUTH)).mean()),
        "child_in_assistance": float(_at_home(lives, aided)[moment.home[minor]].mean()),
        "reach": float(provided[homes][low].mean()),
    }


def _in_care(lives: Lives, law: Law) -> Numbers:
    """The persons whose provision runs on the last day."""
    rows = lives.care[lives.care["law"] == law]
    runs = (rows["begin"] <= lives.last) & (rows["stopped"] > lives.last)
    persons: Numbers = rows["person"][runs & (rows["withdrawn"] == NEVER)]
    return persons


def _at_home(lives: Lives, persons: Numbers) -> Numbers:
    """Per home whether one of these persons lives there."""
    homes = np.zeros(lives.population.stock, bool)
    home = lives.persons["home"][persons]
    homes[home[home >= 0]] = True
    return homes


def _dropouts(lives: Lives) -> float:
    """Who left school too early since the first month and is not back, per year and learner."""
    moment, rows = lives.moment, lives.enrolments
    young = moment.resident & (moment.age < 23)
    learner = np.zeros(moment.size, bool)
    learner[running(rows, lives.last)["person"]] = True
    gone = rows[(rows["end_reason"] == _DROPPED) & (rows["end"] >= first_day(lives.first_month))]
    left = np.zeros(moment.size, bool)
    left[gone["person"]] = True
    enough = np.zeros(moment.size, bool)
    diplomas = lives.diplomas
    enough[diplomas["person"][_qualifies(diplomas)]] = True
    months = int((lives.month - lives.first_month).astype(int)) + 1
    count = int((left & young & ~learner & ~enough).sum())
    return count * 12 / months / int((learner & young & (moment.age >= 12)).sum())


#: Place of uitval in ``facts.LEAVING``.
_DROPPED = 3


def _qualifies(diplomas: Numbers) -> Numbers:
    """Which diplomas are a startkwalificatie: havo, vwo, mbo from level 2, and higher."""
    school, level = diplomas["school"], diplomas["level"]
    enough: Numbers = np.isin(school, (3, 4, 8, 9)) | ((school == 6) & (level >= 2))
    return enough
