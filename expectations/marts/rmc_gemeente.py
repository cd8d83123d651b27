"""What mart `rmc_gemeente` must look like."""

from __future__ import annotations

from expectations.bridge import Suite
from expectations.datasets.common import AREA_MONTH, UNIQUE_KEY
from expectations.marts.common import MOST_ARE_IN_SIGHT
from warehouse.profile import Shape

SHAPE = Shape(key=AREA_MONTH, ranges={"pct_in_beeld": (50, 100)})

SUITE = Suite(
    name="mart_rmc_gemeente", subject="rmc_gemeente", checks=(UNIQUE_KEY, MOST_ARE_IN_SIGHT)
)
