{# The rungs of the ladder (domein 1.3), from school to lost, and what is not known. #}
{% macro rmc_statussen() -%}
    {{ return([
        'in_onderwijs', 'startkwalificatie', 'vrijstelling', 'werk_voldoende', 'werk_onvoldoende',
        'uitkering', 'in_begeleiding_rmc', 'bekend_elders', 'verklaard', 'wil_niet', 'verdwenen',
        'onbekend'
    ]) }}
{%- endmacro %}

{#
    The counts of `rmc_tellingen`, which add up from area to area; where of nobody in an area it is
    known, there is nothing to add.
#}
{% macro rmc_telkolommen() -%}
    {%- set kolommen = ['jongeren', 'doelgroep', 'kwalificatieplichtig', 'doelgroep_onbekend'] -%}
    {%- for status in rmc_statussen() -%}
        {%- do kolommen.append('doelgroep_' ~ (
            'status_onbekend' if status == 'onbekend' else status
        )) -%}
    {%- endfor -%}
    {{ return(kolommen + [
        'doelgroep_in_beeld', 'verdwenen_seed', 'verdwenen_onbekend', 'buiten_beeld_cbs',
        'zonder_school_18_22', 'beoordeeld_18_22', 'in_beeld_18_22', 'onbeslist_18_22',
        'ib_prioriteit_1', 'ib_prioriteit_2', 'ib_prioriteit_3', 'ib_prioriteit_4',
        'ib_prioriteit_5', 'ib_prioriteit_onbekend',
        'nieuw_verdwenen', 'terug_in_beeld',
        'vsv_nieuw', 'vsv_oud', 'vsv_onbekend', 'uitgeschreven', 'heringeschreven'
    ]) }}
{%- endmacro %}

{# These counts by name, each with a comma behind it. #}
{% macro rmc_kolommen(relatie=none) -%}
    {%- for kolom in rmc_telkolommen() %}
        {{ relatie ~ '.' if relatie }}{{ kolom }},
    {%- endfor %}
{%- endmacro %}

{#
    How many rows something holds for. Null when it may hold for some (`mogelijk`) and of none of
    these it is known (`bekend`): what a month cannot tell yet, or lacks the history for, is not zero.
#}
{% macro rmc_aantal(telt, mogelijk, bekend) -%}
    case
        when
            count(*) filter (where {{ mogelijk }}) = 0
            or count(*) filter (where {{ mogelijk }} and {{ bekend }}) > 0
            then cast(count(*) filter (where {{ telt }}) as integer)
    end
{%- endmacro %}

{# Whom school, diploma or exemption shows cannot be lost; of all others it is the question. #}
{% macro rmc_kan_verdwijnen() -%}
    status not in ('in_onderwijs', 'startkwalificatie', 'vrijstelling')
{%- endmacro %}

{% macro rmc_verdwenen() -%}
    {{ rmc_aantal(
        'verdwenen_seed',
        rmc_kan_verdwijnen(),
        'inkomen_bekend and verdwenen_seed is not null'
    ) }} as verdwenen_seed,
    cast(count(*) filter (where verdwenen_seed is null) as integer) as verdwenen_onbekend
{%- endmacro %}

{#
    The measure of Zoetermeer (domein 1.3) is about who is 18 to 22, in no school and without a
    startkwalificatie, and only those whose income is known: else the months in which wages still come
    in would hold just those whom something else shows.
#}
{% macro rmc_maat_18_22() -%}
    {%- set zonder_school = 'leeftijd between 18 and 22 and not startkwalificatie'
        ~ ' and not in_onderwijs and ' ~ rmc_in_doelgroep() -%}
    cast(count(*) filter (where {{ zonder_school }}) as integer) as zonder_school_18_22,
    cast(count(*) filter (where {{ zonder_school }} and inkomen_bekend) as integer)
        as beoordeeld_18_22,
    cast(count(*) filter (where {{ zonder_school }} and inkomen_bekend and in_beeld) as integer)
        as in_beeld_18_22,
    cast(
        count(*) filter (where {{ zonder_school }} and inkomen_bekend and in_beeld is null)
        as integer
    ) as onbeslist_18_22
{%- endmacro %}

{#
    The target group of RMC begins where compulsory education ends (domein 2.10): who must still
    qualify is in the monitor, and counted apart.
#}
{% macro rmc_in_doelgroep() -%}
    doelgroep not in ('geen', 'onbekend', 'kwalificatieplicht')
{%- endmacro %}

{# The counts over rows of `rmc_jongeren`. #}
{% macro rmc_tellingen() -%}
    {%- set in_doelgroep = rmc_in_doelgroep() -%}
    {%- set kan_verdwijnen = rmc_kan_verdwijnen() -%}
    {%- set kan_uitvallen = '(coalesce(vsv_nieuw, true) or coalesce(vsv_oud, true))' -%}
    {{ rmc_slechtste_status(in_doelgroep) }} as parameter_status,
    cast(count(*) as integer) as jongeren,
    cast(count(*) filter (where {{ in_doelgroep }}) as integer) as doelgroep,
    cast(count(*) filter (where doelgroep = 'kwalificatieplicht') as integer)
        as kwalificatieplichtig,
    cast(count(*) filter (where doelgroep = 'onbekend') as integer) as doelgroep_onbekend,
    {%- for status in rmc_statussen() %}
    cast(count(*) filter (where {{ in_doelgroep }} and status = '{{ status }}') as integer)
        as doelgroep_{{ 'status_onbekend' if status == 'onbekend' else status }},
    {%- endfor %}
    cast(count(*) filter (where {{ in_doelgroep }} and in_beeld) as integer) as doelgroep_in_beeld,
    {{ rmc_verdwenen() }},
    {{ rmc_aantal(
        'buiten_beeld_cbs', 'not coalesce(in_onderwijs, false)', 'buiten_beeld_cbs is not null'
    ) }} as buiten_beeld_cbs,
    {{ rmc_maat_18_22() }},
    {%- for prioriteit in range(1, 6) %}
    {{ rmc_aantal(
        in_doelgroep ~ ' and ib_prioriteit = ' ~ prioriteit, in_doelgroep, 'ib_prioriteit is not null'
    ) }} as ib_prioriteit_{{ prioriteit }},
    {%- endfor %}
    cast(count(*) filter (where {{ in_doelgroep }} and ib_prioriteit is null) as integer)
        as ib_prioriteit_onbekend,
    {{ rmc_aantal(
        "overgang = 'nieuw_verdwenen'", kan_verdwijnen, 'inkomen_bekend and overgang is not null'
    ) }} as nieuw_verdwenen,
    {{ rmc_aantal(
        "overgang = 'terug_in_beeld'", kan_verdwijnen, 'inkomen_bekend and overgang is not null'
    ) }} as terug_in_beeld,
    {{ rmc_aantal('vsv_nieuw', kan_uitvallen, 'vsv_nieuw is not null') }} as vsv_nieuw,
    {{ rmc_aantal('vsv_oud', kan_uitvallen, 'vsv_oud is not null') }} as vsv_oud,
    cast(count(*) filter (where vsv_nieuw is null or vsv_oud is null) as integer) as vsv_onbekend,
    {{ rmc_aantal('uitgeschreven', 'true', 'uitgeschreven is not null') }} as uitgeschreven,
    -- Without the month before nobody is known to return; with it, who may have left before.
    case
        when count(uitgeschreven) > 0 or count(*) = 0
            then {{ rmc_aantal(
                'heringeschreven',
                'uitgeschreven is not null and coalesce(heringeschreven, true)',
                'heringeschreven'
            ) }}
    end as heringeschreven
{%- endmacro %}

{# The worst status of the figures that any of the rows rests on. #}
{% macro rmc_slechtste_status(voorwaarde='true') -%}
    case
        when bool_or({{ voorwaarde }} and parameter_status = 'ontbreekt') then 'ontbreekt'
        when bool_or({{ voorwaarde }} and parameter_status = 'te_verifieren') then 'te_verifieren'
        else 'bevestigd'
    end
{%- endmacro %}

{#
    The reference dates of each gemeente: its own, and those for every gemeente, of which its own
    goes first.
#}
{% macro rmc_peildatums() -%}
    select
        gemeenten.gemeente,
        peildatums.nulmeting,
        peildatums.peildatum,
        -- The state of a reference date is that of the last month that was over by then: 1 October is
        -- the end of September.
        cast(date_trunc('month', peildatums.peildatum + 1) - to_months(1) as date) as peilmaand
    from {{ source('grootboek', 'gemeenten') }} as gemeenten
    inner join {{ ref('rmc_peildatums') }} as peildatums
        on coalesce(peildatums.gemeente, gemeenten.gemeente) = gemeenten.gemeente
    qualify
        row_number() over (
            partition by gemeenten.gemeente, peildatums.peildatum
            order by peildatums.gemeente nulls last
        ) = 1
{%- endmacro %}

{# Of whom it can be said, the share that is in sight; unknown where for some it cannot. #}
{% macro rmc_pct_in_beeld(
    beoordeeld='beoordeeld_18_22', in_beeld='in_beeld_18_22', onbeslist='onbeslist_18_22'
) -%}
    case
        when {{ onbeslist }} = 0 and {{ beoordeeld }} > 0
            then cast(100.0 * {{ in_beeld }} / {{ beoordeeld }} as decimal(5, 1))
    end
{%- endmacro %}

{# What became of who was lost at a baseline (nu_), and through what they were found (door_). #}
{% macro rmc_uitkomsten() -%}
    {%- set kolommen = [
        'nu_in_beeld', 'nu_verdwenen', 'nu_onbekend', 'nu_te_oud', 'nu_verhuisd', 'nu_overleden',
        'nu_weg'
    ] -%}
    {%- for status in rmc_statussen() if status != 'verdwenen' -%}
        {%- do kolommen.append('door_' ~ status) -%}
    {%- endfor -%}
    {{ return(kolommen) }}
{%- endmacro %}

{% macro rmc_uitkomst_tellingen() -%}
    {%- for kolom in rmc_uitkomsten() %}
        {%- set uitkomst = kolom[3:] if kolom.startswith('nu_') else 'in_beeld' -%}
        {%- set trede = " and status = '" ~ kolom[5:] ~ "'" if kolom.startswith('door_') else '' %}
        cast(count(*) filter (where uitkomst = '{{ uitkomst }}'{{ trede }}) as integer)
            as {{ kolom }},
    {%- endfor %}
{%- endmacro %}

{# The same, none of them known where the baseline is not. #}
{% macro rmc_uitkomst_kolommen(geteld, bekend) -%}
    {%- for kolom in rmc_uitkomsten() %}
        case when {{ bekend }} is not null then coalesce({{ geteld }}.{{ kolom }}, 0) end
            as {{ kolom }},
    {%- endfor %}
{%- endmacro %}

{# The residents whom RMC looks at, in the months of a CTE with `maand` and `peildatum`. #}
{% macro rmc_populatie(maanden) -%}
    select
        personen.bsn_versleuteld,
        personen.maand,
        personen.wijk,
        personen.buurt,
        personen.gemeente,
        personen.leeftijd
    from {{ ref('personen') }} as personen
    inner join {{ maanden }} as maanden on personen.maand = maanden.maand
    inner join {{ ref('rmc_regels') }} as regels
        on
            regels.soort = 'populatie'
            and maanden.peildatum >= regels.geldig_vanaf
            and (regels.geldig_tot is null or maanden.peildatum <= regels.geldig_tot)
            and personen.leeftijd >= regels.leeftijd_vanaf
            and personen.leeftijd < regels.leeftijd_tot
{%- endmacro %}
