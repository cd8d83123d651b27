"""What dataset `vroegsignalen` must look like."""

from __future__ import annotations

from expectations.bridge import Check, Suite
from expectations.datasets.common import COVERS_THE_MONTH, PERSON_MONTH, ROWS_OF_HELP, UNIQUE_KEY
from warehouse.profile import Shape

SHAPE = Shape(
    key=(*PERSON_MONTH, "signaal"),
    ranges={"bedrag": (0, 50_000)},
    truths=("volledig",),
)

SUITE = Suite(
    name="dataset_vroegsignalen",
    subject="vroegsignalen",
    checks=(
        ROWS_OF_HELP,
        UNIQUE_KEY,
        COVERS_THE_MONTH,
        Check(
            name="bedrag_geloofwaardig",
            description="Elke gemelde achterstand ligt tussen nul en 50.000 euro.",
            why="Vroegsignalen gaan over de eerste maanden achterstand; daarboven zijn eerder "
            "centen als euro's gelezen.",
            measure="buiten_bereik",
            part="bedrag",
            maximum=0,
            severity="waarschuwing",
        ),
    ),
)
