"""What mart `rmc_voortgang` must look like."""

from __future__ import annotations

from expectations.bridge import Check, Suite
from expectations.datasets.common import UNIQUE_KEY
from expectations.marts.common import SHARE_IN_SIGHT
from warehouse.profile import Shape

SHAPE = Shape(
    key=("gemeente", "peildatum", "maand"),
    ranges={"pct_in_beeld": (0, 100), "pct_teruggevonden": (0, 100), "nu_weg": (0, 10)},
)

SUITE = Suite(
    name="mart_rmc_voortgang",
    subject="rmc_voortgang",
    checks=(
        UNIQUE_KEY,
        SHARE_IN_SIGHT,
        Check(
            name="aandeel_teruggevonden_klopt",
            description="Het deel dat is teruggevonden ligt tussen 0 en 100 %.",
            why="Wie is teruggevonden, was bij de nulmeting verdwenen; daarbuiten zijn teller en "
            "noemer van elkaar los geraakt. Zoetermeer kwam op 95 %.",
            measure="buiten_bereik",
            part="pct_teruggevonden",
            maximum=0,
        ),
        Check(
            name="weg_zonder_spoor",
            description="Hoogstens tien jongeren zijn weg zonder dat de BRP zegt waardoor.",
            why="Een vertrek of overlijden staat met zijn datum in de BRP, tenzij die onvolledig "
            "is; meer wijst op een levering zonder wie vertrokken is.",
            measure="buiten_bereik",
            part="nu_weg",
            maximum=0,
            severity="waarschuwing",
        ),
    ),
)
