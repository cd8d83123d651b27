with dossiers as (
    select
        bsn_versleuteld,
        maand,
        last_day(maand) as peildatum,
        gemeente,
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
    from {{ ref('stg_rmc_dossiers') }}
    where
        maand in ({{ te_bouwen_maanden() }})
        and datum_melding <= last_day(maand)
        -- Who was closed is there in that month, so that it says with what.
        and (einddatum is null or einddatum >= maand)
),

rijen as (
    select
        bsn_versleuteld,
        maand,
        gemeente,
        geboortedatum,
        dossier,
        soort_dossier,
        meldingsbron,
        datum_melding,
        -- The phase is that of delivery; where a date says that it came later, the one before it.
        case
            when einddatum <= peildatum and fase <> 'overgedragen' then 'afgesloten'
            when fase = 'afgesloten' and einddatum is null then 'afgesloten'
            when
                fase <> 'afgesloten'
                and (fase <> 'in_begeleiding' or coalesce(start_begeleiding <= peildatum, true))
                then fase
            when start_begeleiding <= peildatum then 'in_begeleiding'
            else 'gesignaleerd'
        end as fase,
        coalesce(einddatum > peildatum, fase <> 'afgesloten') as lopend,
        case when start_begeleiding <= peildatum then start_begeleiding end as start_begeleiding,
        oorzaak_uitval,
        case when datum_eerste_contact <= peildatum then datum_eerste_contact end
            as datum_eerste_contact,
        contactpogingen,
        datum_laatste_contactpoging,
        verklarende_reden,
        herinneringsdatum,
        weigering,
        ingeschreven_werkzoekende,
        case when einddatum is null or einddatum <= peildatum then resultaat end as resultaat,
        case when einddatum <= peildatum then einddatum end as einddatum
    from dossiers
)

select
    {{ persoon_kolommen('rijen') }},
    rijen.dossier,
    rijen.soort_dossier,
    rijen.meldingsbron,
    rijen.datum_melding,
    rijen.lopend,
    rijen.fase,
    rijen.start_begeleiding,
    rijen.oorzaak_uitval,
    rijen.datum_eerste_contact,
    rijen.contactpogingen,
    rijen.datum_laatste_contactpoging,
    rijen.verklarende_reden,
    rijen.herinneringsdatum,
    rijen.weigering,
    rijen.ingeschreven_werkzoekende,
    rijen.resultaat,
    rijen.einddatum,
    'rmc_trajecten' as bron
from rijen
{{ met_persoon('rijen') }}
-- A dossier under a former and under the present number is one: the last reported speaks.
qualify
    row_number() over (
        partition by
            rijen.gemeente,
            rijen.maand,
            coalesce(persoon_nu.bsn_versleuteld, rijen.bsn_versleuteld),
            rijen.dossier
        order by rijen.datum_melding desc, rijen.bsn_versleuteld asc
    ) = 1
