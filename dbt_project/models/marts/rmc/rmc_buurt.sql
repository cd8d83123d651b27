with jongeren as (
    select
        maand,
        wijk,
        buurt,
        gemeente,
        leeftijd,
        doelgroep,
        startkwalificatie,
        in_onderwijs,
        inkomen_bekend,
        status,
        in_beeld,
        verdwenen_seed,
        buiten_beeld_cbs,
        ib_prioriteit,
        vsv_nieuw,
        vsv_oud,
        uitgeschreven,
        heringeschreven,
        overgang
    from {{ ref('rmc_jongeren') }}
    where maand in ({{ te_bouwen_maanden() }})
),

geteld as (
    select
        maand,
        wijk,
        buurt,
        gemeente,
        {{ rmc_tellingen() }}
    from jongeren
    group by
        maand,
        wijk,
        buurt,
        gemeente
)

select
    maand,
    wijk,
    buurt,
    gemeente,
    {{ rmc_kolommen() }},
    {{ rmc_pct_in_beeld() }} as pct_in_beeld
from geteld
