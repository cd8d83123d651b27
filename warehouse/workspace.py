"""The working database: what dbt finds when it starts, prepared from the ledger.

One writer process at a time opens it; readers never do. Prepared are the tables of the ledger
(schema ``grootboek``), a view per object of raw Parquet (schema ``raw``) over exactly the files of
the visible versions that may be read for a month that is built, so that a month costs the same
after years, and views over the files of geography (schema ``geografie``).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from pathlib import Path

import duckdb

from warehouse.contracts import Contract, Table
from warehouse.home import Home, add_months
from warehouse.ledger import EVERYTHING, PIPELINE, Ledger, Release, Version
from warehouse.placing import NOWHERE, Geography, Held, complete, held
from warehouse.reach import KEEPS, NOTHING, Plan, Reach, months_asked, plan

#: The tables of schema ``grootboek``, and what each tells.
LEDGER_TABLES = {
    "te_bouwen": "Welk model welke maanden bouwt: van levering, en van wat bij de bouw veranderde.",
    "kandidaten": "Welke maanden van een tabel die haar maanden houdt nu kunnen veranderen.",
    "lezers": "Wie een model leest, en hoeveel maanden daarvan.",
    "gewijzigd": "De maanden waarvan de rijen veranderden en die nog niet gepubliceerd zijn.",
    "gemeenten": "De gemeenten van dit datapakhuis.",
    "leveringen": "De zichtbare leveringen, genummerd naar levermaand en dan binnenkomst.",
    "referenties": "Welke versie van een levering die doorwerkt voor een open maand geldt.",
    "beschreven_maanden": "Welke versie welke open maand beschrijft.",
    "contracten": "Wat de contracten zeggen over leverwijze, geldigheid en terugwerkende kracht.",
}
#: Under what the names of the tables that keep their months are remembered (``mark_made``).
_KEPT = "gehouden"
#: The views of schema ``geografie``, and what each tells.
GEOGRAPHY_VIEWS = {
    "ligging": "De buurt waarin een voorkomen van een object ligt, per jaar van indeling.",
    "vertaling": "Welke buurt van een oude indeling welke van de nieuwste is.",
}
_COLUMNS = {
    "te_bouwen": "model varchar, maand date",
    "kandidaten": "model varchar, maand date",
    "lezers": "model varchar, lezer varchar, venster integer",
    "gewijzigd": "model varchar, maand date",
    "gemeenten": "gemeente varchar",
    "leveringen": "levering_id varchar, delivery varchar, gemeente varchar, levermaand date,"
    " versie bigint",
    "referenties": "delivery varchar, gemeente varchar, maand date, levering_id varchar",
    "beschreven_maanden": "levering_id varchar, maand date",
    "contracten": "delivery varchar, leverwijze varchar, referentie boolean,"
    " naijling_maanden integer, geldig_maanden integer, terugwerkend_maanden integer",
}


def connect(path: Path) -> duckdb.DuckDBPyConnection:
    """Open a working database; spill stays beside it, where only its owner can read."""
    return duckdb.connect(
        str(path),
        config={
            "temp_directory": f"{path}.tmp",
            "autoinstall_known_extensions": False,
            # How rows lie together is up to dbt, which does not keep as many as is usual.
            "max_vacuum_tasks": 0,
        },
    )


def prepare(
    home: Home,
    ledger: Ledger,
    contracts: Mapping[str, Contract],
    reaches: Mapping[str, Reach],
) -> list[date]:
    """Set the stage for dbt; returns the open months.

    Without its working database, as after a restored backup, or without a table that this code
    keeps the months of, as after an upgrade, all that is known is open: what is read of other
    months would not be there.
    """
    kept = {name for name, reach in reaches.items() if reach.kind == KEEPS}
    _open_what_is_missing(home, ledger, kept)
    opened, opening = ledger.opened(), ledger.last_opening()
    months, work = list(opened), plan(reaches, opened, ledger.known_months())
    visible, described = ledger.visible(), ledger.described(months)
    references = held(contracts, visible, home.gemeenten, months)
    asked = months_asked(reaches, work)
    told: dict[str, set[date]] = {version.levering_id: set() for version in visible}
    for levering_id, month in [*described, *((r.version.levering_id, r.month) for r in references)]:
        told.setdefault(levering_id, set()).add(month)

    def speaks(version: Version) -> bool:
        wanted = asked.get(version.delivery or "", frozenset())
        return bool(wanted & told[version.levering_id]) or _speaks(contracts, version, wanted)

    speaking = [version for version in visible if speaks(version)]
    geography = complete(home, ledger, contracts, months)
    with connect(home.database) as sql:
        lay_out(
            sql,
            contracts,
            plan=work,
            gemeenten=home.gemeenten,
            versions=visible,
            references=references,
            described=described,
            geography=geography,
            files={
                (contract.name, table.name): [
                    home.raw / contract.name / v.levering_id / f"{table.name}.parquet"
                    for v in speaking
                    if v.delivery == contract.name
                ]
                for contract in contracts.values()
                for table in contract.raw_tables
            },
        )
        # Not a table of the ledger: from where the ledger stood this database will be built.
        sql.execute("create or replace table grootboek.bouw (opening bigint, klaar boolean)")
        sql.execute("insert into grootboek.bouw values (?, false)", [opening])
        # What is new among these is open in the ledger by now, until it is built and published.
        mark_made(sql, _KEPT, " ".join(sorted(kept)))
    return months


def _open_what_is_missing(home: Home, ledger: Ledger, kept: Collection[str]) -> None:
    with connect(home.database) as sql:
        if ("grootboek", "bouw") not in relations(sql):
            why = "de werkdatabase was er niet"
        elif new := sorted({*kept} - {*(made_as(sql, _KEPT) or "").split()}):
            why = f"nieuw zijn {', '.join(new)}"
        else:
            return
    opened = ledger.opened()
    missing = [m for m in ledger.known_months() if EVERYTHING not in opened.get(m, ())]
    if missing:
        ledger.open(missing, Release(PIPELINE, why))


def _speaks(contracts: Mapping[str, Contract], version: Version, months: Collection[date]) -> bool:
    """Whether a version may say something about any of these months though it describes none."""
    if not months:
        return False
    contract = contracts[version.delivery or ""]
    if contract.mode == "mutatie" or contract.every_month:
        return True
    if not contract.reopens or contract.mode != "stand" or version.month is None:
        return False
    first = add_months(version.month, -contract.lookback_months)
    return any(first <= month <= version.month for month in months)


def _speaking(version: Version) -> tuple[str, str, date, int]:
    """The order in which the versions of a delivery speak: by month of delivery, then arrival."""
    month = version.month or date.min
    return version.delivery or "", version.gemeente or "", month, version.rank


def _number(version: Version) -> int:
    """The place of a version in that order, as a number that stays whatever else is delivered.

    A table that keeps its months may hold it: 2026-03 and the 57th to arrive is 202603000000057.
    """
    month = version.month or date.min
    return (month.year * 100 + month.month) * 10**9 + version.rank


def mark_built(sql: duckdb.DuckDBPyConnection) -> None:
    """Dbt is done: the working database holds what it was prepared for."""
    sql.execute("update grootboek.bouw set klaar = true")


def built_for(sql: duckdb.DuckDBPyConnection) -> int | None:
    """The last opening that the working database was built for; nothing when it is half built."""
    try:
        rows = sql.execute("select opening from grootboek.bouw where klaar").fetchall()
    except duckdb.CatalogException:
        return None
    return int(rows[0][0]) if rows else None


def changed_months(sql: duckdb.DuckDBPyConnection) -> dict[str, list[date]]:
    """By model the months whose rows changed since they were last published, in order."""
    found: dict[str, list[date]] = {}
    rows = sql.execute("select distinct model, maand from grootboek.gewijzigd order by maand")
    for model, month in rows.fetchall():
        found.setdefault(model, []).append(month)
    return found


def forget_changes(sql: duckdb.DuckDBPyConnection, datasets: Collection[str] | None = None) -> None:
    """These datasets are published as they are now, or everything is."""
    if datasets is None:
        sql.execute("delete from grootboek.gewijzigd")
    for name in datasets or ():
        sql.execute("delete from grootboek.gewijzigd where model = ?", [name])


def relations(sql: duckdb.DuckDBPyConnection, kind: str = "%") -> set[tuple[str, str]]:
    """The tables and views that there are, by schema and name; ``kind`` as DuckDB calls it."""
    rows = sql.execute(
        "select table_schema, table_name from information_schema.tables where table_type like ?",
        [kind],
    )
    return {(schema, name) for schema, name in rows.fetchall()}


def mark_made(sql: duckdb.DuckDBPyConnection, what: str, fingerprint: str) -> None:
    """Remember of what code something was made that needs no making until that is another."""
    sql.execute("create table if not exists grootboek.gemaakt (wat varchar, vingerafdruk varchar)")
    forget_made(sql, what)
    sql.execute("insert into grootboek.gemaakt values (?, ?)", [what, fingerprint])


def forget_made(sql: duckdb.DuckDBPyConnection, what: str) -> None:
    """It is about to be made of other code: until that is done it is of neither."""
    if ("grootboek", "gemaakt") in relations(sql):
        sql.execute("delete from grootboek.gemaakt where wat = ?", [what])


def made_as(sql: duckdb.DuckDBPyConnection, what: str) -> str | None:
    """The fingerprint of the code that it was made of; nothing when that is not known."""
    if ("grootboek", "gemaakt") not in relations(sql):
        return None
    rows = sql.execute("select vingerafdruk from grootboek.gemaakt where wat = ?", [what])
    found = rows.fetchone()
    return str(found[0]) if found else None


def lay_out(
    sql: duckdb.DuckDBPyConnection,
    contracts: Mapping[str, Contract],
    *,
    plan: Plan = NOTHING,
    gemeenten: Sequence[str] = (),
    versions: Sequence[Version] = (),
    references: Sequence[Held] = (),
    described: Sequence[tuple[str, date]] = (),
    geography: Geography = NOWHERE,
    files: Mapping[tuple[str, str], Sequence[Path]] | None = None,
) -> None:
    """Write the ledger's tables and the raw views in one transaction."""
    rows: dict[str, Sequence[tuple[object, ...]]] = {
        "gemeenten": [(gemeente,) for gemeente in gemeenten],
        "leveringen": [
            (v.levering_id, v.delivery, v.gemeente, v.month, _number(v))
            for v in sorted(versions, key=_speaking)
        ],
        "referenties": [
            (r.version.delivery, r.gemeente, r.month, r.version.levering_id) for r in references
        ],
        "beschreven_maanden": described,
        "contracten": [
            (c.name, c.mode, c.reference, c.lag_months, c.valid_months, c.lookback_months)
            for c in contracts.values()
        ],
    }
    sql.execute("begin")
    for schema in ("grootboek", "raw", "geografie"):
        sql.execute(f"create schema if not exists {schema}")
    lay_out_work(sql, plan)
    for name, each in rows.items():
        sql.execute(f"create or replace table grootboek.{name} ({_COLUMNS[name]})")
        _insert(sql, f"grootboek.{name}", each)
    for contract in contracts.values():
        for table in contract.raw_tables:
            paths = (files or {}).get((contract.name, table.name), ())
            view = f"raw.{contract.name}__{table.name}"
            sql.execute(f"create or replace view {view} as {_select(table, paths)}")
    sql.execute(f"create or replace view geografie.ligging as {_placed(geography)}")
    sql.execute(f"create or replace view geografie.vertaling as {_translated(geography)}")
    sql.execute("commit")


def lay_out_work(sql: duckdb.DuckDBPyConnection, plan: Plan) -> None:
    """Write what dbt is to build of each model, beside what it left undone when it broke off."""
    for name, rows in {"kandidaten": plan.candidates, "lezers": plan.readers}.items():
        sql.execute(f"create or replace table grootboek.{name} ({_COLUMNS[name]})")
        _insert(sql, f"grootboek.{name}", rows)
    for name, rows in {"te_bouwen": plan.certain, "gewijzigd": plan.anew}.items():
        sql.execute(f"create table if not exists grootboek.{name} ({_COLUMNS[name]})")
        # What cannot change any more, or is no kept model of this code, is left to nobody.
        sql.execute(
            f"delete from grootboek.{name}"  # noqa: S608 - constants
            " where (model, maand) not in (select (model, maand) from grootboek.kandidaten)"
        )
        _insert(sql, f"grootboek.{name}", rows)


def _insert(sql: duckdb.DuckDBPyConnection, table: str, rows: Sequence[tuple[object, ...]]) -> None:
    """All rows in one statement: one by one they cost a millisecond each."""
    if rows:
        marks = ", ".join("(" + ", ".join("?" for _ in row) + ")" for row in rows)
        values = [value for row in rows for value in row]
        sql.execute(f"insert into {table} values {marks}", values)  # noqa: S608 - constants


def _placed(geography: Geography) -> str:
    """Every file with the version of the addresses that it is about."""
    nothing = (
        "select cast(null as varchar) as levering_id, cast(null as bigint) as eenheid,"
        " cast(null as integer) as indelingsjaar, cast(null as varchar) as buurt where false"
    )
    files = [
        f"select '{levering_id}', eenheid, indelingsjaar, buurt from {_parquet([path])}"  # noqa: S608
        for levering_id, path in geography.placed.items()
    ]
    return " union all ".join([nothing, *files])


def _translated(geography: Geography) -> str:
    nothing = (
        "select cast(null as varchar) as gemeente, cast(null as integer) as van_jaar,"
        " cast(null as integer) as naar_jaar, cast(null as varchar) as oude_code,"
        " cast(null as varchar) as nieuwe_code, cast(null as varchar) as soort,"
        " cast(null as varchar) as bron, cast(null as double) as aandeel where false"
    )
    files = [
        f"select '{gemeente}', van_jaar, naar_jaar, oude_code, nieuwe_code, soort, bron, aandeel"  # noqa: S608
        f" from {_parquet([path])}"
        for gemeente, path in geography.translated.items()
    ]
    return " union all ".join([nothing, *files])


def _select(table: Table, paths: Sequence[Path]) -> str:
    columns = table.raw_columns
    if not paths:
        typed = ", ".join(f"cast(null as {kind}) as {name}" for name, kind in columns.items())
        return f"select {typed} where false"
    return f"select {', '.join(columns)} from {_parquet(paths)}"  # noqa: S608


def _parquet(paths: Sequence[Path]) -> str:
    listed = ", ".join("'{}'".format(str(path).replace("'", "''")) for path in paths)
    return f"read_parquet([{listed}])"
