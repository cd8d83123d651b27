{{ config(materialized='table') }}

with personen as (
    select
        personen.nummer,
        personen.gemeente,
        personen.maand,
        personen.bsn_versleuteld,
        personen.wijk,
        personen.buurt,
        personen.minderjarig,
        personen.adres_onbekend,
        personen.institutioneel,
        paren.partner,
        paren.paar,
        paren.gehuwd,
        -- An institution is one household: all who live there.
        case
            when personen.institutioneel then personen.adres
            else groepen.groep
        end as huishouden
    from {{ ref('stg_huishouden_personen') }} as personen
    inner join {{ ref('stg_huishouden_groepen') }} as groepen on personen.nummer = groepen.nummer
    left join {{ ref('stg_huishouden_paren') }} as paren on personen.nummer = paren.persoon
),

thuiswonende_kinderen as (
    select
        kind,
        ouder
    from {{ ref('stg_huishouden_kinderen') }}
),

-- Around whom the household is: the couple with the eldest, else the eldest parent of a child
-- living at home, else the eldest adult, else the eldest.
kernen as (
    select
        huishouden,
        coalesce(
            min(paar),
            min(
                case
                    when nummer in (select kinderen.ouder from thuiswonende_kinderen as kinderen)
                        then nummer
                end
            ),
            min(case when not minderjarig then nummer end),
            min(nummer)
        ) as referentie,
        count(*) as aantal_personen
    from personen
    group by huishouden
),

met_kern as (
    select
        personen.nummer,
        personen.huishouden,
        personen.adres_onbekend,
        personen.institutioneel,
        personen.minderjarig,
        personen.paar,
        kernen.referentie,
        kernen.aantal_personen,
        referentie.gehuwd as referentie_gehuwd,
        referentie.paar is not null as om_een_paar,
        coalesce(referentie.paar = personen.paar, personen.nummer = kernen.referentie) as in_kern,
        referentie.bsn_versleuteld as referentie_bsn_versleuteld
    from personen
    inner join kernen on personen.huishouden = kernen.huishouden
    inner join personen as referentie on kernen.referentie = referentie.nummer
),

kinderen_van_de_kern as (
    select distinct thuiswonende_kinderen.kind
    from thuiswonende_kinderen
    inner join met_kern as ouder on thuiswonende_kinderen.ouder = ouder.nummer
    where ouder.in_kern
),

samenstelling as (
    select
        met_kern.nummer,
        met_kern.huishouden,
        met_kern.adres_onbekend,
        met_kern.institutioneel,
        met_kern.referentie,
        met_kern.referentie_bsn_versleuteld,
        met_kern.referentie_gehuwd,
        met_kern.om_een_paar,
        met_kern.in_kern,
        met_kern.aantal_personen,
        kinderen.kind is not null and not met_kern.in_kern as thuiswonend_kind,
        count(kinderen.kind) filter (where not met_kern.in_kern) over van_het_huishouden
            as aantal_thuiswonende_kinderen,
        count(*) filter (where met_kern.minderjarig and not met_kern.in_kern)
            over van_het_huishouden as aantal_minderjarige_kinderen,
        count(*) filter (where not met_kern.minderjarig) over van_het_huishouden
            as aantal_volwassenen
    from met_kern
    left join kinderen_van_de_kern as kinderen on met_kern.nummer = kinderen.kind
    window van_het_huishouden as (partition by met_kern.huishouden)
),

met_type as (
    select
        nummer,
        huishouden,
        referentie,
        referentie_bsn_versleuteld,
        in_kern,
        thuiswonend_kind,
        om_een_paar,
        aantal_personen,
        aantal_thuiswonende_kinderen,
        aantal_minderjarige_kinderen,
        aantal_volwassenen,
        case
            when institutioneel then 8
            when adres_onbekend then null
            when aantal_personen = 1 then 1
            when om_een_paar and aantal_thuiswonende_kinderen = 0
                then case when referentie_gehuwd then 3 else 2 end
            when om_een_paar then case when referentie_gehuwd then 5 else 4 end
            when aantal_thuiswonende_kinderen > 0 then 6
            else 7
        end as huishouden_type
    from samenstelling
)

select
    personen.bsn_versleuteld,
    personen.maand,
    personen.wijk,
    personen.buurt,
    personen.gemeente,
    sha256('huishouden|' || met_type.referentie_bsn_versleuteld) as huishouden_sleutel,
    cast(met_type.huishouden_type as integer) as huishouden_type,
    case met_type.huishouden_type
        when 1 then 'eenpersoonshuishouden'
        when 2 then 'niet-gehuwd paar zonder kinderen'
        when 3 then 'gehuwd paar zonder kinderen'
        when 4 then 'niet-gehuwd paar met kinderen'
        when 5 then 'gehuwd paar met kinderen'
        when 6 then 'eenouderhuishouden'
        when 7 then 'overig huishouden'
        when 8 then 'institutioneel huishouden'
        else 'onbekend'
    end as huishouden_type_naam,
    case
        when met_type.huishouden_type = 8 then 'lid institutioneel huishouden'
        when met_type.huishouden_type is null then 'onbekend'
        when met_type.huishouden_type = 1 then 'alleenstaande'
        when met_type.in_kern and met_type.om_een_paar then 'partner'
        when met_type.in_kern and met_type.huishouden_type = 6 then 'ouder in eenouderhuishouden'
        when met_type.in_kern then 'referentiepersoon in overig huishouden'
        when met_type.thuiswonend_kind then 'thuiswonend kind'
        else 'overig lid'
    end as plaats,
    personen.nummer = met_type.referentie as referentiepersoon,
    met_type.in_kern,
    cast(met_type.aantal_personen as integer) as aantal_personen,
    cast(met_type.aantal_volwassenen as integer) as aantal_volwassenen,
    cast(met_type.aantal_minderjarige_kinderen as integer) as aantal_minderjarige_kinderen,
    cast(met_type.aantal_thuiswonende_kinderen as integer) as aantal_thuiswonende_kinderen,
    sha256('eenheid|' || eenheden.hoofd_versleuteld) as eenheid,
    eenheden.eenheid_soort,
    cast(eenheden.aantal_eenheden as integer) as aantal_eenheden
from personen
inner join met_type on personen.nummer = met_type.nummer
inner join {{ ref('stg_huishouden_eenheden') }} as eenheden on personen.nummer = eenheden.nummer
