"""Speaking for an enterprise, over HTTP: one refusal for every wrong code, and nothing of anybody else's."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest

from bot.bootstrap import now
from bot.services import identity_notices as notices
from bot.services.inbox import PlatformCall, Said
from tests.fixtures.assistants import EchoAssistant
from tests.fixtures.invitations import invite, new_credit_code, new_enterprise
from tests.fixtures.running_app import RunningApp, services_without_model, serving, with_assistant
from tests.fixtures.talk import Talk, error_of

GUESSES = 50
WRONG = "ABCD-EFGH-JKMN"


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningApp]:
    with serving(with_assistant(services_without_model(tmp_path_factory.mktemp("identity")), EchoAssistant())) as running:
        yield running


@pytest.fixture
def enterprise(app: RunningApp) -> str:
    return new_enterprise(app.services.database)


def code_for(app: RunningApp, enterprise: str, issued: timedelta = timedelta()) -> str:
    return invite(app.services.database, enterprise, now() + issued).code.value


def path_of(talk: Talk) -> str:
    return f"/api/chat/conversations/{talk.id}/identity"


def bind(talk: Talk, code: object, credit_code: object, **body: object) -> httpx.Response:
    given = {"code": code, "credit_code": credit_code, "consent": True, **body}
    return talk.client.post(path_of(talk), json=given, headers=talk.headers)


def show(talk: Talk) -> dict[str, Any]:
    response = talk.client.get(path_of(talk), headers=talk.headers)
    assert response.status_code == 200, response.text
    body: dict[str, Any] = response.json()
    return body


def answer_of(response: httpx.Response) -> tuple[int, str, dict[str, str]]:
    """Return all that a guesser could compare."""
    headers = {name: value for name, value in response.headers.items() if name not in ("date", "server")}
    return response.status_code, response.text, headers


def test_a_page_shows_a_code_is_bound_sees_it_and_ends_it(app: RunningApp, enterprise: str) -> None:
    talk = app.talk()
    assert show(talk) == {"binding": None, "providers": []}

    response = bind(talk, code_for(app, enterprise), enterprise)

    assert response.status_code == 200 and response.json() == show(talk)
    binding = response.json()["binding"]
    assert set(binding) == {"enterprise_name", "credit_code", "role_title", "expires_at"}
    assert (binding["credit_code"], binding["role_title"]) == (enterprise, "经办人")
    assert talk.client.delete(path_of(talk), headers=talk.headers).status_code == 204
    assert show(talk)["binding"] is None
    assert [said["sender"] for said in talk.history()] == ["system", "system"]


def test_fifty_guesses_by_ever_new_pages_all_get_the_same_answer(app: RunningApp, enterprise: str) -> None:
    used, expired = code_for(app, enterprise), code_for(app, enterprise, issued=-timedelta(hours=72))
    of_other = code_for(app, new_enterprise(app.services.database, "杭州另一家有限公司"))
    assert bind(app.talk(), used, enterprise).status_code == 200
    kinds = [(used, enterprise), (WRONG, enterprise), (expired, enterprise), (of_other, enterprise), (used, new_credit_code())]
    kinds += [("😀", "\x00"), ("", ""), (used[:-1], enterprise), (used, "not-a-code"), (f"{used}2", enterprise)]

    answers = {str(answer_of(bind(app.talk(), *kinds[number % len(kinds)]))) for number in range(GUESSES)}

    assert len(answers) == 1
    assert error_of(bind(app.talk(), WRONG, enterprise)) == {"code": "code_wrong", "message": notices.REFUSALS["code_wrong"]}


def test_fifty_replays_from_one_page_are_refused_then_locked_whatever_they_show(app: RunningApp, enterprise: str) -> None:
    right, used = code_for(app, enterprise), code_for(app, enterprise)
    assert bind(app.talk(), used, enterprise).status_code == 200
    one, other = app.talk(), app.talk()

    replays = [answer_of(bind(one, used, enterprise)) for _ in range(GUESSES)]
    guesses = [answer_of(bind(other, WRONG if number < 5 else right, enterprise)) for number in range(GUESSES)]

    assert [status for status, _, _ in replays] == [422] * 5 + [429] * 45
    assert [(status, text) for status, text, _ in replays] == [(status, text) for status, text, _ in guesses]
    assert 0 < int(replays[-1][2]["retry-after"]) <= 1800
    assert bind(app.talk(), right, enterprise).status_code == 200, "the code itself is still good"


@pytest.mark.parametrize("consent", [False, None])
def test_without_consent_nobody_is_bound(app: RunningApp, enterprise: str, consent: bool | None) -> None:
    talk, code = app.talk(), code_for(app, enterprise)
    body = {"code": code, "credit_code": enterprise} | ({} if consent is None else {"consent": consent})

    response = talk.client.post(path_of(talk), json=body, headers=talk.headers)

    assert (response.status_code, error_of(response)["code"]) == (422, "consent_needed")
    assert show(talk)["binding"] is None and bind(talk, code, enterprise).status_code == 200


def test_who_is_bound_already_is_told_so_and_the_code_stays_good(app: RunningApp, enterprise: str) -> None:
    talk, second = app.talk(), code_for(app, enterprise)
    bind(talk, code_for(app, enterprise), enterprise)

    response = bind(talk, second, enterprise)

    assert (response.status_code, error_of(response)["code"]) == (409, "already_bound")
    assert bind(app.talk(), second, enterprise).status_code == 200


@pytest.mark.parametrize("huge", ["x" * 201, "码" * 60_000])
def test_what_is_too_long_is_refused_before_it_is_looked_at(app: RunningApp, enterprise: str, huge: str) -> None:
    talk = app.talk()

    for code, credit_code in ((huge, enterprise), (WRONG, huge), (None, enterprise), ([1], {})):
        assert bind(talk, code, credit_code).status_code in (413, 422)

    assert bind(talk, code_for(app, enterprise), enterprise).status_code == 200


def test_nothing_of_it_is_there_without_the_conversations_key(app: RunningApp, enterprise: str) -> None:
    talk, stranger = app.talk(), app.talk()
    bind(talk, code_for(app, enterprise), enterprise)

    for method in ("GET", "DELETE"):
        response = talk.client.request(method, path_of(talk), headers=stranger.headers)
        assert (response.status_code, error_of(response)["code"]) == (404, "conversation_not_found")
    assert show(talk)["binding"] and show(stranger)["binding"] is None


def test_a_code_typed_into_the_chat_is_masked_in_its_history_and_binds(app: RunningApp, enterprise: str) -> None:
    talk, code = app.talk(), code_for(app, enterprise)

    talk.ask(f"绑定 {code}")
    asked = talk.ask(enterprise)
    talk.press(asked.buttons[0])

    assert show(talk)["binding"]["credit_code"] == enterprise
    assert talk.history()[0]["text"] == "绑定 ****" and code not in str(talk.history())


async def test_a_code_that_comes_by_wechat_is_masked_before_it_is_stored(app: RunningApp, enterprise: str) -> None:
    said = Said(f"绑定 {code_for(app, enterprise)}")

    accepted = await app.services.inbox.accept(PlatformCall("wechat", "wx1", "oUser", "1", "text", now(), said))

    assert accepted.message is not None and accepted.message.text == "绑定 ****"
