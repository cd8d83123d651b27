with objecten as (
    select
        levering_id,
        eenheid,
        objecttype,
        identificatie,
        hoofdadres,
        status,
        gebruiksdoelen,
        oppervlakte,
        bouwjaar,
        adres_sleutel,
        niet_actief,
        begin_geldigheid,
        eind_geldigheid
    from {{ source('raw', 'bag_adressen__bag_object') }}
    where objecttype in ('VBO', 'LIG', 'STA', 'ADR')
)

select
    levering_id,
    eenheid,
    objecttype,
    identificatie as adresseerbaar_object,
    case objecttype when 'ADR' then coalesce(hoofdadres, identificatie) else hoofdadres end
        as hoofdadres,
    status,
    gebruiksdoelen,
    cast(oppervlakte as integer) as oppervlakte,
    cast(bouwjaar as integer) as bouwjaar,
    adres_sleutel,
    coalesce({{ volledige_datum('begin_geldigheid') }}, date '0001-01-01') as vanaf,
    {{ volledige_datum('eind_geldigheid') }} as tot
from objecten
where
    niet_actief is null
    and (begin_geldigheid is null or begin_geldigheid is distinct from eind_geldigheid)
