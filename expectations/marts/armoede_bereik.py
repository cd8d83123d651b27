"""What mart `armoede_bereik` must look like."""

from __future__ import annotations

from expectations.bridge import Check, Suite, relative_change
from expectations.datasets.common import UNIQUE_KEY
from warehouse.profile import Shape

SHAPE = Shape(
    key=("gemeente", "maand", "niveau", "gebied", "regeling", "kenmerk", "waarde"),
    ranges={"bereik_pct_laag": (0, 100), "bereik_pct_hoog": (0, 100)},
)

SUITE = Suite(
    name="mart_armoede_bereik",
    subject="armoede_bereik",
    checks=(
        UNIQUE_KEY,
        *(
            Check(
                name=f"bereik_{bound}_klopt",
                description=f"Het {bound}ste bereik ligt tussen 0 en 100 %.",
                why="Gebruikers in de doelgroep horen bij de doelgroep. Leiden vond 63 % (2015), "
                "en 76 % van wie vier jaar een laag inkomen had; van een enkele regeling is elk "
                "aandeel mogelijk: kwijtschelding gaat vanzelf, een kindpakket niet.",
                measure="buiten_bereik",
                part=f"bereik_pct_{bound}",
                maximum=0,
            )
            for bound in ("laag", "hoog")
        ),
        Check(
            name="rijen_per_maand",
            description="Per gemeente en maand wijkt het aantal rijen hoogstens 20 % af van de "
            "maand ervoor.",
            why="Er zijn rijen per gebied, regeling en waarde van een kenmerk: zij wisselen met de "
            "kleinste groepen. Meer is een regeling die begint of eindigt, of een nieuwe indeling.",
            measure="rijen_per_maand",
            derive=relative_change,
            minimum=-0.20,
            maximum=0.20,
            severity="waarschuwing",
            needs_previous=True,
            minimum_basis=200,
            optional=True,
        ),
    ),
)
