"""What the synthetic gemeente has DUO deliver: what was injected is what the gate finds."""

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from demo import duo_diplomas, duo_inschrijvingen, duo_verzuim
from demo.generate import lives_of
from demo.injection import Injection
from demo.lives import Lives
from warehouse.contracts import Contract
from warehouse.gate import pass_through
from warehouse.keys import KeySet

WRITERS = (duo_inschrijvingen, duo_diplomas, duo_verzuim)


def lived(months: int) -> Lives:
    lives = lives_of(persons=4_000, first_month="2025-08")
    for _ in range(months):
        lives.advance()
    return lives


@pytest.fixture(scope="module")
def lives() -> Lives:
    return lived(3)


@pytest.mark.parametrize("writer", WRITERS)
def test_what_was_injected_is_what_is_set_apart(
    lives: Lives, contracts: Mapping[str, Contract], keys: KeySet, tmp_path: Path, writer
):
    injection = Injection(1)
    path = tmp_path / f"levering.{writer.EXTENSION}"
    writer.write(path, lives, lives.month, injection)
    contract = contracts[writer.DELIVERY]
    with path.open("rb") as source:
        result = pass_through(contract, source, keys, "demo", tmp_path / "raw")

    expected = injection.quarantine(writer.DELIVERY, str(lives.month))
    assert Counter(apart.reason for apart in result.apart) == expected
    assert "code_onbekend" in expected or writer is duo_verzuim  # too few reports for errors
    assert result.emptied == {}
    assert result.counts.accepted == result.counts.source - expected.total() > 0
    assert result.counts.duplicate == 0


def test_who_is_enrolled_twice_has_two_accepted_rows(
    lives: Lives, contracts: Mapping[str, Contract], keys: KeySet, tmp_path: Path
):
    injection = Injection(1)
    path = tmp_path / "levering.zip"
    duo_inschrijvingen.write(path, lives, lives.month, injection)
    with path.open("rb") as source:
        pass_through(contracts["duo_inschrijvingen"], source, keys, "demo", tmp_path / "raw")

    rows = pq.read_table(tmp_path / "raw" / "inschrijving.parquet").to_pylist()
    running = Counter(row["bsn_versleuteld"] for row in rows if row["datum_uitschrijving"] is None)
    [note] = [note for note in injection.notes if note.code == "E03"]
    assert sum(1 for count in running.values() if count > 1) == note.units


def test_the_same_seed_gives_the_same_bytes(tmp_path):
    for number in (1, 2):
        lives = lived(1)
        for writer in WRITERS:
            path = tmp_path / f"{writer.DELIVERY}.{number}"
            writer.write(path, lives, lives.month, Injection(1, rate=0))
            assert path.read_bytes() == (tmp_path / f"{writer.DELIVERY}.1").read_bytes()


def test_the_workload_is_who_left_less_who_returned_since_october():
    lives = lives_of(persons=8_000, first_month="2025-09")
    workload = 0
    for _ in range(4):
        lives.advance()
        left, returned, out = duo_inschrijvingen.totals(lives, lives.month)
        workload = (0 if str(lives.month).endswith("-10") else workload) + left - returned
        if str(lives.month) >= "2025-10":
            assert out == workload
