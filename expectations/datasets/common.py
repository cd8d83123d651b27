"""Keys and checks that suites of several datasets share."""

from __future__ import annotations

from expectations.bridge import Check, relative_change

PERSON_MONTH = ("gemeente", "bsn_versleuteld", "maand")
AREA_MONTH = ("gemeente", "maand")

UNIQUE_KEY = Check(
    name="sleutel_uniek",
    description="Geen sleutel komt meer dan eens voor.",
    why="Een dubbele sleutel vermenigvuldigt rijen in elke koppeling daarna.",
    measure="dubbele_sleutels",
    maximum=0,
)

ROWS_OF_ASKED = Check(
    name="rijen_per_maand",
    description="Per gemeente en maand ligt het aantal rijen tussen de helft en het dubbele van de "
    "maand ervoor.",
    why="Wie bevraagd wordt verschilt per maand; onder 50 rijen zegt een verhouding niets.",
    measure="rijen_per_maand",
    derive=relative_change,
    minimum=-0.5,
    maximum=1.0,
    severity="waarschuwing",
    needs_previous=True,
    minimum_basis=50,
    optional=True,
)

ROWS_OF_HELP = Check(
    name="rijen_per_maand",
    description="Per gemeente en maand ligt het aantal rijen tussen de helft en het dubbele van de "
    "maand ervoor.",
    why="Hulp en regelingen lopen maanden door; golven (een teldatum, een eenmalige toeslag) "
    "blijven daarbinnen of verdienen dat iemand kijkt; onder 50 rijen zegt een verhouding niets.",
    measure="rijen_per_maand",
    derive=relative_change,
    minimum=-0.5,
    maximum=1.0,
    severity="waarschuwing",
    needs_previous=True,
    minimum_basis=50,
    optional=True,
)

COVERS_THE_MONTH = Check(
    name="periode_dekt_de_maand",
    description="Ten minste 90 % van de rijen komt uit een levering die de laatste dag dekt.",
    why="Een levering waarvan de periode eerder eindigt, weet niet wat daarna gebeurde: de maand "
    "blijft onvolledig, maar wat er staat is waar.",
    measure="waar_aandeel",
    part="volledig",
    minimum=0.90,
    severity="waarschuwing",
)
