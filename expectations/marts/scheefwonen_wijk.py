"""What mart `scheefwonen_wijk` must look like."""

from __future__ import annotations

from expectations.bridge import Check, Suite, relative_change
from expectations.datasets.common import UNIQUE_KEY
from expectations.marts.scheefwonen_buurt import SHARES, SHARES_ARE_SHARES
from warehouse.profile import Shape

SHAPE = Shape(key=("gemeente", "wijk", "maand", "profiel"), ranges=SHARES)

SUITE = Suite(
    name="mart_scheefwonen_wijk",
    subject="scheefwonen_wijk",
    checks=(
        UNIQUE_KEY,
        SHARES_ARE_SHARES,
        Check(
            name="rijen_per_maand",
            description="Per gemeente en maand wijkt het aantal wijken hoogstens 15 % af van de "
            "maand ervoor.",
            why="Een wijk heeft corporatiewoningen of niet; dat verandert zelden. Onder 10 wijken "
            "zegt een verhouding niets.",
            measure="rijen_per_maand",
            derive=relative_change,
            minimum=-0.15,
            maximum=0.15,
            severity="waarschuwing",
            needs_previous=True,
            minimum_basis=10,
            optional=True,
        ),
    ),
)
