"""The BAG: what an occurrence is, in which wrappings it comes, and what breaks it."""

import contextlib
import io
import zipfile
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support import BOM, zipped
from warehouse.gate import GateResult, pass_through
from warehouse.readers import address_list, archive, bag, markup, rd, reader_for
from warehouse.readers.archive import Limits
from warehouse.readers.base import Place, Refused

NUM, OTHER_NUM = "0479200000000001", "0479200000000002"
VBO, LIG, PND = "0479010000000001", "0479020000000001", "0479100000000001"
POINT = "<O:punt><gml:Point><gml:pos>115000.5 495000.25 0.0</gml:pos></gml:Point></O:punt>"
#: A U of 30 by 30 metres: its centre lies outside it.
SHAPE_OF_A_U = (
    "115000 495000 115030 495000 115030 495030 115020 495030 115020 495010 "
    "115010 495010 115010 495030 115000 495030 115000 495000"
)


def occurrence(
    kind: str = "Verblijfsobject",
    identification: str = VBO,
    inside: str = "",
    *,
    number: str = "1",
    begin: str = "2010-01-26",
    end: str = "",
    more: str = "",
    lv: str = "",
) -> str:
    """One bagObject; ``more`` and ``lv`` go into its Voorkomen and what the LV says of that."""
    ended = f"<H:eindGeldigheid>{end}</H:eindGeldigheid>" if end else ""
    return (
        f"<b:bagObject><O:{kind}>"
        f"<O:voorkomen><H:Voorkomen><H:voorkomenidentificatie>{number}</H:voorkomenidentificatie>"
        f"<H:beginGeldigheid>{begin}</H:beginGeldigheid>{ended}{more}"
        f"<H:BeschikbaarLV>{lv}</H:BeschikbaarLV></H:Voorkomen></O:voorkomen>"
        f"<O:identificatie domein='NL.IMBAG'>{identification}</O:identificatie>"
        f"{inside}</O:{kind}></b:bagObject>\n"
    )


def placed(inside: str) -> str:
    return f"<O:geometrie>{inside}</O:geometrie>"


def area(corners: str, dimension: int = 2, inner: str = "") -> str:
    hole = f"<gml:interior>{_ring(inner)}</gml:interior>" if inner else ""
    return (
        f"<gml:Polygon srsDimension='{dimension}'>"
        f"<gml:exterior>{_ring(corners)}</gml:exterior>{hole}</gml:Polygon>"
    )


def with_heights(corners: str) -> str:
    numbers = corners.split()
    return " ".join(f"{x} {y} 1.5" for x, y in zip(numbers[::2], numbers[1::2], strict=True))


def _ring(corners: str) -> str:
    return f"<gml:LinearRing><gml:posList>{corners}</gml:posList></gml:LinearRing>"


def refers(around: str, kind: str, *identifications: str) -> str:
    inside = "".join(f"<r:{kind}Ref>{one}</r:{kind}Ref>" for one in identifications)
    return f"<O:{around}>{inside}</O:{around}>"


def stand(*occurrences: str, root: str = "bagStand") -> bytes:
    """An XML of an extract."""
    objects = "".join(f"<sl:stand>{one}</sl:stand>" for one in occurrences)
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<b:{root} xmlns:b="urn:b" xmlns:O="urn:o"'
        ' xmlns:H="urn:h" xmlns:r="urn:r" xmlns:gml="urn:gml" xmlns:sl="urn:sl">'
        f"<b:bagInfo/>\n<sl:standBestand>{objects}</sl:standBestand></b:{root}>"
    ).encode()


class Gate:
    """The contract of addresses, and a folder for what passes."""

    def __init__(self, contract: Any, keys: Any, folder: Path) -> None:
        self.contract = contract
        self.keys = keys
        self.folder = folder

    def take(self, content: bytes) -> GateResult:
        return pass_through(self.contract, io.BytesIO(content), self.keys, "id", self.folder)

    def rows(self, table: str = "bag_object") -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = pq.read_table(self.folder / f"{table}.parquet").to_pylist()
        return rows

    def one(self, content: bytes) -> dict[str, Any]:
        """The only row of a file from which nothing is set apart."""
        assert self.take(content).apart == []
        (row,) = self.rows()
        return row

    def set_apart(self, content: bytes) -> list[tuple[str, str, int]]:
        """Reason, field and line of what is set apart."""
        return [(one.reason, one.field, one.place.line) for one in self.take(content).apart]

    def refused(self, content: bytes) -> tuple[str, str]:
        with pytest.raises(Refused) as refused:
            self.take(content)
        return refused.value.code, refused.value.place


@pytest.fixture
def gate(contracts, keys, tmp_path) -> Gate:
    return Gate(contracts["bag_adressen"], keys, tmp_path / "raw")


@pytest.fixture(scope="module")
def reader(contracts):
    return reader_for(contracts["bag_adressen"])


# --- an occurrence ----------------------------------------------------------------------------


def test_a_nummeraanduiding_is_read_with_its_street_and_its_period(gate):
    row = gate.one(
        stand(
            occurrence(
                "Nummeraanduiding",
                NUM,
                "<O:huisnummer>61</O:huisnummer><O:huisletter>a</O:huisletter>"
                "<O:huisnummertoevoeging>2</O:huisnummertoevoeging><O:postcode>1521NE</O:postcode>"
                "<O:typeAdresseerbaarObject>Ligplaats</O:typeAdresseerbaarObject>"
                "<O:status>Naamgeving uitgegeven</O:status>"
                + refers("ligtIn", "Woonplaats", "1331")
                + refers("ligtAan", "OpenbareRuimte", "0479300000000001"),
                number="3",
                end="2019-01-15",
            )
        )
    )

    assert row == dict.fromkeys(row) | {
        "levering_id": "id",
        "eenheid": 1,
        "bericht": 0,
        "regel": 3,
        "objecttype": "NUM",
        "identificatie": NUM,
        "voorkomen": "3",
        "begin_geldigheid": "20100126",
        "eind_geldigheid": "20190115",
        "status": "Naamgeving uitgegeven",
        "huisnummer": "61",
        "huisletter": "a",
        "huisnummertoevoeging": "2",
        "postcode": "1521NE",
        "soort_adresseerbaar_object": "Ligplaats",
        "openbare_ruimte": "0479300000000001",
        "woonplaats": "1331",
        "adres_sleutel": row["adres_sleutel"],
    }


def test_a_verblijfsobject_is_read_with_its_place_its_addresses_and_its_panden(gate):
    gate.take(
        stand(
            occurrence(inside=refers("heeftAlsNevenadres", "Nummeraanduiding", NUM), number="1"),
            occurrence(
                inside=refers("heeftAlsHoofdadres", "Nummeraanduiding", NUM)
                + refers("heeftAlsNevenadres", "Nummeraanduiding", OTHER_NUM, NUM)
                + refers("maaktDeelUitVan", "Pand", PND)
                + refers("maaktDeelUitVan", "Pand", f"{PND[:-1]}2")
                + placed(POINT)
                + "<O:gebruiksdoel>woonfunctie</O:gebruiksdoel>"
                + "<O:gebruiksdoel>celfunctie</O:gebruiksdoel><O:oppervlakte>82</O:oppervlakte>",
                number="2",
            ),
        )
    )

    row = gate.rows()[1]
    assert (row["objecttype"], row["hoofdadres"], row["oppervlakte"]) == ("VBO", NUM, "82")
    assert (row["x"], row["y"]) == ("115000.5", "495000.25")
    assert row["gebruiksdoelen"] == "celfunctie,woonfunctie"
    assert [(n["eenheid"], n["nummeraanduiding"]) for n in gate.rows("nevenadres")] == [
        (1, NUM),
        (2, OTHER_NUM),
        (2, NUM),
    ]
    assert [(p["eenheid"], p["pand"]) for p in gate.rows("pand_van_object")] == [
        (2, PND),
        (2, f"{PND[:-1]}2"),
    ]


@pytest.mark.parametrize(
    ("kind", "code", "identification", "inside", "field", "value"),
    [
        ("OpenbareRuimte", "OPR", NUM, "<O:naam>Kade</O:naam>", "naam", "Kade"),
        (
            "OpenbareRuimte",
            "OPR",
            NUM,
            refers("ligtIn", "Woonplaats", "1331"),
            "woonplaats",
            "1331",
        ),
        ("Woonplaats", "WPL", "1331", "<O:naam>Zaandam</O:naam>", "naam", "Zaandam"),
        (
            "Pand",
            "PND",
            PND,
            "<O:oorspronkelijkBouwjaar>1932</O:oorspronkelijkBouwjaar>",
            "bouwjaar",
            "1932",
        ),
    ],
)
def test_the_other_objects_are_read(gate, kind, code, identification, inside, field, value):
    row = gate.one(stand(occurrence(kind, identification, inside)))

    assert (row["objecttype"], row["identificatie"], row[field]) == (code, identification, value)


@pytest.mark.parametrize("kind", ["Pand", "Woonplaats"])
def test_the_geometry_of_a_pand_and_of_a_woonplaats_is_not_read(gate, kind):
    row = gate.one(stand(occurrence(kind, PND, placed("<gml:posList>x</gml:posList>" + POINT))))

    assert (row["x"], row["y"]) == (None, None)


@pytest.mark.parametrize(
    "corners",
    [
        area(SHAPE_OF_A_U),
        area(with_heights(SHAPE_OF_A_U), dimension=3),
        f"<O:vlak>{area(SHAPE_OF_A_U)}</O:vlak>",
        area(
            "115000 495000 115030 495000 115030 495030 115000 495030 115000 495000",
            inner="115010 495010 115020 495010 115020 495025 115010 495025 115010 495010",
        ),
    ],
    ids=["flat", "with heights", "in a vlak", "with a hole"],
)
def test_the_place_of_an_area_lies_within_it(gate, corners):
    row = gate.one(stand(occurrence("Ligplaats", LIG, placed(corners))))

    x, y = float(row["x"]) - 115000, float(row["y"]) - 495000
    assert 0 < x < 30
    assert 0 < y < 30
    assert not (10 < x < 20 and 10 < y < 25)


def test_an_area_that_crosses_itself_still_has_a_place(gate):
    bow = area("115000 495000 115010 495010 115010 495000 115000 495010 115000 495000")

    row = gate.one(stand(occurrence("Standplaats", "0479030000000001", placed(bow))))

    assert 115000 < float(row["x"]) < 115010


@pytest.mark.parametrize("element", bag.NEVER_VALID)
def test_an_occurrence_that_was_never_valid_is_marked_and_kept(gate, element):
    moment = f"<H:{element}>2011-01-01T00:00:00.000</H:{element}>"
    where = {"lv": moment} if element.endswith("LV") else {"more": moment}
    nil = {"lv": f"<H:{element}/>"}
    gate.take(stand(occurrence(**where), occurrence(number="2"), occurrence(number="3", **nil)))

    assert [row["niet_actief"] for row in gate.rows()] == ["1", None, None]


def test_namespaces_and_comments_mean_nothing(gate):
    plain = stand(occurrence(inside=placed(POINT)))
    other = plain.replace(b'"urn:o"', b'"urn:of-a-later-version"').replace(
        b"<O:identificatie", b"<!-- <O:identificatie>x</O:identificatie> --><O:identificatie"
    )
    noted = plain.replace(b"</b:bagInfo>", b"</b:bagInfo><!--" + occurrence().encode() + b"-->")

    row = gate.one(plain)
    assert gate.one(other) == row
    assert gate.one(noted) == row


def test_xml_in_another_encoding_that_says_so_is_read(gate):
    content = stand(occurrence("Woonplaats", "1331", "<O:naam>Curaçao</O:naam>")).decode()

    for encoding, name in (("latin-1", "ISO-8859-1"), ("utf-16", "UTF-16")):
        declared = content.replace("UTF-8", name).encode(encoding)
        assert gate.one(declared)["naam"] == "Curaçao"


@pytest.mark.parametrize(
    ("faulty", "reason", "field"),
    [
        (occurrence(identification=""), "verplicht_leeg", "identificatie"),
        (occurrence(identification="47901"), "patroon", "identificatie"),
        (
            occurrence(inside=f"<O:identificatie>{VBO}</O:identificatie>"),
            "patroon",
            "identificatie",
        ),
        (occurrence("Kunstwerk"), "code_onbekend", "objecttype"),
        ("<b:bagObject/>\n", "verplicht_leeg", "objecttype"),
        (
            occurrence().replace("</b:bagObject>", "<O:Pand/></b:bagObject>"),
            "verplicht_leeg",
            "objecttype",
        ),
        (occurrence(number=""), "verplicht_leeg", "voorkomen"),
        (occurrence(begin="2010-02-30"), "datum_ongeldig", "begin_geldigheid"),
        (occurrence(end="31-12-2010"), "datum_ongeldig", "eind_geldigheid"),
        (occurrence(inside=placed(POINT + POINT.replace("5000", "9"))), "", ""),
        (occurrence(inside=placed(POINT) * 2), "patroon", "x"),
        (
            occurrence(inside=placed(POINT.replace("115000.5 495000.25", "4.81 52.43"))),
            "patroon",
            "x",
        ),
        (occurrence(inside=placed(POINT.replace("495000.25", "nan"))), "patroon", "x"),
        (occurrence(inside=placed(POINT.replace("495000.25 0.0", ""))), "patroon", "x"),
        (occurrence(inside=placed(area("1 2 3"))), "patroon", "x"),
        (occurrence(inside=placed(area("115000 495000 115001 495001"))), "patroon", "x"),
        (occurrence(inside=placed(area("nan 495000 " * 4))), "patroon", "x"),
        (
            occurrence(inside=refers("maaktDeelUitVan", "Pand", "1", PND)),
            "patroon",
            "pand",
        ),
    ],
)
def test_an_occurrence_that_cannot_be_read_is_set_apart_and_no_other(gate, faulty, reason, field):
    good = occurrence(identification=f"{VBO[:-1]}9", inside=placed(POINT))

    apart = gate.set_apart(stand(good, faulty))

    assert apart == ([(reason, field, 4)] if reason else [])
    assert gate.rows()[0]["identificatie"] == f"{VBO[:-1]}9"


def test_an_occurrence_is_cut_out_as_an_xml_of_its_own(reader, gate):
    content = stand(occurrence(), occurrence(number="2", inside=placed(POINT)), occurrence())

    [(place, text)] = reader.extract(io.BytesIO(zipped(content)), [Place(1, 2, 0)])

    assert place == Place(1, 2, 0)
    assert text.count(b"bagObject") == 2
    assert gate.one(text)["voorkomen"] == "2"


# --- the wrappings ----------------------------------------------------------------------------

NUMBERS = stand(occurrence("Nummeraanduiding", NUM), occurrence("Nummeraanduiding", OTHER_NUM))
OBJECTS = stand(occurrence(), occurrence(number="2"))
WRONG = stand(occurrence("Pand", PND))


def shipped(**more: bytes) -> bytes:
    """An extract as Kadaster ships it, with all that lies beside the objects."""
    beside = stand(root="BAG-Extract-Levering")
    members: Mapping[str, bytes] = {
        "0479NUM15092020.zip": zipped(NUMBERS, names=["0479NUM15092020-000001.xml"]),
        "0479VBO15092020.zip": zipped(
            OBJECTS,
            stand(occurrence(identification=f"{VBO[:-1]}9")),
            names=["0479VBO15092020-000001.xml", "0479VBO15092020-000002.xml"],
        ),
        "0479InOnderzoek15092020.zip": zipped("no object"),
        "0479Inactief15092020.zip": zipped(WRONG),
        "0479NietBag15092020.zip": zipped(WRONG),
        "GEM-WPL-RELATIE-15092020.zip": zipped("no object"),
        "Leveringsdocument-BAG-Extract.xml": beside,
        **more,
    }
    return zipped(*members.values(), names=list(members))


SHIPPED = shipped()


def keys_of(gate: Gate) -> list[tuple[str, str]]:
    return sorted((row["identificatie"], row["voorkomen"]) for row in gate.rows())


ALL = sorted([(NUM, "1"), (OTHER_NUM, "1"), (VBO, "1"), (VBO, "2"), (f"{VBO[:-1]}9", "1")])


def test_an_extract_is_read_as_kadaster_ships_it_without_what_was_never_valid(gate):
    counts = gate.take(shipped()).counts

    assert (counts.source, counts.accepted) == (5, 5)
    assert keys_of(gate) == ALL
    assert [(row["bericht"], row["eenheid"]) for row in gate.rows()] == [
        (1, 1),
        (1, 2),
        (2, 3),
        (2, 4),
        (3, 5),
    ]


def test_an_extract_is_read_when_it_was_unpacked_and_zipped_flat(gate):
    flat = zipped(
        NUMBERS,
        OBJECTS,
        stand(occurrence(identification=f"{VBO[:-1]}9")),
        stand(root="BAG-Extract-Levering"),
        zipped("no object"),
        names=["uit/a.xml", "uit/b.xml", "c.xml", "Levering.xml", "GEM-WPL-RELATIE-1.zip"],
    )

    gate.take(flat)

    assert keys_of(gate) == ALL


def test_nothing_of_a_nested_zip_is_written_to_disk(reader, monkeypatch, tmp_path):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "nowhere"))
    source = io.BytesIO(shipped())

    assert reader.count(source) == sum(chunk.records for chunk in reader.read(source)) == 5


def test_the_size_of_a_chunk_changes_nothing(gate, monkeypatch):
    gate.take(shipped())
    whole = gate.rows()
    monkeypatch.setattr(bag, "ROWS_PER_CHUNK", 2)

    gate.take(shipped())

    assert gate.rows() == whole


@settings(max_examples=25, deadline=None)
@given(order=st.permutations(range(6)), cuts=st.sets(st.integers(1, 5), max_size=3))
def test_any_order_of_records_over_any_files_gives_the_same_rows(reader, order, cuts):
    records = [
        occurrence("Nummeraanduiding", NUM, "<O:huisnummer>1</O:huisnummer>"),
        occurrence("Pand", PND, "<O:oorspronkelijkBouwjaar>1932</O:oorspronkelijkBouwjaar>"),
        occurrence(inside=placed(POINT) + refers("maaktDeelUitVan", "Pand", PND)),
        occurrence(number="2", inside=refers("heeftAlsNevenadres", "Nummeraanduiding", NUM)),
        occurrence("Ligplaats", LIG, placed(area(SHAPE_OF_A_U))),
        occurrence("OpenbareRuimte", OTHER_NUM, "<O:naam>Kade</O:naam>"),
    ]
    marks = [0, *sorted(cuts), 6]
    files = [
        stand(*(records[number] for number in order[start:stop])) for start, stop in pairwise(marks)
    ]

    assert _content(reader, zipped(*files)) == _content(reader, stand(*records))


def _content(reader: Any, content: bytes) -> set[tuple[Any, ...]]:
    """Every row of every table by what it says, a child's by what its holder says too."""
    places = {"eenheid", "regel", "bericht", "houder"}
    found = set()
    for chunk in reader.read(io.BytesIO(content)):
        heads = chunk.tables["bag_object"].to_pylist()
        for table, rows in chunk.tables.items():
            for row in rows.to_pylist():
                holder = heads[row["houder"]]["identificatie"] if "houder" in row else ""
                said = tuple(value for name, value in row.items() if name not in places)
                found.add((table, holder, *said))
    return found


# --- what is no extract -----------------------------------------------------------------------


def _overlapping() -> bytes:
    """A zip of which two members share their bytes."""
    content = bytearray(zipped(NUMBERS, NUMBERS))
    second = content.rindex(b"PK\x01\x02")
    content[second + 42 : second + 46] = (1).to_bytes(4, "little")
    return bytes(content)


ZEROS = b"\0" * (2 << 20)
BZIP2 = zipped(NUMBERS, compression=zipfile.ZIP_BZIP2)
LAUGHS = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>\n<b:bagStand xmlns:b="urn:b"/>'


@pytest.mark.parametrize(
    ("content", "code", "place"),
    [
        (b"", "leeg_bestand", ""),
        (NUMBERS[:-60], "xml_onleesbaar", "line 4"),
        (zipped(NUMBERS, NUMBERS[:-60]), "xml_onleesbaar", "message 2, line 4"),
        (shipped()[:-40], "zip_onleesbaar", ""),
        (shipped(**{"0479OPR.zip": zipped(NUMBERS)[:-40]}), "zip_onleesbaar", ""),
        (shipped(**{"0479OPR.zip": b"no zip"}), "zip_onleesbaar", ""),
        (stand(root="bagMutaties"), "xml_ander_bericht", ""),
        (zipped(NUMBERS, "<a/>"), "xml_ander_bericht", "message 2"),
        (stand(), "xml_ander_bericht", ""),
        (zipped(stand(root="BAG-Extract-Levering")), "xml_ander_bericht", ""),
        (zipped(zipped(WRONG), names=["0479Inactief.zip"]), "zip_leeg", ""),
        (zipped(), "zip_leeg", ""),
        (shipped(**{"0479OPR.zip": zipped()}), "zip_leeg", "zip 8"),
        (stand("é").decode().encode("latin-1"), "xml_onleesbaar", "line 3"),
        (NUMBERS.replace(b"UTF-8", b"UTF-P"), "codering", "line 1"),
        (NUMBERS.replace(b"UTF-8", b"EUC-JP"), "codering", "line 1"),
        (LAUGHS, "xml_dtd", "line 1"),
        (zipped(NUMBERS, LAUGHS), "xml_dtd", "message 2, line 1"),
        (shipped(**{"0479OPR.zip": zipped(ZEROS)}), "zip_bom", "zip 8"),
        (zipped(NUMBERS, ZEROS), "zip_bom", "message 2"),
        (shipped(**{"1.zip": zipped("", names=["../a.xml"])}), "zip_pad", "zip 8, message 1"),
        (shipped(**{"../0479OPR.zip": zipped(NUMBERS)}), "zip_pad", "message 8"),
        (zipped(shipped(), names=["extract.zip"]), "zip_genest", "zip 1, message 1"),
        (zipped(zipped(NUMBERS), names=["0479NUM.xml"]), "zip_genest", "message 1"),
        (zipped(zipped(zipped(NUMBERS)), names=["0479NUM.zip"]), "zip_genest", "zip 1, message 1"),
        (_overlapping(), "zip_bom", "message 2 overlaps"),
        (BZIP2, "zip_onleesbaar", "message 1 is packed in an unknown way"),
    ],
)  # fmt: skip
def test_what_is_no_extract_is_refused_as_a_whole(gate, content, code, place):
    assert gate.refused(content) == (code, place)


def test_two_true_ratios_within_each_other_are_a_bomb(gate):
    """Each alone is what a register may send."""
    text = b"".join(b"<!--%x%s-->" % (number * 7919, b" " * 300) for number in range(500))
    inner = zipped(*[text] * 50)
    outer = zipped(inner, names=["0479NUM.zip"])

    assert 50 * len(text) / len(inner) < archive.HIGHEST_RATIO
    assert len(inner) / len(outer) < archive.HIGHEST_RATIO
    assert gate.refused(outer) == ("zip_bom", "zip 1")


@pytest.mark.parametrize("limits", [Limits(members=9), Limits(size=4000), Limits(of_a_member=9)])
def test_the_limits_hold_over_all_the_zips_together(gate, monkeypatch, limits):
    nested = Limits(limits.members, limits.size, limits.of_a_member, True, bag.PASSED_OVER)
    monkeypatch.setattr(bag, "LIMITS", nested)

    assert gate.refused(shipped())[0] == "zip_te_groot"


def test_xml_that_goes_on_without_an_object_is_refused(gate, monkeypatch):
    monkeypatch.setattr(markup, "MOST_BETWEEN", 100_000)
    between = b"<sl:stand>" + b"<b:x/>" * 50_000 + b"</sl:stand></sl:standBestand>"

    many = stand(*(occurrence(number=str(number)) for number in range(1_000)))
    assert len(many) > 300_000
    assert gate.take(many).counts.accepted == 1_000
    assert gate.refused(OBJECTS.replace(b"</sl:standBestand>", between))[0] == "xml_ander_bericht"


# --- a list of addresses ----------------------------------------------------------------------


def listed(header: str, *rows: str, newline: str = "\n", mark: bytes = b"") -> bytes:
    return mark + newline.join([header, *rows, ""]).encode()


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", [BOM, b""])
@pytest.mark.parametrize("delimiter", [";", ","])
def test_an_address_of_a_list_is_read(gate, newline, mark, delimiter):
    header = (
        "adresseerbaar_object;nummeraanduiding;postcode;huisnummer;huisletter;"
        "huisnummertoevoeging;x;y;begin_geldigheid;eind_geldigheid;gebruiksdoelen;oppervlakte;"
        "bouwjaar"
    )
    row = f"{VBO};{NUM};1521 ne;61;A;bis;115000.5;495000;2020-01-01;20210101;woonfunctie;84;1931"
    text = [part.replace(";", delimiter) for part in (header, row)]

    address = gate.one(listed(*text, newline=newline, mark=mark))
    assert address == dict.fromkeys(address) | {
        "levering_id": "id",
        "eenheid": 2,
        "bericht": 0,
        "regel": 2,
        "objecttype": "ADR",
        "identificatie": VBO,
        "voorkomen": "1",
        "hoofdadres": NUM,
        "postcode": "1521NE",
        "huisnummer": "61",
        "huisletter": "A",
        "huisnummertoevoeging": "bis",
        "x": "115000.5",
        "y": "495000",
        "begin_geldigheid": "20200101",
        "eind_geldigheid": "20210101",
        "gebruiksdoelen": "woonfunctie",
        "oppervlakte": "84",
        "bouwjaar": "1931",
        "adres_sleutel": address["adres_sleutel"],
    }


@pytest.mark.parametrize(
    ("row", "identification"),
    [
        (f"{VBO};{NUM};1521NE;61;;", VBO),
        (f";{NUM};1521NE;61;;", NUM),
        (";;1521NE;61;;", "1521NE 61"),
        (";;1521NE;61;A;", "1521NE 61A"),
        (";;1521NE;61;A;bis", "1521NE 61A-bis"),
        (";;1521NE;61;;A", "1521NE 61-A"),
    ],
)
def test_an_address_without_identification_is_named_by_itself(gate, row, identification):
    header = (
        "adresseerbaar_object;nummeraanduiding;postcode;huisnummer;"
        "huisletter;huisnummertoevoeging;x;y"
    )

    assert gate.one(listed(header, f"{row};;"))["identificatie"] == identification


def test_degrees_become_metres_to_within_a_metre(gate):
    """The tower of Amersfoort is the origin of the system: 155000, 463000 by definition."""
    header = "postcode;huisnummer;lon;lat;x;y"

    gate.take(
        listed(
            header,
            "3811LM;1;5.38720621;52.15517440;;",
            "3811LM;2;5,38720621;52,15517440;115000;495000",
            "3811LM;3;;;;",
        )
    )

    first, second, third = gate.rows()
    assert abs(float(first["x"]) - 155000) < 1
    assert abs(float(first["y"]) - 463000) < 1
    assert (second["x"], second["y"]) == ("115000", "495000")
    assert (third["x"], third["y"]) == (None, None)


@pytest.mark.parametrize(
    ("row", "reason", "field"),
    [
        (";;;;;", "verplicht_leeg", "identificatie"),
        ("1521NE;;115000;495000;;", "verplicht_leeg", "identificatie"),
        ("1521NE;61;115000;;;", "patroon", "x"),
        ("1521NE;61;52.4;4.8;;", "patroon", "x"),
        ("1521NE;61;495000;115000;;", "patroon", "x"),
        ("1521NE;61;een;twee;;", "patroon", "x"),
        ("1521NE;61;;;52.4;4.8", "patroon", "x"),
        ("1521NE;61;;;4.8;", "patroon", "x"),
        ("1521NE;61;;;400;95", "patroon", "x"),
        ("1521NE;zes;115000;495000;;", "patroon", "huisnummer"),
        ("1521NE;61;115000;495000", "aantal_velden", ""),
        ("", "lege_regel", ""),
    ],
)
def test_a_row_that_is_no_address_is_set_apart_and_no_other(gate, row, reason, field):
    good = "1521NE;62;115000;495000;;"

    apart = gate.set_apart(listed("postcode;huisnummer;x;y;lon;lat", row, good))

    assert apart == [(reason, field, 2)]
    assert [one["huisnummer"] for one in gate.rows()] == ["62"]


def test_an_address_that_stands_twice_is_a_copy_or_set_apart(gate):
    header, row = "postcode;huisnummer;x;y", "1521NE;61;115000;495000"

    same = gate.take(listed(header, row, row))
    other = gate.take(listed(header, row, "1521NE;61;115001;495000"))

    assert (same.counts.accepted, same.counts.duplicate) == (1, 1)
    assert [one.reason for one in other.apart] == ["sleutel_dubbel"] * 2


@pytest.mark.parametrize(
    ("content", "code", "place"),
    [
        (listed("postcode;x;y", "1521NE;1;2"), "kolom_ontbreekt", "1 missing: huisnummer"),
        (listed("postcode;huisnummer;x", "1521NE;1;2"), "kolom_ontbreekt", "1 missing: y"),
        (
            listed("postcode;huisnummer", "1521NE;1"),
            "kolom_ontbreekt",
            "1 missing: x and y, or lon and lat",
        ),
        (listed("1521NE;61;1;2"), "kolom_ontbreekt", "3 missing: postcode, huisnummer, "
         "x and y, or lon and lat"),
        (listed("postcode;huisnummer;x;y;X", "1521NE;1;2;3;4"), "kolom_dubbel", "column 5: x"),
        (listed("postcode;huisnummer;x;y;huisleter", "1;2;3;4;5"), "kolom_onbekend", "column 5"),
        (listed("postcode;huisnummer;x;y"), "alleen_kopregel", ""),
        ("postcode;huisnummer;x;y\n1521NE;één;1;2\n".encode("latin-1"), "codering", "line 2"),
        ("postcode;huisnummer;x;y\n1521NE;1;1;2\n".encode("utf-16"), "codering", "line 1"),
        (listed("postcode;huisnummer;x;y", "1521NE;\0;1;2"), "nul_byte", "line 2"),
        (
            listed("postcode;huisnummer;x;y", '1521NE;"61;1;2', "1521NE;62;1;2"),
            "aanhalingsteken_open",
            "line 2",
        ),
        (b"postcode;huisnummer;x;y\n1521NE;61;115000;495000\n1521NE;62", "afgekapt", "line 3"),
        (listed("postcode;huisnummer;x;y", "1521NE;6\r1;1;2"), "telling_wijkt_af", ""),
        (b"postcode;huisnummer;x;y\r1521NE;61;1;2\r", "telling_wijkt_af", "line 1"),
    ],
)  # fmt: skip
def test_what_is_no_list_is_refused_as_a_whole(gate, content, code, place):
    assert gate.refused(content) == (code, place)


def test_an_address_is_cut_out_as_its_line(reader):
    content = listed("postcode;huisnummer;x;y", "1521NE;61;1;2", "1521NE;62;1;2")

    assert list(reader.extract(io.BytesIO(content), [Place(0, 3, 3)])) == [
        (Place(0, 3, 3), b"1521NE;62;1;2\n")
    ]


def test_the_size_of_a_chunk_of_a_list_changes_nothing(gate, monkeypatch):
    rows = [f"1521NE;{number};;;4.8{number};52.43" for number in range(9)]
    content = listed("postcode;huisnummer;x;y;lon;lat", *rows, "", "1521NE;9;115000;495000;;")
    apart = gate.set_apart(content)
    whole = gate.rows()
    monkeypatch.setattr(address_list, "ROWS_PER_CHUNK", 2)

    assert gate.set_apart(content) == apart == [("lege_regel", "", 11)]
    assert gate.rows() == whole


# --- any damage -------------------------------------------------------------------------------


@settings(max_examples=150, deadline=None)
@given(
    whole=st.sampled_from([SHIPPED, NUMBERS, listed("postcode;huisnummer;x;y", "1521NE;6;1;2")]),
    where=st.lists(st.floats(0, 1, exclude_max=True), min_size=1, max_size=4),
    byte=st.integers(0, 255),
    kept=st.floats(0.5, 1),
)
def test_whatever_is_damaged_is_read_or_refused_and_breaks_nothing(
    reader, whole, where, byte, kept
):
    content = bytearray(whole)
    for place in where:
        content[int(place * len(content))] = byte
    source = io.BytesIO(bytes(content[: round(kept * len(content))]))

    with contextlib.suppress(Refused):
        reader.count(source)
        list(reader.read(source))


# --- places -----------------------------------------------------------------------------------


@given(
    x=st.floats(allow_nan=True, allow_infinity=True),
    y=st.floats(allow_nan=True, allow_infinity=True),
)
def test_a_place_is_as_it_was_given_or_is_none(x, y):
    inside = -7_000 <= x <= 300_000 and 289_000 <= y <= 629_000

    assert rd.checked(str(x), str(y)) == ((str(x), str(y)) if inside else rd.NOWHERE)
