"""What mart `scheefwonen_gemeente` must look like.

The figures of Holland Rijnland (2015, domain 1.2) are the middle of each range. A gemeente of a few
hundred rented homes may lie outside by chance, so these checks only warn.
"""

from __future__ import annotations

from expectations.bridge import Check, Suite
from expectations.datasets.common import UNIQUE_KEY
from warehouse.profile import Shape

#: Per share the lowest and highest that is credible.
RANGES: dict[str, tuple[float, float]] = {
    "pct_scheef": (8, 45),
    "pct_duur_scheef": (2, 40),
    "pct_scheef_paar": (45, 90),
    "pct_scheef_loon": (50, 95),
    "pct_scheef_langer_dan_vijf_jaar": (40, 90),
    "pct_scheef_hoofdbewoner_35_64": (45, 88),
}
SHAPE = Shape(key=("gemeente", "maand", "profiel"), ranges=RANGES)


def _within(name: str, what: str, part: str, why: str) -> Check:
    lowest, highest = RANGES[part]
    return Check(
        name=name,
        description=f"{what} ligt tussen {lowest:g} en {highest:g} %.",
        why=why,
        measure="buiten_bereik",
        part=part,
        maximum=0,
        severity="waarschuwing",
    )


SUITE = Suite(
    name="mart_scheefwonen_gemeente",
    subject="scheefwonen_gemeente",
    checks=(
        UNIQUE_KEY,
        _within(
            "aandeel_scheef",
            "Het aandeel goedkoop scheef van de sociale huurwoningen",
            "pct_scheef",
            "Holland Rijnland 30 % (2015); landelijk 16 % van de huurders (WoON 2018). De grenzen "
            "zijn anderhalf maal het eerste en de helft van het tweede.",
        ),
        _within(
            "aandeel_duur_scheef",
            "Het aandeel duur scheef",
            "pct_duur_scheef",
            "Van de eenouderhuishoudens woonde in 2016 in Alphen aan den Rijn 425 van 1.725 te "
            "duur, in Midden-Holland 780 van 4.148 (domein 1.2): 19 tot 25 %; van alle "
            "huishoudens minder.",
        ),
        _within(
            "aandeel_paren",
            "Van wie goedkoop scheef woont het aandeel paren",
            "pct_scheef_paar",
            "Holland Rijnland 67 %. Ongehuwde paren zonder kinderen ziet de BRP niet, wat het "
            "aandeel verlaagt; twee grenzen sinds 2022 verlagen het ook.",
        ),
        _within(
            "aandeel_loon",
            "Van wie goedkoop scheef woont het aandeel met loon als voornaamste bron",
            "pct_scheef_loon",
            "Holland Rijnland 76 %; wie boven de grens verdient doet dat meestal met werk.",
        ),
        _within(
            "aandeel_langer_dan_vijf_jaar",
            "Van wie goedkoop scheef woont het aandeel dat er langer dan vijf jaar woont",
            "pct_scheef_langer_dan_vijf_jaar",
            "Holland Rijnland 71 %: bij de toewijzing pasten huur en inkomen nog, dus het duurt "
            "jaren. Veel minder wijst op hernummering of een andere datum van adreshouding.",
        ),
        _within(
            "aandeel_35_tot_65",
            "Van wie goedkoop scheef woont het aandeel met een hoofdbewoner van 35 tot en met 64",
            "pct_scheef_hoofdbewoner_35_64",
            "Holland Rijnland 68 %: op die leeftijd is het inkomen het hoogst. Veel meer of minder "
            "wijst op een hoofdbewoner die verkeerd gekozen is.",
        ),
    ),
)
