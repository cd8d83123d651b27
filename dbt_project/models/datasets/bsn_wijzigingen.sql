with rijen as (
    select
        gemeente,
        maand,
        bsn_versleuteld,
        cast(null as date) as geboortedatum,
        bsn_oud_versleuteld,
        bsn_nieuw_versleuteld,
        datum,
        uitkomst
    from {{ ref('stg_bsn_wijzigingen') }}
    where maand in ({{ te_bouwen_maanden() }})
)

select
    {{ persoon_kolommen('rijen') }},
    rijen.bsn_oud_versleuteld,
    rijen.bsn_nieuw_versleuteld,
    rijen.datum,
    rijen.uitkomst,
    'brp_personen' as bron
from rijen
{{ met_persoon('rijen') }}
