"""What the incomes from the Inlichtingenbureau must look like as a whole."""

from __future__ import annotations

from expectations.bridge import Check, Suite, relative_change
from expectations.deliveries.common import (
    FILLED_OF_ASKED,
    KNOWN_OF_ASKED,
    OF_THIS_GEMEENTE,
    QUARANTINE,
    REASONS,
    YOUNGEST_MONTH,
)

SUITE = Suite(
    name="levering_ib_inkomsten",
    subject="ib_inkomsten",
    checks=(
        Check(
            name="levering_niet_leeg",
            description="De lijst van bevraagden bevat ten minste één persoon.",
            why="Wie bevraagd is en geen inkomsten heeft, staat ook op de lijst: niets is geen "
            "antwoord.",
            measure="rijen",
            part="bevraging",
            minimum=1,
            minimum_basis=0,
        ),
        Check(
            name="volume_vorige_maand",
            description="Het aantal regels van beide lijsten samen ligt tussen de helft en het "
            "dubbele van de vorige maand.",
            why="In bulk wordt iedere maand vrijwel dezelfde groep bevraagd; een volledige "
            "levering in plaats van het nieuwe, of andersom, valt hierbuiten (domein 3.16, E15).",
            measure="eenheden",
            derive=relative_change,
            minimum=-0.5,
            maximum=1.0,
            needs_previous=True,
            minimum_basis=20,
        ),
        QUARANTINE,
        REASONS,
        FILLED_OF_ASKED,
        KNOWN_OF_ASKED,
        OF_THIS_GEMEENTE,
        Check(
            name="ongevraagd",
            description="Hoogstens 1 % van de personen met een opgave staat niet op de lijst.",
            why="Een opgave over wie niet bevraagd is blijft, want het loon is echt; maar veel "
            "ervan betekent dat lijst en opgaven niet bij elkaar horen.",
            measure="ongevraagd_aandeel",
            maximum=0.01,
            minimum_basis=100,
        ),
        YOUNGEST_MONTH,
    ),
)
