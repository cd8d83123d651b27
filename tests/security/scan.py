"""The scanner: finds planted identifiers in whatever was written, by decoding it first.

What belongs here: opening every format in which a datapakhuis, Dagster, dbt or DuckDB writes, and
looking for canaries in each layer. What does not: which canaries there are, and where they may be.

A scan of bytes alone is worth next to nothing: it found 0 to 15 of 50,000 numbers in compressed
Parquet and in DuckDB. So every layer is opened, and what it opens into is scanned again: the gzip
in the base64 in the JSON in the SQLite. What says that it is a format and cannot be opened is a
hit too: a scanner that looked away has proved nothing.
"""

import base64
import binascii
import bz2
import contextlib
import hashlib
import io
import json
import lzma
import pickletools
import re
import shutil
import sqlite3
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

#: Every invented name begins so, in any case: no word of any language or library does.
STEM = "Qwyxelb"
DEEPEST = 6
#: A number of four bytes in binary data may be chance, four different ones are not.
CHANCE = 4

_TEXT_STEMS = tuple(
    stem.encode(coding)
    for stem in (STEM, STEM.lower(), STEM.upper())
    for coding in ("ascii", "utf-16-le", "utf-16-be")
)
_DIGITS = tuple(
    re.compile(pattern, re.DOTALL)
    for pattern in (rb"[0-9]{9,}", rb"(?:[0-9]\x00){9,}", rb"(?:\x00[0-9]){9,}")
)
_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{12,}")
_HEX = re.compile(rb"(?:[0-9A-Fa-f]{2}){9,}")
_ZSTD = b"\x28\xb5\x2f\xfd"
_URLSAFE = bytes.maketrans(b"-_", b"+/")


#: Of each set of canaries the files in which none of them is: by the end of their name, and hash.
_CLEAN: dict[frozenset[str], set[tuple[str, bytes]]] = {}


@dataclass(frozen=True)
class Hit:
    """A canary that was found: which, where, and through which layers."""

    canary: str
    where: str


@dataclass
class Canaries:
    """The planted values, each with a label that says where it was planted.

    A number of nine digits or more is looked for among digits and as an integer, a name (it begins
    with ``STEM``) in any case, another text as it stands.
    """

    labels: dict[str, str] = field(default_factory=dict)

    def plant(self, value: str, label: str) -> str:
        """Remember a value; returns it."""
        assert value not in self.labels, f"{label} has the value of {self.labels[value]}"
        self.labels[value] = label
        return value

    @property
    def numbers(self) -> np.ndarray:
        """The planted numbers."""
        return np.array(sorted(int(v) for v in self.labels if _is_number(v)), dtype=np.int64)


class Scanner:
    """Looks for canaries in files, in what is in those files, and in captured text."""

    def __init__(self, canaries: Canaries) -> None:
        self.labels = canaries.labels
        self._numbers = canaries.numbers
        self._lengths = sorted({len(value) for value in self.labels if _is_number(value)})
        self._names = [value for value in self.labels if value.startswith(STEM)]
        self._texts = [
            (value.encode(), label)
            for value, label in self.labels.items()
            if not (_is_number(value) or value.startswith(STEM))
        ]
        self._clean = _CLEAN.setdefault(frozenset(self.labels), set())

    def tree(self, root: Path, skip: Callable[[Path], bool] = lambda _: False) -> list[Hit]:
        """Every file below ``root``, and its name."""
        hits = []
        for path in sorted(root.rglob("*")):
            if skip(path):
                continue
            name = path.relative_to(root).as_posix()
            hits += self.data(name.encode("utf-8", "surrogateescape"), "file name")
            if path.is_file() and not path.is_symlink():
                hits += self.file(path, name)
        return hits

    def file(self, path: Path, name: str = "") -> list[Hit]:
        """One file, decoded."""
        name = name or path.name
        content = path.read_bytes()
        print_of = (path.suffix, hashlib.sha256(content).digest())
        if print_of in self._clean:
            return []
        hits = self.data(content, name)
        databases = [
            how for magic, how in ((_is_duckdb, _duckdb), (_is_sqlite, _sqlite)) if magic(content)
        ]
        for opened in databases:
            hits += self._opened(lambda opened=opened: opened(path), name, 0)  # type: ignore[misc]
        # A database has its log beside it.
        if not hits and not databases:
            self._clean.add(print_of)
        return hits

    def text(self, text: str, where: str) -> list[Hit]:
        """Captured output."""
        return self.data(text.encode("utf-8", "surrogateescape"), where)

    def data(self, content: bytes, where: str, depth: int = 0) -> list[Hit]:
        """Bytes, and all that they open into."""
        hits = [Hit(label, where) for label in sorted(self.plain(content, where))]
        if depth < DEEPEST:
            for how, recognised, opened in _LAYERS:
                if recognised(content):
                    hits += self._opened(
                        lambda opened=opened: opened(content),  # type: ignore[misc]
                        f"{where} > {how}",
                        depth,
                    )
        return hits

    def _opened(
        self, opened: Callable[[], Iterable[tuple[str, bytes]]], where: str, depth: int
    ) -> list[Hit]:
        hits = []
        try:
            for name, part in opened():
                hits += self.data(part, f"{where} {name}".rstrip(), depth + 1)
        except (duckdb.Error, sqlite3.Error, pa.ArrowException, zipfile.BadZipFile) as error:
            hits.append(Hit(f"unreadable: {type(error).__name__}", where))
        return hits

    def plain(self, content: bytes, where: str = "") -> set[str]:
        """The canaries in bytes as they stand: text in three encodings, base64, hex, integers."""
        found = self._as_text(content)
        # Text alone holds no integers: those of canaries have bytes that no text in ASCII has.
        if not content.isascii() or b"\0" in content:
            found |= self._as_integers(content, where)
        inner = [binascii.unhexlify(run) for run in set(_HEX.findall(content))]
        for run in set(_BASE64.findall(content)):
            # It may begin within what looks like base64 too, such as a path.
            inner += [_decoded(run.translate(_URLSAFE)[shift:]) for shift in range(4)]
        return found | self._as_text(b"\n".join(inner))

    def _as_text(self, content: bytes) -> set[str]:
        found = set()
        for pattern in _DIGITS if b"\0" in content else _DIGITS[:1]:
            for match in pattern.finditer(content):
                digits = match[0].replace(b"\0", b"").decode()
                for length in self._lengths:
                    for start in range(len(digits) - length + 1):
                        if label := self.labels.get(digits[start : start + length]):
                            found.add(label)
        if any(stem in content for stem in _TEXT_STEMS):
            lower = content.replace(b"\0", b"").decode("utf-8", "replace").lower()
            found |= {self.labels[name] for name in self._names if name.lower() in lower} or {
                f"a name ({STEM}…)"
            }
        return found | {label for text, label in self._texts if text in content}

    def _as_integers(self, content: bytes, where: str) -> set[str]:
        found: set[str] = set()
        for kind, least in (("<i8", 1), (">i8", 1), ("<i4", CHANCE), (">i4", CHANCE)):
            width = int(kind[-1])
            if width == 4 and _is_dense(content, where):
                continue
            seen: set[int] = set()
            for offset in range(width):
                count = (len(content) - offset) // width
                if count <= 0 or not len(self._numbers):
                    continue
                values = np.frombuffer(content, kind, count, offset)
                near = values[(values >= self._numbers[0]) & (values <= self._numbers[-1])]
                if len(near):
                    # Both ends are among the numbers, so that each has a place between them.
                    place = np.searchsorted(self._numbers, near)
                    seen |= set(near[self._numbers[place] == near].tolist())
            if len(seen) >= least:
                found |= {self.labels[str(number)] for number in seen}
        return found


def _is_number(value: str) -> bool:
    return value.isdigit() and len(value) >= 9


def _is_dense(content: bytes, where: str) -> bool:
    """Encrypted or compressed: any four bytes stand there by chance, and it is opened anyway."""
    return where.endswith((".sealed", ".part")) or content[:4] in (b"PAR1", b"PK\x03\x04", _ZSTD)


def _decoded(run: bytes) -> bytes:
    """What base64 without its padding holds; a last letter by itself holds nothing."""
    run = run[:-1] if len(run) % 4 == 1 else run
    return base64.b64decode(run + b"=" * (-len(run) % 4))


# --- layers -----------------------------------------------------------------------------------


def _is_duckdb(content: bytes) -> bool:
    return content[8:12] == b"DUCK"


def _is_sqlite(content: bytes) -> bool:
    return content.startswith(b"SQLite format 3\0")


def _joined(values: Iterable[object]) -> bytes:
    """Values as text, one per line; what is bytes stays bytes."""
    return b"\n".join(
        value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogateescape")
        for value in values
        if value is not None
    )


@contextlib.contextmanager
def _copied(path: Path) -> Iterator[Path]:
    """A database with its log files, apart: opening one writes, and what we look at stays."""
    with tempfile.TemporaryDirectory(prefix="scan-") as folder:
        for suffix in ("", "-wal", "-shm", ".wal"):
            beside = path.with_name(path.name + suffix)
            if beside.is_file():
                shutil.copyfile(beside, Path(folder) / beside.name)
        yield Path(folder) / path.name


def _duckdb(path: Path) -> Iterator[tuple[str, bytes]]:
    """Every table and view of every schema, the log replayed; and the views' own text."""
    with _copied(path) as copy, contextlib.closing(duckdb.connect(str(copy))) as sql:
        tables = sql.execute(
            "select schema_name, table_name, sql from duckdb_tables() where not internal"
            " union all select schema_name, view_name, sql from duckdb_views() where not internal"
        ).fetchall()
        broken: duckdb.Error | None = None
        for schema, table, text in tables:
            yield f"sql of {schema}.{table}", str(text).encode()
            try:
                rows = sql.execute(
                    f'select cast(columns(*) as varchar) from "{schema}"."{table}"'
                ).fetchall()
            except duckdb.Error as error:
                broken = error
                continue
            for number, name in enumerate(column[0] for column in sql.description or ()):
                yield f"{schema}.{table}.{name}", _joined(row[number] for row in rows)
        if broken is not None:
            raise broken


def _sqlite(path: Path) -> Iterator[tuple[str, bytes]]:
    """Every column of every table, the log replayed; what may open further stands apart."""
    with _copied(path) as copy, contextlib.closing(sqlite3.connect(copy)) as sql:
        sql.text_factory = bytes
        names = sql.execute("select name from sqlite_master where type = 'table'").fetchall()
        for (raw,) in names:
            table = raw.decode()
            documents = []
            cells = []
            for row in sql.execute(f'select * from "{table}"'):
                cells += row
                for value in row:
                    if not isinstance(value, bytes):
                        continue
                    if _is_json(value):
                        documents.append(b" ".join(value.splitlines()))
                    elif any(recognised(value) for _, recognised, _ in _LAYERS):
                        yield f"{table}, a value", value
            yield table, _joined(cells)
            yield f"{table}, documents", b"\n".join(documents)


def _parquet(content: bytes) -> Iterator[tuple[str, bytes]]:
    """Every column, nested and dictionary-encoded ones too; the metadata of file and columns."""
    file = pq.ParquetFile(pa.BufferReader(content))
    yield (
        "metadata",
        _joined(part for item in (file.schema_arrow.metadata or {}).items() for part in item),
    )
    yield "columns", _joined(file.schema_arrow.names)
    for group in range(file.num_row_groups):
        table = file.read_row_group(group)
        for name in table.column_names:
            yield name, _joined(table.column(name).to_pylist())
    for item in (file.metadata.metadata or {}).items():
        yield "key and value", _joined(item)


def _zip(content: bytes) -> Iterator[tuple[str, bytes]]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        yield "comment", archive.comment
        for member in archive.infolist():
            yield "member name", member.filename.encode("utf-8", "surrogateescape")
            yield "member", archive.read(member)


def _inflated(window: int) -> Callable[[bytes], Iterator[tuple[str, bytes]]]:
    """Gzip or zlib; as far as it goes, for a file that was cut off opens in part too."""

    def inflate(content: bytes) -> Iterator[tuple[str, bytes]]:
        stream = zlib.decompressobj(window)
        with contextlib.suppress(zlib.error):
            yield "", stream.decompress(content)

    return inflate


def _unsqueezed(content: bytes) -> Iterator[tuple[str, bytes]]:
    make = bz2.BZ2Decompressor if content.startswith(b"BZh") else lzma.LZMADecompressor
    with contextlib.suppress(OSError, lzma.LZMAError, EOFError):
        yield "", make().decompress(content)


def _zstd_frames(content: bytes) -> Iterator[tuple[str, bytes]]:
    """Zstandard wherever it begins: the pages of a Parquet file that has no end yet, spill."""
    start = content.find(_ZSTD)
    while start >= 0:
        out = io.BytesIO()
        stream = pa.CompressedInputStream(pa.BufferReader(content[start:]), "zstd")
        with contextlib.suppress(pa.ArrowException, OSError):
            while block := stream.read(1 << 12):
                out.write(block)
        yield "frame", out.getvalue()
        start = content.find(_ZSTD, start + 4)


def _pickle(content: bytes) -> Iterator[tuple[str, bytes]]:
    """The strings, bytes and numbers of a pickle; it is never executed."""
    values: list[object] = []
    with contextlib.suppress(ValueError):
        values.extend(
            value
            for _, value, _ in pickletools.genops(content)
            if isinstance(value, str | bytes | int)
        )
    yield "values", _joined(values)
    for value in values:
        if isinstance(value, bytes) and len(value) > 16:
            yield "bytes", value


def _json(content: bytes) -> Iterator[tuple[str, bytes]]:
    """Every key and value of a document, or of a document per line; escapes undone."""
    try:
        documents = [json.loads(content)]
    except (ValueError, RecursionError):
        documents = []
        for line in content.splitlines():
            with contextlib.suppress(ValueError, RecursionError):
                documents.append(json.loads(line))
    leaves: list[object] = []
    nested: list[str] = []
    waiting: list[object] = list(documents)
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict):
            waiting += [*item.keys(), *item.values()]
        elif isinstance(item, list):
            waiting += item
        else:
            leaves.append(item)
            if (
                isinstance(item, str) and len(item) > 12 and item.lstrip()[:1] in ("{", "[", '"')
            ) or (
                isinstance(item, str)
                and len(item) > 24
                and _is_base64(item.encode("utf-8", "replace"))
            ):
                nested.append(item)
    if leaves:
        yield "values", _joined(leaves)
    for text in nested:
        yield "text", text.encode("utf-8", "surrogateescape")


def _base64(content: bytes) -> Iterator[tuple[str, bytes]]:
    """What base64 opens into, if that is a layer of its own."""
    inner = _decoded(content.strip().rstrip(b"=").translate(_URLSAFE))
    if any(recognised(inner) for how, recognised, _ in _LAYERS if how not in ("base64", "json")):
        yield "", inner


def _is_base64(content: bytes) -> bool:
    text = content.strip().rstrip(b"=")
    return len(text) % 4 != 1 and _BASE64.fullmatch(text) is not None


def _is_pickle(content: bytes) -> bool:
    return content[:1] == b"\x80" and content[1:2] in (b"\x02", b"\x03", b"\x04", b"\x05")


def _is_zlib(content: bytes) -> bool:
    return content[:1] == b"\x78" and len(content) > 2 and int.from_bytes(content[:2]) % 31 == 0


def _is_json(content: bytes) -> bool:
    return content.lstrip()[:1] in (b"{", b"[", b'"')


Layer = tuple[str, Callable[[bytes], bool], Callable[[bytes], Iterable[tuple[str, bytes]]]]

_LAYERS: tuple[Layer, ...] = (
    ("parquet", lambda c: c[:4] == c[-4:] == b"PAR1" and len(c) > 12, _parquet),
    ("zip", lambda c: c[:4] in (b"PK\x03\x04", b"PK\x05\x06"), _zip),
    ("gzip", lambda c: c[:2] == b"\x1f\x8b", _inflated(31)),
    ("zlib", _is_zlib, _inflated(15)),
    ("squeezed", lambda c: c[:3] == b"BZh" or c[:6] == b"\xfd7zXZ\0", _unsqueezed),
    # A whole Parquet file was read as such; one without an end is read by its pages.
    ("zstd", lambda c: _ZSTD in c and c[-4:] != b"PAR1", _zstd_frames),
    ("pickle", _is_pickle, _pickle),
    ("json", _is_json, _json),
    ("base64", _is_base64, _base64),
)
