with leveringen as (
    select levering_id
    from {{ source('grootboek', 'leveringen') }}
    where delivery = 'vroegsignalen'
)

select
    onderdelen.levering_id,
    onderdelen.eenheid,
    onderdelen.zaak,
    onderdelen.soort,
    onderdelen.bereikt = 'J' as bereikt,
    {{ volledige_datum('onderdelen.datum') }} as datum
from {{ source('raw', 'vroegsignalen__contactpoging') }} as onderdelen
inner join leveringen on onderdelen.levering_id = leveringen.levering_id
