with leveringen as (
    select levering_id
    from {{ source('grootboek', 'leveringen') }}
    where delivery = 'schuldhulp_ddas'
)

select
    onderdelen.levering_id,
    onderdelen.eenheid,
    onderdelen.soort,
    {{ volledige_datum('onderdelen.peildatum') }} as peildatum,
    {{ euro('onderdelen.bedrag') }} as bedrag
from {{ source('raw', 'schuldhulp_ddas__schuld') }} as onderdelen
inner join leveringen on onderdelen.levering_id = leveringen.levering_id
