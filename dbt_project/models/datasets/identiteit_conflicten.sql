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

-- Household income has no dataset of its own: it is part of `huishoudens`.
with rijen as (
    select
        gemeente,
        maand,
        bsn_versleuteld,
        geboortedatum
    from {{ ref('stg_inkomen_huishouden') }}
    where geboortedatum is not null
),

van_huishoudinkomens as (
    select
        {{ persoon_kolommen('rijen') }},
        'inkomen_huishouden' as bron
    from rijen
    {{ met_persoon('rijen') }}
),

conflicten as (
    select
        bsn_versleuteld,
        maand,
        wijk,
        buurt,
        gemeente,
        inwoner,
        identiteit_conflict,
        bron
    from van_huishoudinkomens
    where identiteit_conflict
    union
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
            and maand in ({{ te_bouwen_maanden() }})
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
