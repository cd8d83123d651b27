{# A text in euros as whole cents. #}
{% macro in_cent(kolom) -%}
    cast({{ euro(kolom) }} * 100 as bigint)
{%- endmacro %}

{#
    The last day of an opgave. Without an end, or with one before its begin, it belongs to the month
    in which it begins.
#}
{% macro einde_van_opgave(opgave) -%}
    case
        when {{ opgave }}.datum_einde >= {{ opgave }}.datum_aanvang then {{ opgave }}.datum_einde
        else last_day({{ opgave }}.datum_aanvang)
    end
{%- endmacro %}

{# An indication of the SGR: 1 is yes, 2 is no; 0 occurs too. #}
{% macro ja_nee(kolom) -%}
    case {{ kolom }}
        when '1' then true
        when '2' then false
        when '0' then false
    end
{%- endmacro %}

{#
    The kind of income relation under which the loonaangifte knows a benefit of the SVB; null for
    what it does not know as income of the person (kinderbijslag, pgb). The AIO is algemene bijstand
    that the SVB pays (Participatiewet art. 47a).
#}
{% macro soort_van_wet(kolom) -%}
    case {{ kolom }}
        when 'AOW' then '22'
        when 'ANW' then '24'
        when 'AIO' then '43'
    end
{%- endmacro %}

{#
    The opgaven of the Inlichtingenbureau, in the columns of `stg_inkomstenopgaven`; what follows may
    join them, under the name `opgaven`. RMC takes them here: Suwinet may not serve it.
#}
{% macro opgaven_van_ib() -%}
select
    'ib_inkomsten' as bron,
    'IB' as dienst,
    opgaven.gemeente,
    opgaven.bsn_versleuteld,
    opgaven.levering_id,
    opgaven.versie,
    opgaven.levermaand,
    opgaven.eenheid,
    opgaven.inkomstenverhouding,
    cast(null as varchar) as wet,
    opgaven.soort_inkomstenverhouding,
    opgaven.loonheffingskorting,
    opgaven.gecorrigeerd,
    opgaven.datum_aanvang,
    opgaven.datum_einde,
    opgaven.uren,
    opgaven.loon_sv_cent,
    opgaven.netto_cent,
    opgaven.loon_lb_cent,
    opgaven.ingehouden_loonheffing_cent,
    opgaven.vakantietoeslag_cent,
    opgaven.vakantietoeslag_opgebouwd_cent
from {{ ref('stg_ib_inkomstenopgaven') }} as opgaven
{%- endmacro %}

{#
    Each opgave spread over the calendar months that it touches, by days; the open months only.
    `opgaven` is a relation or CTE of the columns of `stg_inkomstenopgaven`.
#}
{% macro opgave_maanden(opgaven) -%}
with maanden as (
    {{ te_bouwen_maanden() }}
),

opgaven as (
    select
        bron,
        dienst,
        gemeente,
        bsn_versleuteld,
        levering_id,
        versie,
        levermaand,
        eenheid,
        inkomstenverhouding,
        wet,
        soort_inkomstenverhouding,
        loonheffingskorting,
        gecorrigeerd,
        datum_aanvang,
        datum_einde,
        cast(date_trunc('month', datum_aanvang) as date) as eerste_maand,
        cast(date_trunc('month', datum_einde) as date) as laatste_maand,
        datum_einde - datum_aanvang + 1 as dagen_totaal,
        uren,
        loon_sv_cent,
        netto_cent,
        loon_lb_cent,
        ingehouden_loonheffing_cent,
        vakantietoeslag_cent,
        vakantietoeslag_opgebouwd_cent
    from {{ opgaven }}
),

opgaven_in_maanden as (
    select
        opgaven.bron,
        opgaven.dienst,
        opgaven.gemeente,
        opgaven.bsn_versleuteld,
        opgaven.levering_id,
        opgaven.versie,
        opgaven.levermaand,
        opgaven.eenheid,
        opgaven.inkomstenverhouding,
        opgaven.wet,
        opgaven.soort_inkomstenverhouding,
        opgaven.loonheffingskorting,
        opgaven.gecorrigeerd,
        opgaven.datum_aanvang,
        opgaven.datum_einde,
        opgaven.laatste_maand,
        opgaven.dagen_totaal,
        opgaven.uren,
        opgaven.loon_sv_cent,
        opgaven.netto_cent,
        opgaven.loon_lb_cent,
        opgaven.ingehouden_loonheffing_cent,
        opgaven.vakantietoeslag_cent,
        opgaven.vakantietoeslag_opgebouwd_cent,
        -- All its months, the closed ones too: what is left for the last depends on the others.
        cast(
            unnest(generate_series(opgaven.eerste_maand, opgaven.laatste_maand, interval 1 month))
            as date
        ) as maand
    from opgaven
    where exists (
        select 1
        from maanden
        where maanden.maand between opgaven.eerste_maand and opgaven.laatste_maand
    )
),

met_dagen as (
    select
        bron,
        dienst,
        gemeente,
        bsn_versleuteld,
        levering_id,
        versie,
        levermaand,
        eenheid,
        inkomstenverhouding,
        wet,
        soort_inkomstenverhouding,
        loonheffingskorting,
        gecorrigeerd,
        datum_aanvang,
        maand,
        laatste_maand,
        dagen_totaal,
        least(datum_einde, last_day(maand)) - greatest(datum_aanvang, maand) + 1 as dagen,
        uren,
        loon_sv_cent,
        netto_cent,
        loon_lb_cent,
        ingehouden_loonheffing_cent,
        vakantietoeslag_cent,
        vakantietoeslag_opgebouwd_cent
    from opgaven_in_maanden
),

-- Most opgaven are of one month and have no earlier ones: a window over all would cost far more.
eerder as (
    select
        levering_id,
        eenheid,
        sum({{ deel_naar_dagen('uren') }}) as uren,
        sum({{ deel_naar_dagen('loon_sv_cent') }}) as loon_sv_cent,
        sum({{ deel_naar_dagen('netto_cent') }}) as netto_cent,
        sum({{ deel_naar_dagen('loon_lb_cent') }}) as loon_lb_cent,
        sum({{ deel_naar_dagen('ingehouden_loonheffing_cent') }}) as ingehouden_loonheffing_cent,
        sum({{ deel_naar_dagen('vakantietoeslag_cent') }}) as vakantietoeslag_cent,
        sum({{ deel_naar_dagen('vakantietoeslag_opgebouwd_cent') }}) as vakantietoeslag_opgebouwd_cent
    from met_dagen
    where maand < laatste_maand
    group by
        levering_id,
        eenheid
),

verdeeld as (
    select
        met_dagen.bron,
        met_dagen.dienst,
        met_dagen.gemeente,
        met_dagen.bsn_versleuteld,
        met_dagen.levering_id,
        met_dagen.versie,
        met_dagen.levermaand,
        met_dagen.eenheid,
        met_dagen.inkomstenverhouding,
        met_dagen.wet,
        met_dagen.soort_inkomstenverhouding,
        met_dagen.loonheffingskorting,
        met_dagen.gecorrigeerd,
        met_dagen.datum_aanvang,
        met_dagen.maand,
        {{ maanddeel('uren') }} as uren,
        {{ maanddeel('loon_sv_cent') }} as loon_sv_cent,
        {{ maanddeel('netto_cent') }} as netto_cent,
        {{ maanddeel('loon_lb_cent') }} as loon_lb_cent,
        {{ maanddeel('ingehouden_loonheffing_cent') }} as ingehouden_loonheffing_cent,
        {{ maanddeel('vakantietoeslag_cent') }} as vakantietoeslag_cent,
        {{ maanddeel('vakantietoeslag_opgebouwd_cent') }} as vakantietoeslag_opgebouwd_cent
    from met_dagen
    left join eerder
        on
            met_dagen.levering_id = eerder.levering_id
            and met_dagen.eenheid = eerder.eenheid
)

select
    verdeeld.bron,
    verdeeld.dienst,
    verdeeld.gemeente,
    verdeeld.bsn_versleuteld,
    verdeeld.levering_id,
    verdeeld.versie,
    verdeeld.levermaand,
    verdeeld.eenheid,
    verdeeld.inkomstenverhouding,
    verdeeld.wet,
    verdeeld.soort_inkomstenverhouding,
    verdeeld.loonheffingskorting,
    verdeeld.gecorrigeerd,
    verdeeld.datum_aanvang,
    verdeeld.maand,
    cast(verdeeld.uren as integer) as uren,
    cast(verdeeld.loon_sv_cent as bigint) as loon_sv_cent,
    cast(verdeeld.netto_cent as bigint) as netto_cent,
    cast(verdeeld.loon_lb_cent as bigint) as loon_lb_cent,
    cast(verdeeld.ingehouden_loonheffing_cent as bigint) as ingehouden_loonheffing_cent,
    cast(verdeeld.vakantietoeslag_cent as bigint) as vakantietoeslag_cent,
    cast(verdeeld.vakantietoeslag_opgebouwd_cent as bigint) as vakantietoeslag_opgebouwd_cent
from verdeeld
inner join maanden on verdeeld.maand = maanden.maand
{%- endmacro %}

{#
    Which version counts, per source, service, gemeente, person and open month. A macro, because
    who may read one source only (RMC: never Suwinet) goes by the same rule.
#}
{% macro geldende_leveringen(antwoorden, opgave_maanden) -%}
with maanden as (
    {{ te_bouwen_maanden() }}
),

gevraagd as (
    select
        antwoorden.bron,
        antwoorden.dienst,
        antwoorden.gemeente,
        antwoorden.bsn_versleuteld,
        maanden.maand,
        antwoorden.levering_id,
        antwoorden.versie,
        antwoorden.levermaand,
        true as in_periode,
        false as gevonden,
        antwoorden.compleet
    from {{ antwoorden }} as antwoorden
    inner join maanden
        on maanden.maand between antwoorden.eerste_maand and antwoorden.laatste_maand
    -- The BRP is not asked about income; it only says who someone is.
    where antwoorden.dienst <> 'BRP'
),

opgegeven as (
    select
        bron,
        dienst,
        gemeente,
        bsn_versleuteld,
        maand,
        levering_id,
        versie,
        levermaand,
        false as in_periode,
        true as gevonden,
        true as compleet
    from {{ opgave_maanden }}
),

samen as (
    select
        bron,
        dienst,
        gemeente,
        bsn_versleuteld,
        maand,
        levering_id,
        versie,
        levermaand,
        in_periode,
        gevonden,
        compleet
    from gevraagd
    union all
    select
        bron,
        dienst,
        gemeente,
        bsn_versleuteld,
        maand,
        levering_id,
        versie,
        levermaand,
        in_periode,
        gevonden,
        compleet
    from opgegeven
),

-- One version may hold several responses about one person: together they are one.
per_levering as (
    select
        bron,
        dienst,
        gemeente,
        bsn_versleuteld,
        maand,
        levering_id,
        versie,
        levermaand,
        bool_or(in_periode) as in_periode,
        bool_or(gevonden) as gevonden,
        bool_and(compleet) as compleet
    from samen
    group by
        bron,
        dienst,
        gemeente,
        bsn_versleuteld,
        maand,
        levering_id,
        versie,
        levermaand
),

-- The newest that was asked about the month; where none was, the newest that speaks of it.
gekozen as (
    select
        bron,
        dienst,
        gemeente,
        bsn_versleuteld,
        maand,
        levering_id,
        versie,
        levermaand,
        in_periode,
        compleet
    from per_levering
    qualify
        row_number() over (
            partition by bron, dienst, gemeente, bsn_versleuteld, maand
            order by in_periode desc, versie desc
        ) = 1
)

-- What a later version says of the month without being asked about it comes on top.
select
    gekozen.bron,
    gekozen.dienst,
    gekozen.gemeente,
    gekozen.bsn_versleuteld,
    gekozen.maand,
    gekozen.levering_id,
    case when gekozen.in_periode then gekozen.versie else 0 end as vanaf_versie,
    gekozen.levermaand,
    gekozen.in_periode,
    bool_or(per_levering.gevonden) as gevonden,
    gekozen.compleet
from gekozen
inner join per_levering
    on
        gekozen.bron = per_levering.bron
        and gekozen.dienst = per_levering.dienst
        and gekozen.gemeente = per_levering.gemeente
        and gekozen.bsn_versleuteld = per_levering.bsn_versleuteld
        and gekozen.maand = per_levering.maand
        and (gekozen.versie <= per_levering.versie or not gekozen.in_periode)
group by
    gekozen.bron,
    gekozen.dienst,
    gekozen.gemeente,
    gekozen.bsn_versleuteld,
    gekozen.maand,
    gekozen.levering_id,
    gekozen.versie,
    gekozen.levermaand,
    gekozen.in_periode,
    gekozen.compleet
{%- endmacro %}

{#
    The version that was asked about the month speaks for all of it; a later one that was not, only
    for the opgaven it holds, of which it replaces those with the same key.
#}
{% macro geldende_opgave_maanden(opgave_maanden, leveringen) -%}
select
    opgave_maanden.maand,
    opgave_maanden.bron,
    opgave_maanden.dienst,
    opgave_maanden.gemeente,
    opgave_maanden.bsn_versleuteld,
    opgave_maanden.levering_id,
    opgave_maanden.versie,
    opgave_maanden.levermaand,
    opgave_maanden.eenheid,
    opgave_maanden.inkomstenverhouding,
    opgave_maanden.wet,
    opgave_maanden.soort_inkomstenverhouding,
    opgave_maanden.loonheffingskorting,
    opgave_maanden.gecorrigeerd,
    opgave_maanden.datum_aanvang,
    opgave_maanden.uren,
    opgave_maanden.loon_sv_cent,
    opgave_maanden.netto_cent,
    opgave_maanden.loon_lb_cent,
    opgave_maanden.ingehouden_loonheffing_cent,
    opgave_maanden.vakantietoeslag_cent,
    opgave_maanden.vakantietoeslag_opgebouwd_cent
from {{ opgave_maanden }} as opgave_maanden
inner join {{ leveringen }} as leveringen
    on
        opgave_maanden.bron = leveringen.bron
        and opgave_maanden.dienst = leveringen.dienst
        and opgave_maanden.gemeente = leveringen.gemeente
        and opgave_maanden.bsn_versleuteld = leveringen.bsn_versleuteld
        and opgave_maanden.maand = leveringen.maand
        and opgave_maanden.versie >= leveringen.vanaf_versie
qualify
    dense_rank() over (
        partition by
            opgave_maanden.bron,
            opgave_maanden.gemeente,
            opgave_maanden.bsn_versleuteld,
            opgave_maanden.maand,
            opgave_maanden.inkomstenverhouding,
            opgave_maanden.datum_aanvang
        order by opgave_maanden.versie desc
    ) = 1
{%- endmacro %}
