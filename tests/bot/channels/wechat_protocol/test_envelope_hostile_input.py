"""Whatever arrives is opened or refused, never anything else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.wechat_protocol.envelope import Account, Envelope
from bot.channels.wechat_protocol.inbound import parse_inbound
from bot.channels.wechat_protocol.signature import sign
from bot.errors import BadSignature, CallbackMalformed, CallbackRefused
from tests.bot.channels.wechat_protocol.calls import (
    ENCRYPTED_ACCOUNT,
    NONCE,
    NOW,
    PLAIN_ACCOUNT,
    TOKEN,
    encrypted_call,
    plain_call,
)

ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=50)
NAMES = st.sampled_from(["signature", "timestamp", "nonce", "msg_signature", "encrypt_type", "echostr", "openid"])
QUERIES = st.dictionaries(NAMES | ANY_TEXT, ANY_TEXT | st.sampled_from(["aes", "raw", "1795312800"]))
ACCOUNTS = st.sampled_from([PLAIN_ACCOUNT, ENCRYPTED_ACCOUNT])
BODIES = st.binary(max_size=200) | ANY_TEXT.map(
    lambda text: f"<xml><Encrypt>{text}</Encrypt></xml>".encode("utf-8", "surrogatepass")
)


@given(ACCOUNTS, QUERIES, BODIES)
def test_a_call_that_nobody_signed_is_never_opened(account: Account, query: dict[str, str], body: bytes) -> None:
    with pytest.raises((CallbackRefused, CallbackMalformed)):
        Envelope(account).open(query, body, NOW)


@given(ACCOUNTS, QUERIES)
def test_an_echo_that_nobody_signed_is_never_sent_back(account: Account, query: dict[str, str]) -> None:
    with pytest.raises((CallbackRefused, CallbackMalformed)):
        Envelope(account).echo(query, NOW)


@given(ACCOUNTS, ANY_TEXT)
def test_a_signed_call_with_anything_for_encrypt_is_refused(account: Account, encrypt: str) -> None:
    timestamp = str(int(NOW.timestamp()))
    query = {"msg_signature": sign(TOKEN, timestamp, NONCE, encrypt.strip()), "timestamp": timestamp, "nonce": NONCE}
    body = f"<xml><Encrypt><![CDATA[{encrypt}]]></Encrypt></xml>".encode("utf-8", "surrogatepass")

    with pytest.raises((BadSignature, CallbackMalformed)):
        Envelope(account).open(query, body, NOW)


@given(st.binary(max_size=300))
def test_a_signed_plain_body_is_read_or_malformed(body: bytes) -> None:
    opened = Envelope(PLAIN_ACCOUNT).open(plain_call().query, body, NOW)

    with pytest.raises(CallbackMalformed):
        parse_inbound(opened.xml)


@given(st.text(max_size=100))
def test_a_signed_encrypted_text_is_read_or_malformed(text: str) -> None:
    call = encrypted_call(text or "<xml/>")

    with pytest.raises(CallbackMalformed):
        parse_inbound(Envelope(ENCRYPTED_ACCOUNT).open(call.query, call.body, NOW).xml)
