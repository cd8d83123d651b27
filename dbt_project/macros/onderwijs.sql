{# The school year in which a month lies: from 1 August (WVO 2020; WEB). #}
{% macro schooljaar(maand) -%}
    cast(year({{ maand }} - to_months(7)) as varchar)
    || '-' || cast(year({{ maand }} + to_months(5)) as varchar)
{%- endmacro %}
