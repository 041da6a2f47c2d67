"""Rasa's logs, turned down: at debug level they hold what users wrote, and without this they are at debug level."""

from __future__ import annotations

import logging

import structlog

LEVEL = logging.ERROR


def quiet_rasa() -> None:
    """Let only errors of Rasa and its libraries through. Must run before Rasa's modules make their loggers."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(LEVEL), cache_logger_on_first_use=False)
    for name in ("rasa", "rasa_sdk", "apscheduler", "asyncio", "matplotlib"):
        logging.getLogger(name).setLevel(LEVEL)
