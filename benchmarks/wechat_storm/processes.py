"""The product's processes: started, killed with -9 at work, started again."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import httpx

from benchmarks.figures import PROJECT

START_LIMIT_S = 240.0
POLL_S = 0.05
STOP_LIMIT_S = 20.0
LOG_TAIL = 2_000
_ERROR = re.compile(r"[\w.]*(?:Error|Exception)\b|delivery over|a (?:left-over )?message could not|unavailable")


class ProductProcess:
    """`yingshang serve` on a port that it keeps when it is started again."""

    def __init__(self, name: str, data_dir: Path, environment: Mapping[str, str]) -> None:
        self.name, self.port = name, free_port()
        self.log = data_dir / f"{name}.log"
        self._data_dir = data_dir
        self._environment = {**os.environ, **environment, "YINGSHANG_ADMIN_PASSWORD": "for-this-storm-only"}
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def complaints(self) -> Counter[str]:
        """Return the errors in its log, without their tracebacks."""
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()
        return Counter(line for line in lines if _ERROR.match(line))

    def start(self) -> None:
        command = [sys.executable, "-m", "bot.cli", "serve", "--port", str(self.port), "--data-dir", str(self._data_dir)]
        with self.log.open("ab") as output:
            self._process = subprocess.Popen(command, cwd=PROJECT, env=self._environment, stdout=output, stderr=output)

    def kill(self) -> None:
        """End it with SIGKILL: no goodbye, nothing flushed."""
        assert self._process is not None
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()

    def stop(self) -> None:
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(STOP_LIMIT_S)
        except subprocess.TimeoutExpired:
            self.kill()

    async def wait_until_ready(self) -> float:
        """Return after how many seconds it answers that it is ready. Raises SystemExit when it does not."""
        loop = asyncio.get_running_loop()
        began_s = loop.time()
        async with httpx.AsyncClient(base_url=self.url, timeout=5, trust_env=False) as client:
            while not await _is_ready(client):
                if loop.time() - began_s > START_LIMIT_S or (self._process and self._process.poll() is not None):
                    raise SystemExit(f"{self.name} did not become ready:\n{self.log.read_text(encoding='utf-8')[-LOG_TAIL:]}")
                await asyncio.sleep(POLL_S)
        return loop.time() - began_s


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


async def _is_ready(client: httpx.AsyncClient) -> bool:
    with suppress(httpx.TransportError):  # it does not listen yet
        return (await client.get("/readyz")).status_code == httpx.codes.OK
    return False
