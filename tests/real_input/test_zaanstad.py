"""The real wijken and buurten of Zaanstad in 2017, through the gate and with points in them."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
import shapely
from shapely.geometry import shape

from tests.support import zipped
from warehouse.contracts import Contract
from warehouse.gate import GateResult, pass_through
from warehouse.geography import Division, divisions, place, translated
from warehouse.keys import KeySet
from warehouse.ledger import Counts

pytestmark = pytest.mark.real_input


@pytest.fixture(scope="module")
def files(real_input: Path) -> list[Path]:
    return [real_input / "gebieden" / f"{kind}_zaanstad_2017.geojson" for kind in ("buurt", "wijk")]


@pytest.fixture(scope="module")
def given(files: list[Path]) -> dict[str, Any]:
    """The shapes of the buurten, as shapely reads them from the file, by code."""
    features = json.loads(files[0].read_text())["features"]
    return {f["properties"]["bu_code"]: shape(f["geometry"]) for f in features}


@pytest.fixture(scope="module")
def gated(
    files: list[Path],
    contracts: Mapping[str, Contract],
    keys: KeySet,
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[GateResult, Path]:
    folder = tmp_path_factory.mktemp("zaanstad")
    delivered = folder / "delivered.zip"
    delivered.write_bytes(zipped(*(file.read_bytes() for file in files)))
    with delivered.open("rb") as source:
        result = pass_through(contracts["cbs_gebieden"], source, keys, "id", folder / "raw")
    return result, folder / "raw" / "gebied.parquet"


@pytest.fixture(scope="module")
def zaanstad(gated: tuple[GateResult, Path]) -> Division:
    (found,) = divisions([(gated[1], 2099)], "GM0479")
    return found


def naive(given: dict[str, Any], x: float, y: float) -> str | None:
    """The lowest code of the shapes that a point touches."""
    return min(
        (code for code, one in given.items() if one.intersects(shapely.Point(x, y))), default=None
    )


def test_all_wijken_and_buurten_go_through_the_gate(gated, given):
    result, path = gated
    rows = pq.read_table(path).to_pylist()

    assert result.counts == Counts(69, 69, 0, 0)
    assert [row["soort"] for row in rows] == ["buurt"] * 50 + ["wijk"] * 19
    assert {row["indelingsjaar"] for row in rows} == {"2017"}
    buurten = rows[:50]
    assert [row["code"] for row in buurten] == list(given)
    assert {row["wijk"] for row in buurten} == {row["code"] for row in rows[50:]}
    for row in buurten:
        assert row["wijk"] == f"WK{row['code'][2:8]}"
        area = given[row["code"]].area
        assert shapely.from_wkt(row["vlak"]).area == pytest.approx(area, rel=1e-6)


def test_points_within_each_buurt_lie_there_and_others_where_a_plain_loop_says(zaanstad, given):
    random = np.random.default_rng(2017)
    points = []
    for code, one in given.items():
        inner = one.representative_point()
        points.append((inner.x, inner.y, code))
        low_x, low_y, high_x, high_y = one.bounds
        for x, y in random.uniform((low_x, low_y), (high_x, high_y), (20, 2)):
            points.append((x, y, naive(given, x, y)))
    low_x, low_y, high_x, high_y = shapely.union_all(list(given.values())).bounds
    points += [(low_x - 1, low_y, None), (high_x, high_y + 1, None), (0.0, 0.0, None)]
    x, y, expected = zip(*points, strict=True)

    found = place(np.array(x), np.array(y), zaanstad)

    assert list(found) == list(expected)
    assert set(found) == {*given, None}


def test_a_corner_that_buurten_share_belongs_to_the_lowest_code(zaanstad):
    """The corners as the warehouse holds them, to the millimetre."""
    held = dict(zip(zaanstad.codes, zaanstad.geometries, strict=True))
    corners = np.unique(shapely.get_coordinates(zaanstad.geometries), axis=0)
    touching = [
        [code for code, one in held.items() if one.intersects(point)]
        for point in shapely.points(corners)
    ]
    shared = [number for number, codes in enumerate(touching) if len(codes) > 1]
    assert len(shared) > 500

    found = place(corners[:, 0], corners[:, 1], zaanstad)

    assert list(found) == [min(codes) for codes in touching]


def test_the_buurten_cover_the_wijken_and_a_division_is_its_own_translation(zaanstad, gated):
    wijken = [row["vlak"] for row in pq.read_table(gated[1]).to_pylist() if row["soort"] == "wijk"]
    together = shapely.area(shapely.from_wkt(wijken)).sum()

    assert shapely.area(zaanstad.geometries).sum() == pytest.approx(together, rel=1e-4)
    assert {one.soort for one in translated(zaanstad, zaanstad)} == {"ongewijzigd"}
