"""The docs' commands run: what a reader copies from a console block ends well."""

import re
import shlex
from collections import Counter
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from demo.generate import generate
from tests.support import Result, datapakhuis, expected_apart
from warehouse.catalogue import read_catalogue
from warehouse.contracts import Contract
from warehouse.dictionary import FOLDER, pages_of
from warehouse.ledger import Ledger, State, Version
from warehouse.reasons import QUARANTINE, REFUSALS

ROOT = Path(__file__).resolve().parent.parent.parent
DEMO = "datapakhuis demo --persons 200 --months 2"
TUTORIAL = ROOT / "docs" / "tutorial" / "first-delivery.md"
PAGES = [
    ROOT / "README.md",
    *(page for page in sorted((ROOT / "docs").rglob("*.md")) if page != TUTORIAL),
]
_BLOCK = re.compile(r"^ *```console\n(.*?)^ *```", re.DOTALL | re.MULTILINE)
_LINK = re.compile(r"\]\(([^)#]+)(#[^)]*)?\)")


def commands(page: Path) -> list[str]:
    """The commands of a page's console blocks, in reading order."""
    blocks = _BLOCK.findall(page.read_text(encoding="utf-8"))
    lines = [line.strip() for block in blocks for line in block.splitlines()]
    return [line.removeprefix("$ ") for line in lines if line.startswith("$ ")]


@dataclass(frozen=True)
class Read:
    """What a reader saw who typed everything, and what the demo had taken in, with its reasons."""

    said: dict[str, Result]
    arrived: list[tuple[Version, Mapping[str, int]]]


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> Read:
    """Every command of the docs, first those of the tutorial, by somebody who has nothing yet."""
    folder = tmp_path_factory.mktemp("reader")
    others = {command for page in PAGES for command in commands(page)}
    said: dict[str, Result] = {}
    arrived: list[tuple[Version, Mapping[str, int]]] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("DATAPAKHUIS_HOME", str(folder / "var"))
        patch.setenv("DATAPAKHUIS_KEYSET", str(folder / "keys" / "keyset.json"))
        for command in [*commands(TUTORIAL), *sorted(others)]:
            program, *arguments = shlex.split(command)
            assert program == "datapakhuis", command
            said[command] = datapakhuis(*arguments)
            if command == DEMO:
                with closing(Ledger(folder / "var" / "ledger.sqlite")) as ledger:
                    arrived = [(v, ledger.reasons(v.levering_id)) for v in ledger.versions()]
    return Read(said, arrived)


def test_every_command_of_the_docs_runs_in_the_order_of_the_tutorial(read: Read) -> None:
    failed = {command: told for command, told in read.said.items() if told.code}

    assert not failed


def test_the_demo_ends_well_and_says_where_to_look(read: Read) -> None:
    told = read.said[DEMO]

    assert told.err == ""
    for text in ("personen", "inkomsten", "datapakhuis status", "datapakhuis sql"):
        assert text in told.out


def test_the_demo_sets_apart_the_faults_that_it_made_and_nothing_else(
    read: Read, tmp_path: Path
) -> None:
    made = generate(tmp_path, persons=200, months=2, first_month="2026-05")
    expected = {path.name: expected_apart(path) for path in made}

    assert {version.state for version, _ in read.arrived} == {State.ACCEPTED}
    for version, reasons in read.arrived:
        assert reasons == expected[version.file]
    assert Counter(version.file for version, _ in read.arrived) == Counter([*expected])


@pytest.mark.parametrize("page", [TUTORIAL, *PAGES], ids=lambda page: page.name)
def test_every_link_in_the_docs_leads_somewhere(page: Path) -> None:
    for target, _ in _LINK.findall(page.read_text(encoding="utf-8")):
        assert "://" in target or (page.parent / target).exists(), target


def test_the_reference_of_reasons_names_every_reason_and_no_other() -> None:
    text = (ROOT / "docs" / "reference" / "reasons.md").read_text(encoding="utf-8")
    named = set(re.findall(r"^\| `([a-z0-9_]+)` \|", text, re.MULTILINE))
    assert named == set(REFUSALS) | set(QUARANTINE)


def test_the_pages_of_the_marts_say_what_the_models_say(
    parsed: Path, contracts: Mapping[str, Contract]
) -> None:
    pages = pages_of(read_catalogue(parsed / "manifest.json", contracts))

    there = {page.name: page.read_text(encoding="utf-8") for page in (ROOT / FOLDER).glob("*.md")}
    assert there == pages, "run `make docs`"
