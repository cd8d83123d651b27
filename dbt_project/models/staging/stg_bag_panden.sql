with panden as (
    select
        levering_id,
        eenheid,
        identificatie,
        status,
        bouwjaar,
        niet_actief,
        begin_geldigheid,
        eind_geldigheid
    from {{ source('raw', 'bag_adressen__bag_object') }}
    where objecttype = 'PND'
)

select
    levering_id,
    eenheid,
    identificatie as pand,
    status,
    cast(bouwjaar as integer) as bouwjaar,
    coalesce({{ volledige_datum('begin_geldigheid') }}, date '0001-01-01') as vanaf,
    {{ volledige_datum('eind_geldigheid') }} as tot
from panden
where
    niet_actief is null
    and (begin_geldigheid is null or begin_geldigheid is distinct from eind_geldigheid)
