"""Lost connections, slow answers, and what they must not give away."""

from __future__ import annotations

import logging
import socket
import traceback
from collections.abc import Callable
from contextlib import suppress

import pytest
import requests

from bot.channels.wechat_protocol.api import WeChatApi
from bot.errors import PlatformBusy, PlatformError, PlatformSilent
from bot.settings import Secret
from tests.bot.channels.wechat_protocol.conftest import FIRST_TOKEN, Tokens
from tests.bot.channels.wechat_protocol.platform_server import (
    Platform,
    hangs_up,
    resets,
    sends,
    silence_of,
    stops_halfway,
)

PERSON, TEXT, SECRET, CODE = "oPerson-44", "我的身份证号", "app-secret-99", "sign-in-code-66"
SECRETS = (FIRST_TOKEN, PERSON, TEXT, SECRET, CODE)
CALLS: list[Callable[[WeChatApi], object]] = [
    lambda api: api.send_text(PERSON, TEXT),
    lambda api: api.get_media("media-1", 100),
    lambda api: api.fetch_token("wx1", Secret(SECRET), False),
    lambda api: api.exchange_code("wx1", Secret(SECRET), CODE),
]
NAMES = ["send", "media", "token", "code"]


def error_of(call: Callable[[WeChatApi], object], api: WeChatApi) -> PlatformError:
    with pytest.raises(PlatformError) as caught:
        call(api)
    return caught.value


def everything_said_by(error: BaseException) -> str:
    """Return the trace back as a logger writes it, and the hidden contexts too."""
    said = "".join(traceback.format_exception(error)) + repr(error)
    while error := error.__cause__ or error.__context__:  # type: ignore[assignment]
        said += repr(error)
    return said


@pytest.fixture
def nobody() -> str:
    """The address of a port where nobody listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{free.getsockname()[1]}"


def test_a_connection_that_is_refused_means_that_nothing_was_sent(nobody: str, tokens: Tokens, session: requests.Session) -> None:
    error = error_of(CALLS[0], WeChatApi(nobody, tokens, session=session))

    assert type(error) is PlatformBusy and error.code == 0


def test_a_name_that_nobody_knows_means_that_nothing_was_sent(tokens: Tokens, session: requests.Session) -> None:
    assert type(error_of(CALLS[0], WeChatApi("http://nowhere.invalid", tokens, session=session))) is PlatformBusy


def test_a_port_that_does_not_answer_in_time_means_that_nothing_was_sent(tokens: Tokens, session: requests.Session) -> None:
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        waiting = [socket.socket() for _ in range(8)]
        for connection in waiting:
            connection.setblocking(False)
            connection.connect_ex(full.getsockname())
        api = WeChatApi(f"http://127.0.0.1:{full.getsockname()[1]}", tokens, timeout_s=(0.2, 5), session=session)

        error = error_of(CALLS[0], api)

        for connection in waiting:
            connection.close()
    assert type(error) is PlatformBusy


@pytest.mark.parametrize("breaks", [hangs_up, resets, stops_halfway])
@pytest.mark.parametrize("call", CALLS, ids=NAMES)
def test_a_connection_lost_after_sending_leaves_us_in_doubt(
    platform: Platform, api: WeChatApi, breaks: Callable[..., None], call: Callable[[WeChatApi], object]
) -> None:
    platform.will(breaks)

    error = error_of(call, api)

    assert type(error) is PlatformSilent and error.code == 0 and len(platform.requests) == 1


def test_every_call_has_a_connection_of_its_own(platform: Platform, api: WeChatApi) -> None:
    for _ in range(3):
        api.send_typing(PERSON)

    assert len({request.client_port for request in platform.requests}) == 3


@pytest.mark.parametrize("call", CALLS, ids=NAMES)
def test_a_slow_answer_leaves_us_in_doubt(platform: Platform, api: WeChatApi, call: Callable[[WeChatApi], object]) -> None:
    platform.will(silence_of(platform))

    error = error_of(call, api)

    assert type(error) is PlatformSilent and len(platform.requests) == 1


@pytest.mark.parametrize("breaks", [hangs_up, stops_halfway, sends(b"<html>", 502), sends(b'{"errcode":40003}')])
@pytest.mark.parametrize("call", CALLS, ids=NAMES)
def test_no_error_names_a_token_a_secret_a_person_or_a_text(
    platform: Platform, api: WeChatApi, breaks: Callable[..., None], call: Callable[[WeChatApi], object]
) -> None:
    platform.will(breaks)

    said = everything_said_by(error_of(call, api))

    assert [secret for secret in SECRETS if secret in said] == []


@pytest.mark.parametrize("call", CALLS, ids=NAMES)
def test_no_error_of_a_refused_connection_names_a_secret(
    nobody: str, tokens: Tokens, session: requests.Session, call: Callable[[WeChatApi], object]
) -> None:
    said = everything_said_by(error_of(call, WeChatApi(nobody, tokens, session=session)))

    assert [secret for secret in SECRETS if secret in said] == []


@pytest.mark.parametrize("call", CALLS, ids=NAMES)
def test_no_log_names_a_secret_even_at_debug_level(
    platform: Platform, api: WeChatApi, caplog: pytest.LogCaptureFixture, call: Callable[[WeChatApi], object]
) -> None:
    caplog.set_level(logging.DEBUG)

    with suppress(PlatformError):
        call(api)

    assert platform.requests
    assert "/cgi-bin/" in caplog.text or "/sns/" in caplog.text
    assert [secret for secret in SECRETS if secret in caplog.text] == []


def test_an_api_prints_no_secret(api: WeChatApi, platform: Platform) -> None:
    platform.will({"access_token": "fresh-55", "expires_in": 7200})
    api.fetch_token("wx1", Secret(SECRET), False)

    assert SECRET not in repr(api) and "fresh-55" not in repr(vars(api))
