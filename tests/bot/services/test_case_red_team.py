"""Two scripts of 300 attempts to see what belongs to others, among 5,000 enterprises with 20,000 cases.

Nothing of another's case may come out, nothing may tell "not yours" from "does not exist", every attempt is in the access log.
"""

from __future__ import annotations

import random
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from bot.business.roles import Role
from bot.persistence.case_tables import CaseRow
from bot.persistence.tables import AccessLogRow
from tests.fixtures.case_population import Population, leaked, populate
from tests.fixtures.desk import colleague
from tests.fixtures.enterprises import bind, credit_code, revoke
from tests.fixtures.office import all_of
from tests.fixtures.red_team import Attempt, attempts, without_names
from tests.fixtures.running_app import RunningApp
from tests.fixtures.talk import CONVERSATIONS, Talk

ENTERPRISES, CASES, ATTEMPTS = 5_000, 20_000, 300
MINE = 4_242
"""Index of the enterprise that the attackers may speak for, where they may for any."""
TURNED_AWAY = ("没有查到这件诉求", "要先确认您代表哪家企业")
"""What they read: not theirs or not there; nobody knows for whom they speak."""
HOLDERS = ("unbound", "of another enterprise", "revoked", "expired")


@dataclass(frozen=True)
class Attacker:
    """Two conversations in the same state: one asks for what is somebody else's, the other for what does not exist."""

    theirs: Talk
    nothing: Talk


@pytest.fixture(scope="module")
def population(app: RunningApp) -> Population:
    return populate(app.services.database, ENTERPRISES, CASES, datetime.now(UTC))


@pytest.fixture(scope="module")
def attackers(app: RunningApp, population: Population) -> dict[str, Attacker]:
    return {how: Attacker(_talk(app, population, how), _talk(app, population, how)) for how in HOLDERS}


def _talk(app: RunningApp, population: Population, how: str) -> Talk:
    talk, now = app.talk(), datetime.now(UTC)
    database, code = app.services.database, population.codes[MINE]
    if how == "of another enterprise":
        bind(database, talk.id, code, now)
    elif how == "revoked":
        revoke(database, bind(database, talk.id, code, now), now)
    elif how == "expired":
        bind(database, talk.id, code, now - timedelta(days=40), timedelta(days=30))
    return talk


def versions(app: RunningApp) -> Counter[int]:
    return Counter(case.version for case in all_of(app.services.database, CaseRow))


def denied(app: RunningApp) -> int:
    return sum(row.outcome == "denied" for row in all_of(app.services.database, AccessLogRow))


def test_no_words_and_no_button_in_a_chat_bring_out_a_case_of_others(
    app: RunningApp, population: Population, attackers: dict[str, Attacker]
) -> None:
    own = [number for i, number in enumerate(population.numbers) if i % ENTERPRISES == MINE]
    before, leaks, differences, turned_away, logged = versions(app), [], [], 0, denied(app)
    for turn, attempt in enumerate(attempts(population, MINE, ATTEMPTS, seed=7)):
        attacker = attackers[HOLDERS[turn % len(HOLDERS)]]
        replies = _say(attacker.theirs, attempt.theirs, attempt), _say(attacker.nothing, attempt.nothing, attempt)
        leaks += [attempt.theirs for reply in replies if leaked(reply, own)]
        turned_away += sum(any(words in reply for words in TURNED_AWAY) for reply in replies)
        if without_names(replies[0], attempt.theirs_names) != without_names(replies[1], attempt.nothing_names):
            differences.append((attempt.theirs, *replies))

    assert leaks == []
    assert [(tried, *(reply[:120] for reply in replies)) for tried, *replies in differences] == []
    assert versions(app) == before, "nothing was changed either"
    assert denied(app) - logged >= turned_away > ATTEMPTS, "each that was turned away is written down"


def _say(talk: Talk, text: str, attempt: Attempt) -> str:
    """Return everything that a client can read after saying it."""
    if attempt.is_payload:
        response = talk.post("看看", payload=text)
        return f"{response.status_code} {response.text}" if response.status_code != 200 else _read(response)
    return _read(talk.post(text))


def _read(response: httpx.Response) -> str:
    """Return what was said, without ids and times, which differ between any two messages."""
    assert response.status_code == 200, response.text
    said = response.json()["messages"]
    return "\n".join(f"{m['sender']} {m['band']} {m['text']} {m['buttons']} {m['sources']}" for m in said)


def test_no_call_of_the_interface_brings_out_a_case_of_others(app: RunningApp, population: Population) -> None:
    before, chance = versions(app), random.Random(11)
    every = all_of(app.services.database, CaseRow)
    of_the_clerk = {case.credit_code for case in every if case.department == "tax"}
    theirs = [case for case in every if case.credit_code not in of_the_clerk]
    leaks, differences, made = [], [], 0
    with colleague(app, Role.DEPARTMENT, department="tax") as clerk:
        logged = denied(app)
        calls = _calls(app, clerk.client)
        for turn in range(ATTEMPTS):
            name, call = list(calls.items())[turn % len(calls)]
            case = chance.choice(theirs)
            answers = (
                call(case.id, case.number, case.credit_code or ""),
                call(uuid.UUID(int=chance.getrandbits(128)).hex, f"YS20200101{turn:06d}", credit_code(900_000_000 + turn)),
            )
            made += 1
            leaks += [name for answer in answers if leaked(answer.text)]
            if (answers[0].status_code, answers[0].text) != (answers[1].status_code, answers[1].text):
                differences.append((name, answers[0].text, answers[1].text))

    assert leaks == [] and made == ATTEMPTS
    assert differences == []
    assert versions(app) == before
    searches = ("clerk searches", "clerk filters")  # lists, which show what is theirs
    by_account = [name for name in calls if name.startswith(("department", "clerk")) and name not in searches]
    tried = sum(list(calls)[turn % len(calls)] in by_account for turn in range(ATTEMPTS))
    assert denied(app) - logged >= 2 * tried, "each attempt is written down, on what exists and on what does not"


def _calls(app: RunningApp, clerk: httpx.Client) -> dict[str, Callable[[str, str, str], httpx.Response]]:
    """Return calls that name a case by id or number, or an enterprise by its code."""
    mine, chat = app.talk(), app.client
    desk = "/api/desk/cases"
    return {
        "department reads": lambda case, number, code: clerk.get(f"{desk}/{case}"),
        "department answers": lambda case, number, code: clerk.post(
            f"{desk}/{case}/changes", json={"transition": "answer", "version": 1, "text": "x"}
        ),
        "department notes": lambda case, number, code: clerk.post(f"{desk}/{case}/notes", json={"text": "x"}),
        "department reads by number": lambda case, number, code: clerk.get(f"{desk}/{number}"),
        "clerk searches": lambda case, number, code: clerk.get(desk, params={"box": "all", "q": number}),
        "clerk filters": lambda case, number, code: clerk.get(desk, params={"box": "all", "credit_code": code}),
        "clerk edits": lambda case, number, code: clerk.patch(f"{desk}/{case}", json={"version": 1, "title": "x"}),
        "clerk lists an enterprise": lambda case, number, code: clerk.get(f"/api/desk/enterprises/{code}"),
        "stranger reads": lambda case, number, code: chat.get(f"{desk}/{case}"),
        "stranger reads a conversation": lambda case, number, code: chat.get(
            f"{CONVERSATIONS}/{case}/messages", headers=mine.headers
        ),
        "binds with a guess": lambda case, number, code: chat.post(
            f"{CONVERSATIONS}/{app.talk().id}/identity",
            json={"credit_code": code, "code": "ABCD-EFGH-JKMN", "consent": True},
        ),
        "binds with a guess in a chat of their own": lambda case, number, code: _bind(app.talk(), code),
    }


def _bind(talk: Talk, code: str) -> httpx.Response:
    body = {"credit_code": code, "code": "ABCD-EFGH-JKMN", "consent": True}
    return talk.client.post(f"{CONVERSATIONS}/{talk.id}/identity", json=body, headers=talk.headers)


def test_who_may_speak_for_the_enterprise_sees_its_cases_and_only_those(
    app: RunningApp, population: Population, attackers: dict[str, Attacker]
) -> None:
    talk = app.talk()
    bind(app.services.database, talk.id, population.codes[MINE], datetime.now(UTC))
    own = [number for i, number in enumerate(population.numbers) if i % ENTERPRISES == MINE]

    seen = talk.ask(f"我的诉求{own[0]}到哪一步了").text

    assert leaked(seen) == [own[0]], "what a case says would be seen if it came out"


def test_a_code_is_of_no_use_twice_or_to_others(app: RunningApp, population: Population) -> None:
    code = population.codes[7]
    with colleague(app) as mei:
        invitation = mei.post(f"/enterprises/{code}/invitations", {"role": "handler", "person_name": "王女士"})["invitation"]
    first, second = app.talk(), app.talk()
    body = {"credit_code": code, "code": invitation["code"], "consent": True}

    answers = [
        talk.client.post(f"{CONVERSATIONS}/{talk.id}/identity", json=body, headers=talk.headers) for talk in (first, second)
    ]

    assert answers[0].status_code == 200 and answers[1].status_code != 200
    assert (answers[1].status_code, answers[1].json()) == (_bind(app.talk(), code).status_code, _bind(app.talk(), code).json())


@pytest.fixture(autouse=True)
def unlocked(app: RunningApp) -> Iterator[None]:
    """Let one test's guesses lock nobody out of the next."""
    yield
    from bot.persistence.enterprise_tables import BindingFailureRow

    with app.services.database.session() as session:
        session.query(BindingFailureRow).delete()
