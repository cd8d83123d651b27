with maanden as (
    select
        maand,
        last_day(maand) as peildatum
    from ({{ te_bouwen_maanden() }})
),

-- What was reported about a day of the month; some absence begins and ends within one.
meldingen as (
    select
        meldingen.gemeente,
        meldingen.maand,
        meldingen.bsn_versleuteld,
        meldingen.geboortedatum,
        meldingen.melding,
        meldingen.soort_verzuim,
        meldingen.status,
        meldingen.datum_melding,
        meldingen.datum_aanvang,
        meldingen.datum_einde,
        coalesce(meldingen.datum_einde >= maanden.peildatum, true) as loopt,
        meldingen.brin
    from {{ ref('stg_duo_verzuimmeldingen') }} as meldingen
    inner join maanden on meldingen.maand = maanden.maand
    where
        meldingen.datum_aanvang <= maanden.peildatum
        and coalesce(meldingen.datum_einde >= maanden.maand, true)
)

select
    {{ persoon_kolommen('meldingen') }},
    meldingen.melding,
    meldingen.soort_verzuim,
    meldingen.status,
    meldingen.datum_melding,
    meldingen.datum_aanvang,
    meldingen.datum_einde,
    meldingen.loopt,
    meldingen.brin,
    'duo_verzuim' as bron
from meldingen
{{ met_persoon('meldingen') }}
-- One report under a former BSN and under the one of now is one report.
qualify
    row_number() over (
        partition by
            meldingen.gemeente,
            coalesce(persoon_nu.bsn_versleuteld, meldingen.bsn_versleuteld),
            meldingen.maand,
            meldingen.melding
        order by meldingen.bsn_versleuteld asc
    ) = 1
