"""A month of work at the least it can cost: one script of DuckDB, and Python where SQL cannot read.

What belongs here: the quickest plain way from deliveries to datasets with our definitions: DuckDB
reads the BRP, lxml the XML into Arrow, a batch of numbers becomes tokens at once, and
``floor.sql`` does the rest. What does not: Dagster, dbt, checks, quarantine, sealed originals,
versions, other months, publication under tokens of its own. What those cost is the difference.
"""

from __future__ import annotations

import json
import secrets
import zipfile
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import shapely
from duckdb.func import FunctionNullHandling, PythonUDFType
from lxml import etree

from warehouse.keys import (
    ADRES,
    INKOMSTENVERHOUDING,
    KERN,
    BsnStatus,
    Tokeniser,
    bsn_messages,
    digest9,
)

AMOUNTS = (
    "BedrBrutoloonSv",
    "BedrLoonLbPremieVolksverz",
    "BedrIngehoudenLbPremieVolksverz",
    "BedrVakantietoeslag",
    "BedrOpgbRechtVakantietoeslag",
)
_TEXT = pa.string()
ANSWERS = pa.schema([("bsn", _TEXT), ("van", _TEXT), ("tot", _TEXT)])
STATEMENTS = pa.schema(
    [
        *((name, _TEXT) for name in ("bsn", "ikv", "begin", "einde", "uren", "bedrag", "loon_lb")),
        ("ingehouden_loonheffing", _TEXT),
        ("vakantietoeslag", _TEXT),
        ("vakantietoeslag_opgebouwd", _TEXT),
    ]
)
PERIODS = pa.schema(
    [(name, _TEXT) for name in ("bsn", "ikv", "begin", "einde", "soort", "korting")]
)
BAG = pa.schema(
    [
        ("object", _TEXT),
        ("nummers", pa.list_(_TEXT)),
        ("van", pa.date32()),
        ("tot", pa.date32()),
        ("buurt", _TEXT),
    ]
)
_Row = tuple[str | None, ...]


def month_of_work(delivered: Path, month: str, to: Path) -> int:
    """Write a Parquet per dataset of the deliveries of a month; the persons of the gemeente.

    Args:
        delivered: the folder with the deliveries.
        month: the month of delivery, such as ``2026-01``.
        to: the folder to write in.
    """
    file = next(delivered.glob(f"brp_personen_*_{month}.csv"))
    gemeente = file.stem.split("_")[2]
    to.mkdir(parents=True, exist_ok=True)
    tables = read_answers(delivered / f"suwinet_inkomsten_{gemeente}_{month}.zip")
    with duckdb.connect() as connection:
        for name, tokens in _tokens().items():
            connection.create_function(
                name,
                tokens,
                ["VARCHAR"],
                "VARCHAR",
                type=PythonUDFType.ARROW,
                null_handling=FunctionNullHandling.SPECIAL,
            )
        for name, table in (tables | {"bag": read_places(delivered, gemeente)}).items():
            connection.register(name, table)
        for name, value in (("brp", str(file)), ("gemeente", gemeente)):
            connection.execute(f"set variable {name} = $1", [value])
        connection.execute("set variable maand = cast($1 as date)", [f"{month}-01"])
        script = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")
        connection.execute(script.replace("$to", str(to)))
        found = connection.execute("select count(*) from personen").fetchone()
    assert found  # noqa: S101 - a count always gives a row
    return int(found[0])


def _tokens() -> dict[str, Callable[[Any], Any]]:
    """The functions that make tokens of a column, under keys that are gone afterwards."""

    def tokeniser(domain: str, word: str) -> Tokeniser:
        return Tokeniser(domain, word, 1, secrets.token_bytes(64))

    persons = tokeniser(KERN, "bsn")

    def of_bsn(column: Any) -> Any:
        messages, status = bsn_messages(column)
        return persons.encrypt(messages, status == BsnStatus.GELDIG)

    def of_text(domain: str) -> Callable[[Any], Any]:
        tokens = tokeniser(domain, domain)

        def of(column: Any) -> Any:
            return tokens.encrypt(digest9([column]), column.is_valid().to_numpy(False))

        return of

    return {
        "bsn_token": of_bsn,
        "adres_token": of_text(ADRES),
        "ikv_token": of_text(INKOMSTENVERHOUDING),
    }


def read_answers(file: Path) -> dict[str, pa.Table]:
    """The answers, statements and periods in a zip of SuwiML."""
    asked: list[_Row] = []
    statements: list[_Row] = []
    periods: list[_Row] = []
    with zipfile.ZipFile(file) as archive:
        for member in archive.infolist():
            answer = etree.fromstring(archive.read(member), _PARSER)
            client = answer.find("ClientSuwi")
            if client is None:
                continue
            bsn = client.findtext("Burgerservicenr")
            days: list[str] = []
            for relation in client.iterchildren("Inkomstenverhouding"):
                of = "|".join(
                    relation.findtext(path, "")
                    for path in ("AdministratieveEenheid/Loonheffingennr", "VolgnrIkv", "DatBIkv")
                )
                for child in relation.iterchildren("Inkomstenopgave", "Inkomstenperiode"):
                    texts = {element.tag: element for element in child}
                    if child.tag == "Inkomstenperiode":
                        names = "DatBIkp", "DatEIkp", "CdSrtIkv", "IndLoonheffingskortingToegepast"
                        periods.append((bsn, of, *(_text(texts.get(name)) for name in names)))
                        continue
                    begin, end, hours = (
                        _text(texts.get(name))
                        for name in ("DatBIko", "DatEIko", "AantVerloondeUrenIko")
                    )
                    days += [begin or "", end or begin or ""]
                    amounts = (_cents(texts.get(name)) for name in AMOUNTS)
                    statements.append((bsn, of, begin, end, hours, *amounts))
            if not days:
                period = "PeriodeGegevensleveringIko/Dat{}Periode"
                days = [answer.findtext(period.format(edge), "") for edge in "BE"]
            asked.append((bsn, min(days), max(days)))
    return {
        "antwoorden": _table(asked, ANSWERS),
        "opgaven": _table(statements, STATEMENTS),
        "perioden": _table(periods, PERIODS),
    }


_PARSER = etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True)


def _text(element: Any) -> str | None:
    return None if element is None else str(element.text or "") or None


def _cents(amount: Any) -> str | None:
    if amount is None:
        return None
    sign = "-" if amount.findtext("CdPositiefNegatief") == "-" else ""
    return sign + str(amount.findtext("WaardeBedr", ""))


def _table(rows: list[Any], schema: pa.Schema) -> pa.Table:
    columns = zip(*rows, strict=True) if rows else [()] * len(schema)
    return pa.table(
        [pa.array(column, kind) for column, kind in zip(columns, schema.types, strict=True)],
        schema=schema,
    )


# --- places -----------------------------------------------------------------------------------


def read_places(delivered: Path, gemeente: str) -> pa.Table:
    """What can be addressed, with the buurt in which it lies; empty when no BAG was delivered."""
    bag = sorted(delivered.glob(f"bag_adressen_{gemeente}_*.zip"))
    areas = sorted(delivered.glob(f"cbs_gebieden_{gemeente}_*"))
    if not bag or not areas:
        return BAG.empty_table()
    objects = list(_objects(bag[-1]))
    codes, shapes = _buurten(areas[-1], gemeente)
    points = np.array([point for *_, point in objects], dtype=float).reshape(-1, 2)
    # Buurten touch: the first of two that claim a point, in the order of their codes.
    point, buurt = shapely.STRtree(shapes).query(shapely.points(points), predicate="intersects")
    found = np.full(len(objects), len(codes))
    np.minimum.at(found, point, buurt)
    names = [*codes, None]
    return _table(
        [
            (identifier, numbers, begin, end, names[place])
            for (identifier, numbers, begin, end, _), place in zip(objects, found, strict=True)
        ],
        BAG,
    )


_PLACED = frozenset({"Verblijfsobject", "Ligplaats", "Standplaats"})
_NEVER_VALID = frozenset({"tijdstipInactief", "tijdstipInactiefLV", "tijdstipNietBagLV"})
_Object = tuple[str | None, list[str], Any, Any, tuple[float, float]]


def _objects(file: Any) -> Iterator[_Object]:
    """The occurrences that were valid in a zip of zips of XML, as Kadaster ships it."""
    with zipfile.ZipFile(file) as archive:
        for member in archive.infolist():
            with archive.open(member) as stream:
                name = member.filename.lower()
                if name.endswith(".zip"):
                    yield from _objects(stream)
                elif name.endswith(".xml"):
                    for _, element in etree.iterparse(stream, tag="{*}bagObject"):
                        if _local(element[0]) in _PLACED:
                            yield from _object(element[0])
                        element.clear()


def _object(element: Any) -> Iterator[_Object]:
    identifier = begin = end = None
    numbers: list[str] = []
    point = (float("nan"), float("nan"))
    for each in element.iter("{*}*"):
        name = _local(each)
        if name in _NEVER_VALID:
            return
        if name == "identificatie":
            identifier = each.text
        elif name == "NummeraanduidingRef":
            numbers.append(each.text)
        elif name == "beginGeldigheid":
            begin = date.fromisoformat(each.text)
        elif name == "eindGeldigheid":
            end = date.fromisoformat(each.text)
        elif name == "geometrie":
            point = _point(each)
    if begin is None or begin != end:
        yield identifier, numbers, begin, end, point


def _point(geometry: Any) -> tuple[float, float]:
    """The point of an object; of an area a point within it."""
    for each in geometry.iter("{*}pos", "{*}posList"):
        numbers = [float(text) for text in each.text.split()]
        if _local(each) == "pos":
            return numbers[0], numbers[1]
        width = int(each.get("srsDimension") or 2)
        corners = np.reshape(numbers, (-1, width))[:, :2]
        inside = shapely.Polygon(corners).representative_point()
        return inside.x, inside.y
    return float("nan"), float("nan")


def _local(element: Any) -> str:
    return str(element.tag).rpartition("}")[2]


def _buurten(file: Path, gemeente: str) -> tuple[list[str], list[Any]]:
    """Codes and polygons of the newest division, by code; from GeoJSON or a zip of it."""
    texts = [file.read_bytes()]
    if zipfile.is_zipfile(file):
        with zipfile.ZipFile(file) as archive:
            texts = [archive.read(name) for name in archive.namelist() if name.endswith("json")]
    found = sorted(
        (int(about.get("jaar") or 0), str(about["bu_code"]), json.dumps(feature["geometry"]))
        for text in texts
        for feature in json.loads(text)["features"]
        if "bu_code" in (about := feature["properties"]) and about["bu_code"][2:6] == gemeente[2:]
    )
    newest = [(code, shape) for year, code, shape in found if year == found[-1][0]]
    return [code for code, _ in newest], list(shapely.from_geojson([s for _, s in newest]))
