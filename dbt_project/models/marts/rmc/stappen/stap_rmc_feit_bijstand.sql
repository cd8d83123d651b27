-- Yes or no and no more: all that the contract allows RMC to know.
select
    gemeente,
    bsn_versleuteld,
    maand,
    true as heeft_bijstand
from {{ ref('bijstand') }}
where
    maand in ({{ te_bouwen_maanden() }})
    and loopt_op_laatste_dag
    and regeling in ('01', '02', '03', '14')
group by
    gemeente,
    bsn_versleuteld,
    maand
