"""The dbt project on hand-made sources: its own tests, the strategy `maanden`, raw to datasets.

What belongs here: what only shows when dbt builds in a DuckDB file. What does not: definitions,
which have unit tests beside their models.
"""

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from dbt.cli.main import dbtRunnerResult

from assets.models import PROJECT
from expectations.datasets import DATASET_SUITES
from expectations.marts import MART_SUITES
from tests.building import DATABASE, NO_TESTS, NO_UNIT_TESTS, credentials, move, run_dbt
from warehouse.contracts import load_contracts
from warehouse.ledger import EVERYTHING
from warehouse.reach import NOTHING, plan, read_reach
from warehouse.workspace import connect, lay_out_work

# dbt leaves its log file to the garbage collector.
pytestmark = pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")

KEYS = ["bsn_versleuteld", "maand", "wijk", "buurt", "gemeente"]
META = {
    "thema",
    "doelen",
    "grondslag",
    "bewaartermijn_jaren",
    "eigenaar",
    "openheid",
    "leveringen",
    "sleutel",
}
LEDGER = """
    create schema grootboek;
    create table grootboek.gemeenten (gemeente varchar);
    create table grootboek.leveringen (
        levering_id varchar, delivery varchar, gemeente varchar, levermaand date, versie bigint
    );
    create table grootboek.referenties (
        delivery varchar, gemeente varchar, maand date, levering_id varchar
    );
    create schema geografie;
    create table geografie.ligging (
        levering_id varchar, eenheid bigint, indelingsjaar integer, buurt varchar
    );
    create table geografie.vertaling (
        gemeente varchar, van_jaar integer, naar_jaar integer, oude_code varchar,
        nieuwe_code varchar, soort varchar, bron varchar, aandeel double
    );
    create table grootboek.beschreven_maanden (levering_id varchar, maand date);
    create table grootboek.contracten (
        delivery varchar, leverwijze varchar, referentie boolean, naijling_maanden integer,
        geldig_maanden integer, terugwerkend_maanden integer
    );
    insert into grootboek.gemeenten values ('GM0479'), ('GM0518');
"""
JANUARY, FEBRUARY = date(2026, 1, 1), date(2026, 2, 1)


class Warehouse:
    """A working database with the sources as the contracts say they are."""

    def __init__(self, path: Path, target: Path, parsed: Path) -> None:
        self.path = path
        self.target = target
        self.parsed = parsed
        with duckdb.connect(str(path)) as connection:
            connection.execute(LEDGER)
            lay_out_work(connection, NOTHING)
            connection.execute("create schema raw")
            for contract in load_contracts().values():
                connection.execute(
                    "insert into grootboek.contracten values (?, ?, ?, ?, ?, ?)",
                    [
                        *(contract.name, contract.mode, contract.reference, contract.lag_months),
                        *(contract.valid_months, contract.lookback_months),
                    ],
                )
                for table in contract.raw_tables:
                    columns = ", ".join(f"{n} {t}" for n, t in table.raw_columns.items())
                    name = f"{contract.name}__{table.name}"
                    connection.execute(f"create table raw.{name} ({columns})")

    def dbt(self, *arguments: str) -> dbtRunnerResult:
        return run_dbt(self.path, self.target, self.parsed, *arguments)

    def open(self, *months: date, by: str = EVERYTHING) -> None:
        opened = {month: {by} for month in months}
        work = plan(read_reach(self.parsed / "manifest.json"), opened, months)
        with duckdb.connect(str(self.path)) as connection:
            lay_out_work(connection, work)

    def build(
        self, *months: date, by: str = EVERYTHING, options: Sequence[str] = ()
    ) -> dbtRunnerResult:
        """Build `personen` of these months and what it is made of, without tests."""
        self.open(*months, by=by)
        return self.dbt("build", "--select", "+personen", *NO_TESTS, *options)

    def build_and_test(self, *months: date, select: Sequence[str]) -> dbtRunnerResult:
        """Build these months of some models as the pipeline does: all but the unit tests."""
        self.open(*months)
        # A test that is about other models too is left to them.
        whole = ("--indirect-selection", "cautious")
        # Where tests look is said by the ledger's tables, of which no model is made.
        ledger = "source:grootboek"
        return self.dbt("build", *whole, *NO_UNIT_TESTS, "--select", *select, ledger)

    def execute(self, statement: str, *values: Any) -> list[Any]:
        with duckdb.connect(str(self.path)) as connection:
            return connection.execute(statement, list(values)).fetchall()

    def receive(self, delivery: str, gemeente: str, month: date, version: int) -> str:
        levering_id = f"{delivery}_{gemeente}_{version}"
        values = (levering_id, delivery, gemeente, month, version)
        self.execute("insert into grootboek.leveringen values (?, ?, ?, ?, ?)", *values)
        return levering_id

    def insert(self, table: str, **row: Any) -> None:
        marks = ", ".join("?" * len(row))
        self.execute(f"insert into raw.{table} ({', '.join(row)}) values ({marks})", *row.values())

    def population(self, gemeente: str, month: date, version: int, *persons: str) -> None:
        """A version of the BRP in which these persons live in the gemeente."""
        levering_id = self.receive("brp_personen", gemeente, month, version)
        for person in persons:
            self.insert(
                "brp_personen__persoonslijst",
                levering_id=levering_id,
                bsn_versleuteld=person,
                geboortedatum="19800000",
                geslacht="V",
            )
            self.insert(
                "brp_personen__verblijfplaats",
                levering_id=levering_id,
                bsn_versleuteld=person,
                volgorde=0,
                gemeente_van_inschrijving=gemeente[2:],
                functie_adres="W",
                datum_aanvang_adres="20010101",
            )

    def forget_deliveries(self) -> None:
        self.execute("delete from grootboek.leveringen")

    def months(self, table: str, model: str) -> list[date]:
        """The months of a model in one of the tables that tell what is to be done."""
        where = "where model = ? order by maand"
        rows = self.execute(f"select distinct maand from grootboek.{table} {where}", model)
        return [row[0] for row in rows]

    def publish(self) -> None:
        self.execute("delete from grootboek.gewijzigd")

    def residents(self) -> set[tuple[date, str]]:
        return set(self.execute("select maand, bsn_versleuteld from datasets.personen"))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("dbt")


@pytest.fixture
def warehouse(folder: Path, parsed: Path) -> Iterator[Warehouse]:
    path = folder / "warehouse.duckdb"
    yield Warehouse(path, folder / "target", parsed)
    path.unlink()


def test_definitions_hold_and_models_build_on_empty_sources(warehouse):
    outcome = warehouse.dbt("build", "--exclude-resource-type", "test")

    assert outcome.success, outcome.exception
    kinds = [str(result.node.resource_type) for result in outcome.result]
    assert kinds.count("unit_test") >= 20
    assert {str(result.status) for result in outcome.result} <= {"pass", "success"}
    assert warehouse.residents() == set()


def test_every_dataset_states_its_ground_and_describes_its_columns(warehouse):
    manifest = warehouse.dbt("parse").result
    datasets = [n for n in manifest.nodes.values() if n.schema == "datasets"]
    models = [n for n in datasets if n.resource_type == "model"]

    marts = {n.name for n in manifest.nodes.values() if n.schema == "marts"}
    assert {model.name for model in models} == DATASET_SUITES.keys()
    assert marts == MART_SUITES.keys()
    for model in models:
        assert set(model.config.meta) == META
        about_persons = model.columns.keys() & {"bsn_versleuteld"}
        assert list(model.columns)[: len(KEYS)] == KEYS or not about_persons
        assert model.contract.enforced
        assert model.description
        assert all(column.description for column in model.columns.values())


def test_purposes_of_a_dataset_are_allowed_by_every_delivery_it_uses(warehouse):
    contracts = load_contracts()
    manifest = warehouse.dbt("parse").result

    for model in manifest.nodes.values():
        if model.resource_type == "model" and model.schema == "datasets":
            for delivery in model.config.meta["leveringen"]:
                assert set(model.config.meta["doelen"]) <= set(contracts[delivery].purposes)


def test_open_month_is_replaced_and_the_others_stay(warehouse):
    warehouse.population("GM0479", JANUARY, 1, "a", "b")
    warehouse.population("GM0479", FEBRUARY, 2, "a", "b")
    assert warehouse.build(JANUARY, FEBRUARY).success

    warehouse.forget_deliveries()
    warehouse.population("GM0479", FEBRUARY, 3, "b", "c")
    assert warehouse.build(FEBRUARY).success

    assert warehouse.residents() == {
        (JANUARY, "a"),
        (JANUARY, "b"),
        (FEBRUARY, "b"),
        (FEBRUARY, "c"),
    }


def test_month_of_which_nothing_is_left_is_emptied(warehouse):
    warehouse.population("GM0479", JANUARY, 1, "a")
    warehouse.population("GM0479", FEBRUARY, 2, "a")
    assert warehouse.build(JANUARY, FEBRUARY).success

    warehouse.forget_deliveries()
    assert warehouse.build(FEBRUARY).success

    assert warehouse.residents() == {(JANUARY, "a")}


def test_rows_that_are_alike_are_counted(warehouse):
    """What is there twice is not taken for what is there once."""
    warehouse.population("GM0479", JANUARY, 1, "a")
    assert warehouse.build(JANUARY).success
    warehouse.execute("insert into datasets.personen from datasets.personen")
    warehouse.publish()

    assert warehouse.build(JANUARY).success

    assert warehouse.execute("select count(*) from datasets.personen") == [(1,)]
    assert warehouse.months("gewijzigd", "personen") == [JANUARY]


def test_few_rows_are_kept_together_whoever_opens_the_database_next(tmp_path):
    database = tmp_path / "warehouse.duckdb"
    with duckdb.connect() as sql:
        for attachment in credentials(database).attach:
            sql.execute(attachment.to_sql())
        sql.execute("create table warehouse.veel as select range as nummer from range(100_000)")

    with connect(database) as sql:
        sql.execute("delete from veel where nummer % 2 = 0")

    with duckdb.connect(str(database)) as sql:
        groups = sql.execute(
            "select count(distinct row_group_id) from pragma_storage_info('veel')"
        ).fetchall()
    assert groups == [(7,)]  # of 16,384 rows; DuckDB itself would have made one


def test_what_dbt_built_is_in_the_database_itself_when_its_process_ends(tmp_path, parsed):
    database, target = tmp_path / "warehouse.duckdb", tmp_path / "target"
    move(parsed, target, database)
    command = ("seed", "--select", "bus_codes", "--target-path", target, "--log-path", target)

    subprocess.run(
        [
            *(Path(sys.executable).with_name("datapakhuis-dbt"), *command, "--quiet"),
            *("--project-dir", PROJECT, "--profiles-dir", PROJECT),
        ],
        env={**os.environ, DATABASE: str(database)},
        check=True,
    )

    assert not database.with_name(f"{database.name}.wal").exists()


def test_a_month_that_comes_out_as_it_was_gives_its_readers_nothing_to_do(warehouse):
    warehouse.population("GM0479", JANUARY, 1, "a")
    warehouse.population("GM0479", FEBRUARY, 2, "a")
    assert warehouse.build(JANUARY, FEBRUARY).success
    assert warehouse.months("gewijzigd", "personen") == [JANUARY, FEBRUARY]
    warehouse.publish()

    warehouse.execute("update raw.brp_personen__persoonslijst set geslacht = 'M'")
    assert warehouse.build(FEBRUARY, by="brp_personen").success

    assert warehouse.months("gewijzigd", "personen") == [FEBRUARY]
    assert warehouse.months("te_bouwen", "personen") == []
    # It reads no delivery itself: it is given what changed of what it reads, and no more.
    assert warehouse.months("te_bouwen", "stap_armoede_normen") == [FEBRUARY]
    warehouse.publish()
    warehouse.execute("delete from grootboek.te_bouwen")

    assert warehouse.build(JANUARY, FEBRUARY, by="brp_personen").success

    assert warehouse.months("gewijzigd", "personen") == [JANUARY]
    assert warehouse.months("te_bouwen", "stap_armoede_normen") == [JANUARY]


def test_what_changed_is_tested_and_what_came_out_as_it_was_is_not_again(warehouse):
    warehouse.population("GM0479", JANUARY, 1, "a")
    warehouse.population("GM0479", FEBRUARY, 2, "a")
    assert warehouse.build(JANUARY, FEBRUARY).success
    warehouse.publish()
    twice = "insert into datasets.personen from datasets.personen where maand = ?"
    warehouse.execute(twice, JANUARY)

    assert warehouse.build_and_test(FEBRUARY, select=["+personen"]).success

    warehouse.execute("insert into grootboek.gewijzigd values ('personen', ?)", JANUARY)
    outcome = warehouse.dbt("test", "--select", "personen", *NO_UNIT_TESTS)
    failed = {r.node.name for r in outcome.result if str(r.status) == "fail"}
    assert any(name.startswith("unieke_sleutel_personen") for name in failed), failed


def test_what_was_left_undone_waits_for_as_long_as_it_can_change(warehouse):
    warehouse.population("GM0479", JANUARY, 1, "a")
    assert warehouse.build(JANUARY, by="brp_personen").success
    assert warehouse.months("te_bouwen", "stap_armoede_normen") == [JANUARY]

    assert warehouse.build(JANUARY, by="brp_personen").success
    assert warehouse.months("te_bouwen", "stap_armoede_normen") == [JANUARY]
    assert warehouse.months("gewijzigd", "personen") == [JANUARY]

    warehouse.open(FEBRUARY, by="brp_personen")
    assert warehouse.months("te_bouwen", "stap_armoede_normen") == []
    assert warehouse.months("gewijzigd", "personen") == []


def test_failing_insert_leaves_the_old_rows(warehouse):
    warehouse.population("GM0479", JANUARY, 1, "a")
    assert warehouse.build(JANUARY).success

    warehouse.forget_deliveries()
    warehouse.population("GM0479", JANUARY, 2, "b")
    warehouse.execute("update raw.brp_personen__persoonslijst set geslacht = null")
    outcome = warehouse.build(JANUARY)

    assert not outcome.success
    failed = {r.node.name: r.message for r in outcome.result if str(r.status) == "error"}
    assert failed.keys() == {"personen"}
    assert "NOT NULL constraint failed" in failed["personen"]
    assert warehouse.residents() == {(JANUARY, "a")}
    assert warehouse.months("te_bouwen", "personen") == [JANUARY]


def test_full_refresh_keeps_closed_months(warehouse):
    warehouse.population("GM0479", JANUARY, 1, "a")
    assert warehouse.build(JANUARY).success

    warehouse.forget_deliveries()
    warehouse.population("GM0479", FEBRUARY, 2, "a")
    assert warehouse.build(FEBRUARY, options=["--full-refresh"]).success

    assert warehouse.residents() == {(JANUARY, "a"), (FEBRUARY, "a")}


def test_person_claimed_by_two_gemeenten_is_a_warning(warehouse):
    warehouse.population("GM0479", JANUARY, 1, "a")
    warehouse.population("GM0518", JANUARY, 2, "a")

    outcome = warehouse.build_and_test(JANUARY, select=["+personen"])

    assert outcome.success
    status = {result.node.name: str(result.status) for result in outcome.result}
    assert status.pop("persoon_bij_twee_gemeenten") == "warn"
    assert set(status.values()) == {"pass", "success"}


def test_wage_over_four_weeks_arrives_to_the_cent_in_two_months(warehouse):
    """5 January up to and including 1 February: 27 and 1 of 28 days of 100,01 euro."""
    warehouse.population("GM0479", JANUARY, 1, "a")
    levering_id = warehouse.receive("suwinet_inkomsten", "GM0479", date(2026, 3, 1), 2)
    of_version = {"levering_id": levering_id, "bsn_versleuteld": "a"}
    warehouse.insert(
        "suwinet_inkomsten__antwoord",
        **of_version,
        dienst="UWV",
        periode_van="2026-01",
        periode_tot="2026-01",
        aantal_opgaven="1",
        aantal_quarantaine="0",
    )
    warehouse.insert(
        "suwinet_inkomsten__inkomstenopgave",
        **of_version,
        eenheid=1,
        inkomstenverhouding="ikv",
        datum_aanvang="20260105",
        datum_einde="20260201",
        loon_sv="10001",
    )
    warehouse.insert(
        "suwinet_inkomsten__inkomstenperiode",
        **of_version,
        inkomstenverhouding="ikv",
        datum_aanvang="20200101",
        datum_einde="99991231",
        soort_inkomstenverhouding="15",
        loonheffingskorting="1",
    )

    outcome = warehouse.build_and_test(
        JANUARY, FEBRUARY, select=["+inkomsten", "+inkomsten_bevraging"]
    )

    assert outcome.success
    income = "select maand, bedrag, inwoner, soort_inkomstenverhouding from datasets.inkomsten"
    assert set(warehouse.execute(income)) == {
        (JANUARY, Decimal("96.43"), True, "15"),
        (FEBRUARY, Decimal("3.58"), None, "15"),
    }
    inquiry = "select maand, uitkomst, volledig from datasets.inkomsten_bevraging"
    assert set(warehouse.execute(inquiry)) == {
        (JANUARY, "gevonden", True),
        (FEBRUARY, "gevonden", False),
    }
