{{ config(materialized='incremental') }}

-- The income of every resident: from one source, net, with holiday allowance as it is earned. The
-- rules are here and nowhere else. A table that keeps its months: news about another register does
-- not have it worked out again.
with personen as (
    select
        huishoudens.gemeente,
        huishoudens.maand,
        huishoudens.bsn_versleuteld,
        huishoudens.eenheid_soort in ('alleenstaande', 'alleenstaande ouder') as alleenstaand,
        personen.aow_gerechtigd,
        personen.aow_parameter_status
    from {{ ref('huishoudens') }} as huishoudens
    inner join {{ ref('personen') }} as personen
        on
            huishoudens.gemeente = personen.gemeente
            and huishoudens.maand = personen.maand
            and huishoudens.bsn_versleuteld = personen.bsn_versleuteld
    where huishoudens.maand in ({{ te_bouwen_maanden() }})
),

-- Income is told of months of which the residents are not known, too.
maanden as (
    select maand
    from personen
    group by maand
),

-- One source per person and month: a complete one before another, then the Inlichtingenbureau.
bevragingen as (
    select
        gemeente,
        maand,
        bsn_versleuteld,
        bron,
        volledig
    from {{ ref('inkomsten_bevraging') }}
    where maand in (select maanden.maand from maanden)
    qualify
        row_number() over (
            partition by gemeente, maand, bsn_versleuteld
            order by volledig desc, (bron = 'ib_inkomsten') desc
        ) = 1
),

-- What is paid for costs that were made (11 and 12, bijzondere bijstand) is no income.
rechten as (
    select
        gemeente,
        maand,
        bsn_versleuteld,
        regeling,
        betaald_bedrag_eenmaal
    from {{ ref('bijstand') }}
    where
        maand in ({{ te_bouwen_maanden() }})
        and regeling in ('01', '02', '03', '14')
),

bijstand as (
    select
        gemeente,
        maand,
        bsn_versleuteld,
        count(*) = count(betaald_bedrag_eenmaal) as bedrag_bekend,
        {{ met_vakantietoeslag('sum(betaald_bedrag_eenmaal)') }} as netto
    from rechten
    group by
        gemeente,
        maand,
        bsn_versleuteld
),

-- What BUS holds is not counted again from the loonaangifte. A benefit under the Participatiewet
-- (43) is never: it is BUS that knows it. Of the AIO, which is for those of AOW age and which the
-- SVB pays, BUS knows nothing; it is income as any other.
rijen as (
    select
        inkomsten.gemeente,
        inkomsten.maand,
        inkomsten.bsn_versleuteld,
        inkomsten.netto_bedrag,
        inkomsten.loon_lb,
        inkomsten.ingehouden_loonheffing,
        inkomsten.loonheffingskorting,
        coalesce(inkomsten.loon_lb, inkomsten.bedrag) as bruto,
        coalesce(inkomsten.vakantietoeslag_opgebouwd, 0) - coalesce(inkomsten.vakantietoeslag, 0)
            as nog_te_betalen_vakantietoeslag,
        coalesce(soorten.inkomensbron, 'overig') as groep,
        coalesce(soorten.arbeidskorting, false) as arbeid,
        rechten.regeling is not null as staat_in_bus,
        coalesce(
            soorten.bus_regeling = '01'
            and rechten.regeling is null
            and inkomsten.dienst <> 'SVB'
            and personen.aow_gerechtigd is distinct from true,
            false
        ) as bijstand_buiten_bus
    from {{ ref('inkomsten') }} as inkomsten
    inner join bevragingen
        on
            inkomsten.gemeente = bevragingen.gemeente
            and inkomsten.maand = bevragingen.maand
            and inkomsten.bsn_versleuteld = bevragingen.bsn_versleuteld
            and inkomsten.bron = bevragingen.bron
            and bevragingen.volledig
    inner join personen
        on
            inkomsten.gemeente = personen.gemeente
            and inkomsten.maand = personen.maand
            and inkomsten.bsn_versleuteld = personen.bsn_versleuteld
    left join {{ ref('soorten_inkomstenverhouding') }} as soorten
        on inkomsten.soort_inkomstenverhouding = soorten.soort_inkomstenverhouding
    left join rechten
        on
            inkomsten.gemeente = rechten.gemeente
            and inkomsten.maand = rechten.maand
            and inkomsten.bsn_versleuteld = rechten.bsn_versleuteld
            and soorten.bus_regeling = rechten.regeling
    where inkomsten.maand in (select maanden.maand from maanden)
),

met_methode as (
    select
        gemeente,
        maand,
        bsn_versleuteld,
        bruto,
        nog_te_betalen_vakantietoeslag,
        loonheffingskorting,
        groep,
        arbeid,
        bijstand_buiten_bus,
        coalesce(netto_bedrag, loon_lb - ingehouden_loonheffing) as netto,
        greatest(bruto + nog_te_betalen_vakantietoeslag, 0) as bruto_met_vakantietoeslag,
        case
            when netto_bedrag is not null then 1
            when loon_lb is not null and ingehouden_loonheffing is not null then 2
            when bruto is not null then 3
        end as methode
    from rijen
    where not staat_in_bus
),

-- Holiday allowance paid out is earned over a year: it goes out, and what was earned this month
-- comes in. Of a net amount in the proportion of the gross ones.
met_vakantietoeslag as (
    select
        gemeente,
        maand,
        bsn_versleuteld,
        loonheffingskorting,
        groep,
        arbeid,
        bijstand_buiten_bus,
        methode,
        case
            when bruto > 0 then bruto_met_vakantietoeslag
            when bruto is null then netto
            else bruto
        end as bruto,
        case
            when methode = 3 then null
            when bruto > 0 then cast(netto * bruto_met_vakantietoeslag / bruto as decimal(12, 2))
            else netto
        end as netto
    from met_methode
),

per_persoon as (
    select
        gemeente,
        maand,
        bsn_versleuteld,
        coalesce(sum(netto), 0) as netto,
        sum(bruto) filter (where methode = 3) as te_belasten,
        sum(bruto) filter (where methode = 3 and arbeid) as te_belasten_arbeid,
        -- Who is paid by two applies it with one of them.
        bool_or(loonheffingskorting is distinct from false) filter (where methode = 3)
            as met_korting,
        max(methode) as methode,
        bool_or(methode is null or bijstand_buiten_bus) as onbekend,
        bool_or(groep = 'loon' and bruto > 0) as heeft_loon,
        bool_or(groep in ('uitkering', 'bijstand') and bruto > 0) as heeft_uitkering,
        sum(bruto) filter (where groep = 'loon') as loon,
        sum(bruto) filter (where groep = 'uitkering') as uitkering,
        sum(bruto) filter (where groep = 'pensioen') as pensioen,
        sum(bruto) filter (where groep = 'bijstand') as bijstand,
        sum(bruto) filter (where groep = 'overig') as overig
    from met_vakantietoeslag
    group by
        gemeente,
        maand,
        bsn_versleuteld
),

-- Of whom only the gross is known: the tax on twelve such months (domain 2.11 and 2.12).
bruto_jaren as (
    select
        per_persoon.gemeente,
        per_persoon.maand,
        per_persoon.bsn_versleuteld,
        per_persoon.met_korting,
        personen.aow_gerechtigd,
        personen.alleenstaand,
        case
            when personen.aow_gerechtigd and geboorte.jaar < 1946 then 'voor_1946'
            when personen.aow_gerechtigd then 'vanaf_1946'
            else 'alle'
        end as geboren,
        {{ zekerheid("coalesce(personen.aow_parameter_status, 'bevestigd')") }} as zekerheid,
        12 * per_persoon.te_belasten as jaarinkomen,
        12 * coalesce(per_persoon.te_belasten_arbeid, 0) as jaarinkomen_arbeid
    from per_persoon
    inner join personen
        on
            per_persoon.gemeente = personen.gemeente
            and per_persoon.maand = personen.maand
            and per_persoon.bsn_versleuteld = personen.bsn_versleuteld
    left join {{ ref('stap_armoede_geboorte') }} as geboorte
        on
            per_persoon.gemeente = geboorte.gemeente
            and per_persoon.maand = geboorte.maand
            and per_persoon.bsn_versleuteld = geboorte.bsn_versleuteld
            and geboorte.maand in ({{ te_bouwen_maanden() }})
    where per_persoon.te_belasten is not null
),

heffingen as (
    select
        jaren.gemeente,
        jaren.maand,
        jaren.bsn_versleuteld,
        max({{ zekerheid('schijven.status') }}) as zekerheid,
        sum(
            greatest(
                least(jaren.jaarinkomen, coalesce(schijven.tot, jaren.jaarinkomen))
                - schijven.van,
                0
            )
            * schijven.tarief_pct
        ) / 100 as heffing
    from bruto_jaren as jaren
    inner join {{ ref('loonheffing_schijven') }} as schijven
        on
            year(jaren.maand) = schijven.jaar
            and jaren.aow_gerechtigd = schijven.aow_leeftijd
            and jaren.geboren = schijven.geboren
            and (jaren.jaarinkomen > schijven.van or schijven.van = 0)
    group by
        jaren.gemeente,
        jaren.maand,
        jaren.bsn_versleuteld
),

kortingen as (
    select
        jaren.gemeente,
        jaren.maand,
        jaren.bsn_versleuteld,
        max({{ zekerheid('kortingen.status') }}) as zekerheid,
        sum(
            least(
                kortingen.maximum,
                greatest(
                    0,
                    kortingen.basis
                    + kortingen.pct / 100
                    * (
                        case
                            when kortingen.soort = 'arbeidskorting' then jaren.jaarinkomen_arbeid
                            else jaren.jaarinkomen
                        end
                        - kortingen.van
                    )
                )
            )
        ) as korting
    from bruto_jaren as jaren
    inner join {{ ref('heffingskortingen') }} as kortingen
        on
            year(jaren.maand) = kortingen.jaar
            and jaren.aow_gerechtigd = kortingen.aow_leeftijd
            and (kortingen.soort <> 'alleenstaande_ouderenkorting' or jaren.alleenstaand)
            and case
                when kortingen.soort = 'arbeidskorting' then jaren.jaarinkomen_arbeid
                else jaren.jaarinkomen
            end
            > kortingen.van
            and (
                kortingen.tot is null
                or case
                    when kortingen.soort = 'arbeidskorting' then jaren.jaarinkomen_arbeid
                    else jaren.jaarinkomen
                end
                <= kortingen.tot
            )
    where jaren.met_korting
    group by
        jaren.gemeente,
        jaren.maand,
        jaren.bsn_versleuteld
),

-- A year without figures has no tax to take off: the net amount is not known.
berekend as (
    select
        jaren.gemeente,
        jaren.maand,
        jaren.bsn_versleuteld,
        case
            when jaren.jaarinkomen <= 0 then jaren.jaarinkomen / 12
            when heffingen.heffing is not null
                then
                    (
                        jaren.jaarinkomen
                        - greatest(heffingen.heffing - coalesce(kortingen.korting, 0), 0)
                    )
                    / 12
        end as netto,
        greatest(
            coalesce(heffingen.zekerheid, 2), coalesce(kortingen.zekerheid, 0), jaren.zekerheid
        ) as zekerheid
    from bruto_jaren as jaren
    left join heffingen
        on
            jaren.gemeente = heffingen.gemeente
            and jaren.maand = heffingen.maand
            and jaren.bsn_versleuteld = heffingen.bsn_versleuteld
    left join kortingen
        on
            jaren.gemeente = kortingen.gemeente
            and jaren.maand = kortingen.maand
            and jaren.bsn_versleuteld = kortingen.bsn_versleuteld
),

samen as (
    select
        personen.gemeente,
        personen.maand,
        personen.bsn_versleuteld,
        bevragingen.bsn_versleuteld is not null as bevraagd,
        bijstand.bsn_versleuteld is not null as heeft_bijstand,
        coalesce(bevragingen.volledig, false)
        and not coalesce(per_persoon.onbekend, false)
        and coalesce(bijstand.bedrag_bekend, true)
        and (per_persoon.te_belasten is null or berekend.netto is not null) as inkomen_bekend,
        coalesce(per_persoon.netto, 0)
        + coalesce(berekend.netto, 0)
        + coalesce(bijstand.netto, 0) as inkomen_netto,
        greatest(
            coalesce(per_persoon.methode, 0),
            case when bijstand.bsn_versleuteld is not null then 1 else 0 end
        ) as methode,
        berekend.zekerheid,
        coalesce(per_persoon.heeft_loon, false) as heeft_loon,
        coalesce(per_persoon.heeft_uitkering, false)
        or bijstand.bsn_versleuteld is not null as heeft_uitkering,
        coalesce(per_persoon.loon, 0) as loon,
        coalesce(per_persoon.uitkering, 0) as uitkering,
        coalesce(per_persoon.pensioen, 0) as pensioen,
        coalesce(per_persoon.bijstand, 0) + coalesce(bijstand.netto, 0) as bijstand,
        coalesce(per_persoon.overig, 0) as overig
    from personen
    left join bevragingen
        on
            personen.gemeente = bevragingen.gemeente
            and personen.maand = bevragingen.maand
            and personen.bsn_versleuteld = bevragingen.bsn_versleuteld
    left join bijstand
        on
            personen.gemeente = bijstand.gemeente
            and personen.maand = bijstand.maand
            and personen.bsn_versleuteld = bijstand.bsn_versleuteld
    left join per_persoon
        on
            personen.gemeente = per_persoon.gemeente
            and personen.maand = per_persoon.maand
            and personen.bsn_versleuteld = per_persoon.bsn_versleuteld
    left join berekend
        on
            personen.gemeente = berekend.gemeente
            and personen.maand = berekend.maand
            and personen.bsn_versleuteld = berekend.bsn_versleuteld
)

select
    gemeente,
    maand,
    bsn_versleuteld,
    bevraagd,
    inkomen_bekend,
    case when inkomen_bekend then cast(inkomen_netto as decimal(12, 2)) end as inkomen_netto,
    methode,
    zekerheid,
    heeft_bijstand,
    case when inkomen_bekend then heeft_loon end as heeft_loon,
    case when inkomen_bekend or heeft_bijstand then heeft_uitkering end as heeft_uitkering,
    loon,
    uitkering,
    pensioen,
    bijstand,
    overig
from samen
