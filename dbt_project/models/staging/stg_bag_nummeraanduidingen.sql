with objecten as (
    select
        levering_id,
        objecttype,
        identificatie,
        hoofdadres,
        huisnummer,
        huisletter,
        huisnummertoevoeging,
        postcode,
        status,
        niet_actief,
        begin_geldigheid,
        eind_geldigheid
    from {{ source('raw', 'bag_adressen__bag_object') }}
    where objecttype in ('NUM', 'ADR')
)

select
    levering_id,
    case objecttype when 'ADR' then coalesce(hoofdadres, identificatie) else identificatie end
        as nummeraanduiding,
    postcode,
    cast(huisnummer as integer) as huisnummer,
    {{ genormaliseerde_toevoeging('huisletter', 'huisnummertoevoeging') }} as toevoeging,
    coalesce(status, '') not ilike '%ingetrokken' as uitgegeven,
    coalesce({{ volledige_datum('begin_geldigheid') }}, date '0001-01-01') as vanaf,
    {{ volledige_datum('eind_geldigheid') }} as tot
from objecten
where
    niet_actief is null
    and (begin_geldigheid is null or begin_geldigheid is distinct from eind_geldigheid)
