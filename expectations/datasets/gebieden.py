"""What dataset `gebieden` must look like."""

from __future__ import annotations

from expectations.bridge import Suite
from expectations.datasets.common import AREA_MONTH, UNIQUE_KEY
from warehouse.profile import Shape

SHAPE = Shape(key=(*AREA_MONTH, "indeling", "buurt"))

SUITE = Suite(name="dataset_gebieden", subject="gebieden", checks=(UNIQUE_KEY,))
