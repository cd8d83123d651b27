"""What mart `scheefwonen_huishoudens` must look like."""

from __future__ import annotations

from expectations.bridge import Check, Suite, change
from expectations.datasets.common import UNIQUE_KEY
from expectations.marts.common import volume
from warehouse.profile import Shape

SHAPE = Shape(
    key=("gemeente", "woning_sleutel", "maand", "profiel"),
    ranges={"woonduur_jaren": (0, 100)},
    truths=("goedkoop_scheef", "sociale_huurwoning"),
)

SUITE = Suite(
    name="mart_scheefwonen_huishoudens",
    subject="scheefwonen_huishoudens",
    checks=(
        UNIQUE_KEY,
        volume(
            "Het bezit van corporaties verandert een paar procent per jaar, en wat leegkomt is "
            "binnen maanden weer verhuurd. Een profiel dat van maand op maand begint of eindigt "
            "verdient dat iemand kijkt. Onder 50 woningen zegt een verhouding niets.",
            what="woningen",
        ),
        Check(
            name="buurt_dekking",
            description="Per gemeente en maand heeft 97 % van de woningen een buurt.",
            why="Er woont een huishouden, dus het adres staat in de BRP (domein 4.2: 97 % voor "
            "corporaties).",
            measure="buurt_dekking",
            minimum=0.97,
            severity="waarschuwing",
            minimum_basis=100,
            optional=True,
        ),
        Check(
            name="categorie_bekend",
            description="Van ten minste 85 % van de woningen is de categorie bekend.",
            why="Het CBS geeft van ongeveer 2 % van de huishoudens geen inkomen; wie sindsdien van "
            "huishouden wisselde komt daarbij. Is meer onbekend, dan ontbreekt een levering of "
            "een grens van dat jaar, en zeggen de aandelen weinig.",
            measure="gevuld_aandeel",
            part="goedkoop_scheef",
            minimum=0.85,
            severity="waarschuwing",
            minimum_basis=100,
        ),
        Check(
            name="aandeel_goedkoop_scheef",
            description="Tussen 8 en 45 % van de woningen met een bekende categorie is goedkoop "
            "scheef.",
            why="In Holland Rijnland was dat 30 % van de sociale huurwoningen (2015); landelijk "
            "16 % van de huurders (WoON 2018, domein 1.2). Het inkomen van kinderen telt hier mee, "
            "wat het aandeel verhoogt; anderhalf maal het eerste of de helft van het tweede is "
            "een grens of een inkomen dat niet klopt.",
            measure="waar_aandeel",
            part="goedkoop_scheef",
            minimum=0.08,
            maximum=0.45,
            severity="waarschuwing",
            minimum_basis=200,
        ),
        Check(
            name="verandering_goedkoop_scheef",
            description="Het aandeel goedkoop scheef verschilt hoogstens 6 punten van de maand "
            "ervoor.",
            why="Van maand op maand verhuist ongeveer 1 %. Een sprong komt van nieuwe grenzen (in "
            "januari), een nieuwe huurlijst of een nieuw inkomensjaar, en samen blijven die daar "
            "gewoonlijk onder.",
            measure="waar_aandeel",
            part="goedkoop_scheef",
            derive=change,
            minimum=-0.06,
            maximum=0.06,
            severity="waarschuwing",
            needs_previous=True,
            minimum_basis=200,
        ),
        Check(
            name="aandeel_sociale_huur",
            description="Ten minste 75 % heeft een huur tot en met de huurgrens.",
            why="Corporaties verhuren vooral sociaal: hun niet-DAEB-tak is klein. Minder wijst op "
            "huren met servicekosten erin of op jaarbedragen.",
            measure="waar_aandeel",
            part="sociale_huurwoning",
            minimum=0.75,
            severity="waarschuwing",
            minimum_basis=200,
        ),
        Check(
            name="woonduur_geloofwaardig",
            description="Niemand woont er korter dan nul of langer dan honderd jaar.",
            why="De hoofdbewoner is op de peildag al op het adres begonnen, en is een mens.",
            measure="buiten_bereik",
            part="woonduur_jaren",
            maximum=0,
            severity="waarschuwing",
        ),
    ),
)
