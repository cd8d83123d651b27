"""What the diplomas of DUO must look like as a whole."""

from __future__ import annotations

from expectations.bridge import Check, Suite, change, relative_change
from expectations.deliveries.common import (
    NO_CHANGES_FOR_A_STATE,
    OF_THIS_GEMEENTE,
    QUARANTINE,
    REASONS,
)

SUITE = Suite(
    name="levering_duo_diplomas",
    subject="duo_diplomas",
    checks=(
        Check(
            name="levering_niet_leeg",
            description="Ten minste één eenheid komt door de poort.",
            why="De lijst is volledig: een gemeente waarin niemand een diploma heeft bestaat niet.",
            measure="geaccepteerd",
            minimum=1,
            minimum_basis=0,
        ),
        Check(
            name="volume_vorige_maand",
            description="Er zijn hoogstens 20 % minder en 50 % meer diploma's dan de vorige maand.",
            why="De lijst is volledig en groeit in de zomer met een lichting, hoogstens de helft "
            "van wat er al was; kleiner wordt zij alleen door wie te oud wordt of verhuist. Veel "
            "kleiner is het een levering van wijzigingen of een antwoord van Suwinet waar de hele "
            "lijst werd verwacht (E15). Onder 50 zegt een verhouding niets.",
            measure="eenheden",
            derive=relative_change,
            minimum=-0.20,
            maximum=0.50,
            needs_previous=True,
            minimum_basis=50,
        ),
        NO_CHANGES_FOR_A_STATE,
        QUARANTINE,
        REASONS,
        Check(
            name="gevuld_aandeel_daling",
            description="Geen kolom is meer dan 10 procentpunt minder gevuld dan de vorige maand.",
            why="Een gegeven dat bij de bron wegvalt laat de aantallen gelijk.",
            measure="gevuld_aandeel",
            derive=change,
            minimum=-0.10,
            severity="waarschuwing",
            needs_previous=True,
            minimum_basis=100,
        ),
        OF_THIS_GEMEENTE,
    ),
)
