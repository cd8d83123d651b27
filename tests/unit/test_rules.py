"""The rules of a contract: on which rows a field breaks it, and under which reason."""

from datetime import date, timedelta

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from warehouse.contracts import Field
from warehouse.reasons import QUARANTINE, REFUSALS, reason
from warehouse.rules import is_date, is_lo3_date, is_old_date, rules_of


def broken(field: Field, *values: str) -> list[str | None]:
    """Per value the first reason for which it breaks the field, as the gate would judge it."""
    column = pa.chunked_array([pa.array(values, pa.string())])
    found: list[str | None] = [None] * len(values)
    for rule in rules_of(field):
        for row, breaks in enumerate(rule.breaks(column)):
            if breaks and found[row] is None:
                found[row] = rule.reason
    return found


def field(**properties: object) -> Field:
    return Field("veld", "bron", "Omschrijving.", "gewoon", **properties)  # type: ignore[arg-type]


@given(st.dates(date(1, 1, 1), date(9999, 12, 31)))
def test_every_day_of_the_calendar_is_a_date(day):
    text = f"{day.year:04}{day:%m%d}"
    assert is_lo3_date(text)
    assert is_date(text) == (1900 <= day.year < 2100)


@given(st.integers(0, 99999999))
def test_what_is_no_day_and_not_partly_unknown_is_no_date(number):
    text = f"{number:08}"
    year, month, day = int(text[:4]), int(text[4:6]), int(text[6:])
    known = {date(2000, 1, 1) + timedelta(n) for n in range(366)}
    whole = 1 <= month <= 12 and any((d.month, d.day) == (month, day) for d in known)
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    exists = year > 0 and whole and (leap or (month, day) != (2, 29))
    partly = (day == 0 and month == 0) or (day == 0 and 1 <= month <= 12 and year > 0)

    assert is_lo3_date(text) == (exists or partly)
    assert is_date(text) == (exists and 1900 <= year < 2100)
    assert is_old_date(text) == (exists and 0 < year < 2100)


@pytest.mark.parametrize(
    ("text", "lo3", "whole"),
    [
        ("", True, True),
        ("20240229", True, True),
        ("20230229", False, False),
        ("19850231", False, False),
        ("19850000", True, False),
        ("19851200", True, False),
        ("19850015", False, False),
        ("00000000", True, False),
        ("00000101", False, False),
        ("19851301", False, False),
        ("1985-1-1", False, False),
        ("198501011", False, False),
        ("1985010", False, False),
        ("\uff11\uff19\uff18\uff15\uff10\uff11\uff10\uff11", False, False),
        ("19850101 ", False, False),
    ],
)
def test_lo3_knows_dates_whose_end_is_unknown(text, lo3, whole):
    assert (is_lo3_date(text), is_date(text)) == (lo3, whole)


def test_a_required_field_is_filled_and_only_that_is_asked_of_an_empty_one():
    every = field(required=True, kind="datum", codes=("20240101",), pattern="^2")

    assert broken(every, "", "20240101", "20240102", "20240231") == [
        "verplicht_leeg",
        None,
        "code_onbekend",
        "datum_ongeldig",
    ]
    assert broken(field(kind="datum", codes=("x",), pattern="^x$"), "") == [None]


def test_an_open_end_is_written_in_three_ways():
    assert broken(
        field(kind="datum_open"), "00000000", "99991230", "99991231", "99991229", "20240101"
    ) == [None, None, None, "datum_ongeldig", None]


def test_an_amount_is_whole_cents_with_or_without_a_minus():
    assert broken(
        field(kind="bedrag_cent"), "0", "-12", "123456789012", "1234567890123", "12.50", "?", "+1"
    ) == [None, None, None, *["bedrag_ongeldig"] * 4]


def test_a_code_is_one_of_the_list_in_just_that_case():
    assert broken(field(codes=("M", "V")), "M", "m", "V ", "X") == [
        None,
        *["code_onbekend"] * 3,
    ]


def test_a_pattern_must_fit_the_whole_field():
    assert broken(field(pattern="^[0-9]{4}$"), "0518", "05181", "0518\n", "٠٥١٨", "") == [
        None,
        *["patroon"] * 3,
        None,
    ]


def test_nothing_is_judged_of_no_rows():
    assert broken(field(required=True, kind="datum", codes=("x",), pattern="x")) == []


@pytest.mark.parametrize("code", [*REFUSALS, *QUARANTINE])
def test_every_reason_says_what_is_wrong_and_how_to_mend_it(code):
    found = reason(code)
    assert found.text
    assert not found.text.endswith(".")
    assert found.remedy.endswith(".")


def test_a_reason_is_for_a_file_or_for_a_unit_and_an_unknown_one_is_a_mistake_of_ours():
    assert not REFUSALS.keys() & QUARANTINE.keys()
    with pytest.raises(KeyError):
        reason("zomaar")
