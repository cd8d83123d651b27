"""dbt models as Dagster assets, built for the open months in one call."""

import hashlib
import json
import os
import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from graphlib import TopologicalSorter
from importlib.metadata import version
from pathlib import Path
from typing import Any

import dagster as dg
from dagster_dbt import (
    DagsterDbtTranslator,
    DagsterDbtTranslatorSettings,
    DbtCliResource,
    dbt_assets,
)
from packaging.version import Version

from assets.deliveries import asset_key
from assets.faults import faults
from warehouse.catalogue import SCHEMAS
from warehouse.contracts import REGISTER, Contract
from warehouse.errors import DatapakhuisError
from warehouse.home import Home
from warehouse.lock import lent
from warehouse.station import at_work
from warehouse.workspace import (
    LEDGER_TABLES,
    connect,
    mark_built,
    mark_parameters,
    parameters_of,
    prepare,
)

PROJECT = Path(__file__).resolve().parent.parent / "dbt_project"
POOL = "duckdb_writer"
PARAMETERS = "parameters"
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
        return dg.AssetKey([dbt_resource_props["schema"], dbt_resource_props["name"]])

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str | None:
        """The theme, or the layer for what has none."""
        theme = _meta(dbt_resource_props).get("thema")
        return theme or GROUPS.get(dbt_resource_props["schema"], "dbt")

    def get_owners(self, dbt_resource_props: Mapping[str, Any]) -> list[str]:
        """The team that answers for it."""
        owner = _meta(dbt_resource_props).get("eigenaar")
        return [f"team:{'_'.join(owner.lower().split())}"] if owner else ["team:datapakhuis"]

    def get_tags(self, dbt_resource_props: Mapping[str, Any]) -> Mapping[str, str]:
        """Whether it is open or closed."""
        openness = _meta(dbt_resource_props).get("openheid")
        return {"openheid": openness} if openness else {}


def _meta(properties: Mapping[str, Any]) -> Mapping[str, Any]:
    found = properties.get("config", {}).get("meta") or properties.get("meta") or {}
    return dict(found)


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
            *("parse", "--quiet", "--no-use-colors"),
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
        dbt_executable=str(Path(sys.executable).with_name("dbt")),
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

    @dbt_assets(manifest=manifest, dagster_dbt_translator=Translator(), pool=POOL, name="modellen")
    def modellen(context: dg.AssetExecutionContext, dbt: DbtCliResource) -> Iterator[Any]:
        with faults(context), at_work(home, contracts, context.run.run_id) as station:
            months = prepare(home, station.ledger, contracts)
            context.log.info("%d open months", len(months))
            arguments = ["build", "--exclude-resource-type", "unit_test"]
            arguments += ["--log-path", str(home.dbt / "logs")]
            left = idle_models(manifest, contracts, station.ledger.delivered())
            asked = context.selected_asset_keys
            seeds = {key for key in asked if key.path[0] == PARAMETERS}
            # What comes with the code is loaded, and tested, only when it is another.
            unchanged = seeds if parameters_are_loaded(home, manifest) else set()
            if unchanged:
                arguments += ["--exclude-resource-type", "seed"]
                left += parameter_tests(manifest)
                yield from _left_out(context, unchanged, "ongewijzigd")
            if left:
                arguments += ["--exclude", " ".join(left)]
            with lent(home.lock):
                call = dbt.cli(arguments, context=context, target_path=home.dbt / "target")
            # Only when dbt is done may another connection count what it built.
            events = list(call.stream())
            yield from _counted(context, home, events)
            if len(seeds) == len(_nodes(manifest, "seed")):
                with connect(home.database) as sql:
                    mark_parameters(sql, parameters_fingerprint(manifest))
            names = {key: name for name, key in context.assets_def.keys_by_output_name.items()}
            made = {event.output_name for event in events if isinstance(event, dg.Output)}
            idle = {key for key in asked if names[key] not in made}
            yield from _left_out(context, idle - unchanged, "nooit geleverd")

    return modellen


def idle_models(
    manifest: Path, contracts: Mapping[str, Contract], delivered: Collection[str]
) -> list[str]:
    """The models that say nothing yet: neither the delivery they are about ever came, nor another.

    That is the first that they name; the references and the register of persons, which nearly all
    use, count only as the first. A home that takes in four deliveries does not pay for eighteen.
    What a model that is built needs is built with it, from deliveries that came or empty.
    """

    def tells(named: Sequence[str]) -> bool:
        others = [n for n in named if n != REGISTER and not contracts[n].reference]
        return not named or any(name in delivered for name in (named[0], *others))

    document = _document(manifest)
    models = {key: n for key, n in document["nodes"].items() if n["resource_type"] == "model"}
    waiting = [
        key
        for key, node in models.items()
        if node["schema"] in SCHEMAS and tells(_meta(node).get("leveringen", ()))
    ]
    needed: set[str] = set()
    while waiting:
        key = waiting.pop()
        if key in models and key not in needed:
            needed.add(key)
            waiting += document["parent_map"][key]
    return sorted(node["name"] for key, node in models.items() if key not in needed)


def worth_building(
    contracts: Mapping[str, Contract], manifest: Path, delivered: Collection[str], loaded: bool
) -> set[dg.AssetKey]:
    """The models of which a build can change anything, and the parameter tables unless ``loaded``.

    Dagster writes some events for each asset and check of a run, also of what is left out.
    """
    idle = set(idle_models(manifest, contracts, delivered))
    nodes = [*_nodes(manifest, "model"), *([] if loaded else _nodes(manifest, "seed"))]
    return {dg.AssetKey([n["schema"], n["name"]]) for n in nodes if n["name"] not in idle}


def parameters_are_loaded(home: Home, manifest: Path) -> bool:
    """Whether the working database has the parameter tables of this code, tested.

    Only for who holds the lock: it opens the database.
    """
    if not home.database.exists():
        return False
    with connect(home.database) as sql:
        return parameters_of(sql) == parameters_fingerprint(manifest)


def parameters_fingerprint(manifest: Path) -> str:
    """What tells one set of parameter tables from another: their rows and their types."""
    seeds = sorted(
        (n["name"], n["checksum"]["checksum"], sorted(n["config"]["column_types"].items()))
        for n in _nodes(manifest, "seed")
    )
    return hashlib.sha256(json.dumps(seeds).encode()).hexdigest()


def parameter_tests(manifest: Path) -> list[str]:
    """The tests that are about parameter tables alone."""
    return sorted(
        n["name"]
        for n in _nodes(manifest, "test")
        if all(parent.startswith("seed.") for parent in n["depends_on"]["nodes"])
    )


def _nodes(manifest: Path, kind: str) -> list[dict[str, Any]]:
    nodes = _document(manifest)["nodes"].values()
    return [node for node in nodes if node["resource_type"] == kind]


@lru_cache(maxsize=1)
def _document(manifest: Path) -> dict[str, Any]:
    """What dbt parsed, read once: it is large, and another project has another path."""
    document: dict[str, Any] = json.loads(manifest.read_text(encoding="utf-8"))
    return document


def _left_out(
    context: dg.AssetExecutionContext, keys: Collection[dg.AssetKey], why: str
) -> Iterator[Any]:
    """What was not built, or else what comes after it would not be either.

    Each after those it is made of. Their tests do not apply.
    """
    names = {key: name for name, key in context.assets_def.keys_by_output_name.items()}
    order = TopologicalSorter({key: context.assets_def.asset_deps[key] & keys for key in keys})
    for key in order.static_order():
        yield dg.Output(None, names[key], metadata={"gebouwd": f"nee: {why}"})
        for check in context.assets_def.check_keys:
            if check.asset_key == key:
                yield dg.AssetCheckResult(
                    passed=True,
                    asset_key=key,
                    check_name=check.name,
                    metadata={"uitkomst": "niet_van_toepassing", "waarom": why},
                )


def _counted(context: dg.AssetExecutionContext, home: Home, events: list[Any]) -> Iterator[Any]:
    """The events of dbt, with the number of rows beside everything that was built."""
    with connect(home.database) as sql:
        mark_built(sql)
        for event in events:
            if isinstance(event, dg.Output):
                relation = ".".join(context.asset_key_for_output(event.output_name).path)
                rows = sql.execute(f"select count(*) from {relation}").fetchall()  # noqa: S608
                event = event.with_metadata({**event.metadata, "dagster/row_count": rows[0][0]})
            yield event
