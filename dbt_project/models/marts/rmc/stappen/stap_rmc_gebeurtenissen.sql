{{ config(materialized='incremental') }}

with maanden as (
    {{ te_bouwen_maanden() }}
),

huidige as (
    select
        gemeente,
        bsn_versleuteld,
        maand,
        versie,
        levermaand,
        volledig,
        inkomen
    from {{ ref('stap_rmc_antwoorden') }}
    where maand in (select maanden.maand from maanden)
),

-- The month before, under the number that the person had by the month itself.
vorige as (
    select
        antwoorden.gemeente,
        coalesce(wijzigingen.bsn_versleuteld, antwoorden.bsn_versleuteld) as bsn_versleuteld,
        antwoorden.bsn_versleuteld as bsn_toen,
        maanden.maand,
        antwoorden.versie,
        antwoorden.levermaand,
        antwoorden.werk,
        antwoorden.uitkering,
        antwoorden.inkomen
    from {{ ref('stap_rmc_antwoorden') }} as antwoorden
    inner join maanden
        on antwoorden.maand = maanden.maand - to_months(1)
    left join {{ ref('bsn_wijzigingen') }} as wijzigingen
        on
            antwoorden.gemeente = wijzigingen.gemeente
            and maanden.maand = wijzigingen.maand
            and antwoorden.bsn_versleuteld = wijzigingen.bsn_oud_versleuteld
            and wijzigingen.uitkomst = 'vertaald'
),

-- Of whom it can be so at all: nothing found in the month, something in the one before.
kandidaten as (
    select
        gemeente,
        bsn_versleuteld,
        maand
    from huidige
    where volledig and not inkomen
    intersect
    select
        gemeente,
        bsn_versleuteld,
        maand
    from vorige
    where inkomen
),

momenten as (
    select
        huidige.gemeente,
        huidige.bsn_versleuteld,
        huidige.maand,
        huidige.versie,
        huidige.levermaand
    from huidige
    semi join kandidaten
        on
            huidige.gemeente = kandidaten.gemeente
            and huidige.bsn_versleuteld = kandidaten.bsn_versleuteld
            and huidige.maand = kandidaten.maand
    union
    select
        vorige.gemeente,
        vorige.bsn_versleuteld,
        vorige.maand,
        vorige.versie,
        vorige.levermaand
    from vorige
    semi join kandidaten
        on
            vorige.gemeente = kandidaten.gemeente
            and vorige.bsn_versleuteld = kandidaten.bsn_versleuteld
            and vorige.maand = kandidaten.maand
),

-- What was then known of the month before, per number that it was known under.
vorige_per_nummer as (
    select
        momenten.gemeente,
        momenten.bsn_versleuteld,
        momenten.maand,
        momenten.versie,
        arg_max(vorige.werk, vorige.versie) as werk,
        arg_max(vorige.uitkering, vorige.versie) as uitkering,
        arg_max(vorige.inkomen, vorige.versie) as inkomen
    from momenten
    inner join vorige
        on
            momenten.gemeente = vorige.gemeente
            and momenten.bsn_versleuteld = vorige.bsn_versleuteld
            and momenten.maand = vorige.maand
            and momenten.versie >= vorige.versie
    group by
        momenten.gemeente,
        momenten.bsn_versleuteld,
        momenten.maand,
        momenten.versie,
        vorige.bsn_toen
),

vorige_toen as (
    select
        gemeente,
        bsn_versleuteld,
        maand,
        versie,
        bool_or(werk) as werk,
        bool_or(uitkering) as uitkering,
        bool_or(inkomen) as inkomen
    from vorige_per_nummer
    group by
        gemeente,
        bsn_versleuteld,
        maand,
        versie
),

huidige_toen as (
    select
        momenten.gemeente,
        momenten.bsn_versleuteld,
        momenten.maand,
        momenten.versie,
        momenten.levermaand,
        arg_max(huidige.volledig, huidige.versie) as volledig,
        arg_max(huidige.inkomen, huidige.versie) as inkomen
    from momenten
    inner join huidige
        on
            momenten.gemeente = huidige.gemeente
            and momenten.bsn_versleuteld = huidige.bsn_versleuteld
            and momenten.maand = huidige.maand
            and momenten.versie >= huidige.versie
    group by
        momenten.gemeente,
        momenten.bsn_versleuteld,
        momenten.maand,
        momenten.versie,
        momenten.levermaand
),

beoordeeld as (
    select
        huidig.gemeente,
        huidig.bsn_versleuteld,
        huidig.maand,
        huidig.versie,
        huidig.levermaand,
        huidig.volledig,
        huidig.inkomen,
        coalesce(vorig.werk, false) as werk_ervoor,
        coalesce(vorig.uitkering, false) as uitkering_ervoor,
        coalesce(vorig.inkomen, false) as inkomen_ervoor,
        huidig.volledig
        and not huidig.inkomen
        and coalesce(vorig.inkomen, false) as weggevallen
    from huidige_toen as huidig
    left join vorige_toen as vorig
        on
            huidig.gemeente = vorig.gemeente
            and huidig.bsn_versleuteld = vorig.bsn_versleuteld
            and huidig.maand = vorig.maand
            and huidig.versie = vorig.versie
),

gebeurtenissen as (
    select
        gemeente,
        bsn_versleuteld,
        maand,
        min(levermaand) filter (where weggevallen) as bekend_sinds,
        arg_max(
            case
                when werk_ervoor and not uitkering_ervoor then 'werk_weggevallen'
                when uitkering_ervoor and not werk_ervoor then 'uitkering_weggevallen'
                else 'inkomen_weggevallen'
            end,
            versie
        ) filter (where weggevallen) as signaal,
        arg_max(weggevallen, versie) as geldt,
        arg_max(inkomen, versie) as inkomen_nu,
        arg_max(inkomen_ervoor, versie) as inkomen_ervoor_nu
    from beoordeeld
    group by
        gemeente,
        bsn_versleuteld,
        maand
    having bool_or(weggevallen)
)

select
    gemeente,
    bsn_versleuteld,
    maand,
    signaal,
    bekend_sinds,
    geldt,
    case
        when geldt then null
        when inkomen_nu then 'toch_inkomen'
        when not inkomen_ervoor_nu then 'geen_inkomen_ervoor'
        else 'antwoord_onvolledig'
    end as reden
from gebeurtenissen
