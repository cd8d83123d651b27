"""What dataset `inkomsten` must look like."""

from __future__ import annotations

from expectations.bridge import Check, Suite
from expectations.datasets.common import PERSON_MONTH, ROWS_OF_ASKED, UNIQUE_KEY
from warehouse.profile import Shape

SHAPE = Shape(
    key=(*PERSON_MONTH, "bron", "inkomstenverhouding"),
    ranges={"bedrag": (-1_000_000, 1_000_000)},
    amounts=("bedrag", "loon_lb"),
    covered_by="inkomsten_bevraging",
)

SUITE = Suite(
    name="dataset_inkomsten",
    subject="inkomsten",
    checks=(
        ROWS_OF_ASKED,
        UNIQUE_KEY,
        Check(
            name="negatief_aandeel",
            description="Hoogstens 10 % van de bedragen is negatief.",
            why="Een negatief bedrag is een correctie op een eerdere opgave; meer wijst op een "
            "verkeerd gelezen teken.",
            measure="negatief_aandeel",
            maximum=0.10,
            severity="waarschuwing",
        ),
        Check(
            name="bedrag_geloofwaardig",
            description="Geen bedrag is groter dan een miljoen euro per maand, plus of min.",
            why="Centen als euro's gelezen geven honderdvoudige bedragen; een enkel echt bedrag "
            "van die omvang bestaat.",
            measure="buiten_bereik",
            part="bedrag",
            maximum=0,
            severity="waarschuwing",
        ),
        Check(
            name="elke_rij_bevraagd",
            description="Bij elke rij inkomsten staat dat deze persoon die maand bevraagd is.",
            why="Anders zijn geen inkomsten en niet bekend niet meer te onderscheiden.",
            measure="zonder_bevraging",
            maximum=0,
        ),
    ),
)
