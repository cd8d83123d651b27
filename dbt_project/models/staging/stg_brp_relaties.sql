{{ config(materialized='table') }}

with maanden as (
    select
        maand,
        last_day(maand) as peildatum
    from ({{ te_bouwen_maanden() }})
),

partners as (
    select
        huwelijken.gemeente,
        huwelijken.maand,
        huwelijken.bsn_versleuteld,
        huwelijken.partner_bsn_versleuteld as relatie_versleuteld,
        'partner' as soort
    from {{ ref('stg_brp_huwelijken') }} as huwelijken
    inner join maanden on huwelijken.maand = maanden.maand
    where
        not huwelijken.historisch
        and huwelijken.onjuist is distinct from 'O'
        and (huwelijken.datum_aanvang is null or huwelijken.datum_aanvang <= maanden.peildatum)
        -- A dissolution on an unknown day has happened.
        and (
            not huwelijken.ontbonden
            or coalesce(huwelijken.datum_ontbinding > maanden.peildatum, false)
        )
),

kinderen as (
    select
        kinderen.gemeente,
        kinderen.maand,
        kinderen.bsn_versleuteld,
        kinderen.kind_bsn_versleuteld as relatie_versleuteld,
        'kind' as soort
    from {{ ref('stg_brp_kinderen') }} as kinderen
    inner join maanden on kinderen.maand = maanden.maand
    where
        not kinderen.historisch
        and kinderen.onjuist is distinct from 'O'
),

ouders as (
    select
        personen.gemeente,
        personen.maand,
        personen.bsn_versleuteld,
        unnest([
            personen.ouder1_bsn_versleuteld, personen.ouder2_bsn_versleuteld
        ]) as relatie_versleuteld,
        'ouder' as soort
    from {{ ref('stg_brp_personen') }} as personen
    inner join maanden on personen.maand = maanden.maand
),

relaties as (
    select
        gemeente,
        maand,
        bsn_versleuteld,
        relatie_versleuteld,
        soort
    from partners
    union all
    select
        gemeente,
        maand,
        bsn_versleuteld,
        relatie_versleuteld,
        soort
    from kinderen
    union all
    select
        gemeente,
        maand,
        bsn_versleuteld,
        relatie_versleuteld,
        soort
    from ouders
),

personen_nu as (
    {{ bsn_nu() }}
)

-- A relative may still be known by a former BSN, or be written down twice.
select distinct
    relaties.gemeente,
    relaties.maand,
    relaties.bsn_versleuteld,
    coalesce(persoon_nu.bsn_versleuteld, relaties.relatie_versleuteld) as relatie_versleuteld,
    relaties.soort
from relaties
left join personen_nu as persoon_nu
    on
        relaties.gemeente = persoon_nu.gemeente
        and relaties.maand = persoon_nu.maand
        and relaties.relatie_versleuteld = persoon_nu.bsn_gevonden
where relaties.relatie_versleuteld is not null
