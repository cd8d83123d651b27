with deelnames as (
    select
        bsn_versleuteld,
        maand,
        last_day(maand) as peildatum,
        gemeente,
        levering_id,
        eenheid,
        traject,
        rol,
        geboortedatum,
        datum_aanvang,
        toekenningsdatum,
        schuldbedrag,
        aanmelding_start,
        crisisinterventie,
        informatie_advies_start,
        intake_start,
        datum_beschikking,
        beschikking,
        plan_van_aanpak,
        stabilisatie_start,
        schuldregeling_ingediend,
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
        reden_uitstroom,
        einddatum_levering
    from {{ ref('stg_schuldhulp_deelnames') }}
    where maand in ({{ te_bouwen_maanden() }})
),

-- What had not happened yet at the end of the last day is not known on it.
op_peildatum as (
    select
        bsn_versleuteld,
        maand,
        peildatum,
        gemeente,
        levering_id,
        eenheid,
        traject,
        rol,
        geboortedatum,
        datum_aanvang,
        schuldbedrag,
        crisisinterventie,
        dwangakkoord,
        oplossingssoort,
        vtlb,
        case when toekenningsdatum <= peildatum then toekenningsdatum end as toekenningsdatum,
        case when coalesce(datum_beschikking, datum_aanvang) <= peildatum then beschikking end
            as beschikking,
        case when datum_beschikking <= peildatum then datum_beschikking end as datum_beschikking,
        case when aanmelding_start <= peildatum then aanmelding_start end as aanmelding_start,
        case when informatie_advies_start <= peildatum then informatie_advies_start end
            as informatie_advies_start,
        case when intake_start <= peildatum then intake_start end as intake_start,
        case when plan_van_aanpak <= peildatum then plan_van_aanpak end as plan_van_aanpak,
        case when stabilisatie_start <= peildatum then stabilisatie_start end
            as stabilisatie_start,
        case when schuldregeling_ingediend <= peildatum then schuldregeling_ingediend end
            as schuldregeling_ingediend,
        case when schuldregeling_toegekend <= peildatum then schuldregeling_toegekend end
            as schuldregeling_toegekend,
        case when schuldregeling_afgewezen <= peildatum then schuldregeling_afgewezen end
            as schuldregeling_afgewezen,
        case when schuldregeling_ingetrokken <= peildatum then schuldregeling_ingetrokken end
            as schuldregeling_ingetrokken,
        case when oplossing_start <= peildatum then oplossing_start end as oplossing_start,
        case when oplossing_eind <= peildatum then oplossing_eind end as oplossing_eind,
        case when nazorg_start <= peildatum then nazorg_start end as nazorg_start,
        case when nazorg_eind <= peildatum then nazorg_eind end as nazorg_eind,
        case when datum_uitstroom <= peildatum then datum_uitstroom end as datum_uitstroom,
        case when datum_uitstroom <= peildatum then reden_uitstroom end as reden_uitstroom,
        coalesce(einddatum_levering >= peildatum, false) as volledig
    from deelnames
    where datum_aanvang <= peildatum
),

begeleidingen as (
    select
        deelnames.levering_id,
        deelnames.eenheid,
        string_agg(distinct begeleidingen.soort, ', ' order by begeleidingen.soort) as soorten
    from deelnames
    inner join {{ ref('stg_schuldhulp_begeleidingen') }} as begeleidingen
        on
            deelnames.levering_id = begeleidingen.levering_id
            and deelnames.eenheid = begeleidingen.eenheid
            and deelnames.peildatum >= begeleidingen.startdatum
            and (
                begeleidingen.einddatum is null
                or deelnames.peildatum < begeleidingen.einddatum
            )
    group by
        deelnames.levering_id,
        deelnames.eenheid
),

beschermingen as (
    select
        deelnames.levering_id,
        deelnames.eenheid,
        bool_or(beschermingen.soort = 'crisisinterventie') as crisis,
        bool_or(
            beschermingen.soort <> 'crisisinterventie'
            and (
                beschermingen.einddatum is null
                or deelnames.peildatum < beschermingen.einddatum
            )
        ) as afgeschermd
    from deelnames
    inner join {{ ref('stg_schuldhulp_beschermingen') }} as beschermingen
        on
            deelnames.levering_id = beschermingen.levering_id
            and deelnames.eenheid = beschermingen.eenheid
            and deelnames.peildatum >= beschermingen.startdatum
    group by
        deelnames.levering_id,
        deelnames.eenheid
),

schulden as (
    select
        deelnames.levering_id,
        deelnames.eenheid,
        cast(count(*) as integer) as aantal,
        cast(sum(schulden.bedrag) as decimal(12, 2)) as bedrag
    from deelnames
    inner join {{ ref('stg_schuldhulp_schulden') }} as schulden
        on
            deelnames.levering_id = schulden.levering_id
            and deelnames.eenheid = schulden.eenheid
            and (schulden.peildatum is null or deelnames.peildatum >= schulden.peildatum)
    group by
        deelnames.levering_id,
        deelnames.eenheid
),

rijen as (
    select
        op_peildatum.bsn_versleuteld,
        op_peildatum.maand,
        op_peildatum.gemeente,
        op_peildatum.geboortedatum,
        op_peildatum.traject,
        op_peildatum.rol,
        op_peildatum.datum_uitstroom is null as lopend,
        case
            when op_peildatum.nazorg_start is not null and op_peildatum.nazorg_eind is null
                then 'nazorg'
            when op_peildatum.datum_uitstroom is not null then 'uitgestroomd'
            when op_peildatum.oplossing_start is not null then 'oplossing'
            when op_peildatum.schuldregeling_ingediend is not null then 'schuldregeling'
            when op_peildatum.stabilisatie_start is not null then 'stabilisatie'
            when op_peildatum.plan_van_aanpak is not null then 'plan_van_aanpak'
            when op_peildatum.intake_start is not null then 'intake'
            when op_peildatum.informatie_advies_start is not null then 'informatie_en_advies'
            when op_peildatum.aanmelding_start is not null then 'aanmelding'
            else 'onbekend'
        end as fase,
        case least(
            op_peildatum.aanmelding_start,
            op_peildatum.informatie_advies_start,
            op_peildatum.intake_start,
            op_peildatum.plan_van_aanpak,
            op_peildatum.stabilisatie_start,
            op_peildatum.schuldregeling_ingediend,
            op_peildatum.oplossing_start
        )
            when op_peildatum.aanmelding_start then 'aanmelding'
            when op_peildatum.informatie_advies_start then 'informatie_en_advies'
            when op_peildatum.intake_start then 'intake'
            when op_peildatum.plan_van_aanpak then 'plan_van_aanpak'
            when op_peildatum.stabilisatie_start then 'stabilisatie'
            when op_peildatum.schuldregeling_ingediend then 'schuldregeling'
            when op_peildatum.oplossing_start then 'oplossing'
            else 'onbekend'
        end as eerste_fase,
        op_peildatum.datum_aanvang,
        coalesce(
            op_peildatum.beschikking,
            case when op_peildatum.toekenningsdatum is not null then 'toegelaten' end
        ) as beschikking,
        coalesce(op_peildatum.datum_beschikking, op_peildatum.toekenningsdatum)
            as datum_beschikking,
        case when beschermingen.crisis then true else op_peildatum.crisisinterventie end as crisis,
        coalesce(beschermingen.afgeschermd, false) as moratorium,
        op_peildatum.schuldbedrag,
        coalesce(schulden.aantal, 0) as aantal_schulden,
        schulden.bedrag as schuldbedrag_opgeteld,
        case greatest(
            op_peildatum.schuldregeling_ingediend,
            op_peildatum.schuldregeling_toegekend,
            op_peildatum.schuldregeling_afgewezen,
            op_peildatum.schuldregeling_ingetrokken
        )
            when op_peildatum.schuldregeling_ingetrokken then 'ingetrokken'
            when op_peildatum.schuldregeling_toegekend then 'toegekend'
            when op_peildatum.schuldregeling_afgewezen then 'afgewezen'
            when op_peildatum.schuldregeling_ingediend then 'ingediend'
        end as schuldregeling,
        op_peildatum.dwangakkoord,
        case when op_peildatum.oplossing_start is not null then op_peildatum.oplossingssoort end
            as oplossing,
        op_peildatum.oplossing_start as datum_start_oplossing,
        op_peildatum.oplossing_eind as datum_einde_oplossing,
        case when op_peildatum.oplossing_start is not null then op_peildatum.vtlb end as vtlb,
        begeleidingen.soorten as begeleiding,
        op_peildatum.datum_uitstroom,
        op_peildatum.reden_uitstroom,
        op_peildatum.volledig
    from op_peildatum
    left join begeleidingen
        on
            op_peildatum.levering_id = begeleidingen.levering_id
            and op_peildatum.eenheid = begeleidingen.eenheid
    left join beschermingen
        on
            op_peildatum.levering_id = beschermingen.levering_id
            and op_peildatum.eenheid = beschermingen.eenheid
    left join schulden
        on
            op_peildatum.levering_id = schulden.levering_id
            and op_peildatum.eenheid = schulden.eenheid
    -- Who left is there in the month of leaving, so that it says why; then only for aftercare.
    where
        op_peildatum.datum_uitstroom is null
        or op_peildatum.datum_uitstroom >= op_peildatum.maand
        or (
            op_peildatum.nazorg_start is not null
            and (op_peildatum.nazorg_eind is null or op_peildatum.nazorg_eind >= op_peildatum.maand)
        )
)

select
    {{ persoon_kolommen('rijen') }},
    rijen.traject,
    rijen.rol,
    rijen.lopend,
    rijen.fase,
    rijen.eerste_fase,
    rijen.datum_aanvang,
    rijen.beschikking,
    rijen.datum_beschikking,
    rijen.crisis,
    rijen.moratorium,
    rijen.schuldbedrag,
    rijen.aantal_schulden,
    rijen.schuldbedrag_opgeteld,
    rijen.schuldregeling,
    rijen.dwangakkoord,
    rijen.oplossing,
    rijen.datum_start_oplossing,
    rijen.datum_einde_oplossing,
    rijen.vtlb,
    rijen.begeleiding,
    rijen.datum_uitstroom,
    rijen.reden_uitstroom,
    rijen.volledig,
    'schuldhulp_ddas' as bron
from rijen
{{ met_persoon('rijen') }}
