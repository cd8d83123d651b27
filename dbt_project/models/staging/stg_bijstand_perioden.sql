-- Rights under one regeling that overlap or follow each other without a gap are one period (E09).
with rechten as (
    select
        bsn_versleuteld,
        maand,
        gemeente,
        regeling,
        datum_aanvang,
        datum_einde,
        reden_beeindiging,
        coalesce(datum_einde, date '9999-12-31') as tot
    from {{ ref('stg_bijstand_rechten_per_maand') }}
),

met_begin as (
    select
        bsn_versleuteld,
        maand,
        gemeente,
        regeling,
        datum_aanvang,
        datum_einde,
        reden_beeindiging,
        tot,
        coalesce(
            datum_aanvang > 1 + max(tot) over (
                partition by gemeente, bsn_versleuteld, maand, regeling
                order by datum_aanvang, tot
                rows between unbounded preceding and 1 preceding
            ),
            true
        ) as begint
    from rechten
),

genummerd as (
    select
        bsn_versleuteld,
        maand,
        gemeente,
        regeling,
        datum_aanvang,
        datum_einde,
        reden_beeindiging,
        tot,
        sum(begint::integer) over (
            partition by gemeente, bsn_versleuteld, maand, regeling
            order by datum_aanvang, tot
            rows between unbounded preceding and current row
        ) as periode
    from met_begin
)

select
    bsn_versleuteld,
    maand,
    gemeente,
    regeling,
    min(datum_aanvang) as datum_aanvang,
    case when bool_and(datum_einde is not null) then max(datum_einde) end as datum_einde,
    case
        when bool_and(datum_einde is not null)
            then
                arg_max_null(
                    reden_beeindiging,
                    row(tot, datum_aanvang, coalesce(reden_beeindiging, ''))
                )
    end as reden_beeindiging,
    count(*) as aantal_rechten
from genummerd
group by
    bsn_versleuteld,
    maand,
    gemeente,
    regeling,
    periode
