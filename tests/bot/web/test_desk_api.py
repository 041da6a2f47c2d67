"""The desk over HTTP: lists, one conversation, what is done with it, and who may see what."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from bot.bootstrap import KNOWLEDGE
from bot.business.roles import Role
from bot.persistence.attachments import add_attachment, keep_content
from bot.persistence.conversations import find_conversation
from bot.persistence.tables import AccessLogRow, AttachmentRow, MessageRow
from bot.services.attachments import MEDIA
from bot.services.knowledge import load_knowledge
from tests.fixtures.databases import find_postgres, fresh_postgres_database
from tests.fixtures.desk import Colleague, colleague, desk_services
from tests.fixtures.office import DeskAssistant
from tests.fixtures.running_app import RunningApp, serving, wait_until
from tests.fixtures.talk import Json, Talk

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 32
ENTRY = {
    "conversation_id", "channel", "owner", "owner_version", "owner_name", "is_closed", "visitor", "handover", "last_message",
    "last_at", "unanswered_since", "tags",
}  # fmt: skip
HANDOVER = {
    "id", "status", "team", "team_title", "reason", "priority", "requested_at", "queued_at", "escalate_at", "taken_by",
    "taken_at", "first_reply_at", "subject", "language", "result", "contact", "survey", "position", "recommended_to",
}  # fmt: skip
MESSAGE = {"id", "sequence", "sender", "text", "at", "buttons", "sources", "band", "intent", "author", "delivery"}


@pytest.fixture(scope="module")
def assistant() -> DeskAssistant:
    return DeskAssistant()


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def app(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, assistant: DeskAssistant
) -> Iterator[RunningApp]:
    with ExitStack() as stack:
        url = None
        if request.param == "postgresql":
            if find_postgres() is None:
                pytest.skip("YINGSHANG_TEST_POSTGRES_URL is not set")
            url = stack.enter_context(fresh_postgres_database()).render_as_string(hide_password=False)
        services = desk_services(tmp_path_factory.mktemp("desk"), assistant, url)
        load_knowledge(services.database, KNOWLEDGE, datetime(2026, 11, 22, tzinfo=UTC))
        yield stack.enter_context(serving(services))


@pytest.fixture
def mei(app: RunningApp) -> Iterator[Colleague]:
    with colleague(app, display_name="小梅", teams=["hotline"]) as person:
        yield person


@pytest.fixture
def lin(app: RunningApp) -> Iterator[Colleague]:
    with colleague(app, display_name="林工", teams=["hotline"]) as person:
        yield person


@pytest.fixture
def hao(app: RunningApp) -> Iterator[Colleague]:
    with colleague(app, display_name="阿浩", teams=["ip"], ready=False) as person:
        yield person


@pytest.fixture
def chief(app: RunningApp) -> Iterator[Colleague]:
    with colleague(app, Role.SUPERVISOR, ready=False, display_name="组长") as person:
        yield person


@pytest.fixture
def talk(app: RunningApp) -> Iterator[Talk]:
    """A conversation of the bot's that the desk has nothing to do with yet; ended when the test is."""
    yield app.talk()


def waiting(app: RunningApp, *texts: str) -> Talk:
    """Return a talk that waits for a person; somebody must be there."""
    talk = app.talk()
    for text in (*texts, "转人工"):
        talk.ask(text)
    assert talk.owner() == "queue"
    return talk


def one(path: str, talk: Talk) -> str:
    return f"/conversations/{talk.id}{path}"


# Setting up.


def test_a_desk_is_told_once_what_it_needs(mei: Colleague) -> None:
    setup = mei.get("/setup")

    assert set(setup) == {"teams", "reasons", "results", "tags", "agents", "subjects", "now"}
    assert setup["teams"][0] == {
        "id": "hotline",
        "title": "综合服务组",
        "hours": "工作日9:00–17:30",
        "promised_wait_s": 120,
        "next": None,
    }
    assert setup["teams"][2]["next"] == "hotline" and setup["reasons"]["low_confidence"] == "小助没把握"
    assert setup["results"]["solved"] == "已解决" and "信用修复" in setup["tags"]
    assert setup["subjects"]["trademark_register"] and datetime.fromisoformat(setup["now"]).utcoffset() == timedelta(0)
    own = next(agent for agent in setup["agents"] if agent["username"] == mei.username)
    assert (own["display_name"], own["teams"]) == ("小梅", ["hotline"])
    assert (own["state"], own["is_connected"], own["active"], own["capacity"]) == ("ready", True, 0, 5)


# Lists.


def test_an_entry_has_the_contracts_fields(app: RunningApp, mei: Colleague) -> None:
    talk = waiting(app, "商标怎么注册")
    wait_until(lambda: mei.detail(talk.id)["entry"]["handover"]["position"] == 1, "the board knows the place")

    entry = mei.detail(talk.id)["entry"]

    assert set(entry) == ENTRY and set(entry["handover"]) >= HANDOVER
    assert entry["visitor"] == f"访客 {talk.id[:4]}" and entry["channel"] == "widget"
    assert (entry["owner"], entry["owner_name"], entry["is_closed"], entry["tags"]) == ("queue", None, False, [])
    handover = entry["handover"]
    assert (handover["status"], handover["team_title"], handover["reason"], handover["priority"]) == (
        "waiting",
        "综合服务组",
        "request_human",
        2,
    )
    assert handover["recommended_to"] == mei.username and handover["survey"] is None
    assert entry["last_message"]["text"] == "好的，我帮您找工作人员。", "what was said last, not what the system noted about it"
    talk.ask("长" * 500)
    assert mei.detail(talk.id)["entry"]["last_message"]["text"] == "长" * 80
    mei.do(talk.id, "close", result="spam", survey=False)


def test_the_queue_is_listed_in_the_order_of_service_with_its_counts(app: RunningApp, mei: Colleague, lin: Colleague) -> None:
    first, second, urgent = waiting(app), waiting(app), app.talk()
    urgent.ask("申报明天就截止了")

    assert mei.list_ids("queue") == [urgent.id, first.id, second.id]
    wait_until(lambda: mei.get("/conversations", list="queue")["counts"]["queue"] == 3, "the counts follow")

    for talk in (urgent, first, second):
        mei.do(talk.id, "take")
    assert mei.list_ids("queue") == [] and set(mei.list_ids("mine")) == {urgent.id, first.id, second.id}
    wait_until(lambda: mei.get("/conversations", list="mine")["counts"] == {**COUNTS, "mine": 3}, "the counts follow")
    assert lin.list_ids("mine") == []
    for talk in (urgent, first, second):
        mei.do(talk.id, "close", result="solved", survey=False)


COUNTS = {"queue": 0, "mine": 0, "unattended": 0}


def test_among_ones_own_who_waits_longest_for_an_answer_comes_first(app: RunningApp, mei: Colleague) -> None:
    talks = [waiting(app) for _ in range(3)]
    for talk in talks:
        mei.do(talk.id, "take")
        mei.say(talk.id, "您好")
    talks[1].ask("在吗")
    talks[0].ask("在吗")

    assert mei.list_ids("mine") == [talks[1].id, talks[0].id, talks[2].id]
    for talk in talks:
        mei.do(talk.id, "close", result="solved", survey=False)


def test_a_closed_conversation_moves_to_the_closed_ones_until_the_user_writes(app: RunningApp, mei: Colleague) -> None:
    talk = waiting(app)
    mei.do(talk.id, "take")

    entry = mei.do(talk.id, "close", result="solved", note="好", survey=True)

    assert entry["is_closed"] and entry["owner"] == "bot" and entry["handover"]["result"] == "solved"
    assert talk.id == mei.list_ids("closed")[0] and talk.id not in mei.list_ids("all", limit=200)
    talk.ask("还有")
    assert talk.id == mei.list_ids("all")[0] and talk.id not in mei.list_ids("closed", limit=200)


def test_requests_that_nobody_was_there_for_are_listed_until_they_are_dealt_with(app: RunningApp, talk: Talk) -> None:
    talk.ask("转人工")
    talk.ask("13800001111 王女士，注销")

    with colleague(app, teams=["hotline"]) as mei:
        page = mei.get("/conversations", list="unattended")
        entry = next(each for each in page["entries"] if each["conversation_id"] == talk.id)
        assert entry["handover"]["contact"] == {"phone": "13800001111", "text": "13800001111 王女士，注销"}
        assert entry["handover"]["status"] == "unattended" and entry["owner"] == "bot"
        wait_until(lambda: mei.get("/conversations", list="unattended")["counts"]["unattended"] == 1, "the counts follow")

        mei.do(talk.id, "done", note="已回电")

        assert talk.id not in mei.list_ids("unattended")
        assert mei.refusal("POST", one("/done", talk), {})[:2] == (409, "not_unattended")


def test_pages_follow_each_other_without_gaps_or_repetition(app: RunningApp, mei: Colleague) -> None:
    word = uuid.uuid4().hex
    talks = [app.talk() for _ in range(7)]
    for talk in talks:
        talk.ask(f"查{word}")

    pages: list[list[str]] = []
    cursor: str | None = ""
    while cursor is not None:
        page = mei.get("/conversations", list="all", q=word, limit=3, before=cursor)
        pages.append([entry["conversation_id"] for entry in page["entries"]])
        cursor = page["next"]

    assert [len(page) for page in pages] == [3, 3, 1]
    assert [each for page in pages for each in page] == [talk.id for talk in talks[::-1]]


def test_a_search_finds_words_in_what_was_said_and_takes_signs_as_they_are(app: RunningApp, mei: Colleague, talk: Talk) -> None:
    word = uuid.uuid4().hex[:12]
    talk.ask(f"折扣{word}%_优惠")

    assert mei.list_ids("all", q=f"{word}%_优") == [talk.id]
    assert mei.list_ids("all", q=f" {word} ") == [talk.id]
    assert mei.list_ids("all", q=f"{word}%优") == [] and mei.list_ids("closed", q=word) == []


@pytest.mark.parametrize("params", [{"list": "everything"}, {"limit": "0"}, {"limit": "201"}, {"limit": "x"}])
def test_a_list_that_there_is_not_is_refused(mei: Colleague, params: dict[str, str]) -> None:
    response = mei.client.get("/api/desk/conversations", params=params)

    assert response.status_code == 422 and response.json()["error"]["code"] == "request_invalid"


@pytest.mark.parametrize("before", ["x", "|", "2026|x", "2026-11-22T00:00:00|\x00", "9999-12-31T23:59:59+00:00|x", "'; --|1"])
def test_a_cursor_that_is_none_is_no_error(mei: Colleague, before: str) -> None:
    assert isinstance(mei.get("/conversations", list="all", before=before)["entries"], list)


@pytest.mark.parametrize("q", ["\x00", "%", "长" * 500, "\\", "'\"; DROP TABLE"])
def test_any_words_may_be_searched_for(mei: Colleague, q: str) -> None:
    assert isinstance(mei.get("/conversations", list="all", q=q)["entries"], list)


# Who sees what.


def test_an_agent_of_another_team_finds_neither_the_conversation_nor_any_trace_of_it(
    app: RunningApp, mei: Colleague, hao: Colleague
) -> None:
    talk = waiting(app, "注销怎么办")

    assert talk.id not in hao.list_ids("queue") + hao.list_ids("all", limit=200)
    assert hao.get("/conversations")["counts"] == COUNTS
    unknown = hao.refusal("GET", "/conversations/no-such-conversation")
    assert unknown[0] == 404
    for method, path, body in (
        ("GET", "", None),
        ("POST", "/take", {}),
        ("POST", "/messages", {"text": "好", "client_message_id": "1"}),
        ("POST", "/notes", {"text": "好"}),
        ("PUT", "/tags", {"tags": []}),
        ("POST", "/close", {"result": "solved"}),
        ("GET", "/attachments/x", None),
    ):
        assert hao.refusal(method, one(path, talk), body) == unknown, path
    mei.do(talk.id, "close", result="spam", survey=False)
    assert talk.id not in hao.list_ids("closed", limit=200)


def test_a_talk_that_only_the_bot_has_is_anybodys_to_step_into(app: RunningApp, hao: Colleague, talk: Talk) -> None:
    talk.ask("商标怎么注册")

    assert talk.id in hao.list_ids("all")
    hao.come()
    assert hao.do(talk.id, "take")["owner"] == f"agent:{hao.username}"
    hao.do(talk.id, "close", result="solved", survey=False)


def test_supervisors_see_every_team_and_readers_see_it_without_a_hand_in_it(
    app: RunningApp, mei: Colleague, chief: Colleague
) -> None:
    talk = waiting(app)

    with colleague(app, Role.READONLY, teams=["ip"]) as reader:
        for each in (chief, reader):
            assert talk.id in each.list_ids("queue") and each.detail(talk.id)["messages"]
        assert reader.refusal("POST", one("/take", talk), {})[:2] == (403, "forbidden")
    assert chief.do(talk.id, "assign", username=mei.username)["owner_name"] == "小梅"
    chief.do(talk.id, "close", result="solved", survey=False)


def test_who_looks_at_whose_conversation_is_written_down_once_a_look(app: RunningApp, mei: Colleague, lin: Colleague) -> None:
    talk = waiting(app)
    for _ in range(3):
        mei.detail(talk.id)
    lin.detail(talk.id)

    with app.services.database.session() as session:
        rows = session.scalars(select(AccessLogRow).where(AccessLogRow.conversation_id == talk.id)).all()
    assert sorted((row.username, row.action) for row in rows) == sorted([(mei.username, "read"), (lin.username, "read")])
    mei.do(talk.id, "close", result="spam", survey=False)


def test_a_look_that_was_refused_is_not_written_down_as_one(app: RunningApp, mei: Colleague, hao: Colleague) -> None:
    talk = waiting(app)
    hao.refusal("GET", one("", talk))

    with app.services.database.session() as session:
        assert session.scalars(select(AccessLogRow.username).where(AccessLogRow.conversation_id == talk.id)).all() == []
    mei.do(talk.id, "close", result="spam", survey=False)


# One conversation.


def test_a_conversation_is_read_in_pages_from_the_newest(mei: Colleague, talk: Talk) -> None:
    for number in range(5):
        talk.ask(f"第{number}句")

    newest = mei.detail(talk.id, limit=4)
    earlier = mei.detail(talk.id, limit=4, before=newest["messages"][0]["sequence"])
    earliest = mei.detail(talk.id, limit=4, before=earlier["messages"][0]["sequence"])

    numbers = [[message["sequence"] for message in page["messages"]] for page in (newest, earlier, earliest)]
    assert numbers == [[7, 8, 9, 10], [3, 4, 5, 6], [1, 2]]
    assert [page["has_earlier"] for page in (newest, earlier, earliest)] == [True, True, False]
    assert all(set(message) >= MESSAGE for message in newest["messages"])
    assert newest["delivery"] is None and newest["summary"] is None and newest["handovers"] == []


def test_an_agent_reads_what_it_is_about_before_the_first_word(app: RunningApp, mei: Colleague, assistant: DeskAssistant) -> None:
    source = {"title": "公司注销", "section": "要多久？", "topic": "S1"}
    assistant.replies_to("公司注销要多久", "二十天", intent="company_cancel", sources=[source], band="answer")
    talk = waiting(app, "公司注销要多久", "我的电话13800001111")

    detail = mei.detail(talk.id)

    assert detail["summary"]["asked"] == ["公司注销要多久", "我的电话13800001111"]
    assert detail["summary"]["answered"] == [{"title": "公司注销", "section": "要多久？"}]
    assert detail["summary"]["facts"] == [{"name": "电话", "value": "13800001111"}]
    assert [(c["transition"], c["by"], c["by_name"]) for c in detail["changes"]] == [("request", "user", None)]
    mei.do(talk.id, "close", result="spam", survey=False)


def test_the_history_of_owners_names_people(app: RunningApp, mei: Colleague, lin: Colleague) -> None:
    talk = waiting(app)
    mei.do(talk.id, "take")
    mei.do(talk.id, "transfer", username=lin.username, note="请看")
    lin.do(talk.id, "return", hint="", passage=None)

    changes = mei.detail(talk.id)["changes"]

    assert [(c["transition"], c["by_name"]) for c in changes] == [
        ("return", "林工"),
        ("transfer", "小梅"),
        ("take", "小梅"),
        ("request", None),
    ]
    assert changes[1]["detail"] == {"note": "请看"}


# Taking and passing on.


def test_who_comes_second_is_told_by_name_who_was_faster(app: RunningApp, mei: Colleague, lin: Colleague) -> None:
    talk = waiting(app)
    entry = mei.do(talk.id, "take")
    assert (entry["owner"], entry["owner_name"], entry["handover"]["status"]) == (f"agent:{mei.username}", "小梅", "active")

    assert lin.refusal("POST", one("/take", talk), {}) == (409, "owned_by_other", "已由小梅接入。")
    assert mei.do(talk.id, "take")["owner_version"] == entry["owner_version"]
    mei.do(talk.id, "close", result="solved", survey=False)


def test_what_cannot_be_done_says_why(app: RunningApp, mei: Colleague, hao: Colleague, chief: Colleague, talk: Talk) -> None:
    with colleague(app, capacity=1, teams=["hotline"]) as busy:
        taken, other = waiting(app), waiting(app)
        busy.do(taken.id, "take")
        assert busy.refusal("POST", one("/take", other), {})[:2] == (409, "at_capacity")
        assert busy.refusal("POST", one("/transfer", taken), {"team": "ip"})[:2] == (409, "team_unavailable")
        assert busy.refusal("POST", one("/transfer", taken), {"team": "sales"})[:2] == (422, "team_unknown")
        assert busy.refusal("POST", one("/transfer", taken), {})[:2] == (422, "team_unknown")
        assert busy.refusal("POST", one("/transfer", taken), {"username": hao.username})[:2] == (409, "agent_unavailable")
        assert busy.refusal("POST", one("/transfer", taken), {"username": "nobody"})[:2] == (404, "account_not_found")
        assert busy.refusal("POST", one("/close", taken), {"result": "great"})[:2] == (422, "result_unknown")
        assert busy.refusal("POST", one("/messages", other), {"text": "好", "client_message_id": "1"})[:2] == (409, "not_yours")
        assert busy.refusal("PUT", one("/tags", taken), {"tags": ["长" * 17]})[:2] == (422, "tags_invalid")
        assert busy.refusal("POST", one("/assign", taken), {"username": mei.username})[:2] == (403, "forbidden")
        assert chief.refusal("POST", one("/assign", taken), {"username": "nobody"})[:2] == (404, "account_not_found")
        for each in (taken, other):
            chief.do(each.id, "assign", username=chief.username)
            chief.do(each.id, "close", result="spam", survey=False)


def test_a_chat_is_passed_to_another_teams_queue_over_http(app: RunningApp, mei: Colleague, hao: Colleague) -> None:
    hao.come()
    talk = waiting(app)
    mei.do(talk.id, "take")

    entry = mei.do(talk.id, "transfer", team="ip", note="")

    assert (entry["owner"], entry["handover"]["team"]) == ("queue", "ip")
    assert hao.list_ids("queue") == [talk.id] and mei.detail(talk.id), "who had it may look after it"
    hao.do(talk.id, "take")
    hao.do(talk.id, "close", result="solved", survey=False)


# Speaking.


def test_saying_the_same_again_is_the_same_message(app: RunningApp, mei: Colleague) -> None:
    talk = waiting(app)
    mei.do(talk.id, "take")

    first, again = (mei.say(talk.id, "在的", "a1") for _ in range(2))

    assert first["id"] == again["id"] and set(first) >= MESSAGE | {"author_name", "client_message_id"}
    assert (first["author"], first["author_name"], first["client_message_id"]) == (mei.username, "小梅", "a1")
    assert [m["text"] for m in talk.history() if m["sender"] == "agent"] == ["在的"]
    assert [m["author_name"] for m in talk.history() if m["sender"] == "agent"] == ["小梅"]
    mei.do(talk.id, "close", result="solved", survey=False)


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"text": "", "client_message_id": "1"}, 422, "message_empty"),
        ({"text": "字" * 2_001, "client_message_id": "1"}, 413, "message_too_long"),
        ({"text": "好", "client_message_id": "x" * 101}, 422, "client_message_id_invalid"),
        ({"text": "好", "client_message_id": ""}, 422, "request_invalid"),
        ({"text": "好"}, 422, "request_invalid"),
        ({"text": "好", "client_message_id": "1", "passages": ["x"] * 11}, 422, "request_invalid"),
    ],
)
def test_what_cannot_be_a_message_is_refused_as_in_the_chat(
    app: RunningApp, mei: Colleague, body: Json, status: int, code: str
) -> None:
    talk = waiting(app)
    mei.do(talk.id, "take")

    assert mei.refusal("POST", one("/messages", talk), body)[:2] == (status, code)
    mei.do(talk.id, "close", result="solved", survey=False)


def test_a_passage_that_is_found_goes_along_as_a_source(app: RunningApp, mei: Colleague) -> None:
    talk = waiting(app)
    mei.do(talk.id, "take")
    passages = mei.get("/articles", q="商标异议期限", limit=3)["passages"]
    assert 1 <= len(passages) <= 3
    assert set(passages[0]) == {
        "row_id", "article_id", "task_id", "topic", "title", "section", "text", "document_no", "checked_on", "page_url",
    }  # fmt: skip

    said = mei.say(talk.id, "请看", passages=[passages[0]["row_id"]])

    (source,) = said["sources"]
    assert source["title"] == passages[0]["title"] and source["section"] == passages[0]["section"]
    assert talk.history()[-1]["sources"] == [source]
    mei.do(talk.id, "close", result="solved", survey=False)


@pytest.mark.parametrize("q", ["", " ", "\x00", "qqqqzzzz"])
def test_words_that_are_in_no_article_find_none(mei: Colleague, q: str) -> None:
    assert mei.get("/articles", q=q)["passages"] == []


# Beside the talk.


def test_notes_and_tags_are_for_colleagues(app: RunningApp, mei: Colleague, lin: Colleague) -> None:
    talk = waiting(app)
    before = talk.history()

    note = mei.post(one("/notes", talk), {"text": "来过三次"})["note"]
    entry = lin.put(one("/tags", talk), {"tags": ["需回访", "需回访"]})["entry"]

    assert (note["author"], note["author_name"], note["text"]) == (mei.username, "小梅", "来过三次")
    assert lin.detail(talk.id)["notes"] == [note] and entry["tags"] == ["需回访"]
    assert talk.history() == before
    mei.do(talk.id, "close", result="spam", survey=False)


def add_image(app: RunningApp, talk: Talk) -> str:
    """Let the talk's last message of the user be an image; return the attachment's id."""
    attachment_id = uuid.uuid4().hex
    with app.services.database.session() as session:
        sent = select(MessageRow).where(MessageRow.conversation_id == talk.id, MessageRow.sender == "user")
        message = session.scalars(sent.order_by(MessageRow.sequence.desc())).first()
        assert message is not None
        message.payload = MEDIA
        row = AttachmentRow(id=attachment_id, message_id=message.id, conversation_id=talk.id, kind="image", state="pending")
        row.created_at = datetime.now(UTC)
        add_attachment(session, row)
        keep_content(session, row, PNG, "image/png")
        row.state = "stored"
    return attachment_id


def test_a_file_that_the_user_sent_is_shown_to_who_may_see_the_conversation(
    app: RunningApp, mei: Colleague, hao: Colleague
) -> None:
    talk = waiting(app, "看图")
    attachment_id = add_image(app, talk)
    path = one(f"/attachments/{attachment_id}", talk)

    (shown,) = next(m["attachments"] for m in mei.detail(talk.id)["messages"] if m.get("attachments"))
    assert shown["url"] == f"/api/desk{path}" and shown["kind"] == "image"
    response = mei.client.get(shown["url"])
    assert (response.status_code, response.content, response.headers["content-type"]) == (200, PNG, "image/png")
    assert hao.refusal("GET", path)[0] == 404

    other = waiting(app)
    assert mei.refusal("GET", one(f"/attachments/{attachment_id}", other))[0] == 404, "a file belongs to its conversation"
    assert mei.refusal("GET", one("/attachments/%00", talk))[0] == 404
    for each in (talk, other):
        mei.do(each.id, "close", result="spam", survey=False)


# Around the conversations.


def test_presence_is_said_and_kept(mei: Colleague) -> None:
    assert mei.put("/presence", {"state": "away", "takes_automatically": True}) == {
        "presence": {"state": "away", "takes_automatically": True}
    }
    assert mei.client.get("/api/session").json()["presence"] == {"state": "away", "takes_automatically": True}
    assert mei.refusal("PUT", "/presence", {"state": "busy"})[:2] == (422, "state_unknown")


def test_canned_replies_over_http(mei: Colleague, chief: Colleague) -> None:
    shortcut = uuid.uuid4().hex[:8]
    body = {"shortcut": shortcut, "title": "问候", "text": "{访客}您好", "shared": False}

    reply = mei.post("/canned-replies", body)["reply"]

    assert reply == {"id": reply["id"], "owner": mei.username, "shortcut": shortcut, "title": "问候", "text": "{访客}您好"}
    assert reply in mei.get("/canned-replies")["replies"] and reply not in chief.get("/canned-replies")["replies"]
    assert mei.refusal("POST", "/canned-replies", body)[:2] == (409, "shortcut_taken")
    assert mei.refusal("POST", "/canned-replies", {**body, "shared": True})[:2] == (403, "forbidden")
    assert chief.refusal("PUT", f"/canned-replies/{reply['id']}", body)[:2] == (404, "canned_reply_not_found")
    assert mei.put(f"/canned-replies/{reply['id']}", {**body, "text": "好"})["reply"]["text"] == "好"
    assert mei.client.delete(f"/api/desk/canned-replies/{reply['id']}").status_code == 204
    assert mei.refusal("DELETE", f"/canned-replies/{reply['id']}")[0] == 404


def test_the_overview_is_for_supervisors_and_readers(app: RunningApp, mei: Colleague, chief: Colleague) -> None:
    overview = chief.get("/overview")

    assert [team["id"] for team in overview["teams"]] == ["hotline", "credit", "ip"] and overview["teams"][0]["is_open"]
    assert mei.username in [agent["username"] for agent in overview["agents"]]
    assert {hour["hour"] for hour in overview["hours"]} >= set(range(8, 19))
    assert mei.refusal("GET", "/overview")[:2] == (403, "forbidden")
    with colleague(app, Role.READONLY) as reader:
        assert reader.get("/overview")["teams"]


def test_the_user_sees_the_owner_of_the_talk_and_never_a_user_name(app: RunningApp, mei: Colleague) -> None:
    talk = waiting(app)
    mei.do(talk.id, "take")
    mei.say(talk.id, "您好")
    with app.services.database.session() as session:
        row = find_conversation(session, talk.id)
        assert row is not None and row.owner == f"agent:{mei.username}"

    shown = talk.client.get(talk.path, headers=talk.headers).json()

    assert mei.username not in str(shown["messages"])
    mei.do(talk.id, "close", result="solved", survey=False)
