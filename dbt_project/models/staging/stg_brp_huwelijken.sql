with leveringen as (
    select
        levering_id,
        gemeente,
        levermaand
    from {{ source('grootboek', 'leveringen') }}
    where delivery = 'brp_personen'
),

huwelijken as (
    select
        levering_id,
        bsn_versleuteld,
        volgorde,
        historisch,
        onjuist,
        partner_bsn_versleuteld,
        partner_bsn_ongeldig,
        datum_aanvang,
        datum_ontbinding,
        soort_verbintenis
    from {{ source('raw', 'brp_personen__huwelijk') }}
)

select
    huwelijken.bsn_versleuteld,
    leveringen.levermaand as maand,
    leveringen.gemeente,
    leveringen.levering_id,
    huwelijken.volgorde,
    huwelijken.historisch,
    huwelijken.onjuist,
    huwelijken.partner_bsn_versleuteld,
    huwelijken.partner_bsn_ongeldig,
    {{ vroegste_datum('huwelijken.datum_aanvang') }} as datum_aanvang,
    huwelijken.datum_ontbinding is not null as ontbonden,
    {{ vroegste_datum('huwelijken.datum_ontbinding') }} as datum_ontbinding,
    huwelijken.soort_verbintenis
from huwelijken
inner join leveringen on huwelijken.levering_id = leveringen.levering_id
