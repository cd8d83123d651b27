with leveringen as (
    select
        levering_id,
        gemeente,
        levermaand
    from {{ source('grootboek', 'leveringen') }}
    where delivery = 'brp_personen'
),

persoonslijsten as (
    select
        levering_id,
        bsn_versleuteld,
        ingangsdatum_geldigheid,
        geboortedatum,
        geboorteland,
        geslacht,
        ouder1_bsn_versleuteld,
        ouder1_bsn_ongeldig,
        ouder1_geboorteland,
        ouder2_bsn_versleuteld,
        ouder2_bsn_ongeldig,
        ouder2_geboorteland,
        datum_overlijden,
        datum_opschorting,
        reden_opschorting
    from {{ source('raw', 'brp_personen__persoonslijst') }}
)

select
    persoonslijsten.bsn_versleuteld,
    leveringen.levermaand as maand,
    leveringen.gemeente,
    leveringen.levering_id,
    {{ volledige_datum('persoonslijsten.ingangsdatum_geldigheid') }} as ingangsdatum_geldigheid,
    {{ aangevulde_datum('persoonslijsten.geboortedatum', '07-01', '15') }} as geboortedatum,
    {{ vroegste_datum('persoonslijsten.geboortedatum') }} as vroegste_geboortedatum,
    {{ volledige_datum('persoonslijsten.geboortedatum') }} is null as geboortedatum_onvolledig,
    persoonslijsten.geslacht,
    persoonslijsten.geboorteland,
    persoonslijsten.ouder1_bsn_versleuteld,
    persoonslijsten.ouder1_bsn_ongeldig,
    persoonslijsten.ouder1_geboorteland,
    persoonslijsten.ouder2_bsn_versleuteld,
    persoonslijsten.ouder2_bsn_ongeldig,
    persoonslijsten.ouder2_geboorteland,
    persoonslijsten.datum_overlijden is not null as overleden,
    {{ vroegste_datum('persoonslijsten.datum_overlijden') }} as datum_overlijden,
    {{ volledige_datum('persoonslijsten.datum_overlijden') }} is null as overlijden_onvolledig,
    persoonslijsten.reden_opschorting,
    {{ vroegste_datum('persoonslijsten.datum_opschorting') }} as datum_opschorting,
    {{ volledige_datum('persoonslijsten.datum_opschorting') }} is null as opschorting_onvolledig
from persoonslijsten
inner join leveringen on persoonslijsten.levering_id = leveringen.levering_id
