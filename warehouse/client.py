"""The analyst's door: find, read and query what is published.

What belongs here: reading manifests and their files, and a query in a sandbox that reaches nothing
else. What does not: anything that writes a publication or opens the working database. It needs
DuckDB and PyArrow only. A manifest and its files never change, so a run that writes does no harm.
"""

from __future__ import annotations

import difflib
import re
import tempfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path

import duckdb
import pyarrow as pa

from warehouse.errors import DatapakhuisError
from warehouse.home import AMSTERDAM, month_text, parse_month
from warehouse.publication import (
    DOMAINS,
    GESLOTEN,
    DatasetSpec,
    Manifest,
    PublishedDataset,
    literal,
    manifest_paths,
    quoted,
    read_manifest,
    select_from,
)

Month = date | str

_FORMATS = {
    "csv": "format csv, header",
    "json": "format json, array true",
    "parquet": "format parquet, compression zstd",
}
#: A spreadsheet takes a cell that starts so for a formula.
_FORMULA = r"\A([=+\-@\t\r\n])"
_AS_TEXT = r"'\1"
_NO_TEXT = (
    pa.types.is_integer,
    pa.types.is_floating,
    pa.types.is_decimal,
    pa.types.is_boolean,
    pa.types.is_temporal,
)
_SEE_FILES = "Run `datapakhuis doctor`, which finds missing and damaged files."
_SEE_TARGET = "See whether the folder exists, may be written and has room."


class ClientError(DatapakhuisError):
    """What was asked is not there, or is not allowed; says what is."""


@dataclass(frozen=True, repr=False)
class DatasetInfo(DatasetSpec):
    """A published dataset: its description, and the rows of each month that is there."""

    months: Mapping[date, int] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        """Rows of all months together."""
        return sum(self.months.values())

    def __repr__(self) -> str:
        if not self.months:
            return f"<{self.name}: no rows>"
        period = f"{month_text(min(self.months))} to {month_text(max(self.months))}"
        return f"<{self.name}: {period}, {self.rows} rows>"


class Client:
    """Reads the publication of a datapakhuis, given its home or its publication folder.

    ``domain`` is what the reader may know persons for: statistics and policy (``gesloten``), or the
    RMC's own task (``rmc``). A query reaches one of the two, never both.

    In every method ``as_known_at`` gives what was published by then: the end of a day, or a moment
    (Dutch time when it names no zone).
    """

    def __init__(self, path: Path | str, domain: str = GESLOTEN) -> None:
        if domain not in DOMAINS:
            raise ClientError(
                f"There is no domain {domain!r}", f"Choose from {', '.join(DOMAINS)}."
            )
        folder = Path(path).expanduser().resolve()
        self._root = folder / "publication" if (folder / "publication").is_dir() else folder
        self._domain = domain

    def datasets(self, as_known_at: date | None = None) -> list[DatasetInfo]:
        """Every published dataset, by name."""
        manifest = self._manifest(as_known_at)
        return [_info(entry) for _, entry in sorted(manifest.datasets.items())]

    def show(self, name: str, as_known_at: date | None = None) -> DatasetInfo:
        """One dataset: columns, months, purpose, owner."""
        return _info(_dataset(self._manifest(as_known_at), name))

    def get(
        self,
        name: str,
        months: Collection[Month] | None = None,
        columns: Sequence[str] | None = None,
        as_known_at: date | None = None,
        *,
        from_month: Month | None = None,
        to_month: Month | None = None,
    ) -> pa.Table:
        """The rows of a dataset, by month and within a month by key.

        Args:
            name: of the dataset.
            months: only these, as a date or ``YYYY-MM``; each of them must be there.
            columns: only these, in this order.
            as_known_at: see the class.
            from_month: the first month, inclusive.
            to_month: the last month, inclusive.
        """
        entry = _dataset(self._manifest(as_known_at), name)
        known = {column.name: column for column in entry.spec.columns}
        chosen = list(known) if columns is None else list(columns)
        for column in chosen:
            if column not in known:
                raise ClientError(f"{name} has no column {column!r}", _suggestion(column, known))
        files = [
            self._file(entry.months[month].file)
            for month in _chosen_months(entry, months, from_month, to_month)
        ]
        with closing(duckdb.connect()) as connection, _plain_errors(_SEE_FILES):
            query = select_from([known[column] for column in chosen], files)
            return connection.sql(query).to_arrow_table()

    def sql(self, query: str, as_known_at: date | None = None) -> pa.Table:
        """The result of one ``select`` over the published datasets, each a view of its own name."""
        manifest = self._manifest(as_known_at)
        with (
            tempfile.TemporaryDirectory(prefix="datapakhuis-") as spill,
            closing(self._sandbox(manifest, Path(spill))) as connection,
            _plain_errors(f"The datasets are: {', '.join(sorted(manifest.datasets))}."),
        ):
            _check_select(connection, query)
            return connection.sql(query).to_arrow_table()

    def write(self, table: pa.Table, path: Path | str, format: str) -> None:
        """Write a table as ``csv``, ``json`` (a list of objects) or ``parquet``.

        In CSV a text that a spreadsheet would take for a formula gets an apostrophe before it.
        """
        if format not in _FORMATS:
            raise ClientError(f"{format!r} is not a format", f"Choose from {', '.join(_FORMATS)}.")
        # DuckDB renames the second of two equal names, and then the first would be written twice.
        if len({name.lower() for name in table.column_names}) < table.num_columns:
            raise ClientError("Two columns have the same name", "Give each column its own name.")
        target = Path(path)
        temporary = target.with_name(f".tmp-{target.name}")
        columns = _columns_for(table.schema, format)
        with closing(duckdb.connect()) as connection, _plain_errors(_SEE_TARGET):
            try:
                connection.register("result", table)
                connection.execute(
                    f"copy (select {columns} from result)"  # noqa: S608
                    f" to {literal(str(temporary))} ({_FORMATS[format]})"
                )
                temporary.replace(target)
            finally:
                temporary.unlink(missing_ok=True)

    def _manifest(self, as_known_at: date | None) -> Manifest:
        paths = manifest_paths(self._root, self._domain)
        if not paths:
            raise ClientError(
                f"Nothing has been published in {self._root} yet",
                "Run `datapakhuis run` when deliveries have landed, or `datapakhuis demo`.",
            )
        if as_known_at is None:
            return read_manifest(paths[-1])
        moment = _moment(as_known_at)
        for path in reversed(paths):
            manifest = read_manifest(path)
            if manifest.known_from <= moment:
                return manifest
        raise ClientError(
            f"Nothing was published yet at {as_known_at}",
            f"The first publication is of {manifest.known_from.astimezone(AMSTERDAM):%Y-%m-%d}.",
        )

    def _file(self, file: str) -> Path:
        return self._root / self._domain / file

    def _sandbox(self, manifest: Manifest, spill: Path) -> duckdb.DuckDBPyConnection:
        """A database of views that, once made, reaches the published files and nothing else."""
        connection = duckdb.connect(
            config={
                "autoinstall_known_extensions": False,
                "autoload_known_extensions": False,
                "temp_directory": str(spill),
            }
        )
        with _plain_errors(_SEE_FILES):
            for name, entry in manifest.datasets.items():
                files = [self._file(month.file) for month in entry.months.values()]
                select = select_from(entry.spec.columns, files)
                connection.execute(f"create view {quoted(name)} as {select}")
        data = literal(f"{self._root / self._domain / 'data'}/")
        for setting in (
            # Otherwise a name that is no dataset may be a variable of whoever calls.
            "python_enable_replacements = false",
            f"allowed_directories = [{data}]",
            "enable_external_access = false",
            "lock_configuration = true",
        ):
            connection.execute(f"set {setting}")
        return connection


def _info(entry: PublishedDataset) -> DatasetInfo:
    months = {month: item.rows for month, item in entry.months.items()}
    return DatasetInfo(**vars(entry.spec), months=months)


def _dataset(manifest: Manifest, name: str) -> PublishedDataset:
    if name not in manifest.datasets:
        raise ClientError(f"There is no dataset {name!r}", _suggestion(name, manifest.datasets))
    return manifest.datasets[name]


def _suggestion(name: str, known: Collection[str]) -> str:
    near = difflib.get_close_matches(name, known, n=1)
    meant = f"Did you mean {near[0]}? " if near else ""
    return f"{meant}There are: {', '.join(sorted(known))}."


def _chosen_months(
    entry: PublishedDataset,
    months: Collection[Month] | None,
    from_month: Month | None,
    to_month: Month | None,
) -> list[date]:
    """The published months that were asked for; one asked by name that is not there is an error."""
    first = _month(from_month) if from_month else date.min
    last = _month(to_month) if to_month else date.max
    asked = set(entry.months) if months is None else {_month(month) for month in months}
    if missing := sorted(asked - entry.months.keys()):
        present = ", ".join(month_text(month) for month in sorted(entry.months)) or "none"
        raise ClientError(
            f"{entry.spec.name} has no {', '.join(map(month_text, missing))}",
            f"Published months: {present}.",
        )
    return sorted(month for month in asked if first <= month <= last)


def _month(month: Month) -> date:
    return parse_month(month) if isinstance(month, str) else month.replace(day=1)


def _moment(day: date) -> datetime:
    """The moment itself, or the end of the day."""
    if not isinstance(day, datetime):
        return datetime.combine(day, time.max, AMSTERDAM)
    return day if day.tzinfo else day.replace(tzinfo=AMSTERDAM)


def _check_select(connection: duckdb.DuckDBPyConnection, query: str) -> None:
    """One query that reads. ``explain analyze`` is refused too: it runs what it explains."""
    statements = connection.extract_statements(query)
    if len(statements) != 1:
        raise ClientError(f"This holds {len(statements)} statements", "Give one `select`.")
    if statements[0].type != duckdb.StatementType.SELECT:
        raise ClientError(
            "Only a query that reads is allowed",
            "Give one `select`; name the values of a `pivot` with `in (...)`.",
        )


def _columns_for(schema: pa.Schema, format: str) -> str:
    """The columns to write, in CSV without formulas."""
    if format != "csv":
        return ", ".join(quoted(name) for name in schema.names)
    return ", ".join(
        f"{_cell(field)} as {quoted(re.sub(_FORMULA, _AS_TEXT, field.name))}" for field in schema
    )


def _cell(field: pa.Field) -> str:
    """The expression that gives a column's values, harmless in a spreadsheet."""
    name = quoted(field.name)
    if any(is_type(field.type) for is_type in _NO_TEXT):
        return name
    return f"regexp_replace(cast({name} as varchar), {literal(_FORMULA)}, {literal(_AS_TEXT)})"


@contextmanager
def _plain_errors(remedy: str) -> Iterator[None]:
    """Say in one line what DuckDB or the file system says in many."""
    try:
        yield
    except (duckdb.Error, OSError) as error:
        first_line = str(error).splitlines()[0].rstrip(".")
        raise ClientError(first_line, remedy) from None
