"""Delivery assets: one per contract, partitioned by gemeente and month of delivery.

Materialising one takes in what landed for that partition: it is sealed, goes through the gate,
is judged, and becomes current or is held. Where nothing landed the present state is shown.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import dagster as dg
import pandas as pd
from pydantic import Field

from assets.faults import faults
from assets.outcomes import kept, shown, specs
from expectations.bridge import Suite, judge
from warehouse.contracts import REGISTER, Contract
from warehouse.home import AMSTERDAM, Home, add_months, month_text, parse_month
from warehouse.intake import Landed, Misnamed, look, mended_waiting, shown_name
from warehouse.ledger import PENDING, Quarantined, Release, State, Version
from warehouse.mending import export, reoffer, version_of
from warehouse.profile import ProfileInput, delivery_profile, repetition
from warehouse.reasons import reason
from warehouse.station import Station, at_work

GEMEENTE, MONTH = "gemeente", "levermaand"
LANDING = dg.AssetKey("landing")
#: So many lines of a reason are shown; `datapakhuis quarantine list` shows all.
PLACES = 10
#: After a longer silence, or that of a yearly state, there is no month before to compare with.
COMPARED_MONTHS = 3


class Decision(dg.Config):
    """What a person decides when they materialise a delivery."""

    vrijgeven_omdat: str = Field(
        default="",
        description="Geef de vastgehouden levering vrij; schrijf hier waarom. Wordt vastgelegd.",
    )
    quarantaine_exporteren_omdat: str = Field(
        default="",
        description="Schrijf de quarantaine, verzegeld voor wie de sleutelset heeft, in exports/; "
        "schrijf hier waarom. Wordt vastgelegd.",
    )
    heraanbieden_omdat: str = Field(
        default="",
        description="Bied de herstelde eenheden opnieuw aan die in landing liggen als "
        "<levering>_<GMcode>_<JJJJ-MM>.hersteld.jsonl; schrijf hier wat er hersteld is. "
        "Wordt vastgelegd.",
    )


def partition_key(gemeente: str, month: date) -> dg.MultiPartitionKey:
    """The partition of one gemeente and month of delivery."""
    return dg.MultiPartitionKey({GEMEENTE: gemeente, MONTH: month_text(month)})


def asset_key(delivery: str) -> dg.AssetKey:
    """The key of a delivery's asset."""
    return dg.AssetKey(["leveringen", delivery])


def partitions(home: Home) -> dg.MultiPartitionsDefinition:
    """Every gemeente, and every month from the first up to the present one."""
    return dg.MultiPartitionsDefinition(
        {
            GEMEENTE: dg.StaticPartitionsDefinition(list(home.gemeenten)),
            MONTH: dg.MonthlyPartitionsDefinition(
                start_date=month_text(home.first_month),
                fmt="%Y-%m",
                # A month begins by the Dutch clock, as for the names in landing.
                timezone=AMSTERDAM.key,
                end_offset=1,
            ),
        }
    )


def landing_asset(home: Home, contracts: Mapping[str, Contract]) -> dg.AssetsDefinition:
    """Refuses what lies in landing under a name that no contract knows."""

    @dg.asset(
        key=LANDING,
        group_name="landing",
        kinds={"file"},
        owners=["team:datapakhuis"],
        tags={"openheid": "gesloten"},
        description="De map waarin leveringen binnenkomen. Wat geen contract kent wordt geweigerd.",
        check_specs=[
            dg.AssetCheckSpec(
                name="bestandsnamen",
                asset=LANDING,
                description="Elk bestand heet <levering>_<GMcode>_<JJJJ-MM>.<ext>.",
            )
        ],
    )
    def landing(context: dg.AssetExecutionContext) -> Iterator[Any]:
        with faults(context), at_work(home, contracts, context.run.run_id) as station:
            found = look(home, contracts)
            for file in found.misnamed:
                station.intake.refuse(file)
        yield dg.MaterializeResult(
            metadata={
                "klaar": len(found.ready),
                "groeit_nog": len(found.growing),
                "hersteld_wacht": len(found.mended),
            },
            check_results=[
                dg.AssetCheckResult(
                    passed=not found.misnamed,
                    check_name="bestandsnamen",
                    metadata={
                        "geweigerd": len(found.misnamed),
                        "bestanden": _table(_told(file) for file in found.misnamed),
                    },
                )
            ],
        )

    return landing


def delivery_asset(
    contract: Contract, suite: Suite, home: Home, contracts: Mapping[str, Contract]
) -> dg.AssetsDefinition:
    """The asset of one delivery."""
    key = asset_key(contract.name)

    @dg.asset(
        key=key,
        partitions_def=partitions(home),
        group_name=contract.theme,
        kinds={contract.extensions[0], "parquet"},
        owners=[f"team:{_slug(contract.owner)}"],
        tags={"leverwijze": contract.mode, "openheid": "gesloten"},
        description=contract.purpose,
        metadata=_contract_metadata(contract),
        check_specs=specs(suite, key),
        code_version=contract.version,
    )
    def delivery(context: dg.AssetExecutionContext, config: Decision) -> Iterator[Any]:
        keys = context.partition_key.keys_by_dimension
        gemeente, month = keys[GEMEENTE], parse_month(keys[MONTH])
        with faults(context), at_work(home, contracts, context.run.run_id) as station:
            mended = _mended(station, contract, gemeente, month)
            # A retry finds that what it waited for was taken in by the attempt before it.
            if config.heraanbieden_omdat and (mended or not context.retry_number):
                _reoffer(station, mended, Release("dagster", config.heraanbieden_omdat))
            taken = take_in(station, contract, suite, gemeente, month)
            if config.vrijgeven_omdat:
                held = _held(station, contract, gemeente, month)
                release = Release("dagster", config.vrijgeven_omdat)
                taken.append(station.intake.release(held, release))
            shown_version = _to_show(station, contract, taken, gemeente, month)
            results = station.ledger.checks(shown_version.levering_id)
            released = shown_version.state is State.RELEASED
            checks = list(shown(results, key, shown_version.reason if released else None))
            apart = station.ledger.quarantined(shown_version.levering_id)
            more = _waiting(mended)
            if config.quarantaine_exporteren_omdat:
                why = Release("dagster", config.quarantaine_exporteren_omdat)
                more |= _export(station, shown_version, why)
        if shown_version.state is State.REFUSED:
            raise _failure(shown_version)
        yield from checks
        yield dg.MaterializeResult(metadata=_metadata(shown_version, apart) | more)

    return delivery


def _mended(station: Station, contract: Contract, gemeente: str, month: date) -> Landed | None:
    """The file of mended units of a partition that waits in landing."""
    partition = (contract.name, gemeente, month)
    for file in mended_waiting(station.home, station.contracts):
        if (file.delivery, file.gemeente, file.month) == partition:
            return file
    return None


def _reoffer(station: Station, mended: Landed | None, why: Release) -> None:
    """Offer mended units again, as a version that is then taken in as any other."""
    if mended is None:
        raise dg.Failure(
            description="niets_hersteld: no mended units wait in landing", allow_retries=False
        )
    reoffer(station, version_of(station, mended), mended.path, why)


def _waiting(mended: Landed | None) -> dict[str, dg.MetadataValue[Any]]:
    if mended is None or not mended.path.exists():
        return {}
    return {"hersteld_wacht": dg.MetadataValue.text(mended.path.name)}


def _export(station: Station, version: Version, why: Release) -> dict[str, dg.MetadataValue[Any]]:
    """Write a version's quarantine to exports/, sealed for who holds the key set."""
    station.home.exports.mkdir(mode=0o700, exist_ok=True)
    target = station.home.exports / f"{version.levering_id}.quarantine"
    # What stands there is an export of the same units.
    target.unlink(missing_ok=True)
    export(station, version.levering_id, target, why, passphrase=None)
    command = f"datapakhuis quarantine open exports/{target.name} -o OUT.jsonl"
    return {"export": dg.MetadataValue.text(command)}


def _held(station: Station, contract: Contract, gemeente: str, month: date) -> str:
    """The held version of a partition."""
    versions = station.ledger.of(contract.name, gemeente, month)
    held = [version for version in versions if version.state is State.HELD]
    if not held:
        raise dg.Failure(description="niets_vastgehouden: nothing is held", allow_retries=False)
    return held[-1].levering_id


def take_in(
    station: Station, contract: Contract, suite: Suite, gemeente: str, month: date
) -> list[Version]:
    """Take in what landed for one partition, and what was cut short before; in order of arrival."""
    for file in look(station.home, station.contracts).ready:
        if (file.delivery, file.gemeente, file.month) == (contract.name, gemeente, month):
            station.intake.receive(file)
    versions = station.ledger.of(contract.name, gemeente, month)
    return [_forward(station, suite, version) for version in versions if version.state in PENDING]


def _forward(station: Station, suite: Suite, version: Version) -> Version:
    """Send one version on its way, from wherever it was, to where it must wait or rest."""
    if version.state is State.RECEIVED:
        version = station.intake.process(version)
    if version.state is State.PROCESSED:
        outcomes = judge(suite, lambda: _profile(station, version))
        station.ledger.record_checks(version.levering_id, kept(outcomes))
        if any(outcome.holds for outcome in outcomes):
            station.ledger.hold(version.levering_id)
        else:
            station.intake.accept(version)
    return station.ledger.version(version.levering_id)


def _profile(station: Station, version: Version) -> pd.DataFrame:
    this = _profile_input(station, version)
    assert version.delivery and version.gemeente and version.month  # noqa: S101, PT018
    previous = _compared_with(station, version)
    figures = delivery_profile(
        this.counts,
        this.reasons,
        this.raw,
        _profile_input(station, previous) if previous else None,
        _known_persons(station, version),
        month=version.month,
    )
    return pd.concat([figures, _repetition(station, version, previous)], ignore_index=True)


def _repetition(station: Station, version: Version, previous: Version | None) -> pd.DataFrame:
    """What a version has in common with the state before it, or with all changes before it."""
    contract = station.contracts[version.delivery or ""]
    earlier = [previous] if previous else []
    if contract.mode == "mutatie":
        visible = station.ledger.visible(contract.name)
        earlier = [v for v in visible if v.gemeente == version.gemeente and v.rank != version.rank]
    counted = f"{contract.counts}.parquet"
    return repetition(
        contract,
        station.intake.raw(version) / counted,
        [station.intake.raw(other) / counted for other in earlier],
    )


def _compared_with(station: Station, version: Version) -> Version | None:
    """The newest version of the months before; for a first state, the one it takes the place of."""
    assert version.delivery and version.gemeente and version.month  # noqa: S101, PT018
    contract = station.contracts[version.delivery]
    oldest = add_months(version.month, -max(COMPARED_MONTHS, contract.valid_months))
    visible = [other for other in station.ledger.visible(contract.name) if other.month]
    mine = [other for other in visible if other.gemeente == version.gemeente]
    earlier = [other for other in mine if oldest <= (other.month or oldest) < version.month]
    replaced = [other for other in mine if other.month == version.month]
    if not earlier and contract.mode == "stand":
        earlier = replaced
    return max(earlier, key=lambda other: (other.month or oldest, other.order), default=None)


def _profile_input(station: Station, version: Version) -> ProfileInput:
    assert version.counts and version.delivery  # noqa: S101, PT018
    folder = station.intake.raw(version)
    return ProfileInput(
        counts={
            "bron": version.counts.source,
            "geaccepteerd": version.counts.accepted,
            "quarantaine": version.counts.quarantined,
            "dubbel": version.counts.duplicate,
        },
        reasons=station.ledger.reasons(version.levering_id),
        raw={
            table.name: folder / f"{table.name}.parquet"
            for table in station.contracts[version.delivery].raw_tables
        },
        month=version.month,
    )


def _known_persons(station: Station, version: Version) -> list[Path]:
    """The persons of the newest BRP that is still valid in the month of this delivery."""
    register = station.contracts.get(REGISTER)
    if register is None or version.delivery == register.name or not version.month:
        return []
    oldest = add_months(version.month, -register.valid_months)
    known = [
        other
        for other in station.ledger.visible(register.name)
        if other.gemeente == version.gemeente and other.month and oldest <= other.month
    ]
    newest = max(known, key=lambda other: (other.month or oldest, other.order), default=None)
    return [station.intake.raw(newest) / f"{register.head.name}.parquet"] if newest else []


def _to_show(
    station: Station, contract: Contract, taken: list[Version], gemeente: str, month: date
) -> Version:
    """The version whose outcome this materialisation shows: the worst of now, else the newest."""
    refused = [version for version in taken if version.state is State.REFUSED]
    versions = station.ledger.of(contract.name, gemeente, month)
    known = [version for version in versions if version.state not in PENDING]
    if refused or taken:
        return (refused or taken)[-1]
    if not known:
        raise dg.Failure(
            description=f"niets_geland: nothing landed for {gemeente} {month_text(month)}. "
            f"Drop {contract.name}_{gemeente}_{month_text(month)}.{contract.extensions[0]}"
            " in landing.",
            allow_retries=False,
        )
    return known[-1]


def _failure(version: Version) -> dg.Failure:
    why = reason(version.reason or "")
    where = f" ({version.place})" if version.place else ""
    return dg.Failure(
        description=f"{version.file}: {why.code}{where}: {why.text}. {why.remedy}",
        metadata={
            "bestand": version.file,
            "reden": why.code,
            "plaats": version.place or "",
            "herstel": why.remedy,
        },
        allow_retries=False,
    )


def _metadata(version: Version, apart: Sequence[Quarantined]) -> dict[str, dg.MetadataValue[Any]]:
    counts = version.counts
    assert counts  # noqa: S101
    return {
        "bestand": dg.MetadataValue.text(version.file),
        "dagster/row_count": dg.MetadataValue.int(counts.accepted),
        "levering_id": dg.MetadataValue.text(version.levering_id),
        "staat": dg.MetadataValue.text(version.state.value),
        "bron": dg.MetadataValue.int(counts.source),
        "geaccepteerd": dg.MetadataValue.int(counts.accepted),
        "quarantaine": dg.MetadataValue.int(counts.quarantined),
        "dubbel": dg.MetadataValue.int(counts.duplicate),
        "nagekomen": dg.MetadataValue.text(
            "onbekend" if version.late is None else str(version.late)
        ),
        "quarantaine_redenen": _table(_by_reason(apart)),
    }


def _by_reason(apart: Sequence[Quarantined]) -> Iterator[dict[str, str | int]]:
    """Per reason how many units, where the first of them stand, and the remedy."""
    for code in sorted({unit.reason for unit in apart}):
        places = [
            f"bericht {unit.message} regel {unit.line}" if unit.message else f"regel {unit.line}"
            for unit in apart
            if unit.reason == code
        ]
        yield {
            "reden": code,
            "aantal": len(places),
            "plaats": ", ".join(places[:PLACES]) + (", …" if len(places) > PLACES else ""),
            "herstel": reason(code).remedy,
        }


def _told(file: Misnamed) -> dict[str, str | int]:
    why = reason(file.reason)
    return {"bestand": shown_name(file.path), "reden": why.code, "herstel": why.remedy}


def _table(rows: Iterable[dict[str, str | int]]) -> dg.TableMetadataValue:
    records = [dg.TableRecord(row) for row in rows]
    names = list(records[0].data) if records else ["reden"]
    schema = dg.TableSchema([dg.TableColumn(name) for name in names])
    return dg.MetadataValue.table(records, schema)


def _contract_metadata(contract: Contract) -> dict[str, object]:
    columns = [
        dg.TableColumn(f"{table.name}.{name}", kind.lower(), field.description)
        for table in contract.raw_tables
        for field in table.fields
        for name, kind in field.raw_columns.items()
    ]
    return {
        "dagster/column_schema": dg.TableSchema(columns=columns),
        "contract": contract.version,
        "doelen": ", ".join(contract.purposes),
        "grondslag": contract.legal_ground,
        "bewaartermijn_jaren": contract.retention_years,
        "eigenaar": contract.owner,
    }


def _slug(text: str) -> str:
    return "_".join(text.lower().split())
