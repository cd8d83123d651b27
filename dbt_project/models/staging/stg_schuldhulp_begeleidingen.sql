with leveringen as (
    select levering_id
    from {{ source('grootboek', 'leveringen') }}
    where delivery = 'schuldhulp_ddas'
)

select
    onderdelen.levering_id,
    onderdelen.eenheid,
    onderdelen.soort,
    {{ volledige_datum('onderdelen.startdatum') }} as startdatum,
    {{ volledige_datum('onderdelen.einddatum') }} as einddatum
from {{ source('raw', 'schuldhulp_ddas__begeleiding') }} as onderdelen
inner join leveringen on onderdelen.levering_id = leveringen.levering_id
