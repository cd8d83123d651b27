"""The tasks that are measured, each in a process of its own: ``python -m benchmarks.tasks NAME``.

A task takes its facts as JSON and tells what it measured as the last line of its output. What it
imports is not measured, unless importing is the task.
"""

from __future__ import annotations

import io
import json
import os
import resource
import shutil
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.measure import Cost, measured, told

if TYPE_CHECKING:
    from warehouse.home import Home
    from warehouse.intake import Intake

GEMEENTE = "GM0479"


def generate(
    folder: str, persons: int, months: int, first: str, deliveries: list[str] | None = None
) -> Cost:
    """Write the deliveries of a synthetic gemeente, all it has or only some."""
    from demo.generate import DELIVERIES
    from demo.generate import generate as write

    def work() -> None:
        write(
            Path(folder),
            persons=persons,
            months=months,
            gemeente=GEMEENTE,
            first_month=first,
            deliveries=deliveries or DELIVERIES,
            manifest=False,
        )

    return measured(work)


def home(folder: str, first: str) -> None:
    """Make an empty home with a key set beside it."""
    from warehouse.home import create_home, parse_month
    from warehouse.keys import create_keyset
    from warehouse.run import write_dagster_home

    place = Path(folder)
    keyset = place.with_name(f"{place.name}-keys") / "keyset.json"
    keys = create_keyset(keyset)
    write_dagster_home(create_home(place, [GEMEENTE], parse_month(first), keys.check_value, keyset))


def seal(folder: str, file: str) -> Cost:
    """Receive a file: its sha256, its sealed original, its row in the ledger."""
    from warehouse.home import load_home
    from warehouse.intake import look

    place = load_home(Path(folder))
    os.link(file, place.landing / Path(file).name)
    rows = _rows(Path(file))
    with _intake(place) as intake:
        landed = look(place, intake.contracts).ready[0]

        def work() -> int:
            intake.receive(landed)
            return rows

        return measured(work, Path(file).stat().st_size)


def gate(folder: str, file: str) -> Cost:
    """Send the sealed original through the gate, up to raw Parquet and the ledger."""
    import pandas  # noqa: F401 - PyArrow imports it at first use; every run has it already

    from warehouse.home import load_home

    place = load_home(Path(folder))
    rows = _rows(Path(file))
    with _intake(place) as intake:
        version = intake.ledger.versions()[-1]

        def work() -> int:
            done = intake.process(version)
            if done.counts is None:
                raise RuntimeError(f"the gate refused the delivery: {done.reason}")
            return rows or done.counts.source

        return measured(work, Path(file).stat().st_size)


def duckdb_copy(folder: str, file: str) -> Cost:
    """DuckDB's way from the same file to Parquet, of just the columns that the contract reads."""
    import duckdb

    from warehouse.contracts import load_contracts

    contract = load_contracts()["brp_personen"]
    wanted = {item.source for table in contract.raw_tables for item in table.read_fields}
    with Path(file).open(encoding="utf-8-sig") as source:
        names = source.readline().rstrip("\r\n").split(";")
    # The first, unnamed column tells where a person begins: no reader can do without.
    chosen = ["c0", *(f"c{i}" for i, name in enumerate(names) if name and name in wanted)]
    types = ", ".join(f"'c{i}': 'VARCHAR'" for i in range(len(names)))
    rows = _rows(Path(file))

    def work() -> int:
        with duckdb.connect() as connection:
            connection.execute(
                f"""
                copy (
                    select {", ".join(chosen)} from read_csv(
                        '{file}', delim = ';', quote = '"', header = true, columns = {{{types}}}
                    )
                ) to '{folder}/work/duckdb.parquet' (format parquet, compression zstd)
                """  # noqa: S608 - names of our own making
            )
        return rows

    return measured(work, Path(file).stat().st_size)


def analyst(folder: str, month: str, to: str, most_mb: int) -> Cost:
    """A month of work as an analyst does it; more memory than it may use is a MemoryError."""
    from benchmarks.analyst import month_of_work

    most = most_mb << 20
    resource.setrlimit(resource.RLIMIT_DATA, (most, most))
    return measured(lambda: month_of_work(Path(folder), month, Path(to)))


def floor(folder: str, month: str, to: str) -> Cost:
    """A month of work at the least it can cost."""
    from benchmarks.floor import month_of_work

    return measured(lambda: month_of_work(Path(folder), month, Path(to)))


def outcome(folder: str, kind: str) -> dict[str, int]:
    """What was written, by one of the scripts (``folder``) or by us (``home``)."""
    from benchmarks.outcome import of_folder, of_home

    return vars((of_home if kind == "home" else of_folder)(Path(folder)))


def read(file: str, delivery: str) -> Cost:
    """Read a delivery as rows; what is counted are its bytes unpacked, and its units."""
    import pandas  # noqa: F401 - PyArrow imports it at first use; every run has it already

    from warehouse.contracts import load_contracts
    from warehouse.readers import reader_for

    contract = load_contracts()[delivery]
    with Path(file).open("rb") as source:
        units = reader_for(contract).units(source)
        reader = reader_for(contract)
        reader.count(source)

        def work() -> int:
            for _ in reader.read(source):
                pass
            return units

        return replace(measured(work), bytes=_unpacked(Path(file)))


def _unpacked(file: Path) -> int:
    """The bytes of a file, or of what is in it when it is a zip, of zips perhaps."""
    if not zipfile.is_zipfile(file):
        return file.stat().st_size
    size = 0
    with zipfile.ZipFile(file) as outer:
        for name in outer.namelist():
            inner = io.BytesIO(outer.read(name))
            if zipfile.is_zipfile(inner):
                size += sum(member.file_size for member in zipfile.ZipFile(inner).infolist())
            else:
                size += len(inner.getvalue())
    return size


def place_addresses(folder: str, objects: int) -> Cost:
    """Place the addresses of a large gemeente in a hundred buurten with winding borders."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq

    from warehouse.geography import Division, placed

    side, size, steps = 10, 1_000.0, 30
    edge = np.linspace(0, 1, steps, endpoint=False)
    square = np.vstack(
        [
            np.column_stack([edge, 0 * edge]),
            np.column_stack([0 * edge + 1, edge]),
            np.column_stack([1 - edge, 0 * edge + 1]),
            np.column_stack([0 * edge, 1 - edge]),
        ]
    )

    def buurt(column: int, row: int) -> str:
        x, y = (np.add(square, (column, row)) * size).T
        # Every border winds alike for both of its sides.
        winding = np.column_stack([x + 60 * np.sin(y / 90), y + 60 * np.sin(x / 90)])
        winding = np.add(np.vstack([winding, winding[:1]]), (110_000, 490_000))
        return f"POLYGON (({', '.join(f'{x:.3f} {y:.3f}' for x, y in winding)}))"

    division = Division.of(
        2025,
        [
            (f"BU0479{column:02}{row:02}", buurt(column, row), False)
            for column in range(side)
            for row in range(side)
        ],
    )
    random = np.random.default_rng(1)
    source = Path(folder) / "bag_object.parquet"
    x, y = (
        pa.array(np.char.mod("%.3f", begin + random.random(objects) * side * size))
        for begin in (110_000, 490_000)
    )
    pq.write_table(pa.table({"eenheid": np.arange(objects), "x": x, "y": y}), source)
    del x, y

    def work() -> int:
        placed(source, [division], Path(folder) / "plaats.parquet")
        return objects

    return measured(work)


def imports() -> Cost:
    """What a run imports: Dagster, dbt and our own definitions."""

    def work() -> None:
        import warehouse.definitions  # noqa: F401

    return measured(work)


def dbt_parse(folder: str) -> Cost:
    """What the first run after a change of the dbt project does."""
    import warehouse.definitions  # noqa: F401
    from assets.models import parse
    from warehouse.home import load_home

    place = load_home(Path(folder))

    def work() -> None:
        parse(place)

    return measured(work)


def great_expectations() -> Cost:
    """What the first check of a run imports."""
    import warehouse.definitions  # noqa: F401
    from expectations.bridge import _great_expectations

    def work() -> None:
        _great_expectations()

    return measured(work)


def steps(folder: str) -> list[dict[str, Any]]:
    """When the runs and steps of a home began and ended, as Dagster kept it."""
    os.environ["DAGSTER_HOME"] = str(Path(folder) / "dagster")
    import dagster as dg

    with dg.DagsterInstance.get() as instance:
        return [
            {
                "job": record.dagster_run.job_name,
                "started": record.start_time,
                "ended": record.end_time,
                "steps": {
                    step.step_key: (step.start_time or 0, step.end_time or 0)
                    for step in instance.get_run_step_stats(record.dagster_run.run_id)
                },
            }
            for record in instance.get_run_records(ascending=True)
        ]


def marts(folder: str) -> Cost:
    """What the nodes of the marts and their steps took in the last build of a home."""
    results = json.loads((Path(folder) / "dbt" / "target" / "run_results.json").read_text())
    seconds = sum(
        result["execution_time"]
        for result in results["results"]
        if (result.get("relation_name") or "").replace('"', "").split(".")[1:2]
        in (["marts"], ["stappen"])
    )
    return Cost(wall=seconds, cpu=seconds, peak_mb=0)


def rebuild(folder: str) -> Cost:
    """All months of a home once more, and of that what the nodes of the marts took."""
    from contextlib import closing

    from warehouse.home import load_home
    from warehouse.ledger import Ledger

    place = load_home(Path(folder))
    with closing(Ledger(place.ledger)) as ledger:
        ledger.open(ledger.known_months())
    _a_run(folder)
    return marts(folder)


def months(folder: str, delivered: str, first: str, last: int, repeats: int) -> dict[str, Any]:
    """A run per month; at the end the 2nd and the last again, turn about, from copies.

    Each run has a process of its own, forked from one in which everything is imported: start-up
    does not count, and nothing lingers from one month to the next.
    """
    import multiprocessing

    from warehouse.home import add_months, month_text, parse_month

    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["warehouse.definitions", "great_expectations"])
    place, source = Path(folder), Path(delivered)

    def a_month(number: int) -> Cost:
        text = month_text(add_months(parse_month(first), number - 1))
        for file in source.glob(f"*_{text}.*"):
            os.link(file, place / "landing" / file.name)
        with context.Pool(1) as pool:
            return pool.apply(_a_run, (folder,))

    def kept(number: int) -> Path:
        return place.with_name(f"{place.name}-before-{number}")

    costs: dict[int, list[Cost]] = {}
    for number in range(1, last + 1):
        if number in (2, last):
            shutil.copytree(place, kept(number))
        costs[number] = [a_month(number)]
    for _ in range(repeats - 1):
        for number in (2, last):
            shutil.rmtree(place)
            shutil.copytree(kept(number), place)
            costs[number].append(a_month(number))
    return {str(number): [vars(cost) for cost in each] for number, each in costs.items()}


def _a_run(folder: str) -> Cost:
    from warehouse.home import load_home
    from warehouse.run import run

    place = load_home(Path(folder))
    # A file that has only just landed is looked at twice, a second apart: not what is measured.
    for file in place.landing.iterdir():
        os.utime(file, (time.time() - 60, time.time() - 60))

    def work() -> None:
        summary = run(place)
        if not summary.ok:
            # Not SystemExit: a worker that leaves so is waited for without end.
            raise RuntimeError(f"the run did not go well: {summary}")

    return measured(work)


@contextmanager
def _intake(place: Home) -> Iterator[Intake]:
    from warehouse.contracts import load_contracts
    from warehouse.intake import Intake
    from warehouse.ledger import Ledger
    from warehouse.station import open_keys

    ledger = Ledger(place.ledger)
    try:
        yield Intake(place, ledger, open_keys(place), load_contracts())
    finally:
        ledger.close()


def _rows(file: Path) -> int:
    """The lines below the first; none of a zip, of which only who unpacks it knows."""
    if zipfile.is_zipfile(file):
        return 0
    with file.open("rb") as source:
        return sum(block.count(b"\n") for block in iter(lambda: source.read(1 << 20), b"")) - 1


if __name__ == "__main__":
    work: Callable[..., Any] = globals()[sys.argv[1]]
    print(told(work(**json.loads(sys.argv[2]))))
