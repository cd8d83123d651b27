"""The working database: what is kept in it from one build to the next, and when it is let go."""

from datetime import date
from pathlib import Path

import duckdb
import pytest

from warehouse.reach import NOTHING, Plan
from warehouse.workspace import changed_months, connect, forget_changes, lay_out_work

JANUARY, FEBRUARY = date(2026, 1, 1), date(2026, 2, 1)
ROWS = [("personen", JANUARY), ("personen", FEBRUARY), ("wmo", FEBRUARY)]


@pytest.fixture
def sql(tmp_path: Path) -> duckdb.DuckDBPyConnection:
    made = connect(tmp_path / "warehouse.duckdb")
    made.execute("create schema grootboek")
    return made


def test_what_dbt_left_undone_stays_as_long_as_it_is_open_and_what_is_open_is_added(sql):
    lay_out_work(sql, Plan(ROWS, ROWS[:1], (), ()))
    sql.execute("insert into grootboek.te_bouwen values ('wmo', '2026-02-01')")

    lay_out_work(sql, Plan(ROWS[1:], ROWS[1:2], (), [("personen", "wmo", 1)]))

    left = sql.execute("from grootboek.te_bouwen order by all").fetchall()
    assert left == [("personen", FEBRUARY), ("wmo", FEBRUARY)]
    assert sql.execute("from grootboek.lezers").fetchall() == [("personen", "wmo", 1)]
    lay_out_work(sql, NOTHING)
    assert sql.execute("from grootboek.te_bouwen").fetchall() == []


def test_what_changed_waits_until_it_is_published_each_dataset_by_itself(sql):
    lay_out_work(sql, Plan(ROWS, (), [*reversed(ROWS), ROWS[0]], ()))
    assert changed_months(sql) == {"personen": [JANUARY, FEBRUARY], "wmo": [FEBRUARY]}

    forget_changes(sql, ["personen"])
    assert changed_months(sql) == {"wmo": [FEBRUARY]}
    forget_changes(sql, [])
    assert changed_months(sql) == {"wmo": [FEBRUARY]}

    forget_changes(sql)
    assert changed_months(sql) == {}
