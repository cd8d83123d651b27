"""What dataset `identiteit_conflicten` must look like."""

from __future__ import annotations

from expectations.bridge import Suite
from expectations.datasets.common import PERSON_MONTH, ROWS_OF_ASKED, UNIQUE_KEY
from warehouse.profile import Shape

SHAPE = Shape(key=(*PERSON_MONTH, "bron"))

SUITE = Suite(
    name="dataset_identiteit_conflicten",
    subject="identiteit_conflicten",
    checks=(ROWS_OF_ASKED, UNIQUE_KEY),
)
