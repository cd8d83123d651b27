select
    leveringen.gemeente,
    leveringen.levermaand,
    leveringen.levering_id,
    berichten.soort_bericht,
    count(*) as aantal
from {{ source('raw', 'jeugd_berichten__overig_bericht') }} as berichten
inner join {{ source('grootboek', 'leveringen') }} as leveringen
    on berichten.levering_id = leveringen.levering_id
group by
    leveringen.gemeente,
    leveringen.levermaand,
    leveringen.levering_id,
    berichten.soort_bericht
