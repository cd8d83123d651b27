"""How Dagster's events are written: into SQLite files that stay open while there is work."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from dagster._core.storage.event_log.sqlite import sqlite_event_log
from dagster._core.storage.runs.sqlite import sqlite_run_storage
from sqlalchemy import event
from sqlalchemy.engine import Engine, create_engine

_MODULES: tuple[Any, ...] = (sqlite_event_log, sqlite_run_storage)


@contextmanager
def patient_storage() -> Iterator[None]:
    """Let Dagster keep its SQLite files open, and not wait for the disk at each event.

    It opens them anew for every event, with an engine of SQLAlchemy that knows no statement that
    was compiled before, and as the only one closes them: then all is written to disk each time. So
    a run of hundreds of events was busy with little else. What a power cut can take now are
    events; what was delivered and what became of it stands in the ledger.

    Within one it may be asked for again.
    """
    if any(module.create_engine is not create_engine for module in _MODULES):
        yield
        return
    engines: dict[str, Engine] = {}

    def kept(url: str, *, poolclass: object, **options: Any) -> Engine:
        del poolclass  # which is that nothing is kept
        if url not in engines:
            engines[url] = create_engine(url, **options)
            event.listen(engines[url], "connect", _connected)
            # It disposes of an engine after each use.
            vars(engines[url])["dispose"] = lambda: None
        return engines[url]

    for module in _MODULES:
        module.create_engine = kept
    try:
        yield
    finally:
        for module in _MODULES:
            module.create_engine = create_engine
        for engine in engines.values():
            Engine.dispose(engine)


def _connected(connection: sqlite3.Connection, _: object) -> None:
    connection.execute("pragma synchronous = normal")
