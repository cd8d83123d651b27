"""The benchmark: how a cost grows, what the report says, and that three ways do the same work."""

import json
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks import __main__ as benchmark
from benchmarks import analyst, floor
from benchmarks.measure import Cost, Sample, between, watched
from benchmarks.outcome import DATASETS, Outcome, of_folder
from benchmarks.report import Machine, Report, aligned
from benchmarks.table import ANALYST, FLOOR, OURS, Row, Side, Table, growth, slope
from demo.generate import FIRST_FOUR, generate
from tests.support import (
    ANNA,
    BRAM,
    CEES,
    DIRK,
    EVA,
    FAILS_ELEVEN,
    continuation,
    gbav,
    person,
    relation,
    response,
    statement,
    zipped,
)
from tests.support import FLOOR as FLOOR_BSN

MACHINE = Machine(2, 23.4, "3.11.7", (("duckdb", "2.0.0"),))
WAYS = {FLOOR: floor.month_of_work, ANALYST: analyst.month_of_work}
Way = Callable[[Path, str, Path], int]


# --- growth -----------------------------------------------------------------------------------


@given(
    exponent=st.floats(-1, 3),
    smaller=st.integers(100, 10**6),
    factor=st.integers(2, 100),
)
def test_the_slope_of_a_power_is_its_exponent(exponent, smaller, factor):
    costs = {n: 3 * n**exponent for n in (smaller, smaller * factor)}

    assert slope(costs) == pytest.approx(exponent, abs=1e-6)


def test_growth_is_told_between_neighbouring_sizes_and_not_of_what_is_too_short():
    rows = [
        Row("gate", 1_000, Cost(9, 1.0, 100)),
        Row("seal", 1_000, Cost(9, 0.01, 100)),
        Row("gate", 100_000, Cost(9, 100.0, 1_000)),
        Row("gate", 10_000, Cost(9, 10.0, 100)),
        Row("seal", 10_000, Cost(9, 5.0, 100)),
        Row("import", 0, Cost(9, 2.0, 100)),
    ]

    assert [
        (g.what, g.smaller, g.larger, g.seconds and round(g.seconds, 6), round(g.memory or 0, 6))
        for g in growth(rows)
    ] == [
        ("gate", 1_000, 10_000, 1.0, 0.0),
        ("gate", 10_000, 100_000, 1.0, 1.0),
        ("seal", 1_000, 10_000, None, 0.0),
    ]


# --- the report -------------------------------------------------------------------------------


def test_a_table_is_markdown_in_even_columns():
    assert aligned([("what", "s"), ("gate", "1.50"), ("a longer name", "12.00")]) == (
        "| what          |     s |\n"
        "| ------------- | ----: |\n"
        "| gate          |  1.50 |\n"
        "| a longer name | 12.00 |"
    )


def measured() -> Table:
    table = Table()
    table.add("gate", 1_000, Cost(2.0, 1.0, 300, rows=500, bytes=4_000_000))
    table.parts["run"] = [
        Row("start", 1_000, Cost(5, 4, 200)),
        Row("work", 1_000, Cost(15, 12, 300)),
    ]
    table.sides = [
        Side(1_000, OURS, Cost(20, 16, 600), start=5, placed=7),
        Side(1_000, FLOOR, Cost(2, 1, 100), start=0.5, placed=6),
        Side(1_000, ANALYST, note="not run; by its growth it needs 40 GB"),
    ]
    table.hold("gate", 2.5, 3, "x")
    table.hold("month", 1.3, 1.2, "x")
    return table


def cells(text: str, first: str) -> list[str]:
    """The cells of the row that begins with a word."""
    row = next(line for line in text.splitlines() if line.startswith(f"| {first} "))
    return [cell.strip() for cell in row.strip("|").split("|")]


def test_the_report_tells_rates_ratios_and_which_targets_are_met():
    text = Report(measured(), MACHINE, date(2026, 1, 31)).text(finished=True)

    assert "2026-01-31; 2 cores, 23 GB of memory, Python 3.11.7, duckdb 2.0.0." in text
    assert cells(text, "gate")[2:] == ["500", "4.0", "2.00", "1.00", "250", "2.0", "300"]
    # 20 / 2 seconds, 15 / 1.5 seconds of work, 16 / 1 CPU seconds.
    assert cells(text, "floor")[2:] == [
        *("2.00", "0.50", "1.50", "1.00", "100"),
        *("10.0", "10.0", "16.0", "6"),
    ]
    assert cells(text, "analyst")[2] == "not run"
    assert "- analyst, 1,000 persons: not run; by its growth it needs 40 GB." in text
    assert cells(text, "work")[-1] == "75%"
    assert cells(text, "month") == ["month", "1.30x", "at most 1.2x", "NOT MET"]
    assert "Not finished" not in text


def test_what_was_measured_before_a_section_broke_is_kept_and_the_break_is_told(tmp_path):
    table = Table()
    report = Report(table, MACHINE, date(2026, 1, 31), tmp_path / "REPORT.md")
    with benchmark._kept_whole(table, "stations"):
        table.add("gate", 1_000, Cost(2.0, 1.0, 300))
    with benchmark._kept_whole(table, "run"):
        fails_in(tmp_path)
    report.write(finished=False)

    text = (tmp_path / "REPORT.md").read_text()
    assert "Not finished" in text
    assert "- run: SystemExit, see the output" in text
    assert cells(text, "gate")
    assert str(tmp_path) not in text
    assert [path.name for path in tmp_path.iterdir()] == ["REPORT.md"]


def fails_in(folder: Path) -> None:
    raise SystemExit(f"{folder} was not there")


@pytest.mark.parametrize(
    ("arguments", "output"),
    [
        ([], benchmark.REPORT),
        (["--quick"], None),
        (["--persons", "500"], None),
        (["--quick", "--output", "quick.md"], Path("quick.md")),
    ],
)
def test_only_the_full_sizes_are_kept_as_the_report(monkeypatch, arguments, output):
    monkeypatch.setattr(sys, "argv", ["benchmarks", *arguments])

    assert benchmark._options().output == output


def test_a_quick_run_refuses_to_overwrite_the_report(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["b", "--quick", "--output", str(benchmark.REPORT)])

    with pytest.raises(SystemExit, match="2"):
        benchmark._options()


# --- measuring --------------------------------------------------------------------------------


def test_a_part_of_a_run_has_the_cpu_and_the_peak_of_its_own_window():
    samples = [Sample(at, at * 0.5, mb) for at, mb in ((1, 50), (2, 90), (3, 70), (4, 200))]

    assert between(samples, 1.5, 3.5) == Cost(2.0, 1.0, 90)
    assert between([], 1.5, 3.5) == Cost(2.0, 0.0, 0.0)


def test_a_command_that_fails_says_what_it_complained_of():
    with pytest.raises(SystemExit, match="no such luck"):
        watched([sys.executable, "-c", "import sys; sys.exit('no such luck')"])


def test_the_analyst_is_not_tried_where_its_growth_foretells_too_much_memory():
    table = Table(sides=[Side(1_000, ANALYST, Cost(1, 1, 500))])

    assert benchmark._too_large(table, 10_000, 6_000) == ""
    assert "5 GB" in benchmark._too_large(table, 10_000, 4_000)


# --- the same work ----------------------------------------------------------------------------


def test_another_number_of_rows_or_another_sum_is_other_work_and_the_places_are_not():
    mine = Outcome(1, 2, 3, 4, 5, 6, placed=7)

    assert Outcome(1, 2, 3, 4, 5, 6, placed=0).differs_from(mine) == []
    assert Outcome(1, 2, 9, 8, 5, 6, placed=7).differs_from(mine) == ["inkomsten", "bedrag"]


def test_floor_and_analyst_write_the_same_rows_of_a_demo_month(tmp_path):
    delivered = tmp_path / "delivered"
    generate(delivered, persons=200, months=1, first_month="2023-01", deliveries=FIRST_FOUR)
    for name, way in WAYS.items():
        way(delivered, "2023-01", tmp_path / name)

    ours, theirs = (of_folder(tmp_path / name) for name in WAYS)
    assert ours == theirs
    assert ours.personen > 150
    assert ours.inkomsten > 0
    for dataset in DATASETS:
        first, second = (rows_without_tokens(tmp_path / name, dataset) for name in WAYS)
        assert first == second, dataset


def rows_without_tokens(folder: Path, dataset: str) -> list[tuple[object, ...]]:
    """The rows of a dataset in order, but for what is under another key each time."""
    columns = {
        "personen": "maand::date, wijk, buurt, gemeente, leeftijd, geslacht, functie_adres,"
        " geboortedatum_onvolledig, count(*) over (partition by adres_sleutel)",
        "inkomsten": "maand::date, wijk, buurt, gemeente, inwoner is true, soort,"
        " round(bedrag * 100), round(loon_lb * 100), round(vakantietoeslag_opgebouwd * 100),"
        " uren, loonheffingskorting,"
        " count(*) over (partition by bsn_versleuteld)",
        "inkomsten_bevraging": "maand::date, wijk, buurt, gemeente, inwoner is true, uitkomst",
    }
    query = f"select {columns[dataset]} from read_parquet(?) order by all"
    with duckdb.connect() as sql:
        return sql.execute(query, [str(folder / f"{dataset}.parquet")]).fetchall()


def by_hand(folder: Path) -> None:
    """Six persons and two answers; who may not count is there for a reason each."""
    folder.mkdir()
    (folder / "brp_personen_GM0518_2026-01.csv").write_bytes(
        gbav(
            # 46 on 31 January, 45 until the 15th.
            person(ANNA, birth="19800115", e08_11_80="0518010000000001"),
            person(BRAM, birth="20000229", e08_11_80="0000010000000009", e08_11_90=NUMBER),
            person(CEES, birth="19500000", function="B", e08_11_80="0518010000000001"),
            person(DIRK, birth="19700101", e06_08_10="20260131"),
            # Moved in from elsewhere in February: still elsewhere.
            person(EVA, birth="19700101", since="20260201"),
            continuation(e08_09_10="0363", e08_10_10="W", e08_10_30="20000101"),
            person(FLOOR_BSN, birth="20260131", e08_11_80="0518020000000002"),
            person(FAILS_ELEVEN),
        )
    )
    (folder / "suwinet_inkomsten_GM0518_2026-01.zip").write_bytes(
        zipped(
            response(
                ANNA,
                relation(
                    statement("20251201", "20251231", 123_456),
                    # 28 days, of which 25 in December: -1000 * 25 // 28 cents, and the rest.
                    statement("20251207", "20260103", 1_000, "-"),
                    statement("20251101", "20251130", "12.50"),
                ),
            ),
            response(BRAM, answered=("20251101", "20251231")),
            response(FAILS_ELEVEN, relation(statement("20251201", "20251231", 5))),
        )
    )


NUMBER = "0518200000000077"


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_a_month_by_hand_comes_out_as_defined(way: Way, tmp_path):
    by_hand(tmp_path / "in")

    assert way(tmp_path / "in", "2026-01", tmp_path / "out") == 4

    with duckdb.connect() as sql:
        read = f"from read_parquet('{tmp_path}/out/%s.parquet')"
        ages = sql.execute(f"select leeftijd, buurt {read % 'personen'} order by 1").fetchall()
        incomes = sql.execute(
            f"select maand::date, round(bedrag * 100) {read % 'inkomsten'} order by 1"
        ).fetchall()
        asked = sql.execute(
            f"select maand::date, uitkomst {read % 'inkomsten_bevraging'} order by all"
        ).fetchall()
    assert ages == [
        (0, "BU0518XXXX"),
        (25, "BU0518XXXX"),
        (46, "BU0518XXXX"),
        (75, "BU0518XXBR"),
    ]
    assert incomes == [(date(2025, 12, 1), 123_456 - 892), (date(2026, 1, 1), -108)]
    november, december, january = date(2025, 11, 1), date(2025, 12, 1), date(2026, 1, 1)
    assert asked == [
        (november, "niets_gevonden"),
        (november, "niets_gevonden"),
        (december, "gevonden"),
        (december, "niets_gevonden"),
        (january, "gevonden"),
    ]


def bag_object(
    kind: str, identifier: str, place: str, *more: str, begin: str, end: str = ""
) -> str:
    """An occurrence as the BAG 2.0 extract has it."""
    ended = f"<h:eindGeldigheid>{end}</h:eindGeldigheid>" if end else ""
    return (
        f"<b:bagObject><o:{kind}><o:identificatie>{identifier}</o:identificatie>"
        f"<o:geometrie>{place}</o:geometrie>{''.join(more)}<o:voorkomen><h:Voorkomen>"
        f"<h:beginGeldigheid>{begin}</h:beginGeldigheid>{ended}"
        f"{'<h:tijdstipInactief>2020-01-01T00:00:00</h:tijdstipInactief>' * ('never' in more)}"
        f"</h:Voorkomen></o:voorkomen></o:{kind}></b:bagObject>"
    )


def bag_file(*objects: str) -> str:
    names = " ".join(f'xmlns:{word}="urn:{word}"' for word in ("b", "o", "h", "r", "gml"))
    return f"<b:bagStand {names}>{''.join(objects)}</b:bagStand>"


def point(x: int, y: int) -> str:
    return f"<o:punt><gml:Point><gml:pos>{x} {y} 0.0</gml:pos></gml:Point></o:punt>"


def area(x: int, y: int) -> str:
    corners = f"{x} {y} {x + 2} {y} {x + 2} {y + 2} {x} {y + 2} {x} {y}"
    return (
        "<o:vlak><gml:Polygon><gml:exterior><gml:LinearRing>"
        f'<gml:posList srsDimension="2">{corners}</gml:posList>'
        "</gml:LinearRing></gml:exterior></gml:Polygon></o:vlak>"
    )


def square(code: str, x: int, year: int) -> dict[str, object]:
    ring = [[x, 0], [x + 10, 0], [x + 10, 10], [x, 10], [x, 0]]
    return {
        "type": "Feature",
        "properties": {"bu_code": code, "jaar": year},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_an_address_lies_in_the_buurt_of_its_object_else_of_its_number(way: Way, tmp_path):
    by_hand(tmp_path / "in")
    house = "0518010000000001"
    of_number = f"<o:heeftAlsNevenadres><r:NummeraanduidingRef>{NUMBER}</r:NummeraanduidingRef>"
    inner = zipped(
        bag_file(
            # It stood in the other buurt until 2020, and never where it was inactive.
            bag_object(
                "Verblijfsobject", house, point(15, 5), begin="2000-01-01", end="2020-01-01"
            ),
            bag_object("Verblijfsobject", house, point(5, 5), begin="2020-01-01"),
            bag_object("Verblijfsobject", house, point(15, 5), "never", begin="2021-01-01"),
            bag_object(
                *("Verblijfsobject", "0518010000000003", point(15, 5)),
                f"{of_number}</o:heeftAlsNevenadres>",
                begin="2020-01-01",
            ),
            bag_object("Ligplaats", "0518020000000002", area(13, 3), begin="2030-01-01"),
        )
    )
    outer = zipped(inner, names=["9999VBO.zip"])
    (tmp_path / "in" / "bag_adressen_GM0518_2026-01.zip").write_bytes(outer)
    areas = {
        "type": "FeatureCollection",
        "features": [
            square("BU05180001", 0, 2025),
            square("BU05180002", 10, 2025),
            square("BU05189999", 0, 2017),
            square("BU03630001", 0, 2025),
        ],
    }
    made = tmp_path / "in" / "cbs_gebieden_GM0518_2026-01.geojson"
    made.write_text(json.dumps(areas))

    way(tmp_path / "in", "2026-01", tmp_path / "out")

    with duckdb.connect() as sql:
        placed = sql.execute(
            "select leeftijd, wijk, buurt from read_parquet(?) order by 1",
            [str(tmp_path / "out" / "personen.parquet")],
        ).fetchall()
    assert placed == [
        (0, "WK051800", "BU05180002"),
        (25, "WK051800", "BU05180002"),
        (46, "WK051800", "BU05180001"),
        (75, "WK0518XX", "BU0518XXBR"),
    ]
