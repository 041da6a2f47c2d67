"""Articles for the tests, right but for what a test makes wrong."""

from __future__ import annotations

from pathlib import Path

HEAD = {
    "id": "C1-repair",
    "topic": "C1",
    "title": "信用修复",
    "subjects": "[credit_repair_apply]",
    "audience": "[enterprise]",
    "issuing_body": "国家发展改革委",
    "document_no": "第1号",
    "effective_from": "2026-01-01",
    "effective_to": "",
    "checked_on": "2026-11-22",
    "review_by": "2027-11-22",
    "sources": '[{id: law, title: "办法", trust: 法, url: "https://example.org/law"}, {id: memory, title: "记忆", trust: 忆}]',
}
OVERVIEW = "## overview 概要\n先缴清罚款，再申请。\n来源: law\n"


def article_text(body: str = OVERVIEW, /, **head: str | None) -> str:
    """Return an article; a head value of None leaves the field out."""
    fields = {**HEAD, **head}
    lines = [f"{name}: {value}" for name, value in fields.items() if value is not None]
    return "---\n" + "\n".join(lines) + "\n---\n" + body


def write_article(folder: Path, body: str = OVERVIEW, /, **head: str | None) -> Path:
    path = folder / f"{head.get('id') or HEAD['id']}.md"
    path.write_text(article_text(body, **head), encoding="utf-8")
    return path
