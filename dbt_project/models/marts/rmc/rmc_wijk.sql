with opgeteld as (
    select
        maand,
        wijk,
        gemeente,
        {{ rmc_slechtste_status() }} as parameter_status,
        {{ rmc_sommen() }}
    from {{ ref('rmc_buurt') }}
    where maand in ({{ te_bouwen_maanden() }})
    group by
        maand,
        wijk,
        gemeente
),

werkprocessen as (
    {{ rmc_werkprocessen('wijk') }}
)

select
    opgeteld.maand,
    opgeteld.wijk,
    opgeteld.gemeente,
    {{ rmc_kolommen('opgeteld') }},
    {{ rmc_pct_in_beeld() }} as pct_in_beeld,
    {{ rmc_werkproces_kolommen('werkprocessen', 'zeggend') }},
    opgeteld.parameter_status
from opgeteld
left join werkprocessen
    on
        opgeteld.gemeente = werkprocessen.gemeente
        and opgeteld.maand = werkprocessen.maand
        and opgeteld.wijk = werkprocessen.wijk
left join {{ ref('stap_rmc_zeggende_maanden') }} as zeggend
    on
        opgeteld.gemeente = zeggend.gemeente
        and opgeteld.maand = zeggend.maand
