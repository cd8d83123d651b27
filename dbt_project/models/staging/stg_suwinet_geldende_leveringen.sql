{{ config(materialized='table') }}

with open_maanden as (
    select maand from {{ source('grootboek', 'open_maanden') }}
),

gevraagd as (
    select
        antwoorden.gemeente,
        antwoorden.bsn_versleuteld,
        open_maanden.maand,
        antwoorden.levering_id,
        antwoorden.versie,
        antwoorden.levermaand,
        true as in_periode,
        false as gevonden,
        antwoorden.aantal_quarantaine
    from {{ ref('stg_suwinet_antwoorden') }} as antwoorden
    inner join open_maanden
        on open_maanden.maand between antwoorden.eerste_maand and antwoorden.laatste_maand
),

opgegeven as (
    select
        gemeente,
        bsn_versleuteld,
        maand,
        levering_id,
        versie,
        levermaand,
        false as in_periode,
        true as gevonden,
        0 as aantal_quarantaine
    from {{ ref('stg_suwinet_opgave_maanden') }}
),

samen as (
    select
        gemeente,
        bsn_versleuteld,
        maand,
        levering_id,
        versie,
        levermaand,
        in_periode,
        gevonden,
        aantal_quarantaine
    from gevraagd
    union all
    select
        gemeente,
        bsn_versleuteld,
        maand,
        levering_id,
        versie,
        levermaand,
        in_periode,
        gevonden,
        aantal_quarantaine
    from opgegeven
),

-- One version may hold several responses about one person: together they are one.
per_levering as (
    select
        gemeente,
        bsn_versleuteld,
        maand,
        levering_id,
        versie,
        levermaand,
        bool_or(in_periode) as in_periode,
        bool_or(gevonden) as gevonden,
        sum(aantal_quarantaine) as aantal_quarantaine
    from samen
    group by
        gemeente,
        bsn_versleuteld,
        maand,
        levering_id,
        versie,
        levermaand
)

-- A month that an opgave only runs into, outside the period that was asked, is its version's
-- for want of a better one: otherwise that part of the amount would be lost.
select
    gemeente,
    bsn_versleuteld,
    maand,
    levering_id,
    levermaand,
    in_periode,
    gevonden,
    cast(aantal_quarantaine as bigint) as aantal_quarantaine
from per_levering
qualify
    row_number() over (
        partition by gemeente, bsn_versleuteld, maand
        order by in_periode desc, versie desc
    ) = 1
