{#
    Who a row of a register is about, in the words of the BRP of the month that the row describes.
    `rel` is a CTE with gemeente, maand, bsn_versleuteld and geboortedatum (a complete date, or
    null), of which the months are open:

        select {{ persoon_kolommen('rijen') }}, rijen.x from rijen {{ met_persoon('rijen') }}

    gives the four keys, gemeente, inwoner and identiteit_conflict. The token is the person's own
    of that month: a register that still knows a former BSN is translated, so what must be unique
    per person is grouped after this and not before.
#}
{% macro persoon_kolommen(rel) -%}
    coalesce(persoon_nu.bsn_versleuteld, {{ rel }}.bsn_versleuteld) as bsn_versleuteld,
    {{ rel }}.maand,
    coalesce(persoon_gebied.wijk, {{ onbekende_wijk(rel ~ '.gemeente') }}) as wijk,
    coalesce(persoon_gebied.buurt, {{ onbekende_buurt(rel ~ '.gemeente') }}) as buurt,
    {{ rel }}.gemeente,
    case
        when persoon_brp.maand is not null then persoon_gebied.bsn_versleuteld is not null
    end as inwoner,
    {{ rel }}.geboortedatum <> persoon_nu.geboortedatum as identiteit_conflict
{%- endmacro %}

{# The joins that `persoon_kolommen` reads; none of them multiplies a row. #}
{% macro met_persoon(rel) -%}
    left join (
        select
            gemeente,
            levermaand as maand
        from {{ source('grootboek', 'leveringen') }}
        where delivery = 'brp_personen'
    ) as persoon_brp
        on
            {{ rel }}.gemeente = persoon_brp.gemeente
            and {{ rel }}.maand = persoon_brp.maand
    left join ({{ bsn_nu() }}) as persoon_nu
        on
            {{ rel }}.gemeente = persoon_nu.gemeente
            and {{ rel }}.maand = persoon_nu.maand
            and {{ rel }}.bsn_versleuteld = persoon_nu.bsn_gevonden
    left join (
        select
            bsn_versleuteld,
            maand,
            wijk,
            buurt,
            gemeente
        from {{ ref('personen') }}
        where maand in ({{ te_bouwen_maanden() }})
    ) as persoon_gebied
        on
            persoon_nu.gemeente = persoon_gebied.gemeente
            and persoon_nu.maand = persoon_gebied.maand
            and persoon_nu.bsn_versleuteld = persoon_gebied.bsn_versleuteld
{%- endmacro %}

{# Whom a number means in the months that are built: of a table that keeps them all. #}
{% macro bsn_nu() -%}
    select
        gemeente,
        maand,
        bsn_gevonden,
        bsn_versleuteld,
        geboortedatum
    from {{ ref('stg_bsn_nu') }}
    where maand in ({{ te_bouwen_maanden() }})
{%- endmacro %}
