with huishoudens as (
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
        huishoudens.aantal_thuiswonende_kinderen,
        huishoudens.eenheid,
        huishoudens.eenheid_soort,
        huishoudens.aantal_eenheden,
        -- A letter address is nobody's home.
        case
            when personen.functie_adres = 'W' and coalesce(huishoudens.huishouden_type <> 8, true)
                then personen.adres_sleutel
        end as woning_sleutel
    from {{ ref('stg_huishoudens') }} as huishoudens
    inner join {{ ref('personen') }} as personen
        on
            huishoudens.gemeente = personen.gemeente
            and huishoudens.maand = personen.maand
            and huishoudens.bsn_versleuteld = personen.bsn_versleuteld
    where
        personen.maand in ({{ te_bouwen_maanden() }})
)

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
    huishoudens.aantal_thuiswonende_kinderen,
    huishoudens.eenheid,
    huishoudens.eenheid_soort,
    huishoudens.aantal_eenheden,
    huishoudens.woning_sleutel,
    coalesce(eigendom.eigendom, 'onbekend') as eigendom,
    inkomens.inkomensjaar,
    inkomens.inkomen_jaar,
    inkomens.besteedbaar_inkomen_jaar,
    inkomens.inkomensbron,
    inkomens.welvaart_kwintiel,
    inkomens.vermogensklasse
from huishoudens
left join {{ ref('stg_adres_eigendom') }} as eigendom
    on
        huishoudens.gemeente = eigendom.gemeente
        and huishoudens.maand = eigendom.maand
        and huishoudens.woning_sleutel = eigendom.adres_sleutel
left join {{ ref('stg_huishoudinkomens') }} as inkomens
    on
        huishoudens.gemeente = inkomens.gemeente
        and huishoudens.maand = inkomens.maand
        and huishoudens.huishouden_sleutel = inkomens.huishouden_sleutel
