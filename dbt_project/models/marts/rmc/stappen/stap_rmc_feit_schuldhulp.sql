-- Yes or no and no more: all that the contract allows RMC to know.
select
    gemeente,
    bsn_versleuteld,
    maand,
    true as bekend_bij_schuldhulp
from {{ ref('schuldhulp') }}
where
    maand in ({{ te_bouwen_maanden() }})
    and lopend
group by
    gemeente,
    bsn_versleuteld,
    maand
