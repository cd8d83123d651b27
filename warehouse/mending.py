"""Mending by hand: what was set apart goes out sealed, and comes back mended, in its own place.

What belongs here: the sealed export of a quarantine and its opening, reading mended units, and
entering them as a version that supplements the one they were set apart from. What does not: cutting
units out and putting them back (the readers), judging them (the gate, later, as with any version),
and who may do this (whoever holds the key set, or was given the passphrase of one export).

Every export says who asked for it and why, in the ledger, before the file is there. An error says
the line of the mended file and what to do about it, never what stands there.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import secrets
import struct
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.metadata import version as package_version
from pathlib import Path
from typing import BinaryIO

from warehouse import keys as keyring
from warehouse.contracts import Contract
from warehouse.errors import DatapakhuisError, UsageError
from warehouse.home import CONFIGURATION, Home, month_text
from warehouse.intake import MENDED, Landed, is_mended_name
from warehouse.keys import KeySet
from warehouse.ledger import EXPORTED, OPENED, PENDING, Release, State, Version, version_id
from warehouse.readers import reader_for
from warehouse.readers.base import Place, Reader, Refused, Sink, Unmendable
from warehouse.seal import SealedWriter, SealError, open_sealed
from warehouse.station import Station

SHORTEST_PASSPHRASE = 12
#: Magic, version, what opens it, the version it came from, cost and salt, wrapped data key.
_PREAMBLE = struct.Struct(">8sBB16sB16s45s")
_MAGIC = b"DPHQUAR\n"
_VERSION = 1
_PASSPHRASE, _KEYSET = 1, 2
_PLACE = ("bericht", "eenheid", "regel")
_FIELDS = ("levering_id", *_PLACE, "reden", "veld", "inhoud")


class MendError(DatapakhuisError):
    """An export, or a mended file, that cannot be used; nothing was changed."""


# --- out --------------------------------------------------------------------------------------


def export(
    station: Station, levering_id: str, target: Path, why: Release, passphrase: str | None
) -> int:
    """Write the quarantine of a version to a sealed file.

    Args:
        station: a writer at work.
        levering_id: the version.
        target: the file to write; there may be none yet.
        why: who asks for it, and the reason.
        passphrase: what opens it; without one it is the key set of this home.

    Returns:
        The number of units in it.

    Raises:
        UsageError: without a reason, or for a file that is there already.
        LedgerError: when there is no such version.
        MendError: when it has no quarantine to export.
    """
    version = _with_quarantine(station, levering_id)
    _check_target(target, station.home)
    if passphrase is None:
        data_key, wrapped = station.keys.new_data_key()
        preamble = _preamble(_KEYSET, levering_id, wrapped=wrapped)
    else:
        salt = secrets.token_bytes(16)
        data_key = keyring.passphrase_key(passphrase, salt, keyring.PASSPHRASE_COST)
        preamble = _preamble(_PASSPHRASE, levering_id, salt=salt)
    station.ledger.disclosed(levering_id, EXPORTED, why)
    units = 0
    with _writing(target), SealedWriter(target, data_key, preamble) as sealed:
        for record in _records(station, version):
            sealed.write(_line({"levering_id": levering_id, **record}))
            units += 1
    return units


@contextmanager
def _writing(target: Path) -> Iterator[None]:
    """Say of a file that cannot be written which one it is."""
    try:
        yield
    except OSError as error:
        text = f"{target} cannot be written ({error.strerror})"
        raise MendError(text, "Name a place where this user may write.") from None


def read_passphrase(path: Path) -> str:
    """The passphrase on the first line of a file that only this user may read.

    Raises:
        UsageError: when the file cannot be read, is open to others, or holds too short a one.
    """
    try:
        with path.open("rb") as file:
            open_to_others = os.fstat(file.fileno()).st_mode & 0o077
            text = file.readline().decode("utf-8", "replace").strip()
    except OSError as error:
        raise UsageError(
            f"the passphrase cannot be read from {path} ({error.strerror})", "Check the path."
        ) from None
    if open_to_others:
        raise UsageError(f"others may read {path}", f"Run `chmod 600 {path}`.")
    if len(text) < SHORTEST_PASSPHRASE:
        raise UsageError(
            f"the passphrase has less than {SHORTEST_PASSPHRASE} characters",
            "Take a longer one, or leave out --passphrase-file: then one is made for you.",
        )
    return text


def _preamble(kind: int, levering_id: str, *, salt: bytes = b"", wrapped: bytes = b"") -> bytes:
    cost = keyring.PASSPHRASE_COST if kind == _PASSPHRASE else 0
    values = (kind, levering_id.encode(), cost, salt, wrapped)
    return _PREAMBLE.pack(_MAGIC, _VERSION, *values)


def _check_target(target: Path, home: Home) -> None:
    place = target.resolve()
    if place.is_relative_to(home.path.resolve()) and place.parent != home.exports.resolve():
        raise UsageError(
            "an export does not lie in the home", "Give a path outside of it, or in exports/."
        )
    if target.exists() or target.is_symlink():
        raise UsageError(
            f"there is a file {target} already", "Nothing is overwritten: name another."
        )
    if not place.parent.is_dir():
        raise UsageError(f"there is no folder {target.parent}", "Make it, or name another.")


def _with_quarantine(station: Station, levering_id: str) -> Version:
    version = station.ledger.version(levering_id)
    if version.state in (State.RECEIVED, State.PROCESSED):
        raise MendError(f"{levering_id} is still on its way", "Run `datapakhuis run` first.")
    if version.state is State.REFUSED:
        raise MendError(
            f"{levering_id} was refused as a whole, and so has no quarantine",
            "Have the file mended and deliver it again.",
        )
    if not station.ledger.quarantined(levering_id):
        raise MendError(
            f"nothing of {levering_id} is in quarantine", "See `datapakhuis quarantine list`."
        )
    return version


def _records(station: Station, version: Version) -> Iterator[dict[str, object]]:
    """What lies sealed in the quarantine of a version, a unit at a time."""
    assert version.data_key  # noqa: S101
    data_key = station.keys.unwrap(version.data_key)
    with open_sealed(station.intake.quarantine(version.levering_id), data_key) as source:
        for line in source:
            yield json.loads(line)


def _line(record: Mapping[str, object]) -> bytes:
    ordered = {name: record[name] for name in _FIELDS}
    try:
        return json.dumps(ordered, ensure_ascii=False).encode() + b"\n"
    except UnicodeEncodeError:  # Bytes of a source that was no UTF-8.
        return json.dumps(ordered).encode() + b"\n"


# --- opened -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Exported:
    """A sealed export, as much of it as anyone may read."""

    path: Path
    levering_id: str
    by_passphrase: bool
    _cost: int
    _salt: bytes
    _wrapped: bytes

    def with_passphrase(self, passphrase: str) -> bytes:
        """Its data key."""
        return keyring.passphrase_key(passphrase, self._salt, self._cost)

    def with_keys(self, keys: KeySet) -> bytes:
        """Its data key; ``KeySetError`` when it is of another home."""
        return keys.unwrap(self._wrapped)


def look_at(path: Path) -> Exported:
    """What kind of export lies at ``path``.

    Raises:
        MendError: when it is none, or cannot be read.
    """
    try:
        with path.open("rb") as file:
            head = file.read(_PREAMBLE.size)
    except OSError as error:
        raise MendError(f"{path} cannot be opened ({error.strerror})", "Check the path.") from None
    if len(head) == _PREAMBLE.size:
        magic, version, kind, name, cost, salt, wrapped = _PREAMBLE.unpack(head)
        if (magic, version) == (_MAGIC, _VERSION) and kind in (_PASSPHRASE, _KEYSET):
            levering_id = name.decode("ascii", "replace")
            return Exported(path, levering_id, kind == _PASSPHRASE, cost, salt, wrapped)
    raise MendError(
        f"{path} is not an export of quarantine",
        "Give the file that `datapakhuis quarantine export` wrote.",
    )


def check_plain(target: Path) -> None:
    """Refuse a place where plain identifiers may not lie.

    Raises:
        UsageError: for a file that is there already, and for one in a home, unless it lies in
            landing under the name by which the Dagster UI finds it.
    """
    place = target.resolve()
    for folder in place.parents:
        if not (folder / CONFIGURATION).exists():
            continue
        if place.parent != folder / "landing":
            raise UsageError(
                "plain quarantine does not lie in a home, except in landing/",
                "Give a path outside of the home.",
            )
        if not is_mended_name(place.name):
            raise UsageError(
                "in landing a mended file is called <delivery>_<GMcode>_<YYYY-MM>" + MENDED,
                "Use that name, or give a path outside of the home.",
            )
    if target.exists() or target.is_symlink():
        raise UsageError(
            f"there is a file {target} already", "Nothing is overwritten: name another."
        )
    if not place.parent.is_dir():
        raise UsageError(f"there is no folder {target.parent}", "Make it, or name another.")


def open_export(exported: Exported, data_key: bytes, target: Path) -> int:
    """Write an export as plain JSON lines that only this user may read; returns their number.

    Raises:
        UsageError: when the target may not be written (``check_plain``).
        MendError: when the key is not the right one, or the export was altered.
    """
    check_plain(target)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    units = 0
    try:
        with (
            _writing(target),
            open_sealed(exported.path, data_key, _PREAMBLE.size) as sealed,
            os.fdopen(os.open(target, flags, 0o600), "wb") as plain,
        ):
            try:
                for line in sealed:
                    plain.write(line)
                    units += 1
            except BaseException:
                target.unlink()
                raise
    except SealError:
        raise MendError(
            f"{exported.path} cannot be opened with this "
            + ("passphrase, or it was altered" if exported.by_passphrase else "key set"),
            "Check the passphrase, or have the quarantine exported again.",
        ) from None
    return units


def log_opened(station: Station, exported: Exported, who: str) -> None:
    """Write down that an export for the key set of this home is opened."""
    station.ledger.version(exported.levering_id)
    station.ledger.disclosed(exported.levering_id, OPENED, Release(who, "export geopend"))


# --- back -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Reoffered:
    """What came of a mended file: the version, how many units were mended, whether it is new."""

    version: Version
    units: int
    new: bool


@dataclass(frozen=True)
class _Offered:
    """A line of a mended file."""

    number: int
    levering_id: str
    place: Place
    content: str


def version_of(station: Station, file: Landed) -> str:
    """The version that the first line of a mended file in landing belongs to.

    Raises:
        MendError: when it is not one of the delivery, gemeente and month in the file's name.
    """
    for offered in _offered(file.path):
        for version in station.ledger.of(file.delivery, file.gemeente, file.month):
            if version.levering_id == offered.levering_id:
                return version.levering_id
        raise MendError(
            f"{_where(offered.number)} it belongs to no version of {file.delivery} "
            f"{file.gemeente} {month_text(file.month)}",
            "Give the file the name of the delivery, gemeente and month it was exported from.",
        )
    raise _nothing_mended()


def reoffer(
    station: Station, levering_id: str, path: Path, why: Release, *, keep: bool = False
) -> Reoffered:
    """Enter mended units as a version that supplements the one they were set apart from.

    The new version is a copy of the original with the mended units in their places. It goes the
    ordinary way: to the gate, the checks, and then current or held. What is still wrong in it goes
    to quarantine again. The same file again changes nothing.

    Args:
        station: a writer at work.
        levering_id: the version they were set apart from.
        path: JSON lines, as an export gives them; removed once they are taken in.
        why: who offers it, and the reason.
        keep: leave the file where it is.

    Raises:
        UsageError: without a reason.
        LedgerError: when there is no such version.
        MendError: when the file or the version cannot be used; nothing was changed.
    """
    base = _with_quarantine(station, levering_id)
    contract = station.contracts[base.delivery or ""]
    mended = _mended(station, base, path)
    contents = {offered.place: _encoded(offered) for offered in mended}
    lines = {offered.place: offered.number for offered in mended}
    try:
        version, new = _enter(station, contract, base, contents, why)
    except Unmendable as wrong:
        text = f"{_where(lines[wrong.place])} {wrong.message}"
        raise MendError(text, wrong.remedy) from None
    if not keep:
        path.unlink()
    return Reoffered(version, len(mended), new)


def _where(number: int) -> str:
    return f"line {number} of the mended file:"


def _offered(path: Path) -> Iterator[_Offered]:
    try:
        with path.open("rb") as file:
            for number, line in enumerate(file, 1):
                if line.strip():
                    yield _read(number, line)
    except OSError as error:
        text = f"{path} cannot be opened ({error.strerror})"
        raise MendError(text, "Check the path.") from None


def _read(number: int, line: bytes) -> _Offered:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        record = None
    if isinstance(record, dict):
        numbers = [n for name in _PLACE if type(n := record.get(name)) is int]
        texts = [t for name in ("levering_id", "inhoud") if isinstance(t := record.get(name), str)]
        if (len(numbers), len(texts)) == (3, 2):
            return _Offered(number, texts[0], Place(*numbers), texts[1])
    raise MendError(
        f"{_where(number)} it is not a record as `quarantine open` writes it",
        "Change only the text of `inhoud`, and keep every record on one line.",
    )


def _mended(station: Station, base: Version, path: Path) -> list[_Offered]:
    """The lines of a mended file whose content was changed, each of a unit of this version."""
    apart = {
        Place(*(int(str(record[name])) for name in _PLACE)): record["inhoud"]
        for record in _records(station, base)
    }
    mended: dict[Place, _Offered] = {}
    seen: set[Place] = set()
    for offered in _offered(path):
        if offered.levering_id != base.levering_id:
            raise MendError(
                f"{_where(offered.number)} it belongs to another version than {base.levering_id}",
                "Offer each version's units apart, by its own levering_id.",
            )
        if offered.place not in apart:
            raise MendError(
                f"{_where(offered.number)} no such unit of {base.levering_id} is in quarantine",
                "Leave `bericht`, `eenheid` and `regel` as they were exported.",
            )
        if offered.place in seen:
            raise MendError(
                f"{_where(offered.number)} the same unit stands on an earlier line",
                "Keep the line that is right.",
            )
        seen.add(offered.place)
        if offered.content != apart[offered.place]:
            mended[offered.place] = offered
    if not mended:
        raise _nothing_mended()
    return list(mended.values())


def _nothing_mended() -> MendError:
    return MendError(
        "nothing in this file was mended", "Mend the text of `inhoud` of one unit at least."
    )


def _encoded(offered: _Offered) -> bytes:
    with suppress(UnicodeEncodeError):
        return offered.content.encode("utf-8", "surrogateescape")
    text = f"{_where(offered.number)} `inhoud` holds a character that does not exist"
    raise MendError(text, "Type it anew.")


def _enter(
    station: Station,
    contract: Contract,
    base: Version,
    mended: Mapping[Place, bytes],
    why: Release,
) -> tuple[Version, bool]:
    """The version with these units in their places, and whether it was not there yet."""
    assert base.data_key  # noqa: S101
    reader = reader_for(contract)
    base_key = station.keys.unwrap(base.data_key)
    with open_sealed(station.intake.original(base.levering_id), base_key) as source:
        for place, unit in mended.items():
            _check_alone(reader, source, place, unit)
        digest = _Digest()
        reader.splice(source, mended, digest)
    partition = (base.delivery, base.gemeente, base.month)
    same = [v for v in station.ledger.of(*partition) if v.sha256 == digest.sha256]
    for known in same:
        if known.supplements == base.levering_id and known.state is not State.REFUSED:
            return known, False
    _check_place(station, contract, base)
    name = version_id(digest.sha256, *partition, len(same))
    data_key, wrapped = station.keys.new_data_key()
    original = station.intake.original(name)
    with (
        open_sealed(station.intake.original(base.levering_id), base_key) as source,
        SealedWriter(original, data_key) as sealed,
    ):
        reader.splice(source, mended, _Digest(sealed))
    try:
        _check_whole(reader, original, data_key, base)
    except BaseException:
        original.unlink()
        raise
    version = station.ledger.receive(
        levering_id=name,
        delivery=base.delivery,
        gemeente=base.gemeente,
        month=base.month,
        file=base.file,
        sha256=digest.sha256,
        size=digest.size,
        key_id=station.keys.check_value,
        code_version=package_version("datapakhuis"),
        contract_version=contract.version,
        data_key=wrapped,
        supplements=base,
        release=why,
    )
    return version, True


class _Digest:
    """What is written, hashed and counted on its way."""

    def __init__(self, target: Sink | None = None) -> None:
        self._target = target
        self._hash = hashlib.sha256()
        self.size = 0

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()

    def write(self, data: bytes, /) -> None:
        self._hash.update(data)
        self.size += len(data)
        if self._target is not None:
            self._target.write(data)


def _check_alone(reader: Reader, source: BinaryIO, place: Place, unit: bytes) -> None:
    """A mended unit must be one unit, and nothing for which a whole file would be refused."""
    try:
        units = reader.units(io.BytesIO(reader.alone(source, unit)))
    except Refused as refused:
        raise Unmendable(place, refused.message, refused.remedy) from None
    if units != 1:
        raise Unmendable(
            place, f"it holds {units} units", "Put one unit on one line, as it was exported."
        )


def _check_place(station: Station, contract: Contract, base: Version) -> None:
    """Only what is current, or is held and may still become so, can be supplemented."""
    others = station.ledger.family(base)
    if contract.mode == "stand":
        others = station.ledger.of(base.delivery, base.gemeente, base.month)
    for other in others:
        if other.order > base.order and other.visible:
            raise MendError(
                f"{other.levering_id} took the place of {base.levering_id}",
                "Export and mend the quarantine of that one, if it has any.",
            )
        if other.order > base.order and other.state in PENDING:
            raise MendError(
                f"{other.levering_id} is on its way to take the place of {base.levering_id}",
                "Run `datapakhuis run`, and mend what is in quarantine then.",
            )


def _check_whole(reader: Reader, original: Path, data_key: bytes, base: Version) -> None:
    """The mended file must hold as many units as the one it was made from."""
    assert base.counts  # noqa: S101
    with open_sealed(original, data_key) as source:
        try:
            units = reader.units(source)
        except Refused as refused:
            raise MendError(
                f"with the mended units the file would be refused ({refused.code})", refused.remedy
            ) from None
    if units != base.counts.source:
        raise MendError(
            f"with the mended units the file would hold {units} units, not {base.counts.source}",
            "A unit cannot join another by hand: have the file corrected and deliver it again.",
        )
