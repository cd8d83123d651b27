"""What dataset `gebied_vertaling` must look like."""

from __future__ import annotations

from expectations.bridge import Check, Suite
from expectations.datasets.common import AREA_MONTH, UNIQUE_KEY
from warehouse.profile import Shape

SHAPE = Shape(key=(*AREA_MONTH, "buurt_toen"), truths=("vertaald",))

SUITE = Suite(
    name="dataset_gebied_vertaling",
    subject="gebied_vertaling",
    checks=(
        UNIQUE_KEY,
        Check(
            name="vertaling_volledig",
            description="Ten minste 90 % van de buurten van toen is te vertalen.",
            why="Een gemeente tekent haar buurten zelden opnieuw; ontbreekt meer, dan is eerder de "
            "tabel van gewijzigde codes vergeten dan dat alles is gesplitst.",
            measure="waar_aandeel",
            part="vertaald",
            minimum=0.90,
            severity="waarschuwing",
        ),
    ),
)
