{{ config(materialized='incremental') }}

-- When and where someone was born. A table that keeps its months: the persoonslijst of a month need
-- not be read again when another register has something new to tell of it.
-- Origin: born abroad, of the country of birth. Born here, of the parent born abroad, and of the
-- first parent when both were, since of parents the sex is not kept (CBS: the mother).
select
    brp.gemeente,
    brp.maand,
    brp.bsn_versleuteld,
    cast(year(brp.geboortedatum) as integer) as jaar,
    case
        when eigen.herkomst <> 'Nederland' then eigen.herkomst
        when eigen.herkomst is null then 'onbekend'
        when ouder1.herkomst <> 'Nederland' then ouder1.herkomst
        else coalesce(ouder2.herkomst, ouder1.herkomst, 'onbekend')
    end as herkomst
from {{ ref('stg_brp_personen') }} as brp
left join {{ ref('landen') }} as eigen on brp.geboorteland = eigen.code
left join {{ ref('landen') }} as ouder1 on brp.ouder1_geboorteland = ouder1.code
left join {{ ref('landen') }} as ouder2 on brp.ouder2_geboorteland = ouder2.code
where brp.maand in ({{ te_bouwen_maanden() }})
