{{ config(meta={'dagster': {'ref': {'name': 'inkomsten'}}}) }}

-- What the versions that count report about a month is in `inkomsten`, to the cent: the
-- wages of the polisadministratie, and every net amount, also that of a benefit told twice.
with opgegeven as (
    select
        bron,
        maand,
        sum(loon_sv_cent) filter (where dienst <> 'SVB') as cent,
        sum(netto_cent) as netto_cent
    from {{ ref('stg_inkomsten_geldende_opgaven') }}
    where maand in ({{ gewijzigde_maanden('inkomsten') }})
    group by bron, maand
),

vastgelegd as (
    select
        bron,
        maand,
        sum(bedrag) filter (where dienst <> 'SVB') as euro,
        sum(netto_bedrag) as netto_euro
    from {{ ref('inkomsten') }}
    where maand in ({{ gewijzigde_maanden('inkomsten') }})
    group by bron, maand
)

select coalesce(opgegeven.maand, vastgelegd.maand) as maand
from opgegeven
full outer join vastgelegd
    on
        opgegeven.bron = vastgelegd.bron
        and opgegeven.maand = vastgelegd.maand
where
    opgegeven.cent is distinct from cast(vastgelegd.euro * 100 as bigint)
    or opgegeven.netto_cent is distinct from cast(vastgelegd.netto_euro * 100 as bigint)
