"""Whom somebody in a chat may speak for, shown once and believed for a while."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class EnterpriseRole(StrEnum):
    LEGAL_REPRESENTATIVE = "legal_representative"
    HANDLER = "handler"


ROLE_TITLES: Mapping[EnterpriseRole, str] = {
    EnterpriseRole.LEGAL_REPRESENTATIVE: "法定代表人",
    EnterpriseRole.HANDLER: "经办人",
}
GOOD_FOR: Mapping[EnterpriseRole, timedelta] = {
    EnterpriseRole.LEGAL_REPRESENTATIVE: timedelta(days=365),
    EnterpriseRole.HANDLER: timedelta(days=180),
}
"""How long a person known by a platform is believed without showing it again."""
GOOD_FOR_PAGE = timedelta(days=30)
"""The same for a page: whoever opens that browser later holds its key."""


@dataclass(frozen=True)
class Caller:
    """A person in a chat who has shown that they speak for an enterprise. Made by `bot.services.callers` alone."""

    holder: str
    """Who, by the way they reach us: wechat:<account>:<openid>, or conversation:<id> for a page."""
    conversation_id: str
    credit_code: str
    enterprise_name: str
    role: EnterpriseRole
    binding_id: str
    expires_at: datetime


def good_until(role: EnterpriseRole, is_page: bool, now: datetime) -> datetime:
    """Return when a binding made now ends."""
    return now + (min(GOOD_FOR_PAGE, GOOD_FOR[role]) if is_page else GOOD_FOR[role])
