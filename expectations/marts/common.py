"""Checks that suites of several marts share."""

from __future__ import annotations

from expectations.bridge import Check, relative_change


def volume(why: str, *, share: float = 0.10) -> Check:
    """Rows of a gemeente and month that differ at most ``share`` from the month before."""
    return Check(
        name="rijen_per_maand",
        description=f"Per gemeente en maand wijkt het aantal rijen hoogstens {share:.0%} af van de "
        "maand ervoor.".replace("%", " %"),
        why=why,
        measure="rijen_per_maand",
        derive=relative_change,
        minimum=-share,
        maximum=share,
        severity="waarschuwing",
        needs_previous=True,
        minimum_basis=50,
        optional=True,
    )


#: Of a mart with ``pct_in_beeld`` and the range of a share in its shape.
SHARE_IN_SIGHT = Check(
    name="aandeel_in_beeld_klopt",
    description="Het deel in beeld ligt tussen 0 en 100 %.",
    why="Wie in beeld is, hoort bij wie beoordeeld is; daarbuiten zijn teller en noemer van elkaar "
    "los geraakt.",
    measure="buiten_bereik",
    part="pct_in_beeld",
    maximum=0,
)
