"""The platform's calls: signed, in plain or encrypted XML, and what is read from the answer.

Signatures and encryption come from wechatpy, which knows nothing of the product.
"""

from __future__ import annotations

import binascii
import re
import secrets
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring
from wechatpy.crypto import WeChatCrypto  # type: ignore[import-untyped]
from wechatpy.exceptions import WeChatException  # type: ignore[import-untyped]
from wechatpy.utils import WeChatSigner  # type: ignore[import-untyped]

from simulator.accounts import AccountSettings
from simulator.messages import Callback

MAX_TEXT_BYTES = 2_048
REPLY_TYPES = {"image", "voice", "video", "music", "news", "transfer_customer_service"}
"""Accepted and only logged."""
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML cannot hold."""


@dataclass(frozen=True)
class Call:
    """One HTTP request to the product."""

    query: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Answer:
    """What the product answered to a message; `reason` is for the log, which people read."""

    kind: Literal["nothing", "text", "other", "fault"]
    text: str = ""
    reason: str = ""


def write_xml(fields: Mapping[str, str | int]) -> str:
    """Return the fields under `<xml>`, texts as CDATA."""
    return "<xml>" + "".join(f"<{name}>{_written(value)}</{name}>" for name, value in fields.items()) + "</xml>"


def make_call(account: AccountSettings, callback: Callback, now_s: int) -> Call:
    """Return the callback signed and encrypted for now."""
    nonce = secrets.token_hex(8)
    query = signed_query(account, now_s, nonce) | {"openid": callback.openid}
    xml = write_xml(callback.fields)
    if account.mode == "plain":
        return Call(query, xml.encode())
    sealed = read_xml(_crypto(account).encrypt_message(xml, nonce, str(now_s)))
    secret = sealed.findtext("Encrypt") or ""
    outer = callback.fields if account.mode == "compatible" else {"ToUserName": account.original_id}
    query |= {"encrypt_type": "aes", "msg_signature": sealed.findtext("MsgSignature") or ""}
    return Call(query, write_xml({**outer, "Encrypt": secret}).encode())


def signed_query(account: AccountSettings, now_s: int, nonce: str) -> dict[str, str]:
    signer = WeChatSigner()
    signer.add_data(account.token, str(now_s), nonce)
    return {"signature": signer.signature, "timestamp": str(now_s), "nonce": nonce}


def read_answer(account: AccountSettings, callback: Callback, body: bytes) -> Answer:
    """Return what the platform makes of the product's answer."""
    if body.strip() in (b"", b"success"):
        return Answer("nothing")
    try:
        return _read_reply(callback, _opened(account, read_xml(body.decode())))
    except (ParseError, DefusedXmlException, UnicodeDecodeError):
        return Answer("fault", reason="应答不是XML")
    except (WeChatException, ValueError, TypeError, IndexError, struct.error, binascii.Error):
        return Answer("fault", reason="应答未加密或无法解密")


def read_xml(text: str) -> Element:
    """Raises ParseError or DefusedXmlException."""
    element: Any = fromstring(text, forbid_dtd=True)
    if not isinstance(element, Element) or element.tag != "xml":
        raise ParseError("root is not <xml>")
    return element


def _opened(account: AccountSettings, outer: Element) -> Element:
    """Return the reply itself; leave an encrypted one encrypted where the account is plain, so that it is a fault."""
    secret = outer.findtext("Encrypt")
    if secret is None and account.mode == "safe":
        raise ValueError("not encrypted")
    if secret is None or account.mode == "plain":
        return outer
    fields = {"Encrypt": secret}
    signature, time, nonce = (outer.findtext(name) or "" for name in ("MsgSignature", "TimeStamp", "Nonce"))
    return read_xml(_crypto(account).decrypt_message(fields, signature, time, nonce))


def _read_reply(callback: Callback, reply: Element) -> Answer:
    if (reply.findtext("ToUserName"), reply.findtext("FromUserName")) != (callback.openid, callback.account):
        return Answer("fault", reason="回复的收发双方与消息不符")
    if not (reply.findtext("CreateTime") or "").strip().isdigit():
        return Answer("fault", reason="CreateTime不是数字")
    kind, text = reply.findtext("MsgType") or "", reply.findtext("Content") or ""
    if kind in REPLY_TYPES:
        return Answer("other", reason=f"{kind}：模拟器只记录，不显示")
    if kind != "text" or not text:
        return Answer("fault", reason="MsgType未知" if kind != "text" else "Content为空")
    if len(text.encode()) > MAX_TEXT_BYTES:
        return Answer("fault", reason=f"Content超过{MAX_TEXT_BYTES}字节")
    return Answer("text", text)


def _crypto(account: AccountSettings) -> Any:
    return WeChatCrypto(account.token, account.aes_key or "", account.app_id)


def _written(value: str | int) -> str:
    if isinstance(value, int):
        return str(value)
    return "<![CDATA[" + _FORBIDDEN.sub("", value).replace("]]>", "]]]]><![CDATA[>") + "]]>"
