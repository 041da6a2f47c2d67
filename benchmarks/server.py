"""A real `serve` process on a copy of a data folder, to be measured from outside."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx

from benchmarks.figures import PROJECT

START_LIMIT_S = 180.0
POLL_S = 0.05
STOP_LIMIT_S = 20.0


@dataclass(frozen=True)
class Server:
    """A server that is ready."""

    url: str
    pid: int
    ready_s: float
    """From the start of the process to the first 200 of /readyz."""

    def resident_mb(self) -> float:
        """Return the resident memory of the process in megabytes (10^6 bytes)."""
        fields = Path(f"/proc/{self.pid}/statm").read_text(encoding="ascii").split()
        return int(fields[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6

    def mapped_files(self) -> set[str]:
        """Return the files mapped into the process, among them every shared library it loaded."""
        lines = Path(f"/proc/{self.pid}/maps").read_text(encoding="utf-8").splitlines()
        return {parts[5] for parts in (line.split(maxsplit=5) for line in lines) if len(parts) == 6}


@contextmanager
def serving(data_dir: Path) -> Iterator[Server]:
    """Serve a copy of the folder, whose model must be trained, on a free port; stop it in the end."""
    with copied(data_dir) as copy:
        port = _free_port()
        command = [sys.executable, "-m", "bot.cli", "serve", "--port", str(port), "--data-dir", str(copy)]
        started = time.perf_counter()
        with (copy / "server.log").open("wb") as log:
            process = subprocess.Popen(command, cwd=PROJECT, stdout=log, stderr=log)
        try:
            url = f"http://127.0.0.1:{port}"
            _wait_until_ready(process, url, copy / "server.log")
            yield Server(url, process.pid, time.perf_counter() - started)
        finally:
            _stop(process)


@contextmanager
def copied(data_dir: Path) -> Iterator[Path]:
    """Yield a copy of the data folder, so that measuring leaves no conversations behind."""
    if not (data_dir / "models" / "current").exists():
        raise SystemExit(f"{data_dir} holds no trained model; ./yingshang train makes one")
    with tempfile.TemporaryDirectory(prefix="yingshang-benchmark-") as folder:
        yield Path(shutil.copytree(data_dir, Path(folder) / "var"))


def _wait_until_ready(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    deadline = time.perf_counter() + START_LIMIT_S
    while time.perf_counter() < deadline and process.poll() is None:
        with suppress(httpx.TransportError):  # it does not listen yet
            if httpx.get(f"{url}/readyz", timeout=5).status_code == 200:
                return
        time.sleep(POLL_S)
    raise SystemExit(f"the server did not become ready:\n{log.read_text(encoding='utf-8')[-2000:]}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(STOP_LIMIT_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
