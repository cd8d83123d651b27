{{ config(materialized='table') }}

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
        leveringen.levermaand
    from beschreven
    inner join leveringen
        on
            beschreven.gemeente = leveringen.gemeente
            and beschreven.maand <= leveringen.levermaand
            and beschreven.maand
            >= leveringen.levermaand - to_months(leveringen.terugwerkend_maanden)
),

-- Numbered in the order in which the lists speak.
diplomas as (
    select
        diplomas.levering_id,
        diplomas.eenheid,
        diplomas.bsn_versleuteld,
        diplomas.geboortedatum,
        diplomas.brin,
        diplomas.niveau_opleiding,
        {{ volledige_datum('diplomas.datum_aanvang') }} as datum_aanvang,
        {{ volledige_datum(bekend_einde('diplomas.datum_einde')) }} as datum_einde,
        diplomas.uitslag,
        diplomas.indicatie_startkwalificatie,
        row_number() over (order by leveringen.versie, diplomas.eenheid) as nummer,
        hash(
            diplomas.bsn_versleuteld,
            diplomas.brin,
            diplomas.niveau_opleiding,
            diplomas.opleidingscode,
            diplomas.opleiding,
            diplomas.examenjaar,
            diplomas.uitslag
        ) as sleutel
    from {{ source('raw', 'duo_diplomas__diploma') }} as diplomas
    inner join leveringen on diplomas.levering_id = leveringen.levering_id
),

-- Of each diploma the newest row says from when to when it holds. What else a list says is of its
-- own month: so a month that is built again for another reason stays what it was.
per_maand as (
    select
        sprekend.maand,
        sprekend.gemeente,
        max(diplomas.nummer) as nieuwste,
        min(diplomas.nummer) as oudste,
        max(diplomas.indicatie_startkwalificatie) filter (
            where sprekend.levermaand = sprekend.maand
        ) as indicatie_startkwalificatie,
        min(sprekend.levermaand) filter (
            where diplomas.datum_aanvang <= last_day(sprekend.maand)
        ) as bekend_sinds
    from diplomas
    inner join sprekend on diplomas.levering_id = sprekend.levering_id
    group by
        sprekend.maand,
        sprekend.gemeente,
        diplomas.sleutel
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
    per_maand.maand,
    per_maand.gemeente,
    nieuwste.levering_id,
    nieuwste.eenheid,
    {{ volledige_datum('oudste.geboortedatum') }} as geboortedatum,
    nieuwste.brin,
    nieuwste.niveau_opleiding,
    niveaus.onderwijssoort,
    niveaus.niveau,
    niveaus.volgorde,
    nieuwste.datum_aanvang as datum_behaald,
    nieuwste.uitslag = 'G' as behaald,
    niveaus.startkwalificatie as geeft_startkwalificatie,
    case per_maand.indicatie_startkwalificatie
        when '1' then true
        when '2' then false
    end as indicatie_duo,
    per_maand.bekend_sinds
from per_maand
inner join diplomas as nieuwste
    on
        per_maand.nieuwste = nieuwste.nummer
        and nieuwste.datum_aanvang <= last_day(per_maand.maand)
        and coalesce(nieuwste.datum_einde >= last_day(per_maand.maand), true)
inner join diplomas as oudste on per_maand.oudste = oudste.nummer
left join niveaus on nieuwste.niveau_opleiding = niveaus.niveau_opleiding
