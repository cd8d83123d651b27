with leveringen as (
    select
        levering_id,
        gemeente,
        levermaand,
        versie
    from {{ source('grootboek', 'leveringen') }}
    where delivery = 'suwinet_inkomsten'
),

opgaven as (
    select
        levering_id,
        eenheid,
        bsn_versleuteld,
        inkomstenverhouding,
        datum_aanvang,
        {{ bekend_einde('datum_einde') }} as datum_einde,
        wet,
        uren,
        loon_sv,
        netto,
        loon_lb,
        ingehouden_loonheffing,
        vakantietoeslag,
        vakantietoeslag_opgebouwd
    from {{ source('raw', 'suwinet_inkomsten__inkomstenopgave') }}
),

met_datums as (
    select
        levering_id,
        eenheid,
        bsn_versleuteld,
        inkomstenverhouding,
        {{ vroegste_datum('datum_aanvang') }} as datum_aanvang,
        {{ vroegste_datum('datum_einde') }} as datum_einde,
        wet,
        uren,
        loon_sv,
        netto,
        loon_lb,
        ingehouden_loonheffing,
        vakantietoeslag,
        vakantietoeslag_opgebouwd
    from opgaven
)

select
    met_datums.bsn_versleuteld,
    leveringen.gemeente,
    leveringen.levermaand,
    leveringen.versie,
    leveringen.levering_id,
    met_datums.eenheid,
    met_datums.inkomstenverhouding,
    met_datums.datum_aanvang,
    {{ einde_van_opgave('met_datums') }} as datum_einde,
    met_datums.wet,
    cast(met_datums.uren as integer) as uren,
    cast(met_datums.loon_sv as bigint) as loon_sv_cent,
    cast(met_datums.netto as bigint) as netto_cent,
    cast(met_datums.loon_lb as bigint) as loon_lb_cent,
    cast(met_datums.ingehouden_loonheffing as bigint) as ingehouden_loonheffing_cent,
    cast(met_datums.vakantietoeslag as bigint) as vakantietoeslag_cent,
    cast(met_datums.vakantietoeslag_opgebouwd as bigint) as vakantietoeslag_opgebouwd_cent
from met_datums
inner join leveringen on met_datums.levering_id = leveringen.levering_id
