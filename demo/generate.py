"""Writes the deliveries of a synthetic gemeente into a folder.

What belongs here: which files there are, their names, and the months they cover. What does not:
persons (``population``), addresses (``addresses``), lives (``lives``), errors (``injection``) and
formats (``gbav``, ``suwiml``, ``bag``, ``gebieden``, and one module named after each other
delivery).

A module ``demo/<delivery>.py`` has a constant ``EXTENSION`` (without a dot) and a function
``write(path, lives, month, injection)``, which writes the file of a month (a ``numpy.datetime64``)
from what was known at its end (``lives.last``). Modules that are not there are passed by.
"""

from __future__ import annotations

import importlib
import importlib.util
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from demo import bag, gbav, gebieden
from demo.addresses import Addresses
from demo.filefaults import FIRST, FileFaults
from demo.gebieden import Division
from demo.injection import RATE, Injection
from demo.lives import Lives
from demo.population import Population
from demo.settling import settle

#: Areas, addresses, persons, and the incomes of who is asked by Suwinet.
FIRST_FOUR = ("cbs_gebieden", "bag_adressen", "brp_personen", "suwinet_inkomsten")
#: The modules of formats that have a name of their own.
_MODULES = {
    "cbs_gebieden": "gebieden",
    "bag_adressen": "bag",
    "brp_personen": "gbav",
    "suwinet_inkomsten": "suwiml",
}
#: All deliveries there are, in the order in which those of a month are written.
DELIVERIES = (
    *FIRST_FOUR,
    "woz_stufcap",
    "corporatie_huren",
    "inkomen_huishouden",
    "ib_inkomsten",
    "bijstand_bus",
    "wmo_berichten",
    "jeugd_berichten",
    "schuldhulp_ddas",
    "vroegsignalen",
    "duo_inschrijvingen",
    "duo_diplomas",
    "duo_verzuim",
    "rmc_trajecten",
    "minimaregelingen",
)
#: Valid for twelve months: delivered in the first month and in each January after it.
YEARLY = ("woz_stufcap", "corporatie_huren", "inkomen_huishouden")
MANIFEST = "manifest.json"
__all__ = ["FIRST", "MANIFEST", "generate", "iter_deliveries"]
#: Reference carries forward: the areas come once, the addresses in the first month and then so
#: often.
MONTHS_BETWEEN_EXTRACTS = 6


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
    divided_again: str | None = None,
    rate: float = RATE,
    file_faults: bool = False,
    manifest: bool = True,
) -> list[Path]:
    """Write the deliveries of each month, and return their paths, oldest month first.

    ``persons`` is the number of records of persons on the eve of the first month, at least 100.
    Most deliveries come every month, areas in the first, addresses in the first and every sixth
    after it, the yearly ones in the first and every January. ``rate`` is the share of the units
    that carry a given error; with ``manifest`` they are told in ``MANIFEST``. In the month
    ``divided_again`` the areas come once more: both divisions, the new one of that year, and the
    codes that changed. The same arguments give the same bytes; more months begin with the same
    files.
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
            divided_again=divided_again,
            rate=rate,
            file_faults=file_faults,
            manifest=manifest,
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
    divided_again: str | None = None,
    rate: float = RATE,
    file_faults: bool = False,
    manifest: bool = False,
) -> Iterator[Path]:
    """As ``generate``, giving each path as soon as its file is complete, in order of arrival.

    With ``file_faults`` some files arrive wrong first, in the folder ``FIRST``, before the right
    one of the same name (E14, E15), and one arrives a month late (E05). A ``manifest`` is written
    after the last path only if asked.
    """
    unknown = set(deliveries) - set(DELIVERIES)
    if unknown:
        raise ValueError(f"the synthetic gemeente does not deliver {', '.join(sorted(unknown))}")
    lives = lives_of(persons=persons, gemeente=gemeente, first_month=first_month, seed=seed)
    injection = Injection(seed, rate if faults else 0.0, file_faults=file_faults)
    written = [delivery for delivery in deliveries if has_writer(delivery)]
    wrong = FileFaults(injection, written) if file_faults else None
    for number in range(months):
        lives.advance()
        again = str(lives.month) == divided_again
        if again:
            lives.divided = gebieden.later(lives.addresses.division, _year(lives.month))[1]
        january = str(lives.month).endswith("-01")
        due = {
            "cbs_gebieden": number == 0 or again,
            "bag_adressen": number % MONTHS_BETWEEN_EXTRACTS == 0,
            **dict.fromkeys(YEARLY, number == 0 or january),
        }
        for delivery in written:
            if due.get(delivery, True):
                path = _deliver(to, delivery, lives, injection, again=again)
                yield from wrong.arrive(path, delivery, lives, number) if wrong else [path]
        if wrong:
            yield from wrong.belated()
    if manifest:
        injection.write(to / MANIFEST)


def lives_of(
    *, persons: int, gemeente: str = "GM0479", first_month: str = "2025-01", seed: int = 1
) -> Lives:
    """The gemeente on the eve of its first month."""
    population = Population(persons, _code(gemeente), first_month, seed)
    addresses = addresses_of(population, first_month)
    settle(population, addresses)
    return Lives(population, addresses)


def has_writer(delivery: str) -> bool:
    """Whether there is a module that writes a delivery."""
    module = _MODULES.get(delivery, delivery)
    return importlib.util.find_spec(f"demo.{module}") is not None


def addresses_of(population: Population, first_month: str) -> Addresses:
    """The addresses among which a population lives, whatever its month."""
    division = gebieden.division(population.gemeente, population.seed)
    return Addresses(division, population.stock, population.seed, first_month)


def correction(
    to: Path,
    *,
    persons: int,
    months: int,
    gemeente: str = "GM0479",
    first_month: str = "2025-01",
    seed: int = 1,
    faults: bool = True,
    rate: float = RATE,
    manifest: bool = False,
) -> Path:
    """Write the last month's ``brp_personen`` again, with what became known a month later.

    It holds at least two deaths and one move that the first file of that month did not know of;
    otherwise the same persons. The file has the same name as the first: give another folder.
    """
    lives = lives_of(persons=persons, gemeente=gemeente, first_month=first_month, seed=seed)
    for _ in range(months):
        lives.advance()
    injection = Injection(seed, rate if faults else 0.0)
    path = _deliver(to, "brp_personen", lives, injection, late=31)
    if manifest:
        injection.write(to / MANIFEST)
    return path


def _deliver(
    to: Path,
    delivery: str,
    lives: Lives,
    injection: Injection,
    late: int = 0,
    again: bool = False,
) -> Path:
    """Write one file; it gets its name only when it is complete."""
    writer = importlib.import_module(f"demo.{_MODULES.get(delivery, delivery)}")
    path = to / f"{delivery}_GM{lives.gemeente:04d}_{lives.month}.{writer.EXTENSION}"
    to.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.part")
    if late:
        gbav.write(unfinished, lives, lives.month, injection, late=late, version=2)
    elif delivery == "bag_adressen":
        bag.write(unfinished, lives.addresses, lives.month)
    elif delivery == "cbs_gebieden":
        _write_areas(unfinished, lives.addresses.division, lives.month if again else None)
    else:
        writer.write(unfinished, lives, lives.month, injection)
    return unfinished.replace(path)


def _write_areas(path: Path, division: Division, again: np.datetime64 | None) -> None:
    """The division, or in the month of another one both."""
    if again is None:
        gebieden.write(path, [division])
    else:
        after, changes = gebieden.later(division, _year(again))
        gebieden.write(path, [division, after], changes)


def _year(month: np.datetime64) -> int:
    return int(str(month)[:4])


def _code(gemeente: str) -> int:
    if not re.fullmatch(r"GM\d{4}", gemeente):
        raise ValueError("a gemeente is written as GM and four digits, for example GM0479")
    return int(gemeente[2:])
