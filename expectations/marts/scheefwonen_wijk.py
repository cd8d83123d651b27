"""What mart `scheefwonen_wijk` must look like."""

from __future__ import annotations

from expectations.bridge import Suite
from expectations.datasets.common import UNIQUE_KEY
from expectations.marts.common import SHARES_ARE_SHARES, volume
from expectations.marts.scheefwonen_buurt import SHARES
from warehouse.profile import Shape

SHAPE = Shape(key=("gemeente", "wijk", "maand", "profiel"), ranges=SHARES)

SUITE = Suite(
    name="mart_scheefwonen_wijk",
    subject="scheefwonen_wijk",
    checks=(
        UNIQUE_KEY,
        SHARES_ARE_SHARES,
        volume(
            "Een wijk heeft corporatiewoningen of niet; dat verandert zelden. Onder 10 wijken zegt "
            "een verhouding niets.",
            what="wijken",
            share=0.15,
            basis=10,
        ),
    ),
)
