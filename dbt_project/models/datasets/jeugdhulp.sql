with {{ voorzieningen_uit('jeugd_berichten', ref('stg_jeugd_mutaties')) }}

select
    voorzieningen.bsn_versleuteld,
    voorzieningen.maand,
    voorzieningen.wijk,
    voorzieningen.buurt,
    voorzieningen.gemeente,
    voorzieningen.inwoner,
    voorzieningen.identiteit_conflict,
    voorzieningen.toewijzing,
    voorzieningen.toegewezen,
    voorzieningen.datum_toegewezen,
    voorzieningen.begonnen,
    voorzieningen.datum_begonnen,
    voorzieningen.gestopt,
    voorzieningen.datum_gestopt,
    voorzieningen.tijdelijk_gestopt,
    redenen.betekenis as reden_beeindiging,
    voorzieningen.categorie,
    categorieen.naam as categorie_naam,
    categorieen.jeugdzorgvorm,
    voorzieningen.productcode,
    'ZIN' as vorm,
    voorzieningen.omvang,
    eenheden.betekenis as eenheid,
    frequenties.betekenis as frequentie,
    voorzieningen.budget,
    voorzieningen.aanbieder,
    'jeugd_berichten' as bron
from voorzieningen
left join {{ ref('jeugd_categorieen') }} as categorieen
    on voorzieningen.categorie = categorieen.categorie
{{ met_betekenis('voorzieningen', 'reden_beeindiging', 'JZ588', 'redenen') }}
{{ met_betekenis('voorzieningen', 'eenheid', 'WJ756', 'eenheden') }}
{{ met_betekenis('voorzieningen', 'frequentie', 'WMO757', 'frequenties') }}
