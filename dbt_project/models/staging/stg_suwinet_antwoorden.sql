with leveringen as (
    select
        levering_id,
        gemeente,
        levermaand,
        versie
    from {{ source('grootboek', 'leveringen') }}
    where delivery = 'suwinet_inkomsten'
),

antwoorden as (
    select
        levering_id,
        bsn_versleuteld,
        dienst,
        geboortedatum,
        periode_van,
        periode_tot,
        aantal_quarantaine
    from {{ source('raw', 'suwinet_inkomsten__antwoord') }}
)

select
    antwoorden.bsn_versleuteld,
    leveringen.gemeente,
    leveringen.levermaand,
    leveringen.versie,
    leveringen.levering_id,
    antwoorden.dienst,
    -- An answer that says of no period what it covers, is about the month in which it was given.
    coalesce(cast(antwoorden.periode_van || '-01' as date), leveringen.levermaand) as eerste_maand,
    coalesce(cast(antwoorden.periode_tot || '-01' as date), leveringen.levermaand) as laatste_maand,
    {{ volledige_datum('antwoorden.geboortedatum') }} as geboortedatum,
    cast(antwoorden.aantal_quarantaine as bigint) = 0 as compleet
from antwoorden
inner join leveringen on antwoorden.levering_id = leveringen.levering_id
