{{ config(severity='warn', meta={'dagster': {'ref': {'name': 'personen'}}}) }}

-- Two gemeenten that both say they have a resident: possible in the days around a removal.
select
    bsn_versleuteld,
    maand,
    count(*) as aantal_gemeenten
from {{ ref('personen') }}
where maand in ({{ gewijzigde_maanden('personen') }})
group by bsn_versleuteld, maand
having count(*) > 1
