"""Databases in memory: for a question over files, gone when it is answered.

What belongs here: where such a database spills what does not fit in memory. By itself DuckDB makes
a folder ``.tmp`` in the directory where the command was typed, and a writer that is killed leaves
tokens there. So a writer at work names a folder that the next one sweeps; whoever names none, as
in a test, does not spill at all.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

#: The folders of the writers at work in this process, the newest last.
_folders: list[Path] = []


@contextmanager
def spilling_into(folder: Path) -> Iterator[None]:
    """Let every scratch database spill below ``folder``, each in a place of its own."""
    _folders.append(folder)
    try:
        yield
    finally:
        _folders.remove(folder)


def scratch() -> duckdb.DuckDBPyConnection:
    """A database in memory; close it, or use it as a context manager."""
    spill = str(_folders[-1] / f"spill-{secrets.token_hex(4)}") if _folders else ""
    return duckdb.connect(config={"temp_directory": spill, "autoinstall_known_extensions": False})
