"""Which months of which model are built, told from what each is made of."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from warehouse.home import add_months
from warehouse.ledger import EVERYTHING
from warehouse.reach import Reach, ReachError, opened_by, plan, read_reach, window

JANUARY = date(2026, 1, 1)
YEAR = [add_months(JANUARY, n) for n in range(12)]
FEBRUARY, MARCH = YEAR[1], YEAR[2]
Read = Callable[..., dict[str, Reach]]


@pytest.mark.parametrize(
    ("opened", "reach", "built"),
    [
        ([0], 1, [0]),
        ([0], 3, [0, 1, 2]),
        ([0, 2], 2, [0, 1, 2, 3]),
        ([11], 48, [11]),
        ([9], 48, [9, 10, 11]),
        ([], 48, []),
    ],
)
def test_what_rests_on_an_open_month_is_built_again_as_far_as_there_are_months(
    opened, reach, built
):
    months = [YEAR[n] for n in opened]

    assert window(months, YEAR, reach) == [YEAR[n] for n in built]


def test_a_month_that_nothing_describes_is_not_built():
    assert window([YEAR[0]], [YEAR[0], YEAR[2]], 3) == [YEAR[0], YEAR[2]]


@pytest.mark.parametrize(
    ("deliveries", "months"),
    [
        (["wmo"], [JANUARY, MARCH]),
        (["wmo", "brp"], [JANUARY, FEBRUARY, MARCH]),
        (["woz"], [MARCH]),
        ([], [MARCH]),
        ([EVERYTHING], [JANUARY, FEBRUARY, MARCH]),
    ],
)
def test_a_month_is_open_for_what_is_made_of_the_delivery_that_opened_it(deliveries, months):
    opened = {MARCH: {EVERYTHING}, JANUARY: {"wmo"}, FEBRUARY: {"brp"}}

    assert opened_by(opened, deliveries) == months


# --- what is made of what ---------------------------------------------------------------------


def model(kind: str, schema: str = "datasets", **meta: Any) -> dict[str, Any]:
    return {
        "resource_type": "model",
        "schema": schema,
        "config": {"materialized": kind, "meta": meta},
    }


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """What is read of a hand-made project: models by name, and what each refers to."""

    def reading(
        models: Mapping[str, dict[str, Any]], refers: Mapping[str, Sequence[str]]
    ) -> dict[str, Reach]:
        named = {name: {**node, "name": name} for name, node in models.items()}
        sources = {
            each: dict(zip(("source_name", "name"), each.split("."), strict=True))
            for each in {each for many in refers.values() for each in many if "." in each}
        }
        path = tmp_path / "manifest.json"
        path.write_text(
            json.dumps(
                {
                    "nodes": {**named, "test.x": {"resource_type": "test"}},
                    "sources": sources,
                    "parent_map": {name: refers.get(name, []) for name in named},
                }
            )
        )
        read_reach.cache_clear()
        reaches: dict[str, Reach] = read_reach(path)
        return reaches

    return reading


@pytest.fixture
def reaches(read: Read) -> dict[str, Reach]:
    """Persons; care of persons, by way of a table; a mart of both that looks back a month."""
    return read(
        {
            "stg_brp": model("view", "staging"),
            "stg_nu": model("table", "staging"),
            "stg_wmo": model("view", "staging"),
            "personen": model("incremental"),
            "wmo": model("incremental"),
            "stap": model("view", "stappen"),
            "mart": model("incremental", "marts", venster_maanden=2),
            "volledigheid": model("incremental", leveringen=[]),
        },
        {
            "stg_brp": ["raw.brp__persoonslijst", "grootboek.leveringen"],
            "stg_nu": ["stg_brp"],
            "stg_wmo": ["raw.wmo__bericht"],
            "personen": ["stg_brp", "geografie.ligging"],
            "wmo": ["stg_wmo", "stg_nu", "personen"],
            "stap": ["wmo"],
            "mart": ["stap", "personen"],
            "volledigheid": ["grootboek.leveringen"],
        },
    )


def test_a_kept_model_reads_deliveries_through_what_is_made_anew_and_models_as_they_were_kept(
    reaches,
):
    assert reaches["wmo"].direct == {"brp", "wmo"}
    assert reaches["wmo"].reads == {"personen"}
    assert reaches["mart"].direct == frozenset()
    assert reaches["mart"].reads == {"personen", "wmo"}
    assert reaches["volledigheid"].direct == {EVERYTHING}


def test_what_lies_where_is_made_of_addresses_and_areas(reaches):
    assert reaches["personen"].direct == {"brp", "bag_adressen", "cbs_gebieden"}


def test_a_table_that_keeps_nothing_is_made_for_all_that_may_change_its_readers(reaches):
    assert reaches["stg_nu"].deliveries == {"brp", "wmo", "bag_adressen", "cbs_gebieden"}


def test_a_view_shows_what_those_ask_that_read_it(reaches):
    assert reaches["stap"].readers == {"mart"}
    assert reaches["stg_brp"].readers == {"stg_nu", "personen"}


def test_a_step_that_reads_what_was_delivered_says_of_whom(read):
    def read_step(**meta: Any) -> frozenset[str]:
        step = {"stap": model("incremental", "stappen", **meta)}
        found: Reach = read(step, {"stap": ["grootboek.leveringen"]})["stap"]
        return found.direct

    with pytest.raises(ReachError, match=r"stap .*leveringen_in_grootboek"):
        read_step()
    assert read_step(leveringen_in_grootboek=["rmc"]) == {"rmc"}
    assert read_step(leveringen_in_grootboek=[]) == frozenset()


def test_a_kept_model_rests_on_as_many_months_as_what_it_reads(read):
    models = {
        "stap": model("incremental", venster_maanden=3),
        "mart": model("incremental", venster_maanden=2),
    }

    with pytest.raises(ReachError, match="mart rests on 2 months, and what it reads on more: stap"):
        read(models, {"mart": ["stap"]})

    models["mart"] = model("incremental", venster_maanden=3)
    assert read(models, {"mart": ["stap"]})["mart"].reads == {"stap"}


def test_what_rests_on_more_months_than_it_reads_is_handed_only_those_it_reads(read):
    """A count of the poor is of its month, though who is poor for long rests on four years."""
    reaches = read(
        {
            "personen": model("incremental", venster_maanden=48),
            "buurt": model("incremental", venster_maanden=48, leest_maanden=1),
        },
        {"personen": ["raw.brp__persoonslijst"], "buurt": ["personen", "raw.wmo__bericht"]},
    )

    work = plan(reaches, {JANUARY: {"wmo", "brp"}}, YEAR[:3])

    assert work.readers == [("personen", "buurt", 1)]
    assert [month for name, month in work.certain if name == "personen"] == YEAR[:3]
    assert [month for name, month in work.certain if name == "buurt"] == [JANUARY]
    assert [month for name, month in work.candidates if name == "buurt"] == YEAR[:3]


@pytest.mark.parametrize(("window", "depth", "leads"), [(4, 1, 3), (3, 4, 6), (3, 0, 2), (6, 3, 5)])
def test_what_a_model_rests_on_is_what_it_reads_of_what_that_rests_on(read, window, depth, leads):
    models = {
        "stap": model("incremental", venster_maanden=3),
        "mart": model("incremental", venster_maanden=window, leest_maanden=depth),
    }

    with pytest.raises(
        ReachError,
        match=f"mart rests on {window} months and reads {depth} .* which leads to {leads}",
    ):
        read(models, {"mart": ["stap"]})


# --- the months of each -----------------------------------------------------------------------


def test_late_news_is_certain_for_its_own_dataset_and_may_reach_what_is_made_of_it(reaches):
    work = plan(reaches, {JANUARY: {"wmo"}}, YEAR[:3])

    assert {*work.certain} == {
        ("wmo", JANUARY),
        ("volledigheid", JANUARY),
        ("stg_nu", JANUARY),
    }
    assert {*work.candidates} == {
        ("wmo", JANUARY),
        ("volledigheid", JANUARY),
        ("mart", JANUARY),
        ("mart", FEBRUARY),
    }
    assert work.anew == []


def test_a_month_that_is_open_for_everything_is_built_and_published_anew_of_everything(reaches):
    work = plan(reaches, {FEBRUARY: {EVERYTHING, "wmo"}}, YEAR[:3])

    kept = {("personen", FEBRUARY), ("wmo", FEBRUARY), ("volledigheid", FEBRUARY)}
    marts = {("mart", FEBRUARY), ("mart", MARCH)}
    assert {*work.candidates} == {*work.anew} == kept | marts
    assert {*work.certain} == kept | marts | {("stg_nu", FEBRUARY)}


def test_who_reads_a_kept_model_is_given_what_changed_as_far_as_it_looks_back(reaches):
    readers = {*plan(reaches, {}, YEAR).readers}

    assert ("wmo", "mart", 2) in readers
    assert ("personen", "wmo", 1) in readers
    assert ("stap", "mart", 1) in readers
    assert not {who for who, *_ in readers} & {"stg_nu", "mart", "volledigheid"}
