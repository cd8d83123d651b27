-- The file that holds for a month: the newest of at most twelve months old.
with geldend as (
    select
        gemeente,
        maand,
        levering_id
    from {{ source('grootboek', 'referenties') }}
    where delivery = 'corporatie_huren'
),

eenheden as (
    select
        levering_id,
        eenheid,
        corporatie_id,
        peildatum,
        adresseerbaar_object,
        upper(replace(postcode, ' ', '')) as postcode,
        huisnummer,
        huisletter,
        huisnummertoevoeging,
        buurt_geleverd,
        eenheidstatus,
        woningwaarderingstelsel,
        wws_punten,
        netto_huur,
        servicekosten_subsidiabel,
        rekenhuur,
        maximale_huur,
        datum_ingang,
        overeenkomstdetailsoort,
        tak,
        iah_categorie,
        adres_sleutel,
        eenheid_sleutel
    from {{ source('raw', 'corporatie_huren__eenheid') }}
)

select
    geldend.gemeente,
    geldend.maand,
    geldend.levering_id,
    eenheden.eenheid,
    eenheden.corporatie_id,
    eenheden.eenheid_sleutel,
    {{ volledige_datum('eenheden.peildatum') }} as peildatum,
    eenheden.adresseerbaar_object,
    eenheden.postcode,
    eenheden.huisnummer,
    eenheden.huisletter,
    eenheden.huisnummertoevoeging,
    eenheden.buurt_geleverd,
    {{ adres_vraag(
        'eenheden.adresseerbaar_object',
        'null',
        'eenheden.postcode',
        'eenheden.huisnummer',
        'eenheden.huisletter',
        'eenheden.huisnummertoevoeging',
        'eenheden.buurt_geleverd'
    ) }} as adres_vraag,
    eenheden.eenheidstatus,
    eenheden.woningwaarderingstelsel,
    cast(replace(eenheden.wws_punten, ',', '.') as decimal(5, 2)) as wws_punten,
    -- A rent of nothing is a rent that is not known.
    nullif({{ euro('eenheden.netto_huur') }}, 0) as netto_huur,
    {{ euro('eenheden.servicekosten_subsidiabel') }} as servicekosten_subsidiabel,
    nullif({{ euro('eenheden.rekenhuur') }}, 0) as rekenhuur,
    nullif({{ euro('eenheden.maximale_huur') }}, 0) as maximale_huur,
    {{ volledige_datum('eenheden.datum_ingang') }} as datum_ingang,
    eenheden.overeenkomstdetailsoort,
    eenheden.tak,
    eenheden.iah_categorie,
    -- A postcode without a number is a street full of them.
    case
        when eenheden.adresseerbaar_object is not null or eenheden.huisnummer is not null
            then eenheden.adres_sleutel
    end as adres_sleutel
from eenheden
inner join geldend on eenheden.levering_id = geldend.levering_id
