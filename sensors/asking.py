"""Asking for a run: once, and again when it failed, but not for ever.

Dagster asks once per ``run_key`` and never again. What waits here still lies there after a run was
killed. So each try has a key of its own, and how often was tried is read from Dagster's own runs.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import dagster as dg

from warehouse.run import QUIET

#: The tag that says what a run was asked for.
ASKED_FOR = "datapakhuis/gevraagd_om"
ATTEMPTS = 3
OVER = frozenset(
    {dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED}
)


def ask(
    instance: dg.DagsterInstance,
    what: str,
    *,
    once_done: str | None = None,
    tags: Mapping[str, str] | None = None,
    **options: Any,
) -> dg.RunRequest | str:
    """A request for a run for ``what``, or why there is none.

    ``once_done`` is the reason to ask no more after a run that ended well, although what it was
    asked for is still there.
    """
    runs = instance.get_runs(dg.RunsFilter(tags={ASKED_FOR: what}))
    if any(run.status not in OVER for run in runs):
        return f"{what}: a run is under way"
    if once_done and any(run.status is dg.DagsterRunStatus.SUCCESS for run in runs):
        return f"{what}: {once_done}"
    if len(runs) >= ATTEMPTS:
        return f"{what}: {ATTEMPTS} runs did not do it; see docs/runbook"
    return dg.RunRequest(
        run_key=f"{what} {len(runs) + 1}",
        run_config=QUIET,
        tags={**(tags or {}), ASKED_FOR: what},
        **options,
    )


def result(
    answers: list[dg.RunRequest | str], cursor: str | None = None, nothing: str = ""
) -> dg.SensorResult:
    """What a tick comes to: requests, or why there are none."""
    requests = [answer for answer in answers if isinstance(answer, dg.RunRequest)]
    reasons = [answer for answer in answers if isinstance(answer, str)]
    if requests:
        return dg.SensorResult(run_requests=requests, cursor=cursor)
    return dg.SensorResult(skip_reason="; ".join(reasons) or nothing, cursor=cursor)
