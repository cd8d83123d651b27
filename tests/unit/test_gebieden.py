"""Areas at the gate: what is a wijk, a buurt, a changed code; where it lies; what is refused."""

import io
import json
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from tests.support import BOM, collection, feature, square, zipped
from warehouse.contracts import Contract
from warehouse.gate import GateResult, pass_through
from warehouse.keys import KeySet
from warehouse.ledger import Counts
from warehouse.readers import gebieden, reader_for
from warehouse.readers.base import Reader, Refused

HERE = square(114_000, 495_000)
#: The reference point of RD, the tower of Amersfoort, in WGS84 and in metres.
AMERSFOORT, AMERSFOORT_RD = (5.387206, 52.155174), (155_000.0, 463_000.0)


def buurt(code: str = "BU04791201", geometry: Any = HERE, **properties: Any) -> dict[str, Any]:
    return feature(geometry, bu_code=code, **properties)


class Gate:
    def __init__(self, contract: Contract, keys: KeySet, folder: Path) -> None:
        self.contract, self.keys, self.folder = contract, keys, folder

    def take(self, content: bytes) -> GateResult:
        return pass_through(self.contract, io.BytesIO(content), self.keys, "id", self.folder)

    def rows(self) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = pq.read_table(self.folder / "gebied.parquet").to_pylist()
        return rows

    def values(self, *names: str) -> list[tuple[Any, ...]]:
        return [tuple(row[name] for name in names) for row in self.rows()]


@pytest.fixture
def gate(contracts: Mapping[str, Contract], keys: KeySet, tmp_path: Path) -> Gate:
    return Gate(contracts["cbs_gebieden"], keys, tmp_path / "raw")


@pytest.fixture(scope="module")
def reader(contracts: Mapping[str, Contract]) -> Reader:
    return reader_for(contracts["cbs_gebieden"])


def why(result: GateResult) -> list[tuple[int, str, str]]:
    return sorted((apart.place.unit, apart.reason, apart.field) for apart in result.apart)


def refusal(content: bytes, reader: Reader) -> tuple[str, str]:
    with pytest.raises(Refused) as refused:
        _counted_twice(io.BytesIO(content), reader)
    return refused.value.code, refused.value.place


def _counted_twice(source: io.BytesIO, reader: Reader) -> None:
    expected = reader.count(source)
    if sum(chunk.records for chunk in reader.read(source)) != expected:
        raise reader.mismatch(source)


# --- what an area is --------------------------------------------------------------------------


def test_a_buurt_names_itself_its_wijk_its_year_and_its_shape(gate):
    result = gate.take(
        collection(
            feature(
                HERE,
                identifier="cbs_buurten_2017.1",
                bu_code="BU04791201 ",
                bu_naam="Poelenburg",
                wk_code="WK047912  ",
                gm_code="GM0479",
                gm_naam="Zaanstad",
                water="NEE",
                aant_inw=-99999999,
            )
        )
    )

    assert result.counts == Counts(1, 1, 0, 0)
    (row,) = gate.rows()
    assert row == {
        "levering_id": "id",
        "eenheid": 1,
        "bericht": 0,
        "regel": 1,
        "soort": "buurt",
        "indelingsjaar": "2017",
        "code": "BU04791201",
        "nieuwe_code": None,
        "naam": "Poelenburg",
        "wijk": "WK047912",
        "water": "NEE",
        "vlak": "POLYGON ((114000 495000, 114100 495000, 114100 495100, 114000 495100, "
        "114000 495000))",
    }


@pytest.mark.parametrize(
    ("properties", "expected"),
    [
        ({"BU_CODE": "BU04790000", "BU_NAAM": "A", "GM_NAAM": "Z"}, ("buurt", "BU04790000", "A")),
        ({"buurtcode": "BU0363AD03", "buurtnaam": "B"}, ("buurt", "BU0363AD03", "B")),
        ({"statcode": "BU04790000", "statnaam": "C"}, ("buurt", "BU04790000", "C")),
        ({"statcode": "WK047900", "gm_code": "GM0479"}, ("wijk", "WK047900", None)),
        ({"jrstatcode": "2023WK047900"}, ("wijk", "WK047900", None)),
        ({"wk_code": "WK047900", "gm_code": "GM0479", "gm_naam": "Z"}, ("wijk", "WK047900", None)),
        ({"wijkcode": "WK047900", "wijknaam": "D"}, ("wijk", "WK047900", "D")),
        ({"gemeentecode": "GM0479", "gemeentenaam": "E"}, ("gemeente", "GM0479", "E")),
        ({"GM_CODE": "GM0479", "bu_code": None, "wk_code": ""}, ("gemeente", "GM0479", None)),
        ({"bu_code": "BU04790000", "statcode": "GM0479"}, ("buurt", "BU04790000", None)),
    ],
)
def test_the_kind_of_area_follows_from_the_smallest_code_it_carries(gate, properties, expected):
    gate.take(collection(feature(HERE, **properties)))

    assert gate.values("soort", "code", "naam") == [expected]


def test_every_name_of_the_contract_is_read_and_no_other(contracts):
    by_name = contracts["cbs_gebieden"].head.by_name
    fields = [by_name[name] for name in ("code", "naam", "water", "indelingsjaar")]
    stated = {name for item in fields for name in item.source.split(", ")} - {"id"}

    assert stated == gebieden.READ


@pytest.mark.parametrize(
    ("identifier", "properties", "year"),
    [
        ("cbs_buurten_2017.1", {}, "2017"),
        ("wijkenbuurten:buurt_2023_gegeneraliseerd.12", {}, "2023"),
        ("buurten.2017", {}, None),
        ("5b1e1a2f-2017-4c00-8000-000000000000", {}, None),
        (2017, {}, None),
        ("cbs_buurten_2017.1", {"jaar": 2018}, "2018"),
        (None, {"indelingsjaar": "2019"}, "2019"),
        (None, {"jaar": 2020.0}, "2020"),
        (None, {"jrstatcode": "2021BU04791201"}, "2021"),
    ],
)
def test_the_year_is_the_one_that_the_area_says_itself(gate, identifier, properties, year):
    made = feature(HERE, identifier=identifier, bu_code="BU04791201", **properties)
    gate.take(collection(made))

    assert gate.values("indelingsjaar") == [(year,)]


@pytest.mark.parametrize(
    ("properties", "reason", "field"),
    [
        ({}, "verplicht_leeg", "soort"),
        ({"statcode": "PV27"}, "code_onbekend", "soort"),
        ({"bu_code": "04791201"}, "patroon", "code"),
        ({"bu_code": "bu04791201"}, "patroon", "code"),
        ({"bu_code": ["BU04791201"]}, "patroon", "code"),
        ({"bu_code": "\ud800"}, "patroon", "code"),
        ({"bu_code": "BU04791201", "jaar": "vorig"}, "patroon", "indelingsjaar"),
        ({"bu_code": "BU04791201", "wk_code": "47912"}, "patroon", "wijk"),
        ({"bu_code": "WK047912"}, "patroon", ""),
    ],
)
def test_an_area_that_breaks_its_contract_is_set_apart(gate, properties, reason, field):
    result = gate.take(collection(feature(HERE, **properties), buurt("BU04790000")))

    assert why(result) == [(1, reason, field)]
    assert result.counts == Counts(2, 1, 1, 0)


def test_the_same_code_twice_in_a_year_is_set_apart_and_a_copy_is_a_duplicate(gate):
    twice = [buurt(geometry=square(114_000 + n, 495_000), jaar=2017) for n in (0, 1)]
    copies = [buurt("BU04790000", jaar=2017)] * 2
    other_year = buurt(jaar=2018)

    result = gate.take(collection(*twice, *copies, other_year))

    assert result.counts == Counts(5, 2, 2, 1)
    assert gate.values("code", "indelingsjaar") == [("BU04790000", "2017"), ("BU04791201", "2018")]


# --- shapes -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("geometry", "reason"),
    [
        (None, "verplicht_leeg"),
        ({"type": "Polygon", "coordinates": []}, "verplicht_leeg"),
        ({"type": "Point", "coordinates": [114_000, 495_000]}, "patroon"),
        ({"type": "GeometryCollection", "geometries": [HERE]}, "patroon"),
        ({"type": "Polygon", "coordinates": "POLYGON"}, "patroon"),
        ({"type": "Polygon", "coordinates": 5}, "patroon"),
        ({"type": "MultiPolygon", "coordinates": HERE["coordinates"]}, "patroon"),
        ({"type": "Polygon", "coordinates": [HERE["coordinates"][0][:-1]]}, "patroon"),
        ({"type": "Polygon", "coordinates": [[[114_000, 495_000]] * 3]}, "patroon"),
        ({"type": "Polygon", "coordinates": [[["114000", "495000"]] * 4]}, "patroon"),
        ({"type": "Polygon", "coordinates": [[[114_000, float("nan")]] * 4]}, "patroon"),
        ({"type": "Polygon", "coordinates": [[[float("inf"), 495_000]] * 4]}, "patroon"),
        ({"type": "Polygon", "coordinates": [[[114_000]] * 4]}, "patroon"),
        ({"type": "Polygon", "coordinates": [[[114_000, 10**30]] * 4]}, "patroon"),
        (square(1e7, 1e7), "patroon"),
        (["no object"], "patroon"),
    ],
)
def test_a_buurt_without_a_shape_in_the_netherlands_is_set_apart(gate, geometry, reason):
    result = gate.take(collection(buurt("BU04790000"), buurt(geometry=geometry)))

    assert why(result) == [(2, reason, "")]


def test_a_gemeente_may_lack_its_shape(gate):
    assert gate.take(collection(feature(None, gm_code="GM0479"))).counts == Counts(1, 1, 0, 0)
    assert gate.values("code", "vlak") == [("GM0479", None)]


def test_a_shape_of_parts_and_holes_keeps_them_rounded_to_the_millimetre_without_height(gate):
    outer = [[x, y, 1.5] for x, y in square(114_000.12345, 495_000, 30)["coordinates"][0]]
    hole = [[x, y, 1.5] for x, y in square(114_010, 495_010, 10)["coordinates"][0]]
    part = square(115_000, 495_000, 10)["coordinates"]
    geometry = {"type": "MultiPolygon", "coordinates": [[outer, hole], part]}

    gate.take(collection(buurt(geometry=geometry)))

    shape = shapely.from_wkt(gate.rows()[0]["vlak"])
    assert (shape.geom_type, shape.has_z) == ("MultiPolygon", False)
    assert shape.bounds == (114_000.123, 495_000, 115_010, 495_030)
    assert shape.area == pytest.approx(30 * 30 - 10 * 10 + 10 * 10)


# --- where the coordinates lie ----------------------------------------------------------------


@pytest.mark.parametrize(
    "crs",
    [
        "urn:ogc:def:crs:EPSG::28992",
        "EPSG:28992",
        "http://www.opengis.net/def/crs/EPSG/0/28992",
        None,
    ],
)
def test_rd_is_taken_as_it_is_also_when_nobody_says_so(gate, crs):
    gate.take(collection(buurt(), crs=crs))

    assert shapely.from_wkt(gate.rows()[0]["vlak"]).bounds == (114_000, 495_000, 114_100, 495_100)


@pytest.mark.parametrize(
    "crs", [None, "urn:ogc:def:crs:OGC:1.3:CRS84", "EPSG:4326", "urn:ogc:def:crs:EPSG::4326"]
)
def test_wgs84_becomes_rd_to_within_a_metre(gate, crs):
    gate.take(collection(buurt(geometry=square(*AMERSFOORT, 0.01)), crs=crs))

    x, y, *_ = shapely.from_wkt(gate.rows()[0]["vlak"]).exterior.coords[0]
    assert (x, y) == pytest.approx(AMERSFOORT_RD, abs=1)


@pytest.mark.parametrize("crs", [None, {"type": "EPSG", "properties": {"code": 28992}}])
def test_an_old_crs_is_known_and_one_that_is_null_says_nothing(gate, crs):
    made = json.dumps(json.loads(collection(buurt())) | {"crs": crs}).encode()

    assert gate.take(made).counts == Counts(1, 1, 0, 0)


@pytest.mark.parametrize(
    ("content", "place"),
    [
        (collection(buurt(), crs="EPSG:7415"), ""),
        (collection(buurt(), crs="EPSG:3857"), ""),
        (collection(buurt(), crs="Amersfoort"), ""),
        (collection(buurt(geometry=square(500_000, 5_800_000)), crs=None), ""),
        # Degrees that are called metres, metres that are called degrees, and latitude first.
        (collection(buurt(geometry=square(*AMERSFOORT, 0.01))), ""),
        (collection(buurt(), crs="EPSG:4326"), ""),
        (collection(buurt(geometry=square(*AMERSFOORT[::-1], 0.01)), crs=None), ""),
        (zipped(collection(buurt()), collection(buurt(), crs="EPSG:3857")), "message 2"),
    ],
)
def test_coordinates_that_are_neither_rd_nor_wgs84_are_refused(reader, content, place):
    assert refusal(content, reader) == ("crs_onbekend", place)


# --- several files, and changed codes ---------------------------------------------------------


def test_a_zip_holds_several_years_and_the_changes_between_them(gate):
    result = gate.take(
        zipped(
            collection(buurt("BU04790000", jaar=2017), crs=None),
            collection(buurt("BU04790001", jaar=2018)),
            BOM + b"Oude_Code;nieuwe_code;jaar;naam\r\nBU04790000 ;BU04790001;2018;x\r\n"
            b"BU04790009;;2018;\r\n",
            b'nieuwe_code,oude_code,indelingsjaar\n"WK047901","WK047900",2018',
        )
    )

    assert result.counts == Counts(5, 5, 0, 0)
    assert gate.values("bericht", "eenheid", "regel", "soort", "code") == [
        (1, 1, 1, "buurt", "BU04790000"),
        (2, 2, 1, "buurt", "BU04790001"),
        (3, 3, 2, "wijziging", "BU04790000"),
        (3, 4, 3, "wijziging", "BU04790009"),
        (4, 5, 2, "wijziging", "WK047900"),
    ]
    assert gate.values("indelingsjaar", "nieuwe_code", "vlak")[2:] == [
        ("2018", "BU04790001", None),
        ("2018", None, None),
        ("2018", "WK047901", None),
    ]


def test_a_line_of_changes_that_is_broken_is_set_apart(gate):
    table = b"oude_code;nieuwe_code;jaar\nBU04790000;BU04790001\n\n;BU04790001;2018\nx;;2018\n"

    result = gate.take(zipped(collection(buurt()), table))

    assert why(result) == [
        (2, "aantal_velden", ""),
        (3, "lege_regel", ""),
        (4, "verplicht_leeg", "code"),
        (5, "patroon", "code"),
    ]


HEAD = b"oude_code;nieuwe_code;jaar\n"


@pytest.mark.parametrize(
    ("table", "code", "place"),
    [
        (b"oude_code;jaar\nBU04790000;2018\n", "kolom_ontbreekt", "message 2, line 1: nieuwe_code"),
        (
            b"oude_code;nieuwe_code;jaar;indelingsjaar\n",
            "kolom_dubbel",
            "message 2, line 1: jaar or indelingsjaar",
        ),
        (
            HEAD + b'"BU04790000;;2018\nBU04790001;;2018\n',
            "aanhalingsteken_open",
            "message 2, line 2",
        ),
        (HEAD + "BU0479000é;;2018\n".encode("latin-1"), "codering", "line 2"),
        (HEAD + b"BU\0;;2018\n", "nul_byte", "line 2"),
        (HEAD + b"x" * 200_000 + b"\n", "telling_wijkt_af", ""),
        (HEAD.decode().encode("utf-16"), "codering", "message 2"),
    ],
)
def test_a_table_of_changes_that_is_no_table_refuses_the_delivery(reader, table, code, place):
    delivered = zipped(collection(buurt()), table, compression=0)

    assert refusal(delivered, reader) == (code, place)


# --- what is refused --------------------------------------------------------------------------

WHOLE = collection(buurt(naam="Café"), buurt("BU04790000"))


@pytest.mark.parametrize(
    ("content", "code", "place"),
    [
        (b"", "leeg_bestand", ""),
        (WHOLE[:-1], "afgekapt", "line 1"),
        (WHOLE[: len(WHOLE) // 2], "afgekapt", "line 1"),
        (WHOLE[: WHOLE.index(b"BU0479") + 3], "afgekapt", "line 1"),
        ("é".join(['{"a": "', '"}']).encode()[:8], "afgekapt", "line 1"),
        (b"no JSON", "json_onleesbaar", ""),
        (b"{}", "json_onleesbaar", ""),
        (b'"features":[{}]', "json_onleesbaar", ""),
        (b"[" + WHOLE + b"]", "json_onleesbaar", "line 1"),
        (json.dumps(buurt()).encode(), "json_onleesbaar", ""),
        (WHOLE + WHOLE, "json_onleesbaar", "line 1"),
        (WHOLE + b"\n]", "json_onleesbaar", "line 2"),
        (WHOLE.replace(b'"Polygon"', b"Polygon", 1), "json_onleesbaar", "line 1"),
        (WHOLE.replace(b"FeatureCollection", b"FeatureSet"), "json_onleesbaar", ""),
        (WHOLE.replace(b"114000", b"1" * 5000, 1), "json_onleesbaar", ""),
        (
            collection(buurt(diep=0)).replace(b"0}", b"[" * 99_999 + b"]" * 99_999 + b"}", 1),
            "json_onleesbaar",
            "",
        ),
        (collection(5), "alleen_kopregel", ""),
        (collection(), "alleen_kopregel", ""),
        (collection(buurt(), 5), "telling_wijkt_af", ""),
        (WHOLE.decode().encode("utf-16"), "codering", ""),
        (WHOLE.replace(b"Polygon", b"Polyg\xe9n"), "codering", "line 1"),
        (WHOLE.replace(b"BU", b"B\0", 1), "nul_byte", "line 1"),
        (zipped(), "zip_leeg", ""),
        (zipped(zipped(WHOLE)), "zip_genest", "message 1"),
        (zipped(HEAD), "alleen_kopregel", "no areas"),
        (zipped(WHOLE, collection()), "alleen_kopregel", "message 2"),
        (zipped(WHOLE, b"read me"), "json_onleesbaar", "message 2"),
    ],
)
def test_what_is_no_collection_of_areas_is_refused(reader, content, code, place):
    assert refusal(content, reader) == (code, place)


def test_a_file_beyond_the_limit_is_refused_unread(reader, monkeypatch):
    monkeypatch.setattr(gebieden, "MOST_BYTES", 100)

    assert refusal(WHOLE, reader) == ("zip_te_groot", "")


def test_a_byte_order_mark_and_line_breaks_are_allowed_and_lines_are_told(gate):
    content = json.dumps(json.loads(WHOLE), indent=1).encode()

    gate.take(BOM + content)

    text = content.decode().split("\n")
    assert [text[row["regel"] - 1].strip() for row in gate.rows()] == ["{", "{"]
    assert gate.rows()[0]["regel"] < gate.rows()[1]["regel"]


@pytest.mark.parametrize(
    "text", ['{"type": "Feature"}', '"features":[{', '\\"}', "}]}", "\\", '","features":[{},{}],"']
)
def test_no_text_within_an_area_passes_for_an_area(gate, text):
    made = buurt(naam=text, meer={"features": [{}, {}]})

    result = gate.take(collection(made, links=[{"href": text}, {"features": [{}]}]))

    assert result.counts == Counts(1, 1, 0, 0)


_text = st.text('{}[]":,\\ aé', max_size=6)
_json = st.recursive(
    st.none() | st.sampled_from([True, 0, -1.5, float("nan")]) | _text,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(_text, inner, max_size=2),
    max_leaves=4,
)
_feature = st.dictionaries(st.sampled_from(["type", "id", "geometry", "properties"]), _json)


@given(
    features=st.lists(_feature, min_size=1, max_size=4),
    more=st.dictionaries(st.sampled_from(["links", "bbox", 'a"', "\\"]), _json),
    indent=st.sampled_from([None, 1]),
    escaped=st.booleans(),
)
def test_both_counts_agree_whatever_stands_in_the_features(reader, features, more, indent, escaped):
    made = more | {"type": "FeatureCollection", "features": features} | more
    text = json.dumps(made, indent=indent, ensure_ascii=escaped)
    source = io.BytesIO(text.encode("utf-8", "replace"))

    assert reader.count(source) == len(features)
    assert sum(chunk.records for chunk in reader.read(source)) == len(features)


@given(content=st.binary(max_size=60) | st.text('{}[]":,\\ features', max_size=60).map(str.encode))
def test_whatever_is_delivered_is_read_or_refused(reader, content):
    source = io.BytesIO(content)
    try:
        reader.count(source)
        list(reader.read(source))
    except Refused:
        pass


@pytest.mark.parametrize("filling", [b'"' + b'\\"' * 500_000, b'"\\' * 500_000, b"{" * 1_000_000])
def test_what_is_made_to_be_slow_is_counted_at_once(reader, filling):
    began = time.process_time()
    with pytest.raises(Refused):
        reader.count(io.BytesIO(b'{"features": [' + filling))

    assert time.process_time() - began < 3


# --- for quarantine ---------------------------------------------------------------------------


def test_a_unit_is_cut_out_as_a_file_that_can_be_delivered_again(gate, reader):
    delivered = zipped(
        collection(buurt("BU04790000"), buurt("X", naam="Café")),
        HEAD + b"BU04790000;BU04790001;2018\nY;;2018\n",
        collection(buurt("Z", square(*AMERSFOORT, 0.01)), crs=None),
    )
    result = gate.take(delivered)
    assert why(result) == [(2, "patroon", "code"), (4, "patroon", "code"), (5, "patroon", "code")]

    cut = dict(reader.extract(io.BytesIO(delivered), [apart.place for apart in result.apart]))

    texts = [cut[place].decode() for place in sorted(cut, key=lambda place: place.unit)]
    assert texts[1] == "oude_code;nieuwe_code;jaar\nY;;2018\n"
    for text, code in ((texts[0], "X"), (texts[2], "Z")):
        mended = text.replace(f'"{code}"', '"BU04790002"').encode()
        assert gate.take(mended).counts == Counts(1, 1, 0, 0)


def test_a_chunk_is_closed_when_its_shapes_are_many(reader, monkeypatch):
    monkeypatch.setattr(gebieden, "FULL", 100)
    source = io.BytesIO(collection(*(buurt(f"BU0479000{n}") for n in range(5))))

    chunks: Sequence[Any] = list(reader.read(source))

    assert [chunk.tables["gebied"].num_rows for chunk in chunks] == [2, 2, 1]
    assert sum(chunk.records for chunk in chunks) == 5


def test_nobody_passes_because_their_namesake_was_set_apart(gate):
    result = gate.take(collection(buurt(jaar=2017), buurt(jaar=2017, wk_code="47912")))

    assert why(result) == [(1, "sleutel_dubbel", "soort"), (2, "patroon", "wijk")]
