"""The working database: what is kept in it from one build to the next, and when it is let go."""

from datetime import date
from pathlib import Path

import duckdb
import pytest

from warehouse.home import Home
from warehouse.ledger import EVERYTHING, Counts
from warehouse.reach import NOTHING, Plan
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
