"""Readers: one per format. A reader turns bytes into tables of text, and judges structure only.

What belongs here: parsing, limits against hostile input, the independent count of records, and
cutting a unit's own bytes out of the source for quarantine. What does not: the rules of a
contract, keys, or anything that outlives a chunk. A reader never puts content into an error.
"""

from __future__ import annotations

from importlib import import_module

from warehouse.contracts import Contract, ContractError
from warehouse.readers.base import Reader

#: The format that a contract names, and the module and class that read it.
FORMATS = {
    "bag": ("bag", "BagReader"),
    "bus": ("bus", "BusReader"),
    "csv": ("table", "TableReader"),
    "duo": ("suwiml_duo", "DuoReader"),
    "ddas_schuldhulp": ("ddas", "SchuldhulpReader"),
    "ddas_vroegsignalen": ("ddas", "VroegsignalenReader"),
    "gbav_csv": ("gbav", "GbavReader"),
    "gebieden": ("gebieden", "GebiedenReader"),
    "stufcap": ("stufcap", "StufcapReader"),
    "ijw": ("istandaarden", "IStandaardenReader"),
    "iwmo": ("istandaarden", "IStandaardenReader"),
    "suwiml_inkomsten": ("suwiml", "SuwimlReader"),
}


def reader_for(contract: Contract) -> Reader:
    """The reader of a contract's format.

    Raises:
        ContractError: when no reader knows the format.
    """
    if contract.format not in FORMATS:
        raise ContractError(f"contract {contract.name} names an unknown format")
    module, name = FORMATS[contract.format]
    reader: type[Reader] = getattr(import_module(f"warehouse.readers.{module}"), name)
    return reader(contract)
