"""The suites of the marts: both sides of every bound, and of every range that a shape counts by."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb
import pandas as pd
import pytest
import yaml

from expectations.bridge import judge
from expectations.marts import MART_SHAPES, MART_SUITES
from tests.verdicts import assert_two_sides, measured, row
from warehouse.profile import dataset_profile

MODELS = Path(__file__).resolve().parents[2] / "dbt_project" / "models" / "marts"
MONTH = date(2026, 1, 1)

# Both sides of every bound: mart, check, figures just within, figures just beyond

BOUNDS = [
    ("armoede_bereik", "sleutel_uniek", row(0), row(1)),
    ("armoede_bereik", "aandelen_kloppen", row(0), row(1)),
    ("armoede_bereik", "rijen_per_maand", row(1200, 1000), row(1201, 1000)),
    ("armoede_bereik", "rijen_per_maand", row(800, 1000), row(799, 1000)),
    ("armoede_bereik", "rijen_per_maand", row(0, 199, 199), row(0, 200, 200)),
    ("armoede_buurt", "rijen_per_maand", row(120, 100, 100), row(121, 100, 100)),
    ("armoede_buurt", "rijen_per_maand", row(80, 100, 100), row(79, 100, 100)),
    ("armoede_buurt", "rijen_per_maand", row(0, 29, 29), row(0, 30, 30)),
    ("armoede_effect", "pct_klopt", row(0), row(1)),
    ("armoede_effect", "ontwikkeling_geloofwaardig", row(0), row(1)),
    ("armoede_effect", "rijen_per_maand", row(25, 20, 20), row(26, 20, 20)),
    ("armoede_effect", "rijen_per_maand", row(15, 20, 20), row(14, 20, 20)),
    ("armoede_effect", "rijen_per_maand", row(0, 9, 9), row(0, 10, 10)),
    ("armoede_gemeente", "huishoudens_bekend", row(0), row(1)),
    ("armoede_gemeente", "huishoudens_arm", row(0), row(1)),
    ("armoede_gemeente", "kinderen_arm", row(0), row(1)),
    ("armoede_gemeente", "huishoudens_met_kinderen_arm", row(0), row(1)),
    ("armoede_gemeente", "huishoudens_langdurig_arm", row(0), row(1)),
    ("armoede_gemeente", "huishoudens_werkend_arm", row(0), row(1)),
    ("armoede_gemeente", "huishoudens_verborgen_arm", row(0), row(1)),
    ("armoede_huishoudens", "rijen_per_maand", row(110, 100, 100), row(111, 100, 100)),
    ("armoede_huishoudens", "rijen_per_maand", row(90, 100, 100), row(89, 100, 100)),
    ("armoede_huishoudens", "rijen_per_maand", row(0, 49, 49), row(0, 50, 50)),
    ("armoede_huishoudens", "norm_geloofwaardig", row(0), row(1)),
    ("armoede_huishoudens", "inkomen_geloofwaardig", row(0), row(1)),
    ("armoede_huishoudens", "aandeel_inkomen_bekend", row(0.5), row(0.499)),
    ("armoede_huishoudens", "aandeel_inkomen_bekend", row(0, basis=49), row(0, basis=50)),
    ("armoede_huishoudens", "aandeel_arm_110", row(0.03), row(0.029)),
    ("armoede_huishoudens", "aandeel_arm_110", row(0.25), row(0.251)),
    ("armoede_huishoudens", "aandeel_arm_110", row(0.9, basis=199), row(0.9, basis=200)),
    ("armoede_huishoudens", "verandering_arm_110", row(0.13, 0.10), row(0.131, 0.10)),
    ("armoede_huishoudens", "verandering_arm_110", row(0.07, 0.10), row(0.069, 0.10)),
    ("armoede_huishoudens", "verandering_arm_110", row(0.5, 0.1, 499), row(0.5, 0.1, 500)),
    ("armoede_huishoudens", "aandeel_verborgen_arm", row(0.10), row(0.101)),
    ("armoede_huishoudens", "aandeel_verborgen_arm", row(0.9, basis=199), row(0.9, basis=200)),
    ("armoede_huishoudens", "aandeel_arm_administratief", row(0.01), row(0.009)),
    ("armoede_huishoudens", "aandeel_arm_administratief", row(0.30), row(0.301)),
    ("armoede_huishoudens", "aandeel_arm_administratief", row(0, basis=199), row(0, basis=200)),
    ("armoede_huishoudens", "aandeel_langdurig_arm", row(0.15), row(0.151)),
    ("armoede_huishoudens", "aandeel_langdurig_arm", row(0.9, basis=199), row(0.9, basis=200)),
    ("armoede_personen", "rijen_per_maand", row(110, 100, 100), row(111, 100, 100)),
    ("armoede_personen", "rijen_per_maand", row(90, 100, 100), row(89, 100, 100)),
    ("armoede_personen", "aandeel_arm_110", row(0.02), row(0.019)),
    ("armoede_personen", "aandeel_arm_110", row(0.25), row(0.251)),
    ("armoede_personen", "aandeel_arm_110", row(0.9, basis=499), row(0.9, basis=500)),
    ("armoede_personen", "verandering_arm_110", row(0.13, 0.10), row(0.131, 0.10)),
    ("armoede_personen", "verandering_arm_110", row(0.07, 0.10), row(0.069, 0.10)),
    ("armoede_personen", "verandering_arm_110", row(0.5, 0.1, 999), row(0.5, 0.1, 1000)),
    ("armoede_personen", "aandeel_kinderen", row(0.10), row(0.099)),
    ("armoede_personen", "aandeel_kinderen", row(0.35), row(0.351)),
    ("armoede_personen", "aandeel_kinderen", row(0, basis=499), row(0, basis=500)),
    ("armoede_personen", "aandeel_wmo", row(0.20), row(0.201)),
    ("armoede_personen", "aandeel_wmo", row(0.9, basis=499), row(0.9, basis=500)),
    ("armoede_personen", "aandeel_bijstand", row(0.15), row(0.151)),
    ("armoede_personen", "aandeel_bijstand", row(0.9, basis=499), row(0.9, basis=500)),
    ("armoede_personen", "herkomst_gevuld", row(1), row(0.999)),
    ("rmc_buurt", "rijen_per_maand", row(110, 100, 100), row(111, 100, 100)),
    ("rmc_buurt", "rijen_per_maand", row(90, 100, 100), row(89, 100, 100)),
    ("rmc_gemeente", "aandeel_in_beeld", row(0), row(1)),
    ("rmc_jongeren", "leeftijd_binnen_de_monitor", row(0), row(1)),
    ("rmc_jongeren", "prioriteit_een_tot_en_met_vijf", row(0), row(1)),
    ("rmc_jongeren", "rijen_per_maand", row(110, 100, 100), row(111, 100, 100)),
    ("rmc_jongeren", "rijen_per_maand", row(90, 100, 100), row(89, 100, 100)),
    ("rmc_jongeren", "verdwenen_aandeel", row(0.10), row(0.101)),
    ("rmc_jongeren", "verdwenen_aandeel", row(0.9, basis=199), row(0.9, basis=200)),
    ("rmc_jongeren", "buiten_beeld_aandeel", row(0.12), row(0.121)),
    ("rmc_jongeren", "buiten_beeld_aandeel", row(0.9, basis=199), row(0.9, basis=200)),
    ("rmc_jongeren", "vsv_nieuw_aandeel", row(0.05), row(0.051)),
    ("rmc_jongeren", "vsv_nieuw_aandeel", row(0.9, basis=199), row(0.9, basis=200)),
    ("rmc_jongeren", "uitgeschreven_aandeel", row(0.03), row(0.031)),
    ("rmc_jongeren", "uitgeschreven_aandeel", row(0.9, basis=199), row(0.9, basis=200)),
    ("rmc_jongeren", "startkwalificatie_verandering", row(0.50, 0.40), row(0.501, 0.40)),
    ("rmc_jongeren", "startkwalificatie_verandering", row(0.30, 0.40), row(0.299, 0.40)),
    ("rmc_jongeren", "startkwalificatie_verandering", row(0, 1, 199), row(0, 1, 200)),
    ("rmc_jongeren", "in_onderwijs_verandering", row(0.75, 0.60), row(0.751, 0.60)),
    ("rmc_jongeren", "in_onderwijs_verandering", row(0.45, 0.60), row(0.449, 0.60)),
    ("rmc_jongeren", "in_onderwijs_verandering", row(0, 1, 199), row(0, 1, 200)),
    ("rmc_voortgang", "pct_in_beeld_klopt", row(0), row(1)),
    ("rmc_voortgang", "pct_in_beeld_nulmeting_klopt", row(0), row(1)),
    ("rmc_voortgang", "pct_teruggevonden_klopt", row(0), row(1)),
    ("rmc_voortgang", "weg_zonder_spoor", row(0), row(1)),
    ("rmc_werkvoorraad", "leeftijd_binnen_de_monitor", row(0), row(1)),
    ("rmc_werkvoorraad", "doorlooptijd_binnen_de_looptijd", row(0), row(1)),
    ("rmc_werkvoorraad", "rijen_per_maand", row(50, 100, 100), row(49, 100, 100)),
    ("rmc_werkvoorraad", "rijen_per_maand", row(200, 100, 100), row(201, 100, 100)),
    ("rmc_werkvoorraad", "rijen_per_maand", row(0, 49, 49), row(0, 50, 50)),
    ("rmc_werkvoorraad", "gesloten_of_ingetrokken_aandeel", row(0.5), row(0.501)),
    ("rmc_werkvoorraad", "gesloten_of_ingetrokken_aandeel", row(1, basis=49), row(1, basis=50)),
    ("rmc_werkvoorraad", "bekend_elders_aandeel", row(0.67), row(0.671)),
    ("rmc_werkvoorraad", "bekend_elders_aandeel", row(1, basis=49), row(1, basis=50)),
    ("scheefwonen_buurt", "rijen_per_maand", row(120, 100, 100), row(121, 100, 100)),
    ("scheefwonen_buurt", "rijen_per_maand", row(80, 100, 100), row(79, 100, 100)),
    ("scheefwonen_buurt", "rijen_per_maand", row(0, 19, 19), row(0, 20, 20)),
    ("scheefwonen_gemeente", "aandeel_scheef", row(0), row(1)),
    ("scheefwonen_gemeente", "aandeel_duur_scheef", row(0), row(1)),
    ("scheefwonen_gemeente", "aandeel_paren", row(0), row(1)),
    ("scheefwonen_gemeente", "aandeel_loon", row(0), row(1)),
    ("scheefwonen_gemeente", "aandeel_langer_dan_vijf_jaar", row(0), row(1)),
    ("scheefwonen_gemeente", "aandeel_35_tot_65", row(0), row(1)),
    ("scheefwonen_huishoudens", "rijen_per_maand", row(110, 100, 100), row(111, 100, 100)),
    ("scheefwonen_huishoudens", "rijen_per_maand", row(90, 100, 100), row(89, 100, 100)),
    ("scheefwonen_huishoudens", "buurt_dekking", row(0.97), row(0.969)),
    ("scheefwonen_huishoudens", "buurt_dekking", row(0.5, basis=99), row(0.5, basis=100)),
    ("scheefwonen_huishoudens", "categorie_bekend", row(0.85), row(0.849)),
    ("scheefwonen_huishoudens", "categorie_bekend", row(0, basis=99), row(0, basis=100)),
    ("scheefwonen_huishoudens", "aandeel_goedkoop_scheef", row(0.08), row(0.079)),
    ("scheefwonen_huishoudens", "aandeel_goedkoop_scheef", row(0.45), row(0.451)),
    ("scheefwonen_huishoudens", "aandeel_goedkoop_scheef", row(0, basis=199), row(0, basis=200)),
    ("scheefwonen_huishoudens", "verandering_goedkoop_scheef", row(0.36, 0.3), row(0.361, 0.3)),
    ("scheefwonen_huishoudens", "verandering_goedkoop_scheef", row(0.24, 0.3), row(0.239, 0.3)),
    ("scheefwonen_huishoudens", "verandering_goedkoop_scheef", row(0, 1, 199), row(0, 1, 200)),
    ("scheefwonen_huishoudens", "aandeel_sociale_huur", row(0.75), row(0.749)),
    ("scheefwonen_huishoudens", "aandeel_sociale_huur", row(0, basis=199), row(0, basis=200)),
    ("scheefwonen_huishoudens", "woonduur_geloofwaardig", row(0), row(1)),
    ("scheefwonen_verhuisd", "uitkomst_bekend", row(0.60), row(0.599)),
    ("scheefwonen_verhuisd", "uitkomst_bekend", row(0, basis=19), row(0, basis=20)),
    ("scheefwonen_wijk", "rijen_per_maand", row(115, 100, 100), row(116, 100, 100)),
    ("scheefwonen_wijk", "rijen_per_maand", row(85, 100, 100), row(84, 100, 100)),
    ("scheefwonen_wijk", "rijen_per_maand", row(0, 9, 9), row(0, 10, 10)),
]


@pytest.mark.parametrize(("mart", "name", "within", "beyond"), BOUNDS)
def test_a_bound_has_two_sides(mart, name, within, beyond):
    (check,) = (check for check in MART_SUITES[mart].checks if check.name == name)
    assert_two_sides(check, within, beyond)


def test_every_check_is_tried_on_both_sides():
    """One check in many suites is tried in one of them."""
    names = {(mart, name) for mart, name, _, _ in BOUNDS}
    checks = {(mart, c.name): c for mart, suite in MART_SUITES.items() for c in suite.checks}
    tried = {check for name, check in checks.items() if name in names}
    assert {name for name, check in checks.items() if check not in tried} == set()


# Both sides of every range: mart, column, lowest and highest within, just below and just above

SHARE = ((0, 100), (-0.1, 100.1))
RANGES = [
    ("armoede_bereik", "bereik_pct_laag", *SHARE),
    ("armoede_bereik", "bereik_pct_hoog", *SHARE),
    ("armoede_buurt", "pct_huishoudens_arm", *SHARE),
    ("armoede_buurt", "pct_personen_arm", *SHARE),
    ("armoede_wijk", "pct_huishoudens_arm", *SHARE),
    ("armoede_wijk", "pct_personen_arm", *SHARE),
    ("armoede_effect", "pct", *SHARE),
    ("armoede_effect", "verschil_procentpunt", (-5, 5), (-5.01, 5.01)),
    ("armoede_gemeente", "pct_huishoudens_bekend", (50, 100), (49.99, 100.01)),
    ("armoede_gemeente", "pct_huishoudens_arm", (1, 30), (0.99, 30.01)),
    ("armoede_gemeente", "pct_kinderen_arm", (1, 33), (0.99, 33.01)),
    ("armoede_gemeente", "pct_huishoudens_met_kinderen_arm", (1, 33), (0.99, 33.01)),
    ("armoede_gemeente", "pct_huishoudens_langdurig_arm", (0.5, 15), (0.49, 15.01)),
    ("armoede_gemeente", "pct_huishoudens_werkend_arm", (0, 10), (-0.01, 10.01)),
    ("armoede_gemeente", "pct_huishoudens_verborgen_arm", (0, 50), (-0.01, 50.01)),
    ("armoede_huishoudens", "norm", (200, 8000), (199.99, 8000.01)),
    ("armoede_huishoudens", "inkomen_pct_norm", (-100, 2000), (-100.01, 2000.01)),
    ("rmc_buurt", "pct_in_beeld", *SHARE),
    ("rmc_wijk", "pct_in_beeld", *SHARE),
    ("rmc_gemeente", "pct_in_beeld", (50, 100), (49.9, 100.1)),
    ("rmc_nulmeting", "pct_in_beeld", (50, 100), (49.9, 100.1)),
    ("rmc_jongeren", "leeftijd", (12, 26), (11, 27)),
    ("rmc_jongeren", "ib_prioriteit", (1, 5), (0, 6)),
    ("rmc_voortgang", "pct_in_beeld", *SHARE),
    ("rmc_voortgang", "pct_in_beeld_nulmeting", *SHARE),
    ("rmc_voortgang", "pct_teruggevonden", *SHARE),
    ("rmc_voortgang", "nu_weg", (0, 10), (-1, 11)),
    ("rmc_werkvoorraad", "leeftijd", (12, 27), (11, 28)),
    ("rmc_werkvoorraad", "doorlooptijd_dagen", (0, 366), (-1, 367)),
    ("scheefwonen_buurt", "pct_scheef", *SHARE),
    ("scheefwonen_buurt", "pct_scheef_minstens", *SHARE),
    ("scheefwonen_buurt", "pct_duur_scheef", *SHARE),
    ("scheefwonen_wijk", "pct_scheef", *SHARE),
    ("scheefwonen_wijk", "pct_scheef_minstens", *SHARE),
    ("scheefwonen_wijk", "pct_duur_scheef", *SHARE),
    ("scheefwonen_gemeente", "pct_scheef", (8, 45), (7.99, 45.01)),
    ("scheefwonen_gemeente", "pct_duur_scheef", (2, 40), (1.99, 40.01)),
    ("scheefwonen_gemeente", "pct_scheef_paar", (45, 90), (44.99, 90.01)),
    ("scheefwonen_gemeente", "pct_scheef_loon", (50, 95), (49.99, 95.01)),
    ("scheefwonen_gemeente", "pct_scheef_langer_dan_vijf_jaar", (40, 90), (39.99, 90.01)),
    ("scheefwonen_gemeente", "pct_scheef_hoofdbewoner_35_64", (45, 88), (44.99, 88.01)),
    ("scheefwonen_huishoudens", "woonduur_jaren", (0, 100), (-1, 101)),
]


@pytest.fixture(scope="module")
def columns() -> dict[str, dict[str, str]]:
    """Per mart its columns and their types, as its contract has them."""
    files = [path.read_text(encoding="utf-8") for path in sorted(MODELS.glob("*/*.yml"))]
    models = [model for file in files for model in yaml.safe_load(file).get("models", ())]
    return {
        model["name"]: {column["name"]: column["data_type"] for column in model["columns"]}
        for model in models
    }


def profile(columns: dict[str, str], mart: str, rows: list[dict[str, object]]) -> pd.DataFrame:
    """The profile of a mart that holds those rows in one month."""
    with duckdb.connect() as connection:
        connection.execute("create schema marts")
        typed = ", ".join(f"{name} {data_type}" for name, data_type in columns.items())
        connection.execute(f"create table marts.{mart} ({typed})")
        for filled in rows:
            names = ", ".join(("gemeente", "maand", *filled))
            marks = ", ".join("?" * (2 + len(filled)))
            connection.execute(
                f"insert into marts.{mart} ({names}) values ({marks})",
                ["GM0479", MONTH, *filled.values()],
            )
        return dataset_profile(connection, "marts", mart, [MONTH], MART_SHAPES[mart])


@pytest.mark.parametrize(("mart", "column", "within", "beyond"), RANGES)
def test_a_range_has_two_sides(columns, mart, column, within, beyond):
    rows = [{column: value} for value in within]
    figure = measured(profile(columns[mart], mart, rows), "buiten_bereik", column)
    assert figure[0] == 0
    rows = [{column: value} for value in beyond]
    figure = measured(profile(columns[mart], mart, rows), "buiten_bereik", column)
    assert figure[0] == 2


def test_every_range_is_tried_on_both_sides():
    ranges = {(mart, column) for mart, shape in MART_SHAPES.items() for column in shape.ranges}
    assert ranges == {(mart, column) for mart, column, _, _ in RANGES}


@pytest.mark.parametrize("mart", MART_SUITES)
def test_what_a_shape_asks_to_measure_is_judged(mart):
    shape = MART_SHAPES[mart]
    wanted = {
        "buiten_bereik": set(shape.ranges),
        "negatief_aandeel": set(shape.amounts),
        "waar_aandeel": set(shape.truths),
    }
    for measure, columns in wanted.items():
        judged = {check.part for check in MART_SUITES[mart].checks if check.measure == measure}
        assert judged in ({None}, columns)


@pytest.mark.parametrize("mart", MART_SUITES)
def test_an_empty_mart_holds_nothing(columns, mart):
    outcomes = judge(MART_SUITES[mart], profile(columns[mart], mart, []))
    assert {outcome.uitkomst for outcome in outcomes} == {"niet_van_toepassing"}
