"""What mart `armoede_effect` must look like."""

from __future__ import annotations

from expectations.bridge import Check, Suite
from expectations.datasets.common import UNIQUE_KEY
from expectations.marts.common import share_is_share, volume
from warehouse.profile import Shape

SHAPE = Shape(
    key=("gemeente", "maand", "vraag", "groep", "armoede_definitie"),
    ranges={"pct": (0, 100), "verschil_procentpunt": (-5, 5)},
)

SUITE = Suite(
    name="mart_armoede_effect",
    subject="armoede_effect",
    checks=(
        UNIQUE_KEY,
        share_is_share("pct"),
        Check(
            name="ontwikkeling_geloofwaardig",
            description="Het aandeel arm verandert in een jaar hoogstens 5 procentpunt.",
            why="Landelijk daalde het aandeel onder de lage-inkomensgrens van 7,9 % (2018) naar "
            "6,8 % (2020): een half punt per jaar. Tienmaal zoveel is een norm die niet aankwam of "
            "een bevraging van anderen.",
            measure="buiten_bereik",
            part="verschil_procentpunt",
            maximum=0,
            severity="waarschuwing",
        ),
        volume(
            "De vragen en groepen liggen vast, ook als hun uitkomst nog onbekend is; alleen "
            "definities en referenties komen en gaan. Onder 10 rijen zegt een verhouding niets.",
            share=0.25,
            basis=10,
        ),
    ),
)
