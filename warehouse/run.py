"""`datapakhuis run`: take in what landed and build what it touches, through Dagster.

The second of the two doors through which the warehouse knows Dagster; it is imported when the
command is called. What a gemeente delivered in a month is one run, after one of the registers by
which the others are judged: Dagster shows each partition, and a run costs a second whatever is in
it. All open months are built and published in one.
"""

from __future__ import annotations

import gc
import os
import shutil
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from warehouse.contracts import REGISTER, Contract, load_contracts
from warehouse.home import Home, month_text
from warehouse.intake import Landing, look, shown_name
from warehouse.ledger import PENDING, Ledger, State, Version
from warehouse.lock import began_at, started_at, writer
from warehouse.reasons import reason
from warehouse.station import open_keys, sweep

DAGSTER_YAML = Path(__file__).resolve().parent.parent / "dagster.yaml"
#: Dagster keeps every event; on the screen stands only what we say ourselves.
QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
#: Statuses of a Dagster run of which no process is at work.
_AT_REST = ("QUEUED", "SUCCESS", "FAILURE", "CANCELED", "SUSPENDED")
Say = Callable[[str], None]
Partition = tuple[date, str, str]


@dataclass
class Summary:
    """What a run did."""

    versions: list[Version] = field(default_factory=list)
    repeats: list[Version] = field(default_factory=list)
    growing: list[str] = field(default_factory=list)
    mended: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    built: list[date] = field(default_factory=list)
    held_datasets: list[str] = field(default_factory=list)
    failed_checks: dict[str, list[str]] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Whether nothing failed and nothing was held or refused."""
        bad = (State.REFUSED, State.HELD)
        return not (
            self.failed
            or self.held_datasets
            or any(version.state in bad for version in self.versions)
        )


def write_dagster_home(home: Home) -> None:
    """Give the home the Dagster configuration of the project, unless it has one."""
    target = home.dagster / "dagster.yaml"
    if not target.exists():
        shutil.copyfile(DAGSTER_YAML, target)


def run(
    home: Home,
    *,
    first: date | None = None,
    last: date | None = None,
    delivery: str | None = None,
    say: Say = lambda _: None,
) -> Summary:
    """Take in what landed, of the months of delivery and the delivery asked for, and build.

    Raises:
        DatapakhuisError: when the home, its key set or its contracts cannot be used.
    """
    contracts = load_contracts()
    open_keys(home)
    summary = Summary()
    with writer(home.lock):
        sweep(home)
        ledger = Ledger(home.ledger)
        try:
            before = ledger.events()
            landing = look(home, contracts)
            summary.growing = [shown_name(path) for path in landing.growing]
            summary.mended = [file.path.name for file in landing.mended]
            wanted = _wanted(landing, ledger, first, last, delivery)
            if wanted or landing.misnamed or ledger.open_months():
                _work(home, contracts, ledger, landing, wanted, summary, say)
            summary.versions = ledger.touched(since=before)
            summary.repeats = ledger.repeats(since=before)
            summary.failed_checks = {
                version.levering_id: [
                    c.check for c in ledger.checks(version.levering_id) if c.holds
                ]
                for version in summary.versions
                if version.state is State.HELD
            }
        finally:
            ledger.close()
    return summary


def _wanted(
    landing: Landing,
    ledger: Ledger,
    first: date | None,
    last: date | None,
    delivery: str | None,
) -> list[Partition]:
    """The partitions in which something waits."""
    waiting = {(file.month, file.delivery, file.gemeente) for file in landing.ready}
    waiting |= {
        (version.month, version.delivery, version.gemeente)
        for version in ledger.pending()
        if version.month and version.delivery and version.gemeente
    }
    return sorted(
        (month, name, gemeente)
        for month, name, gemeente in waiting
        if (first is None or month >= first)
        and (last is None or month <= last)
        and delivery in (None, name)
    )


def _work(
    home: Home,
    contracts: Mapping[str, Contract],
    ledger: Ledger,
    landing: Landing,
    wanted: list[Partition],
    summary: Summary,
    say: Say,
) -> None:
    say("starting Dagster")
    with _dagster(home):
        import dagster as dg

        from assets.deliveries import asset_key, partition_key
        from assets.jobs import worth_making
        from assets.models import parse
        from assets.selection import kept_as_made
        from warehouse.definitions import BUILD_JOB, DELIVERY_JOB, LANDING_JOB, build_definitions

        manifest = parse(home)
        definitions = build_definitions(home, contracts, manifest=manifest)
        with dg.DagsterInstance.get() as instance:
            recover(instance, ledger)

            def execute(job: str, **options: Any) -> bool:
                run_id = str(uuid.uuid4())
                pid = os.getpid()
                ledger.started(run_id, pid, started_at(pid) or 0.0)
                result = definitions.resolve_job_def(job).execute_in_process(
                    instance=instance,
                    raise_on_error=False,
                    run_id=run_id,
                    run_config=QUIET,
                    **options,
                )
                ledger.finished(run_id)
                return result.success

            execute(LANDING_JOB)
            for (month, gemeente, _), names in _together(wanted, contracts):
                say(f"{', '.join(names)} {gemeente} {month_text(month)}")
                key = partition_key(gemeente, month)
                chosen = [asset_key(name) for name in names]
                if not execute(DELIVERY_JOB, partition_key=key, asset_selection=chosen):
                    summary.failed += [
                        f"{name} {gemeente} {month_text(month)}"
                        for name in names
                        if not _rests(ledger, name, gemeente, month)
                    ]
            months = ledger.open_months()
            if months:
                say(f"building {len(months)} months")
                kept = kept_as_made(home, manifest, contracts)
                made = worth_making(contracts, manifest, ledger.delivered(), kept)
                if not execute(BUILD_JOB, asset_selection=made):
                    summary.failed.append("building or publishing the datasets")
                left = ledger.open_months()
                summary.built = [month for month in months if month not in left]
                summary.held_datasets = _held_datasets(ledger, left)


def _together(
    wanted: list[Partition], contracts: Mapping[str, Contract]
) -> list[tuple[tuple[date, str, bool], list[str]]]:
    """What is taken in by one run: of a month and gemeente first the registers, then the others.

    The registers are those by which others are judged: who lives here, and the references.
    """
    groups: dict[tuple[date, str, bool], list[str]] = {}
    for month, name, gemeente in wanted:
        register = name == REGISTER or contracts[name].reference
        groups.setdefault((month, gemeente, not register), []).append(name)
    return sorted(groups.items())


def _rests(ledger: Ledger, name: str, gemeente: str, month: date) -> bool:
    """Whether the ledger knows what became of all that was delivered for a partition."""
    states = [version.state for version in ledger.of(name, gemeente, month)]
    return bool(states) and not any(state in PENDING for state in states)


def _held_datasets(ledger: Ledger, left: list[date]) -> list[str]:
    if not left:
        return []
    return [
        name
        for name in ledger.checked_datasets()
        if any(check.holds for check in ledger.checks(name))
    ]


@contextmanager
def _dagster(home: Home) -> Iterator[None]:
    """Dagster's surroundings: its home, no telemetry, and silence but for what we say ourselves.

    As dbt it has a large heap that lives as long as the run.
    """
    write_dagster_home(home)
    os.environ["DAGSTER_HOME"] = str(home.dagster)
    os.environ["DAGSTER_DISABLE_TELEMETRY"] = "1"
    os.environ["DATAPAKHUIS_HOME"] = str(home.path)
    from assets.dbt_process import SELDOM
    from assets.storage import patient_storage

    before = gc.get_threshold()
    gc.set_threshold(*SELDOM)
    try:
        with open(os.devnull, "w") as nowhere, redirect_stdout(nowhere), patient_storage():
            yield
    finally:
        gc.set_threshold(*before)


def recover(instance: object, ledger: Ledger) -> int:
    """Report runs whose process is gone as failed, and give back the slots of runs that ended.

    Without this a next run would wait for ever on the slot of a run that was killed, and one under
    the daemon for its turn. A run is gone when none of its processes is alive: those that the
    ledger knows, else those that Dagster noted. A run of which neither is known is left alone.

    Returns:
        How many runs were recovered.
    """
    import dagster as dg

    assert isinstance(instance, dg.DagsterInstance)  # noqa: S101
    processes = ledger.processes()
    under_way = [s for s in dg.DagsterRunStatus if s.value not in _AT_REST]
    dead = 0
    for run in instance.get_runs(dg.RunsFilter(statuses=under_way)):
        lives = [started_at(pid) == start for pid, start in processes.get(run.run_id, ())]
        if not any(lives or _noted(instance, run.run_id) or [True]):
            instance.report_run_failed(run, "The process of this run is gone.")
            dead += 1
    for run_id in {*processes, *instance.event_log_storage.get_concurrency_run_ids()}:
        record = instance.get_run_by_id(run_id)
        if record is None or record.is_finished:
            instance.event_log_storage.free_concurrency_slots_for_run(run_id)
            ledger.finished(run_id)
    return dead


def _noted(instance: object, run_id: str) -> list[bool]:
    """Of the processes that Dagster noted for a run, by number and moment, which are alive.

    A number is used again. A process that began well after the note is another one; an hour is left
    for a clock that was put right.
    """
    import dagster as dg

    assert isinstance(instance, dg.DagsterInstance)  # noqa: S101
    lives = []
    for entry in instance.all_logs(run_id, of_type=dg.DagsterEventType.ENGINE_EVENT):
        found = entry.get_dagster_event().engine_event_data.metadata.get("pid")
        if found is not None:
            began = began_at(int(str(found.value)))
            lives.append(began is not None and began <= entry.timestamp + 3600)
    return lives


def tell(summary: Summary, say: Say) -> None:
    """Say what a run did, a line per version, with the remedy of what went wrong."""
    for name in summary.growing:
        say(f"{name}: still being written; left alone until it rests")
    for name in summary.mended:
        say(
            f"{name}: mended rows, which wait for who may offer them again: datapakhuis quarantine"
            ' reoffer LEVERING_ID FILE --reason "…", or heraanbieden_omdat in Dagster'
        )
    for version in summary.repeats:
        say(
            f"{_what(version)}: delivered again as it was; nothing changes"
            f" (it is {version.levering_id}, {version.state})"
        )
    for version in summary.versions:
        what = _what(version)
        if version.state is State.REFUSED:
            why = reason(version.reason or "")
            place = f", {version.place}" if version.place else ""
            say(f"{version.file}: refused ({why.code}{place}): {why.text}. {why.remedy}")
        elif version.counts:
            c = version.counts
            say(
                f"{what}: {version.state}, {c.source} in the source ="
                f" {c.accepted} accepted + {c.quarantined} quarantined + {c.duplicate} duplicate"
            )
        if version.state is State.HELD:
            say(
                f"  held by {', '.join(summary.failed_checks[version.levering_id])}:"
                " nothing of it is used. See `datapakhuis status`; deliver it corrected, or if it"
                f' is right: datapakhuis delivery release {version.levering_id} --reason "…"'
            )
    for failure in summary.failed:
        say(f"failed: {failure}. See the run in Dagster (`make dev`), then run again.")
    for name in summary.held_datasets:
        say(f"held: dataset {name} failed its checks; see `datapakhuis status`")
    if summary.built:
        say(f"built and published {len(summary.built)} months")
    if not any(
        (
            summary.mended,
            summary.versions,
            summary.repeats,
            summary.failed,
            summary.built,
            summary.held_datasets,
        )
    ):
        say("nothing to do: nothing new has landed")


def _what(version: Version) -> str:
    """A version as it is called on the screen."""
    if version.delivery and version.month:
        return f"{version.delivery} {version.gemeente} {month_text(version.month)}"
    return version.file
