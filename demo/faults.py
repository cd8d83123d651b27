"""The faults that the synthetic gemeente puts into its deliveries, each in a fixed place.

What belongs here: which person carries which fault, and what a receiver should say of it. Where
the fault is written is the business of the module that writes the format.

The carriers are among the persons who never move, die or marry (``population.FIXED``), so every
month's delivery holds the same faults. Reasons are the codes that the warehouse uses.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """One fault: the person who carries it, the element it spoils, and what should follow.

    ``units`` is the number of counted units that should go to quarantine per delivery: records
    of persons in the BRP, statements of income (Inkomstenopgave) in Suwinet. It is 0 where the
    unit is accepted: a relative's invalid BSN becomes empty with a flag, a postcode that cannot be
    one becomes empty.
    """

    delivery: str
    person: int
    element: str
    value: str
    reason: str
    units: int


EXPECTED_FAULTS = (
    Fault("brp_personen", 1, "01.01.20", "99900001", "bsn_lengte", 1),
    Fault("brp_personen", 2, "01.01.20", "999000001", "bsn_elfproef", 1),
    Fault("brp_personen", 3, "01.01.20", "", "bsn_ontbreekt", 1),
    Fault("brp_personen", 4, "01.01.20", "000000000", "bsn_ongeboren", 1),
    Fault("brp_personen", 5, "01.03.10", "19850231", "datum_ongeldig", 1),
    Fault("brp_personen", 6, "01.04.10", "X", "code_onbekend", 1),
    # The BSN of person 0: both records carry it, and which is right cannot be known.
    Fault("brp_personen", 7, "01.01.20", "999000007", "sleutel_dubbel", 2),
    Fault("brp_personen", 8, "02.01.20", "999000002", "relatie_ongeldig", 0),
    Fault("brp_personen", 9, "08.11.60", "15011AA", "patroon", 0),
    # The response of a person with one wage: its three statements go with the BSN.
    Fault("suwinet_inkomsten", 15, "Burgerservicenr", "999000001", "bsn_elfproef", 3),
    Fault("suwinet_inkomsten", 16, "WaardeBedr", "12.50", "bedrag_ongeldig", 1),
)


def of_delivery(delivery: str) -> tuple[Fault, ...]:
    """The faults in each monthly file of one delivery."""
    return tuple(fault for fault in EXPECTED_FAULTS if fault.delivery == delivery)


def expected_quarantine(delivery: str) -> Counter[str]:
    """Units per reason that should go to quarantine, for each monthly file of one delivery."""
    counts: Counter[str] = Counter()
    for fault in of_delivery(delivery):
        counts[fault.reason] += fault.units
    return +counts
