{{ config(meta={'dagster': {'ref': {'name': 'bijstand'}}}) }}

-- What all persons carry together is what was paid on all uitkeringen, each counted once.
with gedragen as (
    select
        gemeente,
        maand,
        sum(betaald_bedrag_eenmaal) as bedrag
    from {{ ref('bijstand') }}
    where maand in ({{ gewijzigde_maanden('bijstand') }})
    group by
        gemeente,
        maand
    having bool_and(betaald_bedrag_eenmaal is not null)
),

per_uitkering as (
    select
        gemeente,
        maand,
        uitkering,
        regeling,
        max(betaald_bedrag) as bedrag
    from {{ ref('stg_bijstand_rechten_per_maand') }}
    group by
        gemeente,
        maand,
        uitkering,
        regeling
),

betaald as (
    select
        gemeente,
        maand,
        sum(bedrag) as bedrag
    from per_uitkering
    group by
        gemeente,
        maand
)

select
    gedragen.gemeente,
    gedragen.maand,
    gedragen.bedrag as gedragen,
    betaald.bedrag as betaald
from gedragen
inner join betaald
    on
        gedragen.gemeente = betaald.gemeente
        and gedragen.maand = betaald.maand
where gedragen.bedrag is distinct from betaald.bedrag
