"""The analyst's door: what it gives, what it refuses, and how it says so."""

import csv
import json
import shutil
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from warehouse.client import Client, ClientError
from warehouse.errors import DatapakhuisError, UsageError
from warehouse.publication import ColumnSpec, DatasetSpec, publish

JANUARY, FEBRUARY, MARCH = date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1)
BIJSTAND = DatasetSpec(
    name="bijstand",
    schema="datasets",
    theme="werk_en_inkomen",
    description="Bijstand per persoon per maand.",
    columns=[
        ColumnSpec("bsn_versleuteld", "varchar", "Versleuteld BSN."),
        ColumnSpec("maand", "date", "Maand."),
        ColumnSpec("bedrag", "bigint", "Bedrag in euro's."),
    ],
    key=["bsn_versleuteld", "maand"],
    doelen=["statistiek"],
    grondslag="artikel 6 lid 1 onder e AVG",
    bewaartermijn_jaren=5,
    eigenaar="team data",
    openheid="gesloten",
)
VERZUIM = replace(BIJSTAND, name="verzuim", theme="onderwijs")


@pytest.fixture(scope="module")
def made_home(tmp_path_factory):
    """January and February known on 1 March; a correction of February known on 1 April."""
    home = tmp_path_factory.mktemp("home")
    (home / "landing").mkdir()
    (home / "landing" / "x.csv").write_text("a,b\n1,2\n")
    with duckdb.connect(str(home / "warehouse.duckdb")) as working:
        working.execute("create schema datasets")
        for name in ("bijstand", "verzuim"):
            working.execute(
                f"create table datasets.{name} (bsn_versleuteld varchar, maand date, bedrag bigint)"
            )
        working.execute(
            "insert into datasets.bijstand values ('a', '2026-01-01', 10),"
            " ('b', '2026-01-01', 20), ('a', '2026-02-01', 30)"
        )
        put(working, home, datetime(2026, 3, 1, 6, tzinfo=UTC))
        working.execute("update datasets.bijstand set bedrag = 31 where bedrag = 30")
        put(working, home, datetime(2026, 4, 1, 6, tzinfo=UTC))
    return home


def put(working: duckdb.DuckDBPyConnection, home: Path, now: datetime) -> None:
    months = {"bijstand": [JANUARY, FEBRUARY]}
    root = home / "publication"
    publish(working, [BIJSTAND, VERZUIM], months, root, lambda tokens: tokens, [], now, [])


@pytest.fixture
def home(made_home, tmp_path):
    return shutil.copytree(made_home, tmp_path / "home")


@pytest.fixture
def client(home):
    return Client(home)


def test_lists_and_shows_what_is_published(client):
    assert [info.name for info in client.datasets()] == ["bijstand", "verzuim"]

    info = client.show("bijstand")

    assert info.months == {JANUARY: 2, FEBRUARY: 1}
    assert (info.rows, info.key, info.doelen) == (3, ("bsn_versleuteld", "maand"), ("statistiek",))
    assert info.columns[2] == ColumnSpec("bedrag", "BIGINT", "Bedrag in euro's.")
    assert repr(info) == "<bijstand: 2026-01 to 2026-02, 3 rows>"
    assert repr(client.show("verzuim")) == "<verzuim: no rows>"


def test_the_publication_folder_will_do_and_may_have_moved(home, tmp_path):
    moved = tmp_path / "share's [1]"
    (home / "publication").rename(moved)

    assert Client(moved).get("bijstand").num_rows == 3
    assert Client(moved).sql("select count(*) as n from bijstand").to_pylist() == [{"n": 3}]


def test_gets_rows_by_month_and_key(client):
    assert client.get("bijstand")["bedrag"].to_pylist() == [10, 20, 31]


def test_gets_only_the_months_and_columns_asked_for(client):
    table = client.get("bijstand", months=["2026-01"], columns=["bedrag", "maand"])

    assert table.column_names == ["bedrag", "maand"]
    assert table["maand"].to_pylist() == [JANUARY, JANUARY]
    assert client.get("bijstand", months=[FEBRUARY]).num_rows == 1
    assert client.get("bijstand", from_month="2026-02").num_rows == 1
    assert client.get("bijstand", to_month=JANUARY).num_rows == 2


def test_a_dataset_or_period_without_rows_is_empty_with_its_types(client):
    for table in (client.get("verzuim"), client.get("bijstand", from_month="2027-01")):
        assert table.num_rows == 0
        assert table.schema.types == [pa.string(), pa.date32(), pa.int64()]


def test_a_month_that_is_missing_is_said_not_left_out(client):
    with pytest.raises(ClientError, match=r"has no 2026-03\. Published months: 2026-01, 2026-02"):
        client.get("bijstand", months=["2026-01", MARCH])


def test_a_month_that_is_none_is_wrong_usage(client):
    with pytest.raises(UsageError, match="YYYY-MM"):
        client.get("bijstand", months=["January"])


@pytest.mark.parametrize(
    ("moment", "amount"),
    [
        (date(2026, 3, 1), 30),  # the end of that day
        (date(2026, 3, 31), 30),
        (datetime(2026, 4, 1, 7, 59), 30),  # Dutch summer time: 5:59 UTC
        (datetime(2026, 4, 1, 8, 0), 31),
        (datetime(2026, 4, 1, 6, 0, tzinfo=UTC), 31),
        (date(2026, 4, 1), 31),
        (None, 31),
    ],
)
def test_as_known_at_gives_what_was_published_by_then(client, moment, amount):
    got = client.get("bijstand", months=[FEBRUARY], as_known_at=moment)
    assert got["bedrag"].to_pylist() == [amount]
    query = "select bedrag from bijstand where maand = date '2026-02-01'"
    assert client.sql(query, as_known_at=moment)["bedrag"].to_pylist() == [amount]


def test_before_the_first_publication_nothing_was_known(client):
    with pytest.raises(ClientError, match="The first publication is of 2026-03-01"):
        client.get("bijstand", as_known_at=date(2026, 2, 28))


def test_every_dataset_is_a_view_in_sql(client):
    result = client.sql(
        "with s as (select maand, sum(bedrag)::bigint as som from bijstand group by maand)"
        " select som from s left join verzuim using (maand) order by maand;"
    )
    assert result["som"].to_pylist() == [30, 31]
    assert client.sql("show tables").num_rows == 2
    assert client.sql("from bijstand").num_rows == 3


@pytest.mark.parametrize(
    "query",
    [
        "select * from read_csv('{home}/landing/x.csv')",
        "select * from '{home}/landing/x.csv'",
        "select * from read_text('{home}/publication/gesloten/data/../../../landing/x.csv')",
        "select * from read_text('{home}/publication/gesloten/manifests/*')",
        "select * from glob('{home}/*')",
        "attach '{home}/warehouse.duckdb'",
        "select * from query('attach ''{home}/warehouse.duckdb''')",
        "copy bijstand to '{home}/out.csv'",
        "copy bijstand to '{home}/publication/gesloten/data/out.csv'",
        "explain analyze copy bijstand to '{home}/publication/gesloten/data/out.csv'",
        "copy (pivot bijstand on bedrag) to '{home}/publication/gesloten/data/out.csv'",
        "export database '{home}/out'",
        "install httpfs",
        "load httpfs",
        "set enable_external_access = true",
        "select 1; set threads = 1",
        "create table t as select 1",
        "drop view bijstand",
        "pragma version",
        "call pragma_version()",
        "",
    ],
)
def test_a_query_reaches_nothing_but_the_published_data(client, home, query):
    before = sorted(home.rglob("*"))

    with pytest.raises(ClientError) as caught:
        client.sql(query.format(home=home))

    assert "\n" not in str(caught.value)
    assert sorted(home.rglob("*")) == before


def test_what_is_published_for_the_rmc_is_outside_the_default_and_the_two_never_meet(home):
    rmc = replace(VERZUIM, name="rmc_jongeren", schema="datasets", doelen=["rmc"], domein="rmc")
    with duckdb.connect(str(home / "warehouse.duckdb")) as working:
        working.execute("create table datasets.rmc_jongeren as select * from datasets.bijstand")
        months = {"rmc_jongeren": [JANUARY]}
        now = datetime(2026, 4, 1, 6, tzinfo=UTC)
        root = home / "publication"
        publish(working, [rmc], months, root, lambda tokens: tokens, [], now, [], "rmc")

    assert "rmc_jongeren" not in {info.name for info in Client(home).datasets()}
    with pytest.raises(ClientError):
        Client(home).sql("select * from rmc_jongeren")
    assert Client(home, "rmc").sql("select count(*) as n from rmc_jongeren").to_pylist() == [
        {"n": 2}
    ]
    with pytest.raises(ClientError):
        Client(home, "rmc").sql("select * from bijstand")
    gesloten = home / "publication" / "gesloten" / "data"
    file = next(gesloten.rglob("*.parquet"))
    with pytest.raises(ClientError):
        Client(home, "rmc").sql(f"select * from read_parquet('{file}')")


def test_a_domain_that_there_is_not_is_said(home):
    with pytest.raises(ClientError, match="no domain 'belasting'"):
        Client(home, "belasting")


def test_a_variable_of_the_caller_is_no_table(client):
    secret = pa.table({"a": [1]})

    with pytest.raises(ClientError, match="secret does not exist"):
        client.sql("select * from secret")
    assert secret.num_rows == 1


def test_a_mistake_in_a_query_is_said_in_one_line_with_the_datasets(client):
    with pytest.raises(ClientError, match=r"does not exist!?\. The datasets are: bijstand, verzu"):
        client.sql("select * from bijstant")
    with pytest.raises(ClientError, match="syntax error"):
        client.sql("selec 1")


def test_unknown_names_get_a_suggestion(client):
    with pytest.raises(ClientError, match=r"Did you mean bijstand\? There are: bijstand, verzuim"):
        client.show("bijstant")
    with pytest.raises(ClientError, match=r"no column 'bedragen'\. Did you mean bedrag\?"):
        client.get("bijstand", columns=["bedragen"])


def test_before_anything_is_published_it_says_what_to_run(tmp_path):
    with pytest.raises(DatapakhuisError, match="Run `datapakhuis run`"):
        Client(tmp_path).datasets()


def test_a_missing_file_points_to_the_doctor(client, home):
    for file in home.rglob("*.parquet"):
        file.unlink()

    with pytest.raises(ClientError, match="datapakhuis doctor"):
        client.get("bijstand")
    with pytest.raises(ClientError, match="datapakhuis doctor"):
        client.sql("from bijstand")


def test_reads_while_a_run_holds_the_working_database(client, home):
    with duckdb.connect(str(home / "warehouse.duckdb")) as working:
        working.execute("begin")
        working.execute("delete from datasets.bijstand")
        (home / "publication" / "gesloten" / "manifests" / ".tmp-manifest").write_bytes(b"{")

        assert client.sql("select count(*) as n from bijstand").to_pylist() == [{"n": 3}]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n"])
def test_csv_holds_no_formula(client, tmp_path, start):
    table = pa.table({"=kop": [f"{start}1+1", "a=b", None], "bedrag": [-1, 2, None]})

    client.write(table, tmp_path / "x.csv", "csv")

    with (tmp_path / "x.csv").open(newline="") as file:
        assert list(csv.reader(file)) == [
            ["'=kop", "bedrag"],
            [f"'{start}1+1", "-1"],
            ["a=b", "2"],
            ["", ""],
        ]


def test_csv_of_an_enumeration_holds_no_formula(client, tmp_path):
    table = client.sql("select '=1+1'::enum('=1+1') as e, -1.5 as bedrag, date '2026-01-01' as d")

    client.write(table, tmp_path / "x.csv", "csv")

    assert (tmp_path / "x.csv").read_text().splitlines()[1] == "'=1+1,-1.5,2026-01-01"


def test_json_and_parquet_hold_the_values_themselves(client, tmp_path):
    table = pa.table({"a": ["=1", None], "maand": [JANUARY, FEBRUARY]})

    client.write(table, tmp_path / "x.json", "json")
    client.write(table, tmp_path / "x.parquet", "parquet")

    assert json.loads((tmp_path / "x.json").read_text()) == [
        {"a": "=1", "maand": "2026-01-01"},
        {"a": None, "maand": "2026-02-01"},
    ]
    assert pq.read_table(tmp_path / "x.parquet").to_pylist() == table.to_pylist()


def test_a_write_that_fails_leaves_nothing_behind(client, tmp_path):
    target = tmp_path / "x.csv"
    target.mkdir()

    with pytest.raises(ClientError, match="may be written"):
        client.write(pa.table({"a": [1]}), target, "csv")

    assert target.is_dir()
    assert not list(tmp_path.glob(".tmp-*"))


def test_two_columns_of_one_name_are_not_written(client, tmp_path):
    twice = client.sql("select 1 as a, 2 as b").rename_columns(["a", "A"])

    with pytest.raises(ClientError, match="Two columns have the same name"):
        client.write(twice, tmp_path / "x.csv", "csv")


def test_where_it_cannot_write_it_says_so(client, tmp_path):
    table = pa.table({"a": [1]})
    with pytest.raises(ClientError, match="may be written"):
        client.write(table, tmp_path / "absent" / "x.csv", "csv")
    with pytest.raises(ClientError, match="Choose from csv, json, parquet"):
        client.write(table, tmp_path / "x.xlsx", "xlsx")


def test_the_client_needs_no_part_of_the_pipeline():
    code = (
        "import sys, warehouse.client;"
        "print([m for m in ('dagster', 'dbt', 'pandas', 'cryptography', 'numpy.random',"
        " 'great_expectations') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
