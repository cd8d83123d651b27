"""What the schuldhulptrajecten of DDAS must look like as a whole."""

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
    name="levering_schuldhulp_ddas",
    subject="schuldhulp_ddas",
    checks=(
        Check(
            name="volume_vorige_maand",
            description="Het aantal personen in trajecten ligt tussen 70 % en 150 % van de "
            "vorige maand.",
            why="Een traject duurt maanden tot jaren en een levering dekt ten minste "
            "een maand; een andere periode kan er meer of minder in hebben, maar "
            "niet opeens. Onder 20 zegt een verhouding niets.",
            measure="eenheden",
            derive=relative_change,
            minimum=-0.3,
            maximum=0.5,
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
