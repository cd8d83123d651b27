"""What the persoonslijsten of the BRP must look like as a whole."""

from __future__ import annotations

from expectations.bridge import Check, Suite, change, excess_change, relative_change
from expectations.deliveries.common import NO_CHANGES_FOR_A_STATE, QUARANTINE, REASONS

SUITE = Suite(
    name="levering_brp_personen",
    subject="brp_personen",
    checks=(
        Check(
            name="levering_niet_leeg",
            description="Ten minste één persoonslijst komt door de poort.",
            why="Een gemeente zonder inwoners bestaat niet; een lege stand zou iedereen wissen, "
            "ook als alles in quarantaine staat.",
            measure="geaccepteerd",
            minimum=1,
            minimum_basis=0,
        ),
        Check(
            name="volume_vorige_maand",
            description="Het aantal persoonslijsten wijkt hoogstens 5 % (of 3) af van de vorige "
            "maand.",
            why="Een bevolking verandert ruim minder dan 1 % per maand; ook een herindeling "
            "verdient dat iemand kijkt. Drie personen laat heel kleine leveringen ademen.",
            measure="eenheden",
            derive=excess_change(share=0.05, units=3),
            maximum=0,
            needs_previous=True,
        ),
        NO_CHANGES_FOR_A_STATE,
        QUARANTINE,
        REASONS,
        Check(
            name="gevuld_aandeel_daling",
            description="Geen kolom is meer dan 5 procentpunt minder gevuld dan de vorige maand.",
            why="Een element dat bij de bron wegvalt of verschuift, laat de aantallen gelijk; "
            "onder 100 eenheden kan het toeval zijn.",
            measure="gevuld_aandeel",
            derive=change,
            minimum=-0.05,
            needs_previous=True,
            minimum_basis=100,
        ),
        Check(
            name="rijen_per_onderdeel",
            description="Geen onderdeel (adressen, huwelijken, kinderen) is gehalveerd.",
            why="Een categorie die uit de selectie valt, laat het aantal personen gelijk en heeft "
            "geen rijen meer waarvan de vulling kan dalen.",
            measure="rijen",
            derive=relative_change,
            minimum=-0.5,
            needs_previous=True,
            minimum_basis=20,
        ),
        Check(
            name="onvolledige_geboortedatum",
            description="Hoogstens 10 % van de geboortedata mist dag of maand.",
            why="In het openbare testbestand is het ruim 2 %; daarboven worden leeftijden "
            "schattingen, maar het blijft een toegestane waarde.",
            measure="onvolledige_geboortedatum_aandeel",
            maximum=0.10,
            severity="waarschuwing",
        ),
    ),
)
