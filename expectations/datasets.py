"""The suites that judge a standardised dataset after it was built, over the months it touched.

Volume only warns here: a lawful correction may empty a month, and that month must not hold up
everything for ever. ``DATASET_SHAPES`` says what the profile must measure for them.
"""

from __future__ import annotations

from expectations.bridge import Check, Suite, change, relative_change
from warehouse.profile import Shape

_PERSON_MONTH = ("gemeente", "bsn_versleuteld", "maand")

_AREA_MONTH = ("gemeente", "maand")

DATASET_SHAPES = {
    "gebied_vertaling": Shape(key=(*_AREA_MONTH, "buurt_toen"), truths=("vertaald",)),
    "gebieden": Shape(key=(*_AREA_MONTH, "indeling", "buurt")),
    "personen": Shape(key=_PERSON_MONTH, ranges={"leeftijd": (0, 125)}),
    "inkomsten": Shape(
        key=(*_PERSON_MONTH, "inkomstenverhouding"),
        ranges={"bedrag": (-1_000_000, 1_000_000)},
        amounts=("bedrag", "loon_lb"),
        covered_by="inkomsten_bevraging",
    ),
    "inkomsten_bevraging": Shape(key=_PERSON_MONTH),
}

_UNIQUE_KEY = Check(
    name="sleutel_uniek",
    description="Geen sleutel komt meer dan eens voor.",
    why="Een dubbele sleutel vermenigvuldigt rijen in elke koppeling daarna.",
    measure="dubbele_sleutels",
    maximum=0,
)
_ROWS_OF_ASKED = Check(
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

PERSONEN = Suite(
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
        _UNIQUE_KEY,
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

INKOMSTEN = Suite(
    name="dataset_inkomsten",
    subject="inkomsten",
    checks=(
        _ROWS_OF_ASKED,
        _UNIQUE_KEY,
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

INKOMSTEN_BEVRAGING = Suite(
    name="dataset_inkomsten_bevraging",
    subject="inkomsten_bevraging",
    checks=(_ROWS_OF_ASKED, _UNIQUE_KEY),
)

GEBIEDEN = Suite(name="dataset_gebieden", subject="gebieden", checks=(_UNIQUE_KEY,))

GEBIED_VERTALING = Suite(
    name="dataset_gebied_vertaling",
    subject="gebied_vertaling",
    checks=(
        _UNIQUE_KEY,
        Check(
            name="vertaling_volledig",
            description="Ten minste 90 % van de buurten van toen is te vertalen.",
            why="Een gemeente tekent haar buurten zelden opnieuw; ontbreekt meer, dan is eerder de "
            "tabel van gewijzigde codes vergeten dan dat alles is gesplitst.",
            measure="waar_aandeel",
            part="vertaald",
            minimum=0.90,
            severity="waarschuwing",
        ),
    ),
)

DATASET_SUITES = {
    suite.subject: suite
    for suite in (GEBIED_VERTALING, GEBIEDEN, INKOMSTEN, INKOMSTEN_BEVRAGING, PERSONEN)
}
