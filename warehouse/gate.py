"""The BSN gate: the only place where a delivery's identifiers are seen.

Units come in as text; what comes out is Parquet in which every BSN is a token, and a list of the
units that broke their contract. What belongs here: judging units, making tokens, dropping what
identifies, counting. What does not: parsing (the readers), keys (``keys``), and deciding whether
the delivery as a whole is to be trusted (expectations).

No exception leaves this module with a value in it: an unforeseen one is raised anew as a code.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import BinaryIO

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from warehouse.contracts import Contract, Field, Table
from warehouse.errors import DatapakhuisError
from warehouse.keys import KERN, BsnStatus, KeySet, bsn_messages, digest9
from warehouse.ledger import Counts
from warehouse.readers import reader_for
from warehouse.readers.base import HOLDER, LINE, MESSAGE, UNIT, Chunk, Place
from warehouse.rules import rules_of
from warehouse.scratch import scratch

QUARANTINED = "aantal_quarantaine"
TOKEN = "bsn_versleuteld"  # noqa: S105 - a column's name
ROW_GROUP = 1 << 17
_BSN_REASONS = {
    BsnStatus.ONTBREEKT: "bsn_ontbreekt",
    BsnStatus.ONGELDIGE_LENGTE: "bsn_lengte",
    BsnStatus.GEEN_CIJFERS: "bsn_geen_cijfers",
    BsnStatus.ELFPROEF: "bsn_elfproef",
    BsnStatus.ONBEKEND_999999999: "bsn_onbekend",
    BsnStatus.ONGEBOREN_000000000: "bsn_ongeboren",
}
_TYPES = {"VARCHAR": pa.string(), "BOOLEAN": pa.bool_(), "BIGINT": pa.int64()}
Integers = npt.NDArray[np.int64]


class GateError(DatapakhuisError):
    """The gate itself broke: a fault of ours, not of the delivery."""


@dataclass(frozen=True)
class Apart:
    """A unit set apart: where it stands, and which field broke which rule."""

    place: Place
    reason: str
    field: str = ""


@dataclass
class GateResult:
    """What came of a delivery: its counts, and the units that were set apart."""

    counts: Counts
    apart: list[Apart]
    emptied: dict[str, int] = field(default_factory=dict)


def pass_through(
    contract: Contract,
    source: BinaryIO,
    keys: KeySet,
    levering_id: str,
    folder: Path,
    *,
    gemeente: str = "",
) -> GateResult:
    """Read a delivery, judge every unit, and write raw Parquet in ``folder``.

    ``gemeente`` is the one that delivers: what says that it is another's is set apart.

    Returns:
        The counts in units of the contract (``telt``), and what was set apart.

    Raises:
        Refused: the file as a whole cannot be taken in.
        GateError: anything unforeseen, told without its content.
    """
    try:
        return _Gate(contract, keys, levering_id, folder, gemeente).run(source)
    except DatapakhuisError:
        raise
    except Exception as error:
        raise GateError(
            f"the gate broke on {contract.name} ({type(error).__name__})",
            "The delivery is kept and will be tried again; report this as a fault.",
        ) from None


class _Gate:
    def __init__(
        self, contract: Contract, keys: KeySet, levering_id: str, folder: Path, gemeente: str
    ) -> None:
        self.contract = contract
        self.keys = keys
        self.levering_id = levering_id
        self.folder = folder
        self.head = contract.head
        self.apart: list[Apart] = []
        self.emptied: dict[str, int] = {}
        self.claimed: dict[str, list[pa.Table]] = {}
        self.apart_by_person: Counter[str] = Counter()
        self.units = 0
        self._rules = {
            (table.name, item.name): list(rules_of(item, gemeente))
            for table in contract.raw_tables
            for item in table.read_fields
        }

    def run(self, source: BinaryIO) -> GateResult:
        reader = reader_for(self.contract)
        expected = reader.count(source)
        records = 0
        self.folder.mkdir(parents=True, exist_ok=True)
        passed = {
            table.name: _Provisional(self.folder / f"{table.name}.arrow", _schema(table))
            for table in self.contract.raw_tables
        }
        for chunk in reader.read(source):
            records += chunk.records
            for name, rows in self._judge(chunk).items():
                passed[name].add(rows)
        for table in passed.values():
            table.finish()
        if records != expected:
            raise reader.mismatch(source)
        doubles = {
            table.name: self._double_keys(table, passed[table.name])
            for table in self.contract.units
            if table.name in passed
        }
        for name, table in passed.items():
            without = partial(self._without, self.contract.by_name[name], doubles)
            table.write(self.folder / f"{name}.parquet", without)
        copies = sum(found.copies for found in doubles.values())
        accepted = self.units - len(self.apart) - copies
        counts = Counts(self.units, accepted, len(self.apart), copies)
        return GateResult(counts, self.apart, self.emptied)

    # --- one chunk --------------------------------------------------------------------------

    def _judge(self, chunk: Chunk) -> dict[str, pa.Table]:
        """The rows of the units that keep their contract, as raw columns."""
        self.apart += [Apart(broken.place, broken.reason) for broken in chunk.broken]
        self.units += len(chunk.broken)
        persons = chunk.tables[self.head.name]
        verdicts = {name: _Verdict(table.num_rows) for name, table in chunk.tables.items()}
        raw = {
            name: self._columns(self.contract.by_name[name], table, verdicts[name])
            for name, table in chunk.tables.items()
        }
        holders = {
            name: table.column(HOLDER).to_numpy()
            for name, table in chunk.tables.items()
            if self._belongs(name)
        }
        self._share(verdicts, holders)
        self._set_apart(chunk, verdicts, holders)
        result = {}
        for name, table in chunk.tables.items():
            good = np.flatnonzero(verdicts[name].good)
            columns = raw[name]
            if name in holders and self.contract.personal:
                tokens = raw[self.head.name][TOKEN]
                columns[TOKEN] = tokens.take(pa.array(holders[name]))
            if self.contract.by_name[name].key:
                self._claim(name, columns, verdicts[name])
            if QUARANTINED in columns:
                bad = self._bad_per_person(verdicts, holders, persons.num_rows)
                columns[QUARANTINED] = pa.array(bad.astype(str))
            elif self._independent(name) and self.contract.by_name[name].personal:
                bad_rows = pa.array(np.flatnonzero(~verdicts[name].good))
                told = columns[f"{self._own_bsn_field(name)}_versleuteld"].take(bad_rows)
                self.apart_by_person.update(token for token in told.to_pylist() if token)
            result[name] = self._raw_table(name, table, columns, good)
        return result

    def _belongs(self, name: str) -> bool:
        """Whether the rows of a table belong to those of the head."""
        return name != self.head.name and not self._independent(name)

    def _independent(self, name: str) -> bool:
        return name != self.head.name and self.contract.by_name[name].independent

    def _own_bsn_field(self, name: str) -> str:
        fields = self.contract.by_name[name].fields
        return next(field.name for field in fields if field.classification == "bsn")

    def _columns(
        self, table: Table, rows: pa.Table, verdict: _Verdict
    ) -> dict[str, pa.Array | pa.ChunkedArray]:
        columns: dict[str, pa.Array | pa.ChunkedArray] = {}
        for item in table.read_fields:
            column = rows.column(item.name)
            if item.classification == "bsn":
                columns[f"{item.name}_versleuteld"] = self._own_bsn(item, column, verdict)
            elif item.classification == "bsn_relatie":
                columns |= self._relation_bsn(item, column)
            else:
                columns[item.name] = self._plain(table, item, column, verdict)
        for item in table.fields:
            if item.classification == "token":
                columns[item.name] = token = self._token(item, columns)
                if item.required:
                    missing = np.asarray(token.is_null(), bool)
                    verdict.condemn(missing, "verplicht_leeg", item.name)
        return columns

    def _own_bsn(self, item: Field, column: pa.ChunkedArray, verdict: _Verdict) -> pa.Array:
        messages, status = bsn_messages(column)
        for code in np.unique(status):
            if code != BsnStatus.GELDIG:
                verdict.condemn(status == code, _BSN_REASONS[BsnStatus(code)], item.name)
        return self.keys.tokeniser(KERN, "bsn").encrypt(messages, status == BsnStatus.GELDIG)

    def _relation_bsn(self, item: Field, column: pa.ChunkedArray) -> dict[str, pa.Array]:
        messages, status = bsn_messages(column)
        valid = status == BsnStatus.GELDIG
        wrong = ~valid & (status != BsnStatus.ONTBREEKT)
        return {
            f"{item.name}_versleuteld": self.keys.tokeniser(KERN, "bsn").encrypt(messages, valid),
            f"{item.name}_ongeldig": pa.array(wrong),
        }

    def _plain(
        self, table: Table, item: Field, column: pa.ChunkedArray, verdict: _Verdict
    ) -> pa.ChunkedArray:
        for rule in self._rules[table.name, item.name]:
            broken = rule.breaks(column)
            if not broken.any():
                continue
            if item.on_error == "quarantaine":
                verdict.condemn(broken, rule.reason, item.name)
            else:
                key = f"{table.name}.{item.name}"
                self.emptied[key] = self.emptied.get(key, 0) + int(broken.sum())
                column = pc.if_else(pa.array(broken), "", column)
        return column

    def _token(self, item: Field, columns: dict[str, pa.Array | pa.ChunkedArray]) -> pa.Array:
        """A token of the first alternative whose first member is filled; null when none is.

        The number of the alternative is part of it. An empty alternative is one that other
        deliveries of this domain have and this one has not: it keeps the numbers alike.
        """
        assert item.domain is not None  # noqa: S101 - the contract was checked when it was read
        first = next(iter(columns.values()))
        messages = np.zeros((len(first), 9), dtype=np.uint8)
        made = np.zeros(len(first), dtype=bool)
        for number, option in enumerate(item.token_of):
            if not option:
                continue
            filled = np.asarray(pc.not_equal(columns[option[0]], "").to_numpy(), bool) & ~made
            if filled.any():
                rows = pa.array(np.flatnonzero(filled))
                label = pa.array([str(number)] * len(rows))
                messages[filled] = digest9([label, *(columns[n].take(rows) for n in option)])
                made |= filled
        return self.keys.tokeniser(item.domain, item.domain).encrypt(messages, made)

    def _share(self, verdicts: dict[str, _Verdict], holders: dict[str, Integers]) -> None:
        """What a verdict on one row means for the others of its person.

        A fault in any row of a unit condemns the unit. Where the person is the unit that is
        fault in the person; where a child row is, a fault in it condemns that row alone.
        """
        person = verdicts[self.head.name]
        for name, holder in holders.items():
            if name != self.contract.counts:
                person.adopt(verdicts[name], holder)
        for name, holder in holders.items():
            verdicts[name].inherit(person, holder)

    def _set_apart(
        self, chunk: Chunk, verdicts: dict[str, _Verdict], holders: dict[str, Integers]
    ) -> None:
        """Count the units of this chunk, and write down those that were condemned."""
        units = []
        for table in self.contract.units:
            rows = chunk.tables[table.name]
            units.append((rows, verdicts[table.name], np.ones(rows.num_rows, bool)))
        if not self.head.key:
            persons = chunk.tables[self.head.name]
            childless = np.ones(persons.num_rows, dtype=bool)
            childless[holders[self.contract.counts]] = False
            units.append((persons, verdicts[self.head.name], childless))
        for table, verdict, chosen in units:
            self.units += int(chosen.sum())
            bad = np.flatnonzero(~verdict.good & chosen)
            if not len(bad):
                continue
            index = pa.array(bad)
            places = zip(
                table.column(MESSAGE).take(index).to_pylist(),
                table.column(UNIT).take(index).to_pylist(),
                table.column(LINE).take(index).to_pylist(),
                strict=True,
            )
            self.apart += [
                Apart(Place(*place), *verdict.why(int(row)))
                for place, row in zip(places, bad, strict=True)
            ]

    def _claim(
        self, name: str, columns: dict[str, pa.Array | pa.ChunkedArray], verdict: _Verdict
    ) -> None:
        """Remember the keys of units set apart: nobody passes because their namesake was broken."""
        bad = pa.array(np.flatnonzero(~verdict.good))
        table = self.contract.by_name[name]
        key = table.unit_columns
        # A token that is null was never made: nobody has such a key.
        claimed = pa.table({part: columns[part].take(bad) for part in key}).drop_null()
        claimed = pa.table({part: _raw(claimed.column(part)) for part in key})
        if claimed.num_rows:
            self.claimed.setdefault(name, []).append(claimed)

    def _bad_per_person(
        self, verdicts: dict[str, _Verdict], holders: dict[str, Integers], persons: int
    ) -> Integers:
        """How many counted rows of each person in this chunk were set apart."""
        if self.contract.counts not in holders:
            return np.zeros(persons, dtype=np.int64)
        bad = holders[self.contract.counts][~verdicts[self.contract.counts].good]
        return np.bincount(bad, minlength=persons)

    def _raw_table(
        self,
        name: str,
        rows: pa.Table,
        columns: dict[str, pa.Array | pa.ChunkedArray],
        good: Integers,
    ) -> pa.Table:
        index = pa.array(good)
        schema = _schema(self.contract.by_name[name])
        values = {"levering_id": pa.repeat(self.levering_id, len(good))}
        values |= {key: rows.column(key).take(index) for key in (UNIT, MESSAGE, LINE)}
        for column in schema.names[4:]:
            values[column] = _raw(columns[column].take(index))
        return pa.table([values[column] for column in schema.names], schema=schema)

    # --- the whole file ---------------------------------------------------------------------

    def _double_keys(self, table: Table, counted: _Provisional) -> _Doubles:
        """Set apart the accepted units that share their key with another; count the true copies.

        Another that was set apart for some other fault counts too. Only now has every unit been
        seen. What is compared are tokens. That a key occurs twice is found on hashes of the keys
        alone: whole units are looked at only where it does.
        """
        names = table.unit_columns
        key = ", ".join(names)
        person = TOKEN if TOKEN in table.raw_columns else "null"
        content = ", ".join(c for c in table.raw_columns if c not in (UNIT, MESSAGE, LINE))
        with scratch() as connection:
            connection.register("geclaimd", self._claims(table.name, names))
            connection.register("sleutels", counted.read(names))
            connection.execute(
                f"""
                create table dubbel as
                select hash({key}) as sleutel
                from (select {key} from sleutels union all select {key} from geclaimd)
                group by sleutel having count(*) > 1
                """  # noqa: S608 - names of a contract
            )
            connection.register("rijen", counted.read(table.raw_columns))
            rows = connection.execute(
                f"""
                with keyed as (
                    select eenheid, bericht, regel, hash({content}) as inhoud, {key}
                    from rijen where hash({key}) in (from dubbel)
                    union all
                    select null, null, null, null, {key} from geclaimd
                )
                select eenheid, bericht, regel, {person} as persoon, inhoud,
                    min(inhoud) over same = max(inhoud) over same
                        and count(eenheid) over same = count(*) over same as gelijk,
                    row_number() over (partition by {key} order by eenheid) as nummer
                from keyed
                window same as (partition by {key})
                qualify eenheid is not null and count(*) over same > 1
                order by eenheid
                """  # noqa: S608 - names of a contract
            ).fetchall()
        copies = {row[0] for row in rows if row[5] and self.contract.identical_is_duplicate}
        removed = {row[0] for row in rows if row[0] not in copies or row[6] > 1}
        late = [row for row in rows if row[0] not in copies]
        self.apart += [
            Apart(Place(message, unit, line), "sleutel_dubbel", table.key[0])
            for unit, message, line, *_ in late
        ]
        return _Doubles(
            pa.array(sorted(removed), pa.int64()),
            Counter(row[3] for row in late),
            len(removed) - len(late),
        )

    def _claims(self, table: str, names: Sequence[str]) -> pa.Table:
        nothing = pa.schema([(name, pa.string()) for name in names]).empty_table()
        return pa.concat_tables([nothing, *self.claimed.get(table, ())])

    def _without(self, table: Table, doubles: dict[str, _Doubles], rows: pa.Table) -> pa.Table:
        """Rows of a table without the units that must go; a person's row says how many did."""
        unit = table.name if table.key else self.head.name
        if unit in doubles:
            gone = pc.is_in(rows.column(UNIT), value_set=doubles[unit].removed)
            rows = rows.filter(pc.invert(gone))
        if QUARANTINED in table.raw_columns:
            others = [found.apart for name, found in doubles.items() if name != table.name]
            apart = sum(others, Counter(self.apart_by_person))
            rows = _more_apart(rows, apart) if apart else rows
        return rows


@dataclass(frozen=True)
class _Doubles:
    """The units whose key another has too.

    Which of them must go, how many of each person are set apart, and how many are mere copies.
    """

    removed: pa.Array
    apart: Counter[str]
    copies: int


class _Provisional:
    """What passed of one table, while units may still have to go: Arrow as it lies in memory.

    Parquet would have to be written twice, which costs more than all rules together.
    """

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        self._path = path
        self._schema = schema
        self._sink = pa.OSFile(str(path), "wb")
        self._writer = pa.ipc.new_file(self._sink, schema)

    def add(self, rows: pa.Table) -> None:
        """Rows of whole units."""
        self._writer.write_table(rows)

    def finish(self) -> None:
        """Nothing is added any more."""
        self._writer.close()
        self._sink.close()

    def read(self, columns: Iterable[str]) -> pa.RecordBatchReader:
        """Some columns of everything that was added, a batch at a time."""
        wanted = sorted(self._schema.get_field_index(name) for name in columns)
        options = pa.ipc.IpcReadOptions(included_fields=wanted)
        file = pa.ipc.open_file(pa.OSFile(str(self._path)), options=options)
        return pa.RecordBatchReader.from_batches(
            pa.schema([self._schema.field(index) for index in wanted]),
            (file.get_batch(number) for number in range(file.num_record_batches)),
        )

    def write(self, path: Path, kept: Callable[[pa.Table], pa.Table]) -> None:
        """Write what is ``kept`` as Parquet, in large row groups; the provisional file goes."""
        with pq.ParquetWriter(path, self._schema, compression="zstd") as target:
            gathered = [self._schema.empty_table()]
            for batch in self.read(self._schema.names):
                gathered.append(kept(pa.Table.from_batches([batch])))
                if sum(rows.num_rows for rows in gathered) >= ROW_GROUP:
                    target.write_table(pa.concat_tables(gathered), row_group_size=2 * ROW_GROUP)
                    gathered = gathered[:1]
            target.write_table(pa.concat_tables(gathered), row_group_size=2 * ROW_GROUP)
        self._path.unlink()


class _Verdict:
    """Which rows of a table are good, and for the others the first rule that they broke."""

    def __init__(self, rows: int) -> None:
        self._cause = np.zeros(rows, dtype=np.int32)
        self._causes: list[tuple[str, str]] = [("", "")]

    @property
    def good(self) -> npt.NDArray[np.bool_]:
        """The rows that broke nothing."""
        return np.equal(self._cause, 0)

    def condemn(self, rows: npt.NDArray[np.bool_], reason: str, name: str) -> None:
        """These rows broke a rule; who broke one before keeps that one."""
        self._causes.append((reason, name))
        self._cause[rows & self.good] = len(self._causes) - 1

    def why(self, row: int) -> tuple[str, str]:
        """The reason and the field of one row."""
        return self._causes[int(self._cause[row])]

    def adopt(self, child: _Verdict, holder: Integers) -> None:
        """A fault in a child's row is a fault of its holder."""
        for row in np.flatnonzero(~child.good):
            if self._cause[holder[row]] == 0:
                self._causes.append(child.why(int(row)))
                self._cause[holder[row]] = len(self._causes) - 1

    def inherit(self, person: _Verdict, holder: Integers) -> None:
        """The rows of a person who is set apart are set apart, for the person's reason."""
        first = len(self._causes) - 1
        self._causes += person._causes[1:]
        theirs = person._cause[holder]
        fall = (theirs > 0) & self.good
        self._cause[fall] = theirs[fall] + first


def _more_apart(rows: pa.Table, apart_per_person: Counter[str]) -> pa.Table:
    index = rows.column_names.index(QUARANTINED)
    persons = rows.column("bsn_versleuteld").to_pylist()
    counts = rows.column(QUARANTINED).to_pylist()
    raised = [
        str(int(count) + apart_per_person.get(person, 0))
        for person, count in zip(persons, counts, strict=True)
    ]
    return rows.set_column(index, QUARANTINED, pa.array(raised))


def _raw(column: pa.Array | pa.ChunkedArray) -> pa.Array | pa.ChunkedArray:
    """A column as it stands in raw Parquet: what is empty is null there."""
    if column.type != pa.string():
        return column
    return pc.if_else(pc.equal(column, ""), None, column)


def _schema(table: Table) -> pa.Schema:
    return pa.schema([(name, _TYPES[kind]) for name, kind in table.raw_columns.items()])
