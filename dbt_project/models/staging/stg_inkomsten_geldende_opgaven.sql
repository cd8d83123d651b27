{{ config(materialized='table') }}

-- The version that was asked about the month speaks for all of it; a later one that was not, only
-- for the opgaven it holds, of which it replaces those with the same key.
with geldend as (
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
    from {{ ref('stg_inkomsten_opgave_maanden') }} as opgave_maanden
    inner join {{ ref('stg_inkomsten_geldende_leveringen') }} as leveringen
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
