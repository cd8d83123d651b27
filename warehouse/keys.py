"""The keys, and everything that is done with them: tokens, data keys and the way back.

What belongs here: the key set's file, the eleven test that decides what is a BSN, making tokens,
republishing them in another domain, decrypting one, wrapping the data keys of sealed files, and
the key that a passphrase gives.
What does not: which column is a token, who may ask for the way back, and the log of having done
so. No other module reads key material, and none of it appears in a message, a ``repr`` or a pickle.

A token is AES-SIV (RFC 5297). That it is deterministic is the purpose: the same number is the same
token, so that datasets can be linked. It also means that who holds a token holds personal data.
"""

from __future__ import annotations

import base64
import errno
import hashlib
import hmac
import json
import os
import re
import secrets
import stat
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import IntEnum, StrEnum
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from cryptography.hazmat.primitives.ciphers.algorithms import AES

# ECB is no mode of encryption here: it is the way to ask for many single AES blocks at once.
from cryptography.hazmat.primitives.ciphers.modes import ECB
from cryptography.hazmat.primitives.cmac import CMAC
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from cryptography.hazmat.primitives.keywrap import (
    InvalidUnwrap,
    aes_key_unwrap,
    aes_key_wrap,
)

from warehouse.errors import DatapakhuisError

KERN = "kern"
GESLOTEN = "gesloten"
ADRES = "adres"
INKOMSTENVERHOUDING = "inkomstenverhouding"
VERZEGELING = "verzegeling"
#: The domains that there ever were: a home knows its key set by them.
FIRST_DOMAINS = (KERN, GESLOTEN, ADRES, INKOMSTENVERHOUDING, VERZEGELING)
#: What registers number besides persons, each in a domain of its own, and persons once more under
#: each purpose that they are published for.
DOMAINS = (*FIRST_DOMAINS, "dossier", "eenheid", "uitkering", "rmc")

Bytes = npt.NDArray[np.uint8]

#: What deriving a key from a passphrase may cost, as powers of two; 17 takes 128 MiB.
PASSPHRASE_COST = 17
PASSPHRASE_COSTS = range(14, 21)
#: Without what looks like something else.
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
_PASSPHRASE_GROUPS = 4

_VERSION = 1
_TOKEN = re.compile(r"([a-z_]+)1\.([A-Za-z0-9_-]{40})")
_KCV_TEXT = b"KCV\0datapakhuis"
_MESSAGE = 9
_ENCODED = 40
_FORMAT = 0x01
_BLOCK = 16
#: Rows worked on at a time: the intermediate arrays then stay in the processor's cache.
_ROWS = 32_768
_RESTORE = "Put the key set back from its backup; without it no token can be traced or renewed."


class KeySetError(DatapakhuisError):
    """The key set is missing, unsafe, damaged, or lacks what was asked of it."""


class TokenError(DatapakhuisError):
    """A token that cannot be used; the same error whatever the cause, so that it tells nothing."""


class KeyStatus(StrEnum):
    """What a key may still do."""

    ENABLED = "ENABLED"
    DECRYPT_ONLY = "DECRYPT_ONLY"
    DISABLED = "DISABLED"
    DESTROYED = "DESTROYED"


class BsnStatus(IntEnum):
    """What the eleven test found; everything but ``GELDIG`` may not become a token."""

    GELDIG = 0
    ONTBREEKT = 1
    ONGELDIGE_LENGTE = 2
    GEEN_CIJFERS = 3
    ELFPROEF = 4
    ONBEKEND_999999999 = 5
    ONGEBOREN_000000000 = 6


@dataclass(frozen=True)
class Key:
    """One key of a domain. ``material`` is empty once the key is destroyed."""

    key_id: int
    status: KeyStatus
    created_at: str
    kcv: str
    material: bytes = field(repr=False)

    @property
    def readable(self) -> bool:
        """Whether what was made with it may still be decrypted."""
        return self.status in (KeyStatus.ENABLED, KeyStatus.DECRYPT_ONLY)

    def __reduce__(self) -> NoReturn:
        # Dagster's default storage pickles what a step returns.
        raise KeySetError("A key cannot be copied or stored", "Load the key set where it is used.")


@dataclass(frozen=True)
class Domain:
    """The keys of one domain: one that encrypts, and those that came before it."""

    primary_key_id: int
    keys: tuple[Key, ...]

    def key(self, key_id: int) -> Key | None:
        """The key with this id, if what it made may still be decrypted."""
        return next((key for key in self.keys if key.key_id == key_id and key.readable), None)


@dataclass(frozen=True)
class Tokeniser:
    """Makes the tokens of one domain and one kind of number (its word), a column at a time."""

    domain: str
    word: str
    key_id: int
    _key: bytes = field(repr=False)

    def __reduce__(self) -> NoReturn:
        raise KeySetError("A key cannot be copied or stored", "Load the key set where it is used.")

    def encrypt(self, messages: Bytes, where: npt.NDArray[np.bool_] | None = None) -> Any:
        """The tokens of ``messages``.

        For a message shorter than one block and fixed associated data, AES-SIV is two single AES
        blocks per message, so that a column is two passes over a buffer instead of a call per row.

        Args:
            messages: shape (n, 9), one message per row.
            where: shape (n,); rows that are False become null and are not encrypted.

        Returns:
            A ``pyarrow.StringArray`` of n tokens, each ``<domain>1.`` and 40 characters.
        """
        if messages.dtype != np.uint8 or messages.ndim != 2 or messages.shape[1] != _MESSAGE:
            raise ValueError("messages must be bytes of shape (n, 9)")
        prefix = np.frombuffer(f"{self.domain}1.".encode(), np.uint8)
        rows = messages if where is None else messages[where]
        text = np.empty((len(rows), len(prefix) + _ENCODED), np.uint8)
        if text.size > np.iinfo(np.int32).max:
            raise ValueError("too many rows for one Arrow array; encrypt in batches")
        text[:, : len(prefix)] = prefix
        for start in range(0, len(rows), _ROWS):
            part = slice(start, start + _ROWS)
            text[part, len(prefix) :] = _base64(self._sealed(rows[part]))
        return _string_array(text, where)

    def _sealed(self, messages: Bytes) -> Bytes:
        """Format, key id, SIV and ciphertext of each message: shape (n, 30)."""
        count = len(messages)
        block = np.empty((count, _BLOCK), np.uint8)
        block[:] = np.frombuffer(self._constant(), np.uint8)
        block[:, :_MESSAGE] ^= messages
        block[:, _MESSAGE] ^= 0x80
        sealed = np.empty((count, 30), np.uint8)
        sealed[:, :5] = np.frombuffer(_header(self.key_id), np.uint8)
        siv = _aes(self._key[:32], block)
        sealed[:, 5:21] = siv
        siv[:, [8, 12]] &= 0x7F
        sealed[:, 21:] = messages
        sealed[:, 21:] ^= _aes(self._key[32:], siv)[:, :_MESSAGE]
        return sealed

    def _constant(self) -> bytes:
        """What S2V (RFC 5297, 2.4) adds to the padded message before the last AES block."""
        key = self._key[:32]
        zero = np.zeros((1, _BLOCK), np.uint8)
        data = _cmac(key, _associated(self.word, self.domain))
        vector = _double(_double(_cmac(key, zero.tobytes())) ^ data)
        subkey = _double(int.from_bytes(_aes(key, zero).tobytes()))
        return (vector ^ subkey).to_bytes(_BLOCK)


@dataclass(frozen=True)
class KeySet:
    """All keys of one datapakhuis."""

    domains: Mapping[str, Domain]

    @property
    def check_value(self) -> str:
        """Sixteen characters that tell this key set from any other, and nothing about its keys.

        They rest on the first key of each domain there ever was: a new key, or a domain that is
        added for a new purpose, does not make it the key set of another home.
        """
        firsts = [(name, self.domains[name].keys[0]) for name in FIRST_DOMAINS]
        values = sorted(f"{name}:{key.key_id}:{key.kcv}" for name, key in firsts)
        return hashlib.sha256("\n".join(values).encode()).hexdigest()[:16]

    def tokeniser(self, domain: str, word: str) -> Tokeniser:
        """What encrypts numbers of the kind ``word`` (such as ``bsn``) in ``domain``."""
        key = self._primary(domain)
        if domain == VERZEGELING:
            raise KeySetError(f"The domain {domain} makes no tokens", "Use a domain for tokens.")
        return Tokeniser(domain, word, key.key_id, key.material)

    def decrypt(self, token: str, word: str) -> bytes:
        """The nine bytes a token was made from.

        Raises:
            TokenError: always the same, whether the domain, the key or the token is wrong.
        """
        message = self._decrypted(token, word)
        if message is None:
            raise TokenError(
                "This token cannot be decrypted",
                "Copy the whole token from a dataset of this datapakhuis, and use its key set.",
            )
        return message

    def republish(self, tokens: Any, domain: str = GESLOTEN) -> Any:
        """The tokens under which ``domain`` knows the persons of internal ``tokens``.

        The message is the ciphertext of the internal token: whoever publishes meets no BSN, and
        who would undo it gets nine bytes that mean nothing without the internal token's SIV. Nine
        bytes are enough: the chance that any two of all BSNs share them is one in a million.

        Args:
            tokens: a string array (or chunked array) of tokens of the domain ``kern``, or null.
            domain: the published domain.

        Returns:
            A ``pyarrow.StringArray``, null where ``tokens`` is.

        Raises:
            TokenError: when something else than an internal token stands among them.
        """
        if domain == KERN:
            raise KeySetError("The domain kern is never published", "Choose a published domain.")
        encoded = _one_array(tokens).dictionary_encode()
        messages = _ciphertexts(encoded.dictionary)
        published = self.tokeniser(domain, KERN).encrypt(messages)
        return published.take(encoded.indices)

    def new_data_key(self) -> tuple[bytes, bytes]:
        """A fresh key of 32 bytes for one sealed version, plain and as the ledger keeps it."""
        key = self._primary(VERZEGELING)
        plain = secrets.token_bytes(32)
        return plain, _header(key.key_id) + aes_key_wrap(key.material, plain)

    def unwrap(self, wrapped: bytes) -> bytes:
        """The data key the ledger keeps as ``wrapped``.

        Raises:
            KeySetError: when it was wrapped by another key set, or altered.
        """
        domain = self.domains.get(VERZEGELING)
        key = domain.key(int.from_bytes(wrapped[1:5])) if domain else None
        if key is not None and wrapped[:1] == bytes([_FORMAT]):
            try:
                return aes_key_unwrap(key.material, wrapped[5:])
            except (InvalidUnwrap, ValueError):
                pass  # Said below, outside of this exception's context.
        raise KeySetError(
            "This version's data key cannot be unwrapped",
            "Use the key set with which the version was taken in.",
        )

    def _primary(self, name: str) -> Key:
        domain = self.domains.get(name)
        if domain is None:
            raise KeySetError(f"The key set has no domain {name}", _RESTORE)
        return next(key for key in domain.keys if key.key_id == domain.primary_key_id)

    def _decrypted(self, token: str, word: str) -> bytes | None:
        match = _TOKEN.fullmatch(token)
        if match is None or match[1] == VERZEGELING or match[1] not in self.domains:
            return None
        sealed = base64.urlsafe_b64decode(match[2])
        key = self.domains[match[1]].key(int.from_bytes(sealed[1:5]))
        if key is None or sealed[0] != _FORMAT:
            return None
        try:
            return AESSIV(key.material).decrypt(sealed[5:], [_associated(word, match[1])])
        except InvalidTag:
            return None


def new_passphrase() -> str:
    """A passphrase that nobody guesses: 24 characters that are hard to confuse, 115 bits."""
    groups = range(_PASSPHRASE_GROUPS)
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(6)) for _ in groups)


def passphrase_key(passphrase: str, salt: bytes, cost: int) -> bytes:
    """The data key of 32 bytes that a passphrase gives: scrypt, r = 8, p = 1, n = 2 ** ``cost``.

    Raises:
        KeySetError: when the cost is not one that this datapakhuis would have chosen.
    """
    if cost not in PASSPHRASE_COSTS:
        raise KeySetError("This file was not sealed by a datapakhuis", "Ask for it again.")
    text = unicodedata.normalize("NFC", passphrase).encode()
    return Scrypt(salt=salt, length=32, n=1 << cost, r=8, p=1).derive(text)


def default_keyset_path(environment: Mapping[str, str] = os.environ) -> Path:
    """``DATAPAKHUIS_KEYSET``, else ``datapakhuis/keyset.json`` in the user's configuration."""
    if chosen := environment.get("DATAPAKHUIS_KEYSET"):
        return Path(chosen).expanduser().absolute()
    folder = Path(environment.get("XDG_CONFIG_HOME", ""))
    # The XDG specification: a relative path is to be ignored.
    root = folder if folder.is_absolute() else Path.home() / ".config"
    return root / "datapakhuis" / "keyset.json"


def check_location(path: Path, home: Path) -> None:
    """Refuse a key set that a copy of the home, or a push of the code, would take along."""
    place = path.resolve()
    if place.is_relative_to(home.resolve()):
        where = "inside the home, next to the data it protects"
    elif any((parent / ".git").exists() for parent in place.parents):
        where = "inside a git work tree"
    else:
        return
    raise KeySetError(f"The key set {path} lies {where}", "Point DATAPAKHUIS_KEYSET elsewhere.")


def create_keyset(path: Path) -> KeySet:
    """Make a key set of random keys at ``path`` and return it.

    Raises:
        KeySetError: when something is there already (a key set is never overwritten), or the
            place cannot be written.
    """
    domains = {name: _new_domain(name) for name in DOMAINS}
    content = json.dumps({"version": _VERSION, "domains": domains}, indent=2) + "\n"
    partial = path.with_name(f".{path.name}.{secrets.token_hex(8)}.part")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            _write_private(partial, content.encode())
            # Unlike a rename, a link fails when there is something at its place.
            os.link(partial, path)
        finally:
            partial.unlink(missing_ok=True)
        _sync_folder(path.parent)
        problem = None
    except FileExistsError:
        problem = KeySetError(
            f"There is a key set at {path} already, and it is never overwritten",
            "Use it, or point DATAPAKHUIS_KEYSET at a new place.",
        )
    except OSError as error:
        problem = KeySetError(
            f"The key set cannot be written to {path} ({error.strerror})",
            "Point DATAPAKHUIS_KEYSET at a place this user may write.",
        )
    if problem:
        raise problem
    return load_keyset(path)


def load_keyset(path: Path) -> KeySet:
    """The key set at ``path``, after checking that it is safe and whole.

    Raises:
        KeySetError: when it is missing, not a private file of this user, damaged, of an unknown
            version, or holds a key that is not the one it says it is.
    """
    content = _read_private(path)
    # Raised out here, not where it is caught: the original exception carries the file's text.
    try:
        document = json.loads(content)
    except ValueError:
        document = None
    if not isinstance(document, dict):
        raise KeySetError(f"The key set {path} is damaged", _RESTORE)
    if document.get("version") != _VERSION:
        raise KeySetError(
            f"The key set {path} is of a version this datapakhuis does not know",
            "Install the version of the datapakhuis that made it.",
        )
    try:
        domains = {name: _parse_domain(value) for name, value in document["domains"].items()}
    except (KeyError, TypeError, ValueError, AttributeError):
        domains = {}
    if not domains or not all(_usable(domain) for domain in domains.values()):
        raise KeySetError(f"The key set {path} is damaged", _RESTORE)
    for name, domain in domains.items():
        for key in domain.keys:
            if not _is_itself(name, key):
                raise KeySetError(
                    f"Key {key.key_id} of domain {name} in {path} does not match its check value",
                    _RESTORE,
                )
    return KeySet(domains)


def bsn_messages(values: Any) -> tuple[Bytes, npt.NDArray[np.int8]]:
    """The digits of each BSN, and whether it is one.

    A BSN is nine digits that pass the eleven test: the digits times 9, 8, 7, 6, 5, 4, 3, 2 and -1
    add up to a multiple of 11. Eight digits are never padded: that would make a person of a typing
    error. Length counts the bytes of the UTF-8 text.

    Args:
        values: a string array or chunked array.

    Returns:
        The messages, shape (n, 9), zero where the status is not ``GELDIG``, and the statuses
        (``BsnStatus``), shape (n,).
    """
    array = _one_array(values)
    lengths = pc.binary_length(array).fill_null(0).to_numpy(zero_copy_only=False)
    nine = lengths == _MESSAGE
    status = np.full(len(array), BsnStatus.ONGELDIGE_LENGTE, np.int8)
    status[lengths == 0] = BsnStatus.ONTBREEKT
    digits = _fixed_width(array if nine.all() else array.filter(pa.array(nine)), _MESSAGE)
    status[nine] = found = _eleven_test(digits)
    if nine.all() and not found.any():
        return digits, status
    messages = np.zeros((len(array), _MESSAGE), np.uint8)
    messages[status == BsnStatus.GELDIG] = digits[found == BsnStatus.GELDIG]
    return messages, status


def digest9(columns: Sequence[Any]) -> Bytes:
    """Messages for a key of several fields, such as an address: 9 bytes of a SHA-256 per row.

    What is digested is each field's length in bytes, a colon and the field, joined by the unit
    separator, so that no two rows of fields give the same text. Null counts as empty.

    Args:
        columns: one string array (or chunked array) per field, all of the same length n.

    Returns:
        Shape (n, 9).
    """
    fields = [_one_array(column).fill_null("") for column in columns]
    parts = [
        pc.binary_join_element_wise(pc.binary_length(part).cast(pa.string()), part, ":")
        for part in fields
    ]
    # Many rows share an address: each is digested once.
    encoded = pc.binary_join_element_wise(*parts, "\x1f").dictionary_encode()
    texts = encoded.dictionary.cast(pa.binary()).to_pylist()
    digests = b"".join(hashlib.sha256(text).digest()[:_MESSAGE] for text in texts)
    distinct: Bytes = np.frombuffer(digests, np.uint8).reshape(-1, _MESSAGE)
    rows: Bytes = distinct[encoded.indices.to_numpy()]
    return rows


def _eleven_test(text: Bytes) -> npt.NDArray[np.int8]:
    """The status of each nine characters; columns first, because a row is too short a loop."""
    digits = text - np.uint8(ord("0"))  # What stands before "0" wraps round to above 9.
    total = np.zeros(len(digits), np.int16)
    other = np.zeros(len(digits), np.bool_)
    same = np.ones(len(digits), np.bool_)
    for weight, column in zip((9, 8, 7, 6, 5, 4, 3, 2, -1), digits.T, strict=True):
        total += column.astype(np.int16) * np.int16(weight)
        other |= column > 9
        same &= column == digits[:, 0]
    status = np.where(total % 11 == 0, BsnStatus.GELDIG, BsnStatus.ELFPROEF).astype(np.int8)
    status[same & (digits[:, 0] == 0)] = BsnStatus.ONGEBOREN_000000000
    status[same & (digits[:, 0] == 9)] = BsnStatus.ONBEKEND_999999999
    status[other] = BsnStatus.GEEN_CIJFERS
    return status


def _one_array(values: Any) -> Any:
    """A contiguous string array of what may be chunked, large or dictionary-encoded."""
    array = values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values
    return array if array.type == pa.string() else array.cast(pa.string())


def _fixed_width(array: Any, width: int) -> Bytes:
    """The bytes of a string array without nulls whose values are all ``width`` long; no copy."""
    _, offsets, data = array.buffers()
    if len(array) == 0 or data is None:
        return np.empty((0, width), np.uint8)
    start = int(np.frombuffer(offsets, np.int32, count=1, offset=4 * array.offset)[0])
    count = len(array) * width
    return np.frombuffer(data, np.uint8, count=count, offset=start).reshape(-1, width)


def _string_array(text: Bytes, where: npt.NDArray[np.bool_] | None) -> Any:
    """A string array over rows of equal width; null, of no length, where ``where`` is False."""
    count = len(text) if where is None else len(where)
    offsets = np.zeros(count + 1, np.int32)
    np.cumsum(np.ones(count, np.bool_) if where is None else where, out=offsets[1:])
    offsets *= np.int32(text.shape[1])
    valid = None if where is None else pa.py_buffer(np.packbits(where, bitorder="little"))
    return pa.StringArray.from_buffers(count, pa.py_buffer(offsets), pa.py_buffer(text), valid)


def _ciphertexts(tokens: Any) -> Bytes:
    """The ciphertexts of distinct internal tokens, shape (n, 9)."""
    prefix = np.frombuffer(f"{KERN}1.".encode(), np.uint8)
    width = len(prefix) + _ENCODED
    if len(tokens) and pc.min_max(pc.binary_length(tokens)).as_py() == {"min": width, "max": width}:
        text = _fixed_width(tokens, width)
        six = _FROM_BASE64[text[:, len(prefix) :]].reshape(-1, 10, 4)
        sealed = np.empty((len(text), 10, 3), np.uint8)
        sealed[:, :, 0] = six[:, :, 0] << 2 | six[:, :, 1] >> 4
        sealed[:, :, 1] = six[:, :, 1] << 4 | six[:, :, 2] >> 2
        sealed[:, :, 2] = six[:, :, 2] << 6 | six[:, :, 3]
        whole = (text[:, : len(prefix)] == prefix).all() and (six < 64).all()
        if whole and (sealed[:, 0, 0] == _FORMAT).all():
            return sealed.reshape(-1, 30)[:, 21:]
    elif not len(tokens):
        return np.empty((0, _MESSAGE), np.uint8)
    raise TokenError(
        "A column to be published holds something else than internal tokens",
        "Publish only columns whose tokens are of the domain kern.",
    )


_ALPHABET = np.frombuffer(
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_", np.uint8
)
_FROM_BASE64 = np.full(256, 255, np.uint8)
_FROM_BASE64[_ALPHABET] = np.arange(64, dtype=np.uint8)
#: Two characters for each twelve bits.
_TO_BASE64 = (
    np.stack([np.repeat(_ALPHABET, 64), np.tile(_ALPHABET, 64)], axis=1).view(np.uint16).ravel()
)


def _base64(sealed: Bytes) -> Bytes:
    """Base64url of 30 bytes per row: shape (n, 40)."""
    three = sealed.reshape(-1, 10, 3).astype(np.uint16)
    twelve = np.empty((len(sealed), 10, 2), np.uint16)
    twelve[:, :, 0] = three[:, :, 0] << 4 | three[:, :, 1] >> 4
    twelve[:, :, 1] = (three[:, :, 1] & 15) << 8 | three[:, :, 2]
    return _TO_BASE64[twelve].reshape(-1, 20).view(np.uint8)


def _aes(key: bytes, blocks: Bytes) -> Bytes:
    """Each row of sixteen bytes through one AES block."""
    out = np.empty(blocks.size + _BLOCK - 1, np.uint8)
    Cipher(AES(key), ECB()).encryptor().update_into(blocks.data, out.data)  # noqa: S305
    return out[: blocks.size].reshape(-1, _BLOCK)


def _cmac(key: bytes, data: bytes) -> int:
    mac = CMAC(AES(key))
    mac.update(data)
    return int.from_bytes(mac.finalize())


def _double(block: int) -> int:
    """Times two in the field of 2^128 elements (RFC 5297, 2.3)."""
    doubled = block << 1
    return doubled ^ (1 << 128 | 0x87) if doubled >> 128 else doubled


def _associated(word: str, domain: str) -> bytes:
    return f"datapakhuis/v1/{word}/{domain}".encode()


def _header(key_id: int) -> bytes:
    # The same five bytes as Tink's TINK prefix, so that a move to a KMS needs no new tokens.
    return bytes([_FORMAT]) + key_id.to_bytes(4)


def _material_size(domain: str) -> int:
    return 32 if domain == VERZEGELING else 64


def _check_value(domain: str, material: bytes) -> str:
    if domain == VERZEGELING:
        return hmac.digest(material, _KCV_TEXT, "sha256")[:4].hex()
    return AESSIV(material).encrypt(_KCV_TEXT, [b"kcv"])[:4].hex()


def _new_domain(name: str) -> dict[str, Any]:
    material = os.urandom(_material_size(name))
    key_id = 1 + secrets.randbelow(2**32 - 1)
    key = {
        "key_id": key_id,
        "status": KeyStatus.ENABLED,
        "created_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "material_b64": base64.b64encode(material).decode(),
        "kcv": _check_value(name, material),
    }
    return {"primary_key_id": key_id, "keys": [key]}


def _parse_domain(value: Mapping[str, Any]) -> Domain:
    keys = tuple(
        Key(
            key_id=int(key["key_id"]),
            status=KeyStatus(key["status"]),
            created_at=str(key["created_at"]),
            kcv=str(key["kcv"]),
            material=base64.b64decode(key.get("material_b64") or "", validate=True),
        )
        for key in value["keys"]
    )
    return Domain(int(value["primary_key_id"]), keys)


def _usable(domain: Domain) -> bool:
    """Whether the primary key is there and may encrypt, and no id is used twice or too long."""
    ids = [key.key_id for key in domain.keys]
    enabled = [key.key_id for key in domain.keys if key.status is KeyStatus.ENABLED]
    fit = all(0 <= key_id < 2**32 for key_id in ids)
    return fit and len(set(ids)) == len(ids) and domain.primary_key_id in enabled


def _is_itself(domain: str, key: Key) -> bool:
    if key.status is KeyStatus.DESTROYED:
        return not key.material
    if len(key.material) != _material_size(domain):
        return False
    return hmac.compare_digest(_check_value(domain, key.material).encode(), key.kcv.encode())


def _read_private(path: Path) -> bytes:
    """The content of a file that only this user may read; opened once, so it cannot be swapped."""
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    try:
        descriptor = os.open(path, flags)
    except OSError as error:
        raise _unopened(path, error) from None
    try:
        about = os.fstat(descriptor)
        if not stat.S_ISREG(about.st_mode):
            raise KeySetError(f"The key set {path} is not a regular file", _RESTORE)
        if about.st_uid != os.geteuid():
            raise KeySetError(
                f"The key set {path} belongs to another user",
                "Run as the user that owns it, or point DATAPAKHUIS_KEYSET at your own.",
            )
        if stat.S_IMODE(about.st_mode) & 0o077:
            raise KeySetError(
                f"Others may read or change the key set {path}", f"Run `chmod 600 {path}`."
            )
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            return file.read()
    finally:
        os.close(descriptor)


def _unopened(path: Path, error: OSError) -> KeySetError:
    if error.errno == errno.ELOOP:
        return KeySetError(f"The key set {path} is a symbolic link", "Point at the file itself.")
    if isinstance(error, FileNotFoundError):
        return KeySetError(
            f"There is no key set at {path}",
            "Make one with `datapakhuis init`, or point DATAPAKHUIS_KEYSET at the home's own.",
        )
    return KeySetError(
        f"The key set {path} cannot be opened ({error.strerror})",
        "Run as the user that owns it, or point DATAPAKHUIS_KEYSET at another.",
    )


def _write_private(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(descriptor)


def _sync_folder(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
