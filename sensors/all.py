"""Every sensor of a home."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import dagster as dg

from sensors.alerts import failure_sensor
from sensors.building import open_months_sensor
from sensors.landing import landing_sensors
from sensors.recovery import recovery_sensor
from sensors.settings import Automation
from warehouse.contracts import Contract
from warehouse.home import Home


def sensors(
    home: Home, contracts: Mapping[str, Contract], manifest: Path, automation: Automation
) -> list[dg.SensorDefinition]:
    """Those that watch, in the order of a delivery's way."""
    return [
        *landing_sensors(home, contracts, automation),
        open_months_sensor(home, contracts, manifest, automation),
        recovery_sensor(home, automation),
        failure_sensor(automation),
    ]
