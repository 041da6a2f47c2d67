"""The account that the product serves, as the platform's settings page would show it."""

from __future__ import annotations

import secrets
import string
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

Mode = Literal["plain", "compatible", "safe"]
MODES: tuple[Mode, ...] = get_args(Mode)
_ALPHANUMERIC = string.ascii_letters + string.digits
_KEY_START = 42
"""The last of an AES key's 43 characters carries only four bits; `A` leaves the others at zero."""


@dataclass
class AccountSettings:
    """May be changed while running, as an administrator would: mode, rights, callback address."""

    app_id: str
    app_secret: str = field(repr=False)
    token: str = field(repr=False)
    callback_url: str
    aes_key: str | None = field(default=None, repr=False)
    """The 43 characters of EncodingAESKey. None = only plain mode is possible."""
    mode: Mode = "plain"
    original_id: str = "gh_simulator0001"
    name: str = "营商小助"
    has_customer_service: bool = True
    """Certified accounts may send by the customer-service API; others answer passively only."""
    token_lifetime_s: int = 7_200


def new_account(callback_url: str, mode: Mode = "safe", known: Mapping[str, str] | None = None) -> AccountSettings:
    """Return an account with random credentials, except those that `known` names by the product's environment keys."""
    given = known or {}
    return AccountSettings(
        app_id=given.get("YINGSHANG_WECHAT_APP_ID") or "wx" + secrets.token_hex(8),
        app_secret=given.get("YINGSHANG_WECHAT_APP_SECRET") or secrets.token_hex(16),
        token=given.get("YINGSHANG_WECHAT_TOKEN") or secrets.token_hex(16),
        callback_url=callback_url,
        aes_key=given.get("YINGSHANG_WECHAT_AES_KEY") or random_word(_KEY_START) + "A",
        mode=mode,
        original_id="gh_" + secrets.token_hex(6),
    )


def environment_of(account: AccountSettings, platform_url: str, public_url: str) -> dict[str, str]:
    """Return what the product must be told to serve this account. In plain mode the AES key is empty."""
    return {
        "YINGSHANG_WECHAT_TOKEN": account.token,
        "YINGSHANG_WECHAT_APP_ID": account.app_id,
        "YINGSHANG_WECHAT_APP_SECRET": account.app_secret,
        "YINGSHANG_WECHAT_AES_KEY": "" if account.mode == "plain" else account.aes_key or "",
        "YINGSHANG_WECHAT_CUSTOMER_SERVICE": "yes" if account.has_customer_service else "no",
        "YINGSHANG_WECHAT_API_BASE": platform_url,
        "YINGSHANG_WECHAT_OPEN_BASE": platform_url,
        "YINGSHANG_PUBLIC_URL": public_url,
    }


def random_word(length: int) -> str:
    return "".join(secrets.choice(_ALPHANUMERIC) for _ in range(length))
