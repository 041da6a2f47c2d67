"""Our page inside WeChat: whoever opens it goes on with their own conversation, and nobody else does."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from sqlalchemy import update

from bot.bootstrap import now
from bot.persistence.tables import ConversationKeyRow, SignInStateRow
from simulator.platform_api import USER_COOKIE
from tests.fixtures.running_app import NO_KEEP_ALIVE
from tests.fixtures.talk import Talk, error_of
from tests.fixtures.wechat_product import WeChatProduct, connected

TICKETS = "/api/chat/wechat-conversation"
STATE_COOKIE, TICKET_COOKIE = "yingshang_wechat_state", "yingshang_wechat_ticket"


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WeChatProduct]:
    with connected(tmp_path_factory.mktemp("h5")) as product:
        yield product


class Phone:
    """The browser of a phone in which somebody is signed in to WeChat; remembers every address it was at.

    Both hosts are this machine, and cookies know no ports, so one jar is like a phone's two.
    """

    def __init__(self, product: WeChatProduct, openid: str) -> None:
        self.product = product
        self.openid = openid
        self.visited: list[str] = []
        self._browser = httpx.Client(base_url=product.app.url, limits=NO_KEEP_ALIVE)
        self.set_cookie(USER_COOKIE, openid)

    def get(self, url: str) -> httpx.Response:
        self.visited.append(url)
        return self._browser.get(url, follow_redirects=False)

    def authorize(self) -> str:
        """Open our page, let WeChat recognise the person, and return the address it sends them back to."""
        return self.get(self.get("/wechat/h5").headers["location"]).headers["location"]

    def open(self) -> Talk:
        """Open our page up to the chat."""
        page = self.get(self.authorize())
        assert page.status_code == 307 and page.headers["location"] == "/widget/?from=wechat"
        self.visited.append(page.headers["location"])
        return self.trade_in()

    def trade_in(self) -> Talk:
        answer = self.ask_for_the_conversation()
        assert answer.status_code == 200, answer.text
        return Talk(self.product.app.client, answer.json()["conversation_id"], answer.json()["token"])

    def ask_for_the_conversation(self) -> httpx.Response:
        return self._browser.post(TICKETS)

    def cookie(self, name: str) -> str:
        return next(cookie.value or "" for cookie in self._browser.cookies.jar if cookie.name == name)

    def set_cookie(self, name: str, value: str, path: str = "/") -> None:
        self._browser.cookies.set(name, value, domain="127.0.0.1", path=path)

    def close(self) -> None:
        self._browser.close()


@pytest.fixture
def phone(product: WeChatProduct) -> Iterator[Phone]:
    phone = Phone(product, product.follower())
    yield phone
    phone.close()


def test_the_page_goes_on_with_the_conversation_of_the_chat(product: WeChatProduct, phone: Phone) -> None:
    product.say(phone.openid, "在微信里问的")

    talk = phone.open()

    assert talk.id == product.conversation_id(phone.openid)
    assert [message["text"] for message in talk.history()] == ["在微信里问的", "到：在微信里问的"]
    assert talk.ask("在网页上问的").text == "到：在网页上问的"


def test_who_opens_the_page_first_finds_the_same_conversation_in_the_chat(product: WeChatProduct, phone: Phone) -> None:
    talk = phone.open()
    talk.ask("先在网页上问")

    product.say(phone.openid, "再在微信里问")

    assert [message["text"] for message in talk.history() if message["sender"] == "user"] == ["先在网页上问", "再在微信里问"]


def test_what_is_asked_on_the_page_is_answered_there_and_not_in_the_chat(product: WeChatProduct, phone: Phone) -> None:
    product.say(phone.openid, "你好")
    phone.open().ask("只在网页上答")

    product.wait_until_idle(phone.openid)
    assert product.say(phone.openid, "还在吗") == "到：还在吗"

    assert product.shown(phone.openid) == ["到：你好", "到：还在吗"]


def test_no_address_names_the_person_or_gives_a_key_away(product: WeChatProduct, phone: Phone) -> None:
    talk = phone.open()

    for address in phone.visited:
        assert phone.openid not in address and talk.token not in address and talk.id not in address
        assert product.account.app_secret not in address


def test_the_cookies_are_for_our_server_alone_and_only_where_they_are_needed(phone: Phone) -> None:
    began = phone.get("/wechat/h5")
    back = phone.get(phone.get(began.headers["location"]).headers["location"])

    state = began.headers["set-cookie"].lower()
    ticket = next(value for value in back.headers.get_list("set-cookie") if "ticket" in value).lower()
    assert "path=/wechat/h5/callback" in state and f"path={TICKETS}" in ticket
    assert all("httponly" in cookie and "samesite=lax" in cookie for cookie in (state, ticket))


def test_wechat_is_asked_for_nothing_but_who_it_is(phone: Phone) -> None:
    location = phone.get("/wechat/h5").headers["location"]

    query = {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}
    assert query["scope"] == "snsapi_base" and query["response_type"] == "code" and len(query["state"]) >= 20
    assert query["redirect_uri"] == f"{phone.product.app.url}/wechat/h5/callback"
    assert urlsplit(location).fragment == "wechat_redirect"


def test_a_ticket_works_once(phone: Phone) -> None:
    phone.get(phone.authorize())
    ticket = phone.cookie(TICKET_COOKIE)
    phone.trade_in()

    phone.set_cookie(TICKET_COOKIE, ticket, TICKETS)
    again = phone.ask_for_the_conversation()

    assert again.status_code == 404 and error_of(again)["code"] == "conversation_not_found"


def test_without_a_ticket_there_is_no_conversation(phone: Phone) -> None:
    assert phone.ask_for_the_conversation().status_code == 404
    phone.set_cookie(TICKET_COOKIE, "guessed", TICKETS)
    assert phone.ask_for_the_conversation().status_code == 404


def test_an_old_ticket_and_an_old_key_are_worth_nothing(product: WeChatProduct, phone: Phone) -> None:
    phone.get(phone.authorize())
    _age(product)
    assert phone.ask_for_the_conversation().status_code == 404

    talk = phone.open()
    _age(product)
    assert product.app.client.get(talk.path, headers=talk.headers).status_code == 404


def _age(product: WeChatProduct) -> None:
    with product.services.database.session() as session:
        session.execute(update(ConversationKeyRow).values(expires_at=now()))
        session.execute(update(SignInStateRow).values(expires_at=now()))


def test_a_ticket_is_no_key_to_the_conversation(product: WeChatProduct, phone: Phone) -> None:
    product.say(phone.openid, "你好")
    phone.get(phone.authorize())

    stolen = Talk(product.app.client, product.conversation_id(phone.openid), phone.cookie(TICKET_COOKIE))

    assert product.app.client.get(stolen.path, headers=stolen.headers).status_code == 404


def test_one_persons_key_does_not_open_another_persons_conversation(product: WeChatProduct, phone: Phone) -> None:
    mine, other = phone.open(), product.follower()
    product.say(other, "别人的事")

    foreign = Talk(product.app.client, product.conversation_id(other), mine.token)

    assert product.app.client.get(foreign.path, headers=foreign.headers).status_code == 404
    assert foreign.post("冒充").status_code == 404


def test_a_platforms_conversation_has_no_key_of_its_own(product: WeChatProduct, phone: Phone) -> None:
    product.say(phone.openid, "你好")

    for token in ("", " ", "none"):
        talk = Talk(product.app.client, product.conversation_id(phone.openid), token)
        assert talk.client.get(talk.path, headers={"Authorization": f"Bearer {token}".strip()}).status_code == 404


@pytest.mark.parametrize("state", ["", "made-up", "汉", "%00"])
def test_coming_back_with_a_state_that_is_not_ours_is_refused(phone: Phone, state: str) -> None:
    phone.get("/wechat/h5")

    assert phone.get(f"/wechat/h5/callback?code=x&state={state}").status_code == 403


def test_a_state_of_another_browser_is_refused(product: WeChatProduct, phone: Phone) -> None:
    """Else somebody could be made to write in the attacker's conversation."""
    attackers = Phone(product, product.follower()).authorize()

    assert phone.get(attackers).status_code == 403
    phone.get("/wechat/h5")
    assert phone.get(attackers).status_code == 403


def test_a_state_works_once_and_not_for_ever(product: WeChatProduct, phone: Phone) -> None:
    back = phone.authorize()
    state = phone.cookie(STATE_COOKIE)
    assert phone.get(back).status_code == 307
    phone.set_cookie(STATE_COOKIE, state, "/wechat/h5/callback")
    assert phone.get(back).status_code == 403

    later = phone.authorize()
    _age(product)
    assert phone.get(later).status_code == 403


@pytest.mark.parametrize("code", ["", "made-up"])
def test_who_is_not_recognised_gets_the_page_without_the_conversation(phone: Phone, code: str) -> None:
    state = parse_qs(urlsplit(phone.authorize()).query)["state"][0]

    back = phone.get(f"/wechat/h5/callback?code={code}&state={state}")

    assert (back.status_code, back.headers["location"]) == (307, "/widget/")
    assert phone.ask_for_the_conversation().status_code == 404


def test_an_account_without_secret_opens_the_page_without_the_conversation(tmp_path_factory: pytest.TempPathFactory) -> None:
    with connected(tmp_path_factory.mktemp("h5-secretless"), wechat={"app_secret": None}) as product:
        opened = Phone(product, product.follower()).get("/wechat/h5")

    assert (opened.status_code, opened.headers["location"]) == (307, "/widget/")


def test_behind_https_the_cookies_are_secure_and_the_page_is_named_by_its_public_address(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    with connected(tmp_path_factory.mktemp("h5-public"), public_url="https://bot.example") as product:
        opened = Phone(product, product.follower()).get("/wechat/h5")

    assert "secure" in opened.headers["set-cookie"].lower()
    assert "redirect_uri=https%3A%2F%2Fbot.example%2Fwechat%2Fh5%2Fcallback" in opened.headers["location"]


def test_the_file_by_which_wechat_checks_the_domain_is_shown_and_no_other(tmp_path_factory: pytest.TempPathFactory) -> None:
    verify = {"verify_file": "MP_verify_Abc123.txt"}
    with connected(tmp_path_factory.mktemp("h5-verify"), wechat=verify) as product:
        assert product.app.client.get("/MP_verify_Abc123.txt").text == "Abc123"
        assert product.app.client.get("/MP_verify_other.txt").status_code == 404
        assert product.app.client.get("/robots.txt").status_code == 404
