"""Encryption of WeChat's messages."""

from __future__ import annotations

import base64
import binascii
import hmac
import re
import secrets
import struct

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

from bot.errors import CallbackMalformed, SettingInvalid, WrongAccount
from bot.settings import Secret

CHANNEL = "wechat"
KEY_SETTING = "YINGSHANG_WECHAT_AES_KEY"
ENCODED_KEY = re.compile(r"[A-Za-z0-9+/]{43}")
PADDING_BLOCK = 32
"""WeChat pads to 32 bytes, although AES works on 16."""
RANDOM_BYTES = 16
HEADER_BYTES = RANDOM_BYTES + 4


class MessageCipher:
    """Encrypts and decrypts for one account and one key.

    AES-256-CBC, the vector being the key's first half, over: 16 random bytes, length of the XML (4 bytes, big-endian), XML,
    app id, PKCS#7 padding of 1 to 32 bytes.
    Source: WeChat official accounts, "Message encryption: technical plan" (消息加解密技术方案), read 2026-11.
    """

    def __init__(self, encoding_aes_key: Secret, app_id: str) -> None:
        """Raises SettingInvalid for what is no EncodingAESKey."""
        if not ENCODED_KEY.fullmatch(encoding_aes_key.value):
            reason = (
                "must be the 43 letters and digits of EncodingAESKey; copy it again from the WeChat platform's server settings"
            )
            raise SettingInvalid(KEY_SETTING, reason)
        key = base64.b64decode(encoding_aes_key.value + "=")
        self._aes = Cipher(AES(key), CBC(key[:16]))
        self._app_id = app_id.encode()

    def decrypt(self, encrypted_base64: str) -> bytes:
        """Return the XML. Raises CallbackMalformed for garbage, WrongAccount for another account's message.

        Source: the technical plan (消息加解密技术方案), read 2026-11.
        """
        decryptor = self._aes.decryptor()
        plain = _unpad(decryptor.update(_ciphertext(encrypted_base64)) + decryptor.finalize())
        if len(plain) < HEADER_BYTES:
            raise CallbackMalformed(CHANNEL, "encrypted message too short")
        (length,) = struct.unpack_from(">I", plain, RANDOM_BYTES)
        if length > len(plain) - HEADER_BYTES:
            raise CallbackMalformed(CHANNEL, "length field of the encrypted message is wrong")
        if not hmac.compare_digest(plain[HEADER_BYTES + length :], self._app_id):
            raise WrongAccount(CHANNEL)
        return plain[HEADER_BYTES : HEADER_BYTES + length]

    def encrypt(self, xml: str) -> str:
        """Return the XML encrypted, in Base64.

        Source: the technical plan (消息加解密技术方案), read 2026-11.
        """
        content = xml.encode()
        plain = secrets.token_bytes(RANDOM_BYTES) + struct.pack(">I", len(content)) + content + self._app_id
        encryptor = self._aes.encryptor()
        return base64.b64encode(encryptor.update(_pad(plain)) + encryptor.finalize()).decode()


def _ciphertext(encrypted_base64: str) -> bytes:
    try:
        ciphertext = base64.b64decode("".join(encrypted_base64.split()), validate=True)
    except (binascii.Error, ValueError):
        raise CallbackMalformed(CHANNEL, "Encrypt is not Base64") from None
    if not ciphertext or len(ciphertext) % 16:
        raise CallbackMalformed(CHANNEL, "Encrypt is no whole number of blocks")
    return ciphertext


def _pad(plain: bytes) -> bytes:
    count = PADDING_BLOCK - len(plain) % PADDING_BLOCK
    return plain + bytes([count]) * count


def _unpad(padded: bytes) -> bytes:
    count = padded[-1]
    if not 1 <= count <= PADDING_BLOCK or len(padded) < count or padded[-count:] != bytes([count]) * count:
        raise CallbackMalformed(CHANNEL, "padding of the encrypted message is wrong")
    return padded[:-count]
