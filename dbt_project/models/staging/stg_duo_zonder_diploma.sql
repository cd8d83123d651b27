with leveringen as (
    select
        levering_id,
        gemeente,
        levermaand
    from {{ source('grootboek', 'leveringen') }}
    where delivery = 'duo_diplomas'
),

antwoorden as (
    select
        levering_id,
        bsn_versleuteld,
        indicatie_startkwalificatie
    from {{ source('raw', 'duo_diplomas__antwoord_zonder_diploma') }}
)

select
    antwoorden.bsn_versleuteld,
    leveringen.levermaand as maand,
    leveringen.gemeente,
    leveringen.levering_id,
    case antwoorden.indicatie_startkwalificatie
        when '1' then true
        when '2' then false
    end as indicatie_duo
from antwoorden
inner join leveringen on antwoorden.levering_id = leveringen.levering_id
