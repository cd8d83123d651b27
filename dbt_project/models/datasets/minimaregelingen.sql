with toekenningen as (
    select
        bsn_versleuteld,
        maand,
        last_day(maand) as peildatum,
        gemeente,
        is_aanvrager,
        geboortedatum,
        regeling_code,
        datum_toekenning,
        datum_start,
        datum_eind,
        bedrag,
        vorm,
        ambtshalve
    from {{ ref('stg_minimaregelingen') }}
    where
        maand in ({{ te_bouwen_maanden() }})
        and datum_start <= last_day(maand)
        -- What was granted once holds for a day: it is there in the month of that day.
        and (datum_eind is null or datum_eind >= maand)
),

-- A gemeente's own row goes before the one for every gemeente.
regelingen as (
    select
        toekenningen.gemeente,
        toekenningen.maand,
        toekenningen.regeling_code,
        regelingen.naam,
        regelingen.inkomensgrens_pct,
        regelingen.status
    from (
        select
            gemeente,
            maand,
            peildatum,
            regeling_code
        from toekenningen
        group by
            gemeente,
            maand,
            peildatum,
            regeling_code
    ) as toekenningen
    inner join {{ ref('regelingen') }} as regelingen
        on
            toekenningen.regeling_code = regelingen.code
            and toekenningen.peildatum >= regelingen.geldig_vanaf
            and (regelingen.geldig_tot is null or toekenningen.peildatum <= regelingen.geldig_tot)
            and (regelingen.gemeente is null or toekenningen.gemeente = regelingen.gemeente)
    qualify
        row_number() over (
            partition by toekenningen.gemeente, toekenningen.maand, toekenningen.regeling_code
            order by regelingen.gemeente asc nulls last, regelingen.geldig_vanaf desc
        ) = 1
),

rijen as (
    select
        toekenningen.bsn_versleuteld,
        toekenningen.maand,
        toekenningen.gemeente,
        toekenningen.geboortedatum,
        toekenningen.regeling_code,
        regelingen.naam as regeling,
        regelingen.regeling_code is not null as regeling_bekend,
        regelingen.inkomensgrens_pct,
        regelingen.status as regeling_status,
        case toekenningen.is_aanvrager when true then 'aanvrager' when false then 'begunstigde' end
            as rol,
        coalesce(toekenningen.datum_eind >= toekenningen.peildatum, true) as lopend,
        toekenningen.datum_toekenning,
        toekenningen.datum_start,
        toekenningen.datum_eind,
        toekenningen.bedrag,
        toekenningen.vorm,
        toekenningen.ambtshalve
    from toekenningen
    left join regelingen
        on
            toekenningen.gemeente = regelingen.gemeente
            and toekenningen.maand = regelingen.maand
            and toekenningen.regeling_code = regelingen.regeling_code
)

select
    {{ persoon_kolommen('rijen') }},
    rijen.regeling_code,
    rijen.regeling,
    rijen.regeling_bekend,
    rijen.inkomensgrens_pct,
    rijen.regeling_status,
    rijen.rol,
    rijen.lopend,
    rijen.datum_toekenning,
    rijen.datum_start,
    rijen.datum_eind,
    rijen.bedrag,
    rijen.vorm,
    rijen.ambtshalve,
    'minimaregelingen' as bron
from rijen
{{ met_persoon('rijen') }}
-- A grant under a former and under the present number is one: the last decided speaks.
qualify
    row_number() over (
        partition by
            rijen.gemeente,
            rijen.maand,
            coalesce(persoon_nu.bsn_versleuteld, rijen.bsn_versleuteld),
            rijen.regeling_code,
            rijen.datum_start
        order by rijen.datum_toekenning desc, rijen.bsn_versleuteld asc
    ) = 1
