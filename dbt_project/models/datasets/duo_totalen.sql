select
    totalen.maand,
    {{ onbekende_wijk('totalen.gemeente') }} as wijk,
    {{ onbekende_buurt('totalen.gemeente') }} as buurt,
    totalen.gemeente,
    totalen.rapportage,
    totalen.aantal,
    'duo_inschrijvingen' as bron
from {{ ref('stg_duo_totalen') }} as totalen
inner join {{ source('grootboek', 'open_maanden') }} as maanden
    on totalen.maand = maanden.maand
