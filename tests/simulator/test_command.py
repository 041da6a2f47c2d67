from __future__ import annotations

import argparse
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from bot.cli import main
from bot.commands.wechat_simulator import account_of, child_environment
from bot.settings import PROJECT
from tests.fixtures.running_app import wait_until

PUBLIC_URL = "http://127.0.0.1:8301"


def options(**changed: object) -> argparse.Namespace:
    given = {"port": 8300, "callback": None, "mode": "safe", "no_customer_service": False, "bot_port": 8301, "data_dir": None}
    return argparse.Namespace(**{**given, **changed})


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def test_credentials_are_new_at_each_start() -> None:
    first, second = (account_of(options(), {}, PUBLIC_URL) for _ in range(2))

    for name in ("app_id", "app_secret", "token", "aes_key"):
        assert getattr(first, name) != getattr(second, name)
    assert first.callback_url == f"{PUBLIC_URL}/wechat"


def test_credentials_of_the_environment_are_used() -> None:
    known = {"YINGSHANG_WECHAT_TOKEN": "t", "YINGSHANG_WECHAT_APP_ID": "wx1", "YINGSHANG_WECHAT_AES_KEY": "k" * 43}

    account = account_of(options(no_customer_service=True, mode="compatible"), known, PUBLIC_URL)

    assert (account.token, account.app_id, account.aes_key) == ("t", "wx1", "k" * 43)
    assert (account.mode, account.has_customer_service) == ("compatible", False)


def test_trying_leaves_the_real_data_alone() -> None:
    real = {"YINGSHANG_DATABASE_URL": "postgresql://real", "YINGSHANG_REDIS_URL": "redis://real"}

    tried = child_environment(options(), real, {})

    assert tried["YINGSHANG_DATABASE_URL"].endswith("var/wechat-simulator.db")
    assert tried["YINGSHANG_REDIS_URL"] == ""
    assert child_environment(options(data_dir=Path("/d")), real, {})["YINGSHANG_DATABASE_URL"] == "postgresql://real"


def test_a_port_in_use_is_named(capfd: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        status = main(["wechat-simulator", "--port", str(port), "--callback", "http://127.0.0.1:9/wechat"])

    assert status == 1
    assert f"--port: {port} is in use" in capfd.readouterr().err


@pytest.mark.parametrize(("mode", "has_key"), [("safe", True), ("plain", False)])
def test_with_a_callback_it_says_what_the_product_needs(mode: str, has_key: bool, tmp_path: Path) -> None:
    port, said = free_port(), tmp_path / "said"
    command = [sys.executable, "-m", "bot.cli", "wechat-simulator", "--port", str(port), "--mode", mode]
    with said.open("wb") as output:
        callback = ["--callback", "http://127.0.0.1:8999/wechat"]
        process = subprocess.Popen(
            [*command, *callback], cwd=PROJECT, stderr=output, env={**os.environ, "PYTHONPATH": str(PROJECT)}
        )
    try:
        wait_until(lambda: answers(port), "the simulator answers", 30)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(15)

    lines = dict(line.split("=", 1) for line in said.read_text(encoding="utf-8").splitlines() if line.startswith("YINGSHANG_"))
    assert lines["YINGSHANG_WECHAT_API_BASE"] == lines["YINGSHANG_WECHAT_OPEN_BASE"] == f"http://127.0.0.1:{port}"
    assert lines["YINGSHANG_PUBLIC_URL"] == "http://127.0.0.1:8999"
    assert lines["YINGSHANG_WECHAT_CUSTOMER_SERVICE"] == "yes"
    assert bool(lines["YINGSHANG_WECHAT_AES_KEY"]) == has_key


PRODUCT = """
import http.server, sys
class Ready(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Ready).serve_forever()
"""
PROGRAM = """
import sys
from bot.cli import main
from bot.commands import wechat_simulator
wechat_simulator.product_command = lambda options: [sys.executable, "-c", sys.argv[1], str(options.bot_port)]
sys.exit(main(["wechat-simulator", "--port", sys.argv[2], "--bot-port", sys.argv[3]]))
"""


def start_with_product(product: str, port: int, bot_port: int, said: Path) -> subprocess.Popen[bytes]:
    """Start the command with another program in the product's place."""
    command = [sys.executable, "-c", PROGRAM, product, str(port), str(bot_port)]
    with said.open("wb") as output:
        return subprocess.Popen(command, cwd=PROJECT, stderr=output, env={**os.environ, "PYTHONPATH": str(PROJECT)})


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_the_product_is_started_awaited_and_stopped(how: signal.Signals, tmp_path: Path) -> None:
    port, bot_port, said = free_port(), free_port(), tmp_path / "said"

    process = start_with_product(PRODUCT, port, bot_port, said)
    wait_until(lambda: f"请在微信模拟器里试用：http://127.0.0.1:{port}/" in said.read_text(encoding="utf-8"), "it is ready", 60)
    assert answers(port)
    process.send_signal(how)
    process.wait(20)

    assert process.returncode == {signal.SIGTERM: 143, signal.SIGINT: 130}[how]
    socket.create_server(("127.0.0.1", bot_port)).close()


def test_when_the_product_ends_the_simulator_ends(tmp_path: Path) -> None:
    said = tmp_path / "said"

    process = start_with_product("import sys; sys.exit(3)", free_port(), free_port(), said)

    assert process.wait(60) == 3
    assert "退出码 3" in said.read_text(encoding="utf-8")


def answers(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/simulator/state", trust_env=False).status_code == 200
    except httpx.TransportError:
        return False
