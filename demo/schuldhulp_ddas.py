"""Writes schuldhulp_ddas: the trajecten of a month in the JSON of DDAS 1.0, one a line.

What belongs here: the form of that version (capitalised keys), and the errors of this register.
What does not: who has debts and how they are solved (``lives.debts``).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from demo import tables
from demo.injection import AMOUNT_FAULTS, BSN_FAULTS, Injection
from demo.lives import Lives, phases_known
from demo.lives.facts import DEBT_PHASES, GUIDANCE, OUTFLOWS, SOLUTIONS
from demo.population import NEVER, Numbers

EXTENSION = "json"
DELIVERY = "schuldhulp_ddas"
#: One in so many persons may carry an error, so that a small file is not held for them.
PERSONS_PER_FAULT = 60
_DECISIONS = {True: "Toelatingsbeschikking", False: "Afwijzingsbeschikking"}
_KINDS = ("Zorg", "Publiek", "Nuts", "Overig")


def write(path: Path, lives: Lives, month: np.datetime64, injection: Injection) -> None:
    """Write every traject that is known at the end of the month and ran in it."""
    rows = phases_known(lives.debt_cases, lives.last)
    rows = rows[rows["outflow"] >= lives.first]
    rows["partner"][_twice(rows)] = -1
    shared = rows["partner"] >= 0
    size = 1 + shared
    first = np.cumsum(size) - size + 1
    people = np.full(int(size.sum()), -1)
    people[first - 1] = rows["person"]
    people[first[shared]] = rows["partner"][shared]
    units = np.arange(1, len(people) + 1)
    some = max(1, len(people) // PERSONS_PER_FAULT)
    wrong = injection.bsns(
        DELIVERY, month, units, element="Burgerservicenummer", of="unit", faults=BSN_FAULTS[:some]
    )
    unreadable = injection.amounts(
        DELIVERY,
        month,
        first[~shared],
        element="totaalSchuldbedragBijAanvangSchuld",
        of="unit",
        faults=AMOUNT_FAULTS[: max(1, some // 2)],
    )
    good = ~np.isin(units, [*wrong, *unreadable])
    injection.persons(DELIVERY, month, lives, people[good], element="Burgerservicenummer")
    bsn = tables.numbers(lives, DELIVERY, people)
    for unit, text in wrong.items():
        bsn[unit - 1] = text
    birth = tables.births(lives, DELIVERY, people)
    days = {name: tables.dates(rows[name]) for name in _DAYS}
    with path.open("w", encoding="utf-8") as target:
        target.write(_head(lives))
        for place in range(len(rows)):
            begin = int(first[place]) - 1
            clients = [
                {"Burgerservicenummer": bsn[at], "Geboortedatum": birth[at]}
                for at in range(begin, begin + int(size[place]))
            ]
            said = _traject(rows[place], {name: texts[place] for name, texts in days.items()})
            said["gemeentecode"] = f"GM{lives.gemeente:04d}"
            amount = unreadable.get(begin + 1, int(rows["debt"][place]))
            said["totaalSchuldbedragBijAanvangSchuld"] = amount
            said["client"] = clients
            target.write(",\n" * (place > 0) + json.dumps(said, ensure_ascii=False))
        target.write("\n]}]}\n")


_DAYS = (*(f"{phase}_{side}" for phase in DEBT_PHASES for side in ("begin", "end")), "outflow")


def _twice(rows: Numbers) -> Numbers:
    """Cases whose partner began a traject on the same day: that would be one key twice."""
    own = set(zip(rows["person"].tolist(), rows["application_begin"].tolist(), strict=True))
    taken: set[tuple[int, int]] = set()
    found = np.zeros(len(rows), bool)
    for place, key in enumerate(
        zip(rows["partner"].tolist(), rows["application_begin"].tolist(), strict=True)
    ):
        found[place] = key in own or key in taken
        taken.add(key)
    return found & (rows["partner"] >= 0)


def _head(lives: Lives) -> str:
    said = {
        "startdatumLevering": f"{lives.month}-01",
        "einddatumLevering": str(np.datetime64(lives.last, "D")),
        "aanleverdatumEnTijd": f"{np.datetime64(lives.last + 5, 'D')}T08:00:00Z",
        "codeGegevensleverancier": "DEMO",
    }
    delivery = {
        "teller": 1,
        "aanleverende_organisatie": {
            "(Statutaire) Naam": "Schuldhulp Voorbeeld",
            "KvK-nummer": "90000001",
            "gemeentecode": f"GM{lives.gemeente:04d}",
        },
    }
    return (
        json.dumps(said)[:-1] + ',\n"leveringen": [' + json.dumps(delivery)[:-1]
    ) + ',\n"schuldhulptrajecten": [\n'


def _traject(row: Any, day: dict[str, str]) -> dict[str, Any]:
    """What is told of one traject: the steps that began."""
    said: dict[str, Any] = {
        "omschrijving": f"Traject {row['number']}",
        "startdatum": day["intake_begin"] or None,
        "einddatum": day["outflow"] or None,
        "aanmelding": {
            "startdatum": day["application_begin"],
            "einddatum": day["application_end"] or None,
            "crisisinterventie": bool(row["crisis"]),
        },
    }
    if day["intake_begin"]:
        said["intake"] = {
            "startdatum": day["intake_begin"],
            "einddatum": day["intake_end"] or None,
        }
    if day["intake_end"]:
        said["intake"] |= {
            "beschikkingsdatum": day["intake_end"],
            "beschikkingssoort": _DECISIONS[bool(row["admitted"])],
        }
        if row["admitted"]:
            said["toekenningsdatum"] = day["intake_end"]
    if day["plan_begin"]:
        said["planVanAanpak"] = {"datumAfronding": day["plan_begin"]}
        said["schulden"] = _debts(int(row["debt"]), int(row["creditors"]), day["plan_begin"])
    if day["stabilisation_begin"]:
        said["stabilisatie"] = _spell(day, "stabilisation")
    if day["settlement_begin"]:
        granted = day["settlement_end"] if row["settled"] else None
        said["schuldregeling"] = {
            "datum": day["settlement_begin"],
            "toegekend": granted or None,
            "dwangakkoord": bool(row["forced"]),
        }
    if day["solution_begin"]:
        kind = SOLUTIONS[row["solution_kind"]]
        said["oplossing"] = _spell(day, "solution") | {"soort": kind, "vtlb": 1_500}
    if day["guidance_begin"]:
        kind = GUIDANCE[row["guidance_kind"]]
        said["begeleiding"] = [_spell(day, "guidance") | {"soort": kind}]
    if row["outflow"] < NEVER:
        said["uitstroom"] = {
            "datum": day["outflow"],
            "reden": OUTFLOWS[row["outflow_reason"]],
        }
    return said


def _spell(day: dict[str, str], phase: str) -> dict[str, Any]:
    return {"startdatum": day[f"{phase}_begin"], "einddatum": day[f"{phase}_end"] or None}


def _debts(total: int, creditors: int, day: str) -> list[dict[str, Any]]:
    """The debts, alike but for the last, which makes up the total."""
    each = total // creditors
    return [
        {
            "bedrag": each if number < creditors - 1 else total - each * (creditors - 1),
            "peildatum": day,
            "schuldsoort": _KINDS[number % len(_KINDS)],
            "zakelijkeSchuld": False,
        }
        for number in range(creditors)
    ]
