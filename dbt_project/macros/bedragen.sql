{# Whole cents, summed, as exact euros; null when there is nothing to sum. #}
{% macro som_in_euro(kolom) -%}
    cast(cast(sum({{ kolom }}) as decimal(14, 0)) * 0.01 as decimal(12, 2))
{%- endmacro %}

{#
    The share of a month in what an opgave of several months reports, by days: each earlier month
    truncated toward zero, what remains on the last, so that the shares add up exactly.
    Reads: met_dagen, and of its earlier months together eerder, which few opgaven have.
#}
{% macro maanddeel(kolom) -%}
    case
        when met_dagen.maand < met_dagen.laatste_maand then {{ deel_naar_dagen('met_dagen.' ~ kolom) }}
        else met_dagen.{{ kolom }} - coalesce(eerder.{{ kolom }}, 0)
    end
{%- endmacro %}

{# Reads: dagen, dagen_totaal. #}
{% macro deel_naar_dagen(kolom) -%}
    {{ kolom }} * dagen // dagen_totaal
{%- endmacro %}

{# Euros as written, with a comma or a point before the cents (bedrag_euro in a contract). #}
{% macro euro(kolom) -%}
    cast(replace({{ kolom }}, ',', '.') as decimal(12, 2))
{%- endmacro %}
