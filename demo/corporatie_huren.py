"""Writes the rents of the corporaties: a CSV in the terms of VERA, a line per unit.

What belongs here: what a line looks like, and what each corporatie knows of an address. What does
not: which homes are let, to whom and for what (``lives.homes``). One corporatie writes a comma
before the cents, one knows few objects of the BAG, and one names the buurt as well.

Errors: an address that is not found (E02), or of which only the buurt is known; a code of a buurt
that no division has (E12); amounts that cannot be read or be true (E13).
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from demo.injection import ACCEPTED, QUARANTINED, Injection
from demo.lives import Lives
from demo.lives.facts import CORPORATIONS, IAH
from demo.population import NEVER, Numbers, draw, first_day

EXTENSION = "csv"
DELIVERY = "corporatie_huren"
HEADER = (
    *("corporatie_id", "eenheidnummer", "peildatum", "bag_verblijfsobject", "postcode"),
    *("huisnummer", "huisletter", "huisnummertoevoeging", "buurtcode", "eenheidstatus"),
    *("woningwaarderingstelsel", "wws_punten", "netto_huur", "servicekosten_subsidiabel"),
    *("rekenhuur", "maximale_huur", "datum_ingang", "overeenkomstdetailsoort", "tak"),
    "iah_categorie",
)
#: VERA OVEREENKOMSTDETAILSOORT of each of ``lives.facts.CONTRACT_KINDS``.
_CONTRACTS = ("ONB", "JON", "CAM", "TIJ")
#: The corporaties that write a comma, know few objects, and name the buurt.
_COMMA, _FEW_OBJECTS, _NAMES_BUURT = 0, 1, 2
_KNOWN, _FEW = 0.97, 0.35
_UNKNOWN = ("9998ZZ", 20_000)
#: In every gemeente a code that no division has: its buurten are numbered below 90.
_NO_BUURT = "9999"
#: Of the vacant homes those for which a rent of nothing is written, not the last one.
_NOTHING = 0.5
#: The header is the first line.
_FIRST_LINE = 2


def write(path: Path, lives: Lives, month: np.datetime64, injection: Injection) -> None:
    """Write the homes of the corporaties, as they were on the eve of the month."""
    rows = [";".join(HEADER), *_File(lives, month, injection).lines()]
    path.write_bytes("".join(f"{row}\r\n" for row in rows).encode("utf-8"))


class _File:
    """The file of one month."""

    def __init__(self, lives: Lives, month: np.datetime64, injection: Injection) -> None:
        self.lives, self.month, self.injection = lives, month, injection
        self.rents = lives.rents()
        self.homes = lives.homes[self.rents["home"]]
        lines = np.arange(len(self.rents)) + _FIRST_LINE
        addressed = lines[lives.addresses.registered[self.rents["home"]]]
        self.unfound = self._pick("E02", addressed, "onvindbaar", "buurt_onbekend", "postcode")
        self.only_buurt = self._pick("E02", addressed, "met_buurt", "buurt_geleverd", "postcode")
        self.no_buurt = self._pick("E12", addressed, "", "buurtcode_onvertaalbaar", "buurtcode")
        let = lines[~self.rents["vacant"]]
        self.unreadable = injection.amounts(DELIVERY, month, let, element="netto_huur")
        self.incredible = self._pick(
            *("E13", let, "zonder_komma", "waarde_ongeloofwaardig", "netto_huur"),
            outcome=QUARANTINED,
        )

    def lines(self) -> list[str]:
        """A line per home, in the order of the homes."""
        lives, addresses = self.lives, self.lives.addresses
        reference = first_day(self.month) - 1
        postcodes = addresses.postcode_on(reference)
        registered = addresses.registered
        told = draw(lives.seed, "bag", self.rents["home"])
        nothing = draw(lives.seed, "leeg", self.rents["home"]) < _NOTHING
        day = _days(np.array([reference]))[0]
        begins = _days(self.rents["contract_begin"])
        buurten = addresses.division.buurten
        rows = []
        for place, (rent, home) in enumerate(zip(self.rents, self.homes, strict=True)):
            line, at, corporation = place + _FIRST_LINE, int(rent["home"]), int(home["corporation"])
            address = ["", "", "", "", ""]
            if line in self.unfound or line in self.only_buurt:
                number = (_UNKNOWN[1] + at) % 100_000
                address = ["", _UNKNOWN[0], str(number), "", ""]
            elif registered[at]:
                knows = told[place] < (_FEW if corporation == _FEW_OBJECTS else _KNOWN)
                address = [
                    addresses.object_id[at] if knows else "",
                    *(postcodes[at], str(addresses.house[at])),
                    *(addresses.letter[at], addresses.addition[at]),
                ]
            buurt = ""
            if line in self.no_buurt:
                buurt = f"BU{lives.gemeente:04d}{_NO_BUURT}"
            elif line in self.only_buurt or (
                corporation == _NAMES_BUURT and line not in self.unfound
            ):
                buurt = buurten[addresses.buurt[at]].code
            rows.append(
                ";".join(
                    (
                        *(CORPORATIONS[corporation], str(home["unit"]), day, *address, buurt),
                        "LEE" if rent["vacant"] else "VEH",
                        "ZEL" if home["self_contained"] else "ONZ",
                        str(home["points"]),
                        *self._amounts(line, rent, corporation, nothing=bool(nothing[place])),
                        begins[place],
                        self._contract(rent, home),
                        "DAEB" if rent["daeb"] else "niet-DAEB",
                        IAH[rent["iah"]],
                    )
                )
            )
        return rows

    def _amounts(
        self, line: int, rent: Numbers, corporation: int, *, nothing: bool
    ) -> tuple[str, str, str, str]:
        """The net rent, the service costs, their sum, and the highest rent."""
        mark = "," if corporation == _COMMA else "."
        net, service, highest = int(rent["net_rent"]), int(rent["service"]), int(rent["max_rent"])
        if rent["vacant"] and nothing:
            net = service = 0
        written = _euro(net, mark)
        if line in self.incredible:
            written = str(net)
        return (
            self.unreadable.get(line, written),
            _euro(service, mark),
            _euro(net + service, mark),
            _euro(highest, mark),
        )

    @staticmethod
    def _contract(rent: Numbers, home: Numbers) -> str:
        if rent["vacant"]:
            return ""
        return _CONTRACTS[rent["contract_kind"]] if home["self_contained"] else "KAM"

    def _pick(
        self,
        code: str,
        lines: Numbers,
        subject: str,
        reason: str,
        element: str,
        outcome: str = ACCEPTED,
    ) -> frozenset[int]:
        """The lines with one kind of error, noted."""
        picked = self.injection.pick(code, DELIVERY, self.month, lines, subject=subject)
        if len(picked):
            self.injection.note(
                code,
                DELIVERY,
                self.month,
                element=element,
                outcome=outcome,
                units=len(picked),
                reason=reason,
                where=picked.tolist(),
            )
        return frozenset(picked.tolist())


def _euro(cents: int, mark: str) -> str:
    return f"{cents // 100}{mark}{cents % 100:02d}"


def _days(days: Numbers) -> list[str]:
    """Days as YYYYMMDD; nothing for a day that has not come."""
    texts = np.datetime_as_string(np.where(days == NEVER, 0, days).astype("datetime64[D]"))
    return [
        "" if day == NEVER else text.replace("-", "")
        for day, text in zip(days.tolist(), texts.tolist(), strict=True)
    ]
