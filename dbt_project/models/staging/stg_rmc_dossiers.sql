with leveringen as (
    select
        levering_id,
        gemeente,
        levermaand
    from {{ source('grootboek', 'leveringen') }}
    where delivery = 'rmc_trajecten'
),

dossiers as (
    select
        levering_id,
        bsn_versleuteld,
        geboortedatum,
        dossier,
        soort_dossier,
        meldingsbron,
        datum_melding,
        datum_eerste_contact,
        contactpogingen,
        datum_laatste_contactpoging,
        fase,
        start_begeleiding,
        oorzaak_uitval,
        verklarende_reden,
        herinneringsdatum,
        weigering,
        ingeschreven_werkzoekende,
        resultaat,
        einddatum
    from {{ source('raw', 'rmc_trajecten__dossier') }}
)

select
    dossiers.bsn_versleuteld,
    leveringen.levermaand as maand,
    leveringen.gemeente,
    leveringen.levering_id,
    {{ volledige_datum('dossiers.geboortedatum') }} as geboortedatum,
    dossiers.dossier,
    dossiers.soort_dossier,
    dossiers.meldingsbron,
    {{ volledige_datum('dossiers.datum_melding') }} as datum_melding,
    {{ volledige_datum('dossiers.datum_eerste_contact') }} as datum_eerste_contact,
    cast(dossiers.contactpogingen as integer) as contactpogingen,
    {{ volledige_datum('dossiers.datum_laatste_contactpoging') }} as datum_laatste_contactpoging,
    dossiers.fase,
    {{ volledige_datum('dossiers.start_begeleiding') }} as start_begeleiding,
    dossiers.oorzaak_uitval,
    dossiers.verklarende_reden,
    {{ volledige_datum('dossiers.herinneringsdatum') }} as herinneringsdatum,
    dossiers.weigering = 'J' as weigering,
    dossiers.ingeschreven_werkzoekende = 'J' as ingeschreven_werkzoekende,
    dossiers.resultaat,
    {{ volledige_datum('dossiers.einddatum') }} as einddatum
from dossiers
inner join leveringen on dossiers.levering_id = leveringen.levering_id
