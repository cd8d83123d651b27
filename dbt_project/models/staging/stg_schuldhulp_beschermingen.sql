with leveringen as (
    select levering_id
    from {{ source('grootboek', 'leveringen') }}
    where delivery = 'schuldhulp_ddas'
),

beschermingen as (
    select
        levering_id,
        eenheid,
        'crisisinterventie' as soort,
        startdatum,
        einddatum
    from {{ source('raw', 'schuldhulp_ddas__crisis') }}
    union all
    select
        levering_id,
        eenheid,
        'moratorium' as soort,
        coalesce(startdatum, datum_goedkeuring) as startdatum,
        einddatum
    from {{ source('raw', 'schuldhulp_ddas__moratorium') }}
    union all
    select
        levering_id,
        eenheid,
        'voorlopige_voorziening' as soort,
        startdatum,
        einddatum
    from {{ source('raw', 'schuldhulp_ddas__voorziening') }}
)

select
    beschermingen.levering_id,
    beschermingen.eenheid,
    beschermingen.soort,
    {{ volledige_datum('beschermingen.startdatum') }} as startdatum,
    {{ volledige_datum('beschermingen.einddatum') }} as einddatum
from beschermingen
inner join leveringen on beschermingen.levering_id = leveringen.levering_id
