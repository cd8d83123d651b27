"""The lives of a synthetic gemeente: all facts besides who lives where, month after month.

What belongs here: the order in which the parts of life move on, and the one door to their facts.
What does not: any part itself (the modules beside this one).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from demo.addresses import Addresses
from demo.gebieden import Change
from demo.lives.assistance import Assistance
from demo.lives.care import Care
from demo.lives.debts import Debts
from demo.lives.facts import Tenure
from demo.lives.homes import Homes
from demo.lives.incomes import equivalence, household_incomes, iah_of
from demo.lives.levels import poverty
from demo.lives.minima import Minima
from demo.lives.moment import Moment
from demo.lives.schools import Schools
from demo.lives.trajectories import Trajectories
from demo.lives.work import Work
from demo.population import (
    FIXED,
    NEVER,
    Numbers,
    Population,
    draw,
    first_day,
    last_day,
    numbers_on,
)

#: Days that a register takes to learn of a change of BSN, and the register with another birth date.
_SLOW = {"bijstand_bus": 95}
CONFLICTING = "bijstand_bus"

#: Low income: standardised, below so many euro a year (13,200 in prices of 2020, domain 2.8).
LOW_INCOME = 16_400


class Lives:
    """A gemeente at the end of ``month``; ``advance`` lives through the next one.

    Made on the eve of the first month from a population that has not advanced yet; ``advance``
    moves the population too. All facts are structured arrays (``demo.lives.facts``) that hold
    everything that ever happened; ``as_known(facts, on)`` gives what was known on a day, and
    ``running(facts, on)`` what runs then. So a delivery of the state at the end of a month is::

        rows = running(as_known(lives.trajectories, on), on)    # on = lives.last

    A BSN is ``bsns(delivery)[person]``, a day of birth ``births(delivery)[person]``: not every
    register knows of a change, and one is mistaken.

    ============================ =====================================================
    homes                        HOME, index = address
    relations                    RELATION: jobs, benefits, bijstand and pensions
    assistance, payments(m, on)  ASSISTANCE: rights; PAYMENT: what is paid for a month
    incomes(year)                INCOME, per resident the household's over a year
    rents()                      RENT, the homes of corporations
    valuations(year)             VALUATION, WOZ values
    debt_cases, signals          DEBT_CASE (see phases_known), SIGNAL
    care, messages_of_month()    CARE; MESSAGE, the 301/305/307 sent in this month
    enrolments, diplomas,        ENROLMENT, DIPLOMA, EXEMPTION, ABSENCE
    exemptions, absences
    trajectories                 TRAJECTORY (RMC)
    grants                       GRANT (minimaregelingen)
    ============================ =====================================================
    """

    def __init__(self, population: Population, addresses: Addresses) -> None:
        self.population = population
        self.addresses = addresses
        self.seed = population.seed
        self.first_month = population.month + 1
        self.everything = False
        #: The codes that changed when the gemeente was divided again (E12).
        self.divided: tuple[Change, ...] = ()
        self._homes = Homes(addresses, self.seed)
        self.homes = self._homes.homes
        self._poverty = poverty(addresses.division)
        self._rank = np.empty(0)
        self._schools = Schools(self.seed)
        self._work = Work(self.seed)
        self._assistance = Assistance(self.seed)
        self._care = Care()
        self._debts = Debts()
        self._trajectories = Trajectories()
        self._minima = Minima()
        self._found()

    @property
    def month(self) -> np.datetime64:
        """The month lived through last."""
        return self.population.month

    @property
    def first(self) -> int:
        """The first day of that month."""
        return first_day(self.month)

    @property
    def last(self) -> int:
        """The last day of that month."""
        return last_day(self.month)

    @property
    def gemeente(self) -> int:
        """The code of the gemeente."""
        return self.population.gemeente

    @property
    def persons(self) -> Numbers:
        """The records of persons."""
        return self.population.persons

    @property
    def relations(self) -> Numbers:
        """Relations of income."""
        return self._work.relations

    @property
    def assistance(self) -> Numbers:
        """Rights to bijstand."""
        return self._assistance.assistance

    @property
    def care(self) -> Numbers:
        """Provisions of Wmo and Jeugdwet."""
        return self._care.care

    @property
    def messages(self) -> Numbers:
        """All messages on provisions ever sent, some in days to come."""
        return self._care.messages

    @property
    def debt_cases(self) -> Numbers:
        """Cases of debt help, with days to come."""
        return self._debts.debt_cases

    @property
    def signals(self) -> Numbers:
        """Signals of arrears."""
        return self._debts.signals

    @property
    def enrolments(self) -> Numbers:
        """Enrolments in education."""
        return self._schools.enrolments

    @property
    def diplomas(self) -> Numbers:
        """Diplomas."""
        return self._schools.diplomas

    @property
    def exemptions(self) -> Numbers:
        """Exemptions of the Leerplichtwet."""
        return self._schools.exemptions

    @property
    def absences(self) -> Numbers:
        """Reports of absence."""
        return self._schools.absences

    @property
    def trajectories(self) -> Numbers:
        """Trajectories of the RMC."""
        return self._trajectories.trajectories

    @property
    def grants(self) -> Numbers:
        """Grants of provisions for low incomes."""
        return self._minima.grants

    def payments(self, month: np.datetime64, on: int) -> Numbers:
        """What bijstand is paid for a month, as known on a day (PAYMENT)."""
        return self._assistance.payments(month, on)

    def incomes(self, year: int) -> Numbers:
        """Per resident the income of the household over a year (INCOME)."""
        eve = first_day(self.first_month) - 1
        return household_incomes(
            self.moment, self.relations, self.assistance, self._schools.student, year, eve
        )

    def rents(self) -> Numbers:
        """The homes of corporations with their rents, at the end of the month (RENT)."""
        incomes = self.incomes(int(str(self.month)[:4]) - 2)
        return self._homes.rents(self.moment, iah_of(incomes, self.moment.members))

    def valuations(self, year: int) -> Numbers:
        """The WOZ values decided for a year (VALUATION)."""
        return self._homes.valuations(year)

    def bsns(self, delivery: str) -> NDArray[np.int64]:
        """The BSN of each person in a delivery of this month.

        After a change of BSN one register still uses the former one for a quarter of a year.
        """
        return numbers_on(self.persons, self.last - _SLOW.get(delivery, 0))

    def births(self, delivery: str) -> Numbers:
        """The day of birth of each person as a register has it; who is ``partial`` too.

        One person has another day of birth in one register: two persons, it would seem.
        """
        days: Numbers = self.persons["birth"].copy()
        if delivery == CONFLICTING:
            days[self.conflicted] += 400
        return days

    def buurt_codes(self, old: bool = False) -> list[str]:
        """Per home the code of its buurt; of the newest division there is.

        ``old`` gives the codes of the division with which the gemeente began, some of which no
        longer exist once it is divided again (``divided``).
        """
        code = [buurt.code for buurt in self.addresses.division.buurten]
        if not old:
            new = {change.old: change.new for change in self.divided}
            code = [new.get(each, each) for each in code]
        return [code[place] for place in self.addresses.buurt[: len(self.homes)].tolist()]

    def tenants(self) -> tuple[Numbers, Numbers]:
        """Per home its eldest adult, or -1, and since when."""
        return self._homes.tenants(self.moment)

    def messages_of_month(self) -> Numbers:
        """The messages sent in this month; in the first month all those sent before as well.

        All that were ever sent while a supplier delivers ``everything`` again (E15).
        """
        everything = self.everything or self.month == self.first_month
        first = -(1 << 30) if everything else self.first
        return self._care.messages_of(first, self.last)

    def advance(self) -> None:
        """Live through the next month, the population included."""
        self.population.advance()
        self._welfare()
        moment = self.moment = self._moment()
        schools, work, assistance = self._schools, self._work, self._assistance
        schools.advance(moment)
        hired = assistance.advance(moment, schools.student)
        lost = work.advance(moment, schools.student, assistance.assisted, hired)
        provided = (work.job >= 0) | (work.benefit >= 0)
        work.stop_paying(self.assistance)
        before = len(self.assistance)
        assistance.enter(moment, schools.student, provided, lost)
        self._pay(before)
        self._care.advance(moment)
        self._debts.advance(moment)
        self._trajectories.advance(moment, schools, work.job >= 0, assistance.assisted)
        self._minima.advance(moment, assistance.assisted, self._low())
        self._renumber(moment)

    def _renumber(self, moment: Moment) -> None:
        """From the second month on one or a few get another BSN, among them one with bijstand."""
        if moment.month == self.first_month:
            return
        rng = moment.rng("renumber")
        able = moment.resident & (self.persons["renumbered"] == NEVER) & (moment.age >= 18)
        able &= np.arange(moment.size) >= FIXED
        able[self.conflicted] = False
        aided = np.flatnonzero(able & self._assistance.assisted)
        others = np.flatnonzero(able & ~self._assistance.assisted)
        count = int(rng.poisson(len(others) * 1e-5))
        for group, wanted in ((aided, 1), (others, count)):
            who = rng.choice(group, min(wanted, len(group)), replace=False)
            self.persons["renumbered"][who] = moment.days(rng, len(who))

    def _found(self) -> None:
        self._welfare()
        moment = self.moment = self._moment()
        self._schools.found(moment)
        self._assistance.found(moment, self._schools.student)
        assisted = self._assistance.assisted
        self._work.found(moment, self._schools.student, assisted)
        self._pay(0)
        self._care.found(moment)
        self._debts.found(moment)
        self._trajectories.found(moment, self._schools)
        self._minima.found(moment, assisted, self._low())
        rights = self.assistance
        complete = rights["person"][self.persons["partial"][rights["person"]] == 0]
        #: The person with two identities.
        self.conflicted = int(complete[np.argmin(draw(self.seed, "conflict", complete))])

    def _moment(self) -> Moment:
        home = self.population.persons["home"]
        tenure = np.where(home >= 0, self.homes["tenure"][np.maximum(home, 0)], -1)
        household = self.population.persons["household"]
        return Moment(self.population, self.month, self._rank[household], tenure)

    def _pay(self, before: int) -> None:
        """Rights granted since there were ``before`` of them are incomes from now on."""
        places = np.arange(before, len(self.assistance))
        couple = self.assistance["partner"][places] >= 0
        self._work.pay(self.assistance, places, np.where(couple, 190_000, 133_000))

    def _welfare(self) -> None:
        """The rank of each household for good: by the home it was first seen in, and chance."""
        household, home = self.persons["household"], self.persons["home"]
        count = int(household.max()) + 1
        new = np.arange(len(self._rank), count)
        if not len(new):
            return
        first = np.full(count, -1)
        at = home >= 0
        first[household[at][::-1]] = home[at][::-1]
        there = first[new]
        chance = draw(self.seed, "welfare", new)
        tenure = np.where(there >= 0, self.homes["tenure"][np.maximum(there, 0)], Tenure.PRIVATE)
        buurt = np.where(there >= 0, self._poverty[self.addresses.buurt[np.maximum(there, 0)]], 0.5)
        rank = np.select(
            [tenure == Tenure.OWNED, tenure == Tenure.SOCIAL],
            [0.07 + 0.93 * chance**0.85, 0.9 * chance**1.6],
            chance**1.15,
        )
        self._rank = np.concatenate([self._rank, np.clip(rank - 0.16 * (buurt - 0.5), 0, 1)])

    def _low(self) -> Numbers:
        """Who lives in a household with a low income."""
        incomes = self.incomes(int(str(self.month)[:4]) - 1)
        moment = self.moment
        who = incomes["person"]
        home = incomes["home"]
        adults = moment.members[home] - moment.minors[home]
        standard = incomes["disposable"] / equivalence(adults, moment.minors[home])
        low = np.zeros(moment.size, bool)
        low[who] = standard < LOW_INCOME
        return low
