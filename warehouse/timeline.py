"""Which months a version describes, and which of them it changes.

A new version opens only those months whose rows differ from what was current: a response that
repeats ten known years opens none of them. What is compared are the rows of raw Parquet, without
the columns that say where a row came from and those that no dataset uses (``vergelijk: false``).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import duckdb

from warehouse.contracts import Contract, Table
from warehouse.home import add_months, months_between
from warehouse.ledger import Version
from warehouse.scratch import scratch

_ORIGIN = frozenset({"levering_id", "eenheid", "bericht", "regel"})
#: Beyond this a period is a slip of the pen, not a period.
_LONGEST_PERIOD_MONTHS = 600


@dataclass(frozen=True)
class Known:
    """A version as the timeline sees it: its place in the order, month of delivery and files."""

    order: int
    levering_id: str
    month: date
    folder: Path


def described(contract: Contract, folder: Path, month: date) -> list[date]:
    """The months that a version describes, from its raw Parquet in ``folder``.

    A reference describes no month of its own: it is looked up for those that others describe.
    """
    if contract.reference:
        return []
    if contract.mode != "sleutel":
        return [month]
    with scratch() as sql:
        _months_of_answers(sql, contract, [Known(0, "", month, folder)], by_id=False)
        rows = sql.execute("select distinct maand from spil order by maand").fetchall()
    return [row[0] for row in rows]


def changed(contract: Contract, new: Known, others: Sequence[Known]) -> list[date]:
    """The described months in which ``new`` changes what all versions say together.

    Versions speak in the order of their months of delivery, and within one of their arrival: a
    version that comes late does not silence one that was delivered for a later month.
    """
    if contract.mode == "sleutel":
        with scratch() as sql:
            return _changed_by_key(sql, contract, new, others)
    months = _own_months(contract, new, others)
    if contract.mode == "mutatie":
        with scratch() as sql:
            months |= _changed_by_interval(sql, contract, new, others)
    elif contract.reopens:
        months |= _corrected(contract, new.month, others, [*others, new])
    return sorted(months)


def _own_months(contract: Contract, new: Known, others: Sequence[Known]) -> set[date]:
    """The month of delivery, unless it was delivered so before.

    Of changes, the months that nobody delivered in between are described from now on as well.
    """
    before = [other for other in others if other.month == new.month and other.order < new.order]
    if contract.mode == "stand":
        return set() if before and identical(contract, before[-1], new) else {new.month}
    if before:
        return set()
    earlier = [other.month for other in others if other.month < new.month]
    # What comes late makes the months after it whole; what comes next describes those it skipped.
    first = add_months(max(earlier), 1) if earlier else new.month
    return set(months_between(first, max([new.month, *(other.month for other in others)])))


def holding(
    versions: Sequence[Version], month: date, valid_months: int | None = None
) -> Version | None:
    """The version that holds for a described month, of a delivery that carries forward.

    The newest delivered up to that month, for as long as it is valid. A reference (without
    ``valid_months``) holds until there is a newer one; before the first, that one: what it knows of
    the past is all there is. ``versions`` are those of one gemeente.
    """
    known = [version for version in versions if version.month]
    before = [version for version in known if version.month and version.month <= month]
    if before:
        newest = max(before, key=lambda version: (version.month or month, version.order))
        assert newest.month  # noqa: S101
        valid = valid_months is None or month < add_months(newest.month, valid_months)
        return newest if valid else None
    if valid_months is not None:
        return None
    return min(known, key=lambda version: (version.month or month, -version.order), default=None)


def validity(contract: Contract) -> int | None:
    """For how many months a version that carries forward holds; a reference until a newer one."""
    return None if contract.reference else contract.valid_months


def reopened(
    contract: Contract,
    version: Version,
    before: Sequence[Version],
    months: Iterable[date],
) -> list[date]:
    """The described months for which a new version of a reference is looked up from now on.

    ``before`` are the versions that were visible for its gemeente, ``months`` those that other
    deliveries describe.
    """
    if contract.every_month:
        return sorted(months)
    others = [other for other in before if other.month != version.month]
    after, valid = [*others, version], validity(contract)
    return sorted(month for month in months if holding(after, month, valid) is version)


def mended(contract: Contract, new: Known, base: Known, others: Sequence[Known] = ()) -> list[date]:
    """The described months in which ``new`` differs from ``base``, whose place it takes.

    What only the base told, about persons or months that ``new`` no longer covers, counts too. Of
    a state that reopens months, ``others`` speak of them as well.
    """
    forth = changed(contract, replace(new, order=2), [replace(base, order=1)])
    back = changed(contract, replace(base, order=2), [replace(new, order=1)])
    months = {*forth, *back}
    if contract.mode == "stand" and contract.reopens:
        months |= _corrected(contract, new.month, [*others, base], [*others, new])
    return sorted(months)


def late_facts(contract: Contract, new: Known, previous: Known) -> int:
    """How many facts ``new`` brings about months before its own that ``previous`` did not have.

    A fact is the date of an event of a person (``gebeurtenis`` in the contract): a death, a
    suspension, a move. Of who was not known before only what holds now counts: the addresses
    behind it are a history, not news. Dates of which the day is unknown are compared as written.
    """
    persons = previous.folder / f"{contract.head.name}.parquet"
    with scratch() as sql:
        return sum(
            _late_dates(sql, table, field.name, new, previous, persons)
            for table in contract.raw_tables
            for field in table.fields
            if field.event
        )


def _late_dates(
    sql: duckdb.DuckDBPyConnection,
    table: Table,
    column: str,
    new: Known,
    previous: Known,
    persons: Path,
) -> int:
    now = "(volgorde = 0 or bsn_versleuteld in (select bsn_versleuteld from read_parquet($known)))"
    rows = sql.execute(
        f"""
        select count(*) from (
            select bsn_versleuteld, {column} as datum from read_parquet($new)
            where {column} < $month and {column} > '00000000' and {now if table.repeats else "true"}
            except
            select bsn_versleuteld, {column} from read_parquet($previous)
        )
        """,  # noqa: S608 - names of a contract
        {
            "new": str(new.folder / f"{table.name}.parquet"),
            "previous": str(previous.folder / f"{table.name}.parquet"),
            "month": f"{new.month:%Y%m%d}",
            **({"known": str(persons)} if table.repeats else {}),
        },
    ).fetchall()
    return int(rows[0][0])


def identical(contract: Contract, one: Known, other: Known) -> bool:
    """Whether two versions hold the same rows, in whatever order."""
    return _fingerprints(contract, one) == _fingerprints(contract, other)


def compared(table: Table) -> list[str]:
    """The raw columns of a table that say something: not where a row came from."""
    kept = [field for field in table.fields if not field.compared]
    skipped = _ORIGIN | {column for field in kept for column in field.raw_columns}
    return [column for column in table.raw_columns if column not in skipped]


def _fingerprints(contract: Contract, version: Known) -> list[tuple[object, ...]]:
    """Per table the number of rows and an order-free digest of them."""
    with scratch() as sql:
        return [
            sql.execute(
                f"""
                select count(*), bit_xor(inhoud), sum(inhoud::hugeint)
                from (select hash({", ".join(compared(table))}) as inhoud from read_parquet(?))
                """,  # noqa: S608 - names of a contract
                [str(version.folder / f"{table.name}.parquet")],
            ).fetchall()[0]
            for table in contract.raw_tables
        ]


def _months_of_answers(
    sql: duckdb.DuckDBPyConnection,
    contract: Contract,
    versions: Sequence[Known],
    *,
    by_id: bool = True,
) -> None:
    """Make ``antwoord`` (an answer, its period), ``feit`` (a row, its months) and ``spil``.

    ``spil`` holds the months of every answer (``in_periode``), and those of which a row speaks that
    no answer of its version covers. A source that answers in the name of several (``dienst``)
    speaks for each of them apart.
    """
    sql.execute("create temp table versie (levering_id varchar, nummer bigint, levermaand date)")
    sql.executemany(
        "insert into versie values (?, ?, ?)", [(v.levering_id, v.order, v.month) for v in versions]
    )
    joined = "versie using (levering_id)" if by_id else "versie on true"
    person = contract.head
    service = "coalesce(dienst, '')" if "dienst" in person.by_name else "''"
    sql.execute(
        f"""
        create temp table antwoord as
        select
            nummer, levermaand, bsn_versleuteld, {service} as dienst, bericht, eenheid,
            coalesce(try_cast(periode_van || '-01' as date), levermaand) as van,
            coalesce(try_cast(periode_tot || '-01' as date), levermaand) as tot,
            coalesce(try_cast(aantal_quarantaine as bigint), 0) as apart
        from read_parquet(?) inner join {joined}
        """,  # noqa: S608 - names of a contract
        [[str(v.folder / f"{person.name}.parquet") for v in versions]],
    )
    tables = [table for table in contract.raw_tables if table is not person]
    facts = " union all ".join(_facts(table, joined, contract) for table in tables)
    sql.execute(
        f"create temp table feit as {facts}",
        [[str(v.folder / f"{table.name}.parquet") for v in versions] for table in tables],
    )
    sql.execute(
        f"""
        create temp table spil as
        with bereik as (
            select nummer, bsn_versleuteld, dienst, van, tot, true as in_periode from antwoord
            union all
            select nummer, bsn_versleuteld, dienst, van, tot, false from feit where tijdvak
        )
        select
            nummer, bsn_versleuteld, dienst, cast(maand as date) as maand,
            bool_or(in_periode) as in_periode
        from bereik, unnest(generate_series(
            van, least(tot, van + interval {_LONGEST_PERIOD_MONTHS} month), interval 1 month
        )) as reeks (maand)
        group by all
        """  # noqa: S608 - a constant
    )


def _changed_by_key(
    sql: duckdb.DuckDBPyConnection, contract: Contract, new: Known, others: Sequence[Known]
) -> list[date]:
    """The months in which the versions together say something else with ``new`` than without it.

    Of a person and a month the newest version that was asked about it speaks. A later one that was
    not comes on top: its rows replace those with the same key.
    """
    versions = in_order([*others, new])
    place = next(v.order for v in versions if v.levering_id == new.levering_id)
    _months_of_answers(sql, contract, versions)
    rows = sql.execute(
        f"""
        with wereld as (
            select nummer, 'met' as wereld from versie
            union all
            select nummer, 'zonder' from versie where nummer <> $new
        ),
        geraakt as (
            select distinct bsn_versleuteld, dienst, maand, wereld
            from spil, (values ('met'), ('zonder')) as werelden (wereld)
            where nummer = $new
        ),
        basis as (
            select
                bsn_versleuteld, dienst, maand, wereld, count(nummer) as aantal,
                max(nummer) filter (in_periode) as nummer
            from geraakt
            left join (select * from spil inner join wereld using (nummer)) as gezegd
                using (bsn_versleuteld, dienst, maand, wereld)
            group by all
        ),
        gesteld as (
            select basis.*, feit.inhoud
            from basis
            inner join feit
                on basis.bsn_versleuteld = feit.bsn_versleuteld
                and basis.dienst = feit.dienst
                and basis.maand between feit.van and feit.tot
                and feit.nummer >= coalesce(basis.nummer, 0)
            inner join wereld on feit.nummer = wereld.nummer and basis.wereld = wereld.wereld
            qualify
                dense_rank() over (
                    partition by
                        basis.bsn_versleuteld, basis.dienst, basis.maand, basis.wereld, feit.sleutel
                    order by feit.nummer desc
                ) = 1
        ),
        volledigheid as (
            select
                basis.bsn_versleuteld, basis.dienst, basis.maand, basis.wereld,
                bool_and(
                    antwoord.apart = 0
                    and antwoord.levermaand >= basis.maand + to_months({contract.lag_months})
                ) as volledig
            from basis
            inner join antwoord
                on basis.bsn_versleuteld = antwoord.bsn_versleuteld
                and basis.dienst = antwoord.dienst
                and basis.nummer = antwoord.nummer
                and basis.maand between antwoord.van and antwoord.tot
            group by all
        ),
        stand as (
            select
                basis.bsn_versleuteld, basis.dienst, basis.maand, basis.wereld,
                basis.aantal > 0 as bekend, volledigheid.volledig,
                count(gesteld.inhoud) as aantal,
                coalesce(bit_xor(gesteld.inhoud), 0) as inhoud,
                coalesce(sum(gesteld.inhoud::hugeint), 0) as som
            from basis
            left join volledigheid using (bsn_versleuteld, dienst, maand, wereld)
            left join gesteld using (bsn_versleuteld, dienst, maand, wereld)
            group by all
        )
        select distinct met.maand
        from stand as met
        inner join stand as zonder using (bsn_versleuteld, dienst, maand)
        where met.wereld = 'met'
            and zonder.wereld = 'zonder'
            and (met.bekend, met.volledig, met.aantal, met.inhoud, met.som)
                is distinct from
                (zonder.bekend, zonder.volledig, zonder.aantal, zonder.inhoud, zonder.som)
        order by met.maand
        """,  # noqa: S608 - names of a contract
        {"new": place},
    ).fetchall()
    return [row[0] for row in rows]


def in_order(versions: Sequence[Known]) -> list[Known]:
    """Versions in the order in which they speak, numbered so."""
    spoken = sorted(versions, key=lambda version: (version.month, version.order))
    return [replace(version, order=number) for number, version in enumerate(spoken, 1)]


def _changed_by_interval(
    sql: duckdb.DuckDBPyConnection, contract: Contract, new: Known, others: Sequence[Known]
) -> set[date]:
    """The months delivered in which the newest row of a key tells something else than before.

    An end is told in the month in which it falls. A change of status 9 says that nothing changed.
    """
    versions = in_order([*others, new])
    place = next(v.order for v in versions if v.levering_id == new.levering_id)
    delivered = [version.month for version in versions]
    table = contract.by_name[contract.counts]
    key = ", ".join(table.key_columns)
    said = ", ".join(column for column in compared(table) if column != "datum_einde")
    withdrawn, silent = "false", "false"
    if "status" in table.by_name:
        withdrawn, silent = "status = '3'", "status = '9'"
    newest = f"row_number() over (partition by sleutel order by {_newest_first(table)}) = 1"
    sql.execute("create temp table versie (levering_id varchar, nummer bigint)")
    sql.executemany(
        "insert into versie values (?, ?)", [(v.levering_id, v.order) for v in versions]
    )
    rows = sql.execute(
        f"""
        with alles as (
            select
                hash({key}) as sleutel, nummer, eenheid, {withdrawn} as ingetrokken,
                try_strptime(datum_aanvang, '%Y%m%d')::date as aanvang,
                coalesce(try_strptime(datum_einde, '%Y%m%d')::date, date '9999-12-31') as einde,
                {", ".join([f"hash({said}) as inhoud", *table.order])}
            from read_parquet($files) inner join versie using (levering_id)
            where {silent} is not true
        ),
        geraakt as (select distinct sleutel from alles where nummer = $new),
        bekend as (select * from alles where sleutel in (select sleutel from geraakt)),
        nu as (from bekend qualify {newest}),
        toen as (from bekend where nummer <> $new qualify {newest}),
        spil as (
            select sleutel, cast(maand as date) as maand
            from geraakt, unnest(generate_series($first, $last, interval 1 month)) as m (maand)
        )
        select distinct maand from (
            {_told("nu")}
            except
            {_told("toen")}
            union all
            ({_told("toen")} except {_told("nu")})
        )
        """,  # noqa: S608 - names of a contract
        {
            "files": [str(v.folder / f"{table.name}.parquet") for v in versions],
            "new": place,
            "first": min(delivered),
            "last": max(delivered),
        },
    ).fetchall()
    return {row[0] for row in rows}


def _newest_first(table: Table) -> str:
    """The order of the changes of a key, the last one first.

    Of two at the same moment what is delivered anew is the last: a mistake is corrected by removing
    it and delivering again.
    """
    moments = [f"{column} desc nulls last" for column in table.order if column != "status"]
    removed_last = ["status = '3'", "status desc"] if "status" in table.order else []
    return ", ".join(["nummer desc", *moments, *removed_last, "eenheid desc"])


def _told(source: str) -> str:
    """What the newest row of each key tells of every month in which it holds."""
    return f"""(
        select spil.maand, {source}.sleutel, {source}.inhoud,
            case when {source}.einde <= last_day(spil.maand) then {source}.einde end as einde
        from spil inner join {source} using (sleutel)
        where not {source}.ingetrokken
            and {source}.aanvang <= last_day(spil.maand) and {source}.einde >= spil.maand
    )"""  # noqa: S608 - the name of a step


def _corrected(
    contract: Contract, month: date, then: Sequence[Known], now: Sequence[Known]
) -> set[date]:
    """The months before ``month`` in which the keys of a state hold now as they did not then.

    Of a month speak the state of that month and those of the ``lookback_months`` after it; of each
    key the newest row. That alone is corrected afterwards: what else a state says is of its own
    month. An end is told in the month in which it falls, and what ends before it begins does not
    hold. A month that nobody delivered stays unknown, whatever later ones say of it.
    """
    first = add_months(month, -contract.lookback_months)
    told = {version.month for version in now if first <= version.month < month}
    if not told:
        return set()
    spoke, speaks = set(_newest(then)), set(_newest(now))
    speakers = sorted(spoke | speaks, key=lambda version: (version.month, version.levering_id))
    versions = [(v.levering_id, v.month, v in spoke, v in speaks) for v in speakers]
    table = contract.by_name[contract.counts]
    files = [str(version.folder / f"{table.name}.parquet") for version in speakers]
    with scratch() as sql:
        sql.execute(
            "create temp table versie"
            " (levering_id varchar, levermaand date, toen boolean, nu boolean)"
        )
        sql.executemany("insert into versie values (?, ?, ?, ?)", versions)
        sql.execute("create temp table maanden (maand date)")
        sql.executemany("insert into maanden values (?)", [(each,) for each in sorted(told)])
        rows = sql.execute(
            f"""
            with alles as (
                select
                    hash({", ".join(table.key_columns)}) as sleutel, levermaand, toen, nu,
                    row_number() over (order by levermaand, levering_id, eenheid) as nummer,
                    try_strptime(datum_aanvang, '%Y%m%d')::date as aanvang,
                    coalesce(try_strptime(datum_einde, '%Y%m%d')::date, date '9999-12-31') as einde
                from read_parquet($files) inner join versie using (levering_id)
            ),
            bekend as (
                from alles where sleutel in (select sleutel from alles where toen <> nu)
            ),
            gezegd_toen as ({_held("toen", contract.lookback_months)}),
            gezegd_nu as ({_held("nu", contract.lookback_months)})
            select distinct maand from (
                (from gezegd_nu except from gezegd_toen)
                union all
                (from gezegd_toen except from gezegd_nu)
            )
            """,  # noqa: S608 - names of a contract
            {"files": files},
        ).fetchall()
    return {row[0] for row in rows}


def _newest(versions: Sequence[Known]) -> list[Known]:
    """Of each month the state that came last."""
    newest: dict[date, Known] = {}
    for version in sorted(versions, key=lambda version: version.order):
        newest[version.month] = version
    return list(newest.values())


def _held(moment: str, lookback: int) -> str:
    """The keys that hold in each month, with the end of those that end in it.

    The newest row of a key is found by its number: to sort them for each month cost more than all
    else.
    """
    return f"""
        select maand, sleutel, case when einde <= last_day(maand) then einde end as einde
        from (
            select maand, max(nummer) as nummer
            from bekend inner join maanden
                on levermaand between maand and maand + to_months({lookback})
            where {moment}
            group by maand, sleutel
        ) inner join bekend using (nummer)
        where aanvang <= last_day(maand) and einde >= greatest(maand, aanvang)
    """  # noqa: S608 - the name of a step


def _facts(table: Table, joined: str, contract: Contract) -> str:
    """The rows of one table with the months they hold for; an open end holds for ever.

    What ends before it begins holds for the month it begins in, as in staging. Rows without a key
    replace nothing but themselves. Those of a child belong to the service that answered them; what
    repeats (``voorkomens``) explains others, and speaks of no month by itself.
    """
    content = ", ".join(f"feit.{column}" for column in compared(table))
    key = ", ".join(f"feit.{column}" for column in table.key_columns) if table.key else content
    answered = "dienst" in contract.head.by_name
    answer = (
        """
        left join (select distinct nummer, bericht, bsn_versleuteld, dienst from antwoord) as door
            on versie.nummer = door.nummer
            and feit.bericht = door.bericht
            and feit.bsn_versleuteld = door.bsn_versleuteld
        """
        if answered
        else ""
    )
    return f"""
        select
            feit.bsn_versleuteld, versie.nummer,
            {"coalesce(door.dienst, '')" if answered else "''"} as dienst,
            date_trunc('month', try_strptime(feit.datum_aanvang, '%Y%m%d'))::date as van,
            greatest(van, coalesce(
                date_trunc('month', try_strptime(nullif(feit.datum_einde, '00000000'), '%Y%m%d')),
                {"'9999-12-01'" if table.repeats else "try_strptime(feit.datum_aanvang, '%Y%m%d')"}
            )::date) as tot,
            hash('{table.name}', {key}) as sleutel,
            hash('{table.name}', {content}) as inhoud,
            {"false" if table.repeats else "true"} as tijdvak
        from read_parquet(?) as feit inner join {joined} {answer}
    """  # noqa: S608 - names of a contract
