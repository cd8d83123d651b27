"""The docs' commands run: what a reader copies from a console block ends well."""

import re
import shlex
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.support import datapakhuis
from warehouse.catalogue import read_catalogue
from warehouse.contracts import Contract
from warehouse.dictionary import FOLDER, pages_of
from warehouse.reasons import QUARANTINE, REFUSALS

ROOT = Path(__file__).resolve().parent.parent.parent
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


def test_every_command_of_the_docs_runs_in_the_order_of_the_tutorial(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATAPAKHUIS_HOME", str(tmp_path / "var"))
    others = {command for page in PAGES for command in commands(page)}
    for command in [*commands(TUTORIAL), *sorted(others)]:
        program, *arguments = shlex.split(command)
        assert program == "datapakhuis", command
        result = datapakhuis(*arguments)
        assert result.code == 0, (command, result.out, result.err)


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
