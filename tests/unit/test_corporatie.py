"""The rents of corporaties: amounts, codes and addresses at the gate; one key for one address."""

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from demo.corporatie_huren import HEADER
from tests.support import ANNA, gbav, person
from tests.unit.test_bag import listed
from tests.unit.test_stufcap import record, whole
from warehouse.contracts import Contract
from warehouse.gate import GateResult, pass_through
from warehouse.keys import KeySet
from warehouse.ledger import Counts
from warehouse.readers.base import Refused

VBO = "0479010000000061"
GOOD = {
    "corporatie_id": "L9901",
    "eenheidnummer": "100001",
    "peildatum": "2025-12-31",
    "bag_verblijfsobject": VBO,
    "postcode": "1501AA",
    "huisnummer": "61",
    "eenheidstatus": "VEH",
    "woningwaarderingstelsel": "ZEL",
    "wws_punten": "142",
    "netto_huur": "650,50",
    "servicekosten_subsidiabel": "12",
    "rekenhuur": "662.5",
    "maximale_huur": "890.10",
    "datum_ingang": "20190301",
    "overeenkomstdetailsoort": "ONB",
    "tak": "DAEB",
    "iah_categorie": "laag",
}


def unit(number: int = 1, **other: str) -> str:
    values = GOOD | {"eenheidnummer": f"{100_000 + number}"} | other
    return ";".join(values.get(name, "") for name in HEADER)


def table(*rows: str, header: str = ";".join(HEADER)) -> bytes:
    return "".join(f"{row}\r\n" for row in (header, *rows)).encode()


class Gate:
    """One contract, one key set, and a folder for what passes."""

    def __init__(self, contract: Contract, keys: KeySet, folder: Path) -> None:
        self.contract, self.keys, self.folder = contract, keys, folder

    def take(self, content: bytes) -> GateResult:
        return pass_through(self.contract, io.BytesIO(content), self.keys, "id", self.folder)

    def rows(self, name: str = "eenheid") -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = pq.read_table(self.folder / f"{name}.parquet").to_pylist()
        return rows


@pytest.fixture
def gate(contracts: Mapping[str, Contract], keys: KeySet, tmp_path: Path) -> Gate:
    return Gate(contracts["corporatie_huren"], keys, tmp_path / "raw")


# --- the gate ---------------------------------------------------------------------------------


def test_a_unit_is_kept_as_it_was_written(gate):
    assert gate.take(table(unit())).counts == Counts(1, 1, 0, 0)

    (row,) = gate.rows()
    assert row["netto_huur"] == "650,50"
    assert row["peildatum"] == "20251231"
    assert row["adresseerbaar_object"] == VBO
    assert row["eenheid_sleutel"].startswith("eenheid1.")
    assert row["adres_sleutel"].startswith("adres1.")


@pytest.mark.parametrize(
    ("other", "reason", "field"),
    [
        ({"netto_huur": "1.234,56"}, "bedrag_ongeldig", "netto_huur"),
        ({"netto_huur": "65O,50"}, "bedrag_ongeldig", "netto_huur"),
        ({"rekenhuur": "662.505"}, "bedrag_ongeldig", "rekenhuur"),
        ({"netto_huur": "65050"}, "waarde_ongeloofwaardig", "netto_huur"),
        ({"netto_huur": "5000.01"}, "waarde_ongeloofwaardig", "netto_huur"),
        ({"netto_huur": "-0,01"}, "waarde_ongeloofwaardig", "netto_huur"),
        ({"maximale_huur": "10000,01"}, "waarde_ongeloofwaardig", "maximale_huur"),
        ({"eenheidstatus": "VER"}, "code_onbekend", "eenheidstatus"),
        ({"woningwaarderingstelsel": ""}, "verplicht_leeg", "woningwaarderingstelsel"),
        ({"overeenkomstdetailsoort": "regulier"}, "code_onbekend", "overeenkomstdetailsoort"),
        ({"iah_categorie": "31000"}, "code_onbekend", "iah_categorie"),
        ({"datum_ingang": "20190230"}, "datum_ongeldig", "datum_ingang"),
        ({"corporatie_id": "9901"}, "patroon", "corporatie_id"),
        ({"tak": "daeb"}, "code_onbekend", "tak"),
    ],
)
def test_a_unit_that_breaks_the_contract_is_set_apart(gate, other, reason, field):
    result = gate.take(table(unit(2), unit(**other)))

    assert result.counts == Counts(2, 1, 1, 0)
    assert [(one.reason, one.field, one.place.line) for one in result.apart] == [(reason, field, 3)]


@pytest.mark.parametrize(
    "other",
    [
        {"netto_huur": "0"},
        {"netto_huur": "0,00", "rekenhuur": "0,00", "eenheidstatus": "LEE", "datum_ingang": ""},
        {"netto_huur": "", "rekenhuur": ""},
        {"netto_huur": "5000"},
        {"woningwaarderingstelsel": "ONZ", "overeenkomstdetailsoort": "KAM"},
        {"bag_verblijfsobject": "", "postcode": "", "huisnummer": ""},
        {"iah_categorie": ""},
    ],
    ids=["nothing", "vacant", "unknown", "highest", "room", "no_address", "no_category"],
)
def test_what_is_odd_but_may_be_is_let_through(gate, other):
    assert gate.take(table(unit(**other))).counts == Counts(1, 1, 0, 0)


def test_an_address_that_cannot_be_one_is_emptied_and_the_unit_stays(gate):
    result = gate.take(
        table(
            unit(1, bag_verblijfsobject="479010000000061", postcode="15011AA", huisnummer="61A"),
            unit(2, postcode="1501 aa", buurtcode="WK047900"),
        )
    )

    assert result.counts == Counts(2, 2, 0, 0)
    assert sum(result.emptied.values()) == 4
    first, second = gate.rows()
    assert (first["adresseerbaar_object"], first["postcode"], first["huisnummer"]) == (None,) * 3
    assert first["adres_sleutel"] is None
    assert (second["postcode"], second["buurt_geleverd"]) == ("1501 aa", None)


def test_a_unit_that_stands_twice_with_two_rents_is_neither(gate):
    """After a split a corporatie may deliver the old unit and a new one under one number."""
    result = gate.take(
        table(unit(1), unit(1, netto_huur="500"), unit(2), unit(2), unit(1, corporatie_id="L9902"))
    )

    assert result.counts == Counts(5, 2, 2, 1)
    assert {one.reason for one in result.apart} == {"sleutel_dubbel"}


def test_columns_that_may_be_missing_are_empty(gate):
    optional = {"buurtcode", "iah_categorie"}
    kept = [place for place, name in enumerate(HEADER) if name not in optional]
    header, row = (
        ";".join(text.split(";")[place] for place in kept) for text in (";".join(HEADER), unit())
    )

    assert gate.take(table(row, header=header)).counts == Counts(1, 1, 0, 0)
    assert gate.rows()[0]["iah_categorie"] is gate.rows()[0]["buurt_geleverd"] is None


@pytest.mark.parametrize(
    ("header", "code"),
    [
        (";".join(HEADER).replace("netto_huur", "kale_huur"), "kolom_ontbreekt"),
        (";".join(HEADER) + ";huurder", "kolom_onbekend"),
        (";".join(HEADER).replace("rekenhuur", "netto_huur"), "kolom_dubbel"),
    ],
)
def test_a_changed_header_refuses_the_file(gate, header, code):
    with pytest.raises(Refused) as refused:
        gate.take(table(unit() + ";", header=header))
    # A renamed column is missing and unknown at once, and a double one takes another's place.
    assert refused.value.code in {code, "kolom_ontbreekt"}


def test_a_zip_holds_a_file_per_corporatie(gate):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("een.csv", table(unit(1), unit(2)))
        archive.writestr("twee.csv", table(unit(1, corporatie_id="L9902")))

    assert gate.take(packed.getvalue()).counts == Counts(3, 3, 0, 0)


@settings(max_examples=30, deadline=None)
@given(
    rows=st.lists(
        st.tuples(
            st.integers(0, 3),
            st.sampled_from(["650,50", "0", "", "1.234,56", "9999", "-1"]),
            st.sampled_from(["VEH", "LEE", "XXX"]),
        ),
        min_size=1,
        max_size=10,
    )
)
def test_accepted_quarantined_and_duplicate_are_what_came(tmp_path_factory, contracts, keys, rows):
    gate = Gate(contracts["corporatie_huren"], keys, tmp_path_factory.mktemp("raw"))

    counts = gate.take(
        table(*(unit(n, netto_huur=rent, eenheidstatus=status) for n, rent, status in rows))
    ).counts

    assert counts.source == len(rows)
    assert counts.accepted + counts.quarantined + counts.duplicate == counts.source
    assert len(gate.rows()) == counts.accepted


# --- one key for one address ------------------------------------------------------------------


@pytest.fixture
def key_of(contracts: Mapping[str, Contract], keys: KeySet, tmp_path: Path) -> Any:
    """The token of the only address of a delivery."""

    def found(delivery: str, name: str, content: bytes) -> str | None:
        gate = Gate(contracts[delivery], keys, tmp_path / delivery)
        gate.take(content)
        (row,) = gate.rows(name)
        token: str | None = row["adres_sleutel"]
        return token

    return found


def test_an_object_has_one_key_in_brp_bag_and_rents(key_of):
    address = {"e08_11_80": VBO, "e08_11_60": "1501AA", "e08_11_20": "61"}
    brp = key_of("brp_personen", "verblijfplaats", gbav(person(ANNA, **address)))
    bag = key_of(
        "bag_adressen",
        "bag_object",
        listed("adresseerbaar_object;postcode;huisnummer;x;y", f"{VBO};1501AA;61;115000;495000"),
    )
    rents = key_of("corporatie_huren", "eenheid", table(unit(postcode="1509ZZ", huisnummer="1")))

    assert brp == bag == rents


def test_a_written_address_has_one_key_in_brp_woz_and_rents(key_of):
    address = {
        **{"e08_11_60": "1501AA", "e08_11_20": "61", "e08_11_30": "A", "e08_11_40": "bis"},
        "e08_11_50": "to",
    }
    brp = key_of(
        "brp_personen", "verblijfplaats", gbav(person(ANNA, e08_11_80="", e08_11_90="", **address))
    )
    woz = key_of(
        "woz_stufcap", "woz_object", whole(record(letter="A", addition="bis", beside="to"))
    )
    header = ";".join((*HEADER, "aanduiding_bij_huisnummer"))
    row = unit(bag_verblijfsobject="", huisletter="A", huisnummertoevoeging="bis") + ";to"
    rents = key_of("corporatie_huren", "eenheid", table(row, header=header))

    assert brp is not None
    assert brp == woz == rents


def test_an_object_and_what_is_written_of_it_have_two_keys(key_of):
    with_object = key_of("corporatie_huren", "eenheid", table(unit()))
    as_written = key_of("corporatie_huren", "eenheid", table(unit(bag_verblijfsobject="")))

    assert None not in (with_object, as_written)
    assert with_object != as_written
