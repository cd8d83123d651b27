"""The ledger: what arrived, what became of it, what is current and what is open."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warehouse.ledger import (
    EVERYTHING,
    CheckResult,
    Counts,
    Ledger,
    LedgerError,
    Quarantined,
    State,
    Version,
    version_id,
)

JANUARY, FEBRUARY, MARCH = date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with closing(Ledger(tmp_path / "ledger.sqlite")) as opened:
        yield opened


def receive(
    ledger: Ledger,
    content: str,
    *,
    delivery: str = "brp_personen",
    gemeente: str = "GM0479",
    month: date = JANUARY,
) -> Version:
    return ledger.receive(
        levering_id=version_id(content, delivery, gemeente, month),
        delivery=delivery,
        gemeente=gemeente,
        month=month,
        file=f"{content}.csv",
        sha256=content,
        size=len(content),
        key_id="0123456789abcdef",
        code_version="1",
        contract_version="1.0.0",
        data_key=b"wrapped",
    )


def accepted(ledger: Ledger, content: str, *, replaces: bool = True, **where: Any) -> Version:
    version = receive(ledger, content, **where)
    ledger.processed(version.levering_id, Counts(1, 1, 0, 0), [], [version.month or JANUARY])
    ledger.accept(version.levering_id, replaces=replaces, opens=[version.month or JANUARY])
    return ledger.version(version.levering_id)


@given(
    source=st.integers(0, 100),
    accepted=st.integers(0, 100),
    quarantined=st.integers(0, 100),
    duplicate=st.integers(0, 100),
)
def test_counts_that_do_not_add_up_cannot_be_written_down(source, accepted, quarantined, duplicate):
    if accepted + quarantined + duplicate == source:
        assert Counts(source, accepted, quarantined, duplicate).source == source
    else:
        with pytest.raises(LedgerError):
            Counts(source, accepted, quarantined, duplicate)


def test_content_delivery_gemeente_and_month_identify_a_version():
    names = {
        version_id(*what)
        for what in (
            ("a", "brp_personen", "GM0479", JANUARY),
            ("b", "brp_personen", "GM0479", JANUARY),
            ("a", "suwinet_inkomsten", "GM0479", JANUARY),
            ("a", "brp_personen", "GM0518", JANUARY),
            ("a", "brp_personen", "GM0479", FEBRUARY),
            ("a", None, None, None),
        )
    }
    assert len(names) == 6
    assert version_id("a", "brp_personen", "GM0479", JANUARY) in names


def test_a_version_shown_as_text_does_not_show_its_key(ledger):
    version = accepted(ledger, "a")

    assert version.data_key
    assert repr(version.data_key) not in repr(version)


def test_a_version_is_visible_from_acceptance_until_it_is_replaced(ledger):
    first = receive(ledger, "one")
    assert (first.state, first.visible, first.counts) == (State.RECEIVED, False, None)
    assert [v.levering_id for v in ledger.pending()] == [first.levering_id]

    ledger.processed(first.levering_id, Counts(3, 2, 1, 0), [], [JANUARY])
    assert not ledger.version(first.levering_id).visible
    assert ledger.visible() == []

    ledger.accept(first.levering_id, replaces=True, opens=[JANUARY])
    assert [v.levering_id for v in ledger.visible()] == [first.levering_id]
    assert ledger.pending() == []

    second = accepted(ledger, "two")
    replaced = ledger.version(first.levering_id)
    assert [v.levering_id for v in ledger.visible()] == [second.levering_id]
    assert replaced.state is State.ACCEPTED
    assert replaced.current_until == second.current_from
    assert ledger.current("brp_personen", "GM0479", JANUARY) == second


def test_a_version_replaces_only_its_own_delivery_gemeente_and_month(ledger):
    others = [
        accepted(ledger, "one", delivery="suwinet_inkomsten"),
        accepted(ledger, "one", gemeente="GM0518"),
        accepted(ledger, "one", month=FEBRUARY),
    ]

    newest = accepted(ledger, "two")

    assert {v.levering_id for v in ledger.visible()} == {v.levering_id for v in [*others, newest]}
    assert ledger.visible("suwinet_inkomsten") == [others[0]]
    assert ledger.current("brp_personen", "GM0518", FEBRUARY) is None


def test_a_version_that_replaces_nothing_stands_beside_the_others(ledger):
    for content in ("one", "two"):
        accepted(ledger, content, delivery="suwinet_inkomsten", replaces=False)

    assert len(ledger.visible("suwinet_inkomsten")) == 2


def test_a_held_version_is_not_visible_and_what_was_current_stays(ledger):
    before = accepted(ledger, "one")
    held = receive(ledger, "two")
    ledger.processed(held.levering_id, Counts(1, 1, 0, 0), [], [JANUARY])

    ledger.hold(held.levering_id)

    assert ledger.version(held.levering_id).state is State.HELD
    assert ledger.visible() == [before]
    assert ledger.pending() == []


def test_a_refused_version_says_why_and_may_be_tried_again(ledger):
    version = receive(ledger, "one")
    ledger.refuse(version.levering_id, "nul_byte", "line 3")

    refused = ledger.version(version.levering_id)
    assert (refused.state, refused.reason, refused.place) == (
        State.REFUSED,
        "nul_byte",
        "line 3",
    )
    again = receive(ledger, "one")
    assert (again.order, again.state, again.reason) == (version.order, State.RECEIVED, None)


def test_what_was_set_apart_is_kept_by_place_and_reason_and_replaced_as_a_whole(ledger):
    version = receive(ledger, "one")
    apart = [
        Quarantined(0, 9, 9, "bsn_elfproef", "bsn"),
        Quarantined(0, 4, 4, "bsn_elfproef", "bsn"),
        Quarantined(0, 5, 5, "lege_regel", ""),
    ]

    for _ in range(2):
        ledger.processed(version.levering_id, Counts(5, 2, 3, 0), apart, [JANUARY, FEBRUARY])

    assert [unit.line for unit in ledger.quarantined(version.levering_id)] == [4, 5, 9]
    assert ledger.reasons(version.levering_id) == {"bsn_elfproef": 2, "lege_regel": 1}
    assert ledger.described_months(version.levering_id) == [JANUARY, FEBRUARY]


def test_months_are_open_until_they_are_published(ledger):
    accepted(ledger, "one")
    accepted(ledger, "two", month=FEBRUARY)
    assert ledger.open_months() == [JANUARY, FEBRUARY]

    ledger.close_months([JANUARY])
    ledger.open([MARCH, FEBRUARY])

    assert ledger.open_months() == [FEBRUARY, MARCH]


def test_a_month_is_open_for_the_delivery_that_changes_it_and_at_first_for_everything(ledger):
    accepted(ledger, "one")
    accepted(ledger, "two", gemeente="GM0518", month=FEBRUARY)
    ledger.close_months([JANUARY])

    accepted(ledger, "three", delivery="wmo_berichten")
    accepted(ledger, "four", delivery="wmo_berichten", month=FEBRUARY)

    # Nothing of GM0479 described February before, whatever another gemeente did.
    assert ledger.opened() == {JANUARY: {"wmo_berichten"}, FEBRUARY: {EVERYTHING}}

    ledger.open([JANUARY])
    assert ledger.opened()[JANUARY] == {"wmo_berichten", EVERYTHING}
    ledger.close_months([JANUARY])
    assert ledger.opened() == {FEBRUARY: {EVERYTHING}}


def test_what_was_only_held_described_nothing(ledger):
    held = receive(ledger, "one")
    ledger.processed(held.levering_id, Counts(1, 1, 0, 0), [], [JANUARY])
    ledger.hold(held.levering_id)

    accepted(ledger, "two", delivery="wmo_berichten")

    assert ledger.opened() == {JANUARY: {EVERYTHING}}


def test_who_describes_a_month_is_known_by_any_of_their_months(ledger):
    version = receive(ledger, "one", delivery="suwinet_inkomsten")
    ledger.processed(version.levering_id, Counts(1, 1, 0, 0), [], [JANUARY, MARCH])
    other = accepted(ledger, "two", month=FEBRUARY)

    assert ledger.describing([MARCH]) == {version.levering_id}
    assert ledger.describing([FEBRUARY, MARCH]) == {version.levering_id, other.levering_id}
    assert ledger.describing([]) == set()


def test_a_change_happens_wholly_or_not_at_all(ledger):
    before = accepted(ledger, "one")
    second = receive(ledger, "two")

    def breaks(_: object) -> Iterator[date]:
        yield MARCH
        raise RuntimeError("the power fails")

    with pytest.raises(RuntimeError):
        ledger.accept(second.levering_id, replaces=True, opens=breaks(None))

    assert ledger.visible() == [before]
    assert ledger.version(second.levering_id).state is State.RECEIVED
    assert MARCH not in ledger.open_months()


def test_what_was_written_is_there_for_who_opens_the_file_anew(ledger, tmp_path):
    version = accepted(ledger, "one")
    ledger.close()

    with closing(Ledger(tmp_path / "ledger.sqlite")) as again:
        assert again.version(version.levering_id) == version
    assert (tmp_path / "ledger.sqlite").stat().st_mode & 0o077 == 0


def test_the_outcomes_of_checks_are_kept_per_subject_and_replaced(ledger):
    version = accepted(ledger, "one")
    passed = CheckResult("volume", "geslaagd", "fout", "Genoeg.", {"waarde": 1.0})
    failed = CheckResult("sleutel", "gezakt", "fout", "Dubbel.", {})
    ledger.record_checks(version.levering_id, [passed, failed])
    ledger.record_checks("personen", [failed])

    ledger.record_checks(version.levering_id, [passed])

    assert ledger.checks(version.levering_id) == [passed]
    assert ledger.checks("personen") == [failed]
    assert ledger.checked_datasets() == ["personen"]


def test_the_processes_of_a_run_are_known_until_they_finish(ledger):
    assert ledger.started("run", 12, 34.5)
    assert not ledger.started("run", 12, 34.5)
    ledger.started("run", 13, 35.5)
    ledger.started("other", 13, 35.5)
    assert ledger.processes() == {"run": [(12, 34.5), (13, 35.5)], "other": [(13, 35.5)]}

    ledger.finished("run", 12)
    assert ledger.processes()["run"] == [(13, 35.5)]
    ledger.finished("run")

    assert ledger.processes() == {"other": [(13, 35.5)]}


def test_what_happened_since_is_known_also_where_it_left_the_state_as_it_was(ledger):
    untouched = accepted(ledger, "one")
    refused = receive(ledger, "two")
    ledger.refuse(refused.levering_id, "nul_byte", "line 3")
    before = ledger.events()
    assert ledger.touched(since=before) == []

    receive(ledger, "two")
    ledger.refuse(refused.levering_id, "nul_byte", "line 3")

    assert ledger.touched(since=before) == [ledger.version(refused.levering_id)]
    assert untouched not in ledger.touched(since=before)


def test_an_unknown_version_is_a_sentence(ledger):
    assert ledger.find("none") is None
    with pytest.raises(LedgerError, match="status"):
        ledger.version("none")


def test_every_step_of_a_version_is_an_event(ledger, tmp_path):
    version = accepted(ledger, "one")
    other = receive(ledger, "two")
    ledger.refuse(other.levering_id, "leeg_bestand", "")

    with closing(sqlite3.connect(tmp_path / "ledger.sqlite")) as sql:
        events = sql.execute("select wat, over, uitslag from gebeurtenis order by nummer")
        assert events.fetchall() == [
            ("ontvangen", version.levering_id, "ontvangen"),
            ("verwerkt", version.levering_id, "verwerkt"),
            ("geaccepteerd", version.levering_id, "geaccepteerd"),
            ("ontvangen", other.levering_id, "ontvangen"),
            ("geweigerd", other.levering_id, "leeg_bestand"),
        ]
