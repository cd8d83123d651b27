"""What a fact of the synthetic gemeente looks like: the records, field by field.

What belongs here: the records' layouts, their codes, and what of them was known on a day. What does
not: how they come about (the modules beside this one).

Days are days since 1970; ``NEVER`` is a day that has not come. ``known`` is the day on which a
register learnt of a beginning, ``end_known`` of an end. Amounts are in cents unless a field says
euro. A ``person`` is an index into ``population.persons`` (its BSN: ``Lives.bsns``), -1 is
nobody; a ``home`` is an index into ``Addresses``. Texts of codes are in the tuples beside the
records: a record holds the place in the tuple.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from demo.population import NEVER

Numbers = NDArray[Any]

#: Every fact with a beginning and an end.
_SPELL = [("begin", "i4"), ("known", "i4"), ("end", "i4"), ("end_known", "i4")]


class Tenure(IntEnum):
    """Who owns a home: who lives there, a corporation, or another landlord."""

    OWNED = 0
    SOCIAL = 1
    PRIVATE = 2


#: Corporations by their L-number, made up.
CORPORATIONS = ("L9901", "L9902", "L9903")
#: One per address of the population (index = home): what does not change.
HOME = np.dtype(
    [
        ("tenure", "i1"),
        ("corporation", "i1"),  # place in CORPORATIONS, -1 where no corporation owns it
        ("unit", "i4"),  # number of the VHE, 0 where none
        ("area", "i2"),  # m2
        ("built", "i2"),  # year
        ("use", "i1"),  # WOZ gebruikscode: 10, 11, 12
        ("self_contained", "?"),
        ("points", "i2"),  # WWS
        ("value", "i4"),  # euro, at 1 January 2024
        ("rent", "i4"),  # net rent per month at 1 July 2024; 0 where owned
    ]
)
#: Kinds of contract of a home that a corporation lets.
CONTRACT_KINDS = ("regulier", "jongeren", "campus", "tijdelijk")
#: IAH categories as corporations get them from the Belastingdienst.
IAH = ("onbekend", "laag", "midden", "hoog")
#: ``Lives.rents(day)``: one per home of a corporation, let or vacant, in order of home.
RENT = np.dtype(
    [
        ("home", "i4"),
        ("person", "i4"),  # who rents it, -1 where it is vacant
        ("contract_begin", "i4"),  # NEVER where it is vacant
        ("contract_kind", "i1"),
        ("vacant", "?"),
        ("net_rent", "i4"),
        ("service", "i4"),  # what counts of the service costs
        ("max_rent", "i4"),
        ("daeb", "?"),
        ("iah", "i1"),
    ]
)
#: ``Lives.valuations(year)``: one per home; the value of 1 January of the year before.
VALUATION = np.dtype(
    [
        ("home", "i4"),
        ("value", "i4"),  # euro
        ("value_date", "i4"),
        ("known", "i4"),  # a decision on an objection comes months later, and says less
    ]
)

#: One per relation of income: a job, a benefit, a pension. ``number`` counts within a person.
RELATION = np.dtype(
    [
        ("person", "i4"),
        ("number", "i4"),  # Volgnummer inkomstenverhouding, from 1
        ("kind", "i1"),  # code soort inkomstenverhouding: 15, 31, 33, 37, 39, 40, 43, 21, 22
        ("payer", "i2"),  # place in demo.suwiml.EMPLOYERS
        *_SPELL,
        ("hours", "i2"),  # per month; 0 for benefits
        ("monthly", "i4"),  # wage for the employees' insurances, gross
        ("four_weekly", "?"),
        ("credit", "?"),  # loonheffingskorting
    ]
)
WAGES = (11, 15)

#: Rights to bijstand: one per right, of a person and a partner. Codes are those of CBS-BUS.
ASSISTANCE = np.dtype(
    [
        ("number", "i4"),  # Registratienummer uitkering
        ("person", "i4"),
        ("partner", "i4"),
        ("regime", "i1"),  # Statistiekcode: 1 algemene bijstand, 2 IOAW, 3 IOAZ, 14 Bbz
        ("household", "i1"),  # Leefvorm: 1 alleenstaande, 2 alleenstaande ouder, 3 gehuwden, 4
        ("housing", "i1"),  # Huisvesting: 1 huurder, 2 eigenaar, 3 inwonend, 5 adresloos
        ("cause", "i1"),  # cause of dependence (domain 3.6)
        *_SPELL,
        ("end_reason", "i1"),  # Reden beeindiging, 0 where it has not ended
        ("earns", "i4"),  # income from work beside it, per month; 0 for most
        ("volunteers", "?"),  # tegenprestatie
        ("exempt", "i1"),  # Ontheffing: 2 nee, 4, 5, 6
    ]
)
#: ``Lives.payments(month, on)``: what is paid for a month, as known on a day.
PAYMENT = np.dtype(
    [
        ("right", "i4"),  # place in Lives.assistance
        ("sharers", "i1"),  # Aantal kostendelers
        ("norm", "i4"),  # including holiday allowance
        ("reduction", "i4"),  # afstemming
        ("income", "i4"),  # including holiday allowance
        ("paid", "i4"),  # excluding holiday allowance
    ]
)

#: Main sources of income of a household, and classes of its assets, as CBS words them.
SOURCES = (
    "loon",
    "winst",
    "werkloosheid",
    "arbeidsongeschiktheid",
    "bijstand",
    "pensioen",
    "studie",
)
ASSETS = (
    *("onder_0", "0_5000", "5000_10000", "10000_20000", "20000_50000", "50000_100000"),
    *("100000_200000", "200000_500000", "500000_1000000", "vanaf_1000000"),
)
#: ``Lives.incomes(year)``: one per resident with a household's income over a calendar year.
INCOME = np.dtype(
    [
        ("person", "i4"),
        ("home", "i4"),
        ("disposable", "i4"),  # besteedbaar, euro per year, of the household
        ("taxable", "i4"),  # belastbaar (verzamelinkomen), euro per year, of the household
        ("source", "i1"),
        ("quintile", "i1"),  # welfare, 1 to 5
        ("assets", "i1"),
    ]
)

#: Why a case of debt help ended (Uitstroom), and what solved it.
OUTFLOWS = (
    "Overleden",
    "Verhuisd",
    "Nietverschenen",
    "Ingetrokken",
    "Niet passend",
    "Voldoet niet",
    "Afgerond",
    "Zelf",
    "Overig",
)
SOLUTIONS = (
    "Betalingsregeling",
    "Herfinanciering",
    "Saneringskrediet",
    "Schuldbemiddeling",
    "0%-aanbod",
)
GUIDANCE = (
    "Budgetcoaching",
    "Budgetbeheer",
    "Beschermingsbewind",
    "Lange Termijn Begeleiding (DFD)",
    "Budgetbegeleiding",
)
#: Phases in their order; each has a begin and an end, NEVER where it did not come (yet).
DEBT_PHASES = (
    "application",  # aanmelding
    "intake",
    "plan",  # plan van aanpak; begin = end = day on which it was ready
    "stabilisation",
    "settlement",  # schuldregeling
    "solution",  # oplossing
    "guidance",  # begeleiding
)
#: One per case of debt help. A day is known ``lag`` days later (``phases_known``).
DEBT_CASE = np.dtype(
    [
        ("number", "i4"),
        ("person", "i4"),
        ("partner", "i4"),
        *[(f"{phase}_{side}", "i4") for phase in DEBT_PHASES for side in ("begin", "end")],
        ("crisis", "?"),
        ("admitted", "?"),  # beschikkingssoort; its day is intake_end
        ("settled", "?"),  # the settlement was granted; its day is settlement_end
        ("forced", "?"),  # dwangakkoord
        ("solution_kind", "i1"),  # place in SOLUTIONS
        ("guidance_kind", "i1"),  # place in GUIDANCE
        ("outflow", "i4"),  # day; the case has ended
        ("outflow_reason", "i1"),  # place in OUTFLOWS
        ("debt", "i4"),  # euro, at the beginning
        ("creditors", "i2"),
        ("lag", "i2"),
    ]
)
#: Kinds of partner that send a signal, and what came of it.
SIGNAL_PARTNERS = (
    "Energie",
    "Huur",
    "Hypotheek",
    "Zorg",
    "CAK Zorgverzekeringen",
    "Water",
    "Belastingdienst",
)
SIGNAL_RESULTS = (
    "",  # not yet
    "Definitief geen contact",
    "Inwoner al bekend bij schuldhulpverlening",
    "Vervolghulp en/of verwijzing financieel",
    "Inwoner wil geen hulp",
    "Inwoner heeft het zelf opgelost",
)
SIGNAL = np.dtype(
    [
        ("number", "i4"),
        ("case", "i4"),  # Vroegsignaalzaak: signals of one address and month share it
        ("person", "i4"),
        ("partner_kind", "i1"),  # place in SIGNAL_PARTNERS
        ("amount", "i4"),
        ("arose", "i4"),  # ontstaansdatum
        ("known", "i4"),  # signaaldatum
        ("taken_up", "i4"),  # datumOpgepakt, NEVER where not
        ("attempts", "i1"),
        ("reached", "?"),
        ("result", "i1"),  # place in SIGNAL_RESULTS
        ("result_known", "i4"),
        ("crisis", "?"),
    ]
)


class Law(IntEnum):
    """Under which law a provision is granted."""

    WMO = 0
    YOUTH = 1


#: AGB codes of suppliers of care, made up.
SUPPLIERS = tuple(f"{stem}{n:06d}" for stem in (98, 99) for n in range(1, 21))
#: One per provision. ``begin`` and ``end`` are those of the assignment (301).
CARE = np.dtype(
    [
        ("law", "i1"),
        ("number", "i4"),  # toewijzingnummer, unique within a law
        ("person", "i4"),
        ("category", "i2"),  # Wmo 1-18; youth 43-54
        ("code", "i4"),  # five digits within the category
        ("supplier", "i1"),
        ("in_kind", "?"),  # False: pgb, of which no message goes out
        *_SPELL,
        ("started", "i4"),  # 305; NEVER where it has not
        ("started_known", "i4"),
        ("stopped", "i4"),  # 307
        ("stopped_known", "i4"),
        ("stop_reason", "i1"),  # 1 overleden .. as the standard's code list; 0 not stopped
        ("referrer", "i1"),  # youth: code verwijzer
        ("volume", "i4"),
        ("unit", "i1"),  # 1 minuut, 4 uur, 14 etmaal, 16 dagdeel, 82 stuks
        ("frequency", "i1"),  # 2 per week, 4 per month, 6 within the assignment
        ("withdrawn", "i4"),  # day on which the assignment was deleted (status 3), NEVER
    ]
)
#: ``Lives.messages``: what goes out, once. ``known`` says in which delivery.
MESSAGE = np.dtype(
    [
        ("kind", "i2"),  # 301, 305, 307
        ("care", "i4"),  # place in Lives.care
        ("law", "i1"),
        ("status", "i1"),  # 1 new, 2 changed, 3 delete
        ("begin", "i4"),  # ToewijzingIngangsdatum / BeginDatum
        ("end", "i4"),  # of a 301 as then known; of a 307 the day of stopping
        ("known", "i4"),
        ("reason", "i1"),
    ]
)


class School(IntEnum):
    """Kinds of education."""

    PO = 0
    PRO = 1
    VMBO = 2
    HAVO = 3
    VWO = 4
    VSO = 5
    MBO = 6
    VAVO = 7
    HBO = 8
    WO = 9


#: BRIN numbers, made up; several per kind of education.
BRINS = tuple(f"9{digit}{letter}X" for digit in range(4) for letter in "ABCDEFGHJK")
#: Why an enrolment ended.
LEAVING = ("", "diploma", "andere_school", "uitval", "verhuisd", "overleden", "jaarovergang")
ENROLMENT = np.dtype(
    [
        ("person", "i4"),
        ("school", "i1"),  # School
        ("level", "i1"),  # mbo 1-4; vmbo 1 bb, 2 kb, 3 gl, 4 tl; else 0
        ("route", "i1"),  # mbo: 1 BOL, 2 BBL; else 0
        ("year", "i1"),  # leerjaar at the beginning
        ("brin", "i1"),  # place in BRINS
        ("programme", "i4"),  # crebo or ILT code
        *_SPELL,
        ("end_reason", "i1"),  # place in LEAVING
        ("funded", "?"),
    ]
)
DIPLOMA = np.dtype(
    [
        ("person", "i4"),
        ("school", "i1"),
        ("level", "i1"),
        ("brin", "i1"),
        ("programme", "i4"),
        ("obtained", "i4"),
        ("known", "i4"),  # some months late (A07)
    ]
)
#: Exemptions of the Leerplichtwet: 5 onder a, 5 onder b, vervangende leerplicht.
EXEMPTIONS = ("5a", "5b", "5c", "vervangend")
EXEMPTION = np.dtype([("person", "i4"), ("kind", "i1"), *_SPELL])
ABSENCE_KINDS = ("16-uursmelding", "luxeverzuim", "langdurig relatief", "overig", "absoluut")
ABSENCE_STATES = (
    "Geregistreerd",
    "In behandeling",
    "Afgesloten",
    "Ingetrokken",
    "Ter kennisgeving aangenomen",
)
ABSENCE = np.dtype(
    [
        ("number", "i4"),
        ("person", "i4"),
        ("brin", "i1"),
        ("kind", "i1"),
        *_SPELL,  # end_known: the state becomes final
        ("final", "i1"),  # place in ABSENCE_STATES once it is final
    ]
)

#: Codes of domain 2.10 and 3.10.
DOSSIERS = ("vsv_nieuw", "vsv_oud", "pro_vso", "dreigend_vsv", "kwetsbaar_16_17", "jib_23_27")
RMC_RESULTS = (
    "",
    "herplaatst_onderwijs",
    "BBL_leerwerk",
    "werk",
    "dagbesteding",
    "zorg_hulpverlening",
    "uitkering_Pw",
    "verhuisd",
    "onbereikbaar",
    "weigert",
    "buitenland",
    "detentie",
    "overleden",
    "23_geworden",
)
CAUSES = (
    "persoonlijk",
    "opleiding",
    "arbeidsmarkt",
    "financieel",
    "gezondheid",
    "zorgtaak",
    "detentie",
    "verhuizing",
    "onbekend",
)
EXPLAINED = ("", "zzp", "buitenland", "opgenomen", "dagbesteding")
REPORTERS = ("duo", "school", "suwinet", "zelf")
TRAJECTORY = np.dtype(
    [
        ("number", "i4"),
        ("person", "i4"),
        ("dossier", "i1"),  # place in DOSSIERS
        ("reporter", "i1"),  # place in REPORTERS
        *_SPELL,  # begin: datum_melding; end: einddatum
        ("contact", "i4"),  # datum_eerste_contact: from then in_onderzoek
        ("guided", "i4"),  # start_begeleiding: from then in_begeleiding
        ("handed_over", "?"),  # overgedragen rather than afgesloten at the end
        ("cause", "i1"),  # place in CAUSES
        ("result", "i1"),  # place in RMC_RESULTS, from end_known on
        ("explained", "i1"),  # verklarende_reden, place in EXPLAINED
        ("reminder", "i4"),
        ("refused", "?"),
        ("seeks_work", "?"),  # registered job seeker
    ]
)

#: Provisions for low incomes: code, name, limit in percent of the norm, cents, in kind.
PROVISIONS = (
    ("stadspas", "Zaanpas", 130, 0, "pas"),
    ("iit", "Individuele inkomenstoeslag", 110, 45_000, "geld"),
    ("czm", "Collectieve zorgverzekering minima", 130, 2_500, "geld"),
    ("kindpakket", "Kindpakket", 130, 30_000, "natura"),
    ("bijzondere_bijstand", "Bijzondere bijstand", 110, 28_000, "geld"),
    ("kwijtschelding", "Kwijtschelding gemeentelijke belastingen", 100, 32_000, "natura"),
    ("vrij_reizen", "Vrij reizen minima", 130, 0, "pas"),
)
GRANT = np.dtype(
    [
        ("number", "i4"),
        ("person", "i4"),  # applicant
        ("beneficiary", "i4"),  # the same person, or a child
        ("provision", "i1"),  # place in PROVISIONS
        ("granted", "i4"),
        *_SPELL,
        ("amount", "i4"),
        ("unasked", "?"),  # ambtshalve
    ]
)


def as_known(facts: Numbers, on: int) -> Numbers:
    """The facts known on a day: what became known later is NEVER or 0 (not yet).

    Works for every record with ``known``; of a CARE only the newest end is kept, so what was known
    of it follows from its messages. Cases of debt help have ``phases_known``.
    """
    rows: Numbers = facts[facts["known"] <= on].copy()
    names = rows.dtype.names or ()
    for known, days, words in _LATER:
        if known in names:
            unknown = rows[known] > on
            for field in days:
                if field in names:
                    rows[field][unknown] = NEVER
            for field in words:
                if field in names:
                    rows[field][unknown] = 0
    for field in ("contact", "guided", "taken_up"):
        if field in names:
            rows[field][rows[field] > on] = NEVER
    if "taken_up" in names:
        for field in ("attempts", "reached"):
            rows[field][rows["taken_up"] == NEVER] = 0
    return rows


#: What a later day of knowing hides: days and words.
_LATER = (
    ("end_known", ("end", "end_known"), ("end_reason", "result", "final", "handed_over")),
    ("result_known", ("result_known",), ("result",)),
    ("started_known", ("started", "started_known"), ()),
    ("stopped_known", ("stopped", "stopped_known"), ("stop_reason",)),
)


def running(facts: Numbers, on: int) -> Numbers:
    """The facts that run on a day, as far as what is given goes."""
    rows: Numbers = facts[(facts["begin"] <= on) & (facts["end"] >= on)]
    return rows


def phases_known(cases: Numbers, on: int) -> Numbers:
    """Cases of debt help as known on a day: later days are NEVER, unknown cases are left out."""
    rows: Numbers = cases[cases["application_begin"] + cases["lag"] <= on].copy()
    for field in [f"{phase}_{side}" for phase in DEBT_PHASES for side in ("begin", "end")]:
        rows[field][rows[field] > on - rows["lag"]] = NEVER
    rows["outflow"][rows["outflow"] > on - rows["lag"]] = NEVER
    return rows


def empty(layout: Any, count: int = 0) -> Numbers:
    """Records of zeros, with NEVER where a record has an end that has not come."""
    rows: Numbers = np.zeros(count, layout)
    for field in ("end", "end_known", "started", "started_known", "stopped", "stopped_known"):
        if field in (rows.dtype.names or ()):
            rows[field] = NEVER
    return rows
