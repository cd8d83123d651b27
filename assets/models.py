"""dbt models as Dagster assets, built for the open months in one call."""

import hashlib
import os
import sys
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from graphlib import TopologicalSorter
from importlib.metadata import version
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
from dagster_dbt import (
    DagsterDbtTranslator,
    DagsterDbtTranslatorSettings,
    DbtCliResource,
    dbt_assets,
)
from packaging.version import Version

from assets.deliveries import asset_key
from assets.faults import faults
from assets.selection import (
    PARAMETERS,
    idle_models,
    kept_as_made,
    node_key,
    remember_made,
    select,
    worth_building,
)
from warehouse.catalogue import stated_by
from warehouse.contracts import Contract
from warehouse.errors import DatapakhuisError
from warehouse.home import Home
from warehouse.lock import lent
from warehouse.reach import read_reach
from warehouse.station import at_work
from warehouse.workspace import LEDGER_TABLES, connect, mark_built, prepare, relations

PROJECT = Path(__file__).resolve().parent.parent / "dbt_project"
POOL = "duckdb_writer"
GROUPS = {"staging": "staging", "stappen": "stappen", PARAMETERS: "parameters"}


class ModelError(DatapakhuisError):
    """The dbt project cannot be parsed."""


class Translator(DagsterDbtTranslator):
    """How a dbt model looks in Dagster: its theme, its owner, and where its data comes from."""

    def __init__(self) -> None:
        # A delivery is one asset, whatever number of raw objects it has.
        super().__init__(DagsterDbtTranslatorSettings(enable_duplicate_source_asset_keys=True))

    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> dg.AssetKey:
        """Raw sources are the delivery assets; everything else is schema and name."""
        if dbt_resource_props["resource_type"] == "source":
            delivery = dbt_resource_props["name"].partition("__")[0]
            source = dbt_resource_props["source_name"]
            if source == "raw":
                return asset_key(delivery)
            return dg.AssetKey([source, dbt_resource_props["name"]])
        return node_key(dbt_resource_props)

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str | None:
        """The theme, or the layer for what has none."""
        theme = stated_by(dbt_resource_props).get("thema")
        return theme or GROUPS.get(dbt_resource_props["schema"], "dbt")

    def get_owners(self, dbt_resource_props: Mapping[str, Any]) -> list[str]:
        """The team that answers for it."""
        owner = stated_by(dbt_resource_props).get("eigenaar")
        return [f"team:{'_'.join(owner.lower().split())}"] if owner else ["team:datapakhuis"]

    def get_tags(self, dbt_resource_props: Mapping[str, Any]) -> Mapping[str, str]:
        """Whether it is open or closed."""
        openness = stated_by(dbt_resource_props).get("openheid")
        return {"openheid": openness} if openness else {}


def parse(home: Home) -> Path:
    """The manifest of the dbt project, parsed anew only when the project changed.

    Raises:
        ModelError: when dbt cannot parse it.
    """
    return parse_into(home.dbt, home.database)


def parse_into(folder: Path, database: Path) -> Path:
    """The manifest of the dbt project, kept in a folder; the database need not exist.

    Raises:
        ModelError: when dbt cannot parse it.
    """
    _environment(database)
    target = folder / f"manifest-{_fingerprint()}"
    # Where dagster-dbt looks for what was parsed, so that the first build need not parse again.
    os.environ["DBT_TARGET_PATH"] = str(target)
    manifest = target / "manifest.json"
    if manifest.exists():
        return manifest
    from dbt.cli.main import dbtRunner

    result = dbtRunner().invoke(
        [
            *("parse", "--write-json", "--quiet", "--no-use-colors"),
            *("--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT)),
            *("--log-path", str(folder / "logs")),
        ]
    )
    if not result.success or not manifest.exists():
        raise ModelError(
            f"the dbt project cannot be parsed ({type(result.exception).__name__})",
            f"See {folder / 'logs'}.",
        )
    return manifest


def _environment(database: Path) -> None:
    os.environ["DATAPAKHUIS_DUCKDB"] = str(database)
    os.environ["DBT_SEND_ANONYMOUS_USAGE_STATS"] = "false"
    # What it did is told to Dagster; its artifacts of megabytes are read by nobody.
    os.environ.setdefault("DBT_WRITE_JSON", "false")


def _fingerprint() -> str:
    digest = hashlib.sha256()
    for path in sorted(PROJECT.rglob("*")):
        if path.suffix in (".sql", ".yml", ".csv") and "target" not in path.parts:
            digest.update(str(path.relative_to(PROJECT)).encode() + path.read_bytes())
    return digest.hexdigest()[:16]


class Dbt(DbtCliResource):
    """Dbt as a command, without what dagster-dbt does before every call of it.

    It asks for the version, which is that of the package beside us, and makes an adapter of its
    own to count rows with, which we do ourselves when dbt is done: seconds of every run.
    """

    @cached_property
    def _cli_version(self) -> Version:
        return Version(version("dbt-core"))

    def _initialize_dbt_core_adapter(self, args: Sequence[str]) -> Any:
        del args


def dbt_resource(home: Home) -> DbtCliResource:
    """Dbt as a command, with its targets and logs in the home."""
    _environment(home.database)
    return Dbt(
        project_dir=str(PROJECT),
        profiles_dir=str(PROJECT),
        # The dbt of this environment, whether or not its folder is on the path.
        dbt_executable=str(Path(sys.executable).with_name("datapakhuis-dbt")),
    )


def ledger_assets() -> list[dg.AssetSpec]:
    """What dbt reads of the ledger; written anew before every build."""
    return [
        dg.AssetSpec(
            dg.AssetKey(["grootboek", table]),
            group_name="grootboek",
            owners=["team:datapakhuis"],
            kinds={"duckdb"},
            description=f"{description} Uit het grootboek, vóór elke bouw opnieuw geschreven.",
        )
        for table, description in LEDGER_TABLES.items()
    ]


def model_assets(
    home: Home, contracts: Mapping[str, Contract], manifest: Path
) -> dg.AssetsDefinition:
    """Every model, seed and test of the project."""
    translator, reaches = Translator(), read_reach(manifest)

    @dbt_assets(manifest=manifest, dagster_dbt_translator=translator, pool=POOL, name="modellen")
    def modellen(context: dg.AssetExecutionContext, dbt: DbtCliResource) -> Iterator[Any]:
        with faults(context), at_work(home, contracts, context.run.run_id) as station:
            months = prepare(home, station.ledger, contracts, reaches)
            context.log.info("%d open months", len(months))
            asked, checks = context.selected_asset_keys, context.selected_asset_check_keys
            delivered = station.ledger.delivered()
            idle = idle_models(manifest, contracts, delivered)
            kept = kept_as_made(home, manifest, contracts, forget=True)
            chosen, done = select(manifest, asked, checks, idle, kept)
            told: list[Any] = []
            if chosen.chosen:
                # What dbt writes down of itself is what it did, not every query.
                logged = ["--log-path", str(home.dbt / "logs"), "--log-level-file", "info"]
                with lent(home.lock):
                    call = dbt.cli(
                        ["build", *chosen.options, *logged],
                        manifest=manifest,
                        dagster_dbt_translator=translator,
                        target_path=home.dbt / "target",
                    )
                told += [
                    event
                    for raw in call.stream_raw_events()
                    for event in raw.to_default_asset_events(manifest, translator, context)
                ]
            # Only when dbt is done may another connection count what it built.
            with connect(home.database) as sql:
                # A part that somebody asked for is not what may be published and closed.
                if worth_building(contracts, manifest, delivered, kept) <= asked:
                    mark_built(sql)
                made = _counted(sql, context, [e for e in told if _is_output(e)])
            remember_made(home, manifest, contracts, asked)
            names = {key: name for name, key in context.assets_def.keys_by_output_name.items()}
            for key in _in_order(context.assets_def, asked):
                left = dg.Output(None, names[key], metadata={"gebouwd": f"nee: {_why(key, kept)}"})
                yield made.get(names[key], left)
            yield from (event for event in told if not _is_output(event))
            # A view that is kept is tested all the same; a parameter table was.
            tested = {key for key in kept if key.path[0] == PARAMETERS}
            for check in checks - done:
                yield _not_done(check, _why(check.asset_key, tested))

    return modellen


def _is_output(event: object) -> bool:
    return isinstance(event, dg.Output)


def _in_order(assets: dg.AssetsDefinition, asked: Collection[dg.AssetKey]) -> list[dg.AssetKey]:
    """Each after those it is made of, as Dagster wants to hear of them."""
    order = TopologicalSorter({key: assets.asset_deps[key] & {*asked} for key in asked})
    return list(order.static_order())


def _counted(
    sql: duckdb.DuckDBPyConnection, context: dg.AssetExecutionContext, built: Iterable[Any]
) -> dict[str, Any]:
    """What was built, by name of output: a table with its rows, a view has none until read."""
    tables = relations(sql, "BASE TABLE")
    made = {}
    for output in built:
        schema, name = context.asset_key_for_output(output.output_name).path
        if (schema, name) in tables:
            rows = sql.table(f"{schema}.{name}").shape[0]
            output = output.with_metadata({**output.metadata, "dagster/row_count": rows})
        made[output.output_name] = output
    return made


def _why(key: dg.AssetKey, kept: Collection[dg.AssetKey]) -> str:
    """Why something was left out."""
    return "ongewijzigd" if key in kept else "nooit geleverd"


def _not_done(check: dg.AssetCheckKey, why: str) -> dg.AssetCheckResult:
    """A check of what was not made: there is nothing that it could find."""
    return dg.AssetCheckResult(
        passed=True,
        asset_key=check.asset_key,
        check_name=check.name,
        metadata={"uitkomst": "niet_van_toepassing", "waarom": why},
    )
