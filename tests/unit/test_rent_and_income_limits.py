"""The limits of rents and incomes: what the law says, and the typing errors that go round about it.

What belongs here: the seeds `huurgrenzen`, `daeb_inkomensgrenzen`, `iah_grenzen`,
`passend_toewijzen` and `scheefwonen_profielen`, held to the figures of domain 2.1 to 2.4 and 2.14,
and to each other. What does not: what the marts do with them.
"""

import csv
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest

SEEDS = Path(__file__).resolve().parents[2] / "dbt_project" / "seeds"
YEARS = range(2013, 2027)
Row = Mapping[str, str]


def seed(name: str) -> list[Row]:
    with (SEEDS / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def by_year(rows: Iterable[Row], **which: str) -> dict[int, Decimal]:
    """The amount on 1 January of each year, of the one figure that ``which`` names."""
    found: dict[int, Decimal] = {}
    for row in rows:
        if all(row[column] == value for column, value in which.items()):
            first, last = (int(row[edge][:4]) for edge in ("geldig_vanaf", "geldig_tot"))
            if row["geldig_vanaf"].endswith("-01-01"):
                found |= {year: Decimal(row["bedrag"]) for year in range(first, last + 1)}
    return found


def rents(limit: str) -> dict[int, Decimal]:
    return by_year(seed("huurgrenzen"), grens=limit)


def iah(size: str, limit: str) -> dict[int, Decimal]:
    return {
        int(row["jaar"]): Decimal(row["bedrag"])
        for row in seed("iah_grenzen")
        if row["huishouden"] == size and row["grens"] == limit and row["bedrag"]
    }


def daeb(size: str) -> dict[int, Decimal]:
    return by_year(seed("daeb_inkomensgrenzen"), huishouden=size)


# --- rents (domain 2.1) -----------------------------------------------------------------------


def test_rent_limits_are_those_of_the_law():
    """Wet op de huurtoeslag as it was in force; the pages that copy it are less careful."""
    expected = """
        2013 681.02 374.44 535.91 574.35
        2014 699.48 389.05 556.82 596.75
        2015 710.68 403.06 576.87 618.24
        2016 710.68 409.92 586.68 628.76
        2017 710.68 414.02 592.55 635.05
        2018 710.68 417.34 597.30 640.14
        2019 720.42 424.44 607.46 651.03
        2020 737.14 432.51 619.01 663.40
        2021 752.33 442.46 633.25 678.66
        2022 763.47 442.46 633.25 678.66
        2023 808.06 452.20 647.19 693.60
        2024 879.66 454.47 650.43 697.07
        2025 900.07 477.20 682.96 731.93
        2026 932.93 498.20 713.02 764.14
    """
    limits = ("daeb_huurgrens", "kwaliteitskortingsgrens", "aftoppingsgrens_laag")
    tables = [rents(limit) for limit in (*limits, "aftoppingsgrens_hoog")]

    for line in expected.split("\n"):
        if line.strip():
            year, *amounts = line.split()
            assert [str(table[int(year)]) for table in tables] == amounts, year


@pytest.mark.parametrize(
    ("wrong", "year", "limit", "right"),
    [
        ("710.48", 2015, "daeb_huurgrens", "710.68"),
        ("710.86", 2016, "daeb_huurgrens", "710.68"),
        ("710.69", 2018, "daeb_huurgrens", "710.68"),
        ("699.49", 2014, "daeb_huurgrens", "699.48"),
        ("628.26", 2016, "aftoppingsgrens_hoog", "628.76"),
        ("678.66", 2024, "aftoppingsgrens_hoog", "697.07"),
    ],
)
def test_typing_errors_of_public_pages_are_not_in_the_table(wrong, year, limit, right):
    """Domain 2.1: each of these can be read somewhere, and decides over homes on the limit."""
    assert rents(limit)[year] == Decimal(right)
    assert wrong not in {
        row["bedrag"]
        for row in seed("huurgrenzen")
        if row["grens"] == limit and row["geldig_vanaf"][:4] == str(year)
    }


def test_until_july_2024_a_free_contract_begins_where_social_rent_ends():
    """Since the Wet betaalbare huur (1 July 2024) the two part; scheefwonen goes by social rent."""
    social, contract = rents("daeb_huurgrens"), rents("liberalisatiegrens_contract")

    assert all(social[year] == contract[year] for year in range(2013, 2024))
    middle = {
        row["geldig_vanaf"]: row["bedrag"]
        for row in seed("huurgrenzen")
        if row["grens"] == "liberalisatiegrens_contract" and row["geldig_vanaf"] >= "2024"
    }
    assert middle == {
        "2024-01-01": "879.66",
        "2024-07-01": "1157.95",
        "2025-01-01": "1184.82",
        "2026-01-01": "1228.07",
    }


@pytest.mark.parametrize("year", YEARS)
def test_rent_limits_lie_in_their_order_and_never_fall(year):
    names = ("kwaliteitskortingsgrens", "aftoppingsgrens_laag", "aftoppingsgrens_hoog")
    tables = [rents(name) for name in (*names, "daeb_huurgrens")]
    amounts = [table[year] for table in tables]

    assert amounts == sorted(set(amounts))
    assert all(table.get(year - 1, Decimal(0)) <= table[year] for table in tables)


def test_high_aftoppingsgrens_is_a_fixed_share_above_the_low_one():
    """Article 20 raises both by the same share: their ratio hardly moves, so a slip shows."""
    low, high = rents("aftoppingsgrens_laag"), rents("aftoppingsgrens_hoog")

    assert {
        year for year in YEARS if abs(high[year] / low[year] - Decimal("1.0717")) > 0.0003
    } == set()


# --- incomes (domain 2.2 to 2.4) --------------------------------------------------------------


def test_income_limits_of_social_rent_are_one_until_2021_and_two_from_2022():
    one, more = daeb("eenpersoons"), daeb("meerpersoons")

    assert [year for year in YEARS if one[year] == more[year]] == list(range(2013, 2022))
    assert {year: int(one[year]) for year in (2015, 2021, 2022, 2025, 2026)} == {
        **{2015: 34_911, 2021: 40_024, 2022: 40_765, 2025: 49_669, 2026: 51_537},
    }
    assert {year: int(more[year]) for year in (2022, 2025, 2026)} == {
        **{2022: 45_014, 2025: 54_847, 2026: 56_910},
    }


def test_what_leiden_used_was_the_limit_of_2013_and_of_the_rise_of_2015():
    """Not that of 2015: why the study is a profile of its own (domain 1.2)."""
    assert daeb("eenpersoons")[2013] == 34_229
    assert iah("eenpersoons", "laag")[2015] == 34_229
    assert iah("eenpersoons", "hoog")[2015] == 43_786
    assert daeb("eenpersoons")[2015] != 34_229


@pytest.mark.parametrize("size", ["eenpersoons", "meerpersoons"])
def test_series_of_income_limits_check_each_other(size):
    """Until 2016 the low IAH limit is the limit of two years before; then the temporary one."""
    temporary = by_year(seed("daeb_inkomensgrenzen"), huishouden="tijdelijk_hoger")
    low = iah(size, "laag")

    assert {year: low[year] for year in range(2013, 2017)} == {
        year: daeb(size)[year - 2] for year in range(2013, 2017)
    }
    assert {year: low[year] for year in range(2017, 2022)} == {
        year: temporary[year] for year in range(2017, 2022)
    }
    assert low[2017] == 40_349, "40.439 is a newspaper's exchange of digits"


@pytest.mark.parametrize("size", ["eenpersoons", "meerpersoons"])
def test_iah_limits_lie_above_that_of_social_rent_so_that_high_proves_scheef(size):
    low, high, social = iah(size, "laag"), iah(size, "hoog"), daeb(size)

    assert set(high) == {*range(2013, 2017), *range(2022, 2026)}
    assert set(low) == set(range(2013, 2026))
    for year in low:
        assert high.get(year, low[year]) > social[year], year
    for year in high:
        assert low[year] < high[year], year


def test_iah_looks_two_years_back_and_2026_is_not_found_yet():
    rows = seed("iah_grenzen")

    assert {int(row["jaar"]) - int(row["inkomensjaar"]) for row in rows} == {2}
    assert {row["status"] for row in rows if row["jaar"] == "2026"} == {"ontbreekt"}
    assert {row["bedrag"] for row in rows if row["jaar"] == "2026"} == {""}


@pytest.mark.parametrize("year", range(2016, 2027))
def test_fitting_incomes_lie_below_the_limit_of_social_rent(year):
    """Above the one nobody is poor for the rent, below the other nobody is too rich for it."""
    for size in ("eenpersoons", "meerpersoons"):
        for aow in ("false", "true"):
            fitting = by_year(seed("passend_toewijzen"), huishouden=size, aow_leeftijd=aow)
            assert fitting[year] < daeb(size)[year]
            assert fitting[year] % 25 == 0, "rounded up to a multiple of 25 (art. 14)"
            assert min(fitting) == 2016, "passend toewijzen begins on 1 January 2016"


# --- the tables as tables ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "figure"),
    [
        ("huurgrenzen", ["grens"]),
        ("daeb_inkomensgrenzen", ["huishouden"]),
        ("passend_toewijzen", ["huishouden", "aow_leeftijd"]),
    ],
)
def test_every_day_of_a_figure_has_one_amount_without_gap_or_overlap(name, figure):
    periods: dict[tuple[str, ...], list[tuple[date, date]]] = {}
    for row in seed(name):
        period = (date.fromisoformat(row["geldig_vanaf"]), date.fromisoformat(row["geldig_tot"]))
        periods.setdefault(tuple(row[column] for column in figure), []).append(period)

    for key, found in periods.items():
        found.sort()
        for (_, end), (begin, _) in pairwise(found):
            assert begin == end + timedelta(days=1), key


@pytest.mark.parametrize(
    "name",
    [
        *("huurgrenzen", "daeb_inkomensgrenzen", "iah_grenzen", "passend_toewijzen"),
        "scheefwonen_profielen",
    ],
)
def test_every_figure_has_a_source_and_says_how_sure_it_is(name):
    for row in seed(name):
        assert row["bron"], row
        assert row["status"] in ("bevestigd", "te_verifieren", "ontbreekt"), row
        if "bedrag" in row:
            assert (row["bedrag"] == "") == (row["status"] == "ontbreekt"), row
        if "algemene kennis" in row["bron"] and name == "daeb_inkomensgrenzen":
            assert row["status"] == "te_verifieren", row


def test_profiles_are_the_law_and_the_study_of_leiden():
    """`wettelijk` names no limit of its own; 710,68 in full, not the 710 of the text."""
    law, leiden = seed("scheefwonen_profielen")

    assert law["profiel"] == "wettelijk"
    assert (law["operator"], law["met_duur_scheef"]) == (">", "true")
    assert {law[c] for c in ("huurgrens", "inkomensgrens", "inkomensjaar", "grenzenjaar")} == {""}
    assert leiden["profiel"] == "leiden_2015"
    assert (leiden["huurgrens"], leiden["inkomensgrens"]) == ("710.68", "34229")
    assert (leiden["operator"], leiden["inkomensjaar"]) == (">=", "2015")
    assert Decimal(leiden["huurgrens"]) == rents("daeb_huurgrens")[2015]
