with signalen as (
    select
        bsn_versleuteld,
        maand,
        last_day(maand) as peildatum,
        gemeente,
        levering_id,
        eenheid,
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
    from {{ ref('stg_vroegsignalen') }}
    where
        maand in ({{ te_bouwen_maanden() }})
        and signaaldatum <= last_day(maand)
),

-- A signal can be handled more than once: the zaak that was last made on that day speaks.
zaken as (
    select
        signalen.levering_id,
        signalen.eenheid,
        zaken.resultaat,
        zaken.matchingsdatum,
        case when zaken.datum_opgepakt <= signalen.peildatum then zaken.datum_opgepakt end
            as datum_opgepakt,
        count(*) over per_signaal as aantal
    from signalen
    inner join {{ ref('stg_vroegsignaal_zaken') }} as zaken
        on
            signalen.levering_id = zaken.levering_id
            and signalen.eenheid = zaken.eenheid
    where
        coalesce(zaken.matchingsdatum, zaken.datum_opgepakt) is null
        or coalesce(zaken.matchingsdatum, zaken.datum_opgepakt) <= signalen.peildatum
    window per_signaal as (partition by signalen.levering_id, signalen.eenheid)
    qualify
        row_number() over (
            partition by signalen.levering_id, signalen.eenheid
            order by
                coalesce(zaken.matchingsdatum, zaken.datum_opgepakt) desc nulls last,
                zaken.resultaat desc nulls last,
                cast(zaken.zaak as integer) desc
        ) = 1
),

contactpogingen as (
    select
        signalen.levering_id,
        signalen.eenheid,
        count(*) as aantal,
        bool_or(pogingen.bereikt) as bereikt,
        min(case when pogingen.bereikt then pogingen.datum end) as datum_eerste_contact
    from signalen
    inner join {{ ref('stg_vroegsignaal_contactpogingen') }} as pogingen
        on
            signalen.levering_id = pogingen.levering_id
            and signalen.eenheid = pogingen.eenheid
    where pogingen.datum is null or pogingen.datum <= signalen.peildatum
    group by
        signalen.levering_id,
        signalen.eenheid
),

rijen as (
    select
        signalen.bsn_versleuteld,
        signalen.maand,
        signalen.gemeente,
        signalen.geboortedatum,
        signalen.signaal,
        signalen.partner,
        signalen.bedrag,
        signalen.ontstaansdatum,
        signalen.signaaldatum,
        signalen.signaaldatum >= signalen.maand as nieuw,
        signalen.status,
        signalen.crisissignaal,
        signalen.warme_overdracht,
        cast(coalesce(zaken.aantal, 0) as integer) as aantal_zaken,
        zaken.matchingsdatum,
        zaken.datum_opgepakt,
        zaken.resultaat,
        zaken.resultaat is not null
        or coalesce(signalen.status not in ('Nog niet opgepakt', 'Opgepakt'), false)
            as afgehandeld,
        cast(coalesce(contactpogingen.aantal, 0) as integer) as contactpogingen,
        coalesce(contactpogingen.bereikt, false) as bereikt,
        contactpogingen.datum_eerste_contact,
        coalesce(signalen.einddatum_levering >= signalen.peildatum, false) as volledig
    from signalen
    left join zaken
        on
            signalen.levering_id = zaken.levering_id
            and signalen.eenheid = zaken.eenheid
    left join contactpogingen
        on
            signalen.levering_id = contactpogingen.levering_id
            and signalen.eenheid = contactpogingen.eenheid
)

select
    {{ persoon_kolommen('rijen') }},
    rijen.signaal,
    rijen.partner,
    rijen.bedrag,
    rijen.ontstaansdatum,
    rijen.signaaldatum,
    rijen.nieuw,
    rijen.status,
    rijen.crisissignaal,
    rijen.warme_overdracht,
    rijen.aantal_zaken,
    rijen.matchingsdatum,
    rijen.datum_opgepakt,
    rijen.resultaat,
    rijen.afgehandeld,
    rijen.contactpogingen,
    rijen.bereikt,
    rijen.datum_eerste_contact,
    rijen.volledig,
    'vroegsignalen' as bron
from rijen
{{ met_persoon('rijen') }}
