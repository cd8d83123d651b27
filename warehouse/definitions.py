"""What Dagster sees: all assets, jobs and sensors of one home, assembled by a pure function.

One of the two doors through which the warehouse knows Dagster. Loading refuses when a contract or
a dataset leaves out what a gemeente must be able to prove.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

os.environ.setdefault("DAGSTER_DISABLE_TELEMETRY", "1")
os.environ["GX_ANALYTICS_ENABLED"] = "false"

import dagster as dg

from assets.calendar import calendar_checks
from assets.deliveries import delivery_asset, landing_asset
from assets.geography import geography_assets
from assets.jobs import BUILD_JOB, DELIVERY_JOB, LANDING_JOB, jobs
from assets.models import dbt_resource, ledger_assets, model_assets, parse
from assets.publications import months_assets, publication_assets
from expectations.bridge import Suite
from expectations.datasets import DATASET_SUITES
from expectations.deliveries import DELIVERY_SUITES
from expectations.marts import MART_SUITES
from sensors.all import sensors
from sensors.schedules import schedules
from sensors.settings import Automation
from sensors.settings import automation as automation_of
from warehouse.catalogue import read_catalogue
from warehouse.contracts import Contract, load_contracts
from warehouse.home import Home, home_path, load_home

__all__ = ["BUILD_JOB", "DELIVERY_JOB", "LANDING_JOB", "build_definitions"]


def build_definitions(
    home: Home,
    contracts: Mapping[str, Contract] | None = None,
    delivery_suites: Mapping[str, Suite] = DELIVERY_SUITES,
    dataset_suites: Mapping[str, Suite] = {**DATASET_SUITES, **MART_SUITES},
    manifest: Path | None = None,
    automation: Automation | None = None,
) -> dg.Definitions:
    """The definitions of a home; what it is made of can be replaced by a test."""
    contracts = load_contracts() if contracts is None else contracts
    automation = automation or automation_of()
    manifest = manifest or parse(home)
    catalogue = read_catalogue(manifest, contracts)
    deliveries = [
        delivery_asset(contract, delivery_suites[contract.name], home, contracts)
        for contract in contracts.values()
    ]
    geography = geography_assets(home, contracts)
    models = model_assets(home, contracts, manifest)
    published = publication_assets(home, contracts, catalogue, dataset_suites)
    return dg.Definitions(
        assets=[
            landing_asset(home, contracts),
            *deliveries,
            *ledger_assets(),
            geography,
            models,
            published,
            *months_assets(catalogue),
        ],
        asset_checks=calendar_checks(home, contracts),
        jobs=jobs(contracts, geography.keys | models.keys, catalogue),
        sensors=sensors(home, contracts, manifest, automation),
        schedules=schedules(automation),
        # One process does a whole run: a step in a process of its own costs three seconds more.
        executor=dg.in_process_executor,
        resources={"dbt": dbt_resource(home)},
    )


def __getattr__(name: str) -> dg.Definitions:
    """``defs``: the definitions of the home that the environment points at."""
    if name == "defs":
        return build_definitions(load_home(home_path(None)))
    raise AttributeError(name)
