"""What mart `armoede_buurt` must look like."""

from __future__ import annotations

from expectations.bridge import Suite
from expectations.datasets.common import UNIQUE_KEY
from expectations.marts.common import SHARES_ARE_SHARES, volume
from warehouse.profile import Shape

SHARES = {"pct_huishoudens_arm": (0, 100), "pct_personen_arm": (0, 100)}

SHAPE = Shape(key=("gemeente", "buurt", "maand", "armoede_definitie"), ranges=SHARES)

ROWS_OF_AREAS = volume(
    "Gebieden verdwijnen niet: de indeling van het CBS verandert eens per jaar, op 1 januari. Komt "
    "er een definitie bij of valt er een af (een grens die er voor dat jaar niet is), dan slaat "
    "dit eens aan. Onder 30 rijen (tien gebieden, drie definities) zegt een verhouding niets.",
    share=0.20,
    basis=30,
)

SUITE = Suite(
    name="mart_armoede_buurt",
    subject="armoede_buurt",
    checks=(UNIQUE_KEY, ROWS_OF_AREAS, SHARES_ARE_SHARES),
)
