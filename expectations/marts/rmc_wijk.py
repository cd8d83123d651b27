"""What mart `rmc_wijk` must look like."""

from __future__ import annotations

from expectations.bridge import Suite
from expectations.datasets.common import UNIQUE_KEY
from expectations.marts.common import SHARES_ARE_SHARES
from warehouse.profile import Shape

SHAPE = Shape(key=("gemeente", "wijk", "maand"), ranges={"pct_in_beeld": (0, 100)})

SUITE = Suite(name="mart_rmc_wijk", subject="rmc_wijk", checks=(UNIQUE_KEY, SHARES_ARE_SHARES))
