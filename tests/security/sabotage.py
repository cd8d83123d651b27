"""The command line with something in it broken on purpose: ``sabotage.py PLUG[,PLUG] run …``.

What belongs here: each way in which a run is broken or made to leak, small enough to be seen whole.
It is run as a script, so that what is broken is broken in that process only.
"""

import os
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

BROKEN_MONTH = date(2025, 2, 1)


def gate_breaks() -> None:
    """A fault in the gate, whose text and chain quote the BSNs it saw; on one answer only."""
    from warehouse.gate import _Gate
    from warehouse.readers.base import Chunk

    honest = _Gate._judge

    def judge(self: _Gate, chunk: Chunk) -> dict[str, pa.Table]:
        answers = chunk.tables.get("antwoord")
        if answers is not None and answers.num_rows == 1:
            seen = answers.column("bsn").to_pylist()
            try:
                raise KeyError(seen[0])
            except KeyError as error:
                raise ValueError(f"cannot convert {seen} in {answers}") from error
        return honest(self, chunk)

    _Gate._judge = judge  # type: ignore[method-assign]


def check_breaks() -> None:
    """A check on persons that raises with a number in its text."""
    from expectations.deliveries import DELIVERY_SUITES

    def derive(_: object) -> Any:
        raise ValueError(f"could not convert string to float: '{os.environ['CANARY']}'")

    suite = DELIVERY_SUITES["brp_personen"]
    checks = tuple(
        replace(check, derive=derive, needs_previous=False) if number < 2 else check
        for number, check in enumerate(suite.checks)
    )
    DELIVERY_SUITES["brp_personen"] = replace(suite, checks=checks)


def accept_breaks() -> None:
    """An error that nobody foresaw in a step, after the gate."""
    from warehouse.intake import Intake
    from warehouse.ledger import Version

    honest = Intake.accept

    def accept(self: Intake, version: Version) -> Version:
        if version.month == BROKEN_MONTH:
            raise RuntimeError(f"row {os.environ['CANARY']} is wrong")
        return honest(self, version)

    Intake.accept = accept  # type: ignore[method-assign]


def dbt_breaks() -> None:
    """A model that fails on a row and quotes it, as DuckDB does."""
    import assets.models

    honest = assets.models.prepare

    def prepare(home: Any, *rest: Any) -> Any:
        months = honest(home, *rest)
        with duckdb.connect(str(home.database)) as sql:
            (text,) = sql.execute(
                "select sql from duckdb_views()"
                " where view_name = 'suwinet_inkomsten__inkomstenopgave'"
            ).fetchall()[0]
            query = text.split(" AS ", 1)[1].rstrip(";")
            sql.execute(
                "create or replace view raw.suwinet_inkomsten__inkomstenopgave as"
                " select * replace (error('Conversion Error: ' || bsn_versleuteld || loon_sv)"
                f" as loon_sv) from ({query})"
            )
        return months

    assets.models.prepare = prepare


def pause_in_gate() -> None:
    """Stand still in the gate, with provisional Parquet open."""
    from warehouse.gate import _Gate

    honest = _Gate._judge

    def judge(self: _Gate, chunk: Any) -> Any:
        if self.contract.name == os.environ["PAUSED"]:
            _pause()
        return honest(self, chunk)

    _Gate._judge = judge  # type: ignore[method-assign]


def pause_in_publication() -> None:
    """Stand still when the files of the new publication lie there and its manifest does not."""
    from warehouse import publication

    def write_manifest(*_: Any) -> None:
        _pause()

    publication._write_manifest = write_manifest


def _pause() -> None:
    Path(os.environ["FLAG"]).touch()
    time.sleep(600)


# --- leaks ------------------------------------------------------------------------------------


def other_contracts() -> None:
    """Other contracts than those of the project."""
    from warehouse.contracts import load_contracts

    load_contracts.__defaults__ = (Path(os.environ["CONTRACTS"]),)


def print_in_gate() -> None:
    """Show the BSNs on the screen, as someone who is looking for a fault does."""
    from warehouse.gate import _Gate

    honest = _Gate._judge

    def judge(self: _Gate, chunk: Any) -> Any:
        print(next(iter(chunk.tables.values())), file=sys.stderr)
        return honest(self, chunk)

    _Gate._judge = judge  # type: ignore[method-assign]


def tell_the_row() -> None:
    """Quote the row in an error, to be helpful; on answers only."""
    from warehouse.gate import GateError, _Gate

    honest = _Gate._judge

    def judge(self: _Gate, chunk: Any) -> Any:
        if "antwoord" in chunk.tables:
            raise GateError(f"cannot read {chunk.tables['antwoord'].to_pylist()[0]}")
        return honest(self, chunk)

    _Gate._judge = judge  # type: ignore[method-assign]


def keep_in_the_clear() -> None:
    """Keep originals as they came."""
    from warehouse import seal

    class Clear:
        def encrypt(self, _nonce: bytes, data: bytes, _about: bytes) -> bytes:
            return bytes(data) + bytes(16)

        def decrypt(self, _nonce: bytes, data: bytes, _about: bytes) -> bytes:
            return data[:-16]

    seal._cipher = lambda *_: Clear()  # type: ignore[assignment,return-value]


PLUGS: dict[str, Callable[[], None]] = {
    plug.__name__: plug
    for plug in (
        gate_breaks,
        check_breaks,
        accept_breaks,
        dbt_breaks,
        pause_in_gate,
        pause_in_publication,
        other_contracts,
        print_in_gate,
        tell_the_row,
        keep_in_the_clear,
    )
}

if __name__ == "__main__":
    for name in sys.argv[1].split(","):
        PLUGS[name]()
    sys.argv = ["datapakhuis", *sys.argv[2:]]
    from warehouse.cli import main

    main()
