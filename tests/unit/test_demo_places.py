"""The synthetic gemeente's areas tile, and its addresses lie and are written where they say."""

import csv
import json
import zipfile
from collections import Counter, defaultdict
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from demo import bag, gebieden
from demo import generate as demo
from demo.addresses import Addresses, Form, expected_areas
from demo.population import FIXED, Population, last_day

PERSONS = 3000
FIRST = "2025-01"
MONTHS = 8
SEED = 1
KINDS = ("WPL", "OPR", "NUM", "VBO", "LIG", "STA", "PND")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return demo.generate(
        tmp_path_factory.mktemp("made"),
        persons=PERSONS,
        months=MONTHS,
        faults=False,
        deliveries=["cbs_gebieden", "bag_adressen", "brp_personen"],
    )


@pytest.fixture(scope="module")
def addresses():
    return demo.addresses_of(Population(PERSONS, 479, FIRST, SEED), FIRST)


@pytest.fixture(scope="module")
def expected(addresses):
    return expected_areas(addresses, last_day(np.datetime64(FIRST)))


def named(paths: list[Path], start: str) -> list[Path]:
    return [path for path in paths if path.name.startswith(start)]


@cache
def objects(path: Path, kind: str) -> list[etree._Element]:
    """The objects of one type in an extract, read as any reader would."""
    found = []
    with zipfile.ZipFile(path) as outer:
        (name,) = [name for name in outer.namelist() if name[4:7] == kind]
        with zipfile.ZipFile(BytesIO(outer.read(name))) as inner:
            for member in inner.namelist():
                tree = etree.fromstring(inner.read(member))
                found += [child[0] for child in tree.iter("{*}bagObject")]
    return found


def text(element: etree._Element, name: str) -> str:
    return element.findtext(f".//{{*}}{name}") or ""


def current(found: list[etree._Element], day: str) -> dict[str, etree._Element]:
    """Per identifier the occurrence that holds on a day."""
    held = {}
    for each in found:
        void = any(each.find(f".//{{*}}{name}") is not None for name in bag._VOIDS)
        end = text(each, "eindGeldigheid")
        if not void and text(each, "beginGeldigheid") <= day and (not end or day < end):
            assert text(each, "identificatie") not in held
            held[text(each, "identificatie")] = each
    return held


def points(found: dict[str, etree._Element]) -> dict[str, shapely.Point]:
    """A point per object: its own, or the middle of its outline."""
    placed = {}
    for identifier, each in found.items():
        numbers = [float(n) for n in (text(each, "pos") or text(each, "posList")).split()]
        if text(each, "pos"):
            placed[identifier] = shapely.Point(numbers[:2])
        else:
            placed[identifier] = shapely.Polygon(np.reshape(numbers, (-1, 2))).centroid
    return placed


def geojson(path: Path, member: str) -> Any:
    with zipfile.ZipFile(path) as archive:
        return json.loads(archive.read(member))


def brp_addresses(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.reader(file, delimiter=";")
        header = next(rows)
        return [dict(zip(header, row, strict=True)) for row in rows]


# --- areas ------------------------------------------------------------------------------------


def test_zaanstad_has_the_buurten_and_wijken_of_2017():
    zaanstad = gebieden.division(479, SEED)

    assert (len(zaanstad.buurten), len(zaanstad.wijken())) == (50, 19)
    assert sum(buurt.households for buurt in zaanstad.buurten) == 68_960
    assert {buurt.wijk for buurt in zaanstad.buurten} == {
        f"WK{buurt.code[2:8]}" for buurt in zaanstad.buurten
    }
    west = {b.name for b in zaanstad.buurten if b.wijk == "WK047922"}
    assert west == {"Oud West", "Spoorbuurt", "Schilders- en Waddenbuurt"}


@settings(max_examples=25, deadline=None)
@given(gemeente=st.integers(1, 1998), seed=st.integers(0, 2**31 - 1), side=st.integers(1, 7))
def test_made_up_buurten_leave_no_gap_and_do_not_overlap(gemeente, seed, side):
    tiles(gebieden.made_up(gemeente, seed, side))


def test_zaanstad_leaves_no_gap_and_does_not_overlap_and_each_centre_lies_in_its_buurt():
    zaanstad = gebieden.division(479, SEED)
    tiles(zaanstad)
    with (Path(gebieden.__file__).with_name("zaanstad.csv")).open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    for row, buurt in zip(rows, zaanstad.buurten, strict=True):
        assert row["bu_code"] == buurt.code
        assert buurt.shape.contains(shapely.Point(int(row["x"]), int(row["y"])))


def tiles(division: gebieden.Division) -> None:
    shapes = [buurt.shape for buurt in division.buurten]
    assert shapely.coverage_is_valid(shapes)
    assert all(shape.is_valid and shape.geom_type == "Polygon" for shape in shapes)
    whole = shapely.union_all(shapes)
    assert (whole.geom_type, len(whole.interiors)) == ("Polygon", 0)
    assert sum(shape.area for shape in shapes) == pytest.approx(whole.area, rel=1e-9)


def test_another_gemeente_is_divided_by_the_seed_alone_under_codes_of_its_own():
    one, same, other = (gebieden.division(363, seed) for seed in (1, 1, 2))

    assert one == same
    assert one != other
    assert [buurt.code for buurt in one.buurten] == [buurt.code for buurt in other.buurten]
    assert one.buurten[7].code == "BU03630203"
    assert (one.buurten[7].wijk, len(one.wijken())) == ("WK036302", 5)


def test_the_delivery_of_areas_says_which_year_which_crs_and_that_shapes_are_schematic(made):
    (path,) = named(made, "cbs_gebieden")
    assert path.name == "cbs_gebieden_GM0479_2025-01.zip"
    buurten = geojson(path, "buurten_2017.geojson")
    wijken = geojson(path, "wijken_2017.geojson")

    for collection in (buurten, wijken):
        assert collection["crs"]["properties"]["name"] == "urn:ogc:def:crs:EPSG::28992"
    assert (len(buurten["features"]), len(wijken["features"])) == (50, 19)
    facts = buurten["features"][0]["properties"]
    assert (
        facts
        | {
            "bu_code": "BU04791110",
            "bu_naam": "Achtersluispolder",
            "wk_code": "WK047911",
            "wk_naam": "Wijk 11 Zaandam Zuid",
            "gm_code": "GM0479",
            "gm_naam": "Zaanstad",
            "water": "NEE",
            "jaar": 2017,
        }
        == facts
    )
    assert "schematisch" in facts["vorm"]


def test_a_later_division_merges_two_buurten_renumbers_one_and_says_so(tmp_path):
    before = gebieden.division(479, SEED)
    after, changes = gebieden.later(before, 2025)
    old = {buurt.code: buurt for buurt in before.buurten}
    new = {buurt.code: buurt for buurt in after.buurten}

    tiles(after)
    assert len(after.buurten) == 49
    assert {change.old for change in changes} == old.keys() - new.keys()
    assert {change.new for change in changes} == new.keys() - old.keys()
    gone = defaultdict(list)
    for change in changes:
        gone[change.new].append(old[change.old])
    for code, parts in gone.items():
        assert new[code].shape.area == pytest.approx(sum(part.shape.area for part in parts))
        assert {new[code].wijk} == {part.wijk for part in parts}
    assert sorted(len(parts) for parts in gone.values()) == [1, 2]

    paths = demo.generate(
        tmp_path,
        persons=100,
        months=3,
        deliveries=["cbs_gebieden"],
        divided_again="2025-03",
    )
    assert [path.name[-11:-4] for path in paths] == ["2025-01", "2025-03"]
    assert len(geojson(paths[1], "buurten_2017.geojson")["features"]) == 50
    assert len(geojson(paths[1], "buurten_2025.geojson")["features"]) == 49
    with zipfile.ZipFile(paths[1]) as archive:
        lines = archive.read("gewijzigde_codes_2025.csv").decode().splitlines()
    assert lines == [
        "oude_code;nieuwe_code;jaar",
        *(f"{change.old};{change.new};2025" for change in changes),
    ]


@pytest.mark.parametrize(
    "wrong",
    [
        {"year": 2017},
        {"year": 2025, "merged": ("BU04791110", "BU04798150")},
        {"year": 2025, "merged": ("BU04798110", "BU04798150")},
    ],
)
def test_only_neighbours_in_a_later_year_become_one(wrong):
    with pytest.raises(ValueError, match=r"later year|neighbours"):
        gebieden.later(gebieden.division(479, SEED), **wrong)


# --- addresses --------------------------------------------------------------------------------


def test_households_are_spread_as_in_the_table(addresses):
    division = addresses.division
    total = sum(buurt.households for buurt in division.buurten)
    homes = Counter(addresses.buurt[: addresses.homes].tolist())
    for number, buurt in enumerate(division.buurten):
        share = addresses.homes * buurt.households / total
        # Two addresses may have changed places to be a case that always occurs.
        assert abs(homes[number] - share) <= 3
    large = Population(40_000, 479, FIRST, SEED)
    lived = np.unique(large.persons["home"][large.persons["home"] >= 0])
    spread = np.bincount(demo.addresses_of(large, FIRST).buurt[lived], minlength=50) / len(lived)
    shares = np.array([buurt.households for buurt in division.buurten]) / total
    assert np.abs(spread - shares).max() < 0.004


@settings(max_examples=50, deadline=None)
@given(count=st.integers(0, 10_000), seed=st.integers(0, 1000))
def test_what_is_allotted_is_neither_more_nor_less(count, seed):
    division = gebieden.made_up(518, seed, 3)
    allotted = division.allot(count)
    total = sum(buurt.households for buurt in division.buurten)
    assert sum(allotted) == count
    for number, buurt in zip(allotted, division.buurten, strict=True):
        assert abs(number - count * buurt.households / total) < 1


def test_every_object_in_the_extract_lies_in_the_buurt_that_it_was_meant_for(made, addresses):
    path = named(made, "bag")[0]
    shapes = {
        feature["properties"]["bu_code"]: shapely.geometry.shape(feature["geometry"])
        for feature in geojson(named(made, "cbs")[0], "buurten_2017.geojson")["features"]
    }
    places: dict[str, shapely.Point] = {}
    for kind in ("VBO", "LIG", "STA"):
        places |= points(current(objects(path, kind), "2025-01-31"))
    meant = {
        addresses.object_id[address]: addresses.division.buurten[addresses.buurt[address]].code
        for address in np.flatnonzero(addresses.registered)
    }
    void = {addresses.object_id[address] for address in addresses.never_valid}
    assert places.keys() == meant.keys() - void
    assert all(shapes[meant[identifier]].contains(place) for identifier, place in places.items())
    assert sum(identifier[4:6] == "02" for identifier in places) >= 2
    assert sum(identifier[4:6] == "03" for identifier in places) >= 2


def test_first_digits_of_an_identifier_are_not_always_the_gemeente(made, addresses):
    path = named(made, "bag")[0]
    for kind in ("NUM", "VBO", "PND"):
        first = Counter(text(each, "identificatie")[:4] for each in objects(path, kind))
        assert set(first) == {"0479", "0416"}
        assert 0.03 < first["0416"] / first.total() < 0.2
    assert all(len(text) == 16 for text in (*addresses.object_id, *addresses.number_id))


def test_a_postcode_mostly_lies_in_one_buurt_and_a_few_in_two(addresses):
    areas = defaultdict(set)
    for address, postcode in enumerate(addresses.postcode):
        areas[postcode].add(int(addresses.buurt[address]))
    counts = Counter(len(found) for found in areas.values())
    assert set(counts) == {1, 2}
    assert 2 <= counts[2] < 0.2 * counts[1]


def test_no_two_addresses_in_use_read_the_same(addresses):
    for day in (addresses.first_day, addresses.first_day + 365):
        texts = [each[1:] for each in addresses.active(day)]
        assert len(set(texts)) == len(texts)


def test_the_past_is_in_the_extract(made, addresses):
    path = named(made, "bag")[0]
    numbers, vbo = objects(path, "NUM"), objects(path, "VBO")
    assert {text(each, "voorkomenidentificatie") for each in numbers} == {"1", "2"}
    assert Counter(text(each, "status") for each in numbers)["Naamgeving ingetrokken"] >= 3
    assert Counter(text(each, "status") for each in vbo)["Verblijfsobject ingetrokken"] >= 3
    voids = {name for name in bag._VOIDS for each in vbo if text(each, name)}
    assert voids == set(bag._VOIDS)
    # A number that one address had, another has now: read without dates it is in two buurten.
    bearers = defaultdict(set)
    for each in numbers:
        key = tuple(text(each, n) for n in ("postcode", "huisnummer", "huisletter"))
        bearers[*key, text(each, "huisnummertoevoeging")].add(text(each, "identificatie"))
    assert sum(len(found) > 1 for found in bearers.values()) >= 3
    held = current(numbers, "2025-01-31").values()
    known = Counter(
        tuple(text(e, n) for n in ("postcode", "huisnummer", "huisletter", "huisnummertoevoeging"))
        for e in held
        if text(e, "status") == "Naamgeving uitgegeven"
    )
    assert known.most_common(1)[0][1] == 1


def test_some_objects_are_hard(made):
    vbo = objects(named(made, "bag")[0], "VBO")
    purposes = Counter(
        ",".join(each.text or "" for each in found.iter("{*}gebruiksdoel")) for found in vbo
    )
    assert {"celfunctie", "gezondheidszorgfunctie", "woonfunctie,winkelfunctie"} <= purposes.keys()
    panden = [[each.text for each in found.iter("{*}PandRef")] for found in vbo]
    assert max(len(each) for each in panden) == 2
    assert max(Counter(each[0] for each in panden).values()) >= 4
    assert any(found.find("{*}heeftAlsNevenadres") is not None for found in vbo)
    numbers = objects(named(made, "bag")[0], "NUM")
    for element in ("huisletter", "huisnummertoevoeging"):
        assert any(text(each, element) for each in numbers)


def test_extracts_come_every_sixth_month_and_know_nothing_of_later(made):
    paths = named(made, "bag")
    assert [path.name for path in paths] == [
        "bag_adressen_GM0479_2025-01.zip",
        "bag_adressen_GM0479_2025-07.zip",
    ]
    for path, day in zip(paths, ("2025-01-08", "2025-07-08"), strict=True):
        for kind in KINDS:
            for each in objects(path, kind):
                assert text(each, "beginGeldigheid") <= day
                assert text(each, "eindGeldigheid") <= day
    first, second = (objects(path, "NUM") for path in paths)
    assert len(second) - len(first) == 4


def test_an_extract_is_a_zip_of_zips_named_as_kadaster_names_them(made):
    with zipfile.ZipFile(named(made, "bag")[0]) as archive:
        assert archive.namelist() == [
            *(f"0479{kind}08012025.zip" for kind in KINDS),
            "Leveringsdocument-BAG-Extract.xml",
        ]
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        with zipfile.ZipFile(BytesIO(archive.read("0479VBO08012025.zip"))) as inner:
            assert inner.namelist() == ["0479VBO08012025-000001.xml"]


def test_a_file_holds_at_most_ten_thousand_occurrences(addresses):
    extract = bag._Extract(addresses, addresses.first_day)
    files = list(extract.files("NUM", ["x\n"] * 25_000))
    assert [file.count("x\n") for file in files] == [10_000, 10_000, 5_000]
    assert len(list(extract.files("NUM", []))) == 1


# --- how the BRP writes them ------------------------------------------------------------------


def test_every_rung_occurs_in_the_smallest_gemeente_in_every_month(tmp_path):
    population = Population(100, 363, FIRST, 5)
    places = demo.addresses_of(population, FIRST)
    for month in range(3):
        population.advance()
        found = expected_areas(places, last_day(population.month))
        homes = population.persons["home"]
        rungs = {found[home].methode for home in homes[homes >= 0]}
        assert rungs == {"vbo", "num", "pchn", "pchn_zonder_toev", "pc6", "onbekend"}, month


def test_nine_in_ten_are_found_by_their_object_and_few_not_at_all(expected):
    counts = Counter(each.methode for each in expected)
    assert counts["vbo"] > 0.92 * len(expected)
    assert 0 < counts["onbekend"] < 0.02 * len(expected)
    assert all((each.buurt is None) == (each.methode == "onbekend") for each in expected)


def test_what_the_brp_says_is_what_is_expected_and_says_where(made, addresses, expected):
    by_text: dict[tuple[str, ...], tuple[str | None, str]] = {}
    for each in expected:
        found = (each.buurt, each.methode)
        assert by_text.setdefault(each.written, found) == found
    elements = ("11.80", "11.90", "11.60", "11.20", "11.30", "11.40")
    seen: Counter[str] = Counter()
    for row in brp_addresses(named(made, "brp")[0]):
        if row["08.09.10"] == "0479":
            seen[by_text[tuple(row[f"08.{element}"] for element in elements)][1]] += 1
    assert len(seen) == 6


def test_the_ladder_climbed_over_the_files_finds_what_is_expected(made, addresses):
    """An independent climb: dates and statuses from the XML, places from the GeoJSON."""
    for month in (0, 7):
        day = np.datetime64(FIRST) + month
        last = str(np.datetime64(last_day(day), "D"))
        path = named(made, "bag")[month // 6]
        shapes = geojson(named(made, "cbs")[0], "buurten_2017.geojson")["features"]
        codes = [feature["properties"]["bu_code"] for feature in shapes]
        tree = shapely.STRtree([shapely.geometry.shape(each["geometry"]) for each in shapes])
        by_object, by_number = {}, {}
        for kind in ("VBO", "LIG", "STA"):
            held = current(objects(path, kind), last)
            for identifier, point in points(held).items():
                (at,) = tree.query(point, predicate="within")
                by_object[identifier] = codes[at]
                for reference in held[identifier].iter("{*}NummeraanduidingRef"):
                    by_number[reference.text] = codes[at]
        by_text, by_house, by_postcode = defaultdict(list), defaultdict(set), defaultdict(set)
        for identifier, each in current(objects(path, "NUM"), last).items():
            if text(each, "status") != "Naamgeving uitgegeven":
                continue
            buurt = by_number[identifier]
            postcode, house = text(each, "postcode"), text(each, "huisnummer")
            addition = text(each, "huisletter") + text(each, "huisnummertoevoeging")
            by_text[postcode, house, addition].append(buurt)
            by_house[postcode, house].add(buurt)
            by_postcode[postcode].add(buurt)

        def climb(
            written: tuple[str, ...],
            by: Any = (by_object, by_number, by_text, by_house, by_postcode),
        ) -> tuple[str, str | None]:
            objects_, numbers, texts, houses, postcodes = by
            object_id, number_id, postcode, house, letter, addition = written
            whole = (postcode, house, letter.upper() + addition.lstrip("0"))
            if object_id in objects_:
                return "vbo", objects_[object_id]
            if number_id in numbers:
                return "num", numbers[number_id]
            if len(texts.get(whole, ())) == 1:
                return "pchn", texts[whole][0]
            for rung, found in (
                ("pchn_zonder_toev", houses.get(whole[:2], ())),
                ("pc6", postcodes.get(postcode, ())),
            ):
                if len(found) == 1:
                    return rung, next(iter(found))
            return "onbekend", None

        for meant in expected_areas(addresses, last_day(day)):
            assert climb(meant.written) == (meant.methode, meant.buurt), meant


def test_a_postcode_changes_in_the_brp_when_it_changes_in_the_bag(addresses):
    address, (since, postcode) = next(iter(addresses.recoded.items()))
    before, after = (addresses.written(day).postcode[address] for day in (since - 1, since))
    assert (before, after) == (addresses.postcode[address], postcode)
    assert address >= FIXED
    assert addresses.form[address] == Form.WHOLE


def test_two_gemeenten_share_no_identifier():
    places = [Addresses(gebieden.division(code, 1), 300, 1, FIRST) for code in (363, 479)]
    one, other = ({*each.object_id, *each.number_id, *each.pand_id} for each in places)
    assert not one & other
    assert len(one) >= 2 * 300
