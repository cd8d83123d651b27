"""A synthetic gemeente goes the whole way: what was put wrong in it is what is found of it.

One gemeente of 600 persons, three months and all deliveries, with the errors of the profile E01 to
E15 (domain 3.16). It is taken in twice: first with a file that is late and with files that are
wrong, then with the right ones and with two corrections. What belongs here: what every register
must come to, held against the manifest and against the files themselves. What does not: what one
register means (unit tests beside the models) and one reader or check (unit tests).
"""

import csv
import io
import os
import re
import shutil
import time
import zipfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from demo.generate import DELIVERIES, FIRST, MANIFEST, YEARLY, generate, lives_of
from demo.injection import ACCEPTED, CODES, HELD, REFUSED, Note, read_manifest
from expectations.datasets import DATASET_SUITES
from tests.conftest import MakeHome
from tests.support import Result, datapakhuis, expected_apart
from warehouse.catalogue import Entry, read_catalogue
from warehouse.client import Client
from warehouse.contracts import Contract
from warehouse.home import Home
from warehouse.keys import KERN, KeySet, bsn_messages
from warehouse.ledger import CheckResult, Ledger, State, Version
from warehouse.publication import Manifest, current_manifest

PERSONS, SEED, RATE = 600, 11, 0.002
GEMEENTE = "GM0479"
MONTHS = ("2025-12", "2026-01", "2026-02")
DECEMBER, JANUARY, FEBRUARY = (date.fromisoformat(f"{month}-01") for month in MONTHS)
NOVEMBER = date(2025, 11, 1)
#: Comes a month late; comes first with a renamed column; comes first as what it is not.
LATE, RENAMED, STATE, CHANGES = (
    "bijstand_bus",
    "rmc_trajecten",
    "brp_personen",
    "wmo_berichten",
)
#: The right that turns out to have ended four months ago, and the wage that was a hundred higher.
ENDED, RAISED = "20251031", Decimal("100.00")
UNKNOWN = "XXXX"


@dataclass(frozen=True)
class Moment:
    """What there was after a run."""

    result: Result
    manifest: Manifest
    versions: list[Version]
    checks: dict[str, list[CheckResult]]
    at: datetime


@dataclass(frozen=True)
class Story:
    """The gemeente after the first run, and after the second."""

    home: Home
    made: Path
    notes: list[Note]
    first: Moment
    righted: Moment
    ended: str
    raised: str

    def sql(self, query: str, moment: Moment | None = None) -> list[dict[str, Any]]:
        at = moment.at if moment else None
        rows: list[dict[str, Any]] = Client(self.home.path).sql(query, as_known_at=at).to_pylist()
        return rows

    def accepted(self, code: str, delivery: str, reason: str) -> dict[date, list[Note]]:
        """The notes of accepted errors, by the month that they are about."""
        found = defaultdict(list)
        for note in self.notes:
            here = (note.code, note.delivery, note.reason) == (code, delivery, reason)
            if here and note.outcome == ACCEPTED:
                found[date.fromisoformat(f"{note.month}-01")].append(note)
        return found

    def units(self, code: str, delivery: str, reason: str) -> dict[date, int]:
        """How many units of a month are accepted with an error."""
        found = self.accepted(code, delivery, reason)
        return {month: sum(note.units for note in notes) for month, notes in found.items()}

    def per_month(self, query: str) -> dict[date, int]:
        """The figure of each month of a query of month and figure; no zeros."""
        rows = [tuple(row.values()) for row in self.sql(query)]
        return {month: int(number) for month, number in rows if number}


@pytest.fixture(scope="module")
def story(new_home: MakeHome) -> Story:
    home = new_home([GEMEENTE], MONTHS[0])
    made = home.path.parent / "made"
    arrived = generate(
        made,
        persons=PERSONS,
        months=len(MONTHS),
        first_month=MONTHS[0],
        seed=SEED,
        rate=RATE,
        divided_again=MONTHS[1],
        file_faults=True,
    )
    wrong = [path for path in arrived if path.parent.name == FIRST]
    replaced = {path.name for path in wrong}
    first = run(home, [*wrong, *(path for path in arrived if path.name not in replaced)])
    late = made / f"{LATE}_{GEMEENTE}_{MONTHS[2]}.zip"
    assert late not in arrived
    ended = end_a_right(made, late)
    answers, raised = raise_a_wage(made)
    righted = run(home, [late, answers, *(made / name for name in sorted(replaced))])
    return Story(home, made, read_manifest(made / MANIFEST), first, righted, ended, raised)


def run(home: Home, paths: Iterable[Path]) -> Moment:
    """Drop files that have been at rest for an hour, and take them in."""
    for path in paths:
        rested = time.time() - 3600
        target = home.landing / path.name
        assert not target.exists()
        shutil.copyfile(path, target)
        os.utime(target, (rested, rested))
    result = datapakhuis("run", "--home", home.path)
    manifest = current_manifest(home.publication)
    assert manifest, result
    ledger = Ledger(home.ledger)
    try:
        known = ledger.versions()
        checks = {version.levering_id: ledger.checks(version.levering_id) for version in known}
    finally:
        ledger.close()
    return Moment(result, manifest, known, checks, datetime.now(UTC))


def end_a_right(made: Path, late: Path) -> str:
    """Let a right that ran in every file have ended four months ago; the BSN of who has it."""
    per_month = [bus_rows(made / late.name.replace(MONTHS[2], month)) for month in MONTHS]
    alone = [
        {number for number, rows in grouped(rows).items() if len(rows) == 1} for rows in per_month
    ]
    by_bsn = Counter(row[BSN] for row in per_month[2])
    chosen = next(
        row
        for row in per_month[2]
        if all(row[NUMBER] in numbers for numbers in alone)
        and by_bsn[row[BSN]] == 1
        and not row[END]
        and row[BEGIN] < "20250901"
        and all(
            one[BSN] == row[BSN] and one[PAID].isdigit()
            for rows in per_month
            for one in rows
            if one[NUMBER] == row[NUMBER]
        )
    )
    chosen |= {END: ENDED, REASON: "98", NORM: "", PAID: "", SHARERS: ""}
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, [*chosen], delimiter=";", lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(per_month[2])
    with zipfile.ZipFile(late, "w") as archive:
        archive.writestr("bus.csv", text.getvalue().encode("utf-8-sig"))
    return chosen[BSN]


NUMBER, BSN = "REGISTRATIENUMMER UITKERING", "BURGERSERVICENUMMER"
BEGIN, END = "AANVANGSDATUM UITKERING PERSOON", "EINDDATUM UITKERING PERSOON"
REASON, NORM = "REDEN BEËINDIGING UITKERING PERSOON", "BEDRAG BIJSTANDSNORM/GRONDSLAG (incl. vt)"
PAID, SHARERS = "BETAALBAAR GESTELD BEDRAG UITKERING (excl. vt)", "AANTAL KOSTENDELERS"


def bus_rows(path: Path) -> list[dict[str, str]]:
    with zipfile.ZipFile(path) as archive:
        text = archive.read("bus.csv").decode("utf-8-sig")
    return list(csv.DictReader(text.splitlines(), delimiter=";"))


def grouped(rows: Iterable[dict[str, str]]) -> dict[str, list[dict[str, str]]]:
    found = defaultdict(list)
    for row in rows:
        found[row[NUMBER]].append(row)
    return found


#: A wage over the whole of November, in cents.
_WAGE = re.compile(r"(<DatBIko>20251101</DatBIko><DatEIko>20251130</DatEIko>.*?<WaardeBedr>)(\d+)")
_NUMBER = re.compile(r"<Burgerservicenr>(\d{9})<")


def raise_a_wage(made: Path) -> tuple[Path, str]:
    """The last answers of Suwinet again, with one wage of November higher; whose it is."""
    source = made / f"suwinet_inkomsten_{GEMEENTE}_{MONTHS[2]}.zip"
    target = made / "later" / source.name
    target.parent.mkdir()
    raised = ""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            text = old.read(name).decode()
            wage, number = _WAGE.search(text), _NUMBER.search(text)
            if not raised and wage and number:
                raised = number[1]
                more = int(wage[2]) + int(RAISED * 100)
                text = _WAGE.sub(rf"\g<1>{more}", text, count=1)
            new.writestr(name, text)
    assert raised
    return target, raised


@pytest.fixture(scope="module")
def token(keys: KeySet) -> Any:
    """The published token of a BSN."""

    def of(number: str) -> str:
        messages, _ = bsn_messages(pa.array([number]))
        published = keys.republish(keys.tokeniser(KERN, "bsn").encrypt(messages))
        return str(published.to_pylist()[0])

    return of


@pytest.fixture(scope="module")
def who(token: Any) -> Any:
    """The published tokens of the persons of a note, by their numbers."""
    lives = lives_of(persons=PERSONS, gemeente=GEMEENTE, first_month=MONTHS[0], seed=SEED)
    numbers: dict[tuple[str, str], list[int]] = {}
    for month in MONTHS:
        lives.advance()
        for delivery in DELIVERIES:
            numbers[delivery, month] = lives.bsns(delivery).tolist()

    def of(note: Note) -> set[str]:
        known = numbers[note.delivery, note.month]
        return {token(f"{known[person]:09d}") for person in note.where}

    return of


# --- nothing is lost --------------------------------------------------------------------------


def test_every_delivery_is_taken_in(story):
    taken = Counter(v.delivery for v in story.righted.versions if v.visible)

    assert story.righted.result.code == 0, story.righted.result
    # Of a question the newer answer speaks beside the older one.
    other = {"bag_adressen": 1, "cbs_gebieden": 2, "suwinet_inkomsten": len(MONTHS) + 1}
    other |= dict.fromkeys(YEARLY, 2)
    assert taken == {delivery: other.get(delivery, len(MONTHS)) for delivery in DELIVERIES}


@pytest.mark.parametrize("delivery", DELIVERIES)
def test_every_unit_of_every_version_is_accepted_set_apart_or_a_duplicate(story, delivery):
    counted = [v.counts for v in story.righted.versions if v.delivery == delivery and v.counts]

    assert counted
    for counts in counted:
        assert counts.source == counts.accepted + counts.quarantined + counts.duplicate
    assert delivery == "duo_verzuim" or all(counts.accepted for counts in counted)


@pytest.mark.parametrize("delivery", DELIVERIES)
def test_the_manifest_and_the_quarantine_agree_unit_for_unit_and_reason_for_reason(story, delivery):
    ledger = Ledger(story.home.ledger)
    try:
        found = {
            version.levering_id: ledger.reasons(version.levering_id)
            for version in story.righted.versions
            if version.delivery == delivery and version.visible
        }
    finally:
        ledger.close()

    for version in story.righted.versions:
        if version.levering_id in found:
            expected = expected_apart(story.made / version.file)
            assert found[version.levering_id] == expected, version.file
            assert version.counts
            assert version.counts.quarantined == sum(expected.values())


@pytest.mark.parametrize("dataset", DATASET_SUITES)
def test_areas_add_up_to_the_gemeente_and_the_unknown_is_shown(story, dataset):
    """In every month: buurten to wijken, wijken to the gemeente; codes are known or say unknown."""
    rows = story.sql(
        f"select maand, gemeente, wijk, buurt, count(*) as rijen from {dataset} group by all"
    )
    known = {
        (row["maand"], row["buurt"])
        for row in story.sql("select maand, buurt, indeling from gebieden")
        if row["indeling"] == "nu" or dataset == "gebieden"
    }

    assert rows or dataset == "verzuim"
    assert {row["gemeente"] for row in rows} == {GEMEENTE}
    for row in rows:
        assert row["wijk"][2:] == row["buurt"][2:8]
        unknown = row["buurt"].startswith(f"BU{GEMEENTE[2:]}XX")
        assert unknown or (row["maand"], row["buurt"]) in known, row


# --- the marts, on all deliveries at once ------------------------------------------------------


@pytest.fixture(scope="module")
def catalogue(parsed: Path, contracts: Mapping[str, Contract]) -> dict[str, Entry]:
    found = read_catalogue(parsed / "manifest.json", contracts)
    return {name: entry for name, entry in found.items() if entry.spec.schema == "marts"}


def test_what_a_mart_says_that_one_may_ask_is_answered(story, catalogue):
    for name, entry in catalogue.items():
        client = Client(story.home.path, entry.spec.domein)
        for example in entry.examples:
            assert client.sql(example.sql).num_columns, (name, example.words)


def test_a_mart_of_persons_has_exactly_the_residents_that_the_datasets_have(story):
    personen = story.per_month("select maand, count(*) from personen group by all")
    households = story.per_month(
        "select maand, count(distinct huishouden_sleutel) from huishoudens group by all"
    )
    young = story.per_month(
        "select maand, count(*) from personen where leeftijd between 12 and 26 group by all"
    )
    rmc = Client(story.home.path, "rmc").sql(
        "select maand, count(*) as n from rmc_jongeren group by all"
    )

    assert personen
    assert story.per_month("select maand, count(*) from armoede_personen group by all") == personen
    counted = story.per_month("select maand, count(*) from armoede_huishoudens group by all")
    assert counted == households
    assert {row["maand"]: row["n"] for row in rmc.to_pylist()} == young


@pytest.mark.parametrize("mart", ["armoede", "scheefwonen", "rmc"])
@pytest.mark.parametrize("finer", ["buurt", "wijk"])
def test_the_areas_of_a_mart_add_up_to_the_gemeente(story, catalogue, mart, finer):
    whole, parts = catalogue[f"{mart}_gemeente"].spec, catalogue[f"{mart}_{finer}"].spec
    # A time to first contact is the middle one, and no count.
    counts = [
        c.name
        for c in whole.columns
        if c.type in ("INTEGER", "BIGINT") and not c.name.startswith("doorlooptijd")
    ]
    added = [name for name in counts if name in {c.name for c in parts.columns}]
    keys = ", ".join(whole.key)
    sums = ", ".join(f"sum({name}) as {name}" for name in added)
    query = f"select {keys}, {sums} from {{}} group by all order by all"
    all_of_it, summed = (story.sql(query.format(spec.name)) for spec in (whole, parts))

    assert added
    assert len(all_of_it) == len(summed)
    for one, other in zip(all_of_it, summed, strict=True):
        # What is not known of one area is not known of the whole.
        told = {name for name in one if one[name] is not None}
        assert {name: one[name] for name in told} == {
            name: other[name] or 0 if name in added else other[name] for name in told
        }


def test_every_home_and_youth_has_one_category_or_status(story):
    homes = story.sql(
        "select maand, profiel, woningen, goedkoop_scheef_midden + goedkoop_scheef_hoog"
        " + duur_scheef + passend + onbekend as samen from scheefwonen_gemeente"
    )
    youths = Client(story.home.path, "rmc").sql(
        "select count(*) as n from rmc_jongeren where status is null"
    )

    assert homes
    assert all(row["woningen"] == row["samen"] for row in homes)
    assert youths.to_pylist() == [{"n": 0}]


def test_the_persons_of_the_rmc_carry_tokens_of_their_own(story):
    tokens = Client(story.home.path, "rmc").sql(
        "select distinct split_part(bsn_versleuteld, '.', 1) as d from rmc_jongeren"
    )
    assert tokens.to_pylist() == [{"d": "rmc1"}]
    assert {
        row["d"]
        for row in story.sql(
            "select distinct split_part(bsn_versleuteld, '.', 1) as d from armoede_personen"
        )
    } == {"gesloten1"}


def test_the_buurten_of_residents_are_all_there_is(story):
    buurten = story.sql("select maand, buurt, count(*) as n from personen group by all")
    total = story.per_month("select maand, count(*) from personen group by all")
    shown: Counter[date] = Counter()
    for row in buurten:
        shown[row["maand"]] += row["n"]

    assert shown == total
    assert {row["maand"] for row in buurten if row["buurt"].endswith(UNKNOWN)} == {*total}


# --- errors of units that are accepted, and what becomes of them ------------------------------


def test_e01_what_has_no_bsn_that_can_be_is_set_apart_and_counted(story):
    """Each kind of fault occurs; that they were found is what manifest and quarantine agree on."""
    ledger = Ledger(story.home.ledger)
    try:
        found: Counter[str] = Counter()
        for version in story.righted.versions:
            if version.visible:
                found.update(ledger.reasons(version.levering_id))
    finally:
        ledger.close()

    expected: Counter[str] = Counter()
    for note in story.notes:
        if note.code == "E01" and note.outcome != ACCEPTED and note.delivery != LATE:
            expected[note.reason or ""] += note.units
    kinds = {
        f"bsn_{kind}"
        for kind in ("ontbreekt", "onbekend", "ongeboren", "lengte", "geen_cijfers", "elfproef")
    }
    assert kinds <= expected.keys()
    for reason in kinds:
        assert found[reason] >= expected[reason] > 0
    told = datapakhuis("quarantine", "list", "--home", story.home.path)
    assert told.code == 0
    assert all(kind in told.out for kind in kinds)


def test_e02_who_has_no_bag_id_is_found_by_the_ladder_or_has_an_unknown_buurt(story, who):
    for month, notes in story.accepted("E02", "brp_personen", "zonder_bag_id").items():
        rows = story.sql(
            "select bsn_versleuteld as wie, buurt, buurt_methode from personen"
            f" where maand = '{month}'"
        )
        without = set().union(*(who(note) for note in notes))
        ladder = {"pchn", "pchn_zonder_toev", "pc6", "onbekend"}
        assert without <= {row["wie"] for row in rows}
        for row in rows:
            if row["wie"] in without:
                assert row["buurt_methode"] in ladder, row
            assert row["buurt"].endswith(UNKNOWN) == (row["buurt_methode"] == "onbekend")


def test_e02_a_home_that_is_not_found_has_an_unknown_buurt(story):
    for delivery, dataset in (("corporatie_huren", "huurwoningen"), ("woz_stufcap", "woningen")):
        expected = story.units("E02", delivery, "buurt_onbekend")
        found = story.per_month(
            f"select maand, count(*) from {dataset} where buurt_methode = 'onbekend' group by all"
        )
        # The file of January holds for the months after it.
        assert found == expected | {FEBRUARY: expected[JANUARY]}, dataset


def test_e03_of_two_enrolments_one_is_the_main_one_and_both_are_counted(story):
    expected = story.units("E03", "duo_inschrijvingen", "dubbel")
    assert expected.keys() == {DECEMBER, JANUARY, FEBRUARY}
    assert expected == story.per_month(
        "select maand, count(*) filter (where dubbel) from onderwijs group by all"
    )
    assert expected == story.per_month(
        "select maand, sum(aantal_inschrijvingen - 1) from onderwijs"
        " where ingeschreven group by all"
    )
    # The second was put at the lowest level of mbo.
    doubles = story.sql("select niveau, onderwijssoort from onderwijs where dubbel")
    assert all((row["onderwijssoort"], row["niveau"]) != ("mbo", 1) for row in doubles)


def test_e06_who_has_left_is_no_resident_and_the_provision_is_on_the_list(story, who):
    """No resident of the month, and yet in the dataset of the provision: the list to look at."""
    lists = {"minimaregelingen": "minimaregelingen", "bijstand_bus": "bijstand"}
    for delivery, dataset in (lists | {"duo_inschrijvingen": "onderwijs"}).items():
        notes = story.accepted("E06", delivery, "geen_inwoner")
        assert notes, delivery
        for month, of_month in notes.items():
            rows = story.sql(
                f"select bsn_versleuteld as wie, buurt from {dataset}"
                f" where maand = '{month}' and not inwoner"
            )
            assert len({row["wie"] for row in rows}) >= 1
            assert all(row["buurt"].endswith(UNKNOWN) for row in rows)
            residents = story.sql(
                f"select bsn_versleuteld as wie from personen where maand = '{month}'"
            )
            assert not {row["wie"] for row in rows} & {row["wie"] for row in residents}
            if of_month[0].of == "person":
                gone = set().union(*(who(note) for note in of_month))
                assert gone <= {row["wie"] for row in rows}


def test_e07_who_has_a_letter_address_lives_in_the_gemeente_and_in_no_buurt(story, who):
    for month, notes in story.accepted("E07", "brp_personen", "briefadres").items():
        rows = story.sql(
            "select bsn_versleuteld as wie, buurt from personen"
            f" where buurt_methode = 'briefadres' and maand = '{month}'"
        )
        assert {row["wie"] for row in rows} == set().union(*(who(note) for note in notes))
        assert {row["buurt"] for row in rows} == {f"BU{GEMEENTE[2:]}XXBR"}


def test_e08_an_incomplete_birth_date_is_flagged_and_has_an_age(story, who):
    for month, notes in story.accepted("E08", "brp_personen", "geboortedatum_onvolledig").items():
        rows = story.sql(
            "select bsn_versleuteld as wie, geboortedatum_onvolledig as vlag, leeftijd"
            f" from personen where maand = '{month}'"
        )
        listed = {row["wie"] for row in rows}
        flagged = {row["wie"] for row in rows if row["vlag"]}
        partial = set().union(*(who(note) for note in notes))
        assert flagged == partial & listed
        assert flagged
        assert all(row["leeftijd"] is not None for row in rows if row["wie"] not in flagged)


def test_e09_rights_that_overlap_are_one_row_per_person_scheme_and_month(story):
    rows = story.sql(
        "select maand, aantal_uitkeringen as n, count(*) as rijen from bijstand"
        " where aantal_uitkeringen > 1 group by all"
    )
    keys = story.sql(
        "select count(*) as rijen, count(distinct (bsn_versleuteld, maand, regeling)) as sleutels"
        " from bijstand"
    )
    expected = story.units("E09", "bijstand_bus", "samengevoegd")

    assert {row["maand"]: 2 * row["rijen"] for row in rows} == expected
    assert {row["n"] for row in rows} == {2}
    assert keys[0]["rijen"] == keys[0]["sleutels"] > 0


def test_e10_who_moved_within_the_month_lives_where_they_are_on_its_last_day(story, who):
    for month, notes in story.accepted("E10", "brp_personen", "verhuisd").items():
        moved = set().union(*(who(note) for note in notes))
        rows = story.sql(
            "select bsn_versleuteld as wie, personen.buurt, naar_buurt from personen"
            " inner join (select * from verhuizingen where soort in ('binnen', 'vestiging'))"
            f" using (bsn_versleuteld, maand) where maand = '{month}'"
            " qualify row_number() over (partition by wie order by volgnummer desc) = 1"
        )
        assert moved <= {row["wie"] for row in rows}
        assert all(row["buurt"] == row["naar_buurt"] for row in rows)


def test_e11_wages_over_four_weeks_arrive_in_calendar_months_to_the_cent(story, token):
    """Reckoned from the answers themselves: by days, the remainder on the last month."""
    answers = story.made / "later" / f"suwinet_inkomsten_{GEMEENTE}_{MONTHS[2]}.zip"
    expected: dict[tuple[str, date], int] = defaultdict(int)
    for number, begin, end, cents in wages(answers):
        if (end - begin).days == 27:
            for month, part in shares(begin, end, cents):
                expected[token(number), month] += part
    found = {
        (row["wie"], row["maand"]): row["bedrag"]
        for row in story.sql(
            "select bsn_versleuteld as wie, maand, sum(bedrag) as bedrag from inkomsten"
            " where bron = 'suwinet_inkomsten' group by all"
        )
    }

    inner = {key: cents for key, cents in expected.items() if key[1] == DECEMBER}
    assert len(inner) >= 1
    for key, cents in inner.items():
        assert found[key] == Decimal(cents) / 100


def wages(path: Path) -> Iterator[tuple[str, date, date, int]]:
    """The SV wages of who has one income relation, and all whose wages can be read."""
    statement = re.compile(
        r"<DatBIko>(\d+)</DatBIko><DatEIko>(\d+)</DatEIko>.*?<BedrBrutoloonSv>.*?"
        r"<CdPositiefNegatief>(.)</CdPositiefNegatief><WaardeBedr>([^<]*)<"
    )
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            text = archive.read(name).decode()
            number = _NUMBER.search(text)
            found = statement.findall(text)
            if not number or not all(cents.isdigit() for *_, cents in found):
                continue
            if text.count("<Inkomstenverhouding>") != 1:
                continue
            for begin, end, sign, cents in found:
                yield (
                    number[1],
                    date.fromisoformat(begin),
                    date.fromisoformat(end),
                    int(cents) * (-1 if sign == "-" else 1),
                )


def shares(begin: date, end: date, cents: int) -> list[tuple[date, int]]:
    """What of a wage falls in each month that it touches."""
    days = [begin + timedelta(days=number) for number in range((end - begin).days + 1)]
    per_month = Counter(day.replace(day=1) for day in days)
    *before, last = sorted(per_month)
    parts = [(month, cents * per_month[month] // len(days)) for month in before]
    return [*parts, (last, cents - sum(part for _, part in parts))]


def test_e12_a_buurt_of_an_old_division_is_translated_and_what_cannot_be_is_said(story):
    translated = story.sql("select distinct soort, vertaald from gebied_vertaling")
    expected = story.units("E12", "corporatie_huren", "buurtcode_onvertaalbaar")
    found = story.per_month(
        "select maand, count(*) from huurwoningen where buurt_geleverd_herkend = false group by all"
    )

    assert {row["soort"] for row in translated} >= {"hernummerd", "ongewijzigd"}
    assert found == expected | {FEBRUARY: expected[JANUARY]}
    # Every resident of December lies in a buurt of the newest division or in the unknown.
    rows = story.sql("select distinct buurt, buurt_toen from personen where maand = '2025-12-01'")
    now = {row["buurt"] for row in story.sql("select buurt from gebieden where indeling = 'nu'")}
    assert any(row["buurt"] != row["buurt_toen"] for row in rows)
    assert {row["buurt"] for row in rows if "XX" not in row["buurt"]} <= now


def test_e13_a_negative_wage_is_kept_and_what_cannot_be_read_or_true_is_set_apart(story):
    assert sum(story.units("E13", "ib_inkomsten", "negatief").values()) > 0
    [negative] = story.sql("select count(*) as n from inkomsten where bedrag < 0")
    assert negative["n"] > 0
    apart = {note.reason for note in story.notes if note.code == "E13" and note.outcome != ACCEPTED}
    assert apart >= {"bedrag_ongeldig", "waarde_ongeloofwaardig"}
    [highest] = story.sql("select max(abs(bedrag)) as hoogste from inkomsten")
    assert highest["hoogste"] < 100_000


# --- what comes late, what comes wrong, and what is corrected ---------------------------------


def test_e04_an_end_four_months_back_rebuilds_the_months_it_touches(story, token):
    """Of January and December too: there was no right, whatever was paid in them."""

    def rights(moment: Moment | None) -> dict[date, bool]:
        rows = story.sql(
            f"select maand, loopt_op_laatste_dag as loopt from bijstand"
            f" where bsn_versleuteld = '{token(story.ended)}'",
            moment,
        )
        return {row["maand"]: row["loopt"] for row in rows}

    assert rights(story.first) == {DECEMBER: True, JANUARY: True}
    assert True not in rights(None).values()


def test_e04_a_corrected_wage_changes_its_month_and_what_was_known_can_still_be_read(story, token):
    def wage(moment: Moment | None) -> dict[date, Decimal]:
        rows = story.sql(
            "select maand, sum(bedrag) as bedrag from inkomsten"
            f" where bsn_versleuteld = '{token(story.raised)}' and bron = 'suwinet_inkomsten'"
            " group by all",
            moment,
        )
        return {row["maand"]: row["bedrag"] for row in rows}

    before, after = wage(story.first), wage(None)

    assert after[NOVEMBER] == before[NOVEMBER] + RAISED
    assert before == after | {NOVEMBER: before[NOVEMBER]}


def test_e04_only_the_months_that_are_touched_are_written(story):
    before, after = story.first.manifest.datasets, story.righted.manifest.datasets
    touched = {
        month
        for name in after
        for month in before[name].months.keys() | after[name].months.keys()
        if before[name].months.get(month) != after[name].months.get(month)
    }

    assert touched == {NOVEMBER, DECEMBER, JANUARY, FEBRUARY}
    assert "built and published 4 months" in story.righted.result.out
    assert min(before["inkomsten"].months) < NOVEMBER


def test_e05_a_month_that_is_late_is_missing_and_not_zero(story):
    state = "select levering, staat from volledigheid where maand = '2026-02-01'"
    rows = "select maand, count(*) as n from bijstand group by all"

    before = {row["levering"]: row["staat"] for row in story.sql(state, story.first)}
    assert before[LATE] == "ontbreekt"
    assert {row["maand"] for row in story.sql(rows, story.first)} == {DECEMBER, JANUARY}

    after = {row["levering"]: row["staat"] for row in story.sql(state)}
    assert after[LATE] == "volledig"
    assert {row["maand"] for row in story.sql(rows)} == {DECEMBER, JANUARY, FEBRUARY}


def test_every_month_says_of_every_delivery_whether_it_is_whole(story):
    states = {
        (row["maand"], row["levering"]): row["staat"]
        for row in story.sql("select maand, levering, staat from volledigheid")
    }
    asked = {"suwinet_inkomsten", "ib_inkomsten"}

    for month in (DECEMBER, JANUARY, FEBRUARY):
        found = {name: states[month, name] for name in DELIVERIES if name not in asked}
        assert set(found.values()) == {"volledig"}, (month, found)
    # What is asked about a month is whole two months later.
    assert [states[month, "ib_inkomsten"] for month in (DECEMBER, JANUARY, FEBRUARY)] == [
        *("volledig", "onvolledig", "ontbreekt")
    ]


def test_e14_a_renamed_column_is_refused_and_nothing_of_it_is_taken_in(story):
    [refused] = [v for v in story.first.versions if v.state is State.REFUSED]
    [note] = [n for n in story.notes if n.outcome == REFUSED]

    assert story.first.result.code == 1
    assert (refused.delivery, refused.month, refused.reason) == (RENAMED, JANUARY, note.reason)
    assert refused.counts is None
    assert not (story.home.raw / RENAMED / refused.levering_id).exists()
    assert refused.levering_id not in story.first.manifest.leveringen
    right = [
        v.levering_id
        for v in story.righted.versions
        if (v.delivery, v.month, v.visible) == (RENAMED, JANUARY, True)
    ]
    assert len(right) == 1


def test_e14_a_new_code_sets_its_units_apart(story):
    new = {n.delivery for n in story.notes if n.code == "E14" and n.reason == "code_onbekend"}

    assert new >= {"brp_personen", "duo_inschrijvingen"}


@pytest.mark.parametrize(
    ("delivery", "check"),
    [(STATE, "geen_mutaties_maar_stand"), (CHANGES, "geen_stand_maar_mutaties")],
)
def test_e15_changes_for_a_state_and_a_state_for_changes_are_held(story, delivery, check):
    [held] = [v for v in story.first.versions if v.delivery == delivery and v.state is State.HELD]
    [note] = [n for n in story.notes if n.code == "E15" and n.delivery == delivery]

    assert (note.outcome, note.reason) == (HELD, check)
    assert check in {c.check for c in story.first.checks[held.levering_id] if c.holds}
    assert held.levering_id not in story.first.manifest.leveringen
    [right] = [
        v
        for v in story.righted.versions
        if (v.delivery, v.month, v.visible) == (delivery, FEBRUARY, True)
    ]
    assert right.state is State.ACCEPTED
    [still] = [v for v in story.righted.versions if v.levering_id == held.levering_id]
    assert not still.visible


def test_only_what_was_made_wrong_is_held_or_refused(story):
    wrong = {(v.delivery, v.state) for v in story.first.versions if not v.visible}

    assert wrong == {
        (STATE, State.HELD),
        (CHANGES, State.HELD),
        (RENAMED, State.REFUSED),
    }


# --- one person, two identities ---------------------------------------------------------------


def test_another_birth_date_in_a_register_is_reported_and_flagged(story, token):
    """Where the BRP of the month sets the person apart it cannot be compared: unknown."""
    [places] = {
        note.where
        for notes in story.accepted("I01", "bijstand_bus", "identiteit_conflict").values()
        for note in notes
        if note.month == MONTHS[0]
    }
    path = story.made / f"bijstand_bus_{GEMEENTE}_{MONTHS[0]}.zip"
    [number] = {bus_rows(path)[place - 1][BSN] for place in places}
    flags = story.sql(
        "select maand, identiteit_conflict as vlag from bijstand"
        f" where bsn_versleuteld = '{token(number)}' order by maand"
    )
    reported = story.sql("select maand from identiteit_conflicten where bron = 'bijstand_bus'")

    assert flags
    assert {True} <= {row["vlag"] for row in flags} <= {True, None}
    assert [row["maand"] for row in flags if row["vlag"]] == [row["maand"] for row in reported]


# --- the register of proofs -------------------------------------------------------------------


def test_every_code_of_the_profile_has_a_test_of_its_own():
    proofs = {name[5:8].upper() for name in globals() if re.match(r"test_e\d\d_", name)}

    assert proofs == {code for code in CODES if code.startswith("E")}
