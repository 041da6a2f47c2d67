"""Voices and pictures from WeChat: kept for the conversation they belong to, and told truthfully when they could not be."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import pytest
from sqlalchemy import update

from bot.persistence.tables import AttachmentRow
from bot.services import attachments
from bot.services.conversation_access import ConversationAccess
from simulator import messages
from simulator.media import Media
from tests.fixtures.databases import find_postgres, fresh_postgres_database
from tests.fixtures.talk import CONVERSATIONS, error_of
from tests.fixtures.wechat_product import WeChatProduct, connected

GET_MEDIA = "/cgi-bin/media/get"
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 100


@dataclass
class Recogniser:
    """A speech recogniser that answers as a test says, and remembers what it was asked."""

    url: str
    answer: bytes = b"{}"
    status: int = 200
    heard: list[tuple[str, bytes]] = field(default_factory=list)


@contextmanager
def recognising() -> Iterator[Recogniser]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers["Content-Length"]))
            listening.heard.append((self.headers["Content-Type"], content))
            self.send_response(listening.status)
            self.end_headers()
            self.wfile.write(listening.answer)

        def log_message(self, *_: object) -> None:
            """Quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        listening = Recogniser(f"http://127.0.0.1:{server.server_port}/asr")
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield listening
        server.shutdown()


@pytest.fixture(scope="module")
def recogniser() -> Iterator[Recogniser]:
    with recognising() as recogniser:
        yield recogniser


@pytest.fixture(scope="module")
def hearing(tmp_path_factory: pytest.TempPathFactory, recogniser: Recogniser) -> Iterator[WeChatProduct]:
    with connected(tmp_path_factory.mktemp("hearing"), speech_url=recogniser.url) as product:
        yield product


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WeChatProduct]:
    with connected(tmp_path_factory.mktemp("media")) as product:
        yield product


@pytest.fixture
def product(shared: WeChatProduct) -> Iterator[WeChatProduct]:
    yield shared
    shared.simulator.platform.faults.change({"api_errors": {}, "api_drop": {}})


def send_voice(product: WeChatProduct, openid: str) -> str | None:
    """Speak, and return how the bot got it."""
    product.simulator.run(product.simulator.platform.send_voice(openid, 2))
    product.wait_until_idle(openid)
    return product.assistant.heard[-1].payload


def send_image(product: WeChatProduct, openid: str, content: bytes = PNG) -> str | None:
    product.simulator.run(product.simulator.platform.send_image(openid, content))
    product.wait_until_idle(openid)
    return product.assistant.heard[-1].payload


def key_to(product: WeChatProduct, openid: str) -> dict[str, str]:
    """Return the header by which a page of this person reads the conversation."""
    access: ConversationAccess = product.services.access

    async def open_page() -> str:
        return (await access.trade_in(await access.make_ticket(product.conversation_id(openid)))).token

    return {"Authorization": f"Bearer {asyncio.run(open_page())}"}


def history(product: WeChatProduct, openid: str) -> list[dict[str, Any]]:
    path = f"{CONVERSATIONS}/{product.conversation_id(openid)}/messages"
    found: list[dict[str, Any]] = product.app.client.get(path, headers=key_to(product, openid)).json()["messages"]
    return found


def test_a_voice_that_nobody_can_hear_is_kept_and_said_to_be_unheard(product: WeChatProduct) -> None:
    openid = product.follower()

    assert send_voice(product, openid) == "/EXTERNAL_voice_unheard"

    (attachment,) = history(product, openid)[0]["attachments"]
    assert (attachment["kind"], attachment["state"]) == ("voice", "stored")
    content = product.app.client.get(attachment["url"], headers=key_to(product, openid))
    assert content.content.startswith(b"#!AMR") and content.headers["content-type"] == "audio/amr"


def test_a_voice_that_was_recognised_is_answered_like_a_text(hearing: WeChatProduct, recogniser: Recogniser) -> None:
    openid = hearing.follower()
    recogniser.status, recogniser.answer = 200, json.dumps({"text": " 信用修复怎么办 "}).encode()

    outcome = hearing.simulator.run(hearing.simulator.platform.send_voice(openid, 2))

    assert outcome.reply == "到：信用修复怎么办" and hearing.assistant.heard[-1].payload is None
    assert hearing.texts(openid, "user") == ["［语音］信用修复怎么办"]
    content_type, speech = recogniser.heard[-1]
    assert content_type == "audio/amr" and speech.startswith(b"#!AMR")


FAILURES = {
    "down": (500, b"{}"),
    "garbage": (200, b"not json"),
    "list": (200, b"[]"),
    "empty": (200, b"{}"),
    "number": (200, b'{"text": 7}'),
    "nothing": (200, b'{"text": ""}'),
    "blank": (200, b'{"text": "  "}'),
}


@pytest.mark.parametrize(("status", "answer"), FAILURES.values(), ids=FAILURES.keys())
def test_a_recogniser_that_fails_leaves_the_voice_unheard(
    hearing: WeChatProduct, recogniser: Recogniser, status: int, answer: bytes
) -> None:
    recogniser.status, recogniser.answer = status, answer

    assert send_voice(hearing, hearing.follower()) == "/EXTERNAL_voice_unheard"


def test_a_voice_that_wechat_recognised_itself_needs_no_download(product: WeChatProduct) -> None:
    openid, before = product.follower(), product.simulator.platform.journal.counters[f"api:{GET_MEDIA}"]
    deed = messages.Deed("voice", {"MediaId": "m", "Format": "amr", "Recognition": "怎么注册公司"}, "message")

    outcome = product.simulator.run(product.simulator.platform.do(openid, deed))

    assert outcome.reply == "到：怎么注册公司"
    assert product.simulator.platform.journal.counters[f"api:{GET_MEDIA}"] == before


def test_a_picture_is_kept_for_its_conversation_and_for_no_other(product: WeChatProduct) -> None:
    openid, stranger = product.follower(), product.follower()
    assert send_image(product, openid) == "/EXTERNAL_image_stored"
    product.say(stranger, "我是别人")

    url = history(product, openid)[0]["attachments"][0]["url"]

    shown = product.app.client.get(url, headers=key_to(product, openid))
    assert (shown.status_code, shown.content, shown.headers["content-type"]) == (200, PNG, "image/png")
    assert shown.headers["x-content-type-options"] == "nosniff" and "private" in shown.headers["cache-control"]
    assert product.app.client.get(url).status_code == 404
    assert product.app.client.get(url, headers=key_to(product, stranger)).status_code == 404
    moved = url.replace(product.conversation_id(openid), product.conversation_id(stranger))
    foreign = product.app.client.get(moved, headers=key_to(product, stranger))
    assert foreign.status_code == 404 and error_of(foreign)["code"] == "conversation_not_found"


RISKY = ["image/svg+xml", "text/html", "application/xhtml+xml", "application/pdf", "IMAGE/SVG+XML"]


@pytest.mark.parametrize("content_type", RISKY)
def test_what_could_run_in_a_page_is_only_a_download(product: WeChatProduct, content_type: str) -> None:
    openid = product.follower()
    send_image(product, openid)
    attachment = history(product, openid)[0]["attachments"][0]
    is_it = AttachmentRow.id == attachment["url"].rpartition("/")[2]
    with product.services.database.session() as session:
        session.execute(update(AttachmentRow).where(is_it).values(content_type=content_type))

    served = product.app.client.get(attachment["url"], headers=key_to(product, openid))

    assert served.headers["content-type"] == "application/octet-stream"
    assert served.headers["content-disposition"] == "attachment"
    assert "sandbox" in served.headers["content-security-policy"]


def test_a_picture_over_the_limit_is_said_to_be_too_large(product: WeChatProduct, monkeypatch: pytest.MonkeyPatch) -> None:
    openid = product.follower()
    monkeypatch.setattr("bot.channels.wechat_delivery.MAX_BYTES", 50)

    assert send_image(product, openid) == "/EXTERNAL_media_too_large"

    (attachment,) = history(product, openid)[0]["attachments"]
    assert (attachment["state"], attachment["url"]) == ("too_large", None)


@pytest.mark.parametrize("errors", [[40007, 40007], [-1, -1], [48001, 48001]], ids=["unknown", "busy", "no right"])
def test_a_picture_that_cannot_be_fetched_is_said_to_be_lost(
    product: WeChatProduct, monkeypatch: pytest.MonkeyPatch, errors: list[int]
) -> None:
    monkeypatch.setattr(attachments, "TRY_AGAIN_AFTER_S", 0.0)
    openid = product.follower()
    product.simulator.platform.faults.change({"api_errors": {GET_MEDIA: errors}})

    assert send_image(product, openid) == "/EXTERNAL_media_lost"

    assert [a["state"] for a in history(product, openid)[0]["attachments"]] == ["failed"]


def test_a_picture_is_fetched_again_after_one_failure(product: WeChatProduct) -> None:
    product.simulator.platform.faults.change({"api_errors": {GET_MEDIA: [-1]}})

    assert send_image(product, product.follower()) == "/EXTERNAL_image_stored"


def test_a_message_without_its_picture_is_said_to_be_out_of_reach(product: WeChatProduct) -> None:
    openid = product.follower()

    product.simulator.run(product.simulator.platform.do(openid, messages.Deed("image", {}, "message")))

    assert product.assistant.heard[-1].payload == "/EXTERNAL_file_unreachable"


def test_a_film_is_kept_or_said_to_be_lost(product: WeChatProduct) -> None:
    film = product.simulator.platform.media.put(b"\x00\x00\x00\x18ftypmp42")

    product.simulator.run(product.simulator.platform.do(product.follower(), messages.video(film)))

    assert product.assistant.heard[-1].payload in ("/EXTERNAL_video_stored", "/EXTERNAL_media_lost")


def test_a_picture_is_kept_while_a_person_has_the_chat(product: WeChatProduct) -> None:
    openid = product.follower()
    product.say(openid, "你好")
    product.set_owner(openid, "agent:li")

    product.simulator.run(product.simulator.platform.send_image(openid, PNG))
    product.wait_until_idle(openid)

    assert history(product, openid)[-1]["attachments"][0]["state"] == "stored"


def test_a_repeated_picture_is_fetched_and_kept_once(product: WeChatProduct) -> None:
    openid, counters = product.follower(), product.simulator.platform.journal.counters
    media: Media = product.simulator.platform.media.put(PNG)
    callback, before = product.callback(openid, messages.image(media, "")), counters[f"api:{GET_MEDIA}"]

    answers = [product.read(callback, product.post(product.sign(callback))).text for _ in range(2)]

    assert answers[0] == answers[1] and counters[f"api:{GET_MEDIA}"] == before + 1


def test_without_a_secret_nothing_can_be_fetched_and_that_is_said(tmp_path_factory: pytest.TempPathFactory) -> None:
    with connected(tmp_path_factory.mktemp("secretless"), wechat={"app_secret": None}) as product:
        assert send_image(product, product.follower()) == "/EXTERNAL_media_lost"


def test_the_message_of_a_wait_for_a_person_shows_no_address_of_the_platform(product: WeChatProduct) -> None:
    openid = product.follower()
    send_image(product, openid)

    body = json.dumps(history(product, openid))

    assert openid not in body and product.simulator.url not in body and "media_id" not in body


def test_an_attachment_with_an_impossible_name_is_not_found(product: WeChatProduct) -> None:
    openid = product.follower()
    send_image(product, openid)

    path = f"{CONVERSATIONS}/{product.conversation_id(openid)}/attachments/"
    for name in ("%00", "x", "..%2f..", "a" * 500):
        response: httpx.Response = product.app.client.get(path + name, headers=key_to(product, openid))
        assert response.status_code == 404


@pytest.mark.skipif(find_postgres() is None, reason="YINGSHANG_TEST_POSTGRES_URL is not set")
def test_an_attachment_with_an_impossible_name_is_not_found_on_postgresql_either(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    with fresh_postgres_database() as url:
        address = url.render_as_string(hide_password=False)
        with connected(tmp_path_factory.mktemp("media"), database_url=address) as product:
            openid = product.follower()
            product.say(openid, "你好")
            path = f"{CONVERSATIONS}/{product.conversation_id(openid)}/attachments/%00"
            assert product.app.client.get(path, headers=key_to(product, openid)).status_code == 404
