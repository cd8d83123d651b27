"""What the rents of the corporaties must look like as a whole."""

from __future__ import annotations

from expectations.bridge import Check, Suite, change, relative_change
from expectations.deliveries.common import QUARANTINE, REASONS

SUITE = Suite(
    name="levering_corporatie_huren",
    subject="corporatie_huren",
    checks=(
        Check(
            name="levering_niet_leeg",
            description="Ten minste één eenheid komt door de poort.",
            why="Een lege levering zou elke huurwoning wissen.",
            measure="geaccepteerd",
            minimum=1,
            minimum_basis=0,
        ),
        Check(
            name="volume_vorige_maand",
            description="Het aantal eenheden wijkt hoogstens 20 % af van de vorige keer.",
            why="Bezit verandert met een paar procent per jaar; mist er een vijfde, dan ontbreekt "
            "een corporatie (domein 3.16, E15). Onder 50 eenheden zegt een verhouding niets.",
            measure="eenheden",
            derive=relative_change,
            minimum=-0.20,
            maximum=0.20,
            needs_previous=True,
            minimum_basis=50,
        ),
        QUARANTINE,
        REASONS,
        Check(
            name="huur_gevuld",
            description="Ten minste 80 % van de eenheden heeft een huur.",
            why="Leegstand en eenheden uit exploitatie hebben er geen, en zijn samen enkele "
            "procenten; zonder huren is er niets om te vergelijken.",
            measure="gevuld_aandeel",
            part="eenheid.netto_huur",
            minimum=0.80,
        ),
        Check(
            name="gevuld_aandeel_daling",
            description="Geen kolom is meer dan 10 procentpunt minder gevuld dan de vorige keer.",
            why="Een kolom die bij de bron wegvalt, laat de aantallen gelijk; BAG-sleutels die "
            "verdwijnen maken van vbo een lagere sport. Onder 100 eenheden kan het toeval zijn.",
            measure="gevuld_aandeel",
            derive=change,
            minimum=-0.10,
            severity="waarschuwing",
            needs_previous=True,
            minimum_basis=100,
        ),
    ),
)
