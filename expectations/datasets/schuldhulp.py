"""What dataset `schuldhulp` must look like."""

from __future__ import annotations

from expectations.bridge import Check, Suite
from expectations.datasets.common import COVERS_THE_MONTH, PERSON_MONTH, ROWS_OF_HELP, UNIQUE_KEY
from warehouse.profile import Shape

SHAPE = Shape(
    key=(*PERSON_MONTH, "traject"),
    ranges={"schuldbedrag": (0, 1_000_000)},
    truths=("volledig",),
)

SUITE = Suite(
    name="dataset_schuldhulp",
    subject="schuldhulp",
    checks=(
        ROWS_OF_HELP,
        UNIQUE_KEY,
        COVERS_THE_MONTH,
        Check(
            name="schuldbedrag_geloofwaardig",
            description="Elk schuldbedrag ligt tussen nul en een miljoen euro.",
            why="Daarboven zijn eerder centen als euro's gelezen; een enkele ondernemer kan het "
            "hebben.",
            measure="buiten_bereik",
            part="schuldbedrag",
            maximum=0,
            severity="waarschuwing",
        ),
    ),
)
