"""Writes rmc_trajecten: the dossiers of the Doorstroompunt as CSV.

What belongs here: the columns, and the errors of this register. What does not: who is followed and
what comes of it (``lives.trajectories``).
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from demo import tables
from demo.injection import BSN_FAULTS, Injection
from demo.lives import Lives, as_known
from demo.lives.facts import CAUSES, DOSSIERS, EXPLAINED, RMC_RESULTS
from demo.population import NEVER

EXTENSION = "csv"
DELIVERY = "rmc_trajecten"
#: The codes of the contract for those of the lives, in their order.
_CAUSES = tuple("financieel_schulden" if cause == "financieel" else cause for cause in CAUSES)
_REPORTERS = ("duo", "school", "inlichtingenbureau", "jongere")
#: One in so many dossiers may carry an error, so that a small file is not held for them.
_DOSSIERS_PER_FAULT = 50


def write(path: Path, lives: Lives, month: np.datetime64, injection: Injection) -> None:
    """Write every dossier that is known at the end of the month and was open in it."""
    rows = as_known(lives.trajectories, lives.last)
    rows = rows[rows["end"] >= lives.first]
    lines = np.arange(2, len(rows) + 2)
    person = rows["person"]
    bsn = tables.numbers(lives, DELIVERY, person)
    faults = BSN_FAULTS[: max(1, len(rows) // _DOSSIERS_PER_FAULT)]
    wrong = injection.bsns(DELIVERY, month, lines, element="bsn", faults=faults)
    for line, text in wrong.items():
        bsn[line - 2] = text
    injection.persons(DELIVERY, month, lives, person[~np.isin(lines, [*wrong])])
    met, guided, ended = (rows[name] < NEVER for name in ("contact", "guided", "end"))
    attempts = 1 + rows["number"] % 3 + np.where(met, 0, 2)
    last = np.minimum(np.where(met, rows["contact"], rows["begin"] + 7 * attempts), lives.last)
    tables.write(
        path,
        {
            "bsn": bsn,
            "geboortedatum": tables.births(lives, DELIVERY, person),
            "dossiernummer": np.array([f"RMC-{n}" for n in rows["number"].tolist()], object),
            "soort_dossier": tables.chosen(DOSSIERS, rows["dossier"]),
            "meldingsbron": tables.chosen(_REPORTERS, rows["reporter"]),
            "datum_melding": tables.dates(rows["begin"]),
            "datum_eerste_contact": tables.dates(rows["contact"]),
            "contactpogingen": attempts.astype(str).astype(object),
            "datum_laatste_contactpoging": tables.dates(last),
            "fase": np.select(
                [ended & rows["handed_over"], ended, guided, met],
                ["overgedragen", "afgesloten", "in_begeleiding", "in_onderzoek"],
                "gesignaleerd",
            ).astype(object),
            "start_begeleiding": tables.dates(rows["guided"]),
            "oorzaak_uitval": tables.chosen(_CAUSES, rows["cause"]),
            "verklarende_reden": tables.chosen(EXPLAINED, rows["explained"]),
            "herinneringsdatum": tables.dates(rows["reminder"]),
            "weigering": tables.yes(rows["refused"]),
            "ingeschreven_werkzoekende": tables.yes(rows["seeks_work"]),
            "resultaat": tables.chosen(RMC_RESULTS, rows["result"]),
            "einddatum": tables.dates(rows["end"]),
        },
    )
