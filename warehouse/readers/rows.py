"""Rows as they are gathered one by one, for the readers that do not read whole columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pyarrow as pa

from warehouse.contracts import Contract
from warehouse.readers.base import HOLDER, LINE, MESSAGE, UNIT, Broken, Chunk, Place


class Rows:
    """The rows of a chunk; ``heads`` is how many its head table has."""

    def __init__(self, contract: Contract) -> None:
        self.heads = 0
        self.records = 0
        self.broken: list[Broken] = []
        self._head = contract.head.name
        self._rows = {
            table.name: _OfTable(
                [item.name for item in table.read_fields],
                held=table is not contract.head and not table.independent,
            )
            for table in contract.raw_tables
        }

    def add(
        self, table: str, values: Mapping[str, str], place: Place, holder: int | None = None
    ) -> None:
        """One row of one table, whose values do not change any more.

        A field without a value is empty. ``holder`` is the row of the person whose it is.
        """
        rows = self._rows[table]
        rows.values.append(values)
        rows.places.append(place)
        if holder is not None:
            rows.holders.append(holder)
        if table == self._head:
            self.heads += 1

    def finish(self) -> Chunk:
        """The chunk."""
        tables = {name: rows.table() for name, rows in self._rows.items()}
        return Chunk(tables, self.records, self.broken)


@dataclass
class _OfTable:
    """The rows of one table, which are turned into columns at the end.

    Kept beside the values, the numbers need no copy of each row.
    """

    names: list[str]
    held: bool
    values: list[Mapping[str, str]] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)
    holders: list[int] = field(default_factory=list)

    def table(self) -> pa.Table:
        numbers = {
            UNIT: [place.unit for place in self.places],
            LINE: [place.line for place in self.places],
            MESSAGE: [place.message for place in self.places],
        }
        if self.held:
            numbers[HOLDER] = self.holders
        columns = {name: pa.array(column, pa.int64()) for name, column in numbers.items()}
        # All fields at once, for taking them out of the rows one by one takes half as long again.
        texts = pa.array(self.values, pa.struct([(name, pa.string()) for name in self.names]))
        for name, column in zip(self.names, texts.flatten(), strict=True):
            columns[name] = column.fill_null("") if column.null_count else column
        return pa.table(columns)
