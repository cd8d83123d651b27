"""What dataset `bsn_wijzigingen` must look like."""

from __future__ import annotations

from expectations.bridge import Suite
from expectations.datasets.common import PERSON_MONTH, ROWS_OF_ASKED, UNIQUE_KEY
from warehouse.profile import Shape

SHAPE = Shape(key=(*PERSON_MONTH, "bsn_oud_versleuteld"))

SUITE = Suite(
    name="dataset_bsn_wijzigingen",
    subject="bsn_wijzigingen",
    checks=(ROWS_OF_ASKED, UNIQUE_KEY),
)
