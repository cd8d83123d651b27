"""Delimited text as columns with the number of every line beside them.

What belongs here: reading rows with PyArrow so that none loses its line: those of a wrong width are
put back in their place, empty lines are told. What does not: what a column means, and whether the
bytes are text at all (``lines``).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import IO

import numpy as np
import pyarrow as pa
import pyarrow.csv

#: PyArrow reads thirty-two of these ahead.
BLOCK = 4 << 20


@dataclass(frozen=True)
class Form:
    """How a file is written: what stands between fields, how many there are, which are wanted.

    Columns are called by their position from 0, as text.
    """

    delimiter: str
    width: int
    wanted: tuple[str, ...]


def numbered(source: IO[bytes], form: Form, empty: Sequence[int]) -> Iterator[Rows]:
    """The rows below the first line, a batch at a time; ``empty`` are the lines without anything.

    Raises:
        pa.ArrowException: when the rows cannot be told apart; its text may hold content.
    """
    wrong: list[pa.csv.InvalidRow] = []

    def set_apart(row: pa.csv.InvalidRow) -> str:
        wrong.append(row)
        return "skip"

    batches = pa.csv.open_csv(
        source,
        read_options=pa.csv.ReadOptions(
            use_threads=False,
            skip_rows=1,
            column_names=[str(i) for i in range(form.width)],
            block_size=BLOCK,
        ),
        parse_options=pa.csv.ParseOptions(
            delimiter=form.delimiter, invalid_row_handler=set_apart, ignore_empty_lines=False
        ),
        convert_options=pa.csv.ConvertOptions(
            include_columns=list(form.wanted),
            column_types={name: pa.string() for name in form.wanted},
            strings_can_be_null=False,
        ),
    )
    yield from _in_order(batches, wrong, empty)


@dataclass
class Rows:
    """Physical rows with their line numbers; ``wrong`` ones have a wrong number of fields."""

    table: pa.Table
    line: np.ndarray
    wrong: np.ndarray
    empty: np.ndarray
    records: int

    def __len__(self) -> int:
        return len(self.line)

    def slice(self, start: int, stop: int) -> Rows:
        """The rows from ``start`` up to ``stop``."""
        table = self.table.slice(start, stop - start)
        return Rows(table, self.line[start:stop], self.wrong[start:stop], self.empty[:0], 0)

    @staticmethod
    def concat(first: Rows, second: Rows) -> Rows:
        """Rows, and those that come after them."""
        return Rows(
            pa.concat_tables([first.table, second.table]).combine_chunks(),
            np.concatenate([first.line, second.line]),
            np.concatenate([first.wrong, second.wrong]),
            second.empty,
            second.records,
        )


def _in_order(
    batches: Iterator[pa.RecordBatch], wrong: list[pa.csv.InvalidRow], empty: Sequence[int]
) -> Iterator[Rows]:
    """Give every row its line, put rows of a wrong width back in their place, drop empty lines.

    The parser runs ahead: ``wrong`` may hold rows of later batches, and grows while we read.
    """
    line = 2
    none = np.asarray(empty, dtype=np.int64)
    schema: pa.Schema | None = None
    for batch in batches:
        schema = batch.schema
        apart = [row for row in wrong if row.number >= line]
        numbers = np.setdiff1d(
            np.arange(line, line + batch.num_rows + len(apart)), [row.number for row in apart]
        )[: batch.num_rows]
        until = int(numbers[-1]) + 1 if len(numbers) else line
        here = [row for row in apart if row.number < until]
        yield _merge(pa.Table.from_batches([batch]), numbers, here, none)
        line = until
    late = [row for row in wrong if row.number >= line]
    if late and schema is not None:
        yield _merge(schema.empty_table(), np.empty(0, dtype=np.int64), late, none)


def _merge(
    table: pa.Table, numbers: np.ndarray, apart: list[pa.csv.InvalidRow], none: np.ndarray
) -> Rows:
    records = len(numbers) + len(apart)
    wrong = np.zeros(len(numbers), dtype=bool)
    if apart:
        begins = ["" if (row.text or ";").startswith(";") else "?" for row in apart]
        blank = {name: begins if name == "0" else [""] * len(apart) for name in table.column_names}
        table = pa.concat_tables([table, pa.table(blank, schema=table.schema)])
        numbers = np.concatenate([numbers, [row.number for row in apart]])
        wrong = np.concatenate([wrong, np.ones(len(apart), dtype=bool)])
        order = np.argsort(numbers, kind="stable")
        table, numbers, wrong = table.take(pa.array(order)), numbers[order], wrong[order]
    is_empty = np.isin(numbers, none)
    if is_empty.any():
        kept = np.flatnonzero(~is_empty)
        table, found = table.take(pa.array(kept)), numbers[is_empty]
        return Rows(table, numbers[kept], wrong[kept], found, records)
    return Rows(table, numbers, wrong, numbers[:0], records)
