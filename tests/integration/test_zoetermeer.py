"""A synthetic Zoetermeer: youths drop out of sight and return, and work processes open.

Forty youths live through half a year, from the delivered files to the marts. Ten never are the
question: five are at school and five are qualified. Of the other thirty three were out of sight
all along. In February and in March three each lose their work; then one after another turns up, at
work, at school, on a benefit, with a diploma or in guidance. The figures are worked out by hand,
beside each event. What belongs here: the story as a whole. What does not: each rule with its
boundary, which has a unit test beside its model; and what comes after the marts (test_whole_way).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.building import NO_TESTS, run_dbt
from tests.support import bsn, drop, gbav, person, zipped
from warehouse.contracts import Contract
from warehouse.home import Home, add_months, create_home
from warehouse.intake import look
from warehouse.keys import KeySet
from warehouse.reach import read_reach
from warehouse.station import at_work
from warehouse.workspace import prepare

# dbt leaves its log file to the garbage collector.
pytestmark = pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")

ZOETERMEER = "GM0637"
MONTHS = [date(2026, month, 1) for month in range(1, 7)]
JANUARY, FEBRUARY, MARCH, APRIL, MAY, JUNE = MONTHS
#: Income of a month is known for certain two months later.
LAST_ANSWER = add_months(JUNE, 2)

YOUTHS = [bsn(number) for number in range(40)]
PUPILS, QUALIFIED, OTHERS = YOUTHS[:5], YOUTHS[5:10], YOUTHS[10:]
LOST = OTHERS[:3]
FEBRUARY_A, FEBRUARY_B, FEBRUARY_C = OTHERS[3:6]
MARCH_A, MARCH_B, MARCH_C = OTHERS[6:9]
IN_MAY = OTHERS[9]
#: From which month on somebody has no wage; and from which again, or a benefit.
NO_WAGE_FROM = {
    **dict.fromkeys(LOST, date.min),
    **dict.fromkeys((FEBRUARY_A, FEBRUARY_B, FEBRUARY_C), FEBRUARY),
    **dict.fromkeys((MARCH_A, MARCH_B, MARCH_C), MARCH),
    IN_MAY: MAY,
}
WAGE_AGAIN_FROM = {FEBRUARY_A: APRIL, LOST[1]: JUNE}
BENEFIT_FROM = {FEBRUARY_C: MAY}
WAGE, UNEMPLOYMENT = "15", "33"

#: Of the thirty (then 29, then 28) who are in no school and not qualified: who is in sight.
#: 27, 24 and 21 of 30; in April two are back and one is at school, 23 of 29; in May three more are
#: back and one is lost, 25 of 29; in June one is qualified and one is back, 26 of 28.
IN_SIGHT = {
    JANUARY: (27, 30, 90.0),
    FEBRUARY: (24, 30, 80.0),
    MARCH: (21, 30, 70.0),
    APRIL: (23, 29, 79.3),
    MAY: (25, 29, 86.2),
    JUNE: (26, 28, 92.9),
}
OPENED = {JANUARY: 0, FEBRUARY: 3, MARCH: 3, APRIL: 0, MAY: 1, JUNE: 0}


# --- the deliveries ---------------------------------------------------------------------------


def table(header: str, *rows: str) -> bytes:
    return "".join(f"{row}\r\n" for row in (header, *rows)).encode()


def persons() -> bytes:
    """All of them turn 20 in January."""
    return gbav(*(person(number, birth="20060115", gemeente="0637") for number in YOUTHS))


def enrolments(month: date) -> bytes:
    """The pupils; and from April on who went to school in that month."""
    header = (
        "bsn;onderwijsnummer;geboortedatum;brin;niveau;leerweg;leerjaar;bekostigd;"
        "datum_inschrijving;datum_uitschrijving;reden_uitschrijving"
    )
    begins = dict.fromkeys(PUPILS, "2025-08-01")
    if month >= APRIL:
        begins[MARCH_A] = "2026-04-10"
    return table(
        header,
        *(f"{who};;2006-01-15;01AA;MBO-1;BOL;1;J;{begin};;" for who, begin in begins.items()),
    )


def diplomas(month: date) -> bytes:
    """The qualified; and from June on who passed in that month."""
    header = "bsn;geboortedatum;brin;opleidingscode;niveau;datum_diploma;uitslag"
    passed = dict.fromkeys(QUALIFIED, "2025-06-20")
    if month >= JUNE:
        passed[MARCH_C] = "2026-06-12"
    return table(
        header, *(f"{who};2006-01-15;01AA;25180;MBO-2;{day};G" for who, day in passed.items())
    )


def dossiers(month: date) -> bytes:
    """Two are in guidance, from April and from May on; one says in May that he is self-employed."""
    header = (
        "bsn;geboortedatum;dossiernummer;soort_dossier;datum_melding;datum_eerste_contact;"
        "contactpogingen;fase;start_begeleiding;oorzaak_uitval;verklarende_reden;"
        "herinneringsdatum;weigering;ingeschreven_werkzoekende;resultaat;einddatum"
    )
    rows = []
    if month >= APRIL:
        rows.append(
            f"{FEBRUARY_B};2006-01-15;1;vsv_oud;2026-04-02;2026-04-07;1;in_begeleiding;2026-04-20;"
            "arbeidsmarkt;;;N;N;;"
        )
    if month >= MAY:
        rows += [
            f"{LOST[0]};2006-01-15;2;vsv_oud;2026-05-04;2026-05-11;3;in_begeleiding;2026-05-11;"
            "persoonlijk;;;N;N;;",
            f"{MARCH_B};2006-01-15;3;vsv_oud;2026-05-04;2026-05-20;2;in_onderzoek;;"
            "arbeidsmarkt;zzp;2026-11-01;N;N;;",
        ]
    return table(header, *rows)


def income(who: str, month: date) -> str | None:
    """The kind of income that somebody has in a month, if any."""
    if who in BENEFIT_FROM and month >= BENEFIT_FROM[who]:
        return UNEMPLOYMENT
    if who in WAGE_AGAIN_FROM and month >= WAGE_AGAIN_FROM[who]:
        return WAGE
    return WAGE if who in OTHERS and month < NO_WAGE_FROM.get(who, date.max) else None


def statement(who: str, month: date, kind: str, label: str = "nieuwe_loonperiode") -> str:
    last = add_months(month, 1).toordinal() - 1
    return (
        f"{who};{label};123456789L{kind};1;20250101;;{kind};1;{month:%Y%m%d};"
        f"{date.fromordinal(last):%Y%m%d};120;1500,00;1500,00;100,00;0,00;120,00"
    )


def answers(month: date, *more: str) -> bytes:
    """Asked about the two months before ``month``; ``more`` are statements nobody asked for."""
    told = [
        statement(who, each, kind)
        for each in (add_months(month, -2), add_months(month, -1))
        for who in YOUTHS
        if (kind := income(who, each))
    ]
    found = {row.partition(";")[0] for row in told}
    period = f"{add_months(month, -2):%Y-%m};{add_months(month, -1):%Y-%m}"
    asked = [f"{who};{period};{'gevonden' if who in found else 'niets_gevonden'}" for who in YOUTHS]
    statements = (
        "Burgerservicenr;SrtMelding;Loonheffingennr;VolgnrIkv;DatBIkv;DatEIkv;CdSrtIkv;"
        "IndLoonheffingskortingToegepast;DatBIko;DatEIko;AantVerloondeUrenIko;BedrBrutoloonSv;"
        "BedrLoonLbPremieVolksverz;BedrIngehoudenLbPremieVolksverz;BedrVakantietoeslag;"
        "BedrOpgbRechtVakantietoeslag"
    )
    return zipped(
        table("Burgerservicenr;PeriodeVan;PeriodeTot;Resultaat", *asked),
        table(statements, *told, *more),
        names=["bevraging.csv", "inkomstenopgave.csv"],
    )


def deliveries() -> Mapping[str, bytes]:
    files = {}
    for month in MONTHS:
        of = f"{ZOETERMEER}_{month:%Y-%m}"
        files[f"brp_personen_{of}.csv"] = persons()
        files[f"duo_inschrijvingen_{of}.csv"] = enrolments(month)
        files[f"duo_diplomas_{of}.csv"] = diplomas(month)
        files[f"rmc_trajecten_{of}.csv"] = dossiers(month)
    answer = JANUARY
    while (answer := add_months(answer, 1)) <= LAST_ANSWER:
        files[f"ib_inkomsten_{ZOETERMEER}_{answer:%Y-%m}.zip"] = answers(answer)
    return files


# --- the story --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Moment:
    """What the marts hold after a build, and which months were open for it."""

    months: list[date]
    gemeente: dict[date, dict[str, Any]]
    work: list[dict[str, Any]]
    text: dict[str, list[str]]

    def states(self, event: date) -> dict[date, list[tuple[str, str | None]]]:
        """Of the processes of a month: per month later their states, and why."""
        found: dict[date, list[tuple[str, str | None]]] = {}
        for row in self.work:
            if row["gebeurtenis_maand"] == event:
                found.setdefault(row["maand"], []).append((row["toestand"], row["reden"]))
        return {month: sorted(states, key=str) for month, states in found.items()}

    def counted(self, column: str) -> dict[date, Any]:
        return {month: self.gemeente[month][column] for month in MONTHS}


@dataclass(frozen=True)
class Warehouse:
    """A home whose deliveries go through the gate and into the marts of RMC."""

    home: Home
    contracts: Mapping[str, Contract]
    target: Path
    parsed: Path

    def take(self, files: Mapping[str, bytes]) -> list[date]:
        """Take files in, in their order; returns the months that are open after it."""
        with at_work(self.home, self.contracts) as station:
            for name, content in files.items():
                drop(self.home, name, content)
                for file in look(self.home, self.contracts).ready:
                    version = station.intake.receive(file)
                    if version.counts is None:
                        version = station.intake.process(version)
                        assert version.counts, (name, version.reason, version.place)
                        assert version.counts.quarantined == 0, name
                        station.intake.accept(version)
            return station.ledger.open_months()

    def open_everything(self) -> None:
        with at_work(self.home, self.contracts) as station:
            station.ledger.open(station.ledger.known_months())

    def build(self) -> Moment:
        """Build the open months and close them; returns what there is then."""
        with at_work(self.home, self.contracts) as station:
            months = prepare(
                self.home, station.ledger, self.contracts, read_reach(self.parsed / "manifest.json")
            )
            marts = ("--select", "+rmc_werkvoorraad", "+rmc_buurt", "+rmc_gemeente")
            outcome = run_dbt(
                self.home.database, self.target, self.parsed, "build", *marts, *NO_TESTS
            )
            assert outcome.success, outcome.exception
            station.ledger.close_months(months)
        marts = ("rmc_jongeren", "rmc_werkvoorraad", "rmc_buurt", "rmc_gemeente")
        with duckdb.connect(str(self.home.database), read_only=True) as sql:
            rows = {mart: sql.table(f"marts.{mart}").to_arrow_table().to_pylist() for mart in marts}
        return Moment(
            months=months,
            gemeente={row["maand"]: row for row in rows["rmc_gemeente"]},
            work=rows["rmc_werkvoorraad"],
            text={mart: sorted(map(str, found)) for mart, found in rows.items()},
        )


@dataclass(frozen=True)
class Story:
    """The warehouse, and its moments."""

    half_a_year: Moment
    opened_by_the_same: list[date]
    again: Moment
    corrected: Moment


@pytest.fixture(scope="module")
def story(
    tmp_path_factory: pytest.TempPathFactory,
    contracts: Mapping[str, Contract],
    keys: KeySet,
    keyset_file: Path,
    parsed: Path,
) -> Story:
    folder = tmp_path_factory.mktemp("zoetermeer")
    home = create_home(folder / "home", [ZOETERMEER], JANUARY, keys.check_value, keyset_file)
    warehouse = Warehouse(home, contracts, folder / "target", parsed)
    # The employer reports the wage of May after all; of June there is none.
    following = add_months(LAST_ANSWER, 1)
    late = statement(IN_MAY, MAY, WAGE, "gecorrigeerde_loonperiode")
    correction = {f"ib_inkomsten_{ZOETERMEER}_{following:%Y-%m}.zip": answers(following, late)}
    warehouse.take(deliveries())
    half_a_year = warehouse.build()
    opened = warehouse.take(deliveries())
    warehouse.open_everything()
    again = warehouse.build()
    warehouse.take(correction)
    return Story(half_a_year, opened, again, warehouse.build())


def test_share_in_sight_falls_and_recovers(story):
    moment = story.half_a_year

    assert {
        month: (
            moment.gemeente[month]["in_beeld_18_22"],
            moment.gemeente[month]["beoordeeld_18_22"],
            float(moment.gemeente[month]["pct_in_beeld"]),
        )
        for month in MONTHS
    } == IN_SIGHT


def test_work_processes_open_by_themselves_one_for_each_loss(story):
    moment = story.half_a_year

    assert moment.counted("werkprocessen_geopend") == OPENED
    # Nobody who is at school or qualified, and nobody who never had an income, is on the list.
    assert len({row["bsn_versleuteld"] for row in moment.work}) == sum(OPENED.values())
    assert {row["signaal"] for row in moment.work} == {"werk_weggevallen"}
    assert {row["bekend_elders"] for row in moment.work if row["toestand"] == "open"} == {False}


def test_a_work_process_closes_in_the_month_in_which_the_youth_is_in_sight_again(story):
    moment = story.half_a_year

    assert moment.states(FEBRUARY) == {
        FEBRUARY: [("open", None)] * 3,
        MARCH: [("open", None)] * 3,
        APRIL: [("gesloten", "in_begeleiding_rmc"), ("gesloten", "werk"), ("open", None)],
        MAY: [("gesloten", "uitkering")],
    }
    assert moment.states(MARCH) == {
        MARCH: [("open", None)] * 3,
        APRIL: [("gesloten", "in_onderwijs"), ("open", None), ("open", None)],
        MAY: [("gesloten", "verklaard"), ("open", None)],
        JUNE: [("gesloten", "startkwalificatie")],
    }
    assert moment.states(MAY) == {MAY: [("open", None)], JUNE: [("open", None)]}


def test_at_most_one_work_process_of_a_youth_is_open(story):
    for moment in (story.half_a_year, story.corrected):
        open_now = [
            (row["bsn_versleuteld"], row["maand"])
            for row in moment.work
            if row["toestand"] == "open"
        ]
        assert len(open_now) == len(set(open_now))


def test_first_contact_and_reminders_count_from_when_the_loss_could_be_known(story):
    moment = story.half_a_year
    [guided] = [row for row in moment.work if row["reden"] == "in_begeleiding_rmc"]
    [explained] = [row for row in moment.work if row["reden"] == "verklaard"]

    # February was known for certain by the delivery of April: there was contact by then.
    assert guided["geopend_op"] == date(2026, 4, 30)
    assert guided["herinnering_1"] == date(2026, 5, 14)
    assert guided["herinnering_2"] == date(2026, 6, 11)
    assert (guided["eerste_contact"], guided["doorlooptijd_dagen"]) == (date(2026, 4, 7), 0)
    assert explained["geopend_op"] == date(2026, 5, 31)
    assert (explained["eerste_contact"], explained["doorlooptijd_dagen"]) == (date(2026, 5, 20), 0)
    contacts = dict.fromkeys(MONTHS, 0) | {APRIL: 1, MAY: 1}
    assert moment.counted("werkprocessen_met_contact") == contacts


def test_the_same_deliveries_once_more_open_nothing(story):
    assert story.opened_by_the_same == []


def test_building_everything_again_changes_nothing(story):
    assert set(story.again.months) >= set(MONTHS)
    assert story.again.text == story.half_a_year.text


def test_a_correction_withdraws_a_work_process_with_the_reason_and_opens_the_right_one(story):
    before, moment = story.half_a_year, story.corrected

    assert moment.states(MAY) == {MAY: [("ingetrokken", "toch_inkomen")]}
    assert moment.states(JUNE) == {JUNE: [("open", None)]}
    assert moment.counted("werkprocessen_geopend") == OPENED | {MAY: 0, JUNE: 1}
    # In May 26 of 29 were in sight after all.
    assert float(moment.gemeente[MAY]["pct_in_beeld"]) == 89.7
    assert float(moment.gemeente[JUNE]["pct_in_beeld"]) == 92.9
    for event in (FEBRUARY, MARCH):
        assert moment.states(event) == before.states(event)
