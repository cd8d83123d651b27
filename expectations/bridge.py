"""The one bridge from a suite of checks to outcomes, by way of Great Expectations.

A suite judges a profile (``warehouse.profile``): figures, never rows of persons. Each check picks
figures, derives one number from each, and lets Great Expectations hold those numbers to bounds.
What belongs here: running a suite and telling the four outcomes apart. What does not: bounds.

Why so guarded: Great Expectations reports an expectation that broke as one that failed, and its
results and exceptions can carry values. So a check that broke is an outcome of its own, it holds
even where the check would only warn, and of an exception only the name of its class comes out.
"""

from __future__ import annotations

import logging
import os
import re
import warnings
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from warehouse.ledger import holds

if TYPE_CHECKING:
    from great_expectations.data_context.data_context.abstract_data_context import (
        AbstractDataContext,
    )

Uitkomst = Literal["geslaagd", "gezakt", "niet_van_toepassing", "fout"]
Severity = Literal["fout", "waarschuwing"]
Derive = Callable[[pd.DataFrame], "pd.Series[float]"]

# What may name a part in an outcome: a column, object, reason or gemeente-month of our own making.
_PART = re.compile(r"(?!.*[0-9]{7})[A-Za-z_][A-Za-z0-9_.]{0,80}( [0-9]{4}-[0-9]{2})?")
_MOST_PARTS = 10
_NOT_APPLICABLE = {
    "maat_afwezig": "er is niets om dit mee te meten",
    "geen_vorige_maand": "er is geen vorige maand om mee te vergelijken",
    "te_weinig_eenheden": "er zijn te weinig eenheden om over te oordelen",
}


class MissingMeasure(Exception):  # noqa: N818 - the name is the code in the outcome
    """The profile lacks a figure that the check cannot do without."""


class UndefinedValue(Exception):  # noqa: N818
    """A figure that should be a number is none."""


class NothingEvaluated(Exception):  # noqa: N818
    """Great Expectations looked at no value at all, or gave no result for the check."""


class ExpectationRaised(Exception):  # noqa: N818
    """Great Expectations caught an exception in the expectation itself."""


class EmptySuite(Exception):  # noqa: N818
    """A suite without checks would pass anything."""


def level(rows: pd.DataFrame) -> pd.Series[float]:
    """The figure itself."""
    return rows["waarde"]


def change(rows: pd.DataFrame) -> pd.Series[float]:
    """The difference with the month before, in the figure's own unit (0.05 = 5 points)."""
    return rows["waarde"] - rows["vorige"]


def relative_change(rows: pd.DataFrame) -> pd.Series[float]:
    """The difference as a share of the month before (-0.5 = halved)."""
    return change(rows) / rows["vorige"]


def excess_change(share: float, units: float) -> Derive:
    """By how many units the change exceeds ``share`` of the month before, or ``units`` if more."""

    def derive(rows: pd.DataFrame) -> pd.Series[float]:
        allowed = (rows["vorige"] * share).clip(lower=units)
        return change(rows).abs() - allowed

    return derive


def shortfall(share: float, units: float) -> Derive:
    """By how many units the loss exceeds ``share`` of the month before, or ``units`` if more."""

    def derive(rows: pd.DataFrame) -> pd.Series[float]:
        allowed = (rows["vorige"] * share).clip(lower=units)
        return -change(rows) - allowed

    return derive


@dataclass(frozen=True)
class Check:
    """One rule about a whole delivery or dataset.

    It picks the figures of ``measure`` (of one ``part``, or of all), leaves out those that rest on
    fewer than ``minimum_basis`` units, derives a number from each, and holds these to the bounds,
    which are inclusive. ``why`` says where the bound comes from. Severity ``fout`` holds the
    delivery when the check fails, ``waarschuwing`` only shows it. ``optional``: the figure may be
    absent; then the check does not apply.
    """

    name: str
    description: str
    why: str
    measure: str
    part: str | None = None
    derive: Derive = level
    minimum: float | None = None
    maximum: float | None = None
    severity: Severity = "fout"
    needs_previous: bool = False
    minimum_basis: float = 1
    optional: bool = False
    expectation: str = "ExpectColumnValuesToBeBetween"


@dataclass(frozen=True)
class Suite:
    """The checks that judge one delivery or dataset, ``subject``."""

    name: str
    subject: str
    checks: tuple[Check, ...]

    def __post_init__(self) -> None:
        names = [check.name for check in self.checks]
        if len(set(names)) != len(names):
            raise ValueError(f"two checks of suite {self.name} have the same name")


@dataclass(frozen=True)
class Outcome:
    """What came of one check; safe to show, log and keep.

    ``counts`` holds numbers over many rows only, ``code`` why a check did not apply or what class
    of exception broke it, ``parts`` the columns, reasons or months that failed (ten at most).
    """

    check: str
    uitkomst: Uitkomst
    severity: Severity
    description: str
    counts: dict[str, float | int] = field(default_factory=dict)
    code: str = ""
    parts: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether what was judged must not become current."""
        return holds(self.uitkomst, self.severity)


def judge(
    suite: Suite | Callable[[], Suite], profile: pd.DataFrame | Callable[[], pd.DataFrame]
) -> list[Outcome]:
    """One outcome per check, in the order of the suite; never an exception, never an empty list.

    Suite and profile may be given as functions that make them: what breaks there is an outcome too.
    """
    try:
        suite = suite() if callable(suite) else suite
    except Exception as error:  # whatever broke, it must hold
        return [_no_suite("suite", error)]
    if not suite.checks:
        return [_no_suite(suite.name, EmptySuite())]
    try:
        frame = profile() if callable(profile) else profile
    except Exception as error:
        return [_broken(check, error) for check in suite.checks]

    done: dict[str, Outcome] = {}
    open_checks: dict[str, tuple[Check, pd.DataFrame]] = {}
    for check in suite.checks:
        try:
            rows = _select(check, frame)
            if isinstance(rows, str):
                done[check.name] = _not_applicable(check, rows)
            else:
                open_checks[check.name] = (check, rows)
        except Exception as error:
            done[check.name] = _broken(check, error)
    done |= _judged(suite.name, open_checks)
    return [done[check.name] for check in suite.checks]


def _select(check: Check, frame: pd.DataFrame) -> pd.DataFrame | str:
    """The figures to judge, with the derived number in ``afgeleid``; or why there are none."""
    rows = frame[frame["maat"] == check.measure]
    if check.part is not None:
        rows = rows[rows["onderdeel"] == check.part]
    if rows.empty:
        if check.optional:
            return "maat_afwezig"
        raise MissingMeasure
    rows = rows.astype(dict.fromkeys(("waarde", "vorige", "basis"), "float64"))
    if check.needs_previous:
        rows = rows[rows["vorige"].notna()]
        if rows.empty:
            return "geen_vorige_maand"
    rows = rows[~(rows["basis"] < check.minimum_basis)]
    if rows.empty:
        return "te_weinig_eenheden"
    # 0.95 - 1.00 must lie on a bound of -0.05, not a hair below it.
    derived = check.derive(rows).astype("float64").round(9)
    if not np.isfinite(derived).all():
        raise UndefinedValue
    return rows.assign(afgeleid=derived).reset_index(drop=True)


def _judged(name: str, open_checks: Mapping[str, tuple[Check, pd.DataFrame]]) -> dict[str, Outcome]:
    """The outcomes of the checks that apply, from one validation."""
    if not open_checks:
        return {}
    try:
        results = _validate(name, open_checks)
    except Exception as error:
        return {key: _broken(check, error) for key, (check, _) in open_checks.items()}
    outcomes = {}
    for key, (check, rows) in open_checks.items():
        try:
            outcomes[key] = _outcome(check, rows, results.get(key))
        except Exception as error:
            outcomes[key] = _broken(check, error)
    return outcomes


def _validate(name: str, open_checks: Mapping[str, tuple[Check, pd.DataFrame]]) -> dict[str, Any]:
    """What Great Expectations says per check: a result, or the exception that making it raised.

    Every check has a column of its own; shorter columns end in nulls, which are not judged.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        gx, context = _great_expectations()
        suite = gx.ExpectationSuite(name=name)
        results: dict[str, Any] = {}
        for key, (check, _) in open_checks.items():
            try:
                suite.add_expectation(
                    getattr(gx.expectations, check.expectation)(
                        column=key,
                        min_value=check.minimum,
                        max_value=check.maximum,
                        meta={"check": key},
                    )
                )
            except Exception as error:
                results[key] = error
        batch = (
            context.data_sources.add_pandas(name)
            .add_dataframe_asset(name)
            .add_batch_definition_whole_dataframe(name)
            .get_batch({"dataframe": _columns(open_checks)})
        )
        validation = batch.validate(
            suite, result_format={"result_format": "SUMMARY", "partial_unexpected_count": 0}
        )
    for result in validation.results:
        if result.expectation_config is not None:
            results[(result.expectation_config.meta or {}).get("check", "")] = result
    return results


def _great_expectations() -> tuple[Any, AbstractDataContext]:
    """Great Expectations and a context of it that writes, sends, prints and logs nothing.

    Imported here: it costs seconds and 250 MB in every process that would import this module.
    """
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    # Its modules set levels of their own, and log whole exceptions; so cut them off at the root.
    log = logging.getLogger("great_expectations")
    log.handlers = [logging.NullHandler()]
    log.propagate = False

    import great_expectations as gx
    from great_expectations.data_context.types.base import (
        DataContextConfig,
        InMemoryStoreBackendDefaults,
        ProgressBarsConfig,
    )

    # By default an ephemeral context still makes a folder for its documentation site.
    configuration = DataContextConfig(
        store_backend_defaults=InMemoryStoreBackendDefaults(init_temp_docs_sites=False),
        analytics_enabled=False,
        progress_bars=ProgressBarsConfig(globally=False),
    )
    return gx, gx.get_context(mode="ephemeral", project_config=configuration)


def _columns(open_checks: Mapping[str, tuple[Check, pd.DataFrame]]) -> pd.DataFrame:
    return pd.DataFrame({key: rows["afgeleid"] for key, (_, rows) in open_checks.items()})


def _outcome(check: Check, rows: pd.DataFrame, result: Any) -> Outcome:
    if isinstance(result, Exception):
        raise result
    if result is None:
        raise NothingEvaluated
    if _raised(result.exception_info):
        raise ExpectationRaised
    evaluated = result.result["element_count"] - result.result["missing_count"]
    if evaluated != len(rows):
        raise NothingEvaluated
    counts = {
        "beoordeeld": int(evaluated),
        "afwijkend": int(result.result["unexpected_count"]),
        **_figures(check, rows),
    }
    if result.success:
        return Outcome(check.name, "geslaagd", check.severity, check.description, counts)
    outside = rows[
        (rows["afgeleid"] < (-np.inf if check.minimum is None else check.minimum))
        | (rows["afgeleid"] > (np.inf if check.maximum is None else check.maximum))
    ]
    return Outcome(
        check.name,
        "gezakt",
        check.severity,
        check.description,
        counts,
        parts=_names(outside["onderdeel"]),
    )


def _raised(info: Mapping[str, Any] | None) -> bool:
    """Whether an exception was caught; told either at the top or per metric, below its name."""
    if not info:
        return False
    below = (value for value in info.values() if isinstance(value, Mapping))
    return bool(info.get("raised_exception")) or any(v.get("raised_exception") for v in below)


def _figures(check: Check, rows: pd.DataFrame) -> dict[str, float | int]:
    """The figures an outcome may show: one pair, or the range of what was derived from many."""
    shown: dict[str, float | int]
    if len(rows) == 1:
        shown = {name: float(rows[name].iloc[0]) for name in ("waarde", "vorige")}
    else:
        shown = {"laagste": float(rows["afgeleid"].min()), "hoogste": float(rows["afgeleid"].max())}
    if check.minimum is not None:
        shown["ondergrens"] = check.minimum
    if check.maximum is not None:
        shown["bovengrens"] = check.maximum
    return {name: value for name, value in shown.items() if np.isfinite(value)}


def _names(parts: Iterable[str]) -> tuple[str, ...]:
    named = [part for part in parts if part]
    return tuple(
        part if _PART.fullmatch(part) else "(niet te tonen)" for part in named[:_MOST_PARTS]
    )


def _not_applicable(check: Check, code: str) -> Outcome:
    text = f"{check.description} Niet van toepassing: {_NOT_APPLICABLE[code]}."
    return Outcome(check.name, "niet_van_toepassing", check.severity, text, code=code)


def _broken(check: Check, error: Exception) -> Outcome:
    code = type(error).__name__
    text = f"{check.description} De controle zelf is mislukt ({code})."
    return Outcome(check.name, "fout", check.severity, text, code=code)


def _no_suite(name: str, error: Exception) -> Outcome:
    code = type(error).__name__
    return Outcome(name, "fout", "fout", f"Er is niets gecontroleerd ({code}).", code=code)
