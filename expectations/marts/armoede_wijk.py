"""What mart `armoede_wijk` must look like."""

from __future__ import annotations

from expectations.bridge import Suite
from expectations.datasets.common import UNIQUE_KEY
from expectations.marts.armoede_buurt import ROWS_OF_AREAS, SHARES
from expectations.marts.common import SHARES_ARE_SHARES
from warehouse.profile import Shape

SHAPE = Shape(key=("gemeente", "wijk", "maand", "armoede_definitie"), ranges=SHARES)

SUITE = Suite(
    name="mart_armoede_wijk",
    subject="armoede_wijk",
    checks=(UNIQUE_KEY, ROWS_OF_AREAS, SHARES_ARE_SHARES),
)
