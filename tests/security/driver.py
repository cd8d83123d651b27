"""Runs of the same steps as `datapakhuis run`, without Dagster and dbt, to be killed by the dozen.

A run through Dagster takes 15 seconds, of which a kill at a random moment mostly meets imports.
Here a process that has imported everything forks a child per run; the child takes in what landed
with the code of the assets, builds the open months with the SQL that dbt compiled, as the strategy
`maanden` does, and publishes with the code of the publication. So a kill and what comes after it
take seven seconds.

Run as a script it is that process: it reads an order per line and answers with a line.
"""

import contextlib
import gc
import importlib
import json
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from warehouse.home import Home, load_home

#: A run of these few persons takes three seconds; one that takes so long hangs.
PATIENCE = 120.0


#: What the workload delivers; nothing else is built, as in a home that takes in no more.
DELIVERED = ("brp_personen", "suwinet_inkomsten")


@dataclass(frozen=True)
class Model:
    """A table that dbt would build, and the SQL it compiled for it."""

    table: str
    incremental: bool
    select: str


@dataclass(frozen=True)
class Ended:
    """How a run ended: its exit status (negative: the signal), how long it took, what it said."""

    status: int
    seconds: float
    moments: int
    said: str


class Driver:
    """The side of the tests: makes homes, and has runs done in them, wholly or not."""

    def __init__(self, root: Path, parsed: Path, keyset: Path) -> None:
        self.root = root
        self.keyset = keyset
        self._homes = 0
        self._template = root / "template" / "warehouse.duckdb"
        self._compile(parsed)
        (root / "cwd").mkdir()
        self._process = subprocess.Popen(
            [sys.executable, __file__, str(root / "target"), str(parsed / "manifest.json")],
            cwd=root / "cwd",
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "DATAPAKHUIS_KEYSET": str(keyset), "OPENBLAS_NUM_THREADS": "1"},
        )

    def __enter__(self) -> "Driver":
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.close()
        self._process.wait(30)
        self._process.stdout.close()

    def _compile(self, parsed: Path) -> None:
        """Let dbt make the tables of what is delivered, empty, and the SQL that fills them."""
        from assets.selection import idle_models
        from tests.building import NO_TESTS, move, run_dbt
        from warehouse.contracts import load_contracts

        self._template.parent.mkdir(parents=True)
        move(parsed, self.root / "target", self._template)
        idle = idle_models(parsed / "manifest.json", load_contracts(), DELIVERED)
        # Not the marts: to a kill they are tables as the datasets are, and take as long again.
        left = ("--exclude", "path:models/marts", "resource_type:seed", *idle)
        made = run_dbt(self._template, self.root / "target", parsed, "build", *NO_TESTS, *left)
        assert made.success, made.exception

    def home(self, like: Home | None = None) -> Home:
        """A new home, empty or a copy of another; the copy's files keep their times."""
        from datetime import date

        from warehouse.home import create_home
        from warehouse.keys import load_keyset

        self._homes += 1
        path = self.root / f"home{self._homes}"
        if like is not None:
            shutil.copytree(like.path, path)
            return load_home(path, {"DATAPAKHUIS_KEYSET": str(self.keyset)})
        value = load_keyset(self.keyset).check_value
        home = create_home(path, ["GM0479"], date(2020, 1, 1), value, self.keyset)
        shutil.copyfile(self._template, home.database)
        return home

    def remove(self, home: Home) -> None:
        """Throw a home away."""
        shutil.rmtree(home.path)

    def run(
        self, home: Home, *, after: float | None = None, moment: int = 0, full: int = 0
    ) -> Ended:
        """Do a run in a home.

        Args:
            home: where.
            after: kill it after so many seconds.
            moment: kill it at this moment: a count of steps at files and in the ledger.
            full: from this moment on the disk is full.
        """
        assert self._process.stdin
        assert self._process.stdout
        order = {"home": str(home.path), "moment": moment, "full": full}
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        pid = json.loads(self._process.stdout.readline())["pid"]
        if after is not None:
            time.sleep(after)
            # It may just have ended by itself; then there is nothing left to kill.
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        return Ended(**json.loads(self._process.stdout.readline()))


# --- the process ------------------------------------------------------------------------------


class Fuse:
    """Counts the steps of a run at files and in the ledger; at one of them it strikes."""

    def __init__(self, home: str, moment: int, full: int) -> None:
        self._home = home
        self._moment = moment
        self._full = full
        self.count = 0

    def step(self, *_: object) -> None:
        """One step."""
        self.count += 1
        if self.count == self._moment:
            os.kill(os.getpid(), signal.SIGKILL)
        if self.count == self._full:
            # No file can grow any more; without the signal a write fails as on a full disk.
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))

    def audit(self, event: str, arguments: tuple[Any, ...]) -> None:
        """A hook that Python calls before it opens, renames, removes or makes."""
        at_files = event == "open" or event.startswith(("os.", "shutil."))
        named = (a for a in arguments if isinstance(a, str | os.PathLike))
        if at_files and any(self._home in str(a) for a in named):
            self.step()


def _drive(target: Path, manifest: Path) -> None:
    """Fork a child per order."""
    from warehouse.catalogue import read_catalogue
    from warehouse.contracts import load_contracts
    from warehouse.reach import read_reach

    # What a child needs is imported once, here.
    for name in ("assets.publications", "expectations.datasets", "great_expectations"):
        importlib.import_module(name)
    _warm_up()
    contracts = load_contracts()
    made = _models(json.loads(manifest.read_text()), target / "compiled" / "datapakhuis")
    catalogue = {
        name: entry
        for name, entry in read_catalogue(manifest, contracts).items()
        if f"{entry.spec.schema}.{name}" in {model.table for model in made}
    }
    reaches = read_reach(manifest)
    # Otherwise the collector of each child would touch, and so copy, all of this process.
    gc.collect()
    gc.freeze()
    before = 0
    for line in sys.stdin:
        if before:
            # Only now: until there is another order a kill that comes late meets no one else.
            os.waitpid(before, 0)
        order = json.loads(line)
        read, write = os.pipe()
        began = time.monotonic()
        pid = os.fork()
        if pid == 0:
            os.close(read)
            fuse = Fuse(order["home"], order["moment"], order["full"])
            said, status = "", 0
            try:
                _run(Path(order["home"]), contracts, catalogue, reaches, made, fuse)
            except BaseException as error:
                said, status = f"{type(error).__name__}: {error}", 1
            os.write(write, json.dumps([fuse.count, said[:2000]]).encode())
            os._exit(status)
        os.close(write)
        print(json.dumps({"pid": pid}), flush=True)
        with open(read, "rb") as pipe:
            moments, said = json.loads(pipe.read() or b'[0, ""]')
        result = os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
        assert result
        seconds = time.monotonic() - began
        status = result.si_status if result.si_code == os.CLD_EXITED else -result.si_status
        before = pid
        print(
            json.dumps({"status": status, "seconds": seconds, "moments": moments, "said": said}),
            flush=True,
        )


def _warm_up() -> None:
    """Have Great Expectations load what it loads late: otherwise every child would."""
    import pandas as pd

    from expectations.bridge import Check, Suite, judge
    from warehouse.profile import COLUMNS

    check = Check("een", "Eén.", "Om op te warmen.", "maat", maximum=1)
    frame = pd.DataFrame([("maat", "", 1.0, 1.0, 1.0)], columns=list(COLUMNS))
    (outcome,) = judge(Suite("warm", "warm", (check,)), frame)
    assert outcome.uitkomst == "geslaagd", outcome


def _run(
    path: Path,
    contracts: Mapping[str, Any],
    catalogue: Mapping[str, Any],
    reaches: Mapping[str, Any],
    models: Sequence[Model],
    fuse: Fuse,
) -> None:
    """What `warehouse.run.run` does, in its order, and offering again what was mended."""
    from assets.deliveries import take_in
    from assets.publications import _judge, _publish
    from expectations.datasets import DATASET_SUITES
    from expectations.deliveries import DELIVERY_SUITES
    from warehouse.intake import look
    from warehouse.ledger import Ledger, Release
    from warehouse.lock import writer
    from warehouse.mending import reoffer, version_of
    from warehouse.run import _wanted
    from warehouse.station import at_work, sweep
    from warehouse.workspace import connect, prepare

    honest = Ledger.__init__

    def counted(self: Ledger, place: Path) -> None:
        honest(self, place)
        self._connection.set_trace_callback(fuse.step)

    Ledger.__init__ = counted  # type: ignore[method-assign]
    sys.addaudithook(fuse.audit)
    home = load_home(path)
    with writer(home.lock):
        sweep(home)
        with at_work(home, contracts) as station:
            landing = look(home, contracts)
            for file in landing.misnamed:
                station.intake.refuse(file)
            for mended in landing.mended:
                why = Release("els", "Hersteld")
                reoffer(station, version_of(station, mended), mended.path, why)
            for month, name, gemeente in _wanted(landing, station.ledger, None, None, None):
                take_in(station, contracts[name], DELIVERY_SUITES[name], gemeente, month)
            if not station.ledger.open_months():
                return
            prepare(home, station.ledger, contracts, reaches)
            with connect(home.database) as sql:
                # Without the hooks of dbt nothing tells what changed: it may be all that can.
                for table in ("te_bouwen", "gewijzigd"):
                    sql.execute(f"insert into grootboek.{table} from grootboek.kandidaten")
                for model in models:
                    _build(sql, model)
            opened = station.ledger.opened()
            passed = _judge(station, catalogue, DATASET_SUITES, opened, catalogue)
            _publish(station, catalogue, passed)
            if len(passed) == len(catalogue):
                station.ledger.close_months(opened)


def _models(manifest: Mapping[str, Any], compiled: Path) -> list[Model]:
    """The models that are tables and were compiled, each after those it reads from."""
    nodes = manifest["nodes"]
    done: dict[str, Model | None] = {}

    def visit(identity: str) -> None:
        if identity in done or not identity.startswith("model."):
            return
        for parent in manifest["parent_map"][identity]:
            visit(parent)
        node = nodes[identity]
        kind, select = node["config"]["materialized"], compiled / node["original_file_path"]
        done[identity] = None
        if kind != "view" and select.exists():
            done[identity] = Model(
                f"{node['schema']}.{node['name']}", kind == "incremental", select.read_text()
            )

    for identity in nodes:
        visit(identity)
    return [model for model in done.values() if model]


def _build(sql: duckdb.DuckDBPyConnection, model: Model) -> None:
    """Build one table as dbt does: whole, or its open months, in one transaction."""
    sql.execute("begin")
    if model.incremental:
        sql.execute(f"create temp table nieuw as {model.select}")
        name = model.table.partition(".")[2]
        sql.execute(
            f"delete from {model.table}"
            f" where maand in (select maand from grootboek.te_bouwen where model = '{name}')"
        )
        sql.execute(f"insert into {model.table} by name select * from nieuw")
        sql.execute("drop table nieuw")
    else:
        sql.execute(f"create or replace table {model.table} as {model.select}")
    sql.execute("commit")


def moments(seed: int, number: int, whole: Ended) -> list[dict[str, Any]]:
    """Random moments at which to kill a run: half by the clock, half by its steps.

    By the clock a kill meets what takes long, in the middle of a write too; by the steps it meets
    every boundary between two writes as often as any other.
    """
    chance = random.Random(seed)
    chosen: list[dict[str, Any]] = []
    for index in range(number):
        if index % 2:
            chosen.append({"moment": chance.randint(1, whole.moments)})
        else:
            chosen.append({"after": chance.uniform(0, whole.seconds)})
    return chosen


if __name__ == "__main__":
    _drive(Path(sys.argv[1]), Path(sys.argv[2]))
