{#
    What armoede_buurt, armoede_wijk and armoede_gemeente say the same way. A count is empty, not
    zero, where of nobody is known what it counts.
#}

{# How many, of who is known to be so or not to be. #}
{% macro aantal_van_bekenden(bekend, telt) -%}
    case
        when bool_or({{ bekend }}) then cast(count(*) filter (where {{ telt }}) as integer)
    end
{%- endmacro %}

{# The shares of the norm at which the marts say who is poor. #}
{% macro armoede_procenten() -%}
    {{ return([100, 101, 105, 110, 120, 130, 150]) }}
{%- endmacro %}

{# What is counted of households, by area and definition; in the order of the marts. #}
{% macro armoede_van_huishoudens() -%}
    {%- set namen = [
        'huishoudens', 'huishoudens_bekend', 'huishoudens_arm',
    ] -%}
    {%- for procent in armoede_procenten() -%}
        {%- do namen.append('huishoudens_arm_' ~ procent) -%}
    {%- endfor -%}
    {%- do namen.extend([
        'huishoudens_met_kinderen', 'huishoudens_met_kinderen_bekend',
        'huishoudens_met_kinderen_arm', 'huishoudens_langdurig_bekend',
        'huishoudens_langdurig_arm', 'maanden_bekend', 'huishoudens_werkend_bekend',
        'huishoudens_werkend_arm', 'huishoudens_arm_voorziening_bekend',
        'huishoudens_verborgen_arm', 'gezinnen_onder_norm_zonder_uitkering',
        'gezinnen_extreem_laag_zonder_uitkering', 'kinderen_in_bijstand',
    ]) -%}
    {{ return(namen) }}
{%- endmacro %}

{# What is counted of persons. #}
{% macro armoede_van_personen() -%}
    {%- set namen = ['personen', 'personen_bekend', 'personen_arm'] -%}
    {%- for procent in armoede_procenten() -%}
        {%- do namen.append('personen_arm_' ~ procent) -%}
    {%- endfor -%}
    {%- do namen.extend([
        'personen_langdurig_bekend', 'personen_langdurig_arm', 'personen_verborgen_arm',
        'personen_werkend_bekend', 'personen_werkend_arm', 'kinderen', 'kinderen_bekend',
        'kinderen_arm', 'kinderen_langdurig_bekend', 'kinderen_langdurig_arm',
    ]) -%}
    {{ return(namen) }}
{%- endmacro %}

{# What is counted of who receives bijstand. #}
{% macro armoede_van_bijstand() -%}
    {{ return([
        'personen_bijstand', 'bijstand_instroom', 'bijstand_instroom_vestiging',
        'bijstand_uitstroom', 'bijstand_uitstroom_vertrek', 'bijstand_uitstroom_overlijden',
        'bijstand_uitstroom_werk', 'bijstand_uitstroom_overig',
    ]) }}
{%- endmacro %}

{# The counts of areas that were counted before, so that they add up. #}
{% macro armoede_opgeteld() -%}
    {%- for naam in
        armoede_van_huishoudens() + armoede_van_personen() + armoede_van_bijstand()
    %}
        cast(sum({{ naam }}) as integer) as {{ naam }},
    {%- endfor %}
        max(drempel_extreem_laag) as drempel_extreem_laag,
        max(drempel_status) as drempel_status,
        max({{ zekerheid('parameter_status') }}) filter (where parameter_status is not null)
            as zekerheid
{%- endmacro %}

{# What is shown: the counts, and shares over who is known, in %. #}
{% macro armoede_uitkomsten() -%}
    {%- for naam in
        armoede_van_huishoudens() + armoede_van_personen() + armoede_van_bijstand()
    %}
        {{ naam }},
    {%- endfor %}
    {%- for naam, delen in {
        'pct_huishoudens_bekend': ['huishoudens_bekend', 'huishoudens'],
        'pct_huishoudens_arm': ['huishoudens_arm', 'huishoudens_bekend'],
        'pct_huishoudens_met_kinderen_arm': [
            'huishoudens_met_kinderen_arm', 'huishoudens_met_kinderen_bekend'
        ],
        'pct_huishoudens_langdurig_arm': [
            'huishoudens_langdurig_arm', 'huishoudens_langdurig_bekend'
        ],
        'pct_maanden_bekend': ['maanden_bekend', '48 * huishoudens'],
        'pct_huishoudens_werkend_arm': ['huishoudens_werkend_arm', 'huishoudens_werkend_bekend'],
        'pct_huishoudens_verborgen_arm': [
            'huishoudens_verborgen_arm', 'huishoudens_arm_voorziening_bekend'
        ],
        'pct_personen_arm': ['personen_arm', 'personen_bekend'],
        'pct_personen_werkend_arm': ['personen_werkend_arm', 'personen_werkend_bekend'],
        'pct_kinderen_arm': ['kinderen_arm', 'kinderen_bekend'],
        'pct_kinderen_langdurig_arm': ['kinderen_langdurig_arm', 'kinderen_langdurig_bekend'],
    }.items() %}
        {{ armoede_aandeel(delen[0], delen[1]) }} as {{ naam }},
    {%- endfor %}
        drempel_extreem_laag,
        drempel_status,
        {{ parameter_status('zekerheid') }} as parameter_status
{%- endmacro %}

{# A share in %, to the hundredth; of nothing there is none. #}
{% macro armoede_aandeel(deel, geheel) -%}
    cast(round(100.0 * ({{ deel }}) / nullif({{ geheel }}, 0), 2) as decimal(5, 2))
{%- endmacro %}

{#
    Who is poor by the definition at hand. Reads: definities, lage_inkomens. Who uses a scheme is
    counted where every register speaks of the month; else only users would be known.
#}
{% macro arm_volgens(tabel) -%}
    case definities.armoede_definitie
            when 'bijstandsnorm' then {{ tabel }}.arm_110
            when 'mvs_voorziening'
                then
                    case
                        when {{ tabel }}.aantal_voorzieningen is not null
                            then {{ tabel }}.arm_administratief
                    end
            when 'cbs_lig' then lage_inkomens.arm
        end
{%- endmacro %}

{# Where nobody lives there are none; what is counted of who is known stays empty. #}
{% macro nul_zonder_rij(tabel, naam) -%}
    {%- set altijd = [
        'huishoudens', 'huishoudens_bekend', 'huishoudens_met_kinderen', 'personen',
        'personen_bekend', 'kinderen',
    ] -%}
    {%- if naam in altijd -%}
        coalesce({{ tabel }}.{{ naam }}, 0)
    {%- else -%}
        {{ tabel }}.{{ naam }}
    {%- endif -%}
{%- endmacro %}
