with diplomas as (
    select
        diplomas.gemeente,
        diplomas.maand,
        diplomas.bsn_versleuteld,
        diplomas.geboortedatum,
        diplomas.niveau_opleiding,
        diplomas.onderwijssoort,
        diplomas.niveau,
        diplomas.volgorde,
        diplomas.datum_behaald,
        diplomas.behaald,
        diplomas.geeft_startkwalificatie,
        diplomas.indicatie_duo,
        diplomas.bekend_sinds
    from {{ ref('stg_duo_diplomas') }} as diplomas
    where diplomas.maand in ({{ te_bouwen_maanden() }})
    union all
    select
        antwoorden.gemeente,
        antwoorden.maand,
        antwoorden.bsn_versleuteld,
        null as geboortedatum,
        null as niveau_opleiding,
        null as onderwijssoort,
        null as niveau,
        null as volgorde,
        null as datum_behaald,
        false as behaald,
        false as geeft_startkwalificatie,
        antwoorden.indicatie_duo,
        null as bekend_sinds
    from {{ ref('stg_duo_zonder_diploma') }} as antwoorden
    where antwoorden.maand in ({{ te_bouwen_maanden() }})
),

diplomas_van_personen as (
    select
        {{ persoon_kolommen('diplomas') }},
        diplomas.niveau_opleiding,
        diplomas.onderwijssoort,
        diplomas.niveau,
        diplomas.volgorde,
        diplomas.datum_behaald,
        diplomas.behaald,
        diplomas.behaald and diplomas.geeft_startkwalificatie as startkwalificatie,
        diplomas.indicatie_duo,
        diplomas.bekend_sinds
    from diplomas
    {{ met_persoon('diplomas') }}
),

personen as (
    select
        bsn_versleuteld,
        maand,
        wijk,
        buurt,
        gemeente,
        inwoner,
        bool_or(identiteit_conflict) as identiteit_conflict,
        -- True when one is, unknown when one may be.
        coalesce(bool_or(startkwalificatie), false) as door_diploma,
        count(*) > count(startkwalificatie) as misschien,
        bool_or(indicatie_duo) as indicatie_duo,
        -- What DUO indicates it does so in the list of the month itself.
        case
            when bool_or(indicatie_duo) then maand
            else min(bekend_sinds) filter (where startkwalificatie)
        end as bekend_sinds,
        -- One diploma under a former BSN and under the one of now is one diploma.
        cast(
            count(distinct niveau_opleiding || datum_behaald) filter (where behaald) as integer
        ) as aantal_diplomas
    from diplomas_van_personen
    group by
        bsn_versleuteld,
        maand,
        wijk,
        buurt,
        gemeente,
        inwoner
),

eerste_startkwalificaties as (
    select
        gemeente,
        bsn_versleuteld,
        maand,
        niveau_opleiding,
        onderwijssoort,
        niveau,
        datum_behaald
    from diplomas_van_personen
    where startkwalificatie
    qualify
        row_number() over (
            partition by gemeente, bsn_versleuteld, maand
            order by datum_behaald asc, volgorde desc, niveau_opleiding asc
        ) = 1
),

hoogste_diplomas as (
    select
        gemeente,
        bsn_versleuteld,
        maand,
        niveau_opleiding,
        datum_behaald
    from diplomas_van_personen
    where behaald
    qualify
        row_number() over (
            partition by gemeente, bsn_versleuteld, maand
            order by volgorde desc nulls last, datum_behaald asc, niveau_opleiding asc
        ) = 1
)

select
    personen.bsn_versleuteld,
    personen.maand,
    personen.wijk,
    personen.buurt,
    personen.gemeente,
    personen.inwoner,
    personen.identiteit_conflict,
    case
        when personen.door_diploma or personen.indicatie_duo then true
        when not personen.misschien or not personen.indicatie_duo then false
    end as startkwalificatie,
    case
        when personen.door_diploma then 'diploma'
        when personen.indicatie_duo then 'indicatie_duo'
    end as grond,
    eerste.niveau_opleiding as diploma,
    eerste.onderwijssoort,
    eerste.niveau,
    eerste.datum_behaald,
    hoogste.niveau_opleiding as hoogste_diploma,
    hoogste.datum_behaald as datum_hoogste_diploma,
    personen.aantal_diplomas,
    personen.indicatie_duo,
    personen.bekend_sinds,
    'duo_diplomas' as bron
from personen
left join eerste_startkwalificaties as eerste
    on
        personen.gemeente = eerste.gemeente
        and personen.bsn_versleuteld = eerste.bsn_versleuteld
        and personen.maand = eerste.maand
left join hoogste_diplomas as hoogste
    on
        personen.gemeente = hoogste.gemeente
        and personen.bsn_versleuteld = hoogste.bsn_versleuteld
        and personen.maand = hoogste.maand
