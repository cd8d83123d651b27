{# How long someone is followed; `venster_maanden` is that and what armoede rests on. #}
{% set gevolgd = 12 %}

with te_bouwen as (
    {{ te_bouwen_maanden() }}
),

terugkijken as (
    select cast(unnest(range(0, {{ gevolgd + 1 }})) as integer) as terug
),

-- The month in which a group is made up lies `gevolgd` months back (peilmaand).
vensters as (
    select
        te_bouwen.maand,
        terugkijken.terug,
        terugkijken.terug = {{ gevolgd }} as peil,
        cast(te_bouwen.maand - to_months(terugkijken.terug) as date) as van_maand,
        cast(te_bouwen.maand - to_months({{ gevolgd }}) as date) as peilmaand
    from te_bouwen
    cross join terugkijken
),

bekend as (
    select
        vensters.maand,
        volledigheid.gemeente,
        count(*) filter (where volledigheid.levering = 'bijstand_bus') as bijstand,
        count(*) filter (where volledigheid.levering = 'schuldhulp_ddas' and not vensters.peil)
            as schuldhulp,
        count(*) filter (where volledigheid.levering = 'vroegsignalen' and not vensters.peil)
            as vroegsignalen,
        count(*) filter (where volledigheid.levering = 'schuldhulp_ddas' and vensters.peil)
            as schuldhulp_op_peil,
        count(*) filter (where volledigheid.levering = 'vroegsignalen' and vensters.peil)
            as vroegsignalen_op_peil
    from vensters
    inner join {{ ref('volledigheid') }} as volledigheid on vensters.van_maand = volledigheid.maand
    where
        volledigheid.levering in ('bijstand_bus', 'schuldhulp_ddas', 'vroegsignalen')
        and volledigheid.staat <> 'ontbreekt'
    group by
        vensters.maand,
        volledigheid.gemeente
),

-- Whoever got another number is followed under the one of the last month.
nummers as (
    select
        maand,
        gemeente,
        bsn_oud_versleuteld,
        bsn_versleuteld
    from {{ ref('bsn_wijzigingen') }}
    where
        maand in (select te_bouwen.maand from te_bouwen)
        and uitkomst = 'vertaald'
),

inwoners as (
    select
        gemeente,
        maand,
        bsn_versleuteld
    from {{ ref('personen') }}
    where maand in (select te_bouwen.maand from te_bouwen)
),

bijstand as (
    select
        vensters.maand,
        vensters.peil,
        bijstand.gemeente,
        bijstand.regeling in ('11', '12') as bijzonder,
        bijstand.vrijwilligerswerk,
        bijstand.tegenprestatie,
        bijstand.loopt_op_laatste_dag,
        bijstand.reden_beeindiging,
        bijstand.bsn_versleuteld as bsn_toen,
        coalesce(nummers.bsn_versleuteld, bijstand.bsn_versleuteld) as bsn_versleuteld
    from vensters
    inner join {{ ref('bijstand') }} as bijstand on vensters.van_maand = bijstand.maand
    left join nummers
        on
            vensters.maand = nummers.maand
            and bijstand.gemeente = nummers.gemeente
            and bijstand.bsn_versleuteld = nummers.bsn_oud_versleuteld
),

-- A right that ended on the very last day of the month is one of which the end comes after it.
bijstandsgerechtigden as (
    select
        maand,
        gemeente,
        bsn_versleuteld,
        bool_or(vrijwilligerswerk) filter (where peil) as vrijwilligerswerk,
        bool_or(tegenprestatie) filter (where peil) as tegenprestatie,
        coalesce(
            bool_or(
                reden_beeindiging in ('11', '13') and (not peil or loopt_op_laatste_dag)
            ),
            false
        ) as naar_werk
    from bijstand
    where not bijzonder
    group by
        maand,
        gemeente,
        bsn_versleuteld
    having bool_or(peil and loopt_op_laatste_dag)
),

uitstroom as (
    select
        gerechtigden.maand,
        gerechtigden.gemeente,
        gerechtigden.naar_werk,
        {{ ja_nee_onbekend('gerechtigden.vrijwilligerswerk') }} as vrijwilligerswerk,
        {{ ja_nee_onbekend('gerechtigden.tegenprestatie') }} as tegenprestatie,
        inwoners.bsn_versleuteld is null and not gerechtigden.naar_werk as uit_beeld
    from bijstandsgerechtigden as gerechtigden
    left join inwoners
        on
            gerechtigden.gemeente = inwoners.gemeente
            and gerechtigden.maand = inwoners.maand
            and gerechtigden.bsn_versleuteld = inwoners.bsn_versleuteld
),

schuldhulp as (
    select
        vensters.maand,
        vensters.van_maand,
        vensters.peil,
        schuldhulp.gemeente,
        schuldhulp.traject,
        schuldhulp.beschikking,
        schuldhulp.datum_einde_oplossing,
        schuldhulp.datum_uitstroom,
        schuldhulp.reden_uitstroom,
        cast(vensters.peilmaand + to_months(1) as date) as eerste_dag,
        coalesce(nummers.bsn_versleuteld, schuldhulp.bsn_versleuteld) as bsn_versleuteld,
        schuldhulp.datum_aanvang > last_day(vensters.peilmaand) as daarna_begonnen
    from vensters
    inner join {{ ref('schuldhulp') }} as schuldhulp on vensters.van_maand = schuldhulp.maand
    left join nummers
        on
            vensters.maand = nummers.maand
            and schuldhulp.gemeente = nummers.gemeente
            and schuldhulp.bsn_versleuteld = nummers.bsn_oud_versleuteld
),

schuldhulp_per_persoon as (
    select
        maand,
        gemeente,
        bsn_versleuteld,
        bool_or(peil) as op_peil,
        bool_or(daarna_begonnen and not peil) as daarna
    from schuldhulp
    group by
        maand,
        gemeente,
        bsn_versleuteld
),

vroegsignalen_per_persoon as (
    select
        vensters.maand,
        vroegsignalen.gemeente,
        coalesce(nummers.bsn_versleuteld, vroegsignalen.bsn_versleuteld) as bsn_nu,
        bool_or(vensters.peil) as op_peil,
        bool_or(vroegsignalen.nieuw and not vensters.peil) as daarna
    from vensters
    inner join {{ ref('vroegsignalen') }} as vroegsignalen
        on vensters.van_maand = vroegsignalen.maand
    left join nummers
        on
            vensters.maand = nummers.maand
            and vroegsignalen.gemeente = nummers.gemeente
            and vroegsignalen.bsn_versleuteld = nummers.bsn_oud_versleuteld
    group by
        vensters.maand,
        vroegsignalen.gemeente,
        bsn_nu
),

-- Who was poor (110 %) in the peilmaand, and whether the schemes of the household were known.
armen as (
    select
        vensters.maand,
        armen.gemeente,
        armen.bsn_versleuteld as bsn_toen,
        armen.huishouden_sleutel,
        coalesce(nummers.bsn_versleuteld, armen.bsn_versleuteld) as bsn_versleuteld,
        armen.leeftijd >= {{ inkomen_gevraagd_vanaf() }} as volwassen,
        {{ zekerheid('armen.parameter_status') }} as zekerheid
    from vensters
    inner join {{ ref('armoede_personen') }} as armen on vensters.van_maand = armen.maand
    left join nummers
        on
            vensters.maand = nummers.maand
            and armen.gemeente = nummers.gemeente
            and armen.bsn_versleuteld = nummers.bsn_oud_versleuteld
    where
        vensters.peil
        and armen.arm_110
        and armen.aantal_voorzieningen is not null
),

bijzondere_bijstand as (
    select
        maand,
        gemeente,
        bsn_toen
    from bijstand
    where
        peil
        and bijzonder
    union
    select
        vensters.maand,
        minima.gemeente,
        minima.bsn_versleuteld as bsn_toen
    from vensters
    inner join {{ ref('minimaregelingen') }} as minima on vensters.van_maand = minima.maand
    where
        vensters.peil
        and minima.regeling_code = 'bijzondere_bijstand'
),

huishoudens_met_bijzondere_bijstand as (
    select
        armen.maand,
        armen.gemeente,
        armen.huishouden_sleutel
    from armen
    inner join bijzondere_bijstand
        on
            armen.maand = bijzondere_bijstand.maand
            and armen.gemeente = bijzondere_bijstand.gemeente
            and armen.bsn_toen = bijzondere_bijstand.bsn_toen
    group by
        armen.maand,
        armen.gemeente,
        armen.huishouden_sleutel
),

schulden as (
    select
        armen.maand,
        armen.gemeente,
        armen.zekerheid,
        case when met_bijstand.huishouden_sleutel is null then 'nee' else 'ja' end as groep,
        inwoners.bsn_versleuteld is null as vertrokken,
        coalesce(schuldhulp.op_peil, false) as in_schuldhulp,
        coalesce(schuldhulp.daarna, false) as naar_schuldhulp,
        coalesce(vroegsignalen.op_peil, false) as met_vroegsignaal,
        coalesce(vroegsignalen.daarna, false) as naar_vroegsignaal
    from armen
    left join huishoudens_met_bijzondere_bijstand as met_bijstand
        on
            armen.maand = met_bijstand.maand
            and armen.gemeente = met_bijstand.gemeente
            and armen.huishouden_sleutel = met_bijstand.huishouden_sleutel
    left join inwoners
        on
            armen.maand = inwoners.maand
            and armen.gemeente = inwoners.gemeente
            and armen.bsn_versleuteld = inwoners.bsn_versleuteld
    left join schuldhulp_per_persoon as schuldhulp
        on
            armen.maand = schuldhulp.maand
            and armen.gemeente = schuldhulp.gemeente
            and armen.bsn_versleuteld = schuldhulp.bsn_versleuteld
    left join vroegsignalen_per_persoon as vroegsignalen
        on
            armen.maand = vroegsignalen.maand
            and armen.gemeente = vroegsignalen.gemeente
            and armen.bsn_versleuteld = vroegsignalen.bsn_nu
    where armen.volwassen
),

-- A traject once, whoever takes part: admitted, and running on some day of the twelve months.
trajecten as (
    select
        maand,
        gemeente,
        traject,
        max(datum_uitstroom) as datum_uitstroom,
        max_by(reden_uitstroom, van_maand) filter (where datum_uitstroom is not null)
            as reden_uitstroom,
        max(datum_einde_oplossing) as datum_einde_oplossing
    from schuldhulp
    where not peil
    group by
        maand,
        gemeente,
        traject
    having
        bool_or(beschikking = 'toegelaten')
        and coalesce(max(datum_uitstroom) >= max(eerste_dag), true)
),

-- Ended early is for one of these reasons, and not after the solution was over (domain 3.7).
beeindigd as (
    select
        maand,
        gemeente,
        datum_uitstroom is not null as beeindigd,
        coalesce(datum_uitstroom <= datum_einde_oplossing, datum_uitstroom is not null)
        and coalesce(
            reden_uitstroom in ('Nietverschenen', 'Ingetrokken', 'Voldoet niet', 'Niet passend'),
            false
        ) as voortijdig,
        coalesce(datum_uitstroom <= datum_einde_oplossing, datum_uitstroom is not null)
        and coalesce(reden_uitstroom = 'Overig', false) as overig
    from trajecten
),

tellingen as (
    {% for vraag in ['vrijwilligerswerk', 'tegenprestatie'] %}
        select
            maand,
            gemeente,
            'werk_na_{{ vraag }}' as vraag,
            {{ vraag }} as groep,
            count(*) filter (where not uit_beeld) as aantal,
            count(*) filter (where naar_werk) as teller,
            count(*) filter (where uit_beeld) as uit_beeld,
            cast(null as integer) as zekerheid
        from uitstroom
        group by
            maand,
            gemeente,
            {{ vraag }}
        union all
    {% endfor %}
    {% for vraag in ['schuldhulp', 'vroegsignaal'] %}
        select
            maand,
            gemeente,
            '{{ vraag }}_na_bijzondere_bijstand' as vraag,
            groep,
            count(*) filter (where naar_{{ vraag }} or not vertrokken) as aantal,
            count(*) filter (where naar_{{ vraag }}) as teller,
            count(*) filter (where vertrokken and not naar_{{ vraag }}) as uit_beeld,
            max(zekerheid) as zekerheid
        from schulden
        where not {{ 'in_schuldhulp' if vraag == 'schuldhulp' else 'met_vroegsignaal' }}
        group by
            maand,
            gemeente,
            groep
        union all
    {% endfor %}
    {% for groep, telt in [
        ('zonder_overig', 'voortijdig'), ('met_overig', 'voortijdig or overig')
    ] %}
        select
            maand,
            gemeente,
            'schuldhulp_voortijdig' as vraag,
            '{{ groep }}' as groep,
            count(*) as aantal,
            count(*) filter (where {{ telt }}) as teller,
            0 as uit_beeld,
            cast(null as integer) as zekerheid
        from beeindigd
        group by
            maand,
            gemeente
        union all
        select
            maand,
            gemeente,
            'schuldhulp_voortijdig_van_beeindigd' as vraag,
            '{{ groep }}' as groep,
            count(*) filter (where beeindigd) as aantal,
            count(*) filter (where {{ telt }}) as teller,
            0 as uit_beeld,
            cast(null as integer) as zekerheid
        from beeindigd
        group by
            maand,
            gemeente
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

gemeenten as (
    select
        gemeente,
        maand
    from {{ ref('armoede_gemeente') }}
    where maand in (select te_bouwen.maand from te_bouwen)
    group by
        gemeente,
        maand
),

-- Of whom the poor of the peilmaand are known: without them there is no group to follow.
peilbaar as (
    select
        vensters.maand,
        gemeenten.gemeente
    from vensters
    inner join {{ ref('armoede_gemeente') }} as gemeenten on vensters.van_maand = gemeenten.maand
    where
        vensters.peil
        and gemeenten.armoede_definitie = 'bijstandsnorm'
        and gemeenten.huishoudens_bekend > 0
        and gemeenten.huishoudens_verborgen_arm is not null
),

vragen as (
    select
        gemeenten.gemeente,
        gemeenten.maand,
        vragen.vraag,
        vragen.groep,
        vragen.armoede_definitie,
        vragen.maanden_nodig
    from gemeenten
    cross join (
        values
        {% for vraag in ['vrijwilligerswerk', 'tegenprestatie'] %}
            {% for groep in ['ja', 'nee', 'onbekend'] %}
                ('werk_na_{{ vraag }}', '{{ groep }}', 'geen', {{ gevolgd + 1 }}),
            {% endfor %}
        {% endfor %}
        {% for vraag in ['schuldhulp', 'vroegsignaal'] %}
            {% for groep in ['ja', 'nee'] %}
                (
                    '{{ vraag }}_na_bijzondere_bijstand',
                    '{{ groep }}',
                    'bijstandsnorm',
                    {{ gevolgd + 1 }}
                ),
            {% endfor %}
        {% endfor %}
        ('schuldhulp_voortijdig', 'zonder_overig', 'geen', {{ gevolgd }}),
        ('schuldhulp_voortijdig', 'met_overig', 'geen', {{ gevolgd }}),
        ('schuldhulp_voortijdig_van_beeindigd', 'zonder_overig', 'geen', {{ gevolgd }}),
        ('schuldhulp_voortijdig_van_beeindigd', 'met_overig', 'geen', {{ gevolgd }})
    ) as vragen (vraag, groep, armoede_definitie, maanden_nodig)
),

met_bekend as (
    select
        vragen.gemeente,
        vragen.maand,
        vragen.vraag,
        vragen.groep,
        vragen.armoede_definitie,
        vragen.maanden_nodig,
        coalesce(
            case
                when vragen.vraag like 'werk_na_%' then bekend.bijstand
                when vragen.vraag = 'schuldhulp_na_bijzondere_bijstand'
                    then
                        bekend.schuldhulp
                        + case when peilbaar.maand is null then 0 else bekend.schuldhulp_op_peil end
                when vragen.vraag = 'vroegsignaal_na_bijzondere_bijstand'
                    then
                        bekend.vroegsignalen
                        + case
                            when peilbaar.maand is null then 0
                            else bekend.vroegsignalen_op_peil
                        end
                else bekend.schuldhulp
            end,
            0
        ) as maanden_bekend
    from vragen
    left join bekend
        on
            vragen.gemeente = bekend.gemeente
            and vragen.maand = bekend.maand
    left join peilbaar
        on
            vragen.gemeente = peilbaar.gemeente
            and vragen.maand = peilbaar.maand
),

effecten as (
    select
        vragen.gemeente,
        vragen.maand,
        vragen.vraag,
        vragen.groep,
        vragen.armoede_definitie,
        vragen.maanden_nodig,
        vragen.maanden_bekend,
        tellingen.zekerheid,
        case
            when vragen.maanden_bekend = vragen.maanden_nodig then coalesce(tellingen.aantal, 0)
        end as aantal,
        case
            when vragen.maanden_bekend = vragen.maanden_nodig then coalesce(tellingen.teller, 0)
        end as teller,
        case
            when vragen.maanden_bekend = vragen.maanden_nodig then coalesce(tellingen.uit_beeld, 0)
        end as uit_beeld
    from met_bekend as vragen
    left join tellingen
        on
            vragen.gemeente = tellingen.gemeente
            and vragen.maand = tellingen.maand
            and vragen.vraag = tellingen.vraag
            and vragen.groep = tellingen.groep
),

-- The gemeente itself, now and a year ago.
eigen as (
    {% for maat, delen in {
        'huishoudens': ['huishoudens_bekend', 'huishoudens_arm'],
        'personen': ['personen_bekend', 'personen_arm'],
        'kinderen': ['kinderen_bekend', 'kinderen_arm'],
        'langdurig': ['huishoudens_langdurig_bekend', 'huishoudens_langdurig_arm'],
    }.items() %}
        select
            vensters.maand,
            vensters.peil,
            gemeenten.gemeente,
            '{{ maat }}' as maat,
            gemeenten.armoede_definitie,
            gemeenten.{{ delen[0] }} as aantal,
            gemeenten.{{ delen[1] }} as teller,
            gemeenten.parameter_status
        from vensters
        inner join {{ ref('armoede_gemeente') }} as gemeenten
            on vensters.van_maand = gemeenten.maand
        where vensters.terug in (0, {{ gevolgd }})
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

ontwikkeling as (
    select
        nu.gemeente,
        nu.maand,
        nu.maat,
        'eigen' as groep,
        nu.armoede_definitie,
        year(nu.maand) as jaar,
        nu.aantal,
        nu.teller,
        {{ armoede_aandeel('nu.teller', 'nu.aantal') }} as pct,
        {{ armoede_aandeel('eerder.teller', 'eerder.aantal') }} as pct_jaar_eerder,
        nu.parameter_status
    from eigen as nu
    left join eigen as eerder
        on
            nu.gemeente = eerder.gemeente
            and nu.maand = eerder.maand
            and nu.maat = eerder.maat
            and nu.armoede_definitie = eerder.armoede_definitie
            and eerder.peil
    where
        not nu.peil
        and nu.aantal is not null
),

-- The newest figure that is not of a later year; of a gemeente's own figure before that for all.
referenties as (
    select
        gemeenten.gemeente,
        gemeenten.maand,
        referenties.maat,
        referenties.referentie as groep,
        referenties.armoede_definitie,
        referenties.jaar,
        referenties.aantal,
        referenties.teller,
        referenties.pct,
        eerder.pct as pct_jaar_eerder,
        referenties.status as parameter_status
    from gemeenten
    inner join {{ ref('referentiegemeenten') }} as referenties
        on
            gemeenten.gemeente = coalesce(referenties.gemeente, gemeenten.gemeente)
            and referenties.jaar <= year(gemeenten.maand)
    left join {{ ref('referentiegemeenten') }} as eerder
        on
            referenties.referentie = eerder.referentie
            and coalesce(referenties.gemeente, '') = coalesce(eerder.gemeente, '')
            and referenties.maat = eerder.maat
            and referenties.armoede_definitie = eerder.armoede_definitie
            and referenties.jaar = eerder.jaar + 1
    qualify
        row_number() over (
            partition by
                gemeenten.gemeente,
                gemeenten.maand,
                referenties.maat,
                referenties.referentie,
                referenties.armoede_definitie
            order by referenties.jaar desc, referenties.gemeente asc nulls last
        ) = 1
),

vergelijking as (
    select
        gemeente,
        maand,
        maat,
        groep,
        armoede_definitie,
        jaar,
        aantal,
        teller,
        pct,
        pct_jaar_eerder,
        parameter_status
    from ontwikkeling
    union all
    select
        gemeente,
        maand,
        maat,
        groep,
        armoede_definitie,
        jaar,
        aantal,
        teller,
        pct,
        pct_jaar_eerder,
        parameter_status
    from referenties
)

select
    maand,
    gemeente,
    vraag,
    groep,
    armoede_definitie,
    cast(
        maand - to_months(case when maanden_nodig > {{ gevolgd }} then {{ gevolgd }} else 11 end)
        as date
    ) as vanaf_maand,
    cast(null as integer) as jaar,
    maanden_nodig,
    cast(maanden_bekend as integer) as maanden_bekend,
    cast(aantal as integer) as aantal,
    cast(teller as integer) as teller,
    cast(uit_beeld as integer) as uit_beeld,
    {{ armoede_aandeel('teller', 'aantal') }} as pct,
    cast(null as decimal(5, 2)) as pct_jaar_eerder,
    cast(null as decimal(5, 2)) as verschil_procentpunt,
    {{ bewijst_niet('vraag') }} as bewijst_niet,
    {{ parameter_status('zekerheid') }} as parameter_status
from effecten
union all
select
    maand,
    gemeente,
    'ontwikkeling_' || maat as vraag,
    groep,
    armoede_definitie,
    cast(null as date) as vanaf_maand,
    cast(jaar as integer) as jaar,
    cast(null as integer) as maanden_nodig,
    cast(null as integer) as maanden_bekend,
    cast(aantal as integer) as aantal,
    cast(teller as integer) as teller,
    cast(null as integer) as uit_beeld,
    pct,
    pct_jaar_eerder,
    cast(pct - pct_jaar_eerder as decimal(5, 2)) as verschil_procentpunt,
    {{ bewijst_niet("'ontwikkeling'") }} as bewijst_niet,
    parameter_status
from vergelijking
