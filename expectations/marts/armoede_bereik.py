"""What mart `armoede_bereik` must look like."""

from __future__ import annotations

from expectations.bridge import Suite
from expectations.datasets.common import UNIQUE_KEY
from expectations.marts.common import SHARES_ARE_SHARES, volume
from warehouse.profile import Shape

#: Of a single scheme any share is credible: a waiver goes by itself, a child's package does not.
SHAPE = Shape(
    key=("gemeente", "maand", "niveau", "gebied", "regeling", "kenmerk", "waarde"),
    ranges={"bereik_pct_laag": (0, 100), "bereik_pct_hoog": (0, 100)},
)

SUITE = Suite(
    name="mart_armoede_bereik",
    subject="armoede_bereik",
    checks=(
        UNIQUE_KEY,
        SHARES_ARE_SHARES,
        volume(
            "Er zijn rijen per gebied, regeling en waarde van een kenmerk: zij wisselen met de "
            "kleinste groepen. Meer is een regeling die begint of eindigt, of een nieuwe indeling. "
            "Onder 200 rijen zijn het te weinig groepen.",
            share=0.20,
            basis=200,
        ),
    ),
)
