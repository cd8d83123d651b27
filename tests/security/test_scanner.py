"""The scanner sees a leak in every format: a scanner that sees nothing proves nothing."""

import base64
import bz2
import gzip
import json
import lzma
import os
import pickle
import signal
import sqlite3
import struct
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.security.canaries import Register
from tests.security.sandbox import assert_no_leak
from tests.security.scan import Scanner

PLANTED = 40


@pytest.fixture(scope="module")
def register() -> Register:
    register = Register()
    for number in range(PLANTED):
        register.bsn(f"BSN {number}")
        register.a_number(f"A-number {number}")
        register.name(f"name {number}")
    return register


@pytest.fixture(scope="module")
def bsns(register: Register) -> list[str]:
    return [value for value, label in register.labels.items() if label.startswith("BSN")]


@pytest.fixture(scope="module")
def names(register: Register) -> list[str]:
    return [value for value, label in register.labels.items() if label.startswith("name")]


@pytest.fixture(scope="module")
def a_numbers(register: Register) -> list[str]:
    return [value for value, label in register.labels.items() if label.startswith("A-number")]


Write = Callable[[Path, list[str]], object]


def parquet(**options: object) -> Write:
    def write(folder: Path, values: list[str]) -> None:
        array = pa.array([*values, *(f"harmless {n}" for n in range(5000))])
        pq.write_table(pa.table({"column": array}), folder / "x.parquet", **options)

    return write


def parquet_of(make: Callable[[list[str]], pa.Array | pa.Table]) -> Write:
    def write(folder: Path, values: list[str]) -> None:
        made = make(values)
        table = made if isinstance(made, pa.Table) else pa.table({"column": made})
        pq.write_table(table, folder / "x.parquet", compression="zstd")

    return write


def parquet_without_end(folder: Path, values: list[str]) -> None:
    parquet(compression="zstd")(folder, values)
    content = (folder / "x.parquet").read_bytes()
    (folder / "x.parquet").write_bytes(content[: len(content) * 3 // 4])


def in_duckdb(statement: str) -> Write:
    def write(folder: Path, values: list[str]) -> None:
        with closing(duckdb.connect(str(folder / "x.duckdb"))) as sql:
            table = pa.table({"v": values, "n": [int(v) if v.isdigit() else 0 for v in values]})
            sql.register("source", table)
            for part in statement.split(";"):
                sql.execute(part)

    return write


def duckdb_log(folder: Path, values: list[str]) -> None:
    """A database whose writer was killed before it wrote its log away."""
    script = (
        "import duckdb, json, os, sys\n"
        "sql = duckdb.connect(sys.argv[1])\n"
        "sql.execute('create table t (v varchar)')\n"
        "sql.executemany('insert into t values (?)', [[v] for v in json.loads(sys.argv[2])])\n"
        f"os.kill(os.getpid(), {int(signal.SIGKILL)})\n"
    )
    subprocess.run([sys.executable, "-c", script, folder / "x.duckdb", json.dumps(values)])
    assert (folder / "x.duckdb.wal").stat().st_size


def in_sqlite(kind: str, make: Callable[[str], object]) -> Write:
    def write(folder: Path, values: list[str]) -> None:
        with closing(sqlite3.connect(folder / "x.db")) as sql:
            sql.execute(f"create table t (v {kind})")
            sql.executemany("insert into t values (?)", [(make(value),) for value in values])
            sql.commit()

    return write


def sqlite_log(folder: Path, values: list[str]) -> None:
    """A SQLite database with all of it in its log."""
    other = folder / "other"
    other.mkdir()
    with closing(sqlite3.connect(other / "x.db")) as sql:
        sql.execute("pragma journal_mode = wal")
        sql.execute("create table t (v text)")
        sql.executemany("insert into t values (?)", [(value,) for value in values])
        sql.commit()
        for path in list(other.iterdir()):
            (folder / path.name).write_bytes(path.read_bytes())
    (folder / "x.db-shm").unlink()
    for path in [*other.iterdir(), other]:
        path.rmdir() if path.is_dir() else path.unlink()


def zipped(folder: Path, values: list[str]) -> None:
    with zipfile.ZipFile(folder / "x.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("member.txt", "\n".join(values))


def zipped_names(folder: Path, values: list[str]) -> None:
    with zipfile.ZipFile(folder / "x.zip", "w") as archive:
        for value in values:
            archive.writestr(f"antwoord_{value}.xml", "harmless")


def written(name: str, make: Callable[[list[str]], bytes]) -> Write:
    def write(folder: Path, values: list[str]) -> None:
        (folder / name).write_bytes(make(values))

    return write


def text(values: list[str]) -> bytes:
    return "\n".join(values).encode()


def nested(values: list[str]) -> bytes:
    inner = json.dumps({"row": json.dumps({"value": values})})
    blob = base64.b64encode(gzip.compress(inner.encode())).decode()
    return json.dumps({"event": {"metadata": [{"text": blob}]}}).encode()


TEXT_FORMATS: dict[str, Write] = {
    "parquet, zstd": parquet(compression="zstd"),
    "parquet, snappy": parquet(compression="snappy"),
    "parquet, no dictionary": parquet(compression="zstd", use_dictionary=False),
    "parquet, no statistics": parquet(compression="gzip", write_statistics=False),
    "parquet, dictionary type": parquet_of(lambda v: pa.array(v).dictionary_encode()),
    "parquet, nested": parquet_of(lambda v: pa.array([[{"deep": item}] for item in v])),
    "parquet, binary": parquet_of(lambda v: pa.array([item.encode() for item in v])),
    "parquet, metadata": parquet_of(
        lambda v: pa.table({"x": [1]}).replace_schema_metadata({"row": json.dumps(v)})
    ),
    "parquet without its end": parquet_without_end,
    "duckdb, a table": in_duckdb("create table t as select v from source"),
    "duckdb, another schema": in_duckdb(
        "create schema s; create table s.t as select v from source"
    ),
    "duckdb, a list": in_duckdb("create table t as select list(v) as l from source"),
    "duckdb, a log after kill -9": duckdb_log,
    "sqlite, text": in_sqlite("text", str),
    "sqlite, a zlib blob": in_sqlite("blob", lambda v: zlib.compress(v.encode() * 3)),
    "sqlite, a pickle": in_sqlite("blob", lambda v: pickle.dumps({"row": v})),
    "sqlite, json": in_sqlite("text", lambda v: json.dumps({"message": json.dumps([v])})),
    "sqlite, a log": sqlite_log,
    "gzip": written("x.gz", lambda v: gzip.compress(text(v))),
    "gzip, cut off": written("x.gz", lambda v: gzip.compress(text(v) * 400)[:-20]),
    "zlib": written("x", lambda v: zlib.compress(text(v))),
    "bz2": written("x", lambda v: bz2.compress(text(v))),
    "xz": written("x", lambda v: lzma.compress(text(v))),
    "zstd": written("x", lambda v: pa.compress(text(v), "zstd", asbytes=True)),
    "zip": zipped,
    "zip, names of members": zipped_names,
    "json": written("x.json", lambda v: json.dumps(v).encode()),
    "json, a key": written("x.json", lambda v: json.dumps(dict.fromkeys(v)).encode()),
    "json lines": written("x.log", lambda v: b"\n".join(json.dumps({"m": i}).encode() for i in v)),
    "pickle": written("x", lambda v: pickle.dumps({"rows": v})),
    "pickle in a pickle": written("x", lambda v: pickle.dumps(pickle.dumps(v))),
    "base64": written("x", lambda v: b" ".join(base64.b64encode(i.encode()) for i in v)),
    "base64, url-safe, one piece": written("x", lambda v: base64.urlsafe_b64encode(text(v))),
    "base64 of gzip": written("x", lambda v: base64.b64encode(gzip.compress(text(v)))),
    "utf-16": written("x", lambda v: "\n".join(v).encode("utf-16-le")),
    "utf-16, big-endian": written("x", lambda v: "\n".join(v).encode("utf-16-be")),
    "text": written("x.log", lambda v: b"Original Line: " + text(v)),
    "hex": written("x", lambda v: text(v).hex().encode()),
    "json in json in gzip in base64 in json": written("x", nested),
}

NUMBER_FORMATS: dict[str, Write] = {
    "parquet, int64": parquet_of(lambda v: pa.array([int(i) for i in v])),
    "parquet, decimal": parquet_of(lambda v: pa.array([int(i) for i in v]).cast(pa.decimal128(20))),
    "parquet, float": parquet_of(lambda v: pa.array([float(i) for i in v])),
    "duckdb, bigint": in_duckdb("create table t as select n from source"),
    "duckdb, hugeint": in_duckdb("create table t as select n::hugeint as n from source"),
    "sqlite, integer": in_sqlite("integer", int),
    "pickle, numbers": written("x", lambda v: pickle.dumps([int(i) for i in v])),
    "json, numbers": written("x", lambda v: json.dumps([int(i) for i in v]).encode()),
    "int64": written("x", lambda v: np.array(v, "<i8").tobytes()),
    "int64, big-endian": written("x", lambda v: np.array(v, ">i8").tobytes()),
    "int64, not aligned": written("x", lambda v: b"abc" + np.array(v, "<i8").tobytes()),
}

BSN_FORMATS: dict[str, Write] = {
    "parquet, int32": parquet_of(lambda v: pa.array([int(i) for i in v], pa.int32())),
    "duckdb, integer": in_duckdb("create table t as select n::integer as n from source"),
    "int32": written("x", lambda v: np.array(v, "<i4").tobytes()),
    "int32, among others": written(
        "x", lambda v: b"".join(struct.pack("<ib", int(i), 7) for i in v)
    ),
}


@pytest.mark.parametrize("form", [*TEXT_FORMATS, *NUMBER_FORMATS, *BSN_FORMATS])
def test_a_bsn_is_found_in(form: str, tmp_path: Path, register: Register, bsns: list[str]) -> None:
    write = (TEXT_FORMATS | NUMBER_FORMATS | BSN_FORMATS)[form]
    write(tmp_path, bsns)

    hits = Scanner(register).tree(tmp_path)

    assert {hit.canary for hit in hits} == {register.labels[value] for value in bsns}
    with pytest.raises(AssertionError, match="planted values were found"):
        assert_no_leak(hits)


@pytest.mark.parametrize("form", [*TEXT_FORMATS, *NUMBER_FORMATS])
def test_an_a_number_is_found_in(
    form: str, tmp_path: Path, register: Register, a_numbers: list[str]
) -> None:
    (TEXT_FORMATS | NUMBER_FORMATS)[form](tmp_path, a_numbers)

    found = {hit.canary for hit in Scanner(register).tree(tmp_path)}

    assert found == {register.labels[value] for value in a_numbers}


@pytest.mark.parametrize("form", TEXT_FORMATS)
def test_a_name_is_found_in(
    form: str, tmp_path: Path, register: Register, names: list[str]
) -> None:
    TEXT_FORMATS[form](tmp_path, names)

    found = {hit.canary for hit in Scanner(register).tree(tmp_path)}

    # A name in an encoding that its letters do not survive is still known by its beginning.
    assert found & {*(register.labels[value] for value in names), "a name (Qwyxelb…)"}


def test_one_bsn_among_thousands_of_rows_is_found(
    tmp_path: Path, register: Register, bsns: list[str]
) -> None:
    parquet(compression="zstd")(tmp_path, bsns[:1])

    assert {hit.canary for hit in Scanner(register).tree(tmp_path)} == {register.labels[bsns[0]]}


def test_bytes_alone_would_not_have_found_it(
    tmp_path: Path, register: Register, bsns: list[str]
) -> None:
    """The reason for decoding: the same column, looked at as bytes."""
    parquet(compression="zstd", use_dictionary=False, write_statistics=False)(tmp_path, bsns)

    assert not Scanner(register).plain((tmp_path / "x.parquet").read_bytes(), "x.parquet")


def test_the_name_of_a_file_or_folder_is_looked_at(
    tmp_path: Path, register: Register, bsns: list[str], names: list[str]
) -> None:
    (tmp_path / bsns[0]).mkdir()
    (tmp_path / bsns[0] / f"{names[0]}.csv").touch()

    found = {hit.canary for hit in Scanner(register).tree(tmp_path)}

    assert {register.labels[bsns[0]], register.labels[names[0]]} <= found


def test_captured_output_is_looked_at(register: Register, bsns: list[str]) -> None:
    assert Scanner(register).text(f"error: {bsns[3]} is wrong", "stderr")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("x.parquet", b"PAR1" + b"harmless" * 9 + b"PAR1"),
        ("x.zip", b"PK\x03\x04" + b"harmless" * 9),
        ("x.db", b"SQLite format 3\0" + b"harmless" * 90),
        ("x.duckdb", b"harmless" + b"DUCK" + b"harmless" * 9000),
    ],
)
def test_what_cannot_be_opened_is_a_hit(
    name: str, content: bytes, tmp_path: Path, register: Register
) -> None:
    (tmp_path / name).write_bytes(content)

    assert [hit for hit in Scanner(register).tree(tmp_path) if "unreadable" in hit.canary]


def test_what_is_encrypted_or_random_is_no_hit(tmp_path: Path, register: Register) -> None:
    (tmp_path / "x.sealed").write_bytes(os.urandom(4 << 20))
    (tmp_path / "x.json").write_text(json.dumps([os.urandom(30).hex() for _ in range(5000)]))

    assert_no_leak(Scanner(register).tree(tmp_path))


def test_other_numbers_are_no_hit(tmp_path: Path, register: Register) -> None:
    planted = {int(value) for value in register.labels if value.isdigit()}
    near = [str(number) for number in {n + 1 for n in planted} - planted]
    parquet_of(lambda v: pa.array([int(i) for i in v]))(tmp_path, near)

    assert_no_leak(Scanner(register).tree(tmp_path))
