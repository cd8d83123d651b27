with opgeteld as (
    select
        maand,
        gemeente,
        {{ rmc_slechtste_status() }} as parameter_status,
        {{ rmc_sommen() }}
    from {{ ref('rmc_wijk') }}
    where maand in ({{ te_bouwen_maanden() }})
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
    opgeteld.maand,
    opgeteld.gemeente,
    {{ rmc_kolommen('opgeteld') }},
    {{ rmc_pct_in_beeld() }} as pct_in_beeld,
    {{ rmc_werkproces_kolommen('werkprocessen', 'zeggend') }},
    volgens_duo.uitgeschreven as duo_uitgeschreven,
    volgens_duo.heringeschreven as duo_heringeschreven,
    volgens_duo.werkvoorraad as duo_werkvoorraad,
    opgeteld.parameter_status
from opgeteld
left join volgens_duo
    on
        opgeteld.gemeente = volgens_duo.gemeente
        and opgeteld.maand = volgens_duo.maand
left join werkprocessen
    on
        opgeteld.gemeente = werkprocessen.gemeente
        and opgeteld.maand = werkprocessen.maand
left join {{ ref('stap_rmc_zeggende_maanden') }} as zeggend
    on
        opgeteld.gemeente = zeggend.gemeente
        and opgeteld.maand = zeggend.maand
