{{ config(materialized='table') }}

-- Everybody has one partner at most: the pair that both would choose. Who is married to the other
-- goes first, then who has most children with the other, then the eldest.
with kandidaten as (
    select
        persoon,
        ander,
        bool_or(soort = 'gehuwd') as gehuwd,
        max(case when soort = 'samen_kind' then aantal else 0 end) as kinderen
    from {{ ref('stg_huishouden_banden') }}
    where soort in ('gehuwd', 'samen_kind')
    group by persoon, ander
),

eerste_keus as (
    select
        persoon,
        ander,
        gehuwd
    from kandidaten
    qualify
        row_number() over (
            partition by persoon
            order by
                gehuwd desc,
                kinderen desc,
                least(persoon, ander),
                greatest(persoon, ander)
        ) = 1
)

select
    keus.persoon,
    keus.ander as partner,
    keus.gehuwd,
    least(keus.persoon, keus.ander) as paar
from eerste_keus as keus
inner join eerste_keus as wederkeus
    on
        keus.persoon = wederkeus.ander
        and keus.ander = wederkeus.persoon
