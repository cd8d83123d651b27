"""What the enrolments of DUO must look like as a whole."""

from __future__ import annotations

from expectations.bridge import Check, Suite, change, relative_change
from expectations.deliveries.common import (
    NO_CHANGES_FOR_A_STATE,
    OF_THIS_GEMEENTE,
    QUARANTINE,
    REASONS,
)

SUITE = Suite(
    name="levering_duo_inschrijvingen",
    subject="duo_inschrijvingen",
    checks=(
        Check(
            name="levering_niet_leeg",
            description="Ten minste één eenheid komt door de poort.",
            why="Een gemeente zonder leerlingen bestaat niet; een lege stand zou van iedereen een "
            "voortijdig schoolverlater maken.",
            measure="geaccepteerd",
            minimum=1,
            minimum_basis=0,
        ),
        Check(
            name="volume_vorige_maand",
            description="Het aantal inschrijvingen wijkt hoogstens 20 % af van de vorige maand.",
            why="Ook rond 1 augustus, als een schooljaar eindigt en het nieuwe nog niet overal is "
            "ingeschreven, blijft een stand boven vier vijfde (E15); lager is het een levering van "
            "wijzigingen of een antwoord van Suwinet waar de hele stand werd verwacht. Onder 50 "
            "zegt een verhouding niets.",
            measure="rijen",
            part="inschrijving",
            derive=relative_change,
            minimum=-0.20,
            maximum=0.20,
            needs_previous=True,
            minimum_basis=50,
        ),
        NO_CHANGES_FOR_A_STATE,
        QUARANTINE,
        REASONS,
        Check(
            name="gevuld_aandeel_daling",
            description="Geen kolom is meer dan 10 procentpunt minder gevuld dan de vorige maand.",
            why="Een gegeven dat bij de bron wegvalt laat de aantallen gelijk. Ruim, omdat in de "
            "zomer ineens velen een datum van uitschrijving hebben, en in het najaar minder.",
            measure="gevuld_aandeel",
            derive=change,
            minimum=-0.10,
            severity="waarschuwing",
            needs_previous=True,
            minimum_basis=100,
        ),
        Check(
            name="bekend_in_brp",
            description="Ten minste 95 % van de personen is bekend in de BRP.",
            why="DUO levert wie volgens de BRP in de gemeente woont; verhuizingen van de laatste "
            "weken zijn samen geen twintigste.",
            measure="bekend_in_brp_aandeel",
            minimum=0.95,
            severity="waarschuwing",
            minimum_basis=50,
            optional=True,
        ),
        OF_THIS_GEMEENTE,
    ),
)
