{# Four years: the `venster_maanden` of this model. #}
{% set vier_jaar = 48 %}

with te_bouwen as (
    {{ te_bouwen_maanden() }}
),

maanden as (
    select
        bsn_versleuteld,
        maand,
        wijk,
        buurt,
        gemeente,
        huishouden_sleutel,
        huishouden_type,
        plaats,
        referentiepersoon,
        leeftijd,
        geslacht,
        herkomst,
        wmo,
        heeft_loon_persoon,
        heeft_uitkering_persoon,
        heeft_bijstand_persoon,
        inkomensbron_persoon,
        inkomen_bekend,
        inkomen_netto,
        inkomen_methode,
        inkomensbron,
        norm,
        inkomen_pct_norm,
        arm_100,
        arm_101,
        arm_105,
        arm_110,
        arm_120,
        arm_130,
        arm_150,
        arm_administratief,
        verborgen_arm,
        aantal_voorzieningen,
        reden_onbekend,
        parameter_status
    from {{ ref('stap_armoede_maanden') }}
    where maand in (select te_bouwen.maand from te_bouwen)
),

grenzen as (
    select
        min(maand) as eerste,
        max(maand) as laatste
    from te_bouwen
),

-- Between the two limits a judgement counts for every month that is built.
oordelen as (
    select
        oordelen.gemeente,
        oordelen.maand,
        oordelen.bsn_versleuteld,
        oordelen.arm_110,
        oordelen.maand > grenzen.laatste - to_months({{ vier_jaar }})
        and oordelen.maand <= grenzen.eerste as voor_elke_maand
    from {{ ref('stap_armoede_maanden') }} as oordelen
    cross join grenzen
    where
        oordelen.arm_110 is not null
        and oordelen.maand <= grenzen.laatste
        and oordelen.maand > grenzen.eerste - to_months({{ vier_jaar }})
),

-- So it is counted once: four years of all residents again for each month cost as much as the rest.
gedeeld as (
    select
        gemeente,
        bsn_versleuteld,
        count(*) as bekend,
        count(*) filter (where arm_110) as arm_110
    from oordelen
    where voor_elke_maand
    group by
        gemeente,
        bsn_versleuteld
),

-- Under a number that the person had before, the same person was judged.
van_de_persoon as (
    select
        te_bouwen.maand,
        gedeeld.gemeente,
        gedeeld.bsn_versleuteld,
        gedeeld.bekend,
        gedeeld.arm_110
    from te_bouwen
    cross join gedeeld
    union all
    select
        te_bouwen.maand,
        oordelen.gemeente,
        oordelen.bsn_versleuteld,
        1 as bekend,
        cast(oordelen.arm_110 as integer) as arm_110
    from te_bouwen
    inner join oordelen
        on
            te_bouwen.maand >= oordelen.maand
            and te_bouwen.maand < oordelen.maand + to_months({{ vier_jaar }})
    where not oordelen.voor_elke_maand
    union all
    select
        wijzigingen.maand,
        oordelen.gemeente,
        wijzigingen.bsn_versleuteld,
        1 as bekend,
        cast(oordelen.arm_110 as integer) as arm_110
    from {{ ref('bsn_wijzigingen') }} as wijzigingen
    inner join te_bouwen on wijzigingen.maand = te_bouwen.maand
    inner join oordelen
        on
            wijzigingen.gemeente = oordelen.gemeente
            and wijzigingen.bsn_oud_versleuteld = oordelen.bsn_versleuteld
            and wijzigingen.maand >= oordelen.maand
            and wijzigingen.maand < oordelen.maand + to_months({{ vier_jaar }})
    where wijzigingen.uitkomst = 'vertaald'
),

geschiedenis as (
    select
        maand,
        gemeente,
        bsn_versleuteld,
        sum(bekend) as maanden_bekend,
        sum(arm_110) as maanden_arm_110
    from van_de_persoon
    group by
        maand,
        gemeente,
        bsn_versleuteld
)

select
    maanden.bsn_versleuteld,
    maanden.maand,
    maanden.wijk,
    maanden.buurt,
    maanden.gemeente,
    maanden.huishouden_sleutel,
    maanden.huishouden_type,
    maanden.plaats,
    maanden.referentiepersoon,
    maanden.leeftijd,
    {{ leeftijdsklasse('maanden.leeftijd') }} as leeftijdsklasse,
    maanden.geslacht,
    maanden.herkomst,
    maanden.leeftijd < 18 as kind,
    maanden.wmo,
    maanden.inkomensbron_persoon,
    maanden.heeft_loon_persoon as heeft_loon,
    maanden.heeft_uitkering_persoon as heeft_uitkering,
    maanden.heeft_bijstand_persoon as heeft_bijstand,
    maanden.inkomensbron,
    maanden.inkomen_netto,
    maanden.inkomen_methode,
    maanden.inkomen_bekend,
    maanden.norm,
    maanden.inkomen_pct_norm,
    maanden.arm_100,
    maanden.arm_101,
    maanden.arm_105,
    maanden.arm_110,
    maanden.arm_120,
    maanden.arm_130,
    maanden.arm_150,
    maanden.arm_administratief,
    maanden.verborgen_arm,
    maanden.aantal_voorzieningen,
    cast(coalesce(geschiedenis.maanden_bekend, 0) as integer) as maanden_bekend,
    cast(geschiedenis.maanden_arm_110 as integer) as maanden_arm_110_bekend,
    case
        when geschiedenis.maanden_bekend = {{ vier_jaar }}
            then cast(geschiedenis.maanden_arm_110 as integer)
    end as maanden_arm_110,
    case
        when geschiedenis.maanden_bekend = {{ vier_jaar }}
            then geschiedenis.maanden_arm_110 = {{ vier_jaar }}
    end as langdurig_arm,
    maanden.reden_onbekend,
    maanden.parameter_status
from maanden
left join geschiedenis
    on
        maanden.gemeente = geschiedenis.gemeente
        and maanden.maand = geschiedenis.maand
        and maanden.bsn_versleuteld = geschiedenis.bsn_versleuteld
