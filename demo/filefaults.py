"""Errors of whole files: one that arrives late, one with a renamed column, one of the wrong kind.

What belongs here: which file arrives wrong or late, how it is spoilt, and the note of it. What does
not: errors of units (``injection``).

E05: in the third month a delivery does not come; it arrives with the files of the fourth.
E14: in the second month a CSV first comes with a renamed column, and is refused.
E15: in the third month a full state first comes as changes only, or changes as a full state; held.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from demo import gbav
from demo.injection import HELD, REFUSED, Injection
from demo.lives import Lives

#: The folder of what arrives first, before the right file of the same name.
FIRST = "eerst"
#: Deliveries that may be late, whose header may change, and that may be of the wrong kind: the
#: first of each that is delivered.
_LATE = ("bijstand_bus", "suwinet_inkomsten")
_RENAMED = ("rmc_trajecten", "minimaregelingen", "brp_personen")
_CHANGES = ("wmo_berichten", "jeugd_berichten")


class FileFaults:
    """What arrives wrong in a run; ask in the order of delivery."""

    def __init__(self, injection: Injection, deliveries: list[str]) -> None:
        self.injection = injection
        self.late = _first(_LATE, deliveries)
        self.renamed = _first(_RENAMED, deliveries)
        self.changes = _first(_CHANGES, deliveries)
        self._waiting: list[tuple[int, Path]] = []
        self._number = 0

    def arrive(self, path: Path, delivery: str, lives: Lives, number: int) -> Iterator[Path]:
        """The files that arrive now in place of one that was written."""
        self._number = number
        if number == 1 and delivery == self.renamed:
            yield self._rename(path, delivery, lives.month)
        if number == 2 and delivery == "brp_personen":
            yield self._changes_only(path, delivery, lives)
        if number == 2 and delivery == self.changes:
            yield self._everything(path, delivery, lives)
        if number == 2 and delivery == self.late:
            self._note("E05", delivery, lives.month, "bestand", HELD, "nog_niet_geleverd", 0)
            self._waiting.append((number + 1, path))
            return
        yield path

    def belated(self) -> Iterator[Path]:
        """What arrives at the end of a month and was due in the one before."""
        due = [path for month, path in self._waiting if month == self._number]
        self._waiting = [(m, path) for m, path in self._waiting if m != self._number]
        yield from due

    def _rename(self, path: Path, delivery: str, month: np.datetime64) -> Path:
        """The same file with its first named column under another name."""
        head, line_end, body = path.read_bytes().partition(b"\n")
        columns = head.rstrip(b"\r").split(b";")
        place = min(at for at, name in enumerate(columns) if name.strip(b"\xef\xbb\xbf"))
        columns[place] += b"_nieuw"
        wrong = _beside(path)
        ending = b"\r" if head.endswith(b"\r") else b""
        wrong.write_bytes(b";".join(columns) + ending + line_end + body)
        self._note("E14", delivery, month, "kopregel", REFUSED, "kolom_ontbreekt", 1)
        return wrong

    def _changes_only(self, path: Path, delivery: str, lives: Lives) -> Path:
        """The BRP with only those of whom something became known in the month."""
        wrong = _beside(path)
        gbav.write(wrong, lives, lives.month, Injection(lives.seed, 0.0), changed_only=True)
        self._note("E15", delivery, lives.month, "bestand", HELD, "geen_mutaties_maar_stand", 1)
        return wrong

    def _everything(self, path: Path, delivery: str, lives: Lives) -> Path:
        """All changes ever delivered, where those of a month are due."""
        wrong = _beside(path)
        writer = importlib.import_module(f"demo.{delivery}")
        lives.everything = True
        writer.write(wrong, lives, lives.month, Injection(lives.seed, 0.0))
        lives.everything = False
        self._note("E15", delivery, lives.month, "bestand", HELD, "geen_stand_maar_mutaties", 1)
        return wrong

    def _note(
        self,
        code: str,
        delivery: str,
        month: np.datetime64,
        element: str,
        outcome: str,
        reason: str,
        units: int,
    ) -> None:
        self.injection.note(
            code,
            delivery,
            month,
            element=element,
            outcome=outcome,
            units=units,
            reason=reason,
            of="file",
            version=0,
        )


def _first(names: tuple[str, ...], deliveries: list[str]) -> str | None:
    return next((name for name in names if name in deliveries), None)


def _beside(path: Path) -> Path:
    folder = path.parent / FIRST
    folder.mkdir(exist_ok=True)
    return folder / path.name
