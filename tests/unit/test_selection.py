"""What dbt builds and tests, and what stays as it was made."""

import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from assets.selection import Selection, kept_as_made, remember_made, select
from warehouse.contracts import Contract
from warehouse.home import Home
from warehouse.workspace import connect

SEED, VIEW, OTHER_VIEW, TABLE = (
    dg.AssetKey(each)
    for each in (
        ["parameters", "normen"],
        ["staging", "stg_personen"],
        ["staging", "stg_scholen"],
        ["datasets", "personen"],
    )
)
ALL = {SEED, VIEW, OTHER_VIEW, TABLE}
#: Each test with what it is about.
TESTS = {
    "norm_eenmaal": [SEED],
    "persoon_eenmaal": [VIEW],
    "school_eenmaal": [OTHER_VIEW],
    "persoon_met_norm": [TABLE, SEED],
    "persoon_op_school": [TABLE, OTHER_VIEW],
}
CHECKS = {dg.AssetCheckKey(about[0], name) for name, about in TESTS.items()}
Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes the manifest of a small project, each time another file."""

    def identity(key: dg.AssetKey) -> str:
        return f"{'seed' if key == SEED else 'model'}.project.{key.path[1]}"

    def written(rows: str = "1", view: str = "select 1", macro: str = "{# niets #}") -> Path:
        nodes: dict[str, Mapping[str, Any]] = {
            identity(key): {
                "schema": key.path[0],
                "name": key.path[1],
                "resource_type": identity(key).partition(".")[0],
                "raw_code": view,
                "checksum": {"checksum": rows},
                "config": {
                    "materialized": "view" if key in (VIEW, OTHER_VIEW) else "table",
                    "column_types": {},
                },
            }
            for key in ALL
        }
        for name, about in TESTS.items():
            nodes[f"test.project.{name}"] = {
                "name": name,
                "resource_type": "test",
                "depends_on": {"nodes": [identity(key) for key in about]},
            }
        document = {
            "metadata": {"project_name": "project"},
            "nodes": nodes,
            "macros": {"m": {"name": "m", "package_name": "project", "macro_sql": macro}},
        }
        path = tmp_path / f"{len([*tmp_path.glob('*.json')])}.json"
        path.write_text(json.dumps(document))
        return path

    return written


def chosen(
    manifest: Path,
    asked: Iterable[dg.AssetKey] = ALL,
    idle: Iterable[str] = (),
    kept: Iterable[dg.AssetKey] = (),
    checks: Iterable[dg.AssetCheckKey] = CHECKS,
) -> set[str]:
    selection, done = select(manifest, {*asked}, {*checks}, {*idle}, {*kept})
    assert {check.name for check in done} == selection.chosen & {*TESTS}
    return {*selection.chosen}


def test_all_that_is_asked_is_built_and_tested(write):
    assert chosen(write()) == {*TESTS, "normen", "stg_personen", "stg_scholen", "personen"}


def test_of_what_says_nothing_no_test_is_done_not_even_beside_another(write):
    found = chosen(write(), idle={"stg_scholen"})

    assert {"stg_scholen", "school_eenmaal", "persoon_op_school"} & found == set()
    assert {"personen", "persoon_eenmaal", "persoon_met_norm"} <= found


def test_a_table_of_parameters_that_is_kept_was_tested_and_a_view_is_tested_again(write):
    found = chosen(write(), kept={SEED, VIEW})

    assert {"normen", "stg_personen", "norm_eenmaal"} & found == set()
    assert {"persoon_eenmaal", "persoon_met_norm", "personen"} <= found


def test_only_the_checks_that_are_asked_for_are_done(write):
    (check,) = (check for check in CHECKS if check.name == "persoon_eenmaal")

    assert chosen(write(), asked=(), checks=[check]) == {"persoon_eenmaal"}


@pytest.mark.parametrize(
    ("names", "option"),
    [("a", ["--select", "a"]), ("bcd", ["--exclude", "a"]), ("abcd", [])],
)
def test_dbt_is_given_the_names_of_what_is_chosen_or_of_the_rest_whichever_are_fewer(names, option):
    given = Selection(frozenset(names), frozenset("abcd")).options

    assert given[:4] == ["--exclude-resource-type", "unit_test", "--indirect-selection", "empty"]
    assert given[4:] == option


# --- of what code it is -----------------------------------------------------------------------


@pytest.fixture
def make(home: Home) -> Callable[..., None]:
    """Makes tables and views in the working database of the home."""

    def made(*keys: dg.AssetKey) -> None:
        with connect(home.database) as sql:
            sql.execute("create schema if not exists grootboek")
            for key in keys:
                schema, name = key.path
                kind = "view" if key in (VIEW, OTHER_VIEW) else "table"
                sql.execute(f"create schema if not exists {schema}")
                sql.execute(f"create or replace {kind} {schema}.{name} as select 1 as een")

    return made


def test_what_is_there_of_this_code_is_kept_and_a_dataset_never(home, contracts, write, make):
    make(SEED, VIEW, TABLE)
    assert kept_as_made(home, write(), contracts) == set()

    remember_made(home, write(), contracts, ALL)

    # Of the same code, as another parse of it.
    assert kept_as_made(home, write(), contracts) == {SEED, VIEW}


def test_other_rows_or_other_code_is_made_anew(home, contracts, write, make):
    make(SEED, VIEW)
    remember_made(home, write(), contracts, ALL)

    assert kept_as_made(home, write(rows="2"), contracts) == {VIEW}
    assert kept_as_made(home, write(view="select 2"), contracts) == {SEED}
    assert kept_as_made(home, write(macro="{# iets #}"), contracts) == {SEED}


def test_a_view_over_raw_columns_that_are_others_is_made_anew(home, contracts, write, make):
    make(VIEW)
    remember_made(home, write(), contracts, ALL)
    fewer: dict[str, Contract] = dict([*contracts.items()][1:])

    assert kept_as_made(home, write(), fewer) == set()


def test_what_was_begun_of_other_code_and_not_finished_is_of_neither(home, contracts, write, make):
    make(VIEW)
    remember_made(home, write(), contracts, ALL)

    assert kept_as_made(home, write(view="select 2"), contracts, forget=True) == set()

    assert kept_as_made(home, write(), contracts) == set()


def test_a_part_that_was_made_is_not_remembered_beside_what_is_of_other_code(
    home, contracts, write, make
):
    make(VIEW, OTHER_VIEW)

    remember_made(home, write(), contracts, {VIEW})
    assert kept_as_made(home, write(), contracts) == set()

    remember_made(home, write(), contracts, {VIEW, OTHER_VIEW})
    assert kept_as_made(home, write(), contracts) == {VIEW, OTHER_VIEW}
