"""The ASGI application: channels, desk, health and static files around the services it is given."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from pathlib import Path

from fastapi import FastAPI
from fastapi.responses import RedirectResponse
from fastapi.staticfiles import StaticFiles
from starlette.types import Scope

from bot.channels import identity, wechat, wechat_h5, widget
from bot.web import (
    accounts,
    articles,
    cases,
    demand,
    desk,
    desk_office,
    desk_stream,
    enterprises,
    errors,
    health,
    identity_errors,
    identity_pages,
    session,
    tasks,
)
from bot.web.cross_site import CrossSiteGuard
from bot.web.limits import BodyLimit

WIDGET_PATH, DESK_PATH = "/widget/", "/desk/"
_WIDGET_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Content-Security-Policy": (
        "default-src 'self'; connect-src 'self' ws: wss:; img-src 'self' blob:; object-src 'none'; base-uri 'none'; "
        "frame-ancestors *"
    ),
}
"""Pages of the widget may be framed by any site, since embedding is their purpose; those of the desk by none."""


_DESK_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Content-Security-Policy": (
        "default-src 'self'; connect-src 'self' ws: wss:; img-src 'self' blob: data:; style-src 'self' 'unsafe-inline'; "
        "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
}


class PageFiles(StaticFiles):
    """A built front end; hashed assets are kept for long."""

    def __init__(self, folder: Path, headers: Mapping[str, str]) -> None:
        super().__init__(directory=folder, html=True)
        self._headers = headers

    async def get_response(self, path: str, scope: Scope):  # type: ignore[no-untyped-def]
        response = await super().get_response(path, scope)
        is_asset = path.startswith("assets/")
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if is_asset else "no-cache"
        response.headers.update(self._headers)
        return response


def create_app(lifespan: Callable[[FastAPI], AbstractAsyncContextManager[None]], widget_dist: Path, desk_dist: Path) -> FastAPI:
    """Return the application; `lifespan` puts the services into `app.state` and takes them down again."""
    app = FastAPI(title="Yingshang 营商小助", version="1", lifespan=lifespan, docs_url=None, redoc_url=None)
    errors.install(app)
    identity_errors.install(app)
    app.add_middleware(BodyLimit)
    app.add_middleware(CrossSiteGuard)
    for router in (
        widget.router,
        identity.router,
        identity_pages.router,
        session.router,
        accounts.router,
        desk.router,
        desk_office.router,
        desk_stream.router,
        tasks.router,
        cases.router,
        demand.router,
        enterprises.router,
        articles.router,
        health.router,
        wechat.router,
        wechat_h5.router,
    ):
        app.include_router(router)
    app.add_api_route("/", _to_widget, include_in_schema=False)
    if widget_dist.is_dir():
        app.mount(WIDGET_PATH.rstrip("/"), PageFiles(widget_dist, _WIDGET_HEADERS), name="widget")
    if desk_dist.is_dir():
        app.mount(DESK_PATH.rstrip("/"), PageFiles(desk_dist, _DESK_HEADERS), name="desk")
    return app


async def _to_widget() -> RedirectResponse:
    return RedirectResponse(WIDGET_PATH)
