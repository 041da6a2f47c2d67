"""What is not the platform's, or not readable, is refused with a status, and nothing of it is stored."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from wechatpy.crypto import WeChatCrypto  # type: ignore[import-untyped]
from wechatpy.utils import WeChatSigner  # type: ignore[import-untyped]

from simulator import messages
from simulator.accounts import Mode, random_word
from simulator.callbacks import Call, read_xml, write_xml
from simulator.messages import Deed
from tests.fixtures.databases import find_postgres, fresh_postgres_database
from tests.fixtures.talk import error_of
from tests.fixtures.wechat_product import WeChatProduct, connected

BOMB = b"""<?xml version="1.0"?><!DOCTYPE xml [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]><xml><Content>&c;</Content></xml>"""
FILE = b"""<?xml version="1.0"?><!DOCTYPE xml [<!ENTITY f SYSTEM "file:///etc/passwd">]><xml><Content>&f;</Content></xml>"""


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WeChatProduct]:
    with connected(tmp_path_factory.mktemp("hostile")) as product:
        yield product


Refusing = Callable[[Call], httpx.Response]


@pytest.fixture
def refuse(product: WeChatProduct) -> Refusing:
    """Post a call, and check that it left nothing behind."""

    def post(call: Call) -> httpx.Response:
        before = product.count_rows()
        response = product.post(call)
        assert product.count_rows() == before
        error_of(response)
        return response

    return post


@pytest.mark.parametrize("mode", ["plain", "compatible", "safe"])
def test_a_call_signed_with_another_token_is_refused(product: WeChatProduct, refuse: Refusing, mode: Mode) -> None:
    call = product.sign(product.callback("oStranger", "骗人"), mode=mode, token="another token")

    assert refuse(call).status_code == 403


@pytest.mark.parametrize("missing", ["signature", "timestamp", "nonce"])
def test_a_plain_call_without_a_part_of_its_signature_is_refused(product: WeChatProduct, refuse: Refusing, missing: str) -> None:
    call = product.sign(product.callback("oStranger", "骗人"), mode="plain")

    assert refuse(Call({name: value for name, value in call.query.items() if name != missing}, call.body)).status_code == 403


def test_a_changed_body_of_an_encrypted_call_is_refused(product: WeChatProduct, refuse: Refusing) -> None:
    call, other = (product.sign(product.callback("oStranger", text)) for text in ("一", "二"))

    assert refuse(Call(call.query, other.body)).status_code == 403


def test_a_message_encrypted_for_another_account_is_refused(product: WeChatProduct, refuse: Refusing) -> None:
    call = product.sign(product.callback("oStranger", "别家的"), app_id="wx0000000000000000")

    assert refuse(call).status_code == 403


def test_a_message_under_an_unknown_key_is_refused(product: WeChatProduct, refuse: Refusing) -> None:
    call = product.sign(product.callback("oStranger", "别的钥匙"), aes_key=random_word(42) + "A")

    assert refuse(call).status_code == 400


@pytest.mark.parametrize("late_s", [360, -360])
def test_a_call_of_another_time_is_refused(product: WeChatProduct, refuse: Refusing, late_s: int) -> None:
    assert refuse(product.sign(product.callback("oStranger", "旧的"), late_s=late_s)).status_code == 403


@pytest.mark.parametrize("mode", ["plain", "safe"])
def test_an_answered_call_played_back_is_refused(product: WeChatProduct, refuse: Refusing, mode: Mode) -> None:
    call = product.sign(product.callback(product.follower(), "只此一次"), mode=mode)
    assert product.post(call).status_code == 200

    assert refuse(call).status_code == 403


def test_a_signature_that_was_used_does_not_carry_another_body(product: WeChatProduct, refuse: Refusing) -> None:
    openid = product.follower()
    seen = product.sign(product.callback(openid, "真的"), mode="plain")
    product.post(seen)
    forged = product.sign(product.callback(openid, "假的"), mode="plain")

    assert refuse(Call(seen.query, forged.body)).status_code == 403


def test_the_address_of_an_encrypted_call_does_not_carry_a_plain_body(product: WeChatProduct, refuse: Refusing) -> None:
    openid = product.follower()
    seen = product.sign(product.callback(openid, "真的"))
    product.post(seen)
    forged = product.sign(product.callback(openid, "假的"), mode="plain")
    query = {name: seen.query[name] for name in ("signature", "timestamp", "nonce")}

    assert refuse(Call(query, forged.body)).status_code == 403


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"success",
        b'{"ToUserName": "gh_1", "MsgType": "text"}',
        b"<xml>",
        b"<html><body/></html>",
        b"<xml/>",
        b"<!DOCTYPE xml><xml><Content>1</Content></xml>",
        BOMB,
        FILE,
        "<?xml version='1.0' encoding='GBK'?><xml><Content>营商</Content></xml>".encode("gbk"),
        b"\x00\x01\x02",
        b"<xml>" + b"<a>" * 1000 + b"</a>" * 1000 + b"</xml>",
    ],
    ids=["empty", "success", "json", "unclosed", "html", "nothing", "doctype", "bomb", "file", "gbk", "binary", "deep"],
)
@pytest.mark.parametrize("is_sealed", [False, True], ids=["plain", "encrypted"])
def test_a_signed_body_that_cannot_be_read_is_malformed(
    product: WeChatProduct, refuse: Refusing, body: bytes, is_sealed: bool
) -> None:
    assert refuse(_sealed(product, body) if is_sealed else product.sign_body(body)).status_code == 400


def _sealed(product: WeChatProduct, body: bytes) -> Call:
    """Return an encrypted call with any body."""
    call, account = product.sign_body(body), product.account
    crypto = WeChatCrypto(account.token, account.aes_key, account.app_id)
    outer = read_xml(crypto.encrypt_message(body, call.query["nonce"], call.query["timestamp"]))
    query = {**call.query, "encrypt_type": "aes", "msg_signature": outer.findtext("MsgSignature") or ""}
    return Call(query, write_xml({"Encrypt": outer.findtext("Encrypt") or ""}).encode())


@pytest.mark.parametrize("encrypt", ["", "!", "QUFB", "A" * 64, "汉字"])
def test_a_signed_call_whose_secret_is_none_is_malformed(product: WeChatProduct, refuse: Refusing, encrypt: str) -> None:
    account, call = product.account, product.sign_body(write_xml({"Encrypt": encrypt}).encode())
    signer = WeChatSigner()
    signer.add_data(account.token, call.query["timestamp"], call.query["nonce"], encrypt)

    query = {**call.query, "encrypt_type": "aes", "msg_signature": signer.signature}

    assert refuse(Call(query, call.body)).status_code == 400


@pytest.mark.parametrize("without", ["FromUserName", "ToUserName", "CreateTime", "MsgType"])
def test_a_message_without_one_of_its_marks_is_malformed(product: WeChatProduct, refuse: Refusing, without: str) -> None:
    fields = {name: value for name, value in product.callback("oSomebody", "少了").fields.items() if name != without}

    assert refuse(product.sign_body(write_xml(fields).encode())).status_code == 400


def test_five_million_bytes_are_too_many(product: WeChatProduct, refuse: Refusing) -> None:
    body = b"<xml><Content>" + b"a" * 5_000_000 + b"</Content></xml>"

    assert refuse(product.sign_body(body)).status_code == 413


def test_other_methods_do_nothing(product: WeChatProduct) -> None:
    before = product.count_rows()

    assert product.app.client.put("/wechat", content=b"<xml/>").status_code == 405
    assert product.app.client.delete("/wechat").status_code == 405
    assert product.count_rows() == before


ANY_TEXT = st.text(max_size=300)
TEXTS = ANY_TEXT | st.sampled_from(
    ["/choose_subject", "/EXTERNAL_follow", "1", "继续", "﻿", "‮", "]]>", "\x00", " " * 50, "a" * 3000]
)
KEYS = ANY_TEXT | st.sampled_from(["ask:", "ask:tax", "person", "qrscene_ask:tax", "1." * 300])
DEEDS = st.one_of(
    st.builds(messages.text, TEXTS),
    st.builds(
        messages.text, TEXTS, TEXTS | st.sampled_from(["1.1", "0.0", "99999999999999999.1", "1.99", "１.１", "-1.1", "1."])
    ),
    st.builds(messages.click, KEYS),
    st.builds(messages.scan, KEYS),
    st.builds(messages.follow, KEYS),
    st.builds(messages.view, KEYS),
    st.builds(messages.link, TEXTS, TEXTS, TEXTS),
    st.builds(messages.event, TEXTS, st.dictionaries(st.sampled_from(["EventKey", "MsgID", "Ticket"]), TEXTS)),
    st.builds(Deed, TEXTS, st.dictionaries(st.sampled_from(["Content", "MediaId", "Title", "MsgId"]), TEXTS), st.just("message")),
    st.builds(lambda media: Deed("image", {"MediaId": media}, "message"), TEXTS),
)
OPENIDS = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=70) | ANY_TEXT
QUIET = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def _is_answered(product: WeChatProduct, openid: str, deed: Deed, number: str) -> bool:
    callback = product.callback(openid, deed)
    fields = {**callback.fields, **({} if deed.is_event else {"MsgId": number})}
    return product.post(product.sign_body(write_xml(fields).encode("utf-8", "replace"))).status_code in {200, 400}


@QUIET
@given(openid=OPENIDS, deed=DEEDS, number=ANY_TEXT | st.integers(0, 2**64).map(str))
def test_whatever_a_signed_call_holds_it_is_accepted_or_malformed(
    product: WeChatProduct, openid: str, deed: Deed, number: str
) -> None:
    assert _is_answered(product, openid, deed, number)


@QUIET
@given(
    query=st.dictionaries(st.sampled_from(["signature", "timestamp", "nonce", "msg_signature", "encrypt_type"]), ANY_TEXT),
    body=st.binary(max_size=200),
)
def test_whatever_nobody_signed_is_refused(product: WeChatProduct, query: dict[str, str], body: bytes) -> None:
    before = product.count_rows()

    assert product.app.client.post("/wechat", params=query, content=body).status_code in {400, 403}

    assert product.count_rows() == before


@pytest.mark.skipif(find_postgres() is None, reason="YINGSHANG_TEST_POSTGRES_URL is not set")
@pytest.mark.parametrize(
    "media_id",
    ["m" * 255, "m" * 300],
    ids=["fits", "too long"],
)
def test_a_name_that_is_too_long_is_no_failure_on_postgresql_either(
    tmp_path_factory: pytest.TempPathFactory, media_id: str
) -> None:
    with fresh_postgres_database() as url:
        folder, address = tmp_path_factory.mktemp("long"), url.render_as_string(hide_password=False)
        with connected(folder, database_url=address) as product:
            assert _is_answered(product, "oLong", Deed("image", {"MediaId": media_id}, "message"), "77")
