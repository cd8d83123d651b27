{#
    Dates as the registers write them: JJJJMMDD, in which the day, the month and the day, or all
    may be zero because they are not known (Logisch Ontwerp BRP).
#}

{# The date when it is complete and exists, else null. #}
{% macro volledige_datum(kolom) -%}
    try_cast(
        nullif(substr({{ kolom }}, 1, 4), '0000')
        || '-' || substr({{ kolom }}, 5, 2) || '-' || substr({{ kolom }}, 7)
        as date
    )
{%- endmacro %}

{#
    The date in which the unknown parts are filled in: null when the year is not known or the
    date does not exist. Without a month the day means nothing.
#}
{% macro aangevulde_datum(kolom, maand_en_dag, dag) -%}
    case
        when {{ kolom }} like '0000%' then null
        when substr({{ kolom }}, 5, 2) = '00'
            then try_cast(substr({{ kolom }}, 1, 4) || '-{{ maand_en_dag }}' as date)
        when substr({{ kolom }}, 7) = '00'
            then try_cast(
                substr({{ kolom }}, 1, 4) || '-' || substr({{ kolom }}, 5, 2) || '-{{ dag }}' as date
            )
        else {{ volledige_datum(kolom) }}
    end
{%- endmacro %}

{# The earliest day it can have been. #}
{% macro vroegste_datum(kolom) -%}
    {{ aangevulde_datum(kolom, '01-01', '01') }}
{%- endmacro %}

{# The end as written, unless the source writes by it that there is none known: 99991231. #}
{% macro bekend_einde(kolom) -%}
    case when {{ kolom }} not like '9999%' then {{ kolom }} end
{%- endmacro %}

{#
    The day on which someone born on `datum` is `maanden` months old. Who was born on a day that
    the month does not have (29 February) is so on the first day of the next month.
#}
{% macro dag_van_leeftijd(datum, maanden) -%}
    case
        when day({{ datum }} + to_months({{ maanden }})) < day({{ datum }})
            then cast({{ datum }} + to_months({{ maanden }}) as date) + 1
        else cast({{ datum }} + to_months({{ maanden }}) as date)
    end
{%- endmacro %}
