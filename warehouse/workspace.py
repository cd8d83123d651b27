"""The working database: what dbt finds when it starts, prepared from the ledger.

One writer process at a time opens it; readers never do. Prepared are the tables of the ledger
(schema ``grootboek``) and a view per object of raw Parquet (schema ``raw``) over exactly the files
of the visible versions that touch the open months, so that a month costs the same after years.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import duckdb

from warehouse.contracts import Contract, Table
from warehouse.home import Home
from warehouse.ledger import Ledger, Version

#: The tables of schema ``grootboek``, and what each tells.
LEDGER_TABLES = {
    "open_maanden": "De beschreven maanden die opnieuw gebouwd worden.",
    "gemeenten": "De gemeenten van dit datapakhuis.",
    "leveringen": "De leveringen die nu zichtbaar zijn, in volgorde van binnenkomst.",
    "contracten": "Wat de contracten zeggen over geldigheid en naijling.",
}
_COLUMNS = {
    "open_maanden": "maand date",
    "gemeenten": "gemeente varchar",
    "leveringen": "levering_id varchar, delivery varchar, gemeente varchar, levermaand date,"
    " versie bigint",
    "contracten": "delivery varchar, naijling_maanden integer, geldig_maanden integer",
}


def connect(path: Path) -> duckdb.DuckDBPyConnection:
    """Open a working database; spill stays beside it, where only its owner can read."""
    return duckdb.connect(
        str(path), config={"temp_directory": f"{path}.tmp", "autoinstall_known_extensions": False}
    )


def prepare(home: Home, ledger: Ledger, contracts: Mapping[str, Contract]) -> list[date]:
    """Set the stage for dbt; returns the open months."""
    months = ledger.open_months()
    touching = ledger.describing(months)
    visible = ledger.visible()
    with connect(home.database) as sql:
        lay_out(
            sql,
            contracts,
            months=months,
            gemeenten=home.gemeenten,
            versions=visible,
            files={
                (contract.name, table.name): [
                    home.raw / contract.name / v.levering_id / f"{table.name}.parquet"
                    for v in visible
                    if v.delivery == contract.name and v.levering_id in touching
                ]
                for contract in contracts.values()
                for table in contract.raw_tables
            },
        )
    return months


def lay_out(
    sql: duckdb.DuckDBPyConnection,
    contracts: Mapping[str, Contract],
    *,
    months: Sequence[date] = (),
    gemeenten: Sequence[str] = (),
    versions: Sequence[Version] = (),
    files: Mapping[tuple[str, str], Sequence[Path]] | None = None,
) -> None:
    """Write the ledger's tables and the raw views in one transaction."""
    rows: dict[str, list[tuple[object, ...]]] = {
        "open_maanden": [(month,) for month in months],
        "gemeenten": [(gemeente,) for gemeente in gemeenten],
        "leveringen": [(v.levering_id, v.delivery, v.gemeente, v.month, v.order) for v in versions],
        "contracten": [(c.name, c.lag_months, c.valid_months) for c in contracts.values()],
    }
    sql.execute("begin")
    for schema in ("grootboek", "raw"):
        sql.execute(f"create schema if not exists {schema}")
    for name, columns in _COLUMNS.items():
        sql.execute(f"create or replace table grootboek.{name} ({columns})")
        if rows[name]:
            marks = ", ".join("?" for _ in rows[name][0])
            sql.executemany(
                f"insert into grootboek.{name} values ({marks})",  # noqa: S608 - constants
                rows[name],
            )
    for contract in contracts.values():
        for table in contract.raw_tables:
            paths = (files or {}).get((contract.name, table.name), ())
            view = f"raw.{contract.name}__{table.name}"
            sql.execute(f"create or replace view {view} as {_select(table, paths)}")
    sql.execute("commit")


def _select(table: Table, paths: Sequence[Path]) -> str:
    columns = table.raw_columns
    if not paths:
        typed = ", ".join(f"cast(null as {kind}) as {name}" for name, kind in columns.items())
        return f"select {typed} where false"
    listed = ", ".join("'{}'".format(str(path).replace("'", "''")) for path in paths)
    return f"select {', '.join(columns)} from read_parquet([{listed}])"  # noqa: S608
