"""Under a real daemon: what lands becomes a dataset by itself, beside someone at the command line.

One story in one home, with the sensors on. A first month lands, and with it a second with five
persons more, which is held. It is released as the UI does it, while in another process
`datapakhuis run` takes in the third: whichever of the two it is compared with, it differs by no
more than the three persons that pass.
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any
from unittest import mock

import dagster as dg
import pytest

from tests.conftest import MakeHome
from tests.support import bsn, drop, gbav, person, versions
from warehouse.home import Home
from warehouse.ledger import Ledger, State
from warehouse.publication import current_manifest

pytestmark = pytest.mark.slow

#: A step of the story takes 30 seconds on a quiet machine.
PATIENCE = 180.0
JANUARY, FEBRUARY, MARCH = (date(2022, month, 1) for month in range(1, 4))
BIN = Path(sys.executable).parent
LAUNCH = """
mutation ($selector: JobOrPipelineSelector!, $config: RunConfigData!, $tags: [ExecutionTag!]!) {
  launchRun(executionParams: {
    selector: $selector, runConfigData: $config, executionMetadata: {tags: $tags}
  }) { __typename ... on LaunchRunSuccess { run { runId } } }
}
"""


def month(persons: int) -> bytes:
    return gbav(*(person(bsn(number)) for number in range(persons)))


@dataclass
class Daemon:
    """A code server and a daemon over one home."""

    home: Home
    folder: Path
    processes: "list[subprocess.Popen[str]]" = field(default_factory=list)

    @property
    def workspace(self) -> Path:
        return self.folder / "workspace.yaml"

    @property
    def log(self) -> str:
        return (self.folder / "log").read_text(encoding="utf-8", errors="replace")

    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "DATAPAKHUIS_HOME": str(self.home.path),
            "DAGSTER_HOME": str(self.home.dagster),
            "DATAPAKHUIS_AUTOMATION": "on",
            "DATAPAKHUIS_SENSOR_SECONDS": "2",
        }

    def start(self, *command: object) -> "subprocess.Popen[str]":
        with (self.folder / "log").open("a", encoding="utf-8") as log:
            process = subprocess.Popen(
                [str(part) for part in command],
                cwd=self.folder,
                env=self.environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                text=True,
                start_new_session=True,
            )
        self.processes.append(process)
        return process

    def begin(self) -> None:
        socket = self.folder / "code.sock"
        server = {"grpc_server": {"socket": str(socket), "location_name": "datapakhuis"}}
        self.workspace.write_text(json.dumps({"load_from": [server]}), encoding="utf-8")
        module = ("-m", "warehouse.definitions", "-a", "defs")
        self.start(BIN / "dagster", "api", "grpc", "-s", socket, *module)
        self.until("the code server listens", socket.exists)
        self.start(BIN / "dagster-daemon", "run", "-w", self.workspace)

    def until(self, what: str, done: Callable[[], bool]) -> None:
        end = time.monotonic() + PATIENCE
        while not done():
            assert time.monotonic() < end, f"not in time: {what}\n{self.log[-6000:]}"
            assert all(p.poll() in (None, 0) for p in self.processes), self.log[-6000:]
            time.sleep(0.3)

    def launch(self, variables: dict[str, object]) -> None:
        """Ask for a run as the UI does."""
        out = self.folder / "answer.json"
        asked = self.start(
            *(BIN / "dagster-graphql", "-w", self.workspace, "-o", out),
            *("-t", LAUNCH, "-v", json.dumps(variables)),
        )
        assert asked.wait(PATIENCE) == 0, self.log[-6000:]
        answer: dict[str, Any] = json.loads(out.read_text(encoding="utf-8"))
        assert answer["data"]["launchRun"]["__typename"] == "LaunchRunSuccess", answer

    def end(self) -> None:
        for sign in (signal.SIGTERM, signal.SIGKILL):
            for process in reversed(self.processes):
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, sign)
            for process in self.processes:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(10)


def states(home: Home) -> dict[date | None, State]:
    return {version.month: version.state for version in versions(home)}


def published(home: Home) -> dict[date, int]:
    """How many persons are published, by month."""
    manifest = current_manifest(home.publication)
    if manifest is None:
        return {}
    return {month: file.rows for month, file in manifest.datasets["personen"].months.items()}


def runs(home: Home) -> list[dg.DagsterRun]:
    with dg.DagsterInstance.from_config(str(home.dagster)) as instance:
        return list(instance.get_runs())


@dataclass(frozen=True)
class Told:
    """What there was when the second month was held, and when the story was over."""

    home: Home
    held: dict[date | None, State]
    published_then: dict[date, int]
    command: int
    log: str


@pytest.fixture(scope="module")
def told(new_home: MakeHome) -> Iterator[Told]:
    home = new_home(["GM0518"], "2022-01")
    with (home.dagster / "dagster.yaml").open("a", encoding="utf-8") as settings:
        settings.write("\nrun_queue:\n  dequeue_interval_seconds: 1\n")
    with tempfile.TemporaryDirectory() as folder, mock.patch.dict(os.environ):
        daemon = Daemon(home, Path(folder))
        try:
            yield _tell(daemon)
        finally:
            daemon.end()


def _tell(daemon: Daemon) -> Told:
    home = daemon.home
    drop(home, "brp_personen_GM0518_2022-01.csv", month(8))
    drop(home, "brp_personen_GM0518_2022-02.csv", month(13))
    daemon.begin()
    daemon.until("the second month is judged", lambda: states(home).get(FEBRUARY) is State.HELD)
    daemon.until("the first month is published", lambda: bool(published(home)))
    held, published_then = states(home), published(home)

    drop(home, "brp_personen_GM0518_2022-03.csv", month(10))
    command = daemon.start(BIN / "datapakhuis", "run")
    daemon.launch(release("GM0518", "2022-02", "Een dorp kwam erbij."))
    code = command.wait(PATIENCE)
    daemon.until(
        "all of it is published", lambda: set(published(home)) == {JANUARY, FEBRUARY, MARCH}
    )
    daemon.until("all runs are over", lambda: all(run.is_finished for run in runs(home)))
    return Told(home, held, published_then, code, daemon.log)


def release(gemeente: str, month: str, why: str) -> dict[str, object]:
    """What the UI sends when a person fills in why a held delivery may go on."""
    partition = {"": f"{gemeente}|{month}", "/gemeente": gemeente, "/levermaand": month}
    return {
        "selector": {
            "repositoryLocationName": "datapakhuis",
            "repositoryName": "__repository__",
            "jobName": "levering",
            "assetSelection": [{"path": ["leveringen", "brp_personen"]}],
        },
        "config": {"ops": {"leveringen__brp_personen": {"config": {"vrijgeven_omdat": why}}}},
        "tags": [
            {"key": f"dagster/partition{name}", "value": value} for name, value in partition.items()
        ],
    }


def test_what_lands_becomes_a_dataset_by_itself_and_what_is_held_waits(told: Told) -> None:
    assert told.held == {JANUARY: State.ACCEPTED, FEBRUARY: State.HELD}
    assert told.published_then == {JANUARY: 8}


def test_what_is_released_as_the_ui_does_it_becomes_a_dataset_by_itself(told: Told) -> None:
    assert states(told.home)[FEBRUARY] is State.RELEASED
    assert published(told.home) == {JANUARY: 8, FEBRUARY: 13, MARCH: 10}


def test_a_command_beside_the_daemon_ends_well_and_so_does_every_run(told: Told) -> None:
    assert told.command == 0, told.log[-6000:]
    assert {run.status for run in runs(told.home)} == {dg.DagsterRunStatus.SUCCESS}
    assert states(told.home)[MARCH] is State.ACCEPTED
    with contextlib.closing(Ledger(told.home.ledger)) as ledger:
        assert (ledger.open_months(), ledger.processes()) == ([], {})


def test_nobody_has_to_be_asked_twice(told: Told) -> None:
    """A file is asked for once, and an opening is built once."""
    asked = [
        run.tags["dagster/run_key"] for run in runs(told.home) if "dagster/run_key" in run.tags
    ]

    assert all(key.endswith(" 1") for key in asked)
    assert sum("2022-01" in key for key in asked) == sum("2022-02" in key for key in asked) == 1


def test_no_log_of_the_daemon_tells_a_value(told: Told) -> None:
    assert not [number for number in map(bsn, range(13)) if number in told.log]
