"""A bad setting stops the start and is named; a secret never shows."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest

from bot.errors import SettingInvalid
from bot.settings import Secret, environment_with_dotenv, read_settings
from tests.bot.commands.running import run


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("YINGSHANG_DATABASE_URL", "nonsense"),
        ("YINGSHANG_DATABASE_URL", "mysql://u:geheim@h/d"),
        ("YINGSHANG_TODAY", "morgen"),
        ("YINGSHANG_TODAY", "2026-13-01"),
        ("YINGSHANG_TODAY", "２０２６-１０-１０"),
        ("YINGSHANG_TODAY", "2026年10月10日"),
        ("YINGSHANG_TODAY", "2026-10-10T25:00"),
        ("YINGSHANG_TODAY", "2026-10-10T"),
        ("YINGSHANG_TODAY", "2026-10-10T10:00+08:00"),
        ("YINGSHANG_TODAY", "0001-01-01"),
        ("YINGSHANG_TODAY", "9999-12-31T23:59"),
    ],
)
def test_a_bad_setting_is_named(key: str, value: str) -> None:
    with pytest.raises(SettingInvalid, match=key) as invalid:
        read_settings({key: value})

    assert "geheim" not in str(invalid.value)


OIDC = {"YINGSHANG_OIDC_ISSUER": "https://id.example/tenant/", "YINGSHANG_OIDC_CLIENT_ID": "yingshang"}


def test_an_identity_provider_is_set_up_by_its_issuer_and_our_name_there() -> None:
    settings = read_settings({**OIDC, "YINGSHANG_OIDC_CLIENT_SECRET": "geheim", "YINGSHANG_OIDC_ROLE_CLAIM": "position"}).oidc

    assert settings is not None and "geheim" not in str(settings)
    assert (settings.issuer, settings.credit_code_claim, settings.role_claim) == (
        "https://id.example/tenant/",
        "credit_code",
        "position",
    )
    assert read_settings({"YINGSHANG_OIDC_ISSUER": ""}).oidc is None


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("YINGSHANG_OIDC_ISSUER", ""),
        ("YINGSHANG_OIDC_ISSUER", "id.example"),
        ("YINGSHANG_OIDC_ISSUER", "http://id.example"),
        ("YINGSHANG_OIDC_ISSUER", "https://"),
        ("YINGSHANG_OIDC_ISSUER", "https://id.example/?a=b"),
        ("YINGSHANG_OIDC_ISSUER", "https://[id.example"),
        ("YINGSHANG_OIDC_CLIENT_ID", ""),
        ("YINGSHANG_OIDC_SCOPE", "profile"),
        ("YINGSHANG_OIDC_ROLE_CLAM", "role"),
        ("YINGSHANG_OIDC_TITLE", "统一\n登录"),
    ],
)
def test_a_bad_setting_of_the_identity_provider_is_named(key: str, value: str) -> None:
    with pytest.raises(SettingInvalid, match=key):
        read_settings({**OIDC, key: value})


def test_a_command_ends_with_one_line_and_no_traceback(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("YINGSHANG_DATABASE_URL", "oracle://u:geheim@h/d")

    outcome = run(capsys, "models", "list", "--data-dir", tmp_path)

    assert outcome.status == 1 and outcome.err.count("\n") == 1
    assert "YINGSHANG_DATABASE_URL" in outcome.err and "geheim" not in outcome.err


def test_a_wrong_today_on_the_command_line_is_named(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    outcome = run(capsys, "serve", "--today", "2027-02-30", "--data-dir", tmp_path)

    assert outcome.status == 1 and "2027-02-30" in outcome.err


def test_an_unknown_command_names_those_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    outcome = run(capsys, "fly")

    assert outcome.status == 2 and "serve" in outcome.err


def test_settings_have_defaults_and_the_command_line_wins(tmp_path: Path) -> None:
    settings = read_settings({"YINGSHANG_TODAY": "2026-11-22"}, tmp_path, "2027-01-02")

    assert settings.today == date(2027, 1, 2)
    assert settings.database_url == f"sqlite:///{tmp_path / 'yingshang.db'}"
    assert read_settings({}, tmp_path).today is None and read_settings({}, tmp_path).admin_password is None


def test_a_moment_is_read_with_its_day() -> None:
    settings = read_settings({"YINGSHANG_TODAY": "2026-10-10T10:00"})

    assert settings.today == date(2026, 10, 10) and settings.moment == datetime(2026, 10, 10, 10, 0)
    assert read_settings({"YINGSHANG_TODAY": "2026-10-10"}).moment is None


def test_a_plain_postgresql_address_gets_the_driver_that_is_installed() -> None:
    settings = read_settings({"YINGSHANG_DATABASE_URL": "postgresql://u:p@h:5432/d"})

    assert settings.database_url == "postgresql+psycopg://u:p@h:5432/d"


def test_a_secret_shows_in_no_text(tmp_path: Path) -> None:
    settings = read_settings({"YINGSHANG_ADMIN_PASSWORD": "geheim"}, tmp_path)

    assert "geheim" not in f"{settings} {settings!r}" and str(Secret("geheim")) == "***"


def test_a_database_password_shows_in_no_text(tmp_path: Path) -> None:
    settings = read_settings({"YINGSHANG_DATABASE_URL": "postgresql://u:geheim@h/d"}, tmp_path)

    assert "geheim" not in repr(settings)


def test_a_dotenv_file_fills_what_the_environment_lacks(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("# a comment\n\nA=1\nB='two words'\nC=\"3\"\n", encoding="utf-8")

    assert environment_with_dotenv({"A": "kept"}, file) == {"A": "kept", "B": "two words", "C": "3"}


@pytest.mark.parametrize("line", ["no equals sign", "=value", "1A=x"])
def test_a_malformed_dotenv_line_is_named_by_number(tmp_path: Path, line: str) -> None:
    file = tmp_path / ".env"
    file.write_text(f"A=1\n{line}\n", encoding="utf-8")

    with pytest.raises(SettingInvalid, match=r"\.env line 2"):
        environment_with_dotenv({}, file)
