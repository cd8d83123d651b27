with leveringen as (
    select
        leveringen.levering_id,
        leveringen.gemeente,
        leveringen.levermaand,
        leveringen.versie,
        contracten.terugwerkend_maanden
    from {{ source('grootboek', 'leveringen') }} as leveringen
    inner join {{ source('grootboek', 'contracten') }} as contracten
        on leveringen.delivery = contracten.delivery
    where leveringen.delivery = 'duo_diplomas'
),

-- A month for which no list was delivered is missing, whatever later lists know of it.
beschreven as (
    select
        leveringen.gemeente,
        maanden.maand
    from leveringen
    inner join {{ source('grootboek', 'open_maanden') }} as maanden
        on leveringen.levermaand = maanden.maand
),

sprekend as (
    select
        beschreven.gemeente,
        beschreven.maand,
        leveringen.levering_id,
        leveringen.levermaand,
        leveringen.versie
    from beschreven
    inner join leveringen
        on
            beschreven.gemeente = leveringen.gemeente
            and beschreven.maand <= leveringen.levermaand
            and beschreven.maand
            >= leveringen.levermaand - to_months(leveringen.terugwerkend_maanden)
),

diplomas as (
    select
        levering_id,
        eenheid,
        bsn_versleuteld,
        geboortedatum,
        brin,
        opleidingscode,
        opleiding,
        niveau_opleiding,
        {{ volledige_datum('datum_aanvang') }} as datum_aanvang,
        {{ volledige_datum(bekend_einde('datum_einde')) }} as datum_einde,
        examenjaar,
        uitslag,
        indicatie_startkwalificatie
    from {{ source('raw', 'duo_diplomas__diploma') }}
),

-- Of each diploma the newest row that there is about the month.
nieuwste as (
    select
        diplomas.bsn_versleuteld,
        sprekend.maand,
        sprekend.gemeente,
        sprekend.levering_id,
        sprekend.levermaand,
        diplomas.eenheid,
        diplomas.geboortedatum,
        diplomas.brin,
        diplomas.niveau_opleiding,
        diplomas.datum_aanvang,
        diplomas.datum_einde,
        diplomas.uitslag,
        diplomas.indicatie_startkwalificatie
    from diplomas
    inner join sprekend on diplomas.levering_id = sprekend.levering_id
    qualify
        row_number() over (
            partition by
                sprekend.gemeente,
                sprekend.maand,
                diplomas.bsn_versleuteld,
                diplomas.brin,
                diplomas.niveau_opleiding,
                diplomas.opleidingscode,
                diplomas.opleiding,
                diplomas.examenjaar,
                diplomas.uitslag
            order by sprekend.versie desc, diplomas.eenheid desc
        ) = 1
),

niveaus as (
    select
        niveau_opleiding,
        onderwijssoort,
        niveau,
        volgorde,
        startkwalificatie
    from {{ ref('opleidingsniveaus') }}
)

select
    nieuwste.bsn_versleuteld,
    nieuwste.maand,
    nieuwste.gemeente,
    nieuwste.levering_id,
    nieuwste.eenheid,
    {{ volledige_datum('nieuwste.geboortedatum') }} as geboortedatum,
    nieuwste.brin,
    nieuwste.niveau_opleiding,
    niveaus.onderwijssoort,
    niveaus.niveau,
    niveaus.volgorde,
    nieuwste.datum_aanvang as datum_behaald,
    nieuwste.uitslag = 'G' as behaald,
    niveaus.startkwalificatie as geeft_startkwalificatie,
    -- What DUO says about the person is about the moment of delivery.
    case
        when nieuwste.levermaand > nieuwste.maand then null
        when nieuwste.indicatie_startkwalificatie = '1' then true
        when nieuwste.indicatie_startkwalificatie = '2' then false
    end as indicatie_duo
from nieuwste
left join niveaus on nieuwste.niveau_opleiding = niveaus.niveau_opleiding
where
    nieuwste.datum_aanvang <= last_day(nieuwste.maand)
    and coalesce(nieuwste.datum_einde >= last_day(nieuwste.maand), true)
