"""The sensor that does for the daemon what a command does at its start."""

from __future__ import annotations

from contextlib import closing

import dagster as dg

from sensors.settings import Automation
from warehouse.home import Home
from warehouse.ledger import Ledger
from warehouse.run import recover
from warehouse.station import sweep_if_free


def recovery_sensor(home: Home, automation: Automation) -> dg.SensorDefinition:
    """Reports runs whose process is gone, frees their slots, and sweeps what they left half done.

    Dagster's own monitoring sees a process die only while the code server that started it lives;
    after a crash of the machine a run would count as busy until its longest time is over.
    """

    @dg.sensor(
        name="herstel",
        minimum_interval_seconds=automation.seconds,
        default_status=automation.sensor_status,
        description="Meldt runs waarvan het proces weg is als mislukt en geeft hun plaats terug.",
    )
    def recovery(context: dg.SensorEvaluationContext) -> dg.SkipReason:
        with closing(Ledger(home.ledger)) as ledger:
            dead = recover(context.instance, ledger)
        sweep_if_free(home)
        if dead:
            return dg.SkipReason(f"reported {dead} runs whose process is gone")
        return dg.SkipReason("every run that is under way has a living process")

    return recovery
