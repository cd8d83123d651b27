{{ config(materialized='table') }}

with open_maanden as (
    select maand from {{ source('grootboek', 'open_maanden') }}
),

opgaven as (
    select
        bsn_versleuteld,
        gemeente,
        levermaand,
        versie,
        levering_id,
        eenheid,
        inkomstenverhouding,
        datum_aanvang,
        datum_einde,
        cast(date_trunc('month', datum_aanvang) as date) as eerste_maand,
        cast(date_trunc('month', datum_einde) as date) as laatste_maand,
        datum_einde - datum_aanvang + 1 as dagen_totaal,
        uren,
        loon_sv_cent,
        loon_lb_cent,
        ingehouden_loonheffing_cent,
        vakantietoeslag_cent,
        vakantietoeslag_opgebouwd_cent
    from {{ ref('stg_suwinet_inkomstenopgaven') }}
),

opgaven_in_open_maanden as (
    select
        opgaven.bsn_versleuteld,
        opgaven.gemeente,
        opgaven.levermaand,
        opgaven.versie,
        opgaven.levering_id,
        opgaven.eenheid,
        opgaven.inkomstenverhouding,
        opgaven.datum_aanvang,
        opgaven.datum_einde,
        opgaven.laatste_maand,
        opgaven.dagen_totaal,
        opgaven.uren,
        opgaven.loon_sv_cent,
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
        from open_maanden
        where open_maanden.maand between opgaven.eerste_maand and opgaven.laatste_maand
    )
),

met_dagen as (
    select
        bsn_versleuteld,
        gemeente,
        levermaand,
        versie,
        levering_id,
        eenheid,
        inkomstenverhouding,
        datum_aanvang,
        maand,
        laatste_maand,
        dagen_totaal,
        least(datum_einde, last_day(maand)) - greatest(datum_aanvang, maand) + 1 as dagen,
        uren,
        loon_sv_cent,
        loon_lb_cent,
        ingehouden_loonheffing_cent,
        vakantietoeslag_cent,
        vakantietoeslag_opgebouwd_cent
    from opgaven_in_open_maanden
),

verdeeld as (
    select
        bsn_versleuteld,
        gemeente,
        levermaand,
        versie,
        levering_id,
        eenheid,
        inkomstenverhouding,
        datum_aanvang,
        maand,
        {{ maanddeel('uren') }} as uren,
        {{ maanddeel('loon_sv_cent') }} as loon_sv_cent,
        {{ maanddeel('loon_lb_cent') }} as loon_lb_cent,
        {{ maanddeel('ingehouden_loonheffing_cent') }} as ingehouden_loonheffing_cent,
        {{ maanddeel('vakantietoeslag_cent') }} as vakantietoeslag_cent,
        {{ maanddeel('vakantietoeslag_opgebouwd_cent') }} as vakantietoeslag_opgebouwd_cent
    from met_dagen
)

select
    verdeeld.bsn_versleuteld,
    verdeeld.maand,
    verdeeld.gemeente,
    verdeeld.levermaand,
    verdeeld.versie,
    verdeeld.levering_id,
    verdeeld.eenheid,
    verdeeld.inkomstenverhouding,
    verdeeld.datum_aanvang,
    cast(verdeeld.uren as integer) as uren,
    cast(verdeeld.loon_sv_cent as bigint) as loon_sv_cent,
    cast(verdeeld.loon_lb_cent as bigint) as loon_lb_cent,
    cast(verdeeld.ingehouden_loonheffing_cent as bigint) as ingehouden_loonheffing_cent,
    cast(verdeeld.vakantietoeslag_cent as bigint) as vakantietoeslag_cent,
    cast(verdeeld.vakantietoeslag_opgebouwd_cent as bigint) as vakantietoeslag_opgebouwd_cent
from verdeeld
inner join open_maanden on verdeeld.maand = open_maanden.maand
