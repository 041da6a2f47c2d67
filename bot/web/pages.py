"""HTML pages made on the server: whole without scripts, cookies and a second request, so that they open in WeChat's browser
on a slow line."""

from __future__ import annotations

import base64
import hashlib
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from fastapi import Response
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from bot.web.text_blocks import text_blocks

TEMPLATES = Path(__file__).parent / "templates"
CHAT_PATH = "/widget/"
CACHE_S = 300
"""A page may be this old: an article that ends at midnight is told so within minutes."""
RETRY_AFTER_S = "5"


def page(template: str, status: int = 200, **values: Any) -> Response:
    """Return the template filled with these values; every one of them is escaped."""
    style = _style()
    body = _templates().get_template(template).render(values, chat_path=CHAT_PATH, style=Markup(style))
    return HTMLResponse(body, status, _headers(style))


def page_with_script(template: str, script: str, **values: Any) -> Response:
    """Return a page that does something: its one script is known by its hash, no other site may frame it, nobody keeps it."""
    source = _source(script)
    response = page(template, **values, script=Markup(source))  # our own file, never what somebody wrote
    scripts = f"script-src '{_hash_of(source)}'; connect-src 'self'"
    policy = response.headers["Content-Security-Policy"].replace("frame-ancestors *", f"{scripts}; frame-ancestors 'none'")
    response.headers.update({"Content-Security-Policy": policy, "Cache-Control": "no-store"})
    return response


def missing(what: str) -> Response:
    """Return the page for something that is not there, named in Chinese, such as 这篇文章."""
    response = page("missing.html", 404, what=what)
    response.headers["Cache-Control"] = "no-store"
    return response


def unavailable() -> Response:
    response = page("unavailable.html", 503)
    response.headers.update({"Cache-Control": "no-store", "Retry-After": RETRY_AFTER_S})
    return response


@cache
def _headers(style: str) -> dict[str, str]:
    """Return the headers of every page: nothing may run or load but the one style sheet, known by its hash."""
    policy = f"default-src 'none'; style-src '{_hash_of(style)}'; img-src 'self'; base-uri 'none'; form-action 'none'"
    return {
        "Cache-Control": f"public, max-age={CACHE_S}",
        "Content-Security-Policy": f"{policy}; frame-ancestors *",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
    }


def _style() -> str:
    return _source("page.css")


@cache
def _source(file: str) -> str:
    return (TEMPLATES / file).read_text(encoding="utf-8")


@cache
def _hash_of(source: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()}"


@cache
def _templates() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters.update(blocks=text_blocks, day=_in_words)
    return environment


def _in_words(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
