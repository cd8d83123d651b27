"""Is this datapakhuis healthy? Paths, rights, versions, keys, ledger, publication and disk."""

from __future__ import annotations

import shutil
import sqlite3
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

from warehouse.contracts import load_contracts
from warehouse.errors import DatapakhuisError
from warehouse.home import Home
from warehouse.ledger import Ledger, State
from warehouse.publication import verify
from warehouse.station import open_keys

LEAST_FREE_BYTES = 5 << 30
PACKAGES = ("dagster", "dbt-core", "dbt-duckdb", "duckdb", "great-expectations", "pyarrow")


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at, and what to do when it is not well."""

    subject: str
    ok: bool
    text: str
    remedy: str = ""


def examine(home: Home) -> list[Finding]:
    """Look at everything; nothing is changed."""
    parts: tuple[Callable[[Home], Iterator[Finding]], ...] = (
        _versions,
        _folders,
        _keys,
        _contracts,
        _ledger,
        _published,
        _disk,
    )
    return [finding for part in parts for finding in part(home)]


def _versions(_: Home) -> Iterator[Finding]:
    found = []
    for package in PACKAGES:
        try:
            found.append(f"{package} {version(package)}")
        except PackageNotFoundError:
            yield Finding("versions", False, f"{package} is missing", "Install the pipeline.")
    python = ".".join(map(str, sys.version_info[:3]))
    yield Finding("versions", True, f"Python {python}, {', '.join(found)}")


def _folders(home: Home) -> Iterator[Finding]:
    for folder in (home.path, home.landing, home.originals, home.quarantine, home.raw, home.work):
        if not folder.is_dir():
            yield Finding(
                "folders", False, f"{folder} is missing", f"Make it: mkdir -m 700 {folder}"
            )
        elif folder.stat().st_mode & 0o077:
            yield Finding(
                "folders", False, f"{folder} is open to others", f"Close it: chmod 700 {folder}"
            )
    yield Finding("folders", True, f"looked at {home.path}")


def _keys(home: Home) -> Iterator[Finding]:
    try:
        keys = open_keys(home)
    except DatapakhuisError as error:
        yield Finding("key set", False, error.message, error.remedy)
    else:
        yield Finding("key set", True, f"{home.keyset_path} ({keys.check_value})")


def _contracts(_: Home) -> Iterator[Finding]:
    try:
        contracts = load_contracts()
    except DatapakhuisError as error:
        yield Finding("contracts", False, error.message, error.remedy)
    else:
        names = ", ".join(f"{c.name} {c.version}" for c in contracts.values())
        yield Finding("contracts", True, names)


def _ledger(home: Home) -> Iterator[Finding]:
    if home.ledger.exists():
        with sqlite3.connect(f"file:{home.ledger}?mode=ro", uri=True) as sql:
            sound = sql.execute("pragma integrity_check").fetchone()[0] == "ok"
        sql.close()
        if not sound:
            yield Finding("ledger", False, "it is damaged", "Restore it from a backup.")
            return
    ledger = Ledger(home.ledger)
    versions = ledger.versions()
    ledger.close()
    current = {(v.delivery, v.gemeente, v.month): v.order for v in versions if v.visible}
    for held in versions:
        newest = current.get((held.delivery, held.gemeente, held.month), 0)
        if held.state is not State.HELD or newest > held.order:
            continue
        yield Finding(
            "ledger",
            False,
            f"{held.delivery} {held.gemeente} {held.month:%Y-%m} is held",
            "See why with `datapakhuis status`; a corrected delivery takes its place.",
        )
    for lost in (v for v in versions if not (home.originals / f"{v.levering_id}.sealed").exists()):
        yield Finding(
            "originals",
            False,
            f"the sealed original of {lost.levering_id} is missing",
            "Restore it from a backup, or ask the supplier for it again.",
        )
    yield Finding("ledger", True, f"{len(versions)} versions")


def _published(home: Home) -> Iterator[Finding]:
    for finding in verify(home.publication):
        yield Finding("publication", False, finding.file, finding.problem)
    yield Finding("publication", True, "hashed every published file")


def _disk(home: Home) -> Iterator[Finding]:
    free = shutil.disk_usage(home.path).free
    enough = free >= LEAST_FREE_BYTES
    yield Finding(
        "disk", enough, f"{free / (1 << 30):.1f} GiB free", "Make room before the next delivery."
    )
