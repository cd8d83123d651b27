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
