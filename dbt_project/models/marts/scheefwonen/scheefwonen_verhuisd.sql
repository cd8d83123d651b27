-- Five years later, where the population of both months is known.
with maanden as (
    select
        gemeente,
        maand,
        cast(maand - to_months(60) as date) as maand_toen
    from {{ ref('personen') }}
    where maand in ({{ te_bouwen_maanden() }})
    group by
        gemeente,
        maand
),

scheefwoners as (
    select
        maanden.maand,
        maanden.maand_toen,
        toen.wijk,
        toen.gemeente,
        toen.profiel,
        toen.categorie,
        toen.parameter_status,
        toen.huishouden_sleutel,
        toen.woning_sleutel
    from {{ ref('scheefwonen_huishoudens') }} as toen
    inner join maanden
        on
            toen.gemeente = maanden.gemeente
            and toen.maand = maanden.maand_toen
    where toen.goedkoop_scheef
),

-- Only of five years before: all months between are kept in the same table.
hoofdbewoners as (
    select
        gemeente,
        maand,
        huishouden_sleutel,
        bsn_versleuteld
    from {{ ref('huishoudens') }}
    where
        referentiepersoon
        and maand in (select vijf_jaar_eerder.maand_toen from maanden as vijf_jaar_eerder)
),

-- A household is followed by its main tenant; who got another number meanwhile is the same person.
gevolgd as (
    select
        scheefwoners.*,
        hoofdbewoners.bsn_versleuteld as bsn_toen,
        coalesce(wijzigingen.bsn_versleuteld, hoofdbewoners.bsn_versleuteld) as bsn_nu
    from scheefwoners
    inner join hoofdbewoners
        on
            scheefwoners.gemeente = hoofdbewoners.gemeente
            and scheefwoners.maand_toen = hoofdbewoners.maand
            and scheefwoners.huishouden_sleutel = hoofdbewoners.huishouden_sleutel
    left join {{ ref('bsn_wijzigingen') }} as wijzigingen
        on
            scheefwoners.gemeente = wijzigingen.gemeente
            and scheefwoners.maand = wijzigingen.maand
            and hoofdbewoners.bsn_versleuteld = wijzigingen.bsn_oud_versleuteld
            and wijzigingen.uitkomst = 'vertaald'
),

bewoners as (
    select
        huishoudens.gemeente,
        huishoudens.maand,
        huishoudens.bsn_versleuteld,
        huishoudens.wijk,
        huishoudens.woning_sleutel,
        huishoudens.eigendom,
        personen.datum_aanvang_adres
    from {{ ref('huishoudens') }} as huishoudens
    inner join {{ ref('personen') }} as personen
        on
            huishoudens.gemeente = personen.gemeente
            and huishoudens.maand = personen.maand
            and huishoudens.bsn_versleuteld = personen.bsn_versleuteld
    where
        huishoudens.maand in ({{ te_bouwen_maanden() }})
        and personen.maand in ({{ te_bouwen_maanden() }})
),

gebeurtenissen as (
    select
        gemeente,
        maand,
        bsn_versleuteld,
        soort,
        (datum, volgnummer) as volgorde,
        case
            when naar_land is not null then 'buitenland'
            else coalesce(naar_gemeente, 'onbekend')
        end as naar_gemeente
    from {{ ref('verhuizingen') }}
    where soort in ('vertrek', 'overlijden')
),

-- Under whatever number it was registered then.
nummers as (
    select
        maand,
        maand_toen,
        gemeente,
        bsn_nu,
        bsn_nu as bsn_versleuteld
    from gevolgd
    union
    select
        maand,
        maand_toen,
        gemeente,
        bsn_nu,
        bsn_toen as bsn_versleuteld
    from gevolgd
),

-- The last that is known of who is no resident any more.
weg as (
    select
        nummers.maand,
        nummers.gemeente,
        nummers.bsn_nu,
        max_by(gebeurtenissen.soort, gebeurtenissen.volgorde) as soort,
        max_by(gebeurtenissen.naar_gemeente, gebeurtenissen.volgorde) as naar_gemeente
    from nummers
    inner join gebeurtenissen
        on
            nummers.gemeente = gebeurtenissen.gemeente
            and nummers.bsn_versleuteld = gebeurtenissen.bsn_versleuteld
            and nummers.maand_toen < gebeurtenissen.maand
            and nummers.maand >= gebeurtenissen.maand
    group by
        nummers.maand,
        nummers.gemeente,
        nummers.bsn_nu
),

-- Another key of the home without a new date is the same home, found better.
uitkomsten as (
    select
        gevolgd.maand,
        gevolgd.wijk,
        gevolgd.gemeente,
        gevolgd.profiel,
        gevolgd.categorie,
        gevolgd.parameter_status,
        bewoners.wijk as wijk_nu,
        bewoners.eigendom,
        weg.naar_gemeente,
        case
            when
                bewoners.woning_sleutel = gevolgd.woning_sleutel
                or bewoners.datum_aanvang_adres <= last_day(gevolgd.maand_toen)
                then 'niet_verhuisd'
            when bewoners.datum_aanvang_adres is not null or bewoners.woning_sleutel is not null
                then 'binnen_gemeente'
            when bewoners.bsn_versleuteld is not null then 'onbekend'
            when weg.soort = 'overlijden' then 'overleden'
            when weg.soort = 'vertrek' then 'buiten_gemeente'
            else 'onbekend'
        end as uitkomst
    from gevolgd
    left join bewoners
        on
            gevolgd.gemeente = bewoners.gemeente
            and gevolgd.maand = bewoners.maand
            and gevolgd.bsn_nu = bewoners.bsn_versleuteld
    left join weg
        on
            gevolgd.gemeente = weg.gemeente
            and gevolgd.maand = weg.maand
            and gevolgd.bsn_nu = weg.bsn_nu
),

bestemmingen as (
    select
        maand,
        wijk,
        gemeente,
        profiel,
        categorie,
        parameter_status,
        uitkomst,
        case
            when uitkomst in ('binnen_gemeente', 'buiten_gemeente') then true
            when uitkomst = 'niet_verhuisd' then false
        end as verhuisd,
        case uitkomst
            when 'binnen_gemeente' then gemeente
            when 'buiten_gemeente' then naar_gemeente
        end as naar_gemeente,
        case when uitkomst = 'binnen_gemeente' then wijk_nu end as naar_wijk,
        case uitkomst
            when 'binnen_gemeente' then eigendom
            when 'buiten_gemeente' then 'onbekend'
        end as naar_eigendom
    from uitkomsten
)

select
    maand,
    wijk,
    gemeente,
    profiel,
    categorie,
    uitkomst,
    verhuisd,
    naar_gemeente,
    naar_wijk,
    naar_eigendom,
    cast(count(*) as integer) as huishoudens,
    case
        when bool_or(parameter_status = 'ontbreekt') then 'ontbreekt'
        when bool_or(parameter_status = 'te_verifieren') then 'te_verifieren'
        else 'bevestigd'
    end as parameter_status
from bestemmingen
group by
    maand,
    wijk,
    gemeente,
    profiel,
    categorie,
    uitkomst,
    verhuisd,
    naar_gemeente,
    naar_wijk,
    naar_eigendom
