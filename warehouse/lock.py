"""One writer at a time: an operating-system lock that a dead process can never keep.

The command line takes it for a whole run, a step under the Dagster daemon for as long as it
writes. Within one process it may be taken again.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from warehouse.errors import DatapakhuisError

#: So many seconds a command waits for another writer.
PATIENCE = 600.0
#: The locks that this process holds, with their descriptors.
_held: dict[Path, int] = {}


class LockError(DatapakhuisError):
    """Another process writes to this home, and went on for longer than we could wait."""


@contextmanager
def writer(path: Path, *, patience: float = PATIENCE) -> Iterator[None]:
    """Hold the lock at ``path``; wait for another writer for ``patience`` seconds at most."""
    path = path.absolute()
    if path in _held:
        yield
        return
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _acquire(descriptor, path, patience)
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        _held[path] = descriptor
        try:
            yield
        finally:
            del _held[path]
    finally:
        os.close(descriptor)


@contextmanager
def lent(path: Path) -> Iterator[None]:
    """Let a process that is started meanwhile hold the lock too, until it ends.

    It gets the lock's file as its standard input, the one file that a child inherits unasked. For
    dbt, which writes to the working database: it outlives a writer that is killed, and until it is
    done the next writer must wait.
    """
    own = os.dup(0)
    try:
        os.dup2(_held[path.absolute()], 0)
        yield
    finally:
        os.dup2(own, 0)
        os.close(own)


def _acquire(descriptor: int, path: Path, patience: float) -> None:
    end = time.monotonic() + patience
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() >= end:
                raise LockError(
                    f"another process ({holder(path) or 'unknown'}) is writing to this datapakhuis",
                    "Wait until it is done, and try again.",
                ) from None
            time.sleep(0.2)


def busy(path: Path) -> bool:
    """Whether a process holds the lock at this moment."""
    if path.absolute() in _held:
        return True
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def holder(path: Path) -> int | None:
    """The process id that last took the lock, for a message."""
    try:
        return int(path.read_text() or "0") or None
    except (OSError, ValueError):
        return None


def started_at(pid: int) -> float | None:
    """When a process began, as the kernel counts it; nothing when there is no such process.

    A process id is used again after a while, a process id with its beginning is not.
    """
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    return float(status.rpartition(")")[2].split()[19])


def began_at(pid: int) -> float | None:
    """When a process began, in seconds since 1970; nothing when there is no such process."""
    ticks = started_at(pid)
    if ticks is None:
        return None
    lines = Path("/proc/stat").read_text().splitlines()
    boot = next(int(line.split()[1]) for line in lines if line.startswith("btime "))
    return boot + ticks / os.sysconf("SC_CLK_TCK")
