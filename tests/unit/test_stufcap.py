"""WOZ values in STUF-CAP: positions, the order of records, and totals that must agree."""

import contextlib
import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support import BOM
from warehouse.contracts import Contract
from warehouse.gate import GateResult, pass_through
from warehouse.keys import KeySet
from warehouse.ledger import Counts
from warehouse.readers import reader_for, stufcap
from warehouse.readers.base import Place, Refused, Unmendable

CONTACT, TELEPHONE = "J. Jansen-Canarie", "075 555 01 23"
#: Of elements 2.1, 2.3 and 2.8: the first and last position of a gegevensrecord.
AMOUNTS = ((32, 42), (44, 54), (70, 80))


def leading(*, year: str = "2026", status: str = "V", number: str = "01") -> str:
    return f"00479{CONTACT:<40}{TELEPHONE:<20}20260215{year}{status}{number}"


def record(
    number: str = "047900000001",
    *,
    house: str = "61",
    letter: str = " ",
    addition: str = "",
    beside: str = "  ",
    postcode: str = "1501AA",
    value: int | str = 250_000,
    use: str = "10",
    date: str = "20250101",
    blocked: str = "00",
    users: int = 0,
) -> str:
    return (
        f"1{number:<12}{house:0>5}{letter}{addition:<4}{beside}{postcode:<6}{value:0>11}0"
        f"{value:0>11}{use}{date}   {blocked}{users:0>11}"
    )


def closing(*records: str, **other: int) -> str:
    """The sluitrecord over some records, counted digit by digit."""
    totals = [
        sum(int(text[begin - 1 : end]) for text in records if text[begin - 1 : end].isdigit())
        for begin, end in AMOUNTS
    ]
    number = other.get("number", len(records))
    first, second, third = (
        other.get(name, total) for name, total in zip(("woz", "ozb", "users"), totals, strict=True)
    )
    return f"2{number:09d}{first:015d}{second:015d}{third:015d}{'':25}"


def stuf(*lines: str, newline: str = "\r\n") -> bytes:
    return "".join(line + newline for line in lines).encode("latin-1")


def whole(*records: str, **other: int) -> bytes:
    return stuf(leading(), *records, closing(*records, **other))


class Gate:
    """The contract of WOZ values, and a folder for what passes."""

    def __init__(self, contract: Contract, keys: KeySet, folder: Path) -> None:
        self.contract, self.keys, self.folder = contract, keys, folder

    def take(self, content: bytes) -> GateResult:
        return pass_through(self.contract, io.BytesIO(content), self.keys, "id", self.folder)

    def rows(self) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = pq.read_table(self.folder / "woz_object.parquet").to_pylist()
        return rows

    def refused(self, content: bytes) -> tuple[str, str]:
        with pytest.raises(Refused) as refusal:
            self.take(content)
        assert CONTACT not in str(refusal.value)
        return refusal.value.code, refusal.value.place


@pytest.fixture
def gate(contracts: Mapping[str, Contract], keys: KeySet, tmp_path: Path) -> Gate:
    return Gate(contracts["woz_stufcap"], keys, tmp_path / "raw")


# --- what is read -----------------------------------------------------------------------------


def test_a_record_of_the_test_is_80_positions():
    assert {len(line) for line in (leading(), record(), closing(record()))} == {80}


def test_every_element_stands_on_its_positions(gate):
    result = gate.take(
        whole(record(letter="A", addition="bis", beside="to", blocked="02", users=123))
    )

    assert result.counts == Counts(1, 1, 0, 0)
    (row,) = gate.rows()
    assert row | {"adres_sleutel": "", "object_sleutel": ""} == {
        "levering_id": "id",
        "eenheid": 2,
        "bericht": 0,
        "regel": 2,
        "gemeentecode": "0479",
        "aanmaakdatum": "20260215",
        "belastingjaar": "2026",
        "status_gegevens": "V",
        "volgnummer_bestand": "01",
        "woz_objectnummer": "047900000001",
        "huisnummer": "61",
        "huisletter": "A",
        "huisnummertoevoeging": "bis",
        "aanduiding_bij_huisnummer": "to",
        "postcode": "1501AA",
        "woz_waarde": "00000250000",
        "gebruikscode": "10",
        "waardepeildatum": "20250101",
        "code_blokkeren": "02",
        "adres_sleutel": "",
        "object_sleutel": "",
    }


def test_who_made_the_file_goes_no_further(gate):
    gate.take(whole(record()))

    everything = str([pq.read_table(path).to_pylist() for path in gate.folder.iterdir()])
    assert CONTACT not in everything
    assert TELEPHONE not in everything


@pytest.mark.parametrize("newline", ["\r\n", "\n"])
@pytest.mark.parametrize("ended", [True, False])
def test_a_line_ends_in_one_way_or_the_other_and_the_last_may_not_end(gate, newline, ended):
    records = [record(), record("047900000002")]
    content = stuf(leading(), *records, closing(*records), newline=newline)

    result = gate.take(content if ended else content.rstrip(b"\r\n"))

    assert result.counts == Counts(2, 2, 0, 0)


def test_files_of_one_delivery_may_stand_after_each_other(gate):
    first, second = record(), record("047900000002")
    result = gate.take(
        stuf(
            *(leading(), first, closing(first)),
            *(leading(year="2025", number="02"), second, closing(second)),
        )
    )

    assert result.counts == Counts(2, 2, 0, 0)
    assert [(row["belastingjaar"], row["regel"]) for row in gate.rows()] == [
        ("2026", 2),
        ("2025", 5),
    ]


def test_records_are_the_same_whatever_the_size_of_a_block(gate, monkeypatch):
    records = [record(f"0479{n:08d}", house=str(n + 1), value=1000 + n) for n in range(7)]
    gate.take(whole(*records))
    expected = gate.rows()
    for size in (1, 2, 3, 8, 9):
        monkeypatch.setattr(stufcap, "RECORDS_PER_CHUNK", size)
        assert gate.take(whole(*records)).counts == Counts(7, 7, 0, 0)
        assert gate.rows() == expected


def test_a_diacritic_is_one_position(gate):
    result = gate.take(whole(record(addition="é1")))

    assert result.counts.accepted == 1
    assert gate.rows()[0]["huisnummertoevoeging"] == "é1"


def test_an_object_without_a_number_has_no_number(gate):
    gate.take(whole(record(house="0", postcode="", use="40")))

    assert gate.rows()[0]["huisnummer"] is None
    assert gate.rows()[0]["adres_sleutel"] is None
    assert gate.rows()[0]["object_sleutel"].startswith("adres1.")


# --- what is refused --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "other",
    [{"number": 3}, {"woz": 499_999}, {"ozb": 500_001}, {"users": 1}],
    ids=lambda other: next(iter(other)),
)
def test_totals_that_do_not_agree_refuse_the_file(gate, other):
    content = whole(record(), record("047900000002"), **other)

    assert gate.refused(content) == ("controletelling", "line 4")


def test_a_record_that_was_lost_or_changed_is_found_by_the_totals(gate):
    records = [record(f"0479{n:08d}") for n in range(3)]
    changed = records[1].replace("00000250000", "00000260000", 1)

    lost = stuf(leading(), *records[:2], closing(*records))
    swapped = stuf(leading(), records[0], changed, records[2], closing(*records))

    assert gate.refused(lost)[0] == gate.refused(swapped)[0] == "controletelling"


def test_an_amount_that_cannot_be_read_is_in_no_total(gate):
    bad = record("047900000002", value="2500.000")
    good = record()

    counted = gate.take(whole(good, bad))
    stated = gate.refused(whole(good, bad, woz=500_000))

    assert [(one.reason, one.field) for one in counted.apart] == [("patroon", "woz_waarde")]
    assert stated[0] == "controletelling"


@pytest.mark.parametrize(
    ("lines", "place"),
    [
        ((record(), closing(record())), "line 1"),
        ((leading(), record()), "line 2"),
        ((leading(),), "line 1"),
        ((leading(), leading(), record(), closing(record())), "line 2"),
        ((leading(), record(), closing(record()), record()), "line 4"),
        ((leading(), record(), closing(record()), closing()), "line 4"),
        ((leading(), "9" + record()[1:], closing()), "line 2"),
        ((closing(),), "line 1"),
    ],
    ids=[
        *("no_leading", "no_closing", "only_leading", "two_leading"),
        *("after_closing", "two_closing", "other_kind", "only_closing"),
    ],
)
def test_records_stand_in_their_order(gate, lines, place):
    assert gate.refused(stuf(*lines)) == ("record_volgorde", place)


@pytest.mark.parametrize(
    ("content", "code", "place"),
    [
        (b"", "leeg_bestand", ""),
        (stuf(leading(), record()[:-1], closing(record())), "record_lengte", "line 2"),
        (stuf(leading(), record() + " ", closing(record())), "record_lengte", "line 2"),
        (stuf(leading(), "", record(), closing(record())), "record_lengte", "line 2"),
        (whole(record())[:-40], "record_lengte", "line 3"),
        (whole(record(addition="é1")).decode("latin-1").encode(), "record_lengte", "line 2"),
        (BOM + whole(record()), "record_lengte", "line 1"),
        (whole(record()).decode("latin-1").encode("utf-16"), "nul_byte", "line 1"),
        (whole(record(addition="\0")), "nul_byte", "line 2"),
        (b"1" * 1_000_000, "record_lengte", "line 1"),
        (b"PK\x03\x04" + b" " * 200, "record_lengte", "line 1"),
        (stuf(leading()) + stuf(record(), closing(record()), newline="\n"), "record_lengte", ""),
    ],
    ids=[
        *("empty", "short", "long", "empty_line", "cut_off", "utf_8", "bom", "utf_16", "nul"),
        *("endless", "zip", "mixed_ends"),
    ],
)
def test_a_position_is_a_byte_and_a_record_has_80(gate, content, code, place):
    found = gate.refused(content)

    assert found[0] == code
    assert not place or found[1] == place


# --- what is set apart ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("bad", "reason", "field"),
    [
        (record(use="13"), "code_onbekend", "gebruikscode"),
        (record(date="20250230"), "datum_ongeldig", "waardepeildatum"),
        (record(date="20250201"), "patroon", "waardepeildatum"),
        (record(blocked="03"), "code_onbekend", "code_blokkeren"),
        (record("04790000000A"), "patroon", "woz_objectnummer"),
        (record(beside="nb"), "code_onbekend", "aanduiding_bij_huisnummer"),
        (record(value=5_000_000_001), "waarde_ongeloofwaardig", "woz_waarde"),
    ],
)
def test_a_record_that_breaks_the_contract_is_set_apart(gate, bad, reason, field):
    good = record("047900000009", value=5_000_000_000)
    result = gate.take(whole(good, bad))

    assert result.counts == Counts(2, 1, 1, 0)
    assert [(one.reason, one.field, one.place.line) for one in result.apart] == [(reason, field, 3)]


def test_an_object_delivered_twice_is_a_duplicate_and_with_two_values_neither(gate):
    result = gate.take(
        whole(
            *(record("047900000001"), record("047900000001")),
            *(record("047900000002"), record("047900000002", value=1)),
        )
    )

    assert result.counts == Counts(4, 1, 2, 1)
    assert {one.reason for one in result.apart} == {"sleutel_dubbel"}


# --- quarantine and back ----------------------------------------------------------------------


def places(result: GateResult) -> list[Place]:
    return [one.place for one in result.apart]


def test_a_unit_set_apart_is_its_line_and_stands_alone_in_a_file(gate):
    bad = record("047900000002", use="13", value=7, users=5)
    source = io.BytesIO(whole(record(), bad, record("047900000003")))
    reader = reader_for(gate.contract)

    ((place, unit),) = reader.extract(source, places(gate.take(source.getvalue())))

    assert (place, unit) == (Place(0, 3, 3), stuf(bad))
    alone = reader.alone(source, unit)
    assert alone == whole(bad)
    assert gate.take(alone).counts == Counts(1, 0, 1, 0)


def test_a_mended_record_takes_its_place_and_the_totals_are_counted_anew(gate):
    bad, mended = record("047900000002", use="13"), record("047900000002", value=1, users=9)
    records = [record(), bad, record("047900000003")]
    other = record("047900000004")
    tail = stuf(leading(), other, closing(other))
    source = io.BytesIO(whole(*records) + tail)
    target = io.BytesIO()

    reader_for(gate.contract).splice(source, {Place(0, 3, 3): mended.encode()}, target)

    assert target.getvalue() == whole(records[0], mended, records[2]) + tail
    assert gate.take(target.getvalue()).counts == Counts(4, 4, 0, 0)


def test_what_was_taken_out_put_back_as_it_was_gives_the_same_bytes(gate):
    source = io.BytesIO(whole(record(), record("047900000002", use="13")))
    reader, target = reader_for(gate.contract), io.BytesIO()

    reader.splice(source, dict(reader.extract(source, [Place(0, 3, 3)])), target)

    assert target.getvalue() == source.getvalue()


@pytest.mark.parametrize("unit", [b"", record()[:-1].encode(), leading().encode(), stuf("1", "1")])
def test_a_mended_unit_is_one_whole_record(gate, unit):
    with pytest.raises(Unmendable):
        reader_for(gate.contract).splice(
            io.BytesIO(whole(record())), {Place(0, 2, 2): unit}, io.BytesIO()
        )


# --- whatever comes ---------------------------------------------------------------------------

LINES = st.sampled_from(
    [
        *(leading(), record(), record(use="13"), record(value="x" * 11), closing(record())),
        *(closing(), "", "1", "\x1a", "é" * 80, "9" * 80),
    ]
)


@settings(max_examples=150, deadline=None)
@given(
    lines=st.lists(LINES, max_size=8),
    newline=st.sampled_from(["\r\n", "\n", "\r", ""]),
    cut=st.integers(0, 12),
    noise=st.binary(max_size=12),
)
def test_whatever_comes_is_read_or_refused(contracts, keys, lines, newline, cut, noise):
    content = stuf(*lines, newline=newline)
    content = content[: len(content) - cut] + noise
    reader = reader_for(contracts["woz_stufcap"])

    with contextlib.suppress(Refused):
        source = io.BytesIO(content)
        expected = reader.count(source)
        chunks = list(reader.read(source))
        assert sum(chunk.records for chunk in chunks) == expected
        assert all(chunk.tables["woz_object"].num_rows == chunk.records for chunk in chunks)


@settings(max_examples=40, deadline=None)
@given(
    rows=st.lists(
        st.tuples(
            st.integers(0, 4), st.integers(0, 10**11 - 1), st.sampled_from(["10", "30", "13"])
        ),
        max_size=12,
    )
)
def test_accepted_quarantined_and_duplicate_are_what_came(tmp_path_factory, contracts, keys, rows):
    gate = Gate(contracts["woz_stufcap"], keys, tmp_path_factory.mktemp("raw"))
    records = [record(f"0479{n:08d}", value=value, use=use) for n, value, use in rows]

    counts = gate.take(whole(*records)).counts

    assert counts.source == len(rows)
    assert counts.accepted + counts.quarantined + counts.duplicate == counts.source
    assert len(gate.rows()) == counts.accepted
