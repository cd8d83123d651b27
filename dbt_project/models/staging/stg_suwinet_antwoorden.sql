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
        periode_van,
        periode_tot,
        aantal_opgaven,
        aantal_quarantaine
    from {{ source('raw', 'suwinet_inkomsten__antwoord') }}
)

select
    antwoorden.bsn_versleuteld,
    leveringen.gemeente,
    leveringen.levermaand,
    leveringen.versie,
    leveringen.levering_id,
    -- An answer that says of no period what it covers, is about the month in which it was given.
    coalesce(cast(antwoorden.periode_van || '-01' as date), leveringen.levermaand) as eerste_maand,
    coalesce(cast(antwoorden.periode_tot || '-01' as date), leveringen.levermaand) as laatste_maand,
    cast(antwoorden.aantal_opgaven as bigint) as aantal_opgaven,
    cast(antwoorden.aantal_quarantaine as bigint) as aantal_quarantaine
from antwoorden
inner join leveringen on antwoorden.levering_id = leveringen.levering_id
