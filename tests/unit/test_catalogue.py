"""The catalogue: a dataset that does not say what must be proved is refused."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from warehouse.catalogue import CatalogueError, Entry, read_catalogue

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
