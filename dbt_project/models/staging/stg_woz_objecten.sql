-- The file that holds for a month: the newest of at most twelve months old.
with geldend as (
    select
        gemeente,
        maand,
        levering_id
    from {{ source('grootboek', 'referenties') }}
    where delivery = 'woz_stufcap'
),

objecten as (
    select
        levering_id,
        eenheid,
        belastingjaar,
        status_gegevens,
        woz_objectnummer,
        huisnummer,
        huisletter,
        huisnummertoevoeging,
        postcode,
        woz_waarde,
        gebruikscode,
        waardepeildatum,
        code_blokkeren,
        adres_sleutel,
        object_sleutel
    from {{ source('raw', 'woz_stufcap__woz_object') }}
)

select
    geldend.gemeente,
    geldend.maand,
    geldend.levering_id,
    objecten.eenheid,
    cast(objecten.belastingjaar as integer) as belastingjaar,
    objecten.status_gegevens,
    objecten.woz_objectnummer,
    objecten.postcode,
    objecten.huisnummer,
    objecten.huisletter,
    objecten.huisnummertoevoeging,
    {{ adres_vraag(
        'null',
        'null',
        'objecten.postcode',
        'objecten.huisnummer',
        'objecten.huisletter',
        'objecten.huisnummertoevoeging'
    ) }} as adres_vraag,
    -- Without a value that was determined the positions hold zeros.
    case
        when objecten.code_blokkeren <> '01'
            then nullif(cast(objecten.woz_waarde as bigint), 0)
    end as woz_waarde,
    objecten.gebruikscode,
    {{ volledige_datum('objecten.waardepeildatum') }} as waardepeildatum,
    objecten.code_blokkeren,
    -- A postcode without a number is a street full of them.
    coalesce(
        case when objecten.huisnummer is not null then objecten.adres_sleutel end,
        objecten.object_sleutel
    ) as adres_sleutel
from objecten
inner join geldend on objecten.levering_id = geldend.levering_id
