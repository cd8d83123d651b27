"""Where addresses lie, for the versions that hold now: the files of geography that dbt joins.

What belongs here: which version of a reference holds for which month, which addresses meet which
divisions, and keeping a file for each such meeting. What does not: geometry (``geography``), and
which address a person has (dbt). A file is a function of the versions it is named after: it is
made once, and again when it is gone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from warehouse import geography
from warehouse.contracts import Contract
from warehouse.home import Home
from warehouse.ledger import Ledger, Version
from warehouse.timeline import holding, validity

ADDRESSES, AREAS = "bag_adressen", "cbs_gebieden"


@dataclass(frozen=True)
class Held:
    """The version that holds for a gemeente and month, of a delivery that carries forward."""

    gemeente: str
    month: date
    version: Version


@dataclass(frozen=True)
class Geography:
    """The files of geography: per version of the addresses, and per gemeente."""

    placed: Mapping[str, Path]
    translated: Mapping[str, Path]


NOWHERE = Geography({}, {})


def held(
    contracts: Mapping[str, Contract],
    visible: Sequence[Version],
    gemeenten: Iterable[str],
    months: Sequence[date],
) -> list[Held]:
    """For every gemeente and month the version of each delivery that carries forward."""
    found = []
    for contract in contracts.values():
        if not contract.carries_forward:
            continue
        valid = validity(contract)
        for gemeente in gemeenten:
            mine = [v for v in visible if (v.delivery, v.gemeente) == (contract.name, gemeente)]
            last = [v.month for v in mine if v.month and contract.every_month]
            versions = [(month, holding(mine, max([month, *last]), valid)) for month in months]
            found += [Held(gemeente, month, version) for month, version in versions if version]
    return found


def complete(
    home: Home, ledger: Ledger, contracts: Mapping[str, Contract], months: Sequence[date]
) -> Geography:
    """Make the files of geography that the open months need, and remove those they do not."""
    visible = ledger.visible()
    placed, translated = {}, {}
    home.geography.mkdir(mode=0o700, exist_ok=True)
    for gemeente in home.gemeenten:
        areas = [v for v in visible if (v.delivery, v.gemeente) == (AREAS, gemeente)]
        if not areas:
            continue
        names = [version.levering_id for version in areas]
        files = [
            (home.raw / AREAS / version.levering_id / "gebied.parquet", version.month.year)
            for version in areas
            if version.month
        ]
        divisions = geography.divisions(files, gemeente)
        if not divisions:
            continue
        for version in _addresses(contracts, visible, gemeente, months):
            target = _file(home, "ligging", version.levering_id, *names)
            placed[version.levering_id] = target
            if not target.exists():
                source = home.raw / ADDRESSES / version.levering_id / "bag_object.parquet"
                geography.placed(source, divisions, target)
        target = _file(home, "vertaling", gemeente, *names)
        translated[gemeente] = target
        if not target.exists():
            geography.translations(divisions, geography.changes(files, gemeente), target)
    kept = {*placed.values(), *translated.values()}
    for path in home.geography.iterdir():
        if path not in kept:
            path.unlink()
    return Geography(placed, translated)


def _addresses(
    contracts: Mapping[str, Contract],
    visible: Sequence[Version],
    gemeente: str,
    months: Sequence[date],
) -> list[Version]:
    used = {
        each.version.levering_id: each.version
        for each in held(contracts, visible, [gemeente], months)
        if each.version.delivery == ADDRESSES
    }
    return list(used.values())


def _file(home: Home, kind: str, *parts: str) -> Path:
    digest = hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:16]
    return home.geography / f"{kind}-{digest}.parquet"
