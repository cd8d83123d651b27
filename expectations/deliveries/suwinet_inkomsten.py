"""What the incomes from Suwinet must look like as a whole."""

from __future__ import annotations

from expectations.bridge import Check, Suite, relative_change
from expectations.deliveries.common import (
    FILLED_OF_ASKED,
    KNOWN_OF_ASKED,
    OF_THIS_GEMEENTE,
    QUARANTINE,
    REASONS,
    YOUNGEST_MONTH,
)

SUITE = Suite(
    name="levering_suwinet_inkomsten",
    subject="suwinet_inkomsten",
    checks=(
        Check(
            name="levering_niet_leeg",
            description="De levering bevat ten minste één antwoord.",
            why="Wie bevraagd is en geen inkomsten heeft, geeft ook een antwoord: niets is geen "
            "antwoord.",
            measure="rijen",
            part="antwoord",
            minimum=1,
            minimum_basis=0,
        ),
        Check(
            name="volume_vorige_maand",
            description="Het aantal inkomstenopgaven ligt tussen de helft en het dubbele van de "
            "vorige maand.",
            why="Wie bevraagd wordt verschilt per maand; daarom ruim, en niet onder 20 opgaven.",
            measure="eenheden",
            derive=relative_change,
            minimum=-0.5,
            maximum=1.0,
            needs_previous=True,
            minimum_basis=20,
        ),
        QUARANTINE,
        REASONS,
        FILLED_OF_ASKED,
        KNOWN_OF_ASKED,
        OF_THIS_GEMEENTE,
        YOUNGEST_MONTH,
    ),
)
