"""What dataset `onderwijs` must look like."""

from __future__ import annotations

from expectations.bridge import Check, Suite, relative_change
from expectations.datasets.common import PERSON_MONTH, UNIQUE_KEY
from warehouse.profile import Shape

SHAPE = Shape(
    key=PERSON_MONTH, ranges={"aantal_inschrijvingen": (0, 3)}, truths=("ingeschreven", "dubbel")
)

SUITE = Suite(
    name="dataset_onderwijs",
    subject="onderwijs",
    checks=(
        UNIQUE_KEY,
        Check(
            name="rijen_per_maand",
            description="Per gemeente en maand wijkt het aantal rijen hoogstens 20 % af van de "
            "maand ervoor.",
            why="Rond 1 augustus wisselen eindexamenkandidaten van school, maar verdwijnt geen "
            "vijfde van de jongeren; onder 50 rijen zegt een verhouding niets.",
            measure="rijen_per_maand",
            derive=relative_change,
            minimum=-0.20,
            maximum=0.20,
            severity="waarschuwing",
            needs_previous=True,
            minimum_basis=50,
            optional=True,
        ),
        Check(
            name="dubbel_aandeel",
            description="Hoogstens 5 % heeft twee of meer inschrijvingen tegelijk.",
            why="Dubbel ingeschreven is wie wisselt zonder uitgeschreven te zijn, of vo met vavo "
            "combineert (E03): enkele procenten. Meer wijst op uitschrijvingen die ontbreken; elke "
            "rij heeft dan nog steeds één hoofdinschrijving.",
            measure="waar_aandeel",
            part="dubbel",
            maximum=0.05,
            severity="waarschuwing",
            minimum_basis=100,
            optional=True,
        ),
        Check(
            name="aantal_inschrijvingen_geloofwaardig",
            description="Niemand heeft meer dan drie inschrijvingen tegelijk.",
            why="Meer dan drie instellingen tegelijk komt niet voor: dan zijn inschrijvingen niet "
            "beëindigd of herhaald geleverd.",
            measure="buiten_bereik",
            part="aantal_inschrijvingen",
            maximum=0,
            severity="waarschuwing",
        ),
    ),
)
