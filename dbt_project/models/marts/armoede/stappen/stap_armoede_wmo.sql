{{ config(materialized='incremental') }}

-- Who has a provision under the Wmo. A table that keeps its months: a message that corrects a
-- provision seldom changes whether there is one, and what rests on that need not be built again.
select
    gemeente,
    maand,
    bsn_versleuteld
from {{ ref('wmo') }}
where maand in ({{ te_bouwen_maanden() }})
group by
    gemeente,
    maand,
    bsn_versleuteld
