"""The scripts beside the benchmark read the extract of the BAG as Kadaster ships it."""

import json
from pathlib import Path

import pytest

from benchmarks import analyst, floor
from tests.support import zipped

pytestmark = pytest.mark.real_input

#: Doesburg, cut in two from north to south at the middle of its addresses.
WEST, EAST = "BU02210001", "BU02210002"


def test_floor_and_analyst_place_the_objects_of_doesburg_alike(real_input: Path, tmp_path: Path):
    extract = sorted((real_input / "bag" / "BAGNLDL-15092020-small").glob("0221*.xml"))
    inner = [zipped(path.read_bytes(), names=[path.name]) for path in extract]
    bag = tmp_path / "bag_adressen_GM0221_2026-01.zip"
    bag.write_bytes(zipped(*inner, names=[f"{path.stem}.zip" for path in extract]))
    objects = analyst.read_bag(bag)
    middle = sorted(shape.x for shape in objects["punt"])[len(objects) // 2] + 0.001
    areas = tmp_path / "cbs_gebieden_GM0221_2026-01.geojson"
    areas.write_text(json.dumps({"features": [half(WEST, 0, middle), half(EAST, middle, 3e5)]}))

    placed = analyst.placed(objects, *analyst.read_buurten(areas, "GM0221"))
    by_floor = floor.read_places(tmp_path, "GM0221").to_pylist()

    assert set(placed["buurt"]) == {WEST, EAST}
    assert sorted(zip(placed["object"], placed["begin"].dt.date, placed["buurt"], strict=True)) == (
        sorted((row["object"], row["van"], row["buurt"]) for row in by_floor)
    )
    assert {number for row in by_floor for number in row["nummers"]} == set(
        placed["nummers"].explode().dropna()
    )


def half(code: str, west: float, east: float) -> dict[str, object]:
    ring = [[west, 0], [east, 0], [east, 7e5], [west, 7e5], [west, 0]]
    return {
        "type": "Feature",
        "properties": {"bu_code": code},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }
