"""What Dagster sees: a snapshot of the asset graph, and definitions that refuse to load.

The snapshot is looked at by hand. When it differs, either the change was meant and belongs in it,
or something moved that nobody looked at.
"""

import json
import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any
from unittest import mock

import dagster as dg
import pytest

from assets.deliveries import partition_key
from assets.jobs import CALENDAR_JOB, MONTH_JOB
from sensors.settings import automation
from tests.conftest import MakeHome
from warehouse.catalogue import CatalogueError
from warehouse.contracts import CONTRACTS, Contract, ContractError, load_contracts
from warehouse.definitions import BUILD_JOB, DELIVERY_JOB, LANDING_JOB, build_definitions
from warehouse.home import Home

#: Every asset with its group, owner and partitions, what it is made from, and its suite's checks.
LOOKED_AT = Path(__file__).with_name("graph.txt")
#: The rooms of job `bouwen`, and of those the rooms that lie in the working database.
IN_THE_DATABASE = ("parameters", "staging", "datasets", "stappen", "marts", "publicatie")
BUILT = ("geografie", *IN_THE_DATABASE)


@pytest.fixture(scope="module")
def home(new_home: MakeHome) -> Home:
    return new_home(["GM0518", "GM0479"], "2022-01")


@pytest.fixture(scope="module")
def definitions(home: Home) -> dg.Definitions:
    with mock.patch.dict(os.environ):
        return build_definitions(home)


@pytest.fixture(scope="module")
def nodes(definitions: dg.Definitions) -> dict[str, Any]:
    graph = definitions.resolve_asset_graph()
    return {key.to_user_string(): graph.get(key) for key in graph.get_all_asset_keys()}


def partitions(node: Any) -> str:
    found = node.partitions_def
    if found is None:
        return ""
    if isinstance(found, dg.MultiPartitionsDefinition):
        return " x ".join(dimension.name for dimension in found.partitions_defs)
    assert found.name == f"maanden_{node.key.path[-1]}"
    return "beschreven maanden"


def drawn(nodes: Mapping[str, Any], checks: Mapping[str, set[str]]) -> str:
    """The graph as text, an asset in a few lines."""
    lines = []
    for name, node in sorted(nodes.items()):
        lines += [name, f"    {', '.join(filter(None, [node.group_name, *node.owners]))}"]
        lines += [f"    per {found}"] if (found := partitions(node)) else []
        lines += [f"    < {parent.to_user_string()}" for parent in sorted(node.parent_keys)]
        if room(name) in ("leveringen", "publicatie"):
            lines += [f"    ? {check}" for check in sorted(checks.get(name, ()))]
    return "\n".join([*lines, ""])


def room(name: str) -> str:
    return name.partition("/")[0]


@pytest.fixture(scope="module")
def checks(definitions: dg.Definitions) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for key in definitions.resolve_asset_graph().asset_check_keys:
        found.setdefault(key.asset_key.to_user_string(), set()).add(key.name)
    return found


def test_the_graph_is_the_one_that_was_looked_at(nodes, checks, tmp_path):
    now = tmp_path / LOOKED_AT.name
    now.write_text(drawn(nodes, checks), encoding="utf-8")

    assert now.read_text(encoding="utf-8") == LOOKED_AT.read_text(encoding="utf-8"), (
        f"was this meant? Then look at {now} and put it in the place of {LOOKED_AT.name}"
    )


def test_every_asset_says_what_it_is_and_of_what_kind(nodes):
    for name, node in nodes.items():
        assert node.description, name
        assert node.kinds, name


def test_whatever_opens_the_working_database_waits_its_turn(nodes):
    """One writer process excludes all readers; what only writes Parquet needs no turn."""
    waiting = {name for name, node in nodes.items() if not node.is_external and node.pools}

    assert waiting == {name for name in nodes if room(name) in IN_THE_DATABASE}
    assert {pool for name in waiting for pool in nodes[name].pools} == {"duckdb_writer"}


def test_what_is_published_is_closed_and_states_why_it_may_be_there(nodes):
    for name, node in nodes.items():
        if room(name) in ("leveringen", "datasets", "marts", "publicatie", "landing"):
            assert node.tags["openheid"] == "gesloten", name
        if room(name) in ("leveringen", "publicatie"):
            assert {"doelen", "grondslag", "bewaartermijn_jaren"} <= node.metadata.keys(), name
            columns = node.metadata["dagster/column_schema"]
            assert columns.columns, name


def test_every_delivery_and_everything_published_is_checked(nodes, checks):
    for name in nodes:
        if room(name) in ("leveringen", "publicatie"):
            assert checks[name], name
    assert {room(name) for name in checks} <= {"landing", "leveringen", *IN_THE_DATABASE}


def test_a_delivery_has_a_partition_per_gemeente_and_month_from_the_first_to_this_one(nodes, home):
    keys = set(nodes["leveringen/brp_personen"].partitions_def.get_partition_keys())
    months = (home.last_month().year - 2022) * 12 + home.last_month().month

    assert len(keys) == 2 * months
    assert partition_key("GM0518", date(2022, 1, 1)) in keys
    assert partition_key("GM0479", home.last_month()) in keys


#: What asks for a run, of which job, and how often it looks.
WATCHING = {
    **{
        f"landing_{delivery}_{gemeente}": ("levering", 30)
        for delivery in load_contracts()
        for gemeente in ("gm0518", "gm0479")
    },
    "landing_onbekend": ("landing_opruimen", 30),
    "open_maanden": ("bouwen", 30),
    "herstel": ("", 30),
    "mislukte_runs": ("", 30),
}
SCHEDULES = {
    "kalender_dagelijks": ("kalender", "0 7 * * *"),
    "maandafsluiting_maandelijks": ("maandafsluiting", "0 6 16 * *"),
}


def test_the_sensors_and_schedules_are_those_that_were_looked_at(definitions):
    assert {
        sensor.name: (
            next((target.job_name for target in sensor.targets), ""),
            sensor.minimum_interval_seconds,
        )
        for sensor in definitions.sensors
    } == WATCHING
    assert {s.name: (s.job_name, s.cron_schedule) for s in definitions.schedules} == SCHEDULES
    assert {s.execution_timezone for s in definitions.schedules} == {"Europe/Amsterdam"}
    assert all(s.description for s in (*definitions.sensors, *definitions.schedules))


def test_nothing_runs_by_itself_until_someone_switches_it_on(definitions, home):
    watching = [*definitions.sensors, *definitions.schedules]
    assert {str(each.default_status.value) for each in watching} == {"STOPPED"}

    switched = build_definitions(home, automation=automation({"DATAPAKHUIS_AUTOMATION": "on"}))

    watching = [*(switched.sensors or ()), *(switched.schedules or ())]
    assert {str(each.default_status.value) for each in watching} == {"RUNNING"}


def test_every_sensor_and_schedule_stands_in_the_reference_with_its_reason():
    text = (CONTRACTS.parent / "docs" / "reference" / "automation.md").read_text(encoding="utf-8")

    for name in ("landing_<levering>_<gemeente>", *WATCHING, *SCHEDULES):
        if not name.endswith(("gm0518", "gm0479")):
            assert f"| `{name}` |" in text, name


def test_the_month_is_closed_on_the_day_after_the_last_that_is_due(contracts):
    last = max(c.cadence.day for c in contracts.values() if c.cadence.months == 1)

    assert SCHEDULES["maandafsluiting_maandelijks"][1].split()[2] == str(last + 1)


def test_every_job_says_what_it_does(definitions, nodes):
    for name in (LANDING_JOB, DELIVERY_JOB, BUILD_JOB, CALENDAR_JOB, MONTH_JOB):
        job = definitions.resolve_job_def(name)
        assert job.description
    built = {
        key.to_user_string()
        for key in definitions.resolve_job_def(BUILD_JOB).asset_layer.executable_asset_keys
    }
    assert built == {name for name in nodes if room(name) in BUILT}


def test_the_module_that_dagster_loads_is_the_home_of_the_environment(home):
    import warehouse.definitions

    with mock.patch.dict(os.environ, {"DATAPAKHUIS_HOME": str(home.path)}):
        assert isinstance(warehouse.definitions.defs, dg.Definitions)
    with pytest.raises(AttributeError):
        warehouse.definitions.zomaar  # noqa: B018 - the attribute is what is asked


# --- definitions refuse to load ---------------------------------------------------------------

Change = Callable[[dict[str, Any]], object]


@pytest.fixture
def manifest(parsed: Path, tmp_path: Path) -> Callable[[Change], Path]:
    """The dbt manifest after a change to the model of `inkomsten`."""

    def changed(change: Change) -> Path:
        document = json.loads((parsed / "manifest.json").read_text(encoding="utf-8"))
        change(document["nodes"]["model.datapakhuis.inkomsten"])
        path = tmp_path / "manifest.json"
        path.write_text(json.dumps(document), encoding="utf-8")
        return path

    return changed


def no_meta(name: str) -> Change:
    def change(node: dict[str, Any]) -> None:
        for place in (node, node["config"]):
            place.get("meta", {}).pop(name, None)

    return change


@pytest.mark.parametrize(
    "name",
    [
        *("thema", "doelen", "grondslag", "bewaartermijn_jaren"),
        *("eigenaar", "openheid", "leveringen", "sleutel"),
    ],
)
def test_a_dataset_that_does_not_state_what_must_be_proved_does_not_load(home, manifest, name):
    with pytest.raises(CatalogueError, match=f"inkomsten does not state {name}"):
        build_definitions(home, manifest=manifest(no_meta(name)))


def test_a_dataset_for_a_purpose_its_delivery_forbids_does_not_load(home, manifest):
    def for_the_rmc(node: dict[str, Any]) -> None:
        node["config"]["meta"]["doelen"] = ["rmc"]

    with pytest.raises(CatalogueError, match="serves rmc, for which suwinet_inkomsten may not"):
        build_definitions(home, manifest=manifest(for_the_rmc))


def test_a_contract_that_allows_less_keeps_every_dataset_on_it_from_loading(
    home, contracts: Mapping[str, Contract]
):
    narrow = replace(contracts["brp_personen"], purposes=("scheefwonen",))

    with pytest.raises(CatalogueError, match="for which brp_personen may not be used"):
        build_definitions(home, contracts={**contracts, "brp_personen": narrow})


def test_a_dataset_on_a_delivery_without_contract_does_not_load(
    home, contracts: Mapping[str, Contract]
):
    with pytest.raises(CatalogueError, match="which has no contract"):
        build_definitions(home, {"suwinet_inkomsten": contracts["suwinet_inkomsten"]})


@pytest.mark.parametrize("name", ["retention", "doelen", "grondslag", "eigenaar"])
def test_a_contract_that_does_not_state_what_must_be_proved_does_not_load(tmp_path, name):
    folder = shutil.copytree(CONTRACTS, tmp_path / "contracts")
    path = folder / "brp_personen.yaml"
    document = path.read_text(encoding="utf-8")
    assert f"property: {name}" in document
    path.write_text(document.replace(f"property: {name}", "property: iets"), encoding="utf-8")

    with pytest.raises(ContractError, match=name):
        load_contracts(folder)
