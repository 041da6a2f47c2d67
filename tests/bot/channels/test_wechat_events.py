"""What people do in WeChat beside writing: each deed counts once, and only some are answered."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from bot.channels import wechat_menu
from bot.settings import PROJECT
from simulator import messages
from simulator.callbacks import write_xml
from simulator.messages import Deed
from tests.fixtures.wechat_product import WeChatProduct, connected

FIXTURES = sorted((PROJECT / "tests" / "fixtures" / "wechat").glob("*.xml"))
SILENT: dict[str, Callable[[], Deed]] = {
    "an opened page": lambda: messages.view("https://bot.example/"),
    "a reported position": lambda: messages.position(30.2, 120.1),
    "an unknown event": lambda: messages.event("something_new_in_2027"),
    "an unknown event in strange letters": lambda: messages.event("TemplateSendJobFinish", {"Status": "success"}),
    "leaving": messages.unfollow,
}
GREETED: dict[str, Callable[[], Deed]] = {
    "following": messages.follow,
    "following by a code of no meaning": lambda: messages.follow("poster-7"),
    "scanning a code of no meaning": lambda: messages.scan("poster-7"),
    "pressing a menu entry of no meaning": lambda: messages.click("an entry of last year"),
    "asking for a subject that is none": lambda: messages.click("ask:no_such_subject"),
}
ASKING: dict[str, Callable[[], Deed]] = {
    "a menu entry": lambda: messages.click("ask:tax"),
    "a scanned code": lambda: messages.scan("ask:tax"),
    "a code by which somebody follows": lambda: messages.follow("ask:tax"),
}


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WeChatProduct]:
    with connected(tmp_path_factory.mktemp("events")) as product:
        product.assistant.says("/EXTERNAL_too_long", "请分几次说。")
        yield product


@pytest.mark.parametrize("deed", SILENT.values(), ids=SILENT.keys())
def test_what_needs_no_answer_is_accepted_and_nothing_is_said(product: WeChatProduct, deed: Callable[[], Deed]) -> None:
    openid, heard = product.follower(), len(product.assistant.heard)

    outcome = product.simulator.run(product.simulator.platform.do(openid, deed()))

    assert (outcome.result, outcome.tries[0].status) == ("accepted", 200)
    assert list(product.messages(openid)) == [] and len(product.assistant.heard) == heard


@pytest.mark.parametrize("deed", GREETED.values(), ids=GREETED.keys())
def test_who_comes_or_comes_back_is_greeted(product: WeChatProduct, deed: Callable[[], Deed]) -> None:
    openid = product.follower()

    outcome = product.simulator.run(product.simulator.platform.do(openid, deed()))

    assert outcome.result == "shown"
    assert product.assistant.heard[-1].payload in ("/EXTERNAL_follow", "/EXTERNAL_scan")
    asked, answered = product.messages(openid)
    assert (asked.sender, answered.sender) == ("system", "bot"), "nobody said anything"
    assert product.allowance(openid) == (0, 3)


@pytest.mark.parametrize("deed", ASKING.values(), ids=ASKING.keys())
def test_a_key_that_asks_for_a_subject_is_answered_like_its_button(product: WeChatProduct, deed: Callable[[], Deed]) -> None:
    openid, title = product.follower(), product.services.subject_titles["tax"]

    outcome = product.simulator.run(product.simulator.platform.do(openid, deed()))

    assert outcome.reply == f"到：{title}"
    assert product.assistant.heard[-1].payload == '/choose_subject{"subject": "tax"}'
    assert product.texts(openid, "user") == [title]


def test_the_menu_entry_for_a_person_asks_for_a_person(product: WeChatProduct) -> None:
    openid = product.follower()

    product.simulator.run(product.simulator.platform.click(openid, "person"))

    assert product.assistant.heard[-1].payload == "/request_human"


EVERY_EVENT = {**SILENT, **GREETED, **ASKING}


@pytest.mark.parametrize("deed", EVERY_EVENT.values(), ids=EVERY_EVENT.keys())
def test_an_event_that_comes_again_counts_once_and_gets_the_same_answer(product: WeChatProduct, deed: Callable[[], Deed]) -> None:
    callback = product.callback(product.follower(), deed())
    first = product.read(callback, product.post(product.sign(callback)))
    after_first = product.count_rows()

    again = product.read(callback, product.post(product.sign(callback)))

    assert again == first
    rows = product.count_rows()
    assert rows.pop("callback_nonce") == after_first.pop("callback_nonce") + 1 and rows == after_first


def test_the_same_event_of_another_person_time_or_key_is_another(product: WeChatProduct) -> None:
    openid = product.follower()
    fields = dict(product.callback(openid, messages.click("ask:tax")).fields)
    time_s = int(fields["CreateTime"])

    for change in (
        {},
        {"FromUserName": product.follower()},
        {"CreateTime": time_s + 1},
        {"EventKey": "person"},
        {"Event": "SCAN"},
    ):
        before = product.count_rows()["message"]
        call = product.sign_body(write_xml({**fields, **change}).encode())
        assert product.post(call).status_code == 200
        assert product.count_rows()["message"] == before + 2


@pytest.mark.parametrize("file", FIXTURES, ids=lambda file: file.stem)
def test_every_call_that_was_ever_seen_is_answered_or_accepted(product: WeChatProduct, file) -> None:  # type: ignore[no-untyped-def]
    response = product.post(product.sign_body(file.read_bytes()))

    assert response.status_code == 200
    assert response.text == "success" or "<MsgType><![CDATA[text]]></MsgType>" in response.text


@pytest.mark.parametrize(
    ("deed", "payload"),
    [
        (messages.location(30.2, 120.1, "市民中心"), "/EXTERNAL_location"),
        (messages.link("标题", "说明", "https://example.org"), "/EXTERNAL_link"),
        (Deed("miniprogrampage", {"Title": "小程序"}, "message"), "/EXTERNAL_unsupported"),
        (Deed("hologram", {}, "message"), "/EXTERNAL_unsupported"),
        (Deed("file", {"Title": "合同.docx"}, "message"), "/EXTERNAL_file_unreachable"),
        (messages.text("   "), "/EXTERNAL_unreadable"),
        (messages.text("长" * 2001), "/EXTERNAL_too_long"),
    ],
    ids=["location", "link", "mini_program", "unknown", "file", "blank", "too_long"],
)
def test_what_the_bot_cannot_read_is_told_to_it_as_what_it_is(product: WeChatProduct, deed: Deed, payload: str) -> None:
    openid = product.follower()

    outcome = product.simulator.run(product.simulator.platform.do(openid, deed))

    assert outcome.result == "shown" and product.assistant.heard[-1].payload == payload


def test_a_text_beyond_what_is_understood_is_kept_whole(product: WeChatProduct) -> None:
    openid = product.follower()

    product.say(openid, "长" * 2001)

    assert product.texts(openid, "user") == ["长" * 2001]


def test_what_a_person_types_is_never_taken_for_an_event(product: WeChatProduct) -> None:
    product.say(product.follower(), "/EXTERNAL_follow")

    assert product.assistant.heard[-1].payload is None


def test_every_key_of_the_projects_menu_means_something(product: WeChatProduct) -> None:
    menu = wechat_menu.read_menu(PROJECT / "wechat-menu.yml", product.services.subject_titles, "https://bot.example")
    entries = [sub for button in menu["button"] for sub in button.get("sub_button", [button])]

    keys = [entry["key"] for entry in entries if entry["type"] == "click"]

    assert keys and all(wechat_menu.read_key(key, product.services.subject_titles) for key in keys)
