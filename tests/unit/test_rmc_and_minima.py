"""Dossiers of the Doorstroompunt and grants of schemes at the gate: the codes, and what is kept."""

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from tests.support import ANNA, BRAM, CEES, FAILS_ELEVEN
from warehouse.contracts import Contract
from warehouse.gate import GateResult, pass_through
from warehouse.keys import KeySet
from warehouse.ledger import Counts
from warehouse.readers import reader_for
from warehouse.readers.base import Place, Refused

DOSSIER = {
    "bsn": ANNA,
    "geboortedatum": "2006-05-01",
    "dossiernummer": "RMC-1",
    "soort_dossier": "vsv_nieuw",
    "datum_melding": "2026-01-10",
    "datum_eerste_contact": "",
    "contactpogingen": "2",
    "fase": "gesignaleerd",
    "start_begeleiding": "",
    "oorzaak_uitval": "opleiding",
    "verklarende_reden": "zzp",
    "herinneringsdatum": "20260701",
    "weigering": "N",
    "ingeschreven_werkzoekende": "J",
    "resultaat": "",
    "einddatum": "",
}
GRANT = {
    "BSN": ANNA,
    "BSN_aanvrager": BRAM,
    "regeling_code": "kindpakket",
    "datum_toekenning": "2026-01-02",
    "datum_start": "2026-01-01",
    "datum_eind": "99991231",
    "bedrag": "300,00",
    "vorm": "natura",
    "ambtshalve": "N",
}


def table(*rows: Mapping[str, str]) -> bytes:
    lines = [";".join(rows[0]), *(";".join(row.values()) for row in rows)]
    return ("\n".join(lines) + "\n").encode()


class Gate:
    def __init__(self, contract: Contract, keys: KeySet, folder: Path) -> None:
        self.contract, self.keys, self.folder = contract, keys, folder

    def take(self, *rows: Mapping[str, str]) -> GateResult:
        source = io.BytesIO(table(*rows))
        return pass_through(self.contract, source, self.keys, "id", self.folder)

    def rows(self) -> list[dict[str, Any]]:
        name = self.contract.head.name
        rows: list[dict[str, Any]] = pq.read_table(self.folder / f"{name}.parquet").to_pylist()
        return rows


@pytest.fixture
def dossiers(contracts: Mapping[str, Contract], keys: KeySet, tmp_path: Path) -> Gate:
    return Gate(contracts["rmc_trajecten"], keys, tmp_path / "raw")


@pytest.fixture
def grants(contracts: Mapping[str, Contract], keys: KeySet, tmp_path: Path) -> Gate:
    return Gate(contracts["minimaregelingen"], keys, tmp_path / "raw")


def test_a_dossier_is_a_token_and_its_days_are_compact(dossiers):
    two = DOSSIER | {"bsn": BRAM, "dossiernummer": "RMC-2"}
    assert dossiers.take(DOSSIER, two).counts == Counts(2, 2, 0, 0)

    one, other = dossiers.rows()
    assert one["dossier"].startswith("dossier1.")
    assert one["dossier"] != other["dossier"]
    assert "dossiernummer" not in one
    assert (one["datum_melding"], one["herinneringsdatum"]) == ("20260110", "20260701")
    assert (one["meldingsbron"], one["datum_laatste_contactpoging"]) == (None, None)


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"bsn": FAILS_ELEVEN}, "bsn_elfproef"),
        ({"bsn": ""}, "bsn_ontbreekt"),
        ({"dossiernummer": ""}, "verplicht_leeg"),
        ({"soort_dossier": "VSV"}, "code_onbekend"),
        ({"fase": "klaar"}, "code_onbekend"),
        ({"resultaat": "studie"}, "code_onbekend"),
        ({"oorzaak_uitval": "schulden"}, "code_onbekend"),
        ({"verklarende_reden": "geluk"}, "code_onbekend"),
        ({"weigering": ""}, "verplicht_leeg"),
        ({"ingeschreven_werkzoekende": "ja"}, "code_onbekend"),
        ({"datum_melding": "2026-02-30"}, "datum_ongeldig"),
        ({"contactpogingen": "veel"}, "patroon"),
    ],
)
def test_a_dossier_outside_the_codes_is_set_apart(dossiers, changed, reason):
    result = dossiers.take(DOSSIER | changed, DOSSIER | {"bsn": CEES, "dossiernummer": "RMC-3"})

    assert result.counts == Counts(2, 1, 1, 0)
    assert [apart.reason for apart in result.apart] == [reason]


def test_a_renamed_column_refuses_the_dossiers(dossiers):
    renamed = {name.replace("weigering", "weigert"): text for name, text in DOSSIER.items()}
    with pytest.raises(Refused) as refused:
        dossiers.take(renamed)
    assert refused.value.code == "kolom_ontbreekt"


def test_a_grant_knows_who_applied_for_whom(grants):
    own = GRANT | {"BSN": BRAM, "regeling_code": "stadspas", "vorm": "pas", "bedrag": ""}
    unasked = GRANT | {"BSN": CEES, "BSN_aanvrager": ""}
    wrong = GRANT | {"BSN": CEES, "BSN_aanvrager": FAILS_ELEVEN, "datum_start": "2026-01-02"}
    assert grants.take(GRANT, own, unasked, wrong).counts == Counts(4, 4, 0, 0)

    child, parent, given, odd = grants.rows()
    assert child["aanvrager_versleuteld"] == parent["bsn_versleuteld"]
    assert parent["aanvrager_versleuteld"] == parent["bsn_versleuteld"]
    assert (given["aanvrager_versleuteld"], given["aanvrager_ongeldig"]) == (None, False)
    assert (odd["aanvrager_versleuteld"], odd["aanvrager_ongeldig"]) == (None, True)
    assert (child["datum_eind"], child["bedrag"]) == ("99991231", "300,00")


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"BSN": "999999999"}, "bsn_onbekend"),
        ({"regeling_code": ""}, "verplicht_leeg"),
        ({"regeling_code": "Stads pas"}, "patroon"),
        ({"bedrag": "1.250,00"}, "bedrag_ongeldig"),
        ({"bedrag": "-1"}, "waarde_ongeloofwaardig"),
        ({"bedrag": "25000,01"}, "waarde_ongeloofwaardig"),
        ({"vorm": "bon"}, "code_onbekend"),
        ({"ambtshalve": ""}, "verplicht_leeg"),
        ({"datum_eind": "31-12-2026"}, "datum_ongeldig"),
        ({"datum_start": ""}, "verplicht_leeg"),
    ],
)
def test_a_grant_that_cannot_be_read_is_set_apart(grants, changed, reason):
    result = grants.take(GRANT | changed, GRANT | {"BSN": CEES})

    assert result.counts == Counts(2, 1, 1, 0)
    assert [apart.reason for apart in result.apart] == [reason]


def test_the_same_grant_again_is_a_copy_and_another_amount_a_double_key(grants):
    assert grants.take(GRANT, GRANT, GRANT | {"BSN": CEES}).counts == Counts(3, 2, 0, 1)
    assert grants.take(GRANT, GRANT | {"bedrag": "1"}).counts == Counts(2, 0, 2, 0)


def test_a_mended_grant_takes_its_own_place(grants):
    content = table(GRANT | {"bedrag": "1.250,00"}, GRANT | {"BSN": CEES})
    reader, place = reader_for(grants.contract), Place(0, 2, 2)
    (_, unit), *_ = reader.extract(io.BytesIO(content), [place])
    target = io.BytesIO()

    reader.splice(io.BytesIO(content), {place: unit.replace(b"1.250,00", b"1250,00")}, target)

    assert target.getvalue() == content.replace(b"1.250,00", b"1250,00")
