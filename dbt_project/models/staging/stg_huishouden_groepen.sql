{{ config(materialized='table') }}

-- Who belongs together at an address: whoever has a person in common, be it each other (partners,
-- parent and child) or a third, present or not (brothers and sisters by a parent, grandparents by
-- the parent between). Of a group all get the number of its eldest, by passing on the lowest
-- number: first to all who have the same person in common, then over all that one has in common.
with personen as (
    select
        nummer,
        gemeente,
        maand,
        bsn_versleuteld,
        adres
    from {{ ref('stg_huishouden_personen') }}
),

samenwonenden as (
    select
        nummer,
        gemeente,
        maand,
        bsn_versleuteld,
        adres
    from personen
    qualify count(*) over (partition by adres) > 1
),

gemeenschappelijk as (
    select
        nummer,
        adres,
        bsn_versleuteld as wie
    from samenwonenden
    union
    select
        samenwonenden.nummer,
        samenwonenden.adres,
        relaties.relatie_versleuteld as wie
    from samenwonenden
    inner join {{ ref('stg_brp_relaties') }} as relaties
        on
            samenwonenden.gemeente = relaties.gemeente
            and samenwonenden.maand = relaties.maand
            and samenwonenden.bsn_versleuteld = relaties.bsn_versleuteld
),

gedeeld as (
    select
        nummer,
        adres,
        -- The eldest who has this person in common; two with the same eldest are one already.
        min(nummer) over (partition by adres, wie) as wie
    from gemeenschappelijk
    qualify count(*) over (partition by adres, wie) > 1
),

ronde_0 as (
    select
        nummer,
        adres,
        wie,
        min(wie) over (partition by nummer) as groep
    from gedeeld
),

ronde_1 as (
    select
        nummer,
        adres,
        wie,
        min(groep) over (partition by nummer) as groep
    from (
        select
            nummer,
            adres,
            wie,
            min(groep) over (partition by wie) as groep
        from ronde_0
    ) as per_persoon
),

-- Most families are settled by now; only where they are not does it go on.
onrustig as (
    select adres
    from ronde_1
    group by adres, wie
    having min(groep) <> max(groep)
),
{% for ronde in range(2, 12) %}
    ronde_{{ ronde }} as (
        select
            nummer,
            adres,
            wie,
            min(groep) over (partition by nummer) as groep
        from (
            select
                nummer,
                adres,
                wie,
                min(groep) over (partition by wie) as groep
            from ronde_{{ ronde - 1 }}
            {{ 'where adres in (select onrustig.adres from onrustig)' if ronde == 2 }}
        ) as per_persoon
    ),
{% endfor %}
groepen as (
    select
        nummer,
        min(groep) as groep
    from (
        select
            nummer,
            groep
        from ronde_1
        union all
        select
            nummer,
            groep
        from ronde_11
    ) as rondes
    group by nummer
)

select
    personen.nummer,
    coalesce(groepen.groep, personen.nummer) as groep
from personen
left join groepen on personen.nummer = groepen.nummer
