"""The whole way: what is delivered is found again in what an analyst reads, and nothing is lost.

One small gemeente of ten persons lives through eight runs; the tests look at what came of each. The
expected figures are worked out by hand from the definitions.
"""

import json
import os
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from unittest import mock

import dagster as dg
import duckdb
import pandas as pd
import pyarrow as pa
import pytest

from assets.deliveries import asset_key, partition_key
from assets.models import parse
from assets.publications import publication_key
from expectations.bridge import Check, Suite
from expectations.datasets import DATASET_SUITES
from expectations.deliveries import DELIVERY_SUITES
from expectations.marts import MART_SUITES
from tests.conftest import MakeHome
from tests.support import (
    ANNA,
    BRAM,
    CEES,
    DIRK,
    EVA,
    FAILS_ELEVEN,
    FLOOR,
    GIJS,
    HANS,
    Result,
    bsn,
    continuation,
    datapakhuis,
    drop,
    gbav,
    person,
    prints,
    relation,
    response,
    statement,
    versions,
    zipped,
)
from warehouse.client import Client
from warehouse.contracts import load_contracts
from warehouse.definitions import BUILD_JOB, DELIVERY_JOB, build_definitions
from warehouse.home import Home
from warehouse.keys import KERN, KeySet, bsn_messages
from warehouse.ledger import Ledger, State, Version
from warehouse.publication import Manifest, current_manifest, manifest_paths, verify
from warehouse.reach import read_reach
from warehouse.run import QUIET
from warehouse.station import at_work
from warehouse.workspace import connect, mark_built, prepare

IDA, JAN, KLAAS, LOTTE = bsn(8), bsn(9), bsn(20), bsn(21)
JANUARY, FEBRUARY, MARCH, APRIL, AUGUST = (date(2022, month, 1) for month in (1, 2, 3, 4, 8))
DATASETS = ("inkomsten", "inkomsten_bevraging", "personen")
#: With those that stay empty in these stories.
ALL = {**DATASET_SUITES, **MART_SUITES}
#: What is published for the RMC alone.
FOR_THE_RMC = {"rmc_jongeren", "rmc_werkvoorraad"}


# --- the deliveries ---------------------------------------------------------------------------


def den_haag(*, anna_dies: bool = False) -> bytes:
    """Ten persons, one number that is none, and an empty line."""
    died = {"e06_08_10": "20220220", "e07_67_10": "20220220", "e07_67_20": "O"}
    return gbav(
        person(ANNA, **(died if anna_dies else {})),
        person(BRAM, birth="19500501", sex="M"),
        person(CEES, gemeente="0363"),
        person(DIRK, e06_08_10="20220115", e07_67_10="20220115", e07_67_20="O"),
        person(EVA, function="B"),
        # Comes from Amsterdam on 10 February.
        person(FLOOR, since="20220210", e08_H="58"),
        continuation(e08_09_10="0363", e08_10_10="W", e08_10_30="20000101"),
        *(person(number) for number in (GIJS, HANS, IDA, JAN)),
        person(FAILS_ELEVEN),
        "",
    )


RESIDENTS = {
    JANUARY: {ANNA, BRAM, EVA, GIJS, HANS, IDA, JAN},
    FEBRUARY: {ANNA, BRAM, EVA, FLOOR, GIJS, HANS, IDA, JAN},
}


def zaanstad(gemeente: str = "0479") -> bytes:
    return gbav(person(KLAAS, gemeente=gemeente))


def month_of(month: int, cents: int | str, sign: str = "+") -> str:
    last = {1: 31, 2: 28, 3: 31}[month]
    return statement(f"2022{month:02}01", f"2022{month:02}{last}", cents, sign)


ANSWERS = (
    response(
        ANNA,
        relation(month_of(1, 250000), month_of(2, 260000)),
        relation(month_of(1, 10000, "-"), sequence="2", kind="33"),
    ),
    # Asked, and nothing found; EVA was not asked at all.
    response(BRAM, answered=("20220101", "20220228")),
    # Not a resident.
    response(CEES, relation(month_of(1, 100000))),
    # One statement of two cannot be read: of GIJS not everything is known.
    response(GIJS, relation(month_of(1, "12.50"), month_of(2, 5000))),
)
NEWER = response(ANNA, relation(month_of(2, 270000), month_of(3, 280000)))

FIRST = {
    "brp_personen_GM0518_2022-01.csv": den_haag(),
    "brp_personen_GM0479_2022-01.csv": zaanstad(),
    "suwinet_inkomsten_GM0518_2022-04.zip": zipped(*ANSWERS),
}


# --- the story --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Moment:
    """What there was after a run: what it said, what is published, and what the ledger holds."""

    result: Result
    versions: list[Version]
    open_months: list[date]
    rows: dict[str, list[dict[str, Any]]]
    manifest: Manifest
    manifests: int
    published: dict[str, str]
    seen_by_dbt: list[str]
    at: datetime


@dataclass
class Story:
    """A home, and its moments by name."""

    home: Home
    moments: dict[str, Moment] = field(default_factory=dict)

    def run(self, name: str, files: Mapping[str, bytes]) -> None:
        for file, content in files.items():
            drop(self.home, file, content)
        self.look(name, datapakhuis("run", "--home", self.home.path))

    def look(self, name: str, result: Result) -> None:
        client = Client(self.home.path)
        manifest = current_manifest(self.home.publication)
        assert manifest, result
        with closing(Ledger(self.home.ledger)) as ledger:
            self.moments[name] = Moment(
                result=result,
                versions=ledger.versions(),
                open_months=ledger.open_months(),
                rows={dataset: client.get(dataset).to_pylist() for dataset in DATASETS},
                manifest=manifest,
                manifests=len(manifest_paths(self.home.publication)),
                published=prints([self.home.publication]),
                seen_by_dbt=self.seen_by_dbt(),
                at=datetime.now(UTC),
            )

    def seen_by_dbt(self) -> list[str]:
        with closing(duckdb.connect(str(self.home.database), read_only=True)) as sql:
            rows = sql.execute("select levering_id from grootboek.leveringen").fetchall()
        return [row[0] for row in rows]

    def open(self, *months: date) -> None:
        with closing(Ledger(self.home.ledger)) as ledger:
            ledger.open(months)


@pytest.fixture(scope="module")
def story(new_home: MakeHome) -> Story:
    made = Story(new_home(["GM0518", "GM0479"], "2022-01"))
    made.run("first", FIRST)
    made.run("nothing", {})
    made.run("same files", FIRST)
    made.open(JANUARY, FEBRUARY)
    made.run("rebuilt", {})
    # The same answers, as other bytes: only what differs may be built.
    made.run("repeated", {"suwinet_inkomsten_GM0518_2022-05.zip": zipped(*reversed(ANSWERS))})
    made.run(
        "second",
        {
            "suwinet_inkomsten_GM0518_2022-06.xml": NEWER.encode(),
            "brp_personen_GM0518_2022-02.csv": den_haag(),
            # Cut off at the end of a row: only the volume tells.
            "brp_personen_GM0518_2022-03.csv": b"".join(den_haag().splitlines(keepends=True)[:4]),
            "brp_personen_GM0479_2022-04.csv": zaanstad(),
        },
    )
    [held] = [version for version in versions(made.home) if version.state is State.HELD]
    release = ("delivery", "release", held.levering_id, "--home", made.home.path, "--reason")
    for name, why in (("no reason", " "), ("released", "Een oefening"), ("once more", "Nog eens")):
        made.look(name, datapakhuis(*release, why))
    made.run(
        "corrected",
        {
            "brp_personen_GM0518_2022-02.csv": den_haag(anna_dies=True),
            # Nobody lives in Zaanstad any more.
            "brp_personen_GM0479_2022-04.csv": zaanstad("0363"),
        },
    )
    offer(made, "brp_personen", "2022-01", FAILS_ELEVEN, LOTTE)
    # The newer of two deliveries of the same answers: what it says goes before the other.
    offer(made, "suwinet_inkomsten", "2022-05", ">12.50<", ">125000<")
    made.run("mended", {})
    return made


def offer(story: Story, delivery: str, month: str, old: str, new: str) -> None:
    """Export what is in quarantine of a delivery, mend it, and offer it again."""
    home = ("--home", story.home.path)
    [name] = {
        version.levering_id
        for version in versions(story.home)
        if (version.delivery, version.visible) == (delivery, True)
        and (version.gemeente, f"{version.month:%Y-%m}") == ("GM0518", month)
    }
    sealed, plain = (story.home.path.parent / f"{name}.{end}" for end in ("q", "jsonl"))
    for command in (
        ("export", name, "-o", sealed, "--for-home", "--reason", "Herstel"),
        ("open", sealed, "-o", plain),
    ):
        done = datapakhuis("quarantine", *command, *home)
        assert done.code == 0, done
    mended = [text for text in plain.read_text().splitlines() if old in text]
    plain.write_text("".join(f"{text.replace(old, new)}\n" for text in mended))
    done = datapakhuis("quarantine", "reoffer", name, plain, "--reason", "Herstel", *home)
    assert done.code == 0, done


@pytest.fixture(scope="module")
def named(keys: KeySet) -> dict[str, str]:
    """The person of each published token."""
    numbers = [bsn(number) for number in range(30)]
    messages, _ = bsn_messages(pa.array(numbers))
    tokens = keys.republish(keys.tokeniser(KERN, "bsn").encrypt(messages)).to_pylist()
    return dict(zip(tokens, numbers, strict=True))


def residents(
    moment: Moment, named: Mapping[str, str], month: date, gemeente: str = "GM0518"
) -> set[str]:
    return {
        named[row["bsn_versleuteld"]]
        for row in moment.rows["personen"]
        if (row["maand"], row["gemeente"]) == (month, gemeente)
    }


def income(moment: Moment, named: Mapping[str, str]) -> dict[tuple[str, date], list[Decimal]]:
    """The amounts of each person and month, one for each income relation."""
    found: dict[tuple[str, date], list[Decimal]] = {}
    for row in moment.rows["inkomsten"]:
        amounts = found.setdefault((named[row["bsn_versleuteld"]], row["maand"]), [])
        amounts.append(row["bedrag"])
    return {key: sorted(amounts, reverse=True) for key, amounts in found.items()}


# --- a first delivery -------------------------------------------------------------------------


def test_every_unit_is_accepted_or_in_quarantine(story):
    moment = story.moments["first"]

    assert moment.result.code == 0, moment.result
    assert {
        (version.delivery, version.gemeente): version.counts and vars(version.counts)
        for version in moment.versions
    } == {
        ("brp_personen", "GM0518"): _counts(12, 10, 2),
        ("brp_personen", "GM0479"): _counts(1, 1, 0),
        ("suwinet_inkomsten", "GM0518"): _counts(7, 6, 1),
    }
    assert moment.open_months == []
    assert not any(story.home.landing.iterdir())


def _counts(source: int, accepted: int, quarantined: int) -> dict[str, int]:
    return {
        **{"source": source, "accepted": accepted},
        **{"quarantined": quarantined, "duplicate": 0},
    }


def test_personen_are_those_who_live_there_on_the_last_day_of_the_month(story, named):
    moment = story.moments["first"]

    assert residents(moment, named, JANUARY) == RESIDENTS[JANUARY]
    assert residents(moment, named, JANUARY, "GM0479") == {KLAAS}
    assert {row["maand"] for row in moment.rows["personen"]} == {JANUARY}


def test_a_person_is_described_as_on_that_day(story, named):
    rows = {named[row["bsn_versleuteld"]]: row for row in story.moments["first"].rows["personen"]}

    columns = ("leeftijd", "geslacht", "buurt", "buurt_methode", "aow_gerechtigd")
    assert [[rows[who][name] for name in columns] for who in (ANNA, BRAM, EVA)] == [
        [42, "V", "BU0518XXXX", "onbekend", False],
        [71, "M", "BU0518XXXX", "onbekend", True],
        [42, "V", "BU0518XXBR", "briefadres", False],
    ]


def test_the_four_keys_come_first_and_a_token_is_never_the_internal_one(story, keys):
    messages, _ = bsn_messages(pa.array([ANNA]))
    [internal] = keys.tokeniser(KERN, "bsn").encrypt(messages).to_pylist()
    for dataset in DATASETS:
        rows = story.moments["first"].rows[dataset]
        assert list(rows[0])[:4] == ["bsn_versleuteld", "maand", "wijk", "buurt"]
        assert all(row["bsn_versleuteld"].startswith("gesloten1.") for row in rows)
        assert internal not in str(rows)


def test_income_is_that_of_the_statements_to_the_cent(story, named):
    assert income(story.moments["first"], named) == {
        (ANNA, JANUARY): [Decimal("2500.00"), Decimal("-100.00")],
        (ANNA, FEBRUARY): [Decimal("2600.00")],
        (CEES, JANUARY): [Decimal("1000.00")],
        (GIJS, FEBRUARY): [Decimal("50.00")],
    }


def test_no_income_not_asked_and_not_known_are_three_things(story, named):
    asked = {
        (named[row["bsn_versleuteld"]], row["maand"]): (row["uitkomst"], row["volledig"])
        for row in story.moments["first"].rows["inkomsten_bevraging"]
    }

    assert asked == {
        (ANNA, JANUARY): ("gevonden", True),
        (ANNA, FEBRUARY): ("gevonden", True),
        (BRAM, JANUARY): ("niets_gevonden", True),
        (BRAM, FEBRUARY): ("niets_gevonden", True),
        (CEES, JANUARY): ("gevonden", True),
        # A statement of GIJS is in quarantine: what was found is not all there is.
        (GIJS, JANUARY): ("niets_gevonden", False),
        (GIJS, FEBRUARY): ("gevonden", False),
    }
    assert EVA not in {who for who, _ in asked}


def test_who_is_a_resident_is_unknown_where_no_brp_describes_the_month(story, named):
    known = {
        (named[row["bsn_versleuteld"]], row["maand"]): row["inwoner"]
        for row in story.moments["first"].rows["inkomsten_bevraging"]
    }

    assert (known[ANNA, JANUARY], known[CEES, JANUARY]) == (True, False)
    assert (known[ANNA, FEBRUARY], known[BRAM, FEBRUARY]) == (None, None)


def test_what_the_analyst_types_gives_what_is_published(story):
    def ask(*arguments: str) -> Any:
        return json.loads(datapakhuis(*arguments, "--home", story.home.path).out)

    question = (
        "select gemeente, count(*) as personen from personen"
        " where maand = '2022-01-01' group by all order by all"
    )
    assert ask("sql", question, "--format", "json") == [
        {"gemeente": "GM0479", "personen": 1},
        # The seven of the first delivery, and the one whose number was mended.
        {"gemeente": "GM0518", "personen": 8},
    ]
    listed = {row["dataset"] for row in ask("list", "--json")}
    assert listed == set(ALL) - FOR_THE_RMC
    # As known at the end of today: everything. Before the first publication: nothing.
    assert (
        datapakhuis(
            *("sql", question, "--as-known-at", "2022-01-01", "--home", story.home.path)
        ).code
        == 1
    )


# --- running twice changes nothing ------------------------------------------------------------


@pytest.mark.parametrize("again", ["nothing", "same files", "repeated", "rebuilt"])
def test_running_again_changes_nothing_bit_for_bit(story, again):
    before, after = story.moments["first"], story.moments[again]

    assert after.result.code == 0, after.result
    assert after.published == before.published
    assert after.manifests == 1
    assert after.open_months == []
    assert after.versions[: len(before.versions)] == before.versions


def test_the_same_file_again_is_no_new_version(story):
    assert story.moments["same files"].versions == story.moments["first"].versions
    assert "nothing to do" in story.moments["nothing"].result.out
    assert not any(story.home.landing.iterdir())


def test_a_response_that_repeats_what_is_known_opens_no_month(story):
    moment = story.moments["repeated"]

    repeated = moment.versions[-1]
    assert (repeated.delivery, repeated.state) == ("suwinet_inkomsten", State.ACCEPTED)
    assert "built" not in moment.result.out
    assert moment.manifest == story.moments["first"].manifest


def test_a_rebuild_does_build(story):
    assert "built and published 2 months" in story.moments["rebuilt"].result.out


def test_nothing_published_is_missing_damaged_or_left_over(story):
    assert verify(story.home.publication) == []


# --- what comes later -------------------------------------------------------------------------


def test_a_newer_answer_replaces_the_period_it_covers_and_no_more(story, named):
    """Of ANNA February and March are answered anew; January stays, and so do the others."""
    assert income(story.moments["second"], named) == {
        (ANNA, JANUARY): [Decimal("2500.00"), Decimal("-100.00")],
        (ANNA, FEBRUARY): [Decimal("2700.00")],
        (ANNA, MARCH): [Decimal("2800.00")],
        (CEES, JANUARY): [Decimal("1000.00")],
        (GIJS, FEBRUARY): [Decimal("50.00")],
    }


def test_only_the_months_that_a_delivery_changes_are_written(story):
    before, after = story.moments["rebuilt"].manifest, story.moments["second"].manifest

    assert "built and published 3 months" in story.moments["second"].result.out
    for dataset in DATASETS:
        old, new = (moment.datasets[dataset].months for moment in (before, after))
        assert new[JANUARY] == old[JANUARY]
        assert new.get(FEBRUARY) != old.get(FEBRUARY)
    assert set(after.datasets["personen"].months) == {JANUARY, FEBRUARY, APRIL}
    assert set(after.datasets["inkomsten"].months) == {JANUARY, FEBRUARY, MARCH}


def test_a_month_of_persons_tells_of_earlier_answers_who_is_a_resident(story, named):
    known = {
        (named[row["bsn_versleuteld"]], row["maand"]): row["inwoner"]
        for row in story.moments["second"].rows["inkomsten_bevraging"]
    }

    assert (known[ANNA, FEBRUARY], known[BRAM, FEBRUARY]) == (True, True)
    # Those of March are held.
    assert known[ANNA, MARCH] is None
    assert residents(story.moments["second"], named, FEBRUARY) == RESIDENTS[FEBRUARY]


def test_a_correction_of_last_month_changes_that_month_and_keeps_both_versions(story, named):
    moment = story.moments["corrected"]

    assert residents(moment, named, FEBRUARY) == RESIDENTS[FEBRUARY] - {ANNA}
    assert residents(moment, named, JANUARY) == RESIDENTS[JANUARY]
    first, second = (
        version
        for version in moment.versions
        if (version.gemeente, version.month) == ("GM0518", FEBRUARY)
    )
    assert (first.visible, second.visible) == (False, True)
    assert first.current_until == second.current_from
    for version in (first, second):
        assert (story.home.originals / f"{version.levering_id}.sealed").exists()
        assert (story.home.raw / "brp_personen" / version.levering_id).is_dir()


def test_a_correction_of_persons_reaches_the_income_of_that_month(story, named):
    [inwoner] = [
        row["inwoner"]
        for row in story.moments["corrected"].rows["inkomsten"]
        if (named[row["bsn_versleuteld"]], row["maand"]) == (ANNA, FEBRUARY)
    ]

    assert inwoner is False


def test_what_was_known_before_the_correction_can_still_be_read(story, named):
    client = Client(story.home.path)
    month = "select bsn_versleuteld from personen where maand = '2022-02-01'"

    def known(at: datetime | None) -> set[str]:
        rows = client.sql(month, as_known_at=at).to_pylist()
        return {named[row["bsn_versleuteld"]] for row in rows}

    assert known(story.moments["second"].at) == RESIDENTS[FEBRUARY]
    assert known(story.moments["corrected"].at) == RESIDENTS[FEBRUARY] - {ANNA}
    assert known(story.moments["first"].at) == set()


def test_a_month_that_becomes_empty_leaves_the_publication(story):
    """In April there were persons of Zaanstad only, and the correction says they had moved."""
    before, after = story.moments["second"], story.moments["corrected"]

    assert APRIL in before.manifest.datasets["personen"].months
    assert APRIL not in after.manifest.datasets["personen"].months
    assert APRIL not in {row["maand"] for row in after.rows["personen"]}
    assert APRIL not in after.open_months


def test_a_held_delivery_ends_the_run_with_1_and_is_seen_by_nobody_behind_the_gate(story, named):
    moment = story.moments["second"]

    [held] = [version for version in moment.versions if version.state is State.HELD]
    assert moment.result.code == 1
    assert (held.gemeente, held.month) == ("GM0518", MARCH)
    assert not held.visible
    assert held.levering_id not in moment.manifest.leveringen
    assert held.levering_id not in moment.seen_by_dbt
    assert residents(moment, named, MARCH) == set()


def test_a_hold_says_by_what_and_the_others_go_on(story):
    moment = story.moments["second"]

    assert "brp_personen GM0518 2022-03: vastgehouden" in moment.result.out
    assert "volume_vorige_maand" in moment.result.out
    assert [v.state for v in moment.versions].count(State.HELD) == 1
    assert set(moment.seen_by_dbt) == {v.levering_id for v in moment.versions if v.visible}
    assert moment.open_months == []


def test_a_held_delivery_is_released_once_and_with_a_reason_and_then_built(story, named):
    without, released, once_more, built = (
        story.moments[name] for name in ("no reason", "released", "once more", "corrected")
    )

    assert (without.result.code, released.result.code, once_more.result.code) == (2, 0, 1)
    assert without.versions == story.moments["second"].versions
    [version] = [v for v in released.versions if v.state is State.RELEASED]
    assert version.visible
    assert (released.open_months, built.open_months) == ([MARCH], [])
    assert built.result.code == 0, built.result
    assert version.levering_id in built.seen_by_dbt
    assert residents(built, named, MARCH) == {ANNA, BRAM}


def test_dagster_shows_exactly_the_months_that_are_published(story):
    with dg.DagsterInstance.from_config(str(story.home.dagster)) as instance:
        shown = {
            dataset: set(instance.get_dynamic_partitions(f"maanden_{dataset}"))
            for dataset in DATASETS
        }
        there = {
            dataset: instance.get_materialized_partitions(
                dg.AssetKey(["beschreven_maanden", dataset])
            )
            for dataset in DATASETS
        }

    published = story.moments["corrected"].manifest.datasets
    for dataset in DATASETS:
        months = {f"{month:%Y-%m}" for month in published[dataset].months}
        assert shown[dataset] == months
        assert months <= there[dataset]


# --- a check that breaks ----------------------------------------------------------------------


def breaks(_: pd.DataFrame) -> "pd.Series[float]":
    raise ValueError(f"could not read {ANNA}")


def broken(suite: Suite, *, measure: str) -> Suite:
    check = Check(
        name="breekt",
        description="Deze controle breekt.",
        why="Een kapotte controle is een fout, nooit een goedkeuring.",
        measure=measure,
        derive=breaks,
        severity="waarschuwing",
    )
    return replace(suite, checks=(*suite.checks, check))


def executed(home: Home, job: str, options: Mapping[str, Any], **suites: Any) -> list[Any]:
    """Run a job of definitions with other suites; every entry in Dagster's log."""
    with (
        mock.patch.dict(os.environ, {"DAGSTER_HOME": str(home.dagster)}),
        dg.DagsterInstance.from_config(str(home.dagster)) as instance,
    ):
        done = (
            build_definitions(home, **suites)
            .resolve_job_def(job)
            .execute_in_process(
                instance=instance, raise_on_error=False, run_config=QUIET, **options
            )
        )
        return list(instance.all_logs(done.run_id))


def evaluations(log: list[Any]) -> dict[str, Any]:
    return {
        entry.dagster_event.event_specific_data.check_name: entry.dagster_event.event_specific_data
        for entry in log
        if entry.dagster_event
        and entry.dagster_event.event_type is dg.DagsterEventType.ASSET_CHECK_EVALUATION
    }


def test_a_check_of_a_delivery_that_breaks_is_an_error_and_holds(story):
    drop(story.home, "brp_personen_GM0518_2022-08.csv", den_haag())
    options = {
        "partition_key": partition_key("GM0518", AUGUST),
        "asset_selection": [asset_key("brp_personen")],
    }
    suite = broken(DELIVERY_SUITES["brp_personen"], measure="eenheden")

    log = executed(
        *(story.home, DELIVERY_JOB, options),
        delivery_suites={**DELIVERY_SUITES, "brp_personen": suite},
    )

    held = versions(story.home)[-1]
    assert (held.month, held.state) == (AUGUST, State.HELD)
    check = evaluations(log)["breekt"]
    assert not check.passed
    assert check.severity is dg.AssetCheckSeverity.ERROR
    assert check.metadata["uitkomst"].value == "fout"
    assert "De controle zelf is mislukt (ValueError)" in check.description
    assert evaluations(log)["levering_niet_leeg"].passed
    # Not applicable is passed, and says so: there was no delivery in the three months before.
    assert evaluations(log)["volume_vorige_maand"].passed
    assert evaluations(log)["volume_vorige_maand"].metadata["uitkomst"].value == (
        "niet_van_toepassing"
    )
    assert ANNA not in "\n".join(map(str, log))


def test_a_check_of_a_dataset_that_breaks_keeps_it_as_it_was_and_the_others_go_on(story):
    before = current_manifest(story.home.publication)
    story.open(JANUARY)
    with at_work(story.home, load_contracts()) as station:
        reaches = read_reach(parse(story.home))
        prepare(station.home, station.ledger, station.contracts, reaches)
        with connect(story.home.database) as sql:
            mark_built(sql)  # January is in the working database as it was
    suite = broken(DATASET_SUITES["personen"], measure="dubbele_sleutels")
    options = {"asset_selection": [publication_key(dataset) for dataset in ALL]}

    log = executed(
        *(story.home, BUILD_JOB, options),
        dataset_suites={**ALL, "personen": suite},
    )

    with closing(Ledger(story.home.ledger)) as ledger:
        left = ledger.open_months()
        ledger.close_months(left)
    materialised = {
        entry.dagster_event.asset_key.path[-1]
        for entry in log
        if entry.dagster_event and entry.dagster_event.is_step_materialization
    }
    assert left == [JANUARY]
    assert materialised == {*ALL} - {"personen"}
    assert evaluations(log)["breekt"].severity is dg.AssetCheckSeverity.ERROR
    after = current_manifest(story.home.publication)
    assert before
    assert after
    assert after.datasets == before.datasets
    assert ANNA not in "\n".join(map(str, log))


def test_a_part_that_somebody_had_built_is_not_published_and_its_month_stays_open(story):
    """As one does it in Dagster, with a model and what is published of it."""
    before = current_manifest(story.home.publication)
    story.open(JANUARY)
    part = [dg.AssetKey(["datasets", "volledigheid"]), publication_key("volledigheid")]

    log = executed(story.home, BUILD_JOB, {"asset_selection": part})

    with closing(Ledger(story.home.ledger)) as ledger:
        left = ledger.open_months()
        ledger.close_months(left)
    assert left == [JANUARY]
    assert "niet_gebouwd" in "\n".join(map(str, log))
    assert current_manifest(story.home.publication) == before


# --- mended by hand ---------------------------------------------------------------------------


def test_what_was_mended_moves_from_quarantine_to_accepted_and_the_source_stays(story):
    moment = story.moments["mended"]

    assert moment.result.code == 0, moment.result
    by_id = {version.levering_id: version for version in moment.versions}
    mended = [version for version in moment.versions if version.supplements]
    assert [
        (version.delivery, vars(by_id[version.supplements or ""].counts), vars(version.counts))
        for version in mended
    ] == [
        ("brp_personen", _counts(12, 10, 2), _counts(12, 11, 1)),
        ("suwinet_inkomsten", _counts(7, 6, 1), _counts(7, 7, 0)),
    ]
    assert all(version.visible for version in mended)
    assert not any(by_id[version.supplements or ""].visible for version in mended)


def test_a_mended_person_lives_there_and_a_mended_wage_is_income(story, named):
    before, after = story.moments["corrected"], story.moments["mended"]

    assert residents(after, named, JANUARY) == residents(before, named, JANUARY) | {LOTTE}
    assert residents(after, named, FEBRUARY) == residents(before, named, FEBRUARY)
    assert income(after, named) == income(before, named) | {
        (GIJS, JANUARY): [Decimal("1250.00")],
    }
    asked = {
        row["maand"]: (row["uitkomst"], row["volledig"])
        for row in after.rows["inkomsten_bevraging"]
        if named[row["bsn_versleuteld"]] == GIJS
    }
    assert asked == {JANUARY: ("gevonden", True), FEBRUARY: ("gevonden", True)}
