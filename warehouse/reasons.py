"""Why a delivery is refused or a unit quarantined: codes, sentences and remedies, stated once.

A reason is all that is ever told about bad input: never the value that provoked it. What belongs
here is the text; who finds the fault is the business of the readers, the gate and the intake.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Reason:
    """One way in which input can be wrong, and the way to mend it."""

    code: str
    text: str
    remedy: str


def _table(*rows: tuple[str, str, str]) -> dict[str, Reason]:
    return {code: Reason(code, text, remedy) for code, text, remedy in rows}


_AGAIN = "Ask the supplier for the file again and drop it in landing."

#: The whole file is refused: nothing of it is taken in.
REFUSALS = _table(
    (
        "bestandsnaam_onbekend",
        "the file name is not <delivery>_<GMcode>_<YYYY-MM>.<ext>",
        "Rename the file, for example brp_personen_GM0479_2026-01.csv, and drop it again.",
    ),
    (
        "levering_onbekend",
        "the file name begins with a delivery that has no contract",
        "Use the name of a contract in contracts/ and drop the file again.",
    ),
    (
        "extensie_onbekend",
        "the contract of this delivery does not allow this kind of file",
        "Deliver the kind of file that the contract names under extensies.",
    ),
    (
        "gemeente_onbekend",
        "this datapakhuis does not serve the gemeente in the file name",
        "Correct the code in the file name, or add the gemeente in datapakhuis.toml.",
    ),
    (
        "maand_ongeldig",
        "the month in the file name is not a delivery month of this datapakhuis",
        "Name the month of delivery as YYYY-MM, not before the first month and not in the future.",
    ),
    ("leeg_bestand", "the file is empty", _AGAIN),
    ("alleen_kopregel", "the file holds a header and no rows", _AGAIN),
    (
        "codering",
        "the file is not UTF-8",
        "Export the file as UTF-8 (not UTF-16, Latin-1 or Windows-1252) and drop it again.",
    ),
    ("nul_byte", "the file holds a NUL byte", "The file is damaged or binary. " + _AGAIN),
    ("regel_te_lang", "a line is longer than 1 MiB", "No field can be that long. " + _AGAIN),
    (
        "kolom_ontbreekt",
        "a column of the contract is missing or renamed",
        "Compare the header with the contract; change the contract only together with its owner.",
    ),
    (
        "kolom_onbekend",
        "a column is not in the contract",
        "Leave the column out of the export, or have the owner of the contract add it.",
    ),
    (
        "kolom_dubbel",
        "a column name occurs more often than the contract knows",
        "Give every column its own name, as the contract does.",
    ),
    (
        "aanhalingsteken_open",
        "a quote is opened and not closed on its line",
        "Mend the quote on that line (a field may hold no line break) and drop the file again.",
    ),
    (
        "telling_wijkt_af",
        "the number of records read differs from an independent count",
        "The file's structure is broken near that line. " + _AGAIN,
    ),
    ("afgekapt", "the file ends in the middle of a record", "The file was cut off. " + _AGAIN),
    (
        "eenheid_te_groot",
        "one record has more continuation rows than can belong to one person",
        "The first column, which marks a new person, is probably empty. " + _AGAIN,
    ),
    (
        "xml_onleesbaar",
        "the XML is cut off or not well formed",
        "The message is damaged. " + _AGAIN,
    ),
    (
        "xml_ander_bericht",
        "the XML is not the message that the contract names",
        "Check which service the message comes from and drop the right one.",
    ),
    (
        "xml_dtd",
        "the XML declares a document type or entities, which no register sends",
        "Do not open the file; ask the supplier where it comes from.",
    ),
    (
        "json_onleesbaar",
        "the JSON is not well formed, or not the kind of message that the contract names",
        "Check that this is the file that was meant. " + _AGAIN,
    ),
    (
        "crs_onbekend",
        "the coordinates are neither in RD nor in WGS84",
        "Export the map in RD (EPSG:28992), with its crs stated, and drop it again.",
    ),
    (
        "record_lengte",
        "a record is not 80 positions long",
        "A position is one byte: export as ASCII or Latin-1, each record on its own line.",
    ),
    (
        "record_volgorde",
        "the records are not one voorlooprecord, its gegevensrecords and one sluitrecord",
        "The file was cut off or put together wrongly. " + _AGAIN,
    ),
    (
        "controletelling",
        "the totals of the sluitrecord are not those of the gegevensrecords above it",
        "Records were lost, added or changed after the file was made. " + _AGAIN,
    ),
    ("zip_onleesbaar", "the zip cannot be read", "The zip is damaged or encrypted. " + _AGAIN),
    (
        "zip_te_groot",
        "the file or zip holds more members or bytes than a delivery can",
        "Deliver in smaller files; if this is a true delivery, raise the limit in the contract.",
    ),
    (
        "zip_bom",
        "a member of the zip is compressed beyond any true message",
        "Do not open the file; ask the supplier where it comes from.",
    ),
    (
        "zip_pad",
        "a member of the zip points outside the zip",
        "Do not open the file; ask the supplier where it comes from.",
    ),
    ("zip_genest", "the zip holds another zip", "Put the messages themselves in one zip."),
    ("zip_leeg", "the zip holds no messages", _AGAIN),
    (
        "bestand_ontbreekt",
        "a file that the contract names is not in the delivery",
        "Put all the files of this delivery in one zip, each with its own header.",
    ),
)

#: One unit is set apart; the others go on.
QUARANTINE = _table(
    ("bsn_ontbreekt", "no BSN", "Find the person's BSN at the source and correct the record."),
    (
        "bsn_lengte",
        "the BSN does not have nine digits",
        "Export BSNs as text: a spreadsheet drops the leading zero.",
    ),
    ("bsn_geen_cijfers", "the BSN holds something else than digits", "Correct it at the source."),
    ("bsn_elfproef", "the BSN fails the 11-test", "Correct the number at the source."),
    ("bsn_onbekend", "BSN 999999999: the person is not known", "Identify the person first."),
    ("bsn_ongeboren", "BSN 000000000: a child not yet born", "Deliver again after the birth."),
    (
        "sleutel_dubbel",
        "the same key stands on several records of this file",
        "Find out at the source which record is right, and deliver that one.",
    ),
    ("verplicht_leeg", "a required field is empty", "Fill the field at the source."),
    ("datum_ongeldig", "a date does not exist", "Correct the date at the source."),
    ("code_onbekend", "a code is not in the code list", "Correct the code, or extend the list."),
    ("patroon", "a field does not have its form", "Correct the field at the source."),
    ("bedrag_ongeldig", "an amount or its sign cannot be read", "Correct it at the source."),
    (
        "waarde_ongeloofwaardig",
        "a number lies beyond what its field can mean",
        "Check the unit (euros or cents, month or year) and the decimal mark at the source.",
    ),
    ("aantal_velden", "a row has too many or too few fields", "Mend the row at the source."),
    ("lege_regel", "an empty line", "Remove the line."),
    (
        "vervolgregel_zonder_hoofd",
        "a continuation row without the person it continues",
        "The first row of the person is missing. Ask for the file again.",
    ),
    (
        "uitkering_zonder_persoon",
        "an uitkering without a person",
        "Add the persons of this uitkering at the source.",
    ),
    (
        "bericht_versie",
        "a message of another version of the standard than the contract names",
        "Have the message delivered in the version of the contract, or have the contract changed.",
    ),
    (
        "gemeente_anders",
        "the record is another gemeente's than the one that delivers it",
        "Have the other gemeente deliver it; without a task of its own this one may not hold it.",
    ),
    (
        "zaak_zonder_signaal",
        "a vroegsignaalzaak names no signal that is in this file",
        "Deliver the signals together with their zaak.",
    ),
    (
        "antwoord_met_fout",
        "the source answered with an error",
        "Ask the question again; the person counts as not asked.",
    ),
)


def reason(code: str) -> Reason:
    """The reason behind a code; raises ``KeyError`` for a code that nobody defined."""
    return REFUSALS[code] if code in REFUSALS else QUARANTINE[code]
