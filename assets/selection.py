"""Which models a build makes, and what it leaves as it is.

What belongs here: what a build can change, told from what dbt parsed: of deliveries that never came
there is nothing to say, and what is only code is made when the code is another. What does not: the
building itself.
"""

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import dagster as dg

from warehouse.catalogue import SCHEMAS, stated_by
from warehouse.contracts import REGISTER, Contract
from warehouse.home import Home
from warehouse.workspace import connect, forget_made, made_as, mark_made, relations

#: What is made of code alone, and kept until the code is another.
PARAMETERS, VIEWS = "parameters", "views"
Node = Mapping[str, Any]


@dataclass(frozen=True)
class Selection:
    """The names of what dbt builds and tests, and of all that it could."""

    chosen: frozenset[str]
    all: frozenset[str]

    @property
    def options(self) -> list[str]:
        """The options that let dbt do that, and no more.

        Named are those that are chosen, or those that are not, whichever are fewer: for each name
        dbt looks through the whole project.
        """
        rest = self.all - self.chosen
        option, fewer = ("--exclude", rest)
        if len(self.chosen) < len(rest):
            option, fewer = ("--select", self.chosen)
        named = [option, " ".join(sorted(fewer))] if rest else []
        return ["--exclude-resource-type", "unit_test", "--indirect-selection", "empty", *named]


def node_key(node: Node) -> dg.AssetKey:
    """The asset of a model or a parameter table: where it stands, and its name."""
    return dg.AssetKey([node["schema"], node["name"]])


def select(
    manifest: Path,
    asked: Collection[dg.AssetKey],
    checks: Collection[dg.AssetCheckKey],
    idle: Collection[str],
    kept: Collection[dg.AssetKey],
) -> tuple[Selection, set[dg.AssetCheckKey]]:
    """What dbt does of the models and checks that were asked for.

    Args:
        manifest: what dbt parsed.
        asked: the models and parameter tables to be made.
        checks: the checks to be done.
        idle: the names of models of which there is nothing to say, nor to test.
        kept: what stays as it was made; a parameter table was tested then as well.

    Returns:
        What dbt builds and tests, and the checks that are done by it.
    """
    nodes = _document(manifest)["nodes"]
    made = {key: node for key, node in nodes.items() if node["resource_type"] in ("model", "seed")}
    builds = {
        key
        for key, node in made.items()
        if node["name"] not in idle and node_key(node) in set(asked) - set(kept)
    }
    chosen, done = {made[key]["name"] for key in builds}, set()
    named = {check.name: check for check in checks}
    for test in nodes_of(manifest, "test"):
        parents = [made[key] for key in test["depends_on"]["nodes"] if key in made]
        silent = any(node["name"] in idle for node in parents)
        tested = all(node["resource_type"] == "seed" and node_key(node) in kept for node in parents)
        if test["name"] in named and not (silent or tested):
            chosen.add(test["name"])
            done.add(named[test["name"]])
    every = {node["name"] for node in (*made.values(), *nodes_of(manifest, "test"))}
    return Selection(frozenset(chosen), frozenset(every)), done


def idle_models(
    manifest: Path, contracts: Mapping[str, Contract], delivered: Collection[str]
) -> set[str]:
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
        if node["schema"] in SCHEMAS and tells(stated_by(node).get("leveringen", ()))
    ]
    needed: set[str] = set()
    while waiting:
        key = waiting.pop()
        if key in models and key not in needed:
            needed.add(key)
            waiting += document["parent_map"][key]
    return {node["name"] for key, node in models.items() if key not in needed}


def worth_building(
    contracts: Mapping[str, Contract],
    manifest: Path,
    delivered: Collection[str],
    kept: Collection[dg.AssetKey],
) -> set[dg.AssetKey]:
    """The models of which a build can change anything, and the parameter tables that are not kept.

    Dagster writes some events for each asset and check of a run, also of what is left out.
    """
    idle = idle_models(manifest, contracts, delivered)
    models = {node_key(n) for n in nodes_of(manifest, "model") if n["name"] not in idle}
    return models | (_keys(manifest, PARAMETERS) - set(kept))


def kept_as_made(
    home: Home, manifest: Path, contracts: Mapping[str, Contract], *, forget: bool = False
) -> set[dg.AssetKey]:
    """The parameter tables and views that are there as this code makes them.

    Only for who holds the lock: it opens the database.

    Args:
        home: where.
        manifest: what dbt parsed.
        contracts: what the views under the models are of.
        forget: forget what is of other code, which is about to be made anew.
    """
    if not home.database.exists():
        return set()
    kept = set()
    with connect(home.database) as sql:
        there = {dg.AssetKey([*each]) for each in relations(sql)}
        for what, fingerprint in _fingerprints(manifest, contracts).items():
            if made_as(sql, what) == fingerprint:
                kept |= _keys(manifest, what) & there
            elif forget:
                forget_made(sql, what)
    return kept


def remember_made(
    home: Home,
    manifest: Path,
    contracts: Mapping[str, Contract],
    made: Collection[dg.AssetKey],
) -> None:
    """Remember what was made or kept, when nothing beside it is of other code."""
    with connect(home.database) as sql:
        there = {dg.AssetKey([*each]) for each in relations(sql)}
        for what, fingerprint in _fingerprints(manifest, contracts).items():
            if _keys(manifest, what) & there <= set(made):
                mark_made(sql, what, fingerprint)


def nodes_of(manifest: Path, kind: str) -> Iterator[Node]:
    """The models, the seeds or the tests that dbt parsed."""
    nodes = _document(manifest)["nodes"].values()
    return (node for node in nodes if node["resource_type"] == kind)


def _keys(manifest: Path, what: str) -> set[dg.AssetKey]:
    if what == PARAMETERS:
        return {node_key(node) for node in nodes_of(manifest, "seed")}
    return {node_key(node) for node in _views(manifest)}


def _views(manifest: Path) -> list[Node]:
    return [n for n in nodes_of(manifest, "model") if n["config"]["materialized"] == "view"]


def _fingerprints(manifest: Path, contracts: Mapping[str, Contract]) -> dict[str, str]:
    """What tells one making from another: of the tables rows and types, of the views all code."""
    seeds = sorted(
        (n["name"], n["checksum"]["checksum"], sorted(n["config"]["column_types"].items()))
        for n in nodes_of(manifest, "seed")
    )
    views = sorted((node["name"], node["raw_code"]) for node in _views(manifest))
    macros = sorted(
        (macro["name"], macro["macro_sql"])
        for macro in _document(manifest)["macros"].values()
        if macro["package_name"] == _document(manifest)["metadata"]["project_name"]
    )
    raw = sorted(
        (name, table.name, sorted(table.raw_columns.items()))
        for name, contract in contracts.items()
        for table in contract.raw_tables
    )
    dbt = [version(package) for package in ("dbt-core", "dbt-duckdb")]
    told = {PARAMETERS: [seeds], VIEWS: [views, macros, raw, dbt]}
    return {
        what: hashlib.sha256(json.dumps(parts).encode()).hexdigest() for what, parts in told.items()
    }


@lru_cache(maxsize=1)
def _document(manifest: Path) -> dict[str, Any]:
    """What dbt parsed, read once: it is large, and another project has another path."""
    document: dict[str, Any] = json.loads(manifest.read_text(encoding="utf-8"))
    return document
