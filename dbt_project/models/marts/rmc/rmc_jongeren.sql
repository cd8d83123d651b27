-- The school year of early school leaving runs from 1 October to 1 October; the row of September is
-- the state of 1 October, so September itself still belongs to the year that ends.
with maanden as (
    select
        maand,
        last_day(maand) as peildatum,
        make_date(year(maand - to_months(9)), 9, 1) as telmaand,
        make_date(year(maand - to_months(9)), 10, 1) as teldatum
    from ({{ te_bouwen_maanden() }})
),

jongeren as (
    select
        toestand.bsn_versleuteld,
        toestand.maand,
        toestand.wijk,
        toestand.buurt,
        toestand.gemeente,
        toestand.leeftijd,
        toestand.doelgroep,
        toestand.startkwalificatie,
        toestand.in_onderwijs,
        toestand.onderwijssoort,
        toestand.laatste_onderwijssoort,
        toestand.bekostigd_ingeschreven,
        toestand.datum_inschrijving,
        toestand.datum_uitschrijving,
        toestand.reden_uitschrijving,
        toestand.vrijstelling,
        toestand.inkomen_bekend,
        toestand.werk_inkomen,
        toestand.uren,
        toestand.uitkering,
        toestand.begeleiding,
        toestand.bekend_elders,
        toestand.verklaring,
        toestand.vsv_dossier,
        toestand.status,
        toestand.in_beeld,
        toestand.verdwenen_seed,
        toestand.buiten_beeld_cbs,
        toestand.ib_prioriteit,
        toestand.parameter_status,
        maanden.telmaand,
        maanden.teldatum
    from {{ ref('stap_rmc_toestand') }} as toestand
    inner join maanden on toestand.maand = maanden.maand
),

-- Under which numbers somebody stands in the months before.
nummers as (
    select
        gemeente,
        maand,
        telmaand,
        bsn_versleuteld,
        bsn_versleuteld as bsn_toen
    from jongeren
    union all
    select
        wijzigingen.gemeente,
        wijzigingen.maand,
        maanden.telmaand,
        wijzigingen.bsn_versleuteld,
        wijzigingen.bsn_oud_versleuteld as bsn_toen
    from {{ ref('bsn_wijzigingen') }} as wijzigingen
    inner join maanden on wijzigingen.maand = maanden.maand
    where wijzigingen.uitkomst = 'vertaald'
),

vsv_regels as (
    select
        maanden.maand,
        max(case when regels.regel = 'vsv' then regels.leeftijd_vanaf end) as leeftijd_vanaf,
        max(case when regels.regel = 'vsv' then regels.leeftijd_tot end) as leeftijd_tot,
        max(case when regels.regel = 'vsv_duo' then regels.leeftijd_vanaf end) as duo_vanaf,
        max(case when regels.regel = 'vsv_duo' then regels.leeftijd_tot end) as duo_tot,
        coalesce(
            list(regels.waarde) filter (where regels.soort = 'vsv_uitgezonderd'), []
        ) as uitgezonderd
    from maanden
    left join {{ ref('rmc_regels') }} as regels
        on
            maanden.peildatum >= regels.geldig_vanaf
            and (regels.geldig_tot is null or maanden.peildatum <= regels.geldig_tot)
            and regels.soort in ('vsv', 'vsv_uitgezonderd')
    group by maanden.maand
),

verleden as (
    select
        nummers.gemeente,
        nummers.maand,
        nummers.telmaand,
        nummers.bsn_versleuteld,
        toen.maand as maand_toen,
        toen.bekostigd_ingeschreven,
        toen.onderwijssoort,
        toen.startkwalificatie,
        toen.leeftijd,
        toen.vrijstelling,
        toen.reden_uitschrijving,
        toen.in_beeld
    from nummers
    inner join {{ ref('stap_rmc_toestand') }} as toen
        on
            nummers.gemeente = toen.gemeente
            and nummers.bsn_toen = toen.bsn_versleuteld
            and (
                nummers.telmaand - to_months(12) = toen.maand
                or toen.maand between nummers.telmaand and nummers.maand
            )
),

-- Who left and who came back, month by month, as DUO counts them (A01): funded the month before and
-- not now, of an age, without a startkwalificatie, and neither moved nor dead.
stappen as (
    select
        verleden.gemeente,
        verleden.maand,
        verleden.telmaand,
        verleden.bsn_versleuteld,
        verleden.maand_toen,
        verleden.bekostigd_ingeschreven,
        verleden.onderwijssoort,
        verleden.in_beeld,
        case
            when
                lag(verleden.maand_toen) over een_jongere
                = verleden.maand_toen - to_months(1)
                then
                    lag(verleden.bekostigd_ingeschreven) over een_jongere
                    and not verleden.bekostigd_ingeschreven
                    and not verleden.startkwalificatie
                    and verleden.leeftijd >= vsv_regels.duo_vanaf
                    and verleden.leeftijd < vsv_regels.duo_tot
                    and coalesce(verleden.reden_uitschrijving, '') not in ('verhuisd', 'overleden')
        end as uitgeschreven
    from verleden
    inner join vsv_regels on verleden.maand = vsv_regels.maand
    window
        een_jongere as (
            partition by verleden.gemeente, verleden.maand, verleden.bsn_versleuteld
            order by verleden.maand_toen
        )
),

per_jongere as (
    select
        gemeente,
        maand,
        bsn_versleuteld,
        bool_or(maand_toen = maand - to_months(1)) as was_er,
        bool_or(in_beeld) filter (where maand_toen = maand - to_months(1)) as was_in_beeld,
        bool_or(maand_toen = telmaand) as was_er_bij_de_telling,
        bool_or(bekostigd_ingeschreven) filter (where maand_toen = telmaand)
            as ingeschreven_bij_de_telling,
        max(onderwijssoort) filter (where maand_toen = telmaand) as onderwijssoort_bij_de_telling,
        bool_or(bekostigd_ingeschreven) filter (where maand_toen = telmaand - to_months(12))
            as ingeschreven_bij_de_vorige,
        max(onderwijssoort) filter (where maand_toen = telmaand - to_months(12))
            as onderwijssoort_bij_de_vorige,
        bool_or(uitgeschreven) filter (where maand_toen = maand) as uitgeschreven,
        max(
            case
                when uitgeschreven and maand_toen > telmaand and maand_toen < maand then maand_toen
            end
        ) as laatst_uitgeschreven,
        max(case when bekostigd_ingeschreven and maand_toen < maand then maand_toen end)
            as laatst_ingeschreven,
        bool_or(bekostigd_ingeschreven) filter (where maand_toen = maand - to_months(1))
            as ingeschreven_vorige_maand
    from stappen
    group by
        gemeente,
        maand,
        bsn_versleuteld
),

-- Whether the gemeente has the month before at all.
bekende_maanden as (
    select
        gemeente,
        maand
    from {{ ref('stap_rmc_toestand') }}
    where maand in (select maanden.maand - to_months(1) from maanden)
    group by
        gemeente,
        maand
),

met_verleden as (
    select
        jongeren.bsn_versleuteld,
        jongeren.maand,
        jongeren.wijk,
        jongeren.buurt,
        jongeren.gemeente,
        jongeren.leeftijd,
        jongeren.doelgroep,
        jongeren.startkwalificatie,
        jongeren.in_onderwijs,
        jongeren.onderwijssoort,
        jongeren.bekostigd_ingeschreven,
        jongeren.vrijstelling,
        jongeren.inkomen_bekend,
        jongeren.werk_inkomen,
        jongeren.uren,
        jongeren.uitkering,
        jongeren.begeleiding,
        jongeren.bekend_elders,
        jongeren.verklaring,
        jongeren.status,
        jongeren.in_beeld,
        jongeren.verdwenen_seed,
        jongeren.buiten_beeld_cbs,
        jongeren.ib_prioriteit,
        jongeren.parameter_status,
        jongeren.leeftijd >= vsv_regels.leeftijd_vanaf
        and jongeren.leeftijd < vsv_regels.leeftijd_tot as van_vsv_leeftijd,
        bekende_maanden.maand is not null as vorige_maand_bekend,
        jongeren.leeftijd >= vsv_regels.duo_vanaf
        and jongeren.leeftijd < vsv_regels.duo_tot as van_duo_leeftijd,
        coalesce(per_jongere.was_er_bij_de_telling, false) as was_er_bij_de_telling,
        coalesce(per_jongere.was_er, false) as was_er,
        per_jongere.was_in_beeld,
        per_jongere.uitgeschreven,
        -- An enrolment that is older than the month was there the month before, list or no list.
        coalesce(
            per_jongere.ingeschreven_vorige_maand,
            case
                when jongeren.datum_inschrijving < jongeren.maand
                    then nullif(jongeren.bekostigd_ingeschreven, false)
            end
        ) as ingeschreven_vorige_maand,
        per_jongere.laatst_uitgeschreven,
        per_jongere.laatst_ingeschreven,
        -- Who lived elsewhere at the count: what his last enrolment proves, and else nothing.
        case
            when per_jongere.was_er_bij_de_telling
                then
                    per_jongere.ingeschreven_bij_de_telling
                    and not coalesce(
                        list_contains(
                            vsv_regels.uitgezonderd, per_jongere.onderwijssoort_bij_de_telling
                        ),
                        false
                    )
            when
                jongeren.datum_inschrijving <= jongeren.teldatum
                and coalesce(jongeren.datum_uitschrijving >= jongeren.teldatum, true)
                then
                    not coalesce(
                        list_contains(vsv_regels.uitgezonderd, jongeren.laatste_onderwijssoort),
                        false
                    )
            -- No other enrolment ended later, so none held on the day of the count.
            when jongeren.datum_uitschrijving < jongeren.teldatum then false
        end as in_startset,
        -- Whoever came back, to what is not counted, is no drop-out of before.
        coalesce(
            list_contains(vsv_regels.uitgezonderd, jongeren.laatste_onderwijssoort), false
        ) as kwam_uit_uitgezonderd,
        -- That somebody left school before the count is proved by the count before it, by the end
        -- of his last enrolment or by a dossier; that he never did, by nothing.
        coalesce(
            per_jongere.ingeschreven_bij_de_vorige
            and not coalesce(
                list_contains(vsv_regels.uitgezonderd, per_jongere.onderwijssoort_bij_de_vorige),
                false
            ),
            false
        )
        or coalesce(
            jongeren.datum_uitschrijving < jongeren.teldatum
            and not list_contains(vsv_regels.uitgezonderd, jongeren.laatste_onderwijssoort),
            false
        )
        or jongeren.vsv_dossier as eerder_uitgevallen
    from jongeren
    inner join vsv_regels on jongeren.maand = vsv_regels.maand
    left join per_jongere
        on
            jongeren.gemeente = per_jongere.gemeente
            and jongeren.maand = per_jongere.maand
            and jongeren.bsn_versleuteld = per_jongere.bsn_versleuteld
    left join bekende_maanden
        on
            jongeren.gemeente = bekende_maanden.gemeente
            and jongeren.maand = bekende_maanden.maand + to_months(1)
),

-- Out of school without a startkwalificatie now; who is exempted is a group apart.
met_uitval as (
    select
        bsn_versleuteld,
        maand,
        wijk,
        buurt,
        gemeente,
        leeftijd,
        doelgroep,
        startkwalificatie,
        in_onderwijs,
        onderwijssoort,
        inkomen_bekend,
        werk_inkomen,
        uren,
        uitkering,
        begeleiding,
        bekend_elders,
        verklaring,
        status,
        in_beeld,
        verdwenen_seed,
        buiten_beeld_cbs,
        ib_prioriteit,
        parameter_status,
        in_startset,
        eerder_uitgevallen,
        kwam_uit_uitgezonderd,
        uitgeschreven,
        van_vsv_leeftijd
        and not bekostigd_ingeschreven
        and not startkwalificatie
        and not vrijstelling as uitgevallen,
        case
            when not bekostigd_ingeschreven or not van_duo_leeftijd then false
            when ingeschreven_vorige_maand then false
            when ingeschreven_vorige_maand is null or bekostigd_ingeschreven is null then null
            when laatst_ingeschreven < laatst_uitgeschreven then true
            when was_er_bij_de_telling then false
        end as heringeschreven,
        case
            when not vorige_maand_bekend then null
            when not was_er then 'nieuw_in_de_monitor'
            when was_in_beeld and not in_beeld then 'nieuw_verdwenen'
            when not was_in_beeld and in_beeld then 'terug_in_beeld'
            when was_in_beeld and in_beeld then 'in_beeld_gebleven'
            when not was_in_beeld and not in_beeld then 'verdwenen_gebleven'
        end as overgang
    from met_verleden
)

select
    bsn_versleuteld,
    maand,
    wijk,
    buurt,
    gemeente,
    leeftijd,
    doelgroep,
    startkwalificatie,
    in_onderwijs,
    onderwijssoort,
    inkomen_bekend,
    werk_inkomen,
    uren,
    uitkering,
    begeleiding,
    bekend_elders,
    verklaring,
    status,
    in_beeld,
    verdwenen_seed,
    buiten_beeld_cbs,
    ib_prioriteit,
    uitgevallen and in_startset as vsv_nieuw,
    -- A drop-out who was not enrolled at the count is an old one, if it is known that he ever was.
    case
        when not uitgevallen or in_startset then false
        when uitgevallen and not in_startset and eerder_uitgevallen then true
        when kwam_uit_uitgezonderd then false
    end as vsv_oud,
    uitgeschreven,
    heringeschreven,
    overgang,
    parameter_status
from met_uitval
