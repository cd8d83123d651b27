"""What dataset `rmc_trajecten` must look like."""

from __future__ import annotations

from expectations.bridge import Suite
from expectations.datasets.common import PERSON_MONTH, ROWS_OF_HELP, UNIQUE_KEY
from warehouse.profile import Shape

SHAPE = Shape(
    key=(*PERSON_MONTH, "dossier"),
)

SUITE = Suite(
    name="dataset_rmc_trajecten",
    subject="rmc_trajecten",
    checks=(
        ROWS_OF_HELP,
        UNIQUE_KEY,
    ),
)
