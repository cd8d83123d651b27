{#
    An addition as it can be compared (domein 4.2): letter and addition in one, in capitals, with
    letters and digits only and numbers without leading zeros, so that A-1, a 1 and A01 are one.
#}
{% macro genormaliseerde_toevoeging(huisletter, toevoeging) -%}
    regexp_replace(
        regexp_replace(
            upper(coalesce({{ huisletter }}, '') || coalesce({{ toevoeging }}, '')),
            '[^A-Z0-9]',
            '',
            'g'
        ),
        '(^|[A-Z])0+([0-9])',
        '\1\2',
        'g'
    )
{%- endmacro %}

{#
    One value for all that an address says of itself; it never leaves staging. Where a source names
    the buurt too, that is part of it; where it does not, the address is the same as everybody's.
#}
{% macro adres_vraag(
    object, nummeraanduiding, postcode, huisnummer, huisletter, toevoeging, buurt=none
) -%}
    md5(concat_ws(
        '|',
        coalesce({{ object }}, ''),
        coalesce({{ nummeraanduiding }}, ''),
        coalesce({{ postcode }}, ''),
        coalesce({{ huisnummer }}, ''),
        {{ genormaliseerde_toevoeging(huisletter, toevoeging) }},
        {{ buurt or 'cast(null as varchar)' }}
    ))
{%- endmacro %}

{# The wijk in which a buurt lies: it is part of its code. #}
{% macro wijk_van_buurt(buurt) -%}
    'WK' || substr({{ buurt }}, 3, 6)
{%- endmacro %}

{# Which occurrence speaks for a day: one that holds, else the last before, else the first after. #}
{% macro beste_voorkomen(voorkomen, dag) -%}
    case
        when {{ voorkomen }}.vanaf <= {{ dag }}
            and ({{ voorkomen }}.tot is null or {{ voorkomen }}.tot > {{ dag }})
            then 0
        when {{ voorkomen }}.vanaf <= {{ dag }} then 1
        else 2
    end,
    abs({{ voorkomen }}.vanaf - {{ dag }})
{%- endmacro %}
