"""Fixtures that every test may ask for: a key set, a home, and the registers' example files."""

import os

# Before anything is imported that would report its use.
os.environ["DAGSTER_DISABLE_TELEMETRY"] = "1"
os.environ["DBT_SEND_ANONYMOUS_USAGE_STATS"] = "false"
os.environ["DO_NOT_TRACK"] = "1"
os.environ["GX_ANALYTICS_ENABLED"] = "false"

import gc
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path

import pytest

from assets.dbt_process import SELDOM
from tests.support import datapakhuis
from warehouse.contracts import Contract, load_contracts
from warehouse.home import Home, create_home, load_home
from warehouse.keys import KeySet, create_keyset, load_keyset
from warehouse.lock import writer
from warehouse.station import Station, at_work

# As a run of ours: Dagster and dbt are in this process too.
gc.set_threshold(*SELDOM)
#: The longest stories first: who begins with them does not wait for one of them at the end.
ROOMS = ("security", "integration", "real_input", "unit")
REPOSITORY = Path(__file__).resolve().parent.parent
MakeHome = Callable[..., Home]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Order the tests by room; within one they stay as they stand."""
    items.sort(key=lambda item: ROOMS.index(item.path.relative_to(REPOSITORY / "tests").parts[0]))


@pytest.fixture(scope="session", autouse=True)
def keyset_file(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A key set of the tests' own: what a user has in their configuration is never touched."""
    path = tmp_path_factory.mktemp("keyset") / "keyset.json"
    create_keyset(path)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATAPAKHUIS_KEYSET", str(path))
        patch.delenv("DATAPAKHUIS_HOME", raising=False)
        patch.delenv("DAGSTER_HOME", raising=False)
        yield path


@pytest.fixture(scope="session")
def keys(keyset_file: Path) -> KeySet:
    return load_keyset(keyset_file)


@pytest.fixture(scope="session")
def contracts() -> Mapping[str, Contract]:
    return load_contracts()


@pytest.fixture
def home(tmp_path: Path, keys: KeySet, keyset_file: Path) -> Home:
    """A home of Den Haag and Zaanstad, from January 2022; Dagster has no place in it yet."""
    return create_home(
        tmp_path / "home", ["GM0518", "GM0479"], date(2022, 1, 1), keys.check_value, keyset_file
    )


@pytest.fixture
def station(home: Home, contracts: Mapping[str, Contract]) -> Iterator[Station]:
    """A writer at work in the home."""
    with at_work(home, contracts) as at:
        yield at


@pytest.fixture(scope="session")
def parsed(
    tmp_path_factory: pytest.TempPathFactory, keys: KeySet, keyset_file: Path, worker_id: str
) -> Path:
    """The dbt project, parsed once for all processes: every home would otherwise do it again.

    It lies in a home with what is made of code alone, which others are given as well (``equip``).
    """
    from tests.building import prepared

    root = tmp_path_factory.getbasetemp()
    if worker_id != "master":
        root = root.parent
    with writer(root / "parsed.lock"):
        done = root / "parsed.txt"
        if not done.exists():
            place = create_home(
                root / "parsed", ["GM0518"], date(2022, 1, 1), keys.check_value, keyset_file
            )
            done.write_text(str(prepared(place)))
        return Path(done.read_text())


@pytest.fixture(scope="session")
def new_home(tmp_path_factory: pytest.TempPathFactory, parsed: Path) -> MakeHome:
    """Makes homes by `datapakhuis init`, ready for `datapakhuis run`."""
    from tests.building import equip

    def make(gemeenten: Sequence[str] = ("GM0518",), first: str = "2022-01") -> Home:
        path = tmp_path_factory.mktemp("home") / "home"
        options = [text for code in gemeenten for text in ("--gemeente", code)]
        made = datapakhuis("init", *options, "--from", first, "--home", path)
        assert made.code == 0, made
        home = load_home(path)
        equip(home, parsed)
        return home

    return make


@pytest.fixture(scope="session")
def real_input() -> Path:
    """The registers' own example files, which are not part of this project."""
    given = os.environ.get("DATAPAKHUIS_REAL_INPUT")
    folder = Path(given) if given else REPOSITORY.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip(f"no real input at {folder}; point DATAPAKHUIS_REAL_INPUT at it")
    return folder
