"""What the tests need from the system, and how it gets there."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from tests.private_servers import find_postgres_program

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")
CJK_FONTS = ("NotoSansCJK*", "NotoSerifCJK*", "SourceHanSans*", "wqy-*")


class SystemPackagesMissing(Exception):
    """Debian packages that are not here and could not be installed; the message says what to do."""


def ensure_system_packages() -> None:
    """Install what is missing when we are root. Raises SystemPackagesMissing."""
    missing = list_missing_packages()
    if not missing:
        return
    advice = f"missing: {' '.join(missing)}. As root: apt-get update && apt-get install -y {' '.join(missing)}"
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        raise SystemPackagesMissing(advice)
    _install(missing)
    if list_missing_packages():
        raise SystemPackagesMissing(advice)


def list_missing_packages() -> list[str]:
    """Return names of Debian packages."""
    found = {
        "postgresql": find_postgres_program("initdb"),
        "redis-server": shutil.which("redis-server"),
        "chromium": find_chromium(),
        "fonts-noto-cjk": _find_cjk_font(),
    }
    return [package for package, place in found.items() if place is None]


def find_chromium() -> str | None:
    """Return the browser's path."""
    return next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)


def _find_cjk_font() -> Path | None:
    """Without one, Chinese shows as boxes and the browser tests measure nonsense."""
    folders = [Path("/usr/share/fonts"), Path("/usr/local/share/fonts")]
    return next((font for folder in folders for pattern in CJK_FONTS for font in folder.rglob(pattern)), None)


def _install(packages: list[str]) -> None:
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    install = ["apt-get", "install", "-y", "-q", "--no-install-recommends", *packages]
    for command in (["apt-get", "update", "-q"], install):
        done = subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True)
        if done.returncode != 0:
            raise SystemPackagesMissing(f"{' '.join(command)} failed:\n{(done.stdout + done.stderr)[-2000:]}")
