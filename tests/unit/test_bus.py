"""BUS: the same rights out of CSV, XML and SuwiML, and what is refused or set apart of each."""

import io
from collections.abc import Mapping
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
from warehouse.readers import reader_for
from warehouse.readers.base import Place, Refused, Unmendable

FUZZ = settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
RIGHT = {
    "statistiekjaar": "2026",
    "statistiekmaand": "03",
    "gemeentecode": "0479",
    "registratienummer": "U-1001",
    "statistiekcode": "01",
    "leefvorm": "3",
    "aantal_kostendelers": "1",
    "norm": "2002",
    "afstemming": "+0000",
    "inkomsten": "+0150",
    "betaald_bedrag": "1759",
    "bsn": ANNA,
    "geboortedatum": "19850412",
    "huisvesting": "1",
    "datum_aanvang": "20240115",
    "ontheffing": "2",
    "tegenprestatie": "2",
}
OF_DELIVERY = ("statistiekjaar", "statistiekmaand", "gemeentecode")
OF_PERSON = ("bsn", "geboortedatum", "huisvesting", "datum_aanvang", "datum_einde", "ontheffing")
OPTIONAL = ("oorzaak_bijstandsafhankelijkheid", "vrijwilligerswerk")
NAMESPACE = "http://bkwi.nl/SuwiML/Diensten/Bijstandsregelingen/v0500"


@pytest.fixture
def bus(contracts: Mapping[str, Contract]) -> Contract:
    return contracts["bijstand_bus"]


class Gate:
    def __init__(self, contract: Contract, keys: KeySet, folder: Path) -> None:
        self.contract, self.keys, self.folder = contract, keys, folder

    def take(self, content: bytes) -> GateResult:
        return pass_through(self.contract, io.BytesIO(content), self.keys, "id", self.folder)

    def rows(self) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = pq.read_table(self.folder / "recht.parquet").to_pylist()
        return rows

    def content(self) -> list[tuple[Any, ...]]:
        """The rows without where they stood."""
        origin = {"levering_id", "eenheid", "bericht", "regel"}
        told = [tuple(v for k, v in row.items() if k not in origin) for row in self.rows()]
        return sorted(told, key=str)


@pytest.fixture
def gate(bus: Contract, keys: KeySet, tmp_path: Path) -> Gate:
    return Gate(bus, keys, tmp_path / "raw")


def names(bus: Contract, *, optional: bool = False) -> dict[str, str]:
    fields = bus.by_name["recht"].fields
    return {f.name: f.source for f in fields if f.source and (optional or f.name not in OPTIONAL)}


def right(**changed: str) -> dict[str, str]:
    return RIGHT | changed


def csv(bus: Contract, *rights: Mapping[str, str], delimiter: str = ";") -> bytes:
    columns = names(bus, optional=any(set(OPTIONAL) & each.keys() for each in rights))
    mark = '"' if delimiter == "," else ""
    lines = [delimiter.join(f"{mark}{source}{mark}" for source in columns.values())]
    lines += [delimiter.join(each.get(name, "") for name in columns) for each in rights]
    return "\r\n".join([*lines, ""]).encode("utf-8-sig")


def element(name: str, value: str) -> str:
    return f"<{name}>{value}</{name}>" if value else ""


def written(bus: Contract, each: Mapping[str, str], chosen: Any) -> str:
    """The attributes of a right as elements, called as an XML name can be."""
    text = ""
    for name, source in names(bus, optional=True).items():
        if chosen(name) and each.get(name):
            plain = source.lower().replace("incl. vt", "").replace("excl. vt", "")
            tag = "_".join("".join(c if c.isalnum() else " " for c in plain).split())
            text += element(tag, each[name])
    return text


def xml(bus: Contract, *benefits: tuple[Mapping[str, str], ...], opening: str = "<bus>") -> bytes:
    text = ""
    for persons in benefits:
        shared = written(bus, persons[0], lambda n: n not in (*OF_DELIVERY, *OF_PERSON, *OPTIONAL))
        inner = "".join(
            element("persoon", written(bus, each, lambda n: n in (*OF_PERSON, *OPTIONAL)))
            for each in persons
        )
        text += element("uitkering", shared + inner) + "\n"
    first = written(bus, benefits[0][0], lambda n: n in OF_DELIVERY)
    root = opening.split(">")[0].lstrip("<").split()[0]
    return f"{opening}{element('levering', first + text)}</{root}>".encode()


def answer(number: str, *rights: str, more: str = "") -> str:
    return (
        f'<b:BijstandsregelingenInfoResponse xmlns:b="{NAMESPACE}"><ClientSuwi>'
        f"<Burgerservicenr>{number}</Burgerservicenr><Voorletters>A.</Voorletters>"
        f"<Geboortedat>19850412</Geboortedat>{''.join(rights)}</ClientSuwi>{more}"
        "</b:BijstandsregelingenInfoResponse>"
    )


def relation(law: str, begin: str, end: str = "", partner: str = "") -> str:
    person = element("Burgerservicenr", partner)
    other = f"<PartnerUitkeringsverhouding>{person}</PartnerUitkeringsverhouding>"
    return (
        f"<Uitkeringsverhouding>{element('DatBUitkeringsverhouding', begin)}"
        f"{element('DatEUitkeringsverhouding', end)}<SzWet><CdSzWet>{law}</CdSzWet></SzWet>"
        "<SpecifiekeGegevensBijstandUitk><AantKostendelers>2</AantKostendelers>"
        f"</SpecifiekeGegevensBijstandUitk>{other if partner else ''}"
        f"<Uitkeringsperiode>{element('DatBUitkeringsperiode', begin)}</Uitkeringsperiode>"
        "</Uitkeringsverhouding>"
    )


def payment(day: str, cluster: str = "b") -> str:
    return (
        f"<SpecifiekeGegevensBijzBijstand><CdClusterBijzBijstand>{cluster}</CdClusterBijzBijstand>"
        f"<DatBetaalbaarBijzBijstand>{day}</DatBetaalbaarBijzBijstand>"
        "<SzWet><CdSzWet>BB</CdSzWet></SzWet></SpecifiekeGegevensBijzBijstand>"
    )


DECISION = (
    "<AanvraagUitkering><DatAanvraagUitkering>20180514</DatAanvraagUitkering>"
    "<SzWet><CdSzWet>ABW</CdSzWet></SzWet></AanvraagUitkering>"
)
FAILED = (
    f'<b:BijstandsregelingenInfoResponse xmlns:b="{NAMESPACE}" xmlns:f="http://x/FWI">'
    "<f:FWI><Fout><Code>FWI0001</Code></Fout></f:FWI></b:BijstandsregelingenInfoResponse>"
)


def why(result: GateResult) -> list[tuple[str, str]]:
    return sorted((apart.reason, apart.field) for apart in result.apart)


# --- the forms say the same -------------------------------------------------------------------


def test_csv_and_xml_give_the_same_rights(bus, gate):
    partner = right(bsn=BRAM, datum_einde="20260331", geboortedatum="19800101")
    other = right(registratienummer="U-2", bsn=CEES, statistiekcode="02", vrijwilligerswerk="1")

    assert gate.take(csv(bus, right(), partner, other)).counts == Counts(3, 3, 0, 0)
    from_csv = gate.content()
    assert gate.take(xml(bus, (right(), partner), (other,))).counts == Counts(3, 3, 0, 0)

    assert gate.content() == from_csv


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.upper(),
        lambda text: text.replace("_", ""),
        lambda text: text.replace("<uitkering>", "<Uitkering>").replace(
            "</uitkering>", "</Uitkering>"
        ),
        lambda text: text.replace("<bus>", '<bus xmlns="urn:voorbeeld:bus">'),
        lambda text: text.replace("<bus>", "").replace("</bus>", ""),
        lambda text: text.replace("vermindering_uitkering_n_a_v_", "VerminderingUitkeringNAV"),
        lambda text: text.replace("norm_grondslag", "norm_grondslag_incl_vt"),
        lambda text: "\ufeff" + text.replace("<levering>", "<levering><onbekend>x</onbekend>"),
    ],
)
def test_the_names_of_elements_may_be_written_in_other_ways(bus, gate, change):
    content = xml(bus, (right(),)).decode()
    gate.take(content.encode())
    plainly = gate.content()

    assert gate.take(change(content).encode()).counts == Counts(1, 1, 0, 0)

    assert gate.content() == plainly


def test_the_delivery_is_remembered_when_its_first_uitkering_has_passed(bus, gate):
    one = xml(bus, (right(),), (right(registratienummer="U-2", bsn=BRAM),)).decode()
    two = xml(bus, (right(registratienummer="U-3", bsn=CEES, statistiekmaand="02"),)).decode()
    both = one.replace("</bus>", two.removeprefix("<bus>"))

    assert gate.take(both.encode()).counts == Counts(3, 3, 0, 0)

    assert [row["statistiekmaand"] for row in gate.rows()] == ["03", "03", "02"]


def test_a_zip_of_either_form_is_read(bus, gate):
    first, second = right(), right(registratienummer="U-2", bsn=BRAM)

    assert gate.take(zipped(csv(bus, first), csv(bus, second))).counts == Counts(2, 2, 0, 0)
    from_csv = gate.content()
    assert gate.take(zipped(xml(bus, (first,)), xml(bus, (second,)))).counts == Counts(2, 2, 0, 0)

    assert gate.content() == from_csv


def test_what_identifies_or_is_not_needed_does_not_pass(bus, gate):
    given = right(registratienummer="GEHEIM-7") | {
        "softwarepakket": "gws",
        "reden_vermindering": "03",
        "inkomsten_persoon": "+0777",
    }
    gate.take(csv(bus, given))

    told = str(gate.rows())
    assert gate.rows()[0]["uitkering"].startswith("uitkering1.")
    for gone in (ANNA, "GEHEIM-7", "gws", "0777", "reden_vermindering"):
        assert gone not in told


def test_partners_share_the_token_of_their_uitkering_and_others_do_not(bus, gate):
    elsewhere = right(bsn=CEES, gemeentecode="0518")
    gate.take(csv(bus, right(), right(bsn=BRAM), elsewhere))

    tokens = [row["uitkering"] for row in gate.rows()]
    assert tokens[0] == tokens[1] != tokens[2]


def test_dates_may_have_dashes_and_the_optional_columns_may_be_there(bus, gate):
    more = {"oorzaak_bijstandsafhankelijkheid": "31", "vrijwilligerswerk": "1"}
    gate.take(csv(bus, right(datum_aanvang="2024-01-15", **more), delimiter=","))

    row = gate.rows()[0]
    assert row["datum_aanvang"] == "20240115"
    assert row["oorzaak_bijstandsafhankelijkheid"] == "31"
    gate.take(csv(bus, right()))
    assert gate.rows()[0]["vrijwilligerswerk"] is None


# --- what is set apart ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changed", "reason", "field"),
    [
        ({"bsn": ""}, "bsn_ontbreekt", "bsn"),
        ({"bsn": FAILS_ELEVEN}, "bsn_elfproef", "bsn"),
        ({"bsn": "999999999"}, "bsn_onbekend", "bsn"),
        ({"registratienummer": ""}, "verplicht_leeg", "registratienummer"),
        ({"registratienummer": "1234567890123456"}, "patroon", "registratienummer"),
        ({"statistiekcode": "1"}, "code_onbekend", "statistiekcode"),
        ({"statistiekmaand": "13"}, "patroon", "statistiekmaand"),
        ({"datum_aanvang": ""}, "verplicht_leeg", "datum_aanvang"),
        ({"datum_aanvang": "20240230"}, "datum_ongeldig", "datum_aanvang"),
        ({"datum_einde": "20260000"}, "datum_ongeldig", "datum_einde"),
        ({"betaald_bedrag": "1.759,00"}, "bedrag_ongeldig", "betaald_bedrag"),
        ({"betaald_bedrag": "-759"}, "patroon", "betaald_bedrag"),
        ({"norm": "140150"}, "patroon", "norm"),
        ({"inkomsten": "€ 150"}, "bedrag_ongeldig", "inkomsten"),
    ],
)
def test_what_decides_who_when_and_how_much_is_set_apart(bus, gate, changed, reason, field):
    good = right(registratienummer="U-9", bsn=CEES)

    message = xml(bus, (right(**changed),)).decode().removesuffix("</bus>")
    message += xml(bus, (good,)).decode().removeprefix("<bus>")
    for content in (csv(bus, right(**changed), good), message.encode()):
        result = gate.take(content)
        assert result.counts == Counts(2, 1, 1, 0)
        assert why(result) == [(reason, field)]


@pytest.mark.parametrize(
    ("field", "value"),
    [("leefvorm", "9"), ("huisvesting", "x"), ("ontheffing", "1"), ("reden_beeindiging", "99")],
)
def test_a_code_that_cbs_calls_unknown_becomes_empty(bus, gate, field, value):
    result = gate.take(csv(bus, right(**{field: value})))

    assert result.counts == Counts(1, 1, 0, 0)
    assert gate.rows()[0][field] is None
    assert result.emptied == {f"recht.{field}": 1}


def test_no_tegenprestatie_is_two_though_the_regulation_prints_one(bus, gate):
    gate.take(csv(bus, right(), right(bsn=BRAM, tegenprestatie="1")))

    assert [row["tegenprestatie"] for row in gate.rows()] == ["2", "1"]


def test_a_right_that_is_there_twice_is_a_copy_and_two_that_differ_are_set_apart(bus, gate):
    assert gate.take(csv(bus, right(), right())).counts == Counts(2, 1, 0, 1)

    result = gate.take(csv(bus, right(), right(norm="1000")))

    assert result.counts == Counts(2, 0, 2, 0)
    assert {reason for reason, _ in why(result)} == {"sleutel_dubbel"}


def test_an_uitkering_without_a_person_and_an_attribute_given_twice_are_set_apart(bus, gate):
    content = xml(bus, (right(),)).decode()
    empty = "<uitkering><statistiekcode>01</statistiekcode></uitkering>"
    twice = content.replace("</levering>", empty + "</levering>").replace(
        "<statistiekcode>01</statistiekcode><leefvorm>",
        "<statistiekcode>01</statistiekcode><statistiekcode>02</statistiekcode><leefvorm>",
    )

    result = gate.take(twice.encode())

    assert result.counts == Counts(2, 0, 2, 0)
    assert why(result) == [
        ("code_onbekend", "statistiekcode"),
        ("uitkering_zonder_persoon", ""),
    ]


def test_a_short_line_is_set_apart(bus, gate):
    content = csv(bus, right(), right(bsn=BRAM)).replace(b"\r\n", b"\r\n2026;03\r\n", 1)

    assert why(gate.take(content)) == [("aantal_velden", "")]


# --- what is refused --------------------------------------------------------------------------


def refused(bus: Contract, content: bytes) -> str:
    reader = reader_for(bus)
    with pytest.raises(Refused) as caught:
        reader.units(io.BytesIO(content))
    return caught.value.code


def test_files_that_are_no_bus_are_refused(bus):
    table, message = csv(bus, right()), xml(bus, (right(),))
    header = table.split(b"\r\n", 1)

    assert refused(bus, b"") == "leeg_bestand"
    assert refused(bus, header[0] + b"\r\n") == "alleen_kopregel"
    assert refused(bus, table.decode("utf-8-sig").encode("utf-16")) == "codering"
    assert refused(bus, table.replace(b"LEEFVORM;", b"VORM;")) == "kolom_ontbreekt"
    assert refused(bus, header[0] + b";NAAM\r\n" + header[1]) == "kolom_onbekend"
    assert refused(bus, header[0] + b";LEEFVORM\r\n" + header[1]) == "kolom_dubbel"
    assert refused(bus, table.replace(b"U-1001", b'"U-1001')) == "aanhalingsteken_open"
    assert refused(bus, message[:-20]) == "xml_onleesbaar"
    assert refused(bus, b"<?xml version='1.0' encoding='klingon'?><levering/>") == "codering"
    assert refused(bus, b"<!DOCTYPE bus [<!ENTITY a 'b'>]>" + message) == "xml_dtd"
    assert refused(bus, b"<onzin><persoon/></onzin>") == "xml_ander_bericht"
    assert refused(bus, zipped(message, b"<onzin/>")) == "xml_ander_bericht"
    two = xml(bus, (right(), right(bsn=BRAM)))
    moved = two.replace(b"<persoon>", b"<x><persoon>").replace(b"</persoon>", b"</persoon></x>")
    assert refused(bus, moved) == "telling_wijkt_af"


# --- Suwinet ----------------------------------------------------------------------------------


def test_an_answer_of_suwinet_gives_rights_with_dates_and_no_amounts(gate):
    given = answer(
        ANNA,
        DECISION,
        relation("PW", "20250110", partner=BRAM),
        relation("IOAW", "20200101", "20211231"),
        payment("20260212", "c"),
    )
    other = answer(BRAM, relation("PW", "20250110", partner=ANNA))

    result = gate.take(zipped(given.encode(), other.encode()))

    assert result.counts == Counts(4, 4, 0, 0)
    told = [
        (r["statistiekcode"], r["datum_aanvang"], r["datum_einde"], r["aantal_kostendelers"])
        for r in gate.rows()
    ]
    assert told == [
        ("01", "20250110", None, "2"),
        ("02", "20200101", "20211231", "2"),
        ("12", "20260212", "20260212", None),
        ("01", "20250110", None, "2"),
    ]
    rows = gate.rows()
    assert rows[0]["uitkering"] == rows[3]["uitkering"] != rows[1]["uitkering"]
    assert rows[2]["cluster_bijzondere_bijstand"] == "c"
    assert {row["betaald_bedrag"] for row in rows} == {None}


def test_an_answer_with_an_error_is_set_apart_and_one_without_rights_has_none(gate):
    result = gate.take(zipped(FAILED.encode(), answer(ANNA, DECISION).encode()))

    assert result.counts == Counts(1, 0, 1, 0)
    assert why(result) == [("antwoord_met_fout", "")]


def test_a_law_that_nobody_knows_is_set_apart(gate):
    result = gate.take(answer(ANNA, relation("WWIK", "20250110")).encode())

    assert why(result) == [("code_onbekend", "statistiekcode")]


def test_another_service_of_suwinet_is_refused(bus):
    other = answer(ANNA, payment("20260212")).replace("Bijstandsregelingen/v", "Iets/v")

    assert refused(bus, other.encode()) == "xml_ander_bericht"


# --- mending ----------------------------------------------------------------------------------


def exported(bus: Contract, content: bytes) -> list[tuple[Place, bytes]]:
    reader, source = reader_for(bus), io.BytesIO(content)
    reader.count(source)
    chunk = next(iter(reader.read(source)))
    table = chunk.tables["recht"]
    at = zip(*(table.column(n).to_pylist() for n in ("bericht", "eenheid", "regel")), strict=True)
    places = [Place(*each) for each in at] + [broken.place for broken in chunk.broken]
    return list(reader.extract(source, sorted(places, key=lambda place: place.unit)))


def spliced(bus: Contract, content: bytes, mended: Mapping[Place, bytes]) -> bytes:
    target = io.BytesIO()
    reader_for(bus).splice(io.BytesIO(content), mended, target)
    return target.getvalue()


def test_what_was_exported_put_back_as_it_was_gives_the_same_rights(bus, gate):
    partner = right(bsn=BRAM)
    suwi = answer(ANNA, DECISION, relation("PW", "20250110"), payment("20260212"))
    for content in (
        csv(bus, right(), partner),
        xml(bus, (right(), partner), (right(registratienummer="U-2", bsn=CEES),)),
        zipped(xml(bus, (right(), partner)), suwi.encode(), FAILED.encode()),
    ):
        before = gate.take(content)
        rows = gate.content()
        units = dict(exported(bus, content))

        again = spliced(bus, content, units)

        assert len(units) == before.counts.source
        assert gate.take(again).counts == before.counts
        assert gate.content() == rows
        assert spliced(bus, again, dict(exported(bus, again))) == again


def test_each_export_is_a_file_of_its_own(bus, gate):
    content = xml(bus, (right(), right(bsn=BRAM)), (right(registratienummer="U-2", bsn=CEES),))
    gate.take(content)
    rows = gate.content()

    alone = []
    for _, unit in exported(bus, content):
        file = reader_for(bus).alone(io.BytesIO(content), unit)
        assert gate.take(file).counts == Counts(1, 1, 0, 0)
        alone += gate.content()

    assert sorted(alone, key=str) == rows


def test_a_mended_attribute_of_the_uitkering_touches_no_other_person(bus, gate):
    wrong = right(bsn=FAILS_ELEVEN)
    content = xml(bus, (right(), wrong), (right(registratienummer="U-2", bsn=CEES),))
    place, unit = exported(bus, content)[1]

    in_place = unit.replace(FAILS_ELEVEN.encode(), BRAM.encode())
    assert gate.take(spliced(bus, content, {place: in_place})).counts == Counts(3, 3, 0, 0)
    assert len({row["uitkering"] for row in gate.rows()}) == 2
    elsewhere = in_place.replace(b"U-1001", b"U-3")
    assert gate.take(spliced(bus, content, {place: elsewhere})).counts == Counts(3, 3, 0, 0)
    assert len({row["uitkering"] for row in gate.rows()}) == 3


def test_a_mended_answer_of_suwinet_takes_its_right_along(bus, gate):
    content = answer(FAILS_ELEVEN, relation("PW", "20250110"), payment("20260212")).encode()
    (first, one), (second, other) = exported(bus, content)
    mended = one.replace(FAILS_ELEVEN.encode(), ANNA.encode())

    result = gate.take(spliced(bus, content, {first: mended}))

    assert result.counts == Counts(2, 1, 1, 0)
    assert gate.rows()[0]["datum_aanvang"] == "20250110"
    both = {first: mended, second: other.replace(FAILS_ELEVEN.encode(), ANNA.encode())}
    assert gate.take(spliced(bus, content, both)).counts == Counts(2, 2, 0, 0)


def test_an_uitkering_to_which_its_person_was_added_is_taken_in(bus, gate):
    content = xml(bus, (right(),), (right(registratienummer="U-2", bsn=BRAM),)).decode()
    whole = content[content.rindex("<persoon>") : content.rindex("</uitkering>")]
    broken = content.replace(whole, "").encode()
    place, unit = exported(bus, broken)[1]

    added = unit.replace(b"</uitkering>", whole.encode() + b"</uitkering>")
    again = spliced(bus, broken, {place: added})

    assert gate.take(again).counts == Counts(2, 2, 0, 0)


@pytest.mark.parametrize("change", [lambda u: b"", lambda u: b"<bus/>", lambda u: u + b"<x/>"])
def test_a_mended_unit_that_is_something_else_is_not_put_back(bus, change):
    content = xml(bus, (right(),))
    place, unit = exported(bus, content)[0]

    with pytest.raises(Unmendable):
        spliced(bus, content, {place: change(unit)})


# --- hostile input ----------------------------------------------------------------------------


def damaged(draw: Any, content: bytes) -> bytes:
    data = bytearray(content)
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, max(len(data) - 1, 0)))
        kind = draw(st.sampled_from(["cut", "flip", "insert", "repeat"]))
        if kind == "cut":
            del data[at : at + draw(st.integers(1, 40))]
        elif kind == "flip" and data:
            data[at] = draw(st.integers(0, 255))
        elif kind == "insert":
            data[at:at] = draw(st.binary(max_size=12))
        else:
            data[at:at] = data[at : at + 60]
    return bytes(data)


@st.composite
def hostile(draw: Any, contract: Contract) -> bytes:
    partner = right(bsn=BRAM)
    plain = draw(
        st.sampled_from(
            [
                csv(contract, right(), partner),
                xml(contract, (right(), partner), (right(registratienummer="U-2"),)),
                zipped(xml(contract, (right(),)), answer(ANNA, payment("20260212")).encode()),
                answer(ANNA, relation("PW", "20250110"), payment("20260212")).encode(),
                b"",
            ]
        )
    )
    return damaged(draw, plain)


@FUZZ
@given(data=st.data())
def test_damaged_input_is_refused_or_read_and_nothing_else(bus, data):
    source = io.BytesIO(data.draw(hostile(bus)))
    reader = reader_for(bus)
    said = ""
    try:
        reader.units(source)
        list(reader.extract(source, [Place(0, number, number) for number in range(1, 4)]))
    except Refused as verdict:
        said = str(verdict)

    assert ANNA not in said
    assert BRAM not in said
