"""Closed publication: what leaves the working database, as files that nobody has to lock.

What belongs here: writing each month of a dataset as Parquet named by its content, the manifest
that says which files are a publication, the DuckDB file of views, and what keeps the internal
token and the BSN out of all three. What does not: which months are due, the key (a function that
republishes tokens is given), open data, and how an analyst reads (the client).

Everything becomes visible by a rename, in this order: data files, manifest, views. A crash in
between leaves the old publication and some files that the next one finds or sweeps.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from warehouse.errors import DatapakhuisError
from warehouse.home import month_text, parse_month

GESLOTEN = "gesloten"
#: What closed data is published for, each with tokens, files and views of its own: statistics and
#: policy, and the RMC's own task. A person of the one is nobody in the other.
DOMAINS = (GESLOTEN, "rmc")
MONTH_COLUMN = "maand"

Republish = Callable[[pa.Array], pa.Array]

_FORMAT = 1
_TEMPORARY = ".tmp-"
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_MANIFEST = re.compile(r"([0-9]{6,})-([0-9a-f]{16})\.json")
#: What Parquet gives back as it went in, and what the guard can look into.
_PUBLISHABLE = re.compile(
    r"VARCHAR|BOOLEAN|DATE|TINYINT|SMALLINT|INTEGER|BIGINT|FLOAT|DOUBLE|DECIMAL\([0-9]+,[0-9]+\)"
)
#: Fixed, because the rows of a row group are part of the bytes that name the file.
_ROW_GROUP = 65_536
_BATCH = 16_384
#: Rows that are read and sorted at once: a small month costs more in its queries than in its rows,
#: and a large one goes by itself.
_PASS = 250_000
#: A month that does not fit is sorted on disk; measured: 1.6 million rows take as long either way.
_SORT_MEMORY = "128MB"


class PublicationError(DatapakhuisError):
    """Something that may not, or cannot, be published. Names columns and months, never values."""


@dataclass(frozen=True)
class ColumnSpec:
    """A column, its DuckDB type and what it means (Dutch).

    ``internal`` marks a column of internal tokens under a name that does not end in
    ``_versleuteld``; either way it is republished.
    """

    name: str
    type: str
    description: str
    internal: bool = field(default=False, compare=False)

    @property
    def republished(self) -> bool:
        """Whether its values are internal tokens, which never leave as they are."""
        return self.internal or self.name.endswith("_versleuteld")


@dataclass(frozen=True)
class DatasetSpec:
    """A dataset as the catalogue describes it.

    ``schema`` is where the working database has it, ``domein`` the domain of its published tokens.
    """

    name: str
    schema: str
    theme: str
    description: str
    columns: Sequence[ColumnSpec]
    key: Sequence[str]
    doelen: Sequence[str]
    grondslag: str
    bewaartermijn_jaren: int
    eigenaar: str
    openheid: str
    domein: str = GESLOTEN


@dataclass(frozen=True)
class MonthFile:
    """One month of a dataset: its path below the closed folder, its sha256 and its rows."""

    file: str
    sha256: str
    rows: int


@dataclass(frozen=True)
class PublishedDataset:
    """A dataset and the months that are there; a month without rows is not."""

    spec: DatasetSpec
    months: Mapping[date, MonthFile]

    @property
    def rows(self) -> int:
        """Rows of all months together."""
        return sum(month.rows for month in self.months.values())


@dataclass(frozen=True)
class Manifest:
    """One publication: which files, from which versions of deliveries, known from when (UTC)."""

    sequence: int
    known_from: datetime
    previous: str | None
    gemeenten: tuple[str, ...]
    leveringen: tuple[str, ...]
    datasets: Mapping[str, PublishedDataset]

    def says_the_same_as(self, other: Manifest) -> bool:
        """Whether a reader finds the same in both, apart from when it became known."""
        return (self.gemeenten, self.leveringen, self.datasets) == (
            other.gemeenten,
            other.leveringen,
            other.datasets,
        )

    def to_json(self) -> bytes:
        """The manifest as its file holds it: the same publication, the same bytes."""
        document = {
            "format": _FORMAT,
            "openheid": GESLOTEN,
            "sequence": self.sequence,
            "known_from": self.known_from.astimezone(UTC).isoformat(),
            "previous": self.previous,
            "gemeenten": self.gemeenten,
            "leveringen": self.leveringen,
            "datasets": {name: _to_document(entry) for name, entry in self.datasets.items()},
        }
        text = json.dumps(document, sort_keys=True, indent=1, ensure_ascii=False)
        return f"{text}\n".encode()


@dataclass(frozen=True)
class PublicationResult:
    """What a publication did; ``changed`` names only months whose rows differ from before."""

    manifest: Path
    sequence: int
    changed: Mapping[str, Sequence[date]]
    rows: Mapping[str, int]
    is_new: bool


@dataclass(frozen=True)
class Finding:
    """A published file that is not what a manifest says, or that no manifest speaks of."""

    file: str
    problem: str


def publish(
    connection: duckdb.DuckDBPyConnection,
    datasets: Sequence[DatasetSpec],
    months: Mapping[str, Collection[date]],
    root: Path,
    republish: Republish,
    gemeenten: Sequence[str],
    now: datetime,
    versions: Sequence[str],
    domain: str = GESLOTEN,
) -> PublicationResult:
    """Write the months that are due and make them, with all others, the current publication.

    Args:
        connection: a connection to the working database.
        datasets: every closed dataset of the domain; one that is no longer among them leaves the
            publication.
        months: per dataset the months to write again. The others stay as they are, but for a
            dataset whose columns changed and for months whose file is gone.
        root: the publication folder of the home.
        republish: gives the published tokens of an array of internal ones.
        gemeenten: the gemeenten of this datapakhuis.
        now: the moment from which this is known; with a time zone.
        versions: the ids of the deliveries that are visible in it.
        domain: of the tokens that ``republish`` gives.

    Raises:
        PublicationError: when a dataset may not leave as it is; nothing is published then.
    """
    if unknown := months.keys() - {spec.name for spec in datasets}:
        raise ValueError(f"months of datasets that are not published: {sorted(unknown)}")
    if now.tzinfo is None:
        raise ValueError("now needs a time zone")
    closed = root / domain
    (closed / "manifests").mkdir(parents=True, exist_ok=True)
    sweep(root, domain)
    current = current_manifest(root, domain)
    before = current.datasets if current else {}
    published = {}
    try:
        with closing(_sorter(closed)) as sorter:
            for spec in datasets:
                writer = _MonthWriter(connection, sorter, _settled(spec), closed, republish)
                published[spec.name] = writer.written(
                    before.get(spec.name), months.get(spec.name, ())
                )
    finally:
        sweep(root, domain)
    manifest = Manifest(
        sequence=current.sequence + 1 if current else 1,
        known_from=now,
        previous=_sha256(manifest_paths(root, domain)[-1]) if current else None,
        gemeenten=tuple(sorted(gemeenten)),
        leveringen=tuple(sorted(versions)),
        datasets=published,
    )
    is_new = current is None or not manifest.says_the_same_as(current)
    if is_new:
        _write_manifest(closed, manifest)
    path = manifest_paths(root, domain)[-1]
    _refresh_views(closed, path.name, published)
    return PublicationResult(
        manifest=path,
        sequence=_sequence(path),
        changed={name: _changed(before.get(name), entry) for name, entry in published.items()},
        rows={name: entry.rows for name, entry in published.items()},
        is_new=is_new,
    )


def sweep(root: Path, domain: str = GESLOTEN) -> None:
    """Remove what an interrupted publication left half written."""
    for leftover in [*root.glob(f"{_TEMPORARY}*"), *(root / domain).rglob(f"{_TEMPORARY}*")]:
        if leftover.is_dir():
            shutil.rmtree(leftover)
        else:
            leftover.unlink(missing_ok=True)


def manifest_paths(root: Path, domain: str = GESLOTEN) -> list[Path]:
    """The manifests of a publication folder, oldest first."""
    found = (root / domain / "manifests").glob("*.json")
    return sorted((path for path in found if _MANIFEST.fullmatch(path.name)), key=_sequence)


def current_manifest(root: Path, domain: str = GESLOTEN) -> Manifest | None:
    """The manifest of the newest publication, or None before the first."""
    paths = manifest_paths(root, domain)
    return read_manifest(paths[-1]) if paths else None


def read_manifest(path: Path) -> Manifest:
    """The manifest in a file.

    Raises:
        PublicationError: when the file is not the one its name says it is.
    """
    content = path.read_bytes()
    if hashlib.sha256(content).hexdigest()[:16] != path.stem.partition("-")[2]:
        raise PublicationError(
            f"The manifest {path.name} is damaged",
            "Put it back from a backup, or remove it to return to the publication before it.",
        )
    document = json.loads(content)
    if document["format"] != _FORMAT:
        raise PublicationError(
            f"The manifest {path.name} is of a format that this version does not know",
            "Install a newer version of the datapakhuis.",
        )
    return Manifest(
        sequence=document["sequence"],
        known_from=datetime.fromisoformat(document["known_from"]),
        previous=document["previous"],
        gemeenten=tuple(document["gemeenten"]),
        leveringen=tuple(document["leveringen"]),
        datasets={
            name: _from_document(name, entry) for name, entry in document["datasets"].items()
        },
    )


def select_from(columns: Sequence[ColumnSpec], files: Sequence[Path]) -> str:
    """The query that reads files of one dataset; without files an empty result of its types."""
    if not files:
        empty = ", ".join(f"cast(null as {item.type}) as {quoted(item.name)}" for item in columns)
        return f"select {empty} where false"
    names = ", ".join(quoted(item.name) for item in columns)
    paths = ", ".join(literal(str(path)) for path in files)
    return f"select {names} from read_parquet([{paths}], hive_partitioning = false)"  # noqa: S608


def quoted(name: str) -> str:
    """A name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def verify(root: Path) -> list[Finding]:
    """Hash every file that a manifest names, and look for files that none names."""
    return [finding for domain in DOMAINS for finding in _verify(root, domain)]


def _verify(root: Path, domain: str) -> list[Finding]:
    closed = root / domain
    expected = {
        month.file: month.sha256
        for path in manifest_paths(root, domain)
        for entry in read_manifest(path).datasets.values()
        for month in entry.months.values()
    }
    findings = []
    for file, sha256 in sorted(expected.items()):
        if not (closed / file).exists():
            findings.append(Finding(file, "missing; the next run writes it again"))
        elif _sha256(closed / file) != sha256:
            findings.append(Finding(file, "damaged; remove it and the next run writes it again"))
    present = {path.relative_to(closed).as_posix() for path in closed.glob("data/*/*.parquet")}
    for file in sorted(present - expected.keys()):
        findings.append(Finding(file, "in no publication; an interrupted run left it"))
    return findings


@dataclass(frozen=True)
class _MonthWriter:
    """Writes the months of one dataset."""

    connection: duckdb.DuckDBPyConnection
    sorter: duckdb.DuckDBPyConnection
    spec: DatasetSpec
    closed: Path
    republish: Republish

    def written(self, before: PublishedDataset | None, asked: Collection[date]) -> PublishedDataset:
        """The dataset as it is after writing what is due."""
        months = dict(before.months) if before else {}
        if before and _shape(before.spec) != _shape(self.spec):
            due = {*asked, *months}
        else:
            gone = (month for month, item in months.items() if not self._path(item.file).exists())
            due = {*asked, *gone}
        if due:
            self._check_table()
        for month in due:
            months.pop(month, None)
        for together in self._passes(due):
            months |= self._write(together)
        return PublishedDataset(self.spec, dict(sorted(months.items())))

    def _path(self, file: str) -> Path:
        return self.closed / file

    @property
    def _table(self) -> str:
        return f"{quoted(self.spec.schema)}.{quoted(self.spec.name)}"

    @property
    def _folder(self) -> Path:
        return self.closed / "data" / self.spec.name

    def _passes(self, months: Collection[date]) -> Iterator[list[date]]:
        """Those of these months that have rows, as many together as are read and sorted at once."""
        if not months:
            return
        with closing(self.connection.cursor()) as source:
            counted = source.execute(
                f"select {MONTH_COLUMN}, count(*) from {self._table}"  # noqa: S608
                f" where {MONTH_COLUMN} in ({_dates(months)}) group by all order by all"
            ).fetchall()
        together: list[date] = []
        rows = 0
        for month, count in counted:
            if together and rows + count > _PASS:
                yield together
                together, rows = [], 0
            together.append(month)
            rows += count
        if together:
            yield together

    def _write(self, months: Sequence[date]) -> dict[date, MonthFile]:
        """Write months that have rows."""
        self._folder.mkdir(parents=True, exist_ok=True)
        try:
            return self._write_rows(months)
        except (duckdb.Error, pa.ArrowException) as error:
            # Said below, outside of this exception's context: its text may hold a row.
            problem = type(error).__name__
        names = " to ".join(dict.fromkeys(map(month_text, (months[0], months[-1]))))
        raise PublicationError(
            f"{names} of {self.spec.name} cannot be published ({problem})",
            "See whether its columns of tokens hold internal tokens only, and disk space.",
        )

    def _write_rows(self, months: Sequence[date]) -> dict[date, MonthFile]:
        """Stream months through republishing, sorting and the guard into a file each.

        The rows are sorted after republishing: in the order of the internal tokens they would tell
        which published token is which. All columns are in the order, so that it is total.
        """
        names = [column.name for column in self.spec.columns]
        columns = ", ".join(map(quoted, names))
        order = ", ".join(
            f"{quoted(name)} asc nulls last"
            for name in dict.fromkeys([MONTH_COLUMN, *self.spec.key, *names])
        )
        with closing(self.connection.cursor()) as source, closing(self.sorter.cursor()) as sorter:
            internal = source.sql(
                f"select {columns} from {self._table}"  # noqa: S608
                f" where {MONTH_COLUMN} in ({_dates(months)})"
            ).to_arrow_reader(_BATCH)
            published = pa.RecordBatchReader.from_batches(
                internal.schema, map(self._republished, internal)
            )
            sorter.register("published", published)
            ordered = sorter.sql(
                f"select {columns} from published order by {order}"  # noqa: S608
            ).to_arrow_reader(_BATCH)
            by_month = _by_month(map(self._guarded, ordered))
            return {
                month: self._write_month(month, ordered.schema, (rows for _, rows in batches))
                for month, batches in groupby(by_month, key=itemgetter(0))
            }

    def _republished(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """A batch with published tokens in place of internal ones."""
        arrays = [
            self.republish(batch[column.name]) if column.republished else batch[column.name]
            for column in self.spec.columns
        ]
        return pa.RecordBatch.from_arrays(arrays, schema=batch.schema)

    def _write_month(
        self, month: date, schema: pa.Schema, batches: Iterable[pa.RecordBatch]
    ) -> MonthFile:
        """Write the rows of a month, in their order, and put the file into its place."""
        temporary = self._folder / f"{_TEMPORARY}{month_text(month)}.parquet"
        total = 0
        # Without the Arrow schema and with every option named, the bytes depend on the rows alone.
        with pq.ParquetWriter(
            temporary,
            schema,
            version="2.6",
            compression="zstd",
            compression_level=1,
            data_page_version="1.0",
            store_schema=False,
        ) as writer:
            for rows in _row_groups(batches):
                writer.write_table(rows, row_group_size=_ROW_GROUP)
                total += len(rows)
        sha256 = _sha256(temporary)
        target = self._folder / f"{month_text(month)}-{sha256[:16]}.parquet"
        if target.exists():
            temporary.unlink()
        else:
            _move_into_place(temporary, target)
        return MonthFile(target.relative_to(self.closed).as_posix(), sha256, total)

    def _guarded(self, rows: pa.RecordBatch) -> pa.RecordBatch:
        """These rows; refused is what may never leave, whatever went wrong before."""
        for column in self.spec.columns:
            if column.type != "VARCHAR":
                continue
            values = rows[column.name]
            if pc.any(pc.match_substring(values, "kern1.")).as_py():
                found = "an internal token"
            elif pc.any(pc.match_substring_regex(values, r"\A[0-9]{9}\z")).as_py():
                found = "a number of nine digits, which may be a BSN"
            else:
                continue
            raise PublicationError(
                f"Column {column.name} of {self.spec.name} holds {found}; nothing was published",
                "Mend the model that makes the column, or mark the column as internal.",
            )
        return rows

    def _check_table(self) -> None:
        """The working database has the columns that the catalogue promises, of those types."""
        with closing(self.connection.cursor()) as source:
            try:
                rows = source.execute(f"describe {self._table}").fetchall()
            except duckdb.CatalogException:
                rows = []
        if not rows:
            raise PublicationError(
                f"The working database has no {self.spec.schema}.{self.spec.name}",
                "Run `datapakhuis run`, which builds it.",
            )
        actual = {name: kind for name, kind, *_ in rows}
        for column in self.spec.columns:
            if actual.get(column.name) != column.type:
                raise PublicationError(
                    f"Column {column.name} of {self.spec.name} is described as {column.type},"
                    f" but it is {actual.get(column.name, 'not there')}",
                    "Make the description and the model agree.",
                )


def _sorter(closed: Path) -> duckdb.DuckDBPyConnection:
    """A database that holds nothing, and sorts on disk what does not fit in a little memory."""
    connection = duckdb.connect()
    spill = literal(str(closed / f"{_TEMPORARY}sort"))
    connection.execute(f"set temp_directory = {spill}")
    connection.execute(f"set memory_limit = '{_SORT_MEMORY}'")
    return connection


def _settled(spec: DatasetSpec) -> DatasetSpec:
    """The description with types in DuckDB's own words, after checking that it may be published."""
    problem = None
    names = [column.name for column in spec.columns]
    if not all(_NAME.fullmatch(name) for name in (spec.name, *names)):
        problem = "has a name that is not lower case letters, digits and underscores"
    elif spec.openheid != GESLOTEN:
        problem = "is not closed, and only the audit lets open data out"
    elif MONTH_COLUMN not in names or not set(spec.key) <= set(names):
        problem = f"lacks the column {MONTH_COLUMN} or a column of its key"
    if problem:
        raise PublicationError(f"Dataset {spec.name} {problem}", "Mend its description.")
    columns = tuple(replace(column, type=_canonical(spec, column)) for column in spec.columns)
    return replace(spec, columns=columns, key=tuple(spec.key), doelen=tuple(spec.doelen))


def _canonical(spec: DatasetSpec, column: ColumnSpec) -> str:
    """DuckDB's name of a column's type: ``numeric(9, 2)`` is ``DECIMAL(9,2)``."""
    try:
        kind = str(duckdb.type(column.type))
    except duckdb.Error:
        kind = ""
    if not _PUBLISHABLE.fullmatch(kind):
        raise PublicationError(
            f"Column {column.name} of {spec.name} has type {column.type}, which is not published",
            "Use text, a boolean, a date, or a number of at most 64 bits.",
        )
    return kind


def _shape(spec: DatasetSpec) -> list[tuple[str, str]]:
    """What a file of the dataset looks like; a new description does not change it."""
    return [(column.name, column.type) for column in spec.columns]


def _by_month(batches: Iterable[pa.RecordBatch]) -> Iterator[tuple[date, pa.RecordBatch]]:
    """Batches that are in the order of their months, cut where a month ends."""
    for batch in batches:
        runs = pc.run_end_encode(batch[MONTH_COLUMN])
        begin = 0
        for month, end in zip(runs.values.to_pylist(), runs.run_ends.to_pylist(), strict=True):
            yield month, batch.slice(begin, end - begin)
            begin = end


def _dates(months: Iterable[date]) -> str:
    return ", ".join(f"date '{month.isoformat()}'" for month in sorted(months))


def _row_groups(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.Table]:
    """The rows in tables of exactly ``_ROW_GROUP`` rows (the last one shorter), each one piece.

    The pages of a file follow the pieces it is written from, and how DuckDB cuts its result into
    batches differs from run to run.
    """
    waiting: list[pa.RecordBatch] = []
    count = 0
    for batch in batches:
        waiting.append(batch)
        count += len(batch)
        if count >= _ROW_GROUP:
            table = pa.Table.from_batches(waiting)
            yield table.slice(0, _ROW_GROUP).combine_chunks()
            waiting = table.slice(_ROW_GROUP).to_batches()
            count -= _ROW_GROUP
    if count:
        yield pa.Table.from_batches(waiting).combine_chunks()


def _changed(before: PublishedDataset | None, after: PublishedDataset) -> list[date]:
    """The months that differ, those that went included."""
    old = before.months if before else {}
    return sorted(
        month for month in {*old, *after.months} if old.get(month) != after.months.get(month)
    )


def _to_document(entry: PublishedDataset) -> dict[str, Any]:
    document = {**vars(entry.spec)}
    del document["name"]
    document["columns"] = [
        {"name": item.name, "type": item.type, "description": item.description}
        for item in entry.spec.columns
    ]
    document["months"] = {month_text(month): vars(item) for month, item in entry.months.items()}
    return document


def _from_document(name: str, document: dict[str, Any]) -> PublishedDataset:
    months = {parse_month(text): MonthFile(**item) for text, item in document.pop("months").items()}
    for part in ("key", "doelen"):
        document[part] = tuple(document[part])
    document["columns"] = tuple(ColumnSpec(**item) for item in document["columns"])
    return PublishedDataset(DatasetSpec(name=name, **document), months)


def _sequence(path: Path) -> int:
    return int(path.name.partition("-")[0])


def _write_manifest(closed: Path, manifest: Manifest) -> None:
    content = manifest.to_json()
    name = f"{manifest.sequence:06d}-{hashlib.sha256(content).hexdigest()[:16]}.json"
    temporary = closed / "manifests" / f"{_TEMPORARY}manifest"
    temporary.write_bytes(content)
    _move_into_place(temporary, closed / "manifests" / name)


def _refresh_views(closed: Path, manifest: str, datasets: Mapping[str, PublishedDataset]) -> None:
    """Make the DuckDB file of views anew, unless it is of this manifest and in this place."""
    target = closed.parent / f"{closed.name}.duckdb"
    closed = closed.resolve()
    stamp = (manifest, str(closed))
    if _stamp(target) == stamp:
        return
    temporary = target.with_name(f"{_TEMPORARY}{target.name}")
    with closing(duckdb.connect()) as connection:
        # The oldest file format that holds what is needed: BI tools carry older DuckDBs.
        connection.execute(f"attach {literal(str(temporary))} as v (storage_version 'v1.0.0')")
        connection.execute("use v")
        # Together: a statement by itself is a transaction by itself, and there are many.
        connection.begin()
        for name, entry in sorted(datasets.items()):
            for statement in _view_statements(quoted(name), entry, closed):
                connection.execute(statement)
        connection.execute("create schema publicatie")
        connection.execute(
            "create view publicatie.manifest as"
            f" select {literal(stamp[0])} as manifest, {literal(stamp[1])} as map"
        )
        connection.commit()
        connection.execute("use memory")
        connection.execute("detach v")
    _move_into_place(temporary, target)


def _view_statements(view: str, entry: PublishedDataset, closed: Path) -> Iterator[str]:
    """A view over the files of a dataset, with its descriptions."""
    files = [closed / month.file for month in entry.months.values()]
    yield f"create view {view} as {select_from(entry.spec.columns, files)}"
    yield f"comment on view {view} is {literal(entry.spec.description)}"
    for column in entry.spec.columns:
        comment = literal(column.description)
        yield f"comment on column {view}.{quoted(column.name)} is {comment}"


def _stamp(target: Path) -> tuple[str, str] | None:
    """The manifest and the folder a file of views was made for; None when there is no telling."""
    with suppress(duckdb.Error), closing(duckdb.connect(str(target), read_only=True)) as views:
        for manifest, folder in views.execute("from publicatie.manifest").fetchall():
            return manifest, folder
    return None


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _move_into_place(temporary: Path, target: Path) -> None:
    """Rename a finished file; after a power cut there is all of it, or nothing."""
    _sync(temporary)
    os.replace(temporary, target)
    _sync(target.parent)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
