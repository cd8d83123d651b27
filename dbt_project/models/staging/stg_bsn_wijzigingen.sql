-- A persoonslijst made in error, or replaced by another (W), is nobody's any more.
with persoonslijsten as (
    select
        gemeente,
        maand,
        bsn_versleuteld,
        ingangsdatum_geldigheid
    from {{ ref('stg_brp_personen') }}
    where reden_opschorting is null or reden_opschorting not in ('F', 'W')
),

-- The occurrences of a person that named a BSN, the current one with place 0.
voorkomens as (
    select
        gemeente,
        maand,
        bsn_versleuteld,
        0 as volgorde,
        bsn_versleuteld as bsn_toen_versleuteld,
        ingangsdatum_geldigheid
    from persoonslijsten
    union all
    select
        gemeente,
        maand,
        bsn_versleuteld,
        volgorde,
        vorig_bsn_versleuteld,
        ingangsdatum_geldigheid
    from {{ ref('stg_brp_persoon_historie') }}
    where
        vorig_bsn_versleuteld is not null
        and onjuist is distinct from 'O'
),

met_opvolger as (
    select
        gemeente,
        maand,
        bsn_versleuteld,
        volgorde,
        bsn_toen_versleuteld,
        lag(bsn_toen_versleuteld) over van_een_persoon as bsn_daarna_versleuteld,
        lag(ingangsdatum_geldigheid) over van_een_persoon as datum
    from voorkomens
    where (gemeente, maand, bsn_versleuteld) in (
        select (historie.gemeente, historie.maand, historie.bsn_versleuteld)
        from {{ ref('stg_brp_persoon_historie') }} as historie
    )
    window van_een_persoon as (
        partition by gemeente, maand, bsn_versleuteld
        order by volgorde
    )
),

-- The newest occurrence that still had a BSN other than today's tells when it ended.
afgelegd as (
    select
        gemeente,
        maand,
        bsn_versleuteld,
        bsn_toen_versleuteld as bsn_oud_versleuteld,
        bsn_daarna_versleuteld as bsn_nieuw_versleuteld,
        datum
    from met_opvolger
    where bsn_toen_versleuteld <> bsn_versleuteld
    qualify
        row_number() over (
            partition by gemeente, maand, bsn_versleuteld, bsn_toen_versleuteld
            order by volgorde
        ) = 1
)

select
    afgelegd.gemeente,
    afgelegd.maand,
    afgelegd.bsn_versleuteld,
    afgelegd.bsn_oud_versleuteld,
    afgelegd.bsn_nieuw_versleuteld,
    afgelegd.datum,
    case
        when ander.bsn_versleuteld is not null then 'van_een_ander'
        when
            count(*) over (
                partition by afgelegd.gemeente, afgelegd.maand, afgelegd.bsn_oud_versleuteld
            ) > 1
            then 'van_meer_personen'
        else 'vertaald'
    end as uitkomst
from afgelegd
inner join persoonslijsten
    on
        afgelegd.gemeente = persoonslijsten.gemeente
        and afgelegd.maand = persoonslijsten.maand
        and afgelegd.bsn_versleuteld = persoonslijsten.bsn_versleuteld
left join persoonslijsten as ander
    on
        afgelegd.gemeente = ander.gemeente
        and afgelegd.maand = ander.maand
        and afgelegd.bsn_oud_versleuteld = ander.bsn_versleuteld
