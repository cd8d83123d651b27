"""What the incomes of households must look like as a whole."""

from __future__ import annotations

from expectations.bridge import Check, Suite, change, relative_change
from expectations.deliveries.common import QUARANTINE, REASONS

SUITE = Suite(
    name="levering_inkomen_huishouden",
    subject="inkomen_huishouden",
    checks=(
        Check(
            name="levering_niet_leeg",
            description="De levering bevat ten minste één persoon.",
            why="Een lege levering zou twaalf maanden lang elk inkomen onbekend maken.",
            measure="rijen",
            part="inkomen",
            minimum=1,
            minimum_basis=0,
        ),
        Check(
            name="volume_vorige_maand",
            description="Het aantal personen wijkt hoogstens 20 % af van de vorige levering.",
            why="Het is een volledige stand van de bevolking; zij verandert in een jaar enkele "
            "procenten. Meer is een deellevering of de levering van een andere gemeente.",
            measure="eenheden",
            derive=relative_change,
            minimum=-0.2,
            maximum=0.2,
            needs_previous=True,
            minimum_basis=100,
        ),
        QUARANTINE,
        REASONS,
        Check(
            name="gevuld_aandeel_daling",
            description="Geen kolom is meer dan 20 procentpunt minder gevuld dan een jaar eerder.",
            why="Alles mag leeg zijn, maar een kolom die in een jaar wegvalt wijst op een andere "
            "samenstelling.",
            measure="gevuld_aandeel",
            derive=change,
            minimum=-0.20,
            severity="waarschuwing",
            needs_previous=True,
            minimum_basis=100,
        ),
        Check(
            name="levering_van_deze_gemeente",
            description="Ten minste 50 % van de personen is bekend in de BRP.",
            why="Het inkomensjaar ligt een of twee jaar terug: wie verhuisde of overleed hoort er "
            "nog bij. Onder de helft is het de levering van een andere gemeente.",
            measure="bekend_in_brp_aandeel",
            minimum=0.50,
            minimum_basis=50,
            optional=True,
        ),
    ),
)
