"""Bad input: what each kind gets, by the intake and by one `run` through Dagster.

Each is refused as a whole, or set apart by unit as the contract says, with file, line, reason code
and remedy on the screen and in Dagster, and without the value.
"""

import io
import json
import time
import zipfile
from collections import Counter
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from unittest import mock

import dagster as dg
import pytest

from assets.deliveries import take_in as take_in_and_judge
from demo.gbav import HEADER
from expectations.deliveries import DELIVERY_SUITES
from tests.conftest import MakeHome
from tests.support import (
    ANNA,
    BRAM,
    CEES,
    DIRK,
    FAILS_ELEVEN,
    Result,
    bsn,
    continuation,
    datapakhuis,
    drop,
    gbav,
    person,
    relation,
    response,
    statement,
    versions,
    zipped,
)
from warehouse.home import Home
from warehouse.intake import look, shown_name
from warehouse.ledger import Counts, State, Version
from warehouse.publication import current_manifest, manifest_paths
from warehouse.reasons import QUARANTINE, REFUSALS, reason
from warehouse.station import Station

#: A value that stands in every bad file, and nowhere in what is said about it.
SECRET = "Geheimenaar"
WAGE = relation(statement("20211201", "20211231", 7))
BUT_NO_INCOME = "Bijstandsregelingen"


@dataclass(frozen=True)
class Bad:
    """A bad file: its name but for the month, its content, and why and where it is refused.

    ``shown``: its name as it may be said, where something in it could be a person's.
    """

    kind: str
    content: bytes
    reason: str
    place: str
    name: str = "brp_personen_GM0518_{}.csv"
    shown: str = ""

    def __str__(self) -> str:
        return self.kind


def persons(*more: str) -> bytes:
    """A good person with a secret name, and what comes after."""
    return gbav(person(ANNA, e01_02_40=SECRET), *more)


def header(*columns: str) -> bytes:
    return gbav(person(ANNA, e01_02_40=SECRET), person(BRAM), header=columns)


def without(name: str) -> list[str]:
    return [column for column in HEADER if column != name]


def answer() -> str:
    return response(ANNA, WAGE).replace("<ClientSuwi>", f"<Naam>{SECRET}</Naam><ClientSuwi>")


def bomb() -> bytes:
    return zipped(answer() + " " * (30 << 20))


def damaged() -> bytes:
    content = bytearray(zipped(answer(), compression=zipfile.ZIP_STORED))
    content[content.index(SECRET.encode())] ^= 1
    return bytes(content)


XML, ZIP = "suwinet_inkomsten_GM0518_{}.xml", "suwinet_inkomsten_GM0518_{}.zip"
_OPEN_QUOTE = person(BRAM, e01_02_40=f'"{SECRET}')
_SPACED = answer().replace("<ClientSuwi>", "\n<ClientSuwi>")
#: Refused for what is in it.
REFUSED = [
    Bad("empty file", b"", "leeg_bestand", ""),
    Bad("header only", gbav(), "alleen_kopregel", ""),
    Bad("missing column", header(*without("01.04.10")), "kolom_ontbreekt", "1 missing: 01.04.10"),
    Bad(
        "renamed column",
        header(*["geslacht" if name == "01.04.10" else name for name in HEADER]),
        "kolom_ontbreekt",
        "1 missing: 01.04.10",
    ),
    Bad("extra column", header(*HEADER[:-1], SECRET, ""), "kolom_onbekend", "column 257"),
    Bad(
        "double column",
        header(*HEADER[:-1], "01.01.20", ""),
        "kolom_dubbel",
        "column 257: 01.01.20",
    ),
    Bad(
        "double column of another name",
        header(*HEADER[:-1], SECRET, SECRET, ""),
        "kolom_dubbel",
        "column 258",
    ),
    Bad(
        "Latin-1",
        persons(person(BRAM, e01_02_40="Noë")).removeprefix(b"\xef\xbb\xbf").decode().encode("l1"),
        "codering",
        "line 3",
    ),
    Bad("UTF-16", persons().decode("utf-8-sig").encode("utf-16"), "codering", "line 1"),
    Bad("NUL byte", persons(person(BRAM, e01_02_40="\0")), "nul_byte", "line 3"),
    Bad(
        "unterminated quote",
        persons(_OPEN_QUOTE, person(CEES), person(DIRK)),
        "aanhalingsteken_open",
        "line 3",
    ),
    Bad("field of 50 MB", persons(person("9" * (50 << 20))), "regel_te_lang", "line 3"),
    Bad("cut in the middle of a row", persons(person(BRAM))[:-150], "afgekapt", "line 3"),
    Bad("truncated XML", _SPACED[:-30].encode(), "xml_onleesbaar", "line 2", XML),
    Bad(
        "another service",
        answer().replace("UWVDossierInkomstenGSD", BUT_NO_INCOME).encode(),
        "xml_ander_bericht",
        "",
        XML,
    ),
    Bad("not SuwiML", f"<a>{SECRET}</a>".encode(), "xml_ander_bericht", "", XML),
    Bad(
        "external DTD",
        f'<!DOCTYPE x SYSTEM "file:///etc/passwd">{answer()}'.encode(),
        "xml_dtd",
        "line 1",
        XML,
    ),
    Bad(
        "entities",
        f'<!DOCTYPE x [<!ENTITY a "{SECRET}"><!ENTITY b "&a;&a;">]>{answer()}'.encode(),
        "xml_dtd",
        "line 1",
        XML,
    ),
    Bad("empty message", b"", "leeg_bestand", "", XML),
    Bad("bomb's ratio", bomb(), "zip_bom", "message 1", ZIP),
    Bad(
        "../ name",
        zipped(answer(), answer(), names=["a.xml", f"../{SECRET}.xml"]),
        "zip_pad",
        "message 2",
        ZIP,
    ),
    Bad(
        "nested zip",
        zipped(answer(), zipped(answer()), names=["a.xml", f"{SECRET}.zip"]),
        "zip_genest",
        "message 2",
        ZIP,
    ),
    Bad(
        "nested zip in disguise", zipped(answer(), zipped(answer())), "zip_genest", "message 2", ZIP
    ),
    Bad("damaged zip", damaged(), "zip_onleesbaar", "message 1", ZIP),
    Bad("cut zip", zipped(answer())[:-9], "zip_onleesbaar", "", ZIP),
    Bad("empty zip", zipped(), "zip_leeg", "", ZIP),
    Bad(
        "damaged message in a zip",
        zipped(answer(), _SPACED[:-30]),
        "xml_onleesbaar",
        "message 2, line 2",
        ZIP,
    ),
]
#: Refused for its name; whatever is in it.
MISNAMED = [
    Bad(kind, kind.encode(), code, "file name", name, shown or name)
    for kind, code, name, shown in (
        ("no pattern", "bestandsnaam_onbekend", "uitvoer.csv", "#.csv"),
        ("no month", "bestandsnaam_onbekend", "brp_personen_GM0518.csv", ""),
        (
            *("wrong delivery", "levering_onbekend"),
            *("brp_persoon_GM0518_2022-01.csv", "brp_#_GM0518_2022-01.csv"),
        ),
        ("wrong kind", "extensie_onbekend", "brp_personen_GM0518_2022-01.xlsx", ""),
        ("unknown gemeente", "gemeente_onbekend", "brp_personen_GM0363_2022-01.csv", ""),
        (
            *("13th month", "maand_ongeldig"),
            *("brp_personen_GM0518_2022-13.csv", "brp_personen_GM0518_#.csv"),
        ),
        ("too early", "maand_ongeldig", "brp_personen_GM0518_2021-12.csv", ""),
        (
            *("too late", "maand_ongeldig"),
            *("brp_personen_GM0518_2999-01.csv", "brp_personen_GM0518_#.csv"),
        ),
    )
]

#: Units that are set apart, in the order in which they stand, with their reason and field.
_UNITS: list[tuple[list[str], str, str]] = [
    ([continuation(e09_01_20=CEES)], "vervolgregel_zonder_hoofd", ""),
    ([person("", e01_02_40=SECRET)], "bsn_ontbreekt", "bsn"),
    ([person("99900001", e01_02_40=SECRET)], "bsn_lengte", "bsn"),
    ([person(FAILS_ELEVEN), continuation(e08_09_10="0363")], "bsn_elfproef", "bsn"),
    ([person("000000000")], "bsn_ongeboren", "bsn"),
    ([person("999999999")], "bsn_onbekend", "bsn"),
    ([person("99900000a")], "bsn_geen_cijfers", "bsn"),
    ([person(BRAM, birth="19850231")], "datum_ongeldig", "geboortedatum"),
    ([person(bsn(30), sex="X")], "code_onbekend", "geslacht"),
    ([person(bsn(31), birth="")], "verplicht_leeg", "geboortedatum"),
    ([person(CEES)], "sleutel_dubbel", "bsn"),
    ([person(CEES, birth="19990101")], "sleutel_dubbel", "bsn"),
    ([""], "lege_regel", ""),
    ([f"P;{SECRET};too;short"], "aantal_velden", ""),
    ([person(bsn(32)) + ";"], "aantal_velden", ""),
]


def broken_units() -> tuple[bytes, list[tuple[int, str, str]]]:
    """A delivery with every kind of broken unit around one good person; where each stands."""
    text: list[str] = []
    places = []
    for lines, code, name in _UNITS:
        places.append((len(text) + 2, code, name))
        text += lines
    return gbav(*text, person(ANNA)), places


# --- by the intake ----------------------------------------------------------------------------


def take_in(station: Station, name: str, content: bytes) -> Version:
    drop(station.home, name, content)
    landing = look(station.home, station.contracts)
    if landing.misnamed:
        return station.intake.refuse(landing.misnamed[0])
    return station.intake.process(station.intake.receive(landing.ready[0]))


@pytest.mark.parametrize("bad", [*REFUSED, *MISNAMED], ids=str)
def test_a_file_that_cannot_be_trusted_is_refused_as_a_whole(station, bad):
    version = take_in(station, bad.name.format("2022-01"), bad.content)

    assert version.state is State.REFUSED
    assert (version.reason, version.place) == (bad.reason, bad.place)
    assert not any(station.home.landing.iterdir())
    assert not any(station.home.raw.iterdir())
    assert not any(station.home.quarantine.iterdir())
    assert station.intake.original(version.levering_id).exists()
    assert station.ledger.visible() == []
    assert station.ledger.open_months() == []


def test_a_unit_that_breaks_its_contract_is_set_apart_and_the_rest_goes_on(station):
    content, places = broken_units()

    version = take_in(station, "brp_personen_GM0518_2022-01.csv", content)

    assert version.counts == Counts(len(places) + 1, 1, len(places), 0)
    assert [
        (unit.line, unit.reason, unit.field)
        for unit in station.ledger.quarantined(version.levering_id)
    ] == places


def judged(station: Station, month: str, *persons: str) -> Version:
    """A full state that is taken in and judged."""
    name = "brp_personen"
    drop(station.home, f"{name}_GM0518_{month}.csv", gbav(*persons))
    return take_in_and_judge(
        *(station, station.contracts[name], DELIVERY_SUITES[name]),
        *("GM0518", date.fromisoformat(f"{month}-01")),
    )[-1]


MANY = [person(bsn(number)) for number in range(12)]


@pytest.mark.parametrize("month", ["2022-01", "2022-02", "2022-04"])
def test_a_file_cut_off_at_a_line_is_held_by_what_it_is_compared_with(station, month):
    """As a correction of the first month, the month after, or after a month that never came."""
    judged(station, "2022-01", *MANY)

    cut = judged(station, month, *MANY[:8])

    assert cut.state is State.HELD
    holding = [c.check for c in station.ledger.checks(cut.levering_id) if c.holds]
    assert holding == ["volume_vorige_maand"]


@pytest.mark.parametrize(
    "content",
    [gbav(person(FAILS_ELEVEN), person("")), gbav("", ""), gbav(person(ANNA), person(ANNA))],
)
def test_a_full_state_of_which_nothing_passes_is_held_and_wipes_nobody(station, content):
    """However small: below a hundred units the share in quarantine says nothing."""
    name = "brp_personen"
    for text in (gbav(person(BRAM)), content):
        drop(station.home, f"{name}_GM0518_2022-01.csv", text)
        versions = take_in_and_judge(
            *(station, station.contracts[name], DELIVERY_SUITES[name]),
            *("GM0518", date(2022, 1, 1)),
        )

    [held] = versions
    assert held.state is State.HELD
    assert [check.check for check in station.ledger.checks(held.levering_id) if check.holds] == [
        "levering_niet_leeg"
    ]
    [current] = station.ledger.visible()
    assert current.counts == Counts(1, 1, 0, 0)


def test_every_reason_is_provoked_by_some_input():
    """What no test provokes may not work, or not exist any more."""
    provoked = {bad.reason for bad in [*REFUSED, *MISNAMED]} | {code for _, code, _ in _UNITS}
    elsewhere = {
        # tests/unit/test_readers.py
        *(
            "antwoord_met_fout",
            "eenheid_te_groot",
            "telling_wijkt_af",
            "zip_te_groot",
        ),
        # tests/unit/test_gate.py
        *("bedrag_ongeldig",),
        # tests/unit/test_istandaarden.py
        *("bericht_versie",),
        # tests/unit/test_ib_inkomsten.py
        *(
            "bestand_ontbreekt",
            "waarde_ongeloofwaardig",
        ),
        # tests/unit/test_stufcap.py
        *(
            "controletelling",
            "record_lengte",
            "record_volgorde",
        ),
        # tests/unit/test_gebieden.py
        *(
            "crs_onbekend",
            "json_onleesbaar",
            "patroon",
        ),
        # tests/unit/test_ddas.py
        *(
            "gemeente_anders",
            "zaak_zonder_signaal",
        ),
        # tests/unit/test_bus.py
        *("uitkering_zonder_persoon",),
    }
    assert provoked | elsewhere == REFUSALS.keys() | QUARANTINE.keys()
    assert not provoked & elsewhere


# --- by `run`, in Dagster ---------------------------------------------------------------------


@dataclass(frozen=True)
class Told:
    """What one `run` over all of it said, on the screen and in Dagster."""

    home: Home
    result: Result
    again: Result
    by_name: dict[str, Bad]
    growing: Path
    screen: str
    dagster: list[dg.EventLogEntry]

    def events(self, kind: dg.DagsterEventType) -> list[Any]:
        """What Dagster keeps of the events of one kind."""
        return [
            entry.dagster_event.event_specific_data
            for entry in self.dagster
            if entry.dagster_event and entry.dagster_event.event_type is kind
        ]

    def version(self, name: str) -> Version:
        [found] = [version for version in versions(self.home) if version.file == name]
        return found


@pytest.fixture(scope="module")
def told(new_home: MakeHome) -> Told:
    """Everything bad at once, each for a gemeente and month of its own; and what may go on."""
    home = new_home(["GM0518", "GM0479"], "2022-01")
    by_name = {bad.name: bad for bad in MISNAMED}
    months = [f"{year}-{month:02}" for year in (2022, 2023, 2024) for month in range(1, 13)]
    for month, bad in zip(months, REFUSED, strict=False):
        by_name[bad.name.format(month)] = bad
    for name, bad in by_name.items():
        drop(home, name, bad.content)
    # Units that are set apart; and a delivery that was cut off at the end of a row, which only its
    # volume can tell.
    everyone = [person(bsn(number), gemeente="0479") for number in range(20)]
    drop(home, "brp_personen_GM0518_2025-01.csv", broken_units()[0])
    drop(
        home,
        "suwinet_inkomsten_GM0518_2025-01.zip",
        zipped(
            response(BRAM, WAGE),
            response(ANNA, relation(statement("20211201", "20211231", "98765.43"))),
        ),
    )
    drop(home, "brp_personen_GM0479_2025-01.csv", gbav(*everyone))
    drop(home, "brp_personen_GM0479_2025-02.csv", gbav(*everyone[:12]))
    growing = home.landing / "brp_personen_GM0479_2025-03.csv"
    growing.write_bytes(gbav(*everyone[:5]))

    def grows(_: float) -> None:
        with growing.open("ab") as file:
            file.write(b"more")

    with mock.patch("warehouse.intake.time.sleep", grows):
        result = datapakhuis("run", "--home", home.path)
        # One of the refused files comes again: that is no news, but neither is it well.
        grows(0)
        drop(home, "brp_personen_GM0518_2022-02.csv", gbav())
        again = datapakhuis("run", "--home", home.path)
    screen = (
        datapakhuis("status", "--home", home.path).out
        + datapakhuis("quarantine", "list", "--home", home.path).out
        + datapakhuis("status", "--json", "--home", home.path).out
    )
    with dg.DagsterInstance.from_config(str(home.dagster)) as instance:
        logged = [entry for run in instance.get_runs() for entry in instance.all_logs(run.run_id)]
    return Told(home, result, again, by_name, growing, screen, logged)


def test_the_run_ends_with_1_and_says_no_more_than_sentences(told):
    assert told.result.code == 1
    assert told.result.err == ""
    assert "Traceback" not in told.result.out
    assert "failed:" not in told.result.out


@pytest.mark.parametrize("bad", [*REFUSED, *MISNAMED], ids=str)
def test_the_screen_tells_file_place_code_and_remedy(told, bad):
    [name] = [name for name, one in told.by_name.items() if one is bad]
    why = reason(bad.reason)
    place = f", {bad.place}" if bad.place else ""

    assert f"{shown_name(Path(name))}: refused ({why.code}{place}): {why.text}. {why.remedy}" in (
        told.result.out.splitlines()
    )


def test_landing_keeps_only_what_still_grows(told):
    assert list(told.home.landing.iterdir()) == [told.growing]
    assert "brp_personen_GM0479_2025-03.csv: still being written" in told.result.out
    assert not [v for v in versions(told.home) if v.file == told.growing.name]


@pytest.mark.parametrize("bad", REFUSED, ids=str)
def test_dagster_tells_file_place_code_and_remedy(told, bad):
    [name] = [name for name, one in told.by_name.items() if one is bad]
    failures = [event.user_failure_data for event in told.events(dg.DagsterEventType.STEP_FAILURE)]

    # The one that came again failed twice.
    found = [f for f in failures if f and f.metadata["bestand"].value == name]
    assert len(found) == (2 if bad.kind == "header only" else 1)
    why = reason(bad.reason)
    assert found[0].metadata["reden"].value == why.code
    assert found[0].metadata["plaats"].value == bad.place
    assert found[0].metadata["herstel"].value == why.remedy
    for text in (name, why.code, bad.place, why.text, why.remedy):
        assert text in (found[0].description or "")


def test_dagster_tells_of_files_under_a_wrong_name(told):
    [check] = [
        check
        for check in told.events(dg.DagsterEventType.ASSET_CHECK_EVALUATION)
        if check.check_name == "bestandsnamen" and not check.passed
    ]

    assert check.severity is dg.AssetCheckSeverity.ERROR
    assert check.metadata["geweigerd"].value == len(MISNAMED)
    records = rows_of(check.metadata["bestanden"])
    assert sorted((record["bestand"], record["reden"]) for record in records) == sorted(
        (bad.shown, bad.reason) for bad in MISNAMED
    )
    assert all(record["herstel"] == reason(record["reden"]).remedy for record in records)


def rows_of(metadata: Any) -> list[dict[str, Any]]:
    return [dict(record.data) for record in metadata.records]


def materialised(told: Told, delivery: str, month: str) -> dict[str, Any]:
    """The metadata of the last materialisation of a partition of Den Haag."""
    found = [
        event.materialization for event in told.events(dg.DagsterEventType.ASSET_MATERIALIZATION)
    ]
    [one] = [
        event
        for event in found
        if event.asset_key.path[-1] == delivery and event.partition == f"GM0518|{month}"
    ]
    return dict(one.metadata)


def test_units_in_quarantine_are_told_by_line_code_and_remedy(told):
    _, places = broken_units()
    name = "brp_personen_GM0518_2025-01.csv"

    said = datapakhuis("quarantine", "list", "--month", "2025-01", "--home", told.home.path)
    listed = json.loads(datapakhuis("quarantine", "list", "--json", "--home", told.home.path).out)

    assert told.version(name).state is State.ACCEPTED
    assert "16 in the source = 1 accepted + 15 quarantined + 0 duplicate" in told.result.out
    assert [
        (row["regel"], row["reden"], row["veld"])
        for row in listed
        if row["levering"] == "brp_personen"
    ] == places
    for code, number in Counter(code for _, code, _ in places).items():
        assert f"{number} x {code}: {reason(code).text}. {reason(code).remedy}" in said.out


def test_units_in_quarantine_are_told_in_dagster(told):
    _, places = broken_units()

    metadata = materialised(told, "brp_personen", "2025-01")

    assert metadata["bestand"].value == "brp_personen_GM0518_2025-01.csv"
    assert [metadata[n].value for n in ("bron", "geaccepteerd", "quarantaine")] == [16, 1, 15]
    rows = {row["reden"]: row for row in rows_of(metadata["quarantaine_redenen"])}
    for code in {code for _, code, _ in places}:
        lines = [line for line, other, _ in places if other == code]
        assert rows[code]["plaats"] == ", ".join(f"regel {line}" for line in lines)
        assert (rows[code]["aantal"], rows[code]["herstel"]) == (
            len(lines),
            reason(code).remedy,
        )
    income = rows_of(materialised(told, "suwinet_inkomsten", "2025-01")["quarantaine_redenen"])
    assert [(row["reden"], row["plaats"]) for row in income] == [
        ("bedrag_ongeldig", "bericht 2 regel 1")
    ]


def test_a_file_cut_at_the_end_of_a_row_is_held_by_its_volume_and_the_others_go_on(told):
    held = told.version("brp_personen_GM0479_2025-02.csv")

    assert held.state is State.HELD
    assert not held.visible
    assert "brp_personen GM0479 2025-02: vastgehouden" in told.result.out
    assert "volume_vorige_maand" in told.result.out
    manifest = current_manifest(told.home.publication)
    assert manifest
    months = {
        month.isoformat()[:7]: f.rows for month, f in manifest.datasets["personen"].months.items()
    }
    assert months == {"2025-01": 21}
    assert len(manifest_paths(told.home.publication)) == 1


def test_a_hold_is_an_error_of_its_check_in_dagster(told):
    [failed] = [
        check
        for check in told.events(dg.DagsterEventType.ASSET_CHECK_EVALUATION)
        if check.check_name == "volume_vorige_maand" and not check.passed
    ]
    assert failed.severity is dg.AssetCheckSeverity.ERROR
    assert failed.metadata["uitkomst"].value == "gezakt"
    assert (failed.metadata["waarde"].value, failed.metadata["vorige"].value) == (12, 20)


def test_a_refused_file_that_comes_again_is_refused_again_and_said_so(told):
    assert told.again.code == 1
    assert "brp_personen_GM0518_2022-02.csv: refused (alleen_kopregel)" in told.again.out
    [version] = [v for v in versions(told.home) if v.file == "brp_personen_GM0518_2022-02.csv"]
    assert version.state is State.REFUSED


def test_a_value_is_never_said(told):
    values = (SECRET, ANNA, BRAM, CEES, FAILS_ELEVEN, "19850231", "99900001", "98765.43")
    logged = "\n".join(str(entry) for entry in told.dagster)
    assert len(logged) > 10_000
    for value in values:
        for said in (told.result.out, told.again.out, told.screen, logged):
            assert value not in said


# --- what keeps its good name -----------------------------------------------------------------


def test_the_same_file_twice_is_one_version(station):
    content = gbav(person(ANNA), person(FAILS_ELEVEN))
    first = take_in(station, "brp_personen_GM0518_2022-01.csv", content)
    accepted = station.intake.accept(first)

    drop(station.home, "brp_personen_GM0518_2022-01.csv", content)
    [file] = look(station.home, station.contracts).ready

    assert station.intake.receive(file) == accepted
    assert station.ledger.versions() == [accepted]


def test_a_limit_is_reached_quickly(station):
    """A hostile file costs what it is, not what it says it is."""
    begin = time.monotonic()
    for number, bad in enumerate(
        bad for bad in REFUSED if bad.kind in ("bomb's ratio", "entities", "field of 50 MB")
    ):
        take_in(station, bad.name.format(f"2022-{number + 1:02}"), bad.content)

    assert time.monotonic() - begin < 10


def test_a_zip_of_a_zip_is_not_opened(station):
    inner = io.BytesIO(zipped(answer()))

    version = take_in(
        station, ZIP.format("2022-01"), zipped(inner.getvalue(), names=["onschuldig.xml"])
    )

    assert version.reason == "zip_genest"
