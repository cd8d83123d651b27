{{ config(severity='warn', meta={'dagster': {'ref': {'name': 'stg_huishouden_groepen'}}}) }}

-- Partners, and parent and child, who live at one address are in one household. More generations
-- and in-laws at one address than were reckoned with would show here.
select
    banden.persoon,
    banden.ander
from {{ ref('stg_huishouden_banden') }} as banden
inner join {{ ref('stg_huishouden_groepen') }} as een on banden.persoon = een.nummer
inner join {{ ref('stg_huishouden_groepen') }} as ander on banden.ander = ander.nummer
where een.groep <> ander.groep
