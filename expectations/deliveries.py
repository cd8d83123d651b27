"""The suites that judge a delivery before it becomes current: one per delivery.

Every bound carries its reason. A bound that compares does so with the newest delivery of the three
months before; a correction of a first full state is compared with the state whose place it takes,
and to any other first delivery the bound does not apply.
"""

from __future__ import annotations

from expectations.bridge import (
    Check,
    Suite,
    change,
    excess_change,
    relative_change,
    shortfall,
)

_QUARANTINE = Check(
    name="quarantaine_aandeel",
    description="Hoogstens 5 % van de eenheden staat in quarantaine.",
    why="Losse fouten in een register blijven rond 2 %; daarboven is eerder het bestand of het "
    "contract veranderd dan dat zoveel personen fout geregistreerd zijn. Onder 100 eenheden zegt "
    "een aandeel nog niets.",
    measure="quarantaine_aandeel",
    maximum=0.05,
    minimum_basis=100,
)
_REASONS = Check(
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

BRP_PERSONEN = Suite(
    name="levering_brp_personen",
    subject="brp_personen",
    checks=(
        Check(
            name="levering_niet_leeg",
            description="Ten minste één persoonslijst komt door de poort.",
            why="Een gemeente zonder inwoners bestaat niet; een lege stand zou iedereen wissen, "
            "ook als alles in quarantaine staat.",
            measure="geaccepteerd",
            minimum=1,
            minimum_basis=0,
        ),
        Check(
            name="volume_vorige_maand",
            description="Het aantal persoonslijsten wijkt hoogstens 5 % (of 3) af van de vorige "
            "maand.",
            why="Een bevolking verandert ruim minder dan 1 % per maand; ook een herindeling "
            "verdient dat iemand kijkt. Drie personen laat heel kleine leveringen ademen.",
            measure="eenheden",
            derive=excess_change(share=0.05, units=3),
            maximum=0,
            needs_previous=True,
        ),
        _QUARANTINE,
        _REASONS,
        Check(
            name="gevuld_aandeel_daling",
            description="Geen kolom is meer dan 5 procentpunt minder gevuld dan de vorige maand.",
            why="Een element dat bij de bron wegvalt of verschuift, laat de aantallen gelijk; "
            "onder 100 eenheden kan het toeval zijn.",
            measure="gevuld_aandeel",
            derive=change,
            minimum=-0.05,
            needs_previous=True,
            minimum_basis=100,
        ),
        Check(
            name="rijen_per_onderdeel",
            description="Geen onderdeel (adressen, huwelijken, kinderen) is gehalveerd.",
            why="Een categorie die uit de selectie valt, laat het aantal personen gelijk en heeft "
            "geen rijen meer waarvan de vulling kan dalen.",
            measure="rijen",
            derive=relative_change,
            minimum=-0.5,
            needs_previous=True,
            minimum_basis=20,
        ),
        Check(
            name="onvolledige_geboortedatum",
            description="Hoogstens 10 % van de geboortedata mist dag of maand.",
            why="In het openbare testbestand is het ruim 2 %; daarboven worden leeftijden "
            "schattingen, maar het blijft een toegestane waarde.",
            measure="onvolledige_geboortedatum_aandeel",
            maximum=0.10,
            severity="waarschuwing",
        ),
    ),
)

SUWINET_INKOMSTEN = Suite(
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
        _QUARANTINE,
        _REASONS,
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

BAG_ADRESSEN = Suite(
    name="levering_bag_adressen",
    subject="bag_adressen",
    checks=(
        Check(
            name="levering_niet_leeg",
            description="Ten minste één voorkomen komt door de poort.",
            why="Een leeg extract zou elke inwoner van zijn buurt beroven.",
            measure="geaccepteerd",
            minimum=1,
            minimum_basis=0,
        ),
        Check(
            name="volume_vorige_maand",
            description="Er zijn hoogstens 2 % (of 20) minder voorkomens dan de vorige maand.",
            why="Met historie groeit een extract alleen; kleiner wordt het door andere selectie "
            "of een afgebroken uitvoer. Twintig laat een heel kleine gemeente ademen.",
            measure="eenheden",
            derive=shortfall(share=0.02, units=20),
            maximum=0,
            needs_previous=True,
        ),
        _QUARANTINE,
        _REASONS,
    ),
)

CBS_GEBIEDEN = Suite(
    name="levering_cbs_gebieden",
    subject="cbs_gebieden",
    checks=(
        Check(
            name="levering_niet_leeg",
            description="Ten minste één gebied komt door de poort.",
            why="Zonder gebieden is elke buurt onbekend.",
            measure="geaccepteerd",
            minimum=1,
            minimum_basis=0,
        ),
        Check(
            name="geen_gebied_in_quarantaine",
            description="Geen enkel gebied staat in quarantaine.",
            why="Een buurt die ontbreekt is een wijk met een gat: wie er woont wordt onbekend.",
            measure="quarantaine_aandeel",
            maximum=0,
        ),
    ),
)

DELIVERY_SUITES = {
    suite.subject: suite for suite in (BAG_ADRESSEN, BRP_PERSONEN, CBS_GEBIEDEN, SUWINET_INKOMSTEN)
}
