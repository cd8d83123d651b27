"""Sealed files: originals and quarantine, unreadable without the data key of their version.

What belongs here: the format, written as a stream and read at random. What does not: where a data
key comes from (``keys``) and where its wrapped form is kept (the ledger). The key is never in the
file itself: destroying it in the ledger is what makes a version *niet herverwerkbaar*.

A sealed file is a header (magic, version, chunk size, salt) and chunks of AES-256-GCM. Each chunk
is bound to the header, its own index and whether it is the last, so that a file that was cut off,
reordered or put together from others does not open. The salt gives each file a key of its own, so
that a data key used twice (an original and its quarantine) never repeats a nonce.
"""

from __future__ import annotations

import io
import os
import secrets
import struct
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from warehouse.errors import DatapakhuisError

CHUNK = 1 << 20
#: How a file is called that is not finished yet; what a crash leaves behind may be removed.
PARTIAL = ".part"

_MAGIC = b"DPHSEAL"
_VERSION = 1
_HEADER = struct.Struct(">7sBI16s")
_TAG = 16
_LARGEST_CHUNK = 64 << 20
_RESTORE = "Restore the file from a backup, or ask the supplier for the delivery again."


class SealError(DatapakhuisError):
    """A sealed file that is not whole, not genuine, or not sealed with this key."""


class SealedWriter:
    """Seals what is written to it; the file appears under its name, whole, or not at all.

    Use as a context manager: leaving it normally finishes the file, leaving it by an exception
    removes what was written. ``preamble`` stands before everything else, readable by anyone, and is
    bound to the content.
    """

    def __init__(self, path: Path, data_key: bytes, preamble: bytes = b"") -> None:
        self._path = path
        self._partial = path.with_name(f".{path.name}.{secrets.token_hex(8)}{PARTIAL}")
        header = _HEADER.pack(_MAGIC, _VERSION, CHUNK, secrets.token_bytes(16))
        self._header = preamble + header
        self._cipher = _cipher(data_key, self._header)
        self._pending = bytearray()
        self._index = 0
        self._file: BinaryIO | None = None

    def __enter__(self) -> SealedWriter:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        self._file = os.fdopen(os.open(self._partial, flags, 0o600), "wb", buffering=0)
        self._append(self._header)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        try:
            if kind is None:
                self._finish()
        finally:
            self._pending.clear()
            if self._file is not None:
                self._file.close()
                self._file = None
            self._partial.unlink(missing_ok=True)

    def write(self, data: bytes | bytearray | memoryview) -> int:
        """Seal ``data`` after what was written before; returns its length in bytes."""
        view = memoryview(data).cast("B")
        length = len(view)
        while view:
            # A full chunk waits until more comes: only then is it known not to be the last.
            if len(self._pending) == CHUNK:
                self._seal_chunk(last=False)
            room = CHUNK - len(self._pending)
            self._pending += view[:room]
            view = view[room:]
        return length

    def _seal_chunk(self, *, last: bool) -> None:
        about = _about(self._header, self._index, last=last)
        self._append(self._cipher.encrypt(_nonce(self._index), self._pending, about))
        self._pending.clear()
        self._index += 1

    def _append(self, data: bytes) -> None:
        if self._file is None:
            raise ValueError("a sealed file is written inside its context")
        left = memoryview(data)
        while left:
            left = left[self._file.write(left) :]

    def _finish(self) -> None:
        self._seal_chunk(last=True)
        if self._file is not None:
            os.fsync(self._file.fileno())
        os.replace(self._partial, self._path)
        folder = os.open(self._path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


class SealedReader(io.RawIOBase):
    """The plain content of a sealed file, seekable; each chunk is verified before it is given.

    Opening verifies the last chunk, so that a wrong key or a file cut off shows at once.
    ``preamble`` is the number of bytes that stand before the sealed file itself.
    """

    def __init__(self, path: Path, data_key: bytes, preamble: int = 0) -> None:
        super().__init__()
        self._name = path.name
        self._preamble = preamble
        try:
            self._file = open(path, "rb", buffering=0)  # noqa: SIM115 (closed by close)
        except OSError as error:
            raise SealError(
                f"The sealed file {path.name} cannot be opened ({error.strerror})", _RESTORE
            ) from None
        try:
            self._header = self._file.read(preamble + _HEADER.size)
            self._chunk = self._chunk_size()
            self._cipher = _cipher(data_key, self._header)
            body = os.fstat(self._file.fileno()).st_size - len(self._header)
            # There is always a last chunk, if only to say that the file is empty.
            self._chunks = max(1, -(-body // (self._chunk + _TAG)))
            self._size = body - self._chunks * _TAG
            self._position = 0
            self._held = -1
            self._plain = memoryview(b"")
            self._open_chunk(self._chunks - 1)
        except BaseException:
            self._file.close()
            raise

    def readable(self) -> bool:
        """Always."""
        return True

    def seekable(self) -> bool:
        """Always: any chunk can be opened by itself."""
        return True

    def tell(self) -> int:
        """The position in the plain content, in bytes."""
        return self._position

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Move within the plain content; returns the new position."""
        start = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self._size}[whence]
        if start + offset < 0:
            raise ValueError("a position before the beginning of the file")
        self._position = start + offset
        return self._position

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        """Fill ``buffer`` up to the end of the present chunk; returns the number of bytes."""
        part = self._ahead()[: len(buffer)]
        buffer[: len(part)] = part
        self._position += len(part)
        return len(part)

    def readall(self) -> bytes:
        """All that is left, without the small steps of the inherited method."""
        parts = []
        while part := self._ahead():
            parts.append(part)
            self._position += len(part)
        return b"".join(parts)

    def close(self) -> None:
        """Close the file and forget the content."""
        self._plain = memoryview(b"")
        self._held = -1
        # Absent when the file could not be opened.
        if hasattr(self, "_file"):
            self._file.close()
        super().close()

    def _chunk_size(self) -> int:
        header = self._header[self._preamble :]
        if len(header) == _HEADER.size:
            magic, version, chunk, _ = _HEADER.unpack(header)
            if magic == _MAGIC and version == _VERSION and 0 < chunk <= _LARGEST_CHUNK:
                return int(chunk)
        raise SealError(f"{self._name} is not a sealed file of this datapakhuis", _RESTORE)

    def _ahead(self) -> memoryview:
        """From the position to the end of its chunk; empty at the end of the file."""
        if self._position >= self._size:
            return memoryview(b"")
        index, start = divmod(self._position, self._chunk)
        self._open_chunk(index)
        return self._plain[start:]

    def _open_chunk(self, index: int) -> None:
        if index == self._held:
            return
        place = len(self._header) + index * (self._chunk + _TAG)
        about = _about(self._header, index, last=index == self._chunks - 1)
        sealed = os.pread(self._file.fileno(), self._chunk + _TAG, place)
        try:
            plain = self._cipher.decrypt(_nonce(index), sealed, about)
        except InvalidTag:
            raise SealError(
                f"The sealed file {self._name} was altered or cut off, or has another data key",
                _RESTORE,
            ) from None
        self._held, self._plain = index, memoryview(plain)


def open_sealed(path: Path, data_key: bytes, preamble: int = 0) -> io.BufferedReader:
    """The plain content of the sealed file at ``path``, to be read or given to ``zipfile``.

    Raises:
        SealError: when the file is missing, altered, cut off, or sealed with another key; later
            chunks are verified when they are read.
    """
    return io.BufferedReader(SealedReader(path, data_key, preamble), buffer_size=1 << 16)


def _cipher(data_key: bytes, header: bytes) -> AESGCM:
    if len(data_key) != 32:
        raise SealError("A data key has 32 bytes", "Unwrap the key that the ledger keeps.")
    derived = HKDF(SHA256(), 32, salt=header[-16:], info=b"datapakhuis/v1/seal").derive(data_key)
    return AESGCM(derived)


def _nonce(index: int) -> bytes:
    return index.to_bytes(12)


def _about(header: bytes, index: int, *, last: bool) -> bytes:
    return header + struct.pack(">Q?", index, last)
