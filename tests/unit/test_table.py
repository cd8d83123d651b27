"""Tables as CSV: what a header says a file is, and what is refused, set apart and put back."""

import contextlib
import io
import zipfile
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support import ANNA, BRAM, CEES, FAILS_ELEVEN
from warehouse.contracts import CONTRACTS, Contract, load_contract
from warehouse.gate import GateResult, pass_through
from warehouse.readers import delimited, reader_for
from warehouse.readers.base import Place, Refused, Unmendable


def field(name: str, classification: str = "gewoon", **more: object) -> dict[str, object]:
    custom: Any = more.pop("eigen", {})
    return {
        "name": name,
        "physicalName": name.upper(),
        "logicalType": "string",
        "classification": classification,
        "description": "Een veld.",
        "customProperties": [{"property": k, "value": v} for k, v in custom.items()],
        **more,
    }


def table(name: str, fields: list[dict[str, object]], **custom: object) -> dict[str, object]:
    return {
        "name": name,
        "description": "Een onderdeel.",
        "properties": fields,
        "customProperties": [{"property": k, "value": v} for k, v in custom.items()],
    }


@pytest.fixture(scope="module")
def contract(tmp_path_factory: pytest.TempPathFactory) -> Contract:
    """Who was asked, what they had, and a total about nobody."""
    document = yaml.safe_load((CONTRACTS / "suwinet_inkomsten.yaml").read_text())
    custom = {item["property"]: item for item in document["customProperties"]}
    custom["formaat"]["value"] = "csv"
    custom["telt"]["value"] = "loon"
    custom["sleutel"]["value"] = ["bsn", "datum_aanvang"]
    document["schema"] = [
        table(
            "vraag",
            [
                field("bsn", "bsn", required=True),
                field("aantal_quarantaine") | {"physicalName": ""},
            ],
            sleutel=["bsn"],
        ),
        table(
            "loon",
            [
                field("bsn", "bsn", required=True),
                field("datum_aanvang", required=True, eigen={"soort": "datum"}),
                field("bedrag", eigen={"soort": "bedrag_euro", "hoogstens": 20000}),
                field("uren", eigen={"kolom": "optioneel"}),
                field("naam", "direct"),
            ],
        ),
        table("totaal", [field("rapport")], sleutel=["rapport"], persoonlijk=False, optioneel=True),
    ]
    path = tmp_path_factory.mktemp("contract") / "proef.yaml"
    path.write_text(yaml.safe_dump(document))
    return load_contract(path)


ASKED = f"BSN\n{ANNA}\n{BRAM}\n".encode()
HEADER = "BSN;Datum_aanvang;BEDRAG;naam"
WAGES = f"{HEADER}\n{ANNA};2026-01-01;1234,56;Anna\n{BRAM};20260101;-12.5;Bram\n".encode()
TOTALS = b"rapport\nA01\n"


def zipped(*members: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for number, member in enumerate(members):
            archive.writestr(f"bestand {number}", member)
    return target.getvalue()


def through(contract, keys, folder: Path, data: bytes) -> GateResult:
    return pass_through(contract, io.BytesIO(data), keys, "proef", folder / "raw")


def raw(folder: Path, name: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = pa.parquet.read_table(
        folder / "raw" / f"{name}.parquet"
    ).to_pylist()
    return rows


def test_files_are_known_by_their_headers_whatever_their_order_and_names(contract, keys, tmp_path):
    result = through(contract, keys, tmp_path, zipped(TOTALS, WAGES, ASKED))

    assert (result.counts.source, result.counts.accepted) == (5, 5)
    wages = raw(tmp_path, "loon")
    assert [row["datum_aanvang"] for row in wages] == ["20260101", "20260101"]
    assert [row["bedrag"] for row in wages] == ["1234,56", "-12.5"]
    assert [row["uren"] for row in wages] == [None, None]
    assert "naam" not in wages[0]
    assert {row["bsn_versleuteld"] for row in wages} == {
        row["bsn_versleuteld"] for row in raw(tmp_path, "vraag")
    }
    assert raw(tmp_path, "totaal")[0]["rapport"] == "A01"


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", [";", ",", "\t"])
def test_any_delimiter_and_line_end_reads_the_same(contract, keys, tmp_path, mark, end):
    wages = f"{HEADER}\n{ANNA};20260101;1.5;A\n".replace(";", mark).replace("\n", end)
    asked = "\ufeff" + ASKED.decode().replace("\n", end)

    result = through(contract, keys, tmp_path, zipped(wages.encode(), asked.encode()))

    assert result.counts.accepted == 3
    assert raw(tmp_path, "loon")[0]["bedrag"] == "1.5"


def test_a_fault_in_one_file_is_told_on_the_persons_row_in_the_other(contract, keys, tmp_path):
    bad = f"{HEADER}\n{ANNA};20260101;1.234,56;A\n{ANNA};20260201;1;A\n{BRAM};20260101;2;B\n"

    result = through(contract, keys, tmp_path, zipped(bad.encode(), ASKED))

    assert [(a.reason, a.field) for a in result.apart] == [("bedrag_ongeldig", "bedrag")]
    assert sorted(row["aantal_quarantaine"] for row in raw(tmp_path, "vraag")) == ["0", "1"]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (f"{FAILS_ELEVEN};20260101;1;A", "bsn_elfproef"),
        (f"{CEES};20260131;20000,01;A", "waarde_ongeloofwaardig"),
        (f"{CEES};2026-02-30;1;A", "datum_ongeldig"),
        (f"{CEES};20260131;1,234;A", "bedrag_ongeldig"),
        (f"{CEES};20260131;1;A;te veel", "aantal_velden"),
        ("", "lege_regel"),
        (f"{ANNA};20260101;9;A", "sleutel_dubbel"),
    ],
)
def test_what_breaks_a_rule_is_set_apart_with_its_line(contract, keys, tmp_path, line, reason):
    data = f"{HEADER}\n{ANNA};20260101;1;A\n{line}\n{BRAM};20260101;2;B\n"

    result = through(contract, keys, tmp_path, zipped(data.encode(), ASKED))

    found = {(a.place.message, a.place.line) for a in result.apart}
    assert {a.reason for a in result.apart} == {reason}
    assert (1, 3) in found
    assert found <= {(1, 2), (1, 3)}
    c = result.counts
    assert c.source == c.accepted + c.quarantined + c.duplicate == 5


@pytest.mark.parametrize(
    ("data", "code", "place"),
    [
        (WAGES, "bestand_ontbreekt", "missing: vraag"),
        (zipped(ASKED, WAGES.replace(b"BEDRAG", b"BETAALD")), "kolom_ontbreekt", "message 2"),
        (zipped(ASKED, WAGES.replace(b";naam", b";naam;adres")), "kolom_onbekend", "column 5"),
        (zipped(ASKED, WAGES.replace(b"naam", b"bsn")), "kolom_dubbel", "column 4: bsn"),
        (zipped(ASKED, WAGES.replace(b"Anna", b'"Anna')), "aanhalingsteken_open", "line 2"),
        (zipped(ASKED, WAGES.replace(b"Anna", b"An\0na")), "nul_byte", "message 2, line 2"),
        (zipped(ASKED, WAGES.replace(b"Anna", b"\xe9")), "codering", "message 2, line 2"),
        (zipped(ASKED, WAGES + f"{CEES};2026".encode()), "afgekapt", "message 2, line 4"),
        (zipped(b"BSN\n", HEADER.encode() + b"\n"), "alleen_kopregel", ""),
        (zipped(ASKED, WAGES, zipped(ASKED)), "zip_genest", "message 3"),
        (b"", "leeg_bestand", ""),
    ],
)
def test_a_file_that_cannot_be_whole_is_refused(contract, keys, tmp_path, data, code, place):
    with pytest.raises(Refused) as refused:
        through(contract, keys, tmp_path, data)

    assert refused.value.code == code
    assert place in refused.value.place


def test_a_unit_goes_out_with_its_header_and_comes_back_in_its_own_place(contract):
    data = zipped(ASKED, WAGES)
    reader = reader_for(contract)
    place = Place(2, 5, 3)

    [(_, unit)] = reader.extract(io.BytesIO(data), [place])
    assert unit == f"{HEADER}\n{BRAM};20260101;-12.5;Bram\n".encode()

    target = io.BytesIO()
    reader.splice(io.BytesIO(data), {place: unit.replace(b"-12.5", b"12.5")}, target)
    with zipfile.ZipFile(target) as archive:
        members = [archive.read(name) for name in archive.namelist()]
    assert members == [ASKED, WAGES.replace(b"-12.5", b"12.5")]

    with pytest.raises(Unmendable):
        reader.splice(io.BytesIO(data), {place: unit.partition(b"\n")[2]}, io.BytesIO())


def test_the_size_of_a_block_changes_nothing(contract, keys, tmp_path, monkeypatch):
    rows = "".join(f"{ANNA};{20260101 + day};{day},5;A\n" for day in range(28))
    data = zipped(f"{HEADER}\n{rows}kort\n\n{rows.replace('2026', '2025')}".encode(), ASKED)
    whole = through(contract, keys, tmp_path / "a", data)
    monkeypatch.setattr(delimited, "BLOCK", 200)

    assert through(contract, keys, tmp_path / "b", data) == whole
    assert raw(tmp_path / "a", "loon") == raw(tmp_path / "b", "loon")


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=300), st.sampled_from([b"", b"BSN\n", WAGES[:60], ASKED]))
def test_whatever_comes_is_read_or_refused(contract, data, begin):
    with contextlib.suppress(Refused):
        reader_for(contract).units(io.BytesIO(begin + data))
