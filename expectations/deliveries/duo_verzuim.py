"""What the reports of absence at DUO must look like as a whole."""

from __future__ import annotations

from expectations.bridge import Check, Suite, relative_change
from expectations.deliveries.common import (
    NO_CHANGES_FOR_A_STATE,
    OF_THIS_GEMEENTE,
    QUARANTINE,
    REASONS,
)

#: Nothing at all can be right: a small gemeente may have no report in a year.
SUITE = Suite(
    name="levering_duo_verzuim",
    subject="duo_verzuim",
    checks=(
        Check(
            name="volume_vorige_maand",
            description="Het aantal meldingen ligt tussen de helft en het drievoudige van de "
            "vorige maand.",
            why="De stand loopt over twaalf maanden en beweegt dus langzaam; ook wie er pas mee "
            "begint verdrievoudigt niet. Buiten deze grenzen is de selectie veranderd (E15); onder "
            "50 meldingen zegt een verhouding niets.",
            measure="eenheden",
            derive=relative_change,
            minimum=-0.5,
            maximum=2.0,
            needs_previous=True,
            minimum_basis=50,
        ),
        NO_CHANGES_FOR_A_STATE,
        QUARANTINE,
        REASONS,
        OF_THIS_GEMEENTE,
    ),
)
