with leveringen as (
    select
        levering_id,
        gemeente,
        levermaand
    from {{ source('grootboek', 'leveringen') }}
    where delivery = 'vroegsignalen'
),

signalen as (
    select
        levering_id,
        eenheid,
        bsn_versleuteld,
        geboortedatum,
        signaal,
        partner,
        bedrag,
        ontstaansdatum,
        signaaldatum,
        status,
        crisissignaal,
        warme_overdracht,
        einddatum_levering
    from {{ source('raw', 'vroegsignalen__signaal') }}
)

select
    signalen.bsn_versleuteld,
    leveringen.levermaand as maand,
    leveringen.gemeente,
    leveringen.levering_id,
    signalen.eenheid,
    signalen.signaal,
    {{ volledige_datum('signalen.geboortedatum') }} as geboortedatum,
    signalen.partner,
    {{ euro('signalen.bedrag') }} as bedrag,
    {{ volledige_datum('signalen.ontstaansdatum') }} as ontstaansdatum,
    {{ volledige_datum('signalen.signaaldatum') }} as signaaldatum,
    signalen.status,
    signalen.crisissignaal = 'J' as crisissignaal,
    signalen.warme_overdracht = 'J' as warme_overdracht,
    {{ volledige_datum('signalen.einddatum_levering') }} as einddatum_levering
from signalen
inner join leveringen on signalen.levering_id = leveringen.levering_id
