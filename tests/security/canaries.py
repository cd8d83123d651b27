"""Deliveries full of canaries: in good units, and in units and files that provoke every error.

What belongs here: which value is planted where. Each value is planted once, so that a hit says
from which field of which unit it came. Persons, numbers, names and streets are invented; the BSNs
are of the official test range 999, pass the 11-test, and are none that the project itself uses.
"""

import csv
import io
import struct
import zipfile
from collections.abc import Mapping

from demo.gbav import HEADER
from tests.security.scan import STEM, Canaries
from tests.support import BOM, SUWIML, amount, collection, feature, square, zipped

SYLLABLES = ("bôrg", "daal", "fjeld", "gaard", "hült", "kromme", "mëer", "noord", "stra", "wijck")
FIRST_STEM = 99_970_000
FIRST_A_NUMBER = 9_172_630_000


class Register(Canaries):
    """Makes canaries, each of a kind, and remembers where they were planted."""

    def __init__(self) -> None:
        super().__init__()
        self._stem, self._a, self._name = FIRST_STEM, FIRST_A_NUMBER, 0

    def bsn(self, label: str) -> str:
        """A BSN that passes the 11-test."""
        while True:
            self._stem += 1
            weighed = sum(w * int(d) for w, d in zip(range(9, 1, -1), str(self._stem), strict=True))
            if weighed % 11 < 10:
                return self.plant(f"{self._stem}{weighed % 11}", label)

    def a_number(self, label: str) -> str:
        """An A-number: ten digits."""
        self._a += 7
        return self.plant(str(self._a), label)

    def name(self, label: str, end: str = "") -> str:
        """An invented name."""
        self._name += 1
        tens, units = divmod(self._name, 10)
        middle = "".join(SYLLABLES[int(digit)] for digit in str(tens))
        return self.plant(f"{STEM}{middle}{SYLLABLES[units]}{end}", label)

    def street(self, label: str) -> str:
        """An invented street."""
        return self.name(label, "straat")


# --- BRP --------------------------------------------------------------------------------------


def row(elements: Mapping[str, str], first: str = "") -> list[str]:
    """One physical row of the GBA-V layout, as fields."""
    assert set(elements) <= set(HEADER), set(elements) - set(HEADER)
    return [first, *(elements.get(name, "") if name else "" for name in HEADER[1:])]


def identity(register: Register, category: str, who: str) -> dict[str, str]:
    """The numbers and names of a person or relative, all of them canaries."""
    return {
        f"{category}.01.10": register.a_number(f"{who}: A-number"),
        f"{category}.01.20": register.bsn(f"{who}: BSN"),
        f"{category}.02.10": register.name(f"{who}: given name"),
        f"{category}.02.40": register.name(f"{who}: surname"),
    }


def person(register: Register, who: str, **changes: str) -> list[list[str]]:
    """A persoonslijst of two rows; ``changes`` are elements of the first, as ``e01_03_10``."""
    head = {
        **identity(register, "01", f"{who}, self"),
        **identity(register, "02", f"{who}, parent 1"),
        **identity(register, "03", f"{who}, parent 2"),
        **identity(register, "05", f"{who}, partner"),
        **identity(register, "09", f"{who}, child"),
        "01.03.10": "19710809",
        "01.04.10": "V",
        "01.20.10": register.a_number(f"{who}: former A-number"),
        "01.81.20": register.name(f"{who}: deed"),
        "01.82.30": register.name(f"{who}: document"),
        "01.85.10": "20240301",
        "01.H": "51",
        "05.06.10": "20010203",
        "05.15.10": "H",
        "08.09.10": "0479",
        "08.10.10": "W",
        "08.10.30": "20100101",
        "08.11.10": register.street(f"{who}: street"),
        "08.11.15": register.street(f"{who}: public space"),
        "08.11.20": "12",
        "08.11.60": "1501AA",
        "08.13.30": register.street(f"{who}: line of an address abroad"),
        "12.35.20": register.name(f"{who}: passport"),
        "09.H": "09",
    }
    head |= {name.removeprefix("e").replace("_", "."): text for name, text in changes.items()}
    more = identity(register, "09", f"{who}, second child")
    more |= {"01.01.20": register.bsn(f"{who}: former BSN"), "01.85.10": "19710809"}
    return [row(head, register.name(f"{who}: id of the persoonslijst")), row(more)]


def text_of(rows: list[list[str]]) -> str:
    """Rows as the register writes them."""
    out = io.StringIO()
    csv.writer(out, delimiter=";", lineterminator="\r\n").writerows(rows)
    return out.getvalue()


def brp(*parts: str, header: str = "") -> bytes:
    """A delivery of persons."""
    return BOM + "".join([header or ";".join(HEADER) + "\r\n", *parts]).encode()


def good_persons(register: Register, number: int, who: str = "good person") -> str:
    """Persons without a fault."""
    return "".join(text_of(person(register, f"{who} {index}")) for index in range(number))


def faulty_persons(register: Register) -> str:
    """One unit for every reason of quarantine, and some for what is emptied; all hold canaries."""

    def one(who: str, **changes: str) -> str:
        return text_of(person(register, who, **changes))

    def digits(who: str) -> str:
        return register.bsn(f"{who}: in a field of another kind")

    twin = register.bsn("double BSN: on both")
    short = person(register, "too few fields")
    wide = person(register, "too many fields")
    shifted = person(register, "columns shifted")
    quoted = person(register, "quoted fields")
    parts = [
        one("no BSN", e01_01_20=""),
        one("eight digits", e01_01_20=register.bsn("eight digits: as it was")[:8]),
        one("a space", e01_01_20=" " + register.bsn("a space: beside it")),
        one("letters", e01_01_20=register.bsn("letters: at the end")[:8] + "X"),
        one("eleven test", e01_01_20="999700009"),
        one("999999999", e01_01_20="999999999"),
        one("unborn", e01_01_20="000000000"),
        one("double BSN", e01_01_20=twin),
        one("double BSN again", e01_01_20=twin),
        one("no birth date", e01_03_10=""),
        one("31 February", e01_03_10="19850231"),
        one("a BSN for a date", e01_03_10=digits("a BSN for a date")),
        one("a BSN for a sex", e01_04_10=digits("a BSN for a sex")),
        one("a name for a sex", e01_04_10=register.name("a name for a sex")),
        one("a BSN under investigation", e08_83_10=digits("a BSN under investigation")),
        one("a BSN for a postcode", e08_11_60=digits("a BSN for a postcode")),
        one("a BSN for a country", e01_03_30=digits("a BSN for a country")),
        one("a BSN for a number", e08_11_20=digits("a BSN for a number")),
        one("a BSN for a function", e08_10_10=digits("a BSN for a function")),
        one("a BSN for a suspension", e07_67_20=digits("a BSN for a suspension")),
        one(
            "a mooring",
            e08_11_20="",
            e08_11_60="",
            e08_12_10=f"schip van {register.name('a mooring')} {digits('a mooring')}"[:35],
        ),
        one("a wrong relative", e02_01_20="999700009"),
        text_of([short[0][:-3], short[1]]),
        text_of([[*wide[0], register.bsn("too many fields: the extra one")], wide[1]]),
        text_of([shifted[0], ["", register.bsn("columns shifted: first"), *shifted[1][1:-1]]]),
        ";".join(f'"{field}"' for field in quoted[0]) + "\r\n",
        "\r\n",
    ]
    return "".join(parts)


def orphan(register: Register) -> str:
    """A continuation row without its person, which can only stand at the beginning."""
    return text_of([row(identity(register, "09", "orphan row, child"))])


# --- Suwinet ----------------------------------------------------------------------------------


def statement(begin: str, end: str, wage: str) -> str:
    """An Inkomstenopgave."""
    period = f"<DatBIko>{begin}</DatBIko><DatEIko>{end}</DatEIko>"
    return f"<Inkomstenopgave>{period}{wage}</Inkomstenopgave>"


def answer(register: Register, who: str, *, bsn: str | None = None, **more: str) -> str:
    """An answer about one person with two statements; every identifier in it is a canary.

    ``more``: ``begin``, ``wage`` (of the first statement), ``employer``, ``extra`` (XML).
    """
    number = register.bsn(f"{who}: BSN") if bsn is None else bsn
    # A sole trader's fiscal number is a BSN, and the number for wage taxes begins with it.
    trader = register.bsn(f"{who}: sole trader")
    employer = more.get("employer", f"{trader}L01")
    name, street = register.name(f"{who}: employer"), register.street(f"{who}: employer's street")
    wage = amount("BedrBrutoloonSv", more.get("wage", "210000"))
    return (
        f'<smls:UWVPersoonsIkvInfoResponse xmlns:smls="{SUWIML}">{more.get("extra", "")}'
        f"<ClientSuwi><Burgerservicenr>{number}</Burgerservicenr>"
        f"<Naam>{register.name(f'{who}: name')}</Naam>\n"
        "<Inkomstenverhouding><VolgnrIkv>1</VolgnrIkv><DatBIkv>20200101</DatBIkv>"
        f"<AdministratieveEenheid><NaamAdministratieveEenheid>{name}</NaamAdministratieveEenheid>"
        f"<Loonheffingennr>{employer}</Loonheffingennr><RechtspersoonAdministratieveEenh>"
        f"<FiNr>{register.bsn(f'{who}: fiscal number')}</FiNr></RechtspersoonAdministratieveEenh>"
        f"<FeitelijkAdresAeh><Straatnaam>{street}</Straatnaam></FeitelijkAdresAeh>"
        "</AdministratieveEenheid><Inkomstenperiode><DatBIkp>20200101</DatBIkp>"
        "<CdSrtIkv>15</CdSrtIkv></Inkomstenperiode>"
        f"{statement(more.get('begin', '20241101'), '20241130', wage)}\n"
        f"{statement('20241201', '20241231', amount('BedrBrutoloonSv', '215000'))}\n"
        "</Inkomstenverhouding></ClientSuwi></smls:UWVPersoonsIkvInfoResponse>"
    )


def good_answers(register: Register, number: int, who: str = "good answer") -> list[str]:
    """Answers without a fault."""
    return [answer(register, f"{who} {index}") for index in range(number)]


def faulty_answers(register: Register) -> list[str]:
    """An answer for every reason of quarantine."""
    text = register.name("answer with an error: its text")
    error = (
        f"<FWI><Fout><Omschrijving>{text} {register.bsn('answer with an error: in its text')}"
        "</Omschrijving></Fout></FWI>"
    )
    twice = answer(register, "answered twice")
    other = answer(register, "two answers that differ")
    return [
        answer(register, "answer without BSN", bsn=""),
        answer(register, "answer that fails the 11-test", bsn="999700009"),
        answer(register, "answer with a bad date", begin="20241131"),
        answer(register, "answer with a BSN for a date", begin=register.bsn("a BSN for a DatBIko")),
        answer(register, "answer with a name for a wage", wage=register.name("a name for a wage")),
        answer(register, "answer with a bad employer", employer=register.bsn("a bad employer")),
        answer(register, "answer with an error", extra=error),
        twice,
        twice,
        other,
        other.replace("<WaardeBedr>215000<", "<WaardeBedr>215001<"),
        f'<s:UWVPersoonsIkvInfoResponse xmlns:s="{SUWIML}"><NietsGevonden/>'
        "</s:UWVPersoonsIkvInfoResponse>",
    ]


def messages(register: Register, answers: list[str], who: str) -> bytes:
    """A zip of messages whose members are called by the BSN they are about, as some are."""
    names = [
        f"antwoord_{register.bsn(f'{who}: name of member {index}')}.xml"
        for index in range(len(answers))
    ]
    return zipped(*answers, names=names)


# --- files that are refused -------------------------------------------------------------------


def refused_persons(register: Register) -> dict[str, bytes]:
    """A file for every reason for which a delivery of persons is refused, by that reason."""
    header = ";".join(HEADER) + "\r\n"

    def text(who: str) -> str:
        return text_of(person(register, who))

    long = row({"08.12.10": register.bsn("a field of 2 MB: in it") * 220_000}, "x")
    renamed = header.replace("01.01.20", register.bsn("a column renamed to a BSN"), 1)
    extra = f"{header.rstrip()};{register.name('a column called by a name')}\r\n"
    double = f"{header.rstrip()};01.01.20\r\n"
    no_header = person(register, "no header")
    names = ";".join(["", *(register.name(f"a header of names {n}") for n in range(256))])
    lone = register.bsn("a header of data: twice")
    surname = register.name("an open quote: surname")
    open_quote = text_of(person(register, "an open quote", e01_02_40=surname))
    cut = text("cut off")
    headless = "".join(
        text_of([row({"09.01.20": register.bsn(f"endless person {index}")})]) for index in range(3)
    )
    return {
        "codering": header.encode() + text("Latin-1").encode("latin-1"),
        "codering (UTF-16)": (header + text("UTF-16")).encode("utf-16"),
        "nul_byte": brp(text("NUL").replace("19710809", "1971\x000809")),
        "regel_te_lang": brp(text("before a long field"), text_of([long])),
        "kolom_ontbreekt": brp(text("a column renamed"), header=renamed),
        "kolom_onbekend": brp(text("a column too many"), header=extra),
        "kolom_dubbel": brp(text("a double column"), header=double),
        "kolom_dubbel (data)": f"{lone};{lone};{register.name('header of data')}\r\n".encode(),
        "kolom_dubbel (no header)": BOM + text_of(no_header).encode(),
        "kolom_ontbreekt (no header)": BOM + f"{names}\r\n{text('names as header')}".encode(),
        "aanhalingsteken_open": brp(
            open_quote.replace(surname, f'"{surname}', 1),
            good_persons(register, 3, "after a quote"),
        ),
        "afgekapt": brp(text("before the cut"), cut[: len(cut) * 2 // 3]),
        "alleen_kopregel": header.encode(),
        "leeg_bestand": b"",
        "eenheid_te_groot": brp(headless * 3_400),
        "telling_wijkt_af": brp(text("before empty lines"), "\r\n" * 10_001),
    }


def refused_answers(register: Register) -> dict[str, bytes]:
    """A file for every reason for which a delivery of answers is refused, by that reason."""

    def one(who: str) -> str:
        return answer(register, who)

    def member(who: str) -> str:
        return f"{register.bsn(f'{who}: name of the member')}.xml"

    whole = one("truncated")
    doctype = f'<!DOCTYPE x SYSTEM "file:///{register.bsn("a DTD: its address")}">{one("a DTD")}'
    entity = register.name("an entity: its value")
    entities = f'<!DOCTYPE x [<!ENTITY naam "{entity}">]>{one("an entity")}'
    damaged = bytearray(zipped(one("a bad CRC"), names=[member("a bad CRC")], compression=0))
    damaged[damaged.index(b"<Burgerservicenr>") + 20] ^= 1
    mismatch = bytearray(zipped(one("two names"), names=[member("two names")]))
    mismatch[30:33] = b"888"
    locked = bytearray(zipped(one("encrypted"), names=[member("encrypted")]))
    central = locked.index(b"PK\x01\x02")
    for place in (6, central + 8):
        struct.pack_into("<H", locked, place, 1)
    method = bytearray(zipped(one("unknown method"), names=[member("unknown method")]))
    for place in (8, method.index(b"PK\x01\x02") + 10):
        struct.pack_into("<H", method, place, 97)
    huge = bytearray(zipped(one("too large"), names=[member("too large")]))
    central = huge.index(b"PK\x01\x02")
    struct.pack_into("<LL", huge, central + 20, 200 << 20, 400 << 20)
    inner = zipped(one("nested"), names=[member("nested, inner")])
    nested = zipped(inner, names=[member("nested").replace(".xml", ".zip")])
    hidden = zipped(inner, names=[member("a zip called xml")])
    bomb = zipped(
        "<x>" + register.bsn("a bomb") * 3_000_000, names=[member("a bomb")], compresslevel=9
    )
    return {
        "xml_onleesbaar": whole[: len(whole) * 2 // 3].encode(),
        "xml_onleesbaar (garbage)": (register.name("garbage") + " " + one("garbage")).encode(),
        "xml_ander_bericht": one("another message").replace("UWVDossier", "DUODossier").encode(),
        "xml_dtd": doctype.encode(),
        "xml_dtd (entity)": entities.encode(),
        "zip_onleesbaar (crc)": bytes(damaged),
        "zip_onleesbaar (names)": bytes(mismatch),
        "zip_onleesbaar (password)": bytes(locked),
        "zip_onleesbaar (method)": bytes(method),
        "zip_onleesbaar (cut)": zipped(one("a zip cut off"), names=[member("a zip cut off")])[:-30],
        "zip_pad": zipped(one("a path"), names=[f"../{member('a path')}"]),
        "zip_genest": nested,
        "zip_genest (hidden)": hidden,
        "zip_bom": bomb,
        "zip_leeg": _empty_zip(register),
        "zip_te_groot": bytes(huge),
    }


def refused_areas(register: Register) -> dict[str, bytes]:
    """A file for every reason that only a delivery of areas is refused for, by that reason."""

    def area(who: str) -> dict[str, object]:
        name, bsn = register.name(f"{who}: its name"), register.bsn(f"{who}: its code")
        return feature(square(114_000, 495_000), identifier=bsn, bu_code=bsn, bu_naam=name)

    garbage = collection(area("an area that is no JSON"))
    crs = register.name("a crs called by a name")
    return {
        "json_onleesbaar": garbage.replace(b'"type"', b"type", 1),
        "crs_onbekend": collection(area("an area of a strange crs"), crs=crs),
    }


def _empty_zip(register: Register) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.comment = register.name("comment of an empty zip").encode()
    return buffer.getvalue()


def misnamed(register: Register) -> dict[str, bytes]:
    """Files whose names no contract knows, and which hold what identifies."""

    def bsn() -> str:
        return register.bsn(f"name of a misnamed file ({len(register.labels)})")

    apart = bsn()
    dashed = f"{apart[:4]}-{apart[4:6]}-{apart[6:]}"
    # As it would stand in a message when only the digits were looked at.
    register.plant(dashed, "name of a misnamed file, with dashes")
    names = (
        f"brp_{bsn()}.csv",
        f"{register.a_number('name of a misnamed file: A-number')}_GM0479_2025-01.csv",
        f"brp_personen_GM0479_{bsn()}.csv",
        f"brp_personen_GM0479_2025-01_{bsn()}.csv",
        f"{dashed} {register.name('name of a misnamed file')}.csv",
        f"suwinet_inkomsten_GM0479_2025-01.{bsn()}",
        "brp_personen_GM9999_2025-01.csv",
        "brp_personen_GM0479_2199-01.csv",
        "brp_personen_GM0479_2025-01.xlsx",
        "woz_GM0479_2025-01.csv",
        f"{register.name('name of a misnamed file: surname')}.xlsx",
    )
    return {name: brp(good_persons(register, 1, f"misnamed {n}")) for n, name in enumerate(names)}
