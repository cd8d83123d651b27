"""The rules of sealed files."""

import io
import os
import shutil
import stat
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warehouse import seal
from warehouse.seal import SealedWriter, SealError, open_sealed

KEY = bytes(range(32))
SMALL = 64
HEADER = 28
SEALED_CHUNK = SMALL + 16


@pytest.fixture(scope="module", autouse=True)
def small_chunks():
    """Chunks of 64 bytes, so that every border is met."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(seal, "CHUNK", SMALL)
        yield


def sealed(path: Path, content: bytes, key: bytes = KEY) -> Path:
    with SealedWriter(path, key) as file:
        file.write(content)
    return path


def content_of(path: Path, key: bytes = KEY) -> bytes:
    with open_sealed(path, key) as file:
        return file.read()


@pytest.mark.parametrize("size", [0, 1, 63, 64, 65, 127, 128, 129, 1000])
def test_what_is_sealed_is_read_back(tmp_path, size):
    content = os.urandom(size)
    path = sealed(tmp_path / "a.sealed", content)
    assert content_of(path) == content
    chunks = max(1, -(-size // SMALL))
    assert path.stat().st_size == HEADER + size + 16 * chunks


@given(st.lists(st.binary(max_size=200), max_size=8))
def test_how_it_was_written_does_not_show(tmp_path_factory, pieces):
    path = tmp_path_factory.mktemp("seal") / "a.sealed"
    with SealedWriter(path, KEY) as file:
        assert [file.write(piece) for piece in pieces] == [len(piece) for piece in pieces]
    assert content_of(path) == b"".join(pieces)
    assert path.stat().st_size == sealed(path, b"".join(pieces)).stat().st_size


@given(st.binary(max_size=400), st.lists(st.tuples(st.integers(0, 450), st.integers(0, 200))))
def test_any_place_can_be_read_in_any_order(tmp_path_factory, content, places):
    path = sealed(tmp_path_factory.mktemp("seal") / "a.sealed", content)
    plain = io.BytesIO(content)
    with open_sealed(path, KEY) as file:
        for position, length in places:
            assert file.seek(position) == plain.seek(position)
            assert file.read(length) == plain.read(length)
            assert file.tell() == plain.tell()
        assert file.seek(0, os.SEEK_END) == len(content)
        assert file.seek(0) == 0
        assert file.read() == content


def test_a_chunk_of_real_size_goes_round(tmp_path, monkeypatch):
    monkeypatch.setattr(seal, "CHUNK", 1 << 20)
    content = os.urandom((1 << 21) + 17)
    assert content_of(sealed(tmp_path / "a.sealed", content)) == content


def test_an_archive_can_be_read_from_a_sealed_file(tmp_path):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("een.csv", "a;b\n" * 500)
        archive.writestr("twee.csv", "c;d\n")
    with (
        open_sealed(sealed(tmp_path / "a.sealed", packed.getvalue()), KEY) as file,
        zipfile.ZipFile(file) as archive,
    ):
        assert archive.testzip() is None
        assert archive.read("twee.csv") == b"c;d\n"


def test_a_file_can_be_copied_into_a_sealed_one(tmp_path):
    with SealedWriter(tmp_path / "a.sealed", KEY) as file:
        shutil.copyfileobj(io.BytesIO(b"x" * 1000), file)
    assert content_of(tmp_path / "a.sealed") == b"x" * 1000


def test_a_sealed_file_is_private_and_shows_nothing(tmp_path):
    path = sealed(tmp_path / "a.sealed", b"999990019" * 100)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert b"99999" not in path.read_bytes()
    assert [*tmp_path.iterdir()] == [path]


def test_the_same_content_under_the_same_key_never_looks_the_same(tmp_path):
    first, second = (sealed(tmp_path / name, b"x" * 64).read_bytes() for name in "ab")
    assert first[HEADER:] != second[HEADER:]


def test_a_writer_that_fails_leaves_the_old_file_and_nothing_else(tmp_path):
    path = sealed(tmp_path / "a.sealed", b"old")

    def interrupted() -> None:
        with SealedWriter(path, KEY) as file:
            file.write(b"new" * 100)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert content_of(path) == b"old"
    assert [*tmp_path.iterdir()] == [path]


def test_nothing_stands_under_the_name_until_the_file_is_whole(tmp_path):
    with SealedWriter(tmp_path / "a.sealed", KEY) as file:
        file.write(b"x" * 1000)
        (partial,) = tmp_path.iterdir()
        assert partial.suffix == seal.PARTIAL
    assert content_of(tmp_path / "a.sealed") == b"x" * 1000


def test_another_key_does_not_open_it(tmp_path):
    path = sealed(tmp_path / "a.sealed", b"x" * 1000)
    with pytest.raises(SealError) as caught:
        open_sealed(path, bytes(32))
    assert "xx" not in str(caught.value)


@pytest.mark.parametrize("key", [b"", bytes(16)])
def test_a_key_of_another_length_is_refused(tmp_path, key):
    with pytest.raises(SealError, match="32 bytes"):
        sealed(tmp_path / "a.sealed", b"", key)


def test_a_file_cut_off_anywhere_does_not_open(tmp_path):
    path = sealed(tmp_path / "a.sealed", os.urandom(3 * SMALL))
    whole = path.read_bytes()
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        with pytest.raises(SealError):
            open_sealed(path, KEY)


def test_something_added_at_the_end_is_noticed(tmp_path):
    path = sealed(tmp_path / "a.sealed", os.urandom(3 * SMALL))
    whole = path.read_bytes()
    for extra in (b"\0", whole[-SEALED_CHUNK:]):
        path.write_bytes(whole + extra)
        with pytest.raises(SealError):
            open_sealed(path, KEY)


def test_any_flipped_bit_is_noticed(tmp_path):
    path = sealed(tmp_path / "a.sealed", os.urandom(SMALL + 20))
    whole = path.read_bytes()
    for place in range(len(whole)):
        broken = bytearray(whole)
        broken[place] ^= 1 << place % 8
        path.write_bytes(broken)
        with pytest.raises(SealError):
            content_of(path)


def test_chunks_in_another_order_are_noticed(tmp_path):
    path = sealed(tmp_path / "a.sealed", os.urandom(4 * SMALL))
    whole = path.read_bytes()
    head, body = whole[:HEADER], whole[HEADER:]
    chunks = [body[at : at + SEALED_CHUNK] for at in range(0, len(body), SEALED_CHUNK)]
    for order in ([1, 0, 2, 3], [0, 0, 2, 3], [0, 2, 3], [0, 1, 3]):
        path.write_bytes(head + b"".join(chunks[index] for index in order))
        with pytest.raises(SealError):
            content_of(path)


def test_a_chunk_of_another_file_under_the_same_key_is_noticed(tmp_path):
    first, second = (sealed(tmp_path / name, os.urandom(2 * SMALL)) for name in "ab")
    cut = HEADER + SEALED_CHUNK
    first.write_bytes(first.read_bytes()[:cut] + second.read_bytes()[cut:])
    with pytest.raises(SealError):
        open_sealed(first, KEY)


@pytest.mark.parametrize("content", [b"", b"a;b;c\n" * 100])
def test_what_is_no_sealed_file_is_refused(tmp_path, content):
    path = tmp_path / "a.sealed"
    path.write_bytes(content)
    with pytest.raises(SealError, match="not a sealed file"):
        open_sealed(path, KEY)


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(SealError, match="cannot be opened"):
        open_sealed(tmp_path / "a.sealed", KEY)
