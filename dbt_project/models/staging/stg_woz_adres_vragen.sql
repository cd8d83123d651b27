{{ config(materialized='table') }}

select
    gemeente,
    maand,
    adres_vraag,
    cast(null as varchar) as adresseerbaar_object,
    cast(null as varchar) as nummeraanduiding,
    max(postcode) as postcode,
    max(try_cast(huisnummer as integer)) as huisnummer,
    max({{ genormaliseerde_toevoeging('huisletter', 'huisnummertoevoeging') }}) as toevoeging
from {{ ref('stg_woz_objecten') }}
group by
    gemeente,
    maand,
    adres_vraag
