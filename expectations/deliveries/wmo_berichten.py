"""What the messages on provisions of the Wmo must look like as a whole; those of youth likewise."""

from __future__ import annotations

from expectations.bridge import Check, Suite, relative_change
from expectations.deliveries.common import NO_STATE_FOR_CHANGES, QUARANTINE, REASONS

#: What holds for the messages of either law.
CHECKS = (
    Check(
        name="levering_niet_leeg",
        description="Ten minste één product van een toewijzing, start of stop komt door de poort.",
        why="Een gemeente wijst elke maand toe. Alleen andere berichten is een verkeerde selectie.",
        measure="rijen",
        part="product",
        minimum=1,
        minimum_basis=0,
    ),
    Check(
        name="volume_vorige_maand",
        description="Er zijn hoogstens drie keer zoveel producten en berichten als de vorige "
        "maand.",
        why="Een ronde herbeoordelingen verdubbelt een maand; meer is eerder het verkeer van een "
        "jaar, of alles opnieuw. Onder 50 zegt een verhouding niets.",
        measure="eenheden",
        derive=relative_change,
        maximum=2.0,
        needs_previous=True,
        minimum_basis=50,
    ),
    Check(
        name="volume_daling",
        description="Er is ten minste een tiende van de producten en berichten van de vorige "
        "maand.",
        why="Een aanbieder of een soort bericht viel weg. Geen reden om vast te houden: de eerste "
        "levering haalt in wat eerder is verstuurd, en de tweede is dan klein.",
        measure="eenheden",
        derive=relative_change,
        minimum=-0.9,
        severity="waarschuwing",
        needs_previous=True,
        minimum_basis=50,
    ),
    NO_STATE_FOR_CHANGES,
    QUARANTINE,
    REASONS,
    Check(
        name="bekend_in_brp",
        description="Ten minste 80 % van de cliënten is bekend in de BRP.",
        why="Toegewezen wordt aan inwoners; wie vertrok of overleed staat in de BRP met zijn "
        "bestemming. Meer onbekenden wijst op een andere gemeente of een oud BSN.",
        measure="bekend_in_brp_aandeel",
        minimum=0.80,
        severity="waarschuwing",
        optional=True,
    ),
    Check(
        name="levering_van_deze_gemeente",
        description="Ten minste 20 % van de cliënten is bekend in de BRP.",
        why="Daaronder is het vrijwel zeker het verkeer van een andere gemeente; onder 50 "
        "cliënten kan het toeval zijn.",
        measure="bekend_in_brp_aandeel",
        minimum=0.20,
        minimum_basis=50,
        optional=True,
    ),
    Check(
        name="overgeslagen_berichten",
        description="Hoeveel andere berichten van de standaard zijn overgeslagen.",
        why="Geen grens: retour, verzoek en declaratie horen bij het verkeer van een maand. Het "
        "aantal staat hier zodat niemand denkt dat zij gelezen zijn.",
        measure="rijen",
        part="overig_bericht",
        minimum=0,
        severity="waarschuwing",
        minimum_basis=0,
        optional=True,
    ),
)

SUITE = Suite(name="levering_wmo_berichten", subject="wmo_berichten", checks=CHECKS)
