{{ config(materialized='table') }}

with geldend as (
    {{ geldende_opgave_maanden(
        ref('stg_inkomsten_opgave_maanden'), ref('stg_inkomsten_geldende_leveringen')
    ) }}
)

-- Each opgave keeps one row: of the perioden that cover its first day, the last begun.
select
    geldend.maand,
    geldend.bron,
    geldend.dienst,
    geldend.gemeente,
    geldend.bsn_versleuteld,
    geldend.levering_id,
    geldend.versie,
    geldend.levermaand,
    geldend.eenheid,
    geldend.inkomstenverhouding,
    geldend.wet,
    coalesce(geldend.soort_inkomstenverhouding, perioden.soort_inkomstenverhouding)
        as soort_inkomstenverhouding,
    coalesce(geldend.loonheffingskorting, perioden.loonheffingskorting) as loonheffingskorting,
    geldend.gecorrigeerd,
    geldend.datum_aanvang,
    geldend.uren,
    geldend.loon_sv_cent,
    geldend.netto_cent,
    geldend.loon_lb_cent,
    geldend.ingehouden_loonheffing_cent,
    geldend.vakantietoeslag_cent,
    geldend.vakantietoeslag_opgebouwd_cent
from geldend
left join {{ ref('stg_suwinet_inkomstenperioden') }} as perioden
    on
        geldend.levering_id = perioden.levering_id
        and geldend.bsn_versleuteld = perioden.bsn_versleuteld
        and geldend.inkomstenverhouding = perioden.inkomstenverhouding
        and geldend.datum_aanvang >= perioden.datum_aanvang
        and (perioden.datum_einde is null or geldend.datum_aanvang <= perioden.datum_einde)
qualify
    row_number() over (
        partition by geldend.levering_id, geldend.eenheid, geldend.maand
        -- All but the first only settle a tie, so that twice the same gives the same.
        order by
            perioden.datum_aanvang desc nulls last,
            perioden.regel desc,
            perioden.soort_inkomstenverhouding desc,
            perioden.loonheffingskorting desc
    ) = 1
