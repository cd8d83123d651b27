"""The errors of the profile E01 to E15, put into deliveries at a chosen rate, and kept account of.

What belongs here: which unit carries which error, and the manifest that says so. What does not: how
a format writes the error down; that is the business of the module that writes the format, which
picks units here and notes what it did.

A unit is whatever the contract counts. A writer gives the numbers of the units that could carry an
error, in the order of its file, and gets back those that do. No unit of a file carries two errors.
What is picked follows from the seed, the code, the delivery, the month and the number alone. A
manifest never holds a BSN: a unit is told by its number.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from demo.population import draw

if TYPE_CHECKING:
    from demo.lives import Lives

Numbers = NDArray[Any]

#: The profile of the domain book, 3.16.
CODES = {
    "E01": "BSN leeg, onbekend, ongeboren of fout",
    "E02": "adres zonder BAG-id dat geen of meer adressen vindt",
    "E03": "dubbele inschrijving",
    "E04": "correctie met terugwerkende kracht",
    "E05": "late levering",
    "E06": "vertrokken of overleden, voorziening loopt door",
    "E07": "briefadres",
    "E08": "onvolledige geboortedatum",
    "E09": "overlappende perioden",
    "E10": "verhuizing binnen de maand",
    "E11": "loon per vier weken",
    "E12": "buurtcode van een oude indeling",
    "E13": "bedrag met een verkeerd teken, of negatief loon",
    "E14": "schemawijziging",
    "E15": "volledige levering waar een mutatie hoort, en omgekeerd",
    # Beside the profile: one person, two identities.
    "I01": "andere geboortedatum bij hetzelfde BSN",
    "I02": "BSN gewijzigd, en een register met het vorige",
}
#: What should become of a unit, or of a whole file.
ACCEPTED, QUARANTINED, DUPLICATE, HELD, REFUSED = (
    "accepted",
    "quarantined",
    "duplicate",
    "held",
    "refused",
)
OUTCOMES = (ACCEPTED, QUARANTINED, DUPLICATE, HELD, REFUSED)

#: One unit in two thousand carries a given error.
RATE = 0.0005

#: So many candidates for each kind of error, or only one kind occurs.
_PER_KIND = 100

#: BSNs that a register may deliver by mistake, with the reason that the gate should give. They
#: are the same for every register. The last passes nine digits and fails the 11-test.
BSN_FAULTS = (
    ("", "bsn_ontbreekt"),
    ("999999999", "bsn_onbekend"),
    ("000000000", "bsn_ongeboren"),
    ("99900001", "bsn_lengte"),
    ("99900000X", "bsn_geen_cijfers"),
    ("999000001", "bsn_elfproef"),
)
#: Amounts in euro that cannot be read.
AMOUNT_FAULTS = ("1.234,56", "12,345", "1 250", "EUR 10", "--5")


@dataclass(frozen=True)
class Note:
    """One error, and what should follow.

    ``units`` is the number of counted units that end as ``outcome``; ``where`` are their numbers
    as the writer gave them (a line, a person or a case: ``of`` says which). ``reason`` is a code of
    ``warehouse.reasons``, or the flag with which a unit is accepted.
    """

    code: str
    delivery: str
    month: str
    element: str
    units: int
    outcome: str
    reason: str | None = None
    of: str = "line"
    where: tuple[int, ...] = ()
    version: int = 1


@dataclass
class Injection:
    """Chooses the units that carry errors, and keeps the manifest.

    With ``rate`` 0 nothing is injected. Otherwise each code that a writer asks for gets at least
    one unit of a file. ``file_faults`` are errors of whole files (E05, E14, E15), off unless asked.
    """

    seed: int
    rate: float = RATE
    codes: frozenset[str] = frozenset(CODES)
    file_faults: bool = False
    notes: list[Note] = field(default_factory=list)
    _taken: dict[tuple[str, str, int], set[int]] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        """Refuse what is no rate, and what is no code."""
        if not 0 <= self.rate <= 1:
            raise ValueError("the rate of errors is a share, from 0 to 1")
        unknown = set(self.codes) - set(CODES)
        if unknown:
            raise ValueError(f"the profile has no {', '.join(sorted(unknown))}")

    def pick(
        self,
        code: str,
        delivery: str,
        month: np.datetime64,
        candidates: Numbers | Sequence[int],
        at_least: int = 1,
        subject: str = "",
        version: int = 1,
    ) -> Numbers:
        """The candidates (numbers of units) that carry an error in this file, in their own order.

        At the rate, and ``at_least`` so many where there are candidates. A candidate that another
        error of this file took is passed by. Two kinds of one code in a file differ in ``subject``.
        """
        numbers = np.asarray(candidates, dtype=np.int64)
        if not self.rate or code not in self.codes or not len(numbers):
            return numbers[:0]
        taken = self._taken.setdefault((delivery, str(month), version), set())
        if taken:
            numbers = numbers[~np.isin(numbers, np.fromiter(taken, np.int64, len(taken)))]
        key = np.full(len(numbers), month.astype("datetime64[M]").astype(np.int64))
        chance = draw(self.seed, f"{code} {delivery} {subject}", numbers, key)
        chosen = chance < self.rate
        short = at_least - int(chosen.sum())
        if short > 0:
            rest = np.where(chosen, 2.0, chance)
            chosen[np.argsort(rest, kind="stable")[: min(short, len(numbers))]] = True
        picked = numbers[chosen]
        taken.update(int(number) for number in picked)
        return picked

    def note(
        self,
        code: str,
        delivery: str,
        month: np.datetime64,
        *,
        element: str,
        outcome: str,
        units: int,
        reason: str | None = None,
        of: str = "line",
        where: Iterable[int] = (),
        version: int = 1,
    ) -> None:
        """Write in the manifest what was done, and what should follow."""
        if code not in CODES or outcome not in OUTCOMES:
            raise ValueError(f"no error {code} with outcome {outcome}")
        places = tuple(int(place) for place in where)
        self.notes.append(
            Note(code, delivery, str(month), element, units, outcome, reason, of, places, version)
        )

    def bsns(
        self,
        delivery: str,
        month: np.datetime64,
        candidates: Numbers | Sequence[int],
        *,
        element: str,
        units: Numbers | None = None,
        of: str = "line",
        faults: Sequence[tuple[str, str]] = BSN_FAULTS,
        version: int = 1,
    ) -> dict[int, str]:
        """E01: per candidate that carries one, the BSN to write instead of its own; noted.

        ``units`` gives per candidate how many counted units go with its BSN (default one). Each
        kind of fault occurs at least once in a file of some size (``at_least``).
        """
        numbers = np.asarray(candidates, dtype=np.int64)
        least = at_least(len(numbers), len(faults))
        picked = self.pick("E01", delivery, month, numbers, at_least=least, version=version)
        weight = np.ones(len(numbers), dtype=np.int64) if units is None else np.asarray(units)
        count = dict(zip(numbers.tolist(), weight.tolist(), strict=True))
        given: dict[int, str] = {}
        turn = int(month.astype("datetime64[M]").astype(int))
        for place, number in enumerate(picked.tolist(), turn if least < len(faults) else 0):
            value, reason = faults[place % len(faults)]
            given[number] = value
            self.note(
                "E01",
                delivery,
                month,
                element=element,
                outcome=QUARANTINED,
                units=int(count[number]),
                reason=reason,
                of=of,
                where=[number],
                version=version,
            )
        return given

    def amounts(
        self,
        delivery: str,
        month: np.datetime64,
        candidates: Numbers | Sequence[int],
        *,
        element: str,
        of: str = "line",
        faults: Sequence[str] = AMOUNT_FAULTS,
        reason: str = "bedrag_ongeldig",
    ) -> dict[int, str]:
        """E13: per candidate that carries one, the unreadable amount to write; noted."""
        least = at_least(len(candidates), len(faults))
        picked = self.pick("E13", delivery, month, candidates, at_least=least)
        given: dict[int, str] = {}
        for place, number in enumerate(picked.tolist()):
            given[number] = faults[place % len(faults)]
            self.note(
                "E13",
                delivery,
                month,
                element=element,
                outcome=QUARANTINED,
                units=1,
                reason=reason,
                of=of,
                where=[number],
            )
        return given

    def persons(
        self,
        delivery: str,
        month: np.datetime64,
        lives: Lives,
        persons: Numbers,
        *,
        element: str = "bsn",
        apart: Iterable[int] = (),
    ) -> None:
        """Note what is true of the persons of a file and yet hard, once per code, as accepted.

        ``persons`` has one person per unit, ``apart`` the persons whose units are set apart for
        another reason. Who died or left while a provision goes on (E06), whose day of birth is
        incomplete (E08), who has another day of birth here than in the BRP (I01), and who has
        another BSN (I02, ``former`` where this register still uses the old one).
        """
        if not self.rate:
            return
        units = np.asarray(persons)[~np.isin(persons, np.fromiter(apart, np.int64))]
        records = lives.persons[units]
        changed = records["renumbered"] <= lives.last
        former = changed & (lives.bsns(delivery)[units] != lives.bsns("brp_personen")[units])
        conflict = lives.births(delivery)[units] != records["birth"]
        for code, found, reason in (
            ("E06", records["home"] < 0, "geen_inwoner"),
            ("E08", records["partial"] > 0, "geboortedatum_onvolledig"),
            ("I01", conflict, "identiteit_conflict"),
            ("I02", changed & ~former, "gewijzigd"),
            ("I02", former, "vorig_bsn"),
        ):
            if found.any() and code in self.codes:
                self.note(
                    code,
                    delivery,
                    month,
                    element=element,
                    outcome=ACCEPTED,
                    units=int(found.sum()),
                    reason=reason,
                    of="person",
                    where=np.unique(units[found]),
                )

    def quarantine(self, delivery: str, month: str, version: int = 1) -> Counter[str]:
        """Units per reason that should go to quarantine, in one file."""
        counts: Counter[str] = Counter()
        for note in self.notes:
            here = (note.delivery, note.month, note.version) == (delivery, month, version)
            if here and note.outcome == QUARANTINED and note.reason:
                counts[note.reason] += note.units
        return +counts

    def write(self, path: Path) -> None:
        """Write the manifest as JSON: the notes in the order of month, delivery and code."""
        rows = sorted(
            (asdict(note) for note in self.notes),
            key=lambda row: (row["month"], row["delivery"], row["code"], row["where"]),
        )
        text = json.dumps({"rate": self.rate, "errors": rows}, indent=1, ensure_ascii=False)
        path.write_text(text + "\n", encoding="utf-8")


def at_least(candidates: int, kinds: int) -> int:
    """How many of a file carry an error at the least: one, or one of each kind in a larger file.

    Else the errors of a small file would be so many that it is held.
    """
    return kinds if candidates >= _PER_KIND * kinds else 1


def read_manifest(path: Path) -> list[Note]:
    """The notes of a manifest."""
    rows = json.loads(path.read_text(encoding="utf-8"))["errors"]
    return [Note(**{**row, "where": tuple(row["where"])}) for row in rows]
