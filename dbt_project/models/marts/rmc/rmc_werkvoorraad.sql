-- A row per work process and month while it runs. What falls away is judged anew from the versions
-- of the deliveries whenever a month is built, so there is nothing to remember and nothing to
-- open twice.
with maanden as (
    {{ te_bouwen_maanden() }}
),

-- As long as a process runs at most: no longer than what the model rests on, less the month before.
gebeurtenissen as (
    select
        gebeurtenissen.gemeente,
        gebeurtenissen.bsn_versleuteld,
        gebeurtenissen.maand,
        gebeurtenissen.signaal,
        gebeurtenissen.bekend_sinds,
        last_day(gebeurtenissen.bekend_sinds) as geopend_op,
        gebeurtenissen.geldt,
        gebeurtenissen.reden,
        looptijden.aantal as looptijd
    from {{ ref('stap_rmc_gebeurtenissen') }} as gebeurtenissen
    inner join {{ ref('rmc_termijnen') }} as looptijden
        on
            looptijden.termijn = 'looptijd'
            and last_day(gebeurtenissen.bekend_sinds) >= looptijden.geldig_vanaf
            and (
                looptijden.geldig_tot is null
                or last_day(gebeurtenissen.bekend_sinds) <= looptijden.geldig_tot
            )
    where
        exists (
            select 1
            from maanden
            where
                maanden.maand >= gebeurtenissen.maand
                and maanden.maand < gebeurtenissen.maand + to_months(looptijden.aantal)
        )
),

bekende_maanden as (
    select
        gemeente,
        maand
    from {{ ref('stap_rmc_toestand') }}
    where
        maand >= (select min(gebeurtenissen.maand) from gebeurtenissen)
        and maand <= (select max(maanden.maand) from maanden)
    group by
        gemeente,
        maand
),

-- Under which numbers those persons stand, then or later.
nummers as (
    select
        gemeente,
        bsn_versleuteld
    from gebeurtenissen
    union
    select
        wijzigingen.gemeente,
        wijzigingen.bsn_versleuteld
    from {{ ref('bsn_wijzigingen') }} as wijzigingen
    inner join gebeurtenissen
        on
            wijzigingen.gemeente = gebeurtenissen.gemeente
            and wijzigingen.bsn_oud_versleuteld = gebeurtenissen.bsn_versleuteld
    where wijzigingen.uitkomst = 'vertaald'
),

-- From which age on DUO lists no enrolments: there nobody can say that someone is at no school.
bereik as (
    select
        geldig_vanaf,
        geldig_tot,
        leeftijd_tot
    from {{ ref('rmc_regels') }}
    where soort = 'bereik' and regel = 'duo_inschrijvingen'
),

toestanden as (
    select
        toestand.gemeente,
        toestand.bsn_versleuteld,
        toestand.maand,
        toestand.wijk,
        toestand.buurt,
        toestand.leeftijd,
        toestand.startkwalificatie,
        toestand.in_onderwijs,
        toestand.vrijstelling,
        toestand.uitkering,
        toestand.bekend_elders,
        toestand.parameter_status,
        doelgroep.regel_status is not null as valt_onder_regel,
        coalesce(toestand.in_onderwijs, toestand.leeftijd < bereik.leeftijd_tot)
        or coalesce(toestand.vrijstelling, false) as naar_school,
        case when toestand.startkwalificatie then kwalificaties.bekend_sinds end
            as startkwalificatie_bekend_sinds
    from {{ ref('stap_rmc_toestand') }} as toestand
    semi join nummers
        on
            toestand.gemeente = nummers.gemeente
            and toestand.bsn_versleuteld = nummers.bsn_versleuteld
    inner join {{ ref('stap_rmc_doelgroep') }} as doelgroep
        on
            toestand.gemeente = doelgroep.gemeente
            and toestand.bsn_versleuteld = doelgroep.bsn_versleuteld
            and toestand.maand = doelgroep.maand
    left join bereik
        on
            last_day(toestand.maand) >= bereik.geldig_vanaf
            and (bereik.geldig_tot is null or last_day(toestand.maand) <= bereik.geldig_tot)
    left join {{ ref('startkwalificaties') }} as kwalificaties
        on
            toestand.gemeente = kwalificaties.gemeente
            and toestand.bsn_versleuteld = kwalificaties.bsn_versleuteld
            and toestand.maand = kwalificaties.maand
    where
        toestand.maand >= (select min(gebeurtenissen.maand) from gebeurtenissen) - to_months(1)
        and toestand.maand <= (select max(maanden.maand) from maanden)
),

-- Who was of the target group as it was known when the event showed: a diploma that came in later
-- was not there to stop the process.
processen as (
    select
        gebeurtenissen.gemeente,
        gebeurtenissen.bsn_versleuteld,
        gebeurtenissen.maand as gebeurtenis_maand,
        gebeurtenissen.signaal,
        gebeurtenissen.bekend_sinds,
        gebeurtenissen.geopend_op,
        gebeurtenissen.looptijd,
        case
            when not gebeurtenissen.geldt then gebeurtenissen.reden
            when nu.bsn_versleuteld is null then 'vertrokken_of_overleden'
            when nu.startkwalificatie then 'startkwalificatie'
            when nu.in_onderwijs then 'in_onderwijs'
            when nu.vrijstelling then 'vrijstelling'
            when not nu.valt_onder_regel then 'buiten_doelgroep'
            when nu.uitkering then 'toch_inkomen'
        end as ingetrokken_om
    from gebeurtenissen
    inner join bekende_maanden
        on
            gebeurtenissen.gemeente = bekende_maanden.gemeente
            and gebeurtenissen.maand = bekende_maanden.maand
    left join toestanden as nu
        on
            gebeurtenissen.gemeente = nu.gemeente
            and gebeurtenissen.bsn_versleuteld = nu.bsn_versleuteld
            and gebeurtenissen.maand = nu.maand
    left join toestanden as ervoor
        on
            gebeurtenissen.gemeente = ervoor.gemeente
            and gebeurtenissen.bsn_versleuteld = ervoor.bsn_versleuteld
            and gebeurtenissen.maand - to_months(1) = ervoor.maand
    where
        -- Of the target group in the month; or in the one before, and then it says why no more.
        coalesce(
            nu.valt_onder_regel
            and not nu.naar_school
            and (
                not nu.startkwalificatie
                or nu.startkwalificatie_bekend_sinds > gebeurtenissen.bekend_sinds
            ),
            false
        )
        or coalesce(
            ervoor.valt_onder_regel
            and not ervoor.naar_school
            and (
                not ervoor.startkwalificatie
                or ervoor.startkwalificatie_bekend_sinds > gebeurtenissen.bekend_sinds
            ),
            false
        )
),

-- Under which number somebody stands in the later months.
maanden_van_processen as (
    select
        processen.gemeente,
        coalesce(wijzigingen.bsn_versleuteld, processen.bsn_versleuteld) as bsn_versleuteld,
        processen.bsn_versleuteld as bsn_toen,
        processen.gebeurtenis_maand,
        bekende_maanden.maand,
        processen.signaal,
        processen.geopend_op,
        processen.looptijd,
        processen.ingetrokken_om
    from processen
    inner join bekende_maanden
        on
            processen.gemeente = bekende_maanden.gemeente
            and processen.gebeurtenis_maand <= bekende_maanden.maand
            and processen.gebeurtenis_maand + to_months(processen.looptijd)
            > bekende_maanden.maand
            and (
                processen.ingetrokken_om is null
                or processen.gebeurtenis_maand = bekende_maanden.maand
            )
    left join {{ ref('bsn_wijzigingen') }} as wijzigingen
        on
            processen.gemeente = wijzigingen.gemeente
            and bekende_maanden.maand = wijzigingen.maand
            and processen.bsn_versleuteld = wijzigingen.bsn_oud_versleuteld
            and wijzigingen.uitkomst = 'vertaald'
),

-- What is known now of the income of each of those months.
inkomens as (
    select
        antwoorden.gemeente,
        antwoorden.bsn_versleuteld,
        antwoorden.maand,
        arg_max(antwoorden.werk, antwoorden.versie) as werk,
        arg_max(antwoorden.inkomen, antwoorden.versie) as inkomen
    from {{ ref('stap_rmc_antwoorden') }} as antwoorden
    semi join maanden_van_processen
        on
            antwoorden.gemeente = maanden_van_processen.gemeente
            and antwoorden.bsn_versleuteld = maanden_van_processen.bsn_versleuteld
            and antwoorden.maand = maanden_van_processen.maand
    group by
        antwoorden.gemeente,
        antwoorden.bsn_versleuteld,
        antwoorden.maand
),

dossiers as (
    select
        gemeente,
        bsn_versleuteld,
        maand,
        bool_or(lopend and fase = 'in_begeleiding') as begeleiding,
        bool_or(verklarende_reden is not null or resultaat in ('buitenland', 'detentie'))
            as verklaard,
        bool_or(weigering) as wil_niet
    from {{ ref('rmc_trajecten') }}
    where
        maand >= (select min(gebeurtenissen.maand) from gebeurtenissen)
        and maand <= (select max(maanden.maand) from maanden)
    group by
        gemeente,
        bsn_versleuteld,
        maand
),

gesprekken as (
    select
        gemeente,
        bsn_versleuteld,
        maand,
        datum_eerste_contact as dag
    from {{ ref('rmc_trajecten') }}
    union all
    select
        gemeente,
        bsn_versleuteld,
        maand,
        start_begeleiding as dag
    from {{ ref('rmc_trajecten') }}
),

-- The first day, as the dossiers of a month tell it, on which there was contact since.
contacten as (
    select
        processen.gemeente,
        processen.bsn_versleuteld,
        processen.gebeurtenis_maand,
        processen.maand,
        min(gesprekken.dag) as dag
    from maanden_van_processen as processen
    inner join gesprekken
        on
            processen.gemeente = gesprekken.gemeente
            and processen.bsn_versleuteld = gesprekken.bsn_versleuteld
            and processen.maand = gesprekken.maand
            and processen.gebeurtenis_maand <= gesprekken.dag
    group by
        processen.gemeente,
        processen.bsn_versleuteld,
        processen.gebeurtenis_maand,
        processen.maand
),

verloop as (
    select
        processen.gemeente,
        processen.bsn_versleuteld,
        processen.bsn_toen,
        processen.gebeurtenis_maand,
        processen.maand,
        processen.signaal,
        processen.geopend_op,
        processen.ingetrokken_om,
        toestanden.wijk,
        toestanden.buurt,
        toestanden.leeftijd,
        toestanden.bekend_elders,
        toestanden.parameter_status,
        contacten.dag as contact,
        -- In sight again: not because another department knows them, for that is whom RMC asks.
        case
            when processen.maand = processen.gebeurtenis_maand then null
            when toestanden.bsn_versleuteld is null then 'vertrokken_of_overleden'
            when toestanden.startkwalificatie then 'startkwalificatie'
            when toestanden.in_onderwijs then 'in_onderwijs'
            when toestanden.vrijstelling then 'vrijstelling'
            when inkomens.werk then 'werk'
            when toestanden.uitkering then 'uitkering'
            when inkomens.inkomen then 'inkomen'
            when not toestanden.valt_onder_regel then 'buiten_doelgroep'
            when dossiers.begeleiding then 'in_begeleiding_rmc'
            when dossiers.verklaard then 'verklaard'
            when dossiers.wil_niet then 'wil_niet'
            when
                processen.maand
                = processen.gebeurtenis_maand + to_months(processen.looptijd - 1)
                then 'verlopen'
        end as gesloten_om
    from maanden_van_processen as processen
    left join toestanden
        on
            processen.gemeente = toestanden.gemeente
            and processen.bsn_versleuteld = toestanden.bsn_versleuteld
            and processen.maand = toestanden.maand
    left join inkomens
        on
            processen.gemeente = inkomens.gemeente
            and processen.bsn_versleuteld = inkomens.bsn_versleuteld
            and processen.maand = inkomens.maand
    left join dossiers
        on
            processen.gemeente = dossiers.gemeente
            and processen.bsn_versleuteld = dossiers.bsn_versleuteld
            and processen.maand = dossiers.maand
    left join contacten
        on
            processen.gemeente = contacten.gemeente
            and processen.bsn_versleuteld = contacten.bsn_versleuteld
            and processen.gebeurtenis_maand = contacten.gebeurtenis_maand
            and processen.maand = contacten.maand
),

-- A process that closed is there in the month in which it did, and no more.
lopend as (
    select
        gemeente,
        bsn_versleuteld,
        gebeurtenis_maand,
        maand,
        signaal,
        geopend_op,
        ingetrokken_om,
        gesloten_om,
        wijk,
        buurt,
        leeftijd,
        bekend_elders,
        parameter_status,
        min(contact) over tot_en_met as eerste_contact
    from verloop
    window
        tot_en_met as (
            partition by gemeente, bsn_toen, gebeurtenis_maand
            order by maand
            rows between unbounded preceding and current row
        )
    qualify
        count(gesloten_om) over (
            partition by gemeente, bsn_toen, gebeurtenis_maand
            order by maand
            rows between unbounded preceding and 1 preceding
        ) = 0
),

herinneringen as (
    select
        lopend.gemeente,
        lopend.bsn_versleuteld,
        lopend.gebeurtenis_maand,
        lopend.maand,
        max(case when termijnen.termijn = 'herinnering_1' then termijnen.aantal end)
            as dagen_1,
        max(case when termijnen.termijn = 'herinnering_2' then termijnen.aantal end)
            as dagen_2,
        count(case when termijnen.status <> 'bevestigd' then 1 end) > 0 as te_verifieren
    from lopend
    inner join {{ ref('rmc_termijnen') }} as termijnen
        on
            lopend.geopend_op >= termijnen.geldig_vanaf
            and (termijnen.geldig_tot is null or lopend.geopend_op <= termijnen.geldig_tot)
    group by
        lopend.gemeente,
        lopend.bsn_versleuteld,
        lopend.gebeurtenis_maand,
        lopend.maand
)

select
    lopend.bsn_versleuteld,
    lopend.maand,
    coalesce(lopend.wijk, {{ onbekende_wijk('lopend.gemeente') }}) as wijk,
    coalesce(lopend.buurt, {{ onbekende_buurt('lopend.gemeente') }}) as buurt,
    lopend.gemeente,
    lopend.gebeurtenis_maand,
    lopend.signaal,
    lopend.gebeurtenis_maand as sinds,
    lopend.geopend_op,
    case
        when lopend.ingetrokken_om is not null then 'ingetrokken'
        when lopend.gesloten_om is not null then 'gesloten'
        else 'open'
    end as toestand,
    coalesce(lopend.ingetrokken_om, lopend.gesloten_om) as reden,
    lopend.leeftijd,
    -- Nobody needs to know it of who is looked for no longer.
    case
        when lopend.ingetrokken_om is null and lopend.gesloten_om is null
            then lopend.bekend_elders
    end as bekend_elders,
    cast(lopend.geopend_op + herinneringen.dagen_1 as date) as herinnering_1,
    cast(lopend.geopend_op + herinneringen.dagen_2 as date) as herinnering_2,
    lopend.eerste_contact,
    case
        when lopend.eerste_contact > lopend.geopend_op
            then cast(lopend.eerste_contact - lopend.geopend_op as integer)
        when lopend.eerste_contact is not null then 0
    end as doorlooptijd_dagen,
    case
        when lopend.parameter_status = 'ontbreekt' then 'ontbreekt'
        when herinneringen.te_verifieren then 'te_verifieren'
        else coalesce(lopend.parameter_status, 'bevestigd')
    end as parameter_status
from lopend
inner join maanden on lopend.maand = maanden.maand
left join herinneringen
    on
        lopend.gemeente = herinneringen.gemeente
        and lopend.bsn_versleuteld = herinneringen.bsn_versleuteld
        and lopend.gebeurtenis_maand = herinneringen.gebeurtenis_maand
        and lopend.maand = herinneringen.maand
