"""The home: the folder that holds all state of one datapakhuis, and its configuration.

What belongs here: where things are, which gemeenten are served, from which month, and which key
set belongs to it. What does not: what is in the files.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from warehouse.errors import DatapakhuisError, UsageError

CONFIGURATION = "datapakhuis.toml"
AMSTERDAM = ZoneInfo("Europe/Amsterdam")
_GEMEENTE = re.compile(r"GM[0-9]{4}")
_MONTH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")
_FOLDERS = (
    *("landing", "originals", "quarantine", "exports", "raw", "work"),
    *("publication", "dbt", "dagster"),
)


class HomeError(DatapakhuisError):
    """The home is missing, damaged or belongs to another key set."""


def parse_month(text: str) -> date:
    """The first day of a month written as ``YYYY-MM``."""
    if not _MONTH.fullmatch(text):
        raise UsageError(f"{text!r} is not a month", "Write it as YYYY-MM, for example 2026-01.")
    return date(int(text[:4]), int(text[5:]), 1)


def month_text(month: date) -> str:
    """A month as ``YYYY-MM``."""
    return f"{month:%Y-%m}"


def add_months(month: date, number: int) -> date:
    """The first day of the month ``number`` months later (earlier when negative)."""
    index = month.year * 12 + month.month - 1 + number
    return date(index // 12, index % 12 + 1, 1)


def months_between(first: date, last: date) -> list[date]:
    """Every month from ``first`` up to and including ``last``."""
    number = (last.year - first.year) * 12 + last.month - first.month
    return [add_months(first, step) for step in range(number + 1)]


def parse_gemeente(text: str) -> str:
    """A CBS code of a gemeente, such as ``GM0479``."""
    if not _GEMEENTE.fullmatch(text):
        raise UsageError(f"{text!r} is not a gemeente", "Write the CBS code, for example GM0479.")
    return text


def today() -> date:
    """The day it is in the Netherlands, whatever the clock of this machine says."""
    return datetime.now(AMSTERDAM).date()


@dataclass(frozen=True)
class Home:
    """One datapakhuis on disk."""

    path: Path
    gemeenten: tuple[str, ...]
    first_month: date
    key_check_value: str
    keyset_path: Path
    demo: bool = False

    @property
    def landing(self) -> Path:
        """Where files are dropped."""
        return self.path / "landing"

    @property
    def originals(self) -> Path:
        """Sealed originals, one per version."""
        return self.path / "originals"

    @property
    def quarantine(self) -> Path:
        """Sealed units that broke their contract, one file per version."""
        return self.path / "quarantine"

    @property
    def exports(self) -> Path:
        """Quarantine that was exported from the Dagster UI, sealed for who holds the key set."""
        return self.path / "exports"

    @property
    def raw(self) -> Path:
        """Immutable Parquet, one folder per version."""
        return self.path / "raw"

    @property
    def geography(self) -> Path:
        """Where addresses lie; made again when it is gone."""
        return self.path / "geografie"

    @property
    def work(self) -> Path:
        """Provisional files; swept at the start of every writer."""
        return self.path / "work"

    @property
    def publication(self) -> Path:
        """What readers may see."""
        return self.path / "publication"

    @property
    def dbt(self) -> Path:
        """Targets and logs of dbt."""
        return self.path / "dbt"

    @property
    def dagster(self) -> Path:
        """``DAGSTER_HOME``."""
        return self.path / "dagster"

    @property
    def database(self) -> Path:
        """The working database; only the pipeline opens it."""
        return self.path / "warehouse.duckdb"

    @property
    def ledger(self) -> Path:
        """The ledger's file."""
        return self.path / "ledger.sqlite"

    @property
    def lock(self) -> Path:
        """The lock that every writer takes."""
        return self.path / "lock"

    def last_month(self) -> date:
        """The last month in which something can have been delivered: the present one."""
        return today().replace(day=1)


def home_path(option: Path | None, environment: Mapping[str, str] = os.environ) -> Path:
    """``--home``, else ``DATAPAKHUIS_HOME``, else ``./var``."""
    return (option or Path(environment.get("DATAPAKHUIS_HOME") or "var")).expanduser().absolute()


def check_free(path: Path) -> None:
    """Refuse a folder that is a home already: nothing is ever overwritten."""
    if (path / CONFIGURATION).exists():
        raise HomeError(
            f"there is a datapakhuis at {path} already",
            "Use it, or choose another folder with --home.",
        )


def create_home(
    path: Path,
    gemeenten: Sequence[str],
    first_month: date,
    key_check_value: str,
    keyset_path: Path,
    *,
    demo: bool = False,
) -> Home:
    """Make the folders and the configuration.

    Raises:
        HomeError: when there is a home already (nothing is ever overwritten).
    """
    check_free(path)
    target = path / CONFIGURATION
    path.mkdir(parents=True, exist_ok=True)
    path.chmod(0o700)
    for name in _FOLDERS:
        (path / name).mkdir(mode=0o700, exist_ok=True)
    lines = [
        "# The configuration of this datapakhuis. Gemeenten may be added; the rest stays.",
        f"gemeenten = {[*gemeenten]!r}".replace("'", '"'),
        f'first_month = "{month_text(first_month)}"',
        f'key_check_value = "{key_check_value}"',
        f'keyset = "{keyset_path}"',
        f"demo = {str(demo).lower()}",
    ]
    partial = target.with_suffix(".part")
    partial.write_text("\n".join(lines) + "\n", encoding="utf-8")
    os.replace(partial, target)
    return load_home(path)


def load_home(path: Path, environment: Mapping[str, str] = os.environ) -> Home:
    """The home at ``path``.

    Raises:
        HomeError: when there is none, or its configuration cannot be read.
    """
    target = path / CONFIGURATION
    if not target.exists():
        raise HomeError(
            f"there is no datapakhuis at {path}",
            "Make one with `datapakhuis init --gemeente GM0479 --from 2025-01`,"
            " or point --home or DATAPAKHUIS_HOME at one.",
        )
    try:
        values = tomllib.loads(target.read_text(encoding="utf-8"))
        return Home(
            path=path,
            gemeenten=tuple(parse_gemeente(code) for code in values["gemeenten"]),
            first_month=parse_month(values["first_month"]),
            key_check_value=str(values["key_check_value"]),
            keyset_path=Path(environment.get("DATAPAKHUIS_KEYSET") or values["keyset"]),
            demo=bool(values.get("demo", False)),
        )
    except (tomllib.TOMLDecodeError, KeyError, UsageError, TypeError) as error:
        raise HomeError(f"{target} cannot be read ({error})", "Mend the configuration.") from error
