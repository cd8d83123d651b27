"""The rules of the closed publication: what leaves, what never does, and what a crash leaves."""

import os
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from warehouse import publication
from warehouse.publication import (
    ColumnSpec,
    DatasetSpec,
    PublicationError,
    PublicationResult,
    PublishedDataset,
    current_manifest,
    manifest_paths,
    publish,
    read_manifest,
    sweep,
    verify,
)

JANUARY, FEBRUARY, MARCH = date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1)
Row = tuple[str, date, str, str | None, str]
NOW = datetime(2026, 4, 1, 6, 0, tzinfo=UTC)
PERSONEN = DatasetSpec(
    name="personen",
    schema="datasets",
    theme="bevolking",
    description="Eén rij per persoon per maand.",
    columns=[
        ColumnSpec("bsn_versleuteld", "varchar", "Versleuteld BSN."),
        ColumnSpec("maand", "date", "Eerste dag van de maand."),
        ColumnSpec("wijk", "varchar", "CBS-wijkcode."),
        ColumnSpec("partner_versleuteld", "varchar", "Versleuteld BSN van de partner."),
        ColumnSpec("loon", "numeric(9, 2)", "Loon in euro's."),
    ],
    key=["bsn_versleuteld", "maand"],
    doelen=["statistiek"],
    grondslag="artikel 6 lid 1 onder e AVG",
    bewaartermijn_jaren=5,
    eigenaar="team data",
    openheid="gesloten",
)
LEEG = replace(
    PERSONEN,
    name="wmo",
    columns=[ColumnSpec("maand", "date", "Maand."), ColumnSpec("uren", "bigint", "Uren.")],
    key=["maand"],
)


def republish(tokens: pa.Array) -> pa.Array:
    """A stand-in for the key set: turns the token round, so that the order changes too."""
    return pa.array(
        [text and f"gesloten1.{text.removeprefix('kern1.')[::-1]}" for text in tokens.to_pylist()],
        pa.string(),
    )


def row(token: str, month: date, wijk: str = "WK047901", partner: str | None = None) -> Row:
    return f"kern1.{token}", month, wijk, partner and f"kern1.{partner}", "12.50"


@pytest.fixture
def working(tmp_path):
    with duckdb.connect(str(tmp_path / "warehouse.duckdb")) as connection:
        connection.execute("create schema datasets")
        connection.execute("create table datasets.wmo (maand date, uren bigint)")
        connection.execute(
            "create table datasets.personen (bsn_versleuteld varchar, maand date, wijk varchar,"
            " partner_versleuteld varchar, loon decimal(9, 2))"
        )
        fill(connection, [row("ab", JANUARY), row("ba", JANUARY, partner="ab")])
        fill(connection, [row("ab", FEBRUARY)])
        yield connection


def fill(connection: duckdb.DuckDBPyConnection, rows: Sequence[Row]) -> None:
    connection.executemany("insert into datasets.personen values (?, ?, ?, ?, ?)", rows)


@pytest.fixture
def root(tmp_path):
    return tmp_path / "publication"


def run(
    connection: duckdb.DuckDBPyConnection,
    root: Path,
    *months: date,
    datasets: Sequence[DatasetSpec] = (PERSONEN,),
    now: datetime = NOW,
    versions: Sequence[str] = ("l1",),
) -> PublicationResult:
    return publish(
        connection, datasets, {"personen": months}, root, republish, ["GM0479"], now, versions
    )


def contents(root: Path) -> dict[str, bytes]:
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in root.rglob("*")
        if path.is_file()
    }


def personen(root: Path) -> PublishedDataset:
    manifest = current_manifest(root)
    assert manifest
    return manifest.datasets["personen"]


def published(root: Path, month: date) -> Any:
    file = personen(root).months[month].file
    return pq.read_table(root / "gesloten" / file).to_pylist()


def test_publishes_the_months_asked_for_and_says_so(working, root):
    result = run(working, root, JANUARY, FEBRUARY)

    assert result.sequence == 1
    assert result.is_new
    assert result.changed == {"personen": [JANUARY, FEBRUARY]}
    assert result.rows == {"personen": 3}
    manifest = read_manifest(result.manifest)
    assert (manifest.known_from, manifest.leveringen, manifest.gemeenten) == (
        NOW,
        ("l1",),
        ("GM0479",),
    )
    spec = manifest.datasets["personen"].spec
    assert (spec.theme, spec.doelen, spec.columns[4].type) == (
        "bevolking",
        ("statistiek",),
        "DECIMAL(9,2)",
    )


def test_rows_leave_with_published_tokens_in_the_order_of_those(working, root):
    run(working, root, JANUARY)

    rows = published(root, JANUARY)
    assert [r["bsn_versleuteld"] for r in rows] == ["gesloten1.ab", "gesloten1.ba"]
    # The internal ba has become the published ab: the internal order is not to be seen.
    assert [r["partner_versleuteld"] for r in rows] == ["gesloten1.ba", None]


def test_no_file_of_the_publication_holds_an_internal_token(working, root):
    run(working, root, JANUARY, FEBRUARY)

    assert not [name for name, content in contents(root).items() if b"kern1." in content]
    for file in root.rglob("*.parquet"):
        assert "kern1." not in str(pq.read_table(file).to_pylist())


def test_running_twice_changes_nothing_bit_for_bit(working, root):
    run(working, root, JANUARY, FEBRUARY)
    before = contents(root)

    result = run(working, root, JANUARY, FEBRUARY, now=NOW + timedelta(days=1))

    assert contents(root) == before
    assert not result.is_new
    assert result.changed == {"personen": []}


def test_the_same_rows_in_another_order_give_the_same_bytes(working, root, tmp_path):
    rows = [row(f"{number:06}", MARCH, partner=f"{number % 7:06}") for number in range(70_000)]
    working.register("many", table_of(rows))
    working.execute("insert into datasets.personen from many")
    run(working, root, MARCH)
    working.execute("create or replace table datasets.personen as from datasets.personen where 0=1")
    working.register("many", table_of(rows[::-1]))
    working.execute("insert into datasets.personen from many")
    run(working, tmp_path / "other", MARCH)

    assert contents(root)[name_of(root)] == contents(tmp_path / "other")[name_of(root)]
    # More than one row group, so that their bounds are proved to be fixed too.
    assert pq.ParquetFile(root / name_of(root)).num_row_groups == 2


@pytest.mark.parametrize("together", [1, 25_000, 40_000])
def test_how_many_months_are_written_at_once_does_not_show_in_their_bytes(
    working, root, tmp_path, monkeypatch, together
):
    months = [JANUARY, FEBRUARY, MARCH]
    rows = [row(f"{number:06}", months[number % 2]) for number in range(40_000)]
    working.register("many", table_of([*rows, *(row(f"{n:06}", MARCH) for n in range(3))]))
    working.execute("insert into datasets.personen from many")
    run(working, root, *months)

    monkeypatch.setattr(publication, "_PASS", together)
    run(working, tmp_path / "other", *months)

    assert contents(tmp_path / "other") == contents(root) | {
        "gesloten.duckdb": contents(tmp_path / "other")["gesloten.duckdb"]
    }
    assert personen(root).rows == 40_006


def table_of(rows: Sequence[Row]) -> pa.Table:
    names = ["bsn_versleuteld", "maand", "wijk", "partner_versleuteld", "loon"]
    return pa.table(dict(zip(names, map(list, zip(*rows, strict=True)), strict=True)))


def name_of(root: Path) -> str:
    return next(name for name in contents(root) if name.endswith(".parquet"))


def test_rows_that_share_a_key_still_have_one_order(working, root, tmp_path):
    twice = [row("x", MARCH, wijk="WK047902"), row("x", MARCH, wijk="WK047901")]
    fill(working, twice)
    run(working, root, MARCH)
    working.execute("delete from datasets.personen where maand = date '2026-03-01'")
    fill(working, twice[::-1])
    run(working, tmp_path / "other", MARCH)

    assert name_of(root) == name_of(tmp_path / "other")


def test_only_a_month_that_changed_gets_a_new_file(working, root):
    first = run(working, root, JANUARY, FEBRUARY)
    fill(working, [row("cc", FEBRUARY)])

    second = run(working, root, JANUARY, FEBRUARY, now=NOW + timedelta(days=1))

    assert second.changed == {"personen": [FEBRUARY]}
    old, new = (read_manifest(result.manifest).datasets["personen"] for result in (first, second))
    assert old.months[JANUARY] == new.months[JANUARY]
    assert len(list((root / "gesloten" / "data" / "personen").iterdir())) == 3
    assert read_manifest(second.manifest).previous is not None


def test_a_month_that_is_not_asked_for_stays_as_it_was(working, root):
    run(working, root, JANUARY, FEBRUARY)
    fill(working, [row("cc", FEBRUARY)])

    assert run(working, root, JANUARY).changed == {"personen": []}


def test_a_month_without_rows_leaves_the_publication(working, root):
    run(working, root, JANUARY, FEBRUARY)
    working.execute("delete from datasets.personen where maand = date '2026-02-01'")

    result = run(working, root, FEBRUARY)

    assert result.changed == {"personen": [FEBRUARY]}
    assert list(personen(root).months) == [JANUARY]


def test_a_new_delivery_without_other_rows_is_a_publication_too(working, root):
    run(working, root, JANUARY)

    result = run(working, root, JANUARY, versions=("l2", "l1"))

    assert result.sequence == 2
    assert result.changed == {"personen": []}


def test_a_dataset_that_gets_a_column_is_written_again_for_all_its_months(working, root):
    run(working, root, JANUARY, FEBRUARY)
    working.execute("alter table datasets.personen add column leeftijd integer default 40")
    wider = replace(PERSONEN, columns=[*PERSONEN.columns, ColumnSpec("leeftijd", "int", "Jaren.")])

    result = run(working, root, datasets=[wider])

    assert result.changed == {"personen": [JANUARY, FEBRUARY]}
    assert {r["leeftijd"] for r in published(root, FEBRUARY)} == {40}


def test_a_new_description_writes_no_data_again(working, root):
    run(working, root, JANUARY)
    working.execute("drop table datasets.personen")

    result = run(working, root, datasets=[replace(PERSONEN, description="Anders.")])

    assert result.is_new
    assert result.changed == {"personen": []}


def test_the_views_are_the_datasets_with_their_descriptions(working, root):
    run(working, root, JANUARY, FEBRUARY, datasets=[PERSONEN, LEEG])

    with duckdb.connect(str(root / "gesloten.duckdb"), read_only=True) as views:
        assert views.execute("select count(*), sum(loon) from personen").fetchall() == [(3, 37.5)]
        comments = views.execute(
            "select comment from duckdb_views() where view_name = 'personen' union all"
            " select comment from duckdb_columns() where table_name = 'personen'"
        ).fetchall()
    assert ("Eén rij per persoon per maand.",) in comments
    assert ("Loon in euro's.",) in comments


def test_an_empty_dataset_has_a_view_with_its_types(working, root):
    publish(working, [LEEG], {"wmo": [JANUARY]}, root, republish, [], NOW, [])

    with duckdb.connect(str(root / "gesloten.duckdb"), read_only=True) as views:
        assert views.execute("from wmo").fetchall() == []
        described = views.execute("describe wmo").fetchall()
    assert [kind for _, kind, *_ in described] == ["DATE", "BIGINT"]


def test_missing_views_are_made_again(working, root):
    run(working, root, JANUARY)
    (root / "gesloten.duckdb").unlink()

    assert not run(working, root).is_new
    with duckdb.connect(str(root / "gesloten.duckdb"), read_only=True) as views:
        assert views.execute("select count(*) from personen").fetchall() == [(2,)]


def test_a_damaged_file_of_views_is_made_again(working, root):
    run(working, root, JANUARY)
    (root / "gesloten.duckdb").write_bytes(b"no database")

    run(working, root)

    with duckdb.connect(str(root / "gesloten.duckdb"), read_only=True) as views:
        assert views.execute("select count(*) from personen").fetchall() == [(2,)]


def test_views_of_a_publication_that_moved_are_made_again(working, root, tmp_path):
    run(working, root, JANUARY)
    moved = tmp_path / "elsewhere"
    root.rename(moved)

    run(working, moved)

    with duckdb.connect(str(moved / "gesloten.duckdb"), read_only=True) as views:
        assert views.execute("select count(*) from personen").fetchall() == [(2,)]


def test_a_reader_of_the_views_does_not_stop_a_publication(working, root):
    run(working, root, JANUARY)
    with duckdb.connect(str(root / "gesloten.duckdb"), read_only=True) as reader:
        run(working, root, FEBRUARY)
        assert reader.execute("select count(*) from personen").fetchall() == [(2,)]

    with duckdb.connect(str(root / "gesloten.duckdb"), read_only=True) as reader:
        assert reader.execute("select count(*) from personen").fetchall() == [(3,)]


class Killed(BaseException):
    pass


@pytest.mark.parametrize("after", [True, False])
@pytest.mark.parametrize("step", [1, 2, 3, 4])
def test_after_a_kill_at_any_rename_the_next_run_ends_where_it_would_have(
    working, root, tmp_path, monkeypatch, step, after
):
    run(working, root, JANUARY)
    run(working, tmp_path / "whole", JANUARY)
    fill(working, [row("cc", JANUARY)])
    run(working, tmp_path / "whole", JANUARY, FEBRUARY)
    renames = []

    def killed(source, target):
        renames.append(target)
        if len(renames) == step and not after:
            raise Killed
        os.rename(source, target)
        if len(renames) == step:
            raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(os, "replace", killed)
        # A killed process sweeps nothing behind it.
        patched.setattr(publication, "sweep", lambda *_: None)
        with pytest.raises(Killed):
            run(working, root, JANUARY, FEBRUARY)

    run(working, root, JANUARY, FEBRUARY)

    kept = [name for name in contents(root) if not name.endswith(".duckdb")]
    assert {name: contents(root)[name] for name in kept} == {
        name: content
        for name, content in contents(tmp_path / "whole").items()
        if not name.endswith(".duckdb")
    }
    with duckdb.connect(str(root / "gesloten.duckdb"), read_only=True) as views:
        assert views.execute("select count(*) from personen").fetchall() == [(4,)]


def test_each_domain_has_files_and_views_of_its_own_and_neither_touches_the_other(working, root):
    run(working, root, JANUARY)
    before = contents(root)
    rmc = replace(PERSONEN, doelen=["rmc"], domein="rmc")

    def as_rmc(tokens: pa.Array) -> pa.Array:
        return pa.array([text and f"rmc1.{text[6:]}" for text in tokens.to_pylist()], pa.string())

    publish(
        *(working, [rmc], {"personen": [JANUARY]}, root, as_rmc, ["GM0479"], NOW, ["l1"], "rmc"),
    )

    after = contents(root)
    assert {name: after[name] for name in before} == before
    assert all(name.startswith("rmc") for name in after.keys() - before.keys())
    manifest = current_manifest(root, "rmc")
    assert manifest is not None
    assert manifest.datasets["personen"].spec.domein == "rmc"
    with duckdb.connect(str(root / "rmc.duckdb"), read_only=True) as views:
        tokens = views.execute("select bsn_versleuteld from personen").fetchall()
    assert {token.partition(".")[0] for (token,) in tokens} == {"rmc1"}
    assert verify(root) == []


def test_sweep_removes_what_was_half_written_and_nothing_else(working, root):
    run(working, root, JANUARY)
    before = contents(root)
    (root / ".tmp-gesloten.duckdb.wal").write_bytes(b"x")
    (root / "gesloten" / "data" / "personen" / ".tmp-2026-01.parquet").write_bytes(b"x")
    (root / "gesloten" / ".tmp-sort").mkdir()
    (root / "gesloten" / ".tmp-sort" / "spill").write_bytes(b"x")

    sweep(root)

    assert contents(root) == before


def test_verify_finds_what_is_missing_damaged_or_unknown_and_a_run_mends_it(working, root):
    run(working, root, JANUARY, FEBRUARY)
    assert verify(root) == []
    before = contents(root)
    months = personen(root).months
    (root / "gesloten" / months[JANUARY].file).unlink()
    (root / "gesloten" / months[FEBRUARY].file).write_bytes(b"x")
    stray = root / "gesloten" / "data" / "personen" / "2025-01-0000000000000000.parquet"
    stray.write_bytes(b"x")

    problems = [finding.problem.split(";")[0] for finding in verify(root)]
    assert problems == ["missing", "damaged", "in no publication"]

    stray.unlink()
    (root / "gesloten" / months[FEBRUARY].file).unlink()
    run(working, root)
    assert contents(root) == before


def test_a_damaged_manifest_is_refused(working, root):
    path = run(working, root, JANUARY).manifest
    path.write_bytes(path.read_bytes() + b" ")

    with pytest.raises(PublicationError, match=r"is damaged\. Put it back"):
        current_manifest(root)


def refusal(
    working: duckdb.DuckDBPyConnection,
    root: Path,
    datasets: Sequence[DatasetSpec] = (PERSONEN,),
) -> str:
    """The message of a publication that is refused, after which nothing is there."""
    with pytest.raises(PublicationError) as caught:
        run(working, root, JANUARY, datasets=datasets)
    assert manifest_paths(root) == []
    assert not list(root.rglob("*.parquet"))
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None
    return str(caught.value)


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("kern1.secret", "an internal token"),
        ("adres kern1.secret", "an internal token"),
        ("999990019", "a number of nine digits"),
    ],
)
def test_the_guard_refuses_what_may_never_leave_and_does_not_repeat_it(working, root, value, found):
    fill(working, [row("dd", JANUARY, wijk=value)])

    message = refusal(working, root)

    assert f"Column wijk of personen holds {found}" in message
    assert value not in message


def test_a_failure_to_republish_names_the_dataset_and_no_value(working, root):
    def fails(tokens):
        raise ValueError(tokens[0].as_py())

    with pytest.raises(PublicationError, match="2026-01 of personen cannot be published") as caught:
        publish(working, [PERSONEN], {"personen": [JANUARY]}, root, fails, [], NOW, [])

    assert "kern1" not in str(caught.value)
    assert caught.value.__context__ is None
    assert not list(root.rglob("*.parquet"))
    # The working connection is free for what comes next.
    assert run(working, root, JANUARY).is_new


def test_a_column_marked_internal_is_republished_whatever_its_name(working, root):
    working.execute("update datasets.personen set wijk = bsn_versleuteld")
    columns = [replace(c, internal=c.name == "wijk") for c in PERSONEN.columns]

    run(working, root, JANUARY, datasets=[replace(PERSONEN, columns=columns)])

    assert {r["wijk"] for r in published(root, JANUARY)} == {"gesloten1.ab", "gesloten1.ba"}


def test_open_data_does_not_leave_by_this_door(working, root):
    message = refusal(working, root, datasets=[replace(PERSONEN, openheid="open")])

    assert "only the audit lets open data out" in message


@pytest.mark.parametrize("kind", ["hugeint", "timestamp", "varchar[]", "nonsense"])
def test_a_type_that_files_do_not_keep_is_refused(working, root, kind):
    columns = [*PERSONEN.columns[:4], ColumnSpec("loon", kind, "Loon.")]

    message = refusal(working, root, datasets=[replace(PERSONEN, columns=columns)])

    assert f"has type {kind}" in message


def test_a_table_that_is_not_as_described_is_refused(working, root):
    columns = [*PERSONEN.columns[:4], ColumnSpec("loon", "bigint", "Loon.")]

    message = refusal(working, root, datasets=[replace(PERSONEN, columns=columns)])

    assert "described as BIGINT, but it is DECIMAL(9,2)" in message


def test_a_table_that_was_never_built_is_refused(working, root):
    working.execute("drop table datasets.personen")

    assert "has no datasets.personen" in refusal(working, root)


def test_months_of_an_unknown_dataset_are_a_mistake_of_the_caller(working, root):
    with pytest.raises(ValueError, match="not published"):
        run(working, root, JANUARY, datasets=[LEEG])
