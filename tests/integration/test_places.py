"""Addresses become buurten: eight persons, two divisions, three versions of the addresses.

What belongs here: the whole way of the two references, through the command line. What does not:
each rung of the ladder on its own (unit tests beside the models) and geometry (unit tests).
"""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from demo.addresses import expected_areas
from demo.generate import addresses_of, generate
from demo.population import Population, last_day
from expectations.datasets import DATASET_SUITES
from tests.conftest import MakeHome
from tests.support import (
    ANNA,
    BRAM,
    CEES,
    DIRK,
    EVA,
    FLOOR,
    GIJS,
    HANS,
    Result,
    datapakhuis,
    drop,
    gbav,
    person,
    relation,
    response,
    statement,
    zipped,
)
from warehouse.client import Client
from warehouse.home import Home
from warehouse.keys import KERN, KeySet, bsn_messages
from warehouse.publication import current_manifest

PERSONS, FIRST = 600, "2025-01"
THEN, NOW = date(2022, 1, 1), date(2023, 1, 1)
CORNER = 115_000, 495_000
UNKNOWN, LETTER = "BU0479XXXX", "BU0479XXBR"


def square(column: int, row: int, width: int = 1) -> dict[str, Any]:
    """A square of 100 m, or several beside each other."""
    x, y = CORNER[0] + 100 * column, CORNER[1] + 100 * row
    right, top = x + 100 * width, y + 100
    ring = [[x, y], [right, y], [right, top], [x, top], [x, y]]
    return {"type": "Polygon", "coordinates": [ring]}


def areas(year: int, shapes: Mapping[str, Mapping[str, Any]]) -> str:
    """Buurten as the CBS gives them, and the wijken above them."""

    def feature(shape: Mapping[str, Any], **properties: object) -> dict[str, object]:
        return {"type": "Feature", "geometry": shape, "properties": properties | {"jaar": year}}

    return json.dumps(
        {
            "type": "FeatureCollection",
            "crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::28992"}},
            "features": [
                feature(
                    shape,
                    bu_code=code,
                    bu_naam=f"Buurt {code[-2:]}",
                    wk_code=f"WK{code[2:8]}",
                    gm_code="GM0479",
                    water="NEE",
                )
                for code, shape in shapes.items()
            ],
        }
    )


#: Two buurten of wijk 00 side by side, two of wijk 01 above them.
DIVISION_THEN = {
    "BU04790001": square(0, 0),
    "BU04790002": square(1, 0),
    "BU04790101": square(0, 1),
    "BU04790102": square(1, 1),
}
#: The lower two are one, the left of the upper two has another number, the right is cut in two.
DIVISION_NOW = {
    "BU04790001": square(0, 0, width=2),
    "BU04790109": square(0, 1),
    "BU04790103": {
        "type": "Polygon",
        "coordinates": [[[115100, 495100], [115150, 495100], [115150, 495200], [115100, 495200],
                         [115100, 495100]]],
    },
    "BU04790104": {
        "type": "Polygon",
        "coordinates": [[[115150, 495100], [115200, 495100], [115200, 495200], [115150, 495200],
                         [115150, 495100]]],
    },
}  # fmt: skip

OBJECT = "0479010000000001"
#: Born in another gemeente, which is read from nothing.
FROM_ELSEWHERE = "0363010000000002"
NUMBER = "0479200000000003"
HEADER = "adresseerbaar_object;nummeraanduiding;postcode;huisnummer;huisletter;"
HEADER += "huisnummertoevoeging;x;y;gebruiksdoelen"


def addresses(first: tuple[int, int] = (115_050, 495_050)) -> bytes:
    rows = [
        f"{OBJECT};0479200000000001;1501AA;1;;;{first[0]};{first[1]};woonfunctie",
        f"{FROM_ELSEWHERE};0363200000000002;1501AA;2;;;115150;495050;celfunctie",
        f"0479010000000003;{NUMBER};1501AB;3;;;115050;495150;woonfunctie",
        "0479010000000004;0479200000000004;1501AC;4;A;1;115120;495150;woonfunctie",
        "0479010000000005;0479200000000005;1501AD;5;;A;115180;495150;woonfunctie",
        # On the border of the two lower buurten.
        "0479010000000006;0479200000000006;1501AE;6;;;115100;495050;woonfunctie",
    ]
    return "\r\n".join([HEADER, *rows, ""]).encode()


def persons() -> bytes:
    def at(number: str, **more: str) -> str:
        return person(number, gemeente="0479", **more)

    return gbav(
        at(ANNA, e08_11_80=OBJECT),
        at(BRAM, e08_11_80=FROM_ELSEWHERE),
        at(CEES, e08_11_90=NUMBER),
        at(DIRK, e08_11_60="1501AC", e08_11_20="4", e08_11_40="a-1"),
        at(EVA, function="B"),
        at(FLOOR, e08_11_60="1599ZZ", e08_11_20="1"),
        at(GIJS, e08_11_80="0479010000000006"),
        # Another addition; the number lies in one buurt.
        at(HANS, e08_11_60="1501AD", e08_11_20="5", e08_11_40="B"),
    )


EXPECTED_THEN = {
    ANNA: ("vbo", "BU04790001", False),
    BRAM: ("vbo", "BU04790002", True),
    CEES: ("num", "BU04790101", False),
    DIRK: ("pchn", "BU04790102", False),
    EVA: ("briefadres", LETTER, None),
    FLOOR: ("onbekend", UNKNOWN, None),
    GIJS: ("vbo", "BU04790001", False),
    HANS: ("pchn_zonder_toev", "BU04790102", None),
}
EXPECTED_NOW = {
    ANNA: "BU04790001",
    BRAM: "BU04790001",
    CEES: "BU04790109",
    DIRK: "BU04790103",
    EVA: LETTER,
    FLOOR: UNKNOWN,
    GIJS: "BU04790001",
    HANS: "BU04790104",
}


@dataclass(frozen=True)
class Moment:
    """What a run said, what is published, and the file of each month."""

    result: Result
    rows: dict[str, list[dict[str, Any]]]
    files: dict[tuple[str, date], str]

    def month(self, month: date, dataset: str = "personen") -> list[dict[str, Any]]:
        return [row for row in self.rows[dataset] if row["maand"] == month]


def look(home: Home, result: Result) -> Moment:
    manifest = current_manifest(home.publication)
    assert manifest, result
    client = Client(home.path)
    return Moment(
        result,
        {name: client.get(name).to_pylist() for name in manifest.datasets},
        {
            (name, month): file.sha256
            for name, dataset in manifest.datasets.items()
            for month, file in dataset.months.items()
        },
    )


@pytest.fixture(scope="module")
def story(new_home: MakeHome) -> dict[str, Moment]:
    home = new_home(["GM0479"], "2022-01")

    def run(files: Mapping[str, bytes]) -> Moment:
        for name, content in files.items():
            drop(home, name, content)
        return look(home, datapakhuis("run", "--home", home.path))

    wage = relation(statement("20220101", "20220131", 100))
    changes = "oude_code;nieuwe_code;jaar\nBU04790101;BU04790109;2023\n"
    return {
        "without": run({"brp_personen_GM0479_2022-01.csv": persons()}),
        "first": run(
            {
                "bag_adressen_GM0479_2022-01.csv": addresses(),
                "cbs_gebieden_GM0479_2022-01.geojson": areas(2022, DIVISION_THEN).encode(),
                "suwinet_inkomsten_GM0479_2022-02.zip": zipped(
                    response(ANNA, wage), response(FLOOR, wage)
                ),
            }
        ),
        "later": run(
            {
                "brp_personen_GM0479_2023-01.csv": persons(),
                "cbs_gebieden_GM0479_2023-01.zip": zipped(
                    areas(2023, DIVISION_NOW), changes, names=["buurten.geojson", "codes.csv"]
                ),
            }
        ),
        # The first address lies elsewhere, by an extract of March 2022.
        "moved": run({"bag_adressen_GM0479_2022-03.csv": addresses(first=(115_050, 495_150))}),
    }


@pytest.fixture(scope="module")
def named(keys: KeySet) -> dict[str, str]:
    """The person of each published token."""
    numbers = list(EXPECTED_THEN)
    messages, _ = bsn_messages(pa.array(numbers))
    tokens = keys.republish(keys.tokeniser(KERN, "bsn").encrypt(messages)).to_pylist()
    return dict(zip(tokens, numbers, strict=True))


def test_every_run_went_well(story):
    for name, moment in story.items():
        assert moment.result.code == 0, (name, moment.result)


def test_without_addresses_and_areas_every_buurt_is_unknown_but_a_letter_address(story, named):
    found = {named[row["bsn_versleuteld"]]: row["buurt"] for row in story["without"].month(THEN)}

    assert found == {who: LETTER if who == EVA else UNKNOWN for who in EXPECTED_THEN}


def test_addresses_that_arrive_later_place_who_is_there_already(story, named):
    found = {
        named[row["bsn_versleuteld"]]: (row["buurt_methode"], row["buurt"], row["institutioneel"])
        for row in story["first"].month(THEN)
    }

    assert found == EXPECTED_THEN


@pytest.mark.parametrize("month", [THEN, NOW])
def test_a_new_division_gives_both_views_of_every_month(story, named, month):
    rows = {named[row["bsn_versleuteld"]]: row for row in story["later"].month(month)}
    then = {who: EXPECTED_THEN[who][1] if month == THEN else EXPECTED_NOW[who] for who in rows}

    assert {who: row["buurt"] for who, row in rows.items()} == EXPECTED_NOW
    assert {who: row["buurt_toen"] for who, row in rows.items()} == then
    for row in rows.values():
        assert row["wijk"] == "WK" + row["buurt"][2:8]
        assert row["wijk_toen"] == "WK" + row["buurt_toen"][2:8]


def test_what_became_of_a_buurt_is_told_and_what_cannot_be_translated_too(story):
    assert {
        row["buurt_toen"]: (row["soort"], row["buurt"], row["bron"], row["vertaald"])
        for row in story["later"].month(THEN, "gebied_vertaling")
    } == {
        "BU04790001": ("samengevoegd", "BU04790001", "afgeleid", True),
        "BU04790002": ("samengevoegd", "BU04790001", "afgeleid", True),
        "BU04790101": ("hernummerd", "BU04790109", "geleverd", True),
        "BU04790102": ("gesplitst", UNKNOWN, "afgeleid", False),
    }
    assert story["later"].month(NOW, "gebied_vertaling") == []


def test_the_buurten_of_both_divisions_are_listed_with_their_year(story):
    listed = Counter(
        (row["indeling"], row["indelingsjaar"]) for row in story["later"].month(THEN, "gebieden")
    )

    assert listed == {("nu", 2023): 4, ("toen", 2022): 4}


@pytest.mark.parametrize("name", ["without", "first", "later", "moved"])
def test_areas_add_up_to_the_gemeente_in_every_dataset_and_month(story, name):
    moment = story[name]
    known = {row["buurt"] for row in moment.rows.get("gebieden", ())} | {UNKNOWN, LETTER}
    for dataset in {"personen", "inkomsten", "inkomsten_bevraging"} & moment.rows.keys():
        rows = moment.rows[dataset]
        for month in {row["maand"] for row in rows}:
            buurten = Counter(row["buurt"] for row in rows if row["maand"] == month)
            wijken = Counter(row["wijk"] for row in rows if row["maand"] == month)
            total = sum(row["maand"] == month for row in rows)
            assert sum(buurten.values()) == sum(wijken.values()) == total
            assert buurten.keys() <= known
            for wijk, number in wijken.items():
                within = [count for code, count in buurten.items() if code[2:8] == wijk[2:]]
                assert sum(within) == number


def test_income_lies_where_the_person_lives(story, named):
    found = {
        named[row["bsn_versleuteld"]]: row["buurt"] for row in story["later"].rows["inkomsten"]
    }

    assert found == {ANNA: "BU04790001", FLOOR: UNKNOWN}


def test_newer_addresses_hold_from_their_month_on_and_open_nothing_before(story, named):
    def where(month: date) -> str:
        rows = story["moved"].month(month)
        return str(next(row["buurt"] for row in rows if named[row["bsn_versleuteld"]] == ANNA))

    assert (where(THEN), where(NOW)) == ("BU04790001", "BU04790109")
    before, after = story["later"].files, story["moved"].files
    changed = {key for key in after if after[key] != before.get(key)}
    assert {month for _, month in changed} == {NOW}
    assert {name for name, _ in changed if name in DATASET_SUITES} == {
        *("personen", "huishoudens", "volledigheid"),
    }


# --- the synthetic gemeente -------------------------------------------------------------------


@pytest.fixture(scope="module")
def placed(new_home: MakeHome) -> dict[tuple[str, ...], tuple[str, str, bool | None]]:
    """By how the BRP writes an address: the rung that found it, its buurt, and its kind."""
    home = new_home(["GM0479"], FIRST)
    deliveries = ["cbs_gebieden", "bag_adressen", "brp_personen"]
    generate(
        home.landing,
        persons=PERSONS,
        months=1,
        faults=False,
        deliveries=deliveries,
        manifest=False,
    )
    assert datapakhuis("run", "--home", home.path).code == 0
    with duckdb.connect(str(home.database), read_only=True) as sql:
        rows = sql.execute(
            """
            select
                coalesce(adresseerbaar_object, ''), coalesce(nummeraanduiding, ''),
                coalesce(postcode, ''), coalesce(cast(huisnummer as varchar), ''), toevoeging,
                coalesce(methode, 'onbekend'), buurt, institutioneel
            from staging.stg_adres_vragen
            left join staging.stg_adres_buurten using (gemeente, maand, adres_vraag)
            """
        ).fetchall()
    return {row[:5]: row[5:] for row in rows}


def test_every_address_is_found_by_the_rung_and_in_the_buurt_that_it_was_made_for(placed):
    population = Population(PERSONS, 479, FIRST, 1)
    addresses = addresses_of(population, FIRST)
    population.advance()
    asked = 0
    for meant in expected_areas(addresses, last_day(population.month)):
        number, letter, addition = meant.written[3:]
        written = (*meant.written[:3], number, (letter + addition.lstrip("0")).upper())
        if written not in placed:
            continue
        asked += 1
        methode, buurt, institution = placed[written]
        assert (methode, buurt) == (meant.methode, meant.buurt), meant
        if methode in ("vbo", "num", "pchn"):
            assert bool(institution) == meant.institutioneel, meant
    assert asked > PERSONS / 4
    rungs = {methode for methode, _, _ in placed.values()}
    assert rungs == {"vbo", "num", "pchn", "pchn_zonder_toev", "pc6", "onbekend"}
