-- The state of a reference date is that of the last month that was over by then: 1 October is the
-- end of September.
with peildatums as (
    select
        gemeente,
        nulmeting,
        peildatum,
        cast(date_trunc('month', peildatum + 1) - to_months(1) as date) as maand
    from {{ ref('rmc_peildatums') }}
),

geteld as (
    select
        maand,
        gemeente,
        {{ rmc_tellingen() }}
    from {{ ref('rmc_jongeren') }}
    where
        maand in ({{ te_bouwen_maanden() }})
        and maand in (select peildatums.maand from peildatums)
    group by
        maand,
        gemeente
)

select
    geteld.maand,
    geteld.gemeente,
    peildatums.nulmeting,
    peildatums.peildatum,
    {{ rmc_kolommen('geteld') }},
    {{ rmc_pct_in_beeld() }} as pct_in_beeld
from geteld
inner join peildatums
    on
        geteld.maand = peildatums.maand
        and (peildatums.gemeente is null or geteld.gemeente = peildatums.gemeente)
