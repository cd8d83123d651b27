"""Which months of which model a build makes, told from what each model is made of.

What belongs here: from the deliveries that opened months to the months of each model. What does
not: opening (``ledger``), the tables in which dbt finds it (``workspace``), and what dbt finds
changed while it builds (macros ``maanden``).

A model that keeps its months (an incremental one) is built for a month when a delivery that it
reads through staging opened it, and, once that is done, when a kept model that it reads came out
otherwise: late news about one register costs what is made of that register, and of that only what
differs. Every other model is made anew for the months that its readers may ask of it.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from warehouse.catalogue import stated_by
from warehouse.errors import DatapakhuisError
from warehouse.home import add_months
from warehouse.ledger import EVERYTHING
from warehouse.placing import ADDRESSES, AREAS

#: The tables of the ledger that change with a delivery.
_TOLD_OF_DELIVERIES = frozenset({"leveringen", "referenties", "beschreven_maanden"})
#: The layers that read no delivery themselves, so that their sources do not tell which it is.
_WITHOUT_RAW = ("stappen", "marts")
STATED = "leveringen_in_grootboek"
#: The kind of model that keeps its months from build to build.
KEEPS = "incremental"

Opened = Mapping[date, Collection[str]]
Rows = Sequence[tuple[str, date]]


class ReachError(DatapakhuisError):
    """A model of which cannot be told when it changes."""


@dataclass(frozen=True)
class Reach:
    """What one model is made of, as far as it says which months to build.

    Attributes:
        kind: how dbt makes it: ``incremental`` keeps its months, a ``table`` or ``view`` does not.
        window: how many months a row rests on, its own included (``meta.venster_maanden``).
        depth: how many months of what it reads it reads itself, its own included
            (``meta.leest_maanden``); what rests on more does so by way of what it reads.
        deliveries: what may change it in the end; of one that keeps nothing what may change its
            readers. ``EVERYTHING`` among them stands for every delivery.
        direct: the deliveries that it reads itself, or through what keeps nothing.
        reads: the kept models that it reads so.
        readers: of a view the models that read it, themselves or through other views.
    """

    kind: str
    window: int
    depth: int
    deliveries: frozenset[str]
    direct: frozenset[str]
    reads: frozenset[str]
    readers: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Plan:
    """The months of each model.

    Attributes:
        candidates: the months of kept models that may change.
        certain: the months to be built whatever the build finds.
        anew: the months that count as changed even if they come out the same.
        readers: of a kept model who reads it, and how many months of it; of a view who reads it.
    """

    candidates: Rows
    certain: Rows
    anew: Rows
    readers: Sequence[tuple[str, str, int]]


NOTHING = Plan((), (), (), ())


def window(months: Collection[date], known: Sequence[date], reach: int) -> list[date]:
    """The known months whose outcome rests on any of ``months``, when a row rests on ``reach``.

    One is the month itself.
    """
    return [
        month
        for month in known
        if any(opened <= month < add_months(opened, reach) for opened in months)
    ]


def opened_by(opened: Opened, deliveries: Collection[str]) -> list[date]:
    """The months that any of these deliveries opened, or that are open for everything."""
    every = EVERYTHING in deliveries
    return sorted(
        month
        for month, by in opened.items()
        if every or EVERYTHING in by or not {*deliveries}.isdisjoint(by)
    )


def plan(reaches: Mapping[str, Reach], opened: Opened, known: Sequence[date]) -> Plan:
    """What is to be built of each model, now that these months are open.

    Args:
        reaches: what each model is made of.
        opened: the open months, with the deliveries that opened them.
        known: all months that are described, in order.
    """

    def months(name: str, deliveries: Collection[str], reach: int) -> Rows:
        return [(name, each) for each in window(opened_by(opened, deliveries), known, reach)]

    kept = [name for name, reach in reaches.items() if reach.kind == KEEPS]
    tables = [name for name, reach in reaches.items() if reach.kind == "table"]
    read = {(each, name, reaches[name].depth) for name in kept for each in reaches[name].reads}
    shown = {(name, each, 1) for name, reach in reaches.items() for each in reach.readers}
    return Plan(
        candidates=[
            row for n in kept for row in months(n, reaches[n].deliveries, reaches[n].window)
        ],
        certain=[
            *(row for n in kept for row in months(n, reaches[n].direct, reaches[n].depth)),
            *(row for n in tables for row in months(n, reaches[n].deliveries, reaches[n].window)),
        ],
        anew=[row for n in kept for row in months(n, (), reaches[n].window)],
        readers=sorted(read | shown),
    )


def months_asked(reaches: Mapping[str, Reach], work: Plan) -> dict[str, frozenset[date]]:
    """By delivery the months for which a model that is built may read it."""
    asked: dict[str, set[date]] = {}
    for name, month in {*work.candidates, *work.certain}:
        for delivery in reaches[name].direct:
            asked.setdefault(delivery, set()).add(month)
    return {delivery: frozenset(months) for delivery, months in asked.items()}


@lru_cache(maxsize=1)
def read_reach(manifest: Path) -> dict[str, Reach]:
    """What every model of a dbt manifest is made of, by name.

    Raises:
        ReachError: when a model reads of the ledger what was delivered and it cannot be told of
            which deliveries, or when it rests on other months than what it reads leads to.
    """
    graph = _Graph(json.loads(manifest.read_text(encoding="utf-8")))
    reaches = {node["name"]: graph.reach(identity) for identity, node in graph.models.items()}
    for name, reach in reaches.items():
        if reach.kind == KEEPS:
            _check_window(name, reach, {each: reaches[each].window for each in reach.reads})
    return reaches


def _check_window(name: str, reach: Reach, read: Mapping[str, int]) -> None:
    """Hold how many months a kept model rests on to what the kept models rest on that it reads."""
    if wider := sorted(each for each, months in read.items() if months > reach.window):
        raise ReachError(
            f"{name} rests on {reach.window} months, and what it reads on more: {', '.join(wider)}",
            "State it under config.meta.venster_maanden, and build `te_bouwen_maanden`.",
        )
    far = max(read.values(), default=1) + reach.depth - 1
    if not 1 <= reach.depth <= reach.window <= far:
        raise ReachError(
            f"{name} rests on {reach.window} months and reads {reach.depth} of what it is made of,"
            f" which leads to {far}",
            "State under config.meta.leest_maanden how many months back it reads, its own included;"
            " without it that is venster_maanden.",
        )


class _Graph:
    """What dbt parsed, as far as it says what rests on what."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.models: Mapping[str, Mapping[str, Any]] = {
            identity: node
            for identity, node in document["nodes"].items()
            if node["resource_type"] == "model"
        }
        self._sources: Mapping[str, Mapping[str, Any]] = document["sources"]
        self._parents: Mapping[str, Sequence[str]] = document["parent_map"]
        self._children: dict[str, list[str]] = {}
        for identity in self.models:
            for parent in self._parents.get(identity, ()):
                self._children.setdefault(parent, []).append(identity)

    def reach(self, identity: str) -> Reach:
        """What one model is made of."""
        kind, stated = self._kind(identity), stated_by(self.models[identity])
        months = int(stated.get("venster_maanden", 1))
        near = self._models(self._parents, identity, past={"table", "view"})
        asking = self._models(self._children, identity, past={"table", "view"})
        showing = self._models(self._children, identity, past={"view"})
        kept = {each for each in near if self._kind(each) == KEEPS}
        asked = {each for each in asking if self._kind(each) == KEEPS} if kind != KEEPS else set()
        shown = (
            {each for each in showing if self._kind(each) != "view"} if kind == "view" else set()
        )
        return Reach(
            kind=kind,
            window=months,
            depth=int(stated.get("leest_maanden", months)),
            deliveries=self._deliveries(
                self._models(self._parents, *(asked or {identity}), past=None)
            ),
            direct=self._deliveries({identity, *(near - kept)}),
            reads=self._names(kept),
            readers=self._names(shown),
        )

    def _kind(self, identity: str) -> str:
        return str(self.models[identity]["config"].get("materialized", "view"))

    def _names(self, identities: Iterable[str]) -> frozenset[str]:
        return frozenset(self.models[each]["name"] for each in identities)

    def _deliveries(self, identities: Iterable[str]) -> frozenset[str]:
        return frozenset().union(*(self._told(each) for each in identities))

    def _models(
        self,
        links: Mapping[str, Sequence[str]],
        *begin: str,
        past: Collection[str] | None,
    ) -> set[str]:
        """The models that links lead to, past those of some kinds; past all, the begin included."""
        found: set[str] = set() if past else set(begin)
        waiting = [each for identity in begin for each in links.get(identity, ())]
        while waiting:
            identity = waiting.pop()
            if identity in self.models and identity not in found:
                found.add(identity)
                if past is None or self._kind(identity) in past:
                    waiting += links.get(identity, ())
        return found

    def _told(self, identity: str) -> set[str]:
        """The deliveries that the text of a model is about, without what it refers to."""
        node = self.models[identity]
        says = stated_by(node)
        sources = [self._sources[p] for p in self._parents.get(identity, ()) if p in self._sources]
        raw = {s["name"].partition("__")[0] for s in sources if s["source_name"] == "raw"}
        if any(source["source_name"] == "geografie" for source in sources):
            raw |= {ADDRESSES, AREAS}
        if says.get("leveringen") == []:
            # It is about the ledger itself.
            return {EVERYTHING}
        stated = says.get(STATED)
        ledger = {s["name"] for s in sources if s["source_name"] == "grootboek"}
        if node["schema"] in _WITHOUT_RAW and ledger & _TOLD_OF_DELIVERIES and stated is None:
            raise ReachError(
                f"{node['name']} reads of the ledger what was delivered, and not of whom",
                f"State the deliveries under config.meta.{STATED}.",
            )
        return raw | set(stated or ())
