{#
    The months that a model builds.

    Before a build each kept (incremental) model is given the months that a delivery opened which it
    reads through staging. A month that comes out as it was ends there; one that comes out otherwise
    is given to the models that read it too, as far as they read it (`leest_maanden`), and waits to
    be tested and published. A table that keeps nothing is made for all that its readers may
    come to ask; a view shows what those ask that read it.

    A unit test states the months of the one model that it is about.
#}
{% macro te_bouwen_maanden() -%}
    select distinct bouw.maand
    from {{ source('grootboek', 'te_bouwen') }} as bouw
    {%- if model is defined and model.resource_type == 'model' %}
        {%- if model.config.materialized == 'view' %}
    where
        bouw.model in (
            select lezers.lezer
            from {{ source('grootboek', 'lezers') }} as lezers
            where lezers.model = '{{ model.name }}'
        )
        {%- else %}
    where bouw.model = '{{ model.name }}'
        {%- endif %}
    {%- endif %}
{%- endmacro %}

{# The months of a kept model that changed and are not yet published. #}
{% macro gewijzigde_maanden(naam) -%}
    select distinct gewijzigd.maand
    from {{ source('grootboek', 'gewijzigd') }} as gewijzigd
    where gewijzigd.model = '{{ naam }}'
{%- endmacro %}

{# Of the months that this model builds those that came out otherwise. #}
{% macro veranderde_maanden() -%}
    {{ gewijzigde_maanden(model.name) }}
        and gewijzigd.maand in ({{ te_bouwen_maanden() }})
{%- endmacro %}

{# What each row holds of the months that are built, and how it counts. #}
{% macro inhoud_van_maanden(relation, columns, telt) -%}
    select
        maand,
        hash({{ columns }}) as inhoud,
        {{ telt }} as keer
    from {{ relation }}
    where maand in ({{ te_bouwen_maanden() }})
{%- endmacro %}

{#
    Incremental strategy `maanden`: the rows that came out otherwise are replaced, all else stays.

    A row is known by what it holds, and a month comes out as it was when each row is there as often
    as before. So a correction of ten persons costs the writing of ten rows, not of the month.

    Not `delete+insert` by key: a month of which no row is left would keep its old rows. Not
    microbatch: it costs a round of statements for each month. dbt begins a transaction before this
    text and commits after the hooks, so all of it succeeds or none.
#}
{% macro get_incremental_maanden_sql(arg_dict) -%}
    {%- set columns = get_quoted_csv(arg_dict['dest_columns'] | map(attribute='name')) -%}
    {%- set oud, nieuw = arg_dict['target_relation'], arg_dict['temp_relation'] -%}
    {%- set anders = nieuw.incorporate(path={'identifier': nieuw.identifier ~ '_anders'}) -%}
    {%- set is_anders -%}
        (maand, hash({{ columns }})) in (select maand, inhoud from {{ anders }})
    {%- endset -%}
    create temporary table {{ anders }} as
    select
        maand,
        inhoud
    from (
        {{ inhoud_van_maanden(nieuw, columns, 1) }}
        union all
        {{ inhoud_van_maanden(oud, columns, -1) }}
    ) as rijen
    group by
        maand,
        inhoud
    having sum(keer) <> 0;

    insert into {{ source('grootboek', 'gewijzigd') }} (model, maand)
    select distinct
        '{{ model.name }}' as model,
        maand
    from {{ anders }};

    delete from {{ oud }}
    where
        maand in ({{ veranderde_maanden() }})
        and {{ is_anders }};

    insert into {{ oud }} ({{ columns }})
    select {{ columns }}
    from {{ nieuw }}
    where {{ is_anders }};

    drop table {{ anders }};
{%- endmacro %}

{# Before a kept model: of a table that is not there yet every month is another. #}
{% macro voor_de_bouw() -%}
    {% if _houdt_maanden() and load_cached_relation(this) is none -%}
    insert into {{ source('grootboek', 'gewijzigd') }} (model, maand)
    select
        bouw.model,
        bouw.maand
    from {{ source('grootboek', 'te_bouwen') }} as bouw
    where bouw.model = '{{ model.name }}'
    {% endif %}
{%- endmacro %}

{# After it: what changed is given to who reads it, and nothing is left to do. #}
{% macro na_de_bouw() -%}
    {% if _houdt_maanden() -%}
    insert into {{ source('grootboek', 'te_bouwen') }} (model, maand)
    select
        lezers.lezer as model,
        kandidaten.maand
    from ({{ veranderde_maanden() }}) as veranderd
    inner join {{ source('grootboek', 'lezers') }} as lezers
        on lezers.model = '{{ model.name }}'
    inner join {{ source('grootboek', 'kandidaten') }} as kandidaten
        on
            lezers.lezer = kandidaten.model
            and veranderd.maand <= kandidaten.maand
            and kandidaten.maand < veranderd.maand + to_months(lezers.venster)
    group by
        lezers.lezer,
        kandidaten.maand;

    delete from {{ source('grootboek', 'te_bouwen') }}
    where model = '{{ model.name }}';
    {% endif %}
{%- endmacro %}

{% macro _houdt_maanden() -%}
    {{ return(execute and model.config.materialized == 'incremental') }}
{%- endmacro %}

{#
    Where a test looks. A model that keeps its months is tested for those that changed: what came out
    as it was, was tested when it was made, and a month costs the same after five years.
#}
{% macro get_where_subquery(relation) -%}
    {%- set waar = [config.get('where')] | select | list -%}
    {%- set naam = model.attached_node if execute else none -%}
    {%- set getest = graph.nodes[naam] if naam else none -%}
    {%- if getest and getest.config.materialized == 'incremental' -%}
        {%- do waar.append('maand in (' ~ gewijzigde_maanden(getest.name) ~ ')') -%}
    {%- endif -%}
    {%- if waar -%}
        {%- set waar = waar | join(' and ') -%}
        {%- do return('(select * from ' ~ relation ~ ' where ' ~ waar ~ ') dbt_subquery') -%}
    {%- endif -%}
    {%- do return(relation) -%}
{%- endmacro %}
