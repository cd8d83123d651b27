with maanden as (
    select
        maand,
        last_day(maand) as peildatum
    from ({{ te_bouwen_maanden() }})
),

gemeenten as (
    select gemeente from {{ source('grootboek', 'gemeenten') }}
),

aow_leeftijd as (
    select
        coalesce(geboren_vanaf, date '0001-01-01') as geboren_vanaf,
        geboren_tot,
        leeftijd_jaren * 12 + leeftijd_maanden as leeftijd_in_maanden,
        status
    from {{ ref('aow_leeftijd') }}
),

-- The age is never lowered (AOW art. 7a): who is younger than this is below every later age too.
hoogste_aow_leeftijd as (
    select max(leeftijd_in_maanden) as leeftijd_in_maanden from aow_leeftijd
),

bijgehouden_personen as (
    select
        personen.bsn_versleuteld,
        personen.maand,
        personen.gemeente,
        maanden.peildatum,
        personen.geboortedatum,
        personen.geboortedatum_onvolledig,
        personen.geslacht
    from {{ ref('stg_brp_personen') }} as personen
    inner join maanden on personen.maand = maanden.maand
    inner join gemeenten on personen.gemeente = gemeenten.gemeente
    where
        (
            personen.vroegste_geboortedatum is null
            or personen.vroegste_geboortedatum <= maanden.peildatum
        )
        -- A death or a suspension on an unknown day has happened.
        and (
            not personen.overleden
            or coalesce(personen.datum_overlijden > maanden.peildatum, false)
        )
        and (
            personen.reden_opschorting is null
            or (
                personen.reden_opschorting not in ('F', 'R')
                and coalesce(personen.datum_opschorting > maanden.peildatum, false)
            )
        )
),

begonnen_verblijfplaatsen as (
    select
        verblijfplaatsen.bsn_versleuteld,
        verblijfplaatsen.maand,
        verblijfplaatsen.gemeente,
        maanden.peildatum,
        verblijfplaatsen.volgorde,
        verblijfplaatsen.gemeente_van_inschrijving,
        verblijfplaatsen.functie_adres,
        verblijfplaatsen.datum_aanvang_adres,
        verblijfplaatsen.onderzoek,
        verblijfplaatsen.datum_ingang_onderzoek,
        verblijfplaatsen.onderzoek_beeindigd,
        verblijfplaatsen.datum_einde_onderzoek,
        verblijfplaatsen.adres_sleutel,
        verblijfplaatsen.adres_vraag
    from {{ ref('stg_brp_verblijfplaatsen') }} as verblijfplaatsen
    inner join maanden on verblijfplaatsen.maand = maanden.maand
    where
        verblijfplaatsen.onjuist is distinct from 'O'
        and (
            verblijfplaatsen.vroegste_aanvang is null
            or verblijfplaatsen.vroegste_aanvang <= maanden.peildatum
        )
),

verblijfplaats_op_peildatum as (
    select
        bsn_versleuteld,
        maand,
        gemeente,
        gemeente_van_inschrijving,
        functie_adres,
        datum_aanvang_adres,
        -- In a former address the category is 58 instead of 08.
        coalesce(
            substr(onderzoek, 1, 2) in ('08', '58')
            and (datum_ingang_onderzoek is null or datum_ingang_onderzoek <= peildatum)
            and (
                not onderzoek_beeindigd
                or coalesce(datum_einde_onderzoek > peildatum, false)
            ),
            false
        ) as adres_in_onderzoek,
        coalesce(onderzoek in ('089999', '589999'), false) as verblijft_niet_op_adres,
        adres_sleutel,
        adres_vraag
    from begonnen_verblijfplaatsen
    qualify
        row_number() over (partition by gemeente, bsn_versleuteld, maand order by volgorde) = 1
),

ingezetenen as (
    select
        personen.bsn_versleuteld,
        personen.maand,
        personen.gemeente,
        personen.peildatum,
        personen.geboortedatum,
        personen.geboortedatum_onvolledig,
        personen.geslacht,
        verblijfplaats.functie_adres,
        verblijfplaats.datum_aanvang_adres,
        verblijfplaats.adres_in_onderzoek,
        verblijfplaats.adres_in_onderzoek
        and verblijfplaats.verblijft_niet_op_adres as vastgesteld_niet_op_adres,
        verblijfplaats.adres_sleutel,
        verblijfplaats.adres_vraag
    from bijgehouden_personen as personen
    inner join verblijfplaats_op_peildatum as verblijfplaats
        on
            personen.bsn_versleuteld = verblijfplaats.bsn_versleuteld
            and personen.maand = verblijfplaats.maand
            and personen.gemeente = verblijfplaats.gemeente
    where
        verblijfplaats.gemeente_van_inschrijving = substr(personen.gemeente, 3)
        and verblijfplaats.functie_adres in ('W', 'B')
),

met_leeftijd as (
    select
        ingezetenen.bsn_versleuteld,
        ingezetenen.maand,
        ingezetenen.gemeente,
        ingezetenen.geslacht,
        ingezetenen.geboortedatum_onvolledig,
        ingezetenen.functie_adres,
        ingezetenen.datum_aanvang_adres,
        ingezetenen.adres_in_onderzoek,
        ingezetenen.vastgesteld_niet_op_adres,
        ingezetenen.adres_sleutel,
        ingezetenen.adres_vraag,
        case
            -- Filled in to a day still to come: born this year, or this month.
            when ingezetenen.geboortedatum > ingezetenen.peildatum then 0
            -- By month and day: on 28 February, 29 February has not yet come.
            else
                year(ingezetenen.peildatum) - year(ingezetenen.geboortedatum)
                - case
                    when
                        month(ingezetenen.geboortedatum) * 100 + day(ingezetenen.geboortedatum)
                        > month(ingezetenen.peildatum) * 100 + day(ingezetenen.peildatum)
                        then 1
                    else 0
                end
        end as leeftijd,
        case
            when ingezetenen.geboortedatum is null then null
            when aow_leeftijd.status is not null
                then
                    {{ dag_van_leeftijd(
                        'ingezetenen.geboortedatum', 'aow_leeftijd.leeftijd_in_maanden'
                    ) }} <= ingezetenen.peildatum
            when
                {{ dag_van_leeftijd(
                    'ingezetenen.geboortedatum', 'hoogste_aow_leeftijd.leeftijd_in_maanden'
                ) }} > ingezetenen.peildatum
                then false
        end as aow_gerechtigd,
        aow_leeftijd.status as aow_parameter_status
    from ingezetenen
    cross join hoogste_aow_leeftijd
    left join aow_leeftijd
        on ingezetenen.geboortedatum between aow_leeftijd.geboren_vanaf and aow_leeftijd.geboren_tot
),

-- The buurt of the address; who has only a briefadres lives in none (domein 4.4).
met_buurt as (
    select
        personen.bsn_versleuteld,
        personen.maand,
        personen.gemeente,
        personen.leeftijd,
        personen.geslacht,
        personen.geboortedatum_onvolledig,
        personen.functie_adres,
        personen.datum_aanvang_adres,
        personen.adres_in_onderzoek,
        personen.vastgesteld_niet_op_adres,
        personen.aow_gerechtigd,
        personen.aow_parameter_status,
        -- Who is registered without the object, and found at it, lives there with the others.
        coalesce(buurten.adres_sleutel, personen.adres_sleutel) as adres_sleutel,
        buurten.institutioneel,
        case
            when personen.functie_adres = 'B' then 'briefadres'
            else coalesce(buurten.methode, 'onbekend')
        end as buurt_methode,
        case
            when personen.functie_adres = 'B' then {{ buurt_briefadres('personen.gemeente') }}
            else coalesce(buurten.buurt, {{ onbekende_buurt('personen.gemeente') }})
        end as buurt,
        case
            when personen.functie_adres = 'B' then {{ buurt_briefadres('personen.gemeente') }}
            else coalesce(buurten.buurt_toen, {{ onbekende_buurt('personen.gemeente') }})
        end as buurt_toen
    from met_leeftijd as personen
    left join {{ ref('stg_adres_buurten') }} as buurten
        on
            personen.gemeente = buurten.gemeente
            and personen.maand = buurten.maand
            and personen.adres_vraag = buurten.adres_vraag
            and personen.functie_adres = 'W'
)

select
    bsn_versleuteld,
    maand,
    {{ wijk_van_buurt('buurt') }} as wijk,
    buurt,
    gemeente,
    buurt_methode,
    {{ wijk_van_buurt('buurt_toen') }} as wijk_toen,
    buurt_toen,
    cast(leeftijd as integer) as leeftijd,
    geslacht,
    geboortedatum_onvolledig,
    functie_adres,
    institutioneel,
    datum_aanvang_adres,
    adres_in_onderzoek,
    vastgesteld_niet_op_adres,
    aow_gerechtigd,
    aow_parameter_status,
    adres_sleutel
from met_buurt
