with objecten as (
    select
        levering_id,
        eenheid,
        hoofdadres,
        vanaf,
        tot
    from {{ ref('stg_bag_adresseerbare_objecten') }}
),

nevenadressen as (
    select
        levering_id,
        eenheid,
        nummeraanduiding
    from {{ source('raw', 'bag_adressen__nevenadres') }}
)

select
    levering_id,
    eenheid,
    hoofdadres as nummeraanduiding,
    vanaf,
    tot
from objecten
where hoofdadres is not null
union all
select
    objecten.levering_id,
    objecten.eenheid,
    nevenadressen.nummeraanduiding,
    objecten.vanaf,
    objecten.tot
from objecten
inner join nevenadressen
    on
        objecten.levering_id = nevenadressen.levering_id
        and objecten.eenheid = nevenadressen.eenheid
