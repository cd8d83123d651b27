"""Schedules, by the Dutch clock."""

from __future__ import annotations

import dagster as dg

from assets.jobs import CALENDAR_JOB, MONTH_JOB
from sensors.settings import Automation
from warehouse.run import QUIET

#: Due dates are days, so what is late changes at midnight; this is before office hours.
DAILY = "0 7 * * *"
#: The day after the last day on which a monthly delivery is due.
MONTHLY = "0 6 16 * *"


def schedules(automation: Automation) -> list[dg.ScheduleDefinition]:
    """The calendar every day; once a month whatever is still open, and the calendar."""
    return [
        dg.ScheduleDefinition(
            name=name,
            job_name=job,
            cron_schedule=cron,
            execution_timezone="Europe/Amsterdam",
            default_status=automation.schedule_status,
            run_config=QUIET,
            description=description,
        )
        for name, job, cron, description in (
            (
                *("kalender_dagelijks", CALENDAR_JOB, DAILY),
                "Gaat elke ochtend na wat er volgens de contracten nu moet zijn.",
            ),
            (
                *("maandafsluiting_maandelijks", MONTH_JOB, MONTHLY),
                "Bouwt op de 16e wat nog open is en gaat na wat er ontbreekt.",
            ),
        )
    ]
