"""Calls as WeChat makes them, signed and encrypted by wechatpy."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import xmltodict  # type: ignore[import-untyped]
from wechatpy.crypto import WeChatCrypto  # type: ignore[import-untyped]
from wechatpy.utils import WeChatSigner  # type: ignore[import-untyped]

from bot.channels.wechat_protocol.envelope import Account
from bot.settings import PROJECT, Secret

FIXTURES = PROJECT / "tests" / "fixtures" / "wechat"
APP_ID = "wx0123456789abcdef"
TOKEN = "token-for-tests"
KEY = "ThisKeyIsForTestsOnly0123456789abcdefghijkL"
OLDER_KEY = "AnOlderKeyForTestsOnly0123456789abcdefghijk"
STRANGE_KEY = "AKeyThatIsNotOurs0123456789abcdefghijklmnoP"
NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
NONCE = "nonce77"
XML = "<xml><Content><![CDATA[营商]]></Content></xml>"
ENCRYPTED_ACCOUNT = Account(APP_ID, Secret(TOKEN), (Secret(KEY), Secret(OLDER_KEY)))
PLAIN_ACCOUNT = Account(APP_ID, Secret(TOKEN))


@dataclass(frozen=True)
class Call:
    query: dict[str, str]
    body: bytes


def fixture(name: str) -> bytes:
    return (FIXTURES / f"{name}.xml").read_bytes()


def signature(*parts: str) -> str:
    signer = WeChatSigner()
    signer.add_data(*parts)
    return str(signer.signature)


def plain_call(xml: str = XML, token: str = TOKEN, late_s: int = 0) -> Call:
    timestamp = str(int(NOW.timestamp()) - late_s)
    query = {"signature": signature(token, timestamp, NONCE), "timestamp": timestamp, "nonce": NONCE, "openid": "oSomebody"}
    return Call(query, xml.encode())


def encrypted_call(
    xml: str = XML, key: str = KEY, app_id: str = APP_ID, token: str = TOKEN, late_s: int = 0, beside: str = ""
) -> Call:
    """`beside`: the plain fields that compatible mode sends beside Encrypt."""
    timestamp = str(int(NOW.timestamp()) - late_s)
    sealed = xmltodict.parse(WeChatCrypto(token, key, app_id).encrypt_message(xml, NONCE, timestamp))["xml"]
    query = {**plain_call(token=token, late_s=late_s).query, "encrypt_type": "aes", "msg_signature": sealed["MsgSignature"]}
    body = f"<xml>{beside}<ToUserName><![CDATA[gh_1]]></ToUserName><Encrypt><![CDATA[{sealed['Encrypt']}]]></Encrypt></xml>"
    return Call(query, body.encode())
