"""Rows as they are gathered one by one, for the readers that do not read whole columns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from warehouse.contracts import Contract
from warehouse.readers.base import HOLDER, LINE, MESSAGE, UNIT, Broken, Chunk, Place

_NUMBERS = (UNIT, LINE, MESSAGE, HOLDER)


class Rows:
    """The rows of a chunk; ``heads`` is how many its head table has."""

    def __init__(self, contract: Contract) -> None:
        self.heads = 0
        self.records = 0
        self.broken: list[Broken] = []
        self._head = contract.head.name
        self._names: dict[str, list[str]] = {}
        for table in contract.raw_tables:
            own = [] if table is contract.head or table.independent else [HOLDER]
            names = [UNIT, LINE, MESSAGE, *own, *(f.name for f in table.read_fields)]
            self._names[table.name] = names
        self._rows: dict[str, list[dict[str, Any]]] = {name: [] for name in self._names}

    def add(self, table: str, values: Mapping[str, str], place: Place, **numbers: int) -> None:
        """One row of one table; a field without a value is empty."""
        self._rows[table].append(
            {**values, UNIT: place.unit, LINE: place.line, MESSAGE: place.message, **numbers}
        )
        if table == self._head:
            self.heads += 1

    def finish(self) -> Chunk:
        """The chunk."""
        tables = {
            name: pa.table(
                {
                    column: pa.array([row[column] for row in rows], pa.int64())
                    if column in _NUMBERS
                    else pa.array([row.get(column, "") for row in rows], pa.string())
                    for column in self._names[name]
                }
            )
            for name, rows in self._rows.items()
        }
        return Chunk(tables, self.records, self.broken)
