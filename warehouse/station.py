"""A writer at work in a home: the lock, the ledger, the keys and the intake, held together.

Every step that writes works within ``at_work``. What belongs here: taking these up in the right
order, and cleaning up after a writer that died. What does not: what the step does.
"""

from __future__ import annotations

import os
import resource
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from warehouse.contracts import Contract
from warehouse.home import Home, HomeError
from warehouse.intake import Intake
from warehouse.keys import KeySet, check_location, load_keyset
from warehouse.ledger import Ledger
from warehouse.lock import started_at, writer
from warehouse.scratch import spilling_into


@dataclass(frozen=True)
class Station:
    """What a step has at hand while it is the one writer."""

    home: Home
    contracts: Mapping[str, Contract]
    ledger: Ledger
    keys: KeySet
    intake: Intake


def open_keys(home: Home) -> KeySet:
    """The key set of this home.

    Raises:
        KeySetError: when it is missing, unsafe or damaged.
        HomeError: when it is the key set of another home.
    """
    # A core dump would hold keys and, later, identifiers.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    check_location(home.keyset_path, home.path)
    keys = load_keyset(home.keyset_path)
    if keys.check_value != home.key_check_value:
        raise HomeError(
            f"the key set at {home.keyset_path} is not the one of this home",
            "Point DATAPAKHUIS_KEYSET at the key set that `init` made for it.",
        )
    return keys


@contextmanager
def at_work(
    home: Home, contracts: Mapping[str, Contract], run_id: str | None = None
) -> Iterator[Station]:
    """Be the one writer of a home.

    ``run_id`` names the Dagster run this process works for, so that a later writer can tell a run
    whose process died from one that is still alive.
    """
    keys = open_keys(home)
    with writer(home.lock), spilling_into(home.work):
        ledger = Ledger(home.ledger)
        try:
            pid = os.getpid()
            mine = run_id is not None and ledger.started(run_id, pid, started_at(pid) or 0.0)
            yield Station(home, contracts, ledger, keys, Intake(home, ledger, keys, contracts))
            if mine and run_id is not None:
                ledger.finished(run_id, pid)
        finally:
            ledger.close()


def sweep(home: Home) -> None:
    """Remove what a writer that died left half done. Only for who holds the lock."""
    for left in home.work.iterdir():
        shutil.rmtree(left) if left.is_dir() else left.unlink()
    for folder in (home.originals, home.quarantine):
        for part in folder.glob(".*.part"):
            part.unlink()
    shutil.rmtree(home.database.with_name(f"{home.database.name}.tmp"), ignore_errors=True)
