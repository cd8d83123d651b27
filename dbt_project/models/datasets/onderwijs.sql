with maanden as (
    select
        maand,
        last_day(maand) as peildatum
    from ({{ te_bouwen_maanden() }})
),

inschrijvingen as (
    select
        inschrijvingen.gemeente,
        inschrijvingen.maand,
        inschrijvingen.bsn_versleuteld,
        inschrijvingen.geboortedatum,
        inschrijvingen.eenheid,
        -- The day of leaving is the last day on which the enrolment was active (BWBR0027035).
        coalesce(inschrijvingen.datum_einde >= maanden.peildatum, true) as ingeschreven,
        inschrijvingen.onderwijssoort,
        inschrijvingen.niveau,
        inschrijvingen.niveau_opleiding,
        inschrijvingen.volgorde,
        inschrijvingen.leerweg,
        inschrijvingen.leerjaar,
        inschrijvingen.brin,
        inschrijvingen.vestiging,
        inschrijvingen.opleidingscode,
        inschrijvingen.bekostigd,
        inschrijvingen.datum_inschrijving,
        coalesce(
            inschrijvingen.datum_uitschrijving, inschrijvingen.datum_einde
        ) as datum_uitschrijving,
        inschrijvingen.datum_einde,
        inschrijvingen.reden_uitschrijving,
        inschrijvingen.reden_uitstroom
    from {{ ref('stg_duo_inschrijvingen') }} as inschrijvingen
    inner join maanden on inschrijvingen.maand = maanden.maand
    where inschrijvingen.datum_aanvang <= maanden.peildatum
),

inschrijvingen_van_personen as (
    select
        {{ persoon_kolommen('inschrijvingen') }},
        inschrijvingen.eenheid,
        inschrijvingen.ingeschreven,
        inschrijvingen.onderwijssoort,
        inschrijvingen.niveau,
        inschrijvingen.niveau_opleiding,
        inschrijvingen.volgorde,
        inschrijvingen.leerweg,
        inschrijvingen.leerjaar,
        inschrijvingen.brin,
        inschrijvingen.vestiging,
        inschrijvingen.opleidingscode,
        inschrijvingen.bekostigd,
        inschrijvingen.datum_inschrijving,
        inschrijvingen.datum_uitschrijving,
        inschrijvingen.datum_einde,
        inschrijvingen.reden_uitschrijving,
        inschrijvingen.reden_uitstroom
    from inschrijvingen
    {{ met_persoon('inschrijvingen') }}
),

-- Of two enrolments: the highest level, funded, the latest (domein 3.16, E03). Of who is not
-- enrolled any more: the one that ended last. The rest only settles a tie.
hoofdinschrijvingen as (
    select
        gemeente,
        bsn_versleuteld,
        maand,
        ingeschreven,
        onderwijssoort,
        niveau,
        niveau_opleiding,
        leerweg,
        leerjaar,
        brin,
        vestiging,
        opleidingscode,
        bekostigd,
        datum_inschrijving,
        datum_uitschrijving,
        reden_uitschrijving,
        reden_uitstroom,
        sum(cast(ingeschreven as integer)) over (
            partition by gemeente, bsn_versleuteld, maand
        ) as aantal_inschrijvingen
    from inschrijvingen_van_personen
    qualify
        row_number() over (
            partition by gemeente, bsn_versleuteld, maand
            order by
                ingeschreven desc,
                case when not ingeschreven then datum_einde end desc nulls last,
                volgorde desc nulls last,
                bekostigd desc nulls last,
                datum_inschrijving desc,
                brin asc nulls last,
                opleidingscode asc nulls last,
                niveau_opleiding asc nulls last,
                leerjaar desc nulls last,
                eenheid asc
        ) = 1
),

vrijstellingen as (
    select
        vrijstellingen.gemeente,
        vrijstellingen.maand,
        vrijstellingen.bsn_versleuteld,
        vrijstellingen.geboortedatum,
        vrijstellingen.soort_vrijstelling,
        vrijstellingen.datum_aanvang,
        vrijstellingen.datum_einde
    from {{ ref('stg_duo_vrijstellingen') }} as vrijstellingen
    inner join maanden on vrijstellingen.maand = maanden.maand
    where
        vrijstellingen.datum_aanvang <= maanden.peildatum
        and coalesce(vrijstellingen.datum_einde >= maanden.peildatum, true)
),

vrijstellingen_van_personen as (
    select
        {{ persoon_kolommen('vrijstellingen') }},
        vrijstellingen.soort_vrijstelling,
        vrijstellingen.datum_aanvang,
        vrijstellingen.datum_einde
    from vrijstellingen
    {{ met_persoon('vrijstellingen') }}
),

laatste_vrijstellingen as (
    select
        gemeente,
        bsn_versleuteld,
        maand,
        soort_vrijstelling,
        datum_aanvang,
        datum_einde
    from vrijstellingen_van_personen
    qualify
        row_number() over (
            partition by gemeente, bsn_versleuteld, maand
            order by datum_aanvang desc, soort_vrijstelling asc
        ) = 1
),

bevraagden as (
    select
        bevraagden.gemeente,
        bevraagden.maand,
        bevraagden.bsn_versleuteld,
        cast(null as date) as geboortedatum
    from {{ ref('stg_duo_zonder_inschrijving') }} as bevraagden
    inner join maanden on bevraagden.maand = maanden.maand
),

alle_personen as (
    select
        bsn_versleuteld,
        maand,
        wijk,
        buurt,
        gemeente,
        inwoner,
        identiteit_conflict
    from inschrijvingen_van_personen
    union all
    select
        bsn_versleuteld,
        maand,
        wijk,
        buurt,
        gemeente,
        inwoner,
        identiteit_conflict
    from vrijstellingen_van_personen
    union all
    select {{ persoon_kolommen('bevraagden') }}
    from bevraagden
    {{ met_persoon('bevraagden') }}
),

personen as (
    select
        bsn_versleuteld,
        maand,
        wijk,
        buurt,
        gemeente,
        inwoner,
        bool_or(identiteit_conflict) as identiteit_conflict
    from alle_personen
    group by
        bsn_versleuteld,
        maand,
        wijk,
        buurt,
        gemeente,
        inwoner
)

select
    personen.bsn_versleuteld,
    personen.maand,
    personen.wijk,
    personen.buurt,
    personen.gemeente,
    personen.inwoner,
    personen.identiteit_conflict,
    {{ schooljaar('personen.maand') }} as schooljaar,
    coalesce(inschrijving.ingeschreven, false) as ingeschreven,
    inschrijving.onderwijssoort,
    inschrijving.niveau,
    inschrijving.niveau_opleiding,
    inschrijving.leerweg,
    inschrijving.leerjaar,
    inschrijving.brin,
    inschrijving.vestiging,
    inschrijving.opleidingscode,
    inschrijving.bekostigd,
    inschrijving.datum_inschrijving,
    inschrijving.datum_uitschrijving,
    inschrijving.reden_uitschrijving,
    inschrijving.reden_uitstroom,
    cast(coalesce(inschrijving.aantal_inschrijvingen, 0) as integer) as aantal_inschrijvingen,
    coalesce(inschrijving.aantal_inschrijvingen, 0) > 1 as dubbel,
    vrijstelling.soort_vrijstelling as vrijstelling,
    vrijstelling.datum_aanvang as vrijstelling_begin,
    vrijstelling.datum_einde as vrijstelling_einde,
    'duo_inschrijvingen' as bron
from personen
left join hoofdinschrijvingen as inschrijving
    on
        personen.gemeente = inschrijving.gemeente
        and personen.bsn_versleuteld = inschrijving.bsn_versleuteld
        and personen.maand = inschrijving.maand
left join laatste_vrijstellingen as vrijstelling
    on
        personen.gemeente = vrijstelling.gemeente
        and personen.bsn_versleuteld = vrijstelling.bsn_versleuteld
        and personen.maand = vrijstelling.maand
