with indelingen as (
    select
        gemeente,
        maand,
        jaar_nu,
        jaar_toen
    from {{ ref('stg_indelingen') }}
    where jaar_toen < jaar_nu
),

vertaling as (
    select
        gemeente,
        van_jaar,
        naar_jaar,
        oude_code,
        nieuwe_code,
        soort,
        bron,
        aandeel
    from {{ source('geografie', 'vertaling') }}
    where oude_code is not null
)

select
    indelingen.maand,
    coalesce(
        {{ wijk_van_buurt('vertaling.nieuwe_code') }}, {{ onbekende_wijk('indelingen.gemeente') }}
    ) as wijk,
    coalesce(vertaling.nieuwe_code, {{ onbekende_buurt('indelingen.gemeente') }}) as buurt,
    indelingen.gemeente,
    vertaling.oude_code as buurt_toen,
    indelingen.jaar_toen,
    indelingen.jaar_nu,
    vertaling.soort,
    vertaling.bron,
    vertaling.nieuwe_code is not null as vertaald,
    cast(vertaling.aandeel as decimal(5, 4)) as aandeel
from indelingen
inner join vertaling
    on
        indelingen.gemeente = vertaling.gemeente
        and indelingen.jaar_toen = vertaling.van_jaar
        and indelingen.jaar_nu = vertaling.naar_jaar
