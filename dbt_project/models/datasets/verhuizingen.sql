with wisselingen as (
    select
        wisselingen.gemeente,
        wisselingen.maand,
        wisselingen.bsn_versleuteld,
        wisselingen.volgorde,
        wisselingen.datum,
        wisselingen.administratief,
        wisselingen.eerste_verblijf,
        wisselingen.laatste_verblijf,
        wisselingen.adres_sleutel,
        wisselingen.vorige_adres_sleutel,
        wisselingen.gemeente_van_inschrijving,
        wisselingen.vorige_gemeente,
        coalesce(wisselingen.gemeente_van_inschrijving = substr(wisselingen.gemeente, 3), false)
            as hier,
        coalesce(wisselingen.vorige_gemeente = substr(wisselingen.gemeente, 3), false) as was_hier,
        wisselingen.land_adres_buitenland as naar_land,
        coalesce(wisselingen.vorig_land, wisselingen.land_vestiging) as van_land,
        case
            when wisselingen.functie_adres = 'B'
                then {{ buurt_briefadres('wisselingen.gemeente') }}
            else coalesce(nieuw.buurt, {{ onbekende_buurt('wisselingen.gemeente') }})
        end as buurt,
        case
            when wisselingen.vorige_functie_adres = 'B'
                then {{ buurt_briefadres('wisselingen.gemeente') }}
            else coalesce(oud.buurt, {{ onbekende_buurt('wisselingen.gemeente') }})
        end as vorige_buurt
    from {{ ref('stg_brp_adreswisselingen') }} as wisselingen
    left join {{ ref('stg_adres_buurten') }} as nieuw
        on
            wisselingen.gemeente = nieuw.gemeente
            and wisselingen.maand = nieuw.maand
            and wisselingen.adres_vraag = nieuw.adres_vraag
    left join {{ ref('stg_adres_buurten') }} as oud
        on
            wisselingen.gemeente = oud.gemeente
            and wisselingen.maand = oud.maand
            and wisselingen.vorige_adres_vraag = oud.adres_vraag
),

personen as (
    select
        gemeente,
        maand,
        bsn_versleuteld,
        case when not geboortedatum_onvolledig then geboortedatum end as geboortedatum,
        case when not overlijden_onvolledig then datum_overlijden end as datum_overlijden,
        case
            when reden_opschorting in ('E', 'M') and not opschorting_onvolledig
                then datum_opschorting
        end as datum_vertrek
    from {{ ref('stg_brp_personen') }}
    where
        maand in ({{ te_bouwen_maanden() }})
        and (reden_opschorting is null or reden_opschorting not in ('F', 'W'))
),

binnen as (
    select
        gemeente,
        maand,
        bsn_versleuteld,
        datum,
        'binnen' as soort,
        vorige_buurt as van_buurt,
        buurt as naar_buurt,
        gemeente as van_gemeente,
        gemeente as naar_gemeente,
        null as van_land,
        null as naar_land
    from wisselingen
    where
        hier
        and was_hier
        and not administratief
        and adres_sleutel is distinct from vorige_adres_sleutel
),

-- Who was born here this month has lived nowhere before.
geboorte as (
    select
        wisselingen.gemeente,
        wisselingen.maand,
        wisselingen.bsn_versleuteld,
        personen.geboortedatum as datum,
        'geboorte' as soort,
        null as van_buurt,
        wisselingen.buurt as naar_buurt,
        null as van_gemeente,
        wisselingen.gemeente as naar_gemeente,
        null as van_land,
        null as naar_land
    from wisselingen
    inner join personen
        on
            wisselingen.gemeente = personen.gemeente
            and wisselingen.maand = personen.maand
            and wisselingen.bsn_versleuteld = personen.bsn_versleuteld
    where
        wisselingen.hier
        and wisselingen.eerste_verblijf
        and wisselingen.datum = personen.geboortedatum
),

vestiging as (
    select
        wisselingen.gemeente,
        wisselingen.maand,
        wisselingen.bsn_versleuteld,
        wisselingen.datum,
        'vestiging' as soort,
        null as van_buurt,
        wisselingen.buurt as naar_buurt,
        case
            when wisselingen.van_land is null
                then 'GM' || nullif(wisselingen.vorige_gemeente, '1999')
        end as van_gemeente,
        wisselingen.gemeente as naar_gemeente,
        wisselingen.van_land,
        null as naar_land
    from wisselingen
    left join geboorte
        on
            wisselingen.gemeente = geboorte.gemeente
            and wisselingen.maand = geboorte.maand
            and wisselingen.bsn_versleuteld = geboorte.bsn_versleuteld
            and wisselingen.datum = geboorte.datum
    where
        wisselingen.hier
        and not wisselingen.was_hier
        and not wisselingen.administratief
        and geboorte.bsn_versleuteld is null
),

-- A gemeente that is merged into another loses nobody by it.
vertrek as (
    select
        gemeente,
        maand,
        bsn_versleuteld,
        datum,
        'vertrek' as soort,
        vorige_buurt as van_buurt,
        null as naar_buurt,
        gemeente as van_gemeente,
        case
            when naar_land is null then 'GM' || nullif(gemeente_van_inschrijving, '1999')
        end as naar_gemeente,
        null as van_land,
        naar_land
    from wisselingen
    where
        not hier
        and was_hier
        and (not administratief or naar_land is not null)
),

-- Suspended because of emigration, while no address abroad is known; and the deaths.
einde as (
    select
        wisselingen.gemeente,
        wisselingen.maand,
        wisselingen.bsn_versleuteld,
        coalesce(personen.datum_overlijden, personen.datum_vertrek) as datum,
        case
            when personen.datum_overlijden is not null then 'overlijden' else 'vertrek'
        end as soort,
        wisselingen.buurt as van_buurt,
        null as naar_buurt,
        wisselingen.gemeente as van_gemeente,
        null as naar_gemeente,
        null as van_land,
        null as naar_land
    from wisselingen
    inner join personen
        on
            wisselingen.gemeente = personen.gemeente
            and wisselingen.maand = personen.maand
            and wisselingen.bsn_versleuteld = personen.bsn_versleuteld
    where wisselingen.hier and wisselingen.laatste_verblijf
),

gebeurtenissen as (
    {% for soort in ['binnen', 'geboorte', 'vestiging', 'vertrek', 'einde'] %}
        select
            gemeente,
            maand,
            bsn_versleuteld,
            datum,
            soort,
            van_buurt,
            naar_buurt,
            van_gemeente,
            naar_gemeente,
            van_land,
            naar_land
        from {{ soort }}
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

rijen as (
    select
        gemeente,
        maand,
        bsn_versleuteld,
        cast(null as date) as geboortedatum,
        row_number() over (
            partition by gemeente, maand, bsn_versleuteld
            order by
                datum,
                soort = 'overlijden',
                soort,
                naar_buurt,
                naar_gemeente,
                naar_land
        ) as volgnummer,
        datum,
        soort,
        van_buurt,
        naar_buurt,
        van_gemeente,
        naar_gemeente,
        van_land,
        naar_land
    from gebeurtenissen
    where date_trunc('month', datum) = maand
)

select
    {{ persoon_kolommen('rijen') }},
    cast(rijen.volgnummer as integer) as volgnummer,
    rijen.soort,
    rijen.datum,
    rijen.van_buurt,
    rijen.naar_buurt,
    rijen.van_gemeente,
    rijen.naar_gemeente,
    rijen.van_land,
    rijen.naar_land,
    'brp_personen' as bron
from rijen
{{ met_persoon('rijen') }}
