with geteld as (
    select
        maand,
        wijk,
        buurt,
        gemeente,
        profiel,
        {{ scheefwonen_tellingen(van='woningen') }}
    from {{ ref('scheefwonen_huishoudens') }}
    where maand in ({{ te_bouwen_maanden() }})
    group by
        maand,
        wijk,
        buurt,
        gemeente,
        profiel
)

select
    maand,
    wijk,
    buurt,
    gemeente,
    profiel,
    {{ scheefwonen_uitkomsten() }}
from geteld
