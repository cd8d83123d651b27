"""What mart `rmc_werkvoorraad` must look like."""

from __future__ import annotations

from expectations.bridge import Check, Suite, relative_change
from expectations.datasets.common import PERSON_MONTH, UNIQUE_KEY
from warehouse.profile import Shape

SHAPE = Shape(
    key=(*PERSON_MONTH, "gebeurtenis_maand"),
    ranges={"leeftijd": (12, 27), "doorlooptijd_dagen": (0, 366)},
    truths=("bekend_elders",),
)

SUITE = Suite(
    name="mart_rmc_werkvoorraad",
    subject="rmc_werkvoorraad",
    checks=(
        UNIQUE_KEY,
        Check(
            name="leeftijd_binnen_de_monitor",
            description="Iedereen is 12 tot en met 26 jaar, of in deze maand 27 geworden.",
            why="Wie 27 wordt, gaat uit de doelgroep en sluit in die maand het werkproces.",
            measure="buiten_bereik",
            part="leeftijd",
            maximum=0,
        ),
        Check(
            name="doorlooptijd_binnen_de_looptijd",
            description="Tussen opening en eerste contact liggen nul tot en met 366 dagen.",
            why="Een werkproces loopt ten hoogste twaalf maanden; wat langer duurt is een datum "
            "die niet klopt.",
            measure="buiten_bereik",
            part="doorlooptijd_dagen",
            maximum=0,
        ),
        Check(
            name="rijen_per_maand",
            description="Per gemeente en maand ligt het aantal werkprocessen tussen de helft en "
            "het dubbele van de maand ervoor.",
            why="Wat open is loopt maanden door. Een sprong komt van een bevraging die mensen "
            "oversloeg of van seizoenwerk, en verdient dat iemand kijkt; onder 50 rijen zegt een "
            "verhouding niets.",
            measure="rijen_per_maand",
            derive=relative_change,
            minimum=-0.5,
            maximum=1.0,
            severity="waarschuwing",
            needs_previous=True,
            minimum_basis=50,
            optional=True,
        ),
        Check(
            name="gesloten_of_ingetrokken_aandeel",
            description="Hoogstens de helft van de rijen is in haar maand gesloten of ingetrokken.",
            why="Zolang niemand iets doet, staat een werkproces maanden open. Sluit of verdwijnt "
            "de helft in een maand, dan haalde een correctie veel in een keer weg.",
            measure="gevuld_aandeel",
            part="reden",
            maximum=0.5,
            severity="waarschuwing",
            minimum_basis=50,
        ),
        Check(
            name="bekend_elders_aandeel",
            description="Van wie open is, is hoogstens 67 % elders bekend.",
            why="Van wie geen inkomen heeft kent een andere afdeling een minderheid; is het bijna "
            "iedereen, dan telt een register mee dat niet over hulp gaat.",
            measure="waar_aandeel",
            part="bekend_elders",
            maximum=0.67,
            severity="waarschuwing",
            minimum_basis=50,
        ),
    ),
)
