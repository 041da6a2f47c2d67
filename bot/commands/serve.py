"""`serve`: everything in one process."""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import sys
import threading
from collections.abc import Callable

import uvicorn

from bot.bootstrap import Services, build_app, build_services, now, open_database
from bot.commands.setup import make_ready, say, settings_of
from bot.services.accounts import ADMIN, create_first_admin
from bot.settings import Secret, Settings

SWITCH_INTERVAL_S = 0.0005
"""How long a thread that computes keeps the others waiting: a tenth of Python's own, for a call has many short waits."""
M_ARENA_MAX = -8
"""Of mallopt(3)."""


def serve(options: argparse.Namespace) -> int:
    """Set up what is missing, print the addresses, serve until stopped.

    Listens at once: what is said while the model is still loading is stored, and answered when it is there.
    """
    _use_few_memory_arenas()
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    settings = settings_of(options)
    services = build_services(settings, open_database(settings))
    services.assistant.expect_model()
    with services.database.exclusively("setup"):
        made = create_first_admin(services.database, settings.admin_password, now())
        services.desk.canned_replies.fill(services.desk.settings.shared_replies)
    config = uvicorn.Config(build_app(services), host=options.host, port=options.port, log_level="warning", access_log=False)
    server = uvicorn.Server(config)
    preparing = _Preparing(services, server, lambda: _say_ready(options, settings, made))
    preparing.start()
    server.run()
    preparing.join()
    if preparing.error is not None:
        raise preparing.error
    return 0


class _Preparing(threading.Thread):
    """Loads knowledge and model beside the server; ends the server when that fails."""

    def __init__(self, services: Services, server: uvicorn.Server, on_ready: Callable[[], None]) -> None:
        super().__init__(name="preparing", daemon=True)
        self._services = services
        self._server = server
        self._on_ready = on_ready
        self.error: Exception | None = None

    def run(self) -> None:
        try:
            make_ready(self._services)
        except Exception as error:  # raised again by whoever waits for this thread
            self.error = error
            self._server.should_exit = True
        else:
            self._on_ready()


def _say_ready(options: argparse.Namespace, settings: Settings, made: Secret | None) -> None:
    address = f"http://{options.host}:{options.port}"
    pages = {"对话页面": "/", "坐席台": "/desk/", "接口说明": "/openapi.json", "运行状态": "/readyz"}
    say("\n".join(["营商小助已就绪：", *(f"  {title}  {address}{path}" for title, path in pages.items())]))
    if settings.wechat:
        say(f"  公众号  {settings.wechat.app_id}，服务器地址填 {settings.public_url or 'https://您的域名'}/wechat")
    if made is not None:
        say(f"  管理员账号  {ADMIN}，一次性密码  {made.value}（只显示这一次）")
    if settings.today:
        moment = f"，时钟从{settings.moment:%Y-%m-%d %H:%M}走起" if settings.moment else ""
        say(f"  知识库按 {settings.today.isoformat()} 生效的内容作答{moment}")


def _use_few_memory_arenas() -> None:
    """Let the threads share two pools of memory; with one each, glibc keeps some 10 MB for nothing."""
    with contextlib.suppress(OSError, AttributeError):  # another C library has no such call
        ctypes.CDLL("libc.so.6").mallopt(M_ARENA_MAX, 2)
