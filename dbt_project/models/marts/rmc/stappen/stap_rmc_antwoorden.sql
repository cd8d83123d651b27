{{ config(materialized='incremental') }}

-- A table that keeps its months: what fell away shows only beside the month before, which need not
-- be open.
with maanden as (
    {{ te_bouwen_maanden() }}
),

grenzen as (
    select
        maanden.maand,
        regels.leeftijd_tot
    from maanden
    inner join {{ ref('rmc_regels') }} as regels
        on
            regels.soort = 'populatie'
            and last_day(maanden.maand) >= regels.geldig_vanaf
            and (regels.geldig_tot is null or last_day(maanden.maand) <= regels.geldig_tot)
),

-- Whom the BRP of the month means with a number.
nummers as (
    {{ bsn_nu() }}
),

antwoorden_van_ib as (
    select
        gemeente,
        bsn_versleuteld,
        versie,
        levermaand,
        eerste_maand,
        laatste_maand,
        geboortedatum,
        compleet
    from {{ ref('stg_ib_bevragingen') }}
),

-- Who is too old to be followed. The BRP knows the age; where it is silent, the answer does.
ouderen as (
    select
        nummers.gemeente,
        nummers.maand,
        nummers.bsn_gevonden as bsn_versleuteld
    from nummers
    inner join {{ ref('personen') }} as personen
        on
            nummers.gemeente = personen.gemeente
            and nummers.maand = personen.maand
            and nummers.bsn_versleuteld = personen.bsn_versleuteld
    inner join grenzen
        on
            personen.maand = grenzen.maand
            and personen.leeftijd >= grenzen.leeftijd_tot
    union all
    select
        antwoorden.gemeente,
        grenzen.maand,
        antwoorden.bsn_versleuteld
    from antwoorden_van_ib as antwoorden
    inner join grenzen
        on
            grenzen.maand between antwoorden.eerste_maand and antwoorden.laatste_maand
            and antwoorden.geboortedatum + to_years(grenzen.leeftijd_tot) <= grenzen.maand
),

-- Who is so from the first of these months on, and so nearly everybody: left out before the work.
altijd_ouder as (
    select
        gemeente,
        bsn_versleuteld
    from ouderen
    where maand = (select min(maanden.maand) from maanden)
),

bevragingen as (
    select
        bevragingen.gemeente,
        bevragingen.bsn_versleuteld,
        bevragingen.versie,
        bevragingen.levermaand,
        bevragingen.eerste_maand,
        bevragingen.laatste_maand,
        bevragingen.compleet
    from antwoorden_van_ib as bevragingen
    anti join altijd_ouder
        on
            bevragingen.gemeente = altijd_ouder.gemeente
            and bevragingen.bsn_versleuteld = altijd_ouder.bsn_versleuteld
),

opgaven as (
    {{ opgaven_van_ib() }}
    anti join altijd_ouder
        on
            opgaven.gemeente = altijd_ouder.gemeente
            and opgaven.bsn_versleuteld = altijd_ouder.bsn_versleuteld
),

opgave_maanden as (
    {{ opgave_maanden('opgaven') }}
),

-- Of a kind that the list does not know it is income all the same.
ingedeeld as (
    select
        opgave_maanden.gemeente,
        opgave_maanden.bsn_versleuteld,
        opgave_maanden.maand,
        opgave_maanden.versie,
        opgave_maanden.levermaand,
        opgave_maanden.inkomstenverhouding,
        opgave_maanden.datum_aanvang,
        coalesce(soorten.rmc_groep, 'onbekend') as groep,
        opgave_maanden.loon_sv_cent
    from opgave_maanden
    left join {{ ref('soorten_inkomstenverhouding') }} as soorten
        on opgave_maanden.soort_inkomstenverhouding = soorten.soort_inkomstenverhouding
),

gesproken as (
    select
        antwoorden.gemeente,
        antwoorden.bsn_versleuteld,
        maanden.maand,
        antwoorden.versie,
        antwoorden.levermaand,
        true as in_periode,
        antwoorden.compleet
    from bevragingen as antwoorden
    inner join maanden
        on maanden.maand between antwoorden.eerste_maand and antwoorden.laatste_maand
    union all
    select
        gemeente,
        bsn_versleuteld,
        maand,
        versie,
        levermaand,
        false as in_periode,
        true as compleet
    from ingedeeld
),

versies as (
    select
        gesproken.gemeente,
        gesproken.bsn_versleuteld,
        gesproken.maand,
        gesproken.versie,
        gesproken.levermaand,
        bool_or(gesproken.in_periode) as in_periode,
        bool_and(gesproken.compleet) as compleet
    from gesproken
    anti join ouderen
        on
            gesproken.gemeente = ouderen.gemeente
            and gesproken.maand = ouderen.maand
            and gesproken.bsn_versleuteld = ouderen.bsn_versleuteld
    group by
        gesproken.gemeente,
        gesproken.bsn_versleuteld,
        gesproken.maand,
        gesproken.versie,
        gesproken.levermaand
),

-- What held when a version had arrived: the newest by then that was asked about the month, and on
-- top of it what later ones brought unasked (leverwijze `sleutel`).
stand_per_nummer as (
    select
        gemeente,
        bsn_versleuteld,
        maand,
        versie,
        levermaand,
        coalesce(
            last_value(case when in_periode then versie end ignore nulls) over tot_en_met, 0
        ) as vanaf_versie,
        last_value(case when in_periode then levermaand end ignore nulls) over tot_en_met
            as levermaand_van_antwoord,
        last_value(case when in_periode then compleet end ignore nulls) over tot_en_met
            as compleet
    from versies
    window
        tot_en_met as (
            partition by gemeente, bsn_versleuteld, maand
            order by versie
            rows between unbounded preceding and current row
        )
),

opgaven_toen as (
    select
        stand.gemeente,
        stand.bsn_versleuteld,
        stand.maand,
        stand.versie,
        ingedeeld.groep,
        ingedeeld.loon_sv_cent
    from stand_per_nummer as stand
    inner join ingedeeld
        on
            stand.gemeente = ingedeeld.gemeente
            and stand.bsn_versleuteld = ingedeeld.bsn_versleuteld
            and stand.maand = ingedeeld.maand
            and ingedeeld.versie between stand.vanaf_versie and stand.versie
    qualify
        dense_rank() over (
            partition by
                stand.gemeente,
                stand.bsn_versleuteld,
                stand.maand,
                stand.versie,
                ingedeeld.inkomstenverhouding,
                ingedeeld.datum_aanvang
            order by ingedeeld.versie desc
        ) = 1
),

bedragen_toen as (
    select
        gemeente,
        bsn_versleuteld,
        maand,
        versie,
        sum(loon_sv_cent) filter (where groep = 'werk') as werk_cent,
        sum(loon_sv_cent) filter (where groep = 'uitkering') as uitkering_cent,
        sum(loon_sv_cent) filter (where groep = 'onbekend') as onbekend_cent
    from opgaven_toen
    group by
        gemeente,
        bsn_versleuteld,
        maand,
        versie
),

antwoorden_per_nummer as (
    select
        stand.gemeente,
        coalesce(nummers.bsn_versleuteld, stand.bsn_versleuteld) as bsn_versleuteld,
        stand.bsn_versleuteld as bsn_gevonden,
        stand.maand,
        stand.versie,
        stand.levermaand,
        coalesce(
            stand.compleet
            and stand.levermaand_van_antwoord
            >= stand.maand + to_months(contracten.naijling_maanden),
            false
        ) as volledig,
        coalesce(bedragen.werk_cent, 0) as werk_cent,
        coalesce(bedragen.uitkering_cent, 0) as uitkering_cent,
        coalesce(bedragen.onbekend_cent, 0) as onbekend_cent
    from stand_per_nummer as stand
    left join bedragen_toen as bedragen
        on
            stand.gemeente = bedragen.gemeente
            and stand.bsn_versleuteld = bedragen.bsn_versleuteld
            and stand.maand = bedragen.maand
            and stand.versie = bedragen.versie
    left join nummers
        on
            stand.gemeente = nummers.gemeente
            and stand.maand = nummers.maand
            and stand.bsn_versleuteld = nummers.bsn_gevonden
    left join {{ source('grootboek', 'contracten') }} as contracten
        on contracten.delivery = 'ib_inkomsten'
),

-- Who was asked about under a former number and under the one of now is one person, of whom every
-- version leaves standing what was known under the other number.
momenten as (
    select
        gemeente,
        bsn_versleuteld,
        maand,
        versie,
        levermaand
    from antwoorden_per_nummer
    group by
        gemeente,
        bsn_versleuteld,
        maand,
        versie,
        levermaand
),

per_moment_en_nummer as (
    select
        momenten.gemeente,
        momenten.bsn_versleuteld,
        momenten.maand,
        momenten.versie,
        momenten.levermaand,
        antwoorden.volledig,
        antwoorden.werk_cent,
        antwoorden.uitkering_cent,
        antwoorden.onbekend_cent
    from momenten
    inner join antwoorden_per_nummer as antwoorden
        on
            momenten.gemeente = antwoorden.gemeente
            and momenten.bsn_versleuteld = antwoorden.bsn_versleuteld
            and momenten.maand = antwoorden.maand
            and momenten.versie >= antwoorden.versie
    qualify
        row_number() over (
            partition by
                momenten.gemeente,
                momenten.bsn_versleuteld,
                momenten.maand,
                momenten.versie,
                antwoorden.bsn_gevonden
            order by antwoorden.versie desc
        ) = 1
),

antwoorden as (
    select
        gemeente,
        bsn_versleuteld,
        maand,
        versie,
        levermaand,
        bool_and(volledig) as volledig,
        sum(werk_cent) > 0 as werk,
        sum(uitkering_cent) > 0 as uitkering,
        sum(werk_cent) > 0 or sum(uitkering_cent) > 0 or sum(onbekend_cent) > 0 as inkomen
    from per_moment_en_nummer
    group by
        gemeente,
        bsn_versleuteld,
        maand,
        versie,
        levermaand
)

-- What changes nothing is no news: whether it lies here must not depend on why a month was built.
select
    gemeente,
    bsn_versleuteld,
    maand,
    versie,
    levermaand,
    volledig,
    werk,
    uitkering,
    inkomen
from antwoorden
qualify
    row(volledig, werk, uitkering, inkomen)
    is distinct from lag(row(volledig, werk, uitkering, inkomen)) over (
        partition by gemeente, bsn_versleuteld, maand
        order by versie
    )
