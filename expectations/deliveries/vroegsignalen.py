"""What the vroegsignalen of DDAS must look like as a whole."""

from __future__ import annotations

from expectations.bridge import Check, Suite, relative_change
from expectations.deliveries.common import (
    FILLED,
    KNOWN,
    OF_THIS_GEMEENTE,
    QUARANTINE,
    REASONS,
)

SUITE = Suite(
    name="levering_vroegsignalen",
    subject="vroegsignalen",
    checks=(
        Check(
            name="volume_vorige_maand",
            description="Het aantal signalen ligt tussen 30 % en 300 % van de vorige maand.",
            why="Hoeveel partners in een maand leveren wisselt sterk, en een levering "
            "kan een maand of een kwartaal dekken; daarbuiten ontbreekt eerder een "
            "partner of een deel van het bestand. Onder 20 zegt een verhouding "
            "niets.",
            measure="eenheden",
            derive=relative_change,
            minimum=-0.7,
            maximum=2.0,
            needs_previous=True,
            minimum_basis=20,
        ),
        QUARANTINE,
        REASONS,
        FILLED,
        KNOWN,
        OF_THIS_GEMEENTE,
    ),
)
