"""Signatures of WeChat's calls."""

from __future__ import annotations

import hashlib
import hmac

from bot.errors import BadSignature


def sign(*parts: str) -> str:
    """Return the SHA-1 of the parts, sorted and joined, as 40 lower-case hex digits.

    Source: WeChat official accounts, "Access overview" (接入概述: token, timestamp, nonce) and "Message encryption: technical
    plan" (消息加解密技术方案: the same with the Encrypt field), read 2026-11.
    """
    return hashlib.sha1(_bytes("".join(sorted(parts)))).hexdigest()


def check_signature(given: str, *parts: str, channel: str = "wechat") -> None:
    """Raise BadSignature unless `given` is the signature of the parts; takes as long for a near miss as for a far one.

    Source: the same pages as `sign`, read 2026-11.
    """
    if not hmac.compare_digest(_bytes(given), _bytes(sign(*parts))):
        raise BadSignature(channel)


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")  # a query string may decode to anything
