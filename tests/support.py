"""What tests share: small deliveries written by hand, and the command line run in this process.

What belongs here: making input, and looking at what came out. What does not: what should come out;
that stands in each test, worked out by hand.
"""

import contextlib
import hashlib
import io
import json
import os
import sys
import time
import zipfile
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

import duckdb

from demo.gbav import HEADER
from demo.generate import MANIFEST
from demo.injection import QUARANTINED, read_manifest
from warehouse.home import Home
from warehouse.ledger import Ledger, Version

BOM = b"\xef\xbb\xbf"
SUWIML = "http://bkwi.nl/SuwiML/Diensten/UWVDossierInkomstenGSD/v0200"


# --- persons ----------------------------------------------------------------------------------


def bsn(number: int) -> str:
    """The ``number``-th BSN of the official test range 999, from 0; each passes the 11-test."""
    found = -1
    for stem in range(99900000, 100000000):
        weighed = sum(w * int(d) for w, d in zip(range(9, 1, -1), str(stem), strict=True))
        if weighed % 11 < 10:
            found += 1
            if found == number:
                return f"{stem}{weighed % 11}"
    raise ValueError("there are not that many test numbers")


ANNA, BRAM, CEES, DIRK, EVA, FLOOR, GIJS, HANS = (bsn(number) for number in range(8))
#: Nine digits of the test range that fail the 11-test.
FAILS_ELEVEN = "999000011"


# --- GBA-V ------------------------------------------------------------------------------------


def line(elements: Mapping[str, str], first: str = "") -> str:
    """One physical row of the GBA-V layout; a row with a ``first`` column begins a person."""
    row = [elements.get(name, "") if name else "" for name in HEADER]
    unknown = set(elements) - set(HEADER)
    assert not unknown, unknown
    return ";".join([first, *row[1:]])


def person(
    number: str,
    *,
    birth: str = "19800115",
    sex: str = "V",
    gemeente: str = "0518",
    function: str = "W",
    since: str = "20100101",
    label: str = "P",
    **more: str,
) -> str:
    """The head row of a person; ``more`` names elements as ``e06_08_10``."""
    elements = {
        "01.01.20": number,
        "01.03.10": birth,
        "01.04.10": sex,
        "08.09.10": gemeente,
        "08.10.10": function,
        "08.10.30": since,
    }
    return line(elements | _named(more), label)


def continuation(**more: str) -> str:
    """A row that continues the person above it."""
    return line(_named(more))


def _named(elements: Mapping[str, str]) -> dict[str, str]:
    return {name.removeprefix("e").replace("_", "."): text for name, text in elements.items()}


def gbav(*lines: str, header: Sequence[str] = HEADER, newline: str = "\r\n") -> bytes:
    """A delivery of persons."""
    return BOM + "".join(f"{text}{newline}" for text in (";".join(header), *lines)).encode()


# --- SuwiML -----------------------------------------------------------------------------------


def amount(element: str, cents: int | str, sign: str = "+") -> str:
    """An amount with its sign apart."""
    return (
        f"<{element}><CdMunteenheid>EUR</CdMunteenheid>"
        f"<CdPositiefNegatief>{sign}</CdPositiefNegatief>"
        f"<WaardeBedr>{cents}</WaardeBedr></{element}>"
    )


def statement(begin: str, end: str, cents: int | str, sign: str = "+", more: str = "") -> str:
    """An Inkomstenopgave with so many cents of SV wage."""
    wage = amount("BedrBrutoloonSv", cents, sign)
    return (
        f"<Inkomstenopgave><DatBIko>{begin}</DatBIko><DatEIko>{end}</DatEIko>"
        f"{wage}{more}</Inkomstenopgave>"
    )


def relation(
    *statements: str,
    employer: str = "123456789L01",
    sequence: str = "1",
    begin: str = "20200101",
    kind: str = "15",
) -> str:
    """An income relation, of one kind since it began; of no ``kind`` nothing is said of that."""
    period = (
        f"<Inkomstenperiode><DatBIkp>{begin}</DatBIkp><CdSrtIkv>{kind}</CdSrtIkv>"
        "<IndLoonheffingskortingToegepast>1</IndLoonheffingskortingToegepast></Inkomstenperiode>"
    )
    return (
        f"<Inkomstenverhouding><VolgnrIkv>{sequence}</VolgnrIkv><DatBIkv>{begin}</DatBIkv>"
        f"<AdministratieveEenheid><Loonheffingennr>{employer}</Loonheffingennr>"
        f"</AdministratieveEenheid>{period if kind else ''}{''.join(statements)}"
        "</Inkomstenverhouding>"
    )


def response(number: str, *relations: str, answered: tuple[str, str] | None = None) -> str:
    """The answer about one person; ``answered`` is the period that it says it covers."""
    period = ""
    if answered:
        period = (
            f"<PeriodeGegevensleveringIko><DatBPeriode>{answered[0]}</DatBPeriode>"
            f"<DatEPeriode>{answered[1]}</DatEPeriode></PeriodeGegevensleveringIko>"
        )
    return (
        f'<smls:UWVPersoonsIkvInfoResponse xmlns:smls="{SUWIML}">{period}'
        f"<ClientSuwi><Burgerservicenr>{number}</Burgerservicenr>{''.join(relations)}</ClientSuwi>"
        "</smls:UWVPersoonsIkvInfoResponse>"
    )


def zipped(*members: str | bytes, names: Sequence[str] = (), **options: Any) -> bytes:
    """A zip of messages."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", **({"compression": zipfile.ZIP_DEFLATED} | options)) as made:
        for number, member in enumerate(members):
            made.writestr(names[number] if names else f"{number}.xml", member)
    return buffer.getvalue()


# --- areas ------------------------------------------------------------------------------------

RD = "urn:ogc:def:crs:EPSG::28992"


def square(x: float, y: float, size: float = 100.0) -> dict[str, Any]:
    """A square as GeoJSON, by its lower left corner."""
    ring = [[x, y], [x + size, y], [x + size, y + size], [x, y + size], [x, y]]
    return {"type": "Polygon", "coordinates": [ring]}


def feature(geometry: Any, *, identifier: Any = None, **properties: Any) -> dict[str, Any]:
    """An area as GeoJSON."""
    made = {"type": "Feature", "geometry": geometry, "properties": properties}
    return made | ({} if identifier is None else {"id": identifier})


def collection(*features: Any, crs: str | None = RD, **members: Any) -> bytes:
    """A FeatureCollection; its crs stands at the end, as some exports have it."""
    made: dict[str, Any] = {"type": "FeatureCollection", "features": features} | members
    if crs is not None:
        made["crs"] = {"type": "name", "properties": {"name": crs}}
    return json.dumps(made).encode()


def expected_apart(path: Path) -> dict[str, int]:
    """What of a generated delivery belongs in quarantine, by the manifest beside it."""
    delivery, _, month = path.stem.partition("_GM")
    counts: Counter[str] = Counter()
    for note in read_manifest(path.with_name(MANIFEST)):
        here = (note.delivery, note.month) == (delivery, month.partition("_")[2])
        if here and note.outcome == QUARANTINED and note.reason:
            counts[note.reason] += note.units
    return dict(+counts)


# --- a home -----------------------------------------------------------------------------------


def drop(home: Home, name: str, content: bytes) -> Path:
    """Put a file in landing that has been at rest for an hour."""
    path = home.landing / name
    path.write_bytes(content)
    rested = time.time() - 3600
    os.utime(path, (rested, rested))
    return path


def versions(home: Home) -> list[Version]:
    """Every version in the ledger, in order of arrival."""
    with contextlib.closing(Ledger(home.ledger)) as ledger:
        return ledger.versions()


def rows_of(home: Home, version: Version, table: str) -> list[dict[str, Any]]:
    """The raw Parquet rows of one object of a version."""
    path = home.raw / (version.delivery or "") / version.levering_id / f"{table}.parquet"
    with contextlib.closing(duckdb.connect()) as sql:
        found: list[dict[str, Any]] = sql.read_parquet(str(path)).to_arrow_table().to_pylist()
    return found


def prints(folders: Iterable[Path]) -> dict[str, str]:
    """The sha256 of every file below some folders."""
    return {
        path.as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for folder in folders
        for path in sorted([folder, *folder.rglob("*")])
        if path.is_file()
    }


# --- the command line -------------------------------------------------------------------------


@dataclass(frozen=True)
class Result:
    """What a command said, and its exit code."""

    code: int
    out: str
    err: str


def datapakhuis(*arguments: object) -> Result:
    """Run a command in this process, as a shell would: the same entry point and exit code."""
    from warehouse.cli import main

    out, err, code = io.StringIO(), io.StringIO(), 0
    with (
        mock.patch.object(sys, "argv", ["datapakhuis", *map(str, arguments)]),
        mock.patch.dict(os.environ),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        try:
            main()
        except SystemExit as stop:
            code = stop.code if isinstance(stop.code, int) else int(stop.code is not None)
    return Result(code, out.getvalue(), err.getvalue())
