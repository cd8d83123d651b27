"""The profile of a delivery version or of a dataset: a handful of figures instead of its rows.

What belongs here: counting and taking shares in DuckDB, this month and the month before side by
side. What does not: bounds and verdicts (see ``expectations``), and anything about one person. A
figure is always over many rows; where a maximum would be one person's value (an age, an income)
the rows outside a range are counted instead. Not row by row in pandas: at 18 million rows that
takes 10 GB and a minute, an aggregate three seconds.

A profile is a data frame in long form, one figure per row:

``maat``       what was measured, for example ``gevuld_aandeel``
``onderdeel``  of which column, reason, object or gemeente-month; empty for the whole
``waarde``     the figure; a share lies between 0 and 1, and is NaN over no rows at all
``vorige``     the same figure of the month before, NaN where there is none
``basis``      the units it rests on: for a share the smaller denominator of the two months, for a
               count the count of the month before
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from warehouse.contracts import Contract
from warehouse.scratch import scratch
from warehouse.timeline import compared

COLUMNS = ("maat", "onderdeel", "waarde", "vorige", "basis")
TOKEN = "bsn_versleuteld"  # noqa: S105 - a column's name
_REPEATED = {"stand": "teruggekeerd_aandeel", "mutatie": "herhaald_aandeel"}
#: The object of a delivery that lists who was asked.
ASKED = "bevraging"
_ADMINISTRATION = frozenset({"levering_id", "eenheid", "regel"})


@dataclass(frozen=True)
class ProfileInput:
    """One delivery version as the profile sees it.

    ``counts`` has ``bron``, ``geaccepteerd``, ``quarantaine`` and ``dubbel`` in counted units,
    ``reasons`` the quarantined units per reason code, ``raw`` the Parquet file per object, and
    ``month`` the month of delivery, without which nothing is said about timeliness.
    """

    counts: Mapping[str, int]
    reasons: Mapping[str, int]
    raw: Mapping[str, Path]
    month: date | None = None


#: How a row tells the month that it is about, as YYYY-MM, by the column that shows that it does.
_YOUNGEST = {
    "periode_tot": "periode_tot",
    "statistiekmaand": "statistiekjaar || '-' || lpad(statistiekmaand, 2, '0')",
}


@dataclass(frozen=True)
class Shape:
    """What the profile of a dataset must know beyond its columns.

    ``ranges`` gives per column the lowest and highest credible value, ``amounts`` the columns in
    euro, ``truths`` the booleans of which it is told how many of the known are true, and
    ``covered_by`` the dataset that must know every person and month of this one.
    """

    key: tuple[str, ...]
    ranges: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    amounts: tuple[str, ...] = ()
    truths: tuple[str, ...] = ()
    covered_by: str | None = None


@dataclass(frozen=True)
class _Figure:
    """One measured value; a share also says over how many units."""

    value: float
    of: float | None = None


_Figures = dict[tuple[str, str], _Figure]


def delivery_profile(
    counts: Mapping[str, int],
    reasons: Mapping[str, int],
    raw: Mapping[str, Path],
    previous: ProfileInput | None,
    known_tokens: Sequence[Path] = (),
    *,
    month: date | None = None,
) -> pd.DataFrame:
    """The profile of one delivery version beside the version of the month before.

    ``known_tokens`` are Parquet files of the BRP; without them nothing is said about how many
    persons are known there. Each Parquet file is read by one aggregate.
    """
    current = ProfileInput(counts, reasons, raw, month)
    codes = set(reasons) | set(previous.reasons if previous else ())
    with closing(scratch()) as connection:
        now = _delivery_figures(connection, current, codes)
        before = _delivery_figures(connection, previous, codes) if previous else {}
        if known_tokens:
            now["bekend_in_brp_aandeel", ""] = _known_share(connection, raw, known_tokens)
    return _beside(now, before)


def repetition(contract: Contract, new: Path, earlier: Sequence[Path]) -> pd.DataFrame:
    """How much of a version was delivered before; by it a state and changes are told apart.

    Of a state (``stand``) the share of those in the one before, the only one of ``earlier``, who
    are in it again (``teruggekeerd_aandeel``): in a file of changes they are few. Of changes
    (``mutatie``) the share of rows that one of the ``earlier`` versions holds just so
    (``herhaald_aandeel``): in a full state they are most. Files are those of the counted object.
    """
    table = contract.by_name[contract.counts]
    figures: _Figures = {}
    if earlier and contract.mode in _REPEATED:
        of_person = contract.mode == "stand" and TOKEN in table.raw_columns
        columns = [TOKEN] if of_person else table.key_columns
        if contract.mode == "mutatie":
            columns = compared(table)
        told = f"select distinct hash({', '.join(columns)}) as wat from read_parquet(?)"  # noqa: S608
        with closing(scratch()) as connection:
            again, before, now = connection.execute(
                f"""
                with nu as ({told}), toen as ({told})
                select
                    (select count(*) from nu where wat in (from toen)),
                    (select count(*) from toen),
                    (select count(*) from nu)
                """,  # noqa: S608 - names of a contract
                [[str(new)], [str(path) for path in earlier]],
            ).fetchall()[0]
        whole = before if contract.mode == "stand" else now
        figures[_REPEATED[contract.mode], ""] = _share(again, whole)
    return _beside(figures, {})


def dataset_profile(
    connection: duckdb.DuckDBPyConnection,
    schema: str,
    table: str,
    months: Sequence[date],
    shape: Shape,
) -> pd.DataFrame:
    """The profile of the given described months of a dataset, beside the month before each.

    Rows and unknown areas are counted per gemeente and month (``GM0479 2026-01``), the rest over
    all the months together. Raises ``ValueError`` when no month is given.
    """
    if not months:
        raise ValueError("a profile needs at least one month")
    current = set(months)
    earlier = {_month_before(month) for month in current}
    relation = f"{_quoted(schema)}.{_quoted(table)}"
    columns = _table_columns(connection, relation)
    rows = _monthly_counts(connection, relation, columns, sorted(current | earlier), shape)
    now = _dataset_figures([row for row in rows if row["maand"] in current], columns, shape)
    before = _dataset_figures([row for row in rows if row["maand"] in earlier], columns, shape)
    total = now["rijen", ""].value
    now["dubbele_sleutels", ""] = _Figure(
        _duplicate_keys(connection, relation, months, shape.key), total
    )
    if shape.covered_by is not None:
        cover = f"{_quoted(schema)}.{_quoted(shape.covered_by)}"
        now["zonder_bevraging", ""] = _Figure(
            _uncovered(connection, relation, cover, months), total
        )
    by_month = _by_month(rows)
    return pd.concat(
        [_beside(now, before), _beside(*_shifted(by_month, current))], ignore_index=True
    )


def _delivery_figures(
    connection: duckdb.DuckDBPyConnection, delivery: ProfileInput, codes: Iterable[str]
) -> _Figures:
    source = delivery.counts["bron"]
    figures: _Figures = {
        ("eenheden", ""): _Figure(source),
        ("geaccepteerd", ""): _Figure(delivery.counts["geaccepteerd"]),
        ("quarantaine_aandeel", ""): _share(delivery.counts["quarantaine"], source),
    }
    for code in sorted(codes):
        figures["reden_aandeel", code] = _share(delivery.reasons.get(code, 0), source)
    for name, path in sorted(delivery.raw.items()):
        figures |= _object_figures(connection, name, path, delivery.month)
    if ASKED in delivery.raw:
        figures["ongevraagd_aandeel", ""] = _unasked_share(connection, delivery.raw)
    return figures


def _object_figures(
    connection: duckdb.DuckDBPyConnection, name: str, path: Path, month: date | None
) -> _Figures:
    columns = [column for column in _columns(connection, path) if column not in _ADMINISTRATION]
    wanted = ["count(*) as rijen"]
    wanted += [f"count({_quoted(column)}) as {_quoted('gevuld:' + column)}" for column in columns]
    if "geboortedatum" in columns:
        # LO3: an unknown month or day is written as zeros.
        wanted.append(
            "count(*) filter (where geboortedatum[5:6] = '00' or geboortedatum[7:8] = '00')"
            " as onvolledig"
        )
    wanted += [f"max({told}) as jongste" for column, told in _YOUNGEST.items() if column in columns]
    if "belastingjaar" in columns:
        wanted.append("max(belastingjaar) as belastingjaar")
    query = f"select {', '.join(wanted)} from read_parquet(?)"  # noqa: S608 - quoted names only
    row = _dicts(connection, query, [str(path)])[0]

    total = row["rijen"]
    figures: _Figures = {("rijen", name): _Figure(total)}
    for column in columns:
        figures["gevuld_aandeel", f"{name}.{column}"] = _share(row["gevuld:" + column], total)
    if "onvolledig" in row:
        figures["onvolledige_geboortedatum_aandeel", name] = _share(row["onvolledig"], total)
    if month is not None and row.get("jongste"):
        youngest = date.fromisoformat(row["jongste"][:7] + "-01")
        figures["jongste_maand_afstand", name] = _Figure(_months_between(youngest, month), total)
    if month is not None and row.get("belastingjaar"):
        late = month.year - int(row["belastingjaar"])
        figures["belastingjaar_afstand", name] = _Figure(late, total)
    return figures


def _unasked_share(connection: duckdb.DuckDBPyConnection, raw: Mapping[str, Path]) -> _Figure:
    """Of the persons that a delivery tells of, the share that is not on its list of the asked."""
    told = [str(p) for n, p in raw.items() if n != ASKED and TOKEN in _columns(connection, p)]
    persons, unasked = connection.execute(
        f"""
        with personen as (
            select distinct {TOKEN} as token from read_parquet(?, union_by_name = true)
        )
        select count(*), count(*) filter (where token not in (
            select {TOKEN} from read_parquet(?) where {TOKEN} is not null
        ))
        from personen
        """,  # noqa: S608 - the column is a constant
        [told, str(raw[ASKED])],
    ).fetchall()[0]
    return _share(unasked, persons)


def _known_share(
    connection: duckdb.DuckDBPyConnection, raw: Mapping[str, Path], known: Sequence[Path]
) -> _Figure:
    files = [str(path) for path in raw.values() if TOKEN in _columns(connection, path)]
    if not files:
        return _share(0, 0)
    persons, found = connection.execute(
        f"""
        with personen as (
            select distinct {TOKEN} as token
            from read_parquet(?, union_by_name = true)
            where {TOKEN} is not null
        ),
        bekend as (
            select {TOKEN} as token from read_parquet(?, union_by_name = true)
        )
        select count(*), count(*) filter (where token in (select token from bekend))
        from personen
        """,  # noqa: S608 - the column is a constant
        [files, [str(path) for path in known]],
    ).fetchall()[0]
    return _share(found, persons)


def _monthly_counts(
    connection: duckdb.DuckDBPyConnection,
    relation: str,
    columns: Sequence[str],
    months: Sequence[date],
    shape: Shape,
) -> list[dict[str, Any]]:
    wanted = ["gemeente", "maand", "count(*) as rijen"]
    wanted += [f"count({_quoted(column)}) as {_quoted('gevuld:' + column)}" for column in columns]
    if "buurt" in columns:
        wanted.append("count(*) filter (where buurt is null or buurt like '%XX') as onbekend")
    for column, (lowest, highest) in shape.ranges.items():
        wanted.append(
            f"count(*) filter (where {_quoted(column)} not between {lowest} and {highest})"
            f" as {_quoted('buiten:' + column)}"
        )
    for column in shape.amounts:
        wanted.append(
            f"count(*) filter (where {_quoted(column)} < 0) as {_quoted('negatief:' + column)}"
        )
    for column in shape.truths:
        wanted.append(f"count(*) filter (where {_quoted(column)}) as {_quoted('waar:' + column)}")
    query = (
        f"select {', '.join(wanted)} from {relation}"  # noqa: S608 - quoted names only
        " where maand in (select unnest(?)) group by gemeente, maand"
    )
    return _dicts(connection, query, [list(months)])


def _dataset_figures(
    rows: Sequence[Mapping[str, Any]], columns: Sequence[str], shape: Shape
) -> _Figures:
    def summed(name: str) -> int:
        return sum(row[name] for row in rows)

    total = summed("rijen")
    figures: _Figures = {("rijen", ""): _Figure(total)}
    for column in columns:
        figures["gevuld_aandeel", column] = _share(summed("gevuld:" + column), total)
    for column in shape.ranges:
        figures["buiten_bereik", column] = _Figure(summed("buiten:" + column), total)
    for column in shape.amounts:
        figures["negatief_aandeel", column] = _share(
            summed("negatief:" + column), summed("gevuld:" + column)
        )
    for column in shape.truths:
        figures["waar_aandeel", column] = _share(
            summed("waar:" + column), summed("gevuld:" + column)
        )
    return figures


def _by_month(rows: Sequence[Mapping[str, Any]]) -> dict[tuple[str, date], _Figures]:
    by_month: dict[tuple[str, date], _Figures] = {}
    for row in rows:
        figures = {("rijen_per_maand", ""): _Figure(row["rijen"])}
        if "onbekend" in row:
            figures["onbekend_gebied_aandeel", ""] = _share(row["onbekend"], row["rijen"])
            # Where nobody has a buurt there were no addresses or areas to place them by.
            if row["onbekend"] < row["rijen"]:
                placed = row["rijen"] - row["onbekend"]
                figures["buurt_dekking", ""] = _share(placed, row["rijen"])
        by_month[row["gemeente"], row["maand"]] = figures
    return by_month


def _shifted(
    by_month: Mapping[tuple[str, date], _Figures], months: Iterable[date]
) -> tuple[_Figures, _Figures]:
    """The figures per gemeente and month, and under the same names those of the month before.

    A month without rows whose predecessor has them is there, with zero rows: it was emptied.
    """
    now: _Figures = {}
    before: _Figures = {}
    for gemeente in sorted({gemeente for gemeente, _ in by_month}):
        for month in sorted(months):
            here = by_month.get((gemeente, month), {})
            earlier = by_month.get((gemeente, _month_before(month)), {})
            part = f"{gemeente} {month:%Y-%m}"
            for measure, _ in earlier | here:
                nothing = _Figure(0) if measure == "rijen_per_maand" else _share(0, 0)
                now[measure, part] = here.get((measure, ""), nothing)
            before |= {(measure, part): figure for (measure, _), figure in earlier.items()}
    return now, before


def _duplicate_keys(
    connection: duckdb.DuckDBPyConnection, relation: str, months: Sequence[date], key: Sequence[str]
) -> int:
    """How many rows are one too many for their key."""
    names = ", ".join(_quoted(column) for column in key)
    query = f"""
        select coalesce(sum(aantal - 1), 0)
        from (
            select count(*) as aantal from {relation}
            where maand in (select unnest(?)) group by {names} having count(*) > 1
        )
        """  # noqa: S608 - quoted names only
    return int(connection.execute(query, [list(months)]).fetchall()[0][0])


def _uncovered(
    connection: duckdb.DuckDBPyConnection, relation: str, cover: str, months: Sequence[date]
) -> int:
    """How many rows have no row for their gemeente, person and month in the covering dataset."""
    query = f"""
        select count(*)
        from {relation} as dataset
        anti join {cover} as dekking
            on dataset.gemeente = dekking.gemeente
            and dataset.{TOKEN} = dekking.{TOKEN}
            and dataset.maand = dekking.maand
        where dataset.maand in (select unnest(?))
        """  # noqa: S608 - quoted names only
    return int(connection.execute(query, [list(months)]).fetchall()[0][0])


def _beside(now: _Figures, before: _Figures) -> pd.DataFrame:
    rows = []
    for (measure, part), figure in now.items():
        earlier = before.get((measure, part))
        rows.append(
            (
                measure,
                part,
                float(figure.value),
                float(earlier.value) if earlier else math.nan,
                _basis(figure, earlier),
            )
        )
    numbers = dict.fromkeys(("waarde", "vorige", "basis"), "float64")
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype(numbers)


def _basis(figure: _Figure, earlier: _Figure | None) -> float:
    if figure.of is None:
        return float(earlier.value) if earlier else math.nan
    # A figure without rows the month before is as good as one without a month before.
    return float(min(figure.of, earlier.of) if earlier and earlier.of else figure.of)


def _share(part: float, whole: float) -> _Figure:
    return _Figure(part / whole if whole else math.nan, whole)


def _columns(connection: duckdb.DuckDBPyConnection, path: Path) -> list[str]:
    rows = connection.execute("describe select * from read_parquet(?)", [str(path)]).fetchall()
    return [row[0] for row in rows]


def _table_columns(connection: duckdb.DuckDBPyConnection, relation: str) -> list[str]:
    return [row[0] for row in connection.execute(f"describe {relation}").fetchall()]


def _dicts(
    connection: duckdb.DuckDBPyConnection, query: str, parameters: list[Any]
) -> list[dict[str, Any]]:
    cursor = connection.execute(query, parameters)
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _month_before(month: date) -> date:
    return date(month.year - 1, 12, 1) if month.month == 1 else month.replace(month=month.month - 1)


def _months_between(first: date, last: date) -> int:
    return (last.year - first.year) * 12 + last.month - first.month
