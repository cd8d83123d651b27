"""The sensor that has the open months built, when nothing else is under way."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

import dagster as dg

from assets.jobs import BUILD_JOB, CALENDAR_JOB, worth_making
from sensors.asking import OVER, ask, result
from sensors.settings import Automation
from warehouse.contracts import Contract
from warehouse.home import Home
from warehouse.ledger import Ledger
from warehouse.lock import busy

HELD = "built, and held by its checks; the next opening is built again"


def open_months_sensor(
    home: Home, contracts: Mapping[str, Contract], manifest: Path, automation: Automation
) -> dg.SensorDefinition:
    """Asks for job ``bouwen`` once per opening.

    One dbt call costs seconds whatever it builds, so deliveries that come together are built
    together: it waits until none is queued or busy.
    """

    @dg.sensor(
        name="open_maanden",
        job_name=BUILD_JOB,
        minimum_interval_seconds=automation.seconds,
        default_status=automation.sensor_status,
        description="Vraagt om de bouw van de open maanden zodra er niets meer wordt ingenomen.",
    )
    def open_months(context: dg.SensorEvaluationContext) -> dg.SensorResult:
        with closing(Ledger(home.ledger)) as ledger:
            months, opening = ledger.open_months(), ledger.last_opening()
            if not months:
                return result([], nothing="no month is open")
            if busy(home.lock) or _under_way(context.instance):
                return result([], nothing=f"{len(months)} months wait for what is under way")
            made = worth_making(contracts, manifest, ledger.delivered())
        what = f"{BUILD_JOB} {opening}"
        return result([ask(context.instance, what, once_done=HELD, asset_selection=made)])

    return open_months


def _under_way(instance: dg.DagsterInstance) -> bool:
    """Whether a run of anything but the calendar is queued or busy."""
    statuses = [status for status in dg.DagsterRunStatus if status not in OVER]
    runs = instance.get_runs(dg.RunsFilter(statuses=statuses))
    return any(run.job_name != CALENDAR_JOB for run in runs)
