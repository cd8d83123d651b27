"""What the dossiers of the Doorstroompunt (RMC) must look like as a whole."""

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
    name="levering_rmc_trajecten",
    subject="rmc_trajecten",
    checks=(
        Check(
            name="volume_vorige_maand",
            description="Het aantal dossiers ligt tussen 60 % en 200 % van de vorige maand.",
            why="Na de teldatum van 1 oktober komen er veel dossiers tegelijk bij, en "
            "aan het eind van een schooljaar sluiten er veel; daarbuiten is eerder "
            "de selectie veranderd. Onder 20 zegt een verhouding niets.",
            measure="eenheden",
            derive=relative_change,
            minimum=-0.4,
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
