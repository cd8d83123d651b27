{{ config(materialized='table') }}

-- What is known of the income of a household: of the reference person, or else of the partner. Who
-- is somebody else according to the birth date tells nothing about this household.
with nummers as (
    {{ bsn_nu() }}
),

inkomens as (
    select
        inkomens.gemeente,
        inkomens.maand,
        persoon_nu.bsn_versleuteld,
        inkomens.bsn_versleuteld = persoon_nu.bsn_versleuteld as eigen_nummer,
        inkomens.inkomensjaar,
        inkomens.inkomen_jaar,
        inkomens.besteedbaar_inkomen_jaar,
        inkomens.inkomensbron,
        inkomens.welvaart_kwintiel,
        inkomens.vermogensklasse
    from {{ ref('stg_inkomen_huishouden') }} as inkomens
    inner join nummers as persoon_nu
        on
            inkomens.gemeente = persoon_nu.gemeente
            and inkomens.maand = persoon_nu.maand
            and inkomens.bsn_versleuteld = persoon_nu.bsn_gevonden
    where coalesce(inkomens.geboortedatum = persoon_nu.geboortedatum, true)
)

select
    huishoudens.gemeente,
    huishoudens.maand,
    huishoudens.huishouden_sleutel,
    inkomens.inkomensjaar,
    inkomens.inkomen_jaar,
    inkomens.besteedbaar_inkomen_jaar,
    inkomens.inkomensbron,
    inkomens.welvaart_kwintiel,
    inkomens.vermogensklasse
from {{ ref('stg_huishoudens') }} as huishoudens
inner join inkomens
    on
        huishoudens.gemeente = inkomens.gemeente
        and huishoudens.maand = inkomens.maand
        and huishoudens.bsn_versleuteld = inkomens.bsn_versleuteld
where huishoudens.in_kern and coalesce(huishoudens.huishouden_type <> 8, true)
qualify
    row_number() over (
        partition by huishoudens.gemeente, huishoudens.maand, huishoudens.huishouden_sleutel
        order by
            huishoudens.referentiepersoon desc,
            inkomens.eigen_nummer desc,
            inkomens.inkomensjaar desc,
            inkomens.inkomen_jaar desc
    ) = 1
