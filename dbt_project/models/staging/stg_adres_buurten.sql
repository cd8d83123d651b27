{{ config(materialized='table') }}

-- The ladder of domein 4.2: each rung is tried for what the rungs above did not place.
with vragen as (
    select
        vragen.gemeente,
        vragen.maand,
        vragen.adres_vraag,
        vragen.adresseerbaar_object,
        vragen.nummeraanduiding,
        vragen.postcode,
        vragen.huisnummer,
        vragen.toevoeging,
        last_day(vragen.maand) as peildatum,
        referenties.levering_id,
        indelingen.jaar_nu,
        indelingen.jaar_toen
    from {{ ref('stg_adres_vragen') }} as vragen
    inner join {{ source('grootboek', 'referenties') }} as referenties
        on
            vragen.gemeente = referenties.gemeente
            and vragen.maand = referenties.maand
            and referenties.delivery = 'bag_adressen'
    inner join {{ ref('stg_indelingen') }} as indelingen
        on
            vragen.gemeente = indelingen.gemeente
            and vragen.maand = indelingen.maand
),

ligging as (
    select
        levering_id,
        eenheid,
        indelingsjaar,
        buurt
    from {{ source('geografie', 'ligging') }}
    where buurt is not null
),

objecten as (
    select
        levering_id,
        eenheid,
        adresseerbaar_object,
        gebruiksdoelen,
        vanaf,
        tot
    from {{ ref('stg_bag_adresseerbare_objecten') }}
),

adressen_van_objecten as (
    select
        levering_id,
        eenheid,
        nummeraanduiding,
        vanaf,
        tot
    from {{ ref('stg_bag_adressen_van_objecten') }}
),

nummeraanduidingen as (
    select
        levering_id,
        nummeraanduiding,
        postcode,
        huisnummer,
        toevoeging,
        vanaf,
        tot
    from {{ ref('stg_bag_nummeraanduidingen') }}
    where uitgegeven
),

-- Rung 1. Who lives in a building that was withdrawn or is not yet in use still lives there: what
-- holds on the day comes first, then what held last, then what comes first.
via_object as (
    select
        vragen.gemeente,
        vragen.maand,
        vragen.adres_vraag,
        'vbo' as methode,
        nu.buurt,
        toen.buurt as buurt_toen,
        objecten.gebruiksdoelen
    from vragen
    inner join objecten
        on
            vragen.levering_id = objecten.levering_id
            and vragen.adresseerbaar_object = objecten.adresseerbaar_object
    inner join ligging as nu
        on
            objecten.levering_id = nu.levering_id
            and objecten.eenheid = nu.eenheid
            and vragen.jaar_nu = nu.indelingsjaar
    left join ligging as toen
        on
            objecten.levering_id = toen.levering_id
            and objecten.eenheid = toen.eenheid
            and vragen.jaar_toen = toen.indelingsjaar
    qualify
        row_number() over (
            partition by vragen.gemeente, vragen.maand, vragen.adres_vraag
            order by {{ beste_voorkomen('objecten', 'vragen.peildatum') }}, objecten.eenheid
        ) = 1
),

rest_na_object as (
    select vragen.*
    from vragen
    anti join via_object
        on
            vragen.gemeente = via_object.gemeente
            and vragen.maand = via_object.maand
            and vragen.adres_vraag = via_object.adres_vraag
),

-- Rung 2.
via_nummeraanduiding as (
    select
        vragen.gemeente,
        vragen.maand,
        vragen.adres_vraag,
        'num' as methode,
        nu.buurt,
        toen.buurt as buurt_toen,
        objecten.gebruiksdoelen
    from rest_na_object as vragen
    inner join adressen_van_objecten as adressen
        on
            vragen.levering_id = adressen.levering_id
            and vragen.nummeraanduiding = adressen.nummeraanduiding
    inner join objecten
        on
            adressen.levering_id = objecten.levering_id
            and adressen.eenheid = objecten.eenheid
    inner join ligging as nu
        on
            adressen.levering_id = nu.levering_id
            and adressen.eenheid = nu.eenheid
            and vragen.jaar_nu = nu.indelingsjaar
    left join ligging as toen
        on
            adressen.levering_id = toen.levering_id
            and adressen.eenheid = toen.eenheid
            and vragen.jaar_toen = toen.indelingsjaar
    qualify
        row_number() over (
            partition by vragen.gemeente, vragen.maand, vragen.adres_vraag
            order by {{ beste_voorkomen('adressen', 'vragen.peildatum') }}, adressen.eenheid
        ) = 1
),

rest_na_nummeraanduiding as (
    select vragen.*
    from rest_na_object as vragen
    anti join via_nummeraanduiding
        on
            vragen.gemeente = via_nummeraanduiding.gemeente
            and vragen.maand = via_nummeraanduiding.maand
            and vragen.adres_vraag = via_nummeraanduiding.adres_vraag
),

-- Every address that is in use on the day within the postcodes still asked for, with its buurt.
adressen_op_peildatum as (
    select
        rest.gemeente,
        rest.maand,
        nummeraanduidingen.nummeraanduiding,
        nummeraanduidingen.postcode,
        nummeraanduidingen.huisnummer,
        nummeraanduidingen.toevoeging,
        nu.buurt,
        toen.buurt as buurt_toen,
        objecten.gebruiksdoelen
    from (
        select
            gemeente,
            maand,
            peildatum,
            levering_id,
            jaar_nu,
            jaar_toen,
            postcode
        from rest_na_nummeraanduiding
        where postcode is not null
        group by all
    ) as rest
    inner join nummeraanduidingen
        on
            rest.levering_id = nummeraanduidingen.levering_id
            and rest.postcode = nummeraanduidingen.postcode
            and rest.peildatum >= nummeraanduidingen.vanaf
            and (nummeraanduidingen.tot is null or rest.peildatum < nummeraanduidingen.tot)
    inner join adressen_van_objecten as adressen
        on
            nummeraanduidingen.levering_id = adressen.levering_id
            and nummeraanduidingen.nummeraanduiding = adressen.nummeraanduiding
            and rest.peildatum >= adressen.vanaf
            and (adressen.tot is null or rest.peildatum < adressen.tot)
    inner join objecten
        on
            adressen.levering_id = objecten.levering_id
            and adressen.eenheid = objecten.eenheid
    inner join ligging as nu
        on
            adressen.levering_id = nu.levering_id
            and adressen.eenheid = nu.eenheid
            and rest.jaar_nu = nu.indelingsjaar
    left join ligging as toen
        on
            adressen.levering_id = toen.levering_id
            and adressen.eenheid = toen.eenheid
            and rest.jaar_toen = toen.indelingsjaar
),

-- Rungs 3 to 5: what is asked may fit several addresses; then they must agree.
kandidaten as (
    select
        vragen.gemeente,
        vragen.maand,
        vragen.adres_vraag,
        adressen.nummeraanduiding,
        adressen.buurt,
        adressen.buurt_toen,
        adressen.gebruiksdoelen,
        adressen.huisnummer = vragen.huisnummer as zelfde_nummer,
        adressen.huisnummer = vragen.huisnummer
        and coalesce(adressen.toevoeging, '') = coalesce(vragen.toevoeging, '') as zelfde_adres
    from rest_na_nummeraanduiding as vragen
    inner join adressen_op_peildatum as adressen
        on
            vragen.gemeente = adressen.gemeente
            and vragen.maand = adressen.maand
            and vragen.postcode = adressen.postcode
),

telling as (
    select
        gemeente,
        maand,
        adres_vraag,
        count(distinct nummeraanduiding) filter (where zelfde_adres) as adressen,
        count(distinct buurt) filter (where zelfde_adres) as buurten_adres,
        min(buurt) filter (where zelfde_adres) as buurt_adres,
        count(distinct buurt_toen) filter (where zelfde_adres) as buurten_toen_adres,
        min(buurt_toen) filter (where zelfde_adres) as buurt_toen_adres,
        min(gebruiksdoelen) filter (where zelfde_adres) as gebruiksdoelen_adres,
        count(distinct buurt) filter (where zelfde_nummer) as buurten_nummer,
        min(buurt) filter (where zelfde_nummer) as buurt_nummer,
        count(distinct buurt_toen) filter (where zelfde_nummer) as buurten_toen_nummer,
        min(buurt_toen) filter (where zelfde_nummer) as buurt_toen_nummer,
        count(distinct buurt) as buurten_pc6,
        min(buurt) as buurt_pc6,
        count(distinct buurt_toen) as buurten_toen_pc6,
        min(buurt_toen) as buurt_toen_pc6
    from kandidaten
    group by
        gemeente,
        maand,
        adres_vraag
),

via_postcode as (
    select
        gemeente,
        maand,
        adres_vraag,
        case
            when adressen = 1 and buurten_adres = 1 then 'pchn'
            when buurten_nummer = 1 then 'pchn_zonder_toev'
            when buurten_pc6 = 1 then 'pc6'
        end as methode,
        case methode
            when 'pchn' then buurt_adres
            when 'pchn_zonder_toev' then buurt_nummer
            when 'pc6' then buurt_pc6
        end as buurt,
        case
            when methode = 'pchn' and buurten_toen_adres = 1 then buurt_toen_adres
            when methode = 'pchn_zonder_toev' and buurten_toen_nummer = 1 then buurt_toen_nummer
            when methode = 'pc6' and buurten_toen_pc6 = 1 then buurt_toen_pc6
        end as buurt_toen,
        case methode when 'pchn' then gebruiksdoelen_adres end as gebruiksdoelen
    from telling
    where buurten_nummer = 1 or buurten_pc6 = 1 or (adressen = 1 and buurten_adres = 1)
),

geplaatst as (
    select * from via_object
    union all
    select * from via_nummeraanduiding
    union all
    select * from via_postcode
)

select
    gemeente,
    maand,
    adres_vraag,
    methode,
    buurt,
    buurt_toen,
    -- An institution: nobody dwells there, but people are lodged, nursed or held (domein 4.4).
    case
        when gebruiksdoelen is not null
            then
                not contains(gebruiksdoelen, 'woonfunctie')
                and regexp_matches(
                    gebruiksdoelen, 'celfunctie|gezondheidszorgfunctie|logiesfunctie'
                )
    end as institutioneel
from geplaatst
