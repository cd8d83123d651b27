with objecten as (
    select
        objecten.gemeente,
        objecten.maand,
        last_day(objecten.maand) as peildatum,
        objecten.woz_objectnummer,
        objecten.adres_vraag,
        objecten.adres_sleutel,
        {{ genormaliseerde_toevoeging('objecten.huisletter', 'objecten.huisnummertoevoeging') }}
            as toevoeging,
        objecten.belastingjaar,
        objecten.status_gegevens,
        objecten.woz_waarde,
        objecten.waardepeildatum,
        objecten.gebruikscode,
        codes.in_hoofdzaak_woning
    from {{ ref('stg_woz_objecten') }} as objecten
    inner join {{ ref('woz_gebruikscodes') }} as codes
        on objecten.gebruikscode = codes.code and codes.bewoond
    where
        objecten.maand in ({{ te_bouwen_maanden() }})
),

met_plaats as (
    select
        objecten.gemeente,
        objecten.maand,
        objecten.peildatum,
        objecten.woz_objectnummer,
        objecten.belastingjaar,
        objecten.status_gegevens,
        objecten.woz_waarde,
        objecten.waardepeildatum,
        objecten.gebruikscode,
        objecten.in_hoofdzaak_woning,
        coalesce(buurten.adres_sleutel, objecten.adres_sleutel) as woning_sleutel,
        coalesce(buurten.buurt, {{ onbekende_buurt('objecten.gemeente') }}) as buurt,
        coalesce(buurten.methode, 'onbekend') as buurt_methode,
        buurten.bag_levering_id,
        buurten.bag_eenheid,
        -- A number of which the BAG knows only addresses with an addition, two or more.
        coalesce(
            buurten.methode = 'pchn_zonder_toev'
            and objecten.toevoeging = ''
            and buurten.adressen_op_nummer > 1,
            false
        ) as complexwaarde
    from objecten
    left join {{ ref('stg_woz_adres_buurten') }} as buurten
        on
            objecten.gemeente = buurten.gemeente
            and objecten.maand = buurten.maand
            and objecten.adres_vraag = buurten.adres_vraag
),

-- A garage or a practice may be an object of its own at the address of the home.
geteld as (
    select
        woz_objectnummer,
        gemeente,
        maand,
        count(*) over (partition by gemeente, woning_sleutel, maand) as aantal_woz_objecten,
        row_number() over (
            partition by gemeente, woning_sleutel, maand
            order by
                in_hoofdzaak_woning desc, woz_waarde desc nulls last, woz_objectnummer asc
        ) as volgorde
    from met_plaats
),

per_woning as (
    select
        met_plaats.*,
        geteld.aantal_woz_objecten
    from met_plaats
    inner join geteld
        on
            met_plaats.gemeente = geteld.gemeente
            and met_plaats.maand = geteld.maand
            and met_plaats.woz_objectnummer = geteld.woz_objectnummer
            and geteld.volgorde = 1
),

panden as (
    select
        van_objecten.levering_id,
        van_objecten.eenheid,
        panden.pand,
        panden.bouwjaar,
        panden.vanaf,
        panden.tot
    from {{ ref('stg_bag_panden_van_objecten') }} as van_objecten
    inner join {{ ref('stg_bag_panden') }} as panden
        on
            van_objecten.levering_id = panden.levering_id
            and van_objecten.pand = panden.pand
),

panden_op_peildatum as (
    select
        woningen.gemeente,
        woningen.maand,
        woningen.woning_sleutel,
        panden.bouwjaar
    from per_woning as woningen
    inner join panden
        on
            woningen.bag_levering_id = panden.levering_id
            and woningen.bag_eenheid = panden.eenheid
    qualify
        row_number() over (
            partition by woningen.gemeente, woningen.maand, woningen.woning_sleutel, panden.pand
            order by {{ beste_voorkomen('panden', 'woningen.peildatum') }}, panden.bouwjaar
        ) = 1
),

-- A home in more than one pand is as old as the oldest of them.
bouwjaren as (
    select
        gemeente,
        maand,
        woning_sleutel,
        min(bouwjaar) as bouwjaar
    from panden_op_peildatum
    group by
        gemeente,
        maand,
        woning_sleutel
)

select
    woningen.woning_sleutel,
    woningen.maand,
    {{ wijk_van_buurt('woningen.buurt') }} as wijk,
    woningen.buurt,
    woningen.gemeente,
    woningen.buurt_methode,
    objecten.adresseerbaar_object is not null as in_bag,
    woningen.gebruikscode,
    woningen.in_hoofdzaak_woning,
    woningen.woz_waarde,
    woningen.waardepeildatum,
    woningen.belastingjaar,
    woningen.status_gegevens,
    woningen.complexwaarde,
    cast(woningen.aantal_woz_objecten as integer) as aantal_woz_objecten,
    case objecten.objecttype
        when 'VBO' then 'verblijfsobject'
        when 'LIG' then 'ligplaats'
        when 'STA' then 'standplaats'
    end as objectsoort,
    objecten.status as objectstatus,
    objecten.gebruiksdoelen,
    objecten.oppervlakte,
    coalesce(bouwjaren.bouwjaar, objecten.bouwjaar) as bouwjaar,
    'woz_stufcap' as bron
from per_woning as woningen
left join {{ ref('stg_bag_adresseerbare_objecten') }} as objecten
    on
        woningen.bag_levering_id = objecten.levering_id
        and woningen.bag_eenheid = objecten.eenheid
left join bouwjaren
    on
        woningen.gemeente = bouwjaren.gemeente
        and woningen.maand = bouwjaren.maand
        and woningen.woning_sleutel = bouwjaren.woning_sleutel
