with te_bouwen as (
    {{ te_bouwen_maanden() }}
),

-- The limit of the CBS is one of a year and so is the income that is held against it. It is
-- published for these households only; of students the CBS does not say whether they are poor.
besteedbare_inkomens as (
    select
        gemeente,
        maand,
        huishouden_sleutel,
        inkomensjaar,
        case when coalesce(inkomensbron, '') <> '26' then besteedbaar_inkomen_jaar end
            as besteedbaar_inkomen_jaar,
        case
            when huishouden_type = 1 then 'alleenstaand'
            when huishouden_type in (2, 3) and aantal_personen = 2 then 'paar'
            when huishouden_type in (4, 5) and aantal_volwassenen = 2 and aantal_personen = 4
                then 'paar_2k'
            when huishouden_type = 6 and aantal_volwassenen = 1 and aantal_personen = 2
                then 'eenouder_1k'
            when huishouden_type = 6 and aantal_volwassenen = 1 and aantal_personen = 3
                then 'eenouder_2k'
        end as huishouden
    from {{ ref('huishoudens') }}
    where
        maand in (select te_bouwen.maand from te_bouwen)
        and referentiepersoon
        and besteedbaar_inkomen_jaar is not null
),

geleverde_inkomens as (
    select
        inkomens.gemeente,
        inkomens.maand,
        inkomens.huishouden_sleutel,
        inkomens.besteedbaar_inkomen_jaar < 12 * grenzen.bedrag as arm,
        {{ zekerheid('grenzen.status') }} as zekerheid
    from besteedbare_inkomens as inkomens
    left join {{ ref('lage_inkomensgrenzen') }} as grenzen
        on
            inkomens.huishouden = grenzen.huishouden
            and make_date(inkomens.inkomensjaar, 1, 1) >= grenzen.geldig_vanaf
            and make_date(inkomens.inkomensjaar, 1, 1) <= coalesce(grenzen.geldig_tot, '9999-12-31')
),

-- A definition has rows where it can be computed.
definities as (
    select
        gemeente,
        maand,
        unnest(['bijstandsnorm', 'mvs_voorziening']) as armoede_definitie
    from {{ ref('armoede_huishoudens') }}
    where maand in (select te_bouwen.maand from te_bouwen)
    group by
        gemeente,
        maand
    union all
    select
        gemeente,
        maand,
        'cbs_lig' as armoede_definitie
    from geleverde_inkomens
    where arm is not null
    group by
        gemeente,
        maand
),

-- What else is delivered of incomes decides nothing.
lage_inkomens as (
    select
        inkomens.gemeente,
        inkomens.maand,
        inkomens.huishouden_sleutel,
        inkomens.arm,
        inkomens.zekerheid
    from geleverde_inkomens as inkomens
    inner join definities
        on
            inkomens.gemeente = definities.gemeente
            and inkomens.maand = definities.maand
            and definities.armoede_definitie = 'cbs_lig'
),

-- As a list, so that the low income of a household is looked up once and not for each of them.
definities_van_maand as (
    select
        gemeente,
        maand,
        list(armoede_definitie) as lijst
    from definities
    group by
        gemeente,
        maand
),

drempels as (
    select
        te_bouwen.maand,
        drempels.pct_norm,
        drempels.status
    from te_bouwen
    inner join {{ ref('armoede_drempels') }} as drempels
        on
            last_day(te_bouwen.maand) >= drempels.geldig_vanaf
            and last_day(te_bouwen.maand) <= coalesce(drempels.geldig_tot, '9999-12-31')
    where drempels.drempel = 'extreem_laag_inkomen'
),

huishoudens as (
    select
        huishoudens.gemeente,
        huishoudens.maand,
        huishoudens.wijk,
        huishoudens.buurt,
        definities.armoede_definitie,
        definities.armoede_definitie = 'bijstandsnorm' as naar_norm,
        {{ arm_volgens('huishoudens') }} as arm,
        {% for procent in armoede_procenten() %}
            huishoudens.arm_{{ procent }},
        {% endfor %}
        huishoudens.aantal_kinderen,
        huishoudens.maanden_bekend,
        huishoudens.langdurig_arm,
        huishoudens.inkomensbron,
        huishoudens.heeft_uitkering,
        huishoudens.heeft_bijstand,
        huishoudens.aantal_voorzieningen is not null as voorzieningen_bekend,
        huishoudens.verborgen_arm,
        huishoudens.inkomen_netto < huishoudens.norm as onder_norm,
        huishoudens.inkomen_netto < huishoudens.norm * drempels.pct_norm / 100 as extreem_laag,
        case definities.armoede_definitie
            when 'cbs_lig' then lage_inkomens.zekerheid
            when 'bijstandsnorm'
                then
                    case
                        when huishoudens.parameter_status is not null
                            then {{ zekerheid('huishoudens.parameter_status') }}
                    end
        end as zekerheid
    from {{ ref('armoede_huishoudens') }} as huishoudens
    inner join definities_van_maand
        on
            huishoudens.gemeente = definities_van_maand.gemeente
            and huishoudens.maand = definities_van_maand.maand
    left join lage_inkomens
        on
            huishoudens.gemeente = lage_inkomens.gemeente
            and huishoudens.maand = lage_inkomens.maand
            and huishoudens.huishouden_sleutel = lage_inkomens.huishouden_sleutel
    left join drempels on huishoudens.maand = drempels.maand
    cross join unnest(definities_van_maand.lijst) as definities (armoede_definitie)
    where huishoudens.maand in (select te_bouwen.maand from te_bouwen)
),

huishoudens_geteld as (
    select
        gemeente,
        maand,
        wijk,
        buurt,
        armoede_definitie,
        cast(count(*) as integer) as huishoudens,
        cast(count(arm) as integer) as huishoudens_bekend,
        {{ aantal_van_bekenden('arm is not null', 'arm') }} as huishoudens_arm,
        {% for procent in armoede_procenten() %}
            {% set vlag = 'arm_' ~ procent %}
            {{ aantal_van_bekenden('naar_norm and ' ~ vlag ~ ' is not null', vlag) }}
                as huishoudens_{{ vlag }},
        {% endfor %}
        cast(count(*) filter (where aantal_kinderen > 0) as integer) as huishoudens_met_kinderen,
        cast(count(arm) filter (where aantal_kinderen > 0) as integer)
            as huishoudens_met_kinderen_bekend,
        {{ aantal_van_bekenden(
            'aantal_kinderen > 0 and arm is not null', 'aantal_kinderen > 0 and arm'
        ) }} as huishoudens_met_kinderen_arm,
        case when bool_or(naar_norm) then cast(count(langdurig_arm) as integer) end
            as huishoudens_langdurig_bekend,
        {{ aantal_van_bekenden('naar_norm and langdurig_arm is not null', 'langdurig_arm') }}
            as huishoudens_langdurig_arm,
        case when bool_or(naar_norm) then cast(sum(maanden_bekend) as integer) end
            as maanden_bekend,
        cast(count(arm) filter (where inkomensbron = 'loon') as integer)
            as huishoudens_werkend_bekend,
        {{ aantal_van_bekenden(
            "inkomensbron = 'loon' and arm is not null", "inkomensbron = 'loon' and arm"
        ) }} as huishoudens_werkend_arm,
        case
            when bool_or(naar_norm)
                then cast(count(*) filter (where arm and voorzieningen_bekend) as integer)
        end as huishoudens_arm_voorziening_bekend,
        {{ aantal_van_bekenden(
            'naar_norm and arm is not null and voorzieningen_bekend',
            'verborgen_arm and voorzieningen_bekend'
        ) }} as huishoudens_verborgen_arm,
        {{ aantal_van_bekenden(
            'naar_norm and aantal_kinderen > 0 and onder_norm is not null',
            'aantal_kinderen > 0 and onder_norm and not heeft_uitkering'
        ) }} as gezinnen_onder_norm_zonder_uitkering,
        {{ aantal_van_bekenden(
            'naar_norm and aantal_kinderen > 0 and extreem_laag is not null',
            'aantal_kinderen > 0 and extreem_laag and not heeft_uitkering'
        ) }} as gezinnen_extreem_laag_zonder_uitkering,
        case
            when bool_or(naar_norm and voorzieningen_bekend)
                then
                    cast(
                        coalesce(sum(aantal_kinderen) filter (where heeft_bijstand), 0) as integer
                    )
        end as kinderen_in_bijstand,
        max(zekerheid) as zekerheid
    from huishoudens
    group by
        gemeente,
        maand,
        wijk,
        buurt,
        armoede_definitie
),

personen as (
    select
        personen.gemeente,
        personen.maand,
        personen.wijk,
        personen.buurt,
        definities.armoede_definitie,
        definities.armoede_definitie = 'bijstandsnorm' as naar_norm,
        {{ arm_volgens('personen') }} as arm,
        {% for procent in armoede_procenten() %}
            personen.arm_{{ procent }},
        {% endfor %}
        personen.kind,
        personen.langdurig_arm,
        personen.verborgen_arm,
        personen.aantal_voorzieningen is not null as voorzieningen_bekend,
        not personen.kind and personen.inkomensbron_persoon = 'loon' as werkend
    from {{ ref('armoede_personen') }} as personen
    inner join definities_van_maand
        on
            personen.gemeente = definities_van_maand.gemeente
            and personen.maand = definities_van_maand.maand
    left join lage_inkomens
        on
            personen.gemeente = lage_inkomens.gemeente
            and personen.maand = lage_inkomens.maand
            and personen.huishouden_sleutel = lage_inkomens.huishouden_sleutel
    cross join unnest(definities_van_maand.lijst) as definities (armoede_definitie)
    where personen.maand in (select te_bouwen.maand from te_bouwen)
),

personen_geteld as (
    select
        gemeente,
        maand,
        wijk,
        buurt,
        armoede_definitie,
        cast(count(*) as integer) as personen,
        cast(count(arm) as integer) as personen_bekend,
        {{ aantal_van_bekenden('arm is not null', 'arm') }} as personen_arm,
        {% for procent in armoede_procenten() %}
            {% set vlag = 'arm_' ~ procent %}
            {{ aantal_van_bekenden('naar_norm and ' ~ vlag ~ ' is not null', vlag) }}
                as personen_{{ vlag }},
        {% endfor %}
        case when bool_or(naar_norm) then cast(count(langdurig_arm) as integer) end
            as personen_langdurig_bekend,
        {{ aantal_van_bekenden('naar_norm and langdurig_arm is not null', 'langdurig_arm') }}
            as personen_langdurig_arm,
        {{ aantal_van_bekenden(
            'naar_norm and arm is not null and voorzieningen_bekend',
            'verborgen_arm and voorzieningen_bekend'
        ) }} as personen_verborgen_arm,
        cast(count(arm) filter (where werkend) as integer) as personen_werkend_bekend,
        {{ aantal_van_bekenden('werkend and arm is not null', 'werkend and arm') }}
            as personen_werkend_arm,
        cast(count(*) filter (where kind) as integer) as kinderen,
        cast(count(arm) filter (where kind) as integer) as kinderen_bekend,
        {{ aantal_van_bekenden('kind and arm is not null', 'kind and arm') }} as kinderen_arm,
        case
            when bool_or(naar_norm) then cast(count(langdurig_arm) filter (where kind) as integer)
        end as kinderen_langdurig_bekend,
        {{ aantal_van_bekenden(
            'naar_norm and kind and langdurig_arm is not null', 'kind and langdurig_arm'
        ) }} as kinderen_langdurig_arm
    from personen
    group by
        gemeente,
        maand,
        wijk,
        buurt,
        armoede_definitie
),

-- Of which months BUS tells who has bijstand; the flows of a month need it and the one before.
bus_maanden as (
    select
        gemeente,
        maand
    from {{ ref('volledigheid') }}
    where
        levering = 'bijstand_bus'
        and staat <> 'ontbreekt'
),

stromen_bekend as (
    select
        nu.gemeente,
        nu.maand,
        eerder.maand is not null as stroom_bekend
    from te_bouwen
    inner join bus_maanden as nu on te_bouwen.maand = nu.maand
    left join bus_maanden as eerder
        on
            nu.gemeente = eerder.gemeente
            and nu.maand = eerder.maand + to_months(1)
),

twee_maanden as (
    select
        maand,
        maand as van_maand
    from te_bouwen
    union all
    select
        maand,
        cast(maand - to_months(1) as date) as van_maand
    from te_bouwen
),

-- Special assistance (11, 12) is no income to live on. A right of the month before stands under the
-- number that the person has now.
bijstand_van_twee_maanden as (
    select
        bijstand.gemeente,
        twee_maanden.maand,
        bijstand.wijk,
        bijstand.buurt,
        bijstand.loopt_op_laatste_dag,
        bijstand.reden_beeindiging,
        twee_maanden.van_maand = twee_maanden.maand as van_nu,
        coalesce(wijzigingen.bsn_versleuteld, bijstand.bsn_versleuteld) as bsn_versleuteld
    from twee_maanden
    inner join {{ ref('bijstand') }} as bijstand on twee_maanden.van_maand = bijstand.maand
    left join {{ ref('bsn_wijzigingen') }} as wijzigingen
        on
            twee_maanden.maand = wijzigingen.maand
            and twee_maanden.van_maand < twee_maanden.maand
            and bijstand.gemeente = wijzigingen.gemeente
            and bijstand.bsn_versleuteld = wijzigingen.bsn_oud_versleuteld
            and wijzigingen.uitkomst = 'vertaald'
    where bijstand.regeling not in ('11', '12')
),

bijstand_per_persoon as (
    select
        gemeente,
        maand,
        bsn_versleuteld,
        coalesce(bool_or(loopt_op_laatste_dag) filter (where van_nu), false) as nu,
        coalesce(bool_or(loopt_op_laatste_dag) filter (where not van_nu), false) as eerder,
        max(wijk) filter (where van_nu) as wijk_nu,
        max(buurt) filter (where van_nu) as buurt_nu,
        max(wijk) filter (where not van_nu) as wijk_eerder,
        max(buurt) filter (where not van_nu) as buurt_eerder,
        max_by(reden_beeindiging, van_nu) filter (where reden_beeindiging is not null) as reden
    from bijstand_van_twee_maanden
    group by
        gemeente,
        maand,
        bsn_versleuteld
),

verhuisd as (
    select
        gemeente,
        maand,
        bsn_versleuteld,
        bool_or(soort = 'vestiging') as gevestigd,
        bool_or(soort = 'vertrek') as vertrokken,
        bool_or(soort = 'overlijden') as overleden
    from {{ ref('verhuizingen') }}
    where maand in (select te_bouwen.maand from te_bouwen)
    group by
        gemeente,
        maand,
        bsn_versleuteld
),

-- Who came in is counted where they live now, who went out where they lived then; why they went
-- out is told by the BRP first, then by BUS.
bijstand as (
    select
        per_persoon.gemeente,
        per_persoon.maand,
        per_persoon.nu,
        per_persoon.eerder,
        per_persoon.nu and not per_persoon.eerder as instroom,
        per_persoon.eerder and not per_persoon.nu as uitstroom,
        coalesce(verhuisd.gevestigd, false) as gevestigd,
        case when per_persoon.nu then per_persoon.wijk_nu else per_persoon.wijk_eerder end as wijk,
        case when per_persoon.nu then per_persoon.buurt_nu else per_persoon.buurt_eerder end
            as buurt,
        case
            when verhuisd.overleden or per_persoon.reden = '04' then 'overlijden'
            when verhuisd.vertrokken or per_persoon.reden in ('32', '33') then 'vertrek'
            when per_persoon.reden in ('11', '13') then 'werk'
            else 'overig'
        end as reden
    from bijstand_per_persoon as per_persoon
    left join verhuisd
        on
            per_persoon.gemeente = verhuisd.gemeente
            and per_persoon.maand = verhuisd.maand
            and per_persoon.bsn_versleuteld = verhuisd.bsn_versleuteld
    where per_persoon.nu or per_persoon.eerder
),

bijstand_geteld as (
    select
        bijstand.gemeente,
        bijstand.maand,
        bijstand.wijk,
        bijstand.buurt,
        count(*) filter (where bijstand.nu) as personen_bijstand,
        count(*) filter (where bijstand.instroom) as bijstand_instroom,
        count(*) filter (where bijstand.instroom and bijstand.gevestigd)
            as bijstand_instroom_vestiging,
        count(*) filter (where bijstand.uitstroom) as bijstand_uitstroom,
        count(*) filter (where bijstand.uitstroom and bijstand.reden = 'vertrek')
            as bijstand_uitstroom_vertrek,
        count(*) filter (where bijstand.uitstroom and bijstand.reden = 'overlijden')
            as bijstand_uitstroom_overlijden,
        count(*) filter (where bijstand.uitstroom and bijstand.reden = 'werk')
            as bijstand_uitstroom_werk,
        count(*) filter (where bijstand.uitstroom and bijstand.reden = 'overig')
            as bijstand_uitstroom_overig
    from bijstand
    inner join definities
        on
            bijstand.gemeente = definities.gemeente
            and bijstand.maand = definities.maand
            and definities.armoede_definitie = 'bijstandsnorm'
    group by
        bijstand.gemeente,
        bijstand.maand,
        bijstand.wijk,
        bijstand.buurt
),

gebieden as (
    select
        gemeente,
        maand,
        wijk,
        buurt,
        armoede_definitie
    from huishoudens_geteld
    union
    select
        gemeente,
        maand,
        wijk,
        buurt,
        armoede_definitie
    from personen_geteld
    union
    select
        gemeente,
        maand,
        wijk,
        buurt,
        'bijstandsnorm' as armoede_definitie
    from bijstand_geteld
),

geteld as (
    select
        gebieden.maand,
        gebieden.wijk,
        gebieden.buurt,
        gebieden.gemeente,
        gebieden.armoede_definitie,
        {% for naam in armoede_van_huishoudens() %}
            {{ nul_zonder_rij('huishoudens_geteld', naam) }} as {{ naam }},
        {% endfor %}
        {% for naam in armoede_van_personen() %}
            {{ nul_zonder_rij('personen_geteld', naam) }} as {{ naam }},
        {% endfor %}
        case
            when stromen_bekend.gemeente is not null
                then cast(coalesce(bijstand_geteld.personen_bijstand, 0) as integer)
        end as personen_bijstand,
        {% for naam in armoede_van_bijstand()[1:] %}
            case
                when stromen_bekend.stroom_bekend
                    then cast(coalesce(bijstand_geteld.{{ naam }}, 0) as integer)
            end as {{ naam }},
        {% endfor %}
        drempels.pct_norm as drempel_extreem_laag,
        case
            when gebieden.armoede_definitie = 'bijstandsnorm'
                then coalesce(drempels.status, 'ontbreekt')
        end as drempel_status,
        huishoudens_geteld.zekerheid
    from gebieden
    left join huishoudens_geteld
        on
            gebieden.gemeente = huishoudens_geteld.gemeente
            and gebieden.maand = huishoudens_geteld.maand
            and gebieden.buurt = huishoudens_geteld.buurt
            and gebieden.armoede_definitie = huishoudens_geteld.armoede_definitie
    left join personen_geteld
        on
            gebieden.gemeente = personen_geteld.gemeente
            and gebieden.maand = personen_geteld.maand
            and gebieden.buurt = personen_geteld.buurt
            and gebieden.armoede_definitie = personen_geteld.armoede_definitie
    left join bijstand_geteld
        on
            gebieden.gemeente = bijstand_geteld.gemeente
            and gebieden.maand = bijstand_geteld.maand
            and gebieden.buurt = bijstand_geteld.buurt
            and gebieden.armoede_definitie = 'bijstandsnorm'
    left join stromen_bekend
        on
            gebieden.gemeente = stromen_bekend.gemeente
            and gebieden.maand = stromen_bekend.maand
            and gebieden.armoede_definitie = 'bijstandsnorm'
    left join drempels
        on
            gebieden.maand = drempels.maand
            and gebieden.armoede_definitie = 'bijstandsnorm'
)

select
    maand,
    wijk,
    buurt,
    gemeente,
    armoede_definitie,
    {{ armoede_uitkomsten() }}
from geteld
