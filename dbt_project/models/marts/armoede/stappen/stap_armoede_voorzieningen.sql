{{ config(materialized='incremental') }}

-- Each scheme that someone in a household has, by the name it goes by in every register: special
-- assistance also as BUS has it. A table that keeps its months: a corrected right often changes an
-- amount alone, or is of someone who has moved away.
with voorzieningen as (
    select
        gemeente,
        maand,
        bsn_versleuteld,
        case when regeling in ('11', '12') then 'bijzondere_bijstand' else 'bus_' || regeling end
            as voorziening,
        case when regeling in ('11', '12') then 'minima' else 'bijstand' end as soort
    from {{ ref('bijstand') }}
    where maand in ({{ te_bouwen_maanden() }})
    union all
    select
        gemeente,
        maand,
        bsn_versleuteld,
        regeling_code as voorziening,
        'minima' as soort
    from {{ ref('minimaregelingen') }}
    where maand in ({{ te_bouwen_maanden() }})
    union all
    -- There for aftercare alone, or turned away, is not being helped.
    select
        gemeente,
        maand,
        bsn_versleuteld,
        'schuldhulp' as voorziening,
        'schuldhulp' as soort
    from {{ ref('schuldhulp') }}
    where
        maand in ({{ te_bouwen_maanden() }})
        and beschikking is distinct from 'afgewezen'
        and (datum_uitstroom is null or datum_uitstroom >= maand)
)

select
    voorzieningen.gemeente,
    voorzieningen.maand,
    huishoudens.huishouden_sleutel,
    voorzieningen.voorziening,
    voorzieningen.soort
from voorzieningen
inner join {{ ref('huishoudens') }} as huishoudens
    on
        voorzieningen.gemeente = huishoudens.gemeente
        and voorzieningen.maand = huishoudens.maand
        and voorzieningen.bsn_versleuteld = huishoudens.bsn_versleuteld
where huishoudens.maand in ({{ te_bouwen_maanden() }})
group by
    voorzieningen.gemeente,
    voorzieningen.maand,
    huishoudens.huishouden_sleutel,
    voorzieningen.voorziening,
    voorzieningen.soort
