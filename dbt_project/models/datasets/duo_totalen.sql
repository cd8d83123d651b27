select
    totalen.maand,
    {{ onbekende_wijk('totalen.gemeente') }} as wijk,
    {{ onbekende_buurt('totalen.gemeente') }} as buurt,
    totalen.gemeente,
    totalen.rapportage,
    totalen.aantal,
    'duo_inschrijvingen' as bron
from {{ ref('stg_duo_totalen') }} as totalen
where totalen.maand in ({{ te_bouwen_maanden() }})
