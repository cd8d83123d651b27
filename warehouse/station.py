"""A writer at work in a home: the lock, the ledger, the keys and the intake, held together.

Every step that writes works within ``at_work``. What belongs here: taking these up in the right
order, and cleaning up after a writer that died. What does not: what the step does.
"""

from __future__ import annotations

import os
import resource
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from warehouse.contracts import Contract
from warehouse.home import Home, HomeError
from warehouse.intake import Intake
from warehouse.keys import KeySet, check_location, load_keyset
from warehouse.ledger import Ledger
from warehouse.lock import PATIENCE, LockError, started_at, writer
from warehouse.scratch import spilling_into

#: So many seconds a step under Dagster waits for another writer before it lets go of its slot.
STEP_PATIENCE = 5.0


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

    ``run_id`` names the Dagster run this process works for, so that another can tell a run whose
    process died from one that is still alive. Such a step waits for the lock but shortly: it may
    hold a slot of the pool that the writer needs to get done, and is tried again without it.

    Raises:
        LockError: when another process went on writing for longer than it could wait.
    """
    keys = open_keys(home)
    ledger = Ledger(home.ledger)
    patience = STEP_PATIENCE if run_id else PATIENCE
    try:
        with (
            _at_work_for(ledger, run_id),
            writer(home.lock, patience=patience),
            spilling_into(home.work),
        ):
            yield Station(home, contracts, ledger, keys, Intake(home, ledger, keys, contracts))
    finally:
        ledger.close()


@contextmanager
def _at_work_for(ledger: Ledger, run_id: str | None) -> Iterator[None]:
    """Have it written down, from before the wait for the lock, which process works for a run."""
    pid = os.getpid()
    mine = run_id is not None and ledger.started(run_id, pid, started_at(pid) or 0.0)
    try:
        yield
    finally:
        if mine and run_id is not None:
            ledger.finished(run_id, pid)


def sweep_if_free(home: Home) -> None:
    """Sweep, unless a writer is at work: then it is not ours to do."""
    with suppress(LockError), writer(home.lock, patience=0):
        sweep(home)


def sweep(home: Home) -> None:
    """Remove what a writer that died left half done. Only for who holds the lock."""
    for left in home.work.iterdir():
        shutil.rmtree(left) if left.is_dir() else left.unlink()
    for folder in (home.originals, home.quarantine, home.exports):
        for part in folder.glob(".*.part"):
            part.unlink()
    shutil.rmtree(home.database.with_name(f"{home.database.name}.tmp"), ignore_errors=True)
