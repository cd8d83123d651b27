-- The units of the Participatiewet: partners, and the minor children of either. A minor with a
-- partner or a child of its own there is no child of its parents' unit.
with personen as (
    select
        personen.nummer,
        personen.bsn_versleuteld,
        personen.minderjarig,
        paren.paar is not null as heeft_partner,
        coalesce(paren.paar, personen.nummer) as eenheid,
        case
            when personen.institutioneel then personen.adres
            else groepen.groep
        end as huishouden
    from {{ ref('stg_huishouden_personen') }} as personen
    inner join {{ ref('stg_huishouden_groepen') }} as groepen on personen.nummer = groepen.nummer
    left join {{ ref('stg_huishouden_paren') }} as paren on personen.nummer = paren.persoon
),

van_de_ouders as (
    select
        kinderen.kind,
        min(ouders.eenheid) as eenheid
    from {{ ref('stg_huishouden_kinderen') }} as kinderen
    inner join personen as ouders on kinderen.ouder = ouders.nummer
    group by kinderen.kind
),

leden as (
    select
        personen.nummer,
        personen.huishouden,
        personen.heeft_partner,
        case
            when personen.minderjarig then coalesce(van_de_ouders.eenheid, personen.eenheid)
            else personen.eenheid
        end as eenheid
    from personen
    left join van_de_ouders on personen.nummer = van_de_ouders.kind
),

eenheden as (
    select
        leden.eenheid,
        hoofd.bsn_versleuteld as hoofd_versleuteld,
        case
            when bool_or(leden.heeft_partner) and count(*) > 2 then 'paar met kinderen'
            when bool_or(leden.heeft_partner) then 'paar'
            when count(*) > 1 then 'alleenstaande ouder'
            when hoofd.minderjarig then 'minderjarige'
            else 'alleenstaande'
        end as eenheid_soort,
        count(*) over (partition by leden.huishouden) as aantal_eenheden
    from leden
    inner join personen as hoofd on leden.eenheid = hoofd.nummer
    group by
        leden.huishouden,
        leden.eenheid,
        hoofd.bsn_versleuteld,
        hoofd.minderjarig
)

select
    leden.nummer,
    eenheden.hoofd_versleuteld,
    eenheden.eenheid_soort,
    eenheden.aantal_eenheden
from leden
inner join eenheden on leden.eenheid = eenheden.eenheid
