"""`wechat-simulator`: a WeChat platform and client on this machine, with the product behind it."""

from __future__ import annotations

import argparse
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import httpx
import uvicorn

from bot.errors import SettingInvalid
from bot.settings import PROJECT, environment_with_dotenv
from simulator.accounts import AccountSettings, environment_of, new_account
from simulator.app import PAGE, create_app
from simulator.platform import Platform

HOST = "127.0.0.1"
STOP_TIMEOUT_S = 15
ASK_EVERY_S = 0.5
GRACE_S = 1


def wechat_simulator(options: argparse.Namespace) -> int:
    """Serve the platform until stopped; without `--callback` also the product, until either ends."""
    url, public_url = f"http://{HOST}:{options.port}", f"http://{HOST}:{options.bot_port}"
    account = account_of(options, environment_with_dotenv(), public_url)
    bound = _bound(options.port)
    server = _server(account, url)
    _announce(url)
    if options.callback:
        _explain_environment(account, url, options.callback)
        server.run(sockets=[bound])
        return 0
    signal.signal(signal.SIGTERM, _end)
    wechat = environment_of(account, url, public_url)
    with _product(options, wechat) as process:
        watcher = threading.Thread(
            target=_watch, args=(process, server, public_url, url, _menu_setter(options, wechat)), daemon=True
        )
        watcher.start()
        server.run(sockets=[bound])
        return process.poll() or 0


def account_of(options: argparse.Namespace, environment: Mapping[str, str], public_url: str) -> AccountSettings:
    """Return the account; credentials from the product's keys in the environment, random where there are none."""
    account = new_account(options.callback or f"{public_url}/wechat", options.mode, environment)
    account.has_customer_service = not options.no_customer_service
    return account


def child_environment(options: argparse.Namespace, environment: Mapping[str, str], wechat: Mapping[str, str]) -> dict[str, str]:
    """Return the product's environment: without `--data-dir` the project's model, but a database of its own and no Redis."""
    given = {**environment, **wechat, "PYTHONPATH": str(PROJECT)}
    if options.data_dir is None:
        given["YINGSHANG_DATABASE_URL"] = f"sqlite:///{PROJECT / 'var' / 'wechat-simulator.db'}"
        given["YINGSHANG_REDIS_URL"] = ""
    return given


def product_command(options: argparse.Namespace) -> list[str]:
    folder = options.data_dir or PROJECT / "var"
    return [sys.executable, "-m", "bot.cli", "serve", "--port", str(options.bot_port), "--data-dir", str(folder)]


def say(text: str) -> None:
    """Tell whoever waits. Not the other commands' `say`: its module brings Rasa, which this process does not need."""
    print(text, file=sys.stderr, flush=True)


def _bound(port: int) -> socket.socket:
    try:
        return socket.create_server((HOST, port))
    except OSError:
        raise SettingInvalid("--port", f"{port} is in use") from None


def _server(account: AccountSettings, url: str) -> uvicorn.Server:
    app = create_app(Platform(account, base_url=url))
    return uvicorn.Server(uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=GRACE_S))


@contextmanager
def _product(options: argparse.Namespace, wechat: Mapping[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """Start the product as a child; its output goes where ours goes. Stop it in the end."""
    say("正在启动营商小助……如果还没有训练好的模型，会先训练，需要几分钟。")
    process = subprocess.Popen(product_command(options), cwd=PROJECT, env=child_environment(options, os.environ, wechat))
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            process.kill()


def _end(number: int, _: object) -> None:
    """Leave by the way that stops the product; the server raises the signal again when it has shut down."""
    raise SystemExit(128 + number)


def _menu_setter(options: argparse.Namespace, wechat: Mapping[str, str]) -> Callable[[], None]:
    """Return what gives the account its menu, as an administrator would."""
    folder = ["--data-dir", str(options.data_dir or PROJECT / "var")]
    command = [sys.executable, "-m", "bot.cli", "wechat-menu", "--apply", *folder]

    def set_menu() -> None:
        environment = child_environment(options, os.environ, wechat)
        if subprocess.run(command, cwd=PROJECT, env=environment, stdout=subprocess.DEVNULL).returncode:
            say("公众号菜单没有设置成功，原因见上面一行；其余不受影响。")

    return set_menu


def _watch(
    process: subprocess.Popen[bytes], server: uvicorn.Server, public_url: str, url: str, set_menu: Callable[[], None]
) -> None:
    """Say when the product is ready, its menu set; stop the simulator when the product ends."""
    while process.poll() is None and not _is_ready(public_url):
        _wait(process, ASK_EVERY_S)
    if process.poll() is None:
        set_menu()
        say(f"营商小助已就绪，请在微信模拟器里试用：{url}/")
        process.wait()
    if not server.should_exit:
        say(f"营商小助已停止（退出码 {process.returncode}），模拟器随之停止。")
        server.should_exit = True


def _wait(process: subprocess.Popen[bytes], seconds: float) -> None:
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        return


def _is_ready(public_url: str) -> bool:
    try:
        return httpx.get(f"{public_url}/readyz", trust_env=False).status_code == httpx.codes.OK
    except httpx.TransportError:
        return False


def _announce(url: str) -> None:
    say(f"微信模拟器  {url}/")
    if not PAGE.is_dir():
        say("  页面还没有构建：在 frontend/simulator 运行 npm ci 和 npm run build；接口已经可用。")


def _explain_environment(account: AccountSettings, url: str, callback: str) -> None:
    public_url = callback.removesuffix("/wechat").rstrip("/")
    lines = "\n".join(f"{name}={value}" for name, value in environment_of(account, url, public_url).items())
    say(f"消息将发往 {callback}\n请用下面的环境变量启动营商小助：\n{lines}")
