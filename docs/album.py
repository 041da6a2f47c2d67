"""Pictures for the guides: taken in Chromium, in few colours."""

from __future__ import annotations

import io
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

ARGUMENTS = ["--no-sandbox", "--headless", "--disable-gpu", "--disable-background-networking"]
COLOURS = 128
MAX_BYTES = 160_000


class Album:
    """Where the pictures go."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, page: Page, name: str) -> None:
        """Store what the page shows, in few colours. Raises ValueError when it is larger than a guide should load."""
        shown = Image.open(io.BytesIO(page.screenshot(animations="disabled", caret="hide"))).convert("RGB")
        file = self._folder / f"{name}.png"
        shown.quantize(COLOURS, dither=Image.Dither.NONE).save(file, optimize=True)
        if file.stat().st_size > MAX_BYTES:
            raise ValueError(f"{file.name} has {file.stat().st_size} bytes, more than {MAX_BYTES}")


@contextmanager
def chromium() -> Iterator[Browser]:
    """Yield this machine's Chromium. Exits with a sentence that says what to do when there is none."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        raise SystemExit("No Chromium found: apt-get install chromium fonts-noto-cjk")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=ARGUMENTS)
        yield browser
        browser.close()
