"""No BSN or other direct identifier is anywhere but in landing and in the gate.

Planted are numbers, names and streets, each once, in good units and in input and code that break
in every way there is; the real command line runs; then all that it wrote is decoded. That the
scanner sees every format is in ``test_scanner``; that this very chain catches a leak is below.
"""

import json
import re
from functools import cache
from pathlib import Path

import dagster as dg
import pytest

from tests.security.sandbox import Sandbox, assert_no_leak
from tests.security.scan import Canaries, Scanner
from tests.security.stories import Leaks, Leaky
from warehouse.contracts import load_contracts
from warehouse.reasons import QUARANTINE, REFUSALS


def events(sandbox: Sandbox) -> str:
    """Every event that Dagster shows, as its own interface gives them."""
    return _events(sandbox.home.dagster)


@cache
def _events(dagster: Path) -> str:
    with dg.DagsterInstance.from_config(str(dagster)) as instance:
        return "\n".join(
            f"{event.user_message} {event.message} {event}"
            for run in instance.get_runs()
            for event in instance.all_logs(run.run_id)
        )


# --- every error, and none of it tells --------------------------------------------------------


def test_every_reason_to_refuse_or_set_apart_was_provoked(leaks: Leaks) -> None:
    assert (REFUSALS.keys() | QUARANTINE.keys()) - leaks.reasons == set()


def test_the_code_itself_broke_as_it_was_told_to(leaks: Leaks) -> None:
    assert (leaks.first.code, leaks.second.code) == (1, 1)
    said = events(leaks.sandbox)
    assert "the gate broke on suwinet_inkomsten (ValueError)" in said
    assert "De controle zelf is mislukt (ValueError)" in said
    assert "a fault of ours (RuntimeError)" in said
    assert "Conversion Error" in (leaks.sandbox.home.dbt / "logs" / "dbt.log").read_text()
    assert "building or publishing the datasets" in leaks.second.out


def test_quarantine_was_exported_opened_and_offered_again_wrongly_and_well(leaks: Leaks) -> None:
    codes = {what: ran.code for what, ran in leaks.mended.items()}

    done = ("export", "open", "right")
    assert codes == {what: 0 if what in done else 1 for what in codes}
    for what in codes.keys() - {*done}:
        assert "line 1 of the mended file" in leaks.mended[what].err
    assert not [path for path in leaks.sandbox.home.landing.iterdir() if "hersteld" in path.name]


def test_every_delivery_about_persons_or_homes_went_the_whole_way(leaks: Leaks) -> None:
    delivered = {name for name, contract in load_contracts().items() if not contract.reference}
    assert delivered - leaks.accepted == set()
    assert "built and published" in leaks.first.out


def test_good_units_came_through_among_the_broken_ones(leaks: Leaks) -> None:
    (rows,) = [ran for ran in leaks.sandbox.ran if ran.command.startswith("sql select * from pers")]
    assert rows.out.count("gesloten1.") > 10
    (listed,) = [ran for ran in leaks.sandbox.ran if ran.command == "quarantine list --json"]
    assert len(json.loads(listed.out)) > 30


def test_nothing_that_was_planted_is_anywhere_but_in_landing(leaks: Leaks) -> None:
    assert_no_leak(leaks.hits)


def test_no_event_of_dagster_tells_what_was_planted(leaks: Leaks) -> None:
    assert_no_leak(Scanner(leaks.register).text(events(leaks.sandbox), "events"))


def test_no_command_showed_a_traceback_or_an_internal_token(leaks: Leaks) -> None:
    for ran in leaks.sandbox.ran:
        assert "Traceback" not in ran.out + ran.err, ran
        assert "kern1." not in ran.out + ran.err, ran


def test_nothing_was_written_outside_the_home(leaks: Leaks) -> None:
    """Not in the user's folder, the temporary folder, or where the command was typed."""
    written = [
        path.relative_to(leaks.sandbox.root).as_posix()
        for folder in ("user", "tmp", "cwd")
        for path in (leaks.sandbox.root / folder).rglob("*")
    ]

    assert sorted(written) == [
        "cwd/inkomsten.csv",
        "cwd/personen.parquet",
        "cwd/sealed",
    ]


def test_what_stops_at_staging_is_not_published(leaks: Leaks) -> None:
    stopped = Canaries()
    stopped.plant("kern1.", "an internal token")
    stopped.plant("1501AA", "a postcode")
    stopped.plant("19710809", "a birth date")
    stopped.plant("1971-08-09", "a birth date")

    assert_no_leak(Scanner(stopped).tree(leaks.sandbox.home.publication))
    # They are in the home: otherwise the scan above says nothing.
    raw = {hit.canary for hit in Scanner(stopped).tree(leaks.sandbox.home.raw)}
    assert raw == {"an internal token", "a postcode", "a birth date"}


def test_the_home_is_closed_to_others(leaks: Leaks) -> None:
    home = leaks.sandbox.home
    assert home.path.stat().st_mode & 0o077 == 0
    for path in [*home.originals.iterdir(), *home.quarantine.iterdir(), home.ledger]:
        assert path.stat().st_mode & 0o077 == 0, path


# --- and a leak is caught ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("leak", "canary", "where"),
    [
        ("a field whose class is changed", "self: A-number", r"raw/.*/persoonslijst\.parquet > "),
        (
            "a field of another register",
            "leveringen/vroegsignalen/client/achternaam",
            r"raw/.*/signaal\.parquet > ",
        ),
        ("a print in the gate", "BSN", r"stderr of run"),
        ("a row in an error", "told: BSN", r"dagster/history/runs/.*\.db"),
        ("originals in the clear", "street", r"originals/.*\.sealed"),
    ],
)
def test_a_deliberate_leak_is_caught(leaky: Leaky, leak: str, canary: str, where: str) -> None:
    caught = [hit for hit in leaky.hits if canary in hit.canary and re.search(where, hit.where)]

    assert caught, f"{leak} was not caught; the run: {leaky.run}"
    with pytest.raises(AssertionError, match="planted values were found"):
        assert_no_leak(caught)


def test_a_leak_is_caught_through_dagsters_own_interface(leaky: Leaky) -> None:
    assert Scanner(leaky.register).text(events(leaky.sandbox), "events")


def test_a_file_in_landing_is_no_leak(leaky: Leaky) -> None:
    """What waits there is what the supplier sent; everything else is looked at."""
    waiting = leaky.sandbox.home.landing / "brp_personen_GM0479_2025-02.csv"
    number = next(value for value in leaky.register.labels if value.startswith("999"))
    Path(waiting).write_text(number)

    assert not [hit for hit in leaky.sandbox.leaks(leaky.register) if "landing" in hit.where]
