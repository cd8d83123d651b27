"""What stands in a home after a kill, seen without touching it, and whether it holds together.

What belongs here: the promises that hold at every moment. A version is wholly in the ledger or not
at all, a reader finds a whole publication, a delivery is in landing or sealed. What does not: how
the home came to be so.
"""

import hashlib
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import duckdb
import pyarrow.parquet as pq

from warehouse.client import Client
from warehouse.contracts import Contract, load_contracts
from warehouse.home import Home, month_text
from warehouse.keys import KeySet, load_keyset
from warehouse.ledger import Ledger, State, Version
from warehouse.publication import manifest_paths, read_manifest, verify
from warehouse.seal import open_sealed

Published = dict[str, dict[str, str]]


@dataclass(frozen=True)
class Seen:
    """A home at one moment.

    ``published`` gives the sha256 of each month of each dataset, ``states`` what became of each
    version, ``kept`` the sha256 of every delivery that is in landing or sealed, ``open_months``
    what a next run has to build, ``left_over`` what only a run at work may have, and ``broken``
    every promise that does not hold.
    """

    published: Published
    states: dict[str, tuple[object, ...]]
    kept: set[str]
    landing: tuple[str, ...]
    open_months: tuple[str, ...]
    left_over: tuple[str, ...]
    broken: tuple[str, ...]

    @property
    def outcome(self) -> tuple[object, ...]:
        """What must be the same however often it was interrupted."""
        return self.published, self.states, self.landing, self.open_months, self.left_over


def look_around(home: Home, keyset: Path) -> Seen:
    """Look at a home as it was left."""
    keys, contracts = load_keyset(keyset), _contracts()
    broken: list[str] = []
    states: dict[str, tuple[object, ...]] = {}
    landing = {path.name: _sha256(path) for path in sorted(home.landing.iterdir())}
    kept = set(landing.values())
    open_months: tuple[str, ...] = ()
    with _ledger(home) as ledger:
        if ledger is not None:
            open_months = tuple(map(month_text, ledger.open_months()))
            for version in ledger.versions():
                broken += _judge(home, keys, contracts, ledger, version, kept)
                states[version.levering_id] = (
                    str(version.state),
                    version.visible,
                    version.reason,
                    version.counts,
                    tuple(ledger.quarantined(version.levering_id)),
                    tuple(ledger.described_months(version.levering_id)),
                )
    return Seen(
        published=_published(home, broken),
        states=states,
        kept=kept,
        landing=tuple(landing),
        open_months=open_months,
        left_over=tuple(sorted(_left_over(home))),
        broken=tuple(broken),
    )


@cache
def _contracts() -> Mapping[str, Contract]:
    return load_contracts()


@contextmanager
def _ledger(home: Home) -> Iterator[Ledger | None]:
    """A copy: to open the true one would replay its log, and that is up to the next run."""
    if not home.ledger.exists():
        yield None
        return
    with tempfile.TemporaryDirectory(prefix="witness-") as folder:
        for path in home.path.glob(f"{home.ledger.name}*"):
            shutil.copyfile(path, Path(folder) / path.name)
        with closing(Ledger(Path(folder) / home.ledger.name)) as ledger:
            yield ledger


def _judge(
    home: Home,
    keys: KeySet,
    contracts: Mapping[str, Contract],
    ledger: Ledger,
    version: Version,
    kept: set[str],
) -> Iterator[str]:
    """What a version's state promises, and its files do not keep."""
    name = version.levering_id
    assert version.data_key
    data_key = keys.unwrap(version.data_key)
    with open_sealed(home.originals / f"{name}.sealed", data_key) as original:
        digest = hashlib.sha256(original.read()).hexdigest()
    if digest != version.sha256:
        yield f"{name}: the sealed original is not what was delivered"
    if version.supplements is None:
        # What was mended was not delivered: until it is taken in, it can be made again.
        kept.add(digest)
    if version.state in (State.RECEIVED, State.REFUSED):
        if version.counts or ledger.quarantined(name) or ledger.described_months(name):
            yield f"{name}: {version.state}, and yet it has counts, quarantine or months"
        return
    counts = version.counts
    contract = contracts[version.delivery or ""]
    if counts is None:
        yield f"{name}: {version.state} without counts"
        return
    apart = ledger.quarantined(name)
    if len(apart) != counts.quarantined:
        yield f"{name}: {counts.quarantined} units quarantined, {len(apart)} written down"
    if apart:
        with open_sealed(home.quarantine / f"{name}.sealed", data_key) as sealed:
            units = sealed.read().count(b"\n")
        if units != len({unit.unit for unit in apart}):
            yield f"{name}: {units} units sealed in quarantine, {len(apart)} written down"
    folder = home.raw / contract.name / name
    rows = {
        table.name: pq.read_metadata(folder / f"{table.name}.parquet").num_rows
        for table in contract.raw_tables
    }
    # An answer without a statement is a unit too, and has no row among the statements.
    if contract.counts == contract.head.name and rows[contract.counts] != counts.accepted:
        yield f"{name}: {counts.accepted} accepted, {rows[contract.counts]} rows"
    if counts.accepted and not ledger.described_months(name):
        yield f"{name}: it describes no month"


def _published(home: Home, broken: list[str]) -> Published:
    """What a reader finds: through the client, through the manifest, through the file of views."""
    paths = manifest_paths(home.publication)
    if not paths:
        return {}
    manifest = read_manifest(paths[-1])
    # A file that no manifest names yet is no harm: the next publication finds it.
    broken += [
        f"{f.file}: {f.problem}" for f in verify(home.publication) if "in no" not in f.problem
    ]
    client = Client(home.path)
    for name, entry in manifest.datasets.items():
        if client.get(name).num_rows != entry.rows:
            broken.append(f"a reader finds other rows of {name} than the manifest says")
    views = home.publication / "gesloten.duckdb"
    if views.exists():
        with closing(duckdb.connect(str(views), read_only=True)) as sql:
            ((stamp,),) = sql.execute("select manifest from publicatie.manifest").fetchall()
            of_views = read_manifest(home.publication / "gesloten" / "manifests" / stamp)
            for name, entry in of_views.datasets.items():
                ((rows,),) = sql.execute(f'select count(*) from "{name}"').fetchall()
                if rows != entry.rows:
                    broken.append(f"the view {name} has other rows than its manifest says")
    return {
        name: {month_text(month): item.sha256 for month, item in entry.months.items()}
        for name, entry in sorted(manifest.datasets.items())
    }


def _left_over(home: Home) -> Iterator[str]:
    for path in home.path.rglob("*"):
        name = path.relative_to(home.path).as_posix()
        if path.parent == home.work or path.suffix == ".part" or path.name.startswith(".tmp-"):
            yield name
    if home.database.with_name(f"{home.database.name}.tmp").exists():
        yield f"{home.database.name}.tmp"


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
