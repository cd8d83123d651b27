"""Scheefwonen from datasets to the published table, with the figures that the CBS published.

What belongs here: what only shows over a whole region. What does not: the definitions, case by
case, which have unit tests beside their models.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests import holland_rijnland
from tests.building import NO_UNIT_TESTS, run_dbt
from warehouse.contracts import load_contracts
from warehouse.ledger import EVERYTHING
from warehouse.reach import plan, read_reach
from warehouse.workspace import lay_out

pytestmark = pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")

DECEMBER, FIVE_YEARS_LATER = date(2015, 12, 1), date(2020, 12, 1)
MARGINS = holland_rijnland.Margins()
TRAITS = tuple(MARGINS.traits)
LEVELS = ("gemeente", "wijk", "buurt")


@pytest.fixture(scope="module")
def region(
    tmp_path_factory: pytest.TempPathFactory, parsed: Path
) -> Iterator[duckdb.DuckDBPyConnection]:
    """The marts of scheefwonen over the synthetic region."""
    folder = tmp_path_factory.mktemp("holland_rijnland")
    path = folder / "warehouse.duckdb"
    with duckdb.connect(str(path)) as connection:
        lay_out(
            connection,
            load_contracts(),
            plan=plan(
                read_reach(parsed / "manifest.json"),
                {DECEMBER: {EVERYTHING}},
                [DECEMBER, FIVE_YEARS_LATER, date(2021, 1, 1)],
            ),
            gemeenten=holland_rijnland.GEMEENTEN,
        )
        holland_rijnland.build(connection, MARGINS)
        holland_rijnland.build_five_years_later(connection)
    tables = ("scheefwonen_profielen", "huurgrenzen", "daeb_inkomensgrenzen", "iah_grenzen")
    marts = ("--select", "path:models/marts/scheefwonen", *tables, "passend_toewijzen")
    outcome = run_dbt(path, folder / "target", parsed, "build", *marts, *NO_UNIT_TESTS)
    assert outcome.success, outcome.exception
    with duckdb.connect(str(path), read_only=True) as connection:
        yield connection


def summed(
    connection: duckdb.DuckDBPyConnection, level: str = "gemeente", profile: str = "leiden_2015"
) -> Mapping[str, Any]:
    """The counts of all areas of a level together."""
    table = f"marts.scheefwonen_{level}"
    counted = [
        name
        for name, kind, *_ in connection.execute(f"describe {table}").fetchall()
        if kind == "INTEGER"
    ]
    sums = ", ".join(f"sum({name})" for name in counted)
    rows = connection.execute(f"select {sums} from {table} where profiel = ?", [profile]).fetchall()
    return dict(zip(counted, rows[0], strict=True))


def share(part: int, whole: int) -> int:
    """In whole percents, as the source rounds."""
    return round(100 * part / whole)


def test_the_published_table_of_holland_rijnland_comes_back(region):
    """CBS maatwerk 2019/05 and the five traits: 57.300 homes, 17.200 scheef, 67/26/76/71/68 %."""
    counts = summed(region)

    assert counts["sociale_huurwoningen"] == 57_300
    assert round(counts["scheef"], -2) == 17_200
    assert share(counts["scheef"], counts["sociale_huurwoningen"]) == 30
    assert {trait: share(counts[f"scheef_{trait}"], counts["scheef"]) for trait in TRAITS} == {
        "paar": 67,
        "hoge_welvaart": 26,
        "loon": 76,
        "langer_dan_vijf_jaar": 71,
        "hoofdbewoner_35_64": 68,
    }
    assert counts["onbekend"] == 0


def test_middle_and_high_incomes_come_back_to_the_household(region):
    counts = summed(region)

    assert counts["goedkoop_scheef_midden"] == MARGINS.middle
    assert counts["goedkoop_scheef_hoog"] == MARGINS.high
    for trait, (middle, high) in MARGINS.traits.items():
        assert counts[f"scheef_midden_{trait}"] == middle, trait
        assert counts[f"scheef_hoog_{trait}"] == high, trait
        assert counts[f"scheef_{trait}"] == middle + high, trait
        assert counts[f"scheef_{trait}_onbekend"] == 0, trait


def test_homes_that_are_dear_count_and_those_without_one_household_do_not(region):
    counts = summed(region)

    assert counts["woningen"] == MARGINS.social + MARGINS.dear
    assert counts["passend"] == counts["woningen"] - counts["scheef"]


@pytest.mark.parametrize("profile", ["leiden_2015", "wettelijk"])
def test_every_home_has_one_category_and_areas_add_up_with_the_unknown_one(region, profile):
    levels = [summed(region, level, profile) for level in LEVELS]

    assert levels[0] == levels[1] == levels[2]
    categories = ("goedkoop_scheef_midden", "goedkoop_scheef_hoog", "duur_scheef", "passend")
    assert sum(levels[0][c] for c in (*categories, "onbekend")) == levels[0]["woningen"]
    rows = region.execute(
        "select count(*), count(distinct woning_sleutel) from marts.scheefwonen_huishoudens"
        " where profiel = ?",
        [profile],
    ).fetchall()
    assert rows == [(levels[0]["woningen"], levels[0]["woningen"])]
    unknown = region.execute(
        "select sum(woningen) from marts.scheefwonen_buurt"
        " where profiel = ? and buurt like '%XXXX'",
        [profile],
    ).fetchall()
    assert unknown[0][0] == levels[0]["woningen"] // 50


def test_shares_of_an_area_are_those_of_its_counts(region):
    wrong = region.execute(
        """
        select gemeente from marts.scheefwonen_gemeente
        where
            profiel = 'leiden_2015'
            and (
                pct_scheef <> round(100.0 * scheef / sociale_huurwoningen, 2)
                or pct_scheef_minstens <> pct_scheef
                or pct_scheef_hoogstens <> pct_scheef
                or pct_scheef_hoog_loon <> round(100.0 * scheef_hoog_loon / goedkoop_scheef_hoog, 2)
            )
        """
    ).fetchall()

    assert wrong == []


def test_the_legal_limits_of_that_year_give_fewer(region):
    """34.911 in place of 34.229, and above it: of the three middle incomes one falls off."""
    legal, leiden = summed(region, profile="wettelijk"), summed(region)

    third = -(-MARGINS.middle // 3)
    assert legal["scheef"] == leiden["scheef"] - third
    # Whether a rent above the aftoppingsgrens is too high nobody can say of 2015.
    assert legal["duur_scheef"] == 0
    assert legal["onbekend"] > 0
    statuses = region.execute(
        "select distinct parameter_status from marts.scheefwonen_gemeente"
        " where profiel = 'wettelijk'"
    ).fetchall()
    assert statuses == [("ontbreekt",)]


def test_what_became_of_scheefwoners_is_told_five_years_after_the_month_that_was_opened(region):
    """Only December 2015 is open; what rests on it is December 2020, and nothing else."""
    rows = region.execute(
        """
        select maand, uitkomst, verhuisd, naar_eigendom, sum(huishoudens)
        from marts.scheefwonen_verhuisd
        where profiel = 'leiden_2015'
        group by all
        """
    ).fetchall()

    # Of 17.200 households in a row each fate has a fourth.
    assert set(rows) == {
        (FIVE_YEARS_LATER, "niet_verhuisd", False, None, 4_300),
        (FIVE_YEARS_LATER, "binnen_gemeente", True, "koop_of_overige_huur", 4_300),
        (FIVE_YEARS_LATER, "buiten_gemeente", True, "onbekend", 4_300),
        (FIVE_YEARS_LATER, "onbekend", None, None, 4_300),
    }
    elsewhere = region.execute(
        "select distinct uitkomst, naar_gemeente from marts.scheefwonen_verhuisd"
        " where naar_gemeente <> gemeente"
    ).fetchall()
    assert elsewhere == [("buiten_gemeente", "GM0363")]
