with opgeteld as (
    select
        maand,
        wijk,
        gemeente,
        {{ rmc_sommen() }}
    from {{ ref('rmc_buurt') }}
    where maand in ({{ te_bouwen_maanden() }})
    group by
        maand,
        wijk,
        gemeente
)

select
    maand,
    wijk,
    gemeente,
    {{ rmc_kolommen() }},
    {{ rmc_pct_in_beeld() }} as pct_in_beeld
from opgeteld
