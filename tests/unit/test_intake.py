"""The intake: what lies in landing, and how it becomes a version that is wholly there or not."""

import json
import os
import time
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest

from tests.support import (
    ANNA,
    BRAM,
    CEES,
    FAILS_ELEVEN,
    continuation,
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
from warehouse import intake as intake_module
from warehouse.contracts import Contract
from warehouse.errors import UsageError
from warehouse.gate import GateError
from warehouse.home import Home, add_months
from warehouse.intake import Landed, Misnamed, look, shown_name
from warehouse.ledger import Counts, LedgerError, Release, State, Version
from warehouse.readers import lines
from warehouse.seal import open_sealed
from warehouse.station import Station

JANUARY = date(2022, 1, 1)
NAME = "brp_personen_GM0518_2022-01.csv"


def landed(station: Station, name: str, content: bytes) -> Landed:
    """A file in landing with a good name."""
    drop(station.home, name, content)
    [found] = look(station.home, station.contracts).ready
    return found


def received(station: Station, content: bytes, name: str = NAME) -> Version:
    return station.intake.receive(landed(station, name, content))


def taken(station: Station, content: bytes, name: str = NAME) -> Version:
    """A version that is accepted, as it is when no check says no."""
    version = station.intake.process(received(station, content, name))
    return station.intake.accept(version) if version.state is State.PROCESSED else version


def opened(station: Station, path: Path, version: Version) -> bytes:
    assert version.data_key
    with open_sealed(path, station.keys.unwrap(version.data_key)) as source:
        return source.read()


# --- looking ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("personen.csv", "bestandsnaam_onbekend"),
        ("brp_personen_GM0518.csv", "bestandsnaam_onbekend"),
        ("brp_personen_0518_2022-01.csv", "bestandsnaam_onbekend"),
        ("brp_personen_GM0518_2022-1.csv", "bestandsnaam_onbekend"),
        ("brp_personen_GM0518_202201.csv", "bestandsnaam_onbekend"),
        ("brp_personen_GM0518_2022-01", "bestandsnaam_onbekend"),
        ("brp_personen_GM0518_2022-01.csv.part", "bestandsnaam_onbekend"),
        ("brp_personen_GM0518_2022-01.CSV", "bestandsnaam_onbekend"),
        ("brp_personen_GM0518_2022-01 (1).csv", "bestandsnaam_onbekend"),
        ("brp_persoon_GM0518_2022-01.csv", "levering_onbekend"),
        ("hondenbelasting_GM0518_2022-01.csv", "levering_onbekend"),
        ("brp_personen_GM0518_2022-01.zip", "extensie_onbekend"),
        ("suwinet_inkomsten_GM0518_2022-01.csv", "extensie_onbekend"),
        ("brp_personen_GM0363_2022-01.csv", "gemeente_onbekend"),
        ("brp_personen_GM0518_2022-13.csv", "maand_ongeldig"),
        ("brp_personen_GM0518_2022-00.csv", "maand_ongeldig"),
        ("brp_personen_GM0518_2021-12.csv", "maand_ongeldig"),
        ("brp_personen_GM0518_9999-12.csv", "maand_ongeldig"),
    ],
)
def test_a_file_must_say_what_it_is_of_whom_and_when_it_was_delivered(
    home, contracts, name, reason
):
    path = drop(home, name, b"x")

    landing = look(home, contracts)

    assert landing.misnamed == [Misnamed(path, reason)]
    assert landing.ready == []


def test_this_month_is_a_month_of_delivery_and_the_next_is_not(home, contracts):
    present = home.last_month()
    for month in (present, add_months(present, 1)):
        drop(home, f"brp_personen_GM0518_{month:%Y-%m}.csv", b"x")

    landing = look(home, contracts)

    assert [file.month for file in landing.ready] == [present]
    assert [file.reason for file in landing.misnamed] == ["maand_ongeldig"]


def test_files_are_taken_by_month_and_the_register_of_persons_first(home, contracts):
    for name in (
        "suwinet_inkomsten_GM0518_2022-01.zip",
        "brp_personen_GM0518_2022-02.csv",
        "brp_personen_GM0518_2022-01.csv",
        "brp_personen_GM0479_2022-01.csv",
    ):
        drop(home, name, b"x")

    assert [
        (file.month.month, file.delivery, file.gemeente) for file in look(home, contracts).ready
    ] == [
        (1, "brp_personen", "GM0479"),
        (1, "brp_personen", "GM0518"),
        (1, "suwinet_inkomsten", "GM0518"),
        (2, "brp_personen", "GM0518"),
    ]


def test_hidden_files_folders_and_links_are_left_where_they_are(home, contracts, tmp_path):
    drop(home, ".brp_personen_GM0518_2022-01.csv.part", b"x")
    (home.landing / "folder").mkdir()
    (tmp_path / "elsewhere.csv").write_bytes(b"x")
    (home.landing / NAME).symlink_to(tmp_path / "elsewhere.csv")

    landing = look(home, contracts)

    assert (landing.ready, landing.misnamed, landing.growing) == ([], [], [])


def test_a_file_that_still_grows_is_left_alone_and_the_others_are_not(home, contracts, monkeypatch):
    growing = home.landing / "brp_personen_GM0518_2022-02.csv"
    growing.write_bytes(b"half")
    drop(home, NAME, b"x")
    # What the second look finds: the supplier's copy went on in between.
    monkeypatch.setattr(
        "warehouse.intake.time.sleep", lambda _: growing.write_bytes(b"half and more")
    )

    landing = look(home, contracts)

    assert landing.growing == [growing]
    assert [file.path.name for file in landing.ready] == [NAME]


def test_a_file_that_grows_in_the_same_second_to_the_same_size_is_seen_too(
    home, contracts, monkeypatch
):
    growing = home.landing / NAME
    growing.write_bytes(b"abcd")
    monkeypatch.setattr("warehouse.intake.time.sleep", lambda _: growing.write_bytes(b"efgh"))

    assert look(home, contracts).growing == [growing]


def test_a_file_that_was_just_dropped_is_taken_when_it_rests(home, contracts, monkeypatch):
    waited: list[float] = []
    (home.landing / NAME).write_bytes(b"whole")
    monkeypatch.setattr("warehouse.intake.time.sleep", waited.append)

    assert [file.path.name for file in look(home, contracts).ready] == [NAME]
    assert waited == [intake_module.SECOND_LOOK_SECONDS]


def test_nobody_waits_for_files_that_lie_there_for_long(home, contracts, monkeypatch):
    drop(home, NAME, b"whole")
    monkeypatch.setattr("warehouse.intake.time.sleep", lambda _: pytest.fail("waited"))

    assert len(look(home, contracts).ready) == 1


def test_a_file_that_goes_away_between_two_looks_is_no_fault(home, contracts, monkeypatch):
    path = home.landing / NAME
    path.write_bytes(b"x")
    monkeypatch.setattr("warehouse.intake.time.sleep", lambda _: path.unlink())

    assert look(home, contracts).ready == []


def test_a_name_is_shown_without_what_may_be_a_number_of_a_person():
    assert shown_name(Path(f"uittreksel {ANNA}\n.csv")) == "#?.csv"
    assert shown_name(Path(NAME)) == NAME
    assert len(shown_name(Path("-" * 200))) == 80


# --- receiving --------------------------------------------------------------------------------


def test_the_original_is_sealed_and_leaves_landing(station):
    content = gbav(person(ANNA))

    version = received(station, content)

    sealed = station.intake.original(version.levering_id)
    assert (version.state, version.size, version.file) == (State.RECEIVED, len(content), NAME)
    assert version.contract_version == station.contracts["brp_personen"].version
    assert list(station.home.landing.iterdir()) == []
    assert ANNA.encode() not in sealed.read_bytes()
    assert opened(station, sealed, version) == content


def test_the_same_content_again_is_nothing(station):
    content = gbav(person(ANNA), person(FAILS_ELEVEN))
    version = taken(station, content)
    before = prints([station.home.originals, station.home.raw, station.home.quarantine])

    again = received(station, content)

    assert again == version
    assert station.ledger.versions() == [version]
    assert list(station.home.landing.iterdir()) == []
    assert prints([station.home.originals, station.home.raw, station.home.quarantine]) == before


@pytest.mark.parametrize(
    "name", ["brp_personen_GM0518_2022-02.csv", "brp_personen_GM0479_2022-01.csv"]
)
def test_the_same_content_of_another_month_or_gemeente_is_another_version(station, name):
    first = taken(station, gbav(person(ANNA)))
    second = taken(station, gbav(person(ANNA)), name)

    assert first.levering_id != second.levering_id
    assert first.sha256 == second.sha256
    assert len(station.ledger.visible()) == 2


def test_each_version_has_a_data_key_of_its_own(station):
    first = received(station, gbav(person(ANNA)))
    second = received(station, gbav(person(BRAM)))

    assert first.data_key != second.data_key


def test_a_file_under_an_unknown_name_is_sealed_too_and_says_why(station):
    drop(station.home, f"{ANNA}.csv", b"who knows what this is")
    [file] = look(station.home, station.contracts).misnamed

    version = station.intake.refuse(file)

    assert (version.state, version.reason) == (State.REFUSED, "bestandsnaam_onbekend")
    assert (version.delivery, version.file) == (None, "#.csv")
    assert list(station.home.landing.iterdir()) == []
    sealed = station.intake.original(version.levering_id)
    assert opened(station, sealed, version) == b"who knows what this is"


def test_a_file_that_changes_while_it_is_read_is_left_in_landing(station, monkeypatch):
    file = landed(station, NAME, gbav(person(ANNA)))
    monkeypatch.setattr(intake_module, "content_hash", lambda _: "0" * 64)

    with pytest.raises(UsageError, match="changed while it was read"):
        station.intake.receive(file)

    assert file.path.exists()
    assert station.ledger.versions() == []
    assert list(station.home.originals.iterdir()) == []


# --- processing -------------------------------------------------------------------------------


def test_an_accepted_version_is_one_set_of_files_and_opens_its_month(station):
    version = taken(station, gbav(person(ANNA), person(FAILS_ELEVEN)))

    assert version.visible
    assert version.counts == Counts(2, 1, 1, 0)
    assert station.ledger.open_months() == [JANUARY]
    folder = station.intake.raw(version)
    assert sorted(path.stem for path in folder.iterdir()) == [
        *("huwelijk", "kind", "persoon_historie", "persoonslijst", "verblijfplaats")
    ]
    assert list(station.home.work.iterdir()) == []
    assert [row["levering_id"] for row in rows_of(station.home, version, "persoonslijst")] == [
        version.levering_id
    ]


def test_a_unit_in_quarantine_is_sealed_with_its_own_bytes_and_reason(station):
    broken = person(FAILS_ELEVEN, e08_H="58")
    more = continuation(e08_09_10="0363")

    version = taken(station, gbav(person(ANNA), broken, more, "", person(BRAM)))

    path = station.intake.quarantine(version.levering_id)
    assert FAILS_ELEVEN.encode() not in path.read_bytes()
    records = [json.loads(line) for line in opened(station, path, version).splitlines()]
    assert records == [
        {
            **{"bericht": 0, "eenheid": 5, "regel": 5, "reden": "lege_regel", "veld": ""},
            "inhoud": "\r\n",
        },
        {
            **{"bericht": 0, "eenheid": 3, "regel": 3, "reden": "bsn_elfproef", "veld": "bsn"},
            "inhoud": f"{broken}\r\n{more}\r\n",
        },
    ]
    assert [
        (unit.line, unit.reason) for unit in station.ledger.quarantined(version.levering_id)
    ] == [(3, "bsn_elfproef"), (5, "lege_regel")]


def test_a_statement_in_quarantine_can_be_offered_again_as_it_stands(station):
    name = "suwinet_inkomsten_GM0518_2022-03.zip"
    both = relation(statement("20220101", "20220131", "1.50"), statement("20220201", "20220228", 7))
    version = taken(station, zipped(response(BRAM), response(ANNA, both)), name)

    path = station.intake.quarantine(version.levering_id)
    [record] = [json.loads(line) for line in opened(station, path, version).splitlines()]

    assert (record["bericht"], record["reden"]) == (2, "bedrag_ongeldig")
    again = taken(station, record["inhoud"].replace("1.50", "150").encode(), name[:-3] + "xml")
    assert again.counts == Counts(1, 1, 0, 0)
    assert [row["loon_sv"] for row in rows_of(station.home, again, "inkomstenopgave")] == ["150"]


def test_without_a_unit_in_quarantine_there_is_no_file_of_it(station):
    taken(station, gbav(person(ANNA)))

    assert list(station.home.quarantine.iterdir()) == []


def test_a_refused_version_leaves_its_sealed_original_and_nothing_else(station):
    version = taken(station, gbav(person(ANNA)) + b"\0")

    assert (version.state, version.reason, version.place) == (
        State.REFUSED,
        "nul_byte",
        "line 3",
    )
    assert version.counts is None
    assert station.intake.original(version.levering_id).exists()
    assert list(station.home.raw.iterdir()) == []
    assert list(station.home.work.iterdir()) == []
    assert station.ledger.open_months() == []


def test_a_refused_file_that_comes_again_is_judged_again(station, monkeypatch):
    """As after a release that knows better."""
    content = gbav(person(ANNA))
    with monkeypatch.context() as patch:
        patch.setattr(lines, "LONGEST_LINE", 10)
        first = taken(station, content)

    again = taken(station, content)

    assert (first.state, first.reason) == (State.REFUSED, "regel_te_lang")
    assert (again.levering_id, again.state) == (first.levering_id, State.ACCEPTED)
    assert again.reason is None


def test_a_correction_replaces_its_month_and_both_versions_are_kept(station):
    first = taken(station, gbav(person(ANNA), person(BRAM)))
    station.ledger.close_months([JANUARY])

    second = taken(station, gbav(person(ANNA), person(BRAM, gemeente="0479")))

    assert [version.levering_id for version in station.ledger.visible()] == [second.levering_id]
    assert station.ledger.open_months() == [JANUARY]
    kept = station.ledger.version(first.levering_id)
    assert kept.current_until == second.current_from
    for version in (first, second):
        assert station.intake.original(version.levering_id).exists()
        assert (station.intake.raw(version) / "persoonslijst.parquet").exists()


def test_a_correction_without_a_difference_becomes_current_and_opens_nothing(station):
    taken(station, gbav(person(ANNA), person(BRAM)))
    station.ledger.close_months([JANUARY])

    second = taken(station, gbav(person(BRAM), person(ANNA)))

    assert [version.levering_id for version in station.ledger.visible()] == [second.levering_id]
    assert station.ledger.open_months() == []


def test_a_response_stands_beside_the_ones_before(station):
    name = "suwinet_inkomsten_GM0518_2022-{}.xml"
    wages = relation(statement("20211201", "20211231", 7))
    first = taken(station, response(ANNA, wages).encode(), name.format("03"))
    station.ledger.close_months([date(2021, 12, 1)])

    second = taken(station, response(CEES, wages).encode(), name.format("03"))
    repeated = taken(station, zipped(response(ANNA, wages)), name.format("04")[:-3] + "zip")

    assert station.ledger.visible("suwinet_inkomsten") == [first, second, repeated]
    assert station.ledger.described_months(repeated.levering_id) == [date(2021, 12, 1)]
    assert station.ledger.open_months() == [date(2021, 12, 1)]


def test_a_repeated_response_opens_no_month(station):
    wages = relation(statement("20211201", "20211231", 7))
    taken(station, response(ANNA, wages).encode(), "suwinet_inkomsten_GM0518_2022-03.xml")
    station.ledger.close_months([date(2021, 12, 1)])

    taken(station, zipped(response(ANNA, wages)), "suwinet_inkomsten_GM0518_2022-04.zip")

    assert station.ledger.open_months() == []


# --- a person decides -------------------------------------------------------------------------


def held(station: Station, content: bytes) -> Version:
    version = station.intake.process(received(station, content))
    station.ledger.hold(version.levering_id)
    return version


def test_a_held_version_is_released_by_who_says_why_and_that_is_kept(station):
    version = held(station, gbav(person(ANNA)))

    released = station.intake.release(version.levering_id, Release("els", "Gebeld met Burgerzaken"))

    assert (released.state, released.visible) == (State.RELEASED, True)
    assert released.reason == "Gebeld met Burgerzaken"
    assert station.ledger.open_months() == [JANUARY]


@pytest.mark.parametrize("reason", ["", "  \n"])
def test_a_release_without_a_reason_is_none(station, reason):
    version = held(station, gbav(person(ANNA)))

    with pytest.raises(UsageError, match="reason"):
        station.intake.release(version.levering_id, Release("els", reason))

    assert station.ledger.version(version.levering_id).state is State.HELD
    assert station.ledger.open_months() == []


def test_only_what_is_held_can_be_released(station):
    accepted = taken(station, gbav(person(ANNA)))

    for levering_id in (accepted.levering_id, "onbekend"):
        with pytest.raises(LedgerError, match="status"):
            station.intake.release(levering_id, Release("els", "Toch goed"))


def test_an_older_state_is_not_released_over_a_newer_one(station):
    version = held(station, gbav(person(ANNA)))
    newer = taken(station, gbav(person(ANNA), person(BRAM)))

    with pytest.raises(LedgerError, match=newer.levering_id):
        station.intake.release(version.levering_id, Release("els", "Toch goed"))

    assert station.ledger.visible() == [newer]


# --- delivered once more ----------------------------------------------------------------------


def test_what_is_visible_and_comes_again_is_told_and_changes_nothing(station):
    content = gbav(person(ANNA))
    version = taken(station, content)
    before = station.ledger.events()

    received(station, content)

    assert station.ledger.repeats(since=before) == [version]
    assert station.ledger.touched(since=before) == []


def test_a_held_file_that_comes_again_is_judged_again(station):
    """What it was compared with may have been corrected meanwhile."""
    version = held(station, gbav(person(ANNA)))

    again = received(station, gbav(person(ANNA)))

    assert (again.levering_id, again.state) == (version.levering_id, State.PROCESSED)
    assert station.ledger.pending() == [again]


def test_an_older_state_that_comes_again_takes_the_newest_place(station):
    """As when the correction was the mistake; both stays stand in the ledger."""
    older = taken(station, gbav(person(ANNA)))
    newer = taken(station, gbav(person(ANNA), person(BRAM)))
    station.ledger.close_months([JANUARY])

    again = taken(station, gbav(person(ANNA)))

    assert again.order > newer.order
    assert again.levering_id != older.levering_id
    assert station.ledger.visible() == [again]
    assert [v.visible for v in station.ledger.versions()] == [False, False, True]
    assert station.ledger.open_months() == [JANUARY]


def test_an_older_held_state_can_be_delivered_again_and_then_released(station):
    version = held(station, gbav(person(ANNA)))
    taken(station, gbav(person(ANNA), person(BRAM)))

    again = held(station, gbav(person(ANNA)))
    station.intake.release(again.levering_id, Release("els", "Toch goed"))

    assert again.levering_id != version.levering_id
    assert [v.levering_id for v in station.ledger.visible()] == [again.levering_id]


def test_facts_that_come_late_are_counted_against_the_month_before(station):
    first = taken(station, gbav(person(ANNA), person(BRAM)))
    second = taken(
        station,
        gbav(person(ANNA, e06_08_10="20220115"), person(BRAM)),
        "brp_personen_GM0518_2022-02.csv",
    )

    assert (first.late, second.late) == (None, 1)


# --- faults of our own ------------------------------------------------------------------------


def test_when_the_gate_breaks_the_version_waits_for_the_next_run(station, monkeypatch):
    version = received(station, gbav(person(ANNA)))
    with monkeypatch.context() as patch:
        patch.setattr("warehouse.gate.digest9", lambda _: 1 / 0)
        patch.setattr("warehouse.gate.bsn_messages", lambda _: 1 / 0)
        with pytest.raises(GateError):
            station.intake.process(version)

    [waiting] = station.ledger.pending()
    assert station.intake.process(waiting).counts == Counts(1, 1, 0, 0)


def test_times_in_the_name_are_not_taken_from_the_clock_of_the_file(
    home: Home, contracts: Mapping[str, Contract]
) -> None:
    """The month of delivery is what the name says, whenever the file was written."""
    path = drop(home, NAME, b"x")
    os.utime(path, (time.time() - 10**8, time.time() - 10**8))

    assert [file.month for file in look(home, contracts).ready] == [JANUARY]
