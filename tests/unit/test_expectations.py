"""The suites, the bridge to Great Expectations, and the profile they judge."""

from __future__ import annotations

import logging
import math
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml

from expectations.bridge import Check, Outcome, Suite, change, judge
from expectations.datasets import DATASET_SHAPES, DATASET_SUITES
from expectations.deliveries import DELIVERY_SUITES
from expectations.marts import MART_SUITES
from tests.verdicts import assert_two_sides, frame, measured, one, row
from warehouse.profile import ProfileInput, Shape, dataset_profile, delivery_profile

BRP_PERSONEN, SUWINET_INKOMSTEN = (
    DELIVERY_SUITES[name] for name in ("brp_personen", "suwinet_inkomsten")
)

MODELS = Path(__file__).resolve().parents[2] / "dbt_project" / "models" / "datasets"
CANARY = "999900006"
JANUARY, FEBRUARY, MARCH = date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1)
SHARE = Check("aandeel", "Hoogstens 5 %.", "Een proef.", "aandeel", maximum=0.05)


def figure(
    measure: str, value: float, previous: float = math.nan, basis: float = 100, part: str = ""
) -> pd.DataFrame:
    return frame((measure, part, value, previous, basis))


def named(suite: Suite, name: str) -> Check:
    return next(check for check in suite.checks if check.name == name)


def raw(folder: Path, name: str, columns: Mapping[str, object]) -> dict[str, Path]:
    path = folder / f"{name}.parquet"
    pq.write_table(pa.table(dict(columns)), path)
    return {name: path}


# The four outcomes


def test_within_the_bound_passes_and_shows_the_figures():
    outcome = one(SHARE, figure("aandeel", 0.02, 0.01))
    assert (outcome.uitkomst, outcome.holds) == ("geslaagd", False)
    assert outcome.counts == {
        "beoordeeld": 1,
        "afwijkend": 0,
        "waarde": 0.02,
        "vorige": 0.01,
        "bovengrens": 0.05,
    }


def test_beyond_the_bound_fails_and_holds():
    outcome = one(SHARE, figure("aandeel", 0.06))
    assert (outcome.uitkomst, outcome.holds) == ("gezakt", True)


def test_a_warning_fails_without_holding():
    outcome = one(replace(SHARE, severity="waarschuwing"), figure("aandeel", 0.06))
    assert (outcome.uitkomst, outcome.holds) == ("gezakt", False)


def test_without_a_month_before_a_comparison_does_not_apply_and_says_so():
    check = replace(SHARE, derive=change, needs_previous=True)
    outcome = one(check, figure("aandeel", 0.9))
    assert (outcome.uitkomst, outcome.holds) == ("niet_van_toepassing", False)
    assert outcome.code == "geen_vorige_maand"
    assert "geen vorige maand" in outcome.description


def test_too_few_units_are_not_judged():
    outcome = one(replace(SHARE, minimum_basis=20), figure("aandeel", 0.9, basis=19))
    assert (outcome.uitkomst, outcome.code) == ("niet_van_toepassing", "te_weinig_eenheden")
    assert one(replace(SHARE, minimum_basis=20), figure("aandeel", 0.9, basis=20)).holds


def test_an_optional_figure_may_be_absent_a_required_one_may_not():
    profile = figure("iets_anders", 0.01)
    optional = one(replace(SHARE, optional=True), profile)
    required = one(SHARE, profile)
    assert (optional.uitkomst, optional.code) == ("niet_van_toepassing", "maat_afwezig")
    assert (required.uitkomst, required.code) == ("fout", "MissingMeasure")
    assert required.holds


def raising(*_: object) -> Any:
    raise RuntimeError(f"Original Line: {CANARY}")


def raising_suite() -> Suite:
    raise RuntimeError(f"Original Line: {CANARY}")


BREAKING = {
    "the derivation raises": (replace(SHARE, derive=raising), figure("aandeel", 0.01)),
    "no such expectation": (replace(SHARE, expectation="ExpectNothing"), figure("aandeel", 0.01)),
    "impossible bounds": (replace(SHARE, minimum=None, maximum=None), figure("aandeel", 0.01)),
    "the figure is none": (SHARE, figure("aandeel", math.nan)),
    "the figure is infinite": (SHARE, figure("aandeel", math.inf)),
    "the figure is text": (SHARE, frame(("aandeel", "", f"bsn {CANARY}", math.nan, 1))),
    "the profile is empty": (SHARE, frame()),
    "the profile has other columns": (SHARE, pd.DataFrame({CANARY: [1]})),
}


@pytest.mark.parametrize("case", BREAKING)
@pytest.mark.parametrize("severity", ["fout", "waarschuwing"])
def test_a_check_that_breaks_is_an_error_and_holds_even_where_it_would_warn(case, severity):
    check, profile = BREAKING[case]
    outcome = one(replace(check, severity=severity), profile)
    assert outcome.uitkomst == "fout"
    assert outcome.holds
    assert outcome.code.isidentifier()
    assert CANARY not in repr(outcome)


def without_the_column(*_: object) -> pd.DataFrame:
    """A batch in which Great Expectations looks for a column in vain, and catches its exception."""
    return pd.DataFrame({CANARY: [1.0]})


def test_what_great_expectations_caught_is_an_error_not_a_failure(monkeypatch):
    monkeypatch.setattr("expectations.bridge._columns", without_the_column)
    outcome = one(SHARE, figure("aandeel", 0.01))
    assert (outcome.uitkomst, outcome.code) == ("fout", "ExpectationRaised")
    assert CANARY not in repr(outcome)


def test_a_batch_in_which_nothing_was_looked_at_is_an_error(monkeypatch):
    monkeypatch.setattr(
        "expectations.bridge._columns", lambda _: pd.DataFrame({"aandeel": [math.nan]})
    )
    assert one(SHARE, figure("aandeel", 0.01)).code == "NothingEvaluated"


def test_a_broken_check_leaves_the_others_alone():
    broken = replace(SHARE, name="kapot", derive=raising)
    outcomes = judge(Suite("proef", "proef", (broken, SHARE)), figure("aandeel", 0.01))
    assert [outcome.uitkomst for outcome in outcomes] == ["fout", "geslaagd"]


def test_great_expectations_that_fails_as_a_whole_is_an_error_of_every_check(monkeypatch):
    monkeypatch.setattr("expectations.bridge._validate", raising)
    outcome = one(SHARE, figure("aandeel", 0.01))
    assert (outcome.uitkomst, outcome.code, outcome.holds) == ("fout", "RuntimeError", True)


def test_a_check_without_a_result_is_an_error(monkeypatch):
    monkeypatch.setattr("expectations.bridge._validate", lambda *_: {})
    assert one(SHARE, figure("aandeel", 0.01)).code == "NothingEvaluated"


def test_a_profile_that_raises_is_an_error_of_every_check():
    outcomes = judge(BRP_PERSONEN, raising)
    assert len(outcomes) == len(BRP_PERSONEN.checks)
    assert all(o.uitkomst == "fout" and o.holds and o.code == "RuntimeError" for o in outcomes)
    assert CANARY not in repr(outcomes)


def test_a_suite_that_raises_or_is_empty_holds():
    for suite in (raising_suite, Suite("leeg", "leeg", ())):
        (outcome,) = judge(suite, figure("aandeel", 0.01))
        assert outcome.uitkomst == "fout"
        assert outcome.holds
        assert CANARY not in repr(outcome)


def test_check_names_are_unique_in_a_suite():
    with pytest.raises(ValueError, match="same name"):
        Suite("proef", "proef", (SHARE, SHARE))


# What comes out, and what does not


def test_the_parts_that_fail_are_named_unless_they_could_be_a_number_of_a_person():
    profile = frame(
        ("aandeel", "persoonslijst.geslacht", 0.9, math.nan, 10),
        ("aandeel", "GM0479 2026-01", 0.9, math.nan, 10),
        ("aandeel", CANARY, 0.9, math.nan, 10),
        ("aandeel", f"naam_{CANARY}", 0.9, math.nan, 10),
        ("aandeel", "persoonslijst.goed", 0.01, math.nan, 10),
    )
    outcome = one(SHARE, profile)
    assert outcome.counts["beoordeeld"] == 5
    assert outcome.counts["afwijkend"] == 4
    assert outcome.parts == (
        "persoonslijst.geslacht",
        "GM0479 2026-01",
        "(niet te tonen)",
        "(niet te tonen)",
    )
    assert CANARY not in repr(outcome)


def test_nothing_is_written_printed_or_logged(tmp_path, monkeypatch, capfd, caplog):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    made: list[object] = []
    monkeypatch.setattr(os, "mkdir", lambda *path, **_: made.append(path))
    one(SHARE, figure("aandeel", 0.9))
    monkeypatch.setattr("expectations.bridge._columns", without_the_column)
    one(SHARE, figure("aandeel", 0.9))
    logging.getLogger("great_expectations.validator").error(CANARY)
    assert made == []
    assert list(tmp_path.rglob("*")) == []
    out, err = capfd.readouterr()
    assert (out, err, caplog.text) == ("", "", "")


def test_the_bridge_is_imported_without_great_expectations():
    code = "import sys, expectations.datasets; print('great_expectations' in sys.modules)"
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True)
    assert done.stdout.strip() == "False"


PUBLISHED_SUITES = [*DATASET_SUITES.values(), *MART_SUITES.values()]


@pytest.mark.parametrize("suite", [*DELIVERY_SUITES.values(), *PUBLISHED_SUITES])
def test_every_check_says_what_and_why(suite):
    for check in suite.checks:
        assert check.description.endswith(".")
        assert check.why.endswith(".")
        assert check.minimum is not None or check.maximum is not None


# Both sides of every bound: suite, check, figures just within, figures just beyond


BOUNDS = [
    ("brp_personen", "levering_niet_leeg", row(1), row(0)),
    ("brp_personen", "volume_vorige_maand", row(1050, 1000), row(1051, 1000)),
    ("brp_personen", "volume_vorige_maand", row(950, 1000), row(949, 1000)),
    ("brp_personen", "volume_vorige_maand", row(13, 10, 10), row(14, 10, 10)),
    ("brp_personen", "volume_vorige_maand", row(7, 10, 10), row(6, 10, 10)),
    ("brp_personen", "geen_mutaties_maar_stand", row(0.5), row(0.499)),
    ("brp_personen", "geen_mutaties_maar_stand", row(0.1, basis=19), row(0.1, basis=20)),
    ("brp_personen", "quarantaine_aandeel", row(0.05), row(0.0501)),
    ("brp_personen", "quarantaine_aandeel", row(0.9, basis=99), row(0.9, basis=100)),
    ("brp_personen", "reden_aandeel_stijging", row(0.02, 0.01), row(0.0201, 0.01)),
    ("brp_personen", "reden_aandeel_stijging", row(0.5, 0, 199), row(0.5, 0, 200)),
    ("brp_personen", "gevuld_aandeel_daling", row(0.95, 1.0, 100), row(0.949, 1.0, 100)),
    ("brp_personen", "gevuld_aandeel_daling", row(0.1, 1.0, 99), row(0.1, 1.0, 100)),
    ("brp_personen", "rijen_per_onderdeel", row(50, 100, 100), row(49, 100, 100)),
    ("brp_personen", "rijen_per_onderdeel", row(0, 19, 19), row(0, 20, 20)),
    ("brp_personen", "onvolledige_geboortedatum", row(0.10), row(0.101)),
    ("suwinet_inkomsten", "levering_niet_leeg", row(1, part="antwoord"), row(0, part="antwoord")),
    ("suwinet_inkomsten", "volume_vorige_maand", row(50, 100, 100), row(49, 100, 100)),
    ("suwinet_inkomsten", "volume_vorige_maand", row(200, 100, 100), row(201, 100, 100)),
    ("suwinet_inkomsten", "volume_vorige_maand", row(1, 19, 19), row(1, 20, 20)),
    ("suwinet_inkomsten", "quarantaine_aandeel", row(0.05), row(0.0501)),
    ("suwinet_inkomsten", "gevuld_aandeel_daling", row(0.8, 1.0), row(0.799, 1.0)),
    ("suwinet_inkomsten", "bekend_in_brp", row(0.80), row(0.799)),
    ("suwinet_inkomsten", "levering_van_deze_gemeente", row(0.20), row(0.199)),
    ("suwinet_inkomsten", "levering_van_deze_gemeente", row(0, basis=49), row(0, basis=50)),
    ("suwinet_inkomsten", "jongste_maand", row(3), row(4)),
    ("suwinet_inkomsten", "jongste_maand", row(0), row(-1)),
    ("wmo_berichten", "levering_niet_leeg", row(1, part="product"), row(0, part="product")),
    ("wmo_berichten", "volume_vorige_maand", row(300, 100, 100), row(301, 100, 100)),
    ("wmo_berichten", "volume_vorige_maand", row(999, 49, 49), row(999, 50, 50)),
    ("wmo_berichten", "volume_daling", row(10, 100, 100), row(9, 100, 100)),
    ("wmo_berichten", "geen_stand_maar_mutaties", row(0.5), row(0.501)),
    ("wmo_berichten", "geen_stand_maar_mutaties", row(1, basis=19), row(1, basis=20)),
    ("wmo_berichten", "bekend_in_brp", row(0.80), row(0.799)),
    ("wmo_berichten", "levering_van_deze_gemeente", row(0.20), row(0.199)),
    (
        "wmo_berichten",
        "overgeslagen_berichten",
        row(0, part="overig_bericht"),
        row(-1, part="overig_bericht"),
    ),
    ("wmo", "rijen_per_maand", row(85, 100, 100), row(84, 100, 100)),
    ("wmo", "rijen_per_maand", row(115, 100, 100), row(116, 100, 100)),
    ("wmo", "van_inwoners", row(0.97, part="inwoner"), row(0.969, part="inwoner")),
    ("wmo", "toegewezen_aandeel", row(0.95, part="toegewezen"), row(0.949, part="toegewezen")),
    ("wmo", "categorie_gevuld", row(0.90, part="categorie"), row(0.899, part="categorie")),
    ("ib_inkomsten", "levering_niet_leeg", row(1, part="bevraging"), row(0, part="bevraging")),
    ("ib_inkomsten", "volume_vorige_maand", row(50, 100, 100), row(49, 100, 100)),
    ("ib_inkomsten", "volume_vorige_maand", row(200, 100, 100), row(201, 100, 100)),
    ("ib_inkomsten", "ongevraagd", row(0.01), row(0.011)),
    ("ib_inkomsten", "ongevraagd", row(0.5, basis=99), row(0.5, basis=100)),
    ("inkomen_huishouden", "levering_niet_leeg", row(1, part="inkomen"), row(0, part="inkomen")),
    ("inkomen_huishouden", "volume_vorige_maand", row(80, 100, 100), row(79, 100, 100)),
    ("inkomen_huishouden", "volume_vorige_maand", row(120, 100, 100), row(121, 100, 100)),
    ("inkomen_huishouden", "gevuld_aandeel_daling", row(0.8, 1.0), row(0.799, 1.0)),
    ("inkomen_huishouden", "levering_van_deze_gemeente", row(0.50), row(0.499)),
    ("bag_adressen", "levering_niet_leeg", row(1), row(0)),
    ("bag_adressen", "volume_vorige_maand", row(9800, 10000), row(9799, 10000)),
    ("bag_adressen", "volume_vorige_maand", row(80, 100, 100), row(79, 100, 100)),
    ("bag_adressen", "quarantaine_aandeel", row(0.05), row(0.0501)),
    ("woz_stufcap", "levering_niet_leeg", row(1), row(0)),
    ("woz_stufcap", "volume_vorige_maand", row(120, 100, 100), row(121, 100, 100)),
    ("woz_stufcap", "volume_vorige_maand", row(80, 100, 100), row(79, 100, 100)),
    ("woz_stufcap", "volume_vorige_maand", row(1, 49, 49), row(1, 50, 50)),
    ("woz_stufcap", "belastingjaar_van_nu", row(1), row(2)),
    ("woz_stufcap", "belastingjaar_van_nu", row(-1), row(-2)),
    ("corporatie_huren", "levering_niet_leeg", row(1), row(0)),
    ("corporatie_huren", "volume_vorige_maand", row(120, 100, 100), row(121, 100, 100)),
    ("corporatie_huren", "volume_vorige_maand", row(80, 100, 100), row(79, 100, 100)),
    ("corporatie_huren", "volume_vorige_maand", row(1, 49, 49), row(1, 50, 50)),
    (
        *("corporatie_huren", "huur_gevuld"),
        *(row(0.8, part="eenheid.netto_huur"), row(0.79, part="eenheid.netto_huur")),
    ),
    ("corporatie_huren", "gevuld_aandeel_daling", row(0.9, 1.0), row(0.899, 1.0)),
    ("corporatie_huren", "gevuld_aandeel_daling", row(0, 1.0, 99), row(0, 1.0, 100)),
    ("cbs_gebieden", "levering_niet_leeg", row(1), row(0)),
    ("cbs_gebieden", "geen_gebied_in_quarantaine", row(0), row(0.001)),
    ("bijstand_bus", "levering_niet_leeg", row(1), row(0)),
    ("bijstand_bus", "volume_vorige_maand", row(80, 100, 100), row(79, 100, 100)),
    ("bijstand_bus", "volume_vorige_maand", row(120, 100, 100), row(121, 100, 100)),
    ("bijstand_bus", "volume_vorige_maand", row(1, 49, 49), row(1, 50, 50)),
    (
        "bijstand_bus",
        "statistiekmaand_is_die_van_het_bestand",
        row(0, part="recht"),
        row(1, part="recht"),
    ),
    ("bijstand_bus", "gevuld_aandeel_daling", row(0.8, 1.0), row(0.799, 1.0)),
    ("bijstand_bus", "bekend_in_brp", row(0.90), row(0.899)),
    ("bijstand_bus", "levering_van_deze_gemeente", row(0.20), row(0.199)),
    ("bijstand", "rijen_per_maand", row(80, 100, 100), row(79, 100, 100)),
    ("bijstand", "rijen_per_maand", row(120, 100, 100), row(121, 100, 100)),
    ("bijstand", "norm_geloofwaardig", row(0, part="norm"), row(1, part="norm")),
    (
        *("bijstand", "betaald_bedrag_geloofwaardig"),
        *(row(0, part="betaald_bedrag"), row(1, part="betaald_bedrag")),
    ),
    ("personen", "rijen_per_maand", row(110, 100, 100), row(111, 100, 100)),
    ("personen", "rijen_per_maand", row(90, 100, 100), row(89, 100, 100)),
    ("personen", "rijen_per_maand", row(0, 49, 49), row(0, 50, 50)),
    ("personen", "sleutel_uniek", row(0), row(1)),
    ("personen", "leeftijd_geloofwaardig", row(0, part="leeftijd"), row(1, part="leeftijd")),
    ("personen", "geslacht_gevuld", row(1, part="geslacht"), row(0.999, part="geslacht")),
    ("personen", "buurt_dekking", row(0.995), row(0.9949)),
    ("personen", "buurt_dekking", row(0.5, basis=99), row(0.5, basis=100)),
    ("personen", "onbekend_gebied_stijging", row(0.06, 0.01), row(0.061, 0.01)),
    ("huishoudens", "rijen_per_maand", row(110, 100, 100), row(111, 100, 100)),
    (
        *("huishoudens", "aandeel_referentiepersonen"),
        *(row(0.3, part="referentiepersoon"), row(0.29, part="referentiepersoon")),
    ),
    (
        *("huishoudens", "aandeel_referentiepersonen"),
        *(row(0.7, part="referentiepersoon"), row(0.71, part="referentiepersoon")),
    ),
    ("woningen", "rijen_per_maand", row(110, 100, 100), row(111, 100, 100)),
    ("woningen", "rijen_per_maand", row(90, 100, 100), row(89, 100, 100)),
    ("woningen", "rijen_per_maand", row(0, 49, 49), row(0, 50, 50)),
    ("woningen", "in_bag", row(0.95, part="in_bag"), row(0.949, part="in_bag")),
    ("woningen", "in_bag", row(0, basis=99, part="in_bag"), row(0, basis=100, part="in_bag")),
    ("woningen", "waarde_geloofwaardig", row(0, part="woz_waarde"), row(1, part="woz_waarde")),
    (
        *("woningen", "oppervlakte_geloofwaardig"),
        *(row(0, part="oppervlakte"), row(1, part="oppervlakte")),
    ),
    ("woningen", "bouwjaar_geloofwaardig", row(0, part="bouwjaar"), row(1, part="bouwjaar")),
    ("woningen", "onbekend_gebied_stijging", row(0.06, 0.01), row(0.061, 0.01)),
    ("huurwoningen", "rijen_per_maand", row(110, 100, 100), row(111, 100, 100)),
    ("huurwoningen", "rijen_per_maand", row(90, 100, 100), row(89, 100, 100)),
    ("huurwoningen", "rijen_per_maand", row(0, 49, 49), row(0, 50, 50)),
    ("huurwoningen", "buurt_dekking", row(0.97), row(0.969)),
    ("huurwoningen", "buurt_dekking", row(0.5, basis=99), row(0.5, basis=100)),
    (
        *("huurwoningen", "buurtcode_vertaald"),
        *(row(1, part="buurt_geleverd_herkend"), row(0.999, part="buurt_geleverd_herkend")),
    ),
    ("huurwoningen", "huur_geloofwaardig", row(0, part="netto_huur"), row(1, part="netto_huur")),
    (
        *("huurwoningen", "rekenhuur_klopt"),
        *(row(0.05, part="rekenhuur_wijkt_af"), row(0.051, part="rekenhuur_wijkt_af")),
    ),
    ("gebieden", "sleutel_uniek", row(0), row(1)),
    ("gebied_vertaling", "sleutel_uniek", row(0), row(1)),
    (
        *("gebied_vertaling", "vertaling_volledig"),
        *(row(0.9, part="vertaald"), row(0.89, part="vertaald")),
    ),
    ("inkomsten", "rijen_per_maand", row(50, 100, 100), row(49, 100, 100)),
    ("inkomsten", "rijen_per_maand", row(200, 100, 100), row(201, 100, 100)),
    ("inkomsten", "negatief_aandeel", row(0.10), row(0.101)),
    ("inkomsten", "bedrag_geloofwaardig", row(0, part="bedrag"), row(1, part="bedrag")),
    ("inkomsten", "elke_rij_bevraagd", row(0), row(1)),
    ("inkomsten_bevraging", "sleutel_uniek", row(0), row(1)),
    ("duo_inschrijvingen", "levering_niet_leeg", row(1), row(0)),
    (
        *("duo_inschrijvingen", "volume_vorige_maand"),
        *(row(120, 100, part="inschrijving"), row(121, 100, part="inschrijving")),
    ),
    (
        *("duo_inschrijvingen", "volume_vorige_maand"),
        *(row(80, 100, part="inschrijving"), row(79, 100, part="inschrijving")),
    ),
    ("duo_inschrijvingen", "gevuld_aandeel_daling", row(0.9, 1.0), row(0.899, 1.0)),
    ("duo_inschrijvingen", "bekend_in_brp", row(0.95), row(0.949)),
    ("duo_inschrijvingen", "levering_van_deze_gemeente", row(0.20), row(0.199)),
    ("duo_diplomas", "levering_niet_leeg", row(1), row(0)),
    ("duo_diplomas", "volume_vorige_maand", row(80, 100, 100), row(79, 100, 100)),
    ("duo_diplomas", "volume_vorige_maand", row(150, 100, 100), row(151, 100, 100)),
    ("duo_diplomas", "gevuld_aandeel_daling", row(0.9, 1.0), row(0.899, 1.0)),
    ("duo_diplomas", "levering_van_deze_gemeente", row(0, basis=49), row(0, basis=50)),
    ("duo_verzuim", "volume_vorige_maand", row(50, 100, 100), row(49, 100, 100)),
    ("duo_verzuim", "volume_vorige_maand", row(300, 100, 100), row(301, 100, 100)),
    ("duo_verzuim", "levering_van_deze_gemeente", row(0.20), row(0.199)),
    ("onderwijs", "rijen_per_maand", row(80, 100, 100), row(79, 100, 100)),
    ("onderwijs", "rijen_per_maand", row(120, 100, 100), row(121, 100, 100)),
    ("onderwijs", "dubbel_aandeel", row(0.05, part="dubbel"), row(0.051, part="dubbel")),
    (
        *("onderwijs", "aantal_inschrijvingen_geloofwaardig"),
        *(row(0, part="aantal_inschrijvingen"), row(1, part="aantal_inschrijvingen")),
    ),
    ("startkwalificaties", "rijen_per_maand", row(80, 100, 100), row(79, 100, 100)),
    ("startkwalificaties", "rijen_per_maand", row(150, 100, 100), row(151, 100, 100)),
    ("verzuim", "rijen_per_maand", row(400, 100, 100), row(401, 100, 100)),
    ("duo_totalen", "rijen_per_maand", row(3, 3, 3), row(2, 3, 3)),
    ("schuldhulp_ddas", "volume_vorige_maand", row(70, 100, 100), row(69, 100, 100)),
    ("schuldhulp_ddas", "volume_vorige_maand", row(150, 100, 100), row(151, 100, 100)),
    ("schuldhulp_ddas", "volume_vorige_maand", row(0, 19, 19), row(0, 20, 20)),
    ("schuldhulp_ddas", "gevuld_aandeel_daling", row(0.8, 1.0), row(0.799, 1.0)),
    ("schuldhulp_ddas", "gevuld_aandeel_daling", row(0, 1.0, 49), row(0, 1.0, 50)),
    ("schuldhulp_ddas", "bekend_in_brp", row(0.80), row(0.799)),
    ("schuldhulp_ddas", "levering_van_deze_gemeente", row(0.20), row(0.199)),
    ("schuldhulp_ddas", "levering_van_deze_gemeente", row(0, basis=49), row(0, basis=50)),
    ("vroegsignalen", "volume_vorige_maand", row(30, 100, 100), row(29, 100, 100)),
    ("vroegsignalen", "volume_vorige_maand", row(300, 100, 100), row(301, 100, 100)),
    ("rmc_trajecten", "volume_vorige_maand", row(60, 100, 100), row(59, 100, 100)),
    ("rmc_trajecten", "volume_vorige_maand", row(200, 100, 100), row(201, 100, 100)),
    ("minimaregelingen", "volume_vorige_maand", row(50, 100, 100), row(49, 100, 100)),
    ("minimaregelingen", "volume_vorige_maand", row(200, 100, 100), row(201, 100, 100)),
    ("schuldhulp", "rijen_per_maand", row(50, 100, 100), row(49, 100, 100)),
    ("schuldhulp", "rijen_per_maand", row(200, 100, 100), row(201, 100, 100)),
    (
        *("schuldhulp", "periode_dekt_de_maand"),
        *(row(0.9, part="volledig"), row(0.89, part="volledig")),
    ),
    (
        *("schuldhulp", "schuldbedrag_geloofwaardig"),
        *(row(0, part="schuldbedrag"), row(1, part="schuldbedrag")),
    ),
    ("vroegsignalen", "bedrag_geloofwaardig", row(0, part="bedrag"), row(1, part="bedrag")),
    (
        *("minimaregelingen", "regeling_bekend"),
        *(row(0.95, part="regeling_bekend"), row(0.949, part="regeling_bekend")),
    ),
]


def checks_named(subject: str, name: str) -> list[Check]:
    """The checks of that name of a delivery and of a dataset: some bear the same name."""
    suites = [suites.get(subject) for suites in (DELIVERY_SUITES, DATASET_SUITES)]
    return [c for suite in suites if suite for c in suite.checks if c.name == name]


@pytest.mark.parametrize(("subject", "name", "within", "beyond"), BOUNDS)
def test_a_bound_has_two_sides(subject, name, within, beyond):
    found = checks_named(subject, name)
    assert found
    for check in found:
        assert_two_sides(check, within, beyond)


def test_every_check_is_tried_on_both_sides():
    """One check in many suites is tried in one of them."""
    tried = {check for subject, name, _, _ in BOUNDS for check in checks_named(subject, name)}
    suites = [*DELIVERY_SUITES.values(), *DATASET_SUITES.values()]
    untried = {(s.name, check.name) for s in suites for check in s.checks if check not in tried}
    assert untried == set()


@pytest.mark.parametrize(
    "suite",
    [s for s in PUBLISHED_SUITES if "rijen_per_maand" in {c.name for c in s.checks}],
)
def test_the_volume_of_a_dataset_or_a_mart_only_warns(suite):
    assert named(suite, "rijen_per_maand").severity == "waarschuwing"


@pytest.mark.parametrize(
    "suite", [suite for name, suite in DELIVERY_SUITES.items() if name != "cbs_gebieden"]
)
def test_the_volume_of_a_delivery_holds(suite):
    assert named(suite, "volume_vorige_maand").severity == "fout"


# Deliveries, from Parquet to verdict


def brp(folder: Path, persons: int, *, incomplete: int = 0, sexless: int = 0) -> dict[str, Path]:
    folder.mkdir()
    tokens = [f"kern1.{number}" for number in range(persons)]
    born = ["19900000" if number < incomplete else "19900101" for number in range(persons)]
    sex = [None if number < sexless else "V" for number in range(persons)]
    administration: dict[str, list[object]] = {
        "levering_id": ["a"] * persons,
        "eenheid": list(range(persons)),
        "regel": list(range(persons)),
    }
    return raw(
        folder,
        "persoonslijst",
        administration | {"bsn_versleuteld": tokens, "geboortedatum": born, "geslacht": sex},
    )


def counts(accepted: int, quarantined: int = 0) -> dict[str, int]:
    source = accepted + quarantined
    return {"bron": source, "geaccepteerd": accepted, "quarantaine": quarantined, "dubbel": 0}


def test_the_profile_of_a_delivery_counts_and_takes_shares(tmp_path):
    before = ProfileInput(
        counts(4), {"datum_ongeldig": 1}, brp(tmp_path / "vorige", 4, incomplete=1, sexless=1)
    )
    profile = delivery_profile(
        counts(2, 3), {"bsn_ongeldig": 3}, brp(tmp_path / "nu", 2, sexless=1), before
    )
    assert measured(profile, "eenheden") == (5, 4, 4)
    assert measured(profile, "geaccepteerd") == (2, 4, 4)
    assert measured(profile, "quarantaine_aandeel") == (0.6, 0, 4)
    assert measured(profile, "reden_aandeel", "bsn_ongeldig") == (0.6, 0, 4)
    assert measured(profile, "reden_aandeel", "datum_ongeldig") == (0, 0.25, 4)
    assert measured(profile, "rijen", "persoonslijst") == (2, 4, 4)
    assert measured(profile, "gevuld_aandeel", "persoonslijst.geslacht") == (0.5, 0.75, 2)
    assert measured(profile, "onvolledige_geboortedatum_aandeel", "persoonslijst") == (0, 0.25, 2)
    assert not profile["onderdeel"].str.contains("levering_id|eenheid|regel").any()
    assert "bekend_in_brp_aandeel" not in set(profile["maat"])


def test_a_first_brp_delivery_of_test_persons_does_not_hold(tmp_path):
    files = brp(tmp_path / "nu", 655, incomplete=14)
    profile = delivery_profile(counts(655, 13), {"bsn_ongeldig": 13}, files, None)
    outcomes = judge(BRP_PERSONEN, profile)
    assert not any(outcome.holds for outcome in outcomes)
    compared = [o for o, c in zip(outcomes, BRP_PERSONEN.checks, strict=True) if c.needs_previous]
    assert {outcome.uitkomst for outcome in compared} == {"niet_van_toepassing"}


def test_a_clean_delivery_like_the_month_before_passes(tmp_path):
    before = ProfileInput(counts(100), {}, brp(tmp_path / "vorige", 100))
    profile = delivery_profile(counts(101), {}, brp(tmp_path / "nu", 101), before)
    assert not any(outcome.holds for outcome in judge(BRP_PERSONEN, profile))


def test_a_delivery_of_half_the_persons_holds(tmp_path):
    before = ProfileInput(counts(100), {}, brp(tmp_path / "vorige", 100))
    profile = delivery_profile(counts(50), {}, brp(tmp_path / "nu", 50), before)
    held = [outcome.check for outcome in judge(BRP_PERSONEN, profile) if outcome.holds]
    assert held == ["volume_vorige_maand"]


def test_an_element_that_falls_away_holds_and_is_named(tmp_path):
    before = ProfileInput(counts(120), {}, brp(tmp_path / "vorige", 120))
    profile = delivery_profile(counts(120), {}, brp(tmp_path / "nu", 120, sexless=9), before)
    (held,) = [outcome for outcome in judge(BRP_PERSONEN, profile) if outcome.holds]
    assert (held.check, held.parts) == ("gevuld_aandeel_daling", ("persoonslijst.geslacht",))


def test_an_empty_brp_delivery_holds_even_when_it_is_the_first(tmp_path):
    folder = tmp_path / "nu"
    folder.mkdir()
    path = folder / "persoonslijst.parquet"
    names = ("bsn_versleuteld", "geboortedatum")
    pq.write_table(pa.table({name: pa.array([], pa.string()) for name in names}), path)
    profile = delivery_profile(counts(0), {}, {"persoonslijst": path}, None)
    held = [outcome.check for outcome in judge(BRP_PERSONEN, profile) if outcome.holds]
    assert held == ["levering_niet_leeg"]


def suwinet(folder: Path, persons: int, per_person: int) -> dict[str, Path]:
    folder.mkdir()
    tokens: list[object] = [f"kern1.{number}" for number in range(persons)]
    answers = {"bsn_versleuteld": tokens, "periode_tot": ["2026-01", *([None] * (persons - 1))]}
    opgaven = {"bsn_versleuteld": tokens * per_person}
    return raw(folder, "antwoord", answers) | raw(folder, "inkomstenopgave", opgaven)


def known(folder: Path, persons: int) -> list[Path]:
    folder.mkdir()
    tokens: list[object] = [None, *(f"kern1.{number}" for number in range(persons))]
    return list(raw(folder, "persoonslijst", {"bsn_versleuteld": tokens}).values())


def test_a_first_income_delivery_with_five_of_seven_known_warns_and_does_not_hold(tmp_path):
    profile = delivery_profile(
        counts(299),
        {},
        suwinet(tmp_path / "nu", 7, 43),
        None,
        known(tmp_path / "brp", 5),
        month=MARCH,
    )
    assert measured(profile, "bekend_in_brp_aandeel")[0] == pytest.approx(5 / 7)
    assert measured(profile, "jongste_maand_afstand", "antwoord")[0] == 2
    outcomes = judge(SUWINET_INKOMSTEN, profile)
    assert not any(outcome.holds for outcome in outcomes)
    failed = [outcome.check for outcome in outcomes if outcome.uitkomst == "gezakt"]
    assert failed == ["bekend_in_brp"]


def test_an_income_delivery_of_another_gemeente_holds(tmp_path):
    files = suwinet(tmp_path / "nu", 50, 1)
    profile = delivery_profile(counts(50), {}, files, None, known(tmp_path / "brp", 9))
    held = [outcome.check for outcome in judge(SUWINET_INKOMSTEN, profile) if outcome.holds]
    assert held == ["levering_van_deze_gemeente"]


def test_without_a_brp_nothing_is_said_about_known_persons(tmp_path):
    profile = delivery_profile(counts(50), {}, suwinet(tmp_path / "nu", 50, 1), None)
    outcomes = {outcome.check: outcome for outcome in judge(SUWINET_INKOMSTEN, profile)}
    assert outcomes["bekend_in_brp"].code == "maat_afwezig"
    assert outcomes["levering_van_deze_gemeente"].uitkomst == "niet_van_toepassing"


def test_income_of_who_was_not_asked_holds_when_it_is_more_than_a_slip(tmp_path):
    folder = tmp_path / "nu"
    folder.mkdir()
    asked = {"bsn_versleuteld": [f"kern1.{number}" for number in range(198)]}
    told = {"bsn_versleuteld": [f"kern1.{number}" for number in range(200) for _ in range(2)]}
    files = raw(folder, "bevraging", asked) | raw(folder, "inkomstenopgave", told)
    profile = delivery_profile(counts(598), {}, files, None)

    assert measured(profile, "ongevraagd_aandeel")[0] == 0.01
    assert not any(o.holds for o in judge(DELIVERY_SUITES["ib_inkomsten"], profile))


def test_answers_without_any_income_do_not_hold(tmp_path):
    folder = tmp_path / "nu"
    folder.mkdir()
    files = raw(folder, "antwoord", {"bsn_versleuteld": ["kern1.1"], "periode_tot": [None]})
    outcomes = judge(SUWINET_INKOMSTEN, delivery_profile(counts(0), {}, files, None))
    assert not any(outcome.holds for outcome in outcomes)


# Datasets, from table to verdict


@pytest.fixture
def database() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute("create schema datasets")
        connection.execute(
            """
            create table datasets.personen (
                bsn_versleuteld varchar, maand date, buurt varchar, gemeente varchar,
                leeftijd integer, geslacht varchar
            );
            create table datasets.inkomsten (
                bsn_versleuteld varchar, maand date, buurt varchar, gemeente varchar,
                inkomstenverhouding varchar, bedrag decimal(12, 2), loon_lb decimal(12, 2),
                bron varchar
            );
            create table datasets.inkomsten_bevraging (
                bsn_versleuteld varchar, maand date, buurt varchar, gemeente varchar, bron varchar
            );
            create table datasets.gebieden (
                maand date, buurt varchar, gemeente varchar, indeling varchar
            );
            create table datasets.gebied_vertaling (
                maand date, buurt varchar, gemeente varchar, buurt_toen varchar, vertaald boolean
            );
            """
        )
        yield connection


def fill_personen(connection: duckdb.DuckDBPyConnection, month: date, persons: int) -> None:
    connection.execute(
        "insert into datasets.personen "
        "select 'kern1.' || i, ?, 'BU04790001', 'GM0479', 40, 'V' from range(?) t(i)",
        [month, persons],
    )


def judged(connection: duckdb.DuckDBPyConnection, table: str, *months: date) -> dict[str, Outcome]:
    shape = DATASET_SHAPES[table]
    profile = dataset_profile(connection, "datasets", table, months, shape)
    return {outcome.check: outcome for outcome in judge(DATASET_SUITES[table], profile)}


def test_two_like_months_of_persons_pass(database):
    fill_personen(database, JANUARY, 100)
    fill_personen(database, FEBRUARY, 105)
    outcomes = judged(database, "personen", FEBRUARY)
    assert {outcome.uitkomst for outcome in outcomes.values()} == {"geslaagd"}


def test_only_the_open_months_and_the_month_before_are_looked_at(database):
    fill_personen(database, JANUARY, 100)
    fill_personen(database, JANUARY, 100)
    fill_personen(database, FEBRUARY, 100)
    assert judged(database, "personen", FEBRUARY)["sleutel_uniek"].uitkomst == "geslaagd"
    assert judged(database, "personen", JANUARY)["sleutel_uniek"].counts["waarde"] == 100


def test_a_month_that_a_correction_empties_is_seen_but_holds_nothing(database):
    fill_personen(database, JANUARY, 100)
    outcomes = judged(database, "personen", FEBRUARY)
    assert outcomes["rijen_per_maand"].uitkomst == "gezakt"
    assert outcomes["rijen_per_maand"].parts == ("GM0479 2026-02",)
    assert not any(outcome.holds for outcome in outcomes.values())


@pytest.mark.parametrize("table", DATASET_SUITES)
def test_an_empty_dataset_holds_nothing(table):
    with duckdb.connect() as connection:
        connection.execute("create schema datasets")
        for name in {table, DATASET_SHAPES[table].covered_by or table}:
            model = yaml.safe_load((MODELS / f"{name}.yml").read_text(encoding="utf-8"))["models"]
            columns = ", ".join(f"{c['name']} {c['data_type']}" for c in model[0]["columns"])
            connection.execute(f"create table datasets.{name} ({columns})")
        outcomes = judged(connection, table, JANUARY, FEBRUARY)
    assert {outcome.uitkomst for outcome in outcomes.values()} == {"niet_van_toepassing"}


def test_impossible_persons_hold(database):
    fill_personen(database, JANUARY, 10)
    database.execute(
        "insert into datasets.personen values"
        " ('kern1.0', date '2026-01-01', 'BU0479XXXX', 'GM0479', 126, null),"
        " ('kern1.x', date '2026-01-01', 'BU0479XXBR', 'GM0479', null, 'O')"
    )
    outcomes = judged(database, "personen", JANUARY)
    held = {name for name, outcome in outcomes.items() if outcome.holds}
    assert held == {"sleutel_uniek", "leeftijd_geloofwaardig", "geslacht_gevuld"}
    assert "126" not in repr(outcomes)


def test_unknown_areas_are_measured_per_month_and_a_briefadres_is_no_unknown(database):
    database.execute(
        "insert into datasets.personen values"
        " ('a', date '2026-01-01', 'BU0479XXXX', 'GM0479', 1, 'V'),"
        " ('b', date '2026-01-01', 'BU0479XXBR', 'GM0479', 1, 'V')"
    )
    months = [JANUARY]
    profile = dataset_profile(database, "datasets", "personen", months, DATASET_SHAPES["personen"])
    assert measured(profile, "onbekend_gebied_aandeel", "GM0479 2026-01")[0] == 0.5
    assert measured(profile, "buurt_dekking", "GM0479 2026-01")[0] == 0.5


def test_where_nobody_was_placed_coverage_says_nothing(database):
    database.execute(
        "insert into datasets.personen values"
        " ('a', date '2026-01-01', 'BU0479XXXX', 'GM0479', 1, 'V')"
    )
    outcome = judged(database, "personen", JANUARY)["buurt_dekking"]
    assert (outcome.uitkomst, outcome.code) == ("niet_van_toepassing", "maat_afwezig")


def test_the_month_before_january_is_december(database):
    fill_personen(database, date(2025, 12, 1), 100)
    fill_personen(database, JANUARY, 80)
    assert judged(database, "personen", JANUARY)["rijen_per_maand"].counts["vorige"] == 100


def test_income_that_nobody_asked_for_holds(database):
    database.execute(
        "insert into datasets.inkomsten values"
        " ('a', date '2026-01-01', 'BU04790001', 'GM0479', 'i', 10, 10, 'ib'),"
        " ('b', date '2026-01-01', 'BU04790001', 'GM0479', 'i', 10, 10, 'ib');"
        "insert into datasets.inkomsten_bevraging values"
        " ('a', date '2026-01-01', 'BU04790001', 'GM0479', 'ib'),"
        " ('b', date '2026-02-01', 'BU04790001', 'GM0479', 'ib')"
    )
    outcomes = judged(database, "inkomsten", JANUARY)
    assert [name for name, outcome in outcomes.items() if outcome.holds] == ["elke_rij_bevraagd"]
    assert outcomes["elke_rij_bevraagd"].counts["waarde"] == 1


def test_strange_amounts_warn_and_do_not_show(database):
    database.execute(
        "insert into datasets.inkomsten values"
        " ('a', date '2026-01-01', 'BU04790001', 'GM0479', 'i', 1234567.89, null, 'ib'),"
        " ('a', date '2026-01-01', 'BU04790001', 'GM0479', 'j', -5, null, 'ib');"
        "insert into datasets.inkomsten_bevraging values"
        " ('a', date '2026-01-01', 'BU04790001', 'GM0479', 'ib')"
    )
    outcomes = judged(database, "inkomsten", JANUARY)
    failed = {name for name, outcome in outcomes.items() if outcome.uitkomst == "gezakt"}
    assert failed == {"negatief_aandeel", "bedrag_geloofwaardig"}
    assert not any(outcome.holds for outcome in outcomes.values())
    assert "1234567" not in repr(outcomes)


def test_a_dataset_without_an_expected_column_is_an_error(database):
    shape = Shape(key=("gemeente",), ranges={CANARY: (0, 1)})
    outcomes = judge(
        DATASET_SUITES["personen"],
        lambda: dataset_profile(database, "datasets", "personen", [JANUARY], shape),
    )
    assert all(outcome.uitkomst == "fout" for outcome in outcomes)
    assert CANARY not in repr(outcomes)


def test_a_profile_of_no_months_is_refused(database):
    with pytest.raises(ValueError, match="at least one month"):
        dataset_profile(database, "datasets", "personen", [], DATASET_SHAPES["personen"])
