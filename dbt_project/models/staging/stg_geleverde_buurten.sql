-- A code says nothing of the division it is from. A source that describes a month uses that of
-- then, or else the newest; an older one only when neither knows the code.
with gevraagd as (
    select
        gemeente,
        maand,
        buurt_geleverd
    from {{ ref('stg_corporatie_eenheden') }}
    where buurt_geleverd is not null
    group by
        gemeente,
        maand,
        buurt_geleverd
),

indelingen as (
    select
        gemeente,
        maand,
        jaar_nu,
        jaar_toen
    from {{ ref('stg_indelingen') }}
),

buurten as (
    select
        gemeente,
        indelingsjaar,
        code
    from {{ ref('stg_cbs_gebieden') }}
    where soort = 'buurt'
),

vertaling as (
    select
        gemeente,
        van_jaar,
        naar_jaar,
        oude_code,
        nieuwe_code
    from {{ source('geografie', 'vertaling') }}
    where oude_code is not null
),

-- The newest division, not after the month's own, from which the code can be translated.
oudere_indeling as (
    select
        gevraagd.gemeente,
        gevraagd.maand,
        gevraagd.buurt_geleverd,
        vertaling.nieuwe_code
    from gevraagd
    inner join indelingen
        on gevraagd.gemeente = indelingen.gemeente and gevraagd.maand = indelingen.maand
    inner join vertaling
        on
            gevraagd.gemeente = vertaling.gemeente
            and gevraagd.buurt_geleverd = vertaling.oude_code
            and indelingen.jaar_nu = vertaling.naar_jaar
            and indelingen.jaar_nu > vertaling.van_jaar
    qualify
        row_number() over (
            partition by gevraagd.gemeente, gevraagd.maand, gevraagd.buurt_geleverd
            order by vertaling.van_jaar > indelingen.jaar_toen, vertaling.van_jaar desc
        ) = 1
)

select
    gevraagd.gemeente,
    gevraagd.maand,
    gevraagd.buurt_geleverd,
    case
        when toen.code is not null and indelingen.jaar_toen = indelingen.jaar_nu then toen.code
        when toen.code is not null then oudere_indeling.nieuwe_code
        when nu.code is not null then nu.code
        else oudere_indeling.nieuwe_code
    end as buurt,
    toen.code as buurt_toen
from gevraagd
left join indelingen
    on gevraagd.gemeente = indelingen.gemeente and gevraagd.maand = indelingen.maand
left join buurten as toen
    on
        gevraagd.gemeente = toen.gemeente
        and gevraagd.buurt_geleverd = toen.code
        and indelingen.jaar_toen = toen.indelingsjaar
left join buurten as nu
    on
        gevraagd.gemeente = nu.gemeente
        and gevraagd.buurt_geleverd = nu.code
        and indelingen.jaar_nu = nu.indelingsjaar
left join oudere_indeling
    on
        gevraagd.gemeente = oudere_indeling.gemeente
        and gevraagd.maand = oudere_indeling.maand
        and gevraagd.buurt_geleverd = oudere_indeling.buurt_geleverd
