{# 
    What several armoede models say the same way. The rules themselves are in the models.
#}

{# From this age on a member's income must be known before that of the household is. #}
{% macro inkomen_gevraagd_vanaf() %}18{% endmacro %}

{# Of an amount without holiday allowance: the amount with it (Participatiewet art. 19 lid 3). #}
{% macro met_vakantietoeslag(bedrag) -%}
    cast(round({{ bedrag }} / 0.95, 2) as decimal(12, 2))
{%- endmacro %}

{# How sure a figure is, so that the worst is the highest. What is not there is missing. #}
{% macro zekerheid(status) -%}
    case {{ status }} when 'bevestigd' then 0 when 'te_verifieren' then 1 else 2 end
{%- endmacro %}

{% macro parameter_status(zekerheid) -%}
    case {{ zekerheid }} when 0 then 'bevestigd' when 1 then 'te_verifieren' when 2 then 'ontbreekt' end
{%- endmacro %}

{# How exact a net amount is, so that the least exact is the highest. #}
{% macro inkomen_methode(rang) -%}
    case {{ rang }}
        when 0 then 'geen_inkomsten'
        when 1 then 'netto_geleverd'
        when 2 then 'loonheffing_ingehouden'
        when 3 then 'loonheffing_berekend'
    end
{%- endmacro %}

{# What each of `aantal` who share the costs has of the norm for a couple (art. 22a lid 1). #}
{% macro kostendelersdeel(aantal) -%}
    (0.40 + 0.30 * {{ aantal }}) / {{ aantal }}
{%- endmacro %}

{# The classes in which the armoede marts tell ages. #}
{% macro leeftijdsklasse(leeftijd) -%}
    case
        when {{ leeftijd }} is null then 'onbekend'
        when {{ leeftijd }} < 4 then '0-3'
        when {{ leeftijd }} < 12 then '4-11'
        when {{ leeftijd }} < 18 then '12-17'
        when {{ leeftijd }} < 27 then '18-26'
        when {{ leeftijd }} < 45 then '27-44'
        when {{ leeftijd }} < 65 then '45-64'
        when {{ leeftijd }} < 75 then '65-74'
        else '75+'
    end
{%- endmacro %}

{# Poor or not: at the limit is poor, and what is not known stays so. #}
{% macro arm(procent) -%}
    inkomen_netto <= norm * {{ procent }} / 100
{%- endmacro %}

{#
    The kind of income that is the largest; of equals the one named first. Reads: loon, uitkering,
    pensioen, bijstand, overig.
#}
{% macro inkomensbron() -%}
    case
        when greatest(loon, uitkering, pensioen, bijstand, overig) <= 0 then 'geen'
        when loon >= greatest(uitkering, pensioen, bijstand, overig) then 'loon'
        when uitkering >= greatest(pensioen, bijstand, overig) then 'uitkering'
        when pensioen >= greatest(bijstand, overig) then 'pensioen'
        when bijstand >= overig then 'bijstand'
        else 'overig'
    end
{%- endmacro %}
