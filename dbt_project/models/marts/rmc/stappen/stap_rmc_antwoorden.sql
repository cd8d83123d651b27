{{
    config(
        materialized='incremental',
        incremental_strategy='maanden',
        on_schema_change='fail',
        full_refresh=false
    )
}}

-- A table that keeps its months: what fell away shows only beside the month before, which need not
-- be open.
with open_maanden as (
    select maand from {{ source('grootboek', 'open_maanden') }}
),

-- For the RMC nobody older is asked about. The BRP knows the age; where it is silent, the answer.
ouderen as (
    select
        nummers.gemeente,
        nummers.maand,
        nummers.bsn_gevonden as bsn_versleuteld
    from {{ ref('stg_bsn_nu') }} as nummers
    inner join {{ ref('personen') }} as personen
        on
            nummers.gemeente = personen.gemeente
            and nummers.maand = personen.maand
            and nummers.bsn_versleuteld = personen.bsn_versleuteld
    where
        personen.maand in (select open.maand from {{ source('grootboek', 'open_maanden') }} as open)
        and personen.leeftijd >= (
            select max(drempels.leeftijd_tot) from {{ ref('ib_drempels') }} as drempels
        )
    union all
    select
        antwoorden.gemeente,
        open_maanden.maand,
        antwoorden.bsn_versleuteld
    from {{ ref('stg_ib_bevragingen') }} as antwoorden
    inner join open_maanden
        on open_maanden.maand between antwoorden.eerste_maand and antwoorden.laatste_maand
    where
        antwoorden.geboortedatum + to_years((
            select max(drempels.leeftijd_tot) from {{ ref('ib_drempels') }} as drempels
        )) <= open_maanden.maand
),

opgaven as (
    select
        opgaven.gemeente,
        opgaven.bsn_versleuteld,
        opgaven.levering_id,
        opgaven.versie,
        opgaven.levermaand,
        opgaven.eenheid,
        opgaven.inkomstenverhouding,
        opgaven.datum_aanvang,
        opgaven.datum_einde,
        cast(date_trunc('month', opgaven.datum_aanvang) as date) as eerste_maand,
        cast(date_trunc('month', opgaven.datum_einde) as date) as laatste_maand,
        opgaven.datum_einde - opgaven.datum_aanvang + 1 as dagen_totaal,
        {{ rmc_soort_inkomen('opgaven.soort_inkomstenverhouding') }} as soort,
        opgaven.loon_sv_cent
    from {{ ref('stg_ib_inkomstenopgaven') }} as opgaven
),

-- All months of an opgave, the closed ones too: what is left for the last depends on the others.
opgaven_per_maand as (
    select
        gemeente,
        bsn_versleuteld,
        levering_id,
        versie,
        levermaand,
        eenheid,
        inkomstenverhouding,
        datum_aanvang,
        datum_einde,
        laatste_maand,
        dagen_totaal,
        soort,
        loon_sv_cent,
        cast(
            unnest(generate_series(eerste_maand, laatste_maand, interval 1 month)) as date
        ) as maand
    from opgaven
    where exists (
        select 1
        from open_maanden
        where open_maanden.maand between opgaven.eerste_maand and opgaven.laatste_maand
    )
),

opgaven_met_dagen as (
    select
        gemeente,
        bsn_versleuteld,
        levering_id,
        versie,
        levermaand,
        eenheid,
        inkomstenverhouding,
        datum_aanvang,
        laatste_maand,
        dagen_totaal,
        least(datum_einde, last_day(maand)) - greatest(datum_aanvang, maand) + 1 as dagen,
        soort,
        loon_sv_cent,
        maand
    from opgaven_per_maand
),

opgaven_verdeeld as (
    select
        gemeente,
        bsn_versleuteld,
        maand,
        versie,
        levermaand,
        inkomstenverhouding,
        datum_aanvang,
        soort,
        {{ maanddeel('loon_sv_cent') }} as loon_sv_cent
    from opgaven_met_dagen
),

gesproken as (
    select
        antwoorden.gemeente,
        antwoorden.bsn_versleuteld,
        open_maanden.maand,
        antwoorden.versie,
        antwoorden.levermaand,
        true as in_periode,
        antwoorden.compleet
    from {{ ref('stg_ib_bevragingen') }} as antwoorden
    inner join open_maanden
        on open_maanden.maand between antwoorden.eerste_maand and antwoorden.laatste_maand
    union all
    select
        verdeeld.gemeente,
        verdeeld.bsn_versleuteld,
        verdeeld.maand,
        verdeeld.versie,
        verdeeld.levermaand,
        false as in_periode,
        true as compleet
    from opgaven_verdeeld as verdeeld
    inner join open_maanden on verdeeld.maand = open_maanden.maand
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
        verdeeld.soort,
        verdeeld.loon_sv_cent
    from stand_per_nummer as stand
    inner join opgaven_verdeeld as verdeeld
        on
            stand.gemeente = verdeeld.gemeente
            and stand.bsn_versleuteld = verdeeld.bsn_versleuteld
            and stand.maand = verdeeld.maand
            and verdeeld.versie between stand.vanaf_versie and stand.versie
    qualify
        dense_rank() over (
            partition by
                stand.gemeente,
                stand.bsn_versleuteld,
                stand.maand,
                stand.versie,
                verdeeld.inkomstenverhouding,
                verdeeld.datum_aanvang
            order by verdeeld.versie desc
        ) = 1
),

bedragen_toen as (
    select
        gemeente,
        bsn_versleuteld,
        maand,
        versie,
        sum(loon_sv_cent) filter (where soort = 'werk') as werk_cent,
        sum(loon_sv_cent) filter (where soort = 'uitkering') as uitkering_cent,
        sum(loon_sv_cent) filter (where soort = 'onbekend') as onbekend_cent
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
    left join {{ ref('stg_bsn_nu') }} as nummers
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
