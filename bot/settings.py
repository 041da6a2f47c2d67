"""Settings, read once at start from the environment or a `.env` file."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from bot.errors import SettingInvalid

PROJECT = Path(__file__).resolve().parent.parent
MAX_TEXT_CHARACTERS = 2_000
"""Longest message that is understood; the widget counts with the user."""
MAX_KEPT_CHARACTERS = 20_000
"""Longest message that is stored; a platform's message cannot be sent back."""
MAX_BODY_BYTES = 64_000
"""Largest request body of a chat call."""


@dataclass(frozen=True)
class Secret:
    """A text that prints as ***."""

    value: str = field(repr=False)

    def __str__(self) -> str:
        return "***"


@dataclass(frozen=True)
class WeChatSettings:
    """An Official Account."""

    app_id: str
    token: Secret
    app_secret: Secret | None = None
    """None = an account that can only answer calls: it sends nothing on its own and its page cannot be signed in to."""
    aes_keys: tuple[Secret, ...] = ()
    """Newest first; the one before stays valid after a change. Empty = plain mode."""
    api_base: str = "https://api.weixin.qq.com"
    open_base: str = "https://open.weixin.qq.com"
    """Where a page sends people to be recognised."""
    may_send: bool = True
    """Whether the account has the customer-service API; only certified accounts do."""
    verify_file: str = ""
    """Name of the file MP_verify_….txt by which WeChat checks whose domain this is."""


@dataclass(frozen=True)
class OidcSettings:
    """An identity provider, by OpenID Connect, that knows for which enterprise somebody speaks."""

    issuer: str
    """Exactly as the provider writes it, a slash at the end included."""
    client_id: str
    client_secret: Secret | None = None
    """None = a public client, which PKCE alone protects."""
    title: str = "企业统一登录"
    """What people call it."""
    scope: str = "openid profile"
    credit_code_claim: str = "credit_code"
    enterprise_name_claim: str = "enterprise_name"
    role_claim: str = ""
    """"" = it does not say, so everybody is a handler."""


@dataclass(frozen=True)
class Settings:
    """What an installation decides."""

    data_dir: Path
    database_url: str = field(repr=False)
    """May hold a password, so it prints nowhere."""
    admin_password: Secret | None = None
    """For the first start only; None = a one-time password is made and printed."""
    today: date | None = None
    """None = the clock; a date pins what the knowledge base serves, and the day that the desk goes by."""
    moment: datetime | None = None
    """What the city's clock shows at the start, without a zone; `today` is then its date. It runs on. None = the real time."""
    redis_url: str | None = field(default=None, repr=False)
    """Set when several processes serve together."""
    public_url: str = ""
    """How the outside reaches us, for links in messages; "" = no links."""
    speech_url: str = ""
    """A speech recogniser's address; "" = voice messages are kept and not understood."""
    wechat: WeChatSettings | None = None
    """None = no Official Account is connected."""
    oidc: OidcSettings | None = None
    """None = people are bound by invitations alone."""

    @property
    def models_dir(self) -> Path:
        return self.data_dir / "models"


def read_settings(environment: Mapping[str, str], data_dir: Path | None = None, today: str | None = None) -> Settings:
    """Return the settings. Raises SettingInvalid naming the key."""
    folder = (data_dir or Path(environment.get("YINGSHANG_DATA_DIR") or PROJECT / "var")).resolve()
    url = environment.get("YINGSHANG_DATABASE_URL") or f"sqlite:///{folder / 'yingshang.db'}"
    password = environment.get("YINGSHANG_ADMIN_PASSWORD")
    day, moment = _today(today or environment.get("YINGSHANG_TODAY"))
    return Settings(
        data_dir=folder,
        database_url=_database_url(url),
        admin_password=Secret(password) if password else None,
        today=day,
        moment=moment,
        redis_url=_address(environment, "YINGSHANG_REDIS_URL", ("redis", "rediss", "unix")) or None,
        public_url=_address(environment, "YINGSHANG_PUBLIC_URL", WEB),
        speech_url=_address(environment, "YINGSHANG_SPEECH_URL", WEB),
        wechat=_wechat(environment),
        oidc=_oidc(environment),
    )


def _wechat(environment: Mapping[str, str]) -> WeChatSettings | None:
    token, app_id = environment.get("YINGSHANG_WECHAT_TOKEN"), environment.get("YINGSHANG_WECHAT_APP_ID")
    if not token and not app_id:
        return None
    if not token:
        raise SettingInvalid("YINGSHANG_WECHAT_TOKEN", "is missing; it is the Token of the account's server settings")
    if not app_id:
        raise SettingInvalid("YINGSHANG_WECHAT_APP_ID", "is missing; the account's page shows it as AppID")
    secret = environment.get("YINGSHANG_WECHAT_APP_SECRET")
    keys = [environment.get(name) for name in ("YINGSHANG_WECHAT_AES_KEY", "YINGSHANG_WECHAT_AES_KEY_PREVIOUS")]
    return WeChatSettings(
        app_id=app_id,
        token=Secret(token),
        app_secret=Secret(secret) if secret else None,
        aes_keys=tuple(Secret(key) for key in keys if key),
        api_base=_address(environment, "YINGSHANG_WECHAT_API_BASE", WEB) or WeChatSettings.api_base,
        open_base=_address(environment, "YINGSHANG_WECHAT_OPEN_BASE", WEB) or WeChatSettings.open_base,
        may_send=_yes(environment, "YINGSHANG_WECHAT_CUSTOMER_SERVICE"),
        verify_file=_verify_file(environment.get("YINGSHANG_WECHAT_VERIFY_FILE", "")),
    )


def _oidc(environment: Mapping[str, str]) -> OidcSettings | None:
    """Return the identity provider, None when no issuer is named."""
    prefix = "YINGSHANG_OIDC_"
    given = {name.removeprefix(prefix).lower(): value.strip() for name, value in environment.items() if name.startswith(prefix)}
    given = {name: value for name, value in given.items() if value}
    if not given:
        return None
    known = {each.name for each in fields(OidcSettings)}
    for name in sorted(given):
        if name not in known:
            raise SettingInvalid(f"{prefix}{name.upper()}", f"is not known; there are {', '.join(sorted(known)).upper()}")
        if not given[name].isprintable():
            raise SettingInvalid(f"{prefix}{name.upper()}", "must be visible characters")
    for name in ("issuer", "client_id"):
        if name not in given:
            raise SettingInvalid(f"{prefix}{name.upper()}", "must be set beside the others of the identity provider")
    if not is_safe_address(given["issuer"]) or urlsplit(given["issuer"]).query or "#" in given["issuer"]:
        raise SettingInvalid(f"{prefix}ISSUER", "must be an address that begins with https:// (http:// on this machine only)")
    if "openid" not in given.get("scope", "openid").split():
        raise SettingInvalid(f"{prefix}SCOPE", "must have the word openid")
    secret = given.pop("client_secret", None)
    return OidcSettings(**given, client_secret=Secret(secret) if secret else None)


def is_safe_address(address: str) -> bool:
    """Return whether nobody on the way can read or change what is sent there."""
    try:
        parts = urlsplit(address)
        is_here = parts.hostname in ("127.0.0.1", "localhost", "::1")
        return bool(parts.hostname) and (parts.scheme == "https" or (parts.scheme == "http" and is_here))
    except ValueError:
        return False


WEB = ("http", "https")


def _address(environment: Mapping[str, str], name: str, schemes: tuple[str, ...]) -> str:
    """Return the address without a slash at its end, "" when there is none."""
    address = environment.get(name, "")
    if address and urlsplit(address).scheme not in schemes:
        raise SettingInvalid(name, f"must be an address that begins with {' or '.join(f'{s}://' for s in schemes)}")
    return address.rstrip("/")


def _yes(environment: Mapping[str, str], name: str) -> bool:
    word = environment.get(name, "yes").lower()
    if word not in ("yes", "no"):
        raise SettingInvalid(name, "must be yes or no")
    return word == "yes"


def _verify_file(name: str) -> str:
    if name and not re.fullmatch(r"MP_verify_[A-Za-z0-9]{1,64}\.txt", name):
        raise SettingInvalid("YINGSHANG_WECHAT_VERIFY_FILE", "must be the file's name, MP_verify_….txt")
    return name


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


A_MOMENT = "a moment in Hangzhou such as 2026-10-10T10:00"
FIRST_YEAR, LAST_YEAR = 2000, 2100
"""Of pinned days: the desk looks for openings before and after them."""


def _today(text: str | None) -> tuple[date | None, datetime | None]:
    """Return the day and, when the text names a time of it too, that moment."""
    if not text:
        return None, None
    try:
        if len(text) <= len("2026-11-22"):
            day, moment = date.fromisoformat(text), None
        else:
            moment = datetime.fromisoformat(text)
            day = moment.date()
    except ValueError:
        raise SettingInvalid("YINGSHANG_TODAY", f"must be a date such as 2026-11-22, or {A_MOMENT}; is {text[:40]!r}") from None
    if moment and moment.tzinfo:
        raise SettingInvalid("YINGSHANG_TODAY", f"must be {A_MOMENT} without a zone; is {text[:40]!r}")
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise SettingInvalid("YINGSHANG_TODAY", f"must be in the years {FIRST_YEAR} to {LAST_YEAR}, is {text[:40]!r}")
    return day, moment
