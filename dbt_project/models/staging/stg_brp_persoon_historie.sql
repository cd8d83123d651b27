with leveringen as (
    select
        levering_id,
        gemeente,
        levermaand
    from {{ source('grootboek', 'leveringen') }}
    where delivery = 'brp_personen'
),

persoon_historie as (
    select
        levering_id,
        bsn_versleuteld,
        volgorde,
        onjuist,
        vorig_bsn_versleuteld,
        vorig_bsn_ongeldig,
        ingangsdatum_geldigheid
    from {{ source('raw', 'brp_personen__persoon_historie') }}
)

select
    persoon_historie.bsn_versleuteld,
    leveringen.levermaand as maand,
    leveringen.gemeente,
    leveringen.levering_id,
    persoon_historie.volgorde,
    persoon_historie.onjuist,
    persoon_historie.vorig_bsn_versleuteld,
    persoon_historie.vorig_bsn_ongeldig,
    {{ volledige_datum('persoon_historie.ingangsdatum_geldigheid') }} as ingangsdatum_geldigheid
from persoon_historie
inner join leveringen on persoon_historie.levering_id = leveringen.levering_id
