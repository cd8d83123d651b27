{{ config(severity='warn', meta={'dagster': {'ref': {'name': 'duo_totalen'}}}) }}

-- The workload of DUO (A04) is what left (A01) and did not return (A02), added up from 1 October
-- (domein 3.9). Of a month before which one is missing nothing can be said.
with totalen as (
    select
        gemeente,
        maand,
        max(case when rapportage = 'A01' then aantal end) as uitgeschreven,
        max(case when rapportage = 'A02' then aantal end) as heringeschreven,
        max(case when rapportage = 'A04' then aantal end) as werkvoorraad
    from {{ ref('duo_totalen') }}
    group by gemeente, maand
),

met_vorige as (
    select
        totalen.gemeente,
        totalen.maand,
        totalen.werkvoorraad,
        totalen.uitgeschreven - totalen.heringeschreven + case
            when month(totalen.maand) = 10 then 0
            else vorige.werkvoorraad
        end as verwacht
    from totalen
    left join totalen as vorige
        on
            totalen.gemeente = vorige.gemeente
            and totalen.maand = vorige.maand + interval 1 month
)

select
    gemeente,
    maand,
    werkvoorraad,
    verwacht
from met_vorige
where
    maand in ({{ gewijzigde_maanden('duo_totalen') }})
    and werkvoorraad <> verwacht
