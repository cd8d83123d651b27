"""What came of a month of work, so that three ways of doing it can be held to each other.

What belongs here: counting rows and adding up money in what was written. What does not: doing the
work, and measuring it. A comparison of the cost of two different things is worth nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

DATASETS = ("personen", "inkomsten", "inkomsten_bevraging")


@dataclass(frozen=True)
class Outcome:
    """Rows and sums: ages in years, money in cents.

    ``placed`` is how many persons were found in a buurt: how many rungs of the ladder of addresses
    a script climbs is its own choice, so that it is told and not compared.
    """

    personen: int
    leeftijd: int
    inkomsten: int
    bedrag: int
    loon_lb: int
    bevraging: int
    placed: int

    def differs_from(self, other: Outcome) -> list[str]:
        """In what it is not the same month of work."""
        mine, others = asdict(self), asdict(other)
        return [name for name in mine if name != "placed" and mine[name] != others[name]]


def outcome(files: Mapping[str, Sequence[Path]]) -> Outcome:
    """What stands in the Parquet files of each of ``DATASETS``."""
    import duckdb  # here, so that who measures does not carry it

    with duckdb.connect() as connection:
        for name in DATASETS:
            rows = connection.read_parquet([str(path) for path in files[name]])
            rows.create_view(name)
        found = connection.execute(
            """
            select
                (select count(*) from personen),
                (select coalesce(sum(leeftijd), 0) from personen),
                (select count(*) from inkomsten),
                (select coalesce(sum(cast(round(bedrag * 100) as bigint)), 0) from inkomsten),
                (select coalesce(sum(cast(round(loon_lb * 100) as bigint)), 0) from inkomsten),
                (select count(*) from inkomsten_bevraging),
                (select count(*) from personen where substr(buurt, 7, 2) <> 'XX')
            """
        ).fetchone()
    assert found  # noqa: S101 - aggregates always give a row
    return Outcome(*map(int, found))


def of_folder(folder: Path) -> Outcome:
    """What one of the scripts wrote: a file per dataset."""
    return outcome({name: [folder / f"{name}.parquet"] for name in DATASETS})


def of_home(folder: Path) -> Outcome:
    """What a home publishes now."""
    from warehouse.home import load_home
    from warehouse.publication import current_manifest

    root = load_home(folder).publication
    manifest = current_manifest(root)
    assert manifest  # noqa: S101 - a run that went well has published
    return outcome(
        {
            name: [
                root / "gesloten" / month.file for month in manifest.datasets[name].months.values()
            ]
            for name in DATASETS
        }
    )
