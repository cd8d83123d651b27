with leveringen as (
    select levering_id
    from {{ source('grootboek', 'leveringen') }}
    where delivery = 'vroegsignalen'
)

select
    onderdelen.levering_id,
    onderdelen.eenheid,
    onderdelen.zaak,
    onderdelen.resultaat,
    {{ volledige_datum('onderdelen.matchingsdatum') }} as matchingsdatum,
    {{ volledige_datum('onderdelen.datum_opgepakt') }} as datum_opgepakt
from {{ source('raw', 'vroegsignalen__zaak') }} as onderdelen
inner join leveringen on onderdelen.levering_id = leveringen.levering_id
