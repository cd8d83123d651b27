"""The dated figures: the identities that the law gives them, and that no day goes without a row.

What belongs here: what must hold between the figures of a seed, and that the unit tests of
dbt, which hold a few of them, hold the same. What does not: what a mart makes of them.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml

DBT_PROJECT = Path(__file__).resolve().parents[2] / "dbt_project"
CENT = Decimal("0.01")
#: By what else than the day on which it begins a row is known, in the seeds with a period.
DATED = {
    "bijstandsnormen": "norm",
    "kostendelersleeftijd": None,
    "huurgrenzen": "grens",
    "daeb_inkomensgrenzen": "huishouden",
    "vermogensgrenzen": "grens",
    "minimumloon": None,
    "rmc_termijnen": "termijn",
}
#: Not every household has these, or not before a year.
_WITH_HOLES = {"tijdelijk_hoger"}


def seed(name: str) -> list[dict[str, str]]:
    with (DBT_PROJECT / "seeds" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def norms() -> Iterator[tuple[str, dict[str, Decimal]]]:
    """The norms that are known, by the day on which they begin."""
    found: dict[str, dict[str, Decimal]] = defaultdict(dict)
    for row in seed("bijstandsnormen"):
        if row["bedrag"]:
            found[row["geldig_vanaf"]][row["norm"]] = Decimal(row["bedrag"])
    yield from found.items()


def test_a_single_person_has_seventy_percent_of_the_norm_of_a_couple():
    for day, norm in norms():
        expected = norm["gehuwd_21plus"] * Decimal("0.70")
        assert abs(norm["alleenstaand_21plus"] - expected) <= CENT, day


def test_the_norm_of_18_to_20_is_a_fixed_share_of_that_of_a_couple():
    """0.17278 to 0.17283 in 2015 to 2026 (domain 2.5), to the rounding of the figures."""
    for day, norm in norms():
        share = norm["alleenstaand_18_20"] / norm["gehuwd_21plus"]
        assert Decimal("0.17277") < share < Decimal("0.17284"), day


def test_the_norm_at_aow_age_is_the_higher_one():
    for day, norm in norms():
        if "gehuwd_aow" in norm:
            assert norm["gehuwd_aow"] > norm["gehuwd_21plus"], day
            assert norm["alleenstaand_aow"] > norm["alleenstaand_21plus"], day
            assert norm["alleenstaand_aow"] < norm["gehuwd_aow"], day


@pytest.mark.parametrize(
    ("day", "mixed", "mixed_with_child", "young_with_child"),
    [
        # The amounts of Participatiewet art. 20 and 22a that hold on that day.
        ("2024-07-01", "1257.64", "1631.48", "1019.90"),
        ("2025-01-01", "1293.21", "1677.62", "1048.75"),
    ],
)
def test_the_norms_of_mixed_and_young_couples_follow(
    day: str, mixed: str, mixed_with_child: str, young_with_child: str
):
    norm = dict(norms())[day]
    couple, young = norm["gehuwd_21plus"], norm["alleenstaand_18_20"]

    def cents(amount: Decimal) -> str:
        return str(amount.quantize(CENT, ROUND_HALF_UP))

    assert cents(couple / 2 + young) == mixed
    assert cents(couple / 2 + young + couple * Decimal("0.20")) == mixed_with_child
    assert cents(2 * young + couple * Decimal("0.20")) == young_with_child


def test_a_norm_that_was_not_found_is_missing_and_none_is_in_between():
    for row in seed("bijstandsnormen"):
        assert (row["bedrag"] == "") == (row["status"] == "ontbreekt"), row
    missing = {row["geldig_vanaf"] for row in seed("bijstandsnormen") if not row["bedrag"]}
    assert missing == {"2016-01-01", "2016-07-01", "2026-07-01"}


@pytest.mark.parametrize("name", DATED)
def test_periods_close_on_each_other_and_the_last_stays_open(name: str):
    kind = DATED[name]
    periods: dict[str, list[tuple[date, date | None]]] = defaultdict(list)
    for row in seed(name):
        until = date.fromisoformat(row["geldig_tot"]) if row["geldig_tot"] else None
        begin = date.fromisoformat(row["geldig_vanaf"])
        periods[row[kind] if kind else ""].append((begin, until))
    for what, rows in periods.items():
        rows.sort()
        for (_, until), (begin, _) in pairwise(rows):
            assert until is not None, (what, begin)
            assert begin == until + timedelta(days=1), (what, begin)


def test_the_norms_begin_on_the_first_of_a_half_year():
    """A month is judged by the norm of its first day: no norm changes within a month."""
    for row in seed("bijstandsnormen"):
        assert row["geldig_vanaf"][5:] in ("01-01", "07-01"), row


def test_who_has_the_aow_age_pays_no_premium_for_it():
    """17.90 points less in the first bracket, in every year (domain 2.11)."""
    first = {
        (row["jaar"], row["aow_leeftijd"]): Decimal(row["tarief_pct"])
        for row in seed("loonheffing_schijven")
        if row["schijf"] == "1"
    }
    for year in {year for year, _ in first}:
        assert first[year, "false"] - first[year, "true"] == Decimal("17.90"), year


def test_brackets_and_credits_begin_at_nothing_and_close_on_each_other():
    tables: dict[tuple[str, ...], list[tuple[Decimal, str]]] = defaultdict(list)
    for row in seed("loonheffing_schijven"):
        tables[row["jaar"], row["aow_leeftijd"], row["geboren"]].append(
            (Decimal(row["van"]), row["tot"])
        )
    for row in seed("heffingskortingen"):
        tables[row["jaar"], row["aow_leeftijd"], row["soort"]].append(
            (Decimal(row["van"]), row["tot"])
        )
    for what, rows in tables.items():
        rows.sort()
        assert rows[0][0] == 0, what
        assert rows[-1][1] == "", what
        for (_, until), (begin, _) in pairwise(rows):
            assert Decimal(until) == begin, what


def test_credits_at_aow_age_are_the_share_of_the_first_bracket():
    """The percentage times the rate with, over the rate without (domain 2.12)."""
    first = {
        (row["jaar"], row["aow_leeftijd"]): Decimal(row["tarief_pct"])
        for row in seed("loonheffing_schijven")
        if row["schijf"] == "1"
    }
    credit = {
        (row["jaar"], row["soort"], row["traject"], row["aow_leeftijd"]): row
        for row in seed("heffingskortingen")
        if row["soort"] in ("algemene_heffingskorting", "arbeidskorting")
    }
    for (year, kind, part, aow), row in credit.items():
        if aow == "true" and (year, kind, part, "false") in credit:
            younger = credit[year, kind, part, "false"]
            share = first[year, "true"] / first[year, "false"]
            allowed = Decimal("0.007") if year == "2025" else Decimal("0.0025")
            difference = Decimal(row["pct"]) - Decimal(younger["pct"]) * share
            assert abs(difference) <= allowed, (year, kind, part)
            difference = Decimal(row["maximum"]) - Decimal(younger["maximum"]) * share
            # Rounded up, at most by 1.83 euro (2021).
            assert 0 <= difference < 2, (year, kind, part)


def test_every_month_of_the_norms_has_brackets_and_credits_of_its_year():
    """So that a gross wage is unknown only where the norm may be known."""
    years = {row["geldig_vanaf"][:4] for row in seed("bijstandsnormen")}

    assert years == {row["jaar"] for row in seed("loonheffing_schijven")}
    assert years == {row["jaar"] for row in seed("heffingskortingen")}


def test_countries_lie_in_the_netherlands_in_europe_or_outside():
    groups = {row["code"]: row["herkomst"] for row in seed("landen")}

    assert set(groups.values()) == {"Nederland", "Europa", "buiten Europa"}
    assert [code for code, group in groups.items() if group == "Nederland"] == ["6030"]
    # Turkije, Suriname and Curaçao outside (CBS 2022); Polen, Rusland and Duitsland within.
    assert {groups[code] for code in ("6043", "5007", "5107")} == {"buiten Europa"}
    assert {groups[code] for code in ("7028", "5053", "9089")} == {"Europa"}
    assert not groups.keys() & {"0000", "9999"}


def test_a_work_process_runs_no_longer_than_the_worklist_looks_back():
    """The month before the loss is one of the months that a row rests on."""
    path = DBT_PROJECT / "models" / "marts" / "rmc" / "rmc_werkvoorraad.yml"
    [model] = yaml.safe_load(path.read_text(encoding="utf-8"))["models"]
    terms = seed("rmc_termijnen")

    assert {row["termijn"] for row in terms} == {"herinnering_1", "herinnering_2", "looptijd"}
    for row in terms:
        if row["termijn"] == "looptijd":
            assert int(row["aantal"]) < model["config"]["meta"]["venster_maanden"]


def _fixtures() -> Iterator[tuple[str, str, list[dict[str, str]]]]:
    """The rows of seeds that the unit tests of the armoede marts hold, with where they are."""
    seeds = {path.stem for path in (DBT_PROJECT / "seeds").glob("*.csv")}
    for path in sorted((DBT_PROJECT / "models" / "marts" / "armoede").glob("*_unit_tests.yml")):
        document: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
        for given in document.get("anchors", []):
            name = given["input"].partition("ref('")[2].partition("'")[0]
            if name in seeds and isinstance(given["rows"], str):
                yield path.name, name, list(csv.DictReader(given["rows"].splitlines()))


def test_the_figures_in_the_unit_tests_are_those_of_the_seeds():
    held = list(_fixtures())

    assert {name for _, name, _ in held} == {
        *("bijstandsnormen", "kostendelersleeftijd"),
        *("loonheffing_schijven", "heffingskortingen", "soorten_inkomstenverhouding"),
    }
    for where, name, rows in held:
        known = [{column: row[column] for column in rows[0]} for row in seed(name)]
        assert [row for row in rows if row not in known] == [], where
