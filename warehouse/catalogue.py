"""The catalogue: what each dataset is for, on what ground, for how long, and from which deliveries.

It is read from the dbt project, where a dataset is described once. A dataset that leaves any of it
out, or that serves a purpose for which a delivery it uses may not be used, is refused: nothing
loads until it is mended.

A contract may allow a purpose just the fact that someone is known there (``doelen_feit``). Such a
fact passes through a model that says so (``meta.feit``) and that holds nothing but whom, when and
yes or no.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from warehouse.contracts import Contract
from warehouse.errors import DatapakhuisError
from warehouse.publication import DOMAINS, GESLOTEN, ColumnSpec, DatasetSpec

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


#: What a mart says was weighed, value by value (domain 0.1, rule 6).
PUBLIC_VALUES = (
    "privacy",
    "veiligheid",
    "autonomie",
    "controle_over_technologie",
    "menselijke_waardigheid",
    "rechtvaardigheid",
    "machtsverhoudingen",
)
#: All that a fact may hold beside its one yes or no.
_FACT_KEYS = {"gemeente", "bsn_versleuteld", "maand"}


class CatalogueError(DatapakhuisError):
    """A dataset that does not say what a gemeente must be able to prove."""


@dataclass(frozen=True)
class Example:
    """A question that a mart answers, in words and as a query over what is published."""

    words: str
    sql: str


@dataclass(frozen=True)
class Entry:
    """A dataset, with the deliveries it is made of.

    ``window`` is how many months a row rests on, its own included. The others are of marts: what
    was weighed, what one may ask of it, what it does not say, and the tables of figures in it.
    """

    spec: DatasetSpec
    deliveries: tuple[str, ...]
    window: int = 1
    public_values: Mapping[str, str] = field(default_factory=dict)
    examples: tuple[Example, ...] = ()
    limits: tuple[str, ...] = ()
    parameters: tuple[str, ...] = ()


def read_catalogue(manifest: Path, contracts: Mapping[str, Contract]) -> dict[str, Entry]:
    """The datasets and marts of a dbt manifest, by name.

    Raises:
        CatalogueError: when one of them leaves out what must be stated, names a delivery without
            contract, or serves a purpose that a contract does not allow.
    """
    lineage = _Lineage(json.loads(manifest.read_text(encoding="utf-8")))
    entries = {}
    for identity, node in lineage.nodes.items():
        if _is_dataset(node):
            entry = replace(_entry(node), parameters=tuple(sorted(lineage.parameters(identity))))
            _check_purposes(entry, *lineage.deliveries(identity), contracts)
            _check_window(entry, lineage.window(identity))
            _check_domain(entry, [_entry(lineage.nodes[m]) for m in lineage.datasets(identity)])
            entries[entry.spec.name] = entry
    return dict(sorted(entries.items()))


def _is_dataset(node: Mapping[str, Any]) -> bool:
    return node["resource_type"] == "model" and node["schema"] in SCHEMAS


def stated_by(node: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a node of the dbt project states of itself (``config.meta``)."""
    found: Mapping[str, Any] = node.get("config", {}).get("meta") or node.get("meta") or {}
    return found


def _entry(node: Mapping[str, Any]) -> Entry:
    meta = stated_by(node)
    name = node["name"]
    # What is made of the ledger alone says so with an empty list.
    missing = [
        key
        for key in _STATED
        if meta.get(key) in (None, "") or (key != "leveringen" and meta[key] == [])
    ]
    if not node.get("description"):
        missing.append("description")
    if node["schema"] == "marts":
        values = meta.get("publieke_waarden") or {}
        missing += [f"publieke_waarden.{value}" for value in PUBLIC_VALUES if not values.get(value)]
        missing += [key for key in ("voorbeelden", "zegt_niet") if not meta.get(key)]
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
            domein=meta.get("domein", GESLOTEN),
        ),
        tuple(meta["leveringen"]),
        window=int(meta.get("venster_maanden", 1)),
        public_values=dict(meta.get("publieke_waarden", {})),
        examples=tuple(Example(e["vraag"], e["sql"]) for e in meta.get("voorbeelden", ())),
        limits=tuple(" ".join(text.split()) for text in meta.get("zegt_niet", ())),
    )


class _Lineage:
    """What every model is made of, all the way back to the deliveries."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.nodes: Mapping[str, Mapping[str, Any]] = document["nodes"]
        self._sources = document["sources"]
        self._parents = document["parent_map"]

    def deliveries(self, identity: str) -> tuple[set[str], set[str]]:
        """The deliveries that a model is made of: those it may look into, and those of a fact.

        A delivery of which it has both is of the first.
        """
        whole = self._at_the_far_end(identity, past_facts=False)
        return whole, self._at_the_far_end(identity, past_facts=True) - whole

    def datasets(self, identity: str) -> Iterator[str]:
        """The datasets and marts among the ancestors of a model."""
        for ancestor in self._ancestors(identity, past_facts=True):
            if ancestor in self.nodes and _is_dataset(self.nodes[ancestor]):
                yield ancestor

    def parameters(self, identity: str) -> Iterator[str]:
        """The tables of figures and codes that a model uses itself, or in its own steps."""
        seen, waiting = set(), [identity]
        while waiting:
            for parent in self._parents.get(waiting.pop(), []):
                node = self.nodes.get(parent)
                if node is None or parent in seen:
                    continue
                seen.add(parent)
                if node["resource_type"] == "seed":
                    yield node["name"]
                elif not (_is_dataset(node) and node["schema"] == "datasets"):
                    waiting.append(parent)

    def window(self, identity: str) -> int:
        """How many months the widest of a model's ancestors rests on."""
        ancestors = self._ancestors(identity, past_facts=True)
        metas = [stated_by(self.nodes[node]) for node in ancestors if node in self.nodes]
        return max((int(meta.get("venster_maanden", 1)) for meta in metas), default=1)

    def _at_the_far_end(self, identity: str, *, past_facts: bool) -> set[str]:
        found = (self._sources.get(node) for node in self._ancestors(identity, past_facts))
        return {
            source["name"].partition("__")[0]
            for source in found
            if source and source["source_name"] == "raw"
        }

    def _ancestors(self, identity: str, past_facts: bool) -> Iterator[str]:
        seen, waiting = set(), [identity]
        while waiting:
            for parent in self._parents.get(waiting.pop(), []):
                if parent in seen:
                    continue
                seen.add(parent)
                yield parent
                if past_facts or not self._is_fact(parent):
                    waiting.append(parent)

    def _is_fact(self, identity: str) -> bool:
        """Whether a model holds a fact, and no more than that.

        Raises:
            CatalogueError: when it says so and holds more.
        """
        node = self.nodes.get(identity)
        if node is None or not stated_by(node).get("feit"):
            return False
        kinds = {name: (c["data_type"] or "").lower() for name, c in node["columns"].items()}
        facts = [kinds[name] for name in kinds.keys() - _FACT_KEYS]
        enforced = node["config"].get("contract", {}).get("enforced", False)
        if not (enforced and kinds.keys() >= _FACT_KEYS and facts == ["boolean"]):
            raise CatalogueError(
                f"{node['name']} says that it holds a fact, but it is not held to"
                f" {', '.join(sorted(_FACT_KEYS))} and one boolean",
                "Give it these columns and an enforced contract, or take `feit` from it.",
            )
        return True


def _check_purposes(
    entry: Entry, whole: set[str], facts: set[str], contracts: Mapping[str, Contract]
) -> None:
    name, deliveries = entry.spec.name, whole | facts
    if deliveries != set(entry.deliveries):
        raise CatalogueError(
            f"dataset {name} says it is made of {sorted(entry.deliveries)},"
            f" but its lineage leads to {sorted(deliveries)}",
            "State the deliveries under config.meta.leveringen.",
        )
    for delivery in sorted(deliveries):
        if delivery not in contracts:
            raise CatalogueError(f"dataset {name} uses {delivery}, which has no contract")
        contract = contracts[delivery]
        allowed = {*contract.purposes, *(contract.fact_purposes if delivery in facts else ())}
        if forbidden := sorted(set(entry.spec.doelen) - allowed):
            only = set(forbidden) <= set(contract.fact_purposes)
            raise CatalogueError(
                f"dataset {name} serves {', '.join(forbidden)},"
                f" for which {delivery} may not be used{' but for the fact' if only else ''}",
                "Take the purpose from the dataset, or have the contract's owner allow it.",
            )


def _check_window(entry: Entry, widest: int) -> None:
    if entry.window < widest:
        raise CatalogueError(
            f"dataset {entry.spec.name} rests on {entry.window} months,"
            f" but what it is made of rests on {widest}",
            "State it under config.meta.venster_maanden, and build `te_bouwen_maanden`.",
        )


def _check_domain(entry: Entry, ancestors: list[Entry]) -> None:
    """Persons of two published domains never meet, nor does anything that would tie them."""
    spec, problem = entry.spec, None
    if spec.domein not in DOMAINS:
        problem = f"has the domain {spec.domein}, which is none of {', '.join(DOMAINS)}"
    elif _of_persons(entry) and spec.domein != GESLOTEN and set(spec.doelen) != {spec.domein}:
        problem = f"is published in the domain {spec.domein} and serves more than that"
    elif spec.domein != GESLOTEN and any(c.name.endswith("_sleutel") for c in spec.columns):
        problem = "holds a key of a household or a home, which is the same in every domain"
    elif _of_persons(entry):
        others = {
            a.spec.name
            for a in ancestors
            if a.spec.schema == "marts" and _of_persons(a) and a.spec.domein != spec.domein
        }
        if others:
            problem = f"is made of persons of another domain: {', '.join(sorted(others))}"
    if problem:
        raise CatalogueError(f"dataset {spec.name} {problem}", "Mend its config.meta.")


def _of_persons(entry: Entry) -> bool:
    return any(column.republished for column in entry.spec.columns)
