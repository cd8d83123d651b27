"""The synthetic debts, schemes and dossiers at the gate: what was injected is what is found."""

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from demo import minimaregelingen, rmc_trajecten, schuldhulp_ddas, vroegsignalen
from demo.generate import lives_of
from demo.injection import Injection
from demo.lives import Lives
from warehouse.contracts import Contract
from warehouse.gate import GateResult, pass_through
from warehouse.keys import KeySet

WRITERS: dict[str, Any] = {
    "minimaregelingen": minimaregelingen,
    "rmc_trajecten": rmc_trajecten,
    "schuldhulp_ddas": schuldhulp_ddas,
    "vroegsignalen": vroegsignalen,
}
PERSONS = 6_000


@pytest.fixture(scope="module")
def lives() -> Lives:
    lives = lives_of(persons=PERSONS)
    for _ in range(3):
        lives.advance()
    return lives


def write(name: str, lives: Lives, folder: Path, rate: float = 0.0005) -> tuple[Path, Injection]:
    path = folder / name
    injection = Injection(1, rate)
    WRITERS[name].write(path, lives, lives.month, injection)
    return path, injection


def take(contract: Contract, path: Path, keys: KeySet) -> GateResult:
    with path.open("rb") as source:
        raw = path.parent / f"raw_{path.name}"
        return pass_through(contract, source, keys, "id", raw, gemeente="GM0479")


@pytest.mark.parametrize("name", WRITERS)
def test_what_was_injected_is_what_is_set_apart(
    name: str, lives: Lives, contracts: Mapping[str, Contract], keys: KeySet, tmp_path: Path
) -> None:
    path, injection = write(name, lives, tmp_path)
    result = take(contracts[name], path, keys)

    found = Counter(apart.reason for apart in result.apart)
    assert found == injection.quarantine(name, str(lives.month))
    assert {"E01"} <= {note.code for note in injection.notes}
    counts = result.counts
    assert counts.source == counts.accepted + counts.quarantined > 0
    assert counts.duplicate == 0
    assert not result.emptied


@pytest.mark.parametrize("name", WRITERS)
def test_without_errors_everything_passes_and_twice_is_the_same(
    name: str, lives: Lives, contracts: Mapping[str, Contract], keys: KeySet, tmp_path: Path
) -> None:
    path, injection = write(name, lives, tmp_path, rate=0)
    before = path.read_bytes()
    result = take(contracts[name], path, keys)

    assert not injection.notes
    assert result.counts.accepted == result.counts.source > 0
    write(name, lives, tmp_path, rate=0)
    assert path.read_bytes() == before


def test_a_partner_who_shares_a_traject_is_in_it_too(
    lives: Lives, contracts: Mapping[str, Contract], keys: KeySet, tmp_path: Path
) -> None:
    path, _ = write("schuldhulp_ddas", lives, tmp_path, rate=0)
    take(contracts["schuldhulp_ddas"], path, keys)

    rows = pq.read_table(tmp_path / "raw_schuldhulp_ddas" / "deelname.parquet").to_pylist()
    partners = [row for row in rows if row["rol"] == "partner"]
    by_token = {(row["bsn_versleuteld"], row["aanvang"]): row for row in rows}
    assert partners
    for partner in partners:
        client = by_token[partner["andere_bsn_versleuteld"], partner["aanvang"]]
        assert client["andere_bsn_versleuteld"] == partner["bsn_versleuteld"]
