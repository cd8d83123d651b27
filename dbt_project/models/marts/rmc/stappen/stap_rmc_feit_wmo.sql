-- Yes or no and no more: all that the contract allows RMC to know.
select
    gemeente,
    bsn_versleuteld,
    maand,
    true as bekend_bij_wmo
from {{ ref('wmo') }}
where
    maand in ({{ te_bouwen_maanden() }})
    and inwoner is distinct from false
group by
    gemeente,
    bsn_versleuteld,
    maand
