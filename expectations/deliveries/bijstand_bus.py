"""What a delivery of bijstand must look like as a whole."""

from __future__ import annotations

from expectations.bridge import Check, Suite, change, relative_change
from expectations.deliveries.common import (
    NO_CHANGES_FOR_A_STATE,
    OF_THIS_GEMEENTE,
    QUARANTINE,
    REASONS,
)

SUITE = Suite(
    name="levering_bijstand_bus",
    subject="bijstand_bus",
    checks=(
        Check(
            name="levering_niet_leeg",
            description="Ten minste één recht komt door de poort.",
            why="Een gemeente zonder bijstand bestaat niet; een lege stand zou ieders recht "
            "wissen.",
            measure="geaccepteerd",
            minimum=1,
            minimum_basis=0,
        ),
        Check(
            name="volume_vorige_maand",
            description="Het aantal rechten wijkt hoogstens 20 % af van de vorige maand.",
            why="De bijstand groeit of krimpt zelden meer dan 2 % per maand, eenmalige bijzondere "
            "bijstand meer; daarbuiten is eerder een deel geleverd (domein 3.16, E15). Onder 50 "
            "rechten zegt een verhouding niets.",
            measure="eenheden",
            derive=relative_change,
            minimum=-0.20,
            maximum=0.20,
            needs_previous=True,
            minimum_basis=50,
        ),
        NO_CHANGES_FOR_A_STATE,
        QUARANTINE,
        REASONS,
        Check(
            name="statistiekmaand_is_die_van_het_bestand",
            description="De jongste statistiekmaand is die in de naam van het bestand.",
            why="De bedragen gelden voor de statistiekmaand; onder een andere naam zouden zij in "
            "een verkeerde maand tellen. Suwinet noemt er geen.",
            measure="jongste_maand_afstand",
            part="recht",
            minimum=0,
            maximum=0,
            optional=True,
        ),
        Check(
            name="gevuld_aandeel_daling",
            description="Geen kolom is meer dan 20 procentpunt minder gevuld dan de vorige maand.",
            why="Een kenmerk dat bij de bron wegvalt, laat de aantallen gelijk; ruim, omdat "
            "bijzondere bijstand andere kenmerken heeft. Onder 50 rechten kan het toeval zijn.",
            measure="gevuld_aandeel",
            derive=change,
            minimum=-0.20,
            needs_previous=True,
            minimum_basis=50,
        ),
        Check(
            name="bekend_in_brp",
            description="Ten minste 90 % van de personen is bekend in de BRP.",
            why="Recht heeft wie in de gemeente woont; een vertrokkene of een adresloze met een "
            "briefadres elders is geen tiende.",
            measure="bekend_in_brp_aandeel",
            minimum=0.90,
            severity="waarschuwing",
            minimum_basis=50,
            optional=True,
        ),
        OF_THIS_GEMEENTE,
    ),
)
