"""What mart `scheefwonen_buurt` must look like."""

from __future__ import annotations

from expectations.bridge import Check, Suite, relative_change
from expectations.datasets.common import UNIQUE_KEY
from warehouse.profile import Shape

SHARES = {"pct_scheef": (0, 100), "pct_scheef_minstens": (0, 100), "pct_duur_scheef": (0, 100)}

SHAPE = Shape(key=("gemeente", "buurt", "maand", "profiel"), ranges=SHARES)

SHARES_ARE_SHARES = Check(
    name="aandelen_kloppen",
    description="Elk aandeel ligt tussen 0 en 100 %.",
    why="Een aandeel is een deel van wat bekend is; daarbuiten zijn teller en noemer van elkaar "
    "los geraakt.",
    measure="buiten_bereik",
    part="pct_scheef",
    maximum=0,
    severity="waarschuwing",
)

SUITE = Suite(
    name="mart_scheefwonen_buurt",
    subject="scheefwonen_buurt",
    checks=(
        UNIQUE_KEY,
        SHARES_ARE_SHARES,
        Check(
            name="rijen_per_maand",
            description="Per gemeente en maand wijkt het aantal buurten hoogstens 20 % af van de "
            "maand ervoor.",
            why="Corporatiebezit verschijnt en verdwijnt per complex, niet per wijk; een buurt met "
            "een enkele woning kan leegkomen. Onder 20 buurten zegt een verhouding niets.",
            measure="rijen_per_maand",
            derive=relative_change,
            minimum=-0.20,
            maximum=0.20,
            severity="waarschuwing",
            needs_previous=True,
            minimum_basis=20,
            optional=True,
        ),
    ),
)
