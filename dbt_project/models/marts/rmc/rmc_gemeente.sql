with jongeren as (
    select
        maand,
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
        gemeente,
        {{ rmc_tellingen() }}
    from jongeren
    group by
        maand,
        gemeente
),

-- What DUO itself counts, beside what we count, so that a test can hold them together.
volgens_duo as (
    select
        gemeente,
        maand,
        max(case when rapportage = 'A01' then aantal end) as uitgeschreven,
        max(case when rapportage = 'A02' then aantal end) as heringeschreven,
        max(case when rapportage = 'A04' then aantal end) as werkvoorraad
    from {{ ref('duo_totalen') }}
    where maand in ({{ te_bouwen_maanden() }})
    group by
        gemeente,
        maand
),

werkprocessen as (
    {{ rmc_werkprocessen() }}
)

select
    geteld.maand,
    geteld.gemeente,
    {{ rmc_kolommen('geteld') }}
    {{ rmc_pct_in_beeld() }} as pct_in_beeld,
    {{ rmc_werkproces_kolommen('werkprocessen', 'zeggend') }},
    volgens_duo.uitgeschreven as duo_uitgeschreven,
    volgens_duo.heringeschreven as duo_heringeschreven,
    volgens_duo.werkvoorraad as duo_werkvoorraad,
    geteld.parameter_status
from geteld
left join volgens_duo
    on
        geteld.gemeente = volgens_duo.gemeente
        and geteld.maand = volgens_duo.maand
left join werkprocessen
    on
        geteld.gemeente = werkprocessen.gemeente
        and geteld.maand = werkprocessen.maand
left join {{ ref('stap_rmc_zeggende_maanden') }} as zeggend
    on
        geteld.gemeente = zeggend.gemeente
        and geteld.maand = zeggend.maand
