"""What mart `rmc_gemeente` must look like."""

from __future__ import annotations

from expectations.bridge import Check, Suite
from expectations.datasets.common import UNIQUE_KEY
from warehouse.profile import Shape

SHAPE = Shape(key=("gemeente", "maand"), ranges={"pct_in_beeld": (50, 100)})

SUITE = Suite(
    name="mart_rmc_gemeente",
    subject="rmc_gemeente",
    checks=(
        UNIQUE_KEY,
        Check(
            name="aandeel_in_beeld",
            description="Van de 18- tot 23-jarigen zonder startkwalificatie en school is ten "
            "minste de helft in beeld.",
            why="Zoetermeer vond 95 % terug van wie eerder verdwenen was (Platform31, 2019); ook "
            "een eerste nulmeting ziet wie werkt of een uitkering heeft, en dat zijn de meesten. "
            "Onder de helft ontbreekt een levering, of zijn het er te weinig om over te oordelen.",
            measure="buiten_bereik",
            part="pct_in_beeld",
            maximum=0,
            severity="waarschuwing",
        ),
    ),
)
