"""Deliveries of the other registers, full of canaries: good units, and faults of every kind.

What belongs here: how each format is written, and which values are right. Which field holds a
canary follows from its class in the contract: each number, name and text that may not pass. And a
BSN is put into every other field in turn, for that is what shifted columns and hurried hands do.
"""

import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from tests.security.canaries import Register
from tests.support import BOM, zipped
from warehouse.contracts import Contract, Field, Table
from warehouse.readers.istandaarden import CODES, PRODUCTS

Values = dict[str, str]
#: The same as those of persons: that they stop at staging is looked for there.
BIRTH, POSTCODE = "19710809", "1501AA"
FAILS = "999700009"
DAY = "20250102"
#: What stands in fields for which the first code, or that day, would be wrong.
RIGHT: Mapping[str, Values] = {
    "bijstand_bus": {
        **{"statistiekjaar": "2025", "statistiekmaand": "1", "gemeentecode": "0479"},
        **{"leefvorm": "3", "norm": "1345", "afstemming": "+0000", "inkomsten": "+0150"},
        **{"betaald_bedrag": "1195", "datum_aanvang": "20240115", "datum_einde": ""},
        **{"nadere_classificatie_bbz": "", "cluster_bijzondere_bijstand": ""},
        **{"reden_beeindiging": ""},
    },
    "corporatie_huren": {
        **{"corporatie_id": "L9901", "peildatum": "20241231"},
        **{"huisnummer": "12", "huisletter": "", "huisnummertoevoeging": "bis"},
        **{"aanduiding_bij_huisnummer": "", "eenheidstatus": "VEH", "wws_punten": "142"},
        **{"netto_huur": "650,50", "servicekosten_subsidiabel": "12", "rekenhuur": "662.5"},
        **{"maximale_huur": "890.10", "datum_ingang": "20190301"},
    },
    "duo_diplomas": {
        **{"brin": "01AA", "niveau_opleiding": "VO-HAVO", "uitslag": "G", "examenjaar": "2024"},
        **{"opleiding": "Havo", "datum_aanvang": "20240701", "datum_einde": ""},
    },
    "duo_inschrijvingen": {
        **{"brin": "01AA", "vestiging": "00", "opleidingscode": "25180", "leerjaar": "2"},
        **{"niveau_opleiding": "MBO-2", "datum_inschrijving": "20240801"},
        **{"datum_aanvang_deelname": "20240801", "aantal": "12", "datum_aanvang": "20240801"},
        **{"datum_uitschrijving": "", "datum_einde_deelname": "", "reden_uitschrijving": ""},
        **{"reden_uitstroom": "", "datum_einde": ""},
    },
    "duo_verzuim": {"brin": "01AA", "datum_einde": ""},
    "ib_inkomsten": {
        **{"periode_van": "2025-01", "periode_tot": "2025-01", "volgnummer": "1"},
        **{"datum_aanvang_ikv": "20200101", "datum_einde_ikv": "", "uren": "160"},
        **{"soort_inkomstenverhouding": "15", "datum_aanvang": "20250101"},
        **{"datum_einde": "20250131", "loon_sv": "2500,00", "loon_lb": "2500,00"},
        **{"melding": "nieuwe_loonperiode"},
    },
    "inkomen_huishouden": {
        **{"inkomensjaar": "2023", "verzamelinkomen": "31000", "besteedbaar_inkomen": "27000"},
    },
    "minimaregelingen": {
        **{"regeling_code": "kindpakket", "datum_eind": "99991231", "bedrag": "300,00"},
    },
    "rmc_trajecten": {"contactpogingen": "2", "resultaat": "", "einddatum": ""},
    "wmo_berichten": {
        **{"gemeentecode": "0479", "aanbieder": "12345678", "dagtekening": "2025-01-06"},
        **{"productcode": "02A01", "toewijzingsdatum": "2025-01-02"},
        **{"toewijzingstijd": "10:00:00", "datum_aanvang": "2025-01-03", "datum_einde": ""},
        **{"begindatum": "2025-01-03", "status": "1", "omvang_volume": "4", "budget": ""},
        **{"reden_wijziging": "", "geboortedatum": "1971-08-09", "reden_beeindiging": "02"},
    },
    "vroegsignalen": {"gemeentecode": "0479", "bedrag": "210.50", "status": "Opgepakt"},
    "schuldhulp_ddas": {"gemeentecode": "GM0479", "schuldbedrag": "43000"},
}
RIGHT = {**RIGHT, "jeugd_berichten": RIGHT["wmo_berichten"]}
#: Amounts without a bound: nine digits are one, so a name stands there instead.
_NUMBERS = re.compile(
    "bedrag|budget|volume|loon|inkomen|huur|netto|vakantie|norm|afstemming|servicekosten|betaald"
    "|ingehouden|vtlb"
)


@dataclass(frozen=True)
class Written:
    """Writes units of one delivery."""

    contract: Contract
    register: Register

    def unit(self, tables: Iterable[Table], who: str, **changed: str) -> Values:
        """A unit by the places of its fields; each that may not pass holds a canary of its own.

        ``changed`` are other values by place, or that of ``bsn``.
        """
        about = f"{self.contract.name}, {who}"
        right = RIGHT.get(self.contract.name, {})
        values: Values = {}
        for item in (item for table in tables for item in table.fields):
            where = item.source or item.name
            if where in values or item.classification == "token":
                continue
            if where in changed or (item.name == "bsn" and "bsn" in changed):
                values[where] = changed.get(where, changed.get("bsn", ""))
            elif item.name in right:
                values[where] = right[item.name]
            elif item.classification in ("bsn", "bsn_relatie", "direct", "overig"):
                values[where] = self._canary(item, f"{about}: {where}")
            else:
                values[where] = _right(item)
        return values

    def _canary(self, item: Field, label: str) -> str:
        bsn, form = self.register.bsn, re.compile(item.pattern or "")
        if item.is_bsn or "nummer" in item.name or "kvk" in item.name:
            number = bsn(label)
            return number if form.fullmatch(number) or not item.pattern else f"{number}L01"
        if item.pattern:
            return bsn(label)
        if "email" in item.name:
            return f"{self.register.name(label)}@voorbeeld.nl"
        if "omschrijving" in item.name:
            return f"{self.register.name(label)} NL13TEST0{bsn(f'{label}, as an account')}"
        return self.register.name(label)

    def faulty(self, tables: Sequence[Table]) -> Iterator[Values]:
        """A unit for every fault of a BSN, and one for every field, with a BSN in it."""
        for fault, number in (
            ("no BSN", ""),
            ("eight digits", self.register.bsn(f"{self.contract.name}: eight digits")[:8]),
            ("letters", self.register.bsn(f"{self.contract.name}: a letter")[:8] + "X"),
            ("eleven test", FAILS),
            ("999999999", "999999999"),
            ("unborn", "000000000"),
        ):
            if any(item.classification == "bsn" for table in tables for item in table.fields):
                yield self.unit(tables, fault, bsn=number)
        for item in (item for table in tables for item in table.fields):
            if item.classification in ("gewoon", "staging") and item.source:
                yield self.unit(
                    tables, f"wrong {item.source}", **{item.source: self._misplaced(item)}
                )

    def _misplaced(self, item: Field) -> str:
        label = f"{self.contract.name}: in {item.source}"
        if item.highest is None and _NUMBERS.search(item.name):
            return self.register.name(label)
        return self.register.bsn(label)


def _right(item: Field) -> str:
    if item.name == "geboortedatum":
        return BIRTH
    if item.name == "postcode":
        return POSTCODE
    if item.codes:
        return item.codes[0]
    return DAY if item.kind in ("datum", "datum_open") else ""


# --- tables as CSV ----------------------------------------------------------------------------


def header_of(table: Table) -> list[str]:
    """Every column of a table."""
    return [item.source for item in table.fields if item.source]


def lines_of(table: Table, units: Iterable[Values]) -> list[str]:
    """Units as lines, without a header."""
    places = header_of(table)
    out = io.StringIO()
    written = csv.writer(out, delimiter=";", lineterminator="\n")
    written.writerows([unit[place] for place in places] for unit in units)
    return out.getvalue().splitlines()


def table_of(header: Sequence[str], *lines: str) -> bytes:
    """A file as registers export it."""
    return BOM + "".join(f"{line}\r\n" for line in (";".join(header), *lines)).encode()


def tables(written: Written, good: int = 4) -> bytes:
    """A delivery of all tables of a contract, with units of every kind; one file or a zip."""
    bodies = []
    for table in written.contract.raw_tables:
        units = [written.unit([table], f"good {table.name} {n}") for n in range(good)]
        twice, other = (written.unit([table], f"{table.name}, {w}") for w in ("twice", "differs"))
        units += [*written.faulty([table]), twice, twice, other]
        dates = [item.source for item in table.fields if item.kind == "datum" and item.required]
        units += [other | dict.fromkeys(dates[:1], "20250103")]
        short, wide, *rows = lines_of(table, [written.unit([table], "short"), *units[:1], *units])
        extra = written.register.bsn(f"{written.contract.name}, {table.name}: a field too many")
        rows += ["", short.rpartition(";")[0], f"{wide};{extra}"]
        bodies.append(table_of(header_of(table), *rows))
    return _packed(written, bodies, "csv")


def _packed(written: Written, bodies: Sequence[bytes], suffix: str) -> bytes:
    if len(bodies) == 1 and written.contract.extensions[0] != "zip":
        return bodies[0]
    names = [
        f"{written.register.bsn(f'{written.contract.name}: name of member {n}')}.{suffix}"
        for n in range(len(bodies))
    ]
    return zipped(*bodies, names=names)


def refused_tables(written: Written) -> Iterator[bytes]:
    """Files of tables that are refused as a whole."""
    register, name = written.register, written.contract.name
    present = written.contract.raw_tables
    first, others = present[0], []
    for table in present[1:]:
        if not table.optional:
            unit = written.unit([table], f"beside a refused {first.name}")
            others.append(table_of(header_of(table), *lines_of(table, [unit])))
    header = header_of(first)

    def made(who: str, *, titles: Sequence[str] = header, end: str = "") -> bytes:
        lines = lines_of(first, [written.unit([first], f"{who} {n}") for n in range(2)])
        return table_of(titles, *lines) + end.encode()

    renamed = [register.bsn(f"{name}: a column renamed"), *header[1:]]
    extra = [*header, register.name(f"{name}: a column too many")]
    quote = (
        f'X;"{register.name(f"{name}: an open quote")};{register.bsn(f"{name}: behind it")}\r\n' * 3
    )
    cut = lines_of(first, [written.unit([first], "cut off")])[0]
    headless = table_of(lines_of(first, [written.unit([first], "no header")])[0].split(";"))
    latin = f"{made('Latin-1').removeprefix(BOM).decode()}{register.name(f'{name}: Latin')}é;\r\n"
    for body in (
        latin.encode("latin-1"),
        latin.encode("utf-16"),
        made("NUL", end="\0"),
        made("renamed", titles=renamed),
        made("too many", titles=extra),
        made("double", titles=[*header, header[0]]),
        made("open quote", end=quote),
        made("cut", end=cut[: len(cut) // 2].rpartition(";")[0]),
        headless,
    ):
        yield _packed(written, [body, *others], "csv")
    if others:
        yield _packed(written, others, "csv")


# --- BUS --------------------------------------------------------------------------------------


def bus(written: Written) -> bytes:
    """Rights as XML: three to an uitkering, those of all faults; and answers of Suwinet."""
    table = written.contract.head
    units = [written.unit([table], f"XML, good {n}") for n in range(4)]
    units += written.faulty([table])
    persons = [f"<persoon>{_elements(table, unit)}</persoon>" for unit in units]
    empty = f"<NAAM>{written.register.name('bijstand_bus: uitkering without a person')}</NAAM>"
    benefits = "".join(f"<uitkering>{person}</uitkering>" for person in persons)
    message = f"<levering>{benefits}<uitkering>{empty}</uitkering></levering>"
    return zipped(message, *_bus_answers(written.register), names=["1.xml", "2.xml", "3.xml"])


def _elements(table: Table, unit: Values) -> str:
    named = {re.sub(r"\W+", "_", place).strip("_"): unit[place] for place in header_of(table)}
    return "".join(f"<{name}>{text}</{name}>" for name, text in named.items())


def _bus_answers(register: Register) -> tuple[str, str]:
    space = 'xmlns="http://bkwi.nl/SuwiML/Diensten/Bijstandsregelingen/v0500"'
    bsn, partner = (register.bsn(f"bijstand_bus: an answer, {who}") for who in ("own", "partner"))
    named = register.name("bijstand_bus: an answer, name")
    whole = (
        f"<BijstandsregelingenInfoResponse {space}><ClientSuwi><Burgerservicenr>{bsn}"
        f"</Burgerservicenr><Naam>{named}</Naam><Uitkeringsverhouding>"
        "<DatBUitkeringsverhouding>20240101</DatBUitkeringsverhouding>"
        f"<SzWet><CdSzWet>{register.bsn('bijstand_bus: a BSN for a law')}</CdSzWet></SzWet>"
        f"<PartnerUitkeringsverhouding><Burgerservicenr>{partner}</Burgerservicenr>"
        "</PartnerUitkeringsverhouding></Uitkeringsverhouding></ClientSuwi>"
        "</BijstandsregelingenInfoResponse>"
    )
    text = register.name("bijstand_bus: the text of an error")
    failed = (
        f"<BijstandsregelingenInfoResponse {space}><FWI><Fout><Omschrijving>{text}</Omschrijving>"
        "</Fout></FWI></BijstandsregelingenInfoResponse>"
    )
    return whole, failed


# --- DUO --------------------------------------------------------------------------------------


def duo(written: Written) -> bytes:
    """Answers of Suwinet: whole ones, ones of which every text is wrong, and one with an error."""
    register, name = written.register, written.contract.name
    space = 'xmlns="http://bkwi.nl/SuwiML/Diensten/DUODossierPersoonGSD/v0300"'

    def answer(who: str, bsn: str | None = None, wrong: str = "", before: str = "") -> str:
        number = register.bsn(f"{name}, {who}: BSN") if bsn is None else bsn

        def told(right: str) -> str:
            return register.bsn(f"{name}, {who}: for {right}") if wrong == right else right

        school = register.name(f"{name}, {who}: name of the school")
        return (
            f"<DUOPersoonsInfoResponse {space}>{before}<ClientSuwi><Burgerservicenr>{number}"
            f"</Burgerservicenr><Naam>{register.name(f'{name}, {who}: name')}</Naam>"
            f"<Onderwijsovereenkomst><Brin><BrinNr>{told('01AA')}</BrinNr><Naam>{school}</Naam>"
            f"</Brin><DatInschrijvingOpleiding>{told('20240801')}</DatInschrijvingOpleiding>"
            "<DeelnameOpleidingGeregistrDuo><DatBDeelnameOpleiding>20240802"
            "</DatBDeelnameOpleiding><InhoudDeelnameOpleidingDuo><CdNiveauOpleidingDuo>"
            f"{told('MBO-2')}</CdNiveauOpleidingDuo></InhoudDeelnameOpleidingDuo>"
            "</DeelnameOpleidingGeregistrDuo></Onderwijsovereenkomst>"
            f"<ResultaatOpleidingGeregistrDuo><Brin><BrinNr>{told('02AA')}</BrinNr></Brin>"
            f"<InhoudResultaatOpleidingDuo><CdNiveauOpleidingDuo>{told('VO-HAVO')}"
            "</CdNiveauOpleidingDuo><NaamOpleidingKortDuo>"
            f"{told('Havo')}</NaamOpleidingKortDuo></InhoudResultaatOpleidingDuo>"
            f"<ResultaatExamen><DatResultaatExamen>{told('20240701')}</DatResultaatExamen>"
            f"<CdResultaatExamen>{told('G')}</CdResultaatExamen></ResultaatExamen>"
            "</ResultaatOpleidingGeregistrDuo></ClientSuwi></DUOPersoonsInfoResponse>"
        )

    error = (
        f"<FWI><Fout><Omschrijving>{register.name(f'{name}: an error')}</Omschrijving></Fout></FWI>"
    )
    fields = ("01AA", "20240801", "MBO-2", "02AA", "VO-HAVO", "Havo", "20240701", "G")
    answers = [
        *(answer(f"answer {n}") for n in range(3)),
        *(answer(f"a wrong {field}", wrong=field) for field in fields),
        *(answer(f"number {n}", number) for n, number in enumerate(("", FAILS, "999999999"))),
        answer("an error", before=error),
    ]
    return _packed(written, [text.encode() for text in answers], "xml")


# --- iWmo and iJw -----------------------------------------------------------------------------


def messages(written: Written) -> bytes:
    """Messages of each kind, and of the kinds that are passed over."""
    sent = []
    for kind in PRODUCTS:
        values = [written.unit([written.contract.head], f"{kind}, good {n}") for n in range(3)]
        values += written.faulty([written.contract.head])
        sent += [message(written, kind, unit) for unit in values]
    unit = written.unit([written.contract.head], "another version")
    sent.append(message(written, "301", unit).replace("<BerichtVersie>3", "<BerichtVersie>2"))
    unit = written.unit([written.contract.head], "passed over")
    sent.append(message(written, "302", unit))
    return _packed(written, [text.encode() for text in sent], "xml")


def message(written: Written, kind: str, unit: Values) -> str:
    """A message of one kind with one product."""
    standard = written.contract.format
    product = PRODUCTS.get(kind, "ToegewezenProduct")
    code = {number: code for code, number in CODES[standard].items()}[kind]
    paths = {
        "Header/BerichtCode": code,
        "Header/BerichtVersie": "3",
        "Header/BerichtSubversie": "2",
    }
    for item in written.contract.head.fields:
        for option in filter(None, item.source.split(" | ")):
            path = option.removeprefix(f"{kind}/")
            if path.partition("/")[0] in ("Header", "Client", product):
                paths.setdefault(path, unit[item.source])
    content = _xml(_nested(paths))
    begin = content.index(f"<{product}>")
    group = f"<{product}en>{content[begin:]}</{product}en></Client>"
    schema = f"http://www.istandaarden.nl/{standard}/3_2/{standard[1:]}{kind}/schema"
    return f'<Bericht xmlns="{schema}">{content[:begin].replace("</Client>", group)}</Bericht>'


def _nested(paths: Mapping[str, str]) -> dict[str, object]:
    made: dict[str, object] = {}
    for path, text in paths.items():
        inner: dict[str, object] = made
        *around, name = path.split("/")
        for step in around:
            inner = inner.setdefault(step, {})  # type: ignore[assignment]
        inner[name] = text
    return made


def _xml(content: object) -> str:
    if not isinstance(content, dict):
        return str(content)
    return "".join(f"<{name}>{_xml(inner)}</{name}>" for name, inner in content.items() if inner)


def refused_messages(written: Written, whole: Callable[[str], str]) -> Iterator[bytes]:
    """XML that is refused; ``whole`` writes a message about somebody."""
    register, name = written.register, written.contract.name

    def one(who: str) -> str:
        return whole(f"refused, {who}")

    entity = register.name(f"{name}: an entity")
    cut = one("cut off")
    yield cut[: len(cut) * 2 // 3].encode()
    yield f"<{register.name(f'{name}: garbage')}>{one('garbage')}".encode()
    yield f'<!DOCTYPE x [<!ENTITY naam "{entity}">]>{one("a DTD")}'.encode()
    yield f"<x>{register.bsn(f'{name}: another message')}</x>".encode()
    coding = register.name(f"{name}: an encoding that nobody knows")
    yield f'<?xml version="1.0" encoding="{coding}"?>{one("encoding")}'.encode()
    yield (one("Latin-1") + f"<!-- {register.name(f'{name}: in Latin-1')} -->").encode("latin-1")
    yield one("UTF-16").encode("utf-16")
    member = f"{register.bsn(f'{name}: name of a member')}.xml"
    yield zipped(one("a zip cut off"), names=[member])[:-30]
    yield zipped(one("a path"), names=[f"../{register.bsn(f'{name}: in a path')}.xml"])


# --- DDAS -------------------------------------------------------------------------------------


def ddas(written: Written) -> bytes:
    """Exchange files: a levering for each unit, so that each has contact persons of its own."""
    every = written.contract.tables
    place = next(f.source for f in written.contract.head.fields if f.name == "gemeentecode")
    units = [written.unit(every, f"good {n}") for n in range(4)]
    units += written.faulty(every)
    units.append(written.unit(every, "of another gemeente", **{place: "0518"}))
    leveringen = [levering(written, unit) for unit in units]
    if written.contract.name == "vroegsignalen":
        leveringen[0]["vroegsignaalzaken"].append(
            {"vroegsignalen": {"ID": written.register.bsn("vroegsignalen: of no signal")}}
        )
    else:
        other = {"burgerservicenummer": written.register.bsn("schuldhulp_ddas: the partner")}
        client = leveringen[0]["schuldhulptrajecten"][0]["client"]
        leveringen[0]["schuldhulptrajecten"][0]["client"] = [client, other]
        nobody: dict[str, object] = {
            "omschrijving": written.register.name("schuldhulp_ddas: nobody's traject")
        }
        leveringen[0]["schuldhulptrajecten"].append(nobody)
    return exchange(written, leveringen)


def only_signals(register: Register, contracts: Mapping[str, Contract]) -> bytes:
    """Vroegsignalen without a fault."""
    written = Written(contracts["vroegsignalen"], register)
    units = [written.unit(written.contract.tables, f"right {n}") for n in range(3)]
    return exchange(written, [levering(written, unit) for unit in units])


def levering(written: Written, unit: Values) -> dict[str, list[dict[str, object]]]:
    """One levering of one unit."""
    paths = {
        item.source: _dashed(item, unit[item.source])
        for table in written.contract.tables
        for item in table.fields
        if item.source.startswith("leveringen/") and unit[item.source]
    }
    if written.contract.name == "vroegsignalen":
        paths["leveringen/vroegsignaalzaken/vroegsignalen/ID"] = unit["leveringen/vroegsignalen/ID"]
    made = _nested(paths)["leveringen"]
    for name in ("schuldhulptrajecten", "vroegsignalen", "vroegsignaalzaken"):
        if name in made:  # type: ignore[operator]
            made[name] = [made[name]]  # type: ignore[index]
    return made  # type: ignore[return-value]


def _dashed(item: Field, text: str) -> str:
    date = item.kind in ("datum", "lo3_datum") and re.fullmatch(r"[12]\d{7}", text)
    return f"{text[:4]}-{text[4:6]}-{text[6:]}" if date else text


def exchange(written: Written, leveringen: Sequence[object]) -> bytes:
    """A file of leveringen."""
    supplier = written.register.name(f"{written.contract.name}: {len(written.register.labels)}")
    file = {
        "startdatumLevering": "2025-01-01",
        "einddatumLevering": "2025-01-31",
        "codeGegevensleverancier": supplier,
        "leveringen": leveringen,
    }
    return json.dumps(file, ensure_ascii=False, indent=1).encode()


def refused_exchange(written: Written) -> Iterator[bytes]:
    """JSON that is refused."""
    register, name = written.register, written.contract.name

    def one(who: str) -> str:
        unit = written.unit(written.contract.tables, f"refused, {who}")
        return exchange(written, [levering(written, unit)]).decode()

    cut, odd = one("cut off"), f'"{register.name(f"{name}: a name that nobody knows")}"'
    yield cut[: len(cut) * 2 // 3].encode()
    yield one("garbage").replace(":", "", 5).encode()
    yield one("an odd name").replace('"burgerservicenummer"', odd).encode()
    double = f'"burgerservicenummer": "{register.bsn(f"{name}: a double name")}", '
    twice = one("a double name").replace('"burgerservicenummer"', f'{double}"burgerservicenummer"')
    yield twice.encode()
    deep = "[" * 50_000 + f'"{register.bsn(f"{name}: deep down")}"' + "]" * 50_000
    yield one("deep").replace('"2025-01-01"', deep).encode()
    yield one("no number").replace('"2025-01-01"', "NaN").encode()
    yield one("Latin-1").encode("latin-1")
    yield one("UTF-16").encode("utf-16")
    yield one("NUL").replace("2025-01-01", "2025\x0001-01").encode()
    yield json.dumps(
        [register.bsn(f"{name}: no object"), register.name(f"{name}: a list")]
    ).encode()
    member = f"{register.bsn(f'{name}: name of a member')}.json"
    yield zipped(one("a zip cut off"), names=[member])[:-30]


# --- STUF-CAP ---------------------------------------------------------------------------------


def _placed(record: str, **fields: tuple[int, str]) -> str:
    for begin, text in fields.values():
        record = record[: begin - 1] + text + record[begin - 1 + len(text) :]
    assert len(record) == 80
    return record


def stufcap(written: Written) -> list[bytes]:
    """A good file with records of every fault, and files that are refused."""
    register = written.register

    def leading(who: str) -> str:
        contact = register.name(f"woz_stufcap, {who}: contact person")
        phone = f"0{register.bsn(f'woz_stufcap, {who}: telephone')}"
        return f"00479{contact:<40}{phone:<20}20250115{2024}V01"

    def record(number: int, **fields: tuple[int, str]) -> str:
        plain = f"1{f'0479{number:08d}':<12}00012     {'':2}{POSTCODE}{250_000:011d}0"
        plain += f"{250_000:011d}1020240101   00{0:011d}"
        return _placed(plain, **fields)

    def closing(*records: str) -> str:
        spans = ((32, 42, 15), (44, 54, 15), (70, 80, 15))
        sums = [
            (sum(int(text[a - 1 : b]) for text in records if text[a - 1 : b].isdigit()), width)
            for a, b, width in spans
        ]
        return f"2{len(records):09d}" + "".join(f"{n:0{w}d}" for n, w in sums) + " " * 25

    def file(*lines: str) -> bytes:
        return "".join(f"{line}\r\n" for line in lines).encode("latin-1")

    def bsn(who: str) -> str:
        return register.bsn(f"woz_stufcap: in {who}")

    faults = [
        record(11, object=(2, bsn("the number of an object") + "   ")),
        record(12, house=(14, bsn("the house number")[:9])),
        record(13, value=(32, bsn("the value") + "EU")),
        record(14, date=(57, bsn("the date")[:9])),
        record(15, postcode=(26, bsn("the postcode")[:6])),
        record(16, name=(14, register.name("woz_stufcap: a name for an address")[:18].ljust(18))),
    ]
    good = [record(number) for number in range(1, 5)]
    more = [*good, *faults, good[0]]
    one = record(20)
    short = f"{one[:70]}{register.bsn('woz_stufcap: a record that is too short')}"
    return [
        file(leading("good"), *more, closing(*more)),
        file(leading("totals"), one, closing(one, one)),
        file(leading("not closed"), one),
        file(leading("short"), short, closing(one)),
        file(leading("twice"), leading("second"), one, closing(one)),
        file(leading("NUL"), one.replace("   ", " \0 ", 1), closing(one)),
        file(one, closing(one), leading("last")),
    ]


# --- all of them ------------------------------------------------------------------------------


def deliveries(register: Register, contracts: Mapping[str, Contract]) -> dict[str, bytes]:
    """Every other delivery once, good and bad units together, and every file that is refused."""
    files: dict[str, bytes] = {}
    for name in (
        *("bijstand_bus", "corporatie_huren", "duo_diplomas", "duo_inschrijvingen"),
        *("duo_verzuim", "ib_inkomsten", "inkomen_huishouden", "minimaregelingen"),
        "rmc_trajecten",
    ):
        written = Written(contracts[name], register)
        files |= _as_files(name, tables(written), refused_tables(written))
    for name, other in (("bijstand_bus", bus), ("duo_diplomas", duo), ("duo_inschrijvingen", duo)):
        files[f"{name}_GM0518_2025-01.zip"] = other(Written(contracts[name], register))
    for name in ("wmo_berichten", "jeugd_berichten"):
        written = Written(contracts[name], register)

        def whole(who: str, written: Written = written) -> str:
            return message(written, "301", written.unit([written.contract.head], who))

        files |= _as_files(name, messages(written), refused_messages(written, whole))
    for name in ("schuldhulp_ddas", "vroegsignalen"):
        written = Written(contracts[name], register)
        files |= _as_files(name, ddas(written), refused_exchange(written))
    good, *refused = stufcap(Written(contracts["woz_stufcap"], register))
    return files | _as_files("woz_stufcap", good, refused)


def _as_files(name: str, good: bytes, refused: Iterable[bytes]) -> dict[str, bytes]:
    files = {f"{name}_GM0479_2025-01.{_suffix(name, good)}": good}
    for number, content in enumerate(refused):
        month = f"{2020 + number // 12}-{number % 12 + 1:02}"
        files[f"{name}_GM0518_{month}.{_suffix(name, content)}"] = content
    return files


def _suffix(name: str, content: bytes) -> str:
    if content.startswith(b"PK"):
        return "zip"
    kinds = {"wmo": "xml", "jeu": "xml", "sch": "json", "vro": "json", "woz": "txt"}
    return kinds.get(name[:3], "csv")
