"""The simulator as a web application, and serving it from a thread."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import uvicorn
from fastapi import FastAPI
from fastapi.responses import HTMLResponse
from fastapi.staticfiles import StaticFiles

from bot.settings import PROJECT
from simulator import client_api, phone_api, platform_api
from simulator.errors import ApiRefused, SimulatorError
from simulator.faulty_api import FaultyApi
from simulator.platform import Platform

PAGE = PROJECT / "frontend" / "simulator" / "dist"
GRACE_S = 1
"""Open streams are cut after so long when the server stops."""
START_TIMEOUT_S = 30


def create_app(platform: Platform, page: Path = PAGE) -> FastAPI:
    """Return the application around a platform; `page` is the built front end."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        await platform.close()

    app = FastAPI(title="微信模拟器", version="1", lifespan=lifespan, docs_url=None, redoc_url=None)
    app.state.platform = platform
    app.add_middleware(FaultyApi, platform=platform)
    app.add_exception_handler(ApiRefused, platform_api.refused)
    app.add_exception_handler(SimulatorError, client_api.explained)
    app.include_router(platform_api.router)
    app.include_router(client_api.router)
    app.include_router(phone_api.router)
    if page.is_dir():
        app.mount("/", StaticFiles(directory=page, html=True), name="page")
    else:
        app.add_api_route("/", _no_page, include_in_schema=False)
    return app


async def _no_page() -> HTMLResponse:
    return HTMLResponse('<!doctype html><meta charset="utf-8"><p>页面还没有构建：在 frontend/simulator 运行 npm run build。</p>')


@dataclass
class Running:
    """A platform on a real port, in a thread with an event loop of its own."""

    platform: Platform
    url: str
    loop: asyncio.AbstractEventLoop


@contextmanager
def running(platform: Platform, port: int = 0, page: Path = PAGE) -> Iterator[Running]:
    """Serve on this machine until left; port 0 takes a free one. Touch the platform from outside only through `loop`."""
    bound = socket.create_server(("127.0.0.1", port))
    url = f"http://127.0.0.1:{bound.getsockname()[1]}"
    platform.base_url = platform.base_url or url
    config = uvicorn.Config(create_app(platform, page), log_level="warning", timeout_graceful_shutdown=GRACE_S)
    server, loop, ready = uvicorn.Server(config), asyncio.new_event_loop(), threading.Event()
    thread = threading.Thread(target=_serve, args=(server, loop, bound, ready), daemon=True)
    thread.start()
    if not ready.wait(START_TIMEOUT_S):
        raise TimeoutError("the simulator did not start")
    try:
        yield Running(platform, url, loop)
    finally:
        server.should_exit = True
        thread.join(START_TIMEOUT_S)


def _serve(server: uvicorn.Server, loop: asyncio.AbstractEventLoop, bound: socket.socket, ready: threading.Event) -> None:
    async def serve() -> None:
        serving = asyncio.ensure_future(server.serve(sockets=[bound]))
        while not server.started and not serving.done():
            await asyncio.sleep(0.005)
        ready.set()
        await serving

    asyncio.set_event_loop(loop)
    try:
        loop.run_until_complete(serve())
    finally:
        loop.close()
