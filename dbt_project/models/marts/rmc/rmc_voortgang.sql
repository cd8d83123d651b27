{#- How long a baseline is followed: its own row rests on two years before it. A unit test knows no
    configuration. -#}
{%- set meta = config.get('meta') if config.get is defined else none -%}
{%- set gevolgd = (meta or {}).get('venster_maanden', 144) - 24 -%}
with maanden as (
    select maand from ({{ te_bouwen_maanden() }})
),

peildatums as (
    {{ rmc_peildatums() }}
),

-- Each month that is built, from the baseline on and as far as the window of this mart reaches.
metingen as (
    select
        maanden.maand,
        peildatums.gemeente,
        peildatums.nulmeting,
        peildatums.peildatum,
        peildatums.peilmaand
    from maanden
    inner join peildatums
        on
            maanden.maand >= peildatums.peilmaand
            and maanden.maand < peildatums.peilmaand + to_months({{ gevolgd }})
),

-- Who was out of sight then.
verdwenen_toen as (
    select
        jongeren.gemeente,
        metingen.maand,
        metingen.peildatum,
        metingen.peilmaand,
        jongeren.bsn_versleuteld as bsn_toen
    from metingen
    inner join {{ ref('rmc_jongeren') }} as jongeren
        on
            metingen.gemeente = jongeren.gemeente
            and metingen.peilmaand = jongeren.maand
            and jongeren.verdwenen_seed
),

-- Under which number they are known now; a number that was changed since is found by the list of
-- changes of the month itself.
nummers as (
    select
        toen.gemeente,
        toen.maand,
        toen.peildatum,
        toen.peilmaand,
        toen.bsn_toen,
        coalesce(wijzigingen.bsn_versleuteld, toen.bsn_toen) as bsn_versleuteld
    from verdwenen_toen as toen
    left join {{ ref('bsn_wijzigingen') }} as wijzigingen
        on
            toen.gemeente = wijzigingen.gemeente
            and toen.maand = wijzigingen.maand
            and toen.bsn_toen = wijzigingen.bsn_oud_versleuteld
            and wijzigingen.uitkomst = 'vertaald'
            and wijzigingen.maand in (select maanden.maand from maanden)
),

jongeren_nu as (
    select
        gemeente,
        maand,
        bsn_versleuteld,
        leeftijd,
        doelgroep,
        startkwalificatie,
        in_onderwijs,
        inkomen_bekend,
        in_beeld,
        status,
        parameter_status
    from {{ ref('rmc_jongeren') }}
    where maand in (select maanden.maand from maanden)
),

personen_nu as (
    select
        gemeente,
        maand,
        bsn_versleuteld
    from {{ ref('personen') }}
    where maand in (select maanden.maand from maanden)
),

-- The last that was heard of who lives here no more, under either number.
vertrokken as (
    select
        nummers.gemeente,
        nummers.maand,
        nummers.peildatum,
        nummers.bsn_toen,
        arg_max(verhuizingen.soort, row(verhuizingen.datum, verhuizingen.volgnummer)) as soort
    from nummers
    inner join {{ ref('verhuizingen') }} as verhuizingen
        on
            nummers.gemeente = verhuizingen.gemeente
            and nummers.peilmaand < verhuizingen.maand
            and nummers.maand >= verhuizingen.maand
            and (
                nummers.bsn_versleuteld = verhuizingen.bsn_versleuteld
                or nummers.bsn_toen = verhuizingen.bsn_versleuteld
            )
            and verhuizingen.soort in ('vertrek', 'overlijden')
    group by
        nummers.gemeente,
        nummers.maand,
        nummers.peildatum,
        nummers.bsn_toen
),

gevolgd as (
    select
        nummers.gemeente,
        nummers.maand,
        nummers.peildatum,
        jongeren_nu.inkomen_bekend,
        case
            when jongeren_nu.in_beeld then 'in_beeld'
            when not jongeren_nu.in_beeld then 'verdwenen'
            when jongeren_nu.bsn_versleuteld is not null then 'onbekend'
            when personen_nu.bsn_versleuteld is not null then 'te_oud'
            when vertrokken.soort = 'overlijden' then 'overleden'
            when vertrokken.soort = 'vertrek' then 'verhuisd'
            else 'weg'
        end as uitkomst,
        jongeren_nu.status
    from nummers
    left join jongeren_nu
        on
            nummers.gemeente = jongeren_nu.gemeente
            and nummers.maand = jongeren_nu.maand
            and nummers.bsn_versleuteld = jongeren_nu.bsn_versleuteld
    left join personen_nu
        on
            nummers.gemeente = personen_nu.gemeente
            and nummers.maand = personen_nu.maand
            and nummers.bsn_versleuteld = personen_nu.bsn_versleuteld
    left join vertrokken
        on
            nummers.gemeente = vertrokken.gemeente
            and nummers.maand = vertrokken.maand
            and nummers.peildatum = vertrokken.peildatum
            and nummers.bsn_toen = vertrokken.bsn_toen
),

geteld as (
    select
        gemeente,
        maand,
        peildatum,
        {{ rmc_uitkomst_tellingen() }}
        cast(
            count(*) filter (
                where inkomen_bekend and uitkomst in ('in_beeld', 'verdwenen', 'onbekend')
            ) as integer
        ) as beoordeeld,
        cast(count(*) filter (where inkomen_bekend and uitkomst = 'in_beeld') as integer)
            as beoordeeld_in_beeld,
        cast(count(*) filter (where inkomen_bekend and uitkomst = 'onbekend') as integer)
            as onbeslist
    from gevolgd
    group by
        gemeente,
        maand,
        peildatum
),

-- The measure of now and of then; a baseline whose month is not there gives no row at all.
per_maand as (
    select
        gemeente,
        maand,
        {{ rmc_slechtste_status(rmc_in_doelgroep()) }} as parameter_status,
        {{ rmc_maat_18_22() }}
    from jongeren_nu
    group by
        gemeente,
        maand
),

per_nulmeting as (
    select
        jongeren.gemeente,
        jongeren.maand,
        {{ rmc_slechtste_status(rmc_in_doelgroep()) }} as parameter_status,
        {{ rmc_verdwenen() }},
        {{ rmc_maat_18_22() }}
    from {{ ref('rmc_jongeren') }} as jongeren
    where jongeren.maand in (select metingen.peilmaand from metingen)
    group by
        jongeren.gemeente,
        jongeren.maand
)

select
    metingen.maand,
    metingen.gemeente,
    metingen.nulmeting,
    metingen.peildatum,
    per_nulmeting.verdwenen_seed as verdwenen_bij_nulmeting,
    per_nulmeting.verdwenen_onbekend as onbekend_bij_nulmeting,
    {{ rmc_uitkomst_kolommen('geteld', 'per_nulmeting.verdwenen_seed') }}
    {{ rmc_pct_in_beeld('geteld.beoordeeld', 'geteld.beoordeeld_in_beeld', 'geteld.onbeslist') }}
        as pct_teruggevonden,
    {{ rmc_pct_in_beeld(
        'per_nulmeting.beoordeeld_18_22',
        'per_nulmeting.in_beeld_18_22',
        'per_nulmeting.onbeslist_18_22'
    ) }} as pct_in_beeld_nulmeting,
    {{ rmc_pct_in_beeld(
        'per_maand.beoordeeld_18_22', 'per_maand.in_beeld_18_22', 'per_maand.onbeslist_18_22'
    ) }} as pct_in_beeld,
    {{ slechtste_status(['per_nulmeting.parameter_status', 'per_maand.parameter_status']) }}
        as parameter_status
from metingen
inner join per_maand
    on
        metingen.gemeente = per_maand.gemeente
        and metingen.maand = per_maand.maand
inner join per_nulmeting
    on
        metingen.gemeente = per_nulmeting.gemeente
        and metingen.peilmaand = per_nulmeting.maand
left join geteld
    on
        metingen.gemeente = geteld.gemeente
        and metingen.maand = geteld.maand
        and metingen.peildatum = geteld.peildatum
