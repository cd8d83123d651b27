"""The messages that the synthetic gemeente sends: what was put wrong in them is what is found."""

import csv
import io
import xml.etree.ElementTree as ET
import zipfile
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from demo import jeugd_berichten, wmo_berichten
from demo.generate import lives_of
from demo.injection import Injection
from demo.lives import Lives
from warehouse.contracts import Contract
from warehouse.gate import pass_through
from warehouse.keys import KeySet
from warehouse.readers.istandaarden import CODES

WRITERS = {"wmo_berichten": wmo_berichten, "jeugd_berichten": jeugd_berichten}
STANDARDS = {"wmo_berichten": ("iwmo", "WMO"), "jeugd_berichten": ("ijw", "JW")}
MONTHS = 3


@pytest.fixture(scope="module")
def lives() -> Lives:
    """A gemeente after a quarter of a year: its first month sends all that was sent before."""
    made = lives_of(persons=1500, seed=7)
    for _ in range(MONTHS):
        made.advance()
    made.everything = True
    return made


@pytest.fixture(params=WRITERS)
def delivery(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def written(path: Path, delivery: str, lives: Lives, injection: Injection) -> Path:
    WRITERS[delivery].write(path, lives, lives.month, injection)
    return path


def texts(path: Path) -> list[str]:
    with zipfile.ZipFile(path) as archive:
        return [archive.read(member).decode() for member in archive.namelist()]


def test_the_same_lives_send_the_same_bytes(lives, delivery, tmp_path):
    one, other = (
        written(tmp_path / name, delivery, lives, Injection(7)).read_bytes() for name in "ab"
    )

    assert one == other


def test_what_was_injected_is_what_is_found(
    lives: Lives,
    delivery: str,
    contracts: Mapping[str, Contract],
    keys: KeySet,
    tmp_path: Path,
) -> None:
    injection = Injection(7)
    path = written(tmp_path / "messages.zip", delivery, lives, injection)

    source = io.BytesIO(path.read_bytes())
    result = pass_through(contracts[delivery], source, keys, "id", tmp_path / "raw")

    counts = result.counts
    assert Counter(apart.reason for apart in result.apart) == injection.quarantine(
        delivery, str(lives.month)
    )
    assert counts.quarantined > 0
    assert counts.accepted + counts.quarantined + counts.duplicate == counts.source
    assert counts.duplicate == 0
    assert result.emptied == {}
    rows = pq.read_table(tmp_path / "raw" / "product.parquet").to_pylist()
    partial = [row for row in rows if row["geboortedatum"].endswith("0000")]
    assert len(partial) == sum(note.units for note in injection.notes if note.code == "E08")
    answers = pq.read_table(tmp_path / "raw" / "overig_bericht.parquet").to_pylist()
    assert {row["soort_bericht"] for row in answers} <= {"302"}


def test_a_wrong_start_is_removed_and_sent_again_on_one_day(lives, tmp_path):
    """CS058: a changed delivery (2) is not used."""
    sent = lives.messages[(lives.messages["kind"] == 305) & (lives.messages["status"] == 2)]
    sent = sent[sent["known"] <= lives.last]
    path = tmp_path / "messages.zip"
    found: Counter[str] = Counter()
    for name in WRITERS:
        for text in texts(written(path, name, lives, Injection(7, 0.0))):
            found.update(status for status in "123" if f"Aanlevering>{status}<" in text)

    assert len(sent)
    assert found["3"] == len(sent)
    assert found["2"] == 0


def test_no_name_of_a_message_holds_a_number_of_a_person(lives, delivery, tmp_path):
    path = written(tmp_path / "messages.zip", delivery, lives, Injection(7))

    with zipfile.ZipFile(path) as archive:
        assert all(name.startswith("bericht_") and len(name) == 18 for name in archive.namelist())


# Against the list of elements of the standard


def elements(folder: Path, prefix: str, kind: str) -> dict[str, dict[str, Any]]:
    with (folder / f"{prefix}{kind}.elementen.csv").open(encoding="utf-8") as file:
        return {row["element"]: row for row in csv.DictReader(file, delimiter=";")}


def check(element: ET.Element, path: str, listed: Mapping[str, Mapping[str, Any]]) -> None:
    """An element is listed, with a code of its list, and holds what it must, in the right order."""
    row = listed[path]
    codes = row["waarden"].split("|") if row["waarden"] else []
    assert not codes or element.text in codes, path
    children = [f"{path}/{child.tag.rpartition('}')[2]}" for child in element]
    known = [p for p in listed if p.rpartition("/")[0] == path]
    assert sorted(children, key=known.index) == children, path
    for place in known:
        needed, most = listed[place]["min"], listed[place]["max"]
        assert children.count(place) >= int(needed), place
        assert most == "n" or children.count(place) <= int(most), place
    for child, place in zip(element, children, strict=True):
        check(child, place, listed)


@pytest.mark.real_input
def test_every_message_is_as_the_standard_lists_its_elements(
    lives: Lives, delivery: str, real_input: Path, tmp_path: Path
) -> None:
    standard, prefix = STANDARDS[delivery]
    lists = {kind: elements(real_input / standard, prefix, kind) for kind in ("301", "305", "307")}
    checked: Counter[str] = Counter()
    for text in texts(written(tmp_path / "messages.zip", delivery, lives, Injection(7, 0.0))):
        root = ET.fromstring(text)
        kind = CODES[standard][next(e for e in root.iter() if "BerichtCode" in e.tag).text or ""]
        checked[kind] += 1
        if kind in lists:
            check(root, "/Bericht", lists[kind])

    assert all(checked[kind] for kind in lists)
