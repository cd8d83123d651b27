{{ config(materialized='table') }}

with open_maanden as (
    select maand from {{ source('grootboek', 'open_maanden') }}
),

gevraagd as (
    select
        antwoorden.bron,
        antwoorden.dienst,
        antwoorden.gemeente,
        antwoorden.bsn_versleuteld,
        open_maanden.maand,
        antwoorden.levering_id,
        antwoorden.versie,
        antwoorden.levermaand,
        true as in_periode,
        false as gevonden,
        antwoorden.compleet
    from {{ ref('stg_inkomsten_antwoorden') }} as antwoorden
    inner join open_maanden
        on open_maanden.maand between antwoorden.eerste_maand and antwoorden.laatste_maand
    -- The BRP is not asked about income; it only says who someone is.
    where antwoorden.dienst <> 'BRP'
),

opgegeven as (
    select
        bron,
        dienst,
        gemeente,
        bsn_versleuteld,
        maand,
        levering_id,
        versie,
        levermaand,
        false as in_periode,
        true as gevonden,
        true as compleet
    from {{ ref('stg_inkomsten_opgave_maanden') }}
),

samen as (
    select
        bron,
        dienst,
        gemeente,
        bsn_versleuteld,
        maand,
        levering_id,
        versie,
        levermaand,
        in_periode,
        gevonden,
        compleet
    from gevraagd
    union all
    select
        bron,
        dienst,
        gemeente,
        bsn_versleuteld,
        maand,
        levering_id,
        versie,
        levermaand,
        in_periode,
        gevonden,
        compleet
    from opgegeven
),

-- One version may hold several responses about one person: together they are one.
per_levering as (
    select
        bron,
        dienst,
        gemeente,
        bsn_versleuteld,
        maand,
        levering_id,
        versie,
        levermaand,
        bool_or(in_periode) as in_periode,
        bool_or(gevonden) as gevonden,
        bool_and(compleet) as compleet
    from samen
    group by
        bron,
        dienst,
        gemeente,
        bsn_versleuteld,
        maand,
        levering_id,
        versie,
        levermaand
),

-- The newest that was asked about the month; where none was, the newest that speaks of it.
gekozen as (
    select
        bron,
        dienst,
        gemeente,
        bsn_versleuteld,
        maand,
        levering_id,
        versie,
        levermaand,
        in_periode,
        compleet
    from per_levering
    qualify
        row_number() over (
            partition by bron, dienst, gemeente, bsn_versleuteld, maand
            order by in_periode desc, versie desc
        ) = 1
)

-- What a later version says of the month without being asked about it comes on top.
select
    gekozen.bron,
    gekozen.dienst,
    gekozen.gemeente,
    gekozen.bsn_versleuteld,
    gekozen.maand,
    gekozen.levering_id,
    case when gekozen.in_periode then gekozen.versie else 0 end as vanaf_versie,
    gekozen.levermaand,
    gekozen.in_periode,
    bool_or(per_levering.gevonden) as gevonden,
    gekozen.compleet
from gekozen
inner join per_levering
    on
        gekozen.bron = per_levering.bron
        and gekozen.dienst = per_levering.dienst
        and gekozen.gemeente = per_levering.gemeente
        and gekozen.bsn_versleuteld = per_levering.bsn_versleuteld
        and gekozen.maand = per_levering.maand
        and (gekozen.versie <= per_levering.versie or not gekozen.in_periode)
group by
    gekozen.bron,
    gekozen.dienst,
    gekozen.gemeente,
    gekozen.bsn_versleuteld,
    gekozen.maand,
    gekozen.levering_id,
    gekozen.versie,
    gekozen.levermaand,
    gekozen.in_periode,
    gekozen.compleet
