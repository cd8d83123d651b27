"""Writes vroegsignalen: the signals of three months in the JSON of DDAS 1.2, one a line.

What belongs here: the form of that version (lower camel case), and the errors of this register.
What does not: who falls behind and what came of it (``lives.debts``).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from demo import tables
from demo.injection import AMOUNT_FAULTS, BSN_FAULTS, Injection
from demo.lives import Lives, as_known
from demo.lives.facts import SIGNAL_PARTNERS
from demo.population import NEVER, Numbers, first_day
from demo.schuldhulp_ddas import PERSONS_PER_FAULT

EXTENSION = "json"
DELIVERY = "vroegsignalen"
#: A delivery reaches back so many months, so that it says what came of the signals.
MONTHS = 3
#: The words of DDAS for what the lives say came of it, in their order.
_RESULTS = (
    None,
    "Definitief geen contact kunnen krijgen",
    "Inwoner al bekend bij schuldhulpverlening",
    "Vervolghulp en/of verwijzing financieel",
    "Inwoner regelt het zelf/hoeft geen hulp vanuit vroegsignalering",
    "Inwoner heeft zelf al betaald/betalingsregeling getroffen",
)
_WAYS = ("Brief", "Telefoon", "Huisbezoek")
_DAYS_BETWEEN = 3


def write(path: Path, lives: Lives, month: np.datetime64, injection: Injection) -> None:
    """Write the signals of the last months as known at the end of this one, then their zaken."""
    start = first_day(month - (MONTHS - 1))
    rows = as_known(lives.signals, lives.last)
    rows = rows[rows["known"] >= start]
    units = np.arange(1, len(rows) + 1)
    some = max(1, len(rows) // PERSONS_PER_FAULT)
    wrong = injection.bsns(
        DELIVERY, month, units, element="burgerservicenummer", of="unit", faults=BSN_FAULTS[:some]
    )
    unreadable = injection.amounts(
        DELIVERY,
        month,
        units,
        element="bedrag",
        of="unit",
        faults=AMOUNT_FAULTS[: max(1, some // 2)],
    )
    good = ~np.isin(units, [*wrong, *unreadable])
    injection.persons(DELIVERY, month, lives, rows["person"][good], element="burgerservicenummer")
    bsn = tables.numbers(lives, DELIVERY, rows["person"])
    for unit, text in wrong.items():
        bsn[unit - 1] = text
    amounts: list[Any] = (rows["amount"] // 100).tolist()
    for unit, text in unreadable.items():
        amounts[unit - 1] = text
    birth = tables.births(lives, DELIVERY, rows["person"])
    arose, known = tables.dates(rows["arose"]), tables.dates(rows["known"])
    with path.open("w", encoding="utf-8") as target:
        target.write(_head(lives, start))
        for place in range(len(rows)):
            row = rows[place]
            said = {
                "ID": f"VS-{row['number']}",
                "crisissignaal": bool(row["crisis"]),
                "warmeOverdracht": False,
                "bedrag": amounts[place],
                "ontstaansdatum": arose[place],
                "signaaldatum": known[place],
                "status": "Opgepakt" if row["taken_up"] < NEVER else "Nog niet opgepakt",
                "signaalpartner": {"type": SIGNAL_PARTNERS[row["partner_kind"]]},
                "client": {"burgerservicenummer": bsn[place], "geboortedatum": birth[place]},
            }
            target.write(",\n" * (place > 0) + json.dumps(said, ensure_ascii=False))
        target.write('\n],\n"vroegsignaalzaken": [\n')
        cases = [json.dumps(said, ensure_ascii=False) for said in _cases(rows, lives)]
        target.write(",\n".join(cases) + "\n]}]}\n")


def _head(lives: Lives, start: int) -> str:
    said = {
        "codeGegevensleverancier": "DEMO",
        "startdatumLevering": str(np.datetime64(start, "D")),
        "einddatumLevering": str(np.datetime64(lives.last, "D")),
        "aanleverdatumEnTijd": f"{np.datetime64(lives.last + 5, 'D')}T08:00:00Z",
    }
    delivery = {
        "teller": 1,
        "gemeentecode": f"{lives.gemeente:04d}",
        "aanleverendeOrganisatie": {"naam": "Gemeente Voorbeeld", "kvk-nummer": "90000002"},
    }
    return (
        json.dumps(said)[:-1] + ',\n"leveringen": [' + json.dumps(delivery)[:-1]
    ) + ',\n"vroegsignalen": [\n'


def _cases(rows: Numbers, lives: Lives) -> list[dict[str, Any]]:
    """The zaken: the signals of one case of which any was taken up."""
    taken = rows[rows["taken_up"] < NEVER]
    found: dict[int, list[Any]] = {}
    for row in taken:
        found.setdefault(int(row["case"]), []).append(row)
    return [_case(signals, lives.last) for signals in found.values()]


def _case(signals: list[Any], last: int) -> dict[str, Any]:
    one = signals[0]
    day = int(one["taken_up"])
    said: dict[str, Any] = {
        "matchingsdatum": str(np.datetime64(int(one["known"]), "D")),
        "datumOpgepakt": str(np.datetime64(day, "D")),
        "vroegsignalen": [{"ID": f"VS-{row['number']}"} for row in signals],
    }
    attempts = [
        {
            "soort": _WAYS[number % len(_WAYS)],
            "bereikt": bool(one["reached"] and number == one["attempts"] - 1),
            "datum": str(np.datetime64(day + _DAYS_BETWEEN * number, "D")),
        }
        for number in range(int(one["attempts"]))
        if day + _DAYS_BETWEEN * number <= last
    ]
    if attempts:
        said["contactpogingen"] = attempts
    if result := _RESULTS[one["result"]]:
        said["resultaat"] = result
    return said
