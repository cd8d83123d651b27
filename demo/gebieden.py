"""The wijken and buurten of the synthetic gemeente, and the delivery that holds their shapes.

What belongs here: which areas there are, how many households live in each, and their shapes. What
does not: addresses (``addresses``).

Zaanstad (GM0479) has the 50 buurten of 2017. Codes, names, inhabitants, households, postcodes
and shares in ``zaanstad.csv`` are those of CBS, Wijk- en Buurtkaart 2017 and Kerncijfers wijken en
buurten 2017 (CBS and Kadaster, CC BY 4.0); x and y are the centroids of CBS's polygons in the
Rijksdriehoekstelsel, computed for this table and rounded to 10 meters. The shapes are schematic:
what lies nearer to one centre than to another. Any other gemeente gets a division that is made up.
"""

from __future__ import annotations

import csv
import json
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from demo.population import OTHER_GEMEENTEN, draw

EXTENSION = "zip"
ZAANSTAD = 479
ZAANSTAD_YEAR = 2017
_TABLE = Path(__file__).with_name("zaanstad.csv")

MADE_UP_YEAR = 2017
#: A made-up gemeente has this many rows (wijken), and as many buurten in each.
SIDE = 5
_CELL = 1000
_FIRST_POSTCODE = 9001

#: How far the gemeente reaches beyond its outer centres, in meters.
_RIM = 600
_SCHEMATIC = "schematisch: niet de werkelijke grens"
_FIXED_TIME = (1980, 1, 1, 0, 0, 0)


#: Those of Zaanstad as a whole, in 2017.
ZAANSTAD_MIX = (0.36, 0.27, 0.37)
ZAANSTAD_AGED = 0.18


@dataclass(frozen=True)
class Buurt:
    """One buurt: CBS codes and names, real or made-up counts, its postcode and its shape (RD)."""

    code: str
    name: str
    wijk: str
    wijk_name: str
    inhabitants: int
    households: int
    postcode: int
    shape: Any
    #: Shares of the households: one person, no children, children; and of persons of 65 or older.
    mix: tuple[float, float, float] = ZAANSTAD_MIX
    aged: float = ZAANSTAD_AGED


@dataclass(frozen=True)
class Division:
    """The buurten of a gemeente in a year, in the order of their codes."""

    gemeente: int
    name: str
    year: int
    buurten: tuple[Buurt, ...]

    def wijken(self) -> dict[str, tuple[str, Any]]:
        """Per code of a wijk its name and shape."""
        members: dict[str, list[Buurt]] = {}
        for buurt in self.buurten:
            members.setdefault(buurt.wijk, []).append(buurt)
        return {
            code: (buurten[0].wijk_name, shapely.coverage_union_all([b.shape for b in buurten]))
            for code, buurten in members.items()
        }

    def allot(self, count: int) -> list[int]:
        """Divide ``count`` over the buurten in proportion to their households, none left over."""
        weights = np.array([buurt.households for buurt in self.buurten])
        exact = count * weights / weights.sum()
        whole = np.floor(exact).astype(int)
        short = count - int(whole.sum())
        whole[np.argsort(whole - exact, kind="stable")[:short]] += 1
        return [int(number) for number in whole]


@dataclass(frozen=True)
class Change:
    """A buurt that goes on under another code."""

    old: str
    new: str
    year: int


def division(gemeente: int, seed: int) -> Division:
    """The division of a gemeente: Zaanstad's of 2017, or one that is made up from the seed."""
    return _zaanstad() if gemeente == ZAANSTAD else made_up(gemeente, seed)


def made_up(gemeente: int, seed: int, side: int = SIDE) -> Division:
    """``side`` times ``side`` buurten; each row of them is a wijk, and two share four digits."""
    if not 1 <= side <= 40:
        raise ValueError("a made-up gemeente has 1 to 40 buurten in a row")
    cell = np.arange(side * side)
    row, column = cell // side, cell % side
    key = cell + 10_000 * gemeente
    west, south = (_CELL * (20 + gemeente % 180), _CELL * (400 + gemeente % 160))
    x = west + _CELL * (column + 0.2 + 0.6 * draw(seed, "x", key))
    y = south + _CELL * (row + 0.2 + 0.6 * draw(seed, "y", key))
    households = (200 + 3000 * draw(seed, "households", key) ** 2).astype(int)
    shapes = _nearest(np.rint(np.column_stack([x, y]) / 10) * 10)
    first_postcode = OTHER_GEMEENTEN.get(gemeente, _FIRST_POSTCODE)
    return Division(
        gemeente,
        f"Voorbeeldstad {gemeente:04d}",
        MADE_UP_YEAR,
        tuple(
            Buurt(
                code=f"BU{gemeente:04d}{row[i] + 1:02d}{column[i] + 1:02d}",
                name=f"Buurt {row[i] + 1:02d} {column[i] + 1:02d}",
                wijk=f"WK{gemeente:04d}{row[i] + 1:02d}",
                wijk_name=f"Wijk {row[i] + 1:02d}",
                inhabitants=int(households[i] * 2.1),
                households=int(households[i]),
                postcode=first_postcode + i // 2,
                shape=shapes[i],
            )
            for i in range(len(cell))
        ),
    )


def later(
    before: Division,
    year: int,
    merged: tuple[str, str] | None = None,
    renumbered: str | None = None,
) -> tuple[Division, tuple[Change, ...]]:
    """The division of a later year: two buurten become one, and another gets a new code.

    By default the first two buurten of the first wijk that has two, and the last buurt of all.
    New codes are of the same wijk, and not in use before.
    """
    if year <= before.year:
        raise ValueError(f"a later division than that of {before.year} has a later year")
    first, second = merged or _neighbours(before)
    moved = renumbered or before.buurten[-1].code
    by_code = {buurt.code: buurt for buurt in before.buurten}
    one, other, last = by_code[first], by_code[second], by_code[moved]
    if one.wijk != other.wijk or not shapely.touches(one.shape, other.shape):
        raise ValueError("only neighbours within a wijk become one buurt")
    union = replace(
        one,
        code=f"{first[:8]}98",
        name=f"{one.name} en {other.name}",
        inhabitants=one.inhabitants + other.inhabitants,
        households=one.households + other.households,
        shape=shapely.coverage_union_all([one.shape, other.shape]),
    )
    renamed = replace(last, code=f"{moved[:8]}99")
    kept = [buurt for buurt in before.buurten if buurt.code not in (first, second, moved)]
    after = tuple(sorted([*kept, union, renamed], key=lambda buurt: buurt.code))
    changes = (
        Change(first, union.code, year),
        Change(second, union.code, year),
        Change(moved, renamed.code, year),
    )
    return replace(before, year=year, buurten=after), changes


def write(path: Path, divisions: Sequence[Division], changes: Iterable[Change] = ()) -> None:
    """Write a zip with the wijken and buurten per year as GeoJSON, and a CSV of changed codes."""
    members: dict[str, str] = {}
    for each in divisions:
        wijken = [
            ({"wk_code": code, "wk_naam": name}, shape)
            for code, (name, shape) in each.wijken().items()
        ]
        buurten = [
            (
                {
                    "bu_code": buurt.code,
                    "bu_naam": buurt.name,
                    "wk_code": buurt.wijk,
                    "wk_naam": buurt.wijk_name,
                    "aant_inw": buurt.inhabitants,
                    "aantal_hh": buurt.households,
                },
                buurt.shape,
            )
            for buurt in each.buurten
        ]
        members[f"wijken_{each.year}.geojson"] = _geojson(each, "wijken", wijken)
        members[f"buurten_{each.year}.geojson"] = _geojson(each, "buurten", buurten)
    changed = list(changes)
    if changed:
        lines = ["oude_code;nieuwe_code;jaar"]
        lines += [f"{change.old};{change.new};{change.year}" for change in changed]
        members[f"gewijzigde_codes_{changed[0].year}.csv"] = "\r\n".join([*lines, ""])
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            member = zipfile.ZipInfo(name, _FIXED_TIME)
            member.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(member, content)


def _geojson(of: Division, kind: str, areas: list[tuple[dict[str, Any], Any]]) -> str:
    common = {
        "gm_code": f"GM{of.gemeente:04d}",
        "gm_naam": of.name,
        "water": "NEE",
        "jaar": of.year,
        "vorm": _SCHEMATIC,
    }
    features = [
        {
            "type": "Feature",
            "id": f"{kind}_{of.year}.{number}",
            "geometry": json.loads(shapely.to_geojson(shape)),
            "properties": properties | common,
        }
        for number, (properties, shape) in enumerate(areas, 1)
    ]
    collection = {
        "type": "FeatureCollection",
        "name": f"{kind}_{of.year}",
        "crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::28992"}},
        "features": features,
    }
    return json.dumps(collection, ensure_ascii=False, separators=(",", ":"))


@cache
def _zaanstad() -> Division:
    with _TABLE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    shapes = _nearest(np.array([[int(row["x"]), int(row["y"])] for row in rows]))
    buurten = (
        Buurt(
            code=row["bu_code"],
            name=row["bu_naam"],
            wijk=row["wk_code"],
            wijk_name=row["wk_naam"],
            inhabitants=int(row["inwoners"]),
            households=int(row["huishoudens"]),
            postcode=int(row["postcode"]),
            shape=shape,
            **_shares(row),
        )
        for row, shape in zip(rows, shapes, strict=True)
    )
    return Division(ZAANSTAD, "Zaanstad", ZAANSTAD_YEAR, tuple(buurten))


def _shares(row: dict[str, str]) -> dict[str, Any]:
    """The shares of a buurt; of one without inhabitants there are none."""
    if not row["p_eenp_hh"]:
        return {}
    mix = tuple(int(row[column]) / 100 for column in ("p_eenp_hh", "p_hh_z_k", "p_hh_m_k"))
    return {"mix": mix, "aged": int(row["p_65_eo_jr"]) / 100}


def _nearest(centres: Any) -> list[Any]:
    """Per centre the part of the gemeente that lies nearest to it, to the centimeter.

    Rounded together, so that neighbours keep the same corners and nothing lies between them.
    """
    points = shapely.points(centres)
    rim = shapely.buffer(shapely.convex_hull(shapely.multipoints(points)), _RIM, quad_segs=4)
    cells = shapely.get_parts(shapely.voronoi_polygons(shapely.multipoints(points), extend_to=rim))
    tree = shapely.STRtree(cells)
    which, cell = tree.query(points, predicate="within")
    order = np.argsort(which)
    clipped = shapely.intersection(cells[cell[order]], rim)
    rounded = shapely.transform(clipped, lambda corners: np.round(corners, 2))
    return list(shapely.normalize(rounded))


def _neighbours(of: Division) -> tuple[str, str]:
    for one, other in zip(of.buurten, of.buurten[1:], strict=False):
        if one.wijk == other.wijk and shapely.touches(one.shape, other.shape):
            return one.code, other.code
    raise ValueError("no wijk of this gemeente has two neighbouring buurten")
