with open_maanden as (
    select maand from {{ source('grootboek', 'open_maanden') }}
),

indelingen as (
    select
        gemeente,
        indelingsjaar
    from {{ ref('stg_cbs_gebieden') }}
    group by
        gemeente,
        indelingsjaar
)

select
    indelingen.gemeente,
    open_maanden.maand,
    max(indelingen.indelingsjaar) as jaar_nu,
    coalesce(
        max(indelingen.indelingsjaar) filter (
            where indelingen.indelingsjaar <= year(open_maanden.maand)
        ),
        min(indelingen.indelingsjaar)
    ) as jaar_toen
from indelingen
cross join open_maanden
group by
    indelingen.gemeente,
    open_maanden.maand
