"""What was put wrong in the synthetic gemeente's deliveries is what the gate sets apart."""

from collections import Counter
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest

from demo.generate import DELIVERIES, MANIFEST, generate, has_writer
from demo.injection import CODES, read_manifest
from tests.support import drop, expected_apart
from warehouse.contracts import Contract, load_contracts
from warehouse.home import create_home
from warehouse.intake import look
from warehouse.keys import KeySet
from warehouse.ledger import Version
from warehouse.station import at_work

MONTHS = ("2025-12", "2026-01")
#: Those of which a contract and a writer are there.
MADE = [name for name in DELIVERIES if has_writer(name) and name in load_contracts()]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    to = tmp_path_factory.mktemp("made")
    return generate(to, persons=3000, months=2, first_month=MONTHS[0], deliveries=MADE)


@pytest.fixture(scope="module")
def judged(
    made: list[Path],
    contracts: Mapping[str, Contract],
    keys: KeySet,
    keyset_file: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> dict[str, tuple[Version, dict[str, int]]]:
    """Per file what the gate counted, and why it set units apart."""
    folder = tmp_path_factory.mktemp("judged") / "home"
    home = create_home(folder, ["GM0479"], date(2025, 1, 1), keys.check_value, keyset_file)
    found = {}
    with at_work(home, contracts) as station:
        for path in made:
            drop(home, path.name, path.read_bytes())
        for file in look(home, contracts).ready:
            version = station.intake.process(station.intake.receive(file))
            found[file.path.name] = (version, dict(station.ledger.reasons(version.levering_id)))
    return found


@pytest.mark.parametrize("delivery", MADE)
def test_the_manifest_and_the_quarantine_agree_unit_for_unit(made, judged, delivery):
    paths = [path for path in made if path.name.startswith(f"{delivery}_GM")]

    assert paths
    for path in paths:
        version, reasons = judged[path.name]
        assert version.counts, (path.name, version.reason, version.place)
        assert reasons == expected_apart(path), path.name


def test_every_unit_is_accepted_set_apart_or_a_duplicate(judged):
    for name, (version, _) in judged.items():
        counts = version.counts
        assert counts, name
        assert counts.source == counts.accepted + counts.quarantined + counts.duplicate, name


def test_every_error_of_a_unit_is_injected_somewhere(made):
    notes = read_manifest(made[0].with_name(MANIFEST))
    of_files = {"E05", "E12", "E14", "E15"}
    found = Counter(note.code for note in notes)

    assert found.keys() >= set(CODES) - of_files, found
