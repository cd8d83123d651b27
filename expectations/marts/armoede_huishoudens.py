"""What mart `armoede_huishoudens` must look like."""

from __future__ import annotations

from expectations.bridge import Check, Suite, change
from expectations.datasets.common import UNIQUE_KEY
from expectations.marts.common import volume
from warehouse.profile import Shape

SHAPE = Shape(
    key=("gemeente", "huishouden_sleutel", "maand"),
    ranges={"norm": (200, 8_000), "inkomen_pct_norm": (-100, 2_000)},
    truths=("inkomen_bekend", "arm_110", "verborgen_arm", "arm_administratief", "langdurig_arm"),
)

SUITE = Suite(
    name="mart_armoede_huishoudens",
    subject="armoede_huishoudens",
    checks=(
        volume("Het aantal huishoudens van een gemeente verandert per maand met promillen."),
        UNIQUE_KEY,
        Check(
            name="norm_geloofwaardig",
            description="Elke norm ligt tussen 200 en 8.000 euro per maand.",
            why="De laagste norm is die van een alleenstaande van 18 tot en met 20 jaar (237 euro "
            "in 2015); de hoogste van een eenheid is die van een paar op AOW-leeftijd (ruim 2.100 "
            "euro), en meer dan drie eenheden zijn zeldzaam.",
            measure="buiten_bereik",
            part="norm",
            maximum=0,
            severity="waarschuwing",
        ),
        Check(
            name="inkomen_geloofwaardig",
            description="Geen inkomen is meer dan twintig maal de norm of lager dan de norm "
            "negatief.",
            why="Twintig maal de norm van een alleenstaande is ruim 28.000 euro netto per maand: "
            "daarboven zijn centen als euro's gelezen; een terugvordering van meer dan een norm "
            "is er zelden een van een maand.",
            measure="buiten_bereik",
            part="inkomen_pct_norm",
            maximum=0,
            severity="waarschuwing",
        ),
        Check(
            name="aandeel_inkomen_bekend",
            description="Van ten minste de helft van de huishoudens is het inkomen bekend.",
            why="Wie alleen bij de bijstand naar inkomen vraagt, kent bijna alleen arme "
            "huishoudens: aandelen zeggen dan niets over de gemeente. De laatste twee maanden "
            "zijn nog niet volledig.",
            measure="waar_aandeel",
            part="inkomen_bekend",
            minimum=0.50,
            severity="waarschuwing",
            minimum_basis=50,
        ),
        Check(
            name="aandeel_arm_110",
            description="Tussen 3 en 25 % van de huishoudens is arm (110 %).",
            why="Landelijk 11 %, Vlaardingen 13,1 % (2019). Een kwart van het eerste of het "
            "dubbele van het tweede ligt buiten wat van gemeenten bekend is: dan deugt de norm "
            "niet, of is alleen bij arme huishoudens naar inkomen gevraagd.",
            measure="waar_aandeel",
            part="arm_110",
            minimum=0.03,
            maximum=0.25,
            severity="waarschuwing",
            minimum_basis=200,
        ),
        Check(
            name="verandering_arm_110",
            description="Het aandeel arm (110 %) verandert hoogstens 3 procentpunt in een maand.",
            why="Landelijk daalde het aandeel onder de lage-inkomensgrens van 7,9 % (2018) naar "
            "6,8 % (2020): in twee jaar een punt. Een sprong van drie is een nieuwe norm die niet "
            "aankwam of een bevraging van anderen.",
            measure="waar_aandeel",
            part="arm_110",
            derive=change,
            minimum=-0.03,
            maximum=0.03,
            severity="waarschuwing",
            needs_previous=True,
            minimum_basis=500,
        ),
        Check(
            name="aandeel_verborgen_arm",
            description="Hoogstens 10 % van de huishoudens is verborgen arm.",
            why="Landelijk is 11 % arm (110 %, 2019), en de MVS-gemeenten vonden die groep goed in "
            "beeld. Zijn er bijna zoveel verborgen, dan ontbreekt een register, of hebben "
            "zelfstandigen en studenten geen zichtbaar inkomen.",
            measure="waar_aandeel",
            part="verborgen_arm",
            maximum=0.10,
            severity="waarschuwing",
            minimum_basis=200,
        ),
        Check(
            name="aandeel_arm_administratief",
            description="Tussen 1 en 30 % van de huishoudens heeft een voorziening.",
            why="Bijstand alleen is in Nederland zo'n 5 % van de huishoudens; een ruime stadspas "
            "(130 %) bereikt er enkele malen zoveel.",
            measure="waar_aandeel",
            part="arm_administratief",
            minimum=0.01,
            maximum=0.30,
            severity="waarschuwing",
            minimum_basis=200,
        ),
        Check(
            name="aandeel_langdurig_arm",
            description="Hoogstens 15 % van de huishoudens is langdurig arm.",
            why="Landelijk 5,7 %, Vlaardingen 6,9 % (2019); meer dan het dubbele daarvan is "
            "telling van maanden die niet gezien zijn.",
            measure="waar_aandeel",
            part="langdurig_arm",
            maximum=0.15,
            severity="waarschuwing",
            minimum_basis=200,
        ),
    ),
)
