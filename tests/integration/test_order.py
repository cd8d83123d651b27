"""In which order deliveries and rows come, and whose come together, does not matter.

Two synthetic gemeenten, all deliveries of two months. They are taken in together as they were
written, and each alone with its files in reverse and the rows of a file in another order. What
belongs here: properties that hold for every register at once. What does not: the months that a
version opens (unit tests of the timeline); of two versions of one month the newer speaks.
"""

import io
import random
import shutil
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from demo.generate import generate
from expectations.datasets import DATASET_SUITES
from expectations.marts import MART_SUITES
from tests.building import NO_TESTS, run_dbt
from tests.support import ANNA, BRAM, drop, zipped
from tests.unit.test_istandaarden import allocated, client, message, started
from warehouse.contracts import Contract
from warehouse.home import create_home
from warehouse.intake import look
from warehouse.keys import KeySet
from warehouse.reach import read_reach
from warehouse.station import at_work
from warehouse.workspace import prepare

# dbt leaves its log file to the garbage collector.
pytestmark = pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")

PERSONS, FIRST = 200, date(2025, 12, 1)
#: One delivers CSV where the other delivers XML.
ONE, OTHER = "GM0479", "GM0518"
DELTAS = "wmo_berichten"
#: Where each dataset and mart stands.
SCHEMA = {
    **dict.fromkeys(DATASET_SUITES, "datasets"),
    **dict.fromkeys(MART_SUITES, "marts"),
}


@dataclass(frozen=True)
class Built:
    """The rows of every dataset, without their order, and the months that were open.

    Of each row its gemeente, its month and all that it holds.
    """

    rows: Mapping[str, list[tuple[str, date, str]]]
    months: frozenset[date]


Build = Callable[[Sequence[str], Iterable[Path]], Built]


@pytest.fixture(scope="module")
def build(
    tmp_path_factory: pytest.TempPathFactory,
    contracts: Mapping[str, Contract],
    keys: KeySet,
    keyset_file: Path,
    parsed: Path,
) -> Build:
    folder = tmp_path_factory.mktemp("order")

    def built(gemeenten: Sequence[str], paths: Iterable[Path]) -> Built:
        shutil.rmtree(folder / "home", ignore_errors=True)
        home = create_home(folder / "home", list(gemeenten), FIRST, keys.check_value, keyset_file)
        with at_work(home, contracts) as station:
            for path in paths:
                drop(home, path.name, path.read_bytes())
                [file] = look(home, contracts).ready
                version = station.intake.process(station.intake.receive(file))
                assert version.counts, (path.name, version.reason, version.place)
                station.intake.accept(version)
            months = prepare(home, station.ledger, contracts, read_reach(parsed / "manifest.json"))
        outcome = run_dbt(home.database, folder / "target", parsed, "build", *NO_TESTS)
        assert outcome.success, outcome.exception
        with duckdb.connect(str(home.database), read_only=True) as sql:
            rows = {
                name: sorted(
                    sql.execute(
                        f"select gemeente, maand, cast(d as varchar) from {schema}.{name} as d"
                    ).fetchall()
                )
                for name, schema in SCHEMA.items()
            }
        return Built(rows, frozenset(months))

    return built


# --- the deliveries ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Path]]:
    """The files of each gemeente, in the order in which they were written."""
    to = tmp_path_factory.mktemp("made")
    return {
        gemeente: generate(
            to / gemeente, persons=PERSONS, months=2, first_month="2025-12", gemeente=gemeente
        )
        for gemeente in (ONE, OTHER)
    }


def permuted(paths: Iterable[Path], to: Path) -> list[Path]:
    """The files in reverse, and the rows of each in another order."""
    to.mkdir()
    dice = random.Random(1)
    found = []
    for path in reversed([*paths]):
        target = to / path.name
        target.write_bytes(shuffled(path.name, path.read_bytes(), dice))
        found.append(target)
    return found


def shuffled(name: str, content: bytes, dice: random.Random) -> bytes:
    """Rows of a CSV below its header, and members of a zip, in another order."""
    if name.endswith(".zip"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = [(each, archive.read(each)) for each in archive.namelist()]
        dice.shuffle(members)
        return zipped(
            *(shuffled(each, text, dice) for each, text in members),
            names=[each for each, _ in members],
        )
    if not name.endswith(".csv"):
        return content
    head, *lines = content.splitlines(keepends=True)
    units: list[list[bytes]] = []
    for line in lines:
        # A row without a first column continues the person above it.
        if name.startswith("brp_personen") and line.startswith(b";"):
            units[-1].append(line)
        else:
            units.append([line])
    dice.shuffle(units)
    return head + b"".join(line for unit in units for line in unit)


def messages(gemeente: str, to: Path, *per_month: Sequence[str]) -> list[Path]:
    """Deliveries of messages, one for each month."""
    to.mkdir()
    found = []
    for month, sent in zip(("2025-12", "2026-01"), per_month, strict=True):
        path = to / f"{DELTAS}_{gemeente}_{month}.zip"
        path.write_bytes(zipped(*sent))
        found.append(path)
    return found


def of_anna(dated: str, begin: str, end: str = "") -> str:
    product = allocated(1, Ingangsdatum=begin, Einddatum=end, Toewijzingsdatum="2025-12-01")
    return message("301", client(product, bsn=ANNA), dated=dated)


def start(dated: str, begin: str, status: str) -> str:
    begun = started(1, Begindatum=begin, StatusAanlevering=status)
    return message("305", client(begun, bsn=ANNA), dated=dated)


OF_BRAM = message("301", client(allocated(2), bsn=BRAM), dated="2026-01-09")


def with_a_correction(to: Path) -> list[Path]:
    """A provision told wrongly in December, and put right in January."""
    return messages(
        ONE,
        to,
        [of_anna("2025-12-03", "2025-12-01"), start("2025-12-04", "2025-12-02", "1")],
        [
            OF_BRAM,
            of_anna("2026-01-05", "2025-12-01", "2026-01-20"),
            start("2026-01-06", "2025-12-02", "3"),
            start("2026-01-06", "2025-12-15", "1"),
        ],
    )


def right_at_once(to: Path) -> list[Path]:
    """The same provision, as it should have been told in December."""
    return messages(
        ONE,
        to,
        [of_anna("2025-12-03", "2025-12-01", "2026-01-20"), start("2025-12-04", "2025-12-15", "1")],
        [OF_BRAM],
    )


# --- what comes of them -----------------------------------------------------------------------


@pytest.fixture(scope="module")
def together(build: Build, made: Any, tmp_path_factory: pytest.TempPathFactory) -> Built:
    to = tmp_path_factory.mktemp("together")
    files = [path for path in made[ONE] if not path.name.startswith(DELTAS)]
    return build([ONE, OTHER], [*files, *made[OTHER], *with_a_correction(to / "messages")])


@pytest.fixture(scope="module")
def alone(build: Build, made: Any, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Built]:
    to = tmp_path_factory.mktemp("alone")
    files = [path for path in made[ONE] if not path.name.startswith(DELTAS)]
    return {
        ONE: build([ONE], permuted([*files, *right_at_once(to / "messages")], to / ONE)),
        OTHER: build([OTHER], permuted(made[OTHER], to / OTHER)),
    }


def part(
    built: Built, dataset: str, gemeente: str, months: Iterable[date]
) -> list[tuple[str, date, str]]:
    """The rows of a gemeente in these months."""
    asked = {*months}
    return [row for row in built.rows[dataset] if row[0] == gemeente and row[1] in asked]


@pytest.mark.parametrize("dataset", SCHEMA)
@pytest.mark.parametrize("gemeente", [ONE, OTHER])
def test_alone_or_together_and_in_any_order_of_files_and_rows(together, alone, dataset, gemeente):
    own = alone[gemeente]

    assert part(together, dataset, gemeente, own.months) == own.rows[dataset]


def test_what_is_there_together_is_of_one_of_both(together, alone):
    for dataset, rows in together.rows.items():
        assert {gemeente for gemeente, *_ in rows} <= {ONE, OTHER}, dataset
    # No division was followed by another, and few are in a trajectory or absent.
    seldom = {"gebied_vertaling", "rmc_trajecten", "verzuim"}
    assert {name for name, rows in together.rows.items() if rows} >= {*DATASET_SUITES} - seldom


def test_changes_and_their_correction_come_to_the_corrected_whole(together, alone):
    """Together the provision was told wrongly and put right; alone it was right at once."""
    told = part(together, "wmo", ONE, together.months)

    assert told == alone[ONE].rows["wmo"]
    [december] = [row for _, month, row in told if month == FIRST]
    assert "2025-12-15" in december
    assert "2025-12-02" not in december
    assert len({month for _, month, _ in told}) == 2
