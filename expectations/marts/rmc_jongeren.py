"""What mart `rmc_jongeren` must look like."""

from __future__ import annotations

from expectations.bridge import Check, Suite, change
from expectations.datasets.common import PERSON_MONTH, UNIQUE_KEY
from expectations.marts.common import volume
from warehouse.profile import Shape

SHAPE = Shape(
    key=PERSON_MONTH,
    ranges={"leeftijd": (12, 26), "ib_prioriteit": (1, 5)},
    truths=(
        "startkwalificatie",
        "in_onderwijs",
        "verdwenen_seed",
        "buiten_beeld_cbs",
        "vsv_nieuw",
        "uitgeschreven",
    ),
)

SUITE = Suite(
    name="mart_rmc_jongeren",
    subject="rmc_jongeren",
    checks=(
        UNIQUE_KEY,
        Check(
            name="leeftijd_binnen_de_monitor",
            description="Iedereen is 12 tot en met 26 jaar.",
            why="Dat is wie de monitor volgt; een ander is er door een fout in de leeftijd.",
            measure="buiten_bereik",
            part="leeftijd",
            maximum=0,
        ),
        Check(
            name="prioriteit_een_tot_en_met_vijf",
            description="Een prioriteit van het Inlichtingenbureau is 1, 2, 3, 4 of 5.",
            why="De vijf sluiten elkaar uit en laten niets over (domein 2.10).",
            measure="buiten_bereik",
            part="ib_prioriteit",
            maximum=0,
        ),
        volume(
            "Een jaargang is een vijftiende en wisselt in twaalf maanden; in een studentenstad "
            "komt rond september een paar procent. Onder 50 rijen zegt een verhouding niets.",
            what="jongeren",
        ),
        Check(
            name="verdwenen_aandeel",
            description="Hoogstens 10 % van wie het te zeggen is, is verdwenen.",
            why="Het CBS telde er in 2013 ruim 100.000 op ruim twee miljoen jongeren: vier à vijf "
            "procent, met wie een startkwalificatie heeft erbij. Het dubbele wijst op een levering "
            "die minder bracht dan anders.",
            measure="waar_aandeel",
            part="verdwenen_seed",
            maximum=0.10,
            severity="waarschuwing",
            minimum_basis=200,
        ),
        Check(
            name="buiten_beeld_aandeel",
            description="Hoogstens 12 % is buiten beeld zoals het CBS telt.",
            why="Landelijk vier à vijf procent (CBS 2013); de inschrijving bij UWV ontbreekt hier "
            "grotendeels, en daardoor zijn het er meer.",
            measure="waar_aandeel",
            part="buiten_beeld_cbs",
            maximum=0.12,
            severity="waarschuwing",
            minimum_basis=200,
        ),
        Check(
            name="vsv_nieuw_aandeel",
            description="Hoogstens 5 % van de jongeren is een nieuwe voortijdig schoolverlater.",
            why="Landelijk 2,2 tot 2,8 % van de ingeschrevenen onder 23 jaar over een heel jaar "
            "(CBS, 2017/'18 tot 2023/'24); grote steden liggen daar ruim boven.",
            measure="waar_aandeel",
            part="vsv_nieuw",
            maximum=0.05,
            severity="waarschuwing",
            minimum_basis=200,
        ),
        Check(
            name="uitgeschreven_aandeel",
            description="Hoogstens 3 % gaat in een maand van school zonder startkwalificatie.",
            why="Over een jaar zijn het er landelijk 2,2 tot 2,8 %. Meer in één maand wijst op "
            "inschrijvingen die in quarantaine staan of ontbreken.",
            measure="waar_aandeel",
            part="uitgeschreven",
            maximum=0.03,
            severity="waarschuwing",
            minimum_basis=200,
        ),
        Check(
            name="startkwalificatie_verandering",
            description="Het aandeel met een startkwalificatie verandert hoogstens 10 punten in "
            "een maand.",
            why="In de examenmaanden haalt een lichting haar diploma: een vijftiende van allen, "
            "en niet iedereen daarvan.",
            measure="waar_aandeel",
            part="startkwalificatie",
            derive=change,
            minimum=-0.10,
            maximum=0.10,
            severity="waarschuwing",
            needs_previous=True,
            minimum_basis=200,
        ),
        Check(
            name="in_onderwijs_verandering",
            description="Het aandeel in onderwijs verandert hoogstens 15 punten in een maand.",
            why="In juli en augustus gaan afgestudeerden uit en komen inschrijvingen later binnen; "
            "een groter gat is een levering die niet alles had.",
            measure="waar_aandeel",
            part="in_onderwijs",
            derive=change,
            minimum=-0.15,
            maximum=0.15,
            severity="waarschuwing",
            needs_previous=True,
            minimum_basis=200,
        ),
    ),
)
