{# The limit or figure of a profile, else that of the year. #}
{% macro eigen_of_van_het_jaar(profiel, kolom, tabel) -%}
    coalesce({{ profiel }}.{{ kolom }}, {{ tabel }}.bedrag) as {{ kolom }},
    case
        when {{ profiel }}.{{ kolom }} is not null then {{ profiel }}.status
        when {{ tabel }}.bedrag is null then 'ontbreekt'
        else {{ tabel }}.status
    end as {{ kolom }}_status
{%- endmacro %}

{# The year of the rise of rents (per 1 July) whose category of income is known on a day. #}
{% macro iah_jaar(dag) -%}
    cast(year({{ dag }} - to_months(6)) as integer)
{%- endmacro %}

{# The worst status of the figures that were used; one that was not used is null. #}
{% macro slechtste_status(statussen) -%}
    case
        when 'ontbreekt' in ({{ statussen | join(', ') }}) then 'ontbreekt'
        when 'te_verifieren' in ({{ statussen | join(', ') }}) then 'te_verifieren'
        else 'bevestigd'
    end
{%- endmacro %}

{#
    What is counted per area: from the rows of homes (`van='woningen'`), or as the sum of areas that
    were counted before (`van='gebieden'`), so that they add up. Of who lives cheaply for the income
    (scheef: middle and high together and apart) the five traits that Leiden published, each with how
    many of whom it is not known.
#}
{% macro scheefwonen_tellingen(van) -%}
    {%- set tellingen = {
        'woningen': 'true',
        'sociale_huurwoningen': 'sociale_huurwoning',
        'huur_onbekend': 'kale_huur is null',
        'goedkoop_scheef_midden': "categorie = 'goedkoop_scheef_midden'",
        'goedkoop_scheef_hoog': "categorie = 'goedkoop_scheef_hoog'",
        'duur_scheef': "categorie = 'duur_scheef'",
        'passend': "categorie = 'passend'",
        'onbekend': "categorie = 'onbekend'",
        'sociale_huurwoningen_onbekend': "sociale_huurwoning and categorie = 'onbekend'",
        'scheef': 'goedkoop_scheef',
        'scheef_op_iah': "goedkoop_scheef and grond = 'iah'",
    } -%}
    {%- set groepen = {
        'scheef': 'goedkoop_scheef',
        'scheef_midden': tellingen['goedkoop_scheef_midden'],
        'scheef_hoog': tellingen['goedkoop_scheef_hoog'],
    } -%}
    {%- set kenmerken = {
        'paar': 'huishouden_type between 2 and 5',
        'hoge_welvaart': 'welvaart_kwintiel >= 4',
        'loon': "inkomensbron = '11'",
        'langer_dan_vijf_jaar': 'langer_dan_vijf_jaar',
        'hoofdbewoner_35_64': 'leeftijd_hoofdbewoner between 35 and 64',
    } -%}
    {%- for groep, lid in groepen.items() -%}
        {%- for kenmerk, heeft in kenmerken.items() -%}
            {%- do tellingen.update({groep ~ '_' ~ kenmerk: lid ~ ' and ' ~ heeft}) -%}
            {%- do tellingen.update({
                groep ~ '_' ~ kenmerk ~ '_onbekend': lid ~ ' and (' ~ heeft ~ ') is null'
            }) -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- for naam, telt in tellingen.items() %}
        {%- if van == 'woningen' %}
        cast(count(*) filter (where {{ telt }}) as integer) as {{ naam }},
        {%- else %}
        cast(sum({{ naam }}) as integer) as {{ naam }},
        {%- endif %}
    {%- endfor %}
        case
            when bool_or(parameter_status = 'ontbreekt') then 'ontbreekt'
            when bool_or(parameter_status = 'te_verifieren') then 'te_verifieren'
            else 'bevestigd'
        end as parameter_status
{%- endmacro %}

{# What is shown per area: the counts, and shares over what is known, in %. #}
{% macro scheefwonen_uitkomsten() -%}
    {%- set tellingen = [
        'woningen', 'sociale_huurwoningen', 'huur_onbekend', 'goedkoop_scheef_midden',
        'goedkoop_scheef_hoog', 'duur_scheef', 'passend', 'onbekend',
        'sociale_huurwoningen_onbekend', 'scheef', 'scheef_op_iah',
    ] -%}
    {#- Judged by the category of the rise of rents alone is only who is scheef: in no share. -#}
    {%- set sociaal = 'sociale_huurwoningen - sociale_huurwoningen_onbekend - scheef_op_iah' -%}
    {%- set bekend = 'woningen - onbekend - scheef_op_iah' -%}
    {%- set aandelen = {
        'pct_scheef': ['scheef - scheef_op_iah', sociaal],
        'pct_scheef_midden': ['goedkoop_scheef_midden', sociaal],
        'pct_scheef_hoog': ['goedkoop_scheef_hoog - scheef_op_iah', sociaal],
        'pct_scheef_minstens': ['scheef', 'sociale_huurwoningen'],
        'pct_scheef_hoogstens': ['scheef + sociale_huurwoningen_onbekend', 'sociale_huurwoningen'],
        'pct_duur_scheef': ['duur_scheef', bekend],
        'pct_passend': ['passend', bekend],
    } -%}
    {%- for naam in tellingen %}
        {{ naam }},
    {%- endfor %}
    {%- for naam, delen in aandelen.items() %}
        {{ scheefwonen_aandeel(delen[0], delen[1]) }} as {{ naam }},
    {%- endfor %}
    {%- set aantallen = {
        'scheef': 'scheef',
        'scheef_midden': 'goedkoop_scheef_midden',
        'scheef_hoog': 'goedkoop_scheef_hoog',
    } -%}
    {%- set kenmerken = [
        'paar', 'hoge_welvaart', 'loon', 'langer_dan_vijf_jaar', 'hoofdbewoner_35_64',
    ] -%}
    {%- for groep, aantal in aantallen.items() -%}
        {%- for kenmerk in kenmerken -%}
            {%- set naam = groep ~ '_' ~ kenmerk %}
            {{ naam }},
            {{ naam }}_onbekend,
            {{ scheefwonen_aandeel(naam, aantal ~ ' - ' ~ naam ~ '_onbekend') }} as pct_{{ naam }},
        {%- endfor -%}
    {%- endfor %}
    parameter_status
{%- endmacro %}

{# A share in %, to the hundredth; of nothing there is none. #}
{% macro scheefwonen_aandeel(deel, geheel) -%}
    cast(round(100.0 * ({{ deel }}) / nullif({{ geheel }}, 0), 2) as decimal(5, 2))
{%- endmacro %}
