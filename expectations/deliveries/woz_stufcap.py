"""What the WOZ values of a gemeente must look like as a whole."""

from __future__ import annotations

from expectations.bridge import Check, Suite, relative_change
from expectations.deliveries.common import QUARANTINE, REASONS

SUITE = Suite(
    name="levering_woz_stufcap",
    subject="woz_stufcap",
    checks=(
        Check(
            name="levering_niet_leeg",
            description="Ten minste één WOZ-object komt door de poort.",
            why="Een gemeente zonder gebouwen bestaat niet; een leeg bestand wist elke waarde.",
            measure="geaccepteerd",
            minimum=1,
            minimum_basis=0,
        ),
        Check(
            name="volume_vorige_maand",
            description="Het aantal WOZ-objecten wijkt hoogstens 20 % af van de vorige keer.",
            why="Een voorraad groeit of krimpt met een paar procent per jaar; een groter verschil "
            "is een deel van het bestand, of een ander bestand (domein 3.16, E15). Onder 50 "
            "objecten zegt een verhouding niets.",
            measure="eenheden",
            derive=relative_change,
            minimum=-0.20,
            maximum=0.20,
            needs_previous=True,
            minimum_basis=50,
        ),
        Check(
            name="belastingjaar_van_nu",
            description="Het jongste belastingjaar is dat van de levering of het jaar ervoor.",
            why="De definitieve opgave over een jaar gaat er twee jaar later uit (Regeling "
            "belastingcapaciteit 2011 art. 3 lid 2) en is even groot als de voorlopige; als stand "
            "van nu zou zij elke waarde twee jaar terugzetten.",
            measure="belastingjaar_afstand",
            minimum=-1,
            maximum=1,
            minimum_basis=0,
        ),
        QUARANTINE,
        REASONS,
    ),
)
