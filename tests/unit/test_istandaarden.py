"""The messages of iWmo and iJw: what is read, passed over, set apart, refused, mended; the gate."""

import io
import zipfile
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support import ANNA, BRAM, CEES, FAILS_ELEVEN, zipped
from warehouse.contracts import Contract
from warehouse.gate import GateResult, pass_through
from warehouse.keys import KeySet
from warehouse.ledger import Counts
from warehouse.readers import istandaarden, reader_for
from warehouse.readers.base import Chunk, Place, Reader, Refused, Unmendable
from warehouse.readers.istandaarden import CODES

CODE = {kind: code for code, kind in CODES["iwmo"].items()}
PROPERTY = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def allocated(number: int = 1, **elements: str) -> str:
    """A ToegewezenProduct; an element given as empty is left out."""
    values = {
        "Toewijzingsdatum": "2026-01-05",
        "Toewijzingstijd": "10:00:00",
        "Ingangsdatum": "2026-01-01",
        **elements,
    }
    return _product("ToegewezenProduct", number, values)


def started(number: int | None = 1, **elements: str) -> str:
    values = {"Begindatum": "2026-01-08", "StatusAanlevering": "1", **elements}
    return _product("StartProduct", number, values)


def stopped(number: int = 1, **elements: str) -> str:
    values = {
        "Begindatum": "2026-01-08",
        "RedenBeeindiging": "19",
        "Einddatum": "2026-03-31",
        "StatusAanlevering": "1",
        **elements,
    }
    return _product("StopProduct", number, values)


def _product(name: str, number: int | None, values: Mapping[str, str]) -> str:
    given = "" if number is None else f"<m:ToewijzingNummer>{number}</m:ToewijzingNummer>"
    texts = "".join(f"<m:{key}>{text}</m:{key}>" for key, text in values.items() if text)
    product = "<m:Product><b:Categorie>02</b:Categorie><b:Code>02A01</b:Code></m:Product>"
    return f"<m:{name}>{given}{product}{texts}</m:{name}>"


def client(*products: str, bsn: str = ANNA, birth: str = "1980-05-01", use: str = "") -> str:
    group = products[0].split(">", 1)[0].removeprefix("<m:").removesuffix("t") + "ten"
    used = f"<b:DatumGebruik>{use}</b:DatumGebruik>" if use else ""
    return (
        f"<m:Client><m:Bsn>{bsn}</m:Bsn><m:Geboortedatum><b:Datum>{birth}</b:Datum>{used}"
        "</m:Geboortedatum><m:Naam><b:Achternaam>Naam</b:Achternaam></m:Naam>"
        "<m:Relaties><m:Relatie><m:Geboortedatum><b:Datum>1950-01-01</b:Datum></m:Geboortedatum>"
        "</m:Relatie></m:Relaties>"
        f"<m:{group}>{''.join(products)}</m:{group}></m:Client>"
    )


def message(
    kind: str,
    content: str = "",
    *,
    code: str | None = None,
    version: str = "3_2",
    standard: str = "iwmo",
    dated: str = "2026-01-09",
) -> str:
    major, minor = version.split("_")
    prefix = {"iwmo": "wmo", "ijw": "jw"}[standard]
    base = f"http://www.istandaarden.nl/{standard}/{version}"
    sender, receiver = ("0479", "98000001") if kind in ("301", "302") else ("98000001", "0479")
    return (
        f'<m:Bericht xmlns:b="{base}/basisschema/schema" xmlns:m="{base}/{prefix}{kind}/schema">'
        f"<m:Header><m:BerichtCode>{code or CODE[kind]}</m:BerichtCode>"
        f"<m:BerichtVersie>{major}</m:BerichtVersie>"
        f"<m:BerichtSubversie>{minor}</m:BerichtSubversie>"
        f"<m:Afzender>{sender}</m:Afzender><m:Ontvanger>{receiver}</m:Ontvanger>"
        "<m:BerichtIdentificatie><b:Identificatie>geheim</b:Identificatie>"
        f"<b:Dagtekening>{dated}</b:Dagtekening></m:BerichtIdentificatie></m:Header>"
        f"\n{content}</m:Bericht>"
    )


@pytest.fixture
def reader(contracts: Mapping[str, Contract]) -> Reader:
    return reader_for(contracts["wmo_berichten"])


def read(reader: Reader, content: bytes) -> list[Chunk]:
    """What is read, once the independent count agrees."""
    chunks = list(reader.read(io.BytesIO(content)))
    assert sum(chunk.records for chunk in chunks) == reader.count(io.BytesIO(content))
    return chunks


def products(reader: Reader, *messages: str) -> list[dict[str, Any]]:
    """The rows of products, without their empty fields."""
    rows = [row for c in read(reader, zipped(*messages)) for row in c.tables["product"].to_pylist()]
    return [{name: value for name, value in row.items() if value != ""} for row in rows]


def refusal(reader: Reader, content: bytes) -> tuple[str, str]:
    with pytest.raises(Refused) as caught:
        reader.units(io.BytesIO(content))
    return caught.value.code, caught.value.place


# What is read


def test_a_product_of_each_message_is_a_unit_with_the_days_on_which_its_fact_holds(reader):
    size = "<b:Volume>120</b:Volume><b:Eenheid>01</b:Eenheid><b:Frequentie>2</b:Frequentie>"
    found = products(
        reader,
        message("301", client(allocated(7, Einddatum="2026-12-31", Omvang=size, Budget="900"))),
        message("305", client(started(7))),
        message("307", client(stopped(7, RedenBeeindiging="20"))),
    )

    common: dict[str, Any] = {
        "bsn": ANNA,
        "geboortedatum": "19800501",
        "dagtekening": "20260109",
        "status": "1",
    }
    common |= {"toewijzingnummer": "7", "categorie": "02", "productcode": "02A01", "regel": 2}
    common |= {"gemeentecode": "0479", "aanbieder": "98000001"}
    allocation = {
        "soort_bericht": "301",
        **{"toewijzingsdatum": "20260105", "toewijzingstijd": "10:00:00", "budget": "900"},
        **{"datum_aanvang": "20260101", "datum_einde": "20261231"},
        **{"omvang_volume": "120", "omvang_eenheid": "01", "omvang_frequentie": "2"},
    }
    start = {"soort_bericht": "305", "begindatum": "20260108", "datum_aanvang": "20260108"}
    stop = {"soort_bericht": "307", "begindatum": "20260108", "datum_aanvang": "20260331"}
    stop |= {"reden_beeindiging": "20", "tijdelijk": "ja"}
    assert found == [
        {**common, **facts, "bericht": number, "eenheid": number}
        for number, facts in enumerate((allocation, start, stop), 1)
    ]


def test_an_allocation_with_reason_13_is_withdrawn(reader):
    reasons = ("13", "14", "")
    texts = [message("301", client(allocated(RedenWijziging=reason))) for reason in reasons]

    assert [row["status"] for row in products(reader, *texts)] == ["3", "1", "1"]


def test_a_start_without_a_number_is_known_by_supplier_product_and_allocation(reader):
    [row] = products(
        reader, message("305", client(started(None, ToewijzingIngangsdatum="2026-01-02")))
    )

    assert row["toewijzingnummer"] == "zonder nummer: 98000001 02 02A01 2026-01-02"


@pytest.mark.parametrize(
    ("use", "birth"),
    [("", "19800501"), ("1", "19800500"), ("2", "19800000"), ("3", "00000000"), ("4", "?")],
)
def test_the_part_of_a_birth_date_that_is_not_known_is_zeros(reader, use, birth):
    [row] = products(reader, message("305", client(started(), use=use)))

    assert row["geboortedatum"] == birth


def test_several_clients_and_products_of_a_message_are_units_of_their_own(reader):
    text = message("305", client(started(1), started(2)) + client(started(3), bsn=BRAM))

    found = products(reader, text)
    assert [(row["bsn"], row["toewijzingnummer"], row["eenheid"]) for row in found] == [
        (ANNA, "1", 1),
        (ANNA, "2", 2),
        (BRAM, "3", 3),
    ]


def test_other_messages_of_the_standard_are_counted_and_passed_over(reader):
    content = zipped(message("302"), message("305", client(started())), message("323", "<m:X/>"))

    [chunk] = read(reader, content)

    passed = chunk.tables["overig_bericht"].to_pylist()
    assert [(row["berichtnummer"], row["soort_bericht"], row["dagtekening"]) for row in passed] == [
        ("1", "302", "20260109"),
        ("3", "323", "20260109"),
    ]
    assert reader.units(io.BytesIO(content)) == 3


def test_a_plain_message_is_a_delivery_too(reader):
    assert reader.units(io.BytesIO(message("305", client(started())).encode())) == 1
    assert reader.units(io.BytesIO(message("302").encode())) == 1


# Apart


@pytest.mark.parametrize(
    ("text", "reasons"),
    [
        (message("301", client(allocated(Ingangsdatum=""))), ["verplicht_leeg"]),
        (message("301", client(allocated(Toewijzingstijd=""))), ["verplicht_leeg"]),
        (message("305", client(started(Begindatum=""), started(2))), ["verplicht_leeg"]),
        (message("307", client(stopped(RedenBeeindiging=""))), ["verplicht_leeg"]),
        (message("301"), ["verplicht_leeg"]),
        (message("305", client(started(1), started(2)), version="3_1"), ["bericht_versie"] * 2),
        (message("301", version="2_4"), ["bericht_versie"]),
    ],
)
def test_what_a_message_lacks_sets_its_product_apart(reader, text, reasons):
    broken = [b for chunk in read(reader, text.encode()) for b in chunk.broken]

    assert [item.reason for item in broken] == reasons


def test_a_header_of_another_version_than_the_namespace_is_another_version(reader):
    text = message("305", client(started())).replace(
        "<m:BerichtSubversie>2<", "<m:BerichtSubversie>1<"
    )

    assert [b.reason for c in read(reader, text.encode()) for b in c.broken] == ["bericht_versie"]


# Refused

GOOD = message("305", client(started()))
LAUGHS = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>' + GOOD.replace(ANNA, "&b;")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (GOOD[:-30], "xml_onleesbaar"),
        (GOOD.replace("</m:Client>", "</m:X>"), "xml_onleesbaar"),
        ("no xml at all", "xml_onleesbaar"),
        ("<a/>", "xml_ander_bericht"),
        ("<Bericht/>", "xml_ander_bericht"),
        (message("305", client(started()), code="414"), "xml_ander_bericht"),
        (message("305", client(started()), standard="ijw", code="438"), "xml_ander_bericht"),
        (GOOD.replace("wmo305/", "wmo999/"), "xml_ander_bericht"),
        (f'<?xml version="1.0" encoding="ISO-8859-1"?>{GOOD}', "codering"),
        (f"{GOOD}\0", "codering"),
        (LAUGHS, "xml_dtd"),
        (f'<!DOCTYPE x SYSTEM "file:///etc/passwd">{GOOD}', "xml_dtd"),
        (GOOD.replace("<m:Client>", f"<m:Client>{started()}"), "telling_wijkt_af"),
        (GOOD.replace("<m:Client>", f"<m:Client><!-- {started()} -->"), "telling_wijkt_af"),
    ],
)
def test_what_is_no_message_of_the_standard_is_refused_alone_and_in_a_zip(reader, text, code):
    assert refusal(reader, text.encode())[0] == code

    found, place = refusal(reader, zipped(GOOD, text))
    assert found == code
    assert place.startswith("message 2") or code == "telling_wijkt_af"


def test_latin_1_that_says_nothing_of_it_is_no_utf_8(reader):
    text = GOOD.replace("Naam</b:Achternaam>", "Noë</b:Achternaam>")

    assert refusal(reader, text.encode("latin-1"))[0] == "codering"
    assert reader.units(io.BytesIO(text.encode())) == 1
    assert reader.units(io.BytesIO(b"\xef\xbb\xbf" + text.encode())) == 1


def test_a_message_larger_than_the_mail_takes_is_refused(reader, monkeypatch):
    monkeypatch.setattr(istandaarden, "LARGEST_MESSAGE", len(GOOD))

    assert reader.units(io.BytesIO(GOOD.encode())) == 1
    assert refusal(reader, f"{GOOD} ".encode())[0] == "zip_te_groot"


def test_a_message_may_name_its_namespaces_as_it_likes(reader):
    of_message = GOOD.replace("<m:", "<").replace("</m:", "</").replace("xmlns:m=", "xmlns=")
    assert reader.units(io.BytesIO(of_message.encode())) == 1

    named = GOOD.replace("m:", "wmo305:").replace(":m=", ":wmo305=")
    assert reader.units(io.BytesIO(named.encode())) == 1


@PROPERTY
@given(data=st.data())
def test_whatever_is_done_to_a_message_it_is_read_or_refused(reader, data):
    whole = zipped(GOOD, message("301", client(allocated()))) if data.draw(st.booleans()) else None
    content = bytearray(whole or GOOD.encode())
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(content) - 1))
        length = data.draw(st.integers(0, 40))
        content[at : at + length] = data.draw(st.binary(max_size=12))
        content = content or bytearray(b"<")

    with suppress(Refused):
        reader.units(io.BytesIO(bytes(content)))


@PROPERTY
@given(content=st.binary(max_size=300))
def test_any_bytes_are_refused(reader, content):
    with pytest.raises(Refused):
        reader.units(io.BytesIO(content))


# Mended

MESSAGE = message("305", client(started(1), started(2)) + client(started(3), bsn=BRAM))


def spliced(reader: Reader, source: bytes, **mended: tuple[str, str]) -> bytes:
    """A file in which in the export of some units (by number) a text was put for another."""
    wanted = [Place(1, int(number[1:]), 0) for number in mended]
    target = io.BytesIO()
    changed = {}
    for place, unit in reader.extract(io.BytesIO(source), wanted):
        old, new = mended[f"_{place.unit}"]
        changed[place] = unit.replace(old.encode(), new.encode())
    reader.splice(io.BytesIO(source), changed, target)
    return target.getvalue()


def kept(reader: Reader, content: bytes) -> list[tuple[str, str, str]]:
    rows = [row for c in read(reader, content) for row in c.tables["product"].to_pylist()]
    return sorted((row["toewijzingnummer"], row["bsn"], row["begindatum"]) for row in rows)


def test_a_unit_is_cut_out_as_a_message_with_one_product(reader):
    source = io.BytesIO(zipped(message("302"), MESSAGE))

    [(_, unit)] = reader.extract(source, [Place(2, 3, 0)])

    assert [row["toewijzingnummer"] for row in products(reader, unit.decode())] == ["2"]
    assert BRAM.encode() not in unit
    assert reader.units(io.BytesIO(reader.alone(source, unit))) == 1


def test_what_was_cut_out_and_put_back_as_it_was_is_the_same_units(reader):
    source = zipped(MESSAGE, message("302"))

    again = spliced(reader, source, _1=("x", "x"), _2=("x", "x"), _3=("x", "x"))

    assert kept(reader, again) == kept(reader, source)
    assert reader.units(io.BytesIO(again)) == 4


def test_a_mended_product_takes_its_own_place(reader):
    again = spliced(reader, zipped(MESSAGE), _2=("2026-01-08", "2026-02-01"))

    assert kept(reader, again) == [
        ("1", ANNA, "20260108"),
        ("2", ANNA, "20260201"),
        ("3", BRAM, "20260108"),
    ]


def test_a_mended_bsn_changes_none_but_its_own_product(reader):
    again = spliced(reader, zipped(MESSAGE), _1=(ANNA, CEES), _3=(BRAM, CEES))

    assert [(number, bsn) for number, bsn, _ in kept(reader, again)] == [
        ("1", CEES),
        ("2", ANNA),
        ("3", CEES),
    ]


def test_a_mended_header_must_be_that_of_all_products(reader):
    day = ("2026-01-09", "2026-01-10")
    again = spliced(reader, zipped(MESSAGE), _1=day, _2=day, _3=day)

    [chunk] = read(reader, again)
    assert set(chunk.tables["product"].column("dagtekening").to_pylist()) == {"20260110"}
    with pytest.raises(Unmendable, match="header"):
        spliced(reader, zipped(MESSAGE), _1=day)


@pytest.mark.parametrize("text", [("</m:Bericht>", ""), ("m:StartProduct>", "m:Ander>")])
def test_what_is_no_message_with_one_product_cannot_be_put_back(reader, text):
    with pytest.raises(Unmendable):
        spliced(reader, zipped(MESSAGE), _1=text)


# Through the gate


def gate(contract: Contract, keys: KeySet, folder: Path, *messages: str) -> GateResult:
    return pass_through(contract, io.BytesIO(zipped(*messages)), keys, "id", folder)


def test_every_unit_passes_or_is_set_apart_or_is_a_copy(contracts, keys, tmp_path):
    unknown, unborn = "999999999", "000000000"
    result = gate(
        contracts["wmo_berichten"],
        keys,
        tmp_path,
        message("301", client(allocated(1), allocated(2))),
        message("301", client(allocated(1), allocated(2))),
        message("305", client(started(3), bsn=unknown)),
        message("305", client(started(4), bsn=unborn)),
        message("305", client(started(5), bsn=FAILS_ELEVEN)),
        message("305", client(started(6, StatusAanlevering="4"))),
        message("307", client(stopped(7, Einddatum="2026-02-30"))),
        message("301", client(allocated(8, Einddatum="2026-05-01"))),
        message("301", client(allocated(8, Einddatum="2026-06-01"))),
        message("305", client(started(9)), version="3_1"),
        message("302"),
    )

    assert Counter(apart.reason for apart in result.apart) == {
        "bsn_onbekend": 1,
        "bsn_ongeboren": 1,
        "bsn_elfproef": 1,
        "code_onbekend": 1,
        "datum_ongeldig": 1,
        "sleutel_dubbel": 2,
        "bericht_versie": 1,
    }
    assert result.counts == Counts(source=13, accepted=3, quarantined=8, duplicate=2)
    passed = pq.read_table(tmp_path / "product.parquet").to_pylist()
    tokens = [row["toewijzing"] for row in passed]
    assert len(set(tokens)) == 2
    assert all(token.startswith("dossier1.") for token in tokens)
    assert "toewijzingnummer" not in passed[0]
    assert pq.read_table(tmp_path / "overig_bericht.parquet").num_rows == 1


def test_changes_of_one_key_in_one_file_all_pass(contracts, keys, tmp_path):
    """A later allocation, and a start that was removed and sent again on the same day."""
    result = gate(
        contracts["wmo_berichten"],
        keys,
        tmp_path,
        message("301", client(allocated(1))),
        message("301", client(allocated(1, Toewijzingstijd="11:00:00", Einddatum="2026-05-01"))),
        message("305", client(started(1))),
        message("305", client(started(1, StatusAanlevering="3"))),
    )

    assert result.counts == Counts(source=4, accepted=4, quarantined=0, duplicate=0)


def test_nothing_of_a_person_but_a_token_and_a_birth_date_is_kept(contracts, keys, tmp_path):
    gate(contracts["wmo_berichten"], keys, tmp_path, message("301", client(allocated(1))))

    [row] = pq.read_table(tmp_path / "product.parquet").to_pylist()

    assert row["bsn_versleuteld"].startswith("kern1.")
    assert not {"Naam", "geheim", ANNA, "19500101"} & set(map(str, row.values()))


def test_the_order_of_the_messages_of_a_file_is_nobodys_business(contracts, keys, tmp_path):
    messages = [
        message("301", client(allocated(1))),
        message("301", client(allocated(1))),
        message("305", client(started(1)), dated="2026-01-10"),
        message("307", client(stopped(1), bsn=BRAM)),
    ]
    rows = []
    for name, order in (("one", messages), ("other", messages[::-1])):
        result = gate(contracts["wmo_berichten"], keys, tmp_path / name, *order)
        assert result.counts == Counts(source=4, accepted=3, quarantined=0, duplicate=1)
        table = pq.read_table(tmp_path / name / "product.parquet")
        kept_columns = [c for c in table.column_names if c not in ("eenheid", "bericht", "regel")]
        rows.append(sorted(map(str, table.select(kept_columns).to_pylist())))

    assert rows[0] == rows[1]


def test_a_member_name_is_never_told(reader):
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as archive:
        archive.writestr(f"{ANNA}.xml", "broken")

    with pytest.raises(Refused) as caught:
        reader.units(whole)

    assert ANNA not in str(caught.value)
