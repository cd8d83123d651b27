"""The five responses of DUO at Suwinet: every enrolment and result, as other code reads them."""

import io
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.support import zipped
from warehouse.contracts import Contract
from warehouse.gate import GateResult, pass_through
from warehouse.keys import KERN, KeySet, bsn_messages

pytestmark = pytest.mark.real_input

KNOWN_LEVELS = {"VO-PRO", "VO-VMBO-BB", "VO-HAVO", "MBO-4", "HBO-BA", "HBO-MA"}


@pytest.fixture(scope="module")
def messages(real_input: Path) -> list[Path]:
    found = sorted((real_input / "suwinet" / "berichten").glob("DUODossierPersoonGSD_*.xml"))
    assert len(found) == 5
    return found


def clients(messages: list[Path]) -> Iterator[ET.Element]:
    for path in messages:
        client = ET.parse(path).getroot().find("ClientSuwi")
        assert client is not None
        yield client


def passed(
    contract: Contract, messages: list[Path], keys: KeySet, folder: Path
) -> tuple[GateResult, dict[str, list[dict[str, object]]]]:
    content = zipped(*(path.read_bytes() for path in messages))
    result = pass_through(contract, io.BytesIO(content), keys, "echt", folder / "raw")
    rows = {
        table.name: pq.read_table(folder / "raw" / f"{table.name}.parquet").to_pylist()
        for table in contract.raw_tables
    }
    return result, rows


def tokens(keys: KeySet, clients: Iterator[ET.Element]) -> dict[str, str]:
    numbers = [client.findtext("Burgerservicenr", "") for client in clients]
    made = keys.tokeniser(KERN, "bsn").encrypt(bsn_messages(pa.array(numbers))[0])
    return dict(zip(numbers, made.to_pylist(), strict=True))


def test_every_participation_is_an_enrolment(
    contracts: Mapping[str, Contract], messages: list[Path], keys: KeySet, tmp_path: Path
):
    result, rows = passed(contracts["duo_inschrijvingen"], messages, keys, tmp_path)

    names = tokens(keys, clients(messages))
    expected = Counter(
        (
            names[client.findtext("Burgerservicenr", "")],
            agreement.findtext("Brin/BrinNr"),
            agreement.findtext("DatInschrijvingOpleiding"),
            agreement.findtext("DatUitschrijvingOpleiding"),
            participation.findtext("DatBDeelnameOpleiding"),
            participation.findtext("DatEDeelnameOpleiding"),
            participation.findtext("InhoudDeelnameOpleidingDuo/CdNiveauOpleidingDuo"),
        )
        for client in clients(messages)
        for agreement in client.findall("Onderwijsovereenkomst")
        for participation in agreement.findall("DeelnameOpleidingGeregistrDuo")
    )
    found = Counter(
        (
            *(row["bsn_versleuteld"], row["brin"]),
            *(row["datum_inschrijving"], row["datum_uitschrijving"]),
            *(row["datum_aanvang_deelname"], row["datum_einde_deelname"], row["niveau_opleiding"]),
        )
        for row in rows["inschrijving"]
    )
    assert found == expected
    assert sum(expected.values()) == result.counts.source == result.counts.accepted
    assert rows["antwoord_zonder_inschrijving"] == []
    assert result.apart == []


def test_every_result_of_a_known_level_is_a_diploma_or_a_failure(
    contracts: Mapping[str, Contract], messages: list[Path], keys: KeySet, tmp_path: Path
):
    result, rows = passed(contracts["duo_diplomas"], messages, keys, tmp_path)

    names = tokens(keys, clients(messages))
    results = [
        (
            names[client.findtext("Burgerservicenr", "")],
            found.findtext("Brin/BrinNr"),
            found.findtext("InhoudResultaatOpleidingDuo/CdNiveauOpleidingDuo"),
            found.findtext("ResultaatExamen/DatResultaatExamen"),
            found.findtext("ResultaatExamen/CdResultaatExamen"),
            client.findtext("IndStartkwalificatieDuo"),
        )
        for client in clients(messages)
        for found in client.findall("ResultaatOpleidingGeregistrDuo")
    ]
    unknown = [result for result in results if result[2] not in KNOWN_LEVELS]
    silent = Counter(
        (names[client.findtext("Burgerservicenr", "")], client.findtext("IndStartkwalificatieDuo"))
        for client in clients(messages)
        if client.find("ResultaatOpleidingGeregistrDuo") is None
    )

    assert Counter(
        (
            *(row["bsn_versleuteld"], row["brin"], row["niveau_opleiding"]),
            *(row["datum_aanvang"], row["uitslag"], row["indicatie_startkwalificatie"]),
        )
        for row in rows["diploma"]
    ) == Counter(result for result in results if result not in unknown)
    assert (
        Counter(
            (row["bsn_versleuteld"], row["indicatie_startkwalificatie"])
            for row in rows["antwoord_zonder_diploma"]
        )
        == silent
    )
    assert Counter(apart.reason for apart in result.apart) == {"code_onbekend": len(unknown)}
    counts = result.counts
    assert counts.source == len(results) + sum(silent.values())
    assert counts.accepted + counts.quarantined + counts.duplicate == counts.source
