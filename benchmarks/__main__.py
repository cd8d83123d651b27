"""``python -m benchmarks [--persons N …] [--quick]``: measure every station and print one table."""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from benchmarks.measure import Cost, command, cost_of, in_a_process
from benchmarks.table import Table, slope

FIRST = "2023-01"
BRP, SUWINET = "brp_personen", "suwinet_inkomsten"


def main() -> None:
    """Measure, and print."""
    options = _options()
    table = Table()
    # The homes measured here have key sets of their own.
    os.environ.pop("DATAPAKHUIS_KEYSET", None)
    with tempfile.TemporaryDirectory(prefix="datapakhuis-bench-", dir=options.folder) as name:
        folder = Path(name)
        load = ", ".join(f"{load:.1f}" for load in os.getloadavg())
        print(f"{os.cpu_count()} cores, load {load}; working in {folder}", flush=True)
        the_stations(table, folder, options.persons, options.repeats)
        a_whole_run(table, folder, options.run_persons)
        month_after_month(
            table, folder, options.month_persons, options.months, options.month_repeats
        )
    print(f"\n{table}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--persons", type=int, nargs="+", help="sizes of the gemeente")
    parser.add_argument("--quick", action="store_true", help="small sizes: about two minutes")
    parser.add_argument("--folder", type=Path, help="where to work; else the temporary folder")
    options = parser.parse_args()
    quick = options.quick
    options.persons = sorted(options.persons or _SIZES[: 2 if quick else 3])
    options.repeats = 1 if quick else 3
    options.run_persons = 16_000 if quick else 160_000
    options.month_persons = 2_000 if quick else 16_000
    options.months = 3 if quick else 24
    options.month_repeats = 1 if quick else 4
    return options


_SIZES = [16_000, 160_000, 1_600_000]


def the_stations(table: Table, folder: Path, sizes: list[int], repeats: int) -> None:
    """Seal and gate for growing files, the gate beside DuckDB's own way to Parquet."""
    sealing, gating, ratios = dict[int, Cost](), dict[int, Cost](), dict[int, float]()
    for persons in sizes:
        place = folder / f"home-{persons}"
        file = _delivered(table, folder / str(persons), persons, 1, [BRP])[0]
        in_a_process("home", folder=str(place), first=FIRST)
        facts = {"folder": str(place), "file": str(file)}
        sealing[persons] = table.add("seal", persons, cost_of("seal", **facts))
        gates, others = [], []
        # Turn about, so that both meet the same disturbance.
        for _ in range(repeats):
            gates.append(cost_of("gate", **facts))
            others.append(cost_of("duckdb_copy", **facts))
        gating[persons] = table.add("gate, with raw Parquet", persons, Cost.least(gates))
        other = table.add("DuckDB, CSV to Parquet", persons, Cost.least(others))
        ratios[persons] = gating[persons].cpu / other.cpu
        file.unlink()
    for persons, ratio in ratios.items():
        table.hold(f"gate against DuckDB in CPU, {persons:,}", ratio, 3, "x")
    if len(sizes) > 1:
        step = f"{sizes[-2]:,} to {sizes[-1]:,} persons"
        growth = slope({n: sealing[n].cpu + gating[n].cpu for n in sizes})
        table.hold(f"growth of seal and gate in CPU (1 is linear), {step}", growth, 1.05)
        peaks = [gating[persons].peak_mb for persons in sizes]
        table.hold(f"growth of the gate's peak memory, {step}", peaks[-1] / peaks[-2], 1.3, "x")
    table.hold(f"peak memory of the gate, {sizes[-1]:,}", gating[sizes[-1]].peak_mb, 1500, " MB")


def a_whole_run(table: Table, folder: Path, persons: int) -> None:
    """Two months through the command line, and where the time of the first goes."""
    place = folder / "home-run"
    in_a_process("home", folder=str(place), first=FIRST)
    files = _delivered(table, folder / "run", persons, 2, [BRP, SUWINET])
    program = str(Path(sys.executable).with_name("datapakhuis"))
    seconds = []
    for number, label in enumerate(("run of a month, a new home", "run of the month after")):
        for file in files[2 * number : 2 * number + 2]:
            os.link(file, place / "landing" / file.name)
        begun = time.time()
        cost = table.add(label, persons, command([program, "run", "--home", str(place)]))
        seconds.append(cost.wall)
        _take_apart(table, place, begun, cost, label)
    table.hold(f"run of a month, {persons:,}", max(seconds), 45, " s")
    unparsed = str(folder / "home-unparsed")
    in_a_process("home", folder=unparsed, first=FIRST)
    for label, cost in (
        ("import of Dagster, dbt and our definitions", cost_of("imports")),
        ("dbt parse, when the project changed", cost_of("dbt_parse", folder=unparsed)),
        ("import of Great Expectations", cost_of("great_expectations")),
    ):
        table.add(f"start-up apart: {label}", 0, cost)


def _take_apart(table: Table, place: Path, begun: float, cost: Cost, label: str) -> None:
    """Where the seconds of a run went: start-up apart from work."""
    runs = [run for run in in_a_process("steps", folder=str(place)) if run["started"] >= begun]
    steps = {name: seconds for run in runs for name, seconds in run["steps"].items()}
    results = json.loads((place / "dbt" / "target" / "run_results.json").read_text())
    building = steps.pop("modellen")
    parts = {
        "start: Python, imports, definitions, dbt parse": runs[0]["started"] - begun,
        **{f"step {name}": seconds for name, seconds in sorted(steps.items())},
        "dbt before its first model": building - results["elapsed_time"],
        "dbt building and testing": results["elapsed_time"],
    }
    parts["Dagster around the steps, and the end"] = cost.wall - sum(parts.values())
    table.parts += [(f"{label}: {what}", seconds) for what, seconds in parts.items()]


def month_after_month(table: Table, folder: Path, persons: int, months: int, repeats: int) -> None:
    """The last month against the second: a month costs the same after years."""
    place, delivered = folder / "home-months", folder / "months"
    _delivered(table, delivered, persons, months, [BRP, SUWINET])
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
    for number, each in costs.items():
        table.add(f"run of month {number}, without start-up", persons, each[0])
    middle = {number: median(cost.cpu for cost in costs[number]) for number in (2, months)}
    table.hold(f"month {months} against month 2, in CPU", middle[months] / middle[2], 1.2, "x")


def _delivered(
    table: Table, folder: Path, persons: int, months: int, deliveries: list[str]
) -> list[Path]:
    cost = cost_of(
        "generate",
        folder=str(folder),
        persons=persons,
        months=months,
        first=FIRST,
        deliveries=deliveries,
    )
    table.add("generate", persons, cost)
    return sorted(folder.iterdir(), key=lambda path: (path.stem.rpartition("_")[2], path.name))


if __name__ == "__main__":
    main()
