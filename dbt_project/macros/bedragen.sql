{# Whole cents, summed, as exact euros; null when there is nothing to sum. #}
{% macro som_in_euro(kolom) -%}
    cast(cast(sum({{ kolom }}) as decimal(14, 0)) * 0.01 as decimal(12, 2))
{%- endmacro %}

{#
    The share of a month in what an opgave of several months reports, by days: each earlier month
    truncated toward zero, what remains on the last, so that the shares add up exactly.
    Reads: eenheid, maand, laatste_maand, dagen, dagen_totaal.
#}
{% macro maanddeel(kolom) -%}
    case
        when maand < laatste_maand then {{ kolom }} * dagen // dagen_totaal
        else {{ kolom }} - coalesce(
            sum({{ kolom }} * dagen // dagen_totaal) over (
                partition by levering_id, eenheid
                order by maand
                rows between unbounded preceding and 1 preceding
            ),
            0
        )
    end
{%- endmacro %}

{# Euros as written, with a comma or a point before the cents (bedrag_euro in a contract). #}
{% macro euro(kolom) -%}
    cast(replace({{ kolom }}, ',', '.') as decimal(12, 2))
{%- endmacro %}
