"""What dataset `huishoudens` must look like."""

from __future__ import annotations

from expectations.bridge import Check, Suite, relative_change
from expectations.datasets.common import PERSON_MONTH, UNIQUE_KEY
from warehouse.profile import Shape

SHAPE = Shape(key=PERSON_MONTH, truths=("referentiepersoon",))

SUITE = Suite(
    name="dataset_huishoudens",
    subject="huishoudens",
    checks=(
        Check(
            name="rijen_per_maand",
            description="Per gemeente en maand wijkt het aantal rijen hoogstens 10 % af van de "
            "maand ervoor.",
            why="Iedere ingezetene heeft een huishouden: wat voor `personen` geldt, geldt hier.",
            measure="rijen_per_maand",
            derive=relative_change,
            minimum=-0.10,
            maximum=0.10,
            severity="waarschuwing",
            needs_previous=True,
            minimum_basis=50,
            optional=True,
        ),
        UNIQUE_KEY,
        Check(
            name="aandeel_referentiepersonen",
            description="Tussen 30 en 70 % van de personen is referentiepersoon.",
            why="Een huishouden telt in Nederland gemiddeld ruim twee personen, in geen gemeente "
            "minder dan 1,5 of meer dan 3,3. Daarbuiten ontbreken relaties of adressen in de BRP.",
            measure="waar_aandeel",
            part="referentiepersoon",
            minimum=0.30,
            maximum=0.70,
            severity="waarschuwing",
            minimum_basis=100,
        ),
    ),
)
