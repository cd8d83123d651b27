"""The rules of the key set, the eleven test and the tokens."""

import base64
import hashlib
import json
import os
import pickle
import re
import stat
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from hypothesis import given
from hypothesis import strategies as st

from warehouse.keys import (
    DOMAINS,
    BsnStatus,
    Bytes,
    KeySet,
    KeySetError,
    TokenError,
    bsn_messages,
    check_location,
    create_keyset,
    default_keyset_path,
    digest9,
    load_keyset,
)


@pytest.fixture(scope="module")
def keyset_path(tmp_path_factory):
    path = tmp_path_factory.mktemp("keys") / "private" / "keyset.json"
    create_keyset(path)
    return path


@pytest.fixture(scope="module")
def keyset(keyset_path):
    return load_keyset(keyset_path)


def messages_of(values: Sequence[bytes]) -> Bytes:
    return np.frombuffer(b"".join(values), np.uint8).reshape(-1, 9)


def random_messages(count: int) -> list[bytes]:
    return [b"%09d" % number for number in np.random.default_rng(7).choice(10**9, count, False)]


def reference_token(keyset: KeySet, domain: str, word: str, message: bytes) -> str:
    """A token by the letter of RFC 5297, one at a time."""
    key = keyset.domains[domain].keys[0]
    sealed = AESSIV(key.material).encrypt(message, [f"datapakhuis/v1/{word}/{domain}".encode()])
    encoded = base64.urlsafe_b64encode(b"\x01" + key.key_id.to_bytes(4, "big") + sealed)
    return f"{domain}1.{encoded.decode()}"


def altered(path: Path, folder: Path, change: Callable[[Any], object]) -> Path:
    """A copy of the key set file in which ``change`` altered the document."""
    document = json.loads(path.read_text())
    change(document)
    copy = folder / "keyset.json"
    copy.write_text(json.dumps(document))
    copy.chmod(0o600)
    return copy


# Tokens


@given(values=st.lists(st.binary(min_size=9, max_size=9), max_size=20))
def test_a_column_of_tokens_is_what_aes_siv_gives_one_by_one(keyset, values):
    tokens = keyset.tokeniser("adres", "adres").encrypt(messages_of(values))
    assert tokens.to_pylist() == [
        reference_token(keyset, "adres", "adres", value) for value in values
    ]


def test_a_thousand_random_numbers_become_the_reference_tokens(keyset):
    values = random_messages(1000)
    tokens = keyset.tokeniser("kern", "bsn").encrypt(messages_of(values)).to_pylist()
    assert tokens == [reference_token(keyset, "kern", "bsn", value) for value in values]


def test_the_borders_between_blocks_of_rows_do_not_show(keyset, monkeypatch):
    values = messages_of(random_messages(10))
    whole = keyset.tokeniser("kern", "bsn").encrypt(values)
    monkeypatch.setattr("warehouse.keys._ROWS", 3)
    assert keyset.tokeniser("kern", "bsn").encrypt(values).equals(whole)


def test_a_token_is_its_domain_and_forty_characters(keyset):
    tokens = keyset.tokeniser("kern", "bsn").encrypt(messages_of(random_messages(100)))
    tokens.validate(full=True)
    shape = re.compile(r"^kern1\.[A-Za-z0-9_-]{40}$")
    assert all(shape.match(token) and len(token) == 46 for token in tokens.to_pylist())


def test_an_empty_column_gives_no_tokens(keyset):
    tokens = keyset.tokeniser("kern", "bsn").encrypt(np.empty((0, 9), np.uint8))
    assert tokens.to_pylist() == []


def test_rows_left_out_become_null_and_hold_no_characters(keyset):
    values = random_messages(3)
    where = np.array([True, False, True])
    tokens = keyset.tokeniser("kern", "bsn").encrypt(messages_of(values), where)
    tokens.validate(full=True)
    assert tokens.to_pylist() == [
        reference_token(keyset, "kern", "bsn", values[0]),
        None,
        reference_token(keyset, "kern", "bsn", values[2]),
    ]
    assert tokens.buffers()[2].size == 2 * 46


@pytest.mark.parametrize("shape", [(9,), (2, 8)])
def test_messages_of_another_shape_are_refused(keyset, shape):
    with pytest.raises(ValueError, match="shape"):
        keyset.tokeniser("kern", "bsn").encrypt(np.zeros(shape, np.uint8))


def test_the_same_numbers_in_two_domains_have_no_token_in_common(keyset):
    values = messages_of(random_messages(1000))
    kern = keyset.tokeniser("kern", "bsn").encrypt(values).to_pylist()
    gesloten = keyset.tokeniser("gesloten", "bsn").encrypt(values).to_pylist()
    bare = [{token.split(".")[1] for token in tokens} for tokens in (kern, gesloten)]
    assert len(bare[0]) == len(bare[1]) == 1000
    assert not bare[0] & bare[1]


def test_two_kinds_of_number_in_one_domain_have_no_token_in_common(keyset):
    values = messages_of(random_messages(100))
    first = keyset.tokeniser("kern", "bsn").encrypt(values).to_pylist()
    assert not set(first) & set(keyset.tokeniser("kern", "anders").encrypt(values).to_pylist())


def test_the_sealing_domain_makes_no_tokens(keyset):
    with pytest.raises(KeySetError):
        keyset.tokeniser("verzegeling", "bsn")
    with pytest.raises(KeySetError, match="no domain"):
        keyset.tokeniser("onbekend", "bsn")


# The way back


@given(value=st.binary(min_size=9, max_size=9))
def test_decrypting_gives_back_what_was_encrypted(keyset, value):
    token = keyset.tokeniser("kern", "bsn").encrypt(messages_of([value]))[0].as_py()
    assert keyset.decrypt(token, "bsn") == value


def test_every_reason_why_a_token_cannot_be_decrypted_gives_the_same_error(keyset, tmp_path):
    other = create_keyset(tmp_path / "keyset.json")
    token, foreign = (
        each.tokeniser("kern", "bsn").encrypt(messages_of([b"999990019"]))[0].as_py()
        for each in (keyset, other)
    )
    flipped = token[:30] + ("A" if token[30] != "A" else "B") + token[31:]
    attempts = [
        ("", "bsn"),
        (token[:-1], "bsn"),
        (token + "\n", "bsn"),
        (token + "A", "bsn"),
        (flipped, "bsn"),
        (token.replace("kern", "gesloten"), "bsn"),
        (token.replace("kern", "onbekend"), "bsn"),
        (token.replace("kern", "verzegeling"), "bsn"),
        (token.replace("kern1.A", "kern1.B"), "bsn"),
        (token, "adres"),
        (foreign, "bsn"),
    ]
    errors = []
    for wrong, word in attempts:
        with pytest.raises(TokenError) as caught:
            keyset.decrypt(wrong, word)
        assert caught.value.__context__ is None
        errors.append(str(caught.value))
    assert len(set(errors)) == 1
    assert token not in errors[0]


@pytest.mark.parametrize(
    ("status", "readable"), [("DECRYPT_ONLY", True), ("DISABLED", False), ("DESTROYED", False)]
)
def test_an_old_key_decrypts_only_while_its_status_allows(
    keyset, keyset_path, tmp_path, status, readable
):
    create_keyset(tmp_path / "spare.json")
    spare = json.loads((tmp_path / "spare.json").read_text())

    def rotate(document):
        domain = document["domains"]["kern"]
        domain["keys"][0]["status"] = status
        if status == "DESTROYED":
            domain["keys"][0]["material_b64"] = None
        domain["keys"] += spare["domains"]["kern"]["keys"]
        domain["primary_key_id"] = spare["domains"]["kern"]["primary_key_id"]

    rotated = load_keyset(altered(keyset_path, tmp_path, rotate))
    message = messages_of([b"999990019"])
    old = keyset.tokeniser("kern", "bsn").encrypt(message)[0].as_py()
    new = rotated.tokeniser("kern", "bsn").encrypt(message)[0].as_py()
    assert new != old
    assert rotated.decrypt(new, "bsn") == b"999990019"
    if readable:
        assert rotated.decrypt(old, "bsn") == b"999990019"
    else:
        with pytest.raises(TokenError):
            rotated.decrypt(old, "bsn")


# Republishing


def test_republishing_is_deterministic_one_to_one_and_never_the_internal_token(keyset):
    internal = keyset.tokeniser("kern", "bsn").encrypt(messages_of(random_messages(2000)))
    published = keyset.republish(internal)
    published.validate(full=True)
    assert published.equals(keyset.republish(internal))
    assert len(set(published.to_pylist())) == 2000
    shape = re.compile(r"^gesloten1\.[A-Za-z0-9_-]{40}$")
    assert all(shape.match(token) for token in published.to_pylist())
    assert not {token[6:] for token in internal.to_pylist()} & {
        token[10:] for token in published.to_pylist()
    }


def test_a_published_token_encrypts_the_ciphertext_of_the_internal_token(keyset):
    internal = reference_token(keyset, "kern", "bsn", b"999990019")
    ciphertext = base64.urlsafe_b64decode(internal[6:])[21:]
    published = keyset.republish(pa.array([internal]))[0].as_py()
    assert published == reference_token(keyset, "gesloten", "kern", ciphertext)
    assert keyset.decrypt(published, "kern") == ciphertext


def test_repeated_and_missing_tokens_keep_their_place(keyset):
    a, b = keyset.tokeniser("kern", "bsn").encrypt(messages_of(random_messages(2))).to_pylist()
    chunked = pa.chunked_array([[a, None], [b, a], [None]], pa.string())
    new_a, new_b = keyset.republish(pa.array([a, b])).to_pylist()
    assert keyset.republish(chunked).to_pylist() == [new_a, None, new_b, new_a, None]
    sliced = pa.array([b, a, None, b]).slice(1)
    assert keyset.republish(sliced).to_pylist() == [new_a, None, new_b]
    encoded = pa.array([b, None, b]).dictionary_encode()
    assert keyset.republish(encoded).to_pylist() == [new_b, None, new_b]


@pytest.mark.parametrize("values", [[], [None, None]])
def test_nothing_to_republish_stays_nothing(keyset, values):
    assert keyset.republish(pa.array(values, pa.string())).to_pylist() == values


@pytest.mark.parametrize(
    "wrong",
    [
        "999990019",
        "",
        "kern1." + "A" * 39,
        "kern1." + "A" * 40,  # format byte 0
        "adres1" + "AQ" + "A" * 38,
        "kern1." + "AQ" + "A" * 37 + "=",
        "gesloten1." + "AQ" + "A" * 38,
    ],
)
def test_only_internal_tokens_are_republished_and_the_value_is_not_told(keyset, wrong):
    right = reference_token(keyset, "kern", "bsn", b"999990019")
    with pytest.raises(TokenError) as caught:
        keyset.republish(pa.array([right, wrong]))
    assert "9999" not in str(caught.value)


def test_the_internal_domain_is_never_a_published_one(keyset):
    with pytest.raises(KeySetError):
        keyset.republish(pa.array([], pa.string()), "kern")


# What is a BSN


@pytest.mark.parametrize(
    ("text", "status"),
    [
        # 81 + 72 + 63 + 54 + 45 + 0 + 0 + 2 - 9 = 308 = 28 x 11
        ("999990019", BsnStatus.GELDIG),
        # 9 + 16 + 21 + 24 + 25 + 24 + 21 + 16 - 2 = 154 = 14 x 11
        ("123456782", BsnStatus.GELDIG),
        # 0 + 8 + 14 + 18 + 20 + 20 + 18 + 14 - 2 = 110 = 10 x 11: a leading zero is a digit
        ("012345672", BsnStatus.GELDIG),
        # 2 x 1 - 2 = 0: the smallest that passes
        ("000000012", BsnStatus.GELDIG),
        # 81 + 72 + 63 + 54 + 45 + 36 + 27 + 16 - 9 = 385 = 35 x 11: the largest that passes
        ("999999989", BsnStatus.GELDIG),
        # One more or less in the check digit
        ("999990018", BsnStatus.ELFPROEF),
        ("123456781", BsnStatus.ELFPROEF),
        ("123456783", BsnStatus.ELFPROEF),
        # 9 x 1 = 9; -9
        ("100000000", BsnStatus.ELFPROEF),
        ("000000009", BsnStatus.ELFPROEF),
        # Two neighbouring digits swapped: 16 + 9 instead of 18 + 8
        ("213456782", BsnStatus.ELFPROEF),
        # Passes (0 = 0 x 11) and fails (396 - 9 = 387) the test, yet is neither
        ("000000000", BsnStatus.ONGEBOREN_000000000),
        ("999999999", BsnStatus.ONBEKEND_999999999),
        ("111111111", BsnStatus.ELFPROEF),
        (None, BsnStatus.ONTBREEKT),
        ("", BsnStatus.ONTBREEKT),
        # The same person without the leading zero: refused, not padded
        ("12345672", BsnStatus.ONGELDIGE_LENGTE),
        ("0123456782", BsnStatus.ONGELDIGE_LENGTE),
        (" 23456782", BsnStatus.GEEN_CIJFERS),
        ("12345678/", BsnStatus.GEEN_CIJFERS),  # the character before "0"
        ("12345678:", BsnStatus.GEEN_CIJFERS),  # the character after "9"
        ("é2345678", BsnStatus.GEEN_CIJFERS),  # nine bytes
        ("1234.5678", BsnStatus.GEEN_CIJFERS),
        ("\0" * 9, BsnStatus.GEEN_CIJFERS),
    ],
)
def test_the_eleven_test_by_hand(text, status):
    # Beside a valid one, so that both ways through the function are taken.
    for values in ([text], [text, "123456782"]):
        messages, found = bsn_messages(pa.array(values, pa.string()))
        assert found.dtype == np.int8
        assert found[0] == status
        expected = text.encode() if status is BsnStatus.GELDIG else bytes(9)
        assert messages[0].tobytes() == expected
    assert found[1] == BsnStatus.GELDIG
    assert messages[1].tobytes() == b"123456782"


@given(
    st.lists(
        st.none()
        | st.from_regex(r"[0-9]{8,10}", fullmatch=True)
        | st.text(max_size=10)
        | st.sampled_from(["123456782", "999990019", "000000000", "999999999"])
    ),
    st.integers(0, 3),
)
def test_a_bsn_is_judged_alike_in_any_array_and_beside_any_other(values, skip):
    together = pa.array(values, pa.string())
    for column, kept in [
        (together, values),
        (together.slice(skip), values[skip:]),
        (pa.chunked_array([together, together.slice(skip)]), values + values[skip:]),
        (together.cast(pa.large_string()), values),
    ]:
        messages, found = bsn_messages(column)
        assert messages.shape == (len(kept), 9)
        for value, message, status in zip(kept, messages, found, strict=True):
            alone, (its_own,) = bsn_messages(pa.array([value], pa.string()))
            assert status == its_own
            assert message.tobytes() == alone.tobytes()


@given(st.integers(1, 999_999_998))
def test_the_eleven_test_is_the_weighted_sum(number):
    text = f"{number:09d}"
    weighted = sum(int(d) * w for d, w in zip(text, (9, 8, 7, 6, 5, 4, 3, 2, -1), strict=True))
    _, (status,) = bsn_messages(pa.array([text]))
    assert status == (BsnStatus.ELFPROEF if weighted % 11 else BsnStatus.GELDIG)


# Keys of several fields


def test_fields_are_digested_with_their_lengths_and_a_separator():
    expected = hashlib.sha256(b"6:1506XJ\x1f2:12\x1f0:").digest()[:9]
    columns = [pa.array(["1506XJ"] * 2), pa.array(["12"] * 2), pa.array(["", None], pa.string())]
    assert [row.tobytes() for row in digest9(columns)] == [expected, expected]
    assert digest9([pa.array([], pa.string())]).shape == (0, 9)


fields = st.tuples(*[st.text(alphabet="a1:\x1f", max_size=4)] * 3)


@given(fields, fields)
def test_different_fields_have_different_digests(first, second):
    columns = [pa.array(pair) for pair in zip(first, second, strict=True)]
    one, other = digest9(columns)
    assert (one.tobytes() == other.tobytes()) == (first == second)


# The key set's file


def test_a_new_key_set_is_private_and_has_every_domain(keyset_path, keyset):
    assert stat.S_IMODE(keyset_path.stat().st_mode) == 0o600
    assert stat.S_IMODE(keyset_path.parent.stat().st_mode) == 0o700
    assert [*keyset_path.parent.iterdir()] == [keyset_path]
    assert set(keyset.domains) == set(DOMAINS)
    assert {name: len(domain.keys[0].material) for name, domain in keyset.domains.items()} == {
        "kern": 64,
        "gesloten": 64,
        "adres": 64,
        "inkomstenverhouding": 64,
        "verzegeling": 32,
        "dossier": 64,
        "eenheid": 64,
        "uitkering": 64,
        "rmc": 64,
    }


def test_a_key_set_is_never_overwritten(keyset_path):
    before = keyset_path.read_bytes()
    with pytest.raises(KeySetError, match="never overwritten"):
        create_keyset(keyset_path)
    assert keyset_path.read_bytes() == before
    assert [*keyset_path.parent.iterdir()] == [keyset_path]


def test_a_dangling_link_is_not_overwritten_either(tmp_path):
    (tmp_path / "keyset.json").symlink_to(tmp_path / "nowhere.json")
    with pytest.raises(KeySetError, match="never overwritten"):
        create_keyset(tmp_path / "keyset.json")
    assert not (tmp_path / "nowhere.json").exists()


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o601])
def test_a_key_set_open_to_others_is_refused(keyset_path, tmp_path, mode):
    copy = altered(keyset_path, tmp_path, lambda document: None)
    copy.chmod(mode)
    with pytest.raises(KeySetError, match="chmod 600"):
        load_keyset(copy)


def test_a_missing_key_set_is_refused_with_the_remedy(tmp_path):
    with pytest.raises(KeySetError, match="datapakhuis init"):
        load_keyset(tmp_path / "keyset.json")


def test_a_link_to_a_key_set_is_refused(keyset_path, tmp_path):
    link = tmp_path / "keyset.json"
    link.symlink_to(keyset_path)
    with pytest.raises(KeySetError, match="symbolic link"):
        load_keyset(link)


def test_what_is_not_a_file_is_refused(tmp_path):
    with pytest.raises(KeySetError, match="regular"):
        load_keyset(tmp_path)
    os.mkfifo(tmp_path / "pipe", 0o600)
    with pytest.raises(KeySetError, match="regular"):
        load_keyset(tmp_path / "pipe")


def test_a_key_set_of_another_user_is_refused(keyset_path, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: keyset_path.stat().st_uid + 1)
    with pytest.raises(KeySetError, match="another user"):
        load_keyset(keyset_path)


def change_material(document):
    key = document["domains"]["kern"]["keys"][0]
    key["material_b64"] = base64.b64encode(os.urandom(64)).decode()


def change_check_value(document):
    document["domains"]["verzegeling"]["keys"][0]["kcv"] = "00000000"


def keep_destroyed_material(document):
    keys = document["domains"]["kern"]["keys"]
    keys.append({**keys[0], "key_id": 1, "status": "DESTROYED"})


@pytest.mark.parametrize("change", [change_material, change_check_value, keep_destroyed_material])
def test_a_key_that_is_not_itself_is_refused_without_telling_it(keyset_path, tmp_path, change):
    copy = altered(keyset_path, tmp_path, change)
    with pytest.raises(KeySetError, match="check value") as caught:
        load_keyset(copy)
    assert caught.value.__context__ is None
    for domain in json.loads(copy.read_text())["domains"].values():
        assert domain["keys"][0]["material_b64"] not in str(caught.value)


def double_key(document):
    document["domains"]["kern"]["keys"] *= 2


def no_primary(document):
    document["domains"]["kern"]["primary_key_id"] += 1


def disabled_primary(document):
    document["domains"]["kern"]["keys"][0]["status"] = "DISABLED"


def unknown_status(document):
    document["domains"]["kern"]["keys"][0]["status"] = "PERHAPS"


@pytest.mark.parametrize(
    "change",
    [double_key, no_primary, disabled_primary, unknown_status, lambda d: d.pop("domains")],
)
def test_a_key_set_that_does_not_hold_together_is_refused(keyset_path, tmp_path, change):
    with pytest.raises(KeySetError, match="damaged"):
        load_keyset(altered(keyset_path, tmp_path, change))


def test_a_key_set_of_another_version_is_refused(keyset_path, tmp_path):
    copy = altered(keyset_path, tmp_path, lambda document: document.update(version=2))
    with pytest.raises(KeySetError, match="version"):
        load_keyset(copy)


@pytest.mark.parametrize("content", [b"", b"[]", b"\xff", b'{"version": 1, "domains": {'])
def test_a_broken_file_is_refused_and_its_text_goes_nowhere(tmp_path, content):
    path = tmp_path / "keyset.json"
    path.write_bytes(content)
    path.chmod(0o600)
    with pytest.raises(KeySetError, match="damaged") as caught:
        load_keyset(path)
    # The decoder's own error carries the whole text.
    assert caught.value.__context__ is None


def test_a_key_is_not_shown_and_not_stored(keyset):
    material = keyset.domains["kern"].keys[0].material
    shown = repr(keyset) + repr(keyset.tokeniser("kern", "bsn"))
    assert repr(material)[2:-1] not in shown
    for secret in (keyset, keyset.tokeniser("kern", "bsn")):
        with pytest.raises(KeySetError):
            pickle.dumps(secret)


def test_the_check_value_tells_key_sets_apart(keyset, keyset_path, tmp_path):
    assert re.fullmatch(r"[0-9a-f]{16}", keyset.check_value)
    assert load_keyset(keyset_path).check_value == keyset.check_value
    assert create_keyset(tmp_path / "keyset.json").check_value != keyset.check_value


def test_the_default_place_is_the_variable_or_the_users_configuration(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    ending = "datapakhuis/keyset.json"
    assert default_keyset_path({}) == tmp_path / ".config" / ending
    assert default_keyset_path({"XDG_CONFIG_HOME": "relative"}) == tmp_path / ".config" / ending
    assert default_keyset_path({"XDG_CONFIG_HOME": "/etc/own"}) == tmp_path / "/etc/own" / ending
    assert default_keyset_path({"DATAPAKHUIS_KEYSET": "/k.json"}).as_posix() == "/k.json"


def test_a_key_set_may_not_lie_in_the_home_or_in_a_work_tree(tmp_path):
    home, tree, apart = (tmp_path / name for name in ("home", "tree", "apart"))
    for folder in (home / "deep", tree / "deep", tree / ".git", apart):
        folder.mkdir(parents=True)
    (tmp_path / "way_in").symlink_to(home)
    check_location(apart / "keyset.json", home)
    for path in (home / "deep", tmp_path / "way_in", tree, tree / "deep"):
        with pytest.raises(KeySetError, match="DATAPAKHUIS_KEYSET"):
            check_location(path / "keyset.json", home)


# Data keys


def test_a_data_key_is_unwrapped_by_its_own_key_set_only(keyset, tmp_path):
    plain, wrapped = keyset.new_data_key()
    assert len(plain) == 32
    assert plain not in wrapped
    assert keyset.unwrap(wrapped) == plain
    assert keyset.new_data_key()[0] != plain
    with pytest.raises(KeySetError):
        create_keyset(tmp_path / "keyset.json").unwrap(wrapped)


@pytest.mark.parametrize("place", [0, 1, 5, 44])
def test_an_altered_data_key_is_refused(keyset, place):
    _, wrapped = keyset.new_data_key()
    broken = bytearray(wrapped)
    broken[place] ^= 1
    for wrong in (bytes(broken), wrapped[:place]):
        with pytest.raises(KeySetError, match="data key") as caught:
            keyset.unwrap(wrong)
        assert caught.value.__context__ is None
