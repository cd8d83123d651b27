with leveringen as (
    select
        levering_id,
        gemeente,
        levermaand,
        versie
    from {{ source('grootboek', 'leveringen') }}
    where delivery = 'bijstand_bus'
),

rechten as (
    select
        levering_id,
        bsn_versleuteld,
        geboortedatum,
        uitkering,
        statistiekcode,
        datum_aanvang,
        {{ bekend_einde('datum_einde') }} as datum_einde,
        reden_beeindiging,
        nadere_classificatie_bbz,
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
    from {{ source('raw', 'bijstand_bus__recht') }}
)

select
    rechten.bsn_versleuteld,
    leveringen.gemeente,
    leveringen.levermaand,
    leveringen.versie,
    leveringen.levering_id,
    {{ volledige_datum('rechten.geboortedatum') }} as geboortedatum,
    rechten.uitkering,
    rechten.statistiekcode as regeling,
    {{ volledige_datum('rechten.datum_aanvang') }} as datum_aanvang,
    {{ volledige_datum('rechten.datum_einde') }} as datum_einde,
    rechten.reden_beeindiging,
    rechten.nadere_classificatie_bbz as bbz_soort,
    rechten.leefvorm,
    cast(rechten.aantal_kostendelers as integer) as aantal_kostendelers,
    {{ euro('rechten.norm') }} as norm,
    {{ euro('rechten.afstemming') }} as afstemming,
    {{ euro('rechten.inkomsten') }} as inkomsten,
    {{ euro('rechten.betaald_bedrag') }} as betaald_bedrag,
    rechten.cluster_bijzondere_bijstand,
    rechten.huisvesting,
    rechten.ontheffing,
    rechten.tegenprestatie = '1' as tegenprestatie,
    rechten.vrijwilligerswerk = '1' as vrijwilligerswerk,
    cast(rechten.oorzaak_bijstandsafhankelijkheid as integer) as oorzaak_bijstandsafhankelijkheid
from rechten
inner join leveringen on rechten.levering_id = leveringen.levering_id
