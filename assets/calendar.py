"""The check `leveringen_op_tijd` beside every delivery: what should have been here by now."""

from collections.abc import Mapping, Sequence
from contextlib import closing

import dagster as dg

from assets.deliveries import asset_key
from warehouse.calendar import CHECK, WARNING, Due, expected, judged
from warehouse.contracts import Contract
from warehouse.home import Home, today
from warehouse.ledger import CheckResult, Ledger


def calendar_checks(
    home: Home, contracts: Mapping[str, Contract]
) -> list[dg.AssetChecksDefinition]:
    """One check per delivery, over all gemeenten and months; it warns and never holds."""
    return [_check(home, contract) for contract in contracts.values()]


def calendar_keys(contracts: Mapping[str, Contract]) -> list[dg.AssetCheckKey]:
    """The keys of these checks."""
    return [dg.AssetCheckKey(asset_key(name), CHECK) for name in contracts]


def _check(home: Home, contract: Contract) -> dg.AssetChecksDefinition:
    @dg.asset_check(
        asset=asset_key(contract.name),
        name=CHECK,
        description="Van elke gemeente is er wat er volgens het contract nu moet zijn.",
        metadata={"ernst": WARNING},
    )
    def leveringen_op_tijd() -> dg.AssetCheckResult:
        try:
            with closing(Ledger(home.ledger)) as ledger:
                rows = expected({contract.name: contract}, home, ledger.versions(), today())
        except Exception as error:
            why = f"De controle zelf brak ({type(error).__name__})."
            return _shown(CheckResult(CHECK, "fout", "fout", why), [])
        return _shown(judged(rows), rows)

    return leveringen_op_tijd


def _shown(result: CheckResult, rows: Sequence[Due]) -> dg.AssetCheckResult:
    records = [
        dg.TableRecord(
            {
                "gemeente": row.gemeente,
                "levermaand": row.period,
                "uiterlijk": str(row.due),
                "staat": row.state.value,
            }
        )
        for row in rows
        if row.overdue
    ]
    columns = [dg.TableColumn(name) for name in ("gemeente", "levermaand", "uiterlijk", "staat")]
    error = result.outcome == "fout"
    return dg.AssetCheckResult(
        passed=result.outcome in ("geslaagd", "niet_van_toepassing"),
        severity=dg.AssetCheckSeverity.ERROR if error else dg.AssetCheckSeverity.WARN,
        description=result.description,
        metadata={
            "uitkomst": result.outcome,
            **result.counts,
            "ontbrekend": dg.MetadataValue.table(records, dg.TableSchema(columns)),
        },
    )
