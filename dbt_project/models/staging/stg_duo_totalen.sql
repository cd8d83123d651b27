with leveringen as (
    select
        levering_id,
        gemeente,
        levermaand
    from {{ source('grootboek', 'leveringen') }}
    where delivery = 'duo_inschrijvingen'
),

totalen as (
    select
        levering_id,
        rapportage,
        aantal
    from {{ source('raw', 'duo_inschrijvingen__totaal') }}
)

select
    leveringen.levermaand as maand,
    leveringen.gemeente,
    leveringen.levering_id,
    totalen.rapportage,
    cast(totalen.aantal as integer) as aantal
from totalen
inner join leveringen on totalen.levering_id = leveringen.levering_id
