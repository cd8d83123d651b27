-- What is let or could be: who has no roof yet, or no more, is no home to rent.
with eenheden as (
    select
        eenheden.gemeente,
        eenheden.maand,
        eenheden.eenheid_sleutel,
        eenheden.corporatie_id,
        eenheden.peildatum,
        eenheden.buurt_geleverd,
        eenheden.adres_vraag,
        eenheden.adres_sleutel,
        eenheden.eenheidstatus,
        eenheden.woningwaarderingstelsel,
        eenheden.wws_punten,
        eenheden.netto_huur,
        eenheden.servicekosten_subsidiabel,
        eenheden.rekenhuur,
        eenheden.maximale_huur,
        eenheden.datum_ingang,
        soorten.contractsoort,
        eenheden.tak,
        coalesce(eenheden.iah_categorie, 'onbekend') as iah_categorie
    from {{ ref('stg_corporatie_eenheden') }} as eenheden
    left join {{ ref('huurcontractsoorten') }} as soorten
        on eenheden.overeenkomstdetailsoort = soorten.code
    where
        eenheden.eenheidstatus in ('VEH', 'LEE', 'ADM')
        and eenheden.maand in ({{ te_bouwen_maanden() }})
),

met_plaats as (
    select
        eenheden.*,
        coalesce(buurten.adres_sleutel, eenheden.adres_sleutel) as woning_sleutel,
        coalesce(buurten.buurt, {{ onbekende_buurt('eenheden.gemeente') }}) as buurt,
        coalesce(buurten.methode, 'onbekend') as buurt_methode,
        buurten.adres_sleutel is not null as in_bag,
        case
            when eenheden.buurt_geleverd is not null then geleverd.buurt is not null
        end as buurt_geleverd_herkend
    from eenheden
    left join {{ ref('stg_corporatie_adres_buurten') }} as buurten
        on
            eenheden.gemeente = buurten.gemeente
            and eenheden.maand = buurten.maand
            and eenheden.adres_vraag = buurten.adres_vraag
    left join {{ ref('stg_geleverde_buurten') }} as geleverd
        on
            eenheden.gemeente = geleverd.gemeente
            and eenheden.maand = geleverd.maand
            and eenheden.buurt_geleverd = geleverd.buurt_geleverd
),

met_adres as (
    select
        met_plaats.*,
        case
            when met_plaats.woning_sleutel is not null
                then
                    count(*) over (
                        partition by
                            met_plaats.gemeente, met_plaats.maand, met_plaats.woning_sleutel
                    )
        end as eenheden_op_adres
    from met_plaats
),

huishoudens_op_adres as (
    select
        personen.gemeente,
        personen.maand,
        personen.adres_sleutel,
        count(*) as aantal_bewoners,
        count(distinct huishoudens.huishouden_sleutel) as aantal_huishoudens,
        min(huishoudens.huishouden_sleutel) as huishouden_sleutel
    from {{ ref('personen') }} as personen
    inner join {{ ref('stg_huishoudens') }} as huishoudens
        on
            personen.gemeente = huishoudens.gemeente
            and personen.bsn_versleuteld = huishoudens.bsn_versleuteld
            and personen.maand = huishoudens.maand
    where
        personen.functie_adres = 'W'
        and personen.adres_sleutel is not null
        and personen.maand in ({{ te_bouwen_maanden() }})
    group by
        personen.gemeente,
        personen.maand,
        personen.adres_sleutel
),

-- Where no BRP describes the month it is not known who lives there: not that nobody does.
beschreven as (
    select
        gemeente,
        levermaand as maand
    from {{ source('grootboek', 'leveringen') }}
    where delivery = 'brp_personen'
    group by
        gemeente,
        levermaand
)

select
    eenheden.woning_sleutel,
    eenheden.maand,
    {{ wijk_van_buurt('eenheden.buurt') }} as wijk,
    eenheden.buurt,
    eenheden.gemeente,
    eenheden.eenheid_sleutel,
    eenheden.buurt_methode,
    eenheden.buurt_geleverd_herkend,
    eenheden.in_bag,
    eenheden.corporatie_id,
    eenheden.peildatum,
    eenheden.tak,
    eenheden.woningwaarderingstelsel = 'ZEL' as zelfstandig,
    eenheden.eenheidstatus = 'LEE' as leegstand,
    eenheden.netto_huur,
    eenheden.servicekosten_subsidiabel,
    eenheden.rekenhuur,
    -- The law counts less of the service costs than all, never more (Wet op de huurtoeslag art. 5).
    eenheden.rekenhuur < eenheden.netto_huur
    or eenheden.rekenhuur > eenheden.netto_huur + eenheden.servicekosten_subsidiabel
        as rekenhuur_wijkt_af,
    eenheden.wws_punten,
    eenheden.maximale_huur,
    eenheden.datum_ingang,
    eenheden.contractsoort,
    eenheden.iah_categorie,
    cast(eenheden.eenheden_op_adres as integer) as eenheden_op_adres,
    case
        when beschreven.maand is not null and eenheden.woning_sleutel is not null
            then cast(coalesce(huishoudens.aantal_bewoners, 0) as integer)
    end as aantal_bewoners,
    case
        when beschreven.maand is not null and eenheden.woning_sleutel is not null
            then cast(coalesce(huishoudens.aantal_huishoudens, 0) as integer)
    end as aantal_huishoudens,
    case
        when eenheden.eenheden_op_adres = 1 and huishoudens.aantal_huishoudens = 1
            then huishoudens.huishouden_sleutel
    end as huishouden_sleutel,
    'corporatie_huren' as bron
from met_adres as eenheden
left join beschreven
    on eenheden.gemeente = beschreven.gemeente and eenheden.maand = beschreven.maand
left join huishoudens_op_adres as huishoudens
    on
        eenheden.gemeente = huishoudens.gemeente
        and eenheden.maand = huishoudens.maand
        and eenheden.woning_sleutel = huishoudens.adres_sleutel
