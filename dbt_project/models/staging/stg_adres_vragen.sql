{{ config(materialized='table') }}

-- Every address of which a delivery wants to know the buurt; each asked once for a month.
with verblijfplaatsen as (
    select
        gemeente,
        maand,
        adres_vraag,
        adresseerbaar_object,
        nummeraanduiding,
        postcode,
        huisnummer,
        huisletter,
        huisnummertoevoeging
    from {{ ref('stg_brp_verblijfplaatsen') }}
    where
        gemeente_van_inschrijving = substr(gemeente, 3)
        and maand in ({{ te_bouwen_maanden() }})
)

select
    gemeente,
    maand,
    adres_vraag,
    max(adresseerbaar_object) as adresseerbaar_object,
    max(nummeraanduiding) as nummeraanduiding,
    max(postcode) as postcode,
    max(try_cast(huisnummer as integer)) as huisnummer,
    max({{ genormaliseerde_toevoeging('huisletter', 'huisnummertoevoeging') }}) as toevoeging
from verblijfplaatsen
group by
    gemeente,
    maand,
    adres_vraag
