"""Whether the automation runs, and how often it looks: two environment variables."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass

import dagster as dg

from warehouse.errors import UsageError

SWITCH, INTERVAL = "DATAPAKHUIS_AUTOMATION", "DATAPAKHUIS_SENSOR_SECONDS"
_SECONDS = 30


@dataclass(frozen=True)
class Automation:
    """How sensors and schedules start: off, unless someone chose otherwise for this process."""

    on: bool = False
    seconds: int = _SECONDS

    @property
    def sensor_status(self) -> dg.DefaultSensorStatus:
        """The status of a sensor that nobody switched in the UI."""
        return dg.DefaultSensorStatus.RUNNING if self.on else dg.DefaultSensorStatus.STOPPED

    @property
    def schedule_status(self) -> dg.DefaultScheduleStatus:
        """The status of a schedule that nobody switched in the UI."""
        return dg.DefaultScheduleStatus.RUNNING if self.on else dg.DefaultScheduleStatus.STOPPED


def automation(environment: Mapping[str, str] = os.environ) -> Automation:
    """What the environment says.

    Raises:
        UsageError: when it says something else than a word or number that we know.
    """
    word, seconds = environment.get(SWITCH, "off"), environment.get(INTERVAL, str(_SECONDS))
    if word not in ("on", "off"):
        raise UsageError(f"{SWITCH} is neither on nor off", f"Set {SWITCH}=on, or leave it out.")
    if not seconds.isdecimal() or int(seconds) < 1:
        raise UsageError(f"{INTERVAL} is no number of seconds", f"Set it to {_SECONDS}, say.")
    return Automation(word == "on", int(seconds))
