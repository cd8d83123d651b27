"""What the incomes from the Inlichtingenbureau must look like as a whole."""

from __future__ import annotations

from expectations.bridge import Check, Suite, change, relative_change
from expectations.deliveries.common import QUARANTINE, REASONS

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
        Check(
            name="gevuld_aandeel_daling",
            description="Geen kolom is meer dan 20 procentpunt minder gevuld dan de vorige maand.",
            why="Een element dat bij de bron wegvalt; ruim en geen reden om vast te houden, omdat "
            "andere personen andere inkomsten hebben.",
            measure="gevuld_aandeel",
            derive=change,
            minimum=-0.20,
            severity="waarschuwing",
            needs_previous=True,
            minimum_basis=50,
        ),
        Check(
            name="bekend_in_brp",
            description="Ten minste 80 % van de personen is bekend in de BRP.",
            why="Bevraagd worden inwoners; verhuisden en overledenen zijn samen geen vijfde.",
            measure="bekend_in_brp_aandeel",
            minimum=0.80,
            severity="waarschuwing",
            optional=True,
        ),
        Check(
            name="levering_van_deze_gemeente",
            description="Ten minste 20 % van de personen is bekend in de BRP.",
            why="Daaronder is het vrijwel zeker de levering van een andere gemeente; onder 50 "
            "personen kan het toeval zijn.",
            measure="bekend_in_brp_aandeel",
            minimum=0.20,
            minimum_basis=50,
            optional=True,
        ),
        Check(
            name="ongevraagd",
            description="Hoogstens 1 % van de personen met een opgave staat niet op de lijst.",
            why="Een opgave over wie niet bevraagd is blijft, want het loon is echt; maar veel "
            "ervan betekent dat lijst en opgaven niet bij elkaar horen.",
            measure="ongevraagd_aandeel",
            maximum=0.01,
            minimum_basis=100,
        ),
        Check(
            name="jongste_maand",
            description="De jongste maand ligt nul tot drie maanden voor de maand van levering.",
            why="Loonopgaven komen een tot twee maanden na; ouder is een oude bevraging, een maand "
            "in de toekomst een fout. Beide leveren nog steeds geldige rijen.",
            measure="jongste_maand_afstand",
            minimum=0,
            maximum=3,
            severity="waarschuwing",
            optional=True,
        ),
    ),
)
