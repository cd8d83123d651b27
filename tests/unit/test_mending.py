"""Mending by hand: what was set apart goes out sealed and comes back in its own place."""

import io
import json
import stat
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any
from unittest import mock

import dagster as dg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assets.deliveries import delivery_asset, partition_key
from expectations.bridge import Suite
from tests.support import (
    ANNA,
    BRAM,
    CEES,
    FAILS_ELEVEN,
    HANS,
    bsn,
    continuation,
    datapakhuis,
    drop,
    gbav,
    person,
    prints,
    relation,
    response,
    rows_of,
    statement,
    zipped,
)
from warehouse import keys as keyring
from warehouse.errors import DatapakhuisError, UsageError
from warehouse.intake import look
from warehouse.ledger import Counts, LedgerError, Release, State, Version
from warehouse.mending import MendError, check_plain, export, look_at, open_export, reoffer
from warehouse.readers import reader_for
from warehouse.readers.base import Place, Reader
from warehouse.seal import SealedWriter, open_sealed
from warehouse.station import Station

WHY = Release("els", "Uitgezocht bij Burgerzaken")
PERSONS, ANSWERS = "brp_personen_GM0518_2022-01.csv", "suwinet_inkomsten_GM0518_2022-04.zip"
JANUARY, FEBRUARY, MARCH = (date(2022, month, 1) for month in (1, 2, 3))
PASSPHRASE = "een heel lang wachtwoord"
Record = dict[str, Any]


@pytest.fixture(autouse=True)
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keyring, "PASSPHRASE_COST", 14)


def received(station: Station, content: bytes, name: str) -> Version:
    drop(station.home, name, content)
    [file] = look(station.home, station.contracts).ready
    return station.intake.receive(file)


def taken(station: Station, content: bytes, name: str = PERSONS) -> Version:
    return forward(station, received(station, content, name))


def forward(station: Station, version: Version) -> Version:
    """The way of a version on which no check says no."""
    return station.intake.accept(station.intake.process(version))


def held(station: Station, content: bytes, name: str = PERSONS) -> Version:
    version = station.intake.process(received(station, content, name))
    station.ledger.hold(version.levering_id)
    return station.ledger.version(version.levering_id)


def exported(station: Station, version: Version, tmp_path: Path) -> list[Record]:
    """The plain records of a version's quarantine, by way of a sealed file."""
    sealed, plain = tmp_path / f"{version.levering_id}.q", tmp_path / f"{version.levering_id}.jsonl"
    export(station, version.levering_id, sealed, WHY, PASSPHRASE)
    found = look_at(sealed)
    open_export(found, found.with_passphrase(PASSPHRASE), plain)
    return [json.loads(line) for line in plain.read_bytes().splitlines()]


def written(path: Path, *records: Record) -> Path:
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    return path


def changed(record: Record, old: str, new: str) -> Record:
    assert old in record["inhoud"]
    return {**record, "inhoud": record["inhoud"].replace(old, new)}


def persons(station: Station, version: Version) -> list[str]:
    """The birth dates of a version's persons: in these tests each has their own."""
    return [row["geboortedatum"] for row in rows_of(station.home, version, "persoonslijst")]


BROKEN = person(FAILS_ELEVEN, birth="19900101", e08_H="58")
MORE = continuation(e08_09_10="0363", e08_10_10="W", e08_10_30="20000101")
DELIVERY = gbav(person(ANNA, birth="19700101"), BROKEN, MORE, "", person(BRAM, birth="19600101"))


# --- out --------------------------------------------------------------------------------------


def test_an_export_holds_every_unit_set_apart_and_opens_with_its_passphrase_only(station, tmp_path):
    version = taken(station, DELIVERY)

    records = exported(station, version, tmp_path)

    assert [(r["levering_id"], r["regel"], r["reden"]) for r in records] == [
        (version.levering_id, 5, "lege_regel"),
        (version.levering_id, 3, "bsn_elfproef"),
    ]
    assert records[1]["inhoud"] == f"{BROKEN}\r\n{MORE}\r\n"
    sealed = tmp_path / f"{version.levering_id}.q"
    assert FAILS_ELEVEN.encode() not in sealed.read_bytes()
    assert stat.S_IMODE((tmp_path / f"{version.levering_id}.jsonl").stat().st_mode) == 0o600
    found = look_at(sealed)
    with pytest.raises(MendError, match="passphrase"):
        open_export(found, found.with_passphrase("een ander wachtwoord"), tmp_path / "other")
    assert not (tmp_path / "other").exists()


def test_an_export_for_the_home_opens_with_its_key_set(station, tmp_path):
    version = taken(station, DELIVERY)
    assert export(station, version.levering_id, tmp_path / "q", WHY, None) == 2

    found = look_at(tmp_path / "q")

    assert not found.by_passphrase
    assert open_export(found, found.with_keys(station.keys), tmp_path / "plain") == 2


def test_who_exports_and_why_is_in_the_ledger(station, tmp_path):
    version = taken(station, DELIVERY)
    before = station.ledger.events()

    exported(station, version, tmp_path)

    with station.ledger.transaction() as sql:
        rows = sql.execute(
            "select wie, wat, over, uitslag from gebeurtenis where nummer > ?", (before,)
        ).fetchall()
    assert [tuple(row) for row in rows] == [
        ("els", "quarantaine_geexporteerd", version.levering_id, WHY.reason)
    ]
    # Nothing happened to the version itself.
    assert station.ledger.touched(since=before) == []


@pytest.mark.parametrize("tampered", [3, 9, 20, 40, 60, 90, -1])
def test_an_export_that_was_altered_anywhere_does_not_open(station, tmp_path, tampered):
    version = taken(station, DELIVERY)
    export(station, version.levering_id, tmp_path / "q", WHY, PASSPHRASE)
    content = bytearray((tmp_path / "q").read_bytes())
    content[tampered] ^= 1
    (tmp_path / "altered").write_bytes(content)

    def opened() -> int:
        found = look_at(tmp_path / "altered")
        return open_export(found, found.with_passphrase(PASSPHRASE), tmp_path / "plain")

    with pytest.raises(DatapakhuisError) as raised:
        opened()

    assert raised.value.remedy
    assert not (tmp_path / "plain").exists()


def test_an_export_without_a_reason_or_over_a_file_is_none(station, tmp_path):
    version = taken(station, DELIVERY)
    (tmp_path / "there").write_text("mine")
    before = station.ledger.events()

    with pytest.raises(UsageError, match="needs a reason"):
        export(station, version.levering_id, tmp_path / "q", Release("els", " "), PASSPHRASE)
    for target in (tmp_path / "there", tmp_path / "nowhere" / "q", station.home.landing / "q"):
        with pytest.raises(UsageError):
            export(station, version.levering_id, target, WHY, PASSPHRASE)

    assert (tmp_path / "there").read_text() == "mine"
    assert (station.ledger.events(), list(station.home.landing.iterdir())) == (before, [])


def test_what_is_refused_on_its_way_or_whole_has_nothing_to_export(station, tmp_path):
    refused = station.intake.process(received(station, b"x", PERSONS))
    underway = received(station, DELIVERY, PERSONS.replace("01", "02"))
    whole = taken(station, gbav(person(ANNA)), PERSONS.replace("01.", "03."))

    for version, says in ((refused, "refused"), (underway, "run"), (whole, "nothing")):
        with pytest.raises(MendError, match=says):
            export(station, version.levering_id, tmp_path / "q", WHY, PASSPHRASE)
    with pytest.raises(LedgerError, match="status"):
        export(station, "onbekend", tmp_path / "q", WHY, PASSPHRASE)


def test_plain_units_lie_outside_every_home_or_in_landing_under_their_name(station, tmp_path):
    landing = station.home.landing

    check_plain(tmp_path / "plain.jsonl")
    check_plain(landing / "brp_personen_GM0518_2022-01.hersteld.jsonl")

    (tmp_path / "link").symlink_to(station.home.path)
    for wrong in (
        landing / "plain.jsonl",
        station.home.path / "plain.jsonl",
        station.home.raw / "brp_personen_GM0518_2022-01.hersteld.jsonl",
        tmp_path / "link" / "plain.jsonl",
        tmp_path / "link",
        tmp_path / "nowhere" / "plain.jsonl",
    ):
        with pytest.raises(UsageError):
            check_plain(wrong)


# --- back: persons ----------------------------------------------------------------------------


def test_a_mended_person_is_accepted_in_their_own_place(station, tmp_path):
    base = taken(station, DELIVERY)
    station.ledger.close_months([JANUARY])
    _, record = exported(station, base, tmp_path)
    path = written(tmp_path / "m", changed(record, FAILS_ELEVEN, CEES))

    done = reoffer(station, base.levering_id, path, WHY)

    assert (done.units, done.new, done.version.state) == (1, True, State.RECEIVED)
    assert not path.exists()
    assert station.ledger.current("brp_personen", "GM0518", JANUARY) == base
    version = forward(station, done.version)
    assert base.counts == Counts(4, 2, 2, 0)
    assert version.counts == Counts(4, 3, 1, 0)
    assert version.supplements == base.levering_id
    # Between the two that stood around them, with the row that continues them.
    assert persons(station, version) == ["19700101", "19900101", "19600101"]
    assert len(rows_of(station.home, version, "verblijfplaats")) == 4
    assert station.ledger.visible() == [version]
    assert station.ledger.open_months() == [JANUARY]
    assert station.ledger.reasons(version.levering_id) == {"lege_regel": 1}


def test_the_rest_of_the_original_is_copied_byte_by_byte(station, tmp_path):
    base = taken(station, DELIVERY)
    _, record = exported(station, base, tmp_path)

    mended = written(tmp_path / "m", changed(record, FAILS_ELEVEN, CEES))
    version = reoffer(station, base.levering_id, mended, WHY).version

    assert version.data_key
    key = station.keys.unwrap(version.data_key)
    with open_sealed(station.intake.original(version.levering_id), key) as source:
        assert source.read() == DELIVERY.replace(FAILS_ELEVEN.encode(), CEES.encode())


def test_what_is_still_wrong_goes_to_quarantine_again_and_can_be_mended_again(station, tmp_path):
    base = taken(station, DELIVERY)
    _, record = exported(station, base, tmp_path)
    first = changed(record, "19900101", "19900231")
    again = forward(
        station, reoffer(station, base.levering_id, written(tmp_path / "m", first), WHY).version
    )
    assert again.counts == base.counts

    _, record = exported(station, again, tmp_path)
    right = changed(changed(record, "19900231", "19900228"), FAILS_ELEVEN, CEES)
    last = forward(
        station, reoffer(station, again.levering_id, written(tmp_path / "m", right), WHY).version
    )

    assert last.counts == Counts(4, 3, 1, 0)
    assert station.ledger.visible() == [last]
    assert [v.levering_id for v in station.ledger.family(last)] == [
        v.levering_id for v in (base, again, last)
    ]


def test_the_same_mended_file_again_changes_nothing(station, tmp_path):
    base = taken(station, DELIVERY)
    _, record = exported(station, base, tmp_path)
    path = written(tmp_path / "m", changed(record, FAILS_ELEVEN, CEES))
    first = reoffer(station, base.levering_id, path, WHY, keep=True)
    folders = [station.home.originals, station.home.quarantine, station.home.raw]
    before = prints(folders)
    underway = reoffer(station, base.levering_id, path, WHY, keep=True)
    assert prints(folders) == before
    version = forward(station, first.version)
    before, events = prints(folders), station.ledger.events()

    again = reoffer(station, base.levering_id, path, WHY)

    assert (underway.new, again.new, again.version) == (False, False, version)
    assert (prints(folders), station.ledger.events()) == (before, events)
    assert not path.exists()


def test_the_file_as_it_first_came_does_not_undo_what_was_mended(station, tmp_path):
    base = taken(station, DELIVERY)
    _, record = exported(station, base, tmp_path)
    path = written(tmp_path / "m", changed(record, FAILS_ELEVEN, CEES))
    version = forward(station, reoffer(station, base.levering_id, path, WHY).version)

    received(station, DELIVERY, PERSONS)

    assert station.ledger.visible() == [version]
    assert station.ledger.pending() == []


def test_a_held_version_may_be_mended_and_then_nobody_releases_what_it_was(station, tmp_path):
    base = held(station, DELIVERY)
    _, record = exported(station, base, tmp_path)
    path = written(tmp_path / "m", changed(record, FAILS_ELEVEN, CEES))

    version = forward(station, reoffer(station, base.levering_id, path, WHY).version)

    assert station.ledger.visible() == [version]
    with pytest.raises(LedgerError, match=version.levering_id):
        station.intake.release(base.levering_id, WHY)


def test_a_version_that_was_replaced_or_is_being_so_is_not_mended(station, tmp_path):
    base = taken(station, DELIVERY)
    _, record = exported(station, base, tmp_path)
    path = written(tmp_path / "m", changed(record, FAILS_ELEVEN, CEES))
    newer = received(station, gbav(person(ANNA), person(FAILS_ELEVEN)), PERSONS)
    for says in ("on its way", "took the place"):
        before = prints([station.home.originals]), station.ledger.events()
        with pytest.raises(MendError, match=f"{newer.levering_id} .*{says}"):
            reoffer(station, base.levering_id, path, WHY)
        assert (prints([station.home.originals]), station.ledger.events()) == before
        newer = forward(station, newer) if says == "on its way" else newer
    assert path.exists()


# --- back: what cannot be used ----------------------------------------------------------------

SECRET = HANS


@pytest.mark.parametrize(
    ("mend", "says"),
    [
        (lambda r: [json.dumps(r)[:-9]], "line 1 .* not a record"),
        (lambda r: [SECRET], "line 1 .* not a record"),
        (lambda r: ["[" * 100_000], "line 1 .* not a record"),
        (lambda r: [json.dumps({**r, "regel": True})], "line 1 .* not a record"),
        (lambda r: [json.dumps({**r, "inhoud": [SECRET]})], "line 1 .* not a record"),
        (lambda r: ["", json.dumps({**r, "regel": int(SECRET)})], "line 2 .* no such unit"),
        (lambda r: [json.dumps({**r, "eenheid": 2})], "line 1 .* no such unit"),
        (lambda r: [json.dumps({**r, "levering_id": SECRET})], "line 1 .* another version"),
        (lambda r: [json.dumps(r), json.dumps(r)], "line 2 .* earlier line"),
        (lambda r: [json.dumps(r)], "nothing in this file was mended"),
        (lambda r: [], "nothing in this file was mended"),
        (lambda r: [json.dumps({**r, "inhoud": SECRET + "\ud800"})], "line 1 .* character"),
        (lambda r: [json.dumps({**r, "inhoud": ""})], "line 1 .*first column"),
        (lambda r: [json.dumps({**r, "inhoud": "\r\n"})], "line 1 .*first column"),
        (lambda r: [json.dumps({**r, "inhoud": f"{MORE}\r\n"})], "line 1 .*first column"),
        (lambda r: [json.dumps({**r, "inhoud": r["inhoud"] * 2})], "line 1 .* holds 2 units"),
        (lambda r: [json.dumps({**r, "inhoud": f'P;"{SECRET}\r\nx'})], "line 1 .* quote"),
        (lambda r: [json.dumps({**r, "inhoud": f"P;{SECRET}\0"})], "line 1 .* NUL"),
        (lambda r: [json.dumps({**r, "inhoud": SECRET + "x" * (2 << 20)})], "line 1 .* longer"),
        (lambda r: [json.dumps({**r, "inhoud": "\udcff" + SECRET})], "line 1 .* UTF-8"),
    ],
)
def test_a_line_that_cannot_be_used_is_told_by_its_number_and_changes_nothing(
    station, tmp_path, mend, says
):
    base = taken(station, DELIVERY)
    _, record = exported(station, base, tmp_path)
    path = tmp_path / "m"
    path.write_text("\n".join(mend(record)))
    folders = [station.home.path / name for name in ("originals", "quarantine", "raw", "work")]
    before = prints(folders), station.ledger.events()

    with pytest.raises(MendError, match=f"(?s){says}") as raised:
        reoffer(station, base.levering_id, path, WHY)

    assert SECRET not in str(raised.value)
    assert raised.value.remedy
    assert raised.value.__cause__ is None
    assert raised.value.__suppress_context__ or raised.value.__context__ is None
    assert (prints(folders), station.ledger.events()) == before
    assert path.exists()


def test_an_empty_line_and_a_row_without_its_person_cannot_swallow_others(station, tmp_path):
    base = taken(station, gbav(MORE, MORE, person(ANNA), "", continuation(e09_H="09")))
    orphan, _, empty = sorted(exported(station, base, tmp_path), key=lambda r: int(r["regel"]))
    whole = person(CEES) + "\r\n"

    for record, says in ((orphan, "1 units|3 units"), (empty, "empty line")):
        path = written(tmp_path / "m", {**record, "inhoud": whole})
        with pytest.raises(MendError, match=says):
            reoffer(station, base.levering_id, path, WHY)
    assert len(list(station.home.originals.iterdir())) == 1


def test_without_a_reason_nothing_is_offered(station, tmp_path):
    base = taken(station, DELIVERY)

    with pytest.raises(UsageError, match="reason"):
        reoffer(station, base.levering_id, tmp_path / "m", Release("els", "\n"))


def test_a_format_that_cannot_be_spliced_says_to_deliver_the_file_again(contracts):
    class Whole(Reader):
        def count(self, source):
            return 0

        def read(self, source):
            yield from ()

        def extract(self, source, places):
            yield from ()

    with pytest.raises(DatapakhuisError, match="deliver the corrected file again"):
        Whole(contracts["bag_adressen"]).splice(io.BytesIO(), {Place(0, 1, 1): b""}, io.BytesIO())


# --- back: answers ----------------------------------------------------------------------------


def month_of(month: int, cents: int | str) -> str:
    last = {1: 31, 2: 28, 3: 31}[month]
    return statement(f"2022{month:02}01", f"2022{month:02}{last}", cents)


def wages(station: Station, version: Version) -> list[tuple[str, str]]:
    return sorted(
        (row["datum_aanvang"], row["loon_sv"])
        for row in rows_of(station.home, version, "inkomstenopgave")
    )


def answers(station: Station, version: Version) -> list[tuple[str, str, str, str]]:
    names = ("periode_van", "periode_tot", "aantal_opgaven", "aantal_quarantaine")
    rows = rows_of(station.home, version, "antwoord")
    return sorted(tuple(str(row[name]) for name in names) for row in rows)  # type: ignore[misc]


def test_a_mended_statement_stands_in_its_own_answer_again(station, tmp_path):
    """The month between two statements stays asked and empty, as it was."""
    both = relation(month_of(1, 100), month_of(3, "1.50"))
    base = taken(station, zipped(response(BRAM), response(ANNA, both)), ANSWERS)
    station.ledger.close_months([JANUARY, FEBRUARY, MARCH, date(2022, 4, 1)])
    [record] = exported(station, base, tmp_path)
    path = written(tmp_path / "m", changed(record, "1.50", "150"))

    version = forward(station, reoffer(station, base.levering_id, path, WHY).version)

    assert (base.counts, version.counts) == (Counts(3, 2, 1, 0), Counts(3, 3, 0, 0))
    assert wages(station, version) == [("20220101", "100"), ("20220301", "150")]
    assert answers(station, version)[0] == ("2022-01", "2022-03", "2", "0")
    assert station.ledger.visible() == [version]
    # All three become complete; what was asked of BRAM stays as it was.
    assert station.ledger.open_months() == [JANUARY, FEBRUARY, MARCH]


def test_an_answer_with_a_mended_bsn_keeps_its_statements_together(station, tmp_path):
    spoiled = response(
        FAILS_ELEVEN, relation(month_of(1, 1), month_of(2, 2)), relation(month_of(3, 3), kind="33")
    )
    base = taken(station, spoiled.encode(), ANSWERS[:-3] + "xml")
    records = exported(station, base, tmp_path)
    path = written(tmp_path / "m", *(changed(r, FAILS_ELEVEN, CEES) for r in records))

    version = forward(station, reoffer(station, base.levering_id, path, WHY).version)

    assert (base.counts, version.counts) == (Counts(3, 0, 3, 0), Counts(3, 3, 0, 0))
    assert answers(station, version) == [("2022-01", "2022-03", "3", "0")]
    assert [cents for _, cents in wages(station, version)] == ["1", "2", "3"]


def test_of_an_answer_that_was_mended_in_part_the_rest_stays_apart(station, tmp_path):
    spoiled = response(FAILS_ELEVEN, relation(month_of(1, 1), month_of(2, 2)))
    base = taken(station, zipped(spoiled, response(BRAM)), ANSWERS)
    first, _ = exported(station, base, tmp_path)
    path = written(tmp_path / "m", changed(first, FAILS_ELEVEN, CEES))

    version = forward(station, reoffer(station, base.levering_id, path, WHY).version)

    assert version.counts == Counts(3, 2, 1, 0)
    assert wages(station, version) == [("20220101", "1")]
    [left] = exported(station, version, tmp_path)
    assert (left["bericht"], left["reden"], ">20220201<" in left["inhoud"]) == (
        *(1, "bsn_elfproef"),
        True,
    )


def test_a_mended_employer_takes_only_its_own_statement_along(station, tmp_path):
    base = taken(
        station,
        response(
            ANNA,
            relation(month_of(1, 1), month_of(2, "x"), month_of(3, 2)),
        ).encode(),
        ANSWERS[:-3] + "xml",
    )
    [record] = exported(station, base, tmp_path)
    mended = changed(changed(record, ">x<", ">9<"), "123456789L01", "987654321L01")

    version = forward(
        station, reoffer(station, base.levering_id, written(tmp_path / "m", mended), WHY).version
    )

    rows = rows_of(station.home, version, "inkomstenopgave")
    by_relation: dict[str, list[str]] = {}
    for row in rows:
        by_relation.setdefault(row["inkomstenverhouding"], []).append(row["loon_sv"])
    assert sorted(by_relation.values()) == [["1", "2"], ["9"]]
    assert answers(station, version) == [("2022-01", "2022-03", "3", "0")]


def test_an_answer_about_nobody_is_mended_as_a_whole(station, tmp_path):
    base = taken(station, zipped(response(""), response(ANNA)), ANSWERS)
    [record] = exported(station, base, tmp_path)
    empty = "<Burgerservicenr/>"
    path = written(
        tmp_path / "m", changed(record, empty, f"<Burgerservicenr>{CEES}</Burgerservicenr>")
    )

    version = forward(station, reoffer(station, base.levering_id, path, WHY).version)

    assert version.counts == Counts(2, 2, 0, 0)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("</Inkomstenopgave>", "", "not well formed"),
        ("UWVDossier", "DUODossier", "not the message"),
        ("<Inkomstenopgave>", "<!DOCTYPE x><Inkomstenopgave>", "not well formed"),
        ("</Inkomstenverhouding>", f"{month_of(2, 1)}</Inkomstenverhouding>", "2 units"),
        ("Inkomstenopgave>", "Anders>", "one Inkomstenopgave"),
    ],
)
def test_a_mended_answer_that_is_none_is_told_by_its_line(station, tmp_path, old, new, says):
    base = taken(station, response(ANNA, relation(month_of(1, "x"))).encode(), ANSWERS[:-3] + "xml")
    [record] = exported(station, base, tmp_path)
    path = written(tmp_path / "m", changed(record, old, new))

    with pytest.raises(MendError, match=f"line 1 of the mended file: .*{says}") as raised:
        reoffer(station, base.levering_id, path, WHY)

    assert ANNA not in str(raised.value)


def test_what_was_mended_stays_behind_what_was_delivered_later(station, tmp_path):
    """A newer answer about the same months goes before it, as it went before its base."""
    old = taken(station, response(ANNA, relation(month_of(1, "x"))).encode(), ANSWERS[:-3] + "xml")
    newer = taken(
        station,
        response(ANNA, relation(month_of(1, 700))).encode(),
        "suwinet_inkomsten_GM0518_2022-05.xml",
    )
    [record] = exported(station, old, tmp_path)
    path = written(tmp_path / "m", changed(record, ">x<", ">5<"))

    version = forward(station, reoffer(station, old.levering_id, path, WHY).version)

    assert version.order > newer.order > version.rank == old.rank
    assert station.ledger.visible() == [newer, version]


def test_a_month_that_only_the_base_covered_is_opened_too(station, tmp_path):
    """The statement of March turns out to be of another person."""
    both = relation(month_of(1, 100), month_of(3, "x"))
    base = taken(station, response(ANNA, both).encode(), ANSWERS[:-3] + "xml")
    station.ledger.close_months([JANUARY, FEBRUARY, MARCH])
    [record] = exported(station, base, tmp_path)
    mended = changed(changed(record, ">x<", ">5<"), ANNA, CEES)

    version = forward(
        station, reoffer(station, base.levering_id, written(tmp_path / "m", mended), WHY).version
    )

    assert answers(station, version) == [
        ("2022-01", "2022-01", "1", "0"),
        ("2022-03", "2022-03", "1", "0"),
    ]
    assert station.ledger.open_months() == [JANUARY, FEBRUARY, MARCH]


# --- laws -------------------------------------------------------------------------------------

UNITS = st.lists(
    st.sampled_from([person(ANNA), person(BRAM) + "\r\n" + MORE, person(CEES)[:-3], ""]),
    min_size=1,
    max_size=8,
)


@given(units=UNITS, first=st.booleans(), newline=st.sampled_from(["\n", "\r\n"]), data=st.data())
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_persons_put_back_as_they_were_give_the_same_bytes(contracts, units, first, newline, data):
    content = gbav(*([MORE] if first else []), *units, newline="\r\n").replace(
        b"\r\n", newline.encode()
    )
    reader = reader_for(contracts["brp_personen"])
    lines = content.decode("utf-8-sig").split(newline)
    heads = [n for n, text in enumerate(lines, 1) if n > 1 and text and not text.startswith(";")]
    chosen = data.draw(st.sets(st.sampled_from(heads))) if heads else set()
    places = [Place(0, number, number) for number in sorted(chosen)]
    out = io.BytesIO()

    reader.splice(io.BytesIO(content), dict(reader.extract(io.BytesIO(content), places)), out)

    # An empty line between a person's rows goes behind them: it is a unit of its own.
    assert sorted(out.getvalue().splitlines()) == sorted(content.splitlines())
    if "" not in units:
        assert out.getvalue() == content


@given(
    shapes=st.lists(st.lists(st.integers(0, 3), max_size=3), min_size=1, max_size=4),
    chosen=st.sets(st.integers(1, 20), min_size=1),
    spoil=st.booleans(),
    plain=st.booleans(),
)
@settings(max_examples=25, deadline=None)
def test_answers_put_back_hold_as_many_units_and_the_same_statements(
    contracts, shapes, chosen, spoil, plain
):
    """Also when each of them turns out to be about somebody else."""
    number = 0
    documents = []
    for index, relations in enumerate(shapes[:1] if plain else shapes):
        made = []
        for sequence, statements in enumerate(relations):
            cents = range(number, number := number + statements)
            made.append(relation(*(month_of(1, n) for n in cents), sequence=str(sequence + 1)))
        documents.append(response(bsn(index), *made))
    content = documents[0].encode() if plain else zipped(*documents)
    reader = reader_for(contracts["suwinet_inkomsten"])
    source = io.BytesIO(content)
    units = reader.units(source)
    found = dict(reader.extract(source, _places(reader, source)))
    mended = {
        place: text.replace(b"<Burgerservicenr>999000", b"<Burgerservicenr>999001")
        if spoil
        else text
        for place, text in found.items()
        if place.unit in chosen
    }
    if not mended:
        return
    out, twice = io.BytesIO(), io.BytesIO()

    reader.splice(source, mended, out)
    reader.splice(source, mended, twice)

    assert out.getvalue() == twice.getvalue()
    assert reader.units(out) == units
    assert _cents(reader, out) == _cents(reader, source)


def _places(reader: Reader, source: io.BytesIO) -> list[Place]:
    places = {}
    for chunk in reader.read(source):
        for name in ("antwoord", "inkomstenopgave"):
            for row in chunk.tables[name].to_pylist():
                places[row["eenheid"]] = Place(row["bericht"], row["eenheid"], row["regel"])
    return list(places.values())


def _cents(reader: Reader, source: io.BytesIO) -> list[str]:
    return sorted(
        row["loon_sv"]
        for chunk in reader.read(source)
        for row in chunk.tables["inkomstenopgave"].to_pylist()
    )


# --- killed -----------------------------------------------------------------------------------


class Killed(BaseException):
    """What a kill looks like from within: nothing after it runs."""


MOMENTS: dict[str, Callable[[pytest.MonkeyPatch], None]] = {
    "while the original is sealed": lambda patch: patch.setattr(SealedWriter, "_finish", _die),
    "before the ledger knows": lambda patch: patch.setattr("warehouse.ledger.Ledger.receive", _die),
    "before the plain file goes": lambda patch: patch.setattr(Path, "unlink", _die_on_plain),
}


def _die(*_: object, **__: object) -> None:
    raise Killed


UNLINK = Path.unlink


def _die_on_plain(path: Path, missing_ok: bool = False) -> None:
    if path.name == "m":
        raise Killed
    UNLINK(path, missing_ok)


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_reoffer_cut_short_at_any_moment_is_done_by_the_next(
    station, tmp_path, monkeypatch, moment
):
    base = taken(station, DELIVERY)
    _, record = exported(station, base, tmp_path)
    path = written(tmp_path / "m", changed(record, FAILS_ELEVEN, CEES))
    with monkeypatch.context() as patch:
        MOMENTS[moment](patch)
        with pytest.raises(Killed):
            reoffer(station, base.levering_id, path, WHY)
    assert path.exists()
    assert station.ledger.visible() == [base]

    done = reoffer(station, base.levering_id, path, WHY)

    assert forward(station, done.version).counts == Counts(4, 3, 1, 0)
    assert len(station.ledger.versions()) == 2
    assert not path.exists()


# --- the command line -------------------------------------------------------------------------


@pytest.fixture
def delivered(station: Station) -> Version:
    return taken(station, DELIVERY)


def test_the_way_by_hand(delivered, station, tmp_path):
    """Export, open, mend, offer again: each command names the next."""
    home = ("--home", station.home.path)
    sealed, plain = tmp_path / "q", tmp_path / "out.jsonl"
    listed = datapakhuis("quarantine", "list", *home)
    assert f"datapakhuis quarantine export {delivered.levering_id} -o FILE" in listed.out

    made = datapakhuis(
        *("quarantine", "export", delivered.levering_id, "-o", sealed, "--reason", "Herstel"), *home
    )
    assert made.code == 0, made
    [passphrase] = [
        line.partition(": ")[2] for line in made.err.splitlines() if "shown once" in line
    ]
    assert passphrase not in made.out
    assert f"datapakhuis quarantine open {sealed}" in made.out
    private = tmp_path / "passphrase"
    private.write_text(passphrase + "\n")
    private.chmod(0o600)

    opened = datapakhuis(
        "quarantine", "open", sealed, "-o", plain, "--passphrase-file", private, *home
    )
    assert opened.code == 0, opened
    assert f"datapakhuis quarantine reoffer {delivered.levering_id} {plain}" in opened.out
    assert plain.stat().st_mode & 0o777 == 0o600
    records = [json.loads(line) for line in plain.read_text().splitlines()]
    written(plain, changed(records[1], FAILS_ELEVEN, CEES))

    offer = ("quarantine", "reoffer", delivered.levering_id, plain, "--reason", "Herstel", *home)
    kept = datapakhuis(*offer, "--keep")
    again = datapakhuis(*offer)

    assert (kept.code, again.code) == (0, 0), (kept, again)
    assert "datapakhuis run" in kept.out
    assert "nothing changes" in again.out
    assert not plain.exists()
    for result in (listed, made, opened, kept, again):
        assert FAILS_ELEVEN not in result.out + result.err


def test_mistakes_by_hand_are_sentences(delivered, station, tmp_path, monkeypatch):
    home = ("--home", station.home.path)
    name, sealed, plain = delivered.levering_id, tmp_path / "q", tmp_path / "out.jsonl"
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    weak, private = tmp_path / "weak", tmp_path / "private"
    for path, text in ((weak, "kort"), (private, PASSPHRASE)):
        path.write_text(text)
        path.chmod(0o600)
    to, why = ("-o", sealed), ("--reason", "Herstel")
    assert datapakhuis("quarantine", "export", name, *to, *why, *home).code == 0
    open_to_others = tmp_path / "open"
    open_to_others.write_text(PASSPHRASE)
    open_to_others.chmod(0o644)
    other = ("-o", tmp_path / "q2")
    for code, arguments in (
        (2, ("export", name, *to, *why)),
        (2, ("export", name, *other)),
        (2, ("export", name, *other, "--reason", " ")),
        (2, ("export", name, *other, *why, "--passphrase-file", weak)),
        (2, ("export", name, *other, *why, "--passphrase-file", open_to_others)),
        (2, ("export", name, *other, *why, "--passphrase-file", tmp_path / "nothing")),
        (2, ("export", name, *other, *why, "--passphrase-file", private, "--for-home")),
        (1, ("export", "onbekend", *other, *why)),
        (2, ("open", sealed, "-o", plain)),
        (2, ("open", sealed, "-o", station.home.path / "out", "--passphrase-file", private)),
        (1, ("open", sealed, "-o", plain, "--passphrase-file", private)),
        (1, ("open", private, "-o", plain)),
        (1, ("open", tmp_path / "nothing", "-o", plain)),
        (1, ("reoffer", name, tmp_path / "nothing", *why)),
        (1, ("reoffer", name, sealed, *why)),
        (2, ("reoffer", name, sealed, "--reason", "")),
    ):
        result = datapakhuis("quarantine", *arguments, *home)
        assert result.code == code, (arguments, result)
        assert "Traceback" not in result.out + result.err
        assert "fault of ours" not in result.err, (arguments, result)
    assert not plain.exists()
    assert not (tmp_path / "q2").exists()


def test_an_export_for_the_home_is_opened_by_who_holds_its_key_set_and_that_is_kept(
    delivered, station, tmp_path
):
    home = ("--home", station.home.path)
    name, sealed = delivered.levering_id, tmp_path / "q"
    made = datapakhuis(
        *("quarantine", "export", name, "-o", sealed, "--for-home", "--reason", "Herstel", *home)
    )
    assert (made.code, made.err) == (0, ""), made

    opened = datapakhuis("quarantine", "open", sealed, "-o", tmp_path / "plain", *home)

    assert opened.code == 0, opened
    with station.ledger.transaction() as sql:
        rows = sql.execute("select wat from gebeurtenis order by nummer desc limit 2").fetchall()
    assert [row[0] for row in rows] == ["quarantaine_geopend", "quarantaine_geexporteerd"]


def test_what_was_mended_leaves_the_list(delivered, station, tmp_path):
    home = ("--home", station.home.path)
    _, record = exported(station, delivered, tmp_path)
    path = written(tmp_path / "m", changed(record, FAILS_ELEVEN, CEES))
    version = forward(station, reoffer(station, delivered.levering_id, path, WHY).version)

    rows = json.loads(datapakhuis("quarantine", "list", "--json", *home).out)

    assert [(row["levering_id"], row["reden"]) for row in rows] == [
        (version.levering_id, "lege_regel")
    ]
    shown = json.loads(datapakhuis("status", "--json", *home).out)["leveringen"]
    assert [row["aanvulling_op"] for row in shown] == [None, delivered.levering_id]


# --- landing and Dagster ----------------------------------------------------------------------

HERSTELD = "brp_personen_GM0518_2022-01.hersteld.jsonl"


def test_mended_units_wait_in_landing_for_a_decision(station, home):
    drop(home, HERSTELD, b"x")
    drop(home, HERSTELD.replace("GM0518", "GM9999"), b"x")

    landing = look(home, station.contracts)

    assert [file.path.name for file in landing.mended] == [HERSTELD]
    assert (landing.ready, [file.reason for file in landing.misnamed]) == (
        [],
        ["gemeente_onbekend"],
    )
    shown = json.loads(datapakhuis("status", "--json", "--home", home.path).out)
    assert shown["hersteld_wacht"] == [HERSTELD]


def materialised(
    station: Station, **config: str
) -> tuple[bool, dict[str, dg.MetadataValue[Any]], str]:
    """Materialise January of the persons as from the launchpad; no check says no."""
    contract = station.contracts["brp_personen"]
    asset = delivery_asset(contract, Suite("leeg", "leeg", ()), station.home, station.contracts)
    with (
        mock.patch("assets.deliveries.judge", return_value=[]),
        dg.DagsterInstance.ephemeral() as instance,
    ):
        result = dg.materialize(
            [asset],
            instance=instance,
            partition_key=partition_key("GM0518", JANUARY),
            run_config={"ops": {"leveringen__brp_personen": {"config": config}}},
            raise_on_error=False,
        )
        said = "\n".join(str(event) for event in instance.all_logs(result.run_id))
        found = result.asset_materializations_for_node("leveringen__brp_personen")
    return result.success, dict(found[0].metadata) if found else {}, said


def test_from_dagster_a_quarantine_is_exported_and_mended_units_are_offered_again(
    delivered, station, tmp_path
):
    success, metadata, _ = materialised(station, quarantaine_exporteren_omdat="Herstel")
    assert success
    assert "quarantine open exports/" in str(metadata["export"].value)
    [sealed] = station.home.exports.iterdir()
    found = look_at(sealed)
    plain = tmp_path / "plain"
    open_export(found, found.with_keys(station.keys), plain)
    record = json.loads(plain.read_bytes().splitlines()[1])
    line = json.dumps(changed(record, FAILS_ELEVEN, CEES)) + "\n"
    waiting = drop(station.home, HERSTELD, line.encode())

    _, metadata, _ = materialised(station)
    assert metadata["hersteld_wacht"].value == HERSTELD
    assert waiting.exists()
    success, metadata, _ = materialised(station, heraanbieden_omdat="BSN uitgezocht")

    assert success
    assert (metadata["geaccepteerd"].value, metadata["quarantaine"].value) == (3, 1)
    assert "hersteld_wacht" not in metadata
    assert not waiting.exists()
    [version] = station.ledger.visible()
    assert version.supplements == delivered.levering_id


def test_from_dagster_a_mended_file_that_cannot_be_used_is_told_without_what_it_holds(
    delivered, station
):
    success, _, said = materialised(station, heraanbieden_omdat="BSN uitgezocht")
    assert not success
    assert "niets_hersteld" in said
    for text in (SECRET, json.dumps({"levering_id": SECRET, "inhoud": SECRET})):
        waiting = drop(station.home, HERSTELD, text.encode())

        success, _, said = materialised(station, heraanbieden_omdat="BSN uitgezocht")

        assert not success
        assert "line 1 of the mended file" in said
        assert SECRET not in said
        assert waiting.exists()
    assert station.ledger.visible() == [delivered]
