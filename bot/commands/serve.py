"""`serve`: everything in one process."""

from __future__ import annotations

import argparse
import contextlib
import ctypes

import uvicorn

from bot.bootstrap import build_app, now
from bot.commands.setup import ready_services, say, settings_of
from bot.services.accounts import ADMIN, create_first_admin

M_ARENA_MAX = -8
"""Of mallopt(3)."""


def serve(options: argparse.Namespace) -> int:
    """Set up what is missing, print the addresses, serve until stopped."""
    _use_few_memory_arenas()
    settings = settings_of(options)
    services = ready_services(settings)
    made = create_first_admin(services.database, settings.admin_password, now())
    app = build_app(services)
    address = f"http://{options.host}:{options.port}"
    say(f"营商小助已就绪：\n  对话页面  {address}/\n  接口说明  {address}/openapi.json\n  运行状态  {address}/readyz")
    if made is not None:
        say(f"  管理员账号  {ADMIN}，一次性密码  {made.value}（只显示这一次）")
    if settings.today:
        say(f"  知识库按 {settings.today.isoformat()} 生效的内容作答")
    uvicorn.run(app, host=options.host, port=options.port, log_level="warning", access_log=False)
    return 0


def _use_few_memory_arenas() -> None:
    """Let the threads share two pools of memory; with one each, glibc keeps some 10 MB for nothing."""
    with contextlib.suppress(OSError, AttributeError):  # another C library has no such call
        ctypes.CDLL("libc.so.6").mallopt(M_ARENA_MAX, 2)
