"""The command line as a person runs it, in this process."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from bot.cli import main


@dataclass(frozen=True)
class Outcome:
    status: int
    out: str
    err: str


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> Outcome:
    """Run a command; a SystemExit of the argument parser becomes its status."""
    capsys.readouterr()
    try:
        status = main([str(argument) for argument in arguments])
    except SystemExit as ended:
        status = int(ended.code or 0)
    captured = capsys.readouterr()
    return Outcome(status, captured.out, captured.err)
