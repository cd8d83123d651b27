"""A true extract of the BAG through the gate; the expected rows by other code.

What must come out is read here from the files themselves with `xml.etree`, element by element, and
an area is looked at by counting how often a line to the east crosses its edge.
"""

import io
import xml.etree.ElementTree as ET
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from tests.support import zipped
from warehouse.gate import GateResult, pass_through

pytestmark = pytest.mark.real_input

KINDS = {
    "Nummeraanduiding": "NUM",
    "Verblijfsobject": "VBO",
    "Ligplaats": "LIG",
    "Standplaats": "STA",
    "OpenbareRuimte": "OPR",
    "Woonplaats": "WPL",
    "Pand": "PND",
}
#: A field of the contract, and the one element that says it.
FIELDS = {
    "identificatie": "identificatie",
    "voorkomen": "voorkomenidentificatie",
    "begin_geldigheid": "beginGeldigheid",
    "eind_geldigheid": "eindGeldigheid",
    "status": "status",
    "huisnummer": "huisnummer",
    "huisletter": "huisletter",
    "huisnummertoevoeging": "huisnummertoevoeging",
    "postcode": "postcode",
    "soort_adresseerbaar_object": "typeAdresseerbaarObject",
    "openbare_ruimte": "OpenbareRuimteRef",
    "woonplaats": "WoonplaatsRef",
    "naam": "naam",
    "gebruiksdoelen": "gebruiksdoel",
    "oppervlakte": "oppervlakte",
    "bouwjaar": "oorspronkelijkBouwjaar",
}
Key = tuple[str, str]


@pytest.fixture(scope="module")
def folder(real_input: Path) -> Path:
    return real_input / "bag" / "BAGNLDL-15092020-small"


@pytest.fixture(scope="module")
def found(folder: Path) -> list[dict[str, Any]]:
    """Every occurrence of the files: its fields, its references and its corners."""
    occurrences = []
    for path in sorted(folder.glob("0221*.xml")):
        for element in ET.parse(path).iter():
            if local(element) == "bagObject":
                occurrences.append(occurrence(element[0]))
    return occurrences


def local(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2]


def texts(element: ET.Element, name: str) -> list[str]:
    return [(one.text or "").strip() for one in element.iter() if local(one) == name]


def references(element: ET.Element, around: str) -> list[str]:
    return [
        (reference.text or "").strip()
        for one in element.iter()
        if local(one) == around
        for reference in one
    ]


def occurrence(element: ET.Element) -> dict[str, Any]:
    said: dict[str, Any] = {}
    for field, name in FIELDS.items():
        given = texts(element, name)
        assert len(given) < 2 or field == "gebruiksdoelen"
        said[field] = ",".join(sorted(given)) or None
    for field in ("begin_geldigheid", "eind_geldigheid"):
        said[field] = said[field] and said[field].replace("-", "")
    said["objecttype"] = KINDS[local(element)]
    said["hoofdadres"] = next(iter(references(element, "heeftAlsHoofdadres")), None)
    said["nevenadressen"] = references(element, "heeftAlsNevenadres")
    said["panden"] = references(element, "maaktDeelUitVan")
    said["punt"] = [text.split()[:2] for text in texts(element, "pos")]
    said["hoeken"] = [list(map(float, text.split())) for text in texts(element, "posList")]
    return said


def key(row: dict[str, Any]) -> Key:
    return row["identificatie"], row["voorkomen"]


class Taken:
    """What came of the extract in one wrapping."""

    def __init__(self, contract: Any, keys: Any, raw: Path, content: bytes) -> None:
        self.result: GateResult = pass_through(contract, io.BytesIO(content), keys, "id", raw)
        self.tables: dict[str, list[dict[str, Any]]] = {
            path.stem: pq.read_table(path).to_pylist() for path in raw.glob("*.parquet")
        }

    def said(self) -> dict[str, list[dict[str, Any]]]:
        """The rows without the place where each stood, which differs by wrapping."""
        heads = {row["eenheid"]: key(row) for row in self.tables["bag_object"]}
        return {
            name: sorted(
                (
                    {k: v for k, v in row.items() if k not in ("eenheid", "bericht", "regel")}
                    | {"van": heads[row["eenheid"]]}
                    for row in rows
                ),
                key=str,
            )
            for name, rows in self.tables.items()
        }


@pytest.fixture(scope="module")
def flat(contracts, keys, folder, tmp_path_factory) -> Taken:
    """The expanded files, zipped as they lie there."""
    files = sorted(folder.iterdir())
    content = zipped(*(path.read_bytes() for path in files), names=[path.name for path in files])
    return Taken(contracts["bag_adressen"], keys, tmp_path_factory.mktemp("flat"), content)


@pytest.fixture(scope="module")
def shipped(contracts, keys, folder, tmp_path_factory) -> Taken:
    """The same files as Kadaster ships them: each kind of object in a zip within the zip."""
    members = {}
    for path in sorted(folder.iterdir()):
        name, content = path.name, path.read_bytes()
        if name.startswith("0221"):
            name, content = f"{name[:15]}.zip", zipped(content, names=[name])
        members[name] = content
    content = zipped(*members.values(), names=list(members))
    return Taken(contracts["bag_adressen"], keys, tmp_path_factory.mktemp("shipped"), content)


def test_every_object_comes_through_with_its_period(flat, found):
    """Two occurrences were put in for a test and say otherwise of a key: nobody knows who is right.

    They and their namesakes are set apart; what remains is all there, field by field.
    """
    times = Counter(map(key, found))
    single = {key(one): one for one in found if times[key(one)] == 1}
    rows = {key(row): row for row in flat.tables["bag_object"]}

    assert flat.result.counts.source == len(found) == 232
    assert len(flat.result.apart) == len(found) - len(single) == 4
    assert {one.reason for one in flat.result.apart} == {"sleutel_dubbel"}
    assert rows.keys() == single.keys()
    for which, row in rows.items():
        told = {name: row[name] for name in (*FIELDS, "objecttype", "hoofdadres")}
        assert told == {name: single[which][name] for name in told}
        assert row["niet_actief"] is None


def test_every_address_has_its_place(flat, found):
    """A point as it was given; of a stand or a mooring a point in its area."""
    said = {key(one): one for one in found}
    seen = Counter[str]()
    for row in flat.tables["bag_object"]:
        kind, one = row["objecttype"], said[key(row)]
        if kind == "VBO":
            assert [[row["x"], row["y"]]] == one["punt"]
        elif kind in ("LIG", "STA"):
            (corners,) = one["hoeken"]
            assert crossings(corners, float(row["x"]), float(row["y"])) % 2 == 1
        else:
            assert (row["x"], row["y"]) == (None, None)
        seen[kind] += 1
    assert (seen["VBO"], seen["LIG"], seen["STA"]) == (5, 2, 2)


def crossings(corners: list[float], x: float, y: float) -> int:
    """How often a line from a point to the east crosses the edge of an area."""
    crossed = 0
    for (x1, y1), (x2, y2) in pairwise(zip(corners[::2], corners[1::2], strict=True)):
        if (y1 > y) != (y2 > y):
            crossed += x < x1 + (y - y1) * (x2 - x1) / (y2 - y1)
    return crossed


@pytest.mark.parametrize(
    ("table", "column", "name"),
    [
        ("nevenadres", "nummeraanduiding", "nevenadressen"),
        ("pand_van_object", "pand", "panden"),
    ],
)
def test_every_reference_hangs_on_its_occurrence(flat, found, table, column, name):
    heads = {row["eenheid"]: key(row) for row in flat.tables["bag_object"]}

    told = [(*heads[row["eenheid"]], row[column]) for row in flat.tables[table]]

    assert sorted(told) == sorted((*key(one), each) for one in found for each in one[name])
    assert told


def test_zips_within_a_zip_give_the_same_rows(flat, shipped):
    assert shipped.said() == flat.said()
    assert shipped.result.counts == flat.result.counts
