with geteld as (
    select
        maand,
        gemeente,
        armoede_definitie,
        {{ armoede_opgeteld() }}
    from {{ ref('armoede_wijk') }}
    where maand in ({{ te_bouwen_maanden() }})
    group by
        maand,
        gemeente,
        armoede_definitie
)

select
    maand,
    gemeente,
    armoede_definitie,
    {{ armoede_uitkomsten() }}
from geteld
