with geteld as (
    select
        maand,
        wijk,
        gemeente,
        armoede_definitie,
        {{ armoede_opgeteld() }}
    from {{ ref('armoede_buurt') }}
    where maand in ({{ te_bouwen_maanden() }})
    group by
        maand,
        wijk,
        gemeente,
        armoede_definitie
)

select
    maand,
    wijk,
    gemeente,
    armoede_definitie,
    {{ armoede_uitkomsten() }}
from geteld
