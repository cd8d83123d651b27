with leveringen as (
    select
        levering_id,
        gemeente,
        levermaand
    from {{ source('grootboek', 'leveringen') }}
    where delivery = 'duo_inschrijvingen'
),

antwoorden as (
    select
        levering_id,
        bsn_versleuteld
    from {{ source('raw', 'duo_inschrijvingen__antwoord_zonder_inschrijving') }}
)

select
    antwoorden.bsn_versleuteld,
    leveringen.levermaand as maand,
    leveringen.gemeente,
    leveringen.levering_id
from antwoorden
inner join leveringen on antwoorden.levering_id = leveringen.levering_id
