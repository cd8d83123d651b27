{{ config(materialized='table') }}

-- A number per resident and month, the eldest first: what a household is made from is compared
-- many times, and a number is compared fast. It settles every tie, so it is unique.
with genummerd as (
    select
        personen.gemeente,
        personen.maand,
        personen.bsn_versleuteld,
        personen.wijk,
        personen.buurt,
        personen.leeftijd,
        personen.adres_sleutel,
        personen.functie_adres,
        personen.adres_sleutel is null as adres_onbekend,
        coalesce(personen.institutioneel, false) as institutioneel,
        row_number() over (
            order by
                personen.maand,
                brp.geboortedatum nulls last,
                personen.bsn_versleuteld,
                personen.gemeente
        ) as nummer
    from {{ ref('personen') }} as personen
    inner join {{ ref('stg_brp_personen') }} as brp
        on
            personen.gemeente = brp.gemeente
            and personen.maand = brp.maand
            and personen.bsn_versleuteld = brp.bsn_versleuteld
    where
        personen.maand in ({{ te_bouwen_maanden() }})
)

select
    nummer,
    gemeente,
    maand,
    bsn_versleuteld,
    wijk,
    buurt,
    coalesce(leeftijd < 18, false) as minderjarig,
    adres_onbekend,
    institutioneel,
    -- An address goes by the number of the eldest registered there; whoever's address is not
    -- known shares it with nobody.
    min(nummer) over (
        partition by
            gemeente,
            maand,
            functie_adres,
            coalesce(adres_sleutel, bsn_versleuteld)
    ) as adres
from genummerd
