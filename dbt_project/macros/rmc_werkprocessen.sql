{#
    The work processes of `rmc_werkvoorraad` per month and area, for the areas that hold youths: how
    many opened, and of how many the first contact fell in the month, and how long it had taken.
#}
{% macro rmc_werkprocessen(gebied=none) -%}
    {%- set contact = "toestand <> 'ingetrokken'"
        ~ " and eerste_contact between maand and last_day(maand)" -%}
    {%- set gebied = ',\n        ' ~ gebied if gebied else '' -%}
    select
        maand,
        gemeente{{ gebied }},
        count(*) filter (where toestand <> 'ingetrokken' and maand = gebeurtenis_maand)
            as geopend,
        count(*) filter (where {{ contact }}) as met_contact,
        median(doorlooptijd_dagen) filter (where {{ contact }}) as doorlooptijd
    from {{ ref('rmc_werkvoorraad') }}
    where
        maand in ({{ te_bouwen_maanden() }})
        and leeftijd is not null
    group by
        maand,
        gemeente{{ gebied }}
{%- endmacro %}

{#
    As columns of an area: `processen` is the relation of the above, `zeggend` that of
    `stap_rmc_zeggende_maanden`. None is zero only where the month can tell.
#}
{% macro rmc_werkproces_kolommen(processen, zeggend) -%}
    case when {{ zeggend }}.gebeurtenissen then cast(coalesce({{ processen }}.geopend, 0) as integer) end
        as werkprocessen_geopend,
    case when {{ zeggend }}.contacten then cast(coalesce({{ processen }}.met_contact, 0) as integer) end
        as werkprocessen_met_contact,
    cast({{ processen }}.doorlooptijd as decimal(5, 1)) as doorlooptijd_contact
{%- endmacro %}
