{{ config(materialized='incremental') }}

-- The norm of every household: that of its units, added up (Participatiewet art. 20 to 22a; domain
-- 2.5). A table that keeps its months, as the income does.
with personen as (
    select
        huishoudens.gemeente,
        huishoudens.maand,
        huishoudens.huishouden_sleutel,
        huishoudens.huishouden_type,
        huishoudens.eenheid,
        huishoudens.eenheid_soort,
        huishoudens.woning_sleutel,
        personen.leeftijd,
        personen.aow_gerechtigd,
        personen.aow_parameter_status,
        kostendelers.leeftijd_vanaf as kostendeler_vanaf,
        {{ zekerheid('kostendelers.status') }} as kostendelers_zekerheid
    from {{ ref('huishoudens') }} as huishoudens
    inner join {{ ref('personen') }} as personen
        on
            huishoudens.gemeente = personen.gemeente
            and huishoudens.maand = personen.maand
            and huishoudens.bsn_versleuteld = personen.bsn_versleuteld
    left join {{ ref('kostendelersleeftijd') }} as kostendelers
        on
            huishoudens.maand >= kostendelers.geldig_vanaf
            and (kostendelers.geldig_tot is null or huishoudens.maand <= kostendelers.geldig_tot)
    where huishoudens.maand in ({{ te_bouwen_maanden() }})
),

normen as (
    select
        maanden.maand,
        max(normen.bedrag) filter (where normen.norm = 'gehuwd_21plus') as gehuwd,
        max(normen.bedrag) filter (where normen.norm = 'alleenstaand_21plus') as alleenstaand,
        max(normen.bedrag) filter (where normen.norm = 'alleenstaand_18_20') as jong,
        max(normen.bedrag) filter (where normen.norm = 'gehuwd_aow') as gehuwd_aow,
        max(normen.bedrag) filter (where normen.norm = 'alleenstaand_aow') as alleenstaand_aow,
        max({{ zekerheid('normen.status') }}) filter (where normen.norm = 'gehuwd_21plus')
            as gehuwd_zekerheid,
        max({{ zekerheid('normen.status') }}) filter (where normen.norm = 'alleenstaand_21plus')
            as alleenstaand_zekerheid,
        max({{ zekerheid('normen.status') }}) filter (where normen.norm = 'alleenstaand_18_20')
            as jong_zekerheid,
        max({{ zekerheid('normen.status') }}) filter (where normen.norm = 'gehuwd_aow')
            as gehuwd_aow_zekerheid,
        max({{ zekerheid('normen.status') }}) filter (where normen.norm = 'alleenstaand_aow')
            as alleenstaand_aow_zekerheid
    from ({{ te_bouwen_maanden() }}) as maanden
    inner join {{ ref('bijstandsnormen') }} as normen
        on
            maanden.maand >= normen.geldig_vanaf
            and (normen.geldig_tot is null or maanden.maand <= normen.geldig_tot)
    group by maanden.maand
),

woningen as (
    select
        gemeente,
        maand,
        woning_sleutel,
        count(*) filter (where leeftijd >= kostendeler_vanaf) as kostendelers,
        bool_or(leeftijd is null) as leeftijd_onbekend
    from personen
    where woning_sleutel is not null
    group by
        gemeente,
        maand,
        woning_sleutel
),

eenheden as (
    select
        gemeente,
        maand,
        huishouden_sleutel,
        eenheid_soort,
        max(huishouden_type) as huishouden_type,
        max(woning_sleutel) as woning_sleutel,
        count(*) filter (where leeftijd >= 18) as volwassenen,
        count(*) filter (where leeftijd >= 21) as volwassenen_21plus,
        count(*) filter (where leeftijd >= kostendeler_vanaf) as eigen_kostendelers,
        bool_or(leeftijd is null) as leeftijd_onbekend,
        coalesce(bool_or(aow_gerechtigd), false) as aow,
        bool_or(aow_gerechtigd is null and leeftijd is not null) as aow_leeftijd_ontbreekt,
        greatest(
            max({{ zekerheid("coalesce(aow_parameter_status, 'bevestigd')") }}),
            max(kostendelers_zekerheid)
        ) as zekerheid
    from personen
    group by
        gemeente,
        maand,
        huishouden_sleutel,
        eenheid,
        eenheid_soort
),

-- Who shares the costs without being of the unit; a partner is of it.
met_medebewoners as (
    select
        eenheden.gemeente,
        eenheden.maand,
        eenheden.huishouden_sleutel,
        eenheden.huishouden_type,
        eenheden.eenheid_soort,
        eenheden.volwassenen,
        eenheden.volwassenen_21plus,
        eenheden.aow,
        eenheden.aow_leeftijd_ontbreekt,
        eenheden.zekerheid,
        normen.gehuwd,
        normen.alleenstaand,
        normen.jong,
        normen.gehuwd_aow,
        normen.alleenstaand_aow,
        coalesce(normen.gehuwd_zekerheid, 2) as gehuwd_zekerheid,
        coalesce(normen.alleenstaand_zekerheid, 2) as alleenstaand_zekerheid,
        coalesce(normen.jong_zekerheid, 2) as jong_zekerheid,
        coalesce(normen.gehuwd_aow_zekerheid, 2) as gehuwd_aow_zekerheid,
        coalesce(normen.alleenstaand_aow_zekerheid, 2) as alleenstaand_aow_zekerheid,
        eenheden.leeftijd_onbekend or coalesce(woningen.leeftijd_onbekend, false)
            as leeftijd_onbekend,
        coalesce(woningen.kostendelers - eenheden.eigen_kostendelers, 0) as medebewoners,
        eenheden.eenheid_soort in ('paar', 'paar met kinderen') as paar,
        case when eenheden.eenheid_soort = 'paar met kinderen' then 0.20 else 0 end as kinddeel
    from eenheden
    left join normen on eenheden.maand = normen.maand
    left join woningen
        on
            eenheden.gemeente = woningen.gemeente
            and eenheden.maand = woningen.maand
            and eenheden.woning_sleutel = woningen.woning_sleutel
),

-- Which rule of the law the unit falls under.
met_regel as (
    select
        gemeente,
        maand,
        huishouden_sleutel,
        huishouden_type,
        leeftijd_onbekend,
        aow_leeftijd_ontbreekt,
        medebewoners,
        kinddeel,
        zekerheid,
        gehuwd,
        alleenstaand,
        jong,
        alleenstaand_aow,
        gehuwd_zekerheid,
        alleenstaand_zekerheid,
        jong_zekerheid,
        alleenstaand_aow_zekerheid,
        case when aow then gehuwd_aow else gehuwd end as rekennorm,
        case when aow then gehuwd_aow_zekerheid else gehuwd_zekerheid end as rekennorm_zekerheid,
        case
            -- A minor without a parent at the address has no right of its own.
            when eenheid_soort = 'minderjarige' then 'geen'
            when not paar and volwassenen = 1 and volwassenen_21plus = 0 then 'jong'
            when not paar and volwassenen = 1 and medebewoners > 0 then 'kostendeler'
            when not paar and volwassenen = 1 and aow then 'alleenstaand_aow'
            when not paar and volwassenen = 1 then 'alleenstaand'
            when paar and volwassenen = 2 and volwassenen_21plus = 0 then 'jong_paar'
            when paar and volwassenen = 2 and volwassenen_21plus = 1 and medebewoners > 0
                then 'gemengd_paar_met_kostendelers'
            when paar and volwassenen = 2 and medebewoners > 0 then 'paar_met_kostendelers'
            when paar and volwassenen = 2 and volwassenen_21plus = 1 and not aow then 'gemengd_paar'
            when paar and volwassenen = 2 then 'paar'
            else 'onbekend'
        end as regel
    from met_medebewoners
),

per_eenheid as (
    select
        gemeente,
        maand,
        huishouden_sleutel,
        huishouden_type,
        leeftijd_onbekend,
        regel,
        case
            when leeftijd_onbekend or aow_leeftijd_ontbreekt then null
            when regel = 'geen' then 0
            when regel = 'jong' then jong
            when regel = 'kostendeler'
                then rekennorm * {{ kostendelersdeel('(medebewoners + 1)') }}
            when regel = 'alleenstaand_aow' then alleenstaand_aow
            when regel = 'alleenstaand' then alleenstaand
            when regel = 'jong_paar' then 2 * jong + kinddeel * gehuwd
            when regel = 'gemengd_paar_met_kostendelers'
                then
                    jong
                    + kinddeel * gehuwd
                    + rekennorm * {{ kostendelersdeel('(medebewoners + 1)') }}
            when regel = 'paar_met_kostendelers'
                then 2 * rekennorm * {{ kostendelersdeel('(medebewoners + 2)') }}
            when regel = 'gemengd_paar' then gehuwd / 2 + jong + kinddeel * gehuwd
            when regel = 'paar' then rekennorm
        end as norm,
        greatest(
            zekerheid,
            case
                when aow_leeftijd_ontbreekt then 2
                when regel = 'jong' then jong_zekerheid
                when regel = 'alleenstaand_aow' then alleenstaand_aow_zekerheid
                when regel = 'alleenstaand' then alleenstaand_zekerheid
                when regel in ('kostendeler', 'paar_met_kostendelers', 'paar')
                    then rekennorm_zekerheid
                when regel = 'gemengd_paar_met_kostendelers'
                    then greatest(jong_zekerheid, gehuwd_zekerheid, rekennorm_zekerheid)
                when regel in ('jong_paar', 'gemengd_paar')
                    then greatest(jong_zekerheid, gehuwd_zekerheid)
                else 0
            end
        ) as zekerheid
    from met_regel
),

per_huishouden as (
    select
        gemeente,
        maand,
        huishouden_sleutel,
        max(huishouden_type) as huishouden_type,
        bool_or(leeftijd_onbekend) as leeftijd_onbekend,
        bool_or(regel = 'onbekend') or bool_and(regel = 'geen') as zonder_norm,
        max(zekerheid) as zekerheid,
        count(*) = count(norm) as norm_bekend,
        -- Half a cent is a cent: exact before it is rounded.
        sum(cast(round(cast(norm as decimal(18, 6)), 2) as decimal(12, 2))) as norm
    from per_eenheid
    group by
        gemeente,
        maand,
        huishouden_sleutel
),

met_reden as (
    select
        gemeente,
        maand,
        huishouden_sleutel,
        norm,
        zekerheid,
        case
            when huishouden_type is null then 'adres_onbekend'
            when huishouden_type = 8 then 'institutioneel'
            when leeftijd_onbekend then 'leeftijd_onbekend'
            when zonder_norm then 'minderjarig'
            when not norm_bekend then 'norm_ontbreekt'
        end as reden_zonder_norm
    from per_huishouden
)

select
    gemeente,
    maand,
    huishouden_sleutel,
    reden_zonder_norm,
    case when reden_zonder_norm is null then cast(norm as decimal(12, 2)) end as norm,
    -- Where no norm can be meant, no figure was used.
    case when coalesce(reden_zonder_norm, 'norm_ontbreekt') = 'norm_ontbreekt' then zekerheid end
        as zekerheid
from met_reden
