"""A month of work as an analyst writes it with pandas: one script, from deliveries to datasets.

What belongs here: what a capable analyst would write to answer the question, with the definitions
of our datasets, so that rows and money are the same. What does not: anything of the warehouse. It
refuses nothing, tells nobody what it left out, keeps no original and no version, compares with no
month before, and knows only the deliveries of one month.

The choices that cost time are those of an analyst: whole columns of text in memory, an object per
XML answer, one call of the cipher per distinct number, and ``STRtree.query`` for the points in
polygons, which is what a spatial join of geopandas does.
"""

from __future__ import annotations

import base64
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import shapely
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

BRP_COLUMNS = {
    "Unnamed: 0": "persoonslijst",
    "01.01.20": "bsn",
    "01.03.10": "geboortedatum",
    "01.04.10": "geslacht",
    "06.08.10": "datum_overlijden",
    "07.67.10": "datum_opschorting",
    "07.67.20": "reden_opschorting",
    "08.09.10": "inschrijving",
    "08.10.10": "functie_adres",
    "08.10.30": "aanvang",
    "08.11.20": "huisnummer",
    "08.11.30": "huisletter",
    "08.11.40": "toevoeging",
    "08.11.60": "postcode",
    "08.11.80": "object",
    "08.11.90": "nummeraanduiding",
    "08.12.10": "locatie",
    "08.13.20": "aanvang_buitenland",
    "08.84.10": "onjuist",
}
AMOUNTS = {
    "bedrag": "BedrBrutoloonSv",
    "loon_lb": "BedrLoonLbPremieVolksverz",
    "ingehouden_loonheffing": "BedrIngehoudenLbPremieVolksverz",
    "vakantietoeslag": "BedrVakantietoeslag",
    "vakantietoeslag_opgebouwd": "BedrOpgbRechtVakantietoeslag",
}
RELATION = ["loonheffingennummer", "volgnummer", "datum_aanvang_ikv"]
STATEMENT = [
    *("bsn", *RELATION, "datum_aanvang", "datum_einde", "uren"),
    *(name for amount in AMOUNTS for name in (amount, f"{amount}_teken")),
]
PERIOD = ["bsn", *RELATION, "begin", "einde", "soort", "loonheffingskorting"]


def month_of_work(delivered: Path, month: str, to: Path) -> int:
    """Write a Parquet per dataset of the deliveries of a month; the persons of the gemeente.

    Args:
        delivered: the folder with the deliveries.
        month: the month of delivery, such as ``2026-01``.
        to: the folder to write in.
    """
    file = next(delivered.glob(f"brp_personen_*_{month}.csv"))
    gemeente = file.stem.split("_")[2]
    key = AESSIV(AESSIV.generate_key(512))

    persons = read_persons(file, gemeente, pd.Timestamp(month) + pd.offsets.MonthEnd(0))
    persons = with_buurt(persons, delivered, gemeente, pd.Timestamp(month) + pd.offsets.MonthEnd(0))
    persons["bsn_versleuteld"] = pseudonyms(persons["bsn"], key, "bsn")
    persons["adres_sleutel"] = pseudonyms(persons["adres"], key, "adres")

    statements, periods, asked = read_answers(
        delivered / f"suwinet_inkomsten_{gemeente}_{month}.zip"
    )
    incomes = incomes_per_month(statements, periods)
    asked = asked_per_month(asked, incomes)
    areas = persons[["bsn", "maand", "wijk", "buurt"]].assign(inwoner=True)
    for table in (incomes, asked):
        table["bsn_versleuteld"] = pseudonyms(table["bsn"], key, "bsn")
    incomes = with_areas(incomes, areas, gemeente)
    incomes["inkomstenverhouding"] = pseudonyms(incomes["inkomstenverhouding"], key, "ikv")
    asked = with_areas(asked, areas, gemeente)

    to.mkdir(parents=True, exist_ok=True)
    keys = ["bsn_versleuteld", "maand", "wijk", "buurt", "gemeente"]
    for name, table, columns in (
        (
            "personen",
            persons,
            ["leeftijd", "geslacht", "geboortedatum_onvolledig", "functie_adres", "adres_sleutel"],
        ),
        (
            "inkomsten",
            incomes,
            ["inwoner", "inkomstenverhouding", "soort", *AMOUNTS, "uren", "loonheffingskorting"],
        ),
        ("inkomsten_bevraging", asked, ["inwoner", "uitkomst"]),
    ):
        table[[*keys, *columns]].to_parquet(to / f"{name}.parquet", index=False)
    return len(persons)


# --- what every table needs -------------------------------------------------------------------


def pseudonyms(values: pd.Series, key: AESSIV, purpose: str) -> pd.Series:
    """A keyed pseudonym for each value: the cipher once per distinct value."""
    words = [purpose.encode()]
    tokens = {
        value: base64.urlsafe_b64encode(key.encrypt(value.encode(), words)).decode()
        for value in values.dropna().unique()
    }
    return values.map(tokens)


def is_bsn(values: pd.Series) -> pd.Series:
    """Whether each value is nine digits that pass the eleven test, and not all zeros or nines."""
    nine = values.str.fullmatch(r"\d{9}").fillna(False).astype(bool)
    numbers = pd.to_numeric(values.where(nine, "000000000")).to_numpy()
    total = -(numbers % 10)
    for place in range(1, 9):
        total += (place + 1) * (numbers // 10**place % 10)
    passes = (total % 11 == 0) & ~np.isin(numbers, (0, 999_999_999))
    return pd.Series(nine & passes, index=values.index)


def to_day(text: pd.Series, month_and_day: str, day: str) -> pd.Series:
    """Dates as YYYYMMDD whose month, or day, may be 00: filled in; none when the year is."""
    filled = text.where(text.str[6:] != "00", text.str[:6] + day)
    filled = filled.where(text.str[4:6] != "00", text.str[:4] + month_and_day)
    filled = filled.where(text.str[:4] != "0000")
    return pd.to_datetime(filled, format="%Y%m%d", errors="coerce")


def earliest(text: pd.Series) -> pd.Series:
    """The earliest day it can have been."""
    return to_day(text, "0101", "01")


def with_areas(table: pd.DataFrame, areas: pd.DataFrame, gemeente: str) -> pd.DataFrame:
    """Where each person lived in the month; the area that is not known otherwise."""
    table = table.merge(areas, on=["bsn", "maand"], how="left")
    buurt, wijk = unknown(gemeente)
    table["gemeente"] = gemeente
    table["wijk"] = table["wijk"].fillna(wijk)
    table["buurt"] = table["buurt"].fillna(buurt)
    return table


def unknown(gemeente: str) -> tuple[str, str]:
    """Buurt and wijk of who cannot be placed."""
    return f"BU{gemeente[2:]}XXXX", f"WK{gemeente[2:]}XX"


# --- persons ----------------------------------------------------------------------------------


def read_persons(file: Path, gemeente: str, last_day: pd.Timestamp) -> pd.DataFrame:
    """Who lived in the gemeente on the last day of the month."""
    rows = pd.read_csv(
        file, sep=";", dtype=str, encoding="utf-8-sig", usecols=list(BRP_COLUMNS)
    ).rename(columns=BRP_COLUMNS)
    head = rows["persoonslijst"].notna()
    rows["nummer"] = head.cumsum()
    person = ["bsn", "geboortedatum", "geslacht", "datum_overlijden"]
    suspension = ["datum_opschorting", "reden_opschorting"]
    people = rows.loc[head, ["nummer", *person, *suspension]]

    homes = rows[rows["inschrijving"].notna() & (rows["onjuist"].fillna("") != "O")]
    begin = earliest(homes["aanvang"].fillna(homes["aanvang_buitenland"]))
    homes = homes[begin.isna() | (begin <= last_day)].drop_duplicates("nummer")
    homes = homes.drop(columns=["persoonslijst", *person, *suspension])

    people = people[is_bsn(people["bsn"]) & ~people["bsn"].duplicated(keep=False)]
    people = people[people["geslacht"].isin(["M", "V", "O"])]
    born = earliest(people["geboortedatum"])
    readable = born.notna() | (people["geboortedatum"].str[:6] == "000000")
    died = people["datum_overlijden"].notna()
    still_alive = ~died | (earliest(people["datum_overlijden"]) > last_day)
    suspended_later = ~people["reden_opschorting"].isin(["F", "R"]) & (
        earliest(people["datum_opschorting"]) > last_day
    )
    listed = people["reden_opschorting"].isna() | suspended_later
    people = people[readable & ~(born > last_day) & still_alive & listed]

    residents = people.merge(homes, on="nummer")
    here = residents["inschrijving"] == gemeente[2:]
    residents = residents[here & residents["functie_adres"].isin(["W", "B"])].copy()

    birth = to_day(residents["geboortedatum"], "0701", "15")
    turned = birth.dt.month * 100 + birth.dt.day <= last_day.month * 100 + last_day.day
    residents["leeftijd"] = (last_day.year - birth.dt.year - (~turned).astype(int)).clip(lower=0)
    residents["leeftijd"] = residents["leeftijd"].where(birth.notna()).astype("Int64")
    residents["geboortedatum_onvolledig"] = to_day(residents["geboortedatum"], "", "").isna()
    residents["maand"] = last_day.replace(day=1)
    residents["gemeente"] = gemeente
    number = residents[["postcode", "huisnummer", "huisletter", "toevoeging"]].fillna("")
    text = number["postcode"].str.cat(number.iloc[:, 1:], sep="|").where(number["postcode"] != "")
    residents["adres"] = (
        residents["object"].fillna(residents["nummeraanduiding"]).fillna(text)
    ).fillna(residents["locatie"])
    return residents


# --- incomes ----------------------------------------------------------------------------------


def read_answers(file: Path) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """The statements, the periods of income relations, and the months asked about."""
    statements: list[tuple[str | None, ...]] = []
    periods: list[tuple[str | None, ...]] = []
    asked: list[tuple[str, str, str]] = []
    with zipfile.ZipFile(file) as archive:
        for name in archive.namelist():
            answer = ElementTree.fromstring(archive.read(name))  # noqa: S314 - of our own making
            client = answer.find("ClientSuwi")
            if client is None:
                continue
            bsn = client.findtext("Burgerservicenr", "")
            days = []
            for relation in client.iterfind("Inkomstenverhouding"):
                of = (
                    bsn,
                    relation.findtext("AdministratieveEenheid/Loonheffingennr"),
                    relation.findtext("VolgnrIkv"),
                    relation.findtext("DatBIkv"),
                )
                for period in relation.iterfind("Inkomstenperiode"):
                    names = "DatBIkp", "DatEIkp", "CdSrtIkv", "IndLoonheffingskortingToegepast"
                    periods.append((*of, *map(period.findtext, names)))
                for statement in relation.iterfind("Inkomstenopgave"):
                    begin, end = statement.findtext("DatBIko", ""), statement.findtext("DatEIko")
                    days += [begin, end or begin]
                    amounts = [
                        statement.findtext(f"{element}/{part}")
                        for element in AMOUNTS.values()
                        for part in ("WaardeBedr", "CdPositiefNegatief")
                    ]
                    hours = statement.findtext("AantVerloondeUrenIko")
                    statements.append((*of, begin, end, hours, *amounts))
            if not days:
                days = [
                    answer.findtext(f"PeriodeGegevensleveringIko/Dat{edge}Periode", "")
                    for edge in "BE"
                ]
            asked.append((bsn, min(days), max(days)))
    return (
        pd.DataFrame(statements, columns=STATEMENT, dtype="str"),
        pd.DataFrame(periods, columns=PERIOD, dtype="str"),
        pd.DataFrame(asked, columns=["bsn", "van", "tot"], dtype="str"),
    )


def incomes_per_month(statements: pd.DataFrame, periods: pd.DataFrame) -> pd.DataFrame:
    """Per person, month and income relation what was earned, in euros."""
    good = is_bsn(statements["bsn"])
    for amount in AMOUNTS:
        good &= statements[amount].isna() | statements[amount].str.fullmatch(r"\d{1,12}")
    statements = statements[good].drop_duplicates()
    statements["begin"] = pd.to_datetime(statements["datum_aanvang"], format="%Y%m%d")
    end = pd.to_datetime(statements["datum_einde"], format="%Y%m%d")
    month_end = statements["begin"] + pd.offsets.MonthEnd(0)
    statements["end"] = end.where(end >= statements["begin"], month_end)
    for amount in AMOUNTS:
        cents = pd.to_numeric(statements[amount]).astype("Int64")
        statements[amount] = cents.where(statements[f"{amount}_teken"] != "-", -cents)
    statements["uren"] = pd.to_numeric(statements["uren"]).astype("Int64")

    statements = with_kind(statements, periods)
    shares = divided_over_months(statements)
    shares["inkomstenverhouding"] = shares[RELATION[0]].str.cat(shares[RELATION[1:]], sep="|")
    shares = shares.sort_values("begin")
    groups = shares.groupby(["bsn", "maand", "inkomstenverhouding"])
    incomes = groups[[*AMOUNTS, "uren"]].sum(min_count=1)
    incomes["soort"] = groups["soort"].last()
    incomes["loonheffingskorting"] = groups["loonheffingskorting"].max()
    for amount in AMOUNTS:
        incomes[amount] = incomes[amount] / 100
    return incomes.reset_index()


def with_kind(statements: pd.DataFrame, periods: pd.DataFrame) -> pd.DataFrame:
    """The kind of each income relation in the last period begun that covers the statement."""
    statements = statements.reset_index(drop=True).rename_axis("opgave").reset_index()
    periods = periods.rename(columns={"begin": "periode_begin"})
    both = statements[["opgave", "bsn", *RELATION, "begin"]].merge(periods, on=["bsn", *RELATION])
    begun = earliest(both["periode_begin"]) <= both["begin"]
    end = earliest(both["einde"].where(~both["einde"].str.startswith("9999", na=False)))
    both = both[begun & (end.isna() | (end >= both["begin"]))].sort_values("periode_begin")
    both["loonheffingskorting"] = both["loonheffingskorting"] == "1"
    both = both.drop_duplicates("opgave", keep="last")
    return statements.merge(
        both[["opgave", "soort", "loonheffingskorting"]], on="opgave", how="left"
    )


def divided_over_months(statements: pd.DataFrame) -> pd.DataFrame:
    """A row per month of each statement: a share by days in cents, what remains in the last."""
    first = statements["begin"].dt.to_period("M")
    last = statements["end"].dt.to_period("M")
    months = last.astype("int64") - first.astype("int64") + 1
    shares = statements.loc[statements.index.repeat(months)].reset_index(drop=True)
    number = shares.groupby("opgave").cumcount()
    month = shares["begin"].dt.to_period("M") + number
    shares["maand"] = month.dt.start_time
    begin = shares["begin"].clip(lower=month.dt.start_time)
    end = shares["end"].clip(upper=month.dt.end_time.dt.normalize())
    days = (end - begin).dt.days + 1
    total = (shares["end"] - shares["begin"]).dt.days + 1
    is_last = month == shares["end"].dt.to_period("M")
    for column in (*AMOUNTS, "uren"):
        whole = shares[column]
        part = (whole.abs() * days // total).where(whole >= 0, -(whole.abs() * days // total))
        earlier = part.mask(is_last, 0).groupby(shares["opgave"]).transform("sum")
        shares[column] = part.mask(is_last, whole - earlier)
    return shares


def asked_per_month(asked: pd.DataFrame, incomes: pd.DataFrame) -> pd.DataFrame:
    """A row per person and month that was asked about, and whether anything was found."""
    asked = asked[is_bsn(asked["bsn"])].reset_index(drop=True).rename_axis("vraag")
    first = pd.to_datetime(asked["van"], format="%Y%m%d").dt.to_period("M")
    last = pd.to_datetime(asked["tot"], format="%Y%m%d").dt.to_period("M")
    asked["eerste"] = first
    months = last.astype("int64") - first.astype("int64") + 1
    rows = asked.loc[asked.index.repeat(months)].reset_index()
    rows["maand"] = (rows["eerste"] + rows.groupby("vraag").cumcount()).dt.start_time
    table = rows[["bsn", "maand"]].drop_duplicates()
    found = incomes[["bsn", "maand"]].drop_duplicates().assign(uitkomst="gevonden")
    table = table.merge(found, on=["bsn", "maand"], how="left")
    table["uitkomst"] = table["uitkomst"].fillna("niets_gevonden")
    return table


# --- places -----------------------------------------------------------------------------------


def with_buurt(
    persons: pd.DataFrame, delivered: Path, gemeente: str, last_day: pd.Timestamp
) -> pd.DataFrame:
    """The buurt of each address by its object, else by its number; not known without a BAG."""
    buurt, _ = unknown(gemeente)
    persons["buurt"] = None
    bag = sorted(delivered.glob(f"bag_adressen_{gemeente}_*.zip"))
    areas = sorted(delivered.glob(f"cbs_gebieden_{gemeente}_*"))
    if bag and areas:
        objects = placed(read_bag(bag[-1]), *read_buurten(areas[-1], gemeente))
        objects = objects[objects["buurt"].notna()]
        by_object = in_force(objects, "object", last_day)
        numbers = objects.explode("nummers").rename(columns={"nummers": "nummer"})
        by_number = in_force(numbers[numbers["nummer"].notna()], "nummer", last_day)
        persons["buurt"] = (
            persons["object"].map(by_object).fillna(persons["nummeraanduiding"].map(by_number))
        )
    letter_box = persons["functie_adres"] == "B"
    persons["buurt"] = persons["buurt"].fillna(buurt).mask(letter_box, f"{buurt[:6]}XXBR")
    persons["wijk"] = "WK" + persons["buurt"].str[2:8]
    return persons


def in_force(objects: pd.DataFrame, key: str, day: pd.Timestamp) -> pd.Series:
    """The buurt by ``key``, of what held on the day, else the last before, else the first after."""
    begin, end = objects["begin"], objects["eind"]
    rank = np.select([(begin <= day) & ~(end <= day), begin <= day], [0, 1], 2)
    distance = (begin - day).abs()
    order = objects.assign(rank=rank, distance=distance).sort_values(["rank", "distance"])
    return order.drop_duplicates(key).set_index(key)["buurt"]


def read_bag(file: Path) -> pd.DataFrame:
    """Occurrences of what can be addressed, with their numbers and a point."""
    rows = []
    for kind, element in _occurrences(file):
        if kind not in ("Verblijfsobject", "Ligplaats", "Standplaats"):
            continue
        if any(element.find(f".//{{*}}{name}") is not None for name in _NEVER_VALID):
            continue
        rows.append(
            {
                "object": element.findtext("{*}identificatie"),
                "nummers": [found.text for found in element.iterfind(".//{*}NummeraanduidingRef")],
                "begin": element.findtext(".//{*}beginGeldigheid"),
                "eind": element.findtext(".//{*}eindGeldigheid"),
                "punt": _point(element),
            }
        )
    objects = pd.DataFrame(rows, columns=["object", "nummers", "begin", "eind", "punt"])
    objects["begin"] = pd.to_datetime(objects["begin"])
    objects["eind"] = pd.to_datetime(objects["eind"])
    return objects[~(objects["begin"] == objects["eind"])]


_NEVER_VALID = ("tijdstipInactief", "tijdstipInactiefLV", "tijdstipNietBagLV")


def _occurrences(file: Path | Any) -> Iterator[tuple[str, Any]]:
    """The objects in a zip of zips of XML, as Kadaster ships it."""
    with zipfile.ZipFile(file) as archive:
        for name in archive.namelist():
            with archive.open(name) as member:
                if name.lower().endswith(".zip"):
                    yield from _occurrences(member)
                elif name.lower().endswith(".xml"):
                    for _, element in ElementTree.iterparse(member):  # noqa: S314
                        if element.tag.endswith("}bagObject"):
                            yield element[0].tag.rpartition("}")[2], element[0]
                            element.clear()


def _point(element: Any) -> Any:
    """The point of an object; of an area a point within it."""
    position = element.findtext(".//{*}pos")
    if position:
        return shapely.Point(*map(float, position.split()[:2]))
    ring = element.find(".//{*}exterior//{*}posList")
    if ring is None or not ring.text:
        return None
    width = int(ring.get("srsDimension") or 2)
    corners = np.array(ring.text.split(), dtype=float).reshape(-1, width)[:, :2]
    return shapely.Polygon(corners).representative_point()


def read_buurten(file: Path, gemeente: str) -> tuple[list[str], list[Any]]:
    """Codes and polygons of the newest division, from GeoJSON or a zip of it."""
    if file.suffix == ".zip":
        with zipfile.ZipFile(file) as archive:
            names = [name for name in archive.namelist() if name.endswith("json")]
            texts = [archive.read(name) for name in names]
    else:
        texts = [file.read_bytes()]
    found = [
        (int(about.get("jaar") or 0), str(about["bu_code"]), feature["geometry"])
        for text in texts
        for feature in json.loads(text)["features"]
        if "bu_code" in (about := feature["properties"])
    ]
    newest = max(year for year, _, _ in found)
    mine = [(code, shape) for year, code, shape in found if year == newest]
    mine = [(code, shape) for code, shape in mine if code[2:6] == gemeente[2:]]
    codes = [code for code, _ in mine]
    return codes, list(shapely.from_geojson([json.dumps(shape) for _, shape in mine]))


def placed(objects: pd.DataFrame, codes: list[str], shapes: list[Any]) -> pd.DataFrame:
    """Each object with the code of the buurt in which its point lies."""
    points = objects["punt"].to_numpy()
    point, buurt = shapely.STRtree(shapes).query(points, predicate="intersects")
    objects["buurt"] = (
        pd.Series(np.array(codes, dtype=object)[buurt], index=objects.index[point])
        .groupby(level=0)
        .min()
    )
    return objects
