"""The bijstand of the synthetic gemeente: what was put wrong in it is exactly what is found."""

import io
import zipfile
from collections import Counter
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from demo import bijstand_bus
from demo.generate import lives_of
from demo.injection import Injection
from warehouse.gate import pass_through

DELIVERY = bijstand_bus.DELIVERY


@pytest.fixture(scope="module", params=["GM0479", "GM0518"])
def months(request, tmp_path_factory):
    """Ten months of a small gemeente: of an odd code in CSV, of an even one in XML."""
    folder = tmp_path_factory.mktemp(request.param)
    lives, injection = lives_of(persons=4_000, gemeente=request.param), Injection(1)
    paths = []
    for _ in range(10):
        lives.advance()
        paths.append((str(lives.month), folder / f"{lives.month}.zip"))
        bijstand_bus.write(paths[-1][1], lives, lives.month, injection)
    return paths, injection, lives


def test_what_was_put_wrong_is_set_apart_and_nothing_else(months, contracts, keys, tmp_path):
    paths, injection, _ = months
    for month, path in paths:
        content = io.BytesIO(path.read_bytes())

        result = pass_through(contracts[DELIVERY], content, keys, "id", tmp_path / month)

        reasons = Counter(apart.reason for apart in result.apart)
        assert reasons == injection.quarantine(DELIVERY, month)
        assert result.counts.quarantined == sum(reasons.values()) >= 2
        assert result.counts.duplicate == 0
        assert result.emptied == {}


def test_partners_share_their_uitkering_and_the_amounts_on_it(months, contracts, keys, tmp_path):
    month, path = months[0][-1]
    pass_through(contracts[DELIVERY], io.BytesIO(path.read_bytes()), keys, "id", tmp_path / month)

    paid: dict[str, set[str | None]] = {}
    for row in pq.read_table(tmp_path / month / "recht.parquet").to_pylist():
        paid.setdefault(row["uitkering"], set()).add(row["betaald_bedrag"])
        assert (row["statistiekjaar"], row["statistiekmaand"]) == tuple(month.split("-"))

    assert all(len(amounts) == 1 for amounts in paid.values())


def test_one_end_at_least_is_told_months_after_it(months):
    _, injection, lives = months
    late = lives.assistance["end_known"] - lives.assistance["end"] > 90
    told = late & (lives.assistance["end_known"] <= lives.last)

    noted = sum(note.units for note in injection.notes if note.code == "E04")

    assert noted >= told.sum() >= 1
    assert {note.outcome for note in injection.notes if note.code == "E04"} == {"accepted"}


def test_the_same_arguments_give_the_same_bytes(months, tmp_path):
    paths, _, lives = months
    again = lives_of(persons=4_000, gemeente=f"GM{lives.gemeente:04d}")
    again.advance()

    bijstand_bus.write(tmp_path / "again.zip", again, again.month, Injection(1))

    assert (tmp_path / "again.zip").read_bytes() == paths[0][1].read_bytes()


def test_without_errors_the_file_is_whole(tmp_path, contracts, keys):
    lives = lives_of(persons=500)
    lives.advance()
    path = Path(tmp_path / "whole.zip")

    bijstand_bus.write(path, lives, lives.month, Injection(1, 0.0))

    result = pass_through(
        contracts[DELIVERY], io.BytesIO(path.read_bytes()), keys, "id", tmp_path / "raw"
    )
    assert result.counts.quarantined == 0
    assert zipfile.ZipFile(path).namelist() == ["bus.csv"]
