-- Where there was one limit (2017 to 2021) that one divides middle from high incomes.
with per_jaar as (
    select
        jaar,
        huishouden = 'meerpersoons' as meerpersoons,
        max(bedrag) as bedrag,
        max_by(inkomensjaar, bedrag) as inkomensjaar,
        max_by(status, bedrag) as status
    from {{ ref('iah_grenzen') }}
    where bedrag is not null
    group by
        jaar,
        huishouden
)

-- A year whose limit is not found takes that of the newest year before it.
select
    meerpersoons,
    jaar,
    coalesce(lead(jaar) over (partition by meerpersoons order by jaar) - 1, 9999) as tot_jaar,
    bedrag,
    inkomensjaar,
    status
from per_jaar
