"""Measuring: a task in a process of its own, in seconds, CPU seconds and peak memory.

The process that measures imports next to nothing: a child's peak memory begins at its parent's.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

#: The last line that a task writes begins with this; what stands before it is chatter.
MARK = "measured: "


@dataclass(frozen=True)
class Cost:
    """What some work cost: wall and CPU seconds, the peak of its process in MB, rows done."""

    wall: float
    cpu: float
    peak_mb: float
    rows: int = 0

    @staticmethod
    def least(costs: Sequence[Cost]) -> Cost:
        """The cost of the same work done several times: what disturbs it only ever adds."""
        return Cost(
            min(cost.wall for cost in costs),
            min(cost.cpu for cost in costs),
            max(cost.peak_mb for cost in costs),
            costs[0].rows,
        )


def measured(work: Callable[[], int | None]) -> Cost:
    """Do ``work`` in this process; it returns how many rows it did."""
    wall, cpu = time.perf_counter(), _cpu_seconds()
    rows = work()
    wall, cpu = time.perf_counter() - wall, _cpu_seconds() - cpu
    peak = max(resource.getrusage(who).ru_maxrss for who in _WHO)
    return Cost(wall, cpu, peak / 1024, rows or 0)


def in_a_process(task: str, **facts: Any) -> Any:
    """What a task of ``benchmarks.tasks`` tells, done in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.tasks", task, json.dumps(facts)],
        capture_output=True,
        text=True,
        check=False,
    )
    last = done.stdout.strip().rpartition("\n")[2]
    if done.returncode or not last.startswith(MARK):
        raise SystemExit(f"the task {task} failed:\n{done.stdout}{done.stderr}")
    return json.loads(last.removeprefix(MARK))


def cost_of(task: str, **facts: Any) -> Cost:
    """The cost that a task tells."""
    return Cost(**in_a_process(task, **facts))


def told(result: Any) -> str:
    """What a task writes as its last line."""
    return MARK + json.dumps(asdict(result) if isinstance(result, Cost) else result)


def command(arguments: Sequence[str]) -> Cost:
    """The cost of a whole command with all its children; its output is shown when it fails."""
    begin = time.perf_counter()
    process = subprocess.Popen(
        arguments,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout  # noqa: S101 - it was asked for
    output = process.stdout.read()
    _, status, used = os.wait4(process.pid, 0)
    wall = time.perf_counter() - begin
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{arguments[0]} ended with {process.returncode}:\n{output}")
    return Cost(wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


_WHO = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)


def _cpu_seconds() -> float:
    used = [resource.getrusage(who) for who in _WHO]
    return sum(usage.ru_utime + usage.ru_stime for usage in used)
