select
    'suwinet_inkomsten' as bron,
    case when wet is null then 'UWV' else 'SVB' end as dienst,
    gemeente,
    bsn_versleuteld,
    levering_id,
    versie,
    levermaand,
    eenheid,
    inkomstenverhouding,
    wet,
    {{ soort_van_wet('wet') }} as soort_inkomstenverhouding,
    cast(null as boolean) as loonheffingskorting,
    cast(null as boolean) as gecorrigeerd,
    datum_aanvang,
    datum_einde,
    uren,
    loon_sv_cent,
    netto_cent,
    loon_lb_cent,
    ingehouden_loonheffing_cent,
    vakantietoeslag_cent,
    vakantietoeslag_opgebouwd_cent
from {{ ref('stg_suwinet_inkomstenopgaven') }}
union all
{{ opgaven_van_ib() }}
