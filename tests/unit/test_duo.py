"""DUO's deliveries: what is a unit of a response or a table, what is set apart, what is refused."""

import io
from collections import Counter
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support import ANNA, BRAM, CEES, DIRK, FAILS_ELEVEN, zipped
from warehouse.contracts import Contract
from warehouse.gate import GateResult, pass_through
from warehouse.keys import KeySet
from warehouse.readers import reader_for, suwiml_duo
from warehouse.readers.base import Place, Refused
from warehouse.timeline import Known, changed

SUWIML_DUO = "http://bkwi.nl/SuwiML/Diensten/DUODossierPersoonGSD/v0300"
ENROLMENTS, DIPLOMAS, ABSENCE = "duo_inschrijvingen", "duo_diplomas", "duo_verzuim"


def participation(level: str = "MBO-2", begin: str = "20240801", end: str = "") -> str:
    until = f"<DatEDeelnameOpleiding>{end}</DatEDeelnameOpleiding>" if end else ""
    return (
        f"<DeelnameOpleidingGeregistrDuo><DatBDeelnameOpleiding>{begin}</DatBDeelnameOpleiding>"
        f"{until}<InhoudDeelnameOpleidingDuo><CdNiveauOpleidingDuo>{level}</CdNiveauOpleidingDuo>"
        "</InhoudDeelnameOpleidingDuo></DeelnameOpleidingGeregistrDuo>"
    )


def agreement(*participations: str, brin: str = "01AA", begin: str = "20240801") -> str:
    return (
        f"<Onderwijsovereenkomst><Brin><BrinNr>{brin}</BrinNr></Brin>"
        f"<DatInschrijvingOpleiding>{begin}</DatInschrijvingOpleiding>"
        f"{''.join(participations)}</Onderwijsovereenkomst>"
    )


def result(
    level: str = "VO-HAVO", day: str = "20240701", year: str = "", outcome: str = "G"
) -> str:
    on = f"<DatResultaatExamen>{day}</DatResultaatExamen>" if day else ""
    within = f"<JaarAfgelegdExamen>{year}</JaarAfgelegdExamen>" if year else ""
    code = f"<CdResultaatExamen>{outcome}</CdResultaatExamen>" if outcome else ""
    return (
        "<ResultaatOpleidingGeregistrDuo><Brin><BrinNr>01AA</BrinNr></Brin>"
        f"<InhoudResultaatOpleidingDuo><CdNiveauOpleidingDuo>{level}</CdNiveauOpleidingDuo>"
        f"</InhoudResultaatOpleidingDuo><ResultaatExamen>{on}{code}{within}</ResultaatExamen>"
        "</ResultaatOpleidingGeregistrDuo>"
    )


def answer(number: str, *told: str, indication: str = "", before: str = "") -> str:
    about = f"<Burgerservicenr>{number}</Burgerservicenr>" if number else ""
    says = f"<IndStartkwalificatieDuo>{indication}</IndStartkwalificatieDuo>" if indication else ""
    return (
        f'<smls:DUOPersoonsInfoResponse xmlns:smls="{SUWIML_DUO}">{before}'
        f"<ClientSuwi>{about}{says}{''.join(told)}</ClientSuwi></smls:DUOPersoonsInfoResponse>"
    )


class Gate:
    """The deliveries of DUO, one key set, and a folder for what passes."""

    def __init__(self, contracts: Mapping[str, Contract], keys: KeySet, folder: Path) -> None:
        self.contracts = contracts
        self.keys = keys
        self.folder = folder

    def take(self, delivery: str, content: str | bytes) -> GateResult:
        data = content.encode() if isinstance(content, str) else content
        contract = self.contracts[delivery]
        taken = pass_through(contract, io.BytesIO(data), self.keys, "id", self.folder)
        counts = taken.counts
        assert counts.accepted + counts.quarantined + counts.duplicate == counts.source
        assert counts.source == reader_for(contract).units(io.BytesIO(data))
        return taken

    def rows(self, table: str) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = pq.read_table(self.folder / f"{table}.parquet").to_pylist()
        return rows

    def column(self, table: str, name: str) -> list[Any]:
        return [row[name] for row in self.rows(table)]


@pytest.fixture
def gate(contracts: Mapping[str, Contract], keys: KeySet, tmp_path: Path) -> Gate:
    return Gate(contracts, keys, tmp_path / "raw")


def why(taken: GateResult) -> Counter[tuple[str, str]]:
    return Counter((apart.reason, apart.field) for apart in taken.apart)


# Responses of Suwinet


def test_a_response_is_read_for_the_half_that_the_contract_is_about(gate):
    message = answer(
        ANNA,
        agreement(
            participation("VO-HAVO", "20190801", "20240731"),
            participation("VO-VWO", "20240801"),
            begin="20190801",
        ),
        result("VO-HAVO"),
        indication="1",
    )

    enrolled = gate.take(ENROLMENTS, message)
    assert (enrolled.counts.source, enrolled.counts.accepted) == (2, 2)
    assert gate.column("inschrijving", "niveau_opleiding") == ["VO-HAVO", "VO-VWO"]
    assert gate.column("inschrijving", "datum_inschrijving") == ["20190801"] * 2
    assert gate.column("inschrijving", "datum_aanvang_deelname") == ["20190801", "20240801"]
    assert gate.column("inschrijving", "datum_einde_deelname") == ["20240731", None]
    assert gate.column("inschrijving", "bekostigd") == [None, None]

    passed = gate.take(DIPLOMAS, message)
    assert (passed.counts.source, passed.counts.accepted) == (1, 1)
    [diploma] = gate.rows("diploma")
    assert (diploma["niveau_opleiding"], diploma["datum_aanvang"]) == ("VO-HAVO", "20240701")
    assert (diploma["uitslag"], diploma["indicatie_startkwalificatie"]) == ("G", "1")


def test_an_agreement_without_participation_is_an_enrolment_of_unknown_level(gate):
    taken = gate.take(ENROLMENTS, answer(ANNA, agreement(), agreement(participation())))

    assert taken.counts.accepted == 2
    assert gate.column("inschrijving", "niveau_opleiding") == [None, "MBO-2"]
    assert gate.column("inschrijving", "brin") == ["01AA", "01AA"]


def test_who_was_asked_and_has_nothing_is_a_unit_too(gate):
    message = zipped(answer(ANNA, indication="2"), answer(BRAM, result(), indication="1"))

    enrolled = gate.take(ENROLMENTS, message)
    assert enrolled.counts.accepted == 2
    assert len(gate.rows("antwoord_zonder_inschrijving")) == 2
    assert gate.rows("inschrijving") == []

    passed = gate.take(DIPLOMAS, message)
    assert passed.counts.accepted == 2
    assert gate.column("antwoord_zonder_diploma", "indicatie_startkwalificatie") == ["2"]


def test_a_response_about_nobody_or_with_an_error_is_set_apart(gate):
    nothing = (
        f'<DUOPersoonsInfoResponse xmlns="{SUWIML_DUO}"><NietsGevonden/></DUOPersoonsInfoResponse>'
    )
    error = answer(
        BRAM, agreement(participation()), before="<FWI><Fout><Code>1</Code></Fout></FWI>"
    )
    taken = gate.take(ENROLMENTS, zipped(nothing, error, answer(FAILS_ELEVEN, agreement())))

    assert taken.counts.quarantined == taken.counts.source == 3
    assert why(taken) == {
        ("bsn_ontbreekt", "bsn"): 1,
        ("antwoord_met_fout", ""): 1,
        ("bsn_elfproef", "bsn"): 1,
    }


def test_two_schools_in_one_agreement_leave_the_school_unknown(gate):
    both = agreement(participation()).replace(
        "</Brin>", "</Brin><Brin><BrinNr>02BB</BrinNr></Brin>", 1
    )
    taken = gate.take(ENROLMENTS, answer(ANNA, both))

    assert taken.counts.accepted == 1
    assert taken.emptied == {"inschrijving.brin": 1}
    assert gate.column("inschrijving", "brin") == [None]


def test_a_result_of_a_known_year_was_there_by_its_last_day(gate):
    taken = gate.take(
        DIPLOMAS,
        answer(
            ANNA,
            result("VO-HAVO", day="", year="2023"),
            result("VO-VWO", day="20240701", year="2024"),
            result("MBO-1", day="", year=""),
        ),
    )

    assert gate.column("diploma", "datum_aanvang") == ["20231231", "20240701"]
    assert why(taken) == {("verplicht_leeg", "datum_aanvang"): 1}


def test_a_result_without_outcome_or_of_an_unknown_level_is_set_apart(gate):
    taken = gate.take(DIPLOMAS, answer(ANNA, result(outcome=""), result("VO-MBO"), result()))

    assert taken.counts.accepted == 1
    assert why(taken) == {("patroon", "uitslag"): 1, ("code_onbekend", "niveau_opleiding"): 1}


def test_participations_of_one_person_are_told_apart_by_their_begin_and_copies_counted(gate):
    taken = gate.take(
        ENROLMENTS,
        answer(
            ANNA,
            agreement(
                participation("VO-PRO", "20220801", "20230731"),
                participation("VO-PRO", "20230801", "20240731"),
                participation("VO-PRO", "20230801", "20240731"),
            ),
        ),
    )

    counts = taken.counts
    assert (counts.source, counts.accepted, counts.duplicate) == (3, 2, 1)


def test_units_are_numbered_over_all_messages_and_cut_out_alone(contracts):
    content = zipped(
        answer(ANNA, agreement(participation(), participation("MBO-3")), result()),
        answer(BRAM),
    )
    reader = reader_for(contracts[ENROLMENTS])
    [chunk] = reader.read(io.BytesIO(content))
    assert chunk.tables["inschrijving"].column("eenheid").to_pylist() == [1, 2]
    assert chunk.tables["antwoord_zonder_inschrijving"].column("eenheid").to_pylist() == [3]

    [(_, second), (_, third)] = reader.extract(
        io.BytesIO(content), [Place(1, 2, 1), Place(2, 3, 1)]
    )
    assert b"MBO-3" in second
    assert b"MBO-2" not in second
    assert b"Resultaat" not in second
    assert ANNA.encode() in second
    assert BRAM.encode() in third
    again = reader_for(contracts[ENROLMENTS])
    assert again.units(io.BytesIO(again.alone(io.BytesIO(content), second))) == 1


def test_a_chunk_holds_whole_responses(contracts, monkeypatch):
    monkeypatch.setattr(suwiml_duo, "RESPONSES_PER_CHUNK", 2)
    content = zipped(*[answer(number, agreement()) for number in (ANNA, BRAM, CEES)])

    chunks = list(reader_for(contracts[ENROLMENTS]).read(io.BytesIO(content)))

    assert [chunk.tables["inschrijving"].num_rows for chunk in chunks] == [2, 1]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "leeg_bestand"),
        (answer(ANNA, agreement())[:-20], "xml_onleesbaar"),
        ("<UWVPersoonsIkvInfoResponse/>", "xml_ander_bericht"),
        ('<DUOPersoonsInfoResponse xmlns="http://elders/"/>', "xml_ander_bericht"),
        (f"<!DOCTYPE a [<!ENTITY b 'c'>]>{answer(ANNA)}", "xml_dtd"),
        (answer(ANNA).replace("ClientSuwi>", "Klant>").encode("utf-16"), None),
        (answer(ANNA, f"<Elders>{agreement(participation())}</Elders>"), "telling_wijkt_af"),
        (zipped(answer(ANNA), names=["../antwoord.xml"]), "zip_pad"),
        (zipped(answer(ANNA), "bsn\n"), "xml_onleesbaar"),
    ],
)
def test_what_is_not_the_message_is_refused(gate, content, code):
    if code is None:
        assert gate.take(ENROLMENTS, content).counts.quarantined == 1
        return
    with pytest.raises(Refused) as refused:
        gate.take(ENROLMENTS, content)
    assert refused.value.code == code
    assert ANNA not in str(refused.value)


# Tables

HEADER = (
    "bsn;onderwijsnummer;geboortedatum;brin;niveau;leerweg;leerjaar;bekostigd;"
    "datum_inschrijving;datum_uitschrijving;reden_uitschrijving"
)


def enrolment(
    number: str,
    *,
    brin: str = "01AA",
    level: str = "MBO-2",
    begin: str = "2025-08-01",
    end: str = "",
    reason: str = "",
    education: str = "",
) -> str:
    return f"{number};{education};2008-05-01;{brin};{level};BOL;1;J;{begin};{end};{reason}"


def csv(header: str, *lines: str) -> bytes:
    return "".join(f"{line}\r\n" for line in (header, *lines)).encode()


def test_enrolments_exemptions_and_totals_come_in_one_zip(gate):
    content = zipped(
        csv("rapportage;aantal", "A01;12", "A02;3", "A04;9"),
        csv(
            "bsn;geboortedatum;soort_vrijstelling;datum_aanvang;datum_einde",
            f"{BRAM};;5b;20250801;",
        ),
        csv(HEADER, enrolment(ANNA), enrolment(CEES, end="2026-01-31", reason="uitval")),
        names=["a", "b", "c"],
    )
    taken = gate.take(ENROLMENTS, content)

    assert (taken.counts.source, taken.counts.accepted) == (6, 6)
    assert gate.column("inschrijving", "datum_uitschrijving") == [None, "20260131"]
    assert gate.column("vrijstelling", "soort_vrijstelling") == ["5b"]
    assert gate.column("totaal", "aantal") == ["12", "3", "9"]
    assert "bsn_versleuteld" not in gate.rows("totaal")[0]
    assert "onderwijsnummer" not in gate.rows("inschrijving")[0]


def test_enrolments_alone_are_a_delivery(gate):
    taken = gate.take(ENROLMENTS, csv(HEADER, enrolment(ANNA)))

    assert taken.counts.accepted == 1
    assert gate.rows("vrijstelling") == gate.rows("totaal") == []


def test_who_has_only_an_education_number_cannot_be_linked(gate):
    """Registered by BSN and by education number: the second row waits until DUO has linked them."""
    content = csv(HEADER, enrolment(ANNA), enrolment("", education="100000009"))
    taken = gate.take(ENROLMENTS, content)

    assert taken.counts.accepted == 1
    assert why(taken) == {("bsn_ontbreekt", "bsn"): 1}
    assert b"100000009" not in b"".join(p.read_bytes() for p in gate.folder.iterdir())


def test_two_enrolments_of_one_person_are_no_double_key(gate):
    taken = gate.take(
        ENROLMENTS, csv(HEADER, enrolment(ANNA), enrolment(ANNA, brin="02BB", level="MBO-3"))
    )

    assert taken.counts.accepted == 2


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (enrolment(DIRK, level="MBO-5"), ("code_onbekend", "niveau_opleiding")),
        (enrolment(DIRK, begin="2025-02-30"), ("datum_ongeldig", "datum_inschrijving")),
        (enrolment(DIRK, begin=""), ("verplicht_leeg", "datum_inschrijving")),
        (enrolment(DIRK, end="01-02-2026"), ("datum_ongeldig", "datum_uitschrijving")),
        (enrolment("999999999"), ("bsn_onbekend", "bsn")),
        (enrolment(DIRK) + ";te veel", ("aantal_velden", "")),
    ],
)
def test_a_row_that_breaks_its_contract_is_set_apart_alone(gate, line, reason):
    taken = gate.take(ENROLMENTS, csv(HEADER, enrolment(ANNA), line))

    assert taken.counts.accepted == 1
    assert why(taken) == {reason: 1}


def test_an_unreadable_school_or_reason_leaves_the_enrolment(gate):
    taken = gate.take(
        ENROLMENTS, csv(HEADER, enrolment(ANNA, brin="1AA"), enrolment(BRAM, reason="weg"))
    )

    assert taken.counts.accepted == 2
    assert taken.emptied == {"inschrijving.brin": 1, "inschrijving.reden_uitschrijving": 1}


def test_a_diploma_on_a_list(gate):
    header = "bsn;geboortedatum;brin;opleidingscode;niveau;datum_diploma;uitslag"
    taken = gate.take(
        DIPLOMAS,
        csv(
            header,
            f"{ANNA};2005-01-01;01AA;25180;MBO-2;2025-07-04;G",
            f"{BRAM};2005-01-01;01AA;;VO-HAVO;2025-07-04;",
        ),
    )

    assert gate.column("diploma", "datum_aanvang") == ["20250704"]
    assert why(taken) == {("verplicht_leeg", "uitslag"): 1}


def test_a_report_of_absence_keeps_no_number_but_a_token(gate):
    header = (
        "bsn;geboortedatum;meldingsnummer;brin;soort_verzuim;status;datum_melding;"
        "datum_aanvang;datum_einde"
    )
    taken = gate.take(
        ABSENCE,
        csv(
            header,
            f"{ANNA};;1234567;01AA;langdurig relatief;In behandeling;20260110;20260105;",
            f"{ANNA};;1234568;01AA;luxeverzuim;Overgedragen aan derden;20260110;20260105;",
            f"{ANNA};;1234567;01AA;langdurig relatief;Afgesloten;20260110;20260105;20260120",
            f"{BRAM};;1234569;01AA;spijbelen;In behandeling;20260110;20260105;",
        ),
    )

    assert taken.counts.accepted == 1
    assert why(taken) == {
        ("sleutel_dubbel", "bsn"): 2,
        ("code_onbekend", "soort_verzuim"): 1,
    }
    [report] = gate.rows("verzuimmelding")
    assert report["melding"].startswith("dossier1.")
    assert "meldingsnummer" not in report


def test_no_report_of_absence_at_all_is_a_delivery(gate):
    header = "bsn;geboortedatum;meldingsnummer;brin;soort_verzuim;status;datum_melding;"

    taken = gate.take(ABSENCE, csv(header + "datum_aanvang;datum_einde"))

    assert taken.counts.source == 0
    assert gate.rows("verzuimmelding") == []


def test_mended_lines_go_back_and_an_answer_is_asked_again(contracts):
    reader = reader_for(contracts[ENROLMENTS])
    source = io.BytesIO(csv(HEADER, enrolment(ANNA), enrolment(BRAM)))
    [(place, unit)] = reader.extract(source, [Place(0, 2, 3)])
    target = io.BytesIO()
    reader.splice(source, {place: unit}, target)
    assert target.getvalue() == source.getvalue()

    with pytest.raises(Exception, match="cannot be offered again one by one"):
        reader.splice(io.BytesIO(answer(ANNA).encode()), {Place(0, 1, 1): b""}, io.BytesIO())


# Whatever comes

_WHOLE = (
    answer(ANNA, agreement(participation()), result(), indication="1").encode(),
    zipped(answer(ANNA, agreement()), answer(BRAM)),
    csv(HEADER, enrolment(ANNA), enrolment(BRAM)),
    zipped(csv(HEADER, enrolment(ANNA)), csv("rapportage;aantal", "A01;1")),
)


def _told(contract: Contract, content: bytes) -> str:
    """What is said of a file that is refused; nothing of one that is read."""
    source = io.BytesIO(content)
    reader = reader_for(contract)
    try:
        reader.count(source)
        list(reader.read(source))
    except Refused as refused:
        return str(refused)
    return ""


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from(_WHOLE),
    st.lists(st.tuples(st.integers(0, 3_000), st.binary(max_size=6)), max_size=4),
    st.integers(0, 3_000),
    st.sampled_from((ENROLMENTS, DIPLOMAS)),
)
def test_what_is_damaged_is_refused_or_read_and_never_breaks_the_reader(
    contracts, whole, changes, end, delivery
):
    damaged = bytearray(whole)
    for at, new in changes:
        damaged[at : at + len(new)] = new
    assert ANNA not in _told(contracts[delivery], bytes(damaged[: max(end, 1)]))


# A late diploma


def test_a_diploma_that_is_reported_late_opens_the_months_from_its_date(
    contracts: Mapping[str, Contract], keys: KeySet, tmp_path: Path
):
    """Delivered in May to August, April not; the list of August adds one of 15 June (A07)."""
    contract = contracts[DIPLOMAS]
    header = "bsn;geboortedatum;brin;niveau;datum_diploma;uitslag"
    known = f"{BRAM};;01AA;VO-HAVO;20240701;G"
    late = f"{ANNA};;01AA;MBO-2;20250615;G"
    lists = {5: (known,), 6: (known,), 7: (known,), 8: (known, late)}
    versions = []
    for number, (month, lines) in enumerate(lists.items(), 1):
        folder = tmp_path / str(month)
        source = io.BytesIO(csv(header, *lines))
        pass_through(contract, source, keys, str(month), folder)
        versions.append(Known(number, str(month), date(2025, month, 1), folder))
    *before, august = versions

    assert changed(contract, august, before) == [date(2025, month, 1) for month in (6, 7, 8)]
    assert changed(contract, before[-1], before[:-1]) == [date(2025, 7, 1)]
