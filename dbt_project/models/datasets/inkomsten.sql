with bevraging as (
    select
        bsn_versleuteld,
        maand,
        wijk,
        buurt,
        gemeente,
        inwoner,
        bron
    from {{ ref('inkomsten_bevraging') }}
    where maand in (select open.maand from {{ source('grootboek', 'open_maanden') }} as open)
),

opgave_maanden as (
    select
        opgave_maanden.gemeente,
        opgave_maanden.bsn_versleuteld,
        opgave_maanden.maand,
        opgave_maanden.levering_id,
        opgave_maanden.eenheid,
        opgave_maanden.inkomstenverhouding,
        opgave_maanden.datum_aanvang,
        opgave_maanden.uren,
        opgave_maanden.loon_sv_cent,
        opgave_maanden.loon_lb_cent,
        opgave_maanden.ingehouden_loonheffing_cent,
        opgave_maanden.vakantietoeslag_cent,
        opgave_maanden.vakantietoeslag_opgebouwd_cent
    from {{ ref('stg_suwinet_opgave_maanden') }} as opgave_maanden
    inner join {{ ref('stg_suwinet_geldende_leveringen') }} as geldend
        on
            opgave_maanden.levering_id = geldend.levering_id
            and opgave_maanden.bsn_versleuteld = geldend.bsn_versleuteld
            and opgave_maanden.maand = geldend.maand
),

-- Each opgave keeps one row: of the perioden that cover its first day, the last begun.
met_periode as (
    select
        opgave_maanden.gemeente,
        opgave_maanden.bsn_versleuteld,
        opgave_maanden.maand,
        opgave_maanden.eenheid,
        opgave_maanden.inkomstenverhouding,
        opgave_maanden.datum_aanvang,
        opgave_maanden.uren,
        opgave_maanden.loon_sv_cent,
        opgave_maanden.loon_lb_cent,
        opgave_maanden.ingehouden_loonheffing_cent,
        opgave_maanden.vakantietoeslag_cent,
        opgave_maanden.vakantietoeslag_opgebouwd_cent,
        perioden.soort_inkomstenverhouding,
        perioden.loonheffingskorting
    from opgave_maanden
    left join {{ ref('stg_suwinet_inkomstenperioden') }} as perioden
        on
            opgave_maanden.levering_id = perioden.levering_id
            and opgave_maanden.bsn_versleuteld = perioden.bsn_versleuteld
            and opgave_maanden.inkomstenverhouding = perioden.inkomstenverhouding
            and opgave_maanden.datum_aanvang >= perioden.datum_aanvang
            and (
                perioden.datum_einde is null
                or opgave_maanden.datum_aanvang <= perioden.datum_einde
            )
    qualify
        row_number() over (
            partition by opgave_maanden.levering_id, opgave_maanden.eenheid, opgave_maanden.maand
            -- All but the first only settle a tie, so that twice the same gives the same.
            order by
                perioden.datum_aanvang desc nulls last,
                perioden.regel desc,
                perioden.soort_inkomstenverhouding desc,
                perioden.loonheffingskorting desc
        ) = 1
),

per_inkomstenverhouding as (
    select
        gemeente,
        bsn_versleuteld,
        maand,
        inkomstenverhouding,
        arg_max(soort_inkomstenverhouding, row(datum_aanvang, eenheid))
            as soort_inkomstenverhouding,
        {{ som_in_euro('loon_sv_cent') }} as bedrag,
        {{ som_in_euro('loon_lb_cent') }} as loon_lb,
        {{ som_in_euro('ingehouden_loonheffing_cent') }} as ingehouden_loonheffing,
        bool_or(loonheffingskorting) as loonheffingskorting,
        {{ som_in_euro('vakantietoeslag_cent') }} as vakantietoeslag,
        {{ som_in_euro('vakantietoeslag_opgebouwd_cent') }} as vakantietoeslag_opgebouwd,
        cast(sum(uren) as integer) as uren
    from met_periode
    group by
        gemeente,
        bsn_versleuteld,
        maand,
        inkomstenverhouding
)

select
    inkomsten.bsn_versleuteld,
    inkomsten.maand,
    bevraging.wijk,
    bevraging.buurt,
    inkomsten.gemeente,
    bevraging.inwoner,
    inkomsten.inkomstenverhouding,
    inkomsten.soort_inkomstenverhouding,
    inkomsten.bedrag,
    cast(null as decimal(12, 2)) as netto_bedrag,
    inkomsten.loon_lb,
    inkomsten.ingehouden_loonheffing,
    inkomsten.loonheffingskorting,
    inkomsten.vakantietoeslag,
    inkomsten.vakantietoeslag_opgebouwd,
    inkomsten.uren,
    bevraging.bron
from per_inkomstenverhouding as inkomsten
inner join bevraging
    on
        inkomsten.gemeente = bevraging.gemeente
        and inkomsten.bsn_versleuteld = bevraging.bsn_versleuteld
        and inkomsten.maand = bevraging.maand
