"""What mart `armoede_buurt` must look like."""

from __future__ import annotations

from expectations.bridge import Check, Suite, relative_change
from expectations.datasets.common import UNIQUE_KEY
from warehouse.profile import Shape

#: A buurt can be all poor or all well off: only a share that is none is wrong.
SHAPE = Shape(
    key=("gemeente", "buurt", "maand", "armoede_definitie"),
    ranges={"pct_huishoudens_arm": (0, 100), "pct_personen_arm": (0, 100)},
)


def shares_are_shares(part: str, what: str) -> Check:
    """That a share of an area lies between 0 and 100 %."""
    return Check(
        name=f"aandeel_{what}_klopt",
        description=f"Het aandeel arme {what} ligt tussen 0 en 100 %.",
        why="Wie arm is, hoort bij wie bekend is; daarbuiten zijn teller en noemer van elkaar los "
        "geraakt.",
        measure="buiten_bereik",
        part=part,
        maximum=0,
    )


def areas(what: str, *, basis: int) -> Check:
    """Areas with a row, against the month before."""
    return Check(
        name="rijen_per_maand",
        description=f"Per gemeente en maand wijkt het aantal rijen hoogstens 20 % af van de maand "
        f"ervoor: {what} verdwijnen niet.",
        why="De indeling van het CBS verandert eens per jaar, op 1 januari. Komt er een definitie "
        "bij of valt er een af (een grens die er voor dat jaar niet is), dan slaat dit eens aan.",
        measure="rijen_per_maand",
        derive=relative_change,
        minimum=-0.20,
        maximum=0.20,
        severity="waarschuwing",
        needs_previous=True,
        minimum_basis=basis,
        optional=True,
    )


SUITE = Suite(
    name="mart_armoede_buurt",
    subject="armoede_buurt",
    checks=(
        UNIQUE_KEY,
        areas("buurten", basis=20),
        shares_are_shares("pct_huishoudens_arm", "huishoudens"),
        shares_are_shares("pct_personen_arm", "personen"),
    ),
)
