with leveringen as (
    select
        levering_id,
        gemeente,
        levermaand,
        versie
    from {{ source('grootboek', 'leveringen') }}
    where delivery = 'ib_inkomsten'
),

opgaven as (
    select
        levering_id,
        eenheid,
        bsn_versleuteld,
        melding,
        inkomstenverhouding,
        soort_inkomstenverhouding,
        loonheffingskorting,
        {{ vroegste_datum('datum_aanvang') }} as datum_aanvang,
        {{ vroegste_datum('datum_einde') }} as datum_einde,
        uren,
        loon_sv,
        netto,
        loon_lb,
        ingehouden_loonheffing,
        vakantietoeslag,
        vakantietoeslag_opgebouwd
    from {{ source('raw', 'ib_inkomsten__inkomstenopgave') }}
)

select
    opgaven.bsn_versleuteld,
    leveringen.gemeente,
    leveringen.levermaand,
    leveringen.versie,
    leveringen.levering_id,
    opgaven.eenheid,
    opgaven.inkomstenverhouding,
    opgaven.soort_inkomstenverhouding,
    {{ ja_nee('opgaven.loonheffingskorting') }} as loonheffingskorting,
    opgaven.datum_aanvang,
    {{ einde_van_opgave('opgaven') }} as datum_einde,
    opgaven.melding = 'gecorrigeerde_loonperiode' as gecorrigeerd,
    cast(opgaven.uren as integer) as uren,
    {{ in_cent('opgaven.loon_sv') }} as loon_sv_cent,
    {{ in_cent('opgaven.netto') }} as netto_cent,
    {{ in_cent('opgaven.loon_lb') }} as loon_lb_cent,
    {{ in_cent('opgaven.ingehouden_loonheffing') }} as ingehouden_loonheffing_cent,
    {{ in_cent('opgaven.vakantietoeslag') }} as vakantietoeslag_cent,
    {{ in_cent('opgaven.vakantietoeslag_opgebouwd') }} as vakantietoeslag_opgebouwd_cent
from opgaven
inner join leveringen on opgaven.levering_id = leveringen.levering_id
