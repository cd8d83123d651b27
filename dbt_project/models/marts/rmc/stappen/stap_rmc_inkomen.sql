{{ config(materialized='incremental') }}

-- Income as the Inlichtingenbureau alone tells it: RMC may not look into Suwinet, and the datasets
-- mix the two. Which version counts and how an opgave is spread over months is theirs, by macro. A
-- table that keeps its months, because staging holds the open ones only.
with maanden as (
    select
        maand,
        last_day(maand) as peildatum
    from ({{ te_bouwen_maanden() }})
),

jongeren as (
    {{ rmc_populatie('maanden') }}
),

-- Under which numbers the Inlichtingenbureau may know them.
nummers as (
    {{ bsn_nu() }}
),

-- Before them nobody is followed: what is told of those months alone is left out before the work.
vanaf as (
    select min(maand) as maand
    from jongeren
),

gezocht as (
    select
        nummers.gemeente,
        nummers.bsn_gevonden
    from nummers
    inner join jongeren
        on
            nummers.gemeente = jongeren.gemeente
            and nummers.maand = jongeren.maand
            and nummers.bsn_versleuteld = jongeren.bsn_versleuteld
    group by
        nummers.gemeente,
        nummers.bsn_gevonden
),

antwoorden as (
    select
        'ib_inkomsten' as bron,
        'IB' as dienst,
        bevragingen.gemeente,
        bevragingen.bsn_versleuteld,
        bevragingen.levering_id,
        bevragingen.versie,
        bevragingen.levermaand,
        bevragingen.eerste_maand,
        bevragingen.laatste_maand,
        bevragingen.compleet
    from {{ ref('stg_ib_bevragingen') }} as bevragingen
    inner join gezocht
        on
            bevragingen.gemeente = gezocht.gemeente
            and bevragingen.bsn_versleuteld = gezocht.bsn_gevonden
    where bevragingen.laatste_maand >= (select vanaf.maand from vanaf)
),

opgaven as (
    {{ opgaven_van_ib() }}
    inner join gezocht
        on
            opgaven.gemeente = gezocht.gemeente
            and opgaven.bsn_versleuteld = gezocht.bsn_gevonden
    where opgaven.datum_einde >= (select vanaf.maand from vanaf)
),

opgave_maanden as (
    {{ opgave_maanden('opgaven') }}
),

leveringen as (
    {{ geldende_leveringen('antwoorden', 'opgave_maanden') }}
),

geldende_opgaven as (
    {{ geldende_opgave_maanden('opgave_maanden', 'leveringen') }}
),

-- A former number and the one of now are one person; all that was asked of them must be complete.
bevraging as (
    select
        nummers.gemeente,
        nummers.maand,
        nummers.bsn_versleuteld,
        bool_or(leveringen.in_periode) as bevraagd,
        bool_and(
            leveringen.in_periode
            and leveringen.compleet
            and leveringen.levermaand >= leveringen.maand + to_months(contracten.naijling_maanden)
        ) as volledig
    from leveringen
    inner join nummers
        on
            leveringen.gemeente = nummers.gemeente
            and leveringen.maand = nummers.maand
            and leveringen.bsn_versleuteld = nummers.bsn_gevonden
    inner join {{ source('grootboek', 'contracten') }} as contracten
        on leveringen.bron = contracten.delivery
    group by
        nummers.gemeente,
        nummers.maand,
        nummers.bsn_versleuteld
),

inkomstenverhoudingen as (
    select
        nummers.gemeente,
        nummers.maand,
        nummers.bsn_versleuteld,
        opgaven.inkomstenverhouding,
        arg_max(opgaven.soort_inkomstenverhouding, row(opgaven.datum_aanvang, opgaven.eenheid))
            as soort_inkomstenverhouding,
        case when count(opgaven.loon_sv_cent) = count(*) then sum(opgaven.loon_sv_cent) end
            as bedrag_cent,
        sum(opgaven.uren) as uren
    from geldende_opgaven as opgaven
    inner join nummers
        on
            opgaven.gemeente = nummers.gemeente
            and opgaven.maand = nummers.maand
            and opgaven.bsn_versleuteld = nummers.bsn_gevonden
    group by
        nummers.gemeente,
        nummers.maand,
        nummers.bsn_versleuteld,
        opgaven.inkomstenverhouding
),

nulbedragen as (
    select
        maanden.maand,
        coalesce(bool_or(regels.waarde = 'ja'), true) as tellen_mee
    from maanden
    left join {{ ref('rmc_regels') }} as regels
        on
            regels.regel = 'nulbedragen_tellen_mee'
            and maanden.peildatum >= regels.geldig_vanaf
            and (regels.geldig_tot is null or maanden.peildatum <= regels.geldig_tot)
    group by maanden.maand
),

-- Pension and annuity are left out; of a kind that the list does not know nothing can be said.
ingedeeld as (
    select
        verhoudingen.gemeente,
        verhoudingen.maand,
        verhoudingen.bsn_versleuteld,
        soorten.rmc_groep,
        verhoudingen.bedrag_cent,
        verhoudingen.uren,
        nulbedragen.tellen_mee or coalesce(verhoudingen.bedrag_cent > 0, true) as telt
    from inkomstenverhoudingen as verhoudingen
    inner join nulbedragen on verhoudingen.maand = nulbedragen.maand
    left join {{ ref('soorten_inkomstenverhouding') }} as soorten
        on verhoudingen.soort_inkomstenverhouding = soorten.soort_inkomstenverhouding
),

per_jongere as (
    select
        gemeente,
        maand,
        bsn_versleuteld,
        count(*) filter (where rmc_groep = 'werk' and telt) > 0 as werk,
        count(*) filter (where rmc_groep = 'uitkering' and telt) > 0
            as uitkering,
        sum(bedrag_cent) filter (where rmc_groep = 'werk' and telt) as werk_cent,
        sum(uren) filter (where rmc_groep = 'werk' and telt) as uren,
        -- Without its kind or its amount an income cannot be weighed.
        bool_and(
            rmc_groep is not null and (rmc_groep <> 'werk' or bedrag_cent is not null)
        ) as te_wegen
    from ingedeeld
    group by
        gemeente,
        maand,
        bsn_versleuteld
),

-- A threshold of one cent more or less is another priority: by the date and the age.
drempels as (
    select
        maanden.maand,
        drempels.leeftijd_vanaf,
        drempels.leeftijd_tot,
        drempels.bedrag,
        drempels.status
    from maanden
    inner join {{ ref('ib_drempels') }} as drempels
        on
            maanden.peildatum >= drempels.geldig_vanaf
            and (drempels.geldig_tot is null or maanden.peildatum <= drempels.geldig_tot)
),

beoordeeld as (
    select
        jongeren.bsn_versleuteld,
        jongeren.maand,
        jongeren.wijk,
        jongeren.buurt,
        jongeren.gemeente,
        coalesce(bevraging.bevraagd, false) as bevraagd,
        coalesce(bevraging.volledig and coalesce(per_jongere.te_wegen, true), false)
            as inkomen_bekend,
        coalesce(per_jongere.werk, false) as werk,
        coalesce(per_jongere.uitkering, false) as uitkering,
        coalesce(per_jongere.werk_cent, 0) as werk_cent,
        coalesce(per_jongere.uren, 0) as uren,
        drempels.bedrag as drempel,
        coalesce(drempels.status, 'ontbreekt') as drempel_status
    from jongeren
    left join bevraging
        on
            jongeren.gemeente = bevraging.gemeente
            and jongeren.maand = bevraging.maand
            and jongeren.bsn_versleuteld = bevraging.bsn_versleuteld
    left join per_jongere
        on
            jongeren.gemeente = per_jongere.gemeente
            and jongeren.maand = per_jongere.maand
            and jongeren.bsn_versleuteld = per_jongere.bsn_versleuteld
    left join drempels
        on
            jongeren.maand = drempels.maand
            and jongeren.leeftijd >= drempels.leeftijd_vanaf
            and jongeren.leeftijd < drempels.leeftijd_tot
)

select
    bsn_versleuteld,
    maand,
    wijk,
    buurt,
    gemeente,
    bevraagd,
    inkomen_bekend,
    case when inkomen_bekend then werk end as heeft_werk,
    case when inkomen_bekend then uitkering end as heeft_uitkering,
    case when inkomen_bekend then werk or uitkering end as heeft_werk_of_inkomen,
    case when inkomen_bekend then cast(werk_cent * 0.01 as decimal(12, 2)) end as werk_inkomen,
    case when inkomen_bekend then cast(uren as integer) end as uren,
    drempel,
    drempel_status,
    -- At the threshold is enough: priority 2 is below it, 3 all else (domein 2.10).
    case
        when not inkomen_bekend then null
        when not werk then false
        else cast(werk_cent * 0.01 as decimal(12, 2)) >= drempel
    end as werk_voldoende
from beoordeeld
