"""Encryption, beside wechatpy's and a message encrypted with OpenSSL's command line."""

from __future__ import annotations

import base64
import struct
from itertools import pairwise

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC
from hypothesis import given
from hypothesis import strategies as st
from wechatpy.crypto import PrpCrypto  # type: ignore[import-untyped]

from bot.channels.wechat_protocol.encryption import MessageCipher
from bot.errors import CallbackMalformed, SettingInvalid, WrongAccount
from bot.settings import Secret
from tests.bot.channels.wechat_protocol.calls import APP_ID, KEY, STRANGE_KEY

BY_OPENSSL = (
    "nyHukLdIC4tJLmEek4xEzyzwpggiwZH6JLHvlgiMwYgoLTfJh6hEmEu7"
    "WA9rNCRAP0W1b94UYxIJXeE33mETcIZfZ27v0ZsSrQNjpRdXCP9XisOSGuJNtED55+MF7Vhl"
)
"""`0123456789abcdef`, length 36, the XML below, app id and 22 bytes of padding, by `openssl enc -aes-256-cbc -nopad`."""
KEY_BYTES = base64.b64decode(KEY + "=")


@pytest.fixture
def cipher() -> MessageCipher:
    return MessageCipher(Secret(KEY), APP_ID)


def encrypted(plain: bytes) -> str:
    encryptor = Cipher(AES(KEY_BYTES), CBC(KEY_BYTES[:16])).encryptor()
    return base64.b64encode(encryptor.update(plain) + encryptor.finalize()).decode()


def padded(content: bytes, count: int | None = None) -> bytes:
    count = count or 32 - len(content) % 32
    return content + bytes([count]) * count


def content_of(xml: bytes, app_id: bytes = APP_ID.encode(), length: int | None = None) -> bytes:
    return b"r" * 16 + struct.pack(">I", len(xml) if length is None else length) + xml + app_id


def test_what_openssl_encrypted_is_read(cipher: MessageCipher) -> None:
    assert cipher.decrypt(BY_OPENSSL).decode() == "<xml><Content>营商</Content></xml>"


@given(st.text())
def test_what_wechatpy_encrypts_is_read(xml: str) -> None:
    theirs = PrpCrypto(KEY_BYTES).encrypt(xml, APP_ID).decode()

    assert MessageCipher(Secret(KEY), APP_ID).decrypt(theirs).decode() == xml


@given(st.text())
def test_wechatpy_reads_what_is_encrypted(xml: str) -> None:
    ours = MessageCipher(Secret(KEY), APP_ID).encrypt(xml)

    assert PrpCrypto(KEY_BYTES).decrypt(ours, APP_ID) == xml


@pytest.mark.parametrize("length", range(100, 133))
def test_every_length_is_padded_to_32_bytes_and_read(cipher: MessageCipher, length: int) -> None:
    encrypted_xml = cipher.encrypt("x" * length)

    assert len(base64.b64decode(encrypted_xml)) % 32 == 0
    assert cipher.decrypt(encrypted_xml).decode() == "x" * length


def test_the_same_message_never_looks_the_same_twice(cipher: MessageCipher) -> None:
    seen = sorted(cipher.encrypt("<xml/>") for _ in range(50))

    assert all(one[:16] != other[:16] for one, other in pairwise(seen))


@pytest.mark.parametrize("app_id", [b"", b"wx0123456789abcdeF", b"wx0123456789abcdef0", b"x" + APP_ID.encode(), b"\xff\xfe"])
def test_a_message_for_another_account_is_told_from_garbage(cipher: MessageCipher, app_id: bytes) -> None:
    with pytest.raises(WrongAccount):
        cipher.decrypt(encrypted(padded(content_of(b"<xml/>", app_id))))


@pytest.mark.parametrize(
    "plain",
    [
        content_of(b"<xml/>").ljust(64, b"\x00"),
        content_of(b"<xml/>").ljust(64, b"\x40"),
        padded(content_of(b"x" * 9), 33),
        padded(content_of(b"x" * 10), 48),
        padded(content_of(b"<xml/>"))[:-2] + b"\x00" + padded(content_of(b"<xml/>"))[-1:],
        padded(b"short"),
        padded(b"r" * 19),
        b"\x10" * 16,
        b"\x20" * 16,
        padded(content_of(b"<xml/>", length=0xFFFFFFFF)),
        padded(content_of(b"<xml/>", length=len(APP_ID) + 7)),
    ],
    ids=[
        "padding byte 0",
        "padding byte 64",
        "33 bytes of padding",
        "48 bytes of padding",
        "one padding byte differs",
        "too short",
        "no whole header",
        "nothing but padding",
        "more padding than message",
        "length of four gigabytes",
        "length one too many",
    ],
)
def test_a_plain_text_that_breaks_the_plan_is_garbage(cipher: MessageCipher, plain: bytes) -> None:
    with pytest.raises(CallbackMalformed):
        cipher.decrypt(encrypted(plain))


@pytest.mark.parametrize(
    "text", ["", " ", "=", "====", "abc", "不是密文", "\ud800", "\x00", "AAAA", BY_OPENSSL[:-1], BY_OPENSSL + "!"]
)
def test_a_text_that_is_no_ciphertext_is_garbage(cipher: MessageCipher, text: str) -> None:
    with pytest.raises(CallbackMalformed):
        cipher.decrypt(text)


@given(st.binary(min_size=0, max_size=200))
def test_random_ciphertext_is_always_garbage(ciphertext: bytes) -> None:
    with pytest.raises(CallbackMalformed):
        MessageCipher(Secret(KEY), APP_ID).decrypt(base64.b64encode(ciphertext).decode())


def test_a_message_of_another_key_is_garbage(cipher: MessageCipher) -> None:
    theirs = MessageCipher(Secret(STRANGE_KEY), APP_ID).encrypt("<xml/>")

    with pytest.raises(CallbackMalformed):
        cipher.decrypt(theirs)


@pytest.mark.parametrize(
    "key", ["", "short", KEY[:-1], KEY + "a", KEY + "=", KEY[:-1] + "钥", KEY[:-1] + "-", KEY + "\n", " " + KEY[1:]]
)
def test_a_key_that_is_none_is_named_and_not_repeated(key: str) -> None:
    with pytest.raises(SettingInvalid) as problem:
        MessageCipher(Secret(key), APP_ID)

    assert problem.value.name == "YINGSHANG_WECHAT_AES_KEY"
    assert "43" in problem.value.reason and (not key.strip() or key not in str(problem.value))
