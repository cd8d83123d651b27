"""Writes the BAG delivery: the monthly extract of Kadaster (BAG 2.0), history included.

What belongs here: which objects and occurrences there are, and the XML that says so. What does
not: which addresses there are (``addresses``). An extract is a zip of zips, one per type of object,
in which each file has at most 10,000 occurrences. It holds what was known on the eighth of its
month: an occurrence that begins later is not there, one that ends later has not ended.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import numpy as np
import shapely

from demo.addresses import STREETS, Addresses, Kind
from demo.population import draw, first_day

#: The day of the month on which Kadaster makes the extract.
EXTENSION = "zip"
EXTRACT_DAY = 8
_IN_A_FILE = 10_000
_FIXED_TIME = (1980, 1, 1, 0, 0, 0)
#: Days before the first month on which towns, streets and panden were entered.
_ENTERED = 5300
#: Share of the verblijfsobjecten that keep the occurrence in which they were formed, and its days.
_FORMED_FIRST, _FORMED = 0.1, 100

_IN_USE = "Verblijfsobject in gebruik"
_STATUSES = (
    _IN_USE,
    "Verblijfsobject in gebruik (niet ingemeten)",
    "Verbouwing verblijfsobject",
    "Verblijfsobject buiten gebruik",
)
_STATUS_SHARES = np.cumsum([0.93, 0.04, 0.02])
_BUSINESS = (
    ("winkelfunctie",),
    ("kantoorfunctie",),
    ("industriefunctie",),
    ("bijeenkomstfunctie",),
    ("onderwijsfunctie", "sportfunctie"),
    ("overige gebruiksfunctie",),
)
_INSTITUTIONS = (("celfunctie",), ("gezondheidszorgfunctie",))
_KINDS = {
    Kind.VERBLIJFSOBJECT: "Verblijfsobject",
    Kind.LIGPLAATS: "Ligplaats",
    Kind.STANDPLAATS: "Standplaats",
}

_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<sl-bag-extract:bagStand \
xmlns:DatatypenNEN3610="www.kadaster.nl/schemas/lvbag/imbag/datatypennen3610/v20200601" \
xmlns:Objecten="www.kadaster.nl/schemas/lvbag/imbag/objecten/v20200601" \
xmlns:gml="http://www.opengis.net/gml/3.2" \
xmlns:Historie="www.kadaster.nl/schemas/lvbag/imbag/historie/v20200601" \
xmlns:Objecten-ref="www.kadaster.nl/schemas/lvbag/imbag/objecten-ref/v20200601" \
xmlns:nen5825="www.kadaster.nl/schemas/lvbag/imbag/nen5825/v20200601" \
xmlns:KenmerkInOnderzoek="www.kadaster.nl/schemas/lvbag/imbag/kenmerkinonderzoek/v20200601" \
xmlns:selecties-extract="http://www.kadaster.nl/schemas/lvbag/extract-selecties/v20200601" \
xmlns:sl-bag-extract="http://www.kadaster.nl/schemas/lvbag/extract-deelbestand-lvc/v20200601" \
xmlns:sl="http://www.kadaster.nl/schemas/standlevering-generiek/1.0" \
xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" \
xmlns:xs="http://www.w3.org/2001/XMLSchema">
<sl-bag-extract:bagInfo><selecties-extract:Gebied-Registratief><selecties-extract:Gebied-GEM>\
<selecties-extract:GemeenteCollectie><selecties-extract:Gemeente>\
<selecties-extract:GemeenteIdentificatie>{gemeente}</selecties-extract:GemeenteIdentificatie>\
</selecties-extract:Gemeente></selecties-extract:GemeenteCollectie></selecties-extract:Gebied-GEM>\
</selecties-extract:Gebied-Registratief><selecties-extract:LVC-Extract>\
<selecties-extract:StandTechnischeDatum>{day}</selecties-extract:StandTechnischeDatum>\
</selecties-extract:LVC-Extract></sl-bag-extract:bagInfo>
<sl:standBestand><sl:dataset>LVBAG</sl:dataset><sl:inhoud><sl:gebied>GEMEENTE</sl:gebied>\
<sl:leveringsId>0000000001</sl:leveringsId><sl:objectTypen><sl:objectType>{kind}</sl:objectType>\
</sl:objectTypen></sl:inhoud>
"""
_TAIL = "</sl:standBestand></sl-bag-extract:bagStand>\n"

_DELIVERY = """<?xml version="1.0" encoding="UTF-8"?>
<xb:BAG-Extract-Levering \
xmlns:xb="http://www.kadaster.nl/schemas/lvbag/extract-levering/v20200601" \
xmlns:selecties-extract="http://www.kadaster.nl/schemas/lvbag/extract-selecties/v20200601">
<xb:SelectieGegevens><selecties-extract:LVC-Extract>\
<selecties-extract:StandTechnischeDatum>{day}</selecties-extract:StandTechnischeDatum>\
</selecties-extract:LVC-Extract><selecties-extract:Gebied-Registratief>\
<selecties-extract:Gebied-GEM><selecties-extract:GemeenteCollectie><selecties-extract:Gemeente>\
<selecties-extract:GemeenteIdentificatie>{gemeente}</selecties-extract:GemeenteIdentificatie>\
<selecties-extract:GemeenteNaam>{name}</selecties-extract:GemeenteNaam>\
</selecties-extract:Gemeente></selecties-extract:GemeenteCollectie></selecties-extract:Gebied-GEM>\
</selecties-extract:Gebied-Registratief></xb:SelectieGegevens>
<xb:SchemaInfo><xb:naam>BagvsExtractDeelbestandExtractLvc-2.1.0.xsd</xb:naam>\
<xb:versie>20200601</xb:versie></xb:SchemaInfo></xb:BAG-Extract-Levering>
"""


class _When(NamedTuple):
    """An occurrence: its number and days; ``void`` if it never held, by which timestamp."""

    number: int
    begin: int
    end: int | None = None
    void: str = ""


def write(path: Path, addresses: Addresses, month: np.datetime64) -> None:
    """Write the extract of a month: its zips, and the document that comes with them."""
    extract = _Extract(addresses, first_day(month) + EXTRACT_DAY - 1)
    with zipfile.ZipFile(path, "w") as archive:
        for kind, objects in extract.kinds.items():
            name = f"{extract.gemeente}{kind}{extract.stamp}"
            packed = io.BytesIO()
            with zipfile.ZipFile(packed, "w") as inner:
                for number, text in enumerate(extract.files(kind, objects()), 1):
                    member = zipfile.ZipInfo(f"{name}-{number:06d}.xml", _FIXED_TIME)
                    member.compress_type = zipfile.ZIP_DEFLATED
                    inner.writestr(member, text, compresslevel=3)
            archive.writestr(zipfile.ZipInfo(f"{name}.zip", _FIXED_TIME), packed.getvalue())
        document = _DELIVERY.format(
            day=_day(extract.day), gemeente=extract.gemeente, name=addresses.division.name
        )
        member = zipfile.ZipInfo("Leveringsdocument-BAG-Extract.xml", _FIXED_TIME)
        archive.writestr(member, document)


class _Extract:
    """The objects of a gemeente as they were known on a day."""

    def __init__(self, addresses: Addresses, day: int) -> None:
        self.addresses = addresses
        self.day = day
        self.gemeente = f"{addresses.division.gemeente:04d}"
        year, month, of_month = _day(day).split("-")
        self.stamp = f"{of_month}{month}{year}"
        self.entered = addresses.first_day - _ENTERED
        self.begin: list[int] = addresses.begin.tolist()
        self.withdrawn: list[int] = addresses.withdrawn.tolist()
        self.spot: list[list[float]] = addresses.spot.tolist()
        self.kind: list[int] = addresses.kind.tolist()
        number, seed = addresses.number, addresses.seed
        shares = draw(seed, "status", number)
        self.status: list[int] = np.searchsorted(_STATUS_SHARES, shares, side="right").tolist()
        self.formed: list[bool] = (draw(seed, "formed", number) < _FORMED_FIRST).tolist()
        self.kinds: dict[str, Callable[[], Iterable[str]]] = {
            "WPL": self._towns,
            "OPR": self._streets,
            "NUM": self._numbers,
            "VBO": self._objects,
            "LIG": lambda: self._plots(Kind.LIGPLAATS),
            "STA": lambda: self._plots(Kind.STANDPLAATS),
            "PND": self._panden,
        }

    def files(self, kind: str, objects: Iterable[str]) -> Iterator[str]:
        """The text of each file of one type; one file if there is no object."""
        head = _HEAD.format(gemeente=self.gemeente, day=_day(self.day), kind=kind)
        rest = iter(objects)
        chunk = list(islice(rest, _IN_A_FILE))
        while True:
            yield "".join([head, *chunk, _TAIL])
            chunk = list(islice(rest, _IN_A_FILE))
            if not chunk:
                return

    def _towns(self) -> Iterator[str]:
        buurten = self.addresses.division.buurten
        shapes: dict[tuple[str, str], list[object]] = {}
        for number, buurt in enumerate(buurten):
            shapes.setdefault(self.addresses.town(number), []).append(buurt.shape)
        when = _When(1, self.entered)
        for (identifier, name), parts in shapes.items():
            corners = shapely.get_coordinates(shapely.convex_hull(shapely.multipolygons(parts)))
            gml = f"WPL_{identifier}_1_{_seconds(when.begin)}"
            polygon = _polygon([(x, y) for x, y in corners.tolist()], gml)
            yield _stand(
                "Woonplaats",
                f"{_identification('Woonplaats', identifier)}"
                f"<Objecten:naam>{name}</Objecten:naam><Objecten:geometrie><Objecten:vlak>{polygon}"
                "</Objecten:vlak></Objecten:geometrie>"
                f"{_status('Woonplaats aangewezen', when, 'WPL')}{_occurrence(when)}",
            )

    def _streets(self) -> Iterator[str]:
        """Streets; one in fifteen had another name before."""
        names = len(STREETS)
        for number, identifier in enumerate(self.addresses.street_id):
            renamed = self.entered + 1000
            occurrences = [(_When(1, self.entered), number)]
            if number % 15 == 4:
                occurrences = [
                    (_When(1, self.entered, renamed), number + names // 2),
                    (_When(2, renamed), number),
                ]
            for when, name in occurrences:
                yield self._street(number, identifier, when, STREETS[name % names])

    def _street(self, number: int, identifier: str, when: _When, name: str) -> str:
        town = self.addresses.town(self.addresses.street_buurt[number])[0]
        short = ""
        if number % 20 == 7:
            short = (
                "<Objecten:verkorteNaam><nen5825:VerkorteNaamOpenbareRuimte>"
                f"<nen5825:verkorteNaam>{name[:12]}</nen5825:verkorteNaam>"
                "</nen5825:VerkorteNaamOpenbareRuimte></Objecten:verkorteNaam>"
            )
        return _stand(
            "OpenbareRuimte",
            f"{_identification('Openbareruimte', identifier)}"
            f"<Objecten:naam>{name}</Objecten:naam><Objecten:type>Weg</Objecten:type>"
            f"{_status('Naamgeving uitgegeven', when, 'OBR')}{_lies_in(town)}"
            f"{_occurrence(when)}{short}",
        )

    def _numbers(self) -> Iterator[str]:
        """Every address, and the second address of some objects."""
        addresses = self.addresses
        for address in np.flatnonzero(addresses.registered).tolist():
            identifier = addresses.number_id[address]
            for when, of, house, postcode, status in self._texts(address):
                yield self._number(address, identifier, when, of, house, postcode, status)
            if address in addresses.second_number:
                identifier, house = addresses.second_number[address]
                when = _When(1, self.begin[address])
                postcode = addresses.postcode[address]
                yield self._number(address, identifier, when, None, house, postcode, "uitgegeven")

    def _texts(self, address: int) -> Iterator[tuple[_When, int | None, int, str, str]]:
        """An address's occurrences: when, whose letter and addition, house, postcode, status."""
        addresses = self.addresses
        other = addresses.copies.get(address, address)
        own = (address, addresses.house[address], addresses.postcode[address])
        first = (other, addresses.house[other], addresses.postcode[other])
        last, changed, status = own, addresses.second_use, "uitgegeven"
        if address in addresses.never_valid:
            void = _void(address)
            yield _When(1, self.begin[address], None, void), *first, status
            return
        if self.withdrawn[address] >= 0:
            last, status = first, "ingetrokken"
        elif address in addresses.was:
            first = (address, addresses.was[address], own[2])
        elif address in addresses.recoded:
            changed, postcode = addresses.recoded[address]
            last = (*own[:2], postcode)
        elif other == address:
            yield _When(1, self.begin[address]), *own, status
            return
        known = self._known([_When(1, self.begin[address], changed), _When(2, changed)])
        for when, text, state in zip(known, (first, last), ("uitgegeven", status), strict=False):
            yield when, *text, state

    def _number(
        self,
        address: int,
        identifier: str,
        when: _When,
        of: int | None,
        house: int,
        postcode: str,
        status: str,
    ) -> str:
        addresses = self.addresses
        letter = addition = ""
        if of is not None:
            if addresses.letter[of]:
                letter = f"<Objecten:huisletter>{addresses.letter[of]}</Objecten:huisletter>"
            if addresses.addition[of]:
                addition = (
                    "<Objecten:huisnummertoevoeging>"
                    f"{addresses.addition[of]}</Objecten:huisnummertoevoeging>"
                )
        street = addresses.street[address]
        here = addresses.town(addresses.buurt[address])[0]
        if address % 500 == 33:  # The other side of a street may be of another town.
            here = addresses.town(len(addresses.division.buurten) - 1)[0]
        elsewhere = here != addresses.town(addresses.street_buurt[street])[0]
        return _stand(
            "Nummeraanduiding",
            f"{_identification('Nummeraanduiding', identifier)}"
            f"<Objecten:huisnummer>{house}</Objecten:huisnummer>{letter}{addition}"
            f"<Objecten:postcode>{postcode}</Objecten:postcode>"
            f"<Objecten:typeAdresseerbaarObject>{_KINDS[Kind(self.kind[address])]}"
            "</Objecten:typeAdresseerbaarObject>"
            f"{_status(f'Naamgeving {status}', when, 'NUM')}"
            f"{_lies_in(here) if elsewhere else ''}{_occurrence(when)}"
            '<Objecten:ligtAan><Objecten-ref:OpenbareRuimteRef domein="NL.IMBAG.Openbareruimte">'
            f"{addresses.street_id[street]}</Objecten-ref:OpenbareRuimteRef></Objecten:ligtAan>",
        )

    def _objects(self) -> Iterator[str]:
        addresses = self.addresses
        for address in self._of(Kind.VERBLIJFSOBJECT):
            identifier = addresses.object_id[address]
            panden = self._panden_of(address)
            purposes = "".join(
                f"<Objecten:gebruiksdoel>{purpose}</Objecten:gebruiksdoel>"
                for purpose in self._purposes(address)
            )
            area = 35 + address * 7919 % 140
            for when, status, (x, y) in self._states(address):
                gml = f"VBO_{identifier}_{when.number}_{_seconds(when.begin)}"
                yield _stand(
                    "Verblijfsobject",
                    f"{self._main_address(address)}{_occurrence(when)}"
                    f"{self._second_address(address)}"
                    f"{_identification('Verblijfsobject', identifier)}"
                    '<Objecten:geometrie><Objecten:punt><gml:Point srsName="'
                    f'urn:ogc:def:crs:EPSG::28992" srsDimension="3" gml:id="{gml}">'
                    f"<gml:pos>{x:.3f} {y:.3f} 0.0</gml:pos></gml:Point></Objecten:punt>"
                    f"</Objecten:geometrie>{purposes}"
                    f"<Objecten:oppervlakte>{area}</Objecten:oppervlakte>"
                    f"{_status(status, when, 'VBO')}{panden}",
                )

    def _states(self, address: int) -> Iterator[tuple[_When, str, list[float]]]:
        """A verblijfsobject's occurrences: when, its status, and where it is."""
        begin, spot = self.begin[address], self.spot[address]
        status = _STATUSES[self.status[address]]
        if address in self.addresses.never_valid:
            yield _When(1, begin, None, _void(address)), _IN_USE, spot
            return
        states: list[tuple[_When, str, list[float]]] = []
        number = 1
        if address in self.addresses.misplaced:
            states.append((_When(1, begin, None, _void(address)), status, self._astray(address)))
            number = 2
        elif self.formed[address]:
            states.append((_When(1, begin, begin + _FORMED), "Verblijfsobject gevormd", spot))
            number, begin = 2, begin + _FORMED
        gone = self.withdrawn[address]
        if gone < 0:
            states.append((_When(number, begin), status, spot))
        else:
            states.append((_When(number, begin, gone), status, spot))
            states.append((_When(number + 1, gone), "Verblijfsobject ingetrokken", spot))
        known = self._known([when for when, _, _ in states])
        for when, (_, state, place) in zip(known, states, strict=False):
            yield when, state, place

    def _plots(self, kind: Kind) -> Iterator[str]:
        """Ligplaatsen and standplaatsen: oblongs around their spot."""
        name, short = _KINDS[kind], _KINDS[kind][:3].upper()
        for address in self._of(kind):
            (x, y), identifier = self.spot[address], self.addresses.object_id[address]
            gone = self.withdrawn[address]
            occurrences = [_When(1, self.begin[address], gone if gone >= 0 else None)]
            occurrences += [_When(2, gone)] if gone >= 0 else []
            statuses = ("Plaats aangewezen", "Plaats ingetrokken")
            for when, status in zip(self._known(occurrences), statuses, strict=False):
                gml = f"{short}_{identifier}_{when.number}_{_seconds(when.begin)}"
                yield _stand(
                    name,
                    f"{self._main_address(address)}{_occurrence(when)}"
                    f"{self._second_address(address)}{_identification(name, identifier)}"
                    f"{_status_only(status)}<Objecten:geometrie>"
                    f"{_polygon(_oblong(x, y, 9, 2.5), gml)}</Objecten:geometrie>"
                    f"{_document(when, short)}",
                )

    def _panden(self) -> Iterator[str]:
        """The panden of all verblijfsobjecten; a few stood half-built for a while."""
        seen: set[str] = set()
        for address in self._of(Kind.VERBLIJFSOBJECT):
            identifier = self.addresses.pand_id[address]
            if identifier in seen:
                continue
            seen.add(identifier)
            x, y = self.spot[address]
            year = 1890 + address * 6007 % 120
            begin = self.entered
            occurrences = [(_When(1, begin), "Pand in gebruik")]
            if address % 40 == 17:
                occurrences = [
                    (_When(1, begin, begin + 300), "Bouw gestart"),
                    (_When(2, begin + 300), "Pand in gebruik"),
                ]
            for when, status in occurrences:
                gml = f"PND_{identifier}_{when.number}_{_seconds(when.begin)}"
                yield _stand(
                    "Pand",
                    f"{_identification('Pand', identifier)}<Objecten:geometrie>"
                    f"{_polygon(_oblong(x, y, 4, 4), gml, height=' 0.0')}</Objecten:geometrie>"
                    f"<Objecten:oorspronkelijkBouwjaar>{year}</Objecten:oorspronkelijkBouwjaar>"
                    f"{_status(status, when, 'PND')}{_occurrence(when)}",
                )

    def _of(self, kind: Kind) -> list[int]:
        addresses = self.addresses
        found: list[int] = np.flatnonzero(addresses.registered & (addresses.kind == kind)).tolist()
        return found

    def _known(self, occurrences: list[_When]) -> list[_When]:
        """The occurrences as they stood on the day of the extract."""
        return [
            when if when.end is None or when.end <= self.day else when._replace(end=None)
            for when in occurrences
            if when.begin <= self.day
        ]

    def _purposes(self, address: int) -> tuple[str, ...]:
        addresses = self.addresses
        if addresses.institution[address]:
            return _INSTITUTIONS[address // 250 % 2]
        if address >= addresses.homes:
            return _BUSINESS[address % len(_BUSINESS)]
        if address % 250 == 200:
            return ("gezondheidszorgfunctie", "woonfunctie")
        return ("woonfunctie", "winkelfunctie") if address % 70 == 9 else ("woonfunctie",)

    def _astray(self, address: int) -> list[float]:
        """A spot in another buurt."""
        buurten = self.addresses.division.buurten
        other = buurten[(int(self.addresses.buurt[address]) + 1) % len(buurten)]
        centre = shapely.point_on_surface(other.shape)
        return [round(centre.x, 3), round(centre.y, 3)]

    def _main_address(self, address: int) -> str:
        reference = _number_ref(self.addresses.number_id[address])
        return f"<Objecten:heeftAlsHoofdadres>{reference}</Objecten:heeftAlsHoofdadres>"

    def _second_address(self, address: int) -> str:
        if address not in self.addresses.second_number:
            return ""
        reference = _number_ref(self.addresses.second_number[address][0])
        return f"<Objecten:heeftAlsNevenadres>{reference}</Objecten:heeftAlsNevenadres>"

    def _panden_of(self, address: int) -> str:
        """The pand, and for one in 180 the neighbour's too."""
        panden = [self.addresses.pand_id[address]]
        if address % 180 == 90 and address + 1 < self.addresses.size:
            panden.append(self.addresses.pand_id[address + 1])
        references = "".join(
            f'<Objecten-ref:PandRef domein="NL.IMBAG.Pand">{pand}</Objecten-ref:PandRef>'
            for pand in panden
        )
        return f"<Objecten:maaktDeelUitVan>{references}</Objecten:maaktDeelUitVan>"


def _stand(element: str, content: str) -> str:
    return (
        f"<sl:stand><sl-bag-extract:bagObject><Objecten:{element}>{content}</Objecten:{element}>"
        "</sl-bag-extract:bagObject></sl:stand>\n"
    )


def _identification(domain: str, identifier: str) -> str:
    return (
        f'<Objecten:identificatie domein="NL.IMBAG.{domain}">{identifier}</Objecten:identificatie>'
    )


def _number_ref(identifier: str) -> str:
    return (
        '<Objecten-ref:NummeraanduidingRef domein="NL.IMBAG.Nummeraanduiding">'
        f"{identifier}</Objecten-ref:NummeraanduidingRef>"
    )


def _lies_in(town: str) -> str:
    return (
        '<Objecten:ligtIn><Objecten-ref:WoonplaatsRef domein="NL.IMBAG.Woonplaats">'
        f"{town}</Objecten-ref:WoonplaatsRef></Objecten:ligtIn>"
    )


def _status(status: str, when: _When, kind: str) -> str:
    return _status_only(status) + _document(when, kind)


def _status_only(status: str) -> str:
    return f"<Objecten:status>{status}</Objecten:status>"


def _document(when: _When, kind: str) -> str:
    day = _day(when.begin)
    return (
        "<Objecten:geconstateerd>N</Objecten:geconstateerd>"
        f"<Objecten:documentdatum>{day}</Objecten:documentdatum>"
        f"<Objecten:documentnummer>DEMO/{kind}{str(day)[:4]}</Objecten:documentnummer>"
    )


def _occurrence(when: _When) -> str:
    """When it held, and when that was entered; ``void`` names the timestamp that undid it."""
    begin = f"{_day(when.begin)}T09:00:00.000"
    ended = ended_entry = ended_entry_lv = voided = voided_lv = ""
    if when.end is not None:
        end = _day(when.end)
        ended = f"<Historie:eindGeldigheid>{end}</Historie:eindGeldigheid>"
        ended_entry = f"<Historie:eindRegistratie>{end}T09:00:00.000</Historie:eindRegistratie>"
        ended_entry_lv = (
            f"<Historie:tijdstipEindRegistratieLV>{end}T09:30:00.000"
            "</Historie:tijdstipEindRegistratieLV>"
        )
    if when.void:
        undone = (
            f"<Historie:{when.void}>{_day(when.begin + 30)}T09:30:00.000</Historie:{when.void}>"
        )
        voided, voided_lv = ("", undone) if when.void.endswith("LV") else (undone, "")
    return (
        "<Objecten:voorkomen><Historie:Voorkomen>"
        f"<Historie:voorkomenidentificatie>{when.number}</Historie:voorkomenidentificatie>"
        f"<Historie:beginGeldigheid>{_day(when.begin)}</Historie:beginGeldigheid>{ended}"
        f"<Historie:tijdstipRegistratie>{begin}</Historie:tijdstipRegistratie>"
        f"{ended_entry}{voided}<Historie:BeschikbaarLV>"
        f"<Historie:tijdstipRegistratieLV>{begin}</Historie:tijdstipRegistratieLV>"
        f"{ended_entry_lv}{voided_lv}</Historie:BeschikbaarLV>"
        "</Historie:Voorkomen></Objecten:voorkomen>"
    )


_VOIDS = ("tijdstipInactief", "tijdstipInactiefLV", "tijdstipNietBagLV")


def _void(address: int) -> str:
    return _VOIDS[address // 12 % 3]


def _polygon(corners: list[tuple[float, float]], gml: str, height: str = "") -> str:
    positions = " ".join(f"{x:.3f} {y:.3f}{height}" for x, y in corners)
    return (
        f'<gml:Polygon srsName="urn:ogc:def:crs:EPSG::28992" srsDimension="{3 if height else 2}" '
        f'gml:id="{gml}"><gml:exterior><gml:LinearRing><gml:posList count="{len(corners)}">'
        f"{positions}</gml:posList></gml:LinearRing></gml:exterior></gml:Polygon>"
    )


def _oblong(x: float, y: float, wide: float, high: float) -> list[tuple[float, float]]:
    return [
        (x - wide, y - high),
        (x + wide, y - high),
        (x + wide, y + high),
        (x - wide, y + high),
        (x - wide, y - high),
    ]


@cache
def _day(day: int) -> str:
    """Days since 1970 as YYYY-MM-DD."""
    return str(np.datetime64(day, "D"))


def _seconds(day: int) -> int:
    return day * 86_400 + 32_400
