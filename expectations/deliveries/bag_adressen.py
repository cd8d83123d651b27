"""What the addresses of the BAG must look like as a whole."""

from __future__ import annotations

from expectations.bridge import Check, Suite, shortfall
from expectations.deliveries.common import QUARANTINE, REASONS

SUITE = Suite(
    name="levering_bag_adressen",
    subject="bag_adressen",
    checks=(
        Check(
            name="levering_niet_leeg",
            description="Ten minste één voorkomen komt door de poort.",
            why="Een leeg extract zou elke inwoner van zijn buurt beroven.",
            measure="geaccepteerd",
            minimum=1,
            minimum_basis=0,
        ),
        Check(
            name="volume_vorige_maand",
            description="Er zijn hoogstens 2 % (of 20) minder voorkomens dan de vorige maand.",
            why="Met historie groeit een extract alleen; kleiner wordt het door andere selectie "
            "of een afgebroken uitvoer. Twintig laat een heel kleine gemeente ademen.",
            measure="eenheden",
            derive=shortfall(share=0.02, units=20),
            maximum=0,
            needs_previous=True,
        ),
        QUARANTINE,
        REASONS,
    ),
)
