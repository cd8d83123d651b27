-- AOW art. 7a: each cohort begins the day after the one before it, and its first and last day
-- reach the age in the year for which that age was fixed.
with cohorten as (
    select
        geboren_vanaf,
        geboren_tot,
        aow_jaar,
        leeftijd_jaren * 12 + leeftijd_maanden as leeftijd_in_maanden,
        lag(geboren_tot) over (order by geboren_tot) as vorige_geboren_tot
    from {{ ref('aow_leeftijd') }}
),

met_dagen as (
    select
        geboren_vanaf,
        geboren_tot,
        aow_jaar,
        vorige_geboren_tot,
        {{ dag_van_leeftijd('geboren_vanaf', 'leeftijd_in_maanden') }} as eerste_dag,
        {{ dag_van_leeftijd('geboren_tot', 'leeftijd_in_maanden') }} as laatste_dag
    from cohorten
)

select
    geboren_vanaf,
    geboren_tot
from met_dagen
where
    geboren_vanaf is distinct from vorige_geboren_tot + 1
    or year(eerste_dag) <> aow_jaar
    or year(laatste_dag) <> aow_jaar
