"""Settings, read once at start from the environment or a `.env` file."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from bot.errors import SettingInvalid

PROJECT = Path(__file__).resolve().parent.parent
MAX_TEXT_CHARACTERS = 2_000
"""Longest message that is understood; the widget counts with the user."""
MAX_BODY_BYTES = 64_000
"""Largest request body of a chat call."""


@dataclass(frozen=True)
class Secret:
    """A text that prints as ***."""

    value: str = field(repr=False)

    def __str__(self) -> str:
        return "***"


@dataclass(frozen=True)
class Settings:
    """What an installation decides."""

    data_dir: Path
    database_url: str = field(repr=False)
    """May hold a password, so it prints nowhere."""
    admin_password: Secret | None = None
    """For the first start only; None = a one-time password is made and printed."""
    today: date | None = None
    """None = the clock; a date pins what the knowledge base serves."""

    @property
    def models_dir(self) -> Path:
        return self.data_dir / "models"


def read_settings(environment: Mapping[str, str], data_dir: Path | None = None, today: str | None = None) -> Settings:
    """Return the settings. Raises SettingInvalid naming the key."""
    folder = (data_dir or Path(environment.get("YINGSHANG_DATA_DIR") or PROJECT / "var")).resolve()
    url = environment.get("YINGSHANG_DATABASE_URL") or f"sqlite:///{folder / 'yingshang.db'}"
    password = environment.get("YINGSHANG_ADMIN_PASSWORD")
    return Settings(
        data_dir=folder,
        database_url=_database_url(url),
        admin_password=Secret(password) if password else None,
        today=_date(today or environment.get("YINGSHANG_TODAY")),
    )


def environment_with_dotenv(environment: Mapping[str, str] | None = None, file: Path = PROJECT / ".env") -> dict[str, str]:
    """Return the environment, completed by `KEY=value` lines of a `.env` file; the environment wins."""
    known = dict(os.environ if environment is None else environment)
    if not file.exists():
        return known
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
        stripped = line.strip()
        if not stripped or stripped.startswith("#"):
            continue
        key, equals, value = stripped.partition("=")
        if not equals or not key.strip().isidentifier():
            raise SettingInvalid(f".env line {number}", "must be KEY=value")
        known.setdefault(key.strip(), value.strip().strip("'\""))
    return known


def _database_url(url: str) -> str:
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise SettingInvalid("YINGSHANG_DATABASE_URL", "is no database address, e.g. sqlite:///var/yingshang.db") from None
    if parsed.get_backend_name() == "postgresql" and parsed.drivername == "postgresql":
        parsed = parsed.set(drivername="postgresql+psycopg")
    if parsed.get_backend_name() not in ("sqlite", "postgresql"):
        raise SettingInvalid("YINGSHANG_DATABASE_URL", "must be SQLite or PostgreSQL")
    return parsed.render_as_string(hide_password=False)


def _date(text: str | None) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise SettingInvalid("YINGSHANG_TODAY", f"must be a date such as 2026-11-22, is {text!r}") from None
