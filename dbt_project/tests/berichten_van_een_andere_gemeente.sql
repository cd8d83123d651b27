{{ config(severity='warn', meta={'dagster': {'ref': {'name': 'stg_wmo_mutaties'}}}) }}

-- A message that names another gemeente than the one whose traffic it came with: an export of
-- several gemeenten under the name of one, or a centrumgemeente that acts for others.
with mutaties as (
    select
        gemeente,
        levermaand,
        gemeentecode,
        'wmo_berichten' as levering
    from {{ ref('stg_wmo_mutaties') }}
    union all
    select
        gemeente,
        levermaand,
        gemeentecode,
        'jeugd_berichten' as levering
    from {{ ref('stg_jeugd_mutaties') }}
)

select
    levering,
    gemeente,
    gemeentecode,
    count(*) as aantal
from mutaties
where
    gemeentecode <> substr(gemeente, 3)
    and levermaand in (
        select kandidaten.maand
        from {{ source('grootboek', 'kandidaten') }} as kandidaten
        where kandidaten.model in ('wmo', 'jeugdhulp')
    )
group by
    levering,
    gemeente,
    gemeentecode
