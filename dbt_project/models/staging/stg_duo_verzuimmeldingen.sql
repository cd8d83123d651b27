with leveringen as (
    select
        levering_id,
        gemeente,
        levermaand
    from {{ source('grootboek', 'leveringen') }}
    where delivery = 'duo_verzuim'
),

meldingen as (
    select
        levering_id,
        bsn_versleuteld,
        geboortedatum,
        melding,
        brin,
        soort_verzuim,
        status,
        datum_melding,
        datum_aanvang,
        datum_einde
    from {{ source('raw', 'duo_verzuim__verzuimmelding') }}
)

select
    meldingen.bsn_versleuteld,
    leveringen.levermaand as maand,
    leveringen.gemeente,
    leveringen.levering_id,
    {{ volledige_datum('meldingen.geboortedatum') }} as geboortedatum,
    meldingen.melding,
    meldingen.brin,
    meldingen.soort_verzuim,
    meldingen.status,
    {{ volledige_datum('meldingen.datum_melding') }} as datum_melding,
    {{ volledige_datum('meldingen.datum_aanvang') }} as datum_aanvang,
    {{ volledige_datum(bekend_einde('meldingen.datum_einde')) }} as datum_einde
from meldingen
inner join leveringen on meldingen.levering_id = leveringen.levering_id
