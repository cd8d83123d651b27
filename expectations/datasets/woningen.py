"""What dataset `woningen` must look like."""

from __future__ import annotations

from expectations.bridge import Check, Suite, change, relative_change
from expectations.datasets.common import AREA_MONTH, UNIQUE_KEY
from warehouse.profile import Shape

SHAPE = Shape(
    key=(*AREA_MONTH, "woning_sleutel"),
    ranges={
        "woz_waarde": (10_000, 20_000_000),
        "oppervlakte": (10, 2_000),
        "bouwjaar": (1000, 2100),
    },
    truths=("in_bag",),
)

SUITE = Suite(
    name="dataset_woningen",
    subject="woningen",
    checks=(
        UNIQUE_KEY,
        Check(
            name="rijen_per_maand",
            description="Per gemeente en maand wijkt het aantal woningen hoogstens 10 % af van de "
            "maand ervoor.",
            why="Eenmaal per jaar komt er een bestand; de voorraad verandert dan een paar procent. "
            "Onder 50 woningen zegt een verhouding niets.",
            measure="rijen_per_maand",
            derive=relative_change,
            minimum=-0.10,
            maximum=0.10,
            severity="waarschuwing",
            needs_previous=True,
            minimum_basis=50,
            optional=True,
        ),
        Check(
            name="in_bag",
            description="Ten minste 95 % van de woningen is in de BAG gevonden.",
            why="De WOZ neemt haar adressen uit de BAG over; wat ontbreekt zijn complexen, "
            "woonboten en nieuwbouw. Meer wijst op een oud extract of een andere schrijfwijze.",
            measure="waar_aandeel",
            part="in_bag",
            minimum=0.95,
            severity="waarschuwing",
            minimum_basis=100,
        ),
        Check(
            name="waarde_geloofwaardig",
            description="Elke waarde ligt tussen 10.000 en 20 miljoen euro.",
            why="Een garage haalt de ondergrens al; boven de bovengrens staat een complex, of een "
            "bedrag in centen. Een enkel echt object van die omvang bestaat.",
            measure="buiten_bereik",
            part="woz_waarde",
            maximum=0,
            severity="waarschuwing",
        ),
        Check(
            name="oppervlakte_geloofwaardig",
            description="Elke oppervlakte ligt tussen 10 en 2.000 m2.",
            why="De BAG kent 1 en 999999 als invulwaarde; een enkel landhuis is groter.",
            measure="buiten_bereik",
            part="oppervlakte",
            maximum=0,
            severity="waarschuwing",
        ),
        Check(
            name="bouwjaar_geloofwaardig",
            description="Elk bouwjaar ligt tussen 1000 en 2100.",
            why="Daarbuiten is het een invulwaarde; 1005 komt in de BAG ook zo voor.",
            measure="buiten_bereik",
            part="bouwjaar",
            maximum=0,
            severity="waarschuwing",
        ),
        Check(
            name="onbekend_gebied_stijging",
            description="Het aandeel met onbekende buurt stijgt hoogstens 5 procentpunt.",
            why="Een sprong wijst op ontbrekende adressen of gebieden, niet op sloop; de rijen "
            "zelf blijven geldig.",
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
