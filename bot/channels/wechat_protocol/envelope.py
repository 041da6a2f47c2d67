"""The envelope of a call: who signed it, when, and with which key it is closed."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.channels.wechat_protocol.encryption import CHANNEL, KEY_SETTING, MessageCipher
from bot.channels.wechat_protocol.signature import check_signature, sign
from bot.channels.wechat_protocol.xml import cdata, read_xml
from bot.errors import BadSignature, CallbackMalformed, SettingInvalid, StaleCallback, WrongAccount
from bot.settings import Secret

MAX_AGE_S = 300
TIMESTAMP = re.compile(r"[0-9]{1,11}")
ECHO = re.compile(r"[ -~]{1,256}")
"""WeChat sends digits; nothing that a browser could take for a page is ever sent back."""


@dataclass(frozen=True)
class Account:
    """An official account as its platform page shows it. `aes_keys`: newest first; none = plain mode only."""

    app_id: str
    token: Secret
    aes_keys: tuple[Secret, ...] = ()


@dataclass(frozen=True)
class Opened:
    """The message, not yet parsed. `key_number`: place of the key in `aes_keys`, from 0; None = it came plain."""

    xml: bytes
    key_number: int | None


class Envelope:
    """Opens what WeChat sends and seals what it is answered, for one account.

    Plain and encrypted calls are both taken as they come, because a change of the mode takes effect at once.
    Source: WeChat official accounts, "Access overview" (接入概述) and "Message encryption" (消息加解密说明), read 2026-11.
    """

    def __init__(self, account: Account) -> None:
        """Raises SettingInvalid for an empty token or a key that is none."""
        if not account.token.value:
            raise SettingInvalid("YINGSHANG_WECHAT_TOKEN", "must be the Token of the WeChat platform's server settings")
        self._token = account.token
        self._ciphers = [MessageCipher(key, account.app_id) for key in account.aes_keys]

    def echo(self, query: Mapping[str, str], now: datetime) -> str:
        """Return what proves that this address is ours, to be sent as plain text. Raises as `open` does.

        Source: "Access overview", step 2 (接入概述，验证消息的确来自微信服务器), read 2026-11.
        """
        self._check_plain(query, now)
        echostr = query.get("echostr", "")
        if not ECHO.fullmatch(echostr):
            raise CallbackMalformed(CHANNEL, "no echostr")
        return echostr

    def open(self, query: Mapping[str, str], body: bytes, now: datetime) -> Opened:
        """Return the message of a call that is signed, fresh and meant for us. In compatible mode the encrypted part counts.

        Raises BadSignature, StaleCallback (more than 300 s from `now`, either way), WrongAccount, CallbackMalformed.
        Source: "Message encryption: access guide" (消息加解密接入指引), read 2026-11.
        """
        if query.get("encrypt_type") == "aes" or query.get("msg_signature"):
            return self._decrypt(self._checked_encrypt(query, body, now))
        self._check_plain(query, now)
        return Opened(body, None)

    def seal(self, xml: str, opened: Opened, now: datetime) -> str:
        """Return the reply as the call came: plain, or encrypted with the key that opened it.

        Source: "Message encryption: technical plan" (消息加解密技术方案，回包), read 2026-11.
        """
        if opened.key_number is None:
            return xml
        encrypted = self._ciphers[opened.key_number].encrypt(xml)
        timestamp, nonce = str(int(now.timestamp())), secrets.token_hex(8)
        signature = sign(self._token.value, timestamp, nonce, encrypted)
        return (
            f"<xml><Encrypt>{cdata(encrypted)}</Encrypt><MsgSignature>{cdata(signature)}</MsgSignature>"
            f"<TimeStamp>{timestamp}</TimeStamp><Nonce>{cdata(nonce)}</Nonce></xml>"
        )

    def _check_plain(self, query: Mapping[str, str], now: datetime) -> None:
        self._check(query.get("signature", ""), query, now)

    def _checked_encrypt(self, query: Mapping[str, str], body: bytes, now: datetime) -> str:
        signature = query.get("msg_signature", "")
        if not signature:
            raise BadSignature(CHANNEL)
        encrypted = read_xml(body).get("Encrypt", "").strip()
        if not encrypted:
            raise CallbackMalformed(CHANNEL, "called encrypted, but there is no Encrypt")
        self._check(signature, query, now, encrypted)
        return encrypted

    def _check(self, signature: str, query: Mapping[str, str], now: datetime, *signed: str) -> None:
        timestamp = query.get("timestamp", "")
        check_signature(signature, self._token.value, timestamp, query.get("nonce", ""), *signed)
        if not TIMESTAMP.fullmatch(timestamp) or abs(int(timestamp) - now.timestamp()) > MAX_AGE_S:
            raise StaleCallback(CHANNEL)

    def _decrypt(self, encrypted: str) -> Opened:
        if not self._ciphers:
            raise CallbackMalformed(CHANNEL, f"encrypted, but {KEY_SETTING} is not set")
        foreign = False
        for number, cipher in enumerate(self._ciphers):
            try:
                return Opened(cipher.decrypt(encrypted), number)
            except WrongAccount:
                foreign = True
            except CallbackMalformed:
                continue
        raise WrongAccount(CHANNEL) if foreign else CallbackMalformed(CHANNEL, "no key of ours opens it")
