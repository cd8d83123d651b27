{{ config(materialized='incremental') }}

-- A table that keeps its months: what looks back (a school year, the month before) reads it, and
-- staging, of which it is partly made, holds no more than the months that are built.
with maanden as (
    select
        maand,
        last_day(maand) as peildatum
    from ({{ te_bouwen_maanden() }})
),

regels as (
    select
        maanden.maand,
        regels.regel,
        regels.soort,
        regels.leeftijd_vanaf,
        regels.leeftijd_tot,
        regels.status
    from maanden
    inner join {{ ref('rmc_regels') }} as regels
        on
            maanden.peildatum >= regels.geldig_vanaf
            and (regels.geldig_tot is null or maanden.peildatum <= regels.geldig_tot)
),

-- An answer about those who were asked (Suwinet) knows nothing of the others; a full list does.
-- Only the list tells birth dates.
volle_lijsten as (
    select
        'duo_inschrijvingen' as levering,
        gemeente,
        maand
    from {{ ref('stg_duo_inschrijvingen') }}
    where maand in (select maanden.maand from maanden)
    group by
        gemeente,
        maand
    having count(geboortedatum) > 0
    union all
    select
        'duo_diplomas' as levering,
        gemeente,
        maand
    from {{ ref('stg_duo_diplomas') }}
    where maand in (select maanden.maand from maanden)
    group by
        gemeente,
        maand
    having count(geboortedatum) > 0
),

bereik as (
    select
        volle_lijsten.levering,
        volle_lijsten.gemeente,
        volle_lijsten.maand,
        regels.leeftijd_vanaf,
        regels.leeftijd_tot
    from volle_lijsten
    inner join regels
        on
            volle_lijsten.levering = regels.regel
            and volle_lijsten.maand = regels.maand
            and regels.soort = 'bereik'
),

jongeren as (
    {{ rmc_populatie('maanden') }}
),

met_onderwijs as (
    select
        jongeren.bsn_versleuteld,
        jongeren.maand,
        jongeren.wijk,
        jongeren.buurt,
        jongeren.gemeente,
        jongeren.leeftijd,
        onderwijs.bsn_versleuteld is not null as bekend_bij_duo,
        case
            when onderwijs.bsn_versleuteld is not null then onderwijs.ingeschreven
            when bereik.levering is not null then false
        end as in_onderwijs,
        case
            when onderwijs.ingeschreven then onderwijs.bekostigd
            when onderwijs.bsn_versleuteld is not null or bereik.levering is not null then false
        end as bekostigd_ingeschreven,
        onderwijs.onderwijssoort as laatste_onderwijssoort,
        onderwijs.datum_inschrijving,
        onderwijs.datum_uitschrijving,
        onderwijs.reden_uitschrijving,
        case
            when onderwijs.bsn_versleuteld is not null then onderwijs.vrijstelling is not null
            when bereik.levering is not null then false
            -- From 18 on there is nothing to be exempted from.
            when plicht.leeftijd_tot <= jongeren.leeftijd then false
        end as vrijstelling
    from jongeren
    left join {{ ref('onderwijs') }} as onderwijs
        on
            jongeren.gemeente = onderwijs.gemeente
            and jongeren.maand = onderwijs.maand
            and jongeren.bsn_versleuteld = onderwijs.bsn_versleuteld
            and onderwijs.maand in (select maanden.maand from maanden)
    left join bereik
        on
            jongeren.gemeente = bereik.gemeente
            and jongeren.maand = bereik.maand
            and jongeren.leeftijd >= bereik.leeftijd_vanaf
            and jongeren.leeftijd < bereik.leeftijd_tot
            and bereik.levering = 'duo_inschrijvingen'
    left join regels as plicht
        on
            jongeren.maand = plicht.maand
            and plicht.regel = 'kwalificatieplicht'
),

met_kwalificatie as (
    select
        jongeren.bsn_versleuteld,
        jongeren.maand,
        jongeren.wijk,
        jongeren.buurt,
        jongeren.gemeente,
        jongeren.leeftijd,
        jongeren.bekend_bij_duo,
        jongeren.in_onderwijs,
        jongeren.bekostigd_ingeschreven,
        jongeren.laatste_onderwijssoort,
        jongeren.datum_inschrijving,
        jongeren.datum_uitschrijving,
        jongeren.reden_uitschrijving,
        jongeren.vrijstelling,
        case
            when kwalificaties.bsn_versleuteld is not null then kwalificaties.startkwalificatie
            when bereik.levering is not null then false
        end as startkwalificatie
    from met_onderwijs as jongeren
    left join {{ ref('startkwalificaties') }} as kwalificaties
        on
            jongeren.gemeente = kwalificaties.gemeente
            and jongeren.maand = kwalificaties.maand
            and jongeren.bsn_versleuteld = kwalificaties.bsn_versleuteld
            and kwalificaties.maand in (select maanden.maand from maanden)
    left join bereik
        on
            jongeren.gemeente = bereik.gemeente
            and jongeren.maand = bereik.maand
            and jongeren.leeftijd >= bereik.leeftijd_vanaf
            and jongeren.leeftijd < bereik.leeftijd_tot
            and bereik.levering = 'duo_diplomas'
),

-- Who came last from pro or vso is followed for that; without a rule for it in the month, pro is
-- not followed, and of vso only what leads on to other education, which nobody tells.
met_regel as (
    select
        jongeren.bsn_versleuteld,
        jongeren.maand,
        jongeren.wijk,
        jongeren.buurt,
        jongeren.gemeente,
        jongeren.leeftijd,
        jongeren.startkwalificatie,
        jongeren.bekend_bij_duo,
        jongeren.in_onderwijs,
        jongeren.bekostigd_ingeschreven,
        jongeren.laatste_onderwijssoort,
        jongeren.datum_inschrijving,
        jongeren.datum_uitschrijving,
        jongeren.reden_uitschrijving,
        jongeren.vrijstelling,
        case
            when pro_vso.regel is not null then pro_vso.regel
            when naar_leeftijd.regel = 'rmc_18_23' and jongeren.laatste_onderwijssoort = 'pro'
                then 'geen'
            when naar_leeftijd.regel = 'rmc_18_23' and jongeren.laatste_onderwijssoort = 'vso'
                then 'onbekend'
            else coalesce(naar_leeftijd.regel, 'geen')
        end as regel,
        coalesce(pro_vso.status, naar_leeftijd.status) as regel_status
    from met_kwalificatie as jongeren
    left join regels as naar_leeftijd
        on
            jongeren.maand = naar_leeftijd.maand
            and jongeren.leeftijd >= naar_leeftijd.leeftijd_vanaf
            and jongeren.leeftijd < naar_leeftijd.leeftijd_tot
            and naar_leeftijd.soort = 'doelgroep'
            and naar_leeftijd.regel <> 'pro_vso'
    left join regels as pro_vso
        on
            jongeren.maand = pro_vso.maand
            and jongeren.leeftijd >= pro_vso.leeftijd_vanaf
            and jongeren.leeftijd < pro_vso.leeftijd_tot
            and pro_vso.regel = 'pro_vso'
            and jongeren.laatste_onderwijssoort in ('pro', 'vso')
)

select
    bsn_versleuteld,
    maand,
    wijk,
    buurt,
    gemeente,
    cast(leeftijd as integer) as leeftijd,
    case
        when startkwalificatie or regel = 'geen' then 'geen'
        when startkwalificatie is null then 'onbekend'
        else regel
    end as doelgroep,
    startkwalificatie,
    bekend_bij_duo,
    in_onderwijs,
    case when in_onderwijs then laatste_onderwijssoort end as onderwijssoort,
    laatste_onderwijssoort,
    bekostigd_ingeschreven,
    datum_inschrijving,
    datum_uitschrijving,
    reden_uitschrijving,
    vrijstelling,
    regel_status
from met_regel
