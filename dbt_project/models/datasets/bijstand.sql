with rijen as (
    select
        bsn_versleuteld,
        maand,
        gemeente,
        geboortedatum,
        regeling,
        uitkering,
        partner_in_uitkering,
        aantal_uitkeringen,
        bbz_soort,
        leefvorm,
        aantal_kostendelers,
        norm,
        afstemming,
        inkomsten,
        betaald_bedrag,
        betaald_bedrag_eenmaal,
        cluster_bijzondere_bijstand,
        huisvesting,
        ontheffing,
        tegenprestatie,
        vrijwilligerswerk,
        oorzaak_bijstandsafhankelijkheid,
        datum_aanvang,
        datum_einde,
        reden_beeindiging,
        loopt_op_laatste_dag
    from {{ ref('stg_bijstand_persoon_maanden') }}
),

met_personen as (
    select
        {{ persoon_kolommen('rijen') }},
        rijen.regeling,
        rijen.uitkering,
        rijen.partner_in_uitkering,
        rijen.aantal_uitkeringen,
        rijen.bbz_soort,
        rijen.leefvorm,
        rijen.aantal_kostendelers,
        rijen.norm,
        rijen.afstemming,
        rijen.inkomsten,
        rijen.betaald_bedrag,
        rijen.betaald_bedrag_eenmaal,
        rijen.cluster_bijzondere_bijstand,
        rijen.huisvesting,
        rijen.ontheffing,
        rijen.tegenprestatie,
        rijen.vrijwilligerswerk,
        rijen.oorzaak_bijstandsafhankelijkheid,
        rijen.datum_aanvang,
        rijen.datum_einde,
        rijen.reden_beeindiging,
        rijen.loopt_op_laatste_dag
    from rijen
    {{ met_persoon('rijen') }}
),

-- Who stands in the register under a former BSN and under that of now is one person.
per_persoon as (
    select
        bsn_versleuteld,
        maand,
        wijk,
        buurt,
        gemeente,
        inwoner,
        bool_or(identiteit_conflict) over persoon as identiteit_conflict,
        regeling,
        uitkering,
        partner_in_uitkering,
        cast(sum(aantal_uitkeringen) over persoon as integer) as aantal_uitkeringen,
        bbz_soort,
        leefvorm,
        aantal_kostendelers,
        norm,
        afstemming,
        inkomsten,
        case
            when count(betaald_bedrag) over persoon = count(*) over persoon
                then cast(sum(betaald_bedrag) over persoon as decimal(12, 2))
        end as betaald_bedrag,
        case
            when count(betaald_bedrag_eenmaal) over persoon = count(*) over persoon
                then cast(sum(betaald_bedrag_eenmaal) over persoon as decimal(12, 2))
        end as betaald_bedrag_eenmaal,
        cluster_bijzondere_bijstand,
        huisvesting,
        ontheffing,
        tegenprestatie,
        vrijwilligerswerk,
        oorzaak_bijstandsafhankelijkheid,
        datum_aanvang,
        datum_einde,
        reden_beeindiging,
        loopt_op_laatste_dag
    from met_personen
    window persoon as (partition by gemeente, bsn_versleuteld, maand, regeling)
    qualify
        row_number() over (
            partition by gemeente, bsn_versleuteld, maand, regeling
            order by loopt_op_laatste_dag desc, datum_aanvang desc, uitkering asc
        ) = 1
),

regelingen as (
    select
        code,
        omschrijving
    from {{ ref('bus_codes') }}
    where kenmerk = 8
),

redenen as (
    select
        code,
        coalesce(groep || ': ', '') || omschrijving as omschrijving
    from {{ ref('bus_codes') }}
    where kenmerk = 34
)

select
    per_persoon.bsn_versleuteld,
    per_persoon.maand,
    per_persoon.wijk,
    per_persoon.buurt,
    per_persoon.gemeente,
    per_persoon.inwoner,
    per_persoon.identiteit_conflict,
    per_persoon.regeling,
    regelingen.omschrijving as regeling_omschrijving,
    per_persoon.bbz_soort,
    per_persoon.uitkering,
    per_persoon.aantal_uitkeringen,
    per_persoon.partner_in_uitkering,
    per_persoon.leefvorm,
    per_persoon.aantal_kostendelers,
    per_persoon.norm,
    per_persoon.afstemming,
    per_persoon.inkomsten,
    per_persoon.betaald_bedrag,
    per_persoon.betaald_bedrag_eenmaal,
    case
        when per_persoon.betaald_bedrag > 0 then 'betaald'
        when per_persoon.betaald_bedrag = 0 and per_persoon.norm is not null
            then
                case
                    when
                        per_persoon.norm
                        > coalesce(per_persoon.afstemming, 0) + coalesce(per_persoon.inkomsten, 0)
                        then 'niet_betaald'
                    else 'nuluitkering'
                end
    end as betaling,
    per_persoon.cluster_bijzondere_bijstand,
    per_persoon.huisvesting,
    per_persoon.ontheffing,
    per_persoon.tegenprestatie,
    per_persoon.vrijwilligerswerk,
    per_persoon.oorzaak_bijstandsafhankelijkheid,
    oorzaken.statistiekcode as oorzaak_cbs,
    per_persoon.datum_aanvang,
    per_persoon.datum_einde,
    per_persoon.reden_beeindiging,
    redenen.omschrijving as reden_beeindiging_omschrijving,
    per_persoon.loopt_op_laatste_dag,
    'bijstand_bus' as bron
from per_persoon
left join regelingen on per_persoon.regeling = regelingen.code
left join redenen on per_persoon.reden_beeindiging = redenen.code
left join {{ ref('oorzaak_bijstandsafhankelijkheid') }} as oorzaken
    on per_persoon.oorzaak_bijstandsafhankelijkheid = oorzaken.code
