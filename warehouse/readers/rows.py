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
        self._columns: dict[str, dict[str, list[Any]]] = {}
        for table in contract.raw_tables:
            own = [] if table is contract.head or table.independent else [HOLDER]
            names = [UNIT, LINE, MESSAGE, *own, *(f.name for f in table.read_fields)]
            self._columns[table.name] = {name: [] for name in names}

    def add(self, table: str, values: Mapping[str, str], place: Place, **numbers: int) -> None:
        """One row of one table; a field without a value is empty."""
        row = {**values, UNIT: place.unit, LINE: place.line, MESSAGE: place.message, **numbers}
        for name, column in self._columns[table].items():
            column.append(row.get(name, ""))
        if table == self._head:
            self.heads += 1

    def finish(self) -> Chunk:
        """The chunk."""
        tables = {
            name: pa.table(
                {
                    column: pa.array(values, pa.int64() if column in _NUMBERS else pa.string())
                    for column, values in columns.items()
                }
            )
            for name, columns in self._columns.items()
        }
        return Chunk(tables, self.records, self.broken)
