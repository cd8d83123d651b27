with geldend as (
    select
        gemeente,
        bsn_versleuteld,
        maand,
        levermaand,
        in_periode,
        gevonden,
        aantal_quarantaine
    from {{ ref('stg_suwinet_geldende_leveringen') }}
),

contracten as (
    select
        delivery,
        naijling_maanden
    from {{ source('grootboek', 'contracten') }}
),

maanden_met_brp as (
    select
        gemeente,
        levermaand as maand
    from {{ source('grootboek', 'leveringen') }}
    where delivery = 'brp_personen'
),

ingezetenen as (
    select
        bsn_versleuteld,
        maand,
        wijk,
        buurt,
        gemeente
    from {{ ref('personen') }}
    where maand in (select open.maand from {{ source('grootboek', 'open_maanden') }} as open)
)

select
    geldend.bsn_versleuteld,
    geldend.maand,
    coalesce(ingezetenen.wijk, {{ onbekende_wijk('geldend.gemeente') }}) as wijk,
    coalesce(ingezetenen.buurt, {{ onbekende_buurt('geldend.gemeente') }}) as buurt,
    geldend.gemeente,
    case
        when maanden_met_brp.maand is not null then ingezetenen.bsn_versleuteld is not null
    end as inwoner,
    'suwinet_inkomsten' as bron,
    case when geldend.gevonden then 'gevonden' else 'niets_gevonden' end as uitkomst,
    geldend.in_periode
    and geldend.aantal_quarantaine = 0
    and geldend.levermaand >= geldend.maand + to_months(contracten.naijling_maanden) as volledig
from geldend
left join contracten on contracten.delivery = 'suwinet_inkomsten'
left join maanden_met_brp
    on
        geldend.gemeente = maanden_met_brp.gemeente
        and geldend.maand = maanden_met_brp.maand
left join ingezetenen
    on
        geldend.gemeente = ingezetenen.gemeente
        and geldend.bsn_versleuteld = ingezetenen.bsn_versleuteld
        and geldend.maand = ingezetenen.maand
