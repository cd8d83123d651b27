"""Alerts: one line to the log for each run that failed, without any value.

The log is that of the process (the journal of a service); what more to do with such a line, mail
or a message, is the business of whoever reads that log.
"""

from __future__ import annotations

import logging

import dagster as dg

from sensors.settings import Automation

LOG = logging.getLogger("datapakhuis")


def failure_sensor(automation: Automation) -> dg.SensorDefinition:
    """Tells which run of which job failed; the reason stands with the run, in Dagster."""

    @dg.run_failure_sensor(
        name="mislukte_runs",
        minimum_interval_seconds=automation.seconds,
        default_status=automation.sensor_status,
        description="Schrijft één regel in het log voor elke run die mislukte.",
    )
    def failed_runs(context: dg.RunFailureSensorContext) -> None:
        LOG.error(alert(context.dagster_run))

    return failed_runs


def alert(run: dg.DagsterRun) -> str:
    """The line about one run: names and identifiers of ours, and no text of the failure."""
    partition = run.tags.get("dagster/partition")
    what = f"{run.job_name} {partition}" if partition else run.job_name
    return f"datapakhuis: run {run.run_id} of {what} failed; its reason stands in Dagster"
