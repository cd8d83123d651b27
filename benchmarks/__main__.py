"""``python -m benchmarks [--quick]``: measure every station, and write ``benchmarks/REPORT.md``.

The report is written again after every section. With ``--quick`` or sizes of your own it is only
printed, unless ``--output`` names another file: the kept report is of the full sizes alone.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from statistics import median

from benchmarks.measure import Cost, between, cost_of, in_a_process, watched, whole_and_told
from benchmarks.outcome import Outcome
from benchmarks.report import Machine, Report
from benchmarks.table import ANALYST, FLOOR, OURS, Row, Side, Table, slope

FIRST = "2023-01"
BRP = "brp_personen"
#: Deliveries that come as XML, which is read at a speed that is held.
XML = ("bag_adressen", "jeugd_berichten", "suwinet_inkomsten", "wmo_berichten")
#: What the floor and the analyst know how to read.
COMPARED = ("bag_adressen", BRP, "cbs_gebieden", "suwinet_inkomsten")
REPORT = Path(__file__).with_name("REPORT.md")
RUN, NEXT_RUN = "run of a month in a new home", "run of the month after"
FEW = "run of a month of the four compared deliveries"
SEAL, GATE, COPY = "seal", "gate with raw Parquet", "DuckDB, CSV to Parquet"
READ, PLACE = "read", "place addresses in buurten"
MARTS = "dbt node time of the marts"
DEMO, YEAR = "datapakhuis demo, 20,000 persons and 6 months", "generate, months: 12"
_SIZES = [16_000, 160_000, 1_600_000]
#: What the analyst's script may use of the memory there is.
_MOST_MEMORY = 0.7


@dataclass(frozen=True)
class Options:
    """How much is measured, where, and where it is told."""

    sizes: list[int]
    run_sizes: list[int]
    repeats: int
    month_persons: int
    months: int
    month_repeats: int
    addresses: int
    most_mb: int
    folder: Path | None
    output: Path | None


def main() -> None:
    """Measure, write, print; ends with 1 when something could not be measured."""
    options = _options()
    table = Table()
    report = Report(table, Machine.this(), date.today(), options.output)
    # The homes measured here have key sets of their own.
    os.environ.pop("DATAPAKHUIS_KEYSET", None)
    # When dbt began with a model, and what each took, stands in what it writes then.
    os.environ["DBT_WRITE_JSON"] = "true"
    with tempfile.TemporaryDirectory(prefix="datapakhuis-bench-", dir=options.folder) as name:
        load = ", ".join(f"{load:.1f}" for load in os.getloadavg())
        print(f"{report.machine}; load {load}; working in {name}", flush=True)
        for title, section in _sections(table, Path(name), options):
            begun = time.perf_counter()
            with _kept_whole(table, title):
                section()
            report.write(finished=False)
            print(f"{title}: {time.perf_counter() - begun:.0f} s", flush=True)
    report.write(finished=True)
    print(f"\n{report.text(finished=True)}")
    sys.exit(1 if table.broken else 0)


def _options() -> Options:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--persons", type=int, nargs="+", help="sizes of the gemeente")
    parser.add_argument("--quick", action="store_true", help="small sizes, for a look")
    parser.add_argument("--folder", type=Path, help="where to work; else the temporary folder")
    parser.add_argument("--output", type=Path, help="the file to write the report in")
    parser.add_argument("--most-memory", type=float, help="GB that the analyst's script may use")
    given = parser.parse_args()
    quick = given.quick
    sizes = sorted(given.persons or _SIZES[: 2 if quick else 3])
    whole = not quick and sizes == _SIZES
    if given.output and given.output.resolve() == REPORT and not whole:
        parser.error("REPORT.md is of the full sizes alone: name another file")
    memory = Machine.this().memory_gb * _MOST_MEMORY
    return Options(
        sizes=sizes,
        # A run of ten Zaanstads takes half an hour, and tells no more than its stations do.
        run_sizes=sizes[:1] if quick else sizes[:2],
        repeats=1 if quick else 3,
        month_persons=2_000 if quick else 16_000,
        months=3 if quick else 24,
        month_repeats=1 if quick else 3,
        addresses=160_000 if quick else 1_600_000,
        most_mb=round((given.most_memory or memory) * 1024),
        folder=given.folder,
        output=given.output or (REPORT if whole else None),
    )


@contextmanager
def _kept_whole(table: Table, title: str) -> Iterator[None]:
    """A section that breaks is told in the report, without a path, and the next one goes on."""
    try:
        yield
    except (Exception, SystemExit) as error:
        traceback.print_exc()
        table.broken.append(f"{title}: {type(error).__name__}, see the output")


def _sections(
    table: Table, folder: Path, options: Options
) -> Iterator[tuple[str, Callable[[], None]]]:
    """What is measured, in order; the deliveries of a size are gone once it is done."""
    for persons in options.sizes:
        runs = persons in options.run_sizes
        place = folder / str(persons)
        files: list[Path] = []

        def deliver(persons: int = persons, runs: bool = runs, files: list[Path] = files) -> None:
            chosen = None if runs else [BRP]
            files += _delivered(table, folder / str(persons), persons, 2 if runs else 1, chosen)

        def stations(persons: int = persons, files: list[Path] = files) -> None:
            first = [file for file in files if file.stem.endswith(FIRST)]
            the_stations(table, folder, persons, first, options.repeats)

        def run(persons: int = persons, files: list[Path] = files) -> None:
            a_whole_run(table, folder, persons, files)

        def sides(persons: int = persons, place: Path = place) -> None:
            the_other_ways(table, folder, persons, place, options.most_mb)

        yield f"generate, {persons:,}", deliver
        yield f"stations, {persons:,}", stations
        if runs:
            yield f"run, {persons:,}", run
            yield f"three ways, {persons:,}", sides
        shutil.rmtree(place, ignore_errors=True)
    yield "places", lambda: the_places(table, folder, options.addresses)
    yield "start-up", lambda: the_start(table, folder)
    yield "a year", lambda: a_year(table, folder, options.sizes)
    yield "demo", lambda: the_demo(table, folder)
    yield (
        "months",
        lambda: month_after_month(
            table, folder, options.month_persons, options.months, options.month_repeats
        ),
    )
    yield "targets", lambda: the_targets(table)


def the_stations(table: Table, folder: Path, persons: int, files: list[Path], repeats: int) -> None:
    """Seal and gate for each delivery, the gate of the BRP beside DuckDB's own way to Parquet."""
    place = folder / f"home-{persons}"
    in_a_process("home", folder=str(place), first=FIRST)
    for file in files:
        delivery = _delivery(file)
        facts = {"folder": str(place), "file": str(file)}
        table.add(f"{SEAL} {delivery}", persons, cost_of("seal", **facts))
        gates, others, readings = [], [], []
        # Turn about, so that both meet the same disturbance.
        for _ in range(repeats):
            gates.append(cost_of("gate", **facts))
            if delivery == BRP:
                others.append(cost_of("duckdb_copy", **facts))
            readings.append(cost_of("read", file=str(file), delivery=delivery))
        table.add(f"{GATE} {delivery}", persons, Cost.least(gates))
        table.add(f"{READ} {delivery}", persons, Cost.least(readings))
        if others:
            table.add(COPY, persons, Cost.least(others))
    shutil.rmtree(place)


def a_whole_run(table: Table, folder: Path, persons: int, files: list[Path]) -> None:
    """Two months through the command line, and where the time of each goes.

    Before them one month of the deliveries that the other ways know, to be compared with.
    """
    first, second = sorted({_month(file) for file in files})
    few = [file for file in files if _month(file) == first and _delivery(file) in COMPARED]
    for label, chosen in (
        (FEW, few),
        (RUN, [file for file in files if _month(file) == first]),
        (NEXT_RUN, [file for file in files if _month(file) == second]),
    ):
        place = folder / f"home-{'few' if label == FEW else 'run'}-{persons}"
        if not place.exists():
            in_a_process("home", folder=str(place), first=FIRST)
        for file in chosen:
            os.link(file, place / "landing" / file.name)
        begun = time.time()
        cost, samples = watched([_program(), "run", "--home", str(place)])
        size = sum(file.stat().st_size for file in chosen)
        table.add(label, persons, replace(cost, bytes=size))
        if label != FEW:
            table.add(f"{MARTS}, {label}", persons, cost_of("marts", folder=str(place)))
        if label == FEW:
            found = Outcome(**in_a_process("outcome", folder=str(place), kind="home"))
            (folder / f"outcome-{persons}.json").write_text(json.dumps(vars(found)))
        runs = [run for run in in_a_process("steps", folder=str(place)) if run["started"] >= begun]
        parts = [
            (what, between(samples, begin, end))
            for what, begin, end in _windows(place, runs, begun)
        ]
        rest = cost.wall - sum(part.wall for _, part in parts)
        cpu = max(cost.cpu - sum(part.cpu for _, part in parts), 0)
        parts.append(("Dagster around the steps, and the end", Cost(rest, cpu, 0)))
        table.parts.setdefault(label, []).extend(Row(what, persons, part) for what, part in parts)
        if label == FEW:
            start = parts[0][1].wall
            table.sides.append(Side(persons, OURS, cost, start, found.placed))
    for kind in ("few", "run"):
        shutil.rmtree(folder / f"home-{kind}-{persons}")


def _program() -> str:
    return str(Path(sys.executable).with_name("datapakhuis"))


def _windows(
    place: Path, runs: list[dict[str, object]], begun: float
) -> Iterator[tuple[str, float, float]]:
    """The parts of a run with their begin and end: start-up apart from work, dbt in two."""
    yield "start: Python, imports, definitions, dbt parse", begun, _number(runs[0]["started"])
    results = json.loads((place / "dbt" / "target" / "run_results.json").read_text())
    for run in runs:
        steps = run["steps"]
        assert isinstance(steps, dict)  # noqa: S101 - as the task tells it
        for name, (begin, end) in sorted(steps.items(), key=lambda step: step[1]):
            if name == "modellen":
                models = end - results["elapsed_time"]
                yield "dbt before its first model", begin, models
                yield "dbt building and testing", models, end
            else:
                yield f"step {name}", begin, end


def _number(value: object) -> float:
    assert isinstance(value, int | float)  # noqa: S101 - as the task tells it
    return float(value)


def the_other_ways(table: Table, folder: Path, persons: int, delivered: Path, most_mb: int) -> None:
    """The same month by the floor and the analyst; each must come to what we came to."""
    kept = folder / f"outcome-{persons}.json"
    expected = Outcome(**json.loads(kept.read_text())) if kept.exists() else None
    for file in delivered.iterdir():
        if _delivery(file) not in COMPARED:
            file.unlink()
    for way in (FLOOR, ANALYST):
        facts: dict[str, str | int] = {"folder": str(delivered), "month": FIRST}
        if way == ANALYST:
            facts["most_mb"] = most_mb
            if why := _too_large(table, persons, most_mb):
                table.sides.append(Side(persons, way, note=why))
                continue
        to = folder / f"{way}-{persons}"
        try:
            whole, told = whole_and_told(way, to=str(to), **facts)
        except SystemExit as error:
            if way != ANALYST or not _for_want_of_memory(str(error)):
                raise
            table.sides.append(Side(persons, way, note=_want(most_mb)))
            continue
        found = Outcome(**in_a_process("outcome", folder=str(to), kind="folder"))
        shutil.rmtree(to)
        other = found.differs_from(expected) if expected else ["no run of ours to compare with"]
        if other:
            table.sides.append(Side(persons, way, note="not compared"))
            table.broken.append(f"{way}, {persons:,}: not the same work ({', '.join(other)})")
            continue
        start = whole.wall - Cost(**told).wall
        table.sides.append(Side(persons, way, whole, start, found.placed))


def _too_large(table: Table, persons: int, most_mb: int) -> str:
    """Why the analyst's script is not tried: its memory grows with the gemeente."""
    known = {s.persons: s.whole for s in table.sides if s.way == ANALYST and s.whole}
    smaller = max((n for n in known if n < persons), default=0)
    if not smaller:
        return ""
    expected = known[smaller].peak_mb * persons / smaller
    if expected <= most_mb:
        return ""
    return f"not run; by its growth it needs {expected / 1024:.0f} GB"


def _for_want_of_memory(complaint: str) -> bool:
    words = ("MemoryError", "OutOfMemory", "bad_alloc", "malloc of size", "realloc of size")
    return any(word in complaint for word in words) or "ended with -9" in complaint


def _want(most_mb: int) -> str:
    return f"ended for want of memory: it may use {most_mb / 1024:.0f} GB"


def the_places(table: Table, folder: Path, addresses: int) -> None:
    """Addresses in a division of a hundred buurten."""
    cost = cost_of("place_addresses", folder=str(folder), objects=addresses)
    table.add(f"{PLACE}: {addresses:,}", 0, cost)
    table.hold(f"{PLACE}: {addresses:,}", cost.wall, 60, " s")


def a_year(table: Table, folder: Path, sizes: list[int]) -> None:
    """The deliveries of a year, of 160,000 persons where such a size is measured."""
    persons = 160_000 if 160_000 in sizes else sizes[0]
    _delivered(table, folder / "year", persons, 12)
    shutil.rmtree(folder / "year")


def the_demo(table: Table, folder: Path) -> None:
    """What a newcomer sees first, from the command to the answers."""
    place = folder / "demo"
    cost, _ = watched([_program(), "demo", "--home", str(place)])
    table.add(DEMO, 20_000, cost)
    shutil.rmtree(place)


def the_start(table: Table, folder: Path) -> None:
    """What a run does before there is any work, each apart."""
    unparsed = str(folder / "home-unparsed")
    in_a_process("home", folder=unparsed, first=FIRST)
    for label, cost in (
        ("import of Dagster, dbt and our definitions", cost_of("imports")),
        ("dbt parse, when the project changed", cost_of("dbt_parse", folder=unparsed)),
        ("import of Great Expectations", cost_of("great_expectations")),
    ):
        table.add(f"start-up: {label}", 0, cost)


def month_after_month(table: Table, folder: Path, persons: int, months: int, repeats: int) -> None:
    """The last month against the second: a month costs the same after years."""
    place, delivered = folder / "home-months", folder / "months"
    _delivered(table, delivered, persons, months)
    in_a_process("home", folder=str(place), first=FIRST)
    costs = {
        int(number): [Cost(**cost) for cost in each]
        for number, each in in_a_process(
            "months",
            folder=str(place),
            delivered=str(delivered),
            first=FIRST,
            last=months,
            repeats=repeats,
        ).items()
    }
    table.months += [Row(str(number), persons, each[0]) for number, each in costs.items()]
    middle = {number: median(cost.cpu for cost in costs[number]) for number in (2, months)}
    table.hold(f"month {months} against month 2, in CPU", middle[months] / middle[2], 1.2, "x")
    # By then corrections reach as far back as they ever will.
    half = months // 2
    grown = costs[months][0].cpu / costs[half][0].cpu
    table.hold(f"month {months} against month {half}, in CPU", grown, 1.2, "x")
    again = cost_of("rebuild", folder=str(place))
    table.add(f"{MARTS}, {months} months again", persons, again)
    table.hold(f"{MARTS}, {months} months again, {persons:,}", again.wall, 240, " s")


def the_targets(table: Table) -> None:
    """Hold what was measured to what it may be; what was not measured is not held."""
    gates, copies = table.costs(f"{GATE} {BRP}"), table.costs(COPY)
    seals = table.costs(f"{SEAL} {BRP}")
    for persons in gates.keys() & copies.keys():
        ratio = gates[persons].cpu / copies[persons].cpu
        table.hold(f"gate against DuckDB in CPU, {persons:,}", ratio, 3, "x")
    sizes = sorted(gates.keys() & seals.keys())
    if len(sizes) > 1:
        step = f"{sizes[-2]:,} to {sizes[-1]:,} persons"
        grown = slope({n: seals[n].cpu + gates[n].cpu for n in sizes})
        table.hold(f"growth of seal and gate in CPU (1 is linear), {step}", grown, 1.05)
        peaks = [gates[persons].peak_mb for persons in sizes]
        table.hold(f"growth of the gate's peak memory, {step}", peaks[-1] / peaks[-2], 1.3, "x")
    if sizes:
        peak = gates[sizes[-1]].peak_mb
        table.hold(f"peak memory of the gate, {sizes[-1]:,}", peak, 1500, " MB")
    for delivery in XML:
        for persons, read in table.costs(f"{READ} {delivery}").items():
            # Of a small file the start is measured.
            if read.bytes > 5e6:
                seconds = read.wall / (read.bytes / 30e6)
                table.hold(f"{READ} {delivery} against 30 MB/s, {persons:,}", seconds, 1, "x")
    for label in (RUN, NEXT_RUN):
        if cost := table.costs(label).get(160_000):
            table.hold(f"{label}, 160,000", cost.wall, 90, " s")
            table.hold(f"peak memory of the {label}, 160,000", cost.peak_mb, 3_000, " MB")
        if cost := table.costs(f"{MARTS}, {label}").get(160_000):
            table.hold(f"{MARTS}, {label}, 160,000", cost.wall, 15, " s")
    if cost := table.costs(YEAR).get(160_000):
        table.hold(f"{YEAR}, 160,000", cost.wall, 120, " s")
    if cost := table.costs(DEMO).get(20_000):
        table.hold(DEMO, cost.wall, 120, " s")


def _delivered(
    table: Table, folder: Path, persons: int, months: int, deliveries: list[str] | None = None
) -> list[Path]:
    """Deliveries of so many months, by month: all that the demo knows, or only some."""
    cost = cost_of(
        "generate",
        folder=str(folder),
        persons=persons,
        months=months,
        first=FIRST,
        deliveries=deliveries,
    )
    table.add(f"generate, months: {months}", persons, cost)
    return sorted(folder.iterdir(), key=lambda path: (_month(path), path.name))


def _month(file: Path) -> str:
    return file.stem.rpartition("_")[2]


def _delivery(file: Path) -> str:
    return file.stem.rsplit("_", 2)[0]


if __name__ == "__main__":
    main()
