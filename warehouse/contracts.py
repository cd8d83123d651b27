"""The contracts as the warehouse reads them: one YAML per delivery, in the shape of ODCS v3.

What belongs here: reading a contract, refusing one that is incomplete, and saying in plain data
classes what the readers, the gate and the documentation need. What does not: reading data.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from warehouse.errors import DatapakhuisError

CONTRACTS = Path(__file__).resolve().parent.parent / "contracts"

#: The register of who lives here, by which the others are judged.
REGISTER = "brp_personen"
CLASSES = frozenset({"bsn", "bsn_relatie", "token", "direct", "overig", "staging", "gewoon"})
DROPPED = frozenset({"direct", "overig"})
#: The delivery modes, and what a fact about an earlier month may do in each: it is counted, or it
#: opens that month again.
DELIVERY_MODES = {
    "stand": ("telt", "heropent"),
    "sleutel": ("heropent",),
    "mutatie": ("heropent",),
}
RAW_TYPES = {"vlag": "BOOLEAN", "geheel": "BIGINT"}


class ContractError(DatapakhuisError):
    """A contract that cannot be used; the message says which and why."""


@dataclass(frozen=True)
class Field:
    """One element of a delivery: what it is called, what it may hold, and how far it may go."""

    name: str
    source: str
    description: str
    classification: str
    required: bool = False
    pattern: str | None = None
    codes: tuple[str, ...] = ()
    kind: str | None = None
    on_error: str = "quarantaine"
    domain: str | None = None
    token_of: tuple[tuple[str, ...], ...] = ()
    compared: bool = True
    event: bool = False
    optional: bool = False
    lowest: float | None = None
    highest: float | None = None

    @property
    def kept(self) -> bool:
        """Whether anything of this field reaches raw Parquet."""
        return self.classification not in DROPPED

    @property
    def is_bsn(self) -> bool:
        """Whether the field holds a BSN, the person's own or a relative's."""
        return self.classification in ("bsn", "bsn_relatie")

    @property
    def raw_columns(self) -> dict[str, str]:
        """The raw columns this field becomes, with their DuckDB type."""
        if not self.kept:
            return {}
        if self.classification == "bsn":
            return {f"{self.name}_versleuteld": "VARCHAR"}
        if self.classification == "bsn_relatie":
            return {f"{self.name}_versleuteld": "VARCHAR", f"{self.name}_ongeldig": "BOOLEAN"}
        return {self.name: RAW_TYPES.get(self.kind or "", "VARCHAR")}


@dataclass(frozen=True)
class Table:
    """One object of a delivery: a table of raw Parquet, unless all of its fields are dropped.

    With a ``key`` its rows are units of their own. It stands by itself when it says so in its own
    key (``independent``); otherwise it belongs to the head of its contract. A file of what is
    ``optional`` may be left out of a delivery of several. Of changes one file may hold several of
    the same key: ``order`` are the fields that tell which of them is the last.
    """

    name: str
    description: str
    fields: tuple[Field, ...]
    categories: tuple[str, ...] = ()
    repeats: bool = False
    personal: bool = True
    key: tuple[str, ...] = ()
    order: tuple[str, ...] = ()
    independent: bool = False
    optional: bool = False

    @cached_property
    def by_name(self) -> Mapping[str, Field]:
        """The fields by name."""
        return {field.name: field for field in self.fields}

    @property
    def key_columns(self) -> tuple[str, ...]:
        """The raw columns of its key."""
        return tuple(
            f"{name}_versleuteld" if name not in self.by_name or self.by_name[name].is_bsn else name
            for name in self.key
        )

    @property
    def unit_columns(self) -> tuple[str, ...]:
        """The raw columns that no two units of a file may share."""
        return (*self.key_columns, *self.order)

    @property
    def kept(self) -> bool:
        """Whether this object is written to raw Parquet."""
        return any(field.kept for field in self.fields)

    @property
    def raw_columns(self) -> dict[str, str]:
        """Every column of this object's raw Parquet, with its DuckDB type."""
        columns = {"levering_id": "VARCHAR"}
        columns |= dict.fromkeys(("eenheid", "bericht", "regel"), "BIGINT")
        if self.personal and not _own_bsn(self):
            columns["bsn_versleuteld"] = "VARCHAR"
        for field in self.fields:
            columns |= field.raw_columns
        return columns

    @property
    def read_fields(self) -> tuple[Field, ...]:
        """The fields a reader must deliver: what is kept, and what a token is made of."""
        inputs = {name for f in self.fields for option in f.token_of for name in option}
        return tuple(
            f for f in self.fields if f.classification != "token" and (f.kept or f.name in inputs)
        )


@dataclass(frozen=True)
class Cadence:
    """How often a delivery comes, and when it must be there.

    One delivery every so many ``months`` of the calendar (1 a month, 3 a quarter, 12 a year), of
    any month in that period. It must be there on ``day`` of the month that is ``after`` months
    after the period's last month; 0 is in that month itself.
    """

    months: int
    day: int
    after: int


@dataclass(frozen=True)
class Contract:
    """The agreement about one delivery.

    A ``reference`` (areas, addresses) is about no person. Its newest version carries forward from
    its month of delivery; where it holds for ``every_month``, over all that came before as well.
    What is not ``personal`` holds no BSN, though it may be about somebody's home.
    ``lookback_months`` bounds how far back a state opens months again, and ``fact_purposes`` are
    those that may know the bare fact that somebody is in it, and no more. What ``may_be_empty``
    can hold nothing at all and be right.
    """

    name: str
    version: str
    theme: str
    purpose: str
    mode: str
    format: str
    extensions: tuple[str, ...]
    counts: str
    key: tuple[str, ...]
    identical_is_duplicate: bool
    valid_months: int
    lag_months: int
    purposes: tuple[str, ...]
    legal_ground: str
    owner: str
    retention_years: int
    cadence: Cadence
    late: str
    reference: bool
    every_month: bool
    personal: bool
    lookback_months: int
    fact_purposes: tuple[str, ...]
    may_be_empty: bool
    tables: tuple[Table, ...]

    @cached_property
    def by_name(self) -> Mapping[str, Table]:
        """The objects by name."""
        return {table.name: table for table in self.tables}

    @cached_property
    def head(self) -> Table:
        """The object to which other rows belong: the person; without persons, what counts."""
        if not self.personal:
            return self.by_name[self.counts]
        return next(table for table in self.tables if _own_bsn(table))

    @property
    def reopens(self) -> bool:
        """Whether a fact about an earlier month opens that month again."""
        return self.late == "heropent"

    @property
    def carries_forward(self) -> bool:
        """Whether a version holds for months after that of its delivery."""
        return self.mode == "stand" and (self.reference or self.valid_months > 1)

    @property
    def units(self) -> tuple[Table, ...]:
        """The objects whose rows are counted: the one that the contract names, and independents."""
        return tuple(table for table in self.tables if table.key)

    @property
    def raw_tables(self) -> tuple[Table, ...]:
        """The objects that are written to raw Parquet."""
        return tuple(table for table in self.tables if table.kept)


def _own_bsn(table: Table) -> bool:
    return any(field.classification == "bsn" for field in table.fields)


def _custom(properties: Iterable[Any] | None) -> dict[str, Any]:
    return {item.property: item.value for item in properties or []}


def _field(model: Any, where: str) -> Field:
    custom = _custom(model.customProperties)
    options = model.logicalTypeOptions or {}
    if model.classification not in CLASSES:
        raise ContractError(f"{where}.{model.name} has no identification class")
    if not model.description:
        raise ContractError(f"{where}.{model.name} has no description")
    on_error = custom.get("bij_fout", "quarantaine")
    if on_error not in ("quarantaine", "leeg"):
        raise ContractError(f"{where}.{model.name}: bij_fout is quarantaine or leeg")
    return Field(
        name=model.name,
        source=model.physicalName or "",
        description=model.description,
        classification=model.classification,
        required=bool(model.required),
        pattern=options.get("pattern"),
        codes=tuple(str(code) for code in custom.get("codelijst", ())),
        kind=custom.get("soort"),
        on_error=on_error,
        domain=custom.get("domein"),
        token_of=tuple(tuple(option) for option in custom.get("van", ())),
        compared=bool(custom.get("vergelijk", True)),
        event=bool(custom.get("gebeurtenis", False)),
        optional=custom.get("kolom") == "optioneel",
        lowest=_number(custom.get("minstens")),
        highest=_number(custom.get("hoogstens")),
    )


def _number(value: Any) -> float | None:
    return None if value is None else float(value)


def _table(
    model: Any, where: str, *, personal: bool, key: tuple[str, ...], order: tuple[str, ...]
) -> Table:
    custom = _custom(model.customProperties)
    own = tuple(custom.get("sleutel", ()))
    fields = tuple(_field(item, f"{where}.{model.name}") for item in model.properties or [])
    return Table(
        name=model.name,
        description=model.description or "",
        fields=fields,
        categories=tuple(str(item) for item in custom.get("categorieen", ())),
        repeats=bool(custom.get("voorkomens", False)),
        personal=personal and bool(custom.get("persoonlijk", True)),
        key=own or key,
        order=order,
        optional=bool(custom.get("optioneel", False)),
        independent=bool(own) or (bool(key) and any(f.classification == "bsn" for f in fields)),
    )


def _required(custom: Mapping[str, Any], name: str, where: str) -> Any:
    if custom.get(name) in (None, "", []):
        raise ContractError(f"contract {where} does not state {name}", "Add it to the contract.")
    return custom[name]


def _cadence(frequency: Any, custom: Mapping[str, Any], where: str) -> Cadence:
    unit = {"month": 1, "year": 12}.get(frequency.unit if frequency else "")
    if unit is None or 12 % (months := int(frequency.value) * unit):
        raise ContractError(
            f"contract {where} does not state its frequency",
            "Give under slaProperties a frequency in months that fit in a year, or of one year.",
        )
    day, after = (_required(custom, f"verwacht_{name}", where) for name in ("op_dag", "na_maanden"))
    if not 1 <= int(day) <= 31 or int(after) < 0:
        raise ContractError(
            f"contract {where}: verwacht_op_dag is 1 to 31, verwacht_na_maanden 0 or more"
        )
    return Cadence(months, int(day), int(after))


def load_contract(path: Path) -> Contract:
    """Read one contract.

    Raises:
        ContractError: when the YAML is no ODCS contract, or leaves out what a gemeente must be
            able to prove: theme, purposes, legal ground, retention, owner, delivery mode, and
            when it comes.
    """
    import yaml
    from open_data_contract_standard.model import OpenDataContractStandard

    # The parser in C where there is one: every command reads every contract.
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), loader)  # noqa: S506 - both are safe
        model = OpenDataContractStandard(**content)
    except Exception as error:
        raise ContractError(f"{path.name} is not a contract ({type(error).__name__})") from error
    name = model.name or path.stem
    custom = _custom(model.customProperties)
    promises = {p.property: p for p in model.slaProperties or []}
    retention = promises["retention"].value if "retention" in promises else None
    if not model.domain or retention is None:
        raise ContractError(f"contract {name} does not state its theme (domain) and retention")
    mode = _required(custom, "leverwijze", name)
    if mode not in DELIVERY_MODES:
        raise ContractError(f"contract {name}: leverwijze is one of {sorted(DELIVERY_MODES)}")
    reference = bool(custom.get("referentie", False))
    personal = not reference and bool(custom.get("over_personen", True))
    counts, key = _required(custom, "telt", name), tuple(_required(custom, "sleutel", name))
    contract = Contract(
        name=name,
        version=model.version or "",
        theme=model.domain,
        purpose=(model.description.purpose if model.description else "") or "",
        mode=mode,
        format=_required(custom, "formaat", name),
        extensions=tuple(_required(custom, "extensies", name)),
        counts=counts,
        key=key,
        identical_is_duplicate=bool(custom.get("gelijk_is_dubbel", False)),
        valid_months=int(_required(custom, "geldig_maanden", name)),
        lag_months=int(custom.get("naijling_maanden", 0)),
        purposes=tuple(_required(custom, "doelen", name)),
        legal_ground=_required(custom, "grondslag", name),
        owner=_required(custom, "eigenaar", name),
        retention_years=int(retention),
        cadence=_cadence(promises.get("frequency"), custom, name),
        late=_required(custom, "nagekomen", name),
        reference=reference,
        every_month=custom.get("geldt_voor") == "alle_maanden",
        personal=personal,
        lookback_months=int(custom.get("terugwerkend_maanden", 0)),
        fact_purposes=tuple(custom.get("doelen_feit", ())),
        may_be_empty=bool(custom.get("mag_leeg", False)),
        tables=tuple(
            _table(
                item,
                name,
                personal=personal,
                key=key if item.name == counts else (),
                order=tuple(custom.get("volgorde", ())) if item.name == counts else (),
            )
            for item in model.schema_ or []
        ),
    )
    _check_whole(contract)
    return contract


def _check_whole(contract: Contract) -> None:
    """Refuse a contract whose parts do not fit: better here than at a gemeente's first load."""
    identifying = sum(field.is_bsn for table in contract.tables for field in table.fields)
    if not contract.personal and (identifying or contract.mode != "stand"):
        raise ContractError(f"contract {contract.name}: what is about no person is a stand")
    if contract.personal and not any(_own_bsn(table) for table in contract.tables):
        raise ContractError(f"contract {contract.name}: no object holds the own BSN")
    if contract.counts not in contract.by_name:
        raise ContractError(f"contract {contract.name} counts an object that it does not describe")
    for table in contract.tables if contract.personal else ():
        if table is not contract.head and _own_bsn(table) != (table.independent and table.personal):
            raise ContractError(
                f"{contract.name}.{table.name}: an object with a BSN of its own states its sleutel,"
                " and only such an object, or one that is persoonlijk: false, stands by itself"
            )
    counted = contract.by_name[contract.counts]
    if counted.independent and not contract.head.key:
        raise ContractError(f"{contract.name}.{contract.head.name} does not state its sleutel")
    if contract.late not in DELIVERY_MODES[contract.mode]:
        raise ContractError(
            f"contract {contract.name}: nagekomen is {' or '.join(DELIVERY_MODES[contract.mode])}"
            f" for leverwijze {contract.mode}"
        )
    if contract.mode == "stand" and contract.reopens and not contract.lookback_months:
        raise ContractError(
            f"contract {contract.name}: a stand that reopens months states terugwerkend_maanden"
        )
    if contract.mode == "mutatie" or (contract.mode == "stand" and contract.reopens):
        missing = {"datum_aanvang", "datum_einde"} - contract.by_name[
            contract.counts
        ].by_name.keys()
        if missing:
            raise ContractError(
                f"{contract.name}.{contract.counts} has no {' and no '.join(sorted(missing))},"
                " by which the months that a row touches are known"
            )
    unordered = set(counted.order) - counted.by_name.keys()
    if unordered or (counted.order and contract.mode != "mutatie"):
        raise ContractError(
            f"contract {contract.name}: volgorde names fields of {contract.counts}, of changes only"
        )
    for table in contract.tables:
        for field in table.fields:
            if field.classification == "token" and not (field.domain and field.token_of):
                raise ContractError(f"{contract.name}.{field.name}: a token states domein and van")
            unknown = [n for o in field.token_of for n in o if n not in table.by_name]
            if unknown:
                raise ContractError(f"{contract.name}.{field.name} is made of unknown {unknown}")


def load_contracts(folder: Path = CONTRACTS) -> dict[str, Contract]:
    """Every contract in a folder, by delivery name."""
    contracts = [load_contract(path) for path in sorted(folder.glob("*.yaml"))]
    return {contract.name: contract for contract in contracts}
