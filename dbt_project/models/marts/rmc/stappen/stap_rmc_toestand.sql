{{ config(materialized='incremental') }}

-- Everything that a month tells of a youth. A table that keeps its months: the month before and the
-- school year are read from it.
with maanden as (
    select maand from ({{ te_bouwen_maanden() }})
),

-- An enrolment that ends stays on DUO's list with its end. Who was enrolled and is not on the list
-- at all did not leave school by that: the row may be in quarantine.
niet_uitgeschreven as (
    select
        vorige.gemeente,
        cast(vorige.maand + to_months(1) as date) as maand,
        coalesce(wijzigingen.bsn_versleuteld, vorige.bsn_versleuteld) as bsn_versleuteld
    from {{ ref('stap_rmc_doelgroep') }} as vorige
    left join {{ ref('bsn_wijzigingen') }} as wijzigingen
        on
            vorige.gemeente = wijzigingen.gemeente
            and vorige.maand + to_months(1) = wijzigingen.maand
            and vorige.bsn_versleuteld = wijzigingen.bsn_oud_versleuteld
            and wijzigingen.uitkomst = 'vertaald'
    where
        vorige.maand in (select maanden.maand - to_months(1) from maanden)
        and vorige.in_onderwijs
        and coalesce(vorige.datum_uitschrijving > last_day(vorige.maand), true)
    group by
        vorige.gemeente,
        vorige.maand,
        coalesce(wijzigingen.bsn_versleuteld, vorige.bsn_versleuteld)
),

doelgroep as (
    select
        bsn_versleuteld,
        maand,
        wijk,
        buurt,
        gemeente,
        leeftijd,
        doelgroep,
        startkwalificatie,
        bekend_bij_duo,
        in_onderwijs,
        onderwijssoort,
        laatste_onderwijssoort,
        bekostigd_ingeschreven,
        datum_inschrijving,
        datum_uitschrijving,
        reden_uitschrijving,
        vrijstelling,
        regel_status
    from {{ ref('stap_rmc_doelgroep') }}
    where maand in (select maanden.maand from maanden)
),

jongeren as (
    select
        doelgroep.bsn_versleuteld,
        doelgroep.maand,
        doelgroep.wijk,
        doelgroep.buurt,
        doelgroep.gemeente,
        doelgroep.leeftijd,
        doelgroep.doelgroep,
        doelgroep.startkwalificatie,
        case
            when doelgroep.bekend_bij_duo or niet_uitgeschreven.bsn_versleuteld is null
                then doelgroep.in_onderwijs
        end as in_onderwijs,
        doelgroep.onderwijssoort,
        doelgroep.laatste_onderwijssoort,
        case
            when doelgroep.bekend_bij_duo or niet_uitgeschreven.bsn_versleuteld is null
                then doelgroep.bekostigd_ingeschreven
        end as bekostigd_ingeschreven,
        doelgroep.datum_inschrijving,
        doelgroep.datum_uitschrijving,
        doelgroep.reden_uitschrijving,
        doelgroep.vrijstelling,
        doelgroep.regel_status
    from doelgroep
    left join niet_uitgeschreven
        on
            doelgroep.gemeente = niet_uitgeschreven.gemeente
            and doelgroep.maand = niet_uitgeschreven.maand
            and doelgroep.bsn_versleuteld = niet_uitgeschreven.bsn_versleuteld
),

inkomen as (
    select
        bsn_versleuteld,
        maand,
        gemeente,
        inkomen_bekend,
        heeft_werk,
        heeft_uitkering,
        werk_inkomen,
        uren,
        werk_voldoende,
        drempel_status
    from {{ ref('stap_rmc_inkomen') }}
    where maand in (select maanden.maand from maanden)
),

dossiers as (
    select
        gemeente,
        maand,
        bsn_versleuteld,
        bool_or(lopend and fase = 'in_begeleiding') as begeleiding,
        -- Handed over to somebody else, at work in day activities, or looking for work at UWV.
        bool_or(
            (lopend and fase = 'overgedragen')
            or coalesce(verklarende_reden = 'dagbesteding', false)
            or coalesce(ingeschreven_werkzoekende, false)
        ) as bekend_elders,
        bool_or(coalesce(ingeschreven_werkzoekende, false)) as werkzoekend,
        -- The reason that was recorded, else the one with which a dossier was closed this month.
        arg_max(
            coalesce(
                verklarende_reden,
                case when resultaat in ('buitenland', 'detentie') then resultaat end
            ),
            row(verklarende_reden is not null, datum_melding, dossier)
        ) as verklaring,
        bool_or(weigering) as wil_niet,
        bool_or(lopend and soort_dossier = 'jib_23_27') as jongere_in_beeld,
        bool_or(soort_dossier in ('vsv_nieuw', 'vsv_oud')) as vsv_dossier
    from {{ ref('rmc_trajecten') }}
    where maand in (select maanden.maand from maanden)
    group by
        gemeente,
        maand,
        bsn_versleuteld
),

feiten as (
    select
        gemeente,
        maand,
        bsn_versleuteld
    from {{ ref('stap_rmc_feit_wmo') }}
    where bekend_bij_wmo
    union all
    select
        gemeente,
        maand,
        bsn_versleuteld
    from {{ ref('stap_rmc_feit_jeugdhulp') }}
    where bekend_bij_jeugdhulp
    union all
    select
        gemeente,
        maand,
        bsn_versleuteld
    from {{ ref('stap_rmc_feit_schuldhulp') }}
    where bekend_bij_schuldhulp
    union all
    select
        gemeente,
        maand,
        bsn_versleuteld
    from {{ ref('stap_rmc_feit_vroegsignalen') }}
    where bekend_bij_vroegsignalering
    union all
    select
        gemeente,
        maand,
        bsn_versleuteld
    from {{ ref('stap_rmc_feit_minimaregelingen') }}
    where bekend_bij_minimaregelingen
),

elders as (
    select
        gemeente,
        maand,
        bsn_versleuteld
    from feiten
    group by
        gemeente,
        maand,
        bsn_versleuteld
),

-- A register that the gemeente never delivered is none that it asks; one that stayed out this month
-- leaves open whether it knows someone. The dossiers of RMC itself are always asked.
aangesloten as (
    select
        gemeente,
        delivery as levering,
        min(levermaand) as vanaf
    from {{ source('grootboek', 'leveringen') }}
    where
        delivery in (
            'wmo_berichten',
            'jeugd_berichten',
            'schuldhulp_ddas',
            'vroegsignalen',
            'minimaregelingen'
        )
    group by
        gemeente,
        delivery
),

gemist as (
    select
        volledigheid.gemeente,
        volledigheid.maand,
        bool_or(
            volledigheid.levering = 'rmc_trajecten' and volledigheid.staat = 'ontbreekt'
        ) as dossiers_ontbreken,
        bool_or(
            aangesloten.levering is not null
            and volledigheid.maand >= aangesloten.vanaf
            and volledigheid.staat = 'ontbreekt'
        ) as register_ontbreekt
    from {{ ref('volledigheid') }} as volledigheid
    left join aangesloten
        on
            volledigheid.gemeente = aangesloten.gemeente
            and volledigheid.levering = aangesloten.levering
    where volledigheid.maand in (select maanden.maand from maanden)
    group by
        volledigheid.gemeente,
        volledigheid.maand
),

bijstand as (
    select
        gemeente,
        maand,
        bsn_versleuteld,
        heeft_bijstand
    from {{ ref('stap_rmc_feit_bijstand') }}
),

samen as (
    select
        jongeren.bsn_versleuteld,
        jongeren.maand,
        jongeren.wijk,
        jongeren.buurt,
        jongeren.gemeente,
        jongeren.leeftijd,
        jongeren.doelgroep,
        jongeren.startkwalificatie,
        -- The list of Jongeren in beeld is of who is in no school, at ages that DUO does not list.
        case
            when jongeren.in_onderwijs is null and dossiers.jongere_in_beeld then false
            else jongeren.in_onderwijs
        end as in_onderwijs,
        jongeren.onderwijssoort,
        jongeren.laatste_onderwijssoort,
        jongeren.bekostigd_ingeschreven,
        jongeren.datum_inschrijving,
        jongeren.datum_uitschrijving,
        jongeren.reden_uitschrijving,
        jongeren.vrijstelling,
        jongeren.regel_status,
        inkomen.inkomen_bekend,
        inkomen.heeft_werk,
        inkomen.werk_inkomen,
        inkomen.uren,
        inkomen.werk_voldoende,
        inkomen.drempel_status,
        case
            when inkomen.heeft_uitkering or bijstand.heeft_bijstand then true
            when inkomen.inkomen_bekend then false
        end as uitkering,
        case
            when dossiers.bsn_versleuteld is not null then dossiers.begeleiding
            when not gemist.dossiers_ontbreken then false
        end as begeleiding,
        case
            when elders.bsn_versleuteld is not null or dossiers.bekend_elders then true
            when not gemist.dossiers_ontbreken and not gemist.register_ontbreekt then false
        end as bekend_elders,
        coalesce(dossiers.werkzoekend, false) as werkzoekend,
        dossiers.verklaring,
        case
            when dossiers.verklaring <> 'dagbesteding' then true
            when dossiers.bsn_versleuteld is not null or not gemist.dossiers_ontbreken then false
        end as verklaard,
        case
            when dossiers.bsn_versleuteld is not null then dossiers.wil_niet
            when not gemist.dossiers_ontbreken then false
        end as wil_niet,
        coalesce(dossiers.vsv_dossier, false) as vsv_dossier
    from jongeren
    inner join inkomen
        on
            jongeren.gemeente = inkomen.gemeente
            and jongeren.maand = inkomen.maand
            and jongeren.bsn_versleuteld = inkomen.bsn_versleuteld
    left join dossiers
        on
            jongeren.gemeente = dossiers.gemeente
            and jongeren.maand = dossiers.maand
            and jongeren.bsn_versleuteld = dossiers.bsn_versleuteld
    left join elders
        on
            jongeren.gemeente = elders.gemeente
            and jongeren.maand = elders.maand
            and jongeren.bsn_versleuteld = elders.bsn_versleuteld
    left join bijstand
        on
            jongeren.gemeente = bijstand.gemeente
            and jongeren.maand = bijstand.maand
            and jongeren.bsn_versleuteld = bijstand.bsn_versleuteld
    left join gemist
        on
            jongeren.gemeente = gemist.gemeente
            and jongeren.maand = gemist.maand
),

-- True when anything shows them, false when nothing does and all of it is known, else unknown.
beoordeeld as (
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
        laatste_onderwijssoort,
        bekostigd_ingeschreven,
        datum_inschrijving,
        datum_uitschrijving,
        reden_uitschrijving,
        vrijstelling,
        regel_status,
        inkomen_bekend,
        heeft_werk,
        werk_inkomen,
        uren,
        werk_voldoende,
        drempel_status,
        uitkering,
        begeleiding,
        bekend_elders,
        verklaring,
        verklaard,
        wil_niet,
        vsv_dossier,
        in_onderwijs
        or startkwalificatie
        or vrijstelling
        or heeft_werk
        or uitkering
        or begeleiding
        or bekend_elders
        or verklaard
        or wil_niet as in_beeld,
        not in_onderwijs
        and not heeft_werk
        and not uitkering
        and not werkzoekend
        and coalesce(verklaring <> 'zzp', true) as buiten_beeld_cbs,
        case
            when not inkomen_bekend then null
            when not heeft_werk and not uitkering then 1
            when not uitkering and not werk_voldoende then 2
            when not uitkering and werk_voldoende then 3
            when heeft_werk and uitkering then 4
            when uitkering then 5
        end as ib_prioriteit
    from samen
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
    laatste_onderwijssoort,
    bekostigd_ingeschreven,
    datum_inschrijving,
    datum_uitschrijving,
    reden_uitschrijving,
    vrijstelling,
    inkomen_bekend,
    heeft_werk,
    werk_inkomen,
    uren,
    uitkering,
    begeleiding,
    bekend_elders,
    verklaring,
    vsv_dossier,
    -- The ladder (domein 1.3): the first that is known to fit. Income that is not known could be
    -- any of its three rungs, so nothing below them is said; and nobody is lost by ignorance.
    case
        when in_onderwijs then 'in_onderwijs'
        when startkwalificatie then 'startkwalificatie'
        when vrijstelling then 'vrijstelling'
        when not inkomen_bekend then 'onbekend'
        when heeft_werk and werk_voldoende then 'werk_voldoende'
        when heeft_werk and not werk_voldoende then 'werk_onvoldoende'
        when heeft_werk then 'onbekend'
        when uitkering then 'uitkering'
        when begeleiding then 'in_begeleiding_rmc'
        when bekend_elders then 'bekend_elders'
        when verklaard then 'verklaard'
        when wil_niet then 'wil_niet'
        when not in_beeld then 'verdwenen'
        else 'onbekend'
    end as status,
    in_beeld,
    not in_beeld as verdwenen_seed,
    buiten_beeld_cbs,
    cast(ib_prioriteit as integer) as ib_prioriteit,
    case
        when heeft_werk and not uitkering and drempel_status = 'ontbreekt' then 'ontbreekt'
        when
            regel_status = 'te_verifieren'
            or (heeft_werk and not uitkering and drempel_status = 'te_verifieren')
            then 'te_verifieren'
        else 'bevestigd'
    end as parameter_status
from beoordeeld
