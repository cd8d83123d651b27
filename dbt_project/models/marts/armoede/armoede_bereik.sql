-- All households of a buurt, and again by each characteristic.
with cellen as (
    select
        gemeente,
        maand,
        wijk,
        buurt,
        regeling,
        case
            {% for kenmerk in bereik_kenmerken() %}
                when grouping({{ kenmerk }}) = 0 then '{{ kenmerk }}'
            {% endfor %}
            else 'totaal'
        end as kenmerk,
        coalesce({{ bereik_kenmerken() | join(', ') }}, 'totaal') as waarde,
        max(regeling_naam) as regeling_naam,
        max(inkomensgrens_pct) as inkomensgrens_pct,
        bool_and(incl_vt) as incl_vt,
        bool_and(vermogenstoets) as vermogenstoets,
        bool_and(gebruik_bekend) as gebruik_bekend,
        {% for naam in bereik_tellingen() %}
            sum({{ naam }}) as {{ naam }},
        {% endfor %}
        max(zekerheid) as zekerheid
    from {{ ref('stap_armoede_bereik') }}
    group by
        grouping sets (
            {% for kenmerk in bereik_kenmerken() %}
                (gemeente, maand, wijk, buurt, regeling, {{ kenmerk }}),
            {% endfor %}
            (gemeente, maand, wijk, buurt, regeling)
        )
    -- How many schemes someone has is told once, not of each scheme.
    having
        regeling = 'een_of_meer'
        or not (grouping(stapeling) = 0 or grouping(stapeling_voorzieningen) = 0)
),

gebieden as (
    {{ bereik_opgeteld('buurt', 'buurt') }}
    union all
    {{ bereik_opgeteld('wijk', 'wijk') }}
    union all
    {{ bereik_opgeteld('gemeente', 'gemeente') }}
),

geteld as (
    select
        gemeente,
        maand,
        niveau,
        gebied,
        regeling,
        regeling_naam,
        kenmerk,
        waarde,
        inkomensgrens_pct,
        incl_vt,
        vermogenstoets,
        huishoudens,
        huishoudens_bekend,
        zekerheid,
        case when huishoudens_bekend > 0 then doelgroep_laag end as doelgroep_laag,
        case when huishoudens_bekend > 0 then doelgroep_hoog end as doelgroep_hoog,
        case when gebruik_bekend then gebruikers end as gebruikers,
        case when gebruik_bekend and huishoudens_bekend > 0 then gebruikers_in_doelgroep end
            as gebruikers_in_doelgroep,
        case when gebruik_bekend and huishoudens_bekend > 0 then gebruikers_buiten_doelgroep end
            as gebruikers_buiten_doelgroep,
        case when gebruik_bekend then gebruikers_onbekend end as gebruikers_onbekend
    from gebieden
)

select
    maand,
    gemeente,
    niveau,
    gebied,
    regeling,
    regeling_naam,
    kenmerk,
    waarde,
    inkomensgrens_pct,
    incl_vt,
    vermogenstoets,
    huishoudens,
    huishoudens_bekend,
    doelgroep_laag,
    doelgroep_hoog,
    gebruikers,
    gebruikers_in_doelgroep,
    gebruikers_buiten_doelgroep,
    gebruikers_onbekend,
    doelgroep_laag - gebruikers_in_doelgroep as niet_gebruik_laag,
    doelgroep_hoog - gebruikers_in_doelgroep as niet_gebruik_hoog,
    {{ armoede_aandeel('gebruikers_in_doelgroep', 'doelgroep_hoog') }} as bereik_pct_laag,
    {{ armoede_aandeel('gebruikers_in_doelgroep', 'doelgroep_laag') }} as bereik_pct_hoog,
    {{ parameter_status('zekerheid') }} as parameter_status
from geteld
