with peildatums as (
    {{ rmc_peildatums() }}
),

geteld as (
    select
        maand,
        gemeente,
        {{ rmc_tellingen() }}
    from {{ ref('rmc_jongeren') }}
    where
        maand in ({{ te_bouwen_maanden() }})
        and maand in (select peildatums.peilmaand from peildatums)
    group by
        maand,
        gemeente
)

select
    geteld.maand,
    geteld.gemeente,
    peildatums.nulmeting,
    peildatums.peildatum,
    {{ rmc_kolommen('geteld') }}
    {{ rmc_pct_in_beeld() }} as pct_in_beeld,
    geteld.parameter_status
from geteld
inner join peildatums
    on
        geteld.gemeente = peildatums.gemeente
        and geteld.maand = peildatums.peilmaand
