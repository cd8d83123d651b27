"""The working database: what is kept in it from one build to the next, and when it is let go."""

import sqlite3
from contextlib import closing
from datetime import date
from pathlib import Path

import duckdb
import pytest

from warehouse.home import Home
from warehouse.ledger import EVERYTHING, Counts
from warehouse.reach import KEEPS, NOTHING, Plan, Reach
from warehouse.station import Station
from warehouse.workspace import (
    changed_months,
    connect,
    forget_changes,
    lay_out_work,
    mark_built,
    prepare,
)

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


def described(station: Station, month: date) -> None:
    """A delivery that came and was published; of what it holds nothing is read here."""
    version = station.ledger.receive(
        levering_id=str(month),
        delivery="brp_personen",
        gemeente="GM0479",
        month=month,
        file="brp_personen.csv",
        sha256=str(month),
        size=1,
        key_id="0123456789abcdef",
        code_version="1",
        contract_version="1.0.0",
        data_key=b"wrapped",
    )
    station.ledger.processed(version.levering_id, Counts(1, 1, 0, 0), [], [month])
    station.ledger.accept(version.levering_id, replaces=True, opens=[month])
    station.ledger.close_months([month])


def test_without_its_working_database_everything_that_is_known_is_open(
    home: Home, station: Station
):
    for month in (JANUARY, FEBRUARY):
        described(station, month)

    assert prepare(home, station.ledger, {}, {}) == [JANUARY, FEBRUARY]

    assert station.ledger.opened() == {JANUARY: {EVERYTHING}, FEBRUARY: {EVERYTHING}}
    opening = station.ledger.last_opening()
    prepare(home, station.ledger, {}, {})
    assert station.ledger.last_opening() == opening
    with connect(home.database) as sql:
        mark_built(sql)
    station.ledger.close_months([JANUARY, FEBRUARY])
    assert prepare(home, station.ledger, {}, {}) == []


def test_a_new_table_that_keeps_its_months_opens_all_of_them_once(home: Home, station: Station):
    """Else whoever reads it of a month of before would find nothing in it."""

    def reading(*names: str) -> dict[str, Reach]:
        nothing: frozenset[str] = frozenset()
        return {name: Reach(KEEPS, 1, 1, nothing, nothing, nothing) for name in names}

    described(station, JANUARY)
    prepare(home, station.ledger, {}, reading("personen"))
    station.ledger.close_months([JANUARY])
    assert prepare(home, station.ledger, {}, reading("personen")) == []

    assert prepare(home, station.ledger, {}, reading("personen", "wmo")) == [JANUARY]
    assert station.ledger.opened() == {JANUARY: {EVERYTHING}}
    with closing(sqlite3.connect(home.ledger)) as ledger:
        reasons = ledger.execute("select distinct uitslag from gebeurtenis").fetchall()
    assert ("nieuw zijn wmo",) in reasons

    station.ledger.close_months([JANUARY])
    assert prepare(home, station.ledger, {}, reading("personen", "wmo")) == []
    assert prepare(home, station.ledger, {}, reading("wmo")) == []
