"""The pages on which articles, tasks and notes are read, asked for over HTTP."""

from __future__ import annotations

import base64
import hashlib
import re
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from bot.business.working_calendar import HANGZHOU
from bot.errors import StoreUnavailable
from bot.persistence.database import Database
from bot.services.knowledge import Knowledge, load_knowledge
from bot.services.task_answers import TaskAnswers
from bot.settings import PROJECT
from bot.web import articles
from tests.knowledge.test_report import write_report
from tests.knowledge.writing import OVERVIEW, write_article

TODAY = date(2026, 11, 22)
HOSTILE = "</title><script>alert(1)</script><img src=x onerror=\"alert('2')\">"
GUIDE = OVERVIEW + (
    "\n## materials 材料\n问法: 要带什么\n请带上：\n1. 营业执照\n2. 申请书\n- 复印件\n来源: law\n"
    "\n## fee 费用\n据一般了解不收费。\n来源: memory\n"
    "\n## follow_up 常见追问\n\n### 可以代办吗？\n可以。\n来源: law\n"
)
Open = Callable[[date], TestClient]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A knowledge folder with one guide, two tasks and one note; tests write further articles before they open pages."""
    knowledge = tmp_path / "knowledge"
    for name in ("articles", "report"):
        (knowledge / name).mkdir(parents=True)
    write_article(knowledge / "articles", GUIDE)
    write_report(knowledge / "report")
    shutil.copy(PROJECT / "knowledge" / "terms.yml", knowledge)
    return knowledge


@pytest.fixture
def open_on(folder: Path, tmp_path: Path) -> Iterator[Open]:
    """Serve the folder's pages as they stand on a day."""
    database = Database(f"sqlite:///{tmp_path / 'yingshang.db'}")
    database.upgrade()

    def serve(day: date) -> TestClient:
        load_knowledge(database, folder, datetime(2026, 11, 22, tzinfo=UTC))
        tasks = TaskAnswers(database, lambda: datetime(day.year, day.month, day.day, 10, tzinfo=HANGZHOU))
        return client_of(Knowledge(database, folder, lambda: day), tasks)

    yield serve
    database.close()


@pytest.fixture
def client(open_on: Open) -> TestClient:
    return open_on(TODAY)


def client_of(knowledge: object, tasks: object = None) -> TestClient:
    app = FastAPI()
    app.state.knowledge, app.state.task_answers = knowledge, tasks
    app.include_router(articles.router)
    return TestClient(app, follow_redirects=False)


def section(html: str, anchor: str) -> str:
    """Return the section that a link with this anchor leads to."""
    found = re.search(rf'<section id="{re.escape(anchor)}">.*?</section>', html, re.DOTALL)
    assert found, anchor
    return found.group()


def test_an_article_says_whom_it_is_for_how_long_it_holds_and_when_it_was_checked(client: TestClient) -> None:
    response = client.get("/articles/C1-repair")

    assert response.status_code == 200 and response.headers["content-type"] == "text/html; charset=utf-8"
    facts = re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", response.text)
    assert facts == [
        ("适用对象", "企业"),
        ("发文机关", "国家发展改革委"),
        ("文号", "第1号"),
        ("施行日期", "2026年1月1日"),
        ("核对日期", "2026年11月22日"),
        ("版本", "第1版"),
    ]
    assert "<title>信用修复 · 营商小助</title>" in response.text


def test_every_passage_has_an_anchor_by_the_key_that_sources_name_and_stands_in_order(client: TestClient) -> None:
    html = client.get("/articles/C1-repair").text

    assert re.findall(r'<section id="(.*?)">\s*<h\d>(.*?)</h\d>', html) == [
        ("overview", "概要"),
        ("materials", "材料"),
        ("fee", "费用"),
        ("follow_up.1", "可以代办吗？"),
    ]
    assert '<nav class="contents" aria-label="目录">' in html and '<a href="#materials">材料</a>' in html


def test_lists_of_the_text_are_lists_on_the_page(client: TestClient) -> None:
    materials = section(client.get("/articles/C1-repair").text, "materials")

    assert re.findall(r"<p>(.*?)</p>", materials)[0] == "请带上："
    assert '<ol start="1"><li value="1">营业执照</li><li value="2">申请书</li></ol>' in materials
    assert "<ul><li>复印件</li></ul>" in materials
    assert "问法" not in materials and "要带什么" not in materials


def test_a_section_names_its_own_sources_its_document_and_leads_to_the_original(client: TestClient) -> None:
    overview = section(client.get("/articles/C1-repair").text, "overview")

    assert '<a href="https://example.org/law" target="_blank" rel="noopener noreferrer">办法' in overview
    assert "文号：第1号" in overview and "法规文件" in overview
    assert "记忆" not in overview


def test_only_a_section_with_an_unconfirmed_fact_says_so(client: TestClient) -> None:
    html = client.get("/articles/C1-repair").text

    assert "尚未核实的内容" in section(html, "fee") and "待核实" in section(html, "fee")
    assert "尚未核实" not in section(html, "overview")


def test_a_short_article_has_no_table_of_contents(folder: Path, open_on: Open) -> None:
    write_article(folder / "articles", id="S10-tax", topic="S10", subjects="[tax]")

    assert "目录" not in open_on(TODAY).get("/articles/S10-tax").text


def test_an_expired_article_says_so_first_and_leads_to_its_successor(folder: Path, open_on: Open) -> None:
    write_article(folder / "articles", id="I4-old", topic="I4", title="旧法", effective_to="2026-12-31")
    new = {"id": "I4-new", "topic": "I4", "title": "新法", "effective_from": "2027-01-01", "supersedes": "I4-old"}
    write_article(folder / "articles", **new)

    before, after = open_on(TODAY), open_on(date(2027, 1, 1))
    old, early = after.get("/articles/I4-old").text, before.get("/articles/I4-new").text

    assert old.index("已失效") < old.index("<h1>") and "只适用到2026年12月31日" in old
    assert '<a href="/articles/I4-new">查看现行内容：新法</a>' in old
    assert "尚未施行" in early and '<a href="/articles/I4-old">查看目前适用的内容：旧法</a>' in early
    assert "尚未施行" not in after.get("/articles/I4-new").text
    assert "已失效" not in before.get("/articles/I4-old").text


def test_an_expired_article_without_successor_says_where_to_ask(folder: Path, open_on: Open) -> None:
    write_article(folder / "articles", id="S26-old", topic="S26", effective_to="2026-11-21")

    html = open_on(TODAY).get("/articles/S26-old").text

    assert "已失效" in html and "被新的内容代替" not in html and "tel:12345" in html


def test_a_successor_that_does_not_hold_yet_is_announced(folder: Path, open_on: Open) -> None:
    write_article(folder / "articles", id="I4-old", topic="I4", title="旧法", effective_to="2026-12-31")
    write_article(folder / "articles", id="I4-new", topic="I4", effective_from="2027-01-01", supersedes="I4-old")

    assert "适用到2026年12月31日，之后由新的内容代替" in open_on(TODAY).get("/articles/I4-old").text


def test_an_article_past_its_review_asks_the_reader_to_make_sure(open_on: Open) -> None:
    assert "复核" not in open_on(TODAY).get("/articles/C1-repair").text
    assert "原定在2027年11月22日前复核" in open_on(date(2027, 11, 23)).get("/articles/C1-repair").text


def test_a_changed_article_is_shown_as_its_next_version(folder: Path, open_on: Open) -> None:
    open_on(TODAY)
    write_article(folder / "articles", GUIDE, title="信用修复（新）")

    html = open_on(TODAY).get("/articles/C1-repair").text

    assert "信用修复（新）" in html and "第2版" in html


def test_markup_in_any_field_is_shown_as_text(folder: Path, open_on: Open) -> None:
    body = (
        f"## overview {HOSTILE}\n{HOSTILE}\n1. {HOSTILE}\n来源: law\n\n## follow_up 追问\n### {HOSTILE}\n{HOSTILE}\n来源: law\n"
    )
    yaml_text = "'" + HOSTILE.replace("'", "''") + "'"
    sources = f"[{{id: law, title: {yaml_text}, trust: 法, url: 'https://example.org/\"><script>alert(3)</script>'}}]"
    head = {"title": yaml_text, "issuing_body": yaml_text, "document_no": yaml_text, "sources": sources}
    write_article(folder / "articles", body, id="S10-tax", topic="S10", **head)

    html = open_on(TODAY).get("/articles/S10-tax").text

    assert html.count("&lt;script&gt;") >= 9
    assert "<script" not in html and "<img" not in html and 'href="https://example.org/"' not in html


def test_a_task_shows_its_target_and_the_words_of_the_report(client: TestClient) -> None:
    html = client.get("/tasks/ZH-01").text

    assert "<h1>组建专班</h1>" in html and "<dd>专班数：为6个</dd>" in html and "<dd>报告没有写明</dd>" in html
    assert "設立綜合組" in html and "报告第3段" in html
    assert "没有完成情况的数据" in html


def test_a_note_leads_to_its_tasks(client: TestClient) -> None:
    html = client.get("/notes/A2-count").text

    assert "<h1>有几个组</h1>" in html and "六个。" in section(html, "note") and "第3段" in html
    assert '<a href="/tasks/ZH-01">ZH-01 组建专班</a>' in html


def test_a_link_that_names_a_note_like_a_task_leads_to_the_note(client: TestClient) -> None:
    response = client.get("/tasks/A2-count")

    assert response.status_code == 308 and response.headers["location"] == "/notes/A2-count"


@pytest.mark.parametrize(
    "path",
    [
        "/articles/C9-none",
        "/tasks/ZH-99",
        "/notes/none",
        "/articles/ZH-01",
        "/articles/%3Cscript%3E",
        "/tasks/%00",
    ],
)
def test_what_is_unknown_is_answered_with_a_page_that_says_what_to_do(client: TestClient, path: str) -> None:
    response = client.get(path)

    assert response.status_code == 404
    assert "没有找到" in response.text and "继续提问" in response.text and "<script" not in response.text
    assert response.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", ["/articles/C1-repair", "/tasks/ZH-01", "/notes/A2-count", "/articles/none"])
def test_a_page_leads_back_to_the_chat_runs_nothing_and_sets_no_cookie(client: TestClient, path: str) -> None:
    response = client.get(path)

    assert '<a class="ask" href="/widget/">继续提问</a>' in response.text
    assert "<script" not in response.text and "set-cookie" not in response.headers
    assert response.headers["x-content-type-options"] == "nosniff"


def test_the_policy_allows_the_one_style_sheet_and_nothing_else(client: TestClient) -> None:
    response = client.get("/articles/C1-repair")
    policy = dict(rule.split(" ", 1) for rule in response.headers["content-security-policy"].split("; "))

    style = re.search(r"<style>(.*?)</style>", response.text, re.DOTALL)
    assert style is not None
    digest = base64.b64encode(hashlib.sha256(style.group(1).encode()).digest()).decode()
    assert policy["default-src"] == "'none'" and policy["style-src"] == f"'sha256-{digest}'"
    assert "script-src" not in policy and "style=" not in response.text
    assert response.headers["cache-control"] == "public, max-age=300"


def test_a_preview_may_ask_for_the_head_alone(client: TestClient) -> None:
    response = client.head("/articles/C1-repair")

    assert response.status_code == 200 and response.content == b""


def test_a_store_that_does_not_answer_is_a_page_too() -> None:
    class Silent:
        def edition(self) -> None:
            raise StoreUnavailable("locked")

    response = client_of(Silent()).get("/articles/C1-repair")

    assert response.status_code == 503 and response.headers["retry-after"] == "5"
    assert "请过几秒刷新" in response.text and response.headers["cache-control"] == "no-store"
