with antwoorden as (
    select
        gemeente,
        maand,
        bool_or(volledig) as volledig
    from {{ ref('stap_rmc_antwoorden') }}
    group by
        gemeente,
        maand
),

bronnen as (
    select
        nu.gemeente,
        nu.maand,
        nu.volledig as gebeurtenissen,
        false as contacten
    from antwoorden as nu
    inner join antwoorden as ervoor
        on
            nu.gemeente = ervoor.gemeente
            and nu.maand = ervoor.maand + to_months(1)
    union all
    select
        gemeente,
        levermaand as maand,
        false as gebeurtenissen,
        true as contacten
    from {{ source('grootboek', 'leveringen') }}
    where delivery = 'rmc_trajecten'
)

select
    gemeente,
    maand,
    bool_or(gebeurtenissen) as gebeurtenissen,
    bool_or(contacten) as contacten
from bronnen
group by
    gemeente,
    maand
