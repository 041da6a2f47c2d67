"""Opening and sealing, with wechatpy as the other side."""

from __future__ import annotations

import pytest
import xmltodict  # type: ignore[import-untyped]
from wechatpy.crypto import WeChatCrypto  # type: ignore[import-untyped]
from wechatpy.exceptions import InvalidSignatureException  # type: ignore[import-untyped]
from wechatpy.utils import check_signature  # type: ignore[import-untyped]

from bot.channels.wechat_protocol.envelope import Account, Envelope, Opened
from bot.errors import BadSignature, CallbackMalformed, SettingInvalid, StaleCallback, WrongAccount
from bot.settings import Secret
from tests.bot.channels.wechat_protocol.calls import (
    APP_ID,
    ENCRYPTED_ACCOUNT,
    KEY,
    NONCE,
    NOW,
    OLDER_KEY,
    PLAIN_ACCOUNT,
    STRANGE_KEY,
    TOKEN,
    XML,
    Call,
    encrypted_call,
    plain_call,
    signature,
)


@pytest.fixture
def envelope() -> Envelope:
    return Envelope(ENCRYPTED_ACCOUNT)


def open_call(call: Call, account: Account = ENCRYPTED_ACCOUNT) -> Opened:
    return Envelope(account).open(call.query, call.body, NOW)


def test_the_address_is_verified_with_the_echo() -> None:
    query = {**plain_call().query, "echostr": "4375120948345356249"}

    assert Envelope(PLAIN_ACCOUNT).echo(query, NOW) == "4375120948345356249"
    check_signature(TOKEN, query["signature"], query["timestamp"], query["nonce"])


@pytest.mark.parametrize("echostr", [None, "", "<script>\n", "回声", "x" * 257])
def test_an_echo_that_is_none_is_not_sent_back(echostr: str | None) -> None:
    query = plain_call().query | ({} if echostr is None else {"echostr": echostr})

    with pytest.raises(CallbackMalformed):
        Envelope(PLAIN_ACCOUNT).echo(query, NOW)


def test_an_echo_with_a_wrong_signature_is_refused() -> None:
    with pytest.raises(BadSignature):
        Envelope(PLAIN_ACCOUNT).echo({**plain_call(token="guessed").query, "echostr": "1"}, NOW)


def test_an_old_echo_is_refused() -> None:
    with pytest.raises(StaleCallback):
        Envelope(PLAIN_ACCOUNT).echo({**plain_call(late_s=301).query, "echostr": "1"}, NOW)


@pytest.mark.parametrize("account", [PLAIN_ACCOUNT, ENCRYPTED_ACCOUNT], ids=["without keys", "with keys"])
def test_a_plain_call_is_opened_and_answered_plain(account: Account) -> None:
    opened = open_call(plain_call(), account)

    assert opened == Opened(XML.encode(), None)
    assert Envelope(account).seal("<xml/>", opened, NOW) == "<xml/>"


def test_a_plain_call_may_say_that_it_is_raw() -> None:
    call = plain_call()

    assert open_call(Call({**call.query, "encrypt_type": "raw"}, call.body)).key_number is None


@pytest.mark.parametrize(("key", "number"), [(KEY, 0), (OLDER_KEY, 1)])
def test_an_encrypted_call_is_answered_with_the_key_that_opened_it(envelope: Envelope, key: str, number: int) -> None:
    opened = open_call(encrypted_call(key=key))

    sealed = envelope.seal("<xml>答复]]&gt;</xml>", opened, NOW)

    assert opened == Opened(XML.encode(), number)
    answer = xmltodict.parse(sealed)["xml"]
    assert set(answer) == {"Encrypt", "MsgSignature", "TimeStamp", "Nonce"} and answer["TimeStamp"] == str(int(NOW.timestamp()))
    theirs = WeChatCrypto(TOKEN, key, APP_ID).decrypt_message(
        sealed, answer["MsgSignature"], answer["TimeStamp"], answer["Nonce"]
    )
    assert theirs == "<xml>答复]]&gt;</xml>"


def test_a_sealed_reply_is_signed_with_our_token(envelope: Envelope) -> None:
    sealed = envelope.seal("<xml/>", Opened(b"", 0), NOW)

    answer = xmltodict.parse(sealed)["xml"]
    with pytest.raises(InvalidSignatureException):
        WeChatCrypto("guessed", KEY, APP_ID).decrypt_message(sealed, answer["MsgSignature"], answer["TimeStamp"], answer["Nonce"])


def test_two_replies_never_have_the_same_nonce(envelope: Envelope) -> None:
    nonces = {xmltodict.parse(envelope.seal("<xml/>", Opened(b"", 0), NOW))["xml"]["Nonce"] for _ in range(20)}

    assert len(nonces) == 20


def test_in_compatible_mode_the_encrypted_part_counts() -> None:
    call = encrypted_call(beside="<Content>smuggled</Content>")

    assert open_call(call) == Opened(XML.encode(), 0)


@pytest.mark.parametrize("left_out", ["encrypt_type", "signature"])
def test_an_encrypted_call_is_known_by_its_message_signature_alone(left_out: str) -> None:
    call = encrypted_call()
    query = {name: value for name, value in call.query.items() if name != left_out}

    assert open_call(Call(query, call.body)).key_number == 0


@pytest.mark.parametrize("call", [plain_call(token="guessed"), encrypted_call(token="guessed")], ids=["plain", "encrypted"])
def test_a_call_signed_with_another_token_is_refused(call: Call) -> None:
    with pytest.raises(BadSignature):
        open_call(call)


@pytest.mark.parametrize("left_out", ["signature", "timestamp", "nonce"])
def test_a_plain_call_without_all_its_parameters_is_refused(left_out: str) -> None:
    call = plain_call()

    with pytest.raises(BadSignature):
        open_call(Call({name: value for name, value in call.query.items() if name != left_out}, call.body))


@pytest.mark.parametrize("left_out", ["msg_signature", "timestamp", "nonce"])
def test_an_encrypted_call_without_all_its_parameters_is_refused(left_out: str) -> None:
    call = encrypted_call()

    with pytest.raises(BadSignature):
        open_call(Call({name: value for name, value in call.query.items() if name != left_out}, call.body))


def test_a_good_plain_signature_does_not_excuse_a_bad_message_signature() -> None:
    call = encrypted_call()

    with pytest.raises(BadSignature):
        open_call(Call({**call.query, "msg_signature": call.query["signature"]}, call.body))


def test_the_message_signature_covers_the_encrypted_part() -> None:
    with pytest.raises(BadSignature):
        open_call(Call(encrypted_call("<xml>1</xml>").query, encrypted_call("<xml>2</xml>").body))


@pytest.mark.parametrize("make", [plain_call, encrypted_call])
@pytest.mark.parametrize("late_s", [301, -301, 86_400, -86_400])
def test_a_call_from_another_time_is_refused(make, late_s: int) -> None:
    with pytest.raises(StaleCallback):
        open_call(make(late_s=late_s))


@pytest.mark.parametrize("make", [plain_call, encrypted_call])
@pytest.mark.parametrize("late_s", [300, -300])
def test_clocks_may_differ_by_five_minutes(make, late_s: int) -> None:
    assert open_call(make(late_s=late_s)).xml == XML.encode()


@pytest.mark.parametrize("timestamp", ["", "now", "-1", "１７９５３１２８００", "1e9", "1795312800.0", " 1795312800", "9" * 5000])
def test_a_signed_time_that_is_none_is_refused(timestamp: str) -> None:
    query = {"signature": signature(TOKEN, timestamp, NONCE), "timestamp": timestamp, "nonce": NONCE}

    with pytest.raises(StaleCallback):
        open_call(Call(query, XML.encode()))


@pytest.mark.parametrize("key", [KEY, OLDER_KEY])
def test_a_message_for_another_account_is_refused(key: str) -> None:
    with pytest.raises(WrongAccount):
        open_call(encrypted_call(key=key, app_id="wxffffffffffffffff"))


def test_a_message_of_a_key_we_never_had_is_malformed() -> None:
    with pytest.raises(CallbackMalformed):
        open_call(encrypted_call(key=STRANGE_KEY))


def test_an_encrypted_call_without_a_key_names_the_setting() -> None:
    with pytest.raises(CallbackMalformed) as problem:
        open_call(encrypted_call(), PLAIN_ACCOUNT)

    assert problem.value.reason == "encrypted, but YINGSHANG_WECHAT_AES_KEY is not set"


def test_who_cannot_sign_does_not_learn_that_a_key_is_missing() -> None:
    with pytest.raises(BadSignature):
        open_call(encrypted_call(token="guessed"), PLAIN_ACCOUNT)


@pytest.mark.parametrize(
    "body", [b"", b"{}", b"<xml/>", b"<xml><Encrypt/></xml>", b"<xml><Encrypt><E>1</E></Encrypt></xml>", b"\xff"]
)
def test_a_call_that_says_it_is_encrypted_and_is_not_is_malformed(body: bytes) -> None:
    with pytest.raises(CallbackMalformed):
        open_call(Call(encrypted_call().query, body))


def test_an_empty_token_would_let_anybody_sign_and_is_refused_at_the_start() -> None:
    with pytest.raises(SettingInvalid):
        Envelope(Account(APP_ID, Secret("")))


def test_an_account_prints_no_secret() -> None:
    assert TOKEN not in repr(ENCRYPTED_ACCOUNT) and KEY not in repr(ENCRYPTED_ACCOUNT)
