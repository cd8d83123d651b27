"""The gate: what passes, what is set apart and why, and that nothing is lost between the two."""

import io
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support import (
    ANNA,
    BRAM,
    CEES,
    DIRK,
    EVA,
    FAILS_ELEVEN,
    amount,
    continuation,
    gbav,
    person,
    relation,
    response,
    statement,
    zipped,
)
from warehouse import gate
from warehouse.contracts import Contract
from warehouse.gate import GateError, GateResult, pass_through
from warehouse.keys import KERN, KeySet, bsn_messages
from warehouse.ledger import Counts
from warehouse.readers import delimited
from warehouse.readers.base import Refused

PROPERTY = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


class Gate:
    """One contract, one key set, and a folder for what passes."""

    def __init__(self, contract: Contract, keys: KeySet, folder: Path) -> None:
        self.contract = contract
        self.keys = keys
        self.folder = folder

    def take(self, content: bytes) -> GateResult:
        return pass_through(self.contract, io.BytesIO(content), self.keys, "id", self.folder)

    def rows(self, table: str) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = pq.read_table(self.folder / f"{table}.parquet").to_pylist()
        return rows

    def tokens(self, *numbers: str) -> list[str]:
        messages, status = bsn_messages(pa.array(numbers))
        assert not status.any()
        tokens: list[str] = self.keys.tokeniser(KERN, "bsn").encrypt(messages).to_pylist()
        return tokens

    def passed(self) -> list[str]:
        """The tokens of the persons that passed."""
        return [row["bsn_versleuteld"] for row in self.rows(self.contract.head.name)]


@pytest.fixture
def brp(contracts: Mapping[str, Contract], keys: KeySet, tmp_path: Path) -> Gate:
    return Gate(contracts["brp_personen"], keys, tmp_path / "raw")


@pytest.fixture
def suwinet(contracts: Mapping[str, Contract], keys: KeySet, tmp_path: Path) -> Gate:
    return Gate(contracts["suwinet_inkomsten"], keys, tmp_path / "raw")


def why(result: GateResult) -> list[tuple[int, str, str]]:
    return sorted((apart.place.line, apart.reason, apart.field) for apart in result.apart)


# --- persons ----------------------------------------------------------------------------------


def test_a_bsn_becomes_its_token_and_what_identifies_beside_it_is_dropped(brp):
    result = brp.take(
        gbav(
            person(ANNA, e01_01_10="1234567890", e01_02_40="Bakker", e02_01_20=BRAM),
            continuation(e09_01_20=CEES, e09_01_10="9876543210"),
        )
    )

    assert result.counts == Counts(1, 1, 0, 0)
    assert brp.passed() == brp.tokens(ANNA)
    head = brp.rows("persoonslijst")[0]
    assert head["ouder1_bsn_versleuteld"] == brp.tokens(BRAM)[0]
    child = brp.rows("kind")[0]
    assert child["bsn_versleuteld"] == brp.tokens(ANNA)[0]
    assert child["kind_bsn_versleuteld"] == brp.tokens(CEES)[0]
    everything = str([brp.rows(path.stem) for path in brp.folder.glob("*.parquet")])
    for identifying in (ANNA, BRAM, CEES, "1234567890", "9876543210", "Bakker"):
        assert identifying not in everything


def test_a_former_bsn_is_the_token_it_always_was_and_a_wrong_one_is_only_flagged(brp):
    result = brp.take(
        gbav(
            person(ANNA, e01_H="51", e01_85_10="20250310"),
            continuation(e01_01_20=CEES, e01_85_10="19800101", e01_H="51"),
            continuation(e01_01_20=FAILS_ELEVEN, e01_85_10="19800102", e01_H="51"),
            continuation(e01_85_10="19800101"),
            person(BRAM),
        )
    )

    assert result.counts == Counts(2, 2, 0, 0)
    assert [
        (row["volgorde"], row["vorig_bsn_versleuteld"], row["vorig_bsn_ongeldig"])
        for row in brp.rows("persoon_historie")
    ] == [(1, brp.tokens(CEES)[0], False), (2, None, True), (3, None, False)]
    assert {row["bsn_versleuteld"] for row in brp.rows("persoon_historie")} == {brp.tokens(ANNA)[0]}


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        ("", "bsn_ontbreekt"),
        ("99900001", "bsn_lengte"),
        ("12345672", "bsn_lengte"),
        (FAILS_ELEVEN, "bsn_elfproef"),
        ("000000000", "bsn_ongeboren"),
        ("999999999", "bsn_onbekend"),
        ("99900000a", "bsn_geen_cijfers"),
        (f" {ANNA}", "bsn_lengte"),
        ("\uff1999000007", "bsn_lengte"),
    ],
)
def test_a_number_that_is_no_bsn_sets_the_person_apart_with_all_their_rows(brp, number, reason):
    result = brp.take(
        gbav(person(number, e08_H="58"), continuation(e08_09_10="0363"), person(BRAM))
    )

    assert result.counts == Counts(2, 1, 1, 0)
    assert why(result) == [(2, reason, "bsn")]
    assert brp.passed() == brp.tokens(BRAM)
    assert [row["regel"] for row in brp.rows("verblijfplaats")] == [4]


@pytest.mark.parametrize(
    ("elements", "reason", "name"),
    [
        ({"birth": "19850231"}, "datum_ongeldig", "geboortedatum"),
        ({"birth": ""}, "verplicht_leeg", "geboortedatum"),
        ({"sex": "X"}, "code_onbekend", "geslacht"),
        ({"sex": ""}, "verplicht_leeg", "geslacht"),
        ({"e06_08_10": "20230230"}, "datum_ongeldig", "datum_overlijden"),
        ({"e07_67_20": "X"}, "code_onbekend", "reden_opschorting"),
        ({"e08_84_10": "X"}, "code_onbekend", "onjuist"),
    ],
)
def test_a_field_by_which_a_person_would_be_counted_wrongly_sets_them_apart(
    brp, elements, reason, name
):
    result = brp.take(gbav(person(ANNA, **elements), person(BRAM)))

    assert why(result) == [(2, reason, name)]
    assert brp.passed() == brp.tokens(BRAM)


def test_a_fault_in_a_continuation_row_is_a_fault_of_its_person(brp):
    result = brp.take(
        gbav(
            person(ANNA, e08_H="58"),
            continuation(e08_09_10="0363", e08_84_10="X"),
            person(BRAM),
        )
    )

    assert why(result) == [(2, "code_onbekend", "onjuist")]
    assert [row["regel"] for row in brp.rows("verblijfplaats")] == [4]


def test_the_first_fault_found_is_the_reason_and_a_unit_is_set_apart_once(brp):
    result = brp.take(gbav(person(FAILS_ELEVEN, birth="19850231", sex="X")))

    assert why(result) == [(2, "bsn_elfproef", "bsn")]


def test_a_field_that_may_be_unknown_is_emptied_and_counted(brp):
    result = brp.take(gbav(person(ANNA, e01_03_30="Neder")))

    assert result.counts == Counts(1, 1, 0, 0)
    assert result.emptied == {"persoonslijst.geboorteland": 1}
    assert brp.rows("persoonslijst")[0]["geboorteland"] is None


@pytest.mark.parametrize("number", ["12345678", FAILS_ELEVEN, "000000000", "999999999", "abc"])
def test_a_relatives_invalid_bsn_becomes_null_with_a_flag(brp, number):
    result = brp.take(gbav(person(ANNA, e02_01_20=number, e03_01_20=BRAM)))

    row = brp.rows("persoonslijst")[0]
    assert result.counts == Counts(1, 1, 0, 0)
    assert (row["ouder1_bsn_versleuteld"], row["ouder1_bsn_ongeldig"]) == (None, True)
    assert (row["ouder2_bsn_versleuteld"], row["ouder2_bsn_ongeldig"]) == (
        brp.tokens(BRAM)[0],
        False,
    )


def test_a_relative_without_bsn_is_no_fault(brp):
    brp.take(gbav(person(ANNA)))

    row = brp.rows("persoonslijst")[0]
    assert (row["ouder1_bsn_versleuteld"], row["ouder1_bsn_ongeldig"]) == (None, False)


def test_of_two_records_with_one_bsn_neither_passes(brp):
    result = brp.take(
        gbav(
            person(ANNA, e08_H="58"),
            continuation(e08_09_10="0363"),
            person(BRAM),
            person(ANNA, birth="19990101"),
            person(CEES),
            person(CEES),
            person(CEES),
        )
    )

    assert result.counts == Counts(6, 1, 5, 0)
    assert why(result) == [(line, "sleutel_dubbel", "bsn") for line in (2, 5, 6, 7, 8)]
    assert brp.passed() == brp.tokens(BRAM)
    assert [row["regel"] for row in brp.rows("verblijfplaats")] == [4]


def test_a_record_whose_namesake_was_set_apart_for_another_fault_does_not_pass_by_chance(brp):
    """Which of the two is the person is as unknown as when both were well."""
    result = brp.take(gbav(person(ANNA), person(ANNA, birth="19850231"), person(BRAM)))

    assert why(result) == [
        (2, "sleutel_dubbel", "bsn"),
        (3, "datum_ongeldig", "geboortedatum"),
    ]
    assert result.counts == Counts(3, 1, 2, 0)
    assert brp.passed() == brp.tokens(BRAM)


def test_records_with_one_bsn_in_different_blocks_are_found(brp, monkeypatch):
    monkeypatch.setattr(delimited, "BLOCK", 4096)
    between = [person(BRAM, birth="19850231") for _ in range(50)]

    result = brp.take(gbav(person(ANNA), *between, person(ANNA), person(CEES)))

    assert brp.passed() == brp.tokens(CEES)
    assert Counter(apart.reason for apart in result.apart) == {
        "datum_ongeldig": 50,
        "sleutel_dubbel": 2,
    }


def test_the_same_address_has_the_same_key_and_another_address_another(brp):
    address = {"e08_11_80": "0518010000000001"}
    brp.take(
        gbav(
            person(ANNA, **address),
            person(BRAM, **address),
            person(CEES, e08_11_80="0518010000000002"),
            person(DIRK),
        )
    )

    anna, bram, cees, dirk = (row["adres_sleutel"] for row in brp.rows("verblijfplaats"))
    assert anna == bram
    assert anna.startswith("adres1.")
    assert cees not in (anna, None)
    assert dirk is None


# Records of persons as a register could deliver them, some of them broken.

_NUMBERS = st.sampled_from([ANNA, BRAM, CEES, DIRK, EVA, "", "99900001", FAILS_ELEVEN])
_BIRTHS = st.sampled_from(["19800115", "19800115", "19850000", "19850231", ""])
_HEADS = st.tuples(st.just("head"), _NUMBERS, _BIRTHS, st.sampled_from(["V", "V", "M", "X"]))
_OTHERS = st.sampled_from(
    [("continuation", ""), ("continuation", "X"), ("blank",), ("short",), ("less",)]
)
_ROWS = st.lists(st.one_of(_HEADS, _HEADS, _OTHERS), min_size=1, max_size=14)


def written(row: Sequence[str]) -> str:
    if row[0] == "head":
        return person(row[1], birth=row[2], sex=row[3])
    if row[0] == "continuation":
        return continuation(e08_09_10="0363", e08_84_10=row[1])
    return {"blank": "", "short": "P;too;short", "less": ";too;short"}[row[0]]


def expected(rows: Sequence[Sequence[str]]) -> tuple[Counter[str], int]:
    """Who passes and how many units there are, by the definitions and not by the code.

    A unit is a record with the rows that continue it, a row that continues nothing, or an empty
    line. It passes when nothing in it is wrong and no other record has its BSN.
    """
    people: list[list[Sequence[str]]] = []
    alone = 0
    for row in rows:
        if row[0] in ("head", "short"):
            people.append([row])
        elif row[0] == "blank" or not people:
            alone += 1
        else:
            people[-1].append(row)
    readable = [unit for unit in people if not any(row[0] in ("short", "less") for row in unit)]
    holders = Counter(unit[0][1] for unit in readable)
    passing = [
        unit[0][1]
        for unit in readable
        if unit[0][1] in (ANNA, BRAM, CEES, DIRK, EVA)
        and holders[unit[0][1]] == 1
        and unit[0][2] in ("19800115", "19850000")
        and unit[0][3] != "X"
        and all(row[1] == "" for row in unit[1:])
    ]
    return Counter(passing), len(people) + alone


@PROPERTY
@given(rows=_ROWS, finished=st.booleans())
def test_every_person_is_accepted_or_set_apart_and_the_sum_is_the_source(
    brp, monkeypatch, rows, finished
):
    monkeypatch.setattr(delimited, "BLOCK", 4096)
    content = gbav(*map(written, rows))
    # An empty last line that is not finished is no line.
    seen = rows if finished or rows[-1][0] != "blank" else rows[:-1]
    passing, units = expected(seen)
    # A last line that was not finished and is too short means that the file was cut off.
    cut = not finished and rows[-1][0] in ("short", "less")
    no_row = all(row[0] in ("short", "less") for row in seen)
    offered = content if finished else content[:-2]
    if cut or no_row:
        with pytest.raises(Refused):
            brp.take(offered)
        return
    result = brp.take(offered)

    counts = result.counts
    assert counts.source == units
    assert counts.accepted + counts.quarantined + counts.duplicate == counts.source
    assert Counter(brp.passed()) == Counter(brp.tokens(*passing)), rows
    assert counts.accepted == len(brp.passed())
    assert counts.quarantined == len({apart.place.unit for apart in result.apart})
    assert {row["bsn_versleuteld"] for row in brp.rows("verblijfplaats")} == set(brp.passed())


# --- income -----------------------------------------------------------------------------------

JANUARY, FEBRUARY = ("20260101", "20260131"), ("20260201", "20260228")


def test_a_statement_is_set_apart_alone_and_its_person_knows_how_many(suwinet):
    result = suwinet.take(
        response(ANNA, relation(statement(*JANUARY, "12.50"), statement(*FEBRUARY, 100))).encode()
    )

    assert result.counts == Counts(2, 1, 1, 0)
    assert [(apart.reason, apart.field) for apart in result.apart] == [
        ("bedrag_ongeldig", "loon_sv")
    ]
    assert [row["aantal_quarantaine"] for row in suwinet.rows("antwoord")] == ["1"]
    assert [row["loon_sv"] for row in suwinet.rows("inkomstenopgave")] == ["100"]


def test_a_person_who_is_set_apart_takes_every_statement_along(suwinet):
    result = suwinet.take(
        zipped(
            response(FAILS_ELEVEN, relation(statement(*JANUARY, 1), statement(*FEBRUARY, 2))),
            response("", relation(statement(*JANUARY, 3))),
            response("99900001"),
            response(BRAM),
        )
    )

    assert result.counts == Counts(5, 1, 4, 0)
    assert Counter(apart.reason for apart in result.apart) == {
        "bsn_elfproef": 2,
        "bsn_ontbreekt": 1,
        "bsn_lengte": 1,
    }
    assert suwinet.passed() == suwinet.tokens(BRAM)
    assert suwinet.rows("inkomstenopgave") == []
    assert suwinet.rows("inkomstenperiode") == []


def test_a_copy_is_a_duplicate_and_a_contradiction_is_set_apart(suwinet):
    copied = response(ANNA, relation(statement(*JANUARY, 1)))
    contradicted = [response(BRAM, relation(statement(*JANUARY, cents))) for cents in (1, 2)]

    result = suwinet.take(zipped(copied, copied, copied, *contradicted))

    assert result.counts == Counts(5, 1, 2, 2)
    assert [(a.place.message, a.reason) for a in result.apart] == [
        (4, "sleutel_dubbel"),
        (5, "sleutel_dubbel"),
    ]
    assert [row["loon_sv"] for row in suwinet.rows("inkomstenopgave")] == ["1"]
    apart = {row["bsn_versleuteld"]: row["aantal_quarantaine"] for row in suwinet.rows("antwoord")}
    anna, bram = suwinet.tokens(ANNA, BRAM)
    assert (apart[anna], apart[bram]) == ("0", "2")


def test_two_relations_that_share_employer_and_number_are_two_by_their_begin(suwinet):
    """999991954 has such a pair: 8,568,000 cents would be lost if they were merged."""
    result = suwinet.take(
        response(
            ANNA,
            relation(statement(*JANUARY, 1), begin="20200101"),
            relation(statement(*JANUARY, 2), begin="20210101"),
        ).encode()
    )

    assert result.counts == Counts(2, 2, 0, 0)
    relations = [row["inkomstenverhouding"] for row in suwinet.rows("inkomstenopgave")]
    assert len(set(relations)) == 2
    assert all(token.startswith("inkomstenverhouding1.") for token in relations)


def test_what_names_an_employer_is_dropped(suwinet):
    suwinet.take(
        response(ANNA, relation(statement(*JANUARY, 1), employer="987654321L01"))
        .replace("<Loonheffingennr>", "<FiNr>999000007</FiNr><Loonheffingennr>")
        .encode()
    )

    everything = str([suwinet.rows(path.stem) for path in suwinet.folder.glob("*.parquet")])
    for identifying in ("987654321", "999000007", ANNA):
        assert identifying not in everything


def test_a_statement_without_employer_has_no_relation_to_be_counted_under(suwinet):
    result = suwinet.take(response(ANNA, relation(statement(*JANUARY, 1), employer="")).encode())

    assert [(apart.reason, apart.field) for apart in result.apart] == [
        ("verplicht_leeg", "inkomstenverhouding")
    ]


def test_what_breaks_its_schema_outside_the_contract_is_no_reason(suwinet):
    strange = "<Verzonnen><X/></Verzonnen>" + amount("BedrZomaar", "geen bedrag")

    result = suwinet.take(response(ANNA, relation(statement(*JANUARY, 1, more=strange))).encode())

    assert result.counts == Counts(1, 1, 0, 0)


_STATEMENTS = st.lists(
    st.tuples(
        st.sampled_from([JANUARY, FEBRUARY, ("20260231", "20260231")]),
        st.sampled_from(["1", "2", "12.50"]),
        st.sampled_from(["1", "2"]),
    ),
    max_size=4,
)
_RESPONSES = st.lists(
    st.tuples(st.sampled_from([ANNA, BRAM, FAILS_ELEVEN]), _STATEMENTS), min_size=1, max_size=5
)


@PROPERTY
@given(responses=_RESPONSES)
def test_every_statement_is_accepted_set_apart_or_a_copy_and_the_sum_is_the_source(
    suwinet, responses
):
    result = suwinet.take(
        zipped(
            *(
                response(
                    number,
                    *(
                        relation(statement(begin, end, cents), sequence=sequence)
                        for (begin, end), cents, sequence in statements
                    ),
                )
                for number, statements in responses
            )
        )
    )

    counts = result.counts
    assert counts.source == sum(max(len(statements), 1) for _, statements in responses)
    assert counts.accepted + counts.quarantined + counts.duplicate == counts.source
    written_down = len(suwinet.rows("inkomstenopgave"))
    empty = sum(not statements and number != FAILS_ELEVEN for number, statements in responses)
    assert counts.accepted == written_down + empty
    assert counts.quarantined == len({apart.place.unit for apart in result.apart})

    # By key the distinct statements that can be read: one is accepted, and of more none.
    by_key: dict[Any, list[str]] = {}
    for number, statements in responses:
        for period, cents, sequence in statements:
            if number != FAILS_ELEVEN and period != ("20260231", "20260231"):
                by_key.setdefault((number, sequence, period), []).append(cents)
    assert written_down == sum(set(cents) in ({"1"}, {"2"}) for cents in by_key.values())


# --- faults of our own ------------------------------------------------------------------------


def test_what_nobody_foresaw_is_told_without_the_value_that_provoked_it(brp, monkeypatch):
    def breaks(*_: object) -> None:
        raise ValueError(f"could not convert {ANNA}")

    monkeypatch.setattr(gate, "bsn_messages", breaks)

    with pytest.raises(GateError) as raised:
        brp.take(gbav(person(ANNA)))

    assert "ValueError" in str(raised.value)
    assert ANNA not in str(raised.value)
    assert raised.value.__cause__ is None
    assert raised.value.__suppress_context__
