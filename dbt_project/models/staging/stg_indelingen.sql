with maanden as (
    {{ te_bouwen_maanden() }}
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
    maanden.maand,
    max(indelingen.indelingsjaar) as jaar_nu,
    coalesce(
        max(indelingen.indelingsjaar) filter (
            where indelingen.indelingsjaar <= year(maanden.maand)
        ),
        min(indelingen.indelingsjaar)
    ) as jaar_toen
from indelingen
cross join maanden
group by
    indelingen.gemeente,
    maanden.maand
