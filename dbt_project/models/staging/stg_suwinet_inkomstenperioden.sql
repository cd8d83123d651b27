with leveringen as (
    select
        levering_id,
        gemeente
    from {{ source('grootboek', 'leveringen') }}
    where delivery = 'suwinet_inkomsten'
),

perioden as (
    select
        levering_id,
        regel,
        bsn_versleuteld,
        inkomstenverhouding,
        datum_aanvang,
        {{ bekend_einde('datum_einde') }} as datum_einde,
        soort_inkomstenverhouding,
        loonheffingskorting
    from {{ source('raw', 'suwinet_inkomsten__inkomstenperiode') }}
)

select
    perioden.bsn_versleuteld,
    leveringen.gemeente,
    leveringen.levering_id,
    perioden.regel,
    perioden.inkomstenverhouding,
    {{ vroegste_datum('perioden.datum_aanvang') }} as datum_aanvang,
    {{ vroegste_datum('perioden.datum_einde') }} as datum_einde,
    perioden.soort_inkomstenverhouding,
    {{ ja_nee('perioden.loonheffingskorting') }} as loonheffingskorting
from perioden
inner join leveringen on perioden.levering_id = leveringen.levering_id
