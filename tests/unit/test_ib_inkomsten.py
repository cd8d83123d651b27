"""Incomes in bulk: who was asked and what was found, as two lists that each stand by themselves."""

import io
from collections import Counter
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from demo import ib_inkomsten, inkomen_huishouden
from demo.generate import lives_of
from demo.injection import Injection
from tests.support import ANNA, BRAM, CEES, FAILS_ELEVEN, response, zipped
from tests.unit.test_gate import Gate
from tests.unit.test_suwiml import JANUARY, benefit, period, svb
from warehouse.contracts import Contract
from warehouse.gate import pass_through
from warehouse.keys import KeySet
from warehouse.readers import reader_for
from warehouse.readers.base import Place, Refused
from warehouse.timeline import Known, changed, described

ASKED = "Burgerservicenr;PeriodeVan;PeriodeTot;Resultaat"
TOLD = (
    "Burgerservicenr;SrtMelding;Loonheffingennr;VolgnrIkv;DatBIkv;DatEIkv;CdSrtIkv;"
    "IndLoonheffingskortingToegepast;DatBIko;DatEIko;AantVerloondeUrenIko;BedrBrutoloonSv;"
    "BedrLoonLbPremieVolksverz;BedrIngehoudenLbPremieVolksverz;BedrVakantietoeslag;"
    "BedrOpgbRechtVakantietoeslag"
)


def asked(number: str, first: str = "2026-01", last: str = "", found: bool = True) -> str:
    return f"{number};{first};{last or first};{'gevonden' if found else 'niets_gevonden'}"


def told(
    number: str,
    begin: str = "20260101",
    end: str = "20260131",
    wage: str = "2500,00",
    *,
    label: str = "nieuwe_loonperiode",
    relation: str = "1",
) -> str:
    return (
        f"{number};{label};123456789L01;{relation};20200101;;15;1;{begin};{end};160;{wage};"
        f"2500,00;500,00;0,00;200,00"
    )


def delivery(lists: list[str], statements: list[str]) -> bytes:
    return zipped(
        "\r\n".join([TOLD, *statements, ""]),
        "\r\n".join([ASKED, *lists, ""]),
        names=["b.csv", "a.csv"],
    )


@pytest.fixture
def ib(contracts: Mapping[str, Contract], keys: KeySet, tmp_path: Path) -> Gate:
    return Gate(contracts["ib_inkomsten"], keys, tmp_path / "raw")


@pytest.fixture
def take(contracts: Mapping[str, Contract], keys: KeySet, tmp_path: Path):
    """Sends content through the gate, as the next version of a month."""
    versions: list[Known] = []

    def through(content: bytes, month: str, name: str = "ib_inkomsten") -> Known:
        order = len(versions) + 1
        folder = tmp_path / str(order)
        pass_through(contracts[name], io.BytesIO(content), keys, f"v{order}", folder)
        versions.append(Known(order, f"v{order}", date.fromisoformat(f"{month}-01"), folder))
        return versions[-1]

    return through


# --- the gate ---------------------------------------------------------------------------------


def test_both_lists_are_counted_and_nothing_is_lost(ib):
    result = ib.take(
        delivery(
            [asked(ANNA), asked(BRAM, found=False), asked(BRAM, found=False), asked("")],
            [told(ANNA), told(ANNA, relation="2"), told(FAILS_ELEVEN), told(BRAM, wage="1.234,56")],
        )
    )

    counts = result.counts
    assert (counts.source, counts.accepted, counts.quarantined, counts.duplicate) == (8, 4, 3, 1)
    assert Counter(apart.reason for apart in result.apart) == {
        "bsn_ontbreekt": 1,
        "bsn_elfproef": 1,
        "bedrag_ongeldig": 1,
    }


def test_an_answer_of_which_a_statement_is_set_apart_says_so(ib):
    ib.take(
        delivery(
            [asked(ANNA), asked(BRAM), asked(CEES)],
            [
                *(told(ANNA), told(ANNA, relation="2", wage="EUR 1"), told(BRAM)),
                # The same key with another content: neither can be right.
                *(told(CEES), told(CEES, wage="1,00")),
            ],
        )
    )

    anna, bram, cees = ib.tokens(ANNA, BRAM, CEES)
    assert {row["bsn_versleuteld"]: row["aantal_quarantaine"] for row in ib.rows("bevraging")} == {
        anna: "1",
        bram: "0",
        cees: "2",
    }


@pytest.mark.parametrize(
    ("wage", "reason"),
    [
        ("2500,00", ""),
        ("2500.00", ""),
        ("-12,5", ""),
        ("", ""),
        ("100000,00", ""),
        ("100000,01", "waarde_ongeloofwaardig"),
        # 2.500,00 of which the decimal mark was lost.
        ("250000", "waarde_ongeloofwaardig"),
        ("-25000,01", "waarde_ongeloofwaardig"),
        ("2.500,00", "bedrag_ongeldig"),
        ("2500,000", "bedrag_ongeldig"),
        ("2 500", "bedrag_ongeldig"),
    ],
)
def test_a_wage_is_read_or_set_apart_and_never_a_hundred_times_too_much(ib, wage, reason):
    result = ib.take(delivery([asked(ANNA)], [told(ANNA, wage=wage)]))

    assert [apart.reason for apart in result.apart] == ([reason] if reason else [])


def test_income_of_who_was_not_asked_is_kept(ib):
    counts = ib.take(delivery([asked(ANNA)], [told(BRAM)])).counts

    assert counts.accepted == 2


def test_an_income_relation_is_the_same_in_both_sources(ib, contracts, keys, tmp_path):
    """What the Inlichtingenbureau and Suwinet tell of one relation can be laid side by side."""
    from tests.support import relation, statement

    ib.take(delivery([asked(ANNA)], [told(ANNA)]))
    suwinet = Gate(contracts["suwinet_inkomsten"], keys, tmp_path / "suwinet")
    suwinet.take(response(ANNA, relation(statement(*JANUARY, 250000))).encode())

    [one], [other] = ib.rows("inkomstenopgave"), suwinet.rows("inkomstenopgave")
    assert one["inkomstenverhouding"] == other["inkomstenverhouding"]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (zipped("\n".join([TOLD, told(ANNA), ""])), "bestand_ontbreekt"),
        (zipped("\n".join([ASKED, asked(ANNA), ""])), "bestand_ontbreekt"),
        (delivery([], []), "alleen_kopregel"),
        (
            zipped(f"{ASKED};Naam\n{asked(ANNA)};Anna\n", f"{TOLD}\n{told(ANNA)}\n"),
            "kolom_onbekend",
        ),
        (
            zipped(f"{ASKED}\n{asked(ANNA)}\n", f"{TOLD}\n{told(ANNA)}\n".encode("utf-16")),
            "codering",
        ),
        (delivery([asked(ANNA)], [told(ANNA)])[:-200], "zip_onleesbaar"),
    ],
    ids=["no list", "no incomes", "nothing", "a name", "utf-16", "cut"],
)
def test_what_is_not_the_delivery_is_refused(ib, content, code):
    with pytest.raises(Refused) as refused:
        ib.take(content)

    assert refused.value.code == code


def test_a_statement_is_mended_in_its_own_place(ib, contracts):
    reader = reader_for(contracts["ib_inkomsten"])
    source = io.BytesIO(delivery([asked(ANNA)], [told(ANNA), told(ANNA, "20260201", wage="x")]))
    [(place, unit)] = reader.extract(source, [Place(1, 3, 3)])
    target = io.BytesIO()

    reader.splice(source, {place: unit.replace(b";x;", b";1,00;")}, target)

    assert unit.decode().splitlines()[0] == TOLD
    assert ib.take(target.getvalue()).counts.accepted == 3


@settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
def test_whatever_is_changed_in_a_list_it_is_judged_or_refused(ib, data):
    """A bounded fuzz run: nothing crashes, and what was taken adds up."""
    text = bytearray("\n".join([TOLD, told(ANNA), told(BRAM), ""]).encode())
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(text) - 1))
        until = data.draw(st.integers(at, min(len(text), at + 30)))
        text[at:until] = data.draw(
            st.one_of(st.binary(max_size=6), st.sampled_from([b";", b'"', b"\n", b"\r", b"\xff"]))
        )
        if not text:
            return
    try:
        counts = ib.take(zipped(bytes(text), f"{ASKED}\n{asked(ANNA)}\n")).counts
    except Refused as refused:
        assert ANNA not in str(refused)  # noqa: PT017 - what a refusal says is what is tried
    else:
        assert counts.accepted + counts.quarantined + counts.duplicate == counts.source


# --- the months -------------------------------------------------------------------------------


def months(found: list[date]) -> list[str]:
    return [f"{month:%Y-%m}" for month in found]


def test_the_months_of_an_answer_are_those_asked_and_those_told(contracts, take):
    contract = contracts["ib_inkomsten"]
    version = take(
        delivery(
            [asked(ANNA, "2026-01", "2026-02")],
            [
                told(ANNA),
                told(ANNA, "20251001", "20251031", label="gecorrigeerde_loonperiode"),
                told(BRAM, "20260302", "20260329"),
            ],
        ),
        "2026-04",
    )

    found = described(contract, version.folder, version.month)

    assert months(found) == ["2025-10", "2026-01", "2026-02", "2026-03"]


def test_a_correction_of_a_month_that_was_not_asked_opens_that_month(contracts, take):
    contract = contracts["ib_inkomsten"]
    first = take(delivery([asked(ANNA)], [told(ANNA), told(ANNA, relation="2")]), "2026-03")
    corrected = told(ANNA, wage="2400,00", label="gecorrigeerde_loonperiode")
    second = take(delivery([asked(ANNA, "2026-02", found=False)], [corrected]), "2026-04")
    again = take(delivery([asked(ANNA, "2026-03", found=False)], [corrected]), "2026-05")

    assert months(changed(contract, second, [first])) == ["2026-01", "2026-02"]
    assert months(changed(contract, again, [first, second])) == ["2026-03"]


def test_a_whole_answer_that_leaves_out_what_a_correction_brought_opens_its_month(contracts, take):
    """The newest rows are the same; what lies under them is not."""
    contract = contracts["ib_inkomsten"]
    corrected = told(ANNA, wage="2400,00", label="gecorrigeerde_loonperiode")
    first = take(delivery([asked(ANNA)], [told(ANNA), told(ANNA, relation="2")]), "2026-03")
    second = take(delivery([asked(ANNA, "2026-02", found=False)], [corrected]), "2026-04")
    whole = take(delivery([asked(ANNA)], [corrected]), "2026-05")

    assert months(changed(contract, whole, [first, second])) == ["2026-01"]


def test_the_same_answer_again_opens_nothing(contracts, take):
    contract = contracts["ib_inkomsten"]
    content = delivery([asked(ANNA)], [told(ANNA)])
    first, again = take(content, "2026-03"), take(content, "2026-03")

    assert changed(contract, again, [first]) == []


def test_a_service_that_finds_nothing_does_not_silence_another(contracts, take):
    """UWV told a wage, the SVB nothing; when UWV then tells nothing, that is a change."""
    from tests.support import relation, statement

    contract = contracts["suwinet_inkomsten"]
    uwv = response(ANNA, relation(statement(*JANUARY, 250000)))
    nothing = response(ANNA, answered=JANUARY)
    benefits = svb(ANNA, benefit("AOW", period(*JANUARY, 100, 90)))
    first = take(uwv.encode(), "2026-03", "suwinet_inkomsten")
    second = take(benefits.encode(), "2026-03", "suwinet_inkomsten")
    repeated = take(zipped(uwv, benefits), "2026-03", "suwinet_inkomsten")
    third = take(nothing.encode(), "2026-03", "suwinet_inkomsten")

    assert months(changed(contract, second, [first])) == ["2026-01"]
    assert changed(contract, repeated, [first, second]) == []
    assert months(changed(contract, third, [first, second])) == ["2026-01"]


# --- the synthetic gemeente -------------------------------------------------------------------


@pytest.mark.parametrize("module", [ib_inkomsten, inkomen_huishouden])
def test_what_the_synthetic_gemeente_spoils_is_what_the_gate_sets_apart(
    module, contracts, keys, tmp_path
):
    lives = lives_of(persons=1_500, gemeente="GM0479", first_month="2025-06", seed=7)
    injection = Injection(7, 0.002)
    lives.advance()
    path = tmp_path / f"{module.DELIVERY}.{module.EXTENSION}"
    module.write(path, lives, lives.month, injection)
    gate = Gate(contracts[module.DELIVERY], keys, tmp_path / "raw")

    result = gate.take(path.read_bytes())

    expected = injection.quarantine(module.DELIVERY, str(lives.month))
    assert Counter(apart.reason for apart in result.apart) == expected
    assert {"bsn_elfproef", "bedrag_ongeldig"} <= expected.keys()
    assert result.counts.source == result.counts.accepted + result.counts.quarantined
    assert result.emptied == {}


def test_the_same_wage_is_told_by_both_sources(contracts, keys, tmp_path):
    """Of who is asked in bulk and one by one, every month and relation agrees to the cent."""
    from demo import suwiml

    lives = lives_of(persons=1_500, gemeente="GM0479", first_month="2025-06", seed=7)
    lives.advance()
    found = {}
    for module in (ib_inkomsten, suwiml):
        path = tmp_path / f"{module.DELIVERY}.zip"
        module.write(path, lives, lives.month, Injection(7, 0.0))
        gate = Gate(contracts[module.DELIVERY], keys, tmp_path / module.DELIVERY)
        gate.take(path.read_bytes())
        found[module.DELIVERY] = {
            (row["inkomstenverhouding"], row["datum_aanvang"]): row["loon_sv"].replace(",", "")
            for row in gate.rows("inkomstenopgave")
            if row["datum_aanvang"] >= "20250401"
        }

    bulk, single = found["ib_inkomsten"], found["suwinet_inkomsten"]
    shared = bulk.keys() & single.keys()
    assert len(shared) > 50
    assert {key: int(bulk[key]) for key in shared} == {key: int(single[key]) for key in shared}
