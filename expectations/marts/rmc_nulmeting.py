"""What mart `rmc_nulmeting` must look like."""

from __future__ import annotations

from expectations.bridge import Suite
from expectations.datasets.common import UNIQUE_KEY
from expectations.marts.common import MOST_ARE_IN_SIGHT
from warehouse.profile import Shape

SHAPE = Shape(key=("gemeente", "peildatum"), ranges={"pct_in_beeld": (50, 100)})

SUITE = Suite(
    name="mart_rmc_nulmeting", subject="rmc_nulmeting", checks=(UNIQUE_KEY, MOST_ARE_IN_SIGHT)
)
