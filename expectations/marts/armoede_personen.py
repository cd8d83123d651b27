"""What mart `armoede_personen` must look like."""

from __future__ import annotations

from expectations.bridge import Check, Suite, change
from expectations.datasets.common import PERSON_MONTH, UNIQUE_KEY
from expectations.marts.common import volume
from warehouse.profile import Shape

SHAPE = Shape(
    key=PERSON_MONTH,
    truths=("arm_110", "kind", "wmo", "heeft_bijstand"),
)

SUITE = Suite(
    name="mart_armoede_personen",
    subject="armoede_personen",
    checks=(
        volume("Iedere ingezetene staat erin: wat voor `personen` geldt, geldt hier."),
        UNIQUE_KEY,
        Check(
            name="aandeel_arm_110",
            description="Tussen 2 en 25 % van de personen woont in een arm huishouden (110 %).",
            why="In 2020 leefde landelijk 5,5 % van de personen onder de lage-inkomensgrens, die "
            "lager ligt dan 110 %: minder dan de helft daarvan is te weinig. Van kinderen in "
            "Vlaardingen bijna 1 op 6 (110 %, 2019): een kwart van allen is te veel.",
            measure="waar_aandeel",
            part="arm_110",
            minimum=0.02,
            maximum=0.25,
            severity="waarschuwing",
            minimum_basis=500,
        ),
        Check(
            name="verandering_arm_110",
            description="Het aandeel arm (110 %) verandert hoogstens 3 procentpunt in een maand.",
            why="Als bij `armoede_huishoudens`: landelijk een punt in twee jaar (7,9 % in 2018, "
            "6,8 % in 2020), niet drie in een maand.",
            measure="waar_aandeel",
            part="arm_110",
            derive=change,
            minimum=-0.03,
            maximum=0.03,
            severity="waarschuwing",
            needs_previous=True,
            minimum_basis=1_000,
        ),
        Check(
            name="aandeel_kinderen",
            description="Tussen 10 en 35 % van de personen is een kind.",
            why="In Nederland is bijna een vijfde jonger dan 18. De helft daarvan of bijna het "
            "dubbele haalt hooguit de meest vergrijsde of de jongste gemeente; verder erbuiten "
            "ontbreekt een leeftijdsgroep in de levering.",
            measure="waar_aandeel",
            part="kind",
            minimum=0.10,
            maximum=0.35,
            severity="waarschuwing",
            minimum_basis=500,
        ),
        Check(
            name="aandeel_wmo",
            description="Hoogstens 20 % van de personen heeft een maatwerkvoorziening Wmo.",
            why="Landelijk is het ongeveer 7 %; bijna driemaal zoveel zijn voorzieningen die in "
            "het register nooit eindigen.",
            measure="waar_aandeel",
            part="wmo",
            maximum=0.20,
            severity="waarschuwing",
            minimum_basis=500,
        ),
        Check(
            name="aandeel_bijstand",
            description="Hoogstens 15 % van de personen heeft bijstand.",
            why="Bijstand alleen is in Nederland zo'n 5 % van de huishoudens, en in geen gemeente "
            "driemaal zoveel van de inwoners.",
            measure="waar_aandeel",
            part="heeft_bijstand",
            maximum=0.15,
            severity="waarschuwing",
            minimum_basis=500,
        ),
        Check(
            name="herkomst_gevuld",
            description="Van iedereen staat een herkomst, al is het onbekend.",
            why="De indeling is uitputtend: een lege waarde zou uit elke telling naar herkomst "
            "vallen.",
            measure="gevuld_aandeel",
            part="herkomst",
            minimum=1,
        ),
    ),
)
