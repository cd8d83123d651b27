"""What dataset `duo_totalen` must look like."""

from __future__ import annotations

from expectations.bridge import Check, Suite, relative_change
from expectations.datasets.common import AREA_MONTH, UNIQUE_KEY
from warehouse.profile import Shape

SHAPE = Shape(key=(*AREA_MONTH, "rapportage"))

#: That A04 is what A01 and A02 add up to is a test of dbt: it looks back over the school year.
SUITE = Suite(
    name="dataset_duo_totalen",
    subject="duo_totalen",
    checks=(
        UNIQUE_KEY,
        Check(
            name="rijen_per_maand",
            description="Per gemeente en maand zijn er evenveel rapportages als de maand ervoor.",
            why="DUO rapporteert elke maand hetzelfde; ontbreekt er een, dan is er niets om de "
            "eigen aantallen tegen te houden.",
            measure="rijen_per_maand",
            derive=relative_change,
            minimum=0,
            maximum=0,
            severity="waarschuwing",
            needs_previous=True,
            optional=True,
        ),
    ),
)
