"""A new delivery is a contract, a staging model and a suite: no code knows its name."""

import re

import pytest
import yaml

from expectations.deliveries import DELIVERY_SUITES
from tests.conftest import REPOSITORY
from warehouse.contracts import REGISTER, load_contracts
from warehouse.placing import ADDRESSES, AREAS
from warehouse.readers import FORMATS, reader_for

CONTRACTS = load_contracts()
STAGING = REPOSITORY / "dbt_project" / "models" / "staging"
#: The register that all others are judged by, and the two references that place an address.
KNOWN_BY_NAME = {REGISTER, ADDRESSES, AREAS}


@pytest.mark.parametrize("name", CONTRACTS)
def test_a_delivery_has_its_suite_its_reader_and_its_sources(name):
    contract = CONTRACTS[name]
    sources = yaml.safe_load((STAGING / f"{name}.yml").read_text())["sources"]

    assert DELIVERY_SUITES[name].subject == name
    assert reader_for(contract).contract is contract
    assert {table["name"] for source in sources for table in source["tables"]} == {
        f"{name}__{table.name}" for table in contract.raw_tables
    }


def test_the_library_and_the_wiring_know_no_delivery_by_name():
    """But for the readers, each of which knows what it reads."""
    names = "|".join(sorted(CONTRACTS.keys() - KNOWN_BY_NAME))
    quoted = re.compile(rf"""["'](?:{names})["']""")
    found = {
        str(path.relative_to(REPOSITORY))
        for room in ("warehouse", "assets", "sensors")
        for path in sorted((REPOSITORY / room).rglob("*.py"))
        if path.parent.name != "readers" and quoted.search(path.read_text())
    }
    assert found == set()


def test_every_format_is_that_of_a_delivery():
    assert {contract.format for contract in CONTRACTS.values()} == FORMATS.keys()
