"""Writes the pages of the marts from the dbt project (``make docs``)."""

from pathlib import Path
from tempfile import TemporaryDirectory

from assets.models import PROJECT, parse_into
from warehouse.catalogue import read_catalogue
from warehouse.contracts import load_contracts
from warehouse.dictionary import FOLDER, write


def main() -> None:
    """Write every page anew."""
    with TemporaryDirectory() as folder:
        manifest = parse_into(Path(folder), Path(folder) / "none.duckdb")
        write(read_catalogue(manifest, load_contracts()), PROJECT.parent / FOLDER)


if __name__ == "__main__":
    main()
