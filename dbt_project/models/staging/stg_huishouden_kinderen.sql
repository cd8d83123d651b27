-- CBS: a child lives at home at any age, as long as it has no partner or child of its own there.
with ouderschap as (
    select
        persoon as ouder,
        ander as kind
    from {{ ref('stg_huishouden_banden') }}
    where soort = 'ouder'
)

select
    ouderschap.kind,
    ouderschap.ouder
from ouderschap
left join {{ ref('stg_huishouden_paren') }} as paren on ouderschap.kind = paren.persoon
where
    paren.persoon is null
    and ouderschap.kind not in (select eigen.ouder from ouderschap as eigen)
