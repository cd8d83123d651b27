"""What the areas of CBS must look like as a whole."""

from __future__ import annotations

from expectations.bridge import Check, Suite

SUITE = Suite(
    name="levering_cbs_gebieden",
    subject="cbs_gebieden",
    checks=(
        Check(
            name="levering_niet_leeg",
            description="Ten minste één gebied komt door de poort.",
            why="Zonder gebieden is elke buurt onbekend.",
            measure="geaccepteerd",
            minimum=1,
            minimum_basis=0,
        ),
        Check(
            name="geen_gebied_in_quarantaine",
            description="Geen enkel gebied staat in quarantaine.",
            why="Een buurt die ontbreekt is een wijk met een gat: wie er woont wordt onbekend.",
            measure="quarantaine_aandeel",
            maximum=0,
        ),
    ),
)
