"""What a sensor makes of landing: which files rest, told by how they were the time before.

What belongs here: comparing two looks at files, and what is remembered between them. What does
not: names (``intake``), asking for runs (``sensors``), taking in (``intake``).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from warehouse.intake import content_hash


@dataclass(frozen=True)
class Seen:
    """A file at one look: bytes, last written, and last changed in any way, in nanoseconds.

    ``changed`` is new each time a file is put down, even when it is moved in with its old date. So
    it tells content that was delivered again from a file that still lies there.
    """

    size: int
    written: int
    changed: int
    sha256: str | None = None

    def is_as(self, other: Seen) -> bool:
        """Whether nothing happened to the file between two looks."""
        return replace(self, sha256=None) == replace(other, sha256=None)


@dataclass
class Look:
    """What one look found: every file by its number on the disk, those at rest, those that grow."""

    seen: dict[str, Seen] = field(default_factory=dict)
    resting: dict[Path, Seen] = field(default_factory=dict)
    growing: list[Path] = field(default_factory=list)


def look_again(files: Iterable[Path], before: Mapping[str, Seen]) -> Look:
    """Compare files with the look before; what rests is hashed, once. What is gone is left out."""
    found = Look()
    for path in files:
        with suppress(FileNotFoundError):
            _look_at(path, before, found)
    return found


def _look_at(path: Path, before: Mapping[str, Seen], found: Look) -> None:
    number, now = _seen(path)
    known = before.get(number)
    if known is None or not known.is_as(now):
        found.seen[number] = now
        found.growing.append(path)
        return
    if known.sha256 is None:
        known = replace(known, sha256=content_hash(path))
    if not known.is_as(_seen(path)[1]):
        found.growing.append(path)
        return
    found.seen[number] = found.resting[path] = known


def _seen(path: Path) -> tuple[str, Seen]:
    """A file's number on the disk, which a new file has not, and how it is now."""
    status = path.stat()
    now = Seen(status.st_size, status.st_mtime_ns, status.st_ctime_ns)
    return f"{status.st_dev}:{status.st_ino}", now


def arrival(files: Iterable[Seen], pending: Iterable[str] = ()) -> str:
    """What waits, as one word: the content of files, when each was put down, and versions.

    The same content put down again is another arrival; a file that lies still is the same one.
    """
    parts = sorted([f"{file.sha256} {file.changed}" for file in files] + [*pending])
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def remember(look: Look) -> str:
    """A look as text. No name stands in it: that of a misnamed file may hold a person's."""
    return json.dumps(
        {number: [s.size, s.written, s.changed, s.sha256] for number, s in look.seen.items()}
    )


def remembered(text: str | None) -> dict[str, Seen]:
    """The look that was remembered; empty the first time."""
    return {number: Seen(*values) for number, values in json.loads(text or "{}").items()}
