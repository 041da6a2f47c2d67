"""A platform and the API on it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import requests
from hypothesis import settings

from bot.channels.wechat_protocol.api import WeChatApi
from tests.bot.channels.wechat_protocol.platform_server import Platform, running_platform

settings.register_profile("no_deadline", deadline=None)
settings.load_profile("no_deadline")

FIRST_TOKEN, SECOND_TOKEN = "FIRST-token-77", "SECOND-token-88"


class Tokens:
    """Hands out the first token until it is rejected."""

    def __init__(self) -> None:
        self.rejected: list[str] = []

    def get(self) -> str:
        return SECOND_TOKEN if self.rejected else FIRST_TOKEN

    def renew(self, rejected: str) -> str:
        self.rejected.append(rejected)
        return SECOND_TOKEN


@pytest.fixture
def platform() -> Iterator[Platform]:
    with running_platform() as platform:
        yield platform


@pytest.fixture
def tokens() -> Tokens:
    return Tokens()


@pytest.fixture
def session() -> Iterator[requests.Session]:
    """Goes straight to the platform, whatever proxies the environment names."""
    with requests.Session() as session:
        session.trust_env = False
        yield session


@pytest.fixture
def api(platform: Platform, tokens: Tokens, session: requests.Session) -> WeChatApi:
    return WeChatApi(platform.url, tokens, timeout_s=(0.5, 0.5), session=session)
