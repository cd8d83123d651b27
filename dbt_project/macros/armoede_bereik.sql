{# What armoede_bereik says more than once. #}

{# Of whom non-use is told, beside all together. #}
{% macro bereik_kenmerken() -%}
    {{ return([
        'huishouden_type', 'inkomensbron', 'leeftijdsklasse', 'herkomst', 'langdurig_arm', 'wmo',
        'stapeling', 'stapeling_voorzieningen',
    ]) }}
{%- endmacro %}

{# The counts that add up over areas. #}
{% macro bereik_tellingen() -%}
    {{ return([
        'huishoudens', 'huishoudens_bekend', 'doelgroep_laag', 'doelgroep_hoog', 'gebruikers',
        'gebruikers_in_doelgroep', 'gebruikers_buiten_doelgroep', 'gebruikers_onbekend',
    ]) }}
{%- endmacro %}

{# The cells of buurten, added up to an area. #}
{% macro bereik_opgeteld(niveau, gebied) %}
    select
        gemeente,
        maand,
        '{{ niveau }}' as niveau,
        {{ gebied }} as gebied,
        regeling,
        kenmerk,
        waarde,
        max(regeling_naam) as regeling_naam,
        max(inkomensgrens_pct) as inkomensgrens_pct,
        bool_and(incl_vt) as incl_vt,
        bool_and(vermogenstoets) as vermogenstoets,
        bool_and(gebruik_bekend) as gebruik_bekend,
        {% for naam in bereik_tellingen() %}
            cast(sum({{ naam }}) as integer) as {{ naam }},
        {% endfor %}
        max(zekerheid) as zekerheid
    from cellen
    {% if niveau == 'buurt' %}
        where kenmerk = 'totaal'
    {% endif %}
    group by
        gemeente,
        maand,
        gebied,
        regeling,
        kenmerk,
        waarde
{% endmacro %}

{# As told of a household: yes, no or unknown. #}
{% macro ja_nee_onbekend(vraag) -%}
    case {{ vraag }} when true then 'ja' when false then 'nee' else 'onbekend' end
{%- endmacro %}

{# 0, 1, 2 or 3 and more. #}
{% macro stapeling(aantal) -%}
    case
        when {{ aantal }} is null then 'onbekend'
        when {{ aantal }} >= 3 then '3+'
        else cast({{ aantal }} as varchar)
    end
{%- endmacro %}

{#
    A norm without holiday allowance, as a part of the norm with it (Participatiewet art. 19 lid 3);
    an income with it is under a limit without it for sure when it is under that.
#}
{% macro deel_zonder_vakantietoeslag() -%}0.95{%- endmacro %}

{#
    And the most that an income with holiday allowance can be while without it is under that limit:
    it is at most 8 % on top (Wet minimumloon en minimumvakantiebijslag art. 15), and of net pay less.
#}
{% macro ten_hoogste_met_vakantietoeslag() -%}
    1.08 * {{ deel_zonder_vakantietoeslag() }}
{%- endmacro %}
