"""How the outcome of a check looks in Dagster. Four outcomes, never fewer.

*geslaagd* passes; *gezakt* fails, as an error or as a warning; *niet van toepassing* passes and
says so in ``uitkomst``; *fout*, a check that itself broke, is an error.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import dagster as dg

from expectations.bridge import Outcome, Suite
from warehouse.ledger import CheckResult


def specs(suite: Suite, asset: dg.AssetKey) -> list[dg.AssetCheckSpec]:
    """The checks of a suite, as Dagster shows them beside an asset."""
    return [
        dg.AssetCheckSpec(
            name=check.name,
            asset=asset,
            description=f"{check.description} {check.why}",
            metadata={"ernst": check.severity},
        )
        for check in suite.checks
    ]


def kept(outcomes: Iterable[Outcome]) -> list[CheckResult]:
    """The outcomes as the ledger keeps them."""
    return [
        CheckResult(
            check=outcome.check,
            outcome=outcome.uitkomst,
            severity=outcome.severity,
            description=": ".join(filter(None, [outcome.description, ", ".join(outcome.parts)])),
            counts=outcome.counts,
        )
        for outcome in outcomes
    ]


def shown(
    results: Iterable[CheckResult], asset: dg.AssetKey, released_because: str | None = None
) -> Iterator[dg.AssetCheckResult]:
    """The outcomes as Dagster shows them; what a person let through warns, with their reason."""
    for result in results:
        error = (result.outcome == "fout" or result.severity == "fout") and not released_because
        metadata: dict[str, str | float] = {"uitkomst": result.outcome, **result.counts}
        if released_because and result.holds:
            metadata["vrijgegeven_omdat"] = released_because
        yield dg.AssetCheckResult(
            passed=result.outcome in ("geslaagd", "niet_van_toepassing"),
            asset_key=asset,
            check_name=result.check,
            severity=dg.AssetCheckSeverity.ERROR if error else dg.AssetCheckSeverity.WARN,
            description=result.description,
            metadata=metadata,
        )
