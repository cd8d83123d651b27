{{ config(materialized='table') }}

-- What ties two persons at one address: each row says what `persoon` is of `ander`.
with personen as (
    select
        nummer,
        gemeente,
        maand,
        bsn_versleuteld,
        adres
    from {{ ref('stg_huishouden_personen') }}
),

relaties as (
    select
        gemeente,
        maand,
        bsn_versleuteld,
        relatie_versleuteld,
        soort
    from {{ ref('stg_brp_relaties') }}
),

gehuwden as (
    select
        persoon.nummer as persoon,
        ander.nummer as ander
    from relaties
    inner join personen as persoon
        on
            relaties.gemeente = persoon.gemeente
            and relaties.maand = persoon.maand
            and relaties.bsn_versleuteld = persoon.bsn_versleuteld
    inner join personen as ander
        on
            relaties.gemeente = ander.gemeente
            and relaties.maand = ander.maand
            and relaties.relatie_versleuteld = ander.bsn_versleuteld
            and persoon.adres = ander.adres
    where relaties.soort = 'partner' and persoon.nummer <> ander.nummer
),

-- Either may say it: the child of its parent, or the parent of the child.
ouderschap as (
    select
        gemeente,
        maand,
        bsn_versleuteld as ouder_versleuteld,
        relatie_versleuteld as kind_versleuteld
    from relaties
    where soort = 'kind'
    union
    select
        gemeente,
        maand,
        relatie_versleuteld as ouder_versleuteld,
        bsn_versleuteld as kind_versleuteld
    from relaties
    where soort = 'ouder'
),

ouders as (
    select
        persoon.nummer,
        persoon.adres,
        ouderschap.gemeente,
        ouderschap.maand,
        ouderschap.kind_versleuteld
    from ouderschap
    inner join personen as persoon
        on
            ouderschap.gemeente = persoon.gemeente
            and ouderschap.maand = persoon.maand
            and ouderschap.ouder_versleuteld = persoon.bsn_versleuteld
),

banden as (
    select
        persoon,
        ander,
        'gehuwd' as soort,
        1 as aantal
    from gehuwden
    union
    select
        ander as persoon,
        persoon as ander,
        'gehuwd' as soort,
        1 as aantal
    from gehuwden
    union all
    -- The child need not live there: it shows that the two are a couple.
    select
        een.nummer as persoon,
        ander.nummer as ander,
        'samen_kind' as soort,
        count(*) as aantal
    from ouders as een
    inner join ouders as ander
        on
            een.adres = ander.adres
            and een.kind_versleuteld = ander.kind_versleuteld
            and een.nummer <> ander.nummer
    group by een.nummer, ander.nummer
    union all
    select
        ouders.nummer as persoon,
        kind.nummer as ander,
        'ouder' as soort,
        1 as aantal
    from ouders
    inner join personen as kind
        on
            ouders.gemeente = kind.gemeente
            and ouders.maand = kind.maand
            and ouders.kind_versleuteld = kind.bsn_versleuteld
            and ouders.adres = kind.adres
    where ouders.nummer <> kind.nummer
)

select
    persoon,
    ander,
    soort,
    cast(aantal as integer) as aantal
from banden
