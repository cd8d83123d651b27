with geldend as (
    select
        bron,
        dienst,
        gemeente,
        bsn_versleuteld,
        maand,
        levermaand,
        in_periode,
        gevonden,
        compleet
    from {{ ref('stg_inkomsten_geldende_leveringen') }}
),

contracten as (
    select
        delivery,
        naijling_maanden
    from {{ source('grootboek', 'contracten') }}
),

rijen as (
    select
        geldend.bron,
        geldend.dienst,
        geldend.gemeente,
        geldend.bsn_versleuteld,
        geldend.maand,
        identiteiten.geboortedatum,
        geldend.gevonden,
        geldend.in_periode
        and geldend.compleet
        and geldend.levermaand >= geldend.maand + to_months(contracten.naijling_maanden)
            as volledig
    from geldend
    left join contracten on geldend.bron = contracten.delivery
    left join {{ ref('stg_inkomsten_identiteiten') }} as identiteiten
        on
            geldend.bron = identiteiten.bron
            and geldend.gemeente = identiteiten.gemeente
            and geldend.bsn_versleuteld = identiteiten.bsn_versleuteld
            and geldend.maand = identiteiten.maand
),

van_personen as (
    select
        {{ persoon_kolommen('rijen') }},
        rijen.bron,
        rijen.dienst,
        rijen.gevonden,
        rijen.volledig
    from rijen
    {{ met_persoon('rijen') }}
)

-- The SVB knows its own benefits only: without the polisadministratie no answer is complete.
select
    bsn_versleuteld,
    maand,
    wijk,
    buurt,
    gemeente,
    inwoner,
    bool_or(identiteit_conflict) as identiteit_conflict,
    case when bool_or(gevonden) then 'gevonden' else 'niets_gevonden' end as uitkomst,
    coalesce(bool_and(volledig) and bool_or(dienst <> 'SVB'), false) as volledig,
    bool_or(dienst = 'SVB') as svb_bevraagd,
    bron
from van_personen
group by
    bsn_versleuteld,
    maand,
    wijk,
    buurt,
    gemeente,
    inwoner,
    bron
