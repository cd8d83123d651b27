"""The answers of UWV, the SVB and the BRP as Suwinet gives them, through one reader.

What must come out is computed here with `xml.etree` from the files themselves.
"""

import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.real_input.test_den_haag import passes_eleven_test
from tests.support import zipped
from tests.unit.test_gate import Gate
from warehouse.contracts import Contract
from warehouse.keys import KeySet

pytestmark = pytest.mark.real_input

SERVICES = {
    "UWV": "UWVDossierInkomstenGSD_*.xml",
    "SVB": "SVBDossierPersoonGSD_*.xml",
    "BRP": "BRPDossierPersoonGSD_*.xml",
}


def files(real_input: Path, service: str) -> list[Path]:
    return sorted((real_input / "suwinet" / "berichten").glob(SERVICES[service]))


def clients(real_input: Path, service: str) -> list[ET.Element]:
    """The person whom each answer is about."""
    found = [ET.parse(path).getroot().find("{*}ClientSuwi") for path in files(real_input, service)]
    return [client for client in found if client is not None]


def said(client: ET.Element, path: str) -> str:
    return (client.findtext("/".join(f"{{*}}{part}" for part in path.split("/"))) or "").strip()


@pytest.fixture(scope="module")
def suwinet(
    contracts: Mapping[str, Contract],
    keys: KeySet,
    real_input: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[Gate, Any]:
    """All answers in one zip, through the gate."""
    gate = Gate(contracts["suwinet_inkomsten"], keys, tmp_path_factory.mktemp("gate") / "raw")
    paths = [path for service in SERVICES for path in files(real_input, service)]
    return gate, gate.take(zipped(*(path.read_bytes() for path in paths)))


def test_every_answer_of_every_service_is_taken_in(suwinet, real_input):
    gate, result = suwinet
    statements = sum(
        len(client.findall(f"{{*}}{relation}/{{*}}{statement}"))
        for service, relation, statement in (
            ("UWV", "Inkomstenverhouding", "Inkomstenopgave"),
            ("SVB", "Uitkeringsverhouding", "Uitkeringsperiode"),
        )
        for client in clients(real_input, service)
    )

    numbers = {
        service: [said(client, "Burgerservicenr") for client in clients(real_input, service)]
        for service in SERVICES
    }
    wrong = [n for found in numbers.values() for n in found if not passes_eleven_test(n)]
    assert Counter(row["dienst"] for row in gate.rows("antwoord")) == {
        service: sum(map(passes_eleven_test, found)) for service, found in numbers.items()
    }
    assert (len(files(real_input, "SVB")), len(files(real_input, "BRP"))) == (3, 23)
    assert result.counts.source == statements + 23
    assert result.counts.accepted == result.counts.source - len(wrong)
    # One answer of the BRP names a number that cannot be.
    assert [apart.reason for apart in result.apart] == ["bsn_elfproef"] * len(wrong)
    assert len(wrong) == 1


def test_the_benefits_of_the_svb_are_equal_to_the_cent(suwinet, real_input):
    gate, _ = suwinet
    expected = Counter(
        (
            said(benefit, "SzWet/CdSzWet"),
            said(period, "DatBUitkeringsperiode"),
            said(period, "BrutoUitkeringsbedr/WaardeBedr"),
            said(period, "NettoUitkeringsbedr/WaardeBedr"),
        )
        for client in clients(real_input, "SVB")
        for benefit in client.findall("{*}Uitkeringsverhouding")
        for period in benefit.findall("{*}Uitkeringsperiode")
    )

    assert expected
    assert expected == Counter(
        (row["wet"], row["datum_aanvang"], row["loon_sv"], row["netto"])
        for row in gate.rows("inkomstenopgave")
        if row["wet"]
    )


def test_birth_dates_are_those_of_the_answers(suwinet, real_input):
    gate, _ = suwinet
    for service in ("SVB", "BRP"):
        expected = {
            said(client, "Burgerservicenr"): said(client, "Geboortedat")
            for client in clients(real_input, service)
            if passes_eleven_test(said(client, "Burgerservicenr"))
        }
        tokens = dict(zip(gate.tokens(*expected), expected.values(), strict=True))

        assert tokens == {
            row["bsn_versleuteld"]: row["geboortedatum"]
            for row in gate.rows("antwoord")
            if row["dienst"] == service
        }


def test_one_number_is_two_people_in_the_svb_and_the_brp(suwinet, real_input):
    """999997051: the SVB knows another birth date than the persoonslijst of that number."""
    gate, _ = suwinet
    [token] = gate.tokens("999997051")
    persons = (real_input / "brp" / "gbav_persoonslijsten.csv").read_text("utf-8-sig").splitlines()
    header = persons[0].split(";")
    number, birth = header.index("01.01.20"), header.index("01.03.10")
    [brp] = {row[birth] for line in persons if (row := line.split(";"))[number] == "999997051"}

    known = {
        row["geboortedatum"] for row in gate.rows("antwoord") if row["bsn_versleuteld"] == token
    } - {None}

    assert (known, brp) == ({"19630911"}, "19590213")
