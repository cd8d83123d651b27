{#
    The months that a model builds.

    They are the open months; for a model that looks back (48 months poor, the month before) also
    the later ones whose outcome rests on them. `venster` is how many months a row rests on, its own
    included: the model's `venster_maanden`, unless another is given. Months that nothing describes
    are none.
#}
{% macro te_bouwen_maanden(venster=none) -%}
    {#- While dbt parses, a model has no configuration yet; the linter never gives it one. -#}
    {%- set meta = config.get('meta') if config.get is defined else none -%}
    {%- set maanden = venster or (meta or {}).get('venster_maanden', 1) -%}
    select bekend.maand
    from {{ source('grootboek', 'bekende_maanden') }} as bekend
    where
        exists (
            select 1
            from {{ source('grootboek', 'open_maanden') }} as open_maanden
            where
                bekend.maand >= open_maanden.maand
                and bekend.maand < open_maanden.maand + to_months({{ maanden }})
        )
{%- endmacro %}

{#
    Incremental strategy `maanden`: what is open is replaced, all else stays.

    Not `delete+insert` by key: a month of which no row is left would keep its old rows. Not
    microbatch: it costs a round of statements for each month. dbt begins a transaction before
    this text and commits after it, so both statements succeed or neither does.
#}
{% macro get_incremental_maanden_sql(arg_dict) -%}
    {%- set columns = get_quoted_csv(arg_dict['dest_columns'] | map(attribute='name')) -%}
    delete from {{ arg_dict['target_relation'] }}
    where maand in ({{ te_bouwen_maanden() }});

    insert into {{ arg_dict['target_relation'] }} ({{ columns }})
    select {{ columns }}
    from {{ arg_dict['temp_relation'] }};
{%- endmacro %}
