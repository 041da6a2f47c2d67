"""A desk to sit at in browser tests: its accounts, who is ready, and a server that can be killed and started again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx

from bot.business.roles import Role
from bot.persistence.database import Database
from bot.persistence.tables import UserRow
from bot.services.passwords import hash_password
from bot.settings import Secret
from bot.web.session import COOKIE
from tests.fixtures.people import add_person, cookie_header, session_of
from tests.fixtures.running_app import ServerProcess, start_server

PASSWORD = "一把很长的雨伞 2026"
NAMES = {"zhang": "张敏", "li": "李强", "wang": "王芳", "zhao": "赵静", "chen": "陈晨", "sun": "孙悦"}
ROLES = {"wang": Role.ADMIN, "zhao": Role.READONLY}


def database_in(folder: Path) -> Database:
    return Database(f"sqlite:///{folder / 'yingshang.db'}")


def employ(database: Database) -> None:
    """Add two agents, an admin, somebody who only reads, somebody new with a one-time password, and one more."""
    for username, name in NAMES.items():
        add_person(database, username, ROLES.get(username, Role.AGENT), display_name=name, teams=["hotline", "credit"])
    with database.session() as session:
        known = hash_password(Secret(PASSWORD))
        for username in ("chen", "sun"):
            session.get_one(UserRow, username).password_hash = known
        session.get_one(UserRow, "chen").must_change_password = True


@dataclass(frozen=True)
class Office:
    """The desk behind one address, by its HTTP interface."""

    url: str
    database: Database

    def cookie_of(self, username: str) -> dict[str, str]:
        """Return the cookie of somebody who has just signed in."""
        return {"name": COOKIE, "value": session_of(self.database, username), "url": self.url}

    @contextmanager
    def signed_in(self, username: str) -> Iterator[httpx.Client]:
        headers = cookie_header(session_of(self.database, username))
        with httpx.Client(base_url=f"{self.url}/api/desk", headers=headers, timeout=30) as client:
            yield client

    def be_ready(self, *usernames: str) -> None:
        for username in usernames:
            with self.signed_in(username) as client:
                client.put("/presence", json={"state": "ready", "takes_automatically": False}).raise_for_status()

    def detail_of(self, conversation_id: str) -> dict[str, Any]:
        """Return the conversation as an admin's desk gets it."""
        with self.signed_in("wang") as client:
            response = client.get(f"/conversations/{conversation_id}", params={"limit": 200})
        assert response.status_code == 200, response.text
        detail: dict[str, Any] = response.json()
        return detail

    def visitor_of(self, conversation_id: str) -> str:
        """Return what the desk calls whose conversation it is."""
        visitor: str = self.detail_of(conversation_id)["entry"]["visitor"]
        return visitor

    def send_everybody_home(self) -> None:
        """End what waits or is being talked about, so that the next test finds an empty desk."""
        with self.signed_in("wang") as client:
            for name in ("queue", "all", "unattended"):
                for entry in client.get("/conversations", params={"list": name, "limit": 200}).json()["entries"]:
                    self._end(client, entry)
        for username in NAMES:
            if username not in ("zhao", "chen"):
                with self.signed_in(username) as client:
                    client.put("/presence", json={"state": "away", "takes_automatically": False}).raise_for_status()

    def _end(self, client: httpx.Client, entry: dict[str, Any]) -> None:
        path = f"/conversations/{entry['conversation_id']}"
        if entry["handover"] and entry["handover"]["status"] == "unattended":
            client.post(f"{path}/done", json={}).raise_for_status()
        elif entry["owner"] != "bot":
            client.post(f"{path}/close", json={"result": "spam", "survey": False}).raise_for_status()


class KillableServer:
    """`yingshang serve` that comes back at the same address after it was killed."""

    def __init__(self, folder: Path, moment: str) -> None:
        self._folder = folder
        self._moment = moment
        self._process = self._start()
        self.url = self._process.url

    def wait_until_ready(self) -> None:
        self._process.wait_until_ready()

    def kill(self) -> None:
        self._process.kill()

    def start_again(self) -> None:
        self._process = replace(self._start("--port", self.url.rpartition(":")[2]), url=self.url)
        self._process.wait_until_answering()

    def stop(self) -> None:
        self._process.stop()

    def _start(self, *arguments: str) -> ServerProcess:
        return start_server(self._folder, "--today", self._moment, *arguments)
