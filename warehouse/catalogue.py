"""The catalogue: what each dataset is for, on what ground, for how long, and from which deliveries.

It is read from the dbt project, where a dataset is described once. A dataset that leaves any of it
out, or that serves a purpose for which a delivery it uses may not be used, is refused: nothing
loads until it is mended.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from warehouse.contracts import Contract
from warehouse.errors import DatapakhuisError
from warehouse.publication import ColumnSpec, DatasetSpec

SCHEMAS = ("datasets", "marts")
_STATED = (
    "thema",
    "doelen",
    "grondslag",
    "bewaartermijn_jaren",
    "eigenaar",
    "openheid",
    "leveringen",
    "sleutel",
)


class CatalogueError(DatapakhuisError):
    """A dataset that does not say what a gemeente must be able to prove."""


@dataclass(frozen=True)
class Entry:
    """A dataset, with the deliveries it is made of."""

    spec: DatasetSpec
    deliveries: tuple[str, ...]


def read_catalogue(manifest: Path, contracts: Mapping[str, Contract]) -> dict[str, Entry]:
    """The datasets and marts of a dbt manifest, by name.

    Raises:
        CatalogueError: when one of them leaves out what must be stated, names a delivery without
            contract, or serves a purpose that a contract does not allow.
    """
    document = json.loads(manifest.read_text(encoding="utf-8"))
    nodes = document["nodes"]
    entries = {}
    for identity, node in nodes.items():
        if node["resource_type"] != "model" or node["schema"] not in SCHEMAS:
            continue
        entry = _entry(node)
        _check_lineage(entry, set(_deliveries(identity, document)), contracts)
        entries[entry.spec.name] = entry
    return dict(sorted(entries.items()))


def _entry(node: Mapping[str, Any]) -> Entry:
    meta = node["config"].get("meta") or node.get("meta") or {}
    name = node["name"]
    # What is made of the ledger alone says so with an empty list.
    missing = [
        key
        for key in _STATED
        if meta.get(key) in (None, "") or (key != "leveringen" and meta[key] == [])
    ]
    if not node.get("description"):
        missing.append("description")
    missing += [f"description of {c}" for c, v in node["columns"].items() if not v["description"]]
    if missing or not node["columns"]:
        raise CatalogueError(
            f"dataset {name} does not state {', '.join(missing) or 'its columns'}",
            "Add it to the model's description or config.meta in dbt_project.",
        )
    return Entry(
        DatasetSpec(
            name=name,
            schema=node["schema"],
            theme=meta["thema"],
            description=" ".join(node["description"].split()),
            columns=[
                ColumnSpec(
                    column, value["data_type"].upper(), " ".join(value["description"].split())
                )
                for column, value in node["columns"].items()
            ],
            key=list(meta["sleutel"]),
            doelen=list(meta["doelen"]),
            grondslag=meta["grondslag"],
            bewaartermijn_jaren=int(meta["bewaartermijn_jaren"]),
            eigenaar=meta["eigenaar"],
            openheid=meta["openheid"],
        ),
        tuple(meta["leveringen"]),
    )


def _deliveries(identity: str, document: Mapping[str, Any]) -> Iterator[str]:
    """The deliveries at the far end of a model's lineage."""
    seen, waiting = set(), [identity]
    while waiting:
        for parent in document["parent_map"].get(waiting.pop(), []):
            if parent in seen:
                continue
            seen.add(parent)
            waiting.append(parent)
            source = document["sources"].get(parent)
            if source and source["source_name"] == "raw":
                yield source["name"].partition("__")[0]


def _check_lineage(entry: Entry, deliveries: set[str], contracts: Mapping[str, Contract]) -> None:
    name = entry.spec.name
    if deliveries != set(entry.deliveries):
        raise CatalogueError(
            f"dataset {name} says it is made of {sorted(entry.deliveries)},"
            f" but its lineage leads to {sorted(deliveries)}",
            "State the deliveries under config.meta.leveringen.",
        )
    for delivery in sorted(deliveries):
        if delivery not in contracts:
            raise CatalogueError(f"dataset {name} uses {delivery}, which has no contract")
        forbidden = sorted(set(entry.spec.doelen) - set(contracts[delivery].purposes))
        if forbidden:
            raise CatalogueError(
                f"dataset {name} serves {', '.join(forbidden)},"
                f" for which {delivery} may not be used",
                "Take the purpose from the dataset, or have the contract's owner allow it.",
            )
