with leveringen as (
    select
        levering_id,
        gemeente,
        levermaand
    from {{ source('grootboek', 'leveringen') }}
    where delivery = 'duo_inschrijvingen'
),

inschrijvingen as (
    select
        levering_id,
        eenheid,
        bsn_versleuteld,
        geboortedatum,
        brin,
        vestiging,
        opleidingscode,
        niveau_opleiding,
        leerweg,
        leerjaar,
        bekostigd,
        {{ volledige_datum('datum_inschrijving') }} as datum_inschrijving,
        {{ volledige_datum(bekend_einde('datum_uitschrijving')) }} as datum_uitschrijving,
        {{ volledige_datum('datum_aanvang_deelname') }} as datum_aanvang_deelname,
        {{ volledige_datum(bekend_einde('datum_einde_deelname')) }} as datum_einde_deelname,
        reden_uitschrijving,
        reden_uitstroom
    from {{ source('raw', 'duo_inschrijvingen__inschrijving') }}
),

niveaus as (
    select
        niveau_opleiding,
        onderwijssoort,
        niveau,
        volgorde
    from {{ ref('opleidingsniveaus') }}
)

select
    inschrijvingen.bsn_versleuteld,
    leveringen.levermaand as maand,
    leveringen.gemeente,
    leveringen.levering_id,
    inschrijvingen.eenheid,
    {{ volledige_datum('inschrijvingen.geboortedatum') }} as geboortedatum,
    inschrijvingen.brin,
    inschrijvingen.vestiging,
    inschrijvingen.opleidingscode,
    inschrijvingen.niveau_opleiding,
    niveaus.onderwijssoort,
    niveaus.niveau,
    niveaus.volgorde,
    inschrijvingen.leerweg,
    try_cast(inschrijvingen.leerjaar as integer) as leerjaar,
    case inschrijvingen.bekostigd when 'J' then true when 'N' then false end as bekostigd,
    inschrijvingen.datum_inschrijving,
    inschrijvingen.datum_uitschrijving,
    greatest(
        inschrijvingen.datum_inschrijving,
        coalesce(inschrijvingen.datum_aanvang_deelname, inschrijvingen.datum_inschrijving)
    ) as datum_aanvang,
    least(
        coalesce(inschrijvingen.datum_uitschrijving, inschrijvingen.datum_einde_deelname),
        coalesce(inschrijvingen.datum_einde_deelname, inschrijvingen.datum_uitschrijving)
    ) as datum_einde,
    inschrijvingen.reden_uitschrijving,
    inschrijvingen.reden_uitstroom
from inschrijvingen
inner join leveringen on inschrijvingen.levering_id = leveringen.levering_id
left join niveaus on inschrijvingen.niveau_opleiding = niveaus.niveau_opleiding
