"""What keeps an identifier in the gate: no chain of exceptions, no spill, no dump, no name."""

import os
import resource
import subprocess
import sys
import traceback
from pathlib import Path

import duckdb
import pytest

from tests.security.canaries import Register, brp, good_persons, misnamed
from tests.security.sandbox import assert_no_leak, drop
from tests.security.scan import Scanner
from warehouse import gate as gate_module
from warehouse.gate import GateError
from warehouse.home import Home
from warehouse.intake import look, shown_name
from warehouse.ledger import Ledger
from warehouse.scratch import scratch, spilling_into
from warehouse.station import Station

NAME = "brp_personen_GM0518_2022-01.csv"


def test_a_fault_in_the_gate_tells_its_class_and_nothing_of_its_chain(
    station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    register = Register()
    drop(station.home.landing, {NAME: brp(good_persons(register, 2))})

    def breaks(_: object, chunk: object) -> None:
        try:
            raise KeyError(str(chunk))
        except KeyError as error:
            raise ValueError(f"cannot convert {chunk}") from error

    monkeypatch.setattr(gate_module._Gate, "_judge", breaks)
    (file,) = look(station.home, station.contracts).ready
    version = station.intake.receive(file)
    with pytest.raises(GateError, match=r"ValueError") as caught:
        station.intake.process(version)

    told = "".join(traceback.format_exception(caught.value))
    assert_no_leak(Scanner(register).text(told, "traceback"))


@pytest.mark.parametrize("index", range(11))
def test_the_name_of_a_misnamed_file_is_shown_without_what_may_be_a_person(index: int) -> None:
    register = Register()
    name = list(misnamed(register))[index]

    shown = shown_name(Path(name))

    assert_no_leak(Scanner(register).text(shown, "name"))
    assert shown.strip("#") != ""


def test_a_misnamed_file_is_refused_or_not_there_yet(
    station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A version that arrived without a delivery would be taken up by no next run."""
    drop(station.home.landing, {"persoon.csv": b"harmless"})
    (file,) = look(station.home, station.contracts).misnamed

    def dies(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Ledger, "_refuse", dies)
        with pytest.raises(KeyboardInterrupt):
            station.intake.refuse(file)

    assert station.ledger.versions() == []
    assert file.path.exists()
    assert station.intake.refuse(file).reason == "bestandsnaam_onbekend"


def test_a_scratch_database_spills_into_the_work_of_the_home_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    work, here = tmp_path / "work", tmp_path / "here"
    work.mkdir()
    here.mkdir()
    monkeypatch.chdir(here)

    with spilling_into(work), scratch() as sql:
        sql.execute("set memory_limit = '40MB'")
        sql.execute("set threads = 1")
        sql.execute("create table t as select hash(i) as h from range(12_000_000) as r (i)")
        spilled = [path for path in work.rglob("*") if path.is_file()]

    assert spilled
    assert list(here.iterdir()) == []
    assert list(work.iterdir()) == []


def test_a_scratch_database_of_nobody_does_not_spill(tmp_path: Path) -> None:
    with scratch() as sql:
        assert sql.execute("select current_setting('temp_directory')").fetchall() == [("",)]


def test_whoever_is_at_work_spills_into_the_home(station: Station) -> None:
    with scratch() as sql:
        ((folder,),) = sql.execute("select current_setting('temp_directory')").fetchall()

    assert Path(folder).parent == station.home.work


def test_every_database_of_a_delivery_is_a_scratch_one(
    station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that is opened otherwise would spill into the directory where the command was typed."""
    opened = []
    honest = duckdb.connect

    def connect(*arguments: object, **options: dict[str, object]) -> duckdb.DuckDBPyConnection:
        opened.append(options.get("config", {}).get("temp_directory"))
        return honest(*arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(duckdb, "connect", connect)
    drop(station.home.landing, {NAME: brp(good_persons(Register(), 2))})
    (file,) = look(station.home, station.contracts).ready
    version = station.intake.process(station.intake.receive(file))
    station.intake.accept(version)

    assert opened
    assert all(str(folder).startswith(str(station.home.work)) for folder in opened), opened


def test_there_are_no_core_dumps_once_the_key_set_is_read(home: Home) -> None:
    """In a process of its own: a limit that was lowered stays so."""
    script = (
        "import resource, sys\n"
        "from pathlib import Path\n"
        "from warehouse import station\n"
        "from warehouse.home import load_home\n"
        "honest = station.load_keyset\n"
        "def load(path):\n"
        "    print(resource.getrlimit(resource.RLIMIT_CORE))\n"
        "    return honest(path)\n"
        "station.load_keyset = load\n"
        "station.open_keys(load_home(Path(sys.argv[1])))\n"
    )
    _, most = resource.getrlimit(resource.RLIMIT_CORE)
    ran = subprocess.run(
        [sys.executable, "-c", script, home.path],
        capture_output=True,
        text=True,
        check=True,
        env=dict(os.environ),
    )

    assert ran.stdout == "(0, 0)\n", most
