with te_bouwen as (
    {{ te_bouwen_maanden() }}
),

-- What is needed of the assets of a household that is asked whether it may have a scheme.
vermogensgrenzen as (
    select
        te_bouwen.maand,
        max(grenzen.bedrag) filter (where grenzen.grens = 'alleenstaand') as alleenstaand,
        max(grenzen.bedrag) filter (where grenzen.grens = 'gezin_of_alleenstaande_ouder') as gezin,
        max(grenzen.bedrag) filter (where grenzen.grens = 'vrijlating_eigen_woning')
            as eigen_woning,
        max({{ zekerheid('grenzen.status') }}) as zekerheid
    from te_bouwen
    inner join {{ ref('vermogensgrenzen') }} as grenzen
        on
            last_day(te_bouwen.maand) >= grenzen.geldig_vanaf
            and last_day(te_bouwen.maand) <= coalesce(grenzen.geldig_tot, '9999-12-31')
    group by te_bouwen.maand
),

-- Between two limits it is not known: a home of one's own may be worth more than is left out of it,
-- and in a household of more units nobody knows whose the assets are.
vermogens as (
    select
        huishoudens.gemeente,
        huishoudens.maand,
        huishoudens.huishouden_sleutel,
        klassen.vanaf,
        klassen.tot,
        case
            when
                huishoudens.aantal_eenheden = 1
                and (
                    huishoudens.aantal_volwassenen > 1
                    or huishoudens.aantal_minderjarige_kinderen > 0
                )
                then vermogensgrenzen.gezin
            else vermogensgrenzen.alleenstaand
        end as grens_laag,
        case
            when huishoudens.aantal_eenheden > 1 then null
            when
                huishoudens.aantal_volwassenen > 1
                or huishoudens.aantal_minderjarige_kinderen > 0
                then vermogensgrenzen.gezin
            else vermogensgrenzen.alleenstaand
        end
        + case
            when huishoudens.eigendom in ('sociale_huur', 'overige_huur') then 0
            else vermogensgrenzen.eigen_woning
        end as grens_hoog,
        case
            when klassen.klasse is not null
                then
                    greatest(
                        {{ zekerheid('klassen.status') }}, coalesce(vermogensgrenzen.zekerheid, 2)
                    )
        end as zekerheid
    from {{ ref('huishoudens') }} as huishoudens
    left join {{ ref('vermogensklassen') }} as klassen
        on huishoudens.vermogensklasse = klassen.klasse
    left join vermogensgrenzen on huishoudens.maand = vermogensgrenzen.maand
    where
        huishoudens.maand in (select te_bouwen.maand from te_bouwen)
        and huishoudens.referentiepersoon
),

personen as (
    select
        gemeente,
        maand,
        huishouden_sleutel,
        leeftijd,
        wmo
    from {{ ref('armoede_personen') }}
    where maand in (select te_bouwen.maand from te_bouwen)
),

gebruik_van_wmo as (
    select
        gemeente,
        maand,
        huishouden_sleutel,
        bool_or(wmo) as wmo
    from personen
    group by
        gemeente,
        maand,
        huishouden_sleutel
),

-- Numbered: for each scheme every household is looked up, and a number is found sooner than a key.
huishoudens as (
    select
        row_number() over (
            order by huishoudens.gemeente, huishoudens.maand, huishoudens.huishouden_sleutel
        ) as nummer,
        huishoudens.gemeente,
        huishoudens.maand,
        huishoudens.wijk,
        huishoudens.buurt,
        huishoudens.huishouden_sleutel,
        huishoudens.huishouden_type_naam as huishouden_type,
        huishoudens.inkomensbron,
        huishoudens.leeftijdsklasse,
        huishoudens.herkomst,
        {{ ja_nee_onbekend('huishoudens.langdurig_arm') }} as langdurig_arm,
        {{ ja_nee_onbekend('gebruik_van_wmo.wmo') }} as wmo,
        {{ stapeling('huishoudens.aantal_voorzieningen') }} as stapeling_voorzieningen,
        huishoudens.inkomen_netto,
        huishoudens.norm,
        huishoudens.aantal_voorzieningen is not null as registers_bekend,
        vermogens.tot <= vermogens.grens_laag as vermogen_onder,
        coalesce(vermogens.vanaf > vermogens.grens_hoog, false) as vermogen_boven,
        vermogens.zekerheid as zekerheid_vermogen,
        case
            when huishoudens.parameter_status is not null
                then {{ zekerheid('huishoudens.parameter_status') }}
        end as zekerheid
    from {{ ref('armoede_huishoudens') }} as huishoudens
    left join vermogens
        on
            huishoudens.gemeente = vermogens.gemeente
            and huishoudens.maand = vermogens.maand
            and huishoudens.huishouden_sleutel = vermogens.huishouden_sleutel
    left join gebruik_van_wmo
        on
            huishoudens.gemeente = gebruik_van_wmo.gemeente
            and huishoudens.maand = gebruik_van_wmo.maand
            and huishoudens.huishouden_sleutel = gebruik_van_wmo.huishouden_sleutel
    where huishoudens.maand in (select te_bouwen.maand from te_bouwen)
),

gemeenten as (
    select
        gemeente,
        maand
    from huishoudens
    group by
        gemeente,
        maand
),

gebruikers as (
    select
        gemeente,
        maand,
        huishouden_sleutel,
        voorziening as regeling
    from {{ ref('stap_armoede_voorzieningen') }}
    where
        maand in (select te_bouwen.maand from te_bouwen)
        and soort = 'minima'
),

-- The limits of the month; a gemeente's own row goes before the one for every gemeente.
grenzen as (
    select
        gemeenten.gemeente,
        gemeenten.maand,
        regelingen.code as regeling,
        regelingen.naam,
        regelingen.inkomensgrens_pct,
        regelingen.incl_vt,
        regelingen.vermogenstoets,
        regelingen.leeftijd_van,
        regelingen.leeftijd_tot,
        {{ zekerheid('regelingen.status') }} as zekerheid
    from gemeenten
    inner join {{ ref('regelingen') }} as regelingen
        on
            last_day(gemeenten.maand) >= regelingen.geldig_vanaf
            and last_day(gemeenten.maand) <= coalesce(regelingen.geldig_tot, '9999-12-31')
            and gemeenten.gemeente = coalesce(regelingen.gemeente, gemeenten.gemeente)
    qualify
        row_number() over (
            partition by gemeenten.gemeente, gemeenten.maand, regelingen.code
            order by regelingen.gemeente asc nulls last, regelingen.geldig_vanaf desc
        ) = 1
),

-- A scheme that is used but in no table has users and no limit.
codes as (
    select
        gemeente,
        maand,
        regeling
    from grenzen
    union
    select
        gemeente,
        maand,
        regeling
    from gebruikers
),

geleverd as (
    select
        gemeente,
        maand
    from {{ ref('volledigheid') }}
    where
        levering = 'minimaregelingen'
        and staat <> 'ontbreekt'
),

-- Empty ages are those of a scheme for all ages.
regelingen as (
    select
        codes.gemeente,
        codes.maand,
        codes.regeling,
        grenzen.naam,
        grenzen.inkomensgrens_pct,
        grenzen.incl_vt,
        grenzen.vermogenstoets,
        case
            when coalesce(grenzen.leeftijd_van, grenzen.leeftijd_tot) is not null
                then coalesce(grenzen.leeftijd_van, 0)
        end as leeftijd_van,
        case
            when coalesce(grenzen.leeftijd_van, grenzen.leeftijd_tot) is not null
                then coalesce(grenzen.leeftijd_tot, 200)
        end as leeftijd_tot,
        codes.regeling = 'bijzondere_bijstand' or geleverd.gemeente is not null as geleverd,
        case when grenzen.inkomensgrens_pct is null then 2 else grenzen.zekerheid end as zekerheid
    from codes
    left join grenzen
        on
            codes.gemeente = grenzen.gemeente
            and codes.maand = grenzen.maand
            and codes.regeling = grenzen.regeling
    left join geleverd
        on
            codes.gemeente = geleverd.gemeente
            and codes.maand = geleverd.maand
),

-- Several schemes are for the same ages.
leeftijdsgrenzen as (
    select
        gemeente,
        maand,
        leeftijd_van,
        leeftijd_tot
    from regelingen
    where leeftijd_van is not null
    group by
        gemeente,
        maand,
        leeftijd_van,
        leeftijd_tot
),

leeftijden as (
    select
        huishoudens.nummer,
        grenzen.leeftijd_van,
        grenzen.leeftijd_tot,
        bool_or(
            personen.leeftijd >= grenzen.leeftijd_van
            and personen.leeftijd <= grenzen.leeftijd_tot
        ) as past
    from personen
    inner join huishoudens
        on
            personen.gemeente = huishoudens.gemeente
            and personen.maand = huishoudens.maand
            and personen.huishouden_sleutel = huishoudens.huishouden_sleutel
    inner join leeftijdsgrenzen as grenzen
        on
            personen.gemeente = grenzen.gemeente
            and personen.maand = grenzen.maand
    group by
        huishoudens.nummer,
        grenzen.leeftijd_van,
        grenzen.leeftijd_tot
),

gebruikende_huishoudens as (
    select
        huishoudens.nummer,
        gebruikers.regeling
    from gebruikers
    inner join huishoudens
        on
            gebruikers.gemeente = huishoudens.gemeente
            and gebruikers.maand = huishoudens.maand
            and gebruikers.huishouden_sleutel = huishoudens.huishouden_sleutel
),

-- May be in the target group, and surely is; both empty where income, norm or limit is not known.
-- The income here has holiday allowance in it: without, it lies between two amounts.
getoetst as (
    select
        huishoudens.nummer,
        regelingen.regeling,
        regelingen.inkomensgrens_pct,
        huishoudens.registers_bekend and regelingen.geleverd as gebruik_bekend,
        gebruikers.regeling is not null as gebruikt,
        huishoudens.inkomen_netto is not null and huishoudens.norm is not null as bekend,
        100 * huishoudens.inkomen_netto
        <= regelingen.inkomensgrens_pct * huishoudens.norm
        * case when regelingen.incl_vt then 1 else {{ ten_hoogste_met_vakantietoeslag() }} end
        and coalesce(leeftijden.past, true)
        and not (coalesce(regelingen.vermogenstoets, false) and huishoudens.vermogen_boven)
            as mogelijk,
        100 * huishoudens.inkomen_netto
        <= regelingen.inkomensgrens_pct * huishoudens.norm
        * case when regelingen.incl_vt then 1 else {{ deel_zonder_vakantietoeslag() }} end
        and coalesce(leeftijden.past, leeftijden.nummer is null)
        and coalesce(not regelingen.vermogenstoets or huishoudens.vermogen_onder, false)
            as zeker,
        greatest(
            regelingen.zekerheid,
            huishoudens.zekerheid,
            case when regelingen.vermogenstoets then huishoudens.zekerheid_vermogen end
        ) as zekerheid
    from huishoudens
    inner join regelingen
        on
            huishoudens.gemeente = regelingen.gemeente
            and huishoudens.maand = regelingen.maand
    left join leeftijden
        on
            huishoudens.nummer = leeftijden.nummer
            and regelingen.leeftijd_van = leeftijden.leeftijd_van
            and regelingen.leeftijd_tot = leeftijden.leeftijd_tot
    left join gebruikende_huishoudens as gebruikers
        on
            huishoudens.nummer = gebruikers.nummer
            and regelingen.regeling = gebruikers.regeling
),

-- Whoever is in the target group of a scheme and has one, whichever: the reach of Leiden.
een_of_meer as (
    select
        nummer,
        bool_and(gebruik_bekend) as gebruik_bekend,
        bool_or(gebruikt) as gebruikt,
        case when bool_or(bekend) then bool_or(mogelijk) end as mogelijk,
        case when bool_or(bekend) then bool_or(zeker) end as zeker,
        max(zekerheid) filter (where inkomensgrens_pct is not null) as zekerheid,
        count(*) filter (where gebruikt) as aantal
    from getoetst
    group by nummer
),

kenmerken as (
    select
        huishoudens.nummer,
        huishoudens.gemeente,
        huishoudens.maand,
        huishoudens.wijk,
        huishoudens.buurt,
        huishoudens.huishouden_type,
        huishoudens.inkomensbron,
        huishoudens.leeftijdsklasse,
        huishoudens.herkomst,
        huishoudens.langdurig_arm,
        huishoudens.wmo,
        case
            when een_of_meer.gebruik_bekend then {{ stapeling('een_of_meer.aantal') }}
            else 'onbekend'
        end as stapeling,
        huishoudens.stapeling_voorzieningen
    from huishoudens
    inner join een_of_meer on huishoudens.nummer = een_of_meer.nummer
),

-- Households that are alike in every characteristic, together: few next to all of them, so that
-- what is told of each scheme is told of a number and not of thirteen words.
gelijken as (
    select
        gemeente,
        maand,
        wijk,
        buurt,
        {% for kenmerk in bereik_kenmerken() %}
            {{ kenmerk }},
        {% endfor %}
        min(nummer) as groep,
        list(nummer) as nummers
    from kenmerken
    group by
        gemeente,
        maand,
        wijk,
        buurt,
        {{ bereik_kenmerken() | join(', ') }}
),

leden as (
    select
        groep,
        unnest(nummers) as nummer
    from gelijken
),

gebruik as (
    select
        nummer,
        regeling,
        gebruik_bekend,
        gebruik_bekend and gebruikt as gebruikt,
        mogelijk,
        zeker,
        zekerheid
    from getoetst
    union all
    select
        nummer,
        'een_of_meer' as regeling,
        gebruik_bekend,
        gebruik_bekend and gebruikt as gebruikt,
        mogelijk,
        zeker,
        zekerheid
    from een_of_meer
),

-- Who was granted it was found to be entitled: so much is sure of whom it is possible.
geteld as (
    select
        leden.groep,
        gebruik.regeling,
        bool_and(gebruik.gebruik_bekend) as gebruik_bekend,
        count(*) as huishoudens,
        count(gebruik.mogelijk) as huishoudens_bekend,
        count(*) filter (where gebruik.zeker or (gebruik.mogelijk and gebruik.gebruikt))
            as doelgroep_laag,
        count(*) filter (where gebruik.mogelijk) as doelgroep_hoog,
        count(*) filter (where gebruik.gebruikt) as gebruikers,
        count(*) filter (where gebruik.gebruikt and gebruik.mogelijk) as gebruikers_in_doelgroep,
        count(*) filter (where gebruik.gebruikt and not gebruik.mogelijk)
            as gebruikers_buiten_doelgroep,
        count(*) filter (where gebruik.gebruikt and gebruik.mogelijk is null)
            as gebruikers_onbekend,
        max(gebruik.zekerheid) as zekerheid
    from gebruik
    inner join leden on gebruik.nummer = leden.nummer
    group by
        leden.groep,
        gebruik.regeling
)

select
    gelijken.gemeente,
    gelijken.maand,
    gelijken.wijk,
    gelijken.buurt,
    {% for kenmerk in bereik_kenmerken() %}
        gelijken.{{ kenmerk }},
    {% endfor %}
    geteld.regeling,
    case
        when geteld.regeling = 'een_of_meer' then 'Een of meer regelingen'
        else regelingen.naam
    end as regeling_naam,
    regelingen.inkomensgrens_pct,
    regelingen.incl_vt,
    regelingen.vermogenstoets,
    geteld.gebruik_bekend,
    {% for naam in bereik_tellingen() %}
        geteld.{{ naam }},
    {% endfor %}
    geteld.zekerheid
from geteld
inner join gelijken on geteld.groep = gelijken.groep
left join regelingen
    on
        gelijken.gemeente = regelingen.gemeente
        and gelijken.maand = regelingen.maand
        and geteld.regeling = regelingen.regeling
