{# The datasets whose register gives a birth date. A new one is added here and under leveringen. #}
{% set registers = [
    'bijstand',
    'inkomsten',
    'inkomsten_bevraging',
    'jeugdhulp',
    'minimaregelingen',
    'onderwijs',
    'rmc_trajecten',
    'schuldhulp',
    'startkwalificaties',
    'verzuim',
    'vroegsignalen',
    'wmo'
] %}

with conflicten as (
    {% for register in registers %}
        select
            bsn_versleuteld,
            maand,
            wijk,
            buurt,
            gemeente,
            inwoner,
            identiteit_conflict,
            bron
        from {{ ref(register) }}
        where
            identiteit_conflict
            and maand in (select open.maand from {{ source('grootboek', 'open_maanden') }} as open)
        {{ 'union' if not loop.last }}
    {% endfor %}
)

select distinct
    bsn_versleuteld,
    maand,
    wijk,
    buurt,
    gemeente,
    inwoner,
    identiteit_conflict,
    bron
from conflicten
