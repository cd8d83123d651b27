{{ config(materialized='table') }}

with maanden as (
    {{ te_bouwen_maanden() }}
),

-- A month that nobody delivered stays unknown, whatever later months say of it.
beschreven as (
    select
        leveringen.gemeente,
        leveringen.levermaand as maand,
        leveringen.levering_id
    from {{ source('grootboek', 'leveringen') }} as leveringen
    inner join maanden on leveringen.levermaand = maanden.maand
    where leveringen.delivery = 'bijstand_bus'
),

terugwerkend as (
    select terugwerkend_maanden as maanden
    from {{ source('grootboek', 'contracten') }}
    where delivery = 'bijstand_bus'
),

gesproken as (
    select
        beschreven.gemeente,
        beschreven.maand,
        beschreven.levering_id,
        rechten.levering_id = beschreven.levering_id as eigen,
        rechten.versie,
        rechten.bsn_versleuteld,
        rechten.geboortedatum,
        rechten.uitkering,
        rechten.regeling,
        rechten.datum_aanvang,
        rechten.datum_einde,
        rechten.reden_beeindiging
    from {{ ref('stg_bijstand_rechten') }} as rechten
    cross join terugwerkend
    inner join beschreven
        on
            rechten.gemeente = beschreven.gemeente
            and rechten.levermaand >= beschreven.maand
            and rechten.levermaand <= beschreven.maand + to_months(terugwerkend.maanden)
),

nummers as (
    select distinct
        gemeente,
        bsn_versleuteld as bsn_nieuw,
        bsn_oud_versleuteld as bsn_oud
    from {{ ref('bsn_wijzigingen') }}
    where uitkomst = 'vertaald'
),

-- Who has another BSN by then is meant by the one under which the month itself knew the right.
vertaald as (
    select
        gesproken.gemeente,
        gesproken.maand,
        gesproken.versie,
        gesproken.bsn_versleuteld as bsn_nieuw,
        gesproken.uitkering,
        gesproken.regeling,
        gesproken.datum_aanvang,
        max(eigen.bsn_versleuteld) as bsn_toen
    from gesproken
    inner join nummers
        on
            gesproken.gemeente = nummers.gemeente
            and gesproken.bsn_versleuteld = nummers.bsn_nieuw
    inner join gesproken as eigen
        on
            gesproken.gemeente = eigen.gemeente
            and gesproken.maand = eigen.maand
            and gesproken.uitkering = eigen.uitkering
            and gesproken.regeling = eigen.regeling
            and nummers.bsn_oud = eigen.bsn_versleuteld
    where eigen.eigen and not gesproken.eigen
    group by all
),

-- When there was a right, the newest delivery says that still speaks of the month.
jongste as (
    select
        gesproken.gemeente,
        gesproken.maand,
        gesproken.levering_id,
        coalesce(vertaald.bsn_toen, gesproken.bsn_versleuteld) as bsn_versleuteld,
        gesproken.geboortedatum,
        gesproken.uitkering,
        gesproken.regeling,
        gesproken.datum_aanvang,
        gesproken.datum_einde,
        gesproken.reden_beeindiging
    from gesproken
    left join vertaald
        on
            gesproken.gemeente = vertaald.gemeente
            and gesproken.maand = vertaald.maand
            and gesproken.versie = vertaald.versie
            and gesproken.bsn_versleuteld = vertaald.bsn_nieuw
            and gesproken.uitkering = vertaald.uitkering
            and gesproken.regeling = vertaald.regeling
            and gesproken.datum_aanvang = vertaald.datum_aanvang
    qualify
        row_number() over (
            partition by
                gesproken.gemeente,
                gesproken.maand,
                coalesce(vertaald.bsn_toen, gesproken.bsn_versleuteld),
                gesproken.uitkering,
                gesproken.regeling,
                gesproken.datum_aanvang
            order by gesproken.versie desc
        ) = 1
),

-- What ends before it begins was withdrawn.
lopend as (
    select
        gemeente,
        maand,
        levering_id,
        bsn_versleuteld,
        geboortedatum,
        uitkering,
        regeling,
        datum_aanvang,
        datum_einde,
        reden_beeindiging
    from jongste
    where
        datum_aanvang <= last_day(maand)
        and coalesce(datum_einde >= maand and datum_einde >= datum_aanvang, true)
),

-- All else is of its own month. Who begins twice in one month has two rows that say the same.
gegevens as (
    select
        rechten.gemeente,
        beschreven.maand,
        rechten.bsn_versleuteld,
        rechten.uitkering,
        rechten.regeling,
        rechten.bbz_soort,
        rechten.leefvorm,
        rechten.aantal_kostendelers,
        rechten.norm,
        rechten.afstemming,
        rechten.inkomsten,
        rechten.betaald_bedrag,
        rechten.cluster_bijzondere_bijstand,
        rechten.huisvesting,
        rechten.ontheffing,
        rechten.tegenprestatie,
        rechten.vrijwilligerswerk,
        rechten.oorzaak_bijstandsafhankelijkheid
    from {{ ref('stg_bijstand_rechten') }} as rechten
    inner join beschreven on rechten.levering_id = beschreven.levering_id
    qualify
        row_number() over (
            partition by
                rechten.gemeente,
                beschreven.maand,
                rechten.bsn_versleuteld,
                rechten.uitkering,
                rechten.regeling
            order by rechten.datum_aanvang desc
        ) = 1
)

select
    lopend.bsn_versleuteld,
    lopend.maand,
    lopend.gemeente,
    lopend.geboortedatum,
    lopend.uitkering,
    lopend.regeling,
    lopend.datum_aanvang,
    -- An end after the month is no news of that month: what came later does not rewrite it.
    case when lopend.datum_einde <= last_day(lopend.maand) then lopend.datum_einde end
        as datum_einde,
    case when lopend.datum_einde <= last_day(lopend.maand) then lopend.reden_beeindiging end
        as reden_beeindiging,
    gegevens.bbz_soort,
    gegevens.leefvorm,
    gegevens.aantal_kostendelers,
    gegevens.norm,
    gegevens.afstemming,
    gegevens.inkomsten,
    gegevens.betaald_bedrag,
    gegevens.cluster_bijzondere_bijstand,
    gegevens.huisvesting,
    gegevens.ontheffing,
    gegevens.tegenprestatie,
    gegevens.vrijwilligerswerk,
    gegevens.oorzaak_bijstandsafhankelijkheid
from lopend
left join gegevens
    on
        lopend.gemeente = gegevens.gemeente
        and lopend.maand = gegevens.maand
        and lopend.bsn_versleuteld = gegevens.bsn_versleuteld
        and lopend.uitkering = gegevens.uitkering
        and lopend.regeling = gegevens.regeling
