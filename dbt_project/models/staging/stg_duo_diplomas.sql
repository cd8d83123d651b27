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
        gemeente,
        levermaand as maand
    from leveringen
    where levermaand in ({{ te_bouwen_maanden() }})
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

sprekende_diplomas as (
    select
        diplomas.bsn_versleuteld,
        sprekend.maand,
        sprekend.gemeente,
        sprekend.levering_id,
        sprekend.levermaand,
        sprekend.versie,
        diplomas.eenheid,
        diplomas.geboortedatum,
        diplomas.brin,
        diplomas.niveau_opleiding,
        diplomas.datum_aanvang,
        diplomas.datum_einde,
        diplomas.uitslag,
        diplomas.indicatie_startkwalificatie,
        hash(
            diplomas.bsn_versleuteld,
            diplomas.brin,
            diplomas.niveau_opleiding,
            diplomas.opleidingscode,
            diplomas.opleiding,
            diplomas.examenjaar,
            diplomas.uitslag
        ) as sleutel
    from diplomas
    inner join sprekend on diplomas.levering_id = sprekend.levering_id
),

-- Of each diploma the newest row says from when to when it holds. What else a list says is of its
-- own month: so a month that is built again for another reason stays what it was.
nieuwste as (
    select
        bsn_versleuteld,
        maand,
        gemeente,
        levering_id,
        eenheid,
        brin,
        niveau_opleiding,
        datum_aanvang,
        datum_einde,
        uitslag,
        first_value(geboortedatum) over (
            partition by gemeente, maand, sleutel order by versie asc, eenheid asc
        ) as geboortedatum,
        max(case when levermaand = maand then indicatie_startkwalificatie end) over (
            partition by gemeente, maand, sleutel
        ) as indicatie_startkwalificatie,
        min(case when datum_aanvang <= last_day(maand) then levermaand end) over (
            partition by gemeente, maand, sleutel
        ) as bekend_sinds
    from sprekende_diplomas
    qualify
        row_number() over (
            partition by gemeente, maand, sleutel order by versie desc, eenheid desc
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
    case nieuwste.indicatie_startkwalificatie
        when '1' then true
        when '2' then false
    end as indicatie_duo,
    nieuwste.bekend_sinds
from nieuwste
left join niveaus on nieuwste.niveau_opleiding = niveaus.niveau_opleiding
where
    nieuwste.datum_aanvang <= last_day(nieuwste.maand)
    and coalesce(nieuwste.datum_einde >= last_day(nieuwste.maand), true)
