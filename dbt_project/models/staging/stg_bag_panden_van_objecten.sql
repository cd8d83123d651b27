select
    levering_id,
    eenheid,
    pand
from {{ source('raw', 'bag_adressen__pand_van_object') }}
