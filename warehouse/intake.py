"""The intake: a file in landing becomes a version in the ledger.

What belongs here: looking in landing, naming what lies there, sealing the original, sending it
through the gate, and writing down what came of it. What does not: reading formats, judging rows,
and deciding whether the delivery as a whole is accepted.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from importlib.metadata import version as package_version
from pathlib import Path

from warehouse import timeline
from warehouse.contracts import CONTRACTS, Contract
from warehouse.errors import UsageError
from warehouse.gate import Apart, GateResult, pass_through
from warehouse.home import Home, add_months, month_text, months_between, parse_month
from warehouse.keys import KeySet
from warehouse.ledger import (
    PENDING,
    Ledger,
    LedgerError,
    Quarantined,
    Release,
    State,
    Version,
    version_id,
)
from warehouse.readers import reader_for
from warehouse.readers.base import Refused
from warehouse.seal import SealedWriter, open_sealed

BLOCK = 1 << 20
#: A file that was written to within this many seconds is looked at twice.
QUIET_SECONDS = 10.0
SECOND_LOOK_SECONDS = 1.0
#: How a file of mended units is called that waits in landing for who may offer it again.
MENDED = ".hersteld.jsonl"
_NAME = re.compile(
    r"(?P<delivery>[a-z][a-z0-9_]*)_(?P<gemeente>GM[0-9]{4})_(?P<month>[0-9]{4}-[0-9]{2})"
    r"\.(?P<extension>hersteld\.jsonl|[a-z0-9]+)"
)
#: What a name is made of: a code of a gemeente or a month, a word, or a mark.
_PART = re.compile(
    r"(?P<code>GM[0-9]{4}(?![^\W_])|(?<![0-9-])(?:19|20)[0-9]{2}-?(?:0[1-9]|1[0-2])(?![^\W_]|-))"
    r"|(?P<word>[^\W_]+)|(?P<mark>.)",
    re.DOTALL,
)


@dataclass(frozen=True)
class Landed:
    """A file in landing that says what it is."""

    path: Path
    delivery: str
    gemeente: str
    month: date


@dataclass(frozen=True)
class Misnamed:
    """A file in landing that no contract can take in."""

    path: Path
    reason: str


@dataclass
class Landing:
    """What lies in landing: files to take in, to refuse, and those that are left where they are.

    Left are mended units, which wait for a person's decision, and files still being written.
    """

    ready: list[Landed] = field(default_factory=list)
    mended: list[Landed] = field(default_factory=list)
    misnamed: list[Misnamed] = field(default_factory=list)
    growing: list[Path] = field(default_factory=list)


def shown_name(path: Path) -> str:
    """A file's name as it may be shown: the parts of a right name.

    What else stands there may be a person's name or number, however it is written; it becomes #.
    """

    def shown(part: re.Match[str]) -> str:
        if part["mark"]:
            return part["mark"] if part["mark"] in "-_. ()" else "?"
        return part[0] if part["code"] or part[0].lower() in _words() else "#"

    return re.sub(r"#([-_. ]+#)+", "#", _PART.sub(shown, path.name))[:80]


@cache
def _words() -> frozenset[str]:
    """The words of right names: those of deliveries, and extensions."""
    names = [word for path in CONTRACTS.glob("*.yaml") for word in path.stem.split("_")]
    return frozenset(
        (*names, "csv", "gz", "json", "part", "txt", "xlsx", "xml", "zip", *MENDED.split("."))
    )


def look(home: Home, contracts: Mapping[str, Contract]) -> Landing:
    """Look in landing. A file that still grows is left alone until it rests."""
    first = {path: _shape(path) for path in files(home)}
    if any(time.time() - shape[1] < QUIET_SECONDS for shape in first.values()):
        time.sleep(SECOND_LOOK_SECONDS)
    landing = Landing()
    for path, shape in first.items():
        if not path.exists():
            continue
        if _shape(path) != shape:
            landing.growing.append(path)
            continue
        named = name_of(path, home, contracts)
        if isinstance(named, Landed):
            (landing.mended if is_mended_name(path.name) else landing.ready).append(named)
        else:
            landing.misnamed.append(named)
    landing.ready.sort(key=lambda file: (file.month, file.delivery, file.gemeente, file.path.name))
    return landing


def mended_name(delivery: str, gemeente: str, month: date) -> str:
    """How a file of mended units of one partition is called in landing."""
    return f"{delivery}_{gemeente}_{month_text(month)}{MENDED}"


def is_mended_name(name: str) -> bool:
    """Whether a file's name says that it holds mended units."""
    match = _NAME.fullmatch(name)
    return match is not None and f".{match['extension']}" == MENDED


def mended_waiting(home: Home, contracts: Mapping[str, Contract]) -> list[Landed]:
    """The files of mended units in landing, by their names alone."""
    found = (name_of(path, home, contracts) for path in sorted(home.landing.glob(f"*{MENDED}")))
    return [file for file in found if isinstance(file, Landed)]


def files(home: Home) -> list[Path]:
    """The files in landing, at rest or not."""
    return [path for path in sorted(home.landing.iterdir()) if _is_file(path)]


def _is_file(path: Path) -> bool:
    return path.is_file() and not path.is_symlink() and not path.name.startswith(".")


def _shape(path: Path) -> tuple[int, float]:
    status = path.stat()
    return status.st_size, status.st_mtime


def name_of(path: Path, home: Home, contracts: Mapping[str, Contract]) -> Landed | Misnamed:
    """What a file says it is, by its name."""
    match = _NAME.fullmatch(path.name)
    if match is None:
        return Misnamed(path, "bestandsnaam_onbekend")
    contract = contracts.get(match["delivery"])
    if contract is None:
        return Misnamed(path, "levering_onbekend")
    if match["extension"] not in contract.extensions and not is_mended_name(path.name):
        return Misnamed(path, "extensie_onbekend")
    if match["gemeente"] not in home.gemeenten:
        return Misnamed(path, "gemeente_onbekend")
    try:
        month = parse_month(match["month"])
    except UsageError:
        return Misnamed(path, "maand_ongeldig")
    if not home.first_month <= month <= home.last_month():
        return Misnamed(path, "maand_ongeldig")
    return Landed(path, contract.name, match["gemeente"], month)


class Intake:
    """Takes files in, for one home with one key set."""

    def __init__(
        self, home: Home, ledger: Ledger, keys: KeySet, contracts: Mapping[str, Contract]
    ) -> None:
        self.home = home
        self.ledger = ledger
        self.keys = keys
        self.contracts = contracts

    def refuse(self, file: Misnamed) -> Version:
        """Seal a file that cannot be named, so that landing keeps nothing, and say why."""
        return self._receive(file.path, None, None, None, refused=(file.reason, "file name"))

    def receive(self, file: Landed) -> Version:
        """Seal a file and enter it in the ledger.

        The same content again changes nothing while it, or what was mended of it, is visible or on
        its way. Was it held, then it is judged again; was it refused, then it is tried again; and
        did another version take its place, then it is a version of its own, the newest.
        """
        return self._receive(file.path, file.delivery, file.gemeente, file.month)

    def _receive(
        self,
        path: Path,
        delivery: str | None,
        gemeente: str | None,
        month: date | None,
        *,
        refused: tuple[str, str] | None = None,
    ) -> Version:
        digest = content_hash(path)
        versions = self.ledger.of(delivery, gemeente, month)
        same = [version for version in versions if version.sha256 == digest]
        again = len(same)
        if same:
            known, newest = self._standing(same[-1]), same[-1] is versions[-1]
            if known.visible or known.state in PENDING or (newest and known.state is State.HELD):
                if known.visible:
                    self.ledger.repeated(known.levering_id)
                elif known.state is State.HELD:
                    self.ledger.reconsider(known.levering_id)
                path.unlink()
                return self.ledger.version(known.levering_id)
            if delivery is None or newest:  # refused, and tried again
                again -= 1
        name = version_id(digest, delivery, gemeente, month, again)
        plain_key, wrapped_key = self.keys.new_data_key()
        size, sealed = 0, hashlib.sha256()
        with path.open("rb") as source, SealedWriter(self.original(name), plain_key) as target:
            while block := source.read(BLOCK):
                sealed.update(block)
                size += target.write(block)
        if sealed.hexdigest() != digest:
            self.original(name).unlink()
            raise UsageError(
                f"{shown_name(path)} changed while it was read",
                "Wait until it is complete, and run again.",
            )
        contract = self.contracts.get(delivery or "")
        version = self.ledger.receive(
            levering_id=name,
            delivery=delivery,
            gemeente=gemeente,
            month=month,
            file=shown_name(path),
            sha256=digest,
            size=size,
            key_id=self.keys.check_value,
            code_version=package_version("datapakhuis"),
            contract_version=contract.version if contract else None,
            data_key=wrapped_key,
            refused=refused,
        )
        path.unlink()
        return version

    def _standing(self, version: Version) -> Version:
        """A version, or the one that is visible in its place since units of it were mended."""
        mended = [other for other in self.ledger.family(version) if other.visible]
        return mended[-1] if mended else version

    def original(self, levering_id: str) -> Path:
        """The sealed original of a version."""
        return self.home.originals / f"{levering_id}.sealed"

    def quarantine(self, levering_id: str) -> Path:
        """The sealed quarantine of a version."""
        return self.home.quarantine / f"{levering_id}.sealed"

    def raw(self, version: Version) -> Path:
        """The raw Parquet of a version."""
        return self.home.raw / (version.delivery or "") / version.levering_id

    def process(self, version: Version) -> Version:
        """Send a received version through the gate.

        Returns:
            The version, ``verwerkt`` or ``geweigerd``.
        """
        assert version.delivery and version.month and version.data_key  # noqa: S101, PT018
        contract = self.contracts[version.delivery]
        folder = self.home.work / version.levering_id
        shutil.rmtree(folder, ignore_errors=True)
        data_key = self.keys.unwrap(version.data_key)
        with open_sealed(self.original(version.levering_id), data_key) as source:
            try:
                result = pass_through(
                    contract,
                    source,
                    self.keys,
                    version.levering_id,
                    folder,
                    gemeente=version.gemeente or "",
                )
                self._seal_apart(contract, version, data_key, result)
            except Refused as refused:
                shutil.rmtree(folder, ignore_errors=True)
                self.ledger.refuse(version.levering_id, refused.code, refused.place)
                return self.ledger.version(version.levering_id)
        months = timeline.described(contract, folder, version.month)
        target = self.raw(version)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(target, ignore_errors=True)
        folder.rename(target)
        self.ledger.processed(version.levering_id, result.counts, _grouped(result.apart), months)
        return self.ledger.version(version.levering_id)

    def _seal_apart(
        self, contract: Contract, version: Version, data_key: bytes, result: GateResult
    ) -> None:
        """Seal the units that were set apart, each with its own bytes, for who may mend them."""
        if not result.apart:
            return
        why = {apart.place.unit: apart for apart in result.apart}
        path = self.quarantine(version.levering_id)
        with (
            open_sealed(self.original(version.levering_id), data_key) as source,
            SealedWriter(path, data_key) as target,
        ):
            reader = reader_for(contract)
            for place, text in reader.extract(source, [a.place for a in result.apart]):
                apart = why[place.unit]
                record = {
                    "bericht": place.message,
                    "eenheid": place.unit,
                    "regel": place.line,
                    "reden": apart.reason,
                    "veld": apart.field,
                    "inhoud": text.decode("utf-8", "surrogateescape"),
                }
                target.write(json.dumps(record, sort_keys=True).encode() + b"\n")

    def release(self, levering_id: str, release: Release) -> Version:
        """Let a held version through, because a person says why.

        Raises:
            LedgerError: when it is not held, or a newer version took its place.
        """
        version = self.ledger.version(levering_id)
        if version.state is not State.HELD:
            raise LedgerError(
                f"{levering_id} is {version.state}, not held", "See `datapakhuis status`."
            )
        assert version.delivery and version.gemeente and version.month  # noqa: S101, PT018
        current: Version | None = self._standing(version)
        if self.contracts[version.delivery].mode == "stand":
            current = self.ledger.current(version.delivery, version.gemeente, version.month)
        if current and current.order > version.order:
            raise LedgerError(
                f"a newer version, {current.levering_id}, took the place of {levering_id}",
                "If the older one is right after all, deliver it again.",
            )
        return self.accept(version, release)

    def accept(self, version: Version, release: Release | None = None) -> Version:
        """Make a version visible and open the months whose rows it changes."""
        assert version.delivery and version.month  # noqa: S101, PT018
        contract = self.contracts[version.delivery]
        visible = [
            other
            for other in self.ledger.visible(version.delivery)
            if other.gemeente == version.gemeente and other.month
        ]
        others = [other for other in visible if other.rank != version.rank]
        bases = [other for other in visible if other.rank == version.rank]
        if contract.carries_forward:
            opens = self._opened_by_carrying_forward(contract, version, visible)
        elif bases:
            near = [self._known(other) for other in self._near(contract, version, others)]
            base = self._known(bases[-1])
            opens = timeline.mended(contract, self._known(version), base, near)
        else:
            opens = self._opened(contract, version, others)
        earlier = [other for other in others if other.month and other.month < version.month]
        previous = max(earlier, key=lambda other: (other.month, other.order), default=None)
        late = None
        if previous:
            late = timeline.late_facts(contract, self._known(version), self._known(previous))
        self.ledger.accept(
            version.levering_id,
            replaces=contract.mode == "stand",
            opens=opens,
            late=late,
            release=release,
        )
        return self.ledger.version(version.levering_id)

    def _opened(
        self, contract: Contract, version: Version, others: Sequence[Version]
    ) -> list[date]:
        near = [self._known(other) for other in self._near(contract, version, others)]
        return timeline.changed(contract, self._known(version), near)

    def _near(
        self, contract: Contract, version: Version, others: Sequence[Version]
    ) -> Sequence[Version]:
        """Those that may say something else about the months that a version speaks of."""
        if contract.mode == "sleutel":
            # What describes none of its months cannot differ: a month costs the same after years.
            touching = self.ledger.describing(self.ledger.described_months(version.levering_id))
            return [other for other in others if other.levering_id in touching]
        if contract.mode == "stand":
            assert version.month  # noqa: S101
            reach = contract.lookback_months if contract.reopens else 0
            around = months_around(version.month, reach)
            return [other for other in others if other.month in around]
        return others

    def _opened_by_carrying_forward(
        self, contract: Contract, version: Version, others: Sequence[Version]
    ) -> list[date]:
        """The months for which this version is looked up from now on, and says something else."""
        assert version.gemeente and version.month  # noqa: S101, PT018
        months = set(self.ledger.months_of(version.gemeente))
        if not contract.reference:
            months.add(version.month)
        same: dict[str, bool] = {}

        def told_before(month: date) -> bool:
            looked_up = version.month if contract.every_month else month
            assert looked_up  # noqa: S101
            held = timeline.holding(others, looked_up, timeline.validity(contract))
            if held is None:
                return False
            if held.levering_id not in same:
                same[held.levering_id] = timeline.identical(
                    contract, self._known(held), self._known(version)
                )
            return same[held.levering_id]

        opened = timeline.reopened(contract, version, others, months)
        return [month for month in opened if not told_before(month)]

    def _known(self, version: Version) -> timeline.Known:
        """A version as the timeline sees it: what was mended stands where the first one stood."""
        assert version.month  # noqa: S101
        folder = self.raw(version)
        return timeline.Known(version.rank, version.levering_id, version.month, folder)


def months_around(month: date, reach: int) -> frozenset[date]:
    """A month, and so many before and after it."""
    return frozenset(months_between(add_months(month, -reach), add_months(month, reach)))


def content_hash(path: Path) -> str:
    """The sha256 of a file, by which its content is known."""
    with path.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()


def _grouped(apart: Sequence[Apart]) -> list[Quarantined]:
    return [
        Quarantined(a.place.message, a.place.unit, a.place.line, a.reason, a.field) for a in apart
    ]
