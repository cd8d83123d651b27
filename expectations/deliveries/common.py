"""Checks that suites of several deliveries share."""

from __future__ import annotations

from expectations.bridge import Check, change

QUARANTINE = Check(
    name="quarantaine_aandeel",
    description="Hoogstens 5 % van de eenheden staat in quarantaine.",
    why="Losse fouten in een register blijven rond 2 %; daarboven is eerder het bestand of het "
    "contract veranderd dan dat zoveel personen fout geregistreerd zijn. Onder 100 eenheden zegt "
    "een aandeel nog niets.",
    measure="quarantaine_aandeel",
    maximum=0.05,
    minimum_basis=100,
)

REASONS = Check(
    name="reden_aandeel_stijging",
    description="Geen reden van quarantaine neemt meer dan 1 procentpunt toe.",
    why="Ook onder de 5 % wijst één fout die plotseling vaker voorkomt op een wijziging bij de "
    "bron; onder 200 eenheden zijn het er hoogstens twee meer, en dat kan toeval zijn.",
    measure="reden_aandeel",
    derive=change,
    maximum=0.01,
    severity="waarschuwing",
    needs_previous=True,
    minimum_basis=200,
    optional=True,  # no unit in quarantine, no reason
)

FILLED = Check(
    name="gevuld_aandeel_daling",
    description="Geen kolom is meer dan 20 procentpunt minder gevuld dan de vorige maand.",
    why="Een gegeven dat bij de bron wegvalt laat de aantallen gelijk; ruim en geen reden om vast "
    "te houden, omdat andere personen een ander verloop hebben; onder 50 rijen kan het toeval "
    "zijn.",
    measure="gevuld_aandeel",
    derive=change,
    minimum=-0.20,
    severity="waarschuwing",
    needs_previous=True,
    minimum_basis=50,
)
KNOWN = Check(
    name="bekend_in_brp",
    description="Ten minste 80 % van de personen is bekend in de BRP.",
    why="Een gemeente helpt wie er woont; verhuisden, overledenen en wie van elders komt zijn "
    "samen geen vijfde.",
    measure="bekend_in_brp_aandeel",
    minimum=0.80,
    severity="waarschuwing",
    optional=True,
)
OF_THIS_GEMEENTE = Check(
    name="levering_van_deze_gemeente",
    description="Ten minste 20 % van de personen is bekend in de BRP.",
    why="Daaronder is het vrijwel zeker de levering van een andere gemeente; onder 50 personen kan "
    "het toeval zijn.",
    measure="bekend_in_brp_aandeel",
    minimum=0.20,
    minimum_basis=50,
    optional=True,
)

NO_CHANGES_FOR_A_STATE = Check(
    name="geen_mutaties_maar_stand",
    description="Ten minste de helft van wie er vorige keer in stond, staat er weer in.",
    why="Een levering van alleen de wijzigingen, waar een volledige stand hoort, zou alle anderen "
    "wissen (domein 3.16, E15). Geen register verliest in een maand de helft van wie erin staat; "
    "onder 20 kan het toeval zijn.",
    measure="teruggekeerd_aandeel",
    minimum=0.5,
    minimum_basis=20,
    optional=True,  # the first state
)
NO_STATE_FOR_CHANGES = Check(
    name="geen_stand_maar_mutaties",
    description="Hoogstens de helft van de wijzigingen is al eens zo geleverd.",
    why="Een volledige herlevering waar alleen wijzigingen horen, herhaalt bijna alles (domein "
    "3.16, E15); een bron die een paar berichten opnieuw stuurt niet; onder 20 kan het toeval "
    "zijn.",
    measure="herhaald_aandeel",
    maximum=0.5,
    minimum_basis=20,
    optional=True,  # the first changes
)
FILLED_OF_ASKED = Check(
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
)
KNOWN_OF_ASKED = Check(
    name="bekend_in_brp",
    description="Ten minste 80 % van de personen is bekend in de BRP.",
    why="Bevraagd worden inwoners; verhuisden en overledenen zijn samen geen vijfde.",
    measure="bekend_in_brp_aandeel",
    minimum=0.80,
    severity="waarschuwing",
    optional=True,
)
YOUNGEST_MONTH = Check(
    name="jongste_maand",
    description="De jongste maand ligt nul tot drie maanden voor de maand van levering.",
    why="Loonopgaven komen een tot twee maanden na; ouder is een oude bevraging, een maand "
    "in de toekomst een fout. Beide leveren nog steeds geldige rijen.",
    measure="jongste_maand_afstand",
    minimum=0,
    maximum=3,
    severity="waarschuwing",
    optional=True,
)
