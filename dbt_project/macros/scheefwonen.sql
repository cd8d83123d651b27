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
