with leveringen as (
    select
        levering_id,
        gemeente,
        levermaand
    from {{ source('grootboek', 'leveringen') }}
    where delivery = 'schuldhulp_ddas'
),

deelnames as (
    select
        levering_id,
        eenheid,
        bsn_versleuteld,
        andere_bsn_versleuteld,
        rol,
        geboortedatum,
        aanvang,
        einddatum,
        toekenningsdatum,
        schuldbedrag,
        aanmelding_start,
        crisisinterventie,
        informatie_advies_start,
        intake_start,
        intake_eind,
        beschikkingsdatum,
        beschikkingssoort,
        plan_van_aanpak,
        stabilisatie_start,
        schuldregeling,
        schuldregeling_toegekend,
        schuldregeling_afgewezen,
        schuldregeling_ingetrokken,
        dwangakkoord,
        oplossing_start,
        oplossing_eind,
        oplossingssoort,
        vtlb,
        nazorg_start,
        nazorg_eind,
        datum_uitstroom,
        beeindigingsbeschikking,
        reden_uitstroom,
        einddatum_levering,
        organisatie_kvk
    from {{ source('raw', 'schuldhulp_ddas__deelname') }}
)

select
    deelnames.bsn_versleuteld,
    leveringen.levermaand as maand,
    leveringen.gemeente,
    leveringen.levering_id,
    deelnames.eenheid,
    -- Both who share a traject find the same value, whichever of them it is made from.
    sha256(concat_ws(
        '|',
        'schuldhulptraject',
        leveringen.gemeente,
        least(
            deelnames.bsn_versleuteld,
            coalesce(deelnames.andere_bsn_versleuteld, deelnames.bsn_versleuteld)
        ),
        coalesce(deelnames.organisatie_kvk, ''),
        deelnames.aanvang
    )) as traject,
    deelnames.rol,
    {{ volledige_datum('deelnames.geboortedatum') }} as geboortedatum,
    {{ volledige_datum('deelnames.aanvang') }} as datum_aanvang,
    {{ volledige_datum('deelnames.einddatum') }} as einddatum,
    {{ volledige_datum('deelnames.toekenningsdatum') }} as toekenningsdatum,
    {{ euro('deelnames.schuldbedrag') }} as schuldbedrag,
    {{ volledige_datum('deelnames.aanmelding_start') }} as aanmelding_start,
    deelnames.crisisinterventie = 'J' as crisisinterventie,
    {{ volledige_datum('deelnames.informatie_advies_start') }} as informatie_advies_start,
    {{ volledige_datum('deelnames.intake_start') }} as intake_start,
    {{ volledige_datum('coalesce(deelnames.beschikkingsdatum, deelnames.intake_eind)') }}
        as datum_beschikking,
    case deelnames.beschikkingssoort
        when 'Toelatingsbeschikking' then 'toegelaten'
        when 'Afwijzingsbeschikking' then 'afgewezen'
    end as beschikking,
    {{ volledige_datum('deelnames.plan_van_aanpak') }} as plan_van_aanpak,
    {{ volledige_datum('deelnames.stabilisatie_start') }} as stabilisatie_start,
    {{ volledige_datum('deelnames.schuldregeling') }} as schuldregeling_ingediend,
    {{ volledige_datum('deelnames.schuldregeling_toegekend') }} as schuldregeling_toegekend,
    {{ volledige_datum('deelnames.schuldregeling_afgewezen') }} as schuldregeling_afgewezen,
    {{ volledige_datum('deelnames.schuldregeling_ingetrokken') }} as schuldregeling_ingetrokken,
    deelnames.dwangakkoord = 'J' as dwangakkoord,
    {{ volledige_datum('deelnames.oplossing_start') }} as oplossing_start,
    {{ volledige_datum('deelnames.oplossing_eind') }} as oplossing_eind,
    deelnames.oplossingssoort,
    {{ euro('deelnames.vtlb') }} as vtlb,
    {{ volledige_datum('deelnames.nazorg_start') }} as nazorg_start,
    {{ volledige_datum('deelnames.nazorg_eind') }} as nazorg_eind,
    {{ volledige_datum(
        'coalesce(deelnames.datum_uitstroom, deelnames.einddatum, deelnames.beeindigingsbeschikking)'
    ) }} as datum_uitstroom,
    deelnames.reden_uitstroom,
    {{ volledige_datum('deelnames.einddatum_levering') }} as einddatum_levering
from deelnames
inner join leveringen on deelnames.levering_id = leveringen.levering_id
