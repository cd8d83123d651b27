"""Publication assets: what readers may see, one per dataset, judged before it leaves.

A dataset whose checks fail stays as it was published before, and its months stay open; the other
datasets go on. Beside each stands an external asset that shows which described months are there.
"""

from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, date, datetime
from functools import partial
from typing import Any

import dagster as dg

from assets.faults import faults
from assets.models import POOL
from assets.outcomes import kept, shown, specs
from expectations.bridge import Suite, judge
from expectations.datasets import DATASET_SHAPES
from expectations.marts import MART_SHAPES
from warehouse.catalogue import SCHEMAS, Entry
from warehouse.contracts import REGISTER, Contract
from warehouse.home import Home, month_text
from warehouse.ledger import EVERYTHING, CheckResult
from warehouse.placing import held
from warehouse.profile import dataset_profile
from warehouse.publication import DOMAINS, PublicationResult, publish, read_manifest
from warehouse.reach import Opened, opened_by, window
from warehouse.station import Station, at_work
from warehouse.workspace import (
    built_for,
    changed_months,
    connect,
    forget_changes,
    relations,
)

_SHAPES = {**DATASET_SHAPES, **MART_SHAPES}


def publication_key(dataset: str) -> dg.AssetKey:
    """The key of what is published of a dataset."""
    return dg.AssetKey(["publicatie", dataset])


def months_key(dataset: str) -> dg.AssetKey:
    """The key of the asset that shows a dataset's described months."""
    return dg.AssetKey(["beschreven_maanden", dataset])


def months_partitions(dataset: str) -> dg.DynamicPartitionsDefinition:
    """The described months of a dataset, just those that are there."""
    return dg.DynamicPartitionsDefinition(name=f"maanden_{dataset}")


def publication_assets(
    home: Home,
    contracts: Mapping[str, Contract],
    catalogue: Mapping[str, Entry],
    suites: Mapping[str, Suite],
) -> dg.AssetsDefinition:
    """One step that judges every dataset and publishes those that pass."""

    @dg.multi_asset(
        name="publicatie",
        specs=[_spec(entry) for entry in catalogue.values()],
        check_specs=[
            spec for name in catalogue for spec in specs(suites[name], publication_key(name))
        ],
        pool=POOL,
        can_subset=True,
    )
    def publicatie(
        context: dg.AssetExecutionContext,
    ) -> Iterator[Any]:
        with faults(context), at_work(home, contracts, context.run.run_id) as station:
            opened, there = built_months(station), _built(station)
            asked = {
                name: entry
                for name, entry in catalogue.items()
                if publication_key(name) in context.selected_asset_keys
            }
            passed = _judge(station, asked, suites, opened, there)
            published = _publish(station, catalogue, there & set(passed))
            # Closed only when every dataset that there is was judged and let through.
            if there <= set(passed):
                station.ledger.close_months(opened)
                with connect(home.database) as sql:
                    forget_changes(sql)
            for name in asked:
                yield from shown(station.ledger.checks(name), publication_key(name))
            manifests = {d: read_manifest(result.manifest) for d, result in published.items()}
            for name in passed:
                domain = catalogue[name].spec.domein
                manifest, result = manifests[domain], published[domain]
                shown_months = sorted(manifest.datasets[name].months)
                _show_months(context.instance, name, shown_months)
                yield dg.MaterializeResult(
                    asset_key=publication_key(name),
                    metadata={
                        "dagster/row_count": manifest.datasets[name].rows,
                        "maanden": len(shown_months),
                        "gewijzigde_maanden": len(result.changed.get(name, ())),
                        "manifest": result.sequence,
                    },
                )

    return publicatie


def months_assets(catalogue: Mapping[str, Entry]) -> list[dg.AssetSpec]:
    """External assets that show exactly which described months are published."""
    return [
        dg.AssetSpec(
            months_key(name),
            deps=[publication_key(name)],
            partitions_def=months_partitions(name),
            group_name=entry.spec.theme,
            owners=[f"team:{'_'.join(entry.spec.eigenaar.lower().split())}"],
            kinds={"parquet"},
            description=f"De maanden die `{name}` beschrijft, zoals gepubliceerd.",
        )
        for name, entry in catalogue.items()
    ]


def _spec(entry: Entry) -> dg.AssetSpec:
    spec = entry.spec
    columns = [dg.TableColumn(c.name, c.type.lower(), c.description) for c in spec.columns]
    return dg.AssetSpec(
        publication_key(spec.name),
        deps=[dg.AssetKey([spec.schema, spec.name])],
        skippable=True,
        group_name=spec.theme,
        owners=[f"team:{'_'.join(spec.eigenaar.lower().split())}"],
        kinds={"parquet", "duckdb"},
        tags={"openheid": spec.openheid},
        description=spec.description,
        metadata={
            "dagster/column_schema": dg.TableSchema(columns=columns),
            "doelen": ", ".join(spec.doelen),
            "grondslag": spec.grondslag,
            "bewaartermijn_jaren": spec.bewaartermijn_jaren,
        },
    )


def worth_publishing(models: Collection[dg.AssetKey]) -> set[dg.AssetKey]:
    """What is published of the datasets and marts among models."""
    return {publication_key(key.path[-1]) for key in models if key.path[0] in SCHEMAS}


def _built(station: Station) -> set[str]:
    """The datasets that there are; of one whose deliveries never came there is no table."""
    with connect(station.home.database) as sql:
        return {name for schema, name in relations(sql) if schema in SCHEMAS}


def built_months(station: Station) -> Opened:
    """The open months, when the working database holds what the ledger knows of them now.

    Between two steps another writer may have taken in a version. Were its months published now,
    and closed, nothing would ever build them.
    """
    opened = station.ledger.opened()
    with connect(station.home.database) as sql:
        built = built_for(sql)
    if opened and built != station.ledger.last_opening():
        raise dg.Failure(
            description="niet_gebouwd: months were opened after the last build. Run job bouwen.",
            allow_retries=False,
        )
    return opened


def _judge(
    station: Station,
    catalogue: Mapping[str, Entry],
    suites: Mapping[str, Suite],
    opened: Opened,
    there: Collection[str],
) -> list[str]:
    """Judge every dataset that there is; the names that may be published.

    Looked at are the months that changed, and those that its own delivery opened: one of which no
    row is left is no news, and may be what is wrong. What neither happened to was judged before.
    """
    passed, known = [], station.ledger.known_months()
    owners = {_own(entry) for entry in catalogue.values()}
    described = {owner: _described(station, owner, list(opened)) for owner in owners}
    with connect(station.home.database) as sql:
        changes = changed_months(sql)
        for name, entry in catalogue.items():
            owner = _own(entry)
            newly = {*described[owner]} & {*opened_by(opened, {owner or EVERYTHING})}
            looked_at = {*window(described[owner], known, entry.window)}
            months = sorted(looked_at & {*changes.get(name, ()), *newly})
            results = station.ledger.checks(name)
            if months and name in there:
                profile = partial(
                    dataset_profile, sql, entry.spec.schema, name, months, _SHAPES[name]
                )
                results = kept(judge(suites[name], profile))
                station.ledger.record_checks(name, results)
            elif not results:
                results = _not_described(suites[name])
                station.ledger.record_checks(name, results)
            if not any(result.holds for result in results):
                passed.append(name)
    return passed


def _own(entry: Entry) -> str | None:
    """The delivery that a dataset is about, the first it names; none if it is of the ledger.

    A mart is about residents, whatever else it is made of.
    """
    if not entry.deliveries:
        return None
    return REGISTER if entry.spec.schema == "marts" else entry.deliveries[0]


def _described(station: Station, delivery: str | None, months: list[date]) -> list[date]:
    """The months among these of which a delivery says something.

    A reference says it of every month, and so does the ledger itself.
    """
    if delivery is None:
        return months
    contract, visible = station.contracts[delivery], station.ledger.visible(delivery)
    if contract.reference or contract.mode == "mutatie":
        return months if visible else []
    if contract.carries_forward:
        held_for = held({delivery: contract}, visible, station.home.gemeenten, months)
        return sorted({each.month for each in held_for})
    own = {version.levering_id for version in visible}
    told = station.ledger.described(months)
    return sorted({month for levering_id, month in told if levering_id in own})


def _not_described(suite: Suite) -> list[CheckResult]:
    """A month that no delivery describes is missing, not bad."""
    why = "Niet van toepassing: geen levering beschrijft de open maanden."
    return [CheckResult(c.name, "niet_van_toepassing", c.severity, why) for c in suite.checks]


def _publish(
    station: Station, catalogue: Mapping[str, Entry], passed: Collection[str]
) -> dict[str, PublicationResult]:
    """Publish what changed, each domain by itself; by domain what it did."""
    with connect(station.home.database) as sql:
        changes = changed_months(sql)
        results = {
            domain: publish(
                connection=sql,
                datasets=[e.spec for e in catalogue.values() if e.spec.domein == domain],
                months={
                    name: changes.get(name, [])
                    for name in passed
                    if catalogue[name].spec.domein == domain
                },
                root=station.home.publication,
                republish=partial(station.keys.republish, domain=domain),
                gemeenten=station.home.gemeenten,
                now=datetime.now(UTC),
                versions=[version.levering_id for version in station.ledger.visible()],
                domain=domain,
            )
            for domain in DOMAINS
        }
        forget_changes(sql, passed)
    return results


def _show_months(instance: dg.DagsterInstance, dataset: str, months: list[date]) -> None:
    """Make the partitions of a dataset's months just those that are published."""
    name = months_partitions(dataset).name
    assert name  # noqa: S101
    there = {month_text(month) for month in months}
    known = set(instance.get_dynamic_partitions(name))
    for gone in sorted(known - there):
        instance.delete_dynamic_partition(name, gone)
    new = sorted(there - known)
    instance.add_dynamic_partitions(name, new)
    for month in new:
        instance.report_runless_asset_event(
            dg.AssetMaterialization(months_key(dataset), partition=month)
        )
