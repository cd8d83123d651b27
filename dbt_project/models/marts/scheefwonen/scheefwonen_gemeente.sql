with geteld as (
    select
        maand,
        gemeente,
        profiel,
        {{ scheefwonen_tellingen(van='gebieden') }}
    from {{ ref('scheefwonen_wijk') }}
    where maand in ({{ te_bouwen_maanden() }})
    group by
        maand,
        gemeente,
        profiel
)

select
    maand,
    gemeente,
    profiel,
    {{ scheefwonen_uitkomsten() }}
from geteld
