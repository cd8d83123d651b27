"""The jobs: which assets are made together. When, is the business of ``sensors``."""

from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import dagster as dg

from assets.calendar import calendar_keys
from assets.deliveries import LANDING, asset_key
from assets.geography import GEOGRAPHY
from assets.publications import publication_key, worth_publishing
from assets.selection import worth_building
from warehouse.contracts import Contract

if TYPE_CHECKING:
    from dagster._core.definitions.unresolved_asset_job_definition import (
        UnresolvedAssetJobDefinition,
    )

LANDING_JOB, DELIVERY_JOB, BUILD_JOB = "landing_opruimen", "levering", "bouwen"
CALENDAR_JOB, MONTH_JOB = "kalender", "maandafsluiting"


def worth_making(
    contracts: Mapping[str, Contract],
    manifest: Path,
    delivered: Collection[str],
    kept: Collection[dg.AssetKey] = (),
) -> list[dg.AssetKey]:
    """Of job ``bouwen`` what can change: nothing of deliveries that never came, for one."""
    models = worth_building(contracts, manifest, delivered, kept)
    return sorted({*GEOGRAPHY, *models, *worth_publishing(models)})


def jobs(
    contracts: Mapping[str, Contract], models: Iterable[dg.AssetKey], datasets: Iterable[str]
) -> "list[UnresolvedAssetJobDefinition]":
    """Every job of a home."""
    build = dg.AssetSelection.assets(*models, *(publication_key(name) for name in datasets))
    calendar = dg.AssetSelection.checks(*calendar_keys(contracts))
    return [
        dg.define_asset_job(
            LANDING_JOB,
            dg.AssetSelection.assets(LANDING),
            description="Weigert wat onder een onbekende naam in landing ligt.",
        ),
        dg.define_asset_job(
            DELIVERY_JOB,
            dg.AssetSelection.assets(*(asset_key(name) for name in contracts)),
            description="Neemt in wat voor een gemeente en maand geland is.",
        ),
        dg.define_asset_job(
            BUILD_JOB,
            build,
            description="Bouwt de open maanden en publiceert wat door de controles komt.",
        ),
        dg.define_asset_job(
            CALENDAR_JOB,
            calendar,
            description="Gaat na wat er volgens de contracten nu moet zijn.",
        ),
        dg.define_asset_job(
            MONTH_JOB,
            build | calendar,
            description="Bouwt wat nog open is en gaat na wat er ontbreekt.",
        ),
    ]
