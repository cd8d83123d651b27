"""Writes the messages on provisions, of iWmo and iJw alike: 301, 305 and 307, a zip a month.

What belongs here: the messages of a month as the standard writes them, with what else a month's
traffic holds (return messages). What does not: who gets which provision (``lives.care``), and what
the laws differ in (``wmo_berichten``, ``jeugd_berichten``).

A start that was wrong is removed and sent again on the same day, as the standard has it (CS058). An
allocation that was sent by mistake comes again with reason 13 and ends on the day it began. All
that one person, one supplier and one day have in common goes in one message.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape

import numpy as np
from numpy.typing import NDArray

from demo.injection import ACCEPTED, Injection
from demo.lives import Lives
from demo.lives.facts import SUPPLIERS, Law
from demo.population import NEVER, Numbers

#: Who left or died so many days ago is known in the BRP to have done so.
LONG_GONE = 62
#: Of so many allocations one is answered by a return message in the same zip.
ANSWERED = 25
_PRODUCTS = {301: "ToegewezenProduct", 305: "StartProduct", 307: "StopProduct"}
_WITHDRAWN = "13"
_NAMES = ("Voorbeeld", "Proefstra", "Testink", "Demomans", "Schijnhof", "Nepveld", "Fictema")


@dataclass(frozen=True)
class Standard:
    """What the messages of a law differ in: names, codes, and how a reason is written."""

    law: Law
    delivery: str
    name: str
    prefix: str
    codes: Mapping[int, int]
    ends: Mapping[int, str]
    changes: Mapping[int, str]

    def namespace(self, kind: int) -> str:
        """The namespace of a message."""
        base = f"http://www.istandaarden.nl/{self.name}/3_2"
        return f'xmlns:i="{base}/basisschema/schema" xmlns:b="{base}/{self.prefix}{kind}/schema"'


def write(
    path: Path, lives: Lives, month: np.datetime64, injection: Injection, standard: Standard
) -> None:
    """Write the messages of a month, numbered, without a BSN in a name."""
    mail = _Mail(lives, month, injection, standard)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as archive:
        for number, text in enumerate(mail.messages(), 1):
            member = zipfile.ZipInfo(f"bericht_{number:06d}.xml")
            member.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(member, text)


class _Mail:
    """The messages of one law and month."""

    def __init__(
        self, lives: Lives, month: np.datetime64, injection: Injection, standard: Standard
    ) -> None:
        self.standard = standard
        self.gemeente = f"{lives.gemeente:04d}"
        self.month = month
        self.label = str(month).replace("-", "")[2:]
        sent = lives.messages_of_month()
        self.sent = sent[sent["law"] == standard.law]
        self.care = lives.care
        self.persons = lives.persons
        self.bsn = lives.bsns(standard.delivery)
        self.birth = lives.births(standard.delivery)
        self.days = _Days(self.sent, lives)
        self.bounds = self._grouped()
        self.person = self.care["person"][self.sent["care"][self.bounds[:-1]]]
        self.units = self._units()
        self._inject(lives, injection)

    def messages(self) -> Iterator[str]:
        """All messages, and the answers to some."""
        for number, (begin, end) in enumerate(
            zip(self.bounds[:-1].tolist(), self.bounds[1:].tolist(), strict=True), 1
        ):
            rows = self.sent[begin:end]
            yield self._message(number, rows)
            if rows["kind"][0] == 301 and number % ANSWERED == 0:
                yield self._answer(number, rows)

    def _grouped(self) -> Numbers:
        """Sort what was sent by day, kind, person and supplier; where each message begins."""
        care = self.care[self.sent["care"]]
        keys = [self.sent["known"], self.sent["kind"], care["person"], care["supplier"]]
        order = np.lexsort((self.sent["care"], *keys[::-1]))
        self.sent = self.sent[order]
        new = np.ones(len(order), dtype=bool)
        if len(order):
            new[1:] = np.any([np.diff(key[order]) != 0 for key in keys], axis=0)
        return np.append(np.flatnonzero(new), len(order))

    def _units(self) -> Numbers:
        """The products in each message; a start that is sent again is two."""
        again = (self.sent["kind"] == 305) & (self.sent["status"] == 2)
        weight = np.concatenate([[0], np.cumsum(1 + again)])
        return np.diff(weight[self.bounds])

    def _inject(self, lives: Lives, injection: Injection) -> None:
        """The errors of this month, and a note of those that the lives hold themselves."""
        delivery = self.standard.delivery
        numbers = np.arange(1, len(self.bounds))
        self.wrong = injection.bsns(
            delivery, self.month, numbers, element="Bsn", units=self.units, of="message"
        )
        partial = np.flatnonzero(self.persons["partial"][self.person] > 0)
        right = partial[~np.isin(partial + 1, list(self.wrong))]
        if injection.rate and len(right):
            injection.note(
                "E08",
                delivery,
                self.month,
                element="DatumGebruik",
                outcome=ACCEPTED,
                units=int(self.units[right].sum()),
                reason="geboortedatum_onvolledig",
                of="message",
                where=(right + 1).tolist(),
            )
        gone = lives.moment.gone
        care = self.care
        running = (
            (care["law"] == self.standard.law)
            & care["in_kind"]
            & (care["known"] <= lives.last)
            & (care["begin"] <= lives.last)
            & (care["stopped_known"] > lives.last)
            & (care["withdrawn"] == NEVER)
            & (care["end"] > lives.last)
            & (gone[care["person"]] < lives.last - LONG_GONE)
        )
        if injection.rate and running.any():
            injection.note(
                "E06",
                delivery,
                self.month,
                element="Client",
                outcome=ACCEPTED,
                units=int(running.sum()),
                reason="geen_inwoner",
                of="provision",
                where=care["number"][running].tolist(),
            )

    def _message(self, number: int, rows: Numbers) -> str:
        kind = int(rows["kind"][0])
        care = self.care[rows["care"]]
        supplier = SUPPLIERS[care["supplier"][0]]
        parties = (self.gemeente, supplier) if kind == 301 else (supplier, self.gemeente)
        person = int(care["person"][0])
        client = self._client(number, person, whole=kind == 301)
        product = _PRODUCTS[kind]
        group = f"{product[:-1]}ten"
        products = "".join(
            f"<b:{product}>{content}</b:{product}>\n"
            for place in range(len(rows))
            for content in self._products(kind, rows[place], care[place], place)
        )
        return (
            f"{self._opening(kind, number, int(rows['known'][0]), parties)}"
            f"<b:Client>{client}\n<b:{group}>\n{products}</b:{group}></b:Client>\n</b:Bericht>\n"
        )

    def _opening(self, kind: int, number: int, day: int, parties: tuple[str, str]) -> str:
        version = "<i:BasisschemaXsdVersie>1.0.0</i:BasisschemaXsdVersie>"
        version += "<i:BerichtXsdVersie>1.0.0</i:BerichtXsdVersie>"
        return (
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            f"<b:Bericht {self.standard.namespace(kind)}>\n"
            f"<b:Header><b:BerichtCode>{self.standard.codes[kind]}</b:BerichtCode>"
            "<b:BerichtVersie>3</b:BerichtVersie><b:BerichtSubversie>2</b:BerichtSubversie>"
            f"<b:Afzender>{parties[0]}</b:Afzender><b:Ontvanger>{parties[1]}</b:Ontvanger>"
            f"<b:BerichtIdentificatie><i:Identificatie>{self.label}{number:08d}</i:Identificatie>"
            f"<i:Dagtekening>{self.days[day]}</i:Dagtekening></b:BerichtIdentificatie>"
            f"<b:XsdVersie>{version}</b:XsdVersie></b:Header>\n"
        )

    def _client(self, number: int, person: int, *, whole: bool) -> str:
        record = self.persons[person]
        bsn = self.wrong.get(number, str(self.bsn[person]))
        name = _NAMES[int(record["surname"]) % len(_NAMES)]
        use = {0: "", 1: "2", 2: "3"}[int(record["partial"])]
        birth = self.days.birth(int(self.birth[person]), int(record["partial"]))
        client = (
            f"<b:Bsn>{bsn}</b:Bsn><b:Geboortedatum><i:Datum>{birth}</i:Datum>"
            f"{_optional('i:DatumGebruik', use)}</b:Geboortedatum>"
            f"<b:Geslacht>{(1, 2, 0)[int(record['sex'])]}</b:Geslacht>\n"
            f"<b:Naam><i:Geslachtsnaam><i:Achternaam>{escape(name)}</i:Achternaam>"
            "</i:Geslachtsnaam><i:Voornamen>Sam</i:Voornamen><i:Voorletters>S</i:Voorletters>"
        )
        if not whole:
            return f"{client}</b:Naam>"
        return (
            f"{client}<i:NaamGebruik>1</i:NaamGebruik></b:Naam>\n"
            "<b:Communicatie><i:Vorm>1</i:Vorm></b:Communicatie>\n"
            "<b:Relaties><b:Relatie><b:Nummer>1</b:Nummer><b:Volgorde>1</b:Volgorde>"
            "<b:Soort>03</b:Soort><b:Naam><i:Geslachtsnaam><i:Achternaam>Mantel</i:Achternaam>"
            "</i:Geslachtsnaam><i:Voornamen>Bo</i:Voornamen><i:NaamGebruik>1</i:NaamGebruik>"
            f"</b:Naam>{_CONTACT}</b:Relatie></b:Relaties>\n"
            f"<b:Contactgegevens>{_CONTACT}</b:Contactgegevens>"
        )

    def _products(self, kind: int, sent: np.void, care: np.void, place: int) -> Iterator[str]:
        wide = 2 if self.standard.law is Law.WMO else 0
        product = (
            f"<b:Product><i:Categorie>{int(care['category']):0{wide}d}</i:Categorie>"
            f"<i:Code>{int(care['code']):05d}</i:Code></b:Product>"
        )
        number = f"<b:ToewijzingNummer>{care['number']}</b:ToewijzingNummer>"
        if kind == 301:
            yield number + self._reference(care) + product + self._allocated(sent, care, place)
            return
        allocated = f"<b:ToewijzingIngangsdatum>{self.days[int(care['begin'])]}"
        head = f"{number}{product}{allocated}</b:ToewijzingIngangsdatum>"
        head += f"<b:Begindatum>{self.days[int(sent['begin'])]}</b:Begindatum>"
        if kind == 307:
            reason = self.standard.ends[int(sent["reason"])]
            head += f"<b:RedenBeeindiging>{reason}</b:RedenBeeindiging>"
            head += f"<b:Einddatum>{self.days[int(sent['end'])]}</b:Einddatum>"
        if kind == 305 and sent["status"] == 2:
            yield f"{head}<b:StatusAanlevering>3</b:StatusAanlevering>"
        yield f"{head}<b:StatusAanlevering>1</b:StatusAanlevering>"

    def _allocated(self, sent: np.void, care: np.void, place: int) -> str:
        begin, end = int(sent["begin"]), int(sent["end"])
        withdrawn = sent["status"] == 3
        reason = _WITHDRAWN if withdrawn else self.standard.changes.get(int(sent["reason"]), "")
        last = self.days[begin] if withdrawn else "" if end == NEVER else self.days[max(end, begin)]
        day = self.days[int(sent["known"])]
        return (
            f"<b:Toewijzingsdatum>{day}</b:Toewijzingsdatum>"
            f"<b:Toewijzingstijd>{9 + place // 60:02d}:{place % 60:02d}:00</b:Toewijzingstijd>"
            f"<b:Ingangsdatum>{self.days[begin]}</b:Ingangsdatum>"
            f"{_optional('b:Einddatum', last)}{_optional('b:RedenWijziging', reason)}"
            f"<b:Omvang><i:Volume>{care['volume']}</i:Volume>"
            f"<i:Eenheid>{int(care['unit']):02d}</i:Eenheid>"
            f"<i:Frequentie>{care['frequency']}</i:Frequentie></b:Omvang>"
            "<b:Commentaar>Volgens het plan dat met Sam Voorbeeld is gemaakt.</b:Commentaar>"
        )

    def _reference(self, care: np.void) -> str:
        return f"<b:ReferentieAanbieder>R{care['number']}</b:ReferentieAanbieder>"

    def _answer(self, number: int, rows: Numbers) -> str:
        """The return message (302): all is well."""
        supplier = SUPPLIERS[self.care["supplier"][rows["care"][0]]]
        opening = self._opening(302, number, int(rows["known"][0]), (supplier, self.gemeente))
        codes = "<b:RetourCodes><b:RetourCode>0200</b:RetourCode></b:RetourCodes>"
        return f"{opening.replace('</b:Header>', f'{codes}</b:Header>')}</b:Bericht>\n"


class _Days:
    """Days as the standard writes them; each is written once."""

    def __init__(self, sent: Numbers, lives: Lives) -> None:
        care = lives.care
        days = [sent[field] for field in ("known", "begin", "end")]
        every = np.unique(np.concatenate([*days, care["begin"], care["started"]]))
        every = every[every < NEVER]
        written: NDArray[np.str_] = np.datetime_as_string(every.astype("datetime64[D]"))
        self._written: dict[int, str] = dict(zip(every.tolist(), written.tolist(), strict=True))

    def __getitem__(self, day: int) -> str:
        return self._written[day]

    @staticmethod
    def birth(day: int, partial: int) -> str:
        """A birth date: 1 January where only the year is known, that of 1900 where nothing is."""
        if partial == 2:
            return "1900-01-01"
        text = str(np.datetime64(day, "D"))
        return f"{text[:4]}-01-01" if partial else text


_CONTACT = (
    "<b:Contact><b:Soort>01</b:Soort><b:Adres><i:Huis><i:Huisnummer>1</i:Huisnummer></i:Huis>"
    "<i:Postcode>9999ZZ</i:Postcode><i:Straatnaam>Voorbeeldweg</i:Straatnaam>"
    "<i:Plaatsnaam>Voorbeeldstad</i:Plaatsnaam><i:LandCode>NL</i:LandCode></b:Adres>"
    "<b:Telefoon><i:Telefoon01><i:Telefoonnummer>0201234567</i:Telefoonnummer>"
    "<i:Landnummer>0031</i:Landnummer></i:Telefoon01></b:Telefoon>"
    "<b:Emailadres>sam@voorbeeld.example</b:Emailadres></b:Contact>"
)


def _optional(element: str, value: str) -> str:
    return f"<{element}>{value}</{element}>" if value else ""
