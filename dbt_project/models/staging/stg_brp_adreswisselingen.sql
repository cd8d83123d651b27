-- A new occurrence is no new residence when only something about it was put right: one that began
-- on the same day is the same, and the newest says it best.
with verblijfplaatsen as (
    select
        gemeente,
        maand,
        bsn_versleuteld,
        volgorde,
        gemeente_van_inschrijving,
        functie_adres,
        coalesce(datum_aanvang_adres, datum_aanvang_buitenland) as datum,
        vroegste_aanvang,
        land_adres_buitenland,
        land_vestiging,
        aangifte_adreshouding,
        adres_sleutel,
        adres_vraag
    from {{ ref('stg_brp_verblijfplaatsen') }}
    where
        onjuist is distinct from 'O'
        and maand in ({{ te_bouwen_maanden() }})
),

-- Those of whom a stay began, or who were born, died or were suspended in the month.
betrokkenen as (
    select
        gemeente,
        maand,
        bsn_versleuteld
    from verblijfplaatsen
    where date_trunc('month', datum) = maand
    union
    select
        gemeente,
        maand,
        bsn_versleuteld
    from {{ ref('stg_brp_personen') }}
    where
        date_trunc('month', geboortedatum) = maand
        or date_trunc('month', datum_overlijden) = maand
        or date_trunc('month', datum_opschorting) = maand
),

verblijven as (
    select
        verblijfplaatsen.gemeente,
        verblijfplaatsen.maand,
        verblijfplaatsen.bsn_versleuteld,
        verblijfplaatsen.volgorde,
        verblijfplaatsen.gemeente_van_inschrijving,
        verblijfplaatsen.functie_adres,
        verblijfplaatsen.datum,
        verblijfplaatsen.land_adres_buitenland,
        verblijfplaatsen.land_vestiging,
        verblijfplaatsen.aangifte_adreshouding,
        verblijfplaatsen.adres_sleutel,
        verblijfplaatsen.adres_vraag
    from verblijfplaatsen
    inner join betrokkenen
        on
            verblijfplaatsen.gemeente = betrokkenen.gemeente
            and verblijfplaatsen.maand = betrokkenen.maand
            and verblijfplaatsen.bsn_versleuteld = betrokkenen.bsn_versleuteld
    qualify
        row_number() over (
            partition by
                verblijfplaatsen.gemeente,
                verblijfplaatsen.maand,
                verblijfplaatsen.bsn_versleuteld,
                coalesce(verblijfplaatsen.vroegste_aanvang, date '0001-01-01')
            order by verblijfplaatsen.volgorde
        ) = 1
)

select
    gemeente,
    maand,
    bsn_versleuteld,
    volgorde,
    datum,
    coalesce(aangifte_adreshouding in ('W', 'T', 'H'), false) as administratief,
    gemeente_van_inschrijving,
    functie_adres,
    land_adres_buitenland,
    land_vestiging,
    adres_sleutel,
    adres_vraag,
    lag(volgorde) over van_een_persoon is null as laatste_verblijf,
    lead(volgorde) over van_een_persoon is null as eerste_verblijf,
    lead(gemeente_van_inschrijving) over van_een_persoon as vorige_gemeente,
    lead(functie_adres) over van_een_persoon as vorige_functie_adres,
    lead(land_adres_buitenland) over van_een_persoon as vorig_land,
    lead(adres_sleutel) over van_een_persoon as vorige_adres_sleutel,
    lead(adres_vraag) over van_een_persoon as vorige_adres_vraag
from verblijven
window van_een_persoon as (
    partition by gemeente, maand, bsn_versleuteld
    order by volgorde
)
