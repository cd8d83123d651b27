"""What dataset `wmo` must look like; `jeugdhulp` likewise."""

from __future__ import annotations

from expectations.bridge import Check, Suite, relative_change
from expectations.datasets.common import PERSON_MONTH, UNIQUE_KEY
from warehouse.profile import Shape

SHAPE = Shape(key=(*PERSON_MONTH, "toewijzing"), truths=("inwoner", "toegewezen"))

#: What holds for the provisions of either law.
CHECKS = (
    Check(
        name="rijen_per_maand",
        description="Per gemeente en maand wijkt het aantal voorzieningen hoogstens 15 % af van de "
        "maand ervoor.",
        why="In- en uitstroom zijn enkele procenten per maand; een aanbieder wiens berichten "
        "ontbreken of een herindeling geeft een sprong. Onder 50 rijen zegt een verhouding niets.",
        measure="rijen_per_maand",
        derive=relative_change,
        minimum=-0.15,
        maximum=0.15,
        severity="waarschuwing",
        needs_previous=True,
        minimum_basis=50,
        optional=True,
    ),
    UNIQUE_KEY,
    Check(
        name="van_inwoners",
        description="Ten minste 97 % van de voorzieningen is van een inwoner.",
        why="Wie vertrok of overleed hoort binnen twee maanden gestopt te zijn; wat doorloopt, "
        "staat in de controlelijst (domein 3.16, E06) en de rij blijft geldig. Lager dan 97 % ook "
        "als geen BRP-levering de maand beschrijft.",
        measure="waar_aandeel",
        part="inwoner",
        minimum=0.97,
        severity="waarschuwing",
        minimum_basis=50,
    ),
    Check(
        name="toegewezen_aandeel",
        description="Ten minste 95 % van de voorzieningen is toegewezen.",
        why="Levering zonder lopende toewijzing is een ontbrekende toewijzing of stop; in de "
        "eerste maanden ontbreken toewijzingen van voor de eerste levering.",
        measure="waar_aandeel",
        part="toegewezen",
        minimum=0.95,
        severity="waarschuwing",
        minimum_basis=50,
    ),
    Check(
        name="categorie_gevuld",
        description="Ten minste 90 % heeft een productcategorie.",
        why="Een toewijzing mag zonder product zijn (alleen een budget), maar dat is uitzondering; "
        "meer wijst op een element dat bij de bron wegviel.",
        measure="gevuld_aandeel",
        part="categorie",
        minimum=0.90,
        severity="waarschuwing",
        minimum_basis=50,
    ),
)

SUITE = Suite(name="dataset_wmo", subject="wmo", checks=CHECKS)
