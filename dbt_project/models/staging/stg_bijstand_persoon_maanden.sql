-- Who begins twice in one month under the same uitkering has it once.
with uitkeringen as (
    select
        bsn_versleuteld,
        maand,
        gemeente,
        geboortedatum,
        uitkering,
        regeling,
        datum_aanvang,
        coalesce(datum_einde = last_day(maand), true) as loopt_op_laatste_dag,
        bbz_soort,
        leefvorm,
        aantal_kostendelers,
        norm,
        afstemming,
        inkomsten,
        betaald_bedrag,
        cluster_bijzondere_bijstand,
        huisvesting,
        ontheffing,
        tegenprestatie,
        vrijwilligerswerk,
        oorzaak_bijstandsafhankelijkheid
    from {{ ref('stg_bijstand_rechten_per_maand') }}
    qualify
        row_number() over (
            partition by gemeente, maand, bsn_versleuteld, uitkering, regeling
            order by datum_aanvang desc
        ) = 1
),

-- Of those who share an uitkering one carries what was paid on it, so that it adds up. Of what is
-- known of nobody the other had no part of nothing: it is as unknown of them.
gedeeld as (
    select
        bsn_versleuteld,
        maand,
        gemeente,
        geboortedatum,
        uitkering,
        regeling,
        datum_aanvang,
        loopt_op_laatste_dag,
        bbz_soort,
        leefvorm,
        aantal_kostendelers,
        norm,
        afstemming,
        inkomsten,
        betaald_bedrag,
        cluster_bijzondere_bijstand,
        huisvesting,
        ontheffing,
        tegenprestatie,
        vrijwilligerswerk,
        oorzaak_bijstandsafhankelijkheid,
        count(*) over samen > 1 as partner_in_uitkering,
        count(betaald_bedrag) over samen > 0 as bedrag_bekend,
        row_number() over (
            samen
            order by betaald_bedrag is null, geboortedatum nulls last, bsn_versleuteld
        ) = 1 as draagt_bedrag
    from uitkeringen
    window samen as (partition by gemeente, maand, uitkering, regeling)
),

per_regeling as (
    select
        bsn_versleuteld,
        maand,
        gemeente,
        regeling,
        count(*) as aantal_uitkeringen,
        -- What is known of one of two is not what they were paid together.
        case when bool_and(betaald_bedrag is not null) then sum(betaald_bedrag) end
            as betaald_bedrag,
        case
            when bool_and(bedrag_bekend)
                then coalesce(sum(betaald_bedrag) filter (draagt_bedrag), 0)
        end as betaald_bedrag_eenmaal
    from gedeeld
    group by
        bsn_versleuteld,
        maand,
        gemeente,
        regeling
),

-- What runs on the last day speaks, and of that what began last.
leidend as (
    select
        bsn_versleuteld,
        maand,
        gemeente,
        geboortedatum,
        uitkering,
        regeling,
        bbz_soort,
        leefvorm,
        aantal_kostendelers,
        norm,
        afstemming,
        inkomsten,
        cluster_bijzondere_bijstand,
        huisvesting,
        ontheffing,
        tegenprestatie,
        vrijwilligerswerk,
        oorzaak_bijstandsafhankelijkheid,
        partner_in_uitkering
    from gedeeld
    qualify
        row_number() over (
            partition by gemeente, bsn_versleuteld, maand, regeling
            order by
                loopt_op_laatste_dag desc,
                datum_aanvang desc,
                betaald_bedrag desc nulls last,
                uitkering asc
        ) = 1
),

laatste_periode as (
    select
        bsn_versleuteld,
        maand,
        gemeente,
        regeling,
        datum_aanvang,
        datum_einde,
        reden_beeindiging
    from {{ ref('stg_bijstand_perioden') }}
    qualify
        row_number() over (
            partition by gemeente, bsn_versleuteld, maand, regeling
            order by datum_aanvang desc
        ) = 1
)

select
    leidend.bsn_versleuteld,
    leidend.maand,
    leidend.gemeente,
    leidend.geboortedatum,
    leidend.regeling,
    leidend.uitkering,
    leidend.partner_in_uitkering,
    cast(per_regeling.aantal_uitkeringen as integer) as aantal_uitkeringen,
    leidend.bbz_soort,
    leidend.leefvorm,
    leidend.aantal_kostendelers,
    leidend.norm,
    leidend.afstemming,
    leidend.inkomsten,
    cast(per_regeling.betaald_bedrag as decimal(12, 2)) as betaald_bedrag,
    cast(per_regeling.betaald_bedrag_eenmaal as decimal(12, 2)) as betaald_bedrag_eenmaal,
    leidend.cluster_bijzondere_bijstand,
    leidend.huisvesting,
    leidend.ontheffing,
    leidend.tegenprestatie,
    leidend.vrijwilligerswerk,
    leidend.oorzaak_bijstandsafhankelijkheid,
    laatste_periode.datum_aanvang,
    laatste_periode.datum_einde,
    laatste_periode.reden_beeindiging,
    coalesce(laatste_periode.datum_einde = last_day(leidend.maand), true) as loopt_op_laatste_dag
from leidend
inner join per_regeling
    on
        leidend.gemeente = per_regeling.gemeente
        and leidend.bsn_versleuteld = per_regeling.bsn_versleuteld
        and leidend.maand = per_regeling.maand
        and leidend.regeling = per_regeling.regeling
inner join laatste_periode
    on
        leidend.gemeente = laatste_periode.gemeente
        and leidend.bsn_versleuteld = laatste_periode.bsn_versleuteld
        and leidend.maand = laatste_periode.maand
        and leidend.regeling = laatste_periode.regeling
