-- Who rents: a home of its own, let, with one household that is no institution.
with verhuurd as (
    select
        gemeente,
        maand,
        huishouden_sleutel,
        woning_sleutel,
        wijk,
        buurt,
        tak,
        netto_huur as kale_huur,
        iah_categorie,
        {{ iah_jaar('peildatum') }} as iah_jaar
    from {{ ref('huurwoningen') }}
    where
        maand in ({{ te_bouwen_maanden() }})
        and zelfstandig
        and not leegstand
        and huishouden_sleutel is not null
),

-- The reference person and the partner: it is they who rent.
huurders as (
    select
        huishoudens.gemeente,
        huishoudens.maand,
        huishoudens.huishouden_sleutel,
        huishoudens.referentiepersoon,
        huishoudens.huishouden_type,
        huishoudens.huishouden_type_naam,
        huishoudens.aantal_personen,
        huishoudens.inkomen_jaar,
        huishoudens.inkomensjaar,
        huishoudens.inkomensbron,
        huishoudens.welvaart_kwintiel,
        personen.leeftijd,
        personen.datum_aanvang_adres,
        personen.aow_gerechtigd,
        personen.aow_parameter_status
    from {{ ref('huishoudens') }} as huishoudens
    inner join {{ ref('personen') }} as personen
        on
            huishoudens.gemeente = personen.gemeente
            and huishoudens.maand = personen.maand
            and huishoudens.bsn_versleuteld = personen.bsn_versleuteld
    where
        huishoudens.maand in ({{ te_bouwen_maanden() }})
        and personen.maand in ({{ te_bouwen_maanden() }})
        and (huishoudens.referentiepersoon or huishoudens.plaats = 'partner')
        and huishoudens.huishouden_type <> 8
),

-- A couple is of AOW age when one of the two is (Wet op de huurtoeslag art. 2).
aow as (
    select
        gemeente,
        maand,
        huishouden_sleutel,
        case
            when bool_or(aow_gerechtigd) then true
            when count(*) = count(aow_gerechtigd) then false
        end as aow_leeftijd,
        bool_or(aow_parameter_status = 'te_verifieren') as te_verifieren
    from huurders
    group by
        gemeente,
        maand,
        huishouden_sleutel
)

select
    verhuurd.huishouden_sleutel,
    verhuurd.woning_sleutel,
    verhuurd.maand,
    verhuurd.wijk,
    verhuurd.buurt,
    verhuurd.gemeente,
    verhuurd.tak,
    verhuurd.kale_huur,
    verhuurd.iah_categorie,
    verhuurd.iah_jaar,
    huurders.huishouden_type,
    huurders.huishouden_type_naam,
    huurders.aantal_personen,
    huurders.inkomen_jaar,
    huurders.inkomensjaar,
    huurders.inkomensbron,
    huurders.welvaart_kwintiel,
    huurders.leeftijd as leeftijd_hoofdbewoner,
    cast(
        date_sub('year', huurders.datum_aanvang_adres, last_day(verhuurd.maand)) as integer
    ) as woonduur_jaren,
    huurders.datum_aanvang_adres + to_years(5) < last_day(verhuurd.maand)
        as langer_dan_vijf_jaar,
    aow.aow_leeftijd,
    case when aow.te_verifieren then 'te_verifieren' else 'bevestigd' end as aow_status
from verhuurd
inner join huurders
    on
        verhuurd.gemeente = huurders.gemeente
        and verhuurd.maand = huurders.maand
        and verhuurd.huishouden_sleutel = huurders.huishouden_sleutel
        and huurders.referentiepersoon
inner join aow
    on
        verhuurd.gemeente = aow.gemeente
        and verhuurd.maand = aow.maand
        and verhuurd.huishouden_sleutel = aow.huishouden_sleutel
