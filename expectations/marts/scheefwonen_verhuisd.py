"""What mart `scheefwonen_verhuisd` must look like."""

from __future__ import annotations

from expectations.bridge import Check, Suite
from expectations.datasets.common import UNIQUE_KEY
from warehouse.profile import Shape

SHAPE = Shape(
    key=(
        *("gemeente", "maand", "profiel", "categorie", "wijk", "uitkomst"),
        *("naar_gemeente", "naar_wijk", "naar_eigendom"),
    ),
)

SUITE = Suite(
    name="mart_scheefwonen_verhuisd",
    subject="scheefwonen_verhuisd",
    checks=(
        UNIQUE_KEY,
        Check(
            name="uitkomst_bekend",
            description="Ten minste 60 % van de groepen heeft een bekende uitkomst.",
            why="Het gaat hier om groepen, niet om huishoudens. Van een wijk en categorie zijn er "
            "hoogstens twee zonder uitkomst (overleden, onbekend), tegen een die bleef en een per "
            "bestemming van wie verhuisde. Blijven er te weinig bestemmingen over, dan zijn er in "
            "die vijf jaar maanden zonder levering.",
            measure="gevuld_aandeel",
            part="verhuisd",
            minimum=0.60,
            severity="waarschuwing",
            minimum_basis=20,
        ),
    ),
)
