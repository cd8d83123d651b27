{{ config(materialized='table') }}

-- The WOZ does not say who lives in a home of their own: where the list of the corporaties has been
-- delivered, a home that is not on it is owned or let by somebody else.
with corporatiewoningen as (
    select
        eenheden.gemeente,
        eenheden.maand,
        coalesce(buurten.adres_sleutel, eenheden.adres_sleutel) as adres_sleutel,
        bool_or(eenheden.tak = 'DAEB') as sociaal
    from {{ ref('stg_corporatie_eenheden') }} as eenheden
    left join {{ ref('stg_corporatie_adres_buurten') }} as buurten
        on
            eenheden.gemeente = buurten.gemeente
            and eenheden.maand = buurten.maand
            and eenheden.adres_vraag = buurten.adres_vraag
    where
        eenheden.eenheidstatus in ('VEH', 'LEE', 'ADM')
        and coalesce(buurten.adres_sleutel, eenheden.adres_sleutel) is not null
    group by
        eenheden.gemeente,
        eenheden.maand,
        coalesce(buurten.adres_sleutel, eenheden.adres_sleutel)
),

maanden_met_huren as (
    select
        gemeente,
        maand
    from {{ source('grootboek', 'referenties') }}
    where delivery = 'corporatie_huren'
),

andere_woningen as (
    select
        woningen.gemeente,
        woningen.maand,
        woningen.woning_sleutel as adres_sleutel
    from {{ ref('woningen') }} as woningen
    inner join maanden_met_huren
        on
            woningen.gemeente = maanden_met_huren.gemeente
            and woningen.maand = maanden_met_huren.maand
    where
        woningen.maand in ({{ te_bouwen_maanden() }})
)

select
    coalesce(corporatiewoningen.gemeente, andere_woningen.gemeente) as gemeente,
    coalesce(corporatiewoningen.maand, andere_woningen.maand) as maand,
    coalesce(corporatiewoningen.adres_sleutel, andere_woningen.adres_sleutel) as adres_sleutel,
    case
        when corporatiewoningen.sociaal then 'sociale_huur'
        when corporatiewoningen.adres_sleutel is not null then 'overige_huur'
        else 'koop_of_overige_huur'
    end as eigendom
from corporatiewoningen
full outer join andere_woningen
    on
        corporatiewoningen.gemeente = andere_woningen.gemeente
        and corporatiewoningen.maand = andere_woningen.maand
        and corporatiewoningen.adres_sleutel = andere_woningen.adres_sleutel
