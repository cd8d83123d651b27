{{ config(severity='warn', meta={'dagster': {'ref': {'name': 'rmc_gemeente'}}}) }}

-- Our flows beside those of DUO (A01, A02, A04; domein 3.9). They need not be equal: DUO goes by
-- its own register and by what it knew when it counted, and an enrolment in quarantine looks like
-- one that ended. So a handful may differ, or a tenth. What one of them does not know is not held.
with stromen as (
    select
        gemeente,
        maand,
        'A01' as rapportage,
        uitgeschreven as eigen_aantal,
        duo_uitgeschreven as aantal_duo
    from {{ ref('rmc_gemeente') }}
    union all
    select
        gemeente,
        maand,
        'A02' as rapportage,
        heringeschreven as eigen_aantal,
        duo_heringeschreven as aantal_duo
    from {{ ref('rmc_gemeente') }}
    union all
    select
        gemeente,
        maand,
        'A04' as rapportage,
        vsv_nieuw as eigen_aantal,
        duo_werkvoorraad as aantal_duo
    from {{ ref('rmc_gemeente') }}
)

select
    gemeente,
    maand,
    rapportage,
    eigen_aantal,
    aantal_duo
from stromen
where
    maand in ({{ gewijzigde_maanden('rmc_gemeente') }})
    and abs(eigen_aantal - aantal_duo) > greatest(5, 0.1 * aantal_duo)
