"""What dataset `huurwoningen` must look like."""

from __future__ import annotations

from expectations.bridge import Check, Suite, relative_change
from expectations.datasets.common import AREA_MONTH, UNIQUE_KEY
from warehouse.profile import Shape

SHAPE = Shape(
    key=(*AREA_MONTH, "eenheid_sleutel"),
    ranges={"netto_huur": (50, 2_500), "rekenhuur": (50, 2_500)},
    truths=("in_bag", "rekenhuur_wijkt_af", "buurt_geleverd_herkend"),
)

SUITE = Suite(
    name="dataset_huurwoningen",
    subject="huurwoningen",
    checks=(
        UNIQUE_KEY,
        Check(
            name="rijen_per_maand",
            description="Per gemeente en maand wijkt het aantal eenheden hoogstens 10 % af van de "
            "maand ervoor.",
            why="Hoogstens tweemaal per jaar komt er een levering; bezit verandert dan een paar "
            "procent. Onder 50 eenheden zegt een verhouding niets.",
            measure="rijen_per_maand",
            derive=relative_change,
            minimum=-0.10,
            maximum=0.10,
            severity="waarschuwing",
            needs_previous=True,
            minimum_basis=50,
            optional=True,
        ),
        Check(
            name="buurt_dekking",
            description="Per gemeente en maand heeft 97 % van de eenheden een buurt.",
            why="Corporaties kennen het BAG-object van hun bezit niet altijd, maar wel het adres "
            "(domein 4.2). Wat onvindbaar is telt als onbekend mee.",
            measure="buurt_dekking",
            minimum=0.97,
            severity="waarschuwing",
            minimum_basis=100,
            optional=True,
        ),
        Check(
            name="buurtcode_vertaald",
            description="Elke buurtcode die een corporatie noemt bestaat nu, of is te vertalen.",
            why="Een code van een oude indeling wordt vertaald (domein 3.16, E12); wat dat "
            "niet is verandert niets aan een eenheid met een adres, maar hoort gezegd te worden.",
            measure="waar_aandeel",
            part="buurt_geleverd_herkend",
            minimum=1,
            severity="waarschuwing",
        ),
        Check(
            name="huur_geloofwaardig",
            description="Elke huur ligt tussen 50 en 2.500 euro per maand.",
            why="Lager is een berging of een proefbedrag, hoger een jaarbedrag of een bedrag met "
            "een verschoven decimaalteken; een enkele echte huur van die hoogte bestaat.",
            measure="buiten_bereik",
            part="netto_huur",
            maximum=0,
            severity="waarschuwing",
        ),
        Check(
            name="rekenhuur_klopt",
            description="Bij hoogstens 5 % ligt de rekenhuur buiten netto huur en servicekosten.",
            why="Dan zitten servicekosten in de huur (domein 3.11) of is een van beide verwisseld; "
            "losse gevallen zijn van na een wijziging binnen de maand.",
            measure="waar_aandeel",
            part="rekenhuur_wijkt_af",
            maximum=0.05,
            severity="waarschuwing",
            minimum_basis=100,
        ),
    ),
)
