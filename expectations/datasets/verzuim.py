"""What dataset `verzuim` must look like."""

from __future__ import annotations

from expectations.bridge import Check, Suite, relative_change
from expectations.datasets.common import PERSON_MONTH, UNIQUE_KEY
from warehouse.profile import Shape

SHAPE = Shape(key=(*PERSON_MONTH, "melding"), truths=("loopt",))

SUITE = Suite(
    name="dataset_verzuim",
    subject="verzuim",
    checks=(
        UNIQUE_KEY,
        Check(
            name="rijen_per_maand",
            description="Per gemeente en maand zijn er hoogstens vier keer zoveel meldingen als de "
            "maand ervoor.",
            why="Voor een vakantie verdubbelen de meldingen, en in de zomer vallen zij weg: een "
            "ondergrens is er dus niet. Onder 50 rijen zegt een verhouding niets.",
            measure="rijen_per_maand",
            derive=relative_change,
            maximum=3.0,
            severity="waarschuwing",
            needs_previous=True,
            minimum_basis=50,
            optional=True,
        ),
    ),
)
