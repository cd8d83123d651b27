"""Sensors that watch landing: one per delivery and gemeente, and one for what is misnamed.

They look twice and never wait: what is the same as the tick before rests. The rest of the way,
what a file of known, held or refused content does, is the intake's.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from datetime import date

import dagster as dg

from assets.deliveries import asset_key, partition_key
from assets.jobs import DELIVERY_JOB, LANDING_JOB
from sensors.asking import ask, result
from sensors.settings import Automation
from warehouse.contracts import Contract
from warehouse.home import Home, month_text
from warehouse.intake import Landed, Misnamed, files, is_mended_name, name_of, shown_name
from warehouse.landing import Seen, arrival, look_again, remember, remembered
from warehouse.ledger import Ledger
from warehouse.lock import busy


def landing_sensors(
    home: Home, contracts: Mapping[str, Contract], automation: Automation
) -> list[dg.SensorDefinition]:
    """A sensor per delivery and gemeente, and the one of misnamed files."""
    return [
        *(
            _delivery_sensor(home, contracts, contract, gemeente, automation)
            for contract in contracts.values()
            for gemeente in home.gemeenten
        ),
        _misnamed_sensor(home, contracts, automation),
    ]


def _delivery_sensor(
    home: Home,
    contracts: Mapping[str, Contract],
    contract: Contract,
    gemeente: str,
    automation: Automation,
) -> dg.SensorDefinition:
    @dg.sensor(
        name=f"landing_{contract.name}_{gemeente.lower()}",
        job_name=DELIVERY_JOB,
        minimum_interval_seconds=automation.seconds,
        default_status=automation.sensor_status,
        description=f"Vraagt om inname van {contract.name} van {gemeente} zodra een bestand rust.",
    )
    def landing(context: dg.SensorEvaluationContext) -> dg.SensorResult:
        mine = {
            named.path: named.month
            for named in (name_of(path, home, contracts) for path in files(home))
            if isinstance(named, Landed)
            and (named.delivery, named.gemeente) == (contract.name, gemeente)
            # Mended units wait until a person says why they are right.
            and not is_mended_name(named.path.name)
        }
        look = look_again(mine, remembered(context.cursor))
        waiting: dict[date, list[Seen]] = {}
        for path, seen in look.resting.items():
            waiting.setdefault(mine[path], []).append(seen)
        cut_short = _cut_short(home, contract.name, gemeente)
        answers = [
            _request(context, contract.name, gemeente, month, waiting.get(month, []), versions)
            for month in sorted({*waiting, *cut_short})
            for versions in [cut_short.get(month, [])]
        ]
        growing = [
            f"{shown_name(path)} grows, or is seen for the first time" for path in look.growing
        ]
        return result([*answers, *growing], remember(look), "nothing of this delivery has landed")

    return landing


def _request(
    context: dg.SensorEvaluationContext,
    delivery: str,
    gemeente: str,
    month: date,
    waiting: list[Seen],
    versions: list[str],
) -> dg.RunRequest | str:
    what = f"{delivery} {gemeente} {month_text(month)} {arrival(waiting, versions)}"
    return ask(
        context.instance,
        what,
        partition_key=partition_key(gemeente, month),
        asset_selection=[asset_key(delivery)],
    )


def _cut_short(home: Home, delivery: str, gemeente: str) -> dict[date, list[str]]:
    """The versions whose way was cut short, by month; none as long as a writer is at it."""
    if busy(home.lock):
        return {}
    found: dict[date, list[str]] = {}
    with closing(Ledger(home.ledger)) as ledger:
        for version in ledger.pending():
            if (version.delivery, version.gemeente) == (delivery, gemeente) and version.month:
                found.setdefault(version.month, []).append(version.levering_id)
    return found


def _misnamed_sensor(
    home: Home, contracts: Mapping[str, Contract], automation: Automation
) -> dg.SensorDefinition:
    @dg.sensor(
        name="landing_onbekend",
        job_name=LANDING_JOB,
        minimum_interval_seconds=automation.seconds,
        default_status=automation.sensor_status,
        description="Vraagt om weigering van wat onder een onbekende naam in landing ligt.",
    )
    def landing_unknown(context: dg.SensorEvaluationContext) -> dg.SensorResult:
        misnamed = [
            path for path in files(home) if isinstance(name_of(path, home, contracts), Misnamed)
        ]
        look = look_again(misnamed, remembered(context.cursor))
        answers = (
            [ask(context.instance, f"{LANDING_JOB} {arrival(look.resting.values())}")]
            if look.resting
            else []
        )
        return result(answers, remember(look), "every file that rests has a name that we know")

    return landing_unknown
