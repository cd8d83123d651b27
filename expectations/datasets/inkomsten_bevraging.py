"""What dataset `inkomsten_bevraging` must look like."""

from __future__ import annotations

from expectations.bridge import Suite
from expectations.datasets.common import PERSON_MONTH, ROWS_OF_ASKED, UNIQUE_KEY
from warehouse.profile import Shape

SHAPE = Shape(key=(*PERSON_MONTH, "bron"))

SUITE = Suite(
    name="dataset_inkomsten_bevraging",
    subject="inkomsten_bevraging",
    checks=(ROWS_OF_ASKED, UNIQUE_KEY),
)
