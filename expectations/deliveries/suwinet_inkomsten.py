"""What the incomes from Suwinet must look like as a whole."""

from __future__ import annotations

from expectations.bridge import Check, Suite, change, relative_change
from expectations.deliveries.common import QUARANTINE, REASONS

SUITE = Suite(
    name="levering_suwinet_inkomsten",
    subject="suwinet_inkomsten",
    checks=(
        Check(
            name="levering_niet_leeg",
            description="De levering bevat ten minste één antwoord.",
            why="Wie bevraagd is en geen inkomsten heeft, geeft ook een antwoord: niets is geen "
            "antwoord.",
            measure="rijen",
            part="antwoord",
            minimum=1,
            minimum_basis=0,
        ),
        Check(
            name="volume_vorige_maand",
            description="Het aantal inkomstenopgaven ligt tussen de helft en het dubbele van de "
            "vorige maand.",
            why="Wie bevraagd wordt verschilt per maand; daarom ruim, en niet onder 20 opgaven.",
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
