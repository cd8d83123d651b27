"""Where a point lies and what became of a buurt, on squares whose answers are plain to see."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.ops import split

from tests.support import prints
from warehouse import geography
from warehouse.geography import (
    Change,
    Coverage,
    Division,
    Translation,
    changes,
    divisions,
    place,
    placed,
    translated,
    translations,
)

A, B, C, D, E, W = (f"BU0479000{letter}" for letter in "ABCDEW")


def box(x: float, y: float, width: float = 10, height: float = 10) -> str:
    wkt: str = shapely.to_wkt(shapely.box(x, y, x + width, y + height))
    return wkt


def division(year: int = 2017, water: Sequence[str] = (), **buurten: str) -> Division:
    """A division of buurten A to W, each by its WKT."""
    made = ((f"BU0479000{name}", wkt, name in water) for name, wkt in buurten.items())
    return Division.of(year, made)


def at(made: Division, *points: tuple[float, float]) -> list[str | None]:
    x, y = np.array(points, dtype=float).reshape(-1, 2).T
    return list(place(x, y, made))


# --- points -----------------------------------------------------------------------------------


def test_a_point_lies_in_its_buurt_and_outside_in_none():
    made = division(A=box(0, 0), B=box(10, 0))

    assert at(made, (5, 5), (15, 5), (25, 5), (-1e-9, 5)) == [A, B, None, None]


def test_a_point_on_a_common_border_belongs_to_the_lowest_code():
    made = division(B=box(0, 0), A=box(10, 0), D=box(0, 10), C=box(10, 10))

    assert at(made, (10, 5), (5, 10), (10, 10), (10, 20), (0, 0)) == [A, B, A, C, B]


def test_land_goes_before_water_whatever_its_code():
    made = division(A=box(0, 0, 30, 30), B=box(10, 10), water=["A"])

    assert at(made, (15, 15), (10, 15), (5, 5)) == [B, B, A]


def test_a_hole_belongs_to_who_lies_in_it_and_its_edge_to_the_lowest_code():
    around = shapely.to_wkt(shapely.box(0, 0, 30, 30).difference(shapely.box(10, 10, 20, 20)))
    made = division(A=around, B=box(10, 10, 10, 5))

    assert at(made, (5, 5), (15, 12), (15, 18), (15, 10)) == [A, B, None, A]


def test_a_coordinate_that_is_none_lies_nowhere():
    made = division(A=box(-1, -1, 2, 2))

    assert at(made, (float("nan"), 0), (0, float("inf")), (0, 0)) == [None, None, A]
    assert at(made) == []


def test_a_division_without_buurten_places_nobody():
    assert at(division(), (0, 0)) == [None]


@pytest.mark.parametrize(
    ("wkt", "inside", "outside"),
    [
        # A bow tie, and two parts that overlap: both lie in it, as does what they share.
        ("POLYGON ((0 0, 10 10, 10 0, 0 10, 0 0))", [(1, 5), (9, 5)], [(5, 1)]),
        (
            "MULTIPOLYGON (((0 0, 10 0, 10 10, 0 10, 0 0)), ((5 5, 15 5, 15 15, 5 15, 5 5)))",
            [(1, 1), (7, 7), (14, 14)],
            [(14, 1)],
        ),
    ],
)
def test_a_shape_that_is_not_valid_is_made_so(wkt, inside, outside):
    made = division(A=wkt)

    assert at(made, *inside, *outside) == [A] * len(inside) + [None] * len(outside)


def test_shapes_of_one_code_are_one_buurt():
    made = Division.of(2017, [(A, box(0, 0), True), (B, box(5, 0), False), (A, box(9, 0), False)])

    assert list(made.codes) == [A, B]
    assert at(made, (1, 1), (12, 1), (20, 1)) == [A, A, None]


_near = st.integers(-2, 12)


@st.composite
def tilings(draw: st.DrawFn) -> Division:
    """A rectangle cut into pieces by random lines, of which two may be one buurt."""
    pieces = [shapely.box(0, 0, 10, 10)]
    ends = st.tuples(_near, _near)
    for _ in range(draw(st.integers(0, 4))):
        begin, end = draw(ends), draw(ends)
        if begin != end:
            line = shapely.LineString([begin, end])
            pieces = [part for piece in pieces for part in split(piece, line).geoms]
    wet = draw(st.sets(st.integers(0, len(pieces))))
    return Division.of(
        2017, [(f"BU0479{n:04}", piece.wkt, n in wet) for n, piece in enumerate(pieces)]
    )


@settings(max_examples=300, deadline=None)
@given(
    made=tilings(),
    points=st.lists(st.tuples(*[_near | st.floats(-2, 12)] * 2), min_size=1, max_size=30),
)
def test_every_point_inside_has_the_one_buurt_that_a_plain_loop_finds(made, points):
    found = at(made, *points)

    everywhere = shapely.box(0, 0, 10, 10)
    for point, code in zip(points, found, strict=True):
        hits = [
            other
            for other, shape in zip(made.codes, made.geometries, strict=True)
            if shapely.Point(point).intersects(shape)
        ]
        assert code == (hits[0] if hits else None)
        # The cuts have corners that no number holds exactly: there a point may fall between.
        if everywhere.contains(shapely.Point(point)) and all(float(c).is_integer() for c in point):
            gap = min(shape.distance(shapely.Point(point)) for shape in made.geometries)
            assert code is not None or 0 < gap < 1e-9
        if not everywhere.intersects(shapely.Point(point)):
            assert code is None
    assert shapely.area(made.geometries).sum() == pytest.approx(100)


# --- the BAG ----------------------------------------------------------------------------------


def bag(path: Path, *rows: tuple[int, str | None, str | None]) -> Path:
    units, x, y = zip(*rows, strict=True)
    text = pa.string()
    table = {"eenheid": pa.array(units, pa.int64()), "x": pa.array(x, text), "y": pa.array(y, text)}
    pq.write_table(pa.table(table | {"naam": pa.nulls(len(rows), text)}), path, row_group_size=2)
    return path


def test_every_object_with_a_coordinate_is_placed_in_every_division(tmp_path):
    rows = [
        (1, "5.0", "5"),
        (2, None, None),
        (3, "15", "5.25"),
        (4, "5", "5.000"),
        (5, "99", "-1"),
        (6, "5", None),
    ]
    old, new = division(2016, A=box(0, 0, 20, 10)), division(A=box(0, 0), B=box(10, 0))
    target = tmp_path / "plaats.parquet"

    coverage = placed(bag(tmp_path / "bag_object.parquet", *rows), [old, new], target)

    assert coverage == [Coverage(2016, 3, 1), Coverage(2017, 3, 1)]
    table = pq.read_table(target)
    assert table.schema.equals(geography.PLACED)
    assert sorted(tuple(row.values()) for row in table.to_pylist() if row["buurt"]) == [
        (1, 2016, A),
        (1, 2017, A),
        (3, 2016, A),
        (3, 2017, B),
        (4, 2016, A),
        (4, 2017, A),
    ]
    assert [tuple(row.values()) for row in table.to_pylist() if not row["buurt"]] == [
        (5, 2016, None),
        (5, 2017, None),
    ]


def test_the_same_objects_give_the_same_bytes_and_a_failure_leaves_what_was(tmp_path, monkeypatch):
    source = bag(tmp_path / "bag.parquet", *((n, f"{n}.5", "5") for n in range(9)))
    monkeypatch.setattr(geography, "BATCH", 2)
    made = [division(A=box(0, 0), B=box(10, 0))]
    target = tmp_path / "out" / "plaats.parquet"
    target.parent.mkdir()
    placed(source, made, target)
    before = prints([target.parent])

    placed(source, made, target)
    assert prints([target.parent]) == before

    with pytest.raises(pa.ArrowException):
        placed(
            bag(tmp_path / "bad.parquet", (1, "1", "1"), (2, "2", "2"), (3, "?", "3")), made, target
        )
    assert prints([target.parent]) == before


# --- divisions from raw files -----------------------------------------------------------------


def raw(path: Path, *rows: tuple[str, str | None, str, str | None, str | None, str | None]) -> Path:
    """Raw ``gebied``: soort, indelingsjaar, code, nieuwe_code, water, vlak."""
    names = ("soort", "indelingsjaar", "code", "nieuwe_code", "water", "vlak")
    columns = dict(zip(names, zip(*rows, strict=True), strict=True))
    arrays = {name: pa.array(values, pa.string()) for name, values in columns.items()}
    pq.write_table(pa.table({"eenheid": range(len(rows))} | arrays), path)
    return path


def test_the_divisions_of_a_gemeente_are_read_by_year_the_last_delivery_of_a_year_tells(tmp_path):
    first = raw(
        tmp_path / "1.parquet",
        ("buurt", "2016", A, None, "NEE", box(0, 0)),
        ("buurt", None, B, None, None, box(0, 0)),
        ("buurt", None, W, None, "JA", box(0, 0, 50, 50)),
        ("buurt", "2016", "BU05180000", None, "NEE", box(0, 0)),
        ("wijk", "2016", "WK047900", None, "NEE", box(0, 0)),
        ("gemeente", "2016", "GM0479", None, None, None),
    )
    second = raw(tmp_path / "2.parquet", ("buurt", "2016", C, None, "NEE", box(0, 0)))

    found = divisions([(first, 2017), (second, 2018)], "GM0479")

    assert [(one.year, list(one.codes)) for one in found] == [(2016, [C]), (2017, [B, W])]
    assert at(found[1], (5, 5), (40, 40)) == [B, W]
    assert [one.year for one in divisions([(first, 2017)], "GM0518")] == [2016]


def test_the_changes_of_a_gemeente_are_read_once_each(tmp_path):
    file = raw(
        tmp_path / "1.parquet",
        ("wijziging", "2018", B, C, None, None),
        ("wijziging", None, A, None, None, None),
        ("wijziging", "2018", "BU05180000", "BU05180001", None, None),
        ("wijziging", "2018", "BU04200000", B, None, None),
        ("wijziging", "2018", "WK047900", "WK047901", None, None),
        ("buurt", "2016", A, None, None, box(0, 0)),
    )

    assert changes([(file, 2017), (file, 2017)], "GM0479") == [
        Change(2017, A, None),
        Change(2018, "BU04200000", B),
        Change(2018, B, C),
    ]


# --- codes ------------------------------------------------------------------------------------


def told(old: Division, new: Division, *given: Change) -> dict[str, tuple[str | None, str, str]]:
    """What became of each old buurt: its new code, how, and who says so."""
    found = translated(old, new, given)
    assert {(one.van_jaar, one.naar_jaar) for one in found} <= {(old.year, new.year)}
    return {one.oude_code[-1]: (one.nieuwe_code, one.soort, one.bron) for one in found}


#: Six buurten of ten by ten beside each other.
SIX = {name: box(10 * n, 0) for n, name in enumerate("ABCDE")}


def test_what_kept_its_code_and_area_is_unchanged():
    assert told(division(2016, **SIX), division(2017, **SIX)) == {
        name: (f"BU0479000{name}", "ongewijzigd", "afgeleid") for name in "ABCDE"
    }


def test_renumbered_merged_split_and_gone_are_told_apart():
    old = division(2016, **SIX)
    new = division(
        2017,
        A=box(0, 0),
        F=box(10, 0),  # B
        C=box(20, 0, 20),  # C and D; E has gone
    )
    other = division(2017, A=box(0, 0, 5), B=box(5, 0, 45))

    assert told(old, new) == {
        "A": (A, "ongewijzigd", "afgeleid"),
        "B": ("BU0479000F", "hernummerd", "afgeleid"),
        "C": (C, "samengevoegd", "afgeleid"),
        "D": (C, "samengevoegd", "afgeleid"),
        "E": (None, "vervallen", "afgeleid"),
    }
    assert told(old, other)["A"] == (None, "gesplitst", "afgeleid")
    assert told(old, other)["B"] == (B, "samengevoegd", "afgeleid")


def test_a_code_that_went_to_another_area_is_followed_by_area_and_not_by_name():
    old = division(2016, A=box(0, 0), B=box(10, 0))
    new = division(2017, A=box(10, 0), B=box(0, 0))

    assert told(old, new) == {
        "A": (B, "hernummerd", "afgeleid"),
        "B": (A, "hernummerd", "afgeleid"),
    }


def test_a_buurt_that_took_a_part_of_its_neighbour_is_not_unchanged():
    old = division(2016, A=box(0, 0), B=box(10, 0))
    new = division(2017, A=box(0, 0, 13), B=box(13, 0, 7))

    assert told(old, new) == {
        "A": (A, "samengevoegd", "afgeleid"),
        "B": (None, "gesplitst", "afgeleid"),
    }


@pytest.mark.parametrize(
    ("width", "expected"),
    [(9.9, (A, "ongewijzigd", "afgeleid")), (9.89, (None, "gesplitst", "afgeleid"))],
)
def test_a_buurt_is_the_same_when_99_percent_of_it_is(width, expected):
    old = division(2016, A=box(0, 0))
    new = division(2017, A=box(0, 0, width), B=box(width, 0, 10 - width))

    assert told(old, new)["A"] == expected


def test_the_share_is_that_of_the_successor_or_of_the_largest_part():
    old = division(2016, A=box(0, 0), B=box(10, 0), C=box(90, 90))
    new = division(2017, A=box(0, 0, 9.95), B=box(9.95, 0, 4.05), D=box(14, 0, 6))

    assert translated(old, new) == [
        Translation(2016, 2017, A, A, "ongewijzigd", "afgeleid", 0.995),
        Translation(2016, 2017, B, None, "gesplitst", "afgeleid", 0.6),
        Translation(2016, 2017, C, None, "vervallen", "afgeleid", 0.0),
    ]


def test_a_delivered_change_prevails_over_the_shapes():
    old = division(2016, **SIX)
    new = division(2017, A=box(0, 0), B=box(10, 0), F=box(20, 0, 20), C=box(40, 0))

    given = [Change(2017, A, B), Change(2017, B, A), Change(2017, C, None), Change(2017, E, C)]

    assert told(old, new, *given) == {
        "A": (B, "hernummerd", "geleverd"),
        "B": (A, "hernummerd", "geleverd"),
        "C": (None, "vervallen", "geleverd"),
        "D": ("BU0479000F", "samengevoegd", "afgeleid"),
        "E": (C, "hernummerd", "geleverd"),
    }


def test_a_delivered_change_that_names_several_or_none_is_a_split_where_it_was_one():
    old = division(2016, A=box(0, 0), B=box(10, 0))
    new = division(2017, C=box(0, 0, 5), D=box(5, 0, 10), E=box(15, 0, 5))

    assert told(old, new, Change(2017, A, C), Change(2017, A, D), Change(2017, B, None)) == {
        "A": (None, "gesplitst", "geleverd"),
        "B": (None, "gesplitst", "geleverd"),
    }


def test_delivered_changes_are_followed_year_by_year_and_only_between_the_divisions():
    old, new = division(2015, A=box(0, 0)), division(2018, D=box(50, 50))
    chain = [Change(2016, A, B), Change(2017, B, A), Change(2018, A, D)]

    assert told(old, new, *chain)["A"] == (D, "hernummerd", "geleverd")
    assert told(old, new, *chain[:2])["A"] == (None, "vervallen", "afgeleid")
    assert told(old, new, Change(2015, A, D), Change(2019, A, D))["A"][2] == "afgeleid"


def test_every_old_division_is_translated_into_the_newest_and_written(tmp_path):
    old = [division(year, **SIX) for year in (2016, 2015)]
    target = tmp_path / "koppeltabel.parquet"

    rows = translations([division(2017, **SIX), *old], [], target)

    assert [(row.van_jaar, row.naar_jaar) for row in rows] == [(2015, 2017)] * 5 + [
        (2016, 2017)
    ] * 5
    table = pq.read_table(target)
    assert table.schema.equals(geography.TRANSLATED)
    assert table.num_rows == 10
    assert translations([division(2017, **SIX)], [], target) == []
    assert pq.read_table(target).num_rows == 0


@settings(max_examples=300, deadline=None)
@given(old=tilings(), new=tilings())
def test_every_old_buurt_is_told_once_and_what_has_a_successor_lies_in_it(old, new):
    found = translated(old, new)

    assert [one.oude_code for one in found] == sorted(old.codes)
    for one in found:
        assert 0 <= one.aandeel <= 1 + 1e-6
        assert (one.nieuwe_code is None) == (one.soort in ("gesplitst", "vervallen"))
        if one.nieuwe_code:
            (before,) = old.geometries[old.codes == one.oude_code]
            (after,) = new.geometries[new.codes == one.nieuwe_code]
            assert before.intersection(after).area >= 0.99 * before.area * (1 - 1e-9)
            assert (one.soort == "ongewijzigd") <= (one.oude_code == one.nieuwe_code)


@settings(max_examples=300, deadline=None)
@given(made=tilings())
def test_a_division_translates_into_itself(made):
    assert {one.soort for one in translated(made, made)} == {"ongewijzigd"}
