{{ config(materialized='incremental') }}

-- A table that keeps its months: every dataset about persons looks up who is meant here, also in a
-- month of which only another register has something new to tell.
with personen as (
    select
        gemeente,
        maand,
        bsn_versleuteld,
        case when not geboortedatum_onvolledig then geboortedatum end as geboortedatum,
        coalesce(reden_opschorting in ('F', 'W'), false) as vervallen
    from {{ ref('stg_brp_personen') }}
    where maand in ({{ te_bouwen_maanden() }})
),

nummers as (
    select
        gemeente,
        maand,
        bsn_versleuteld as bsn_gevonden,
        bsn_versleuteld,
        geboortedatum,
        vervallen
    from personen
    union all
    select
        personen.gemeente,
        personen.maand,
        wijzigingen.bsn_oud_versleuteld as bsn_gevonden,
        personen.bsn_versleuteld,
        personen.geboortedatum,
        personen.vervallen
    from personen
    inner join {{ ref('stg_bsn_wijzigingen') }} as wijzigingen
        on
            personen.gemeente = wijzigingen.gemeente
            and personen.maand = wijzigingen.maand
            and personen.bsn_versleuteld = wijzigingen.bsn_versleuteld
    where wijzigingen.uitkomst = 'vertaald'
)

select
    gemeente,
    maand,
    bsn_gevonden,
    bsn_versleuteld,
    geboortedatum
from nummers
-- The list that a person had under a former BSN gives way to the one of now.
qualify
    row_number() over (partition by gemeente, maand, bsn_gevonden order by vervallen) = 1
