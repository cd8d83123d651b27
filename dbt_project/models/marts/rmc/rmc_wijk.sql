with jongeren as (
    select
        maand,
        wijk,
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
        overgang,
        parameter_status
    from {{ ref('rmc_jongeren') }}
    where maand in ({{ te_bouwen_maanden() }})
),

geteld as (
    select
        maand,
        wijk,
        gemeente,
        {{ rmc_tellingen() }}
    from jongeren
    group by
        maand,
        wijk,
        gemeente
),

werkprocessen as (
    {{ rmc_werkprocessen('wijk') }}
)

select
    geteld.maand,
    geteld.wijk,
    geteld.gemeente,
    {{ rmc_kolommen('geteld') }}
    {{ rmc_pct_in_beeld() }} as pct_in_beeld,
    {{ rmc_werkproces_kolommen('werkprocessen', 'zeggend') }},
    geteld.parameter_status
from geteld
left join werkprocessen
    on
        geteld.gemeente = werkprocessen.gemeente
        and geteld.maand = werkprocessen.maand
        and geteld.wijk = werkprocessen.wijk
left join {{ ref('stap_rmc_zeggende_maanden') }} as zeggend
    on
        geteld.gemeente = zeggend.gemeente
        and geteld.maand = zeggend.maand
