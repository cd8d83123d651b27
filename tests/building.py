"""What tests share that build with dbt: the project parsed once, and dbt in this process.

What belongs here: making dbt quick to begin. What does not: what is built, and from what.
"""

import hashlib
import os
import pprint
import shutil
from argparse import Namespace
from pathlib import Path
from typing import Any
from unittest import mock

from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.main import dbtRunner, dbtRunnerResult
from dbt.config.runtime import load_profile
from dbt.flags import set_from_args
from dbt_common.context import set_invocation_context

from assets.models import PROJECT, dbt_resource, parse
from assets.selection import Node, node_key, nodes_of, remember_made
from warehouse.contracts import load_contracts
from warehouse.home import Home
from warehouse.workspace import connect, lay_out

DATABASE = "DATAPAKHUIS_DUCKDB"
NO_UNIT_TESTS = ("--exclude-resource-type", "unit_test")
NO_TESTS = (*NO_UNIT_TESTS, "--exclude-resource-type", "test")
_KEPT = "partial_parse.msgpack"


def run_dbt(database: Path, target: Path, parsed: Path, *arguments: str) -> dbtRunnerResult:
    """Run dbt on a database, quietly; ``target`` is its folder, where it need not parse first."""
    if not (target / _KEPT).exists():
        _copy_parsed(parsed, target, database)
    with mock.patch.dict(os.environ, {DATABASE: str(database)}):
        outcome = dbtRunner().invoke(
            [
                *(*arguments, "--quiet"),
                *("--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT)),
                *("--target-path", str(target), "--log-path", str(target)),
            ]
        )
    # In process, dbt keeps the file open; the pipeline runs it in a process of its own.
    DuckDBConnectionManager.close_all_connections()  # type: ignore[no-untyped-call]
    return outcome


def prepared(home: Home) -> Path:
    """Parse the project in a home, and make what is made of code alone, as a first run does.

    That is the parameter tables, with their tests, and the views over them and over deliveries.

    Returns:
        The folder of what was parsed.
    """
    contracts = load_contracts()
    with connect(home.database) as sql:
        lay_out(sql, contracts)
    with mock.patch.dict(os.environ, {DATABASE: str(home.database)}):
        manifest = parse(home)
        views = _views_of_deliveries(manifest)
        made = " ".join(["resource_type:seed", *(view["name"] for view in views)])
        call = dbt_resource(home).cli(
            ["build", "--select", made, *NO_UNIT_TESTS, "--indirect-selection", "cautious"],
            target_path=home.dbt / "target",
        )
        call.wait()
    seeds = nodes_of(manifest, "seed")
    remember_made(home, manifest, contracts, {node_key(node) for node in (*seeds, *views)})
    return manifest.parent


def _views_of_deliveries(manifest: Path) -> list[Node]:
    """The views that rest on no table that a build makes."""
    models = {node["unique_id"]: node for node in nodes_of(manifest, "model")}

    def rests_on_none(node: Node) -> bool:
        parents = [models[key] for key in node["depends_on"]["nodes"] if key in models]
        return node["config"]["materialized"] == "view" and all(map(rests_on_none, parents))

    return [node for node in models.values() if rests_on_none(node)]


def equip(home: Home, parsed: Path) -> None:
    """Give a home what its first run would make of the project alone: see `prepared`."""
    move(parsed, home.dbt / parsed.name, home.database)


def move(parsed: Path, target: Path, database: Path) -> None:
    """Copy what was parsed to a folder, and what was made of it to a new database."""
    shutil.copy2(_database(parsed), database)
    _copy_parsed(parsed, target, database)


def _database(parsed: Path) -> Path:
    """The database of the home in which the project was parsed."""
    return parsed.parents[1] / "warehouse.duckdb"


def _copy_parsed(parsed: Path, target: Path, database: Path) -> None:
    """Copy what was parsed, for another database of the same name.

    Dbt parses again when its connection is another, though no model knows where the file is.
    """
    shutil.copytree(parsed, target, dirs_exist_ok=True)
    was, now = (_hash_of_connection(path).encode() for path in (_database(parsed), database))
    content = (target / _KEPT).read_bytes()
    assert content.count(was) == 1, "dbt keeps the hash of its connection in another way"
    (target / _KEPT).write_bytes(content.replace(was, now))


def _hash_of_connection(database: Path) -> str:
    """What dbt compares to see whether its connection is that of last time."""
    connection = credentials(database).connection_info()
    return hashlib.sha256(pprint.pformat(sorted(connection)).encode()).hexdigest()


def credentials(database: Path) -> Any:
    """How dbt connects to a database, as ``profiles.yml`` says."""
    set_from_args(Namespace(profiles_dir=str(PROJECT)), None)
    set_invocation_context({**os.environ, DATABASE: str(database)})
    return load_profile(str(PROJECT), {}).credentials
