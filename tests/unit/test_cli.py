"""The command line: exit codes, sentences instead of tracebacks, and JSON on what lists."""

import csv
import io
import json
import os
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, date, datetime
from typing import Any

import duckdb
import pyarrow.parquet as pq
import pytest

from demo.generate import DELIVERIES, has_writer
from tests.support import (
    ANNA,
    FAILS_ELEVEN,
    Result,
    datapakhuis,
    drop,
    expected_apart,
    gbav,
    person,
    relation,
    response,
    statement,
)
from warehouse import cli
from warehouse.home import Home
from warehouse.intake import look
from warehouse.keys import create_keyset
from warehouse.ledger import EVERYTHING, State
from warehouse.lock import LockError
from warehouse.publication import ColumnSpec, DatasetSpec, publish
from warehouse.station import at_work

Run = Callable[..., Result]


@pytest.fixture
def run(home: Home) -> Run:
    """Runs a command on the home."""

    def on(*arguments: object) -> Result:
        return datapakhuis(*arguments, "--home", home.path)

    return on


def said(result: Result) -> str:
    """What a failed command said, after making sure that it is no traceback."""
    assert "Traceback" not in result.out + result.err
    assert result.err.startswith("error: ")
    return result.err


# --- opening months again ---------------------------------------------------------------------


def test_months_are_opened_again_for_a_reason_and_only_those_that_are_known(run, home, station):
    nothing = said(run("reopen", "--reason", "Een norm is bevestigd"))
    assert "no delivery describes a month" in nothing
    with at_work(home, station.contracts) as at:
        drop(home, "brp_personen_GM0518_2022-01.csv", gbav(person(ANNA)))
        [file] = look(home, at.contracts).ready
        at.intake.accept(at.intake.process(at.intake.receive(file)))
        at.ledger.close_months(at.ledger.open_months())

    assert "needs a reason" in said(run("reopen", "--reason", " "))
    assert "no delivery describes" in said(
        run("reopen", "--reason", "Een norm", "--from", "2022-02")
    )
    assert station.ledger.opened() == {}

    done = run("reopen", "--reason", "Een norm is bevestigd", "--to", "2022-01")

    assert done.code == 0
    assert "open again: 2022-01" in done.out
    assert "datapakhuis run" in done.out
    assert station.ledger.opened() == {date(2022, 1, 1): {EVERYTHING}}


# --- init and the home ------------------------------------------------------------------------


def test_init_makes_a_home_and_says_what_is_next(tmp_path):
    home = tmp_path / "new" / "home"

    made = datapakhuis(
        *("init", "--gemeente", "GM0479", "--gemeente", "GM0518"),
        *("--from", "2025-01", "--home", home),
    )

    assert made.code == 0
    assert "GM0479, GM0518" in made.out
    assert "datapakhuis run" in made.out
    assert os.environ["DATAPAKHUIS_KEYSET"] in made.out
    assert (home / "landing").is_dir()
    assert (home / "dagster" / "dagster.yaml").is_file()
    assert home.stat().st_mode & 0o077 == 0


def test_init_overwrites_nothing(tmp_path, keyset_file):
    home, arguments = tmp_path / "home", ("init", "--gemeente", "GM0479", "--from", "2025-01")
    datapakhuis(*arguments, "--home", home)
    before = (home / "datapakhuis.toml").read_bytes(), keyset_file.read_bytes()

    again = datapakhuis(*arguments, "--home", home)

    assert again.code == 1
    assert "already" in said(again)
    assert ((home / "datapakhuis.toml").read_bytes(), keyset_file.read_bytes()) == before


@pytest.mark.parametrize(
    ("gemeente", "first", "says"),
    [
        ("0479", "2025-01", "GM0479"),
        ("gm0479", "2025-01", "GM0479"),
        ("GM0479", "2025-13", "YYYY-MM"),
        ("GM0479", "januari", "YYYY-MM"),
    ],
)
def test_init_with_wrong_words_is_wrong_usage_and_makes_nothing(tmp_path, gemeente, first, says):
    made = datapakhuis("init", "--gemeente", gemeente, "--from", first, "--home", tmp_path / "h")

    assert made.code == 2
    assert says in said(made)
    assert not (tmp_path / "h").exists()


@pytest.mark.parametrize("arguments", [("init",), ("run", "--nope"), ("nope",), ("get", "x")])
def test_what_the_command_does_not_know_is_wrong_usage(arguments, tmp_path):
    assert datapakhuis(*arguments).code == 2


@pytest.mark.parametrize("arguments", [("run",), ("status",), ("quarantine", "list"), ("doctor",)])
def test_without_a_home_it_says_how_to_make_one(arguments, tmp_path):
    result = datapakhuis(*arguments, "--home", tmp_path / "nowhere")

    assert result.code == 1
    assert "datapakhuis init" in said(result)


@pytest.mark.parametrize("arguments", [("list",), ("show", "x"), ("sql", "select 1")])
def test_before_anything_is_published_it_says_how_to_begin(run, arguments):
    result = run(*arguments)

    assert result.code == 1
    assert "datapakhuis run" in said(result)


def test_the_home_of_the_environment_is_used_and_an_option_goes_before_it(
    home, tmp_path, monkeypatch
):
    monkeypatch.setenv("DATAPAKHUIS_HOME", str(home.path))

    assert datapakhuis("status").code == 0
    assert datapakhuis("status", "--home", tmp_path / "nowhere").code == 1


# --- run --------------------------------------------------------------------------------------


def test_run_without_anything_new_does_nothing(run, home):
    result = run("run")

    assert (result.code, result.out) == (0, "nothing to do: nothing new has landed\n")
    assert list((home.path / "dagster").iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--month", "2022-1"), "YYYY-MM"),
        (("--from", "gisteren"), "YYYY-MM"),
        (("--month", "2022-01", "--to", "2022-02"), "without"),
        (("--delivery", "brp"), "bag_adressen, bijstand_bus, brp_personen, "),
    ],
)
def test_run_with_wrong_words_is_wrong_usage(run, arguments, says):
    result = run("run", *arguments)

    assert result.code == 2
    assert says in said(result)


def test_run_leaves_what_was_not_asked_for(run, home):
    path = drop(home, "brp_personen_GM0518_2022-03.csv", gbav(person(ANNA)))

    for arguments in (
        *(("--month", "2022-02"), ("--to", "2022-02"), ("--from", "2022-04")),
        ("--delivery", "suwinet_inkomsten"),
    ):
        assert run("run", *arguments).code == 0
    assert path.exists()


# --- the key set ------------------------------------------------------------------------------


def test_without_its_key_set_it_refuses_and_says_how_to_mend(run, home, tmp_path, monkeypatch):
    path = drop(home, "brp_personen_GM0518_2022-03.csv", gbav(person(ANNA)))
    monkeypatch.setenv("DATAPAKHUIS_KEYSET", str(tmp_path / "gone.json"))

    result = run("run")

    assert result.code == 1
    assert "There is no key set at" in said(result)
    assert "DATAPAKHUIS_KEYSET" in result.err
    assert path.exists()


def test_a_key_set_that_others_may_read_is_refused(run, tmp_path, monkeypatch, keyset_file):
    copy = tmp_path / "keyset.json"
    copy.write_bytes(keyset_file.read_bytes())
    copy.chmod(0o644)
    monkeypatch.setenv("DATAPAKHUIS_KEYSET", str(copy))

    result = run("run")

    assert result.code == 1
    assert f"chmod 600 {copy}" in said(result).replace("\n", "")


def test_the_key_set_of_another_home_is_refused(run, tmp_path, monkeypatch):
    create_keyset(tmp_path / "other.json")
    monkeypatch.setenv("DATAPAKHUIS_KEYSET", str(tmp_path / "other.json"))

    result = run("run")

    assert result.code == 1
    assert "is not the one of this home" in said(result)
    assert "Point DATAPAKHUIS_KEYSET" in result.err


@pytest.mark.parametrize("where", ["home", "repository"])
def test_a_key_set_next_to_the_data_or_the_code_is_refused(
    run, home, tmp_path, monkeypatch, keyset_file, where
):
    folder = home.path if where == "home" else tmp_path / "repository"
    if where == "repository":
        (folder / ".git").mkdir(parents=True)
    copy = folder / "keyset.json"
    copy.write_bytes(keyset_file.read_bytes())
    copy.chmod(0o600)
    monkeypatch.setenv("DATAPAKHUIS_KEYSET", str(copy))

    result = run("run")

    assert result.code == 1
    assert "elsewhere" in said(result)


def test_the_doctor_says_what_is_wrong_with_the_key_set(run, tmp_path, monkeypatch):
    assert run("doctor").code == 0
    monkeypatch.setenv("DATAPAKHUIS_KEYSET", str(tmp_path / "gone.json"))

    result = run("doctor", "--json")

    assert result.code == 1
    [wrong] = [finding for finding in json.loads(result.out) if not finding["ok"]]
    assert wrong["subject"] == "key set"
    assert "datapakhuis init" in wrong["remedy"]


def test_the_doctor_sees_folders_that_are_open_to_others(run, home):
    home.landing.chmod(0o755)

    result = run("doctor")

    assert result.code == 1
    assert f"chmod 700 {home.landing}" in result.out


# --- status and quarantine --------------------------------------------------------------------


@pytest.fixture
def delivered(home: Home, contracts: Any) -> Home:
    """A delivery of persons with one in quarantine, one of income, and a file under no name."""
    drop(
        home,
        "brp_personen_GM0518_2022-03.csv",
        gbav(person(ANNA), person(FAILS_ELEVEN), "", person(ANNA, label="Q")),
    )
    wage = statement("20220101", "20220131", "1.50")
    drop(
        home,
        "suwinet_inkomsten_GM0518_2022-04.xml",
        response(ANNA, relation(wage)).encode(),
    )
    drop(home, f"{ANNA}.csv", b"x")
    with at_work(home, contracts) as station:
        landing = look(home, contracts)
        for misnamed in landing.misnamed:
            station.intake.refuse(misnamed)
        for file in landing.ready:
            version = station.intake.process(station.intake.receive(file))
            assert version.state is State.PROCESSED
            station.intake.accept(version)
    return home


def test_status_shows_every_version_with_its_counts(delivered, run):
    persons, income, nameless = (
        sorted(
            json.loads(run("status", "--json").out)["leveringen"], key=lambda row: row["levering"]
        )[1:]
        + json.loads(run("status", "--json").out)["leveringen"][:1]
    )

    assert (persons["levering"], persons["levermaand"], persons["versie"]) == (
        *("brp_personen", "2022-03"),
        1,
    )
    assert [persons[n] for n in ("bron", "geaccepteerd", "quarantaine", "dubbel")] == [4, 0, 4, 0]
    assert [income[n] for n in ("bron", "geaccepteerd", "quarantaine")] == [1, 0, 1]
    assert (nameless["levering"], nameless["reden"]) == ("#.csv", "bestandsnaam_onbekend")
    screen = run("status").out
    for text in ("brp_personen", "suwinet_inkomsten", "#.csv", "open months", "2022-03"):
        assert text in screen
    assert ANNA not in screen


def test_status_tells_what_should_have_been_here_by_now(delivered, run, monkeypatch):
    """Of persons and income the deliveries of March and April came, and nothing of the others."""
    monkeypatch.setattr("warehouse.cli.today", lambda: date(2022, 6, 8))

    missing = json.loads(run("status", "--json").out)["ontbrekend"]

    # The persons of May are due on this very day, their income on the 15th.
    assert {
        (row["levering"], row["gemeente"], row["levermaand"], row["uiterlijk"], row["staat"])
        for row in missing
        if row["levermaand"] >= "2022-04"
    } == {
        ("brp_personen", "GM0518", "2022-04", "2022-05-08", "ontbreekt"),
        ("brp_personen", "GM0479", "2022-04", "2022-05-08", "ontbreekt"),
        ("suwinet_inkomsten", "GM0479", "2022-04", "2022-05-15", "ontbreekt"),
    }
    assert "missing, and its day has passed:" in run("status").out


def test_the_quarantine_is_listed_by_line_and_reason_with_the_remedy_and_without_the_value(
    delivered, run
):
    rows = json.loads(run("quarantine", "list", "--json").out)

    assert [(row["levering"], row["regel"], row["reden"], row["veld"]) for row in rows] == [
        ("brp_personen", 2, "sleutel_dubbel", "bsn"),
        ("brp_personen", 3, "bsn_elfproef", "bsn"),
        ("brp_personen", 4, "lege_regel", ""),
        ("brp_personen", 5, "sleutel_dubbel", "bsn"),
        ("suwinet_inkomsten", 1, "bedrag_ongeldig", "loon_sv"),
    ]
    assert all(row["uitleg"] and row["herstel"] for row in rows)
    screen = run("quarantine", "list").out
    assert "2 x sleutel_dubbel: the same key stands on several records" in screen
    for value in (ANNA, FAILS_ELEVEN, "1.50"):
        assert value not in screen + json.dumps(rows)


@pytest.mark.parametrize(
    ("arguments", "lines"),
    [
        (("--delivery", "suwinet_inkomsten"), [1]),
        (("--month", "2022-03"), [2, 3, 4, 5]),
        (("--delivery", "brp_personen", "--month", "2022-04"), []),
    ],
)
def test_the_quarantine_is_listed_of_one_delivery_or_month(delivered, run, arguments, lines):
    result = run("quarantine", "list", "--json", *arguments)

    assert [row["regel"] for row in json.loads(result.out)] == lines


def test_nothing_delivered_and_nothing_in_quarantine_are_said_so(run):
    assert "nothing was delivered yet" in run("status").out
    assert run("quarantine", "list").out == "nothing is in quarantine\n"
    assert json.loads(run("quarantine", "list", "--json").out) == []


# --- for who asks -----------------------------------------------------------------------------

SPEC = DatasetSpec(
    name="personen",
    schema="datasets",
    theme="bevolking",
    description="Inwoners per maand. Meer tekst.",
    columns=[
        ColumnSpec("naam", "VARCHAR", "Naam."),
        ColumnSpec("maand", "DATE", "Maand."),
        ColumnSpec("leeftijd", "INTEGER", "Leeftijd."),
    ],
    key=["naam", "maand"],
    doelen=["statistiek"],
    grondslag="Wet",
    bewaartermijn_jaren=7,
    eigenaar="Burgerzaken",
    openheid="gesloten",
)


@pytest.fixture
def published(home: Home) -> Home:
    """Two months, of which the second was corrected on 1 April 2022."""
    with closing(duckdb.connect()) as sql:
        sql.execute("create schema datasets")
        sql.execute("create table datasets.personen (naam varchar, maand date, leeftijd int)")
        sql.execute(
            "insert into datasets.personen values ('a', '2022-01-01', 10), ('b', '2022-01-01', 20),"
            " ('a', '2022-02-01', 10)"
        )
        months = [date(2022, 1, 1), date(2022, 2, 1)]
        for day, change in (
            (1, ""),
            (2, "update datasets.personen set leeftijd = 11 where maand = '2022-02-01'"),
        ):
            if change:
                sql.execute(change)
            publish(
                *(sql, [SPEC], {"personen": months}, home.publication, lambda tokens: tokens),
                *(["GM0518"], datetime(2022, 3 + day - 1, 1, 6, tzinfo=UTC), []),
            )
    return home


def test_list_and_show_say_what_is_published(published, run):
    [row] = json.loads(run("list", "--json").out)
    shown = json.loads(run("show", "personen", "--json").out)

    assert [row[n] for n in ("dataset", "maanden", "van", "tot", "rijen")] == [
        *("personen", 2, "2022-01", "2022-02", 3),
    ]
    assert shown["maanden"] == {"2022-01": 2, "2022-02": 1}
    assert (shown["doelen"], shown["grondslag"], shown["bewaartermijn_jaren"]) == (
        *(["statistiek"], "Wet", 7),
    )
    assert "Inwoners per maand." in run("list").out
    assert "Burgerzaken" in run("show", "personen").out


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ("csv", [{"naam": "b", "leeftijd": "20"}]),
        ("json", [{"naam": "b", "leeftijd": 20}]),
    ],
)
def test_sql_prints_in_the_form_that_is_asked(published, run, form, expected):
    question = "select naam, leeftijd from personen where leeftijd = 20"

    out = run("sql", question, "--format", form).out

    assert (list(csv.DictReader(io.StringIO(out))) if form == "csv" else json.loads(out)) == (
        expected
    )
    assert "leeftijd" in run("sql", question).out


def test_sql_knows_what_was_known_then(published, run):
    question = "select leeftijd from personen where maand = '2022-02-01'"

    def answer(*options: str) -> Any:
        return json.loads(run("sql", question, "--format", "json", *options).out)

    assert answer() == [{"leeftijd": 11}]
    assert answer("--as-known-at", "2022-03-15") == [{"leeftijd": 10}]
    assert run("sql", question, "--as-known-at", "2022-02-15").code == 1
    assert run("sql", question, "--as-known-at", "gisteren").code == 2


@pytest.mark.parametrize(
    "question",
    [
        "delete from personen",
        "select 1; select 2",
        "select * from bestaat_niet",
        "select * from read_csv('/etc/passwd')",
        "selec",
    ],
)
def test_sql_only_reads_what_is_published(published, run, question):
    result = run("sql", question)

    assert result.code == 1
    said(result)


def test_get_writes_months_and_columns_in_the_form_of_the_extension(published, run, tmp_path):
    target = tmp_path / "out.parquet"

    result = run(
        *("get", "personen", "-o", target, "--month", "2022-01", "--column", "leeftijd"),
    )

    assert (result.code, result.out) == (0, f"wrote 2 rows to {target}\n")
    assert pq.read_table(target).to_pydict() == {"leeftijd": [10, 20]}
    run("get", "personen", "-o", tmp_path / "o.csv", "--from", "2022-02", "--to", "2022-02")
    assert len((tmp_path / "o.csv").read_text().splitlines()) == 2


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("get", "personen", "-o", "out.xlsx"), 2),
        (("get", "personen", "-o", "out"), 2),
        (("get", "persoon", "-o", "out.csv"), 1),
        (("get", "personen", "-o", "out.csv", "--month", "2030-01"), 1),
        (("get", "personen", "-o", "nowhere/out.csv"), 1),
        (("show", "persoon"), 1),
        (("sql", "select 1", "--format", "parquet"), 2),
    ],
)
def test_a_mistake_is_a_sentence(published, run, monkeypatch, tmp_path, arguments, code):
    monkeypatch.chdir(tmp_path)

    result = run(*arguments)

    assert result.code == code
    assert len(said(result).splitlines()) == 1


# --- faults of our own ------------------------------------------------------------------------


def test_what_nobody_foresaw_is_told_without_its_text(monkeypatch):
    def broken() -> None:
        raise ValueError(f"cannot convert {ANNA}")

    monkeypatch.setattr(cli, "app", broken)

    result = datapakhuis("status")

    assert result.code == 1
    assert ANNA not in result.err
    assert "ValueError at test_cli.py" in said(result)


@pytest.mark.parametrize(
    ("error", "code", "says"),
    [
        (KeyboardInterrupt(), 130, "run again"),
        (LockError("another process (12) is writing", "Wait"), 1, "another process (12)"),
        (ModuleNotFoundError(name="dagster"), 1, "datapakhuis[pipeline]"),
    ],
)
def test_an_interruption_and_what_is_missing_are_sentences(monkeypatch, error, code, says):
    def broken() -> None:
        raise error

    monkeypatch.setattr(cli, "app", broken)

    result = datapakhuis("status")

    assert result.code == code
    assert says in result.err
    assert "Traceback" not in result.err


def test_markup_in_a_name_is_shown_as_it_is(capsys):
    cli._say("[red]x[/red]")

    assert capsys.readouterr().out == "[red]x[/red]\n"


# --- the demo's files -------------------------------------------------------------------------


def test_generate_writes_deliveries_that_the_warehouse_takes(tmp_path, home, contracts):
    to = tmp_path / "files"

    result = datapakhuis(
        *("generate", "--persons", 150, "--months", 2, "--to", to),
        *("--gemeente", "GM0518", "--from", "2022-01"),
    )

    assert result.code == 0
    made = sorted(to.glob("*_GM*"))
    assert sorted(to.iterdir()) == sorted([*made, to / "manifest.json"])
    assert {path.stem.partition("_GM")[0] for path in made} == {
        delivery for delivery in DELIVERIES if has_writer(delivery)
    }
    assert {path.stem[-14:] for path in made} == {"GM0518_2022-01", "GM0518_2022-02"}
    expected = {path.name: expected_apart(path) for path in made}
    for path in made:
        drop(home, path.name, path.read_bytes())
    with at_work(home, contracts) as station:
        for file in look(home, contracts).ready:
            version = station.intake.process(station.intake.receive(file))
            assert station.ledger.reasons(version.levering_id) == expected[file.path.name]


@pytest.mark.parametrize(
    "arguments",
    [
        ("generate", "--persons", 5, "--to", "x"),
        ("generate", "--months", 0, "--to", "x"),
        ("generate", "--from", "2022", "--to", "x"),
        ("demo", "--persons", 99),
    ],
)
def test_too_little_to_make_a_gemeente_of_is_wrong_usage(arguments, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    assert datapakhuis(*arguments).code == 2


def test_the_demo_leaves_a_real_home_alone(home):
    result = datapakhuis("demo", "--home", home.path)

    assert result.code == 1
    assert "folder of its own" in said(result)
    assert not any(home.landing.iterdir())
