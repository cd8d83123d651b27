"""The example messages of iWmo and iJw 3.2 through the gate; the expected rows by other code.

What must come out is read here from the files themselves with `xml.etree`, and what a code list
holds from the list of elements that comes with the standard.
"""

import csv
import io
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.support import zipped
from warehouse.contracts import Contract
from warehouse.gate import pass_through
from warehouse.keys import KERN, KeySet, bsn_messages, digest9
from warehouse.ledger import Counts

pytestmark = pytest.mark.real_input

SEEDS = Path(__file__).resolve().parents[2] / "dbt_project" / "seeds"
DELIVERIES = {"iwmo": ("wmo_berichten", "WMO"), "ijw": ("jeugd_berichten", "JW")}
PRODUCTS = {"301": "ToegewezenProduct", "305": "StartProduct", "307": "StopProduct"}
#: A field of the contract, and the element of the product that says it.
FIELDS = {
    "toewijzingnummer": "ToewijzingNummer",
    "categorie": "Categorie",
    "productcode": "Code",
    "toewijzingsdatum": "Toewijzingsdatum",
    "toewijzingstijd": "Toewijzingstijd",
    "begindatum": "Begindatum",
    "reden_wijziging": "RedenWijziging",
    "reden_beeindiging": "RedenBeeindiging",
    "omvang_volume": "Volume",
    "omvang_eenheid": "Eenheid",
    "omvang_frequentie": "Frequentie",
    "budget": "Budget",
}
BEGINS = {"301": "Ingangsdatum", "305": "Begindatum", "307": "Einddatum"}
#: A field of the contract, and where the list of elements gives its codes.
CODED = {
    "categorie": ("301", "Product/Categorie"),
    "reden_wijziging": ("301", "RedenWijziging"),
    "omvang_eenheid": ("301", "Omvang/Eenheid"),
    "omvang_frequentie": ("301", "Omvang/Frequentie"),
    "reden_beeindiging": ("307", "RedenBeeindiging"),
    "status": ("305", "StatusAanlevering"),
}


def local(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2]


def one(element: ET.Element, name: str) -> str | None:
    """The text of the only element of that name, dashes of a date left out."""
    found = [(inner.text or "").strip() for inner in element.iter() if local(inner) == name]
    assert len(found) < 2
    text = next(iter(found), None)
    return text.replace("-", "") if text and len(text) == 10 and text[4] == "-" else text


def said(path: Path) -> list[dict[str, Any]]:
    """The products of a message that is read."""
    root = ET.parse(path).getroot()
    kind = path.stem[-3:]
    [header] = [child for child in root if local(child) == "Header"]
    rows = []
    for client in (child for child in root if local(child) == "Client"):
        [birth] = [child for child in client if local(child) == "Geboortedatum"]
        for product in (element for element in client.iter() if local(element) == PRODUCTS[kind]):
            row = {field: one(product, element) for field, element in FIELDS.items()}
            row |= {"soort_bericht": kind, "datum_aanvang": one(product, BEGINS[kind])}
            row["datum_einde"] = one(product, "Einddatum") if kind == "301" else None
            row["status"] = one(product, "StatusAanlevering") or "1"
            row["tijdelijk"] = None
            if kind == "307":
                row["tijdelijk"] = "ja" if row["reden_beeindiging"] == "20" else "nee"
            parties = [one(header, "Afzender"), one(header, "Ontvanger")]
            row["gemeentecode"], row["aanbieder"] = parties if kind == "301" else parties[::-1]
            row |= {"dagtekening": one(header, "Dagtekening"), "geboortedatum": one(birth, "Datum")}
            row["bsn"] = next(child.text for child in client if local(child) == "Bsn")
            rows.append(row)
    return rows


@pytest.mark.parametrize("standard", DELIVERIES)
def test_every_example_is_read_as_it_says_or_passed_over(
    real_input: Path,
    contracts: Mapping[str, Contract],
    keys: KeySet,
    tmp_path: Path,
    standard: str,
) -> None:
    delivery, _ = DELIVERIES[standard]
    paths = sorted((real_input / standard).glob("*.xml"))
    read = [path for path in paths if path.stem[-3:] in PRODUCTS]
    expected = [row for path in read for row in said(path)]
    assert len(read) == 3
    assert expected

    source = io.BytesIO(zipped(*(path.read_bytes() for path in paths)))
    result = pass_through(contracts[delivery], source, keys, "id", tmp_path)

    units = len(expected) + len(paths) - len(read)
    assert result.apart == []
    assert result.counts == Counts(units, units, 0, 0)
    assert result.emptied == {}
    passed = pq.read_table(tmp_path / "overig_bericht.parquet").column("soort_bericht")
    assert passed.to_pylist() == [path.stem[-3:] for path in paths if path not in read]
    messages, _ = bsn_messages(pa.array([row.pop("bsn") for row in expected]))
    tokens = keys.tokeniser(KERN, "bsn").encrypt(messages).to_pylist()
    numbers = [row.pop("toewijzingnummer") for row in expected]
    assert None not in numbers
    digests = digest9([pa.array(["0"] * len(numbers)), pa.array(numbers)])
    allocations = keys.tokeniser("dossier", "dossier").encrypt(digests).to_pylist()
    rows = pq.read_table(tmp_path / "product.parquet").to_pylist()
    origin = ("levering_id", "eenheid", "regel", "bericht")
    found = [{name: row[name] for name in row if name not in origin} for row in rows]
    assert found == [
        {**row, "bsn_versleuteld": token, "toewijzing": allocation}
        for row, token, allocation in zip(expected, tokens, allocations, strict=True)
    ]


@pytest.mark.parametrize("standard", DELIVERIES)
def test_each_example_is_a_delivery_by_itself(
    real_input: Path,
    contracts: Mapping[str, Contract],
    keys: KeySet,
    tmp_path: Path,
    standard: str,
) -> None:
    delivery, _ = DELIVERIES[standard]
    for path in sorted((real_input / standard).glob("*.xml")):
        source = io.BytesIO(path.read_bytes())

        result = pass_through(contracts[delivery], source, keys, "id", tmp_path / path.stem)

        units = len(said(path)) if path.stem[-3:] in PRODUCTS else 1
        assert result.counts == Counts(units, units, 0, 0)


@pytest.mark.parametrize("standard", DELIVERIES)
def test_code_lists_are_those_of_the_standard(
    real_input: Path, contracts: Mapping[str, Contract], standard: str
) -> None:
    delivery, prefix = DELIVERIES[standard]
    fields = contracts[delivery].head.by_name
    for name, (kind, element) in CODED.items():
        with (real_input / standard / f"{prefix}{kind}.elementen.csv").open(encoding="utf-8") as f:
            [row] = [r for r in csv.DictReader(f, delimiter=";") if r["element"].endswith(element)]

        assert list(fields[name].codes) == row["waarden"].split("|")


@pytest.mark.parametrize(
    ("seed", "codes"),
    [
        ("wmo_categorieen", "iwmo/codelijsten/WMO020*"),
        ("jeugd_categorieen", "ijw/codelijsten/JZ020*"),
    ],
)
def test_every_category_bears_the_name_of_its_list(real_input: Path, seed: str, codes: str) -> None:
    [path] = real_input.glob(codes)
    cells = [line.split("|") for line in path.read_text(encoding="utf-8").splitlines()]
    named = {row[1].strip(): row[2].strip() for row in cells if len(row) == 4}
    with (SEEDS / f"{seed}.csv").open(encoding="utf-8") as file:
        ours = {row["categorie"]: row["naam"] for row in csv.DictReader(file)}

    listed = {code: name for code, name in named.items() if code.isdigit()}
    assert {code: name.replace(" ", "") for code, name in ours.items()} == {
        code: name.replace(" ", "") for code, name in listed.items()
    }
