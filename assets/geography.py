"""Geography as a Dagster asset: addresses meet divisions, for the versions that hold now."""

from collections.abc import Iterator, Mapping
from typing import Any

import dagster as dg

from assets.deliveries import asset_key
from assets.faults import faults
from warehouse.contracts import Contract
from warehouse.home import Home
from warehouse.placing import ADDRESSES, AREAS, complete
from warehouse.station import at_work
from warehouse.workspace import GEOGRAPHY_VIEWS


def geography_key(name: str) -> dg.AssetKey:
    """The key of one of the views that dbt reads."""
    return dg.AssetKey(["geografie", name])


GEOGRAPHY = tuple(geography_key(name) for name in GEOGRAPHY_VIEWS)


def geography_assets(home: Home, contracts: Mapping[str, Contract]) -> dg.AssetsDefinition:
    """What is computed from addresses and areas, before dbt looks them up."""

    @dg.multi_asset(
        name="geografie",
        specs=[
            dg.AssetSpec(
                geography_key(name),
                deps=[asset_key(ADDRESSES), asset_key(AREAS)],
                group_name="geografie",
                owners=["team:datapakhuis"],
                kinds={"parquet"},
                tags={"openheid": "gesloten"},
                description=description,
            )
            for name, description in GEOGRAPHY_VIEWS.items()
        ],
    )
    def geografie(context: dg.AssetExecutionContext) -> Iterator[Any]:
        with faults(context), at_work(home, contracts, context.run.run_id) as station:
            months = station.ledger.open_months()
            made = complete(home, station.ledger, contracts, months)
        files = {"ligging": made.placed, "vertaling": made.translated}
        for name in GEOGRAPHY_VIEWS:
            yield dg.MaterializeResult(
                asset_key=geography_key(name), metadata={"bestanden": len(files[name])}
            )

    return geografie
