"""What mart `armoede_wijk` must look like."""

from __future__ import annotations

from expectations.bridge import Suite
from expectations.datasets.common import UNIQUE_KEY
from expectations.marts.armoede_buurt import areas, shares_are_shares
from warehouse.profile import Shape

SHAPE = Shape(
    key=("gemeente", "wijk", "maand", "armoede_definitie"),
    ranges={"pct_huishoudens_arm": (0, 100), "pct_personen_arm": (0, 100)},
)

SUITE = Suite(
    name="mart_armoede_wijk",
    subject="armoede_wijk",
    checks=(
        UNIQUE_KEY,
        areas("wijken", basis=10),
        shares_are_shares("pct_huishoudens_arm", "huishoudens"),
        shares_are_shares("pct_personen_arm", "personen"),
    ),
)
