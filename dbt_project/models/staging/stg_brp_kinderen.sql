with leveringen as (
    select
        levering_id,
        gemeente,
        levermaand
    from {{ source('grootboek', 'leveringen') }}
    where delivery = 'brp_personen'
),

kinderen as (
    select
        levering_id,
        bsn_versleuteld,
        volgorde,
        historisch,
        onjuist,
        kind_bsn_versleuteld,
        kind_bsn_ongeldig
    from {{ source('raw', 'brp_personen__kind') }}
)

select
    kinderen.bsn_versleuteld,
    leveringen.levermaand as maand,
    leveringen.gemeente,
    leveringen.levering_id,
    kinderen.volgorde,
    kinderen.historisch,
    kinderen.onjuist,
    kinderen.kind_bsn_versleuteld,
    kinderen.kind_bsn_ongeldig
from kinderen
inner join leveringen on kinderen.levering_id = leveringen.levering_id
