-- A household is of its month; how long it has been poor is told of its reference person.
with huishoudens as (
    select
        bsn_versleuteld,
        maand,
        wijk,
        buurt,
        gemeente,
        huishouden_sleutel,
        huishouden_type,
        huishouden_type_naam,
        aantal_personen,
        aantal_volwassenen,
        aantal_minderjarige_kinderen,
        aantal_eenheden,
        inkomen_netto,
        inkomen_methode,
        inkomen_bekend,
        inkomensbron,
        heeft_loon,
        heeft_uitkering,
        heeft_bijstand,
        heeft_minimaregeling,
        heeft_schuldhulp,
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
    where
        maand in ({{ te_bouwen_maanden() }})
        and referentiepersoon
),

referentiepersonen as (
    select
        bsn_versleuteld,
        maand,
        gemeente,
        leeftijdsklasse,
        geslacht,
        herkomst,
        maanden_bekend,
        maanden_arm_110_bekend,
        maanden_arm_110,
        langdurig_arm
    from {{ ref('armoede_personen') }}
    where
        maand in ({{ te_bouwen_maanden() }})
        and referentiepersoon
)

select
    huishoudens.huishouden_sleutel,
    huishoudens.maand,
    huishoudens.wijk,
    huishoudens.buurt,
    huishoudens.gemeente,
    huishoudens.huishouden_type,
    huishoudens.huishouden_type_naam,
    huishoudens.aantal_personen,
    huishoudens.aantal_volwassenen,
    huishoudens.aantal_minderjarige_kinderen as aantal_kinderen,
    huishoudens.aantal_eenheden,
    referentiepersonen.leeftijdsklasse,
    referentiepersonen.geslacht,
    referentiepersonen.herkomst,
    huishoudens.inkomen_netto,
    huishoudens.inkomen_methode,
    huishoudens.inkomen_bekend,
    huishoudens.inkomensbron,
    huishoudens.heeft_loon,
    huishoudens.heeft_uitkering,
    huishoudens.heeft_bijstand,
    huishoudens.heeft_minimaregeling,
    huishoudens.heeft_schuldhulp,
    huishoudens.norm,
    huishoudens.inkomen_pct_norm,
    huishoudens.arm_100,
    huishoudens.arm_101,
    huishoudens.arm_105,
    huishoudens.arm_110,
    huishoudens.arm_120,
    huishoudens.arm_130,
    huishoudens.arm_150,
    huishoudens.arm_administratief,
    huishoudens.verborgen_arm,
    huishoudens.aantal_voorzieningen,
    referentiepersonen.maanden_bekend,
    referentiepersonen.maanden_arm_110_bekend,
    referentiepersonen.maanden_arm_110,
    referentiepersonen.langdurig_arm,
    huishoudens.reden_onbekend,
    huishoudens.parameter_status
from huishoudens
inner join referentiepersonen
    on
        huishoudens.gemeente = referentiepersonen.gemeente
        and huishoudens.maand = referentiepersonen.maand
        and huishoudens.bsn_versleuteld = referentiepersonen.bsn_versleuteld
