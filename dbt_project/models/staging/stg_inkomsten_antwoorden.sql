select
    'suwinet_inkomsten' as bron,
    dienst,
    gemeente,
    bsn_versleuteld,
    levering_id,
    versie,
    levermaand,
    eerste_maand,
    laatste_maand,
    geboortedatum,
    compleet
from {{ ref('stg_suwinet_antwoorden') }}
union all
select
    'ib_inkomsten' as bron,
    'IB' as dienst,
    gemeente,
    bsn_versleuteld,
    levering_id,
    versie,
    levermaand,
    eerste_maand,
    laatste_maand,
    geboortedatum,
    compleet
from {{ ref('stg_ib_bevragingen') }}
