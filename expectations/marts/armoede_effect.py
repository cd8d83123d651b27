"""What mart `armoede_effect` must look like."""

from __future__ import annotations

from expectations.bridge import Check, Suite, relative_change
from expectations.datasets.common import UNIQUE_KEY
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
        Check(
            name="aandeel_klopt",
            description="Elk aandeel ligt tussen 0 en 100 %.",
            why="Wie geteld wordt zat in de groep die is gevolgd; daarbuiten zijn teller en noemer "
            "van elkaar los geraakt.",
            measure="buiten_bereik",
            part="pct",
            maximum=0,
        ),
        Check(
            name="ontwikkeling_geloofwaardig",
            description="Het aandeel arm verandert in een jaar hoogstens 5 procentpunt.",
            why="Landelijk daalde het aandeel onder de lage-inkomensgrens van 7,9 % (2018) naar "
            "6,8 % (2020). Vijf punten in een jaar is een norm die niet aankwam of een bevraging "
            "van anderen.",
            measure="buiten_bereik",
            part="verschil_procentpunt",
            maximum=0,
            severity="waarschuwing",
        ),
        Check(
            name="rijen_per_maand",
            description="Per gemeente en maand wijkt het aantal rijen hoogstens een kwart af van "
            "de maand ervoor.",
            why="De vragen en groepen liggen vast, ook als hun uitkomst nog onbekend is; alleen "
            "definities en referenties komen en gaan.",
            measure="rijen_per_maand",
            derive=relative_change,
            minimum=-0.25,
            maximum=0.25,
            severity="waarschuwing",
            needs_previous=True,
            optional=True,
        ),
    ),
)
