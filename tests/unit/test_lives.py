"""The lives of the synthetic gemeente: at the published levels, in order, and known in time."""

import json
from collections import Counter
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from demo.generate import FIRST, MANIFEST, iter_deliveries, lives_of
from demo.injection import CODES, HELD, QUARANTINED, REFUSED, Injection, read_manifest
from demo.lives import Lives, as_known, phases_known, running
from demo.lives.facts import DEBT_PHASES, Tenure
from demo.lives.levels import LEVELS, couple_norm
from demo.lives.measured import measured
from demo.lives.statements import statements
from demo.population import FIXED, NEVER, last_day, numbers_on

FACTS = (
    *("relations", "assistance", "care", "messages", "debt_cases", "signals", "enrolments"),
    *("diplomas", "exemptions", "absences", "trajectories", "grants"),
)


def lived(persons: int, months: int, seed: int = 1, gemeente: str = "GM0479") -> Lives:
    lives = lives_of(persons=persons, seed=seed, gemeente=gemeente, first_month="2025-07")
    for _ in range(months):
        lives.advance()
    return lives


@pytest.fixture(scope="module")
def year() -> Lives:
    return lived(20_000, 12)


@pytest.fixture(scope="module")
def small() -> Lives:
    return lived(3000, 8)


@pytest.mark.parametrize("subject", list(LEVELS))
def test_a_gemeente_keeps_to_the_published_level(year, subject):
    level = LEVELS[subject]

    assert measured(year)[subject] == pytest.approx(level.share, abs=level.tolerance)


@pytest.mark.parametrize(("seed", "gemeente"), [(2, "GM0479"), (1, "GM0363")])
def test_another_seed_and_another_gemeente_keep_to_the_levels_too(seed, gemeente):
    found = measured(lived(15_000, 2, seed, gemeente))

    # Dropouts of two months are too few to be a level.
    for subject, level in LEVELS.items():
        if subject != "dropouts":
            assert found[subject] == pytest.approx(level.share, abs=level.tolerance), subject


def test_the_page_on_the_gemeente_states_each_level_as_the_code_has_it():
    page = Path(__file__).parents[2] / "docs" / "explanation" / "synthetic-gemeente.md"
    rows = [line.split("|")[2:4] for line in page.read_text().splitlines() if " % |" in line]

    stated = sorted((share.strip(" %"), differ.strip()) for share, differ in rows)
    meant = [(level.share * 100, level.tolerance * 100) for level in LEVELS.values()]
    assert stated == sorted((f"{share:.3g}", f"{differ:.2g}") for share, differ in meant)


def test_each_buurt_of_zaanstad_has_its_inhabitants_and_its_households(year):
    fresh = lives_of(persons=20_000)
    persons, moment = fresh.persons, fresh.moment
    buurten = fresh.addresses.division.buurten
    here = persons["home"] >= 0
    place = fresh.addresses.buurt
    inhabitants = np.bincount(place[persons["home"][here]], minlength=len(buurten))
    homes = np.flatnonzero(moment.members > 0)
    households = np.bincount(place[homes], minlength=len(buurten))
    alone = np.bincount(place[homes[moment.members[homes] == 1]], minlength=len(buurten))
    for number, buurt in enumerate(buurten):
        if buurt.households < 1000:
            continue
        share = buurt.inhabitants / sum(each.inhabitants for each in buurten)
        assert inhabitants[number] / here.sum() == pytest.approx(share, rel=0.2), buurt.name
        share = buurt.households / sum(each.households for each in buurten)
        assert households[number] / len(homes) == pytest.approx(share, rel=0.1), buurt.name
        assert alone[number] / households[number] == pytest.approx(buurt.mix[0], abs=0.06)


def test_bijstand_clusters_in_social_rent_and_in_the_poorer_buurten(year):
    rights = running(year.assistance, year.last)
    home = year.persons["home"][rights["person"]]
    tenure = year.homes["tenure"][home[home >= 0]]

    assert (tenure == Tenure.SOCIAL).mean() > 0.65
    assert (tenure == Tenure.OWNED).mean() < 0.2
    everyone = year.persons["home"][year.persons["home"] >= 0]
    wijken = np.array([buurt.wijk for buurt in year.addresses.division.buurten])
    poor = np.isin(wijken, ["WK047912", "WK047913"])
    poorest = poor[year.addresses.buurt[home[home >= 0]]].mean()
    assert poorest > 1.5 * poor[year.addresses.buurt[everyone]].mean()


def test_the_same_seed_lives_the_same_life_and_a_longer_one_begins_with_it():
    short, again, other = lived(1500, 3), lived(1500, 3), lived(1500, 3, seed=2)
    long = lived(1500, 5)
    for facts in FACTS:
        first = getattr(short, facts)
        assert np.array_equal(first, getattr(again, facts)), facts
        known = as_known if facts != "debt_cases" else phases_known
        if "known" not in first.dtype.names and facts != "debt_cases":
            continue
        on = short.last
        # What was known at the end of the third month stays what was known then, but for the end
        # of care, of which only the newest is kept.
        if facts != "care":
            assert np.array_equal(known(first, on), known(getattr(long, facts), on)), facts
    assert not np.array_equal(short.relations, other.relations)


@pytest.mark.parametrize("facts", FACTS)
def test_there_are_facts_of_every_kind_and_nothing_ends_before_it_begins(year, facts):
    rows = getattr(year, facts)

    assert len(rows)
    if "end_known" in rows.dtype.names:
        ended = rows["end"] < NEVER
        assert (rows["end"][ended] >= rows["begin"][ended]).all()
        assert (rows["end_known"] >= rows["known"]).all()
    if "person" in rows.dtype.names:
        assert (rows["person"] >= 0).all()


def test_rights_of_one_person_never_overlap(year):
    rows = year.assistance
    both = rows["partner"] >= 0
    spells = np.concatenate([rows, rows[both]])
    persons = np.concatenate([rows["person"], rows["partner"][both]])
    order = np.lexsort((spells["begin"], persons))
    spells, persons = spells[order], persons[order]
    same = persons[1:] == persons[:-1]
    assert (spells["begin"][1:][same] >= spells["end"][:-1][same]).all()


def test_some_ends_are_found_out_months_later_and_are_paid_for_until_then(year):
    rows = year.assistance
    late = (rows["end"] < NEVER) & (rows["end_known"] > rows["end"] + 90)
    assert late.sum() >= 12

    month = year.month - 5
    then, now = (set(year.payments(month, on)["right"]) for on in (last_day(month), year.last))
    assert then - now


def test_what_is_paid_follows_from_the_norm_of_the_month(year):
    pay = year.payments(year.month, year.last)
    rights = year.assistance[pay["right"]]
    alone = (rights["partner"] < 0) & (pay["sharers"] == 1) & (rights["regime"] == 1)
    full = couple_norm(year.first)
    assert full == 200_213
    norms = Counter(pay["norm"][alone].tolist())
    assert norms.most_common(1)[0][0] == round(0.7 * full)
    assert (pay["paid"] <= pay["norm"]).all()
    pairs = (rights["partner"] >= 0) & (pay["sharers"] == 2)
    assert set(pay["norm"][pairs].tolist()) == {full}


def test_a_case_of_debt_help_goes_through_its_phases_in_order(year):
    rows = phases_known(year.debt_cases, year.last)
    for before, after in pairwise(DEBT_PHASES[:6]):
        there = rows[f"{after}_begin"] < NEVER
        assert (rows[f"{before}_begin"][there] <= rows[f"{after}_begin"][there]).all()
    assert rows["outflow"].min() < NEVER
    assert (rows["outflow"] == NEVER).any()


def test_messages_say_what_was_assigned_begun_and_stopped(year):
    rows = year.messages
    kinds = Counter(zip(rows["kind"].tolist(), rows["status"].tolist(), strict=True))

    assert {(301, 1), (301, 2), (301, 3), (305, 1), (305, 2), (307, 1)} <= kinds.keys()
    sent = year.messages_of_month()
    assert (sent["known"] >= year.first).all()
    assert (sent["known"] <= year.last).all()
    year.everything = True
    assert len(year.messages_of_month()) > 5 * len(sent)
    year.everything = False


def test_who_left_school_too_early_is_noticed(year):
    rows = year.trajectories
    assert {0, 1, 2, 3} <= set(rows["dossier"].tolist())
    assert len(set(rows["result"].tolist())) > 5


def test_statements_are_repeated_to_the_cent_but_for_the_late_and_the_corrected(small):
    def of(month: np.datetime64) -> dict[tuple[int, ...], int]:
        made = statements(small.relations, small.seed, month, described=3)
        relation = made.relations[made.rows["relation"]]
        keys = zip(
            relation["person"].tolist(),
            relation["number"].tolist(),
            made.rows["begin"].tolist(),
            strict=True,
        )
        return dict(zip(keys, made.rows["lb"].tolist(), strict=True))

    before, after = of(small.month - 1), of(small.month)
    shared = before.keys() & after.keys()
    changed = [key for key in shared if before[key] != after[key]]
    assert len(shared) > 500
    assert 0 < len(changed) < 0.06 * len(shared)


def test_someone_gets_another_bsn_and_one_register_is_slow_to_learn_it(small):
    changed = np.flatnonzero(small.persons["renumbered"] < NEVER)
    assert len(changed) >= 7
    now, slow = small.bsns("brp_personen"), small.bsns("bijstand_bus")
    before = numbers_on(small.persons, -NEVER)
    recent = changed[small.persons["renumbered"][changed] > small.last - 95]
    assert len(recent)
    assert (now[changed] != before[changed]).all()
    assert (slow[recent] == before[recent]).all()
    assert len(set(now.tolist())) == len(now)
    assert (
        small.births("bijstand_bus")[small.conflicted] != small.persons["birth"][small.conflicted]
    )


def test_the_first_persons_work_on_and_nothing_happens_to_them(small):
    for facts in ("assistance", "care", "signals", "debt_cases"):
        assert (getattr(small, facts)["person"] >= FIXED).all()


# --- injection --------------------------------------------------------------------------------

MONTH = np.datetime64("2025-07", "M")


def test_what_is_picked_follows_from_the_seed_and_never_twice():
    def picks(seed: int) -> list[list[int]]:
        injection = Injection(seed, 0.02)
        numbers = np.arange(5000)
        return [
            injection.pick(code, "x", MONTH, numbers).tolist() for code in ("E01", "E13", "E09")
        ]

    first = picks(1)
    assert first == picks(1) != picks(2)
    chosen = [number for picked in first for number in picked]
    assert len(chosen) == len(set(chosen))
    assert all(50 < len(picked) < 160 for picked in first)


def test_at_rate_zero_nothing_is_picked_and_at_any_other_at_least_one():
    numbers = np.arange(10)

    assert not len(Injection(1, 0.0).pick("E01", "x", MONTH, numbers))
    assert len(Injection(1, 1e-9).pick("E01", "x", MONTH, numbers, at_least=3)) == 3
    assert not len(Injection(1, 0.5, frozenset({"E02"})).pick("E01", "x", MONTH, numbers))


def test_what_is_noted_is_read_again(tmp_path):
    injection = Injection(1, 0.01)
    given = injection.bsns("x", MONTH, np.arange(900), element="bsn")
    injection.amounts("x", MONTH, np.arange(900), element="bedrag")
    injection.write(tmp_path / MANIFEST)

    assert set(read_manifest(tmp_path / MANIFEST)) == set(injection.notes)
    assert injection.quarantine("x", "2025-07").total() == len(injection.notes)
    assert len(given) >= 6
    text = (tmp_path / MANIFEST).read_text(encoding="utf-8")
    assert json.loads(text)["rate"] == 0.01


@pytest.mark.parametrize("wrong", [{"rate": 2}, {"rate": 0.1, "codes": frozenset({"E99"})}])
def test_an_injection_that_cannot_be_is_refused(wrong):
    with pytest.raises(ValueError, match=r"rate|profile"):
        Injection(1, **wrong)


def test_files_arrive_wrong_first_and_one_late(tmp_path):
    arrived = [
        path.relative_to(tmp_path).as_posix()
        for path in iter_deliveries(
            tmp_path,
            persons=300,
            months=4,
            file_faults=True,
            manifest=True,
            deliveries=["brp_personen", "suwinet_inkomsten"],
        )
    ]

    second, third = (f"brp_personen_GM0479_2025-0{month}.csv" for month in (2, 3))
    for wrong in (second, third):
        assert arrived.index(f"{FIRST}/{wrong}") + 1 == arrived.index(wrong)
    assert arrived[-1] == "suwinet_inkomsten_GM0479_2025-03.zip"
    notes = [note for note in read_manifest(tmp_path / MANIFEST) if note.of == "file"]
    assert {(note.code, note.outcome) for note in notes} == {
        ("E05", HELD),
        ("E14", REFUSED),
        ("E15", HELD),
    }


def test_a_manifest_holds_no_bsn_and_only_codes_of_the_profile(tmp_path):
    list(iter_deliveries(tmp_path, persons=300, months=2, manifest=True))
    notes = read_manifest(tmp_path / MANIFEST)

    assert {note.code for note in notes} <= set(CODES)
    assert all(max(note.where, default=0) < 100_000_000 for note in notes)
    assert all(note.reason for note in notes if note.outcome == QUARANTINED)
