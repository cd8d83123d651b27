"""What dataset `minimaregelingen` must look like."""

from __future__ import annotations

from expectations.bridge import Check, Suite
from expectations.datasets.common import PERSON_MONTH, ROWS_OF_HELP, UNIQUE_KEY
from warehouse.profile import Shape

SHAPE = Shape(
    key=(*PERSON_MONTH, "regeling_code", "datum_start"),
    truths=("regeling_bekend",),
)

SUITE = Suite(
    name="dataset_minimaregelingen",
    subject="minimaregelingen",
    checks=(
        ROWS_OF_HELP,
        UNIQUE_KEY,
        Check(
            name="regeling_bekend",
            description="Ten minste 95 % van de rijen gaat over een regeling uit de tabel.",
            why="Een code die ontbreekt heeft geen naam en geen grens: bereik en effect zijn er "
            "niet van te bepalen tot iemand haar aan de tabel regelingen toevoegt.",
            measure="waar_aandeel",
            part="regeling_bekend",
            minimum=0.95,
            severity="waarschuwing",
        ),
    ),
)
