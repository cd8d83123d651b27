"""The readers: what a unit is, what breaks a file, and that two counts agree on it."""

import io
import random
import zipfile
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demo.gbav import HEADER
from tests.support import (
    ANNA,
    BOM,
    BRAM,
    CEES,
    amount,
    continuation,
    gbav,
    person,
    relation,
    response,
    statement,
    zipped,
)
from warehouse.readers import archive, delimited, lines, markup, reader_for, suwiml
from warehouse.readers import gbav as gbav_reader_module
from warehouse.readers.archive import Limits
from warehouse.readers.base import Chunk, Place, Reader, Refused


def refusal(content: bytes, reader: Reader) -> tuple[str, str]:
    """The code and the place for which a file is refused, by counting or by reading."""
    with pytest.raises(Refused) as refused:
        _counted_twice(io.BytesIO(content), reader)
    return refused.value.code, refused.value.place


def _counted_twice(source: io.BytesIO, reader: Reader) -> None:
    expected = reader.count(source)
    if sum(chunk.records for chunk in reader.read(source)) != expected:
        raise reader.mismatch(source)


def read(content: bytes, reader: Reader) -> list[Chunk]:
    """The chunks of a file whose two counts agree."""
    source = io.BytesIO(content)
    expected = reader.count(source)
    chunks = list(reader.read(source))
    assert sum(chunk.records for chunk in chunks) == expected
    return chunks


def rows(chunks: Sequence[Chunk], table: str) -> list[dict[str, Any]]:
    return [row for chunk in chunks for row in chunk.tables[table].to_pylist()]


def broken(chunks: Sequence[Chunk]) -> list[tuple[str, int]]:
    return [(unit.reason, unit.place.line) for chunk in chunks for unit in chunk.broken]


# --- lines ------------------------------------------------------------------------------------


@given(
    parts=st.lists(st.sampled_from(["a;b", "", "é", "x" * 30, '"']), max_size=12),
    newlines=st.lists(st.sampled_from(["\n", "\r\n"]), min_size=12, max_size=12),
    finished=st.booleans(),
    block=st.integers(1, 40),
)
def test_lines_are_counted_alike_however_the_file_is_cut_in_blocks(
    parts, newlines, finished, block
):
    text = "head" + "".join(
        f"{newline}{part}" for newline, part in zip(newlines, parts, strict=False)
    )
    text += "\n" if finished else ""
    physical = text.split("\n")
    physical = physical[:-1] if physical[-1] == "" else physical
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lines, "BLOCK", block)
        found = lines.inspect(io.BytesIO(text.encode()))

    assert found.number == len(physical)
    assert found.empty == tuple(
        number
        for number, one in enumerate(physical, 1)
        if one.rstrip("\r") == "" and (number < len(physical) or text.endswith("\n"))
    )
    assert found.finished == text.endswith("\n")


@pytest.mark.parametrize(
    ("content", "code", "place"),
    [
        (b"", "leeg_bestand", ""),
        ("a\nb\ncafé\n".encode("latin-1"), "codering", "line 3"),
        ("a\nb\n".encode("utf-16"), "codering", "line 1"),
        (b"\xfe\xff" + "a\nb\n".encode("utf-16-be"), "codering", "line 1"),
        ("a\nb\n".encode("utf-16-le"), "nul_byte", "line 1"),
        (b"a\nb\nc\0d\n", "nul_byte", "line 3"),
        (b"a\n" + b"x" * (2 << 20) + b"\nb\n", "regel_te_lang", "line 2"),
        (b"a\nb\n" + b"x" * (50 << 20), "regel_te_lang", "line 3"),
        (b"a\n" + b"\n" * 10_001, "telling_wijkt_af", "more than 10000 empty lines"),
        ("a\nbé".encode()[:-1], "afgekapt", "line 2"),
    ],
)
def test_what_no_csv_may_hold_is_refused_with_its_line(content, code, place):
    with pytest.raises(Refused) as refused:
        lines.inspect(io.BytesIO(content))

    assert (refused.value.code, refused.value.place) == (code, place)


def test_a_character_that_is_cut_by_a_block_is_no_fault(monkeypatch):
    monkeypatch.setattr(lines, "BLOCK", 1)

    assert lines.inspect(io.BytesIO("é\nü\n".encode())).number == 2


def test_the_first_open_quote_is_found_by_line():
    assert lines.first_open_quote(io.BytesIO(b'a\n"b"\n"c\nd"\n')) == 3
    assert lines.first_open_quote(io.BytesIO(b'a\n"b""c"\n')) is None


# --- GBA-V ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def gbav_reader(contracts):
    return reader_for(contracts["brp_personen"])


def test_a_person_is_one_unit_with_its_continuation_rows(gbav_reader):
    chunks = read(
        gbav(
            person(ANNA, e08_H="58", e09_01_20=CEES, e09_H="09"),
            continuation(e08_09_10="0363", e08_10_30="19900101", e09_01_20=BRAM),
            person(BRAM, gemeente="0479"),
        ),
        gbav_reader,
    )

    assert [(p["eenheid"], p["regel"], p["bsn"]) for p in rows(chunks, "persoonslijst")] == [
        (2, 2, ANNA),
        (4, 4, BRAM),
    ]
    assert [
        (h["eenheid"], h["regel"], h["volgorde"], h["gemeente_van_inschrijving"])
        for h in rows(chunks, "verblijfplaats")
    ] == [(2, 2, 0, "0518"), (2, 3, 1, "0363"), (4, 4, 0, "0479")]
    for chunk in chunks:
        persons = chunk.tables["persoonslijst"].to_pylist()
        for home in chunk.tables["verblijfplaats"].to_pylist():
            assert persons[home["houder"]]["eenheid"] == home["eenheid"]
    assert [k["kind_bsn"] for k in rows(chunks, "kind")] == [CEES, BRAM]
    assert rows(chunks, "huwelijk") == []


def test_the_mark_of_history_speaks_of_the_next_row(gbav_reader):
    """LO3: 58 in column H announces that the next occurrence of category 08 is one of the past."""
    chunks = read(
        gbav(
            person(ANNA, e08_H="58", e09_01_20=CEES, e09_H="09"),
            continuation(e08_09_10="0363", e09_01_20=BRAM),
            person(BRAM),
        ),
        gbav_reader,
    )

    assert [h["historisch"] for h in rows(chunks, "verblijfplaats")] == [False, True, False]
    assert [k["historisch"] for k in rows(chunks, "kind")] == [False, False]


def test_who_a_person_was_before_stands_below_who_she_is(gbav_reader):
    """LO3: a further occurrence of category 01 is one of the past, with the BSN of then."""
    chunks = read(
        gbav(
            person(ANNA, e01_H="51", e01_85_10="20250310", e08_H="58"),
            continuation(e01_01_20=CEES, e01_85_10="19800101", e01_H="51", e08_09_10="0363"),
            continuation(e01_85_10="19800101", e01_84_10="O"),
            person(BRAM, e08_H="58"),
            continuation(e08_09_10="0363"),
        ),
        gbav_reader,
    )

    assert [
        (h["eenheid"], h["volgorde"], h["vorig_bsn"], h["ingangsdatum_geldigheid"], h["onjuist"])
        for h in rows(chunks, "persoon_historie")
    ] == [(2, 1, CEES, "19800101", ""), (2, 2, "", "19800101", "O")]
    assert rows(chunks, "persoonslijst")[0]["ingangsdatum_geldigheid"] == "20250310"


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", [BOM, b""])
def test_either_newline_with_or_without_a_byte_order_mark(gbav_reader, newline, mark):
    content = gbav(person(ANNA), person(BRAM), newline=newline)

    chunks = read(mark + content.removeprefix(BOM), gbav_reader)

    assert [p["bsn"] for p in rows(chunks, "persoonslijst")] == [ANNA, BRAM]


def test_the_last_line_need_not_be_finished(gbav_reader):
    chunks = read(gbav(person(ANNA)).rstrip(b"\r\n"), gbav_reader)

    assert [p["bsn"] for p in rows(chunks, "persoonslijst")] == [ANNA]


def test_a_quoted_field_may_hold_a_separator_and_a_quote(gbav_reader):
    name = person(ANNA, e01_02_40="NAAM").replace("NAAM", '"De ""Haan""; erven"')

    chunks = read(gbav(name, person(BRAM)), gbav_reader)

    assert [p["bsn"] for p in rows(chunks, "persoonslijst")] == [ANNA, BRAM]


def test_a_blank_line_is_a_unit_of_its_own_and_the_person_goes_on_below_it(gbav_reader):
    chunks = read(
        gbav(person(ANNA), "", continuation(e09_01_20=CEES), person(BRAM), ""), gbav_reader
    )

    assert sorted(broken(chunks)) == [("lege_regel", 3), ("lege_regel", 6)]
    assert [(k["eenheid"], k["regel"]) for k in rows(chunks, "kind")] == [(2, 4)]


def test_a_row_of_another_width_breaks_its_person_and_no_other(gbav_reader):
    short = person(BRAM).rpartition(";")[0]
    chunks = read(
        gbav(
            person(ANNA),
            short,
            continuation(e09_01_20=CEES),
            person(CEES),
            continuation(e09_01_20=ANNA) + ";",
            person(ANNA),
        ),
        gbav_reader,
    )

    assert broken(chunks) == [("aantal_velden", 3), ("aantal_velden", 5)]
    assert [p["regel"] for p in rows(chunks, "persoonslijst")] == [2, 7]
    assert rows(chunks, "kind") == []


def test_a_continuation_row_before_any_person_is_a_unit_of_its_own(gbav_reader):
    chunks = read(gbav(continuation(e09_01_20=CEES), person(ANNA)), gbav_reader)

    assert broken(chunks) == [("vervolgregel_zonder_hoofd", 2)]
    assert [p["bsn"] for p in rows(chunks, "persoonslijst")] == [ANNA]


def test_a_header_with_a_carriage_return_in_it_is_no_line(gbav_reader):
    whole = gbav(person(ANNA)).replace(b"\r\n", b"\n").replace(b"\n", b"\r")

    assert refusal(whole, gbav_reader) == ("telling_wijkt_af", "line 1")


def test_a_file_without_one_row_of_the_right_width_is_refused(gbav_reader):
    assert refusal(gbav("P;too;short"), gbav_reader)[0] == "telling_wijkt_af"


def test_an_open_quote_on_the_last_row_swallows_none_and_breaks_that_person_only(gbav_reader):
    chunks = read(gbav(person(ANNA), person(BRAM, e01_02_40='"Jan')), gbav_reader)

    assert broken(chunks) == [("aantal_velden", 3)]


def test_the_size_of_a_block_changes_nothing(gbav_reader, monkeypatch):
    choice = random.Random(7)
    text = []
    for number in range(400):
        text.append(person(ANNA, birth=f"19800{1 + number % 9}01", e08_H="58"))
        for step in range(choice.choice([0, 0, 1, 3])):
            text.append(continuation(e08_09_10="0363", e09_01_20=CEES if step else ""))
        text.append(choice.choice(["", "P;short", ";short", person(BRAM)]))
    content = gbav(*text)
    whole = read(content, gbav_reader)
    monkeypatch.setattr(delimited, "BLOCK", 4096)

    pieces = read(content, gbav_reader)

    assert len(pieces) > 20
    assert sorted(broken(pieces)) == sorted(broken(whole))
    for table in ("persoonslijst", "verblijfplaats", "kind"):
        without_holder = [
            [{k: v for k, v in row.items() if k != "houder"} for row in rows(chunks, table)]
            for chunks in (pieces, whole)
        ]
        assert without_holder[0] == without_holder[1]


def _without(name: str) -> list[str]:
    return [column for column in HEADER if column != name]


def _renamed(name: str, new: str) -> list[str]:
    return [new if column == name else column for column in HEADER]


@pytest.mark.parametrize(
    ("header", "code", "place"),
    [
        (_without("01.01.20"), "kolom_ontbreekt", "1 missing: 01.01.20"),
        (_renamed("01.01.20", "01.01.21"), "kolom_ontbreekt", "1 missing: 01.01.20"),
        ([*HEADER[:-1], "99.99.99", ""], "kolom_onbekend", "column 257"),
        ([*HEADER[:-1], "01.01.20", ""], "kolom_dubbel", "column 257: 01.01.20"),
        ([*HEADER[:-1], "Jan", "Jan", ""], "kolom_dubbel", "column 258"),
        ([*HEADER[:-1], "06.88.10", ""], "kolom_dubbel", "column 257: 06.88.10"),
        (["Naam", *HEADER[1:]], "kolom_ontbreekt", "1 missing: (leeg)#2"),
        ([*HEADER[1:], ""], "kolom_ontbreekt", "column 1 must be the unnamed one"),
        (["a", "b"], "kolom_ontbreekt", None),
    ],
)
def test_a_header_that_is_not_the_contracts_is_refused(gbav_reader, header, code, place):
    found, where = refusal(gbav(person(ANNA), header=header), gbav_reader)

    assert found == code
    assert place is None or where == place


def test_data_in_the_place_of_a_header_is_not_echoed(gbav_reader):
    """A file without a header begins with a person, and that is never shown."""
    content = BOM + f"{person(ANNA)}\r\n{person(BRAM)}\r\n".encode()

    code, place = refusal(content, gbav_reader)

    assert code in ("kolom_dubbel", "kolom_ontbreekt")
    assert ANNA not in place
    assert "19800115" not in place


@pytest.mark.parametrize(
    ("content", "code", "place"),
    [
        (gbav(), "alleen_kopregel", ""),
        (gbav().rstrip(), "alleen_kopregel", ""),
        (gbav(person(ANNA), person(BRAM))[:-3], "afgekapt", "line 3"),
        (gbav(person(ANNA), person(BRAM))[:-100], "afgekapt", "line 3"),
        (gbav(person(ANNA))[:-100], "telling_wijkt_af", ""),
        (
            gbav(person(ANNA), person(BRAM, e01_02_40='"Jan'), person(CEES), person(ANNA)),
            "aanhalingsteken_open",
            "line 3",
        ),
        (
            gbav(person(ANNA), person(BRAM, e01_02_40='"two\nlines"'), person(CEES)),
            "aanhalingsteken_open",
            "line 3",
        ),
        (gbav(person(ANNA), person(BRAM, e01_02_40="a\rb")), "telling_wijkt_af", ""),
    ],
)
def test_a_broken_structure_refuses_the_whole_file(gbav_reader, content, code, place):
    assert refusal(content, gbav_reader) == (code, place)


def test_an_open_quote_early_in_a_large_file_is_found_on_its_line(gbav_reader):
    """It would otherwise swallow the rest of the file as one field."""
    some = [person(ANNA) for _ in range(3000)]

    content = gbav(*some, person(BRAM, e01_02_40='"Jan'), *some)

    assert refusal(content, gbav_reader) == ("aanhalingsteken_open", "line 3002")


def test_a_person_without_end_is_refused(gbav_reader, monkeypatch):
    monkeypatch.setattr(gbav_reader_module, "MOST_ROWS_OF_A_PERSON", 10)

    endless = gbav(person(ANNA), person(BRAM), *[continuation(e09_01_20=CEES)] * 12)

    assert refusal(endless, gbav_reader) == ("eenheid_te_groot", "line 3")


def test_a_unit_is_cut_out_with_its_continuation_rows(gbav_reader):
    text = [
        person(ANNA),
        continuation(e09_01_20=CEES),
        "",
        continuation(e09_01_20=BRAM),
        person(BRAM),
        person(CEES),
        "",
        continuation(e09_01_20=ANNA),
    ]
    places = [Place(0, line, line) for line in (2, 4, 8)]

    found = dict(gbav_reader.extract(io.BytesIO(gbav(*text)), places))

    assert {place.line: content.decode() for place, content in found.items()} == {
        2: "".join(f"{text[number]}\r\n" for number in (0, 1, 3)),
        4: "\r\n",
        8: "\r\n",
    }


# --- SuwiML -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def suwiml_reader(contracts):
    return reader_for(contracts["suwinet_inkomsten"])


def test_a_response_is_a_person_with_statements_and_periods(suwiml_reader):
    message = response(
        ANNA,
        relation(
            statement("20260101", "20260131", 250000, more=amount("BedrVakantietoeslag", 5, "-")),
            statement("20260201", "20260228", 260000),
        ),
        relation(statement("20251201", "20251231", 10), sequence="2", kind="33"),
    )

    chunks = read(message.encode(), suwiml_reader)

    answer = rows(chunks, "antwoord")[0]
    assert (answer["bsn"], answer["aantal_opgaven"]) == (ANNA, "3")
    assert (answer["periode_van"], answer["periode_tot"]) == ("2025-12", "2026-02")
    assert [
        (o["eenheid"], o["volgnummer"], o["datum_aanvang"], o["loon_sv"], o["vakantietoeslag"])
        for o in rows(chunks, "inkomstenopgave")
    ] == [
        (1, "1", "20260101", "250000", "-5"),
        (2, "1", "20260201", "260000", ""),
        (3, "2", "20251201", "10", ""),
    ]
    assert [p["soort_inkomstenverhouding"] for p in rows(chunks, "inkomstenperiode")] == [
        "15",
        "33",
    ]


def test_responses_in_a_zip_are_numbered_and_their_units_count_on(suwiml_reader):
    both = zipped(
        response(ANNA, relation(statement("20260101", "20260131", 1))),
        response(BRAM),
        response(CEES, relation(statement("20260101", "20260131", 2))),
    )

    chunks = read(both, suwiml_reader)

    assert [(a["bericht"], a["eenheid"], a["bsn"]) for a in rows(chunks, "antwoord")] == [
        (1, 1, ANNA),
        (2, 2, BRAM),
        (3, 3, CEES),
    ]
    assert [o["houder"] for o in rows(chunks, "inkomstenopgave")] == [0, 2]


def test_a_response_without_income_is_one_unit_with_the_period_it_answers_for(suwiml_reader):
    asked = response(ANNA, answered=("20250901", "20260131"))

    known = rows(read(asked.encode(), suwiml_reader), "antwoord")[0]
    unknown = rows(read(response(ANNA).encode(), suwiml_reader), "antwoord")[0]

    assert (known["periode_van"], known["periode_tot"]) == ("2025-09", "2026-01")
    assert (unknown["periode_van"], unknown["periode_tot"]) == ("", "")


@pytest.mark.parametrize(
    ("sign", "cents", "read_as"),
    [
        ("+", "100", "100"),
        ("-", "100", "-100"),
        ("", "100", "?"),
        ("*", "100", "?"),
        ("-", "-100", "?"),
        ("+", "12.50", "12.50"),
        ("+", "", ""),
    ],
)
def test_an_amount_carries_its_sign_and_without_a_sign_it_is_no_amount(
    suwiml_reader, sign, cents, read_as
):
    message = response(ANNA, relation(statement("20260101", "20260131", cents, sign)))

    assert rows(read(message.encode(), suwiml_reader), "inkomstenopgave")[0]["loon_sv"] == read_as


def test_an_element_that_stands_twice_cannot_be_read(suwiml_reader):
    twice = amount("BedrBrutoloonSv", 1)
    message = response(ANNA, relation(statement("20260101", "20260131", 1, more=twice)))

    assert rows(read(message.encode(), suwiml_reader), "inkomstenopgave")[0]["loon_sv"] == "?"


def test_an_answer_with_an_error_is_set_apart_by_statement(suwiml_reader):
    message = response(ANNA, relation(statement("20260101", "20260131", 1))).replace(
        "<ClientSuwi>", "<FWI><Fout><Code>1</Code></Fout></FWI><ClientSuwi>"
    )

    chunks = read(message.encode(), suwiml_reader)

    assert [reason for reason, _ in broken(chunks)] == ["antwoord_met_fout"]
    assert rows(chunks, "antwoord") == []


def test_a_response_within_an_envelope_of_another_namespace_is_read(suwiml_reader):
    message = f"<e:Envelope xmlns:e='urn:e'><e:Body>{response(ANNA)}</e:Body></e:Envelope>"

    assert [a["bsn"] for a in rows(read(message.encode(), suwiml_reader), "antwoord")] == [ANNA]


@pytest.mark.parametrize(
    "message",
    [
        response(ANNA).replace("</ClientSuwi>", f"</ClientSuwi>{_client}")
        for _client in [
            f"<ClientSuwi><Burgerservicenr>{BRAM}</Burgerservicenr>"
            + relation(statement("20260101", "20260131", 2))
            + "</ClientSuwi>"
        ]
    ]
    + [
        response(ANNA, relation()).replace(
            "</ClientSuwi>", f"{statement('20260101', '20260131', 2)}</ClientSuwi>"
        ),
        response(ANNA, relation(f"<Los>{statement('20260101', '20260131', 2)}</Los>")),
    ],
    ids=["of a second client", "beside a relation", "within another element"],
)
def test_a_statement_in_a_strange_place_is_not_lost_in_silence(suwiml_reader, message):
    assert refusal(message.encode(), suwiml_reader)[0] == "telling_wijkt_af"


BILLION_LAUGHS = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>\n' + response(
    ANNA
).replace(ANNA, "&b;")


@pytest.mark.parametrize(
    ("message", "code", "place"),
    [
        (response(ANNA)[:-40], "xml_onleesbaar", "line 1"),
        ("\n\n" + response(ANNA).replace("</ClientSuwi>", "</X>"), "xml_onleesbaar", "line 3"),
        ("no xml at all", "xml_onleesbaar", "line 1"),
        ("\0", "xml_onleesbaar", "line 1"),
        ('<?xml version="1.0" encoding="geen"?>' + response(ANNA), "codering", "line 1"),
        ("<a/>", "xml_ander_bericht", ""),
        (
            response(ANNA).replace("UWVDossierInkomstenGSD", "Bijstandsregelingen"),
            "xml_ander_bericht",
            "",
        ),
        (BILLION_LAUGHS, "xml_dtd", "line 1"),
        (
            f'<!DOCTYPE x SYSTEM "file:///etc/passwd">{response(ANNA)}',
            "xml_dtd",
            "line 1",
        ),
    ],
    ids=[
        "cut",
        "not well formed",
        "text",
        "nul",
        "no encoding",
        "xml",
        "service",
        "entities",
        "external dtd",
    ],
)
def test_what_is_not_the_message_is_refused_alone_and_in_a_zip(suwiml_reader, message, code, place):
    assert refusal(message.encode(), suwiml_reader) == (code, place)

    inside = zipped(response(BRAM), message)

    found, where = refusal(inside, suwiml_reader)
    assert found == code
    assert where.startswith("message 2")


def test_latin_1_that_does_not_say_so_is_not_well_formed(suwiml_reader):
    message = response(ANNA).replace("<ClientSuwi>", "<Naam>Noë</Naam><ClientSuwi>")

    assert refusal(message.encode("latin-1"), suwiml_reader)[0] == "xml_onleesbaar"
    declared = f'<?xml version="1.0" encoding="ISO-8859-1"?>{message}'.encode("latin-1")
    assert len(rows(read(declared, suwiml_reader), "antwoord")) == 1


def test_a_field_of_50_mb_in_a_message_is_refused(suwiml_reader):
    endless = response(ANNA).replace(ANNA, "9" * (50 << 20))

    assert refusal(endless.encode(), suwiml_reader)[0] == "xml_onleesbaar"


def test_a_statement_is_cut_out_as_a_response_of_its_own(suwiml_reader):
    message = response(
        ANNA,
        relation(statement("20260101", "20260131", 111), statement("20260201", "20260228", 222)),
        relation(statement("20260101", "20260131", 333), sequence="2"),
    )

    both = zipped(response(BRAM), message)
    [(place, text)] = suwiml_reader.extract(io.BytesIO(both), [Place(2, 3, 0)])

    assert place == Place(2, 3, 0)
    assert b"222" in text
    assert b"111" not in text
    assert b"333" not in text
    assert [o["loon_sv"] for o in rows(read(text, suwiml_reader), "inkomstenopgave")] == ["222"]


def test_a_chunk_holds_whole_responses(suwiml_reader, monkeypatch):
    monkeypatch.setattr(suwiml, "RESPONSES_PER_CHUNK", 2)
    members = [
        response(who, relation(statement("20260101", "20260131", number)))
        for number, who in enumerate((ANNA, BRAM, CEES))
    ]

    chunks = read(zipped(*members), suwiml_reader)

    assert [chunk.tables["antwoord"].num_rows for chunk in chunks] == [2, 1]
    assert [o["houder"] for o in rows(chunks, "inkomstenopgave")] == [0, 1, 0]


# --- zips -------------------------------------------------------------------------------------


def opened(content: bytes, limits: Limits = archive.MESSAGES) -> list[tuple[int, bytes]]:
    found = []
    for number, stream in archive.messages(io.BytesIO(content), limits):
        text = b""
        while block := stream.read(1000):
            text += block
        found.append((number, text))
    return found


def test_a_plain_file_is_message_0_and_folders_in_a_zip_are_no_messages():
    assert opened(b"<a/>") == [(0, b"<a/>")]
    assert opened(zipped("", "<a/>", "<b/>", names=["in/", "in/a.xml", "in/b.xml"])) == [
        (1, b"<a/>"),
        (2, b"<b/>"),
    ]


def _encrypted() -> bytes:
    """A zip whose first member says that it is encrypted."""
    content = bytearray(zipped("<a/>"))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(signature) + offset] |= 0x1
    return bytes(content)


def _flipped() -> bytes:
    """A zip with one byte of its only member altered."""
    content = bytearray(zipped(response(ANNA), compression=zipfile.ZIP_STORED))
    content[content.index(ANNA.encode())] ^= 1
    return bytes(content)


def _understated() -> bytes:
    """A zip whose directory says that a member is smaller than it is."""
    text = b"<a>" + b"x" * 5000 + b"</a>"
    content = bytearray(zipped(text))
    for signature, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        start = content.index(signature) + offset
        content[start : start + 4] = (100).to_bytes(4, "little")
    return bytes(content)


def _link() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as made:
        member = zipfile.ZipInfo("link.xml")
        member.external_attr = 0o120777 << 16
        made.writestr(member, "/etc/passwd")
    return buffer.getvalue()


HOSTILE = {
    "empty zip": (zipped(), "zip_leeg", ""),
    "only a folder": (zipped("", names=["in/"]), "zip_leeg", ""),
    "cut off": (zipped("<a/>" * 5000)[:-40], "zip_onleesbaar", ""),
    "damaged": (_flipped(), "zip_onleesbaar", "message 1"),
    "encrypted": (_encrypted(), "zip_onleesbaar", "message 1 is encrypted"),
    "parent folder": (zipped("<a/>", names=["../a.xml"]), "zip_pad", "message 1"),
    "windows parent": (zipped("<a/>", names=["a\\..\\..\\b.xml"]), "zip_pad", "message 1"),
    "absolute": (zipped("<a/>", names=["/etc/a.xml"]), "zip_pad", "message 1"),
    "drive": (zipped("<a/>", names=["C:a.xml"]), "zip_pad", "message 1"),
    "link": (_link(), "zip_pad", "message 1"),
    "nested by name": (zipped("<a/>", "x", names=["a.xml", "b.ZIP"]), "zip_genest", "message 2"),
    "nested in disguise": (zipped("<a/>", zipped("<b/>")), "zip_genest", "message 2"),
    "bomb": (zipped(b"\0" * (20 << 20)), "zip_bom", "message 1"),
    "understated": (_understated(), "zip_onleesbaar", "message 1"),
}


@pytest.mark.parametrize(("content", "code", "place"), HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_or_damaged_zip_is_refused(content, code, place):
    with pytest.raises(Refused) as refused:
        opened(content)

    assert (refused.value.code, refused.value.place) == (code, place)


@pytest.mark.parametrize(("content", "code", "place"), HOSTILE.values(), ids=HOSTILE)
def test_the_reader_refuses_it_too(suwiml_reader, content, code, place):
    found, _ = refusal(content, suwiml_reader)

    # A member before the faulty one may be refused first, as not the message of the contract.
    assert found in (code, "xml_ander_bericht")


@pytest.mark.parametrize("run", [1, archive.RUN])
def test_members_come_in_order_and_those_before_a_damaged_one_come_first(monkeypatch, run):
    monkeypatch.setattr(archive, "RUN", run)
    large = b"<b>" + random.Random(1).randbytes(archive.SMALL_MEMBER) + b"</b>"
    whole = bytearray(zipped(b"<a/>", large, b"<c/>", b"<spoilt/>", b"<e/>", compression=0))
    whole[whole.index(b"<spoilt/>")] ^= 1
    found = archive.messages(io.BytesIO(whole))

    assert [next(found)[1].read() for _ in range(3)] == [b"<a/>", large, b"<c/>"]
    with pytest.raises(Refused) as refused:
        next(found)
    assert (refused.value.code, refused.value.place) == ("zip_onleesbaar", "message 4")


def test_names_without_end_are_told_alike_and_not_all_remembered():
    plan, told = markup.Plan({"a": "field"}), markup.Told(["a"])

    for number in range(2 * markup.MOST_NAMES):
        assert plan[f"{{urn:{number}}}a"] == "field"
        assert plan[f"{{urn:{number}}}b"] is None
        assert told[f"urn:{number} a"] == (f"urn:{number}", "a")
        assert told[f"urn:{number} b"] is None

    assert len(plan) == len(told) == markup.MOST_NAMES


@pytest.mark.parametrize("limits", [Limits(members=1), Limits(size=1), Limits(of_a_member=1)])
def test_a_zip_beyond_any_delivery_is_refused(limits):
    with pytest.raises(Refused) as refused:
        opened(zipped("<a/>", "<b/>"), limits)

    assert refused.value.code == "zip_te_groot"


def test_a_member_that_is_larger_than_it_said_is_a_bomb():
    bounded = archive._Bounded(io.BytesIO(b"x" * 100), 99, "message 7")
    bounded.read(99)

    with pytest.raises(Refused) as refused:
        bounded.read(1)

    assert (refused.value.code, refused.value.place) == ("zip_bom", "message 7")


def test_a_member_of_true_messages_is_no_bomb():
    """However far it is compressed, a small member does no harm."""
    small = zipped(" " * archive.SMALL_MEMBER)

    assert opened(small) == [(1, b" " * archive.SMALL_MEMBER)]
