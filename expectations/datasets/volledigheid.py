"""What dataset `volledigheid` must look like."""

from __future__ import annotations

from expectations.bridge import Suite
from expectations.datasets.common import AREA_MONTH, UNIQUE_KEY
from warehouse.profile import Shape

SHAPE = Shape(key=(*AREA_MONTH, "levering"))

SUITE = Suite(name="dataset_volledigheid", subject="volledigheid", checks=(UNIQUE_KEY,))
