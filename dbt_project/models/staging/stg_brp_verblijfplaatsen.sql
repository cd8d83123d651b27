with leveringen as (
    select
        levering_id,
        gemeente,
        levermaand
    from {{ source('grootboek', 'leveringen') }}
    where delivery = 'brp_personen'
),

verblijfplaatsen as (
    select
        levering_id,
        bsn_versleuteld,
        volgorde,
        historisch,
        onjuist,
        gemeente_van_inschrijving,
        functie_adres,
        datum_aanvang_adres,
        datum_aanvang_buitenland,
        land_adres_buitenland,
        land_vestiging,
        aangifte_adreshouding,
        postcode,
        huisnummer,
        huisletter,
        huisnummertoevoeging,
        aanduiding_bij_huisnummer,
        adresseerbaar_object,
        nummeraanduiding,
        onderzoek,
        datum_ingang_onderzoek,
        datum_einde_onderzoek,
        adres_sleutel
    from {{ source('raw', 'brp_personen__verblijfplaats') }}
)

select
    verblijfplaatsen.bsn_versleuteld,
    leveringen.levermaand as maand,
    leveringen.gemeente,
    leveringen.levering_id,
    verblijfplaatsen.volgorde,
    verblijfplaatsen.historisch,
    verblijfplaatsen.onjuist,
    verblijfplaatsen.gemeente_van_inschrijving,
    verblijfplaatsen.functie_adres,
    -- An address in the Netherlands whose start is not known does not borrow a start abroad.
    case
        when verblijfplaatsen.datum_aanvang_adres is not null
            then {{ vroegste_datum('verblijfplaatsen.datum_aanvang_adres') }}
        else {{ vroegste_datum('verblijfplaatsen.datum_aanvang_buitenland') }}
    end as vroegste_aanvang,
    {{ volledige_datum('verblijfplaatsen.datum_aanvang_adres') }} as datum_aanvang_adres,
    {{ volledige_datum('verblijfplaatsen.datum_aanvang_buitenland') }} as datum_aanvang_buitenland,
    verblijfplaatsen.land_adres_buitenland,
    verblijfplaatsen.land_vestiging,
    verblijfplaatsen.aangifte_adreshouding,
    verblijfplaatsen.postcode,
    verblijfplaatsen.huisnummer,
    verblijfplaatsen.huisletter,
    verblijfplaatsen.huisnummertoevoeging,
    verblijfplaatsen.aanduiding_bij_huisnummer,
    verblijfplaatsen.adresseerbaar_object,
    verblijfplaatsen.nummeraanduiding,
    {{ adres_vraag(
        'verblijfplaatsen.adresseerbaar_object',
        'verblijfplaatsen.nummeraanduiding',
        'verblijfplaatsen.postcode',
        'verblijfplaatsen.huisnummer',
        'verblijfplaatsen.huisletter',
        'verblijfplaatsen.huisnummertoevoeging'
    ) }} as adres_vraag,
    verblijfplaatsen.onderzoek,
    {{ vroegste_datum('verblijfplaatsen.datum_ingang_onderzoek') }} as datum_ingang_onderzoek,
    verblijfplaatsen.datum_einde_onderzoek is not null as onderzoek_beeindigd,
    {{ vroegste_datum('verblijfplaatsen.datum_einde_onderzoek') }} as datum_einde_onderzoek,
    verblijfplaatsen.adres_sleutel
from verblijfplaatsen
inner join leveringen on verblijfplaatsen.levering_id = leveringen.levering_id
