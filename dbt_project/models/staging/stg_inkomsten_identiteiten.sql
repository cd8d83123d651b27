-- The birth date that a source gives with its answer about a month; of several the newest, and of
-- one version the one that came with an income.
with maanden as (
    {{ te_bouwen_maanden() }}
)

select
    antwoorden.bron,
    antwoorden.gemeente,
    antwoorden.bsn_versleuteld,
    maanden.maand,
    antwoorden.geboortedatum
from {{ ref('stg_inkomsten_antwoorden') }} as antwoorden
inner join maanden
    on maanden.maand between antwoorden.eerste_maand and antwoorden.laatste_maand
where antwoorden.geboortedatum is not null
qualify
    row_number() over (
        partition by
            antwoorden.bron,
            antwoorden.gemeente,
            antwoorden.bsn_versleuteld,
            maanden.maand
        order by
            antwoorden.dienst = 'BRP' asc,
            antwoorden.versie desc,
            antwoorden.geboortedatum asc
    ) = 1
