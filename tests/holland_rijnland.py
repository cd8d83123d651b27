"""A synthetic Holland Rijnland of 2015, with the margins that the CBS published about it.

What belongs here: the homes, households and persons that lead to those margins, and as many beside
them that must not count. What does not: what the mart makes of them. Of the margins the number of
homes, the number and share of scheefwoners and their five traits were published (domain 1.2); how
they lie over middle and high incomes was not, and is made up.

Everything lies on a boundary: rents of 710,68 and a cent more, incomes of 34.229 and a euro less,
ages of 34, 35, 64 and 65, and five years of residence to the day.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import yaml

MONTH = "2015-12-01"
FIVE_YEARS_LATER = "2020-12-01"
#: The fourteen gemeenten of the region in 2015.
GEMEENTEN = (
    *("GM0484", "GM0534", "GM0537", "GM0546", "GM0547", "GM0553", "GM0569"),
    *("GM0575", "GM0576", "GM0579", "GM0626", "GM0638", "GM1525", "GM1884"),
)
_DATASETS = Path(__file__).resolve().parents[1] / "dbt_project" / "models" / "datasets"


@dataclass(frozen=True)
class Margins:
    """How many homes there are, and of how many households with a middle and a high income what."""

    social: int = 57_300
    middle: int = 11_000
    high: int = 6_200
    #: Per trait how many of the middle and of the high incomes have it.
    traits: Mapping[str, tuple[int, int]] = field(
        default_factory=lambda: {
            "paar": (7_024, 4_500),
            "hoge_welvaart": (1_472, 3_000),
            "loon": (8_072, 5_000),
            "langer_dan_vijf_jaar": (8_012, 4_200),
            "hoofdbewoner_35_64": (7_296, 4_400),
        }
    )
    #: Homes that are no social rent, whatever the income.
    dear: int = 2_700
    #: Vacant homes, rooms, and homes with more than one household.
    left_out: int = 900


def build(connection: duckdb.DuckDBPyConnection, margins: Margins) -> None:
    """Write ``datasets.huurwoningen``, ``huishoudens`` and ``personen`` of the last of December."""
    connection.execute("create schema if not exists datasets")
    for name in ("huurwoningen", "huishoudens", "personen"):
        connection.execute(f"create or replace table datasets.{name} ({_columns(name)})")
    connection.execute(f"create temp table woningen as {_homes(margins)}")
    connection.execute(
        f"""
        insert into datasets.huurwoningen by name
        select
            woning_sleutel, date '{MONTH}' as maand, 'WK' || substr(buurt, 3, 6) as wijk, buurt,
            gemeente, woning_sleutel as eenheid_sleutel, date '2015-07-01' as peildatum,
            'DAEB' as tak, soort <> 'kamer' as zelfstandig, soort = 'leeg' as leegstand,
            netto_huur, 'onbekend' as iah_categorie,
            case when soort not in ('leeg', 'gedeeld') then huishouden end as huishouden_sleutel
        from woningen
        """
    )
    connection.execute(
        f"""
        insert into datasets.huishoudens by name
        select
            persoon as bsn_versleuteld, date '{MONTH}' as maand, gemeente, huishouden_type,
            huishouden as huishouden_sleutel, referentiepersoon, woning_sleutel,
            case when huishouden_type between 2 and 5 then 'partner' else 'alleenstaande' end
                as plaats,
            case when huishouden_type = 1 then 1 when huishouden_type < 4 then 2 else 3 end
                as aantal_personen,
            inkomen as inkomen_jaar, 2015 as inkomensjaar, inkomensbron, welvaart_kwintiel
        from (
            select *, huishouden || '_1' as persoon, true as referentiepersoon from woningen
            union all
            select *, huishouden || '_2', false from woningen where huishouden_type between 2 and 5
        )
        where soort <> 'leeg'
        """
    )
    connection.execute(
        f"""
        insert into datasets.personen by name
        select
            huishoudens.bsn_versleuteld, date '{MONTH}' as maand, huishoudens.gemeente,
            -- The partner is of another age and came later: the reference person counts.
            case when huishoudens.referentiepersoon then woningen.leeftijd else 20 end as leeftijd,
            case
                when huishoudens.referentiepersoon then woningen.sinds else date '2015-12-01'
            end as datum_aanvang_adres,
            false as aow_gerechtigd, 'bevestigd' as aow_parameter_status
        from datasets.huishoudens
        inner join woningen using (woning_sleutel)
        """
    )


def build_five_years_later(connection: duckdb.DuckDBPyConnection) -> None:
    """Write who of the reference persons is still there, home by home in turn.

    One stays, the next bought a home in the gemeente, the next left for Amsterdam, and of the next
    nothing is known.
    """
    for name in ("verhuizingen", "bsn_wijzigingen"):
        connection.execute(f"create or replace table datasets.{name} ({_columns(name)})")
    connection.execute(
        """
        create temp table hoofdbewoners as
        select
            bsn_versleuteld, gemeente, huishouden_sleutel, woning_sleutel,
            split_part(woning_sleutel, '_', 2)::integer % 4 as lot
        from datasets.huishoudens
        where referentiepersoon
        """
    )
    connection.execute(
        f"""
        insert into datasets.huishoudens by name
        select
            bsn_versleuteld, date '{FIVE_YEARS_LATER}' as maand, gemeente, huishouden_sleutel,
            true as referentiepersoon, 'WK' || substr(gemeente, 3) || '20' as wijk,
            case lot when 0 then woning_sleutel else 'nieuw_' || woning_sleutel end
                as woning_sleutel,
            case lot when 0 then 'sociale_huur' else 'koop_of_overige_huur' end as eigendom
        from hoofdbewoners
        where lot < 2
        """
    )
    connection.execute(
        f"""
        insert into datasets.personen by name
        select
            bsn_versleuteld, date '{FIVE_YEARS_LATER}' as maand, gemeente,
            case lot when 0 then date '2010-06-01' else date '2016-06-01' end
                as datum_aanvang_adres
        from hoofdbewoners
        where lot < 2
        """
    )
    connection.execute(
        """
        insert into datasets.verhuizingen by name
        select
            bsn_versleuteld, date '2018-05-01' as maand, gemeente, 1 as volgnummer,
            'vertrek' as soort, date '2018-05-17' as datum, 'GM0363' as naar_gemeente
        from hoofdbewoners
        where lot = 2
        """
    )


def _homes(margins: Margins) -> str:
    """A query with a row per home; the traits fall where they may, in exactly their numbers."""
    scheef = margins.middle + margins.high
    paar, welvaart, loon, lang, leeftijd = (
        f"""case groep
            when 'midden' then (volgnummer * {step}) % {margins.middle} < {middle}
            when 'hoog' then (volgnummer * {step}) % {margins.high} < {high}
            -- Of who is not scheef half have the trait: a leak between the groups shows.
            else volgnummer % 2 = 0
        end"""
        for step, (middle, high) in zip(
            (7_919, 7_927, 7_933, 7_937, 7_949), margins.traits.values(), strict=True
        )
    )
    codes = ", ".join(f"'{code}'" for code in GEMEENTEN)
    return f"""
    with genummerd as (
        select
            nummer,
            case
                when nummer < {margins.middle} then 'midden'
                when nummer < {scheef} then 'hoog'
                when nummer < {margins.social} then 'past'
                when nummer < {margins.social + margins.dear} then 'duur'
                else 'telt niet'
            end as groep
        from (select unnest(range({margins.social + margins.dear + margins.left_out})) as nummer)
    ),
    gemengd as (
        select
            *,
            row_number() over (partition by groep order by nummer) - 1 as volgnummer,
            [{codes}][nummer % {len(GEMEENTEN)} + 1] as gemeente
        from genummerd
    ),
    gekenmerkt as (
        select
            *,
            {paar} as paar,
            {welvaart} as hoge_welvaart,
            {loon} as loon,
            {lang} as lang,
            {leeftijd} as middelbaar
        from gemengd
    )
    select
        'woning_' || nummer as woning_sleutel,
        'huishouden_' || nummer as huishouden,
        gemeente,
        -- One in fifty lies where the buurt is not known.
        'BU' || substr(gemeente, 3) || case
            when nummer % 50 = 0 then 'XXXX' else lpad((nummer % 12)::varchar, 2, '0') || '01'
        end as buurt,
        case
            when groep <> 'telt niet' then 'woning'
            else ['leeg', 'kamer', 'gedeeld'][volgnummer % 3 + 1]
        end as soort,
        case
            when groep = 'duur' then [710.69, 850.00][volgnummer % 2 + 1]
            else [710.68, 560.00, 480.00][volgnummer % 3 + 1]
        end as netto_huur,
        case groep
            when 'midden' then [34229.00, 39000.00, 43786.00][volgnummer % 3 + 1]
            when 'past' then [34228.00, 34228.99, 18000.00, -500.00][volgnummer % 4 + 1]
            else [43787.00, 90000.00][volgnummer % 2 + 1]
        end as inkomen,
        case
            when paar then [2, 3, 4, 5][volgnummer % 4 + 1] else [1, 6, 7][volgnummer % 3 + 1]
        end as huishouden_type,
        case
            when hoge_welvaart then [4, 5][volgnummer % 2 + 1] else [1, 2, 3][volgnummer % 3 + 1]
        end as welvaart_kwintiel,
        case when loon then '11' else ['12', '13', '25'][volgnummer % 3 + 1] end as inkomensbron,
        case
            when lang then date '2010-12-30' - (volgnummer % 9000)::integer
            else date '2010-12-31' + (volgnummer % 1800)::integer
        end as sinds,
        case
            when middelbaar then [35, 50, 64][volgnummer % 3 + 1]
            else [34, 65, 80][volgnummer % 3 + 1]
        end as leeftijd
    from gekenmerkt
    """


def _columns(dataset: str) -> str:
    """The columns of a dataset as its model states them."""
    document = yaml.safe_load((_DATASETS / f"{dataset}.yml").read_text(encoding="utf-8"))
    (model,) = (model for model in document["models"] if model["name"] == dataset)
    return ", ".join(f"{column['name']} {column['data_type']}" for column in model["columns"])
