"""Writes the deliveries of a synthetic gemeente into a folder.

What belongs here: which files there are, their names, and the months they cover. What does not:
persons (``population``) and formats (``gbav``, ``suwiml``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from demo import gbav, suwiml
from demo.faults import of_delivery
from demo.population import Population, last_day

DELIVERIES = ("brp_personen", "suwinet_inkomsten")


def generate(
    to: Path,
    *,
    persons: int,
    months: int,
    gemeente: str = "GM0479",
    first_month: str = "2025-01",
    seed: int = 1,
    faults: bool = True,
    deliveries: Sequence[str] = DELIVERIES,
) -> list[Path]:
    """Write one file per delivery and month, and return their paths, oldest month first.

    ``persons`` is the number of records of persons on the eve of the first month, at least 100.
    The same arguments give the same bytes; more months begin with the same files.
    """
    return list(
        iter_deliveries(
            to,
            persons=persons,
            months=months,
            gemeente=gemeente,
            first_month=first_month,
            seed=seed,
            faults=faults,
            deliveries=deliveries,
        )
    )


def iter_deliveries(
    to: Path,
    *,
    persons: int,
    months: int,
    gemeente: str = "GM0479",
    first_month: str = "2025-01",
    seed: int = 1,
    faults: bool = True,
    deliveries: Sequence[str] = DELIVERIES,
) -> Iterator[Path]:
    """As ``generate``, giving each path as soon as its file is complete."""
    unknown = set(deliveries) - set(DELIVERIES)
    if unknown:
        raise ValueError(f"the synthetic gemeente does not deliver {', '.join(sorted(unknown))}")
    population = Population(persons, _code(gemeente), first_month, seed)
    for _ in range(months):
        population.advance()
        for delivery in deliveries:
            yield _deliver(to, delivery, population, gemeente, faults)


def correction(
    to: Path,
    *,
    persons: int,
    months: int,
    gemeente: str = "GM0479",
    first_month: str = "2025-01",
    seed: int = 1,
    faults: bool = True,
) -> Path:
    """Write the last month's ``brp_personen`` again, with what became known a month later.

    It holds at least two deaths and one move that the first file of that month did not know of;
    otherwise the same persons. The file has the same name as the first: give another folder.
    """
    population = Population(persons, _code(gemeente), first_month, seed)
    for _ in range(months):
        population.advance()
    return _deliver(to, "brp_personen", population, gemeente, faults, late=31)


def _deliver(
    to: Path,
    delivery: str,
    population: Population,
    gemeente: str,
    faults: bool,
    late: int = 0,
) -> Path:
    """Write one file; it gets its name only when it is complete."""
    extension = "csv" if delivery == "brp_personen" else "zip"
    path = to / f"{delivery}_{gemeente}_{population.month}.{extension}"
    to.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.part")
    carried = of_delivery(delivery) if faults else ()
    if delivery == "brp_personen":
        end = last_day(population.month)
        gbav.write(unfinished, population, month_end=end, known_on=end + late, faults=carried)
    else:
        suwiml.write(unfinished, population, month=population.month, faults=carried)
    return unfinished.replace(path)


def _code(gemeente: str) -> int:
    if not re.fullmatch(r"GM\d{4}", gemeente):
        raise ValueError("a gemeente is written as GM and four digits, for example GM0479")
    return int(gemeente[2:])
