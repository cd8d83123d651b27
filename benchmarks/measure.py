"""Measuring: a task in a process of its own, in seconds, CPU seconds and peak memory.

The process that measures imports next to nothing: a child's peak memory begins at its parent's.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

#: The last line that a task writes begins with this; what stands before it is chatter.
MARK = "measured: "
#: Seconds between two looks at a process that is watched.
_LOOK = 0.05


@dataclass(frozen=True)
class Cost:
    """What some work cost: wall and CPU seconds, the peak of its process in MB.

    ``rows`` and ``bytes`` are what was done, zero where that is not counted.
    """

    wall: float
    cpu: float
    peak_mb: float
    rows: int = 0
    bytes: int = 0

    @staticmethod
    def least(costs: Sequence[Cost]) -> Cost:
        """The cost of the same work done several times: what disturbs it only ever adds."""
        return Cost(
            min(cost.wall for cost in costs),
            min(cost.cpu for cost in costs),
            max(cost.peak_mb for cost in costs),
            costs[0].rows,
            costs[0].bytes,
        )


@dataclass(frozen=True)
class Sample:
    """A look at a process and its children: when, CPU seconds until then, resident MB."""

    at: float
    cpu: float
    mb: float


def measured(work: Callable[[], int | None], size: int = 0) -> Cost:
    """Do ``work`` in this process; it returns how many rows it did, of ``size`` bytes in all."""
    wall, cpu = time.perf_counter(), _cpu_seconds()
    rows = work()
    wall, cpu = time.perf_counter() - wall, _cpu_seconds() - cpu
    peak = max(resource.getrusage(who).ru_maxrss for who in _WHO)
    return Cost(wall, cpu, peak / 1024, rows or 0, size)


def in_a_process(task: str, **facts: Any) -> Any:
    """What a task of ``benchmarks.tasks`` tells, done in a process of its own."""
    return whole_and_told(task, **facts)[1]


def whole_and_told(task: str, **facts: Any) -> tuple[Cost, Any]:
    """What the whole process of a task cost, its start included, and what the task tells."""
    whole, output = _child([sys.executable, "-m", "benchmarks.tasks", task, json.dumps(facts)])
    last = output.strip().rpartition("\n")[2]
    if not last.startswith(MARK):
        raise SystemExit(f"the task {task} told nothing:\n{output}")
    return whole, json.loads(last.removeprefix(MARK))


def cost_of(task: str, **facts: Any) -> Cost:
    """The cost that a task tells."""
    return Cost(**in_a_process(task, **facts))


def told(result: Any) -> str:
    """What a task writes as its last line."""
    return MARK + json.dumps(asdict(result) if isinstance(result, Cost) else result)


def watched(arguments: Sequence[str]) -> tuple[Cost, list[Sample]]:
    """The cost of a whole command with all its children, and looks at it while it ran.

    There are no samples where the system does not tell of its processes in ``/proc``.
    """
    samples: list[Sample] = []
    cost, _ = _child(arguments, samples)
    return cost, samples


def between(samples: Sequence[Sample], begin: float, end: float) -> Cost:
    """What was used from ``begin`` to ``end`` (seconds since 1970), as the samples tell it."""
    inside = [sample for sample in samples if begin <= sample.at <= end]
    before = [sample for sample in samples if sample.at < begin][-1:]
    looks = [*before, *inside]
    cpu = looks[-1].cpu - looks[0].cpu if looks else 0.0
    return Cost(end - begin, cpu, max((sample.mb for sample in inside), default=0.0))


def _child(arguments: Sequence[str], samples: list[Sample] | None = None) -> tuple[Cost, str]:
    """A command's cost and what it wrote; what it complained of is shown when it fails."""
    begin = time.perf_counter()
    with tempfile.TemporaryFile("w+") as complaints:
        process = subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=complaints, text=True)
        ended = threading.Event()
        watcher = threading.Thread(target=_watch, args=(process.pid, samples, ended))
        if samples is not None:
            watcher.start()
        assert process.stdout  # noqa: S101 - it was asked for
        with process.stdout as stream:
            output = stream.read()
        _, status, used = os.wait4(process.pid, 0)
        wall = time.perf_counter() - begin
        ended.set()
        if samples is not None:
            watcher.join()
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            complaints.seek(0)
            raise SystemExit(
                f"{Path(arguments[0]).name} {' '.join(arguments[1:4])}"
                f" ended with {process.returncode}:\n{output}{complaints.read()}"
            )
    return Cost(wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024), output


def _watch(process: int, samples: list[Sample], ended: threading.Event) -> None:
    while not ended.wait(_LOOK):
        cpu = memory = 0.0
        for each in _family(process):
            try:
                fields = Path(f"/proc/{each}/stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            # utime, stime, and those of the children it waited for; then pages (proc(5)).
            cpu += sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")
            memory += int(fields[21]) * os.sysconf("SC_PAGE_SIZE") / (1 << 20)
        if memory:
            samples.append(Sample(time.time(), cpu, memory))


def _family(process: int) -> list[int]:
    """A process and all below it."""
    family = [process]
    for each in family:
        for listed in Path(f"/proc/{each}/task").glob("*/children"):
            try:
                family += map(int, listed.read_text().split())
            except OSError:
                continue
    return family


_WHO = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)


def _cpu_seconds() -> float:
    used = [resource.getrusage(who) for who in _WHO]
    return sum(usage.ru_utime + usage.ru_stime for usage in used)
