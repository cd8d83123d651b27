{{ config(materialized='table') }}

with open_maanden as (
    select maand from {{ source('grootboek', 'open_maanden') }}
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
    from {{ ref('stg_inkomstenopgaven') }}
),

opgaven_in_open_maanden as (
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
        from open_maanden
        where open_maanden.maand between opgaven.eerste_maand and opgaven.laatste_maand
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
    from opgaven_in_open_maanden
),

verdeeld as (
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
        {{ maanddeel('uren') }} as uren,
        {{ maanddeel('loon_sv_cent') }} as loon_sv_cent,
        {{ maanddeel('netto_cent') }} as netto_cent,
        {{ maanddeel('loon_lb_cent') }} as loon_lb_cent,
        {{ maanddeel('ingehouden_loonheffing_cent') }} as ingehouden_loonheffing_cent,
        {{ maanddeel('vakantietoeslag_cent') }} as vakantietoeslag_cent,
        {{ maanddeel('vakantietoeslag_opgebouwd_cent') }} as vakantietoeslag_opgebouwd_cent
    from met_dagen
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
inner join open_maanden on verdeeld.maand = open_maanden.maand
