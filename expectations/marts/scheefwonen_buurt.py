"""What mart `scheefwonen_buurt` must look like."""

from __future__ import annotations

from expectations.bridge import Suite
from expectations.datasets.common import UNIQUE_KEY
from expectations.marts.common import SHARES_ARE_SHARES, volume
from warehouse.profile import Shape

SHARES = {"pct_scheef": (0, 100), "pct_scheef_minstens": (0, 100), "pct_duur_scheef": (0, 100)}

SHAPE = Shape(key=("gemeente", "buurt", "maand", "profiel"), ranges=SHARES)

SUITE = Suite(
    name="mart_scheefwonen_buurt",
    subject="scheefwonen_buurt",
    checks=(
        UNIQUE_KEY,
        SHARES_ARE_SHARES,
        volume(
            "Corporatiebezit verschijnt en verdwijnt per complex, niet per wijk; een buurt met een "
            "enkele woning kan leegkomen. Onder 20 buurten zegt een verhouding niets.",
            what="buurten",
            share=0.20,
            basis=20,
        ),
    ),
)
