{#
    The ladder of domein 4.2: each rung is tried for what the rungs above did not place. Each source
    climbs it for itself, so that who uses one does not come to lean on the others.

    `vragen` is a model with a row per gemeente, open month and adres_vraag: adresseerbaar_object,
    nummeraanduiding, postcode, huisnummer and toevoeging. With `geleverde_buurten`, which says what
    a code is in the newest division, it has buurt_geleverd too: rung 6.
#}
{% macro adres_buurten(vragen, geleverde_buurten=none) -%}
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
        {{ 'vragen.buurt_geleverd' if geleverde_buurten else 'cast(null as varchar)' }}
            as buurt_geleverd,
        last_day(vragen.maand) as peildatum,
        referenties.levering_id,
        indelingen.jaar_nu,
        indelingen.jaar_toen
    from {{ vragen }} as vragen
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
        adres_sleutel,
        gebruiksdoelen,
        vanaf,
        tot
    from {{ ref('stg_bag_adresseerbare_objecten') }}
),

-- Where each occurrence of an object lies, in the two divisions that are asked for.
gevraagde_indelingen as (
    select
        levering_id,
        jaar_nu,
        jaar_toen
    from vragen
    group by
        levering_id,
        jaar_nu,
        jaar_toen
),

plaatsen as (
    select
        gevraagd.levering_id,
        gevraagd.jaar_nu,
        gevraagd.jaar_toen,
        objecten.eenheid,
        objecten.adresseerbaar_object,
        objecten.adres_sleutel,
        objecten.gebruiksdoelen,
        objecten.vanaf,
        objecten.tot,
        nu.buurt,
        toen.buurt as buurt_toen
    from gevraagde_indelingen as gevraagd
    inner join objecten on gevraagd.levering_id = objecten.levering_id
    inner join ligging as nu
        on
            objecten.levering_id = nu.levering_id
            and objecten.eenheid = nu.eenheid
            and gevraagd.jaar_nu = nu.indelingsjaar
    left join ligging as toen
        on
            objecten.levering_id = toen.levering_id
            and objecten.eenheid = toen.eenheid
            and gevraagd.jaar_toen = toen.indelingsjaar
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
        plaatsen.buurt,
        plaatsen.buurt_toen,
        plaatsen.gebruiksdoelen,
        plaatsen.levering_id,
        plaatsen.eenheid,
        plaatsen.adres_sleutel,
        cast(null as bigint) as adressen_op_nummer
    from vragen
    inner join plaatsen
        on
            vragen.levering_id = plaatsen.levering_id
            and vragen.jaar_nu = plaatsen.jaar_nu
            and vragen.jaar_toen = plaatsen.jaar_toen
            and vragen.adresseerbaar_object = plaatsen.adresseerbaar_object
    qualify
        row_number() over (
            partition by vragen.gemeente, vragen.maand, vragen.adres_vraag
            order by {{ beste_voorkomen('plaatsen', 'vragen.peildatum') }}, plaatsen.eenheid
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
        plaatsen.buurt,
        plaatsen.buurt_toen,
        plaatsen.gebruiksdoelen,
        plaatsen.levering_id,
        plaatsen.eenheid,
        plaatsen.adres_sleutel,
        cast(null as bigint) as adressen_op_nummer
    from rest_na_object as vragen
    inner join adressen_van_objecten as adressen
        on
            vragen.levering_id = adressen.levering_id
            and vragen.nummeraanduiding = adressen.nummeraanduiding
    inner join plaatsen
        on
            adressen.levering_id = plaatsen.levering_id
            and adressen.eenheid = plaatsen.eenheid
            and vragen.jaar_nu = plaatsen.jaar_nu
            and vragen.jaar_toen = plaatsen.jaar_toen
    qualify
        row_number() over (
            partition by vragen.gemeente, vragen.maand, vragen.adres_vraag
            order by {{ beste_voorkomen('plaatsen', 'vragen.peildatum') }}, plaatsen.eenheid
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

-- The postcodes still asked for, and every address in use there on the day, with its buurt.
gevraagde_postcodes as (
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
    group by
        gemeente,
        maand,
        peildatum,
        levering_id,
        jaar_nu,
        jaar_toen,
        postcode
),

adressen_op_peildatum as (
    select
        gevraagd.gemeente,
        gevraagd.maand,
        nummeraanduidingen.nummeraanduiding,
        nummeraanduidingen.postcode,
        nummeraanduidingen.huisnummer,
        nummeraanduidingen.toevoeging,
        plaatsen.buurt,
        plaatsen.buurt_toen,
        plaatsen.gebruiksdoelen,
        plaatsen.eenheid,
        plaatsen.adres_sleutel
    from gevraagde_postcodes as gevraagd
    inner join nummeraanduidingen
        on
            gevraagd.levering_id = nummeraanduidingen.levering_id
            and gevraagd.postcode = nummeraanduidingen.postcode
            and gevraagd.peildatum >= nummeraanduidingen.vanaf
            and (nummeraanduidingen.tot is null or gevraagd.peildatum < nummeraanduidingen.tot)
    inner join adressen_van_objecten as adressen
        on
            nummeraanduidingen.levering_id = adressen.levering_id
            and nummeraanduidingen.nummeraanduiding = adressen.nummeraanduiding
            and gevraagd.peildatum >= adressen.vanaf
            and (adressen.tot is null or gevraagd.peildatum < adressen.tot)
    inner join plaatsen
        on
            adressen.levering_id = plaatsen.levering_id
            and adressen.eenheid = plaatsen.eenheid
            and gevraagd.jaar_nu = plaatsen.jaar_nu
            and gevraagd.jaar_toen = plaatsen.jaar_toen
),

-- Rung 3: the one address in use on the day that is written so.
via_adres as (
    select
        vragen.gemeente,
        vragen.maand,
        vragen.adres_vraag,
        'pchn' as methode,
        min(adressen.buurt) as buurt,
        case
            when min(adressen.buurt_toen) = max(adressen.buurt_toen) then min(adressen.buurt_toen)
        end as buurt_toen,
        min(adressen.gebruiksdoelen) as gebruiksdoelen,
        min(vragen.levering_id) as levering_id,
        arg_min(adressen.eenheid, adressen.adres_sleutel) as eenheid,
        min(adressen.adres_sleutel) as adres_sleutel,
        cast(null as bigint) as adressen_op_nummer
    from rest_na_nummeraanduiding as vragen
    inner join adressen_op_peildatum as adressen
        on
            vragen.gemeente = adressen.gemeente
            and vragen.maand = adressen.maand
            and vragen.postcode = adressen.postcode
            and vragen.huisnummer = adressen.huisnummer
            and coalesce(vragen.toevoeging, '') = coalesce(adressen.toevoeging, '')
    group by
        vragen.gemeente,
        vragen.maand,
        vragen.adres_vraag
    having
        min(adressen.nummeraanduiding) = max(adressen.nummeraanduiding)
        and min(adressen.buurt) = max(adressen.buurt)
),

rest_na_adres as (
    select vragen.*
    from rest_na_nummeraanduiding as vragen
    anti join via_adres
        on
            vragen.gemeente = via_adres.gemeente
            and vragen.maand = via_adres.maand
            and vragen.adres_vraag = via_adres.adres_vraag
),

-- Rungs 4 and 5: what is asked may fit several addresses; then they must agree.
kandidaten as (
    select
        vragen.gemeente,
        vragen.maand,
        vragen.adres_vraag,
        vragen.levering_id,
        adressen.nummeraanduiding,
        adressen.buurt,
        adressen.buurt_toen,
        adressen.huisnummer = vragen.huisnummer as zelfde_nummer
    from rest_na_adres as vragen
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
        min(levering_id) as levering_id,
        count(distinct nummeraanduiding) filter (where zelfde_nummer) as adressen_op_nummer,
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
        case when buurten_nummer = 1 then 'pchn_zonder_toev' else 'pc6' end as methode,
        case when buurten_nummer = 1 then buurt_nummer else buurt_pc6 end as buurt,
        case
            when buurten_nummer = 1 and buurten_toen_nummer = 1 then buurt_toen_nummer
            when buurten_nummer <> 1 and buurten_toen_pc6 = 1 then buurt_toen_pc6
        end as buurt_toen,
        cast(null as varchar) as gebruiksdoelen,
        levering_id,
        cast(null as bigint) as eenheid,
        cast(null as varchar) as adres_sleutel,
        adressen_op_nummer
    from telling
    where buurten_nummer = 1 or buurten_pc6 = 1
),

{% if geleverde_buurten %}
rest_na_postcode as (
    select vragen.*
    from rest_na_adres as vragen
    anti join via_postcode
        on
            vragen.gemeente = via_postcode.gemeente
            and vragen.maand = via_postcode.maand
            and vragen.adres_vraag = via_postcode.adres_vraag
),

-- Rung 6: the buurt that the source itself names, in a division that is known.
via_geleverde_buurt as (
    select
        vragen.gemeente,
        vragen.maand,
        vragen.adres_vraag,
        'buurt_geleverd' as methode,
        geleverd.buurt,
        geleverd.buurt_toen,
        cast(null as varchar) as gebruiksdoelen,
        cast(null as varchar) as levering_id,
        cast(null as bigint) as eenheid,
        cast(null as varchar) as adres_sleutel,
        cast(null as bigint) as adressen_op_nummer
    from rest_na_postcode as vragen
    inner join {{ geleverde_buurten }} as geleverd
        on
            vragen.gemeente = geleverd.gemeente
            and vragen.maand = geleverd.maand
            and vragen.buurt_geleverd = geleverd.buurt_geleverd
            and geleverd.buurt is not null
),
{% endif %}

geplaatst as (
    select * from via_object
    union all
    select * from via_nummeraanduiding
    union all
    select * from via_adres
    union all
    select * from via_postcode
    {%- if geleverde_buurten %}
    union all
    select * from via_geleverde_buurt
    {%- endif %}
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
    end as institutioneel,
    levering_id as bag_levering_id,
    eenheid as bag_eenheid,
    adres_sleutel,
    adressen_op_nummer
from geplaatst
{%- endmacro %}
