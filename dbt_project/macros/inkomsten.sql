{# A text in euros as whole cents. #}
{% macro in_cent(kolom) -%}
    cast({{ euro(kolom) }} * 100 as bigint)
{%- endmacro %}

{#
    The last day of an opgave. Without an end, or with one before its begin, it belongs to the month
    in which it begins.
#}
{% macro einde_van_opgave(opgave) -%}
    case
        when {{ opgave }}.datum_einde >= {{ opgave }}.datum_aanvang then {{ opgave }}.datum_einde
        else last_day({{ opgave }}.datum_aanvang)
    end
{%- endmacro %}

{# An indication of the SGR: 1 is yes, 2 is no; 0 occurs too. #}
{% macro ja_nee(kolom) -%}
    case {{ kolom }}
        when '1' then true
        when '2' then false
        when '0' then false
    end
{%- endmacro %}

{#
    The kind of income relation under which the loonaangifte knows a benefit of the SVB; null for
    what it does not know as income of the person (kinderbijslag, pgb). The AIO is algemene bijstand
    that the SVB pays (Participatiewet art. 47a).
#}
{% macro soort_van_wet(kolom) -%}
    case {{ kolom }}
        when 'AOW' then '22'
        when 'ANW' then '24'
        when 'AIO' then '43'
    end
{%- endmacro %}
