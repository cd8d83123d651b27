"""The catalogue: a dataset that does not say what must be proved is refused."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from warehouse.catalogue import PUBLIC_VALUES, CatalogueError, Entry, read_catalogue

META = {
    "thema": "werk_en_inkomen",
    "doelen": ["armoede"],
    "grondslag": "Wet",
    "bewaartermijn_jaren": 5,
    "eigenaar": "Werk en Inkomen",
    "openheid": "gesloten",
    "leveringen": ["brp_personen", "suwinet_inkomsten"],
    "sleutel": ["bsn_versleuteld", "maand"],
}


def node(name: str, schema: str, **more: Any) -> dict[str, Any]:
    return {
        "resource_type": "model",
        "name": name,
        "schema": schema,
        "description": "Inkomsten\n  per maand.",
        "columns": {
            "bsn_versleuteld": {"data_type": "varchar", "description": "Versleuteld."},
            "maand": {"data_type": "date", "description": "Maand."},
        },
        "config": {"meta": dict(META)},
        **more,
    }


@pytest.fixture
def document() -> dict[str, Any]:
    """Income from two deliveries, one of them by way of persons."""
    return {
        "nodes": {
            "model.inkomsten": node("inkomsten", "datasets"),
            "model.stg": node("stg", "staging", description="", config={}),
            "model.personen": node("personen", "staging", description="", config={}),
        },
        "sources": {
            "source.suwinet": {"source_name": "raw", "name": "suwinet_inkomsten__antwoord"},
            "source.brp": {"source_name": "raw", "name": "brp_personen__persoonslijst"},
            "source.open": {"source_name": "grootboek", "name": "open_maanden"},
        },
        "parent_map": {
            "model.inkomsten": ["model.stg", "model.personen", "source.open"],
            "model.stg": ["source.suwinet", "source.open"],
            "model.personen": ["source.brp"],
        },
    }


@pytest.fixture
def read(document, contracts, tmp_path: Path) -> Callable[[], dict[str, Entry]]:
    def reading() -> dict[str, Entry]:
        path = tmp_path / "manifest.json"
        path.write_text(json.dumps(document))
        return read_catalogue(path, contracts)

    return reading


def test_a_dataset_is_described_once_and_staging_is_none(read):
    entries = read()

    assert list(entries) == ["inkomsten"]
    spec = entries["inkomsten"].spec
    assert entries["inkomsten"].deliveries == ("brp_personen", "suwinet_inkomsten")
    assert (spec.theme, spec.eigenaar, spec.openheid) == (
        *("werk_en_inkomen", "Werk en Inkomen", "gesloten"),
    )
    assert spec.description == "Inkomsten per maand."
    assert [(c.name, c.type) for c in spec.columns] == [
        ("bsn_versleuteld", "VARCHAR"),
        ("maand", "DATE"),
    ]


@pytest.mark.parametrize("missing", META)
@pytest.mark.parametrize("how", ["left out", "empty"])
def test_a_dataset_that_leaves_anything_out_is_refused(document, read, missing, how):
    meta = document["nodes"]["model.inkomsten"]["config"]["meta"]
    if how == "empty":
        meta[missing] = None
    else:
        del meta[missing]

    with pytest.raises(CatalogueError, match=f"inkomsten does not state {missing}"):
        read()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda n: n.update(description=""), "does not state description"),
        (lambda n: n.update(columns={}), "its columns"),
        (
            lambda n: n["columns"]["maand"].update(description=""),
            "does not state description of maand",
        ),
    ],
)
def test_a_dataset_and_each_of_its_columns_is_described(document, read, change, says):
    change(document["nodes"]["model.inkomsten"])

    with pytest.raises(CatalogueError, match=says):
        read()


def test_the_deliveries_that_it_states_are_those_of_its_lineage(document, read):
    document["nodes"]["model.inkomsten"]["config"]["meta"]["leveringen"] = ["suwinet_inkomsten"]

    with pytest.raises(CatalogueError, match=r"lineage leads to \['brp_personen', 'suwinet"):
        read()


def test_a_purpose_that_one_of_its_deliveries_forbids_is_refused_down_the_lineage(document, read):
    """Suwinet may not serve the RMC; the BRP, which the dataset uses as well, may."""
    document["nodes"]["model.inkomsten"]["config"]["meta"]["doelen"] = ["armoede", "rmc"]

    with pytest.raises(
        CatalogueError, match=r"serves rmc, for which suwinet_inkomsten may not be used"
    ):
        read()


def test_a_delivery_without_contract_is_refused(document, read):
    document["sources"]["source.brp"]["name"] = "zomaar__iets"
    document["nodes"]["model.inkomsten"]["config"]["meta"]["leveringen"] = [
        *("suwinet_inkomsten", "zomaar"),
    ]

    with pytest.raises(CatalogueError, match="zomaar, which has no contract"):
        read()


VALUES = dict.fromkeys(PUBLIC_VALUES, "Gewogen.")


def mart(name: str, meta: dict[str, Any], *more_columns: str) -> dict[str, Any]:
    made = node(name, "marts")
    made["config"]["meta"] |= {
        "publieke_waarden": dict(VALUES),
        "voorbeelden": [{"vraag": "Hoeveel?", "sql": f"select count(*) from {name}"}],
        "zegt_niet": ["Wie iemand is."],
        **meta,
    }
    for column in more_columns:
        made["columns"][column] = {"data_type": "varchar", "description": "Meer."}
    return made


def fact(**columns: str) -> dict[str, Any]:
    """A model that says of whom something is known, yes or no."""
    kinds = {"gemeente": "varchar", "bsn_versleuteld": "varchar", "maand": "date", **columns}
    return node(
        "stg_bekend",
        "staging",
        columns={name: {"data_type": kind, "description": "x"} for name, kind in kinds.items()},
        config={"meta": {"feit": True}, "contract": {"enforced": True}},
    )


@pytest.fixture
def known(document) -> dict[str, Any]:
    """A mart of the RMC that knows, by way of a fact, who gets bijstand."""
    document["nodes"]["model.stg_bekend"] = fact(bekend="boolean")
    document["sources"]["source.bus"] = {"source_name": "raw", "name": "bijstand_bus__uitkering"}
    document["parent_map"]["model.stg_bekend"] = ["source.bus"]
    document["nodes"]["model.rmc"] = mart(
        "rmc_jongeren",
        {
            "doelen": ["rmc"],
            "domein": "rmc",
            "leveringen": ["ib_inkomsten", "bijstand_bus"],
        },
    )
    document["sources"]["source.ib"] = {"source_name": "raw", "name": "ib_inkomsten__inkomsten"}
    document["parent_map"]["model.rmc"] = ["model.stg_bekend", "source.ib"]
    made: dict[str, Any] = document
    return made


def test_a_mart_says_what_was_weighed_and_shows_what_to_ask(known, read):
    entry = read()["rmc_jongeren"]

    assert entry.public_values == VALUES
    assert [(e.words, e.sql) for e in entry.examples] == [
        ("Hoeveel?", "select count(*) from rmc_jongeren")
    ]
    assert (entry.spec.domein, entry.window, entry.limits) == ("rmc", 1, ("Wie iemand is.",))


@pytest.mark.parametrize("missing", ["voorbeelden", "zegt_niet"])
def test_a_mart_that_does_not_say_what_to_ask_and_what_it_does_not_tell_is_refused(
    known, read, missing
):
    del known["nodes"]["model.rmc"]["config"]["meta"][missing]

    with pytest.raises(CatalogueError, match=f"does not state {missing}"):
        read()


def test_the_tables_of_figures_are_those_of_the_mart_and_its_steps(known, read):
    """Not those of the datasets that it is made of, which tell of them themselves."""
    for name in ("drempels", "codes"):
        known["nodes"][f"seed.{name}"] = {"resource_type": "seed", "name": name, "config": {}}
    known["nodes"]["model.stap"] = node("stap", "stappen", description="", config={})
    known["parent_map"]["model.rmc"] += ["model.stap"]
    known["parent_map"]["model.stap"] = ["seed.drempels"]
    known["parent_map"]["model.inkomsten"].append("seed.codes")

    assert read()["rmc_jongeren"].parameters == ("drempels",)


@pytest.mark.parametrize("value", VALUES)
def test_a_mart_that_did_not_weigh_a_public_value_is_refused(known, read, value):
    known["nodes"]["model.rmc"]["config"]["meta"]["publieke_waarden"].pop(value)

    with pytest.raises(CatalogueError, match=f"does not state publieke_waarden.{value}"):
        read()


def test_a_fact_serves_a_purpose_that_the_contract_allows_no_more_than_the_fact(known, read):
    assert set(read()["rmc_jongeren"].deliveries) == {"ib_inkomsten", "bijstand_bus"}

    known["nodes"]["model.stg_bekend"]["config"]["meta"] = {}
    with pytest.raises(CatalogueError, match="bijstand_bus may not be used but for the fact"):
        read()


def test_what_is_looked_into_beside_the_fact_is_not_a_fact(known, read):
    known["parent_map"]["model.rmc"].append("source.bus")

    with pytest.raises(CatalogueError, match="bijstand_bus may not be used but for the fact"):
        read()


@pytest.mark.parametrize(
    "columns",
    [
        {"bekend": "boolean", "bedrag": "decimal(12, 2)"},
        {"bekend": "boolean", "ook": "boolean"},
        {"bekend": "varchar"},
        {},
    ],
)
def test_a_fact_that_holds_more_than_yes_or_no_is_refused(known, read, columns):
    known["nodes"]["model.stg_bekend"] = fact(**columns)

    with pytest.raises(CatalogueError, match="stg_bekend says that it holds a fact"):
        read()


def test_a_fact_that_dbt_does_not_hold_to_its_columns_is_refused(known, read):
    known["nodes"]["model.stg_bekend"]["config"]["contract"] = {"enforced": False}

    with pytest.raises(CatalogueError, match="stg_bekend says that it holds a fact"):
        read()


def test_a_mart_rests_on_as_many_months_as_what_it_is_made_of(known, read):
    known["nodes"]["model.stg_bekend"]["config"]["meta"]["venster_maanden"] = 12
    with pytest.raises(CatalogueError, match="rests on 1 months, but what it is made of rests on"):
        read()

    known["nodes"]["model.rmc"]["config"]["meta"]["venster_maanden"] = 13
    assert read()["rmc_jongeren"].window == 13


@pytest.mark.parametrize(
    ("meta", "columns", "says"),
    [
        ({"domein": "belasting"}, (), "has the domain belasting"),
        ({"doelen": ["rmc", "statistiek"]}, (), "in the domain rmc and serves more than that"),
        ({}, ("huishouden_sleutel",), "a key of a household or a home"),
    ],
)
def test_the_persons_of_the_rmc_are_published_apart(known, read, meta, columns, says):
    known["nodes"]["model.rmc"] = mart(
        "rmc_jongeren", {**known["nodes"]["model.rmc"]["config"]["meta"], **meta}, *columns
    )

    with pytest.raises(CatalogueError, match=says):
        read()


def test_persons_of_two_domains_never_meet(known, read):
    known["nodes"]["model.armoede"] = mart(
        "armoede_personen",
        {"doelen": ["statistiek"], "leveringen": ["ib_inkomsten", "bijstand_bus"]},
    )
    known["parent_map"]["model.armoede"] = ["model.rmc"]

    with pytest.raises(CatalogueError, match="persons of another domain: rmc_jongeren"):
        read()
