with maanden as (
    {{ te_bouwen_maanden() }}
),

gemeenten as (
    select gemeente from {{ source('grootboek', 'gemeenten') }}
),

contracten as (
    select
        delivery,
        leverwijze,
        referentie or (leverwijze = 'stand' and geldig_maanden > 1) as werkt_door,
        naijling_maanden
    from {{ source('grootboek', 'contracten') }}
),

leveringen as (
    select
        levering_id,
        delivery,
        gemeente,
        levermaand
    from {{ source('grootboek', 'leveringen') }}
),

verwacht as (
    select
        maanden.maand,
        gemeenten.gemeente,
        contracten.delivery as levering,
        contracten.leverwijze,
        contracten.werkt_door,
        contracten.naijling_maanden
    from maanden
    cross join gemeenten
    cross join contracten
),

doorwerkend as (
    select
        referenties.delivery,
        referenties.gemeente,
        referenties.maand,
        leveringen.levermaand
    from {{ source('grootboek', 'referenties') }} as referenties
    inner join leveringen on referenties.levering_id = leveringen.levering_id
),

per_levermaand as (
    select
        delivery,
        gemeente,
        levermaand
    from leveringen
    group by
        delivery,
        gemeente,
        levermaand
),

-- Changes are whole up to a month when no month of delivery before it is missing.
op_rij as (
    select
        delivery,
        gemeente,
        levermaand,
        max(levermaand) over (partition by delivery, gemeente) as laatste_levermaand,
        date_diff('month', min(levermaand) over (partition by delivery, gemeente), levermaand) + 1
        = row_number() over (partition by delivery, gemeente order by levermaand)
            as zonder_gat
    from per_levermaand
),

laatste as (
    select
        delivery,
        gemeente,
        max(laatste_levermaand) as laatste_levermaand
    from op_rij
    group by
        delivery,
        gemeente
),

beschreven as (
    select
        leveringen.delivery,
        leveringen.gemeente,
        beschreven_maanden.maand,
        max(leveringen.levermaand) as levermaand
    from {{ source('grootboek', 'beschreven_maanden') }} as beschreven_maanden
    inner join leveringen on beschreven_maanden.levering_id = leveringen.levering_id
    group by
        leveringen.delivery,
        leveringen.gemeente,
        beschreven_maanden.maand
),

beoordeeld as (
    select
        verwacht.maand,
        verwacht.gemeente,
        verwacht.levering,
        case
            when verwacht.werkt_door then doorwerkend.levermaand
            when verwacht.leverwijze = 'sleutel' then beschreven.levermaand
            else op_rij.levermaand
        end as levermaand,
        case
            when verwacht.werkt_door and doorwerkend.levermaand is not null then 'volledig'
            when
                verwacht.leverwijze = 'sleutel'
                and beschreven.levermaand
                >= verwacht.maand + to_months(verwacht.naijling_maanden)
                then 'volledig'
            when verwacht.leverwijze = 'sleutel' and beschreven.levermaand is not null
                then 'onvolledig'
            when verwacht.leverwijze = 'mutatie' and coalesce(op_rij.zonder_gat, false)
                then 'volledig'
            when verwacht.leverwijze = 'mutatie' and laatste.laatste_levermaand >= verwacht.maand
                then 'onvolledig'
            when
                verwacht.leverwijze = 'stand'
                and not verwacht.werkt_door
                and op_rij.levermaand is not null
                then 'volledig'
            else 'ontbreekt'
        end as staat
    from verwacht
    left join doorwerkend
        on
            verwacht.levering = doorwerkend.delivery
            and verwacht.gemeente = doorwerkend.gemeente
            and verwacht.maand = doorwerkend.maand
    left join op_rij
        on
            verwacht.levering = op_rij.delivery
            and verwacht.gemeente = op_rij.gemeente
            and verwacht.maand = op_rij.levermaand
    left join laatste
        on
            verwacht.levering = laatste.delivery
            and verwacht.gemeente = laatste.gemeente
    left join beschreven
        on
            verwacht.levering = beschreven.delivery
            and verwacht.gemeente = beschreven.gemeente
            and verwacht.maand = beschreven.maand
)

select
    maand,
    {{ onbekende_wijk('gemeente') }} as wijk,
    {{ onbekende_buurt('gemeente') }} as buurt,
    gemeente,
    levering,
    staat,
    levermaand
from beoordeeld
