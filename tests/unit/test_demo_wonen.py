"""The WOZ values and the rents of the synthetic gemeente: at the gate as the manifest says."""

import io
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from demo import corporatie_huren, woz_stufcap
from demo.generate import lives_of
from demo.injection import ACCEPTED, Injection
from demo.lives import Lives
from demo.lives.facts import Tenure
from warehouse.contracts import Contract
from warehouse.gate import GateResult, pass_through
from warehouse.keys import KeySet

MONTH = "2026-01"
WRITERS = [woz_stufcap, corporatie_huren]


@pytest.fixture(scope="module")
def lives() -> Lives:
    lives = lives_of(persons=2500, first_month=MONTH)
    lives.advance()
    return lives


def written(lives: Lives, writer: ModuleType, folder: Path, rate: float, seed: int = 1) -> bytes:
    path = folder / "file"
    writer.write(path, lives, lives.month, Injection(seed, rate))
    return path.read_bytes()


@pytest.mark.parametrize("writer", WRITERS)
def test_what_was_injected_is_what_is_set_apart(
    lives: Lives,
    writer: ModuleType,
    contracts: Mapping[str, Contract],
    keys: KeySet,
    tmp_path: Path,
):
    injection = Injection(1, 0.01)
    writer.write(tmp_path / "file", lives, lives.month, injection)

    content = io.BytesIO((tmp_path / "file").read_bytes())
    result: GateResult = pass_through(
        contracts[writer.DELIVERY], content, keys, "id", tmp_path / "raw"
    )

    expected = injection.quarantine(writer.DELIVERY, MONTH)
    assert Counter(one.reason for one in result.apart) == expected
    assert {one.place.line for one in result.apart} == {
        line for note in injection.notes if note.outcome != ACCEPTED for line in note.where
    }
    counts = result.counts
    assert counts.source == counts.accepted + sum(expected.values())
    assert result.emptied == {}


@pytest.mark.parametrize("writer", WRITERS)
def test_without_errors_all_passes(lives, writer, contracts, keys, tmp_path):
    content = io.BytesIO(written(lives, writer, tmp_path, 0))

    result = pass_through(contracts[writer.DELIVERY], content, keys, "id", tmp_path / "raw")

    assert result.apart == []
    assert result.counts.accepted == result.counts.source > 100


@pytest.mark.parametrize("writer", WRITERS)
def test_the_same_lives_give_the_same_bytes(lives, writer, tmp_path):
    again = lives_of(persons=2500, first_month=MONTH)
    again.advance()

    assert written(lives, writer, tmp_path, 0.01) == written(again, writer, tmp_path, 0.01)


def test_every_home_of_a_corporatie_is_a_line_and_every_home_in_the_bag_a_record(lives, tmp_path):
    rents = written(lives, corporatie_huren, tmp_path, 0).decode().splitlines()
    records = written(lives, woz_stufcap, tmp_path, 0).decode().splitlines()

    assert len(rents) - 1 == int((lives.homes["tenure"] == Tenure.SOCIAL).sum())
    day = int(np.datetime64("2026-01-20").astype(int))
    objects = {address for address, *_ in lives.addresses.active(day)}
    assert {int(record[5:13]) for record in records[1:-1]} == objects
