with indelingen as (
    select
        gemeente,
        maand,
        'nu' as indeling,
        jaar_nu as indelingsjaar
    from {{ ref('stg_indelingen') }}
    union all
    select
        gemeente,
        maand,
        'toen' as indeling,
        jaar_toen as indelingsjaar
    from {{ ref('stg_indelingen') }}
),

gebieden as (
    select
        gemeente,
        indelingsjaar,
        soort,
        code,
        naam
    from {{ ref('stg_cbs_gebieden') }}
),

wijken as (
    select
        gemeente,
        indelingsjaar,
        code,
        naam
    from gebieden
    where soort = 'wijk'
)

select
    indelingen.maand,
    {{ wijk_van_buurt('gebieden.code') }} as wijk,
    gebieden.code as buurt,
    indelingen.gemeente,
    indelingen.indeling,
    indelingen.indelingsjaar,
    wijken.naam as wijknaam,
    gebieden.naam as buurtnaam
from indelingen
inner join gebieden
    on
        indelingen.gemeente = gebieden.gemeente
        and indelingen.indelingsjaar = gebieden.indelingsjaar
        and gebieden.soort = 'buurt'
left join wijken
    on
        gebieden.gemeente = wijken.gemeente
        and gebieden.indelingsjaar = wijken.indelingsjaar
        and {{ wijk_van_buurt('gebieden.code') }} = wijken.code
