with rijen as (
    select
        opgaven.bron,
        opgaven.dienst,
        opgaven.gemeente,
        opgaven.bsn_versleuteld,
        opgaven.maand,
        identiteiten.geboortedatum,
        opgaven.eenheid,
        opgaven.inkomstenverhouding,
        opgaven.wet,
        opgaven.soort_inkomstenverhouding,
        opgaven.loonheffingskorting,
        opgaven.gecorrigeerd,
        opgaven.datum_aanvang,
        opgaven.uren,
        opgaven.loon_sv_cent,
        opgaven.netto_cent,
        opgaven.loon_lb_cent,
        opgaven.ingehouden_loonheffing_cent,
        opgaven.vakantietoeslag_cent,
        opgaven.vakantietoeslag_opgebouwd_cent
    from {{ ref('stg_inkomsten_geldende_opgaven') }} as opgaven
    left join {{ ref('stg_inkomsten_identiteiten') }} as identiteiten
        on
            opgaven.bron = identiteiten.bron
            and opgaven.gemeente = identiteiten.gemeente
            and opgaven.bsn_versleuteld = identiteiten.bsn_versleuteld
            and opgaven.maand = identiteiten.maand
),

van_personen as (
    select
        {{ persoon_kolommen('rijen') }},
        rijen.bron,
        rijen.dienst,
        rijen.eenheid,
        rijen.inkomstenverhouding,
        rijen.wet,
        rijen.soort_inkomstenverhouding,
        rijen.loonheffingskorting,
        rijen.gecorrigeerd,
        rijen.datum_aanvang,
        rijen.uren,
        rijen.loon_sv_cent,
        rijen.netto_cent,
        rijen.loon_lb_cent,
        rijen.ingehouden_loonheffing_cent,
        rijen.vakantietoeslag_cent,
        rijen.vakantietoeslag_opgebouwd_cent
    from rijen
    {{ met_persoon('rijen') }}
),

per_inkomstenverhouding as (
    select
        bsn_versleuteld,
        maand,
        wijk,
        buurt,
        gemeente,
        inwoner,
        bool_or(identiteit_conflict) as identiteit_conflict,
        bron,
        dienst,
        inkomstenverhouding,
        wet,
        arg_max(soort_inkomstenverhouding, row(datum_aanvang, eenheid))
            as soort_inkomstenverhouding,
        {{ som_in_euro('loon_sv_cent') }} as bedrag,
        {{ som_in_euro('netto_cent') }} as netto_bedrag,
        {{ som_in_euro('loon_lb_cent') }} as loon_lb,
        {{ som_in_euro('ingehouden_loonheffing_cent') }} as ingehouden_loonheffing,
        bool_or(loonheffingskorting) as loonheffingskorting,
        {{ som_in_euro('vakantietoeslag_cent') }} as vakantietoeslag,
        {{ som_in_euro('vakantietoeslag_opgebouwd_cent') }} as vakantietoeslag_opgebouwd,
        cast(sum(uren) as integer) as uren,
        bool_or(gecorrigeerd) as gecorrigeerd
    from van_personen
    group by
        bsn_versleuteld,
        maand,
        wijk,
        buurt,
        gemeente,
        inwoner,
        bron,
        dienst,
        inkomstenverhouding,
        wet
),

-- A benefit that the SVB tells of may stand in the polisadministratie too: the same money, once.
met_tegenhanger as (
    select
        bsn_versleuteld,
        maand,
        wijk,
        buurt,
        gemeente,
        inwoner,
        identiteit_conflict,
        bron,
        dienst,
        inkomstenverhouding,
        wet,
        soort_inkomstenverhouding,
        bedrag,
        netto_bedrag,
        loon_lb,
        ingehouden_loonheffing,
        loonheffingskorting,
        vakantietoeslag,
        vakantietoeslag_opgebouwd,
        uren,
        gecorrigeerd,
        dienst = 'SVB'
        and soort_inkomstenverhouding is not null
        and bool_or(dienst = 'UWV') over zelfde_soort as staat_in_polis,
        dienst = 'UWV'
        and soort_inkomstenverhouding is not null
        and row_number() over (
            partition by
                gemeente,
                bsn_versleuteld,
                maand,
                bron,
                soort_inkomstenverhouding,
                dienst
            order by bedrag desc nulls last, inkomstenverhouding asc
        ) = 1 as is_eerste,
        sum(netto_bedrag) filter (where dienst = 'SVB') over zelfde_soort as netto_van_svb
    from per_inkomstenverhouding
    window
        zelfde_soort as (
            partition by
                gemeente,
                bsn_versleuteld,
                maand,
                bron,
                soort_inkomstenverhouding
        )
)

select
    bsn_versleuteld,
    maand,
    wijk,
    buurt,
    gemeente,
    inwoner,
    identiteit_conflict,
    inkomstenverhouding,
    dienst,
    wet,
    soort_inkomstenverhouding,
    bedrag,
    cast(case when is_eerste then netto_van_svb else netto_bedrag end as decimal(12, 2))
        as netto_bedrag,
    loon_lb,
    ingehouden_loonheffing,
    loonheffingskorting,
    vakantietoeslag,
    vakantietoeslag_opgebouwd,
    uren,
    gecorrigeerd,
    bron
from met_tegenhanger
where not staat_in_polis
