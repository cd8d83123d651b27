"""What the sensors ask for, tick by tick, without a daemon: runs are added to Dagster by hand."""

import contextlib
import dataclasses
import os
import subprocess
import sys
import threading
import uuid
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any
from unittest import mock

import dagster as dg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assets.calendar import calendar_checks
from assets.deliveries import partition_key
from assets.faults import faults
from assets.publications import built_months
from sensors.alerts import alert
from sensors.building import open_months_sensor
from sensors.landing import landing_sensors
from sensors.recovery import recovery_sensor
from sensors.settings import Automation, automation
from tests.support import ANNA, BRAM, bsn, drop, gbav, person
from warehouse.contracts import Contract
from warehouse.errors import UsageError
from warehouse.home import Home
from warehouse.intake import look
from warehouse.ledger import Ledger
from warehouse.lock import LockError, started_at, writer
from warehouse.run import recover
from warehouse.station import at_work
from warehouse.workspace import connect, mark_built, prepare

FILE = "brp_personen_GM0518_2022-01.csv"
KEY = partition_key("GM0518", date(2022, 1, 1))
Asked = list[dg.RunRequest]


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as made:
        yield made


@dataclasses.dataclass
class Watch:
    """A sensor and what it remembers."""

    sensor: dg.SensorDefinition
    instance: dg.DagsterInstance
    cursor: str | None = None
    reason: str | None = None

    def tick(self) -> Asked:
        context = dg.build_sensor_context(instance=self.instance, cursor=self.cursor)
        found = self.sensor(context)
        assert isinstance(found, dg.SensorResult)
        self.cursor = found.cursor or self.cursor
        self.reason = found.skip_reason.skip_message if found.skip_reason else None
        return list(found.run_requests or [])

    def add(self, request: dg.RunRequest, status: dg.DagsterRunStatus) -> None:
        """The run that was asked for, in a status."""
        add(self.instance, status, tags=request.tags)


def add(
    instance: dg.DagsterInstance, status: dg.DagsterRunStatus, job: str = "levering", **more: Any
) -> str:
    run_id = str(uuid.uuid4())
    run = dg.DagsterRun(job_name=job, run_id=run_id, status=status, **more)
    instance.run_storage.add_run(run)
    return run_id


@pytest.fixture
def watch(
    home: Home, contracts: Mapping[str, Contract], instance: dg.DagsterInstance, parsed: Path
) -> Callable[[str], Watch]:
    made = {s.name: s for s in landing_sensors(home, contracts, Automation())}
    manifest = parsed / "manifest.json"
    made["open_maanden"] = open_months_sensor(home, contracts, manifest, Automation())
    made["herstel"] = recovery_sensor(home, Automation())
    return lambda name: Watch(made[name], instance)


def persons(*numbers: str) -> bytes:
    return gbav(*map(person, numbers))


# --- landing -----------------------------------------------------------------------------------


def test_a_file_is_asked_for_at_the_second_look_and_then_no_more(home, watch):
    landing = watch("landing_brp_personen_gm0518")
    assert landing.tick() == []
    assert landing.reason == "nothing of this delivery has landed"
    drop(home, FILE, persons(ANNA))

    assert landing.tick() == []
    [request] = landing.tick()

    assert request.partition_key == KEY
    assert request.asset_selection == [dg.AssetKey(["leveringen", "brp_personen"])]
    landing.add(request, dg.DagsterRunStatus.NOT_STARTED)
    assert landing.tick() == []
    assert landing.reason is not None
    assert "under way" in landing.reason


def test_a_file_that_grows_is_left_alone_until_it_rests(home, watch):
    landing = watch("landing_brp_personen_gm0518")
    for numbers in ((ANNA,), (ANNA, BRAM), (ANNA, BRAM, bsn(20))):
        drop(home, FILE, persons(*numbers))
        assert landing.tick() == []
        assert "grows" in (landing.reason or "")

    assert len(landing.tick()) == 1


def test_each_sensor_sees_its_own_delivery_and_gemeente(home, watch):
    drop(home, FILE, persons(ANNA))
    drop(home, "brp_personen_GM0518_2022-02.csv", persons(ANNA))
    mine = watch("landing_brp_personen_gm0518")
    others = [
        watch(name)
        for name in (
            *("landing_brp_personen_gm0479", "landing_suwinet_inkomsten_gm0518"),
            "landing_onbekend",
        )
    ]

    assert [w.tick() + w.tick() for w in others] == [[], [], []]
    keys = [str(request.partition_key) for request in mine.tick() + mine.tick()]
    assert keys == ["GM0518|2022-01", "GM0518|2022-02"]


def test_a_big_file_is_hashed_once(home, watch):
    landing = watch("landing_brp_personen_gm0518")
    drop(home, FILE, persons(ANNA))
    with mock.patch("warehouse.landing.content_hash", return_value="0" * 64) as hashed:
        asked = [landing.tick() for _ in range(4)]

    assert hashed.call_count == 1
    assert len({request.run_key for requests in asked for request in requests}) == 1


def test_the_same_content_put_down_again_is_asked_for_again(home, watch):
    """Also with its old date: what a run did not take is not forgotten, nor taken for the same."""
    landing = watch("landing_brp_personen_gm0518")
    path = drop(home, FILE, persons(ANNA))
    before = path.stat().st_mtime_ns
    landing.tick()
    [first] = landing.tick()
    landing.add(first, dg.DagsterRunStatus.SUCCESS)
    path.unlink()
    landing.tick()
    os.utime(drop(home, FILE, persons(ANNA)), ns=(before, before))

    [second] = landing.tick() + landing.tick()

    assert second.run_key != first.run_key
    assert second.partition_key == first.partition_key


def test_what_was_not_taken_in_is_asked_for_three_times_and_again_when_it_is_touched(home, watch):
    landing = watch("landing_brp_personen_gm0518")
    path = drop(home, FILE, persons(ANNA))
    landing.tick()
    keys = []
    for _ in range(3):
        [request] = landing.tick()
        keys.append(request.run_key)
        landing.add(request, dg.DagsterRunStatus.FAILURE)

    assert len(set(keys)) == 3
    assert landing.tick() == []
    assert "runbook" in (landing.reason or "")
    path.touch()
    assert len(landing.tick() + landing.tick()) == 1


def test_a_version_whose_way_was_cut_short_is_asked_for_without_a_file(home, contracts, watch):
    landing = watch("landing_brp_personen_gm0518")
    drop(home, FILE, persons(ANNA))
    with at_work(home, contracts) as station:
        [file] = look(home, contracts).ready
        station.intake.receive(file)
        # Someone is at it.
        assert landing.tick() == []

    [request] = landing.tick()

    assert request.partition_key == KEY
    assert watch("landing_brp_personen_gm0479").tick() == []


def test_a_misnamed_file_is_asked_for_and_its_name_is_told_nowhere(home, watch):
    unknown = watch("landing_onbekend")
    drop(home, f"Jan_{ANNA}.csv", persons(ANNA))

    assert unknown.tick() == []
    [request] = unknown.tick()

    told = f"{unknown.cursor} {request.run_key} {request.tags} {unknown.reason}"
    assert ANNA not in told
    assert "Jan" not in told


@given(changes=st.lists(st.booleans(), max_size=6))
def test_a_file_is_never_asked_for_at_a_tick_at_which_it_changed(tmp_path_factory, changes):
    from warehouse.landing import look_again, remember, remembered

    path = tmp_path_factory.mktemp("landing") / FILE
    path.write_bytes(b"")
    cursor = remember(look_again([path], {}))
    for changed in changes:
        if changed:
            path.write_bytes(path.read_bytes() + b"x")
        seen = look_again([path], remembered(cursor))
        cursor = remember(seen)
        assert (seen.growing == [path], path in seen.resting) == (changed, not changed)


# --- what is open ------------------------------------------------------------------------------


@pytest.fixture
def building(home: Home, watch: Callable[[str], Watch]) -> Watch:
    with contextlib.closing(Ledger(home.ledger)) as ledger:
        ledger.open([date(2022, 1, 1)])
    return watch("open_maanden")


def test_nothing_is_built_when_no_month_is_open(home, watch):
    with contextlib.closing(Ledger(home.ledger)):
        pass
    sensor = watch("open_maanden")

    assert sensor.tick() == []
    assert sensor.reason == "no month is open"


def test_open_months_wait_for_deliveries_that_are_queued_or_busy(building):
    run_id = add(building.instance, dg.DagsterRunStatus.STARTED)

    assert building.tick() == []
    building.instance.delete_run(run_id)
    add(building.instance, dg.DagsterRunStatus.STARTED, job="kalender")
    assert len(building.tick()) == 1


def test_open_months_wait_for_a_command_that_writes(home, building):
    with writer(home.lock):
        assert building.tick() == []

    assert len(building.tick()) == 1


def test_a_build_that_was_held_is_not_repeated_until_something_is_opened(home, building):
    [first] = building.tick()
    building.add(first, dg.DagsterRunStatus.SUCCESS)

    assert building.tick() == []
    assert "held" in (building.reason or "")
    with contextlib.closing(Ledger(home.ledger)) as ledger:
        ledger.open([date(2022, 1, 1)])
    [second] = building.tick()
    assert second.run_key != first.run_key


def test_a_build_that_failed_is_tried_three_times_in_all(building):
    for _ in range(3):
        [request] = building.tick()
        building.add(request, dg.DagsterRunStatus.FAILURE)

    assert building.tick() == []


# --- recovery ----------------------------------------------------------------------------------


@pytest.fixture
def gone() -> int:
    """The number of a process that ended."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def noted(instance: dg.DagsterInstance, run_id: str, pid: int) -> None:
    """Have Dagster note, as it does at the start of a run, which process works for it."""
    from dagster._core.events import EngineEventData

    run = instance.get_run_by_id(run_id)
    instance.report_engine_event("Started", run, EngineEventData.in_process(pid))


def status(instance: dg.DagsterInstance, run_id: str) -> dg.DagsterRunStatus:
    run = instance.get_run_by_id(run_id)
    assert run is not None
    return run.status


def test_a_run_whose_process_the_ledger_knows_and_is_gone_is_reported(instance, home, gone):
    dead = add(instance, dg.DagsterRunStatus.STARTED)
    mine = add(instance, dg.DagsterRunStatus.STARTED)
    with contextlib.closing(Ledger(home.ledger)) as ledger:
        ledger.started(dead, gone, 1.0)
        ledger.started(mine, os.getpid(), started_at(os.getpid()) or 0.0)

        assert recover(instance, ledger) == 1

        assert list(ledger.processes()) == [mine]
    assert status(instance, dead) is dg.DagsterRunStatus.FAILURE
    assert status(instance, mine) is dg.DagsterRunStatus.STARTED


def test_a_run_between_two_steps_is_judged_by_the_process_that_dagster_noted(instance, home, gone):
    dead, alive = (add(instance, dg.DagsterRunStatus.STARTED) for _ in range(2))
    unknown = add(instance, dg.DagsterRunStatus.STARTING)
    noted(instance, dead, gone)
    noted(instance, alive, os.getpid())
    with contextlib.closing(Ledger(home.ledger)) as ledger:
        assert recover(instance, ledger) == 1

    assert status(instance, dead) is dg.DagsterRunStatus.FAILURE
    assert status(instance, alive) is dg.DagsterRunStatus.STARTED
    assert status(instance, unknown) is dg.DagsterRunStatus.STARTING


def test_the_sensor_sweeps_what_a_dead_writer_left_but_not_beside_a_living_one(home, watch):
    left = home.work / "left"
    left.mkdir()
    sensor = watch("herstel").sensor

    def tick() -> None:
        with dg.DagsterInstance.ephemeral() as instance:
            sensor(dg.build_sensor_context(instance=instance))

    other = subprocess.Popen(
        [sys.executable, "-c", HOLD.format(lock=str(home.lock))], stdout=subprocess.PIPE
    )
    assert other.stdout is not None
    try:
        assert other.stdout.readline() == b"held\n"
        tick()
        assert left.exists()
    finally:
        other.kill()
        other.communicate()
    tick()
    assert not left.exists()


HOLD = """
import time
from pathlib import Path
from warehouse.lock import writer
with writer(Path({lock!r})):
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_slot_of_a_run_that_ended_is_given_back_at_once(instance, home, tmp_path):
    with dg.instance_for_test(temp_dir=str(tmp_path)) as kept:
        storage = kept.event_log_storage
        storage.set_concurrency_slots("duckdb_writer", 1)
        ended = add(kept, dg.DagsterRunStatus.FAILURE)
        storage.claim_concurrency_slot("duckdb_writer", ended, "modellen")
        with contextlib.closing(Ledger(home.ledger)) as ledger:
            recover(kept, ledger)

        assert storage.get_concurrency_info("duckdb_writer").active_slot_count == 0


# --- settings and alerts -----------------------------------------------------------------------


def test_automation_is_off_unless_the_environment_says_on():
    assert automation({}) == Automation(on=False, seconds=30)
    assert automation({"DATAPAKHUIS_AUTOMATION": "on", "DATAPAKHUIS_SENSOR_SECONDS": "2"}) == (
        Automation(on=True, seconds=2)
    )


@pytest.mark.parametrize(
    "environment",
    [
        {"DATAPAKHUIS_AUTOMATION": "ja"},
        {"DATAPAKHUIS_SENSOR_SECONDS": "0"},
        {"DATAPAKHUIS_SENSOR_SECONDS": "soon"},
    ],
)
def test_a_setting_that_nobody_knows_is_refused(environment):
    with pytest.raises(UsageError):
        automation(environment)


def test_an_alert_names_the_run_and_nothing_of_why_it_failed():
    run = dg.DagsterRun(
        job_name="levering", run_id="r1", tags={"dagster/partition": "GM0518|2022-01"}
    )

    assert alert(run) == (
        "datapakhuis: run r1 of levering GM0518|2022-01 failed; its reason stands in Dagster"
    )


def test_the_folder_of_landing_may_hold_folders_and_links(home, watch, tmp_path):
    (home.landing / "map").mkdir()
    (tmp_path / FILE).write_bytes(persons(ANNA))
    Path(home.landing / FILE).symlink_to(tmp_path / FILE)

    for name in ("landing_brp_personen_gm0518", "landing_onbekend"):
        sensor = watch(name)
        assert sensor.tick() + sensor.tick() == []


# --- beside another writer ---------------------------------------------------------------------


def test_a_step_that_waits_for_another_writer_holds_no_slot_that_the_writer_may_need(
    tmp_path, monkeypatch
):
    """Otherwise the one would wait for the lock and the other for the slot, both for ever."""
    monkeypatch.setattr("assets.faults.SECONDS_BETWEEN_TURNS", 1)
    active: list[int] = []

    @dg.asset(pool="duckdb_writer")
    def step(context: dg.AssetExecutionContext) -> None:
        active.append(slots(context.instance))
        with faults(context):
            if context.retry_number == 0:
                raise LockError("another process is writing")

    with dg.instance_for_test(temp_dir=str(tmp_path)) as instance:
        instance.event_log_storage.set_concurrency_slots("duckdb_writer", 1)
        polled: list[int] = []
        over = threading.Event()

        def poll() -> None:
            while not over.wait(0.1):
                polled.append(slots(instance))

        watcher = threading.Thread(target=poll)
        watcher.start()
        try:
            result = dg.materialize([step], instance=instance, raise_on_error=False)
        finally:
            over.set()
            watcher.join()

    assert result.success
    assert active == [1, 1]
    assert 0 in polled[1:]


def slots(instance: dg.DagsterInstance) -> int:
    return instance.event_log_storage.get_concurrency_info("duckdb_writer").active_slot_count


def test_a_step_that_fails_is_no_longer_at_work_for_its_run(home, contracts):
    """Else a run that waits to try again would be taken for one whose process is gone."""

    def fail() -> None:
        with at_work(home, contracts, "a run") as station:
            assert list(station.ledger.processes()) == ["a run"]
            raise UsageError("anything")

    with pytest.raises(UsageError):
        fail()

    with contextlib.closing(Ledger(home.ledger)) as ledger:
        assert ledger.processes() == {}


def test_what_was_opened_after_the_build_is_not_published_and_stays_open(station):
    """Between the two steps of a build another process may take in a version."""
    january, february = date(2022, 1, 1), date(2022, 2, 1)
    station.ledger.open([january])
    prepare(station.home, station.ledger, station.contracts, {})
    with pytest.raises(dg.Failure, match="niet_gebouwd"):
        built_months(station)  # dbt did not get to its end
    with connect(station.home.database) as sql:
        mark_built(sql)
    assert list(built_months(station)) == [january]

    station.ledger.open([february])

    with pytest.raises(dg.Failure, match="niet_gebouwd"):
        built_months(station)
    assert station.ledger.open_months() == [january, february]
    station.ledger.close_months([january, february])
    assert built_months(station) == {}


# --- the calendar in Dagster -------------------------------------------------------------------


def calendar(home: Home, contracts: Mapping[str, Contract]) -> dict[str, Any]:
    """The outcome of the checks, as Dagster shows them."""
    checks = calendar_checks(home, contracts)
    specs = [dg.AssetSpec(["leveringen", name]) for name in contracts]
    job = dg.define_asset_job("kalender", dg.AssetSelection.checks(*checks))
    definitions = dg.Definitions(specs, asset_checks=checks, jobs=[job])
    with dg.DagsterInstance.ephemeral() as instance:
        result = definitions.resolve_job_def("kalender").execute_in_process(instance=instance)
    return {e.asset_key.path[-1]: e for e in result.get_asset_check_evaluations()}


def test_the_calendar_warns_with_a_table_of_what_is_missing(home, contracts, monkeypatch):
    monkeypatch.setattr("assets.calendar.today", lambda: date(2022, 3, 8))

    found = calendar(home, contracts)

    brp = found["brp_personen"]
    assert (brp.passed, brp.severity) == (False, dg.AssetCheckSeverity.WARN)
    assert brp.metadata["uitkomst"].value == "gezakt"
    assert [record.data for record in brp.metadata["ontbrekend"].records] == [
        {
            "gemeente": gemeente,
            "levermaand": "2022-01",
            "uiterlijk": "2022-02-08",
            "staat": "ontbreekt",
        }
        for gemeente in ("GM0518", "GM0479")
    ]
    bag = found["bag_adressen"]
    assert (bag.passed, bag.metadata["uitkomst"].value) == (True, "niet_van_toepassing")


def test_a_calendar_that_breaks_is_an_error_and_never_a_pass(home, contracts):
    home.ledger.write_bytes(b"no ledger at all")

    found = calendar(home, contracts)

    assert {(e.passed, e.severity) for e in found.values()} == {
        (False, dg.AssetCheckSeverity.ERROR)
    }
    assert {e.metadata["uitkomst"].value for e in found.values()} == {"fout"}
