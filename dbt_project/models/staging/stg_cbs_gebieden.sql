with leveringen as (
    select
        levering_id,
        gemeente,
        levermaand,
        versie
    from {{ source('grootboek', 'leveringen') }}
    where delivery = 'cbs_gebieden'
),

gebieden as (
    select
        levering_id,
        soort,
        indelingsjaar,
        code,
        naam,
        wijk
    from {{ source('raw', 'cbs_gebieden__gebied') }}
    where soort in ('wijk', 'buurt')
),

met_jaar as (
    select
        leveringen.gemeente,
        cast(
            coalesce(cast(gebieden.indelingsjaar as bigint), year(leveringen.levermaand))
            as integer
        ) as indelingsjaar,
        leveringen.levering_id,
        leveringen.versie,
        gebieden.soort,
        gebieden.code,
        gebieden.naam,
        gebieden.wijk
    from gebieden
    inner join leveringen on gebieden.levering_id = leveringen.levering_id
    where substr(gebieden.code, 3, 4) = substr(leveringen.gemeente, 3)
),

-- A division that was delivered more than once is the one of the newest version that holds it.
geldend as (
    select
        gemeente,
        indelingsjaar,
        max(versie) as versie
    from met_jaar
    where soort = 'buurt'
    group by
        gemeente,
        indelingsjaar
)

select
    met_jaar.gemeente,
    met_jaar.indelingsjaar,
    met_jaar.levering_id,
    met_jaar.soort,
    met_jaar.code,
    met_jaar.naam,
    met_jaar.wijk
from met_jaar
inner join geldend
    on
        met_jaar.gemeente = geldend.gemeente
        and met_jaar.indelingsjaar = geldend.indelingsjaar
        and met_jaar.versie = geldend.versie
