"""What dataset `bijstand` must look like."""

from __future__ import annotations

from expectations.bridge import Check, Suite, relative_change
from expectations.datasets.common import PERSON_MONTH, UNIQUE_KEY
from warehouse.profile import Shape

SHAPE = Shape(
    key=(*PERSON_MONTH, "regeling"),
    ranges={"norm": (0, 3_000), "betaald_bedrag": (0, 50_000)},
)

SUITE = Suite(
    name="dataset_bijstand",
    subject="bijstand",
    checks=(
        UNIQUE_KEY,
        Check(
            name="rijen_per_maand",
            description="Per gemeente en maand wijkt het aantal rijen hoogstens 20 % af van de "
            "maand ervoor.",
            why="De bijstand groeit of krimpt zelden meer dan 2 % per maand; eenmalige bijzondere "
            "bijstand schommelt meer. Onder 50 rijen zegt een verhouding niets.",
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
            name="norm_geloofwaardig",
            description="Elke norm ligt tussen 0 en 3.000 euro.",
            why="De hoogste norm, die voor gehuwden op AOW-leeftijd, was begin 2026 ruim 2.100 "
            "euro per maand; daarboven zijn centen of jaarbedragen gelezen.",
            measure="buiten_bereik",
            part="norm",
            maximum=0,
            severity="waarschuwing",
        ),
        Check(
            name="betaald_bedrag_geloofwaardig",
            description="Geen uitkering betaalt meer dan 50.000 euro in een maand.",
            why="Een nabetaling over jaren of bedrijfskapitaal voor een zelfstandige is hoog; "
            "daarboven zijn eerder centen als euro's gelezen.",
            measure="buiten_bereik",
            part="betaald_bedrag",
            maximum=0,
            severity="waarschuwing",
        ),
    ),
)
