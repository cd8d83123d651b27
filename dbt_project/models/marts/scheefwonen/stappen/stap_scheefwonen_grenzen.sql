with maanden as (
    {{ te_bouwen_maanden() }}
),

groottes as (
    select unnest([false, true]) as meerpersoons
),

peilingen as (
    select
        maanden.maand,
        profielen.profiel,
        profielen.huurgrens,
        profielen.inkomensgrens,
        profielen.operator,
        profielen.inkomensjaar,
        profielen.met_duur_scheef,
        profielen.status,
        groottes.meerpersoons,
        case when groottes.meerpersoons then 'meerpersoons' else 'eenpersoons' end as huishouden,
        coalesce(make_date(profielen.grenzenjaar, 1, 1), maanden.maand) as peildag
    from maanden
    cross join {{ ref('scheefwonen_profielen') }} as profielen
    cross join groottes
),

-- What is valid without an end is so until it has one.
huren as (
    select
        grens,
        geldig_vanaf,
        coalesce(geldig_tot, date '9999-12-31') as geldig_tot,
        bedrag,
        status
    from {{ ref('huurgrenzen') }}
),

inkomens as (
    select
        huishouden,
        geldig_vanaf,
        coalesce(geldig_tot, date '9999-12-31') as geldig_tot,
        bedrag,
        status
    from {{ ref('daeb_inkomensgrenzen') }}
),

passend as (
    select
        huishouden,
        aow_leeftijd,
        geldig_vanaf,
        coalesce(geldig_tot, date '9999-12-31') as geldig_tot,
        bedrag,
        status
    from {{ ref('passend_toewijzen') }}
)

select
    peilingen.profiel,
    peilingen.maand,
    peilingen.meerpersoons,
    peilingen.operator,
    peilingen.inkomensjaar,
    peilingen.met_duur_scheef,
    {{ eigen_of_van_het_jaar('peilingen', 'huurgrens', 'huren') }},
    {{ eigen_of_van_het_jaar('peilingen', 'inkomensgrens', 'inkomens') }},
    iah.bedrag as iah_grens,
    case
        when iah.bedrag is null then 'ontbreekt'
        when iah.jaar < year(peilingen.peildag) then 'te_verifieren'
        else iah.status
    end as iah_grens_status,
    laag.bedrag as aftoppingsgrens_laag,
    coalesce(laag.status, 'ontbreekt') as aftoppingsgrens_laag_status,
    hoog.bedrag as aftoppingsgrens_hoog,
    coalesce(hoog.status, 'ontbreekt') as aftoppingsgrens_hoog_status,
    passend.bedrag as passend_grens,
    coalesce(passend.status, 'ontbreekt') as passend_grens_status,
    passend_aow.bedrag as passend_grens_aow,
    coalesce(passend_aow.status, 'ontbreekt') as passend_grens_aow_status
from peilingen
left join huren
    on
        huren.grens = 'daeb_huurgrens'
        and peilingen.peildag between huren.geldig_vanaf and huren.geldig_tot
left join huren as laag
    on
        laag.grens = 'aftoppingsgrens_laag'
        and peilingen.peildag between laag.geldig_vanaf and laag.geldig_tot
left join huren as hoog
    on
        hoog.grens = 'aftoppingsgrens_hoog'
        and peilingen.peildag between hoog.geldig_vanaf and hoog.geldig_tot
left join inkomens
    on
        peilingen.huishouden = inkomens.huishouden
        and peilingen.peildag between inkomens.geldig_vanaf and inkomens.geldig_tot
left join {{ ref('stap_iah_hoge_grenzen') }} as iah
    on
        peilingen.meerpersoons = iah.meerpersoons
        and year(peilingen.peildag) between iah.jaar and iah.tot_jaar
left join passend
    on
        peilingen.huishouden = passend.huishouden
        and not passend.aow_leeftijd
        and peilingen.peildag between passend.geldig_vanaf and passend.geldig_tot
left join passend as passend_aow
    on
        peilingen.huishouden = passend_aow.huishouden
        and passend_aow.aow_leeftijd
        and peilingen.peildag between passend_aow.geldig_vanaf and passend_aow.geldig_tot
