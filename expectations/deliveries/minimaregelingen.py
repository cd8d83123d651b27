"""What the toekenningen of minimaregelingen must look like as a whole."""

from __future__ import annotations

from expectations.bridge import Check, Suite, relative_change
from expectations.deliveries.common import (
    FILLED,
    KNOWN,
    NO_CHANGES_FOR_A_STATE,
    OF_THIS_GEMEENTE,
    QUARANTINE,
    REASONS,
)

SUITE = Suite(
    name="levering_minimaregelingen",
    subject="minimaregelingen",
    checks=(
        Check(
            name="volume_vorige_maand",
            description="Het aantal toekenningen ligt tussen de helft en het dubbele van de "
            "vorige maand.",
            why="Passen en pakketten worden per jaar of schooljaar toegekend, en "
            "eenmalige toeslagen komen in golven; daarbuiten ontbreekt eerder een "
            "regeling. Onder 20 zegt een verhouding niets.",
            measure="eenheden",
            derive=relative_change,
            minimum=-0.5,
            maximum=1.0,
            needs_previous=True,
            minimum_basis=20,
        ),
        QUARANTINE,
        REASONS,
        FILLED,
        NO_CHANGES_FOR_A_STATE,
        KNOWN,
        OF_THIS_GEMEENTE,
    ),
)
