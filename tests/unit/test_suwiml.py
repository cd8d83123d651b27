"""SuwiML beyond UWV: the benefits of the SVB and the identities of the BRP, and hostile answers."""

import io
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support import ANNA, BRAM, CEES, relation, response, statement, zipped
from tests.unit.test_gate import Gate
from tests.unit.test_readers import read, refusal, rows
from warehouse.contracts import Contract
from warehouse.keys import KeySet
from warehouse.readers import reader_for
from warehouse.readers.base import Place, Refused

SERVICES = "http://bkwi.nl/SuwiML/Diensten"


def money(element: str, cents: int | str, sign: str = "") -> str:
    """An amount as the SVB writes it: without a sign, unless there is one."""
    mark = f"<CdPositiefNegatief>{sign}</CdPositiefNegatief>" if sign else ""
    return (
        f"<{element}><CdMunteenheid>EUR</CdMunteenheid>{mark}<WaardeBedr>{cents}</WaardeBedr>"
        f"<CdUitkeringsperiode>1</CdUitkeringsperiode></{element}>"
    )


def period(begin: str, end: str, gross: int | str, net: int | str, sign: str = "") -> str:
    return (
        f"<Uitkeringsperiode><DatBUitkeringsperiode>{begin}</DatBUitkeringsperiode>"
        f"<DatEUitkeringsperiode>{end}</DatEUitkeringsperiode>"
        f"{money('BrutoUitkeringsbedr', gross, sign)}{money('NettoUitkeringsbedr', net, sign)}"
        "</Uitkeringsperiode>"
    )


def benefit(law: str, *periods: str, begin: str = "20240301") -> str:
    return (
        f"<Uitkeringsverhouding><DatBUitkeringsverhouding>{begin}</DatBUitkeringsverhouding>"
        f"<SzWet><CdSzWet>{law}</CdSzWet></SzWet>{''.join(periods)}</Uitkeringsverhouding>"
    )


def svb(number: str, *benefits: str, birth: str = "19580115") -> str:
    return (
        f'<n:SVBPersoonsInfoResponse xmlns:n="{SERVICES}/SVBDossierPersoonGSD/v0200"><ClientSuwi>'
        f"<Burgerservicenr>{number}</Burgerservicenr><Geboortedat>{birth}</Geboortedat>"
        f"{''.join(benefits)}</ClientSuwi></n:SVBPersoonsInfoResponse>"
    )


def brp(number: str, birth: str = "19580115") -> str:
    return (
        f'<n:AanvraagPersoonResponse xmlns:n="{SERVICES}/BRPDossierPersoonGSD/v0200"><ClientSuwi>'
        f"<Geboortedat>{birth}</Geboortedat><Burgerservicenr>{number}</Burgerservicenr>"
        f"<Ouder1><Geboortedat>19300101</Geboortedat><Burgerservicenr>{CEES}</Burgerservicenr>"
        "</Ouder1></ClientSuwi></n:AanvraagPersoonResponse>"
    )


JANUARY, FEBRUARY = ("20260101", "20260131"), ("20260201", "20260228")


@pytest.fixture(scope="module")
def reader(contracts: Mapping[str, Contract]):
    return reader_for(contracts["suwinet_inkomsten"])


@pytest.fixture
def gate(contracts: Mapping[str, Contract], keys: KeySet, tmp_path: Path) -> Gate:
    return Gate(contracts["suwinet_inkomsten"], keys, tmp_path / "raw")


def test_a_benefit_of_the_svb_is_a_statement_of_income_with_its_net_amount(reader):
    message = svb(
        ANNA,
        benefit("AOW", period(*JANUARY, 163780, 155012), period(*FEBRUARY, 163780, 155012)),
        benefit("AIO", period(*JANUARY, 12000, 7900), begin="20250101"),
    )

    chunks = read(message.encode(), reader)

    answer = rows(chunks, "antwoord")[0]
    assert (answer["dienst"], answer["bsn"], answer["geboortedatum"]) == ("SVB", ANNA, "19580115")
    assert (answer["periode_van"], answer["periode_tot"]) == ("2026-01", "2026-02")
    assert [
        (
            o["eenheid"],
            o["wet"],
            o["datum_aanvang_ikv"],
            o["datum_aanvang"],
            o["loon_sv"],
            o["netto"],
        )
        for o in rows(chunks, "inkomstenopgave")
    ] == [
        (1, "AOW", "20240301", "20260101", "163780", "155012"),
        (2, "AOW", "20240301", "20260201", "163780", "155012"),
        (3, "AIO", "20250101", "20260101", "12000", "7900"),
    ]


@pytest.mark.parametrize(
    ("sign", "cents", "read_as"),
    [("", "100", "100"), ("+", "100", "100"), ("-", "100", "-100"), ("*", "100", "?")],
)
def test_the_svb_need_not_give_a_sign(reader, sign, cents, read_as):
    message = svb(ANNA, benefit("AOW", period(*JANUARY, cents, 1, sign)))

    assert rows(read(message.encode(), reader), "inkomstenopgave")[0]["loon_sv"] == read_as


def test_an_answer_of_the_brp_is_one_unit_that_says_who_it_is_about(reader):
    chunks = read(brp(ANNA).encode(), reader)

    answer = rows(chunks, "antwoord")[0]
    assert (answer["dienst"], answer["bsn"], answer["geboortedatum"]) == ("BRP", ANNA, "19580115")
    assert rows(chunks, "inkomstenopgave") == []


@pytest.mark.parametrize(("second", "known_as"), [(ANNA, ANNA), (BRAM, "?")])
def test_an_answer_that_names_its_person_twice_must_name_the_same(reader, second, known_as):
    client = brp(second).split('v0200">')[1].split("</n:")[0]
    message = brp(ANNA).replace("</ClientSuwi></n:", f"</ClientSuwi>{client}</n:")

    assert rows(read(message.encode(), reader), "antwoord")[0]["bsn"] == known_as


def test_the_services_stand_side_by_side_in_one_zip(gate):
    uwv = response(ANNA, relation(statement(*JANUARY, 250000)))
    both = zipped(uwv, svb(ANNA, benefit("AOW", period(*JANUARY, 100, 90))), brp(ANNA), svb(BRAM))

    counts = gate.take(both).counts

    assert (counts.source, counts.accepted, counts.quarantined) == (4, 4, 0)
    assert [(row["dienst"], row["aantal_opgaven"]) for row in gate.rows("antwoord")] == [
        ("UWV", "1"),
        ("SVB", "1"),
        ("BRP", "0"),
        ("SVB", "0"),
    ]
    relations = {row["inkomstenverhouding"] for row in gate.rows("inkomstenopgave")}
    assert len(relations) == 2
    assert None not in relations


def test_two_benefits_that_begin_on_one_day_are_two_relations(gate):
    gate.take(
        svb(
            ANNA,
            benefit("AOW", period(*JANUARY, 100, 90)),
            benefit("AIO", period(*JANUARY, 100, 90)),
        ).encode()
    )

    assert len({row["inkomstenverhouding"] for row in gate.rows("inkomstenopgave")}) == 2


def test_a_benefit_without_a_law_has_no_relation_to_be_counted_under(gate):
    result = gate.take(svb(ANNA, benefit("", period(*JANUARY, 100, 90))).encode())

    assert [(apart.reason, apart.field) for apart in result.apart] == [
        ("verplicht_leeg", "inkomstenverhouding")
    ]
    assert gate.rows("antwoord")[0]["aantal_quarantaine"] == "1"


def test_a_birth_date_that_cannot_be_is_left_open_and_the_income_stays(gate):
    counts = gate.take(
        svb(ANNA, benefit("AOW", period(*JANUARY, 1, 1)), birth="19583199").encode()
    ).counts

    assert counts.accepted == 1
    assert gate.rows("antwoord")[0]["geboortedatum"] is None


def test_a_statement_of_another_service_is_not_lost_in_silence(reader):
    strange = svb(ANNA, benefit("AOW", period(*JANUARY, 1, 1))).replace(
        "</ClientSuwi>", f"{relation(statement(*JANUARY, 1))}</ClientSuwi>"
    )

    assert refusal(strange.encode(), reader)[0] == "telling_wijkt_af"


def test_a_period_is_cut_out_mended_and_put_back_in_its_own_place(reader):
    message = svb(
        ANNA,
        benefit("AOW", period(*JANUARY, "12,50", 1), period(*FEBRUARY, 222, 2)),
        benefit("AIO", period(*JANUARY, 333, 3)),
    )
    source = io.BytesIO(zipped(response(BRAM), message))
    [(place, unit)] = reader.extract(source, [Place(2, 2, 0)])

    assert unit.count(b"<Uitkeringsperiode>") == 1
    assert b"AIO" not in unit
    target = io.BytesIO()
    reader.splice(source, {place: unit.replace(b"12,50", b"1250")}, target)

    assert [row["loon_sv"] for row in rows(read(target.getvalue(), reader), "inkomstenopgave")] == [
        "1250",
        "222",
        "333",
    ]


@settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
def test_whatever_is_changed_in_an_answer_it_is_read_or_refused(reader, data):
    """A bounded fuzz run: bytes cut, doubled or replaced, alone or in a zip."""
    content = bytearray(
        data.draw(
            st.sampled_from(
                [
                    response(ANNA, relation(statement(*JANUARY, 250000))).encode(),
                    svb(ANNA, benefit("AOW", period(*JANUARY, 100, 90))).encode(),
                    brp(ANNA).encode(),
                    zipped(response(ANNA), svb(BRAM)),
                ]
            )
        )
    )
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(content) - 1))
        until = data.draw(st.integers(at, min(len(content), at + 40)))
        new = data.draw(
            st.one_of(
                st.binary(max_size=8),
                st.sampled_from([b"<ClientSuwi>", b"<!DOCTYPE a>", b"&a;", b"<!-- -->", b"]]>"]),
                st.just(bytes(content[at:until]) * 2),
            )
        )
        content[at:until] = new
        if not content:
            return
    source = io.BytesIO(bytes(content))
    try:
        said = str(reader.units(source))
    except Refused as refused:
        said = str(refused)
    assert ANNA not in said
    assert BRAM not in said
