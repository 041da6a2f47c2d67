"""Running the product's own evaluation commands."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.figures import PROJECT


def run_evaluation(command: str, files: Sequence[tuple[str, Path]]) -> dict[str, Any]:
    """Return what `./yingshang COMMAND --json` prints; `files` are (option, file)."""
    arguments = [part for option, file in files for part in (f"--{option}", str(file))]
    environment = {**os.environ, "PYTHONWARNINGS": "ignore"}
    finished = subprocess.run(
        [sys.executable, "-m", "bot.cli", command, *arguments, "--json"],
        cwd=PROJECT,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    result: dict[str, Any] = json.loads(finished.stdout.splitlines()[-1])  # Rasa's training may say something before
    return result
