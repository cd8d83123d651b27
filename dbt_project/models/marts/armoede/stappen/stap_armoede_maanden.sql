{{ config(materialized='incremental') }}

-- Who is poor, by person and month, as far as a month can be told by itself. A table that keeps its
-- months: how long someone has been poor is counted in it.
with geboorten as (
    select
        gemeente,
        maand,
        bsn_versleuteld,
        herkomst
    from {{ ref('stap_armoede_geboorte') }}
    where maand in ({{ te_bouwen_maanden() }})
),

personen as (
    select
        huishoudens.bsn_versleuteld,
        huishoudens.maand,
        huishoudens.wijk,
        huishoudens.buurt,
        huishoudens.gemeente,
        huishoudens.huishouden_sleutel,
        huishoudens.huishouden_type,
        huishoudens.huishouden_type_naam,
        huishoudens.plaats,
        huishoudens.referentiepersoon,
        huishoudens.aantal_personen,
        huishoudens.aantal_volwassenen,
        huishoudens.aantal_minderjarige_kinderen,
        huishoudens.aantal_eenheden,
        personen.leeftijd,
        personen.geslacht,
        coalesce(geboorte.herkomst, 'onbekend') as herkomst
    from {{ ref('huishoudens') }} as huishoudens
    inner join {{ ref('personen') }} as personen
        on
            huishoudens.gemeente = personen.gemeente
            and huishoudens.maand = personen.maand
            and huishoudens.bsn_versleuteld = personen.bsn_versleuteld
    left join geboorten as geboorte
        on
            huishoudens.gemeente = geboorte.gemeente
            and huishoudens.maand = geboorte.maand
            and huishoudens.bsn_versleuteld = geboorte.bsn_versleuteld
    where
        huishoudens.maand in ({{ te_bouwen_maanden() }})
        and personen.maand in ({{ te_bouwen_maanden() }})
),

voorzieningen_per_huishouden as (
    select
        gemeente,
        maand,
        huishouden_sleutel,
        count(distinct voorziening) as aantal_voorzieningen,
        bool_or(soort = 'minima') as heeft_minimaregeling,
        bool_or(soort = 'schuldhulp') as heeft_schuldhulp
    from {{ ref('stap_armoede_voorzieningen') }}
    where maand in ({{ te_bouwen_maanden() }})
    group by
        gemeente,
        maand,
        huishouden_sleutel
),

eerste_leveringen as (
    select
        gemeente,
        delivery,
        min(levermaand) as levermaand
    from {{ source('grootboek', 'leveringen') }}
    group by
        gemeente,
        delivery
),

-- Who is in no scheme is known only when every register that was delivered before speaks of the
-- month.
registers as (
    select
        volledigheid.gemeente,
        volledigheid.maand,
        bool_and(volledigheid.staat <> 'ontbreekt') filter (
            where
            volledigheid.levering = 'bijstand_bus'
            or (
                volledigheid.levering <> 'wmo_berichten'
                and eerste.levermaand <= volledigheid.maand
            )
        ) as voorzieningen_bekend,
        bool_or(volledigheid.levering = 'wmo_berichten' and volledigheid.staat <> 'ontbreekt')
            as wmo_bekend
    from {{ ref('volledigheid') }} as volledigheid
    left join eerste_leveringen as eerste
        on
            volledigheid.gemeente = eerste.gemeente
            and volledigheid.levering = eerste.delivery
    where
        volledigheid.maand in ({{ te_bouwen_maanden() }})
        and volledigheid.levering in (
            'bijstand_bus', 'minimaregelingen', 'schuldhulp_ddas', 'wmo_berichten'
        )
    group by
        volledigheid.gemeente,
        volledigheid.maand
),

wmo as (
    select
        gemeente,
        maand,
        bsn_versleuteld
    from {{ ref('stap_armoede_wmo') }}
    where maand in ({{ te_bouwen_maanden() }})
),

-- A minor's income counts where it is known; a minor who was not asked is taken to have none.
leden as (
    select
        personen.gemeente,
        personen.maand,
        personen.bsn_versleuteld,
        personen.wijk,
        personen.buurt,
        personen.huishouden_sleutel,
        personen.huishouden_type,
        personen.huishouden_type_naam,
        personen.plaats,
        personen.referentiepersoon,
        personen.aantal_personen,
        personen.aantal_volwassenen,
        personen.aantal_minderjarige_kinderen,
        personen.aantal_eenheden,
        personen.leeftijd,
        personen.geslacht,
        personen.herkomst,
        case
            when
                personen.leeftijd < {{ inkomen_gevraagd_vanaf() }}
                and not inkomens.bevraagd
                then true
            else inkomens.inkomen_bekend
        end as inkomen_bekend,
        coalesce(inkomens.inkomen_netto, 0) as inkomen_netto,
        inkomens.methode,
        inkomens.zekerheid,
        inkomens.heeft_bijstand,
        inkomens.heeft_loon,
        inkomens.heeft_uitkering,
        inkomens.loon,
        inkomens.uitkering,
        inkomens.pensioen,
        inkomens.bijstand,
        inkomens.overig,
        {{ inkomensbron() }} as inkomensbron
    from personen
    inner join {{ ref('stap_armoede_inkomens') }} as inkomens
        on
            personen.gemeente = inkomens.gemeente
            and personen.maand = inkomens.maand
            and personen.bsn_versleuteld = inkomens.bsn_versleuteld
    where inkomens.maand in ({{ te_bouwen_maanden() }})
),

per_huishouden as (
    select
        gemeente,
        maand,
        huishouden_sleutel,
        bool_and(inkomen_bekend) as inkomen_bekend,
        sum(inkomen_netto) as inkomen_netto,
        max(methode) as methode,
        max(zekerheid) as zekerheid,
        bool_or(heeft_bijstand) as heeft_bijstand,
        bool_or(heeft_loon) as heeft_loon,
        bool_or(heeft_uitkering) as heeft_uitkering,
        sum(loon) as loon,
        sum(uitkering) as uitkering,
        sum(pensioen) as pensioen,
        sum(bijstand) as bijstand,
        sum(overig) as overig
    from leden
    group by
        gemeente,
        maand,
        huishouden_sleutel
),

huishoudens as (
    select
        per_huishouden.gemeente,
        per_huishouden.maand,
        per_huishouden.huishouden_sleutel,
        per_huishouden.inkomen_bekend,
        per_huishouden.heeft_bijstand,
        coalesce(voorzieningen.heeft_minimaregeling, false) as heeft_minimaregeling,
        coalesce(voorzieningen.heeft_schuldhulp, false) as heeft_schuldhulp,
        normen.norm,
        normen.reden_zonder_norm,
        case when per_huishouden.inkomen_bekend then per_huishouden.heeft_loon end as heeft_loon,
        case
            when per_huishouden.inkomen_bekend or per_huishouden.heeft_bijstand
                then per_huishouden.heeft_uitkering
        end as heeft_uitkering,
        case when per_huishouden.inkomen_bekend then per_huishouden.inkomen_netto end
            as inkomen_netto,
        case
            when per_huishouden.inkomen_bekend
                then {{ inkomen_methode('per_huishouden.methode') }}
            else 'onbekend'
        end as inkomen_methode,
        case when per_huishouden.inkomen_bekend then {{ inkomensbron() }} else 'onbekend' end
            as inkomensbron,
        case
            when normen.zekerheid is not null
                then greatest(normen.zekerheid, per_huishouden.zekerheid)
        end as zekerheid,
        case
            when voorzieningen.aantal_voorzieningen > 0 then true
            when registers.voorzieningen_bekend then false
        end as arm_administratief,
        case
            when registers.voorzieningen_bekend
                then coalesce(voorzieningen.aantal_voorzieningen, 0)
        end as aantal_voorzieningen
    from per_huishouden
    inner join {{ ref('stap_armoede_normen') }} as normen
        on
            per_huishouden.gemeente = normen.gemeente
            and per_huishouden.maand = normen.maand
            and per_huishouden.huishouden_sleutel = normen.huishouden_sleutel
    left join voorzieningen_per_huishouden as voorzieningen
        on
            per_huishouden.gemeente = voorzieningen.gemeente
            and per_huishouden.maand = voorzieningen.maand
            and per_huishouden.huishouden_sleutel = voorzieningen.huishouden_sleutel
    left join registers
        on
            per_huishouden.gemeente = registers.gemeente
            and per_huishouden.maand = registers.maand
    where normen.maand in ({{ te_bouwen_maanden() }})
),

beoordeeld as (
    select
        gemeente,
        maand,
        huishouden_sleutel,
        inkomen_bekend,
        inkomen_netto,
        inkomen_methode,
        inkomensbron,
        heeft_loon,
        heeft_uitkering,
        heeft_bijstand,
        heeft_minimaregeling,
        heeft_schuldhulp,
        norm,
        zekerheid,
        arm_administratief,
        aantal_voorzieningen,
        100 * inkomen_netto / norm as inkomen_pct_norm,
        {% for procent in [100, 101, 105, 110, 120, 130, 150] %}
            {{ arm(procent) }} as arm_{{ procent }},
        {% endfor %}
        coalesce(
            reden_zonder_norm, case when not inkomen_bekend then 'inkomen_onbekend' end
        ) as reden_onbekend
    from huishoudens
)

select
    leden.bsn_versleuteld,
    leden.maand,
    leden.wijk,
    leden.buurt,
    leden.gemeente,
    leden.huishouden_sleutel,
    leden.huishouden_type,
    leden.huishouden_type_naam,
    leden.plaats,
    leden.referentiepersoon,
    leden.aantal_personen,
    leden.aantal_volwassenen,
    leden.aantal_minderjarige_kinderen,
    leden.aantal_eenheden,
    leden.leeftijd,
    leden.geslacht,
    leden.herkomst,
    case
        when registers.wmo_bekend
            then
                (leden.gemeente, leden.maand, leden.bsn_versleuteld) in (
                    select (wmo.gemeente, wmo.maand, wmo.bsn_versleuteld) from wmo
                )
    end as wmo,
    leden.heeft_loon as heeft_loon_persoon,
    leden.heeft_uitkering as heeft_uitkering_persoon,
    leden.heeft_bijstand as heeft_bijstand_persoon,
    case when leden.inkomen_bekend then leden.inkomensbron else 'onbekend' end
        as inkomensbron_persoon,
    beoordeeld.inkomen_bekend,
    cast(beoordeeld.inkomen_netto as decimal(12, 2)) as inkomen_netto,
    beoordeeld.inkomen_methode,
    beoordeeld.inkomensbron,
    beoordeeld.heeft_loon,
    beoordeeld.heeft_uitkering,
    beoordeeld.heeft_bijstand,
    beoordeeld.heeft_minimaregeling,
    beoordeeld.heeft_schuldhulp,
    beoordeeld.norm,
    cast(beoordeeld.inkomen_pct_norm as decimal(12, 2)) as inkomen_pct_norm,
    beoordeeld.arm_100,
    beoordeeld.arm_101,
    beoordeeld.arm_105,
    beoordeeld.arm_110,
    beoordeeld.arm_120,
    beoordeeld.arm_130,
    beoordeeld.arm_150,
    beoordeeld.arm_administratief,
    beoordeeld.arm_110 and not beoordeeld.arm_administratief as verborgen_arm,
    cast(beoordeeld.aantal_voorzieningen as integer) as aantal_voorzieningen,
    beoordeeld.reden_onbekend,
    {{ parameter_status('beoordeeld.zekerheid') }} as parameter_status
from leden
inner join beoordeeld
    on
        leden.gemeente = beoordeeld.gemeente
        and leden.maand = beoordeeld.maand
        and leden.huishouden_sleutel = beoordeeld.huishouden_sleutel
left join registers
    on
        leden.gemeente = registers.gemeente
        and leden.maand = registers.maand
