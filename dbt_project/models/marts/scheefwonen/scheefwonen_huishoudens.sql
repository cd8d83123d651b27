with woningen as (
    select
        huishouden_sleutel,
        woning_sleutel,
        maand,
        wijk,
        buurt,
        gemeente,
        tak,
        kale_huur,
        iah_categorie,
        iah_jaar,
        huishouden_type,
        huishouden_type_naam,
        aantal_personen,
        aantal_personen > 1 as meerpersoons,
        inkomen_jaar,
        inkomensjaar,
        inkomensbron,
        welvaart_kwintiel,
        leeftijd_hoofdbewoner,
        woonduur_jaren,
        langer_dan_vijf_jaar,
        aow_leeftijd,
        aow_status
    from {{ ref('stap_scheefwonen_woningen') }}
    where maand in ({{ te_bouwen_maanden() }})
),

maanden as (
    select
        gemeente,
        maand,
        list(distinct inkomensjaar) as inkomensjaren
    from woningen
    group by
        gemeente,
        maand
),

-- A profile about the income of one year speaks of that year, and where that income is delivered.
grenzen as (
    select
        maanden.gemeente,
        grenzen.*
    from {{ ref('stap_scheefwonen_grenzen') }} as grenzen
    inner join maanden on grenzen.maand = maanden.maand
    where
        grenzen.inkomensjaar is null
        or grenzen.inkomensjaar = year(grenzen.maand)
        or list_contains(maanden.inkomensjaren, grenzen.inkomensjaar)
),

-- Of whom the AOW age is not known both limits are asked: only where they agree is it decided.
beoordeeld as (
    select
        woningen.*,
        grenzen.profiel,
        grenzen.met_duur_scheef,
        grenzen.huurgrens,
        grenzen.huurgrens_status,
        grenzen.inkomensgrens,
        grenzen.inkomensgrens_status,
        grenzen.iah_grens,
        grenzen.iah_grens_status,
        case
            when woningen.aow_leeftijd then grenzen.passend_grens_aow
            when not woningen.aow_leeftijd then grenzen.passend_grens
            else least(grenzen.passend_grens, grenzen.passend_grens_aow)
        end as passend_laagste,
        case
            when woningen.aow_leeftijd then grenzen.passend_grens_aow
            when not woningen.aow_leeftijd then grenzen.passend_grens
            else greatest(grenzen.passend_grens, grenzen.passend_grens_aow)
        end as passend_hoogste,
        case
            when woningen.aow_leeftijd then grenzen.passend_grens_aow_status
            else grenzen.passend_grens_status
        end as passend_status,
        case
            when woningen.aantal_personen > 2 then grenzen.aftoppingsgrens_hoog
            else grenzen.aftoppingsgrens_laag
        end as aftoppingsgrens,
        case
            when woningen.aantal_personen > 2 then grenzen.aftoppingsgrens_hoog_status
            else grenzen.aftoppingsgrens_laag_status
        end as aftopping_status,
        woningen.kale_huur <= grenzen.huurgrens as sociale_huurwoning,
        coalesce(
            grenzen.inkomensjaar is null or woningen.inkomensjaar = grenzen.inkomensjaar, false
        ) as jaar_past,
        woningen.inkomen_jaar > grenzen.inkomensgrens
        or (grenzen.operator = '>=' and woningen.inkomen_jaar = grenzen.inkomensgrens)
            as boven_grens,
        -- Above the high limit of its year is above every limit that does not lie higher.
        coalesce(
            woningen.iah_categorie = 'hoog'
            and iah_toen.bedrag >= grenzen.inkomensgrens
            and (
                grenzen.inkomensjaar is null
                or (
                    iah_toen.jaar = woningen.iah_jaar
                    and iah_toen.inkomensjaar = grenzen.inkomensjaar
                )
            ),
            false
        ) as iah_bewijst,
        case when iah_toen.jaar < woningen.iah_jaar then 'te_verifieren' else iah_toen.status end
            as iah_toen_status
    from woningen
    inner join grenzen
        on
            woningen.gemeente = grenzen.gemeente
            and woningen.maand = grenzen.maand
            and woningen.meerpersoons = grenzen.meerpersoons
    left join {{ ref('stap_iah_hoge_grenzen') }} as iah_toen
        on
            woningen.meerpersoons = iah_toen.meerpersoons
            and woningen.iah_jaar between iah_toen.jaar and iah_toen.tot_jaar
),

-- What a dwelling is judged by, or what it lacks for that.
gewogen as (
    select
        *,
        case
            when kale_huur is null then 'huur'
            when huurgrens is null or inkomensgrens is null then 'grens'
            when jaar_past and inkomen_jaar is not null then null
            when iah_bewijst and sociale_huurwoning then null
            when inkomen_jaar is not null then 'inkomensjaar'
            else 'inkomen'
        end as ontbreekt,
        case when jaar_past and inkomen_jaar is not null then 'inkomen' else 'iah' end as weegt
    from beoordeeld
),

-- The category, and what decided it: a limit, or what is missing.
beslist as (
    select
        *,
        case
            when ontbreekt is not null then ['onbekend', ontbreekt]
            when weegt = 'iah' then ['goedkoop_scheef_hoog', 'iah_grens']
            when boven_grens and not sociale_huurwoning then ['passend', 'huurgrens']
            when boven_grens and iah_grens is null then ['onbekend', 'grens']
            when boven_grens and inkomen_jaar <= iah_grens
                then ['goedkoop_scheef_midden', 'inkomensgrens']
            when boven_grens then ['goedkoop_scheef_hoog', 'inkomensgrens']
            when not met_duur_scheef then ['passend', 'inkomensgrens']
            when kale_huur <= aftoppingsgrens then ['passend', 'aftoppingsgrens']
            when inkomen_jaar > passend_hoogste then ['passend', 'passend_inkomensgrens']
            when aftoppingsgrens is null or passend_laagste is null then ['onbekend', 'grens']
            when inkomen_jaar <= passend_laagste then ['duur_scheef', 'aftoppingsgrens']
            else ['onbekend', 'aow_leeftijd']
        end as oordeel
    from gewogen
),

ingedeeld as (
    select
        *,
        oordeel[1] as categorie,
        oordeel[1] <> 'onbekend' as bekend,
        oordeel[2] as door
    from beslist
)

select
    huishouden_sleutel,
    woning_sleutel,
    maand,
    wijk,
    buurt,
    gemeente,
    profiel,
    kale_huur,
    huurgrens,
    inkomen_jaar,
    inkomensjaar,
    inkomensgrens,
    categorie,
    huishouden_type,
    welvaart_kwintiel,
    inkomensbron,
    woonduur_jaren,
    leeftijd_hoofdbewoner,
    iah_categorie,
    case when bekend then categorie like 'goedkoop_scheef_%' end as goedkoop_scheef,
    case when bekend then weegt end as grond,
    case when bekend then door end as beslissende_grens,
    case when not bekend then door end as onbekend_door,
    sociale_huurwoning,
    huishouden_type_naam,
    aantal_personen,
    aow_leeftijd,
    langer_dan_vijf_jaar,
    tak,
    iah_jaar,
    iah_grens,
    case when passend_laagste = passend_hoogste then passend_laagste end as passend_inkomensgrens,
    aftoppingsgrens,
    {{ slechtste_status([
        'huurgrens_status',
        'inkomensgrens_status',
        "case when door = 'grens' then 'ontbreekt' end",
        "case when door = 'iah_grens' then iah_toen_status end",
        "case when categorie like 'goedkoop_scheef_%' and weegt = 'inkomen' then iah_grens_status end",
        "case when door in ('aftoppingsgrens', 'passend_inkomensgrens') then aftopping_status end",
        "case when door = 'passend_inkomensgrens' or categorie = 'duur_scheef' then passend_status end",
        "case when door = 'passend_inkomensgrens' or categorie = 'duur_scheef' then aow_status end",
    ]) }} as parameter_status
from ingedeeld
