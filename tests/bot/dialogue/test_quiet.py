"""Rasa's logs are turned down: at debug level they hold what users wrote."""

from __future__ import annotations

import subprocess
import sys

import pytest

from bot.settings import PROJECT

CHAT = """
import bot.dialogue, logging, structlog, sys
logging.basicConfig(level=logging.DEBUG, stream=sys.stdout)
logging.getLogger('rasa.core.processor').warning('王小明 13812345678')
logging.getLogger('rasa_sdk.executor').info('王小明')
structlog.get_logger('rasa').warning('processor.message', text='王小明')
import rasa.core.processor as p
p.structlogger.info('processor.slots', slots='王小明')
p.structlogger.error('an error is heard')
"""


@pytest.mark.parametrize("level", ["DEBUG", "INFO"])
def test_rasa_says_nothing_below_an_error_whatever_the_environment_asks_for(level: str) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", CHAT],
        cwd=PROJECT,
        env={"PATH": "/usr/bin", "LOG_LEVEL": level, "LOG_LEVEL_LIBRARIES": level},
        capture_output=True,
        text=True,
        check=True,
    )

    assert "王小明" not in done.stdout + done.stderr
    assert "an error is heard" in done.stdout + done.stderr
