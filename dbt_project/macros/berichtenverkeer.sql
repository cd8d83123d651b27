{#
    Messages of iWmo and iJw: which change of a key is the last, and what ran on the last day of a
    month. Both deliveries have the same columns and rules; only their code lists differ.
#}

{#
    The last change of every key, with what was withdrawn among them. Within one version a message
    of a later day wins, and of allocations of one day the later time. At the same moment a removal
    goes before what is delivered anew: that is how the standard has a mistake corrected (CS058).
#}
{% macro geldende_mutaties(levering) -%}
with leveringen as (
    select
        levering_id,
        gemeente,
        levermaand,
        versie
    from {{ source('grootboek', 'leveringen') }}
    where delivery = '{{ levering }}'
),

producten as (
    select
        levering_id,
        eenheid,
        bsn_versleuteld,
        geboortedatum,
        soort_bericht,
        dagtekening,
        gemeentecode,
        aanbieder,
        toewijzing,
        status,
        categorie,
        productcode,
        toewijzingsdatum,
        toewijzingstijd,
        datum_aanvang,
        datum_einde,
        begindatum,
        reden_wijziging,
        reden_beeindiging,
        tijdelijk,
        omvang_volume,
        omvang_eenheid,
        omvang_frequentie,
        budget
    from {{ source('raw', levering ~ '__product') }}
    where status <> '9'
),

mutaties as (
    select
        producten.bsn_versleuteld,
        leveringen.gemeente,
        leveringen.levermaand,
        leveringen.levering_id,
        producten.eenheid,
        row_number() over (
            partition by leveringen.gemeente
            order by
                leveringen.versie,
                producten.dagtekening,
                producten.toewijzingsdatum nulls first,
                producten.toewijzingstijd nulls first,
                producten.status <> '3',
                producten.status,
                producten.eenheid
        ) as volgnummer,
        {{ volledige_datum('producten.geboortedatum') }} as geboortedatum,
        producten.soort_bericht,
        producten.toewijzing,
        producten.status = '3' as ingetrokken,
        producten.gemeentecode,
        producten.aanbieder,
        producten.categorie,
        producten.productcode,
        {{ volledige_datum('producten.datum_aanvang') }} as datum_aanvang,
        {{ volledige_datum('producten.datum_einde') }} as datum_einde,
        {{ volledige_datum('producten.begindatum') }} as begindatum,
        producten.reden_wijziging,
        producten.reden_beeindiging,
        producten.tijdelijk = 'ja' as tijdelijk,
        try_cast(producten.omvang_volume as integer) as omvang,
        producten.omvang_eenheid,
        producten.omvang_frequentie,
        try_cast(producten.budget as decimal(12, 2)) as budget
    from producten
    inner join leveringen on producten.levering_id = leveringen.levering_id
)

select
    bsn_versleuteld,
    gemeente,
    levermaand,
    levering_id,
    eenheid,
    volgnummer,
    geboortedatum,
    soort_bericht,
    toewijzing,
    ingetrokken,
    gemeentecode,
    aanbieder,
    categorie,
    productcode,
    datum_aanvang,
    datum_einde,
    begindatum,
    reden_wijziging,
    reden_beeindiging,
    tijdelijk,
    omvang,
    omvang_eenheid,
    omvang_frequentie,
    budget
from mutaties
qualify
    row_number() over (
        partition by gemeente, bsn_versleuteld, soort_bericht, toewijzing, begindatum, tijdelijk
        order by volgnummer desc
    ) = 1
{%- endmacro %}

{#
    The open months that a gemeente's messages describe: from the first to the last month of which
    they were delivered. So an allocation without an end runs to the last month delivered.
#}
{% macro beschreven_maanden(levering) -%}
    select
        leveringen.gemeente,
        maanden.maand,
        last_day(maanden.maand) as peildag
    from (
        select
            gemeente,
            min(levermaand) as eerste_maand,
            max(levermaand) as laatste_maand
        from {{ source('grootboek', 'leveringen') }}
        where delivery = '{{ levering }}'
        group by gemeente
    ) as leveringen
    inner join ({{ te_bouwen_maanden() }}) as maanden
        on maanden.maand between leveringen.eerste_maand and leveringen.laatste_maand
{%- endmacro %}

{#
    CTEs from the last changes of a law (`mutaties`) to `voorzieningen`: one row per person, month
    and allocation that on the last day of the month was allocated, or had begun and not stopped.

    Messages under a former BSN are joined to those of now before it is judged which is the last.
    The end days themselves are days of provision: an allocation runs on its last day, and what
    stopped on the reference day had not stopped yet. Of several deliveries on one allocation the
    last begun is the one that runs, or ran; a stop of an earlier one says nothing about it.
#}
{% macro voorzieningen_uit(levering, mutaties) -%}
    maanden as (
        {{ beschreven_maanden(levering) }}
    ),

    berichten as (
        select
            maanden.maand,
            maanden.peildag,
            mutaties.gemeente,
            mutaties.bsn_versleuteld,
            mutaties.geboortedatum,
            mutaties.volgnummer,
            mutaties.soort_bericht,
            mutaties.toewijzing,
            mutaties.ingetrokken,
            mutaties.datum_aanvang,
            mutaties.datum_einde,
            mutaties.begindatum,
            mutaties.tijdelijk,
            {
                'datum': mutaties.datum_aanvang,
                'aanbieder': mutaties.aanbieder,
                'categorie': mutaties.categorie,
                'productcode': mutaties.productcode,
                'omvang': mutaties.omvang,
                'eenheid': mutaties.omvang_eenheid,
                'frequentie': mutaties.omvang_frequentie,
                'budget': mutaties.budget,
                'reden': mutaties.reden_beeindiging,
                'tijdelijk': mutaties.tijdelijk
            } as feit
        from {{ mutaties }} as mutaties
        inner join maanden on mutaties.gemeente = maanden.gemeente
    ),

    van_personen as (
        select
            {{ persoon_kolommen('berichten') }},
            berichten.peildag,
            berichten.volgnummer,
            berichten.soort_bericht,
            berichten.toewijzing,
            berichten.ingetrokken,
            berichten.datum_aanvang,
            berichten.datum_einde,
            berichten.begindatum,
            berichten.tijdelijk,
            berichten.feit
        from berichten
        {{ met_persoon('berichten') }}
    ),

    laatste as (
        select
            bsn_versleuteld,
            maand,
            wijk,
            buurt,
            gemeente,
            inwoner,
            identiteit_conflict,
            peildag,
            volgnummer,
            soort_bericht,
            toewijzing,
            ingetrokken,
            datum_aanvang,
            datum_einde,
            begindatum,
            tijdelijk,
            feit
        from van_personen
        qualify
            row_number() over (
                partition by
                    gemeente,
                    bsn_versleuteld,
                    maand,
                    toewijzing,
                    soort_bericht,
                    begindatum,
                    tijdelijk
                order by volgnummer desc
            ) = 1
    ),

    feiten as (
        select
            bsn_versleuteld,
            maand,
            wijk,
            buurt,
            gemeente,
            inwoner,
            identiteit_conflict,
            volgnummer,
            soort_bericht,
            toewijzing,
            datum_aanvang,
            begindatum,
            tijdelijk,
            feit,
            max(begindatum) filter (where soort_bericht = '305') over (
                partition by gemeente, bsn_versleuteld, maand, toewijzing
            ) as laatste_begin
        from laatste
        where
            not ingetrokken
            and datum_aanvang <= peildag
            and (datum_einde is null or datum_einde >= peildag)
            and (soort_bericht <> '307' or datum_aanvang < peildag)
    ),

    per_toewijzing as (
        select
            bsn_versleuteld,
            maand,
            wijk,
            buurt,
            gemeente,
            inwoner,
            bool_or(identiteit_conflict) as identiteit_conflict,
            toewijzing,
            any_value(feit) filter (where soort_bericht = '301') as toegewezen,
            any_value(feit) filter (
                where soort_bericht = '305' and begindatum = laatste_begin
            ) as begonnen,
            arg_max(feit, row(datum_aanvang, not tijdelijk, volgnummer)) filter (
                where soort_bericht = '307' and begindatum >= coalesce(laatste_begin, begindatum)
            ) as gestopt
        from feiten
        group by bsn_versleuteld, maand, wijk, buurt, gemeente, inwoner, toewijzing
    ),

    voorzieningen as (
        select
            bsn_versleuteld,
            maand,
            wijk,
            buurt,
            gemeente,
            inwoner,
            identiteit_conflict,
            -- With the internal token in it: a number alone could be guessed.
            sha256('toewijzing|' || bsn_versleuteld || '|' || toewijzing) as toewijzing,
            toegewezen is not null as toegewezen,
            toegewezen.datum as datum_toegewezen,
            begonnen is not null as begonnen,
            begonnen.datum as datum_begonnen,
            gestopt is not null as gestopt,
            gestopt.datum as datum_gestopt,
            gestopt.tijdelijk as tijdelijk_gestopt,
            gestopt.reden as reden_beeindiging,
            coalesce(toegewezen, begonnen).categorie as categorie,
            coalesce(toegewezen, begonnen).productcode as productcode,
            toegewezen.omvang as omvang,
            toegewezen.eenheid as eenheid,
            toegewezen.frequentie as frequentie,
            toegewezen.budget as budget,
            coalesce(toegewezen, begonnen).aanbieder as aanbieder
        from per_toewijzing
        where toegewezen is not null or (begonnen is not null and gestopt is null)
    )
{%- endmacro %}

{# What a code of the standard means; the codes are a seed, and one of a list has one meaning. #}
{% macro met_betekenis(rel, kolom, codelijst, als) -%}
    left join {{ ref('istandaarden_codes') }} as {{ als }}
        on {{ als }}.codelijst = '{{ codelijst }}' and {{ rel }}.{{ kolom }} = {{ als }}.code
{%- endmacro %}
