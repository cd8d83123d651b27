"""The ledger: what was delivered, what became of it, what is current, what is open.

A small transactional store (SQLite). A version is visible to dbt only when its row here says so,
and that row changes in one transaction: a crash leaves the old or the new state. What belongs
here is the record of facts about deliveries; no value from a delivery ever does.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import StrEnum
from pathlib import Path

from warehouse.errors import DatapakhuisError, UsageError

#: The form of the tables below; another one is never read by guess.
VERSION = 2

SCHEMA = """
create table if not exists levering (
    volgorde integer primary key autoincrement,
    levering_id text not null unique,
    delivery text, gemeente text, levermaand text,
    bestand text not null, sha256 text not null, bytes integer not null,
    ontvangen_op text not null, actueel_vanaf text, actueel_tot text,
    staat text not null, reden text, plaats text,
    bron integer, geaccepteerd integer, quarantaine integer, dubbel integer, nagekomen integer,
    sleutel_id text not null, code_versie text not null, contract_versie text,
    datasleutel blob, aanvulling_op text, rang integer
);
create table if not exists beschreven_maand (
    levering_id text not null, maand text not null, primary key (levering_id, maand)
);
create table if not exists quarantaine (
    levering_id text not null, bericht integer not null, eenheid integer not null,
    regel integer not null, reden text not null, veld text not null, eenheden integer not null
);
create index if not exists quarantaine_levering on quarantaine (levering_id);
create table if not exists controle (
    onderwerp text not null, controle text not null, uitkomst text not null, ernst text not null,
    toelichting text not null, aantallen text not null, op text not null,
    primary key (onderwerp, controle)
);
create table if not exists open_maand (
    maand text not null, delivery text not null, primary key (maand, delivery)
);
create table if not exists proces (
    run_id text not null, pid integer not null, gestart real not null, primary key (run_id, pid)
);
create table if not exists gebeurtenis (
    nummer integer primary key autoincrement,
    op text not null, wie text not null, wat text not null,
    over text not null, uitslag text not null
);
"""


class LedgerError(DatapakhuisError):
    """The ledger does not know, or does not allow, what was asked."""


class State(StrEnum):
    """What became of a version."""

    RECEIVED = "ontvangen"
    REFUSED = "geweigerd"
    PROCESSED = "verwerkt"
    HELD = "vastgehouden"
    ACCEPTED = "geaccepteerd"
    RELEASED = "vrijgegeven"


#: Who does what no person decides.
PIPELINE = "datapakhuis"
VISIBLE = (State.ACCEPTED, State.RELEASED)
PENDING = (State.RECEIVED, State.PROCESSED)
#: The event of a file that holds what is visible already.
REPEATED = "herhaald"
#: Events that change nothing about a version.
EXPORTED, OPENED = "quarantaine_geexporteerd", "quarantaine_geopend"
_UNCHANGED = (REPEATED, EXPORTED, OPENED)
#: The event of a month that a person opens, for a rebuild.
OPENED_BY_HAND = "geopend"
#: In the place of a delivery: a month that is open for whatever is made of it.
EVERYTHING = "*"


@dataclass(frozen=True)
class Release:
    """A decision: to let a held version through, to see or mend what was set apart, to rebuild.

    Raises:
        UsageError: when no reason is given.
    """

    who: str
    reason: str

    def __post_init__(self) -> None:
        if not self.reason.strip():
            raise UsageError("this needs a reason", "Write in a sentence why it is needed.")


@dataclass(frozen=True)
class Counts:
    """Units of a version. ``accepted + quarantined + duplicate == source``, always."""

    source: int
    accepted: int
    quarantined: int
    duplicate: int

    def __post_init__(self) -> None:
        if self.accepted + self.quarantined + self.duplicate != self.source:
            raise LedgerError(
                f"{self.accepted} accepted, {self.quarantined} quarantined and {self.duplicate}"
                f" duplicate units do not add up to the {self.source} of the source"
            )


@dataclass(frozen=True)
class Quarantined:
    """One unit set apart: where it stood and why; never what it held."""

    message: int
    unit: int
    line: int
    reason: str
    field: str
    units: int = 1


def holds(outcome: str, severity: str) -> bool:
    """Whether an outcome holds: a check that broke always does, one that failed if it is grave."""
    return outcome == "fout" or (outcome == "gezakt" and severity == "fout")


@dataclass(frozen=True)
class CheckResult:
    """The outcome of one check, as the ledger keeps it."""

    check: str
    outcome: str
    severity: str
    description: str
    counts: Mapping[str, float] = field(default_factory=dict)

    @property
    def holds(self) -> bool:
        """Whether what was judged may not go on."""
        return holds(self.outcome, self.severity)


@dataclass(frozen=True)
class Version:
    """One version of a delivery."""

    order: int
    levering_id: str
    delivery: str | None
    gemeente: str | None
    month: date | None
    file: str
    sha256: str
    size: int
    received_at: str
    current_from: str | None
    current_until: str | None
    state: State
    reason: str | None
    place: str | None
    counts: Counts | None
    late: int | None
    key_id: str
    code_version: str
    contract_version: str | None
    #: Wrapped by the key set; not for a text that shows a version.
    data_key: bytes | None = field(repr=False)
    #: The version whose quarantine was mended in this one.
    supplements: str | None = None
    #: Its place among other versions: what was mended takes that of the first, not the newest.
    rank: int = 0

    @property
    def visible(self) -> bool:
        """Whether dbt may see it."""
        return self.state in VISIBLE and self.current_until is None


def version_id(
    sha256: str, delivery: str | None, gemeente: str | None, month: date | None, again: int = 0
) -> str:
    """The name of a version: what it holds, as what it was delivered, and how often before."""
    parts = [sha256, delivery or "", gemeente or "", str(month or "")]
    text = "\x1f".join([*parts, str(again)] if again else parts)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def utc_now() -> str:
    """This moment, as the ledger writes it."""
    return datetime.now(UTC).isoformat(timespec="microseconds")


class Ledger:
    """The ledger in one SQLite file."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path, timeout=60, isolation_level=None)
        self._connection.row_factory = sqlite3.Row
        self._connection.execute("pragma journal_mode = wal")
        self._connection.execute("pragma synchronous = full")
        path.chmod(0o600)
        if not self._connection.execute("select count(*) from sqlite_master").fetchone()[0]:
            self._connection.executescript(
                f"begin immediate; {SCHEMA} pragma user_version = {VERSION}; commit"
            )
        found = self._connection.execute("pragma user_version").fetchone()[0]
        if found != VERSION:
            self.close()
            raise LedgerError(
                f"the ledger at {path} has form {found}, and this release reads form {VERSION}",
                "Use the release that made it, or see its notes on how to move on.",
            )

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All of it, or none of it."""
        self._connection.execute("begin immediate")
        try:
            yield self._connection
        except BaseException:
            self._connection.execute("rollback")
            raise
        self._connection.execute("commit")

    # --- versions ---------------------------------------------------------------------------

    def receive(
        self,
        *,
        levering_id: str,
        delivery: str | None,
        gemeente: str | None,
        month: date | None,
        file: str,
        sha256: str,
        size: int,
        key_id: str,
        code_version: str,
        contract_version: str | None,
        data_key: bytes,
        refused: tuple[str, str] | None = None,
        supplements: Version | None = None,
        release: Release | None = None,
    ) -> Version:
        """Record that a version arrived; one that was refused before may be tried again.

        ``refused`` gives the reason and the place for which it is refused as it arrives: both are
        written or neither, since nothing would take up a version without a delivery again.
        ``supplements`` is the version whose quarantine is mended in it, ``release`` who says so.
        """
        with self.transaction() as sql:
            sql.execute(
                """
                insert into levering (levering_id, delivery, gemeente, levermaand, bestand, sha256,
                    bytes, ontvangen_op, staat, sleutel_id, code_versie, contract_versie,
                    datasleutel, aanvulling_op, rang)
                values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                on conflict (levering_id) do update set staat = excluded.staat, reden = null,
                    plaats = null, datasleutel = excluded.datasleutel,
                    code_versie = excluded.code_versie, contract_versie = excluded.contract_versie
                """,
                (
                    *(levering_id, delivery, gemeente, str(month) if month else None, file, sha256),
                    *(size, utc_now(), State.RECEIVED, key_id, code_version, contract_version),
                    data_key,
                    *((supplements.levering_id, supplements.rank) if supplements else (None, None)),
                ),
            )
            if release is None:
                self._note(sql, "ontvangen", levering_id, State.RECEIVED)
            else:
                self._note(sql, "heraangeboden", levering_id, release.reason, release.who)
            if refused is not None:
                self._refuse(sql, levering_id, *refused)
        return self.version(levering_id)

    def refuse(self, levering_id: str, reason: str, place: str) -> None:
        """The whole file is refused."""
        with self.transaction() as sql:
            self._refuse(sql, levering_id, reason, place)

    def _refuse(self, sql: sqlite3.Connection, levering_id: str, reason: str, place: str) -> None:
        sql.execute(
            "update levering set staat = ?, reden = ?, plaats = ? where levering_id = ?",
            (State.REFUSED, reason, place, levering_id),
        )
        self._note(sql, "geweigerd", levering_id, reason)

    def processed(
        self,
        levering_id: str,
        counts: Counts,
        quarantined: Sequence[Quarantined],
        months: Iterable[date],
    ) -> None:
        """The gate is done: the counts, what it set apart, and the months described."""
        with self.transaction() as sql:
            sql.execute("delete from quarantaine where levering_id = ?", (levering_id,))
            sql.execute("delete from beschreven_maand where levering_id = ?", (levering_id,))
            sql.execute(
                "update levering set staat = ?, bron = ?, geaccepteerd = ?, quarantaine = ?,"
                " dubbel = ? where levering_id = ?",
                (
                    *(State.PROCESSED, counts.source, counts.accepted, counts.quarantined),
                    *(counts.duplicate, levering_id),
                ),
            )
            sql.executemany(
                "insert into quarantaine values (?, ?, ?, ?, ?, ?, ?)",
                [
                    (levering_id, q.message, q.unit, q.line, q.reason, q.field, q.units)
                    for q in quarantined
                ],
            )
            sql.executemany(
                "insert into beschreven_maand values (?, ?)",
                [(levering_id, str(month)) for month in months],
            )
            self._note(sql, "verwerkt", levering_id, State.PROCESSED)

    def hold(self, levering_id: str) -> None:
        """A check says no: the version stays out of sight until a person releases it."""
        with self.transaction() as sql:
            sql.execute(
                "update levering set staat = ? where levering_id = ?", (State.HELD, levering_id)
            )
            self._note(sql, "vastgehouden", levering_id, State.HELD)

    def accept(
        self,
        levering_id: str,
        *,
        replaces: bool,
        opens: Iterable[date],
        late: int | None = None,
        release: Release | None = None,
    ) -> None:
        """Make a version visible and open the months whose rows it changes.

        They are open for what is made of its delivery; a month that nothing of its gemeente
        described before, for everything.

        ``replaces``: the version takes the place of earlier ones of its delivery, gemeente and
        month (``stand``); otherwise it stands beside them (``sleutel``, ``mutatie``), except that
        it always takes the place of the version it supplements, and of other supplements of that.
        ``late``: the facts it brings about earlier months, unknown when there is nothing to compare
        with. ``release``: who lets it through although a check held it, and why.
        """
        now = utc_now()
        state = State.RELEASED if release else State.ACCEPTED
        with self.transaction() as sql:
            if replaces:
                sql.execute(
                    """
                    update levering set actueel_tot = ? where actueel_tot is null
                        and staat in (?, ?) and levering_id <> ?
                        and (delivery, gemeente, levermaand) = (
                            select delivery, gemeente, levermaand from levering
                            where levering_id = ?)
                    """,
                    (now, *VISIBLE, levering_id, levering_id),
                )
            sql.execute(
                """
                update levering set actueel_tot = ? where actueel_tot is null
                    and staat in (?, ?) and levering_id <> ? and coalesce(rang, volgorde) = (
                        select coalesce(rang, volgorde) from levering where levering_id = ?)
                """,
                (now, *VISIBLE, levering_id, levering_id),
            )
            sql.execute(
                "update levering set staat = ?, actueel_vanaf = ?, actueel_tot = null,"
                " nagekomen = ?, reden = ? where levering_id = ?",
                (state, now, late, release.reason if release else None, levering_id),
            )
            self._open_for(sql, levering_id, opens)
            who = release.who if release else PIPELINE
            result = release.reason if release else state
            self._note(sql, state, levering_id, result, who)

    def reconsider(self, levering_id: str) -> None:
        """A held version was delivered once more: it is to be judged again."""
        with self.transaction() as sql:
            sql.execute(
                "update levering set staat = ? where levering_id = ?",
                (State.PROCESSED, levering_id),
            )
            self._note(sql, "opnieuw_aangeboden", levering_id, State.PROCESSED)

    def disclosed(self, levering_id: str, what: str, release: Release) -> None:
        """A person had the quarantine of a version exported, or opened an export of it."""
        with self.transaction() as sql:
            self._note(sql, what, levering_id, release.reason, release.who)

    def repeated(self, levering_id: str) -> None:
        """What is visible already was delivered once more: written down, and nothing changes."""
        with self.transaction() as sql:
            self._note(sql, REPEATED, levering_id, State.ACCEPTED)

    def version(self, levering_id: str) -> Version:
        """One version; ``LedgerError`` when there is none."""
        found = self.find(levering_id)
        if found is None:
            raise LedgerError(f"there is no delivery {levering_id}", "See `datapakhuis status`.")
        return found

    def find(self, levering_id: str) -> Version | None:
        """One version, or nothing."""
        rows = self._versions("where levering_id = ?", (levering_id,))
        return rows[0] if rows else None

    def versions(self) -> list[Version]:
        """Every version, in order of arrival."""
        return self._versions("", ())

    def of(self, delivery: str | None, gemeente: str | None, month: date | None) -> list[Version]:
        """The versions of one delivery, gemeente and month of delivery, in order of arrival."""
        return self._versions(
            "where delivery is ? and gemeente is ? and levermaand is ?",
            (delivery, gemeente, str(month) if month else None),
        )

    def family(self, version: Version) -> list[Version]:
        """The version, what it supplements, and what supplements either, in order of arrival."""
        return self._versions("where coalesce(rang, volgorde) = ?", (version.rank,))

    def pending(self) -> list[Version]:
        """Versions that arrived and whose way was cut short."""
        return self._versions("where staat in (?, ?)", PENDING)

    def visible(self, delivery: str | None = None) -> list[Version]:
        """The versions that dbt may see, in order of arrival."""
        where = "where staat in (?, ?) and actueel_tot is null and ? in (delivery, '')"
        return self._versions(where, (*VISIBLE, delivery or ""))

    def delivered(self) -> set[str]:
        """The deliveries of which any version is visible."""
        return {version.delivery for version in self.visible() if version.delivery}

    def current(self, delivery: str, gemeente: str, month: date) -> Version | None:
        """The newest visible version of a delivery, gemeente and month of delivery."""
        rows = [row for row in self.of(delivery, gemeente, month) if row.visible]
        return rows[-1] if rows else None

    def _versions(self, where: str, values: Sequence[object]) -> list[Version]:
        query = f"select * from levering {where} order by volgorde"  # noqa: S608 - constants only
        return [_version(row) for row in self._connection.execute(query, values)]

    # --- months -----------------------------------------------------------------------------

    def described_months(self, levering_id: str) -> list[date]:
        """The months that a version describes."""
        rows = self._connection.execute(
            "select maand from beschreven_maand where levering_id = ? order by maand",
            (levering_id,),
        )
        return [date.fromisoformat(row["maand"]) for row in rows]

    def months_of(self, gemeente: str) -> list[date]:
        """The months that the visible versions of a gemeente describe."""
        rows = self._connection.execute(
            "select distinct maand from beschreven_maand inner join levering using (levering_id)"
            " where gemeente = ? and staat in (?, ?) and actueel_tot is null order by maand",
            (gemeente, *VISIBLE),
        )
        return [date.fromisoformat(row["maand"]) for row in rows]

    def known_months(self) -> list[date]:
        """The months that any visible version describes, and those that are open."""
        rows = self._connection.execute(
            "select maand from beschreven_maand inner join levering using (levering_id)"
            " where staat in (?, ?) and actueel_tot is null"
            " union select maand from open_maand order by maand",
            VISIBLE,
        )
        return [date.fromisoformat(row["maand"]) for row in rows]

    def describing(self, months: Iterable[date]) -> set[str]:
        """The versions that describe any of these months."""
        return {levering_id for levering_id, _ in self.described(months)}

    def described(self, months: Iterable[date]) -> list[tuple[str, date]]:
        """Which version describes which of these months."""
        rows = self._connection.execute(
            "select levering_id, maand from beschreven_maand"
            " where maand in (select value from json_each(?)) order by levering_id, maand",
            (json.dumps([str(month) for month in months]),),
        )
        return [(row["levering_id"], date.fromisoformat(row["maand"])) for row in rows]

    def open_months(self) -> list[date]:
        """The described months that must be rebuilt and published."""
        return list(self.opened())

    def opened(self) -> dict[date, frozenset[str]]:
        """The open months in order, with the deliveries that opened them; see ``EVERYTHING``."""
        found: dict[date, frozenset[str]] = {}
        for row in self._connection.execute("select * from open_maand order by maand"):
            month = date.fromisoformat(row["maand"])
            found[month] = found.get(month, frozenset()) | {row["delivery"]}
        return found

    def open(self, months: Iterable[date], release: Release | None = None) -> None:
        """Open months for a rebuild of everything, because ``release`` says so."""
        why = release or Release(PIPELINE, OPENED_BY_HAND)
        with self.transaction() as sql:
            for month in months:
                self._open(sql, EVERYTHING, [month])
                self._note(sql, OPENED_BY_HAND, str(month), why.reason, why.who)

    def last_opening(self) -> int:
        """The number of the last event that may have opened months.

        What was built before it is not what the ledger knows now.
        """
        rows = self._connection.execute(
            "select coalesce(max(nummer), 0) from gebeurtenis where wat in (?, ?, ?)",
            (*VISIBLE, OPENED_BY_HAND),
        )
        return int(rows.fetchone()[0])

    def close_months(self, months: Iterable[date]) -> None:
        """These months are published as they are now."""
        with self.transaction() as sql:
            sql.executemany(
                "delete from open_maand where maand = ?", [(str(month),) for month in months]
            )

    def _open_for(self, sql: sqlite3.Connection, levering_id: str, months: Iterable[date]) -> None:
        """Open months for a version: what there is of them may be made of nothing but it."""
        rows = sql.execute(
            """
            select distinct beschreven_maand.maand
            from levering as deze
            inner join levering as andere using (gemeente)
            inner join beschreven_maand on andere.levering_id = beschreven_maand.levering_id
            where deze.levering_id = ?
                and andere.levering_id <> deze.levering_id
                and andere.actueel_vanaf is not null
            """,
            (levering_id,),
        )
        described = {row["maand"] for row in rows}
        delivery = self.version(levering_id).delivery or EVERYTHING
        for month in months:
            self._open(sql, delivery if str(month) in described else EVERYTHING, [month])

    @staticmethod
    def _open(sql: sqlite3.Connection, delivery: str, months: Iterable[date]) -> None:
        sql.executemany(
            "insert or ignore into open_maand values (?, ?)",
            [(str(month), delivery) for month in months],
        )

    # --- quarantine and checks --------------------------------------------------------------

    def quarantined(self, levering_id: str) -> list[Quarantined]:
        """The units of a version that were set apart."""
        rows = self._connection.execute(
            "select * from quarantaine where levering_id = ? order by bericht, regel",
            (levering_id,),
        )
        return [
            Quarantined(
                row["bericht"],
                row["eenheid"],
                row["regel"],
                row["reden"],
                row["veld"],
                row["eenheden"],
            )
            for row in rows
        ]

    def reasons(self, levering_id: str) -> dict[str, int]:
        """How many units of a version were set apart, by reason."""
        rows = self._connection.execute(
            "select reden, sum(eenheden) as aantal from quarantaine where levering_id = ?"
            " group by reden order by reden",
            (levering_id,),
        )
        return {row["reden"]: row["aantal"] for row in rows}

    def record_checks(self, subject: str, results: Iterable[CheckResult]) -> None:
        """Keep the outcomes of the checks of one subject (a version or a dataset)."""
        with self.transaction() as sql:
            sql.execute("delete from controle where onderwerp = ?", (subject,))
            sql.executemany(
                "insert into controle values (?, ?, ?, ?, ?, ?, ?)",
                [
                    (
                        *(subject, r.check, r.outcome, r.severity, r.description),
                        *(json.dumps(r.counts, sort_keys=True), utc_now()),
                    )
                    for r in results
                ],
            )

    def checks(self, subject: str) -> list[CheckResult]:
        """The outcomes of the checks of one subject."""
        rows = self._connection.execute(
            "select * from controle where onderwerp = ? order by controle", (subject,)
        )
        return [
            CheckResult(
                row["controle"],
                row["uitkomst"],
                row["ernst"],
                row["toelichting"],
                json.loads(row["aantallen"]),
            )
            for row in rows
        ]

    def checked_datasets(self) -> list[str]:
        """The datasets that were judged; versions are left out."""
        rows = self._connection.execute(
            "select distinct onderwerp from controle where onderwerp not in"
            " (select levering_id from levering) order by onderwerp"
        )
        return [row["onderwerp"] for row in rows]

    # --- processes and events ---------------------------------------------------------------

    def started(self, run_id: str, pid: int, started: float) -> bool:
        """A process works for a Dagster run; whether that was not written down before."""
        with self.transaction() as sql:
            values = (run_id, pid, started)
            done = sql.execute("insert or ignore into proces values (?, ?, ?)", values)
            return done.rowcount == 1

    def processes(self) -> dict[str, list[tuple[int, float]]]:
        """The processes that work for each run: process id, and when the process began."""
        found: dict[str, list[tuple[int, float]]] = {}
        for row in self._connection.execute("select run_id, pid, gestart from proces"):
            found.setdefault(row["run_id"], []).append((row["pid"], row["gestart"]))
        return found

    def finished(self, run_id: str, pid: int | None = None) -> None:
        """A process, or every process, no longer works for this run."""
        with self.transaction() as sql:
            sql.execute(
                "delete from proces where run_id = ? and pid = coalesce(?, pid)", (run_id, pid)
            )

    def events(self) -> int:
        """The number of the last event."""
        rows = self._connection.execute("select coalesce(max(nummer), 0) from gebeurtenis")
        return int(rows.fetchone()[0])

    def touched(self, since: int) -> list[Version]:
        """The versions to which something happened after event number ``since``."""
        return self._versions(
            "where levering_id in"
            " (select over from gebeurtenis where nummer > ? and wat not in (?, ?, ?))",
            (since, *_UNCHANGED),
        )

    def repeats(self, since: int) -> list[Version]:
        """The versions that were delivered once more after event number ``since``, in vain."""
        return self._versions(
            "where levering_id in (select over from gebeurtenis where nummer > ? and wat = ?)",
            (since, REPEATED),
        )

    @staticmethod
    def _note(
        sql: sqlite3.Connection, what: str, about: str, result: str, who: str = PIPELINE
    ) -> None:
        sql.execute(
            "insert into gebeurtenis (op, wie, wat, over, uitslag) values (?, ?, ?, ?, ?)",
            (utc_now(), who, what, about, result),
        )


def _version(row: sqlite3.Row) -> Version:
    counts = None
    if row["bron"] is not None:
        counts = Counts(row["bron"], row["geaccepteerd"], row["quarantaine"], row["dubbel"])
    return Version(
        order=row["volgorde"],
        levering_id=row["levering_id"],
        delivery=row["delivery"],
        gemeente=row["gemeente"],
        month=date.fromisoformat(row["levermaand"]) if row["levermaand"] else None,
        file=row["bestand"],
        sha256=row["sha256"],
        size=row["bytes"],
        received_at=row["ontvangen_op"],
        current_from=row["actueel_vanaf"],
        current_until=row["actueel_tot"],
        state=State(row["staat"]),
        reason=row["reden"],
        place=row["plaats"],
        counts=counts,
        late=row["nagekomen"],
        key_id=row["sleutel_id"],
        code_version=row["code_versie"],
        contract_version=row["contract_versie"],
        data_key=row["datasleutel"],
        supplements=row["aanvulling_op"],
        rank=row["rang"] or row["volgorde"],
    )
