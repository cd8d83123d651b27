"""What Dagster sees: all assets and jobs of one home, assembled by a pure function.

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

from assets.deliveries import LANDING, asset_key, delivery_asset, landing_asset
from assets.models import dbt_resource, ledger_assets, model_assets, parse
from assets.publications import months_assets, publication_assets, publication_key
from expectations.bridge import Suite
from expectations.datasets import DATASET_SUITES
from expectations.deliveries import DELIVERY_SUITES
from warehouse.catalogue import read_catalogue
from warehouse.contracts import Contract, load_contracts
from warehouse.home import Home, home_path, load_home

DELIVERY_JOB, BUILD_JOB, LANDING_JOB = "levering", "bouwen", "landing_opruimen"


def build_definitions(
    home: Home,
    contracts: Mapping[str, Contract] | None = None,
    delivery_suites: Mapping[str, Suite] = DELIVERY_SUITES,
    dataset_suites: Mapping[str, Suite] = DATASET_SUITES,
    manifest: Path | None = None,
) -> dg.Definitions:
    """The definitions of a home; contracts, suites and dbt manifest can be replaced by a test."""
    contracts = load_contracts() if contracts is None else contracts
    manifest = manifest or parse(home)
    catalogue = read_catalogue(manifest, contracts)
    deliveries = [
        delivery_asset(contract, delivery_suites[contract.name], home, contracts)
        for contract in contracts.values()
    ]
    models = model_assets(home, contracts, manifest)
    published = publication_assets(home, contracts, catalogue, dataset_suites)
    return dg.Definitions(
        assets=[
            landing_asset(home, contracts),
            *deliveries,
            *ledger_assets(),
            models,
            published,
            *months_assets(catalogue),
        ],
        jobs=[
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
                dg.AssetSelection.assets(*models.keys, *(publication_key(n) for n in catalogue)),
                description="Bouwt de open maanden en publiceert wat door de controles komt.",
            ),
        ],
        resources={"dbt": dbt_resource(home)},
    )


def __getattr__(name: str) -> dg.Definitions:
    """``defs``: the definitions of the home that the environment points at."""
    if name == "defs":
        return build_definitions(load_home(home_path(None)))
    raise AttributeError(name)
