{#
    Incremental strategy `maanden`: what is open is replaced, all else stays.

    Not `delete+insert` by key: a month of which no row is left would keep its old rows. Not
    microbatch: it costs a round of statements for each month. dbt begins a transaction before
    this text and commits after it, so both statements succeed or neither does.
#}
{% macro get_incremental_maanden_sql(arg_dict) -%}
    {%- set columns = get_quoted_csv(arg_dict['dest_columns'] | map(attribute='name')) -%}
    delete from {{ arg_dict['target_relation'] }}
    where maand in (select maand from {{ source('grootboek', 'open_maanden') }});

    insert into {{ arg_dict['target_relation'] }} ({{ columns }})
    select {{ columns }}
    from {{ arg_dict['temp_relation'] }};
{%- endmacro %}
