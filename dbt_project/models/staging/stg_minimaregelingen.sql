with leveringen as (
    select
        levering_id,
        gemeente,
        levermaand
    from {{ source('grootboek', 'leveringen') }}
    where delivery = 'minimaregelingen'
),

toekenningen as (
    select
        levering_id,
        bsn_versleuteld,
        aanvrager_versleuteld,
        aanvrager_ongeldig,
        geboortedatum,
        regeling_code,
        datum_toekenning,
        datum_start,
        datum_eind,
        bedrag,
        vorm,
        ambtshalve
    from {{ source('raw', 'minimaregelingen__toekenning') }}
)

select
    toekenningen.bsn_versleuteld,
    leveringen.levermaand as maand,
    leveringen.gemeente,
    leveringen.levering_id,
    case
        when toekenningen.aanvrager_versleuteld is not null
            then toekenningen.aanvrager_versleuteld = toekenningen.bsn_versleuteld
        -- An applicant whose number is not valid is somebody, and not known to be this one.
        when not toekenningen.aanvrager_ongeldig then true
    end as is_aanvrager,
    {{ volledige_datum('toekenningen.geboortedatum') }} as geboortedatum,
    toekenningen.regeling_code,
    {{ volledige_datum('toekenningen.datum_toekenning') }} as datum_toekenning,
    {{ volledige_datum('toekenningen.datum_start') }} as datum_start,
    {{ volledige_datum(bekend_einde('toekenningen.datum_eind')) }} as datum_eind,
    {{ euro('toekenningen.bedrag') }} as bedrag,
    toekenningen.vorm,
    toekenningen.ambtshalve = 'J' as ambtshalve
from toekenningen
inner join leveringen on toekenningen.levering_id = leveringen.levering_id
