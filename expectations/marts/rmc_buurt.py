"""What mart `rmc_buurt` must look like."""

from __future__ import annotations

from expectations.bridge import Suite
from expectations.datasets.common import UNIQUE_KEY
from expectations.marts.common import SHARES_ARE_SHARES, volume
from warehouse.profile import Shape

SHAPE = Shape(key=("gemeente", "buurt", "maand"), ranges={"pct_in_beeld": (0, 100)})

SUITE = Suite(
    name="mart_rmc_buurt",
    subject="rmc_buurt",
    checks=(
        UNIQUE_KEY,
        SHARES_ARE_SHARES,
        volume(
            "In bijna elke buurt wonen jongeren; een kleine kan leegkomen, en een nieuwe indeling "
            "verandert er enkele. Onder 50 buurten zegt een verhouding niets.",
        ),
    ),
)
