"""The synthetic gemeente keeps to the layouts, to itself over months, and to its faults."""

import csv
import hashlib
import zipfile
from collections import Counter
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from lxml import etree

from demo import generate as demo
from demo.gbav import HEADER
from demo.generate import DELIVERIES, FIRST_FOUR, YEARLY, has_writer
from demo.injection import ACCEPTED, BSN_FAULTS, QUARANTINED, Note, read_manifest
from demo.population import FIXED, Population, bsns
from demo.suwiml import EMPLOYERS, NAMESPACE

PERSONS = 3000
BSN = "Burgerservicenr"
MONTHS = 3


def eleven_test(bsn: str) -> bool:
    if len(bsn) != 9 or not bsn.isdigit() or not int(bsn):
        return False
    weights = (9, 8, 7, 6, 5, 4, 3, 2, -1)
    return sum(w * int(d) for w, d in zip(weights, bsn, strict=True)) % 11 == 0


def brp(path: Path) -> dict[str, list[dict[str, str]]]:
    """Per record of a person its rows; the double names do not matter here."""
    records: dict[str, list[dict[str, str]]] = {}
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.reader(file, delimiter=";")
        header = next(rows)
        for row in rows:
            assert len(row) == len(header)
            if row[0]:
                label = row[0]
                records[label] = []
            records[label].append(dict(zip(header[1:-1], row[1:-1], strict=True)))
    return records


def named(paths: list[Path], start: str) -> list[Path]:
    return [path for path in paths if path.name.startswith(start)]


def responses(path: Path) -> list[etree._Element]:
    with zipfile.ZipFile(path) as archive:
        return [etree.fromstring(archive.read(name)) for name in archive.namelist()]


def texts(responses: list[etree._Element], element: str) -> list[str]:
    return [found.text or "" for response in responses for found in response.iter(element)]


def statements(path: Path) -> dict[tuple[str | None, ...], bytes]:
    found: dict[tuple[str | None, ...], bytes] = {}
    for response in responses(path):
        bsn = response.findtext("ClientSuwi/Burgerservicenr")
        for relation in response.iter("Inkomstenverhouding"):
            for statement in relation.iter("Inkomstenopgave"):
                key = (bsn, relation.findtext("VolgnrIkv"), statement.findtext("DatBIko"))
                assert key not in found
                found[key] = etree.tostring(statement)
    return found


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    return demo.generate(
        tmp_path_factory.mktemp("sound"),
        persons=PERSONS,
        months=MONTHS,
        faults=False,
        deliveries=FIRST_FOUR,
    )


@pytest.fixture(scope="module")
def months(sound):
    return [brp(path) for path in named(sound, "brp")]


@pytest.fixture(scope="module")
def faulty(tmp_path_factory):
    return demo.generate(
        tmp_path_factory.mktemp("faulty"), persons=1200, months=2, deliveries=FIRST_FOUR
    )


def test_the_same_seed_gives_the_same_bytes_and_another_seed_other_bytes(tmp_path):
    def digests(to: str, seed: int, count: int = 2, gemeente: str = "GM0479") -> list[str]:
        paths = demo.generate(
            tmp_path / to, persons=300, months=count, seed=seed, gemeente=gemeente
        )
        return [hashlib.sha256(path.read_bytes()).hexdigest() for path in paths]

    first = digests("a", 1)
    assert digests("b", 1) == first
    # The areas of Zaanstad are what they are, and a small file may be empty; those of another
    # gemeente are made up as well.
    other = digests("c", 2)
    assert other[0] == first[0]
    assert len(set(other) & set(first)) < 5
    assert not set(other[1:4]) & set(first)
    assert digests("d", 1, count=3)[: len(first)] == first
    made_up = digests("e", 1, gemeente="GM0363")
    assert not set(digests("f", 2, gemeente="GM0363")[:4]) & set(made_up)


def test_files_are_named_by_delivery_gemeente_and_month(sound):
    assert [path.name for path in sound[:5]] == [
        "cbs_gebieden_GM0479_2025-01.zip",
        "bag_adressen_GM0479_2025-01.zip",
        "brp_personen_GM0479_2025-01.csv",
        "suwinet_inkomsten_GM0479_2025-01.zip",
        "brp_personen_GM0479_2025-02.csv",
    ]
    assert sorted(sound[0].parent.glob("*_GM*")) == sorted(sound)


def test_each_delivery_comes_when_it_is_due(tmp_path):
    months = ["2025-12", "2026-01", "2026-02"]
    paths = demo.generate(tmp_path, persons=150, months=3, first_month=months[0])

    made = [name for name in DELIVERIES if has_writer(name)]
    came = Counter((path.stem.partition("_GM")[0], path.stem[-7:]) for path in paths)
    due = {
        (delivery, month)
        for delivery in made
        for month in months
        if month != "2026-02" or delivery not in YEARLY
        if month == months[0] or delivery not in ("cbs_gebieden", "bag_adressen")
    }
    assert came == Counter(due)
    assert all(path.stat().st_size for path in paths)


def test_header_has_257_columns_of_which_two_names_are_double():
    assert len(HEADER) == 257
    assert {name for name, count in Counter(HEADER).items() if count > 1} == {"", "06.88.10"}
    assert HEADER[0] == HEADER[-1] == ""


def test_csv_has_a_byte_order_mark_crlf_and_no_quotes(sound):
    data = named(sound, "brp")[0].read_bytes()
    assert data.startswith(b"\xef\xbb\xbf;01.01.10;")
    assert data.endswith(b"\r\n")
    assert data.count(b"\n") == data.count(b"\r\n")
    assert b'"' not in data


def test_own_bsns_are_unique_and_every_bsn_passes_the_eleven_test(months):
    for records in months:
        own = [rows[0]["01.01.20"] for rows in records.values()]
        assert len(set(own)) == len(own) >= PERSONS * 0.99
        for rows in records.values():
            for row in rows:
                relatives = [row[f"{c}.01.20"] for c in ("01", "02", "03", "05", "09")]
                assert all(eleven_test(bsn) for bsn in relatives if bsn)
        assert all(bsn.startswith("999") for bsn in own)


def test_bsns_fill_the_test_range_first_and_never_repeat():
    numbers = bsns(91_000)
    assert len(np.unique(numbers)) == 91_000
    assert (numbers[:90_000] >= 999_000_000).all()
    assert (numbers[90_000:] // 1_000_000 == 900).all()
    assert all(eleven_test(str(number)) for number in numbers[::997])


def test_last_column_of_a_category_announces_the_next_row(months):
    for rows in months[-1].values():
        for row, following in zip(rows, [*rows[1:], {}], strict=True):
            assert (row["08.H"] == "58") == bool(following.get("08.09.10"))
            assert (row["09.H"] == "09") == bool(following.get("09.01.20"))
            assert (row["05.H"] == "55") == bool(following.get("05.01.20"))


def test_residences_stand_newest_first(months):
    for rows in months[-1].values():
        begins = [row["08.85.10"] for row in rows if row["08.09.10"]]
        assert begins
        assert begins == sorted(begins, reverse=True)


def test_a_month_follows_from_the_month_before(months):
    for before, after in pairwise(months):
        assert len(before.keys() & after.keys()) > 0.99 * len(before)
        for label in before.keys() & after.keys():
            old, new = before[label], after[label]
            for element in ("01.01.10", "01.02.10", "01.03.10", "01.04.10"):
                assert old[0][element] == new[0][element]
            renumbered = bool(new[0]["01.H"]) and not old[0]["01.H"]
            assert (old[0]["01.01.20"] != new[0]["01.01.20"]) == renumbered
            assert old[0]["07.67.20"] in ("", new[0]["07.67.20"])
            known = [row["08.11.80"] for row in old if row["08.09.10"]]
            assert [row["08.11.80"] for row in new if row["08.09.10"]][-len(known) :] == known


def test_each_month_brings_births_deaths_moves_arrivals_and_departures(months):
    before, after = months[0], months[1]
    arrived = [after[label][0] for label in after.keys() - before.keys()]
    assert any(row["01.03.10"].startswith("202502") for row in arrived)
    assert any(not row["01.03.10"].startswith("2025") for row in arrived)
    assert any(rows[0]["06.08.10"].startswith("2025") for rows in after.values())
    assert any(rows[0]["08.13.20"].startswith("2025") for rows in after.values())
    assert any(
        rows[0]["08.10.30"].startswith("202502") and rows[0]["08.H"] for rows in after.values()
    )
    assert before.keys() - after.keys()


def test_relatives_point_to_each_other(months):
    records = {rows[0]["01.01.20"]: rows for rows in months[-1].values()}
    partners = children = 0
    for bsn, rows in records.items():
        partner = records.get(rows[0]["05.01.20"])
        if partner:
            assert partner[0]["05.01.20"] == bsn
            partners += 1
        for row in rows:
            child = records.get(row["09.01.20"])
            if child:
                assert bsn in (child[0]["02.01.20"], child[0]["03.01.20"])
                children += 1
    assert partners > 500
    assert children > 500


def test_some_records_are_hard(months):
    heads = [rows[0] for rows in months[-1].values()]
    assert any(head["08.10.10"] == "B" for head in heads)
    assert {head["08.83.10"] for head in heads} >= {"", "080000"}
    assert any(head["01.03.10"].endswith("0000") for head in heads)
    assert any(head["08.12.10"] and not head["08.11.80"] for head in heads)
    assert {head["07.67.20"] for head in heads} == {"", "O", "E"}
    assert len({head["08.09.10"] for head in heads}) > 3


def test_two_deaths_and_a_move_of_every_month_are_known_a_month_late(tmp_path, months, sound):
    path = demo.correction(tmp_path, persons=PERSONS, months=MONTHS, faults=False)
    assert path.name == sound[-2].name
    original, corrected = months[-1], brp(path)
    assert corrected.keys() <= original.keys()
    changed = [label for label in corrected if corrected[label] != original[label]]
    dead = [
        label
        for label in changed
        if corrected[label][0]["06.08.10"] and not original[label][0]["06.08.10"]
    ]
    moved = [
        label
        for label in changed
        if corrected[label][0]["08.11.80"] != original[label][0]["08.11.80"]
    ]
    assert len(dead) >= 2
    assert moved
    assert len(changed) < 0.01 * len(original)
    assert all(corrected[label][0]["06.08.10"].startswith("202503") for label in dead)


def notes_of(path: Path) -> list[Note]:
    delivery, _, month = path.stem.partition("_GM")
    notes = read_manifest(path.with_name("manifest.json"))
    return [n for n in notes if (n.delivery, n.month) == (delivery, month.partition("_")[2])]


def test_brp_errors_stand_where_the_manifest_says_and_nowhere_else(faulty):
    for path in named(faulty, "brp"):
        heads = {label: rows[0] for label, rows in brp(path).items()}
        notes = notes_of(path)
        apart = [note for note in notes if note.outcome == QUARANTINED]
        carriers = [person for note in apart for person in note.where]
        assert len(carriers) == len(set(carriers)) == sum(note.units for note in apart)
        assert {note.reason for note in apart} == {
            *(reason for _, reason in BSN_FAULTS),
            *("sleutel_dubbel", "datum_ongeldig", "code_onbekend"),
        }
        own = Counter(head["01.01.20"] for head in heads.values())
        invalid = {label for label, head in heads.items() if not eleven_test(head["01.01.20"])}
        wrong = {label(n.where[0]) for n in apart if (n.reason or "").startswith("bsn_")}
        assert invalid == wrong
        (double,) = (bsn for bsn, count in own.items() if count > 1 and eleven_test(bsn))
        (pair,) = (note.where for note in apart if note.reason == "sleutel_dubbel")
        assert {heads[label(person)]["01.01.20"] for person in pair} == {double}
        odd = {label(p) for n in apart if n.reason == "code_onbekend" for p in n.where}
        assert {each for each, head in heads.items() if head["01.04.10"] == "X"} == odd
        relatives = [head[f"{c}.01.20"] for head in heads.values() for c in ("02", "03", "05")]
        (wrong_parent,) = (n for n in notes if n.reason == "relatie_ongeldig")
        assert sum(not eleven_test(bsn) for bsn in relatives if bsn) == wrong_parent.units


def label(person: int) -> str:
    return f"Lg01_{person + 1}"


def test_what_is_hard_and_right_in_the_brp_is_in_the_manifest_too(tmp_path):
    (path,) = demo.generate(tmp_path, persons=5000, months=1, deliveries=["brp_personen"])
    rows = brp(path)
    told = {n.reason: {label(p) for p in n.where} for n in notes_of(path) if n.outcome == ACCEPTED}
    apart = {label(p) for n in notes_of(path) if n.outcome == QUARANTINED for p in n.where}
    heads = {each: row[0] for each, row in rows.items() if each not in apart}
    here = {e for e, h in heads.items() if h["08.09.10"] == "0479" and h["07.67.20"] != "O"}

    assert told["briefadres"] == {e for e in here if heads[e]["08.10.10"] == "B"}
    partial = {e for e, head in heads.items() if head["01.03.10"].endswith("0000")}
    assert told["geboortedatum_onvolledig"] == partial
    assert told["verhuisd"] == {
        e for e in here if heads[e]["08.10.30"].startswith("202501") and heads[e]["08.H"]
    }
    unplaced = {e for e in here if not heads[e]["08.11.80"] and not heads[e]["08.11.90"]}
    assert told["zonder_bag_id"] == unplaced


def test_a_changed_bsn_stands_on_the_next_row_with_the_former_one(tmp_path):
    *_, last = demo.generate(tmp_path, persons=4000, months=4, deliveries=["brp_personen"])
    found = [rows for rows in brp(last).values() if rows[0]["01.H"]]

    assert len(found) >= 3
    for rows in found:
        assert rows[0]["01.H"] == "51"
        assert rows[1]["01.01.20"] != rows[0]["01.01.20"]
        assert eleven_test(rows[1]["01.01.20"])
        assert rows[0]["01.85.10"].startswith("2025")
    numbers = [rows[0]["01.01.20"] for rows in brp(last).values()]
    assert not {rows[1]["01.01.20"] for rows in found} & set(numbers)


def test_suwinet_errors_stand_where_the_manifest_says_and_nowhere_else(faulty):
    for path in named(faulty, "suwinet"):
        found = responses(path)
        nobody = [r for r in found if r.find("ClientSuwi") is None]
        invalid = [
            r for r in found if r not in nobody and not all(map(eleven_test, texts([r], BSN)))
        ]
        unreadable = [cents for cents in texts(found, "WaardeBedr") if not cents.isdigit()]
        expected: Counter[str | None] = Counter()
        for note in notes_of(path):
            if note.outcome == QUARANTINED:
                expected[note.reason] += note.units
        by_number = sum(n for reason, n in expected.items() if (reason or "").startswith("bsn_"))
        assert by_number == len(texts(invalid, "Inkomstenopgave")) + len(nobody)
        assert expected["bedrag_ongeldig"] == len(unreadable)


def test_those_who_carry_faults_never_move(months):
    labels = [f"Lg01_{person + 1}" for person in range(FIXED)]
    assert all(months[0][label] == months[-1][label] for label in labels)


@pytest.mark.parametrize(
    ("delivery", "described"),
    [
        (0, {"202410", "202411", "202412"}),
        (1, {"202411", "202412", "202501"}),
        (2, {"202412", "202501", "202502"}),
    ],
)
def test_responses_describe_the_three_months_before_delivery_in_cents(sound, delivery, described):
    found = responses(named(sound, "suwinet")[delivery])
    assert {response.tag for response in found} == {f"{{{NAMESPACE}}}UWVPersoonsIkvInfoResponse"}
    assert {end[:6] for end in texts(found, "DatEIko")} == described
    assert all(cents.isdigit() and int(cents) < 3_000_000 for cents in texts(found, "WaardeBedr"))
    assert set(texts(found, "CdPositiefNegatief")) <= {"+", "-"}


def test_responses_cover_the_cases_a_reader_must_know(tmp_path):
    (path,) = demo.generate(
        tmp_path, persons=20_000, months=1, deliveries=["suwinet_inkomsten"], first_month="2025-06"
    )
    found = responses(path)
    relations = [len(list(response.iter("Inkomstenverhouding"))) for response in found]
    assert set(relations) == {0, 1, 2}
    assert any(response.find("NietsGevonden") is not None for response in found)
    assert any(
        response.find("ClientSuwi") is not None and not count
        for response, count in zip(found, relations, strict=True)
    )
    periods = zip(texts(found, "DatBIko"), texts(found, "DatEIko"), strict=True)
    assert any(begin[:6] != end[:6] for begin, end in periods)
    elements = {element.tag for response in found for element in response.iter()}
    assert {"BedrVakantietoeslag", "BedrOpgbRechtVakantietoeslag", "DatEIkv"} <= elements
    assert "-" in texts(found, "CdPositiefNegatief")


def test_next_delivery_repeats_statements_corrects_some_and_adds_late_ones(tmp_path):
    first, second = demo.generate(
        tmp_path, persons=20_000, months=2, deliveries=["suwinet_inkomsten"]
    )
    old, new = statements(first), statements(second)
    repeated = old.keys() & new.keys()
    corrected = [key for key in repeated if old[key] != new[key]]
    assert 0 < len(corrected) < 0.05 * len(repeated)
    late = [key for key in new.keys() - old.keys() if key[2] and key[2] <= "20241201"]
    assert late


def test_no_employer_number_is_a_bsn():
    assert not any(eleven_test(employer.number) for employer in EMPLOYERS)
    assert len({employer.number for employer in EMPLOYERS}) == len(EMPLOYERS)


@pytest.mark.parametrize(
    "wrong",
    [{"persons": 99}, {"gemeente": "479"}, {"deliveries": ["politie"]}],
)
def test_what_it_cannot_make_it_refuses(tmp_path, wrong):
    with pytest.raises(ValueError, match=r"synthetic gemeente|GM and four digits"):
        demo.generate(tmp_path, **({"persons": 100, "months": 1} | wrong))


def test_a_population_is_founded_with_the_size_asked():
    assert len(Population(1234, 479, "2025-01", 1).persons) == 1234
