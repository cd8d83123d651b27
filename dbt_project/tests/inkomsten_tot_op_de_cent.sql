{{ config(meta={'dagster': {'ref': {'name': 'inkomsten'}}}) }}

-- What the versions that count report about the open months is in `inkomsten`, to the cent.
with opgegeven as (
    select
        opgave_maanden.maand,
        sum(opgave_maanden.loon_sv_cent) as cent
    from {{ ref('stg_suwinet_opgave_maanden') }} as opgave_maanden
    inner join {{ ref('stg_suwinet_geldende_leveringen') }} as geldend
        on
            opgave_maanden.levering_id = geldend.levering_id
            and opgave_maanden.bsn_versleuteld = geldend.bsn_versleuteld
            and opgave_maanden.maand = geldend.maand
    group by opgave_maanden.maand
),

vastgelegd as (
    select
        maand,
        sum(bedrag) as euro
    from {{ ref('inkomsten') }}
    where maand in (select open.maand from {{ source('grootboek', 'open_maanden') }} as open)
    group by maand
)

select coalesce(opgegeven.maand, vastgelegd.maand) as maand
from opgegeven
full outer join vastgelegd on opgegeven.maand = vastgelegd.maand
where opgegeven.cent is distinct from cast(vastgelegd.euro * 100 as bigint)
