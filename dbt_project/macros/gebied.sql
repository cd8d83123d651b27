{# The category of an area that is not known, within a gemeente. #}
{% macro onbekende_wijk(gemeente) -%}
    'WK' || substr({{ gemeente }}, 3) || 'XX'
{%- endmacro %}

{% macro onbekende_buurt(gemeente) -%}
    'BU' || substr({{ gemeente }}, 3) || 'XXXX'
{%- endmacro %}

{% macro buurt_briefadres(gemeente) -%}
    'BU' || substr({{ gemeente }}, 3) || 'XXBR'
{%- endmacro %}
