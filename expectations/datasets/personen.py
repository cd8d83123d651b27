"""What dataset `personen` must look like."""

from __future__ import annotations

from expectations.bridge import Check, Suite, change, relative_change
from expectations.datasets.common import PERSON_MONTH, UNIQUE_KEY
from warehouse.profile import Shape

SHAPE = Shape(key=PERSON_MONTH, ranges={"leeftijd": (0, 125)})

SUITE = Suite(
    name="dataset_personen",
    subject="personen",
    checks=(
        Check(
            name="rijen_per_maand",
            description="Per gemeente en maand wijkt het aantal rijen hoogstens 10 % af van de "
            "maand ervoor.",
            why="Een bevolking verandert ruim minder dan 1 % per maand, een herindeling meer; "
            "onder 50 rijen zegt een verhouding niets.",
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
            name="leeftijd_geloofwaardig",
            description="Elke leeftijd ligt tussen 0 en 125 jaar.",
            why="De oudste mens ooit werd 122; daarbuiten is de geboortedatum of de maand fout "
            "gelezen.",
            measure="buiten_bereik",
            part="leeftijd",
            maximum=0,
        ),
        Check(
            name="geslacht_gevuld",
            description="Van elke persoon is het geslacht gevuld (man, vrouw of onbekend).",
            why="Het contract eist het al bij de poort, met een eigen code voor onbekend; leeg "
            "komt dus uit onze eigen verwerking.",
            measure="gevuld_aandeel",
            part="geslacht",
            minimum=1,
        ),
        Check(
            name="buurt_dekking",
            description="Per gemeente en maand heeft 99,5 % een buurt of een briefadres.",
            why="De BRP wijst naar de BAG; wat daarboven onvindbaar is wijst op een verouderd "
            "extract of een andere indeling (domein 4.2). De rijen blijven geldig: wie geen buurt "
            "heeft telt als onbekend mee.",
            measure="buurt_dekking",
            minimum=0.995,
            severity="waarschuwing",
            minimum_basis=100,
            optional=True,
        ),
        Check(
            name="onbekend_gebied_stijging",
            description="Het aandeel met onbekende buurt stijgt hoogstens 5 procentpunt.",
            why="Een sprong wijst op ontbrekende adressen of gebieden, niet op verhuizingen; de "
            "rijen zelf blijven geldig.",
            measure="onbekend_gebied_aandeel",
            derive=change,
            maximum=0.05,
            severity="waarschuwing",
            needs_previous=True,
            minimum_basis=50,
            optional=True,
        ),
    ),
)
