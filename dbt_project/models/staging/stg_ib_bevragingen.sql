with leveringen as (
    select
        levering_id,
        gemeente,
        levermaand,
        versie
    from {{ source('grootboek', 'leveringen') }}
    where delivery = 'ib_inkomsten'
),

bevragingen as (
    select
        levering_id,
        bsn_versleuteld,
        geboortedatum,
        periode_van,
        periode_tot,
        resultaat,
        aantal_quarantaine
    from {{ source('raw', 'ib_inkomsten__bevraging') }}
),

met_opgaven as (
    select distinct
        levering_id,
        bsn_versleuteld
    from {{ source('raw', 'ib_inkomsten__inkomstenopgave') }}
)

select
    bevragingen.bsn_versleuteld,
    leveringen.gemeente,
    leveringen.levermaand,
    leveringen.versie,
    leveringen.levering_id,
    cast(bevragingen.periode_van || '-01' as date) as eerste_maand,
    -- A period that ends before it begins is that of its first month.
    cast(greatest(bevragingen.periode_van, bevragingen.periode_tot) || '-01' as date)
        as laatste_maand,
    {{ volledige_datum('bevragingen.geboortedatum') }} as geboortedatum,
    -- What was found and did not come along makes an answer no more complete than quarantine.
    cast(bevragingen.aantal_quarantaine as bigint) = 0
    and (bevragingen.resultaat = 'niets_gevonden' or met_opgaven.levering_id is not null)
        as compleet
from bevragingen
inner join leveringen on bevragingen.levering_id = leveringen.levering_id
left join met_opgaven
    on
        bevragingen.levering_id = met_opgaven.levering_id
        and bevragingen.bsn_versleuteld = met_opgaven.bsn_versleuteld
