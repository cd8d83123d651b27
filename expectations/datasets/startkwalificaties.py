"""What dataset `startkwalificaties` must look like."""

from __future__ import annotations

from expectations.bridge import Check, Suite, relative_change
from expectations.datasets.common import PERSON_MONTH, UNIQUE_KEY
from warehouse.profile import Shape

SHAPE = Shape(key=PERSON_MONTH)

SUITE = Suite(
    name="dataset_startkwalificaties",
    subject="startkwalificaties",
    checks=(
        UNIQUE_KEY,
        Check(
            name="rijen_per_maand",
            description="Per gemeente en maand zijn er hoogstens 20 % minder en 50 % meer rijen "
            "dan de maand ervoor.",
            why="In de zomer komt er een lichting bij, hoogstens de helft van wat er al was; onder "
            "50 rijen zegt een verhouding niets.",
            measure="rijen_per_maand",
            derive=relative_change,
            minimum=-0.20,
            maximum=0.50,
            severity="waarschuwing",
            needs_previous=True,
            minimum_basis=50,
            optional=True,
        ),
    ),
)
