"""Readers: one per format. A reader turns bytes into tables of text, and judges structure only.

What belongs here: parsing, limits against hostile input, the independent count of records, and
cutting a unit's own bytes out of the source for quarantine. What does not: the rules of a
contract, keys, or anything that outlives a chunk. A reader never puts content into an error.
"""

from __future__ import annotations

from warehouse.contracts import Contract, ContractError
from warehouse.readers.base import Reader


def reader_for(contract: Contract) -> Reader:
    """The reader of a contract's format.

    Raises:
        ContractError: when no reader knows the format.
    """
    from warehouse.readers.gbav import GbavReader
    from warehouse.readers.suwiml import SuwimlReader

    readers: dict[str, type[Reader]] = {"gbav_csv": GbavReader, "suwiml_inkomsten": SuwimlReader}
    if contract.format not in readers:
        raise ContractError(f"contract {contract.name} names an unknown format")
    return readers[contract.format](contract)
