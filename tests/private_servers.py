"""PostgreSQL and Redis for one test run: on ports, with passwords and in a folder of their own."""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

START_LIMIT_S = 60
STOP_LIMIT_S = 20
ACCOUNT = "postgres"
"""Who runs both servers when we are root: PostgreSQL refuses root. Debian's package brings the account."""
POSTGRES_FOR_TESTS = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "listen_addresses=127.0.0.1")


class ServerDidNotStart(Exception):
    """A server that stopped or stayed silent; the message holds the end of its log."""


@contextmanager
def private_servers() -> Iterator[dict[str, str]]:
    """Give the environment variables that name both servers; they and their data are gone afterwards."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="yingshang-test-")))
        if os.geteuid() == 0:
            shutil.chown(folder, ACCOUNT, ACCOUNT)
        yield {
            "YINGSHANG_TEST_POSTGRES_URL": stack.enter_context(_postgres(folder)),
            "YINGSHANG_TEST_REDIS_URL": stack.enter_context(_redis(folder)),
        }


def find_postgres_program(name: str) -> Path | None:
    """Return the newest one installed; Debian keeps them outside PATH."""
    versions = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: float(path.parts[4]))
    found = versions[-1] if versions else shutil.which(name)
    return Path(found) if found else None


@contextmanager
def _postgres(folder: Path) -> Iterator[str]:
    data, password, port = folder / "postgres", secrets.token_hex(16), _free_port()
    password_file = _write_private(folder / "postgres-password", password)
    as_owner = ["-U", "yingshang", "-A", "scram-sha-256", "--pwfile", str(password_file)]
    in_chinese_too = ["-E", "UTF8", "--locale=C.UTF-8"]
    _run(folder, [_program("initdb"), "-D", str(data), "--no-sync", *as_owner, *in_chinese_too])
    settings = [part for setting in POSTGRES_FOR_TESTS for part in ("-c", setting)]
    server = [_program("postgres"), "-D", str(data), "-p", str(port), "-k", str(folder), *settings]
    ready = [_program("pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(port)]
    with _running(folder, "postgres", server, lambda: subprocess.run(ready).returncode == 0, stop=signal.SIGINT):
        yield f"postgresql+psycopg://yingshang:{password}@127.0.0.1:{port}/postgres"


@contextmanager
def _redis(folder: Path) -> Iterator[str]:
    password, port = secrets.token_hex(16), _free_port()
    lines = [f"port {port}", "bind 127.0.0.1", 'save ""', "appendonly no", f"requirepass {password}", f"dir {folder}"]
    settings = _write_private(folder / "redis.conf", "\n".join(lines))
    server = [shutil.which("redis-server") or "redis-server", str(settings)]
    with _running(folder, "redis", server, lambda: _accepts(port), stop=signal.SIGTERM):
        yield f"redis://:{password}@127.0.0.1:{port}/0"


@contextmanager
def _running(
    folder: Path, name: str, command: Sequence[str], is_ready: Callable[[], bool], stop: signal.Signals
) -> Iterator[None]:
    """Keep a server running, in a session of its own so that Ctrl-C reaches it last. Raises ServerDidNotStart."""
    log = folder / f"{name}.log"
    with log.open("wb") as output:
        server = subprocess.Popen(command, cwd=folder, stdout=output, stderr=output, start_new_session=True, **_credentials())
    try:
        _wait_until_ready(server, is_ready, log)
        yield
    finally:
        server.send_signal(stop)
        try:
            server.wait(STOP_LIMIT_S)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _wait_until_ready(server: subprocess.Popen[bytes], is_ready: Callable[[], bool], log: Path) -> None:
    deadline = time.monotonic() + START_LIMIT_S
    while not is_ready():
        if server.poll() is not None or time.monotonic() > deadline:
            raise ServerDidNotStart(log.read_text(errors="replace")[-2000:])
        time.sleep(0.1)


def _run(folder: Path, command: Sequence[str]) -> None:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, **_credentials())
    if done.returncode != 0:
        raise ServerDidNotStart(done.stdout[-1000:] + done.stderr[-1000:])


def _credentials() -> dict[str, Any]:
    """Return the arguments of Popen that lay down root's rights."""
    return {"user": ACCOUNT, "group": ACCOUNT, "extra_groups": []} if os.geteuid() == 0 else {}


def _program(name: str) -> str:
    found = find_postgres_program(name)
    if found is None:
        raise ServerDidNotStart(f"{name} is not installed")
    return str(found)


def _write_private(path: Path, text: str) -> Path:
    path.touch(mode=0o600)
    path.write_text(text)
    if os.geteuid() == 0:
        shutil.chown(path, ACCOUNT, ACCOUNT)
    return path


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _accepts(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
