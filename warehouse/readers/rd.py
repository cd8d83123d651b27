"""Places in the Rijksdriehoekstelsel (EPSG:28992), as text of metres.

What belongs here: from degrees, from a point or an area in GML to one place, and whether a place
can be one. What does not: which area it lies in.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache
from typing import Any

import shapely
from pyproj import Transformer, network

from warehouse.readers.markup import UNREADABLE, local

#: Where the system is defined, in metres (Kadaster and Rijkswaterstaat, RDNAPTRANS 2018).
EASTINGS = (-7_000.0, 300_000.0)
NORTHINGS = (289_000.0, 629_000.0)
NOWHERE = (UNREADABLE, UNREADABLE)

Place = tuple[str, str]


def checked(x: str, y: str) -> Place:
    """A place as it was given; no place when it cannot lie in the Netherlands."""
    if not x and not y:
        return x, y
    try:
        east, north = float(x), float(y)
    except ValueError:
        return NOWHERE
    inside = EASTINGS[0] <= east <= EASTINGS[1] and NORTHINGS[0] <= north <= NORTHINGS[1]
    return (x, y) if inside else NOWHERE


def from_degrees(longitudes: Sequence[str], latitudes: Sequence[str]) -> list[Place]:
    """Places from WGS84 (EPSG:4326); good to about a metre, for want of the correction grid."""
    filled = [bool(lon or lat) for lon, lat in zip(longitudes, latitudes, strict=True)]
    easts, norths = transformer().transform(_numbers(longitudes), _numbers(latitudes))
    return [
        checked(*_metres(east, north)) if given else ("", "")
        for given, east, north in zip(filled, easts, norths, strict=True)
    ]


def of_gml(geometry: Any) -> Place:
    """The point of a geometry; of areas, a point within them."""
    areas: list[Any] = []
    for element in geometry.iter("{*}pos", "{*}Polygon"):
        if local(element) == "pos":
            if not areas:
                x, y, *_ = [*str(element.text or "").split(), "", ""]
                return checked(x, y)
        else:
            areas.append(element)
    return _within(areas) if areas else ("", "")


def _within(polygons: Sequence[Any]) -> Place:
    try:
        areas = [shapely.Polygon(*_rings(polygon)) for polygon in polygons]
        area = areas[0] if len(areas) == 1 else shapely.MultiPolygon(areas)
        if not area.is_valid:
            area = shapely.make_valid(area)
        point = area.representative_point()
    except (ValueError, shapely.errors.GEOSException):
        return NOWHERE
    return NOWHERE if point.is_empty else checked(*_metres(point.x, point.y))


def _rings(polygon: Any) -> tuple[list[tuple[float, float]], list[list[tuple[float, float]]]]:
    outer: list[tuple[float, float]] = []
    inner: list[list[tuple[float, float]]] = []
    for ring in polygon.iter("{*}LinearRing"):
        points = _points(ring, polygon)
        if local(ring.getparent()) == "interior":
            inner.append(points)
        else:
            outer = points
    return outer, inner


def _points(ring: Any, polygon: Any) -> list[tuple[float, float]]:
    """The corners of a ring, whose third dimension is left out."""
    points = []
    for element in ring.iter("{*}posList", "{*}pos"):
        numbers = [float(text) for text in (element.text or "").split()]
        if not all(map(math.isfinite, numbers)):
            raise ValueError("a corner that is nowhere")
        if local(element) == "pos":
            numbers, step = numbers[:2], 2
        else:
            step = int(element.get("srsDimension") or polygon.get("srsDimension") or 2)
        points += list(zip(numbers[::step], numbers[1::step], strict=True))
    return points


def _numbers(texts: Sequence[str]) -> list[float]:
    return [_number(text) for text in texts]


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan


def _metres(east: float, north: float) -> Place:
    return f"{east:.3f}", f"{north:.3f}"


@cache
def transformer() -> Transformer:
    """From longitude and latitude in WGS84 to metres; nothing is fetched."""
    network.set_network_enabled(active=False)  # type: ignore[attr-defined]  # not in __all__
    return Transformer.from_crs("EPSG:4326", "EPSG:28992", always_xy=True)
