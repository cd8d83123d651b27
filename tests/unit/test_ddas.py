"""DDAS at the gate: one form for every version, who is a unit, what is set apart and refused."""

import contextlib
import io
import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support import ANNA, BOM, BRAM, CEES, DIRK, EVA, FAILS_ELEVEN, zipped
from warehouse.contracts import Contract
from warehouse.gate import GateResult, pass_through
from warehouse.keys import KeySet
from warehouse.ledger import Counts
from warehouse.readers import ddas, reader_for
from warehouse.readers.base import Place, Reader, Refused, Unmendable

HERE = "GM0479"


def client(bsn: str | None = ANNA, **more: Any) -> dict[str, Any]:
    return {"Burgerservicenummer": bsn, "Geboortedatum": "1980-05-01", **more}


def traject(*clients: Any, **more: Any) -> dict[str, Any]:
    return {
        "gemeentecode": HERE,
        "startdatum": "2026-01-10",
        "client": list(clients or [client()]),
        **more,
    }


def delivery(**arrays: Any) -> dict[str, Any]:
    return {
        "teller": 1,
        "aanleverende_organisatie": {
            "(Statutaire) Naam": "Schuldhulp",
            "KvK-nummer": "12345678",
            "contactpersonen": [{"naam": "Jan", "email": "jan@voorbeeld.nl"}],
        },
        **arrays,
    }


def file(*deliveries: Any, **more: Any) -> dict[str, Any]:
    return {
        "startdatumLevering": "2026-01-01",
        "einddatumLevering": "2026-01-31",
        "aanleverdatumEnTijd": "2026-02-03T10:00:00Z",
        "codeGegevensleverancier": "X",
        "leveringen": list(deliveries),
        **more,
    }


def trajects(*items: Any) -> bytes:
    return json.dumps(file(delivery(schuldhulptrajecten=list(items)))).encode()


def signal(number: Any = "VS-1", bsn: str | None = ANNA, **more: Any) -> dict[str, Any]:
    return {
        "ID": number,
        "signaaldatum": "2026-01-05",
        "bedrag": 450,
        "status": "Nog niet opgepakt",
        "signaalpartner": {"type": "Energie"},
        "client": client(bsn),
        **more,
    }


def case(*signals: str, **more: Any) -> dict[str, Any]:
    return {"vroegsignalen": [{"ID": name} for name in signals], **more}


def signals(*items: Any, cases: Any = (), gemeente: Any = "0479") -> bytes:
    inner = delivery(
        gemeentecode=gemeente, vroegsignalen=list(items), vroegsignaalzaken=list(cases)
    )
    return json.dumps(file(inner)).encode()


class Gate:
    def __init__(self, contract: Contract, keys: KeySet, folder: Path) -> None:
        self.contract, self.keys, self.folder = contract, keys, folder

    def take(self, content: bytes, gemeente: str = HERE) -> GateResult:
        source = io.BytesIO(content)
        return pass_through(self.contract, source, self.keys, "id", self.folder, gemeente=gemeente)

    def rows(self, table: str) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = pq.read_table(self.folder / f"{table}.parquet").to_pylist()
        return rows

    def values(self, table: str, *names: str) -> list[tuple[Any, ...]]:
        return [tuple(row[name] for name in names) for row in self.rows(table)]


@pytest.fixture
def debts(contracts: Mapping[str, Contract], keys: KeySet, tmp_path: Path) -> Gate:
    return Gate(contracts["schuldhulp_ddas"], keys, tmp_path / "raw")


@pytest.fixture
def early(contracts: Mapping[str, Contract], keys: KeySet, tmp_path: Path) -> Gate:
    return Gate(contracts["vroegsignalen"], keys, tmp_path / "raw")


@pytest.fixture(scope="module")
def reader(contracts: Mapping[str, Contract]) -> Reader:
    return reader_for(contracts["schuldhulp_ddas"])


def why(result: GateResult) -> list[tuple[int, str, str]]:
    return sorted((apart.place.unit, apart.reason, apart.field) for apart in result.apart)


# --- one form for every version ---------------------------------------------------------------


def test_old_and_new_names_give_the_same_rows(debts):
    old = trajects(
        traject(
            client(ANNA, Geslachtsaanduiding="Vrouw", Postcode="1500AA", Huisnummer="1"),
            totaalSchuldbedragBijAanvangSchuld=10000,
            aanmelding={"startdatum": "2026-01-02", "crisisinterventie": True},
            intake={"beschikkingssoort": "Toewijzingsbeschikking"},
            uitstroom={"reden": "Zelfstandig verder"},
        )
    )
    new = json.dumps(
        file(
            {
                "teller": 1,
                "aanleverendeOrganisatie": {"naam": "S", "kvkNummer": "12345678"},
                "schuldhulpTrajecten": [
                    {
                        "gemeenteCode": "0479",
                        "startDatum": "2026-01-10",
                        "totaalSchuldbedragBijAanvangSchuld": 10000,
                        "aanmelding": {"startdatum": "2026-01-02", "crisisInterventie": True},
                        "intake": {"beschikkingssoort": "Toelatingsbeschikking"},
                        "uitstroom": {"reden": "Zelf"},
                        "client": [
                            {
                                "burgerservicenummer": ANNA,
                                "geboortedatum": "1980-05-01",
                                "geslachtsaanduiding": "Vrouw",
                            }
                        ],
                    }
                ],
            }
        )
    ).encode()

    debts.take(old)
    before = debts.rows("deelname")
    debts.take(new)

    assert debts.rows("deelname") == before
    (row,) = before
    assert {name: row[name] for name in ("rol", "aanvang", "startdatum", "geboortedatum")} == {
        "rol": "client",
        "aanvang": "20260102",
        "startdatum": "20260110",
        "geboortedatum": "19800501",
    }
    assert (row["crisisinterventie"], row["schuldbedrag"]) == ("J", "10000")
    assert (row["beschikkingssoort"], row["reden_uitstroom"]) == ("Toelatingsbeschikking", "Zelf")
    assert (row["gemeentecode"], row["organisatie_kvk"]) == (HERE, "12345678")
    assert (row["startdatum_levering"], row["einddatum_levering"]) == ("20260101", "20260131")


def test_every_version_of_a_zaak_gives_the_words_of_the_newest(early):
    old = case(
        "VS-1",
        resultaat="Verwijzing zonder contact",
        startdatum_matchtingperiode="2026-01-01",
        einddatum_matchingperiode="2026-01-31",
        datum_opgepakt="2026-01-09",
    )
    newer = case(
        "VS-1",
        resultaat="Verwijzing zonder toestemming",
        startdatumMatchtingperiode="2026-01-01",
        einddatumMatchingperiode="2026-01-31",
        datumOpgepakt="2026-01-09",
    )
    newest = case(
        "VS-1",
        resultaat="Verwijzing zonder tussenkomst inwoner",
        startdatumMatchingperiode="2026-01-01",
        einddatumMatchingperiode="2026-01-31",
        datumOpgepakt="2026-01-09",
    )
    found = []
    for written in (old, newer, newest):
        assert early.take(signals(signal(), cases=[written])).counts.accepted == 1
        found.append(early.rows("zaak"))

    assert found[0] == found[1] == found[2]
    assert found[0][0]["resultaat"] == "Verwijzing zonder tussenkomst inwoner"
    assert found[0][0]["startdatum_matchingperiode"] == "20260101"


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("Burgerservicenummer", "burgerservicenummer"),
        ("(Statutaire) Naam", "naam"),
        ("contactpersoonen", "contactpersonen"),
        ("kvk-nummer", "kvknummer"),
        ("startdatum_matchtingperiode", "startdatummatchingperiode"),
        ("$schema", "schema"),
    ],
)
def test_a_name_is_known_by_its_letters(name, known):
    assert ddas.canonical(name) == known


# --- who is a unit ----------------------------------------------------------------------------


def test_client_and_partner_are_persons_of_their_own_who_know_of_each_other(debts):
    result = debts.take(trajects(traject(client(ANNA), client(BRAM)), traject(client(CEES))))

    assert result.counts == Counts(3, 3, 0, 0)
    rows = debts.rows("deelname")
    assert [row["rol"] for row in rows] == ["client", "partner", "client"]
    anna, bram, cees = rows
    assert anna["andere_bsn_versleuteld"] == bram["bsn_versleuteld"]
    assert bram["andere_bsn_versleuteld"] == anna["bsn_versleuteld"]
    assert cees["andere_bsn_versleuteld"] is None


def test_only_the_one_whose_number_is_wrong_is_set_apart(debts):
    result = debts.take(trajects(traject(client(ANNA), client(FAILS_ELEVEN))))

    assert result.counts == Counts(2, 1, 1, 0)
    assert why(result) == [(2, "bsn_elfproef", "bsn")]
    assert debts.values("deelname", "andere_bsn_versleuteld", "andere_bsn_ongeldig") == [
        (None, True)
    ]


def test_what_happened_in_a_traject_stands_with_each_of_its_persons(debts):
    shared = traject(
        client(ANNA),
        client(BRAM),
        begeleiding=[
            {"soort": "Budgetbeheer", "startdatum": "2026-01-11", "einddatum": None},
            {"soort": "Budgetcoaching"},
        ],
        schulden=[
            {
                "bedrag": 100,
                "schuldsoort": "Zorg",
                "peildatum": "2026-01-01",
                "zakelijkeSchuld": False,
                "schuldeiser": {"naam": "Piet", "privepersoon": True},
            }
        ],
        crisisinterventies=[{"startdatum": "2026-01-12"}],
        moratoria=[{"datumGoedkeuring": "2026-01-13"}],
        voorlopigeVoorzieningen=[{"einddatum": "2026-01-14"}],
    )
    debts.take(trajects(shared))

    assert debts.values("begeleiding", "eenheid", "soort", "startdatum", "einddatum") == [
        (unit, *rest)
        for unit in (1, 2)
        for rest in (("Budgetbeheer", "20260111", None), ("Budgetcoaching", None, None))
    ]
    assert debts.values("schuld", "bedrag", "soort", "zakelijk") == [("100", "Zorg", "N")] * 2
    assert len(debts.rows("crisis")) == len(debts.rows("moratorium")) == 2
    assert [row["einddatum"] for row in debts.rows("voorziening")] == ["20260114"] * 2


def test_the_traject_begins_with_the_first_step_that_has_a_date(debts):
    steps: list[dict[str, Any]] = [
        {"aanmelding": {"startdatum": "2026-01-03"}},
        {},
        {"startdatum": None, "informatieEnAdvies": {"startdatum": "2026-01-04"}},
        {"startdatum": None, "intake": {"startdatum": "2026-01-05"}},
        {"startdatum": None, "toekenningsdatum": "2026-01-06"},
    ]
    people = [ANNA, BRAM, CEES, DIRK, EVA]
    debts.take(
        trajects(*(traject(client(who), **step) for who, step in zip(people, steps, strict=True)))
    )

    found = [row["aanvang"] for row in debts.rows("deelname")]
    assert found == ["20260103", "20260110", "20260104", "20260105", "20260106"]


def test_a_signal_carries_each_zaak_that_names_it_with_its_attempts(early):
    attempts = [
        {"soort": "Telefoon", "bereikt": False, "datum": "2026-01-11", "dagdeel": "Ochtend"},
        {"soort": "Huisbezoek", "bereikt": True, "datum": "2026-01-13"},
    ]
    cases = [
        case("VS-1", "VS-2", resultaat="Inwoner is overleden", contactpogingen=attempts),
        case("VS-2", matchingsdatum="2026-01-20"),
    ]
    result = early.take(signals(signal("VS-1"), signal("VS-2", BRAM), cases=cases))

    assert result.counts == Counts(2, 2, 0, 0)
    assert early.values("zaak", "eenheid", "zaak", "resultaat", "matchingsdatum") == [
        (1, "1", "Inwoner is overleden", None),
        (2, "1", "Inwoner is overleden", None),
        (2, "2", None, "20260120"),
    ]
    assert early.values("contactpoging", "eenheid", "zaak", "soort", "bereikt", "dagdeel") == [
        (unit, "1", *rest)
        for unit in (1, 2)
        for rest in (("Telefoon", "N", "Ochtend"), ("Huisbezoek", "J", None))
    ]
    one, two = (row["signaal"] for row in early.rows("signaal"))
    assert one.startswith("dossier1.")
    assert one != two
    assert "VS-1" not in str(early.rows("signaal"))


def test_a_zaak_without_its_signal_is_a_unit_that_is_set_apart(early):
    result = early.take(signals(signal("VS-1"), cases=[case("VS-9"), case("VS-1"), {}]))

    assert result.counts == Counts(3, 1, 2, 0)
    assert why(result) == [(2, "zaak_zonder_signaal", ""), (3, "zaak_zonder_signaal", "")]


def test_a_month_in_which_nothing_happened_is_a_delivery(early, debts):
    assert early.take(signals()).counts == Counts(0, 0, 0, 0)
    assert debts.take(trajects()).counts == Counts(0, 0, 0, 0)


def test_several_leveringen_and_several_files_are_one_delivery(debts):
    two = json.dumps(
        file(
            delivery(schuldhulptrajecten=[traject(client(ANNA))]),
            delivery(schuldhulptrajecten=[traject(client(BRAM))], teller=2),
        )
    ).encode()

    result = debts.take(zipped(two, trajects(traject(client(CEES)), traject(client("1")))))

    assert result.counts == Counts(4, 3, 1, 0)
    assert debts.values("deelname", "bericht", "eenheid") == [(1, 1), (1, 2), (2, 3)]
    assert [(a.place.message, a.place.unit) for a in result.apart] == [(2, 4)]


# --- what is set apart ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("item", "reason", "name"),
    [
        (traject(client(None)), "bsn_ontbreekt", "bsn"),
        (traject(client("999999999")), "bsn_onbekend", "bsn"),
        (traject(client("000000000")), "bsn_ongeboren", "bsn"),
        (traject(client("12345678")), "bsn_lengte", "bsn"),
        (traject({}), "bsn_ontbreekt", ""),
        ({"gemeentecode": HERE, "startdatum": "2026-01-01"}, "bsn_ontbreekt", ""),
        (traject(gemeentecode="GM0363"), "gemeente_anders", "gemeentecode"),
        (traject(gemeentecode="0363"), "gemeente_anders", "gemeentecode"),
        (traject(gemeentecode="GM002"), "gemeente_anders", "gemeentecode"),
        (traject(gemeentecode=None), "verplicht_leeg", "gemeentecode"),
        (traject(startdatum=None), "verplicht_leeg", "aanvang"),
        (traject(startdatum="2026-02-30"), "datum_ongeldig", "aanvang"),
        (traject(einddatum="31-01-2026"), "datum_ongeldig", "einddatum"),
        (traject(einddatum=20260131), "datum_ongeldig", "einddatum"),
        (traject(einddatum=["2026-01-31"]), "datum_ongeldig", "einddatum"),
        (traject(totaalSchuldbedragBijAanvangSchuld="1.000,00"), "bedrag_ongeldig", "schuldbedrag"),
        (traject(totaalSchuldbedragBijAanvangSchuld=10**40), "bedrag_ongeldig", "schuldbedrag"),
        (traject(totaalSchuldbedragBijAanvangSchuld=1e300), "bedrag_ongeldig", "schuldbedrag"),
        (traject(totaalSchuldbedragBijAanvangSchuld=True), "bedrag_ongeldig", "schuldbedrag"),
        (traject(intake={"beschikkingssoort": "Anders"}), "code_onbekend", "beschikkingssoort"),
        (traject(aanmelding={"crisisinterventie": "ja"}), "code_onbekend", "crisisinterventie"),
        (traject(aanmelding="gisteren"), "datum_ongeldig", "aanvang"),
        (traject(begeleiding=[{"soort": "Nieuw"}]), "code_onbekend", "soort"),
        (traject(begeleiding=["Budgetbeheer"]), "code_onbekend", "soort"),
        ("geen traject", "patroon", ""),
        (None, "patroon", ""),
    ],
)
def test_what_breaks_the_contract_is_set_apart_and_the_rest_goes_on(debts, item, reason, name):
    result = debts.take(trajects(traject(client(BRAM)), item))

    assert result.counts == Counts(2, 1, 1, 0)
    assert [(a.reason, a.field) for a in result.apart] == [(reason, name)]


def test_a_third_client_is_nobody_the_model_knows(debts):
    result = debts.take(trajects(traject(client(ANNA), client(BRAM), client(CEES))))

    assert why(result) == [(3, "code_onbekend", "rol")]


def test_the_same_again_is_a_copy_and_another_traject_on_the_same_day_a_double_key(debts):
    result = debts.take(trajects(traject(), traject(), traject(client(BRAM))))
    assert result.counts == Counts(3, 2, 0, 1)

    other = traject(toekenningsdatum="2026-01-11")
    result = debts.take(trajects(traject(), other, traject(client(BRAM))))
    assert result.counts == Counts(3, 1, 2, 0)
    assert {apart.reason for apart in result.apart} == {"sleutel_dubbel"}


def test_without_a_gemeente_nothing_is_anothers(debts):
    assert debts.take(trajects(traject(gemeentecode="GM0363")), gemeente="").counts.accepted == 1


@pytest.mark.parametrize(
    ("item", "reason", "name"),
    [
        (signal(bsn=None), "bsn_ontbreekt", "bsn"),
        (signal(client={"postcode": "1500AA", "huisnummer": "1"}), "bsn_ontbreekt", "bsn"),
        (signal(signaaldatum=None), "verplicht_leeg", "signaaldatum"),
        (signal(number=""), "verplicht_leeg", "signaal_id"),
        (signal(number={"a": 1}), "kolom_onbekend", ""),
        (signal(number=["VS"]), "patroon", "signaal_id"),
        (signal(signaalpartner={"type": "Bakker"}), "code_onbekend", "partner"),
        (signal(signaalpartner=None), "verplicht_leeg", "partner"),
        (signal(status="Weg"), "code_onbekend", "status"),
        (signal(bedrag=1.005), "bedrag_ongeldig", "bedrag"),
    ],
)
def test_a_signal_that_breaks_its_contract_is_set_apart(early, item, reason, name):
    content = signals(signal("VS-0", BRAM), item)
    if reason == "kolom_onbekend":
        with pytest.raises(Refused) as refused:
            early.take(content)
        assert refused.value.code == reason
        return
    result = early.take(content)

    assert result.counts == Counts(2, 1, 1, 0)
    assert [(a.reason, a.field) for a in result.apart] == [(reason, name)]


def test_signals_for_another_gemeente_are_set_apart(early):
    result = early.take(signals(signal(), gemeente="0518"))

    assert why(result) == [(1, "gemeente_anders", "gemeentecode")]


def test_a_unit_goes_out_as_a_file_of_its_own(debts, early):
    content = trajects(traject(client(ANNA), client(FAILS_ELEVEN)), traject(client(CEES)))
    units = dict(reader_for(debts.contract).extract(io.BytesIO(content), [Place(0, 2, 1)]))
    (alone,) = (json.loads(text) for text in units.values())
    (held,) = alone["leveringen"]
    assert [one["Burgerservicenummer"] for one in held["schuldhulptrajecten"][0]["client"]] == [
        FAILS_ELEVEN
    ]
    assert ANNA not in str(alone)
    assert CEES not in str(alone)
    assert debts.take(next(iter(units.values()))).counts == Counts(1, 0, 1, 0)

    content = signals(
        signal("A"), signal("B", FAILS_ELEVEN), cases=[case("A"), case("B"), case("Z")]
    )
    places = [Place(0, 2, 1), Place(0, 3, 1)]
    for place, text in reader_for(early.contract).extract(io.BytesIO(content), places):
        assert place in places
        assert early.take(text).counts == Counts(1, 0, 1, 0)
        assert ANNA not in text.decode()


# --- what comes back --------------------------------------------------------------------------


def mend(gate: Gate, content: bytes, *changes: tuple[int, str, str]) -> bytes:
    """The file with some of its units mended: their number, and what becomes of which text."""
    reader, target = reader_for(gate.contract), io.BytesIO()
    places = [apart.place for apart in gate.take(content).apart]
    units = dict(reader.extract(io.BytesIO(content), places))
    mended = {}
    for number, old, new in changes:
        place = next(place for place in places if place.unit == number)
        assert old.encode() in units[place]
        mended[place] = units[place].replace(old.encode(), new.encode())
    for unit in mended.values():
        assert reader.units(io.BytesIO(reader.alone(io.BytesIO(content), unit))) == 1
    reader.splice(io.BytesIO(content), mended, target)
    assert reader.units(target) == reader.units(io.BytesIO(content))
    return target.getvalue()


def test_a_mended_number_joins_its_partner_again(debts):
    content = trajects(traject(client(ANNA), client(FAILS_ELEVEN)), traject(client(CEES)))

    mended = mend(debts, content, (2, FAILS_ELEVEN, BRAM))

    assert debts.take(mended).counts == Counts(3, 3, 0, 0)
    anna, bram, _ = debts.rows("deelname")
    assert anna["andere_bsn_versleuteld"] == bram["bsn_versleuteld"]
    assert json.loads(mended) == json.loads(content.replace(FAILS_ELEVEN.encode(), BRAM.encode()))


def test_a_traject_mended_for_both_stays_one_and_for_one_becomes_two(debts):
    content = trajects(traject(client(ANNA), client(BRAM), einddatum="31-1-2026"))
    right = "2026-01-31"

    both = mend(debts, content, (1, "31-1-2026", right), (2, "31-1-2026", right))
    assert len(json.loads(both)["leveringen"][0]["schuldhulptrajecten"]) == 1
    assert debts.take(both).counts == Counts(2, 2, 0, 0)

    one = mend(debts, content, (2, "31-1-2026", right))
    assert len(json.loads(one)["leveringen"][0]["schuldhulptrajecten"]) == 2
    assert debts.take(one).counts == Counts(2, 1, 1, 0)


def test_a_traject_without_anybody_gets_its_client(debts):
    lonely = {"gemeentecode": HERE, "startdatum": "2026-01-01"}
    content = trajects(traject(client(ANNA)), lonely)

    begin = '"startdatum":"2026-01-01"'
    with_client = f'{begin},"client":[{{"Burgerservicenummer":"{BRAM}"}}]'
    mended = mend(debts, content, (2, begin, with_client))

    assert debts.take(mended).counts == Counts(2, 2, 0, 0)


def test_signals_and_zaken_come_back_in_a_zip(early):
    attempts = [{"soort": "Duif", "bereikt": True}]
    one = signals(
        signal("A", FAILS_ELEVEN),
        signal("B"),
        signal("C", BRAM),
        cases=[case("A", "C", contactpogingen=attempts), case("B")],
    )
    content = zipped(one, signals(signal("A", CEES, status="Weg")))

    mended = mend(
        early,
        content,
        (1, FAILS_ELEVEN, DIRK),
        (4, "Weg", "Opgepakt"),
    )
    assert why(early.take(mended)) == [
        (1, "code_onbekend", "soort"),
        (3, "code_onbekend", "soort"),
    ]

    mended = mend(early, content, (1, "Duif", "Brief"), (3, "Duif", "Brief"))
    assert why(early.take(mended)) == [(1, "bsn_elfproef", "bsn"), (4, "code_onbekend", "status")]


def test_what_is_not_one_units_cannot_be_mended_in_it(early, debts):
    with pytest.raises(Unmendable):
        mend(early, signals(signal(), gemeente="0518"), (1, "0518", "0479"))

    content = signals(signal("A"), signal("B", BRAM), cases=[case("A", "B", resultaat="Onzin")])
    died, gone = "Inwoner is overleden", "Geen reactie na eerder contact"
    with pytest.raises(Unmendable):
        mend(early, content, (1, "Onzin", died), (2, "Onzin", gone))

    content = trajects(traject(client(FAILS_ELEVEN)))
    (_, unit), *_ = reader_for(debts.contract).extract(io.BytesIO(content), [Place(0, 1, 1)])
    nobody = json.loads(unit)
    nobody["leveringen"][0]["schuldhulptrajecten"][0]["client"] = []
    with pytest.raises(Unmendable):
        reader_for(debts.contract).splice(
            io.BytesIO(content), {Place(0, 1, 1): json.dumps(nobody).encode()}, io.BytesIO()
        )


# --- what is refused --------------------------------------------------------------------------

GOOD = trajects(traject()).decode()


def refusal(content: bytes, reader: Reader) -> tuple[str, str]:
    with pytest.raises(Refused) as refused:
        reader.units(io.BytesIO(content))
    return refused.value.code, refused.value.place


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "leeg_bestand"),
        (b"{}", "json_onleesbaar"),
        (b'{"leveringen": []}', "json_onleesbaar"),
        (b"[]", "json_onleesbaar"),
        (b"null", "json_onleesbaar"),
        (b"bsn;naam", "json_onleesbaar"),
        (GOOD[:-20].encode(), "afgekapt"),
        (GOOD.encode()[:-1] + b"}}", "json_onleesbaar"),
        ((GOOD + GOOD).encode(), "json_onleesbaar"),
        (GOOD.encode("utf-16"), "codering"),
        (GOOD.replace("Jan", "Jané").encode("latin-1"), "codering"),
        (GOOD.replace("Jan", "J\0n").encode(), "nul_byte"),
        (GOOD.replace('"2026-01-10"', "NaN").encode(), "json_onleesbaar"),
        (GOOD.replace('"2026-01-10"', "Infinity").encode(), "json_onleesbaar"),
        (GOOD.replace('"2026-01-10"', "'2026'").encode(), "json_onleesbaar"),
        (GOOD.replace('"teller": 1', '"teller": 1, "teller": 2').encode(), "kolom_dubbel"),
        (GOOD.replace("Geboortedatum", "burgerServiceNummer").encode(), "kolom_dubbel"),
        (GOOD.replace("Geboortedatum", "Geboren").encode(), "kolom_onbekend"),
        (GOOD.replace('"teller"', '"tellers"').encode(), "kolom_onbekend"),
        (GOOD.replace('"startdatum":', '"begin":').encode(), "kolom_onbekend"),
        (GOOD.replace("startdatumLevering", "begin").encode(), "kolom_onbekend"),
        (GOOD.replace('"client": [', '"client": [[').replace("}]}]}]", "}]]}]}]").encode(), ""),
        (GOOD.replace('"client"', '"cli\\u0065nt"').encode(), "telling_wijkt_af"),
        (b'{"leveringen": ' + b"[" * 100_000, "json_onleesbaar"),
        (b'{"leveringen": [' + b'{"a":' * 40 + b"1" + b"}" * 40 + b"]}", "json_onleesbaar"),
        (zipped(), "zip_leeg"),
        (zipped(zipped(GOOD.encode())), "zip_genest"),
    ],
)
def test_hostile_or_damaged_json_is_refused(content, code, reader):
    found, place = refusal(content, reader)

    assert found == (code or "telling_wijkt_af")
    assert ANNA not in place


def test_a_byte_order_mark_is_no_part_of_it(debts):
    assert debts.take(BOM + GOOD.encode()).counts.accepted == 1


def test_a_refusal_says_the_line_and_nothing_that_stands_there(reader):
    lines = json.dumps(json.loads(GOOD.replace("Geboortedatum", ANNA)), indent=1)

    code, place = refusal(lines.encode(), reader)

    assert code == "kolom_onbekend"
    begin = next(n for n, line in enumerate(lines.split("\n"), 1) if "schuldhulptraj" in line)
    assert place == f"line {begin + 1}"


def test_a_message_beyond_any_true_one_is_refused(reader, monkeypatch):
    monkeypatch.setattr(ddas, "MOST_BYTES", 100)

    assert refusal(GOOD.encode(), reader)[0] == "zip_te_groot"


def test_an_amount_of_a_million_digits_costs_nothing(debts):
    amount = f'"totaalSchuldbedragBijAanvangSchuld": {"9" * 10**6}, "gemeentecode"'
    content = GOOD.replace('"gemeentecode"', amount)
    started = time.monotonic()

    result = debts.take(content.encode())

    assert [apart.reason for apart in result.apart] == ["bedrag_ongeldig"]
    assert time.monotonic() - started < 5


@settings(max_examples=150, deadline=2000)
@given(st.data())
def test_whatever_comes_is_rows_or_a_refusal(contracts, data):
    name = data.draw(st.sampled_from(["schuldhulp_ddas", "vroegsignalen"]))
    good = GOOD.encode() if name == "schuldhulp_ddas" else signals(signal(), cases=[case("VS-1")])
    kind = data.draw(st.sampled_from(["cut", "flip", "insert", "value", "binary"]))
    if kind == "binary":
        content = data.draw(st.binary(max_size=200))
    elif kind == "value":
        words = st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=5))
        tree = st.recursive(
            words,
            lambda inner: (
                st.lists(inner, max_size=2)
                | st.dictionaries(
                    st.sampled_from(["client", "vroegsignalen", "ID", "intake", "startdatum", "x"]),
                    inner,
                    max_size=3,
                )
            ),
            max_leaves=6,
        )
        array = "schuldhulptrajecten" if name == "schuldhulp_ddas" else "vroegsignalen"
        content = json.dumps(file(delivery(**{array: data.draw(tree)}))).encode()
    else:
        at = data.draw(st.integers(0, len(good) - 1))
        byte = data.draw(st.binary(min_size=1, max_size=3))
        rest = {"cut": b"", "flip": byte + good[at + 1 :], "insert": byte + good[at:]}[kind]
        content = good[:at] + rest
    with contextlib.suppress(Refused):
        assert reader_for(contracts[name]).units(io.BytesIO(content)) >= 0
