with leveringen as (
    select
        levering_id,
        gemeente,
        levermaand
    from {{ source('grootboek', 'leveringen') }}
    where delivery = 'duo_inschrijvingen'
),

vrijstellingen as (
    select
        levering_id,
        bsn_versleuteld,
        geboortedatum,
        soort_vrijstelling,
        datum_aanvang,
        datum_einde
    from {{ source('raw', 'duo_inschrijvingen__vrijstelling') }}
)

select
    vrijstellingen.bsn_versleuteld,
    leveringen.levermaand as maand,
    leveringen.gemeente,
    leveringen.levering_id,
    {{ volledige_datum('vrijstellingen.geboortedatum') }} as geboortedatum,
    vrijstellingen.soort_vrijstelling,
    {{ volledige_datum('vrijstellingen.datum_aanvang') }} as datum_aanvang,
    {{ volledige_datum(bekend_einde('vrijstellingen.datum_einde')) }} as datum_einde
from vrijstellingen
inner join leveringen on vrijstellingen.levering_id = leveringen.levering_id
