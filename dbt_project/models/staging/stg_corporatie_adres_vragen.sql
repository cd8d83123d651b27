{{ config(materialized='table') }}

select
    gemeente,
    maand,
    adres_vraag,
    max(adresseerbaar_object) as adresseerbaar_object,
    cast(null as varchar) as nummeraanduiding,
    max(postcode) as postcode,
    max(try_cast(huisnummer as integer)) as huisnummer,
    max({{ genormaliseerde_toevoeging('huisletter', 'huisnummertoevoeging') }}) as toevoeging,
    max(buurt_geleverd) as buurt_geleverd
from {{ ref('stg_corporatie_eenheden') }}
group by
    gemeente,
    maand,
    adres_vraag
