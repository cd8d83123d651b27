with geteld as (
    select
        maand,
        wijk,
        gemeente,
        profiel,
        {{ scheefwonen_tellingen(van='gebieden') }}
    from {{ ref('scheefwonen_buurt') }}
    where maand in ({{ te_bouwen_maanden() }})
    group by
        maand,
        wijk,
        gemeente,
        profiel
)

select
    maand,
    wijk,
    gemeente,
    profiel,
    {{ scheefwonen_uitkomsten() }}
from geteld
